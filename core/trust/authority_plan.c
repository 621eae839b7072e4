/* SPDX-License-Identifier: MIT */
/* authority_plan: what of a file can become an authority, and why not. */
#include "core/trust/authority_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECURITY_BITS 112 /* as a verdict demands */

/* -- domains --------------------------------------------------------------- */

static bool add_domain(struct buf *out, const char *word, struct error *e)
{
    char host[HOST_MAX];

    if (!host_normalise(word, host, e))
        return false;
    if (domain_is_public_suffix(host))
        return error_set(e, ERROR_INPUT,
                         "%s is no domain of one owner: strangers have names "
                         "below it. Name a domain like example.%s.",
                         host, host);
    if (out->len && !buf_add_char(out, ' '))
        return error_set(e, ERROR_INPUT, "These are too many domains.");
    return buf_add_text(out, host) ||
           error_set(e, ERROR_INPUT, "These are too many domains.");
}

bool authority_domains(const char *text, char **out, struct error *e)
{
    char *copy = xstrdup(text), *rest = copy, *word;
    struct buf domains;
    bool ok = true;

    buf_init(&domains, 900); /* a line of authorities.ini carries no more */
    while (ok && (word = strsep(&rest, " ,\t")))
        if (*word)
            ok = add_domain(&domains, word, e);
    free(copy);
    if (ok && !domains.len)
        ok = error_set(e, ERROR_INPUT,
                       "Name at least one domain, like example.org.");
    *out = ok ? buf_take(&domains) : NULL;
    buf_release(&domains);
    return ok;
}

char *authority_domain_for(char out[HOST_MAX], const char *host)
{
    if (!domain_registrable(host, out))
        snprintf(out, HOST_MAX, "%s", host);
    return out;
}

/* -- one certificate ------------------------------------------------------- */

