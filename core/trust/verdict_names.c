/* SPDX-License-Identifier: MIT */
/* verdict_names: the names in a certificate, against the host that is wanted
 * and against the limits of its issuers.
 *
 * OpenSSL's own matching takes ".example.org" for every name below it, a name
 * that ends at a NUL, and an address written as a DNS name; and it does not
 * hold a wildcard against an excluded name that the wildcard covers. */
#include "core/trust/verdict_private.h"

#include "core/account/domain.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>

/* The DNS name, lower-case, without the wildcard's "*."; false when it is none
 * that RFC 9525 section 6.3 knows: letters, digits, hyphens (and underscores,
 * which exist) in labels, and `*` only as the whole first label. */
static bool read_dns_name(const ASN1_STRING *string, char out[HOST_MAX],
                          bool *wildcard)
{
    const char *bytes = (const char *)ASN1_STRING_get0_data(string);
    size_t len = (size_t)ASN1_STRING_length(string);

    *wildcard = len > 2 && bytes[0] == '*' && bytes[1] == '.';
    if (*wildcard) {
        bytes += 2;
        len -= 2;
    }
    if (!len || len >= HOST_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        bool edge = i == 0 || i == len - 1 || bytes[i - 1] == '.';

        if (c == '.' ? edge
                     : !strchr("abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
                               c) ||
                           !c)
            return false;
        out[i] = c;
    }
    out[len] = '\0';
    text_lower(out);
    return true;
}

/* One label, and nobody's name but that of the owner of what is behind it:
 * "*.org" and "*.co.uk" cover strangers. */
static bool wildcard_covers(const char *behind, const char *host)
{
    const char *dot = strchr(host, '.');

    return dot && dot != host && strcmp(dot + 1, behind) == 0 &&
           strchr(behind, '.') && !domain_is_registry(behind);
}

static bool dns_name_is(const ASN1_STRING *string, const char *host)
{
    char name[HOST_MAX];
    bool wildcard;

    if (!read_dns_name(string, name, &wildcard))
        return false;
    return wildcard ? wildcard_covers(name, host) : strcmp(name, host) == 0;
}

static bool address_is(const ASN1_STRING *string, const char *host)
{
    unsigned char address[16];
    int len = inet_pton(AF_INET, host, address) == 1    ? 4
              : inet_pton(AF_INET6, host, address) == 1 ? 16
                                                        : 0;

    return len && ASN1_STRING_length(string) == len &&
           memcmp(ASN1_STRING_get0_data(string), address, (size_t)len) == 0;
}

/* The subject's CN never counts. */
bool names_host(X509 *leaf, const char *host)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    bool is_address = host_is_address(host), found = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DNS)
            found = !is_address && dns_name_is(name->d.dNSName, host);
        else if (name->type == GEN_IPADD)
            found = is_address && address_is(name->d.iPAddress, host);
    }
    GENERAL_NAMES_free(names);
    return found;
}

/* -- name constraints ------------------------------------------------------ */

/* Whether the wildcard stands for names that are excluded, though it is not
 * below the excluded name itself: *.example.org, and never bar.example.org. */
static bool wildcard_reaches(const char *behind,
                             const STACK_OF(GENERAL_SUBTREE) * excluded)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(excluded); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(excluded, i)->base;
        char name[HOST_MAX];
        const char *dot;
        bool wildcard;

        if (base->type != GEN_DNS ||
            !read_dns_name(base->d.dNSName, name, &wildcard))
            continue;
        dot = strchr(name, '.');
        if (dot && strcmp(dot + 1, behind) == 0)
            return true;
    }
    return false;
}

static bool limits_dns(const STACK_OF(GENERAL_SUBTREE) * trees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++)
        if (sk_GENERAL_SUBTREE_value(trees, i)->base->type == GEN_DNS)
            return true;
    return false;
}

/* A name that is none cannot lie within the permitted ones. */
static bool keeps_to(X509 *x509, const NAME_CONSTRAINTS *limits)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    bool limited = limits_dns(limits->permittedSubtrees) ||
                   limits_dns(limits->excludedSubtrees);
    bool ok = true;

    for (int i = 0; limited && i < sk_GENERAL_NAME_num(names) && ok; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        char text[HOST_MAX];
        bool wildcard;

        if (name->type == GEN_DNS)
            ok =
                read_dns_name(name->d.dNSName, text, &wildcard) &&
                !(wildcard && wildcard_reaches(text, limits->excludedSubtrees));
    }
    GENERAL_NAMES_free(names);
    return ok;
}

void names_constraints(const struct trial *trial, struct findings *found)
{
    for (int i = 1; i < sk_X509_num(trial->x509s); i++) {
        NAME_CONSTRAINTS *limits = X509_get_ext_d2i(
            sk_X509_value(trial->x509s, i), NID_name_constraints, NULL, NULL);

        for (int k = 0; limits && k < i; k++)
            /* They do not apply to the same authority's own renewals (RFC 5280
             * section 4.2.1.10). */
            if ((k == 0 || !trial->certs.certs[k].self_issued) &&
                !keeps_to(sk_X509_value(trial->x509s, k), limits))
                findings_add_code(found, X509_V_ERR_PERMITTED_VIOLATION, k);
        NAME_CONSTRAINTS_free(limits);
    }
}