static void refuse(struct authority_offer *offer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(struct authority_offer *offer, const char *format, ...)
{
    char text[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    offer->fate = FATE_REFUSED;
    free(offer->text);
    offer->text = text_safe_dup(text, strlen(text), sizeof(text));
}

/* Why it can never vouch; false when it can. */
static bool is_unfit(struct authority_offer *offer, X509 *x509)
{
    const struct cert *cert = &offer->cert;
    uint32_t usage = X509_get_key_usage(x509); /* all bits: none is given */
    bool may_issue = X509_get_extension_flags(x509) & EXFLAG_CA;

    if (!cert->extensions_ok || !cert->dates_ok)
        refuse(offer, "It is damaged: %s in it cannot be read.",
               cert->dates_ok ? "an extension" : "a date");
    else if (may_issue && !(usage & KU_KEY_CERT_SIGN))
        refuse(offer, "Its key usage does not allow it to sign certificates.");
    else if (!cert->is_ca && cert->version == 1)
        refuse(offer, "It is of version 1, which cannot say whether it may "
                      "issue others; its owner should replace it.");
    else if (!cert->is_ca)
        refuse(offer,
               "It is a server's or a person's own certificate, no authority: "
               "it may not issue others. To accept one server, make an "
               "exception.");
    else if (*cert->unknown_critical)
        refuse(offer,
               "It has a critical extension that nobody here knows (%s), so "
               "nothing it issued could be trusted.",
               cert->unknown_critical);
    else
        return false;
    return true;
}

/* What lets it in and will disappoint all the same. */
static void tell_odd(struct authority_offer *offer, X509 *x509, time_t now)
{
    const struct cert *cert = &offer->cert;
    EVP_PKEY *key = X509_get0_pubkey(x509);
    char date[DATE_SIZE];
    struct buf text;

    buf_init(&text, 2000);
    if (cert->not_after < now)
        buf_addf(&text, "It ended on %s: what it issued stays untrusted.",
                 date_format(date, cert->not_after));
    else if (cert->not_before > now)
        buf_addf(&text,
                 "It begins on %s: until then what it issued is not "
                 "trusted.",
                 date_format(date, cert->not_before));
    if (!key || EVP_PKEY_get_security_bits(key) < SECURITY_BITS)
        buf_addf(&text,
                 "%sIts key (%s) is too weak: what it issued stays "
                 "untrusted.",
                 text.len ? " " : "", cert->key);
    if (*cert->extended_key_usage &&
        X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 1) == 0)
        buf_addf(&text, "%sIt may not issue certificates for servers (%s).",
                 text.len ? " " : "", cert->extended_key_usage);
    free(offer->text);
    offer->text = text.len ? buf_take(&text) : NULL;
    buf_release(&text);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What is known about it here already; false: nothing. */
static bool is_known(struct authorities *a, struct authority_offer *offer,
                     const struct authority_wish *wish)
{
    const struct holding *old;
    char scope[600];

    authorities_need_system(a);
    old = authorities_holding(a, offer->cert.sha256);
    if (!old)
        return false;
    if (old->facts.trust == AUTHORITY_DISTRUSTED) {
        refuse(offer, "It is marked as distrusted here. Take that back first.");
        return true;
    }
    if (!old->facts.decided) {
        offer->fate = FATE_KNOWN;
        offer->text =
            xasprintf("%s already, for all mail servers.",
                      old->facts.source == AUTHORITY_SYSTEM
                          ? "It is one of the system's authorities"
                          : "A file of the settings or of --ca brings it");
        return true;
    }
    if (old->facts.trust == offer->trust &&
        (offer->trust == AUTHORITY_CHAIN ||
         same_text(old->facts.domains, wish->domains)) &&
        !old->facts.problem) {
        offer->fate = FATE_KNOWN;
        offer->text = xstrdup("It is imported already.");
        return true;
    }
    offer->fate = FATE_CHANGE;
    if (!old->facts.problem)
        offer->text =
            xasprintf("It is imported already, for %s; that changes.",
                      authority_scope(scope, sizeof(scope), &old->facts));
    return true;
}

/* The role, by the rule in authority.h; chains are looked at afterwards. */
static void plan_one(struct authorities *a, struct authority_offer *offer,
                     X509 *x509, const struct authority_wish *wish, time_t now)
{
    *offer = (struct authority_offer){.fate = FATE_STORE};
    cert_read(&offer->cert, x509);
    offer->trust = offer->cert.self_signed || wish->anchor ? AUTHORITY_TRUSTED
                                                           : AUTHORITY_CHAIN;
    if (!is_unfit(offer, x509) && !is_known(a, offer, wish))
        tell_odd(offer, x509, now);
}

/* -- chains ---------------------------------------------------------------- */

static bool is_issuer(X509 *issuer, X509 *x509)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    return X509_NAME_cmp(X509_get_subject_name(issuer),
                         X509_get_issuer_name(x509)) == 0 &&
           X509_check_ca(issuer) && key && X509_verify(x509, key) == 1;
}

static bool any_issuer(STACK_OF(X509) * candidates, X509 *x509)
{
    for (int i = 0; i < sk_X509_num(candidates); i++)
        if (is_issuer(sk_X509_value(candidates, i), x509))
            return true;
    return false;
}

static bool issuer_is_known(struct authorities *a,
                            const struct authority_plan *plan,
                            STACK_OF(X509) * certs, X509 *x509)
{
    STACK_OF(X509) *named = authorities_named(a, X509_get_issuer_name(x509));
    bool known = any_issuer(named, x509);

    sk_X509_pop_free(named, X509_free);
    for (size_t i = 0; !known && i < plan->count; i++)
        known = plan->offers[i].fate != FATE_REFUSED &&
                is_issuer(sk_X509_value(certs, (int)i), x509);
    return known;
}

/* Those that complete chains need an issuer that is known here or comes along;
 * who falls out may take others along. */
static void check_chains(struct authorities *a, struct authority_plan *plan,
                         STACK_OF(X509) * certs)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < plan->count; i++) {
            struct authority_offer *offer = &plan->offers[i];

            if (offer->trust != AUTHORITY_CHAIN ||
                (offer->fate != FATE_STORE && offer->fate != FATE_CHANGE) ||
                issuer_is_known(a, plan, certs, sk_X509_value(certs, (int)i)))
                continue;
            refuse(offer,
                   "It was issued by \"%s\", which is not known here, so "
                   "nothing would be proven by it. Import that one first, or "
                   "trust this one by itself, on purpose.",
                   offer->cert.issuer_name);
            again = true;
        }
    }
    ERR_clear_error();
}

/* -- the whole ------------------------------------------------------------- */

static bool seen_before(STACK_OF(X509) * certs, int i)
{
    for (int k = 0; k < i; k++)
        if (X509_cmp(sk_X509_value(certs, k), sk_X509_value(certs, i)) == 0)
            return true;
    return false;
}

static void drop_twins(STACK_OF(X509) * certs)
{
    for (int i = sk_X509_num(certs) - 1; i > 0; i--)
        if (seen_before(certs, i))
            X509_free(sk_X509_delete(certs, i));
}

static void plan_file(struct authorities *a, struct authority_plan *plan,
                      const struct authority_file *file,
                      const struct authority_wish *wish, time_t now)
{
    int crls = sk_X509_CRL_num(file->crls);

    drop_twins(file->certs);
    plan->offers =
        xcalloc((size_t)sk_X509_num(file->certs) + 1, sizeof(*plan->offers));
    for (int i = 0; i < sk_X509_num(file->certs); i++)
        plan_one(a, &plan->offers[plan->count++], sk_X509_value(file->certs, i),
                 wish, now);
    check_chains(a, plan, file->certs);
    plan->crls = xcalloc((size_t)crls + 1, sizeof(*plan->crls));
    for (int i = 0; i < crls; i++)
        authorities_plan_crl(a, &plan->crls[plan->crl_count++],
                             sk_X509_CRL_value(file->crls, i), file->certs,
                             now);
    plan->note = xstrdup_or_null(file->note);
}

bool authorities_plan(struct authorities *a, struct authority_plan *plan,
                      const void *bytes, size_t len,
                      const struct authority_wish *wish, time_t now,
                      struct error *e)
{
    struct authority_file file;
    bool ok = authority_file_read(&file, bytes, len, e);

    *plan = (struct authority_plan){0};
    if (ok)
        plan_file(a, plan, &file, wish, now);
    authority_file_release(&file);
    return ok;
}

void authorities_plan_cert(struct authorities *a, struct authority_plan *plan,
                           const struct cert *cert,
                           const struct authority_wish *wish, time_t now)
{
    struct authority_file file = {.certs = sk_X509_new_null(),
                                  .crls = sk_X509_CRL_new_null()};
    X509 *x509 = cert_x509(cert);

    *plan = (struct authority_plan){0};
    if (x509)
        sk_X509_push(file.certs, x509);
    plan_file(a, plan, &file, wish, now);
    authority_file_release(&file);
}

size_t authority_plan_news(const struct authority_plan *plan)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->count; i++)
        n += plan->offers[i].fate == FATE_STORE ||
             plan->offers[i].fate == FATE_CHANGE;
    for (size_t i = 0; i < plan->crl_count; i++)
        n += plan->crls[i].fate == FATE_STORE ||
             plan->crls[i].fate == FATE_CHANGE;
    return n;
}

void authority_plan_release(struct authority_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        cert_release(&plan->offers[i].cert);
        free(plan->offers[i].text);
    }
    for (size_t i = 0; i < plan->crl_count; i++) {
        crl_release(&plan->crls[i].crl);
        X509_CRL_free(plan->crls[i].x509);
        free(plan->crls[i].text);
    }
    free(plan->offers);
    free(plan->crls);
    free(plan->note);
    *plan = (struct authority_plan){0};
}
