/* SPDX-License-Identifier: MIT */
/* cert_names: names and other strings of a certificate as safe text. */
#include "core/trust/cert_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 200

/* -- strings --------------------------------------------------------------- */

/* Types whose bytes are one octet a character, or UTF-8. OpenSSL would take
 * what is beyond ASCII in the first ones for Latin-1. */
static bool is_byte_string(int type)
{
    return type == V_ASN1_UTF8STRING || type == V_ASN1_IA5STRING ||
           type == V_ASN1_PRINTABLESTRING || type == V_ASN1_NUMERICSTRING ||
           type == V_ASN1_VISIBLESTRING;
}

char *cert_string_text(const ASN1_STRING *string)
{
    unsigned char *utf8 = NULL;
    int len = -1;
    char *text;

    if (!is_byte_string(ASN1_STRING_type(string)))
        len = ASN1_STRING_to_UTF8(&utf8, string);
    if (len >= 0) {
        text = text_safe_dup(utf8, (size_t)len, CERT_TEXT_MAX);
        OPENSSL_free(utf8);
        return text;
    }
    if (ASN1_STRING_length(string) <= 0)
        return xstrdup("");
    return text_safe_dup(ASN1_STRING_get0_data(string),
                         (size_t)ASN1_STRING_length(string), CERT_TEXT_MAX);
}

char *cert_object_text(const ASN1_OBJECT *object)
{
    char text[120];
    int len = OBJ_obj2txt(text, sizeof(text), object, 0);

    if (len <= 0)
        return xstrdup("(unreadable OID)");
    if (len >= (int)sizeof(text))
        memcpy(text + sizeof(text) - 4, "...", 4);
    return xstrdup(text);
}

void cert_list_add(struct buf *out, const char *separator, const char *text)
{
    if (out->overflow)
        return;
    if (out->len + strlen(separator) + strlen(text) + 4 <= out->max) {
        buf_addf(out, "%s%s", out->len ? separator : "", text);
        return;
    }
    buf_add_text(out, " ...");
    out->overflow = true;
}

/* -- distinguished names --------------------------------------------------- */

/* "CN=..." with what could pass for the next part escaped (RFC 4514 section
 * 2.4). */
static char *part_text(const X509_NAME_ENTRY *entry)
{
    const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);
    int nid = OBJ_obj2nid(type);
    char oid[80] = "?";
    char *value = cert_string_text(X509_NAME_ENTRY_get_data(entry));
    struct buf out;

    OBJ_obj2txt(oid, sizeof(oid), type, 1);
    buf_init(&out, 3 * CERT_TEXT_MAX);
    buf_addf(&out, "%s=", nid == NID_undef ? oid : OBJ_nid2sn(nid));
    for (const char *p = value; *p; p++) {
        if (*p == ',' || *p == '+')
            buf_add_char(&out, '\\');
        buf_add_char(&out, *p);
    }
    free(value);
    return buf_take(&out);
}

char *cert_name_text(const X509_NAME *name)
{
    int set = -1;
    struct buf out;

    buf_init(&out, 4 * CERT_TEXT_MAX);
    for (int i = X509_NAME_entry_count(name) - 1; i >= 0 && !out.overflow;
         i--) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        char *part = part_text(entry);

        cert_list_add(&out, X509_NAME_ENTRY_set(entry) == set ? " + " : ", ",
                      part);
        set = X509_NAME_ENTRY_set(entry);
        free(part);
    }
    return buf_take(&out);
}

static char *name_part(const X509_NAME *name, int nid)
{
    int i = X509_NAME_get_index_by_NID(name, nid, -1);

    return i < 0 ? NULL
                 : cert_string_text(
                       X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
}

char *cert_short_name(const X509_NAME *name, const char *otherwise)
{
    char *text = name_part(name, NID_commonName);

    if (!text || !*text) {
        free(text);
        text = name_part(name, NID_organizationName);
    }
    if (text && *text)
        return text;
    free(text);
    return xstrdup(otherwise);
}

/* -- general names --------------------------------------------------------- */

static char *labelled(const char *label, char *text)
{
    char *out = xasprintf("%s %s", label, text);

    free(text);
    return out;
}

static char *address_text(const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN];
    int len = ASN1_STRING_length(address);

    if ((len == 4 || len == 16) &&
        inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address),
                  text, sizeof(text)))
        return xasprintf("IP %s", text);
    return xstrdup("IP (unreadable)");
}

/* The type of an otherName is an OID; its value is a string as a rule. */
static char *other_name(const OTHERNAME *other)
{
    static const struct {
        const char *oid, *label;
    } known[] = {
        {"1.3.6.1.5.5.7.8.5", "XMPP"},
        {"1.3.6.1.5.5.7.8.7", "SRV"},
        {"1.3.6.1.5.5.7.8.9", "email"},
        {"1.3.6.1.4.1.311.20.2.3", "user"},
    };
    char oid[80] = "?", label[100];
    const ASN1_TYPE *value = other->value;
    const ASN1_STRING *string = NULL;

    OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1);
    snprintf(label, sizeof(label), "other %s:", oid);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(oid, known[i].oid) == 0)
            snprintf(label, sizeof(label), "%s", known[i].label);
    if (value && value->type != V_ASN1_NULL && value->type != V_ASN1_BOOLEAN &&
        value->type != V_ASN1_OBJECT)
        string = value->value.asn1_string;
    return labelled(label,
                    string ? cert_string_text(string) : xstrdup("(no text)"));
}

char *cert_general_name(const GENERAL_NAME *name)
{
    switch (name->type) {
    case GEN_DNS:
        return cert_string_text(name->d.dNSName);
    case GEN_IPADD:
        return address_text(name->d.iPAddress);
    case GEN_EMAIL:
        return labelled("email", cert_string_text(name->d.rfc822Name));
    case GEN_URI:
        return labelled("URI",
                        cert_string_text(name->d.uniformResourceIdentifier));
    case GEN_DIRNAME:
        return labelled("directory", cert_name_text(name->d.directoryName));
    case GEN_RID:
        return labelled("registered ID",
                        cert_object_text(name->d.registeredID));
    case GEN_OTHERNAME:
        return other_name(name->d.otherName);
    case GEN_X400:
        return xstrdup("an X.400 address");
    default:
        return xstrdup("an EDI party name");
    }
}

void cert_read_names(struct cert *cert, X509 *x509)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    int total = sk_GENERAL_NAME_num(names);

    cert->name_total = total > 0 ? (size_t)total : 0;
    cert->name_count =
        cert->name_total > NAMES_MAX ? NAMES_MAX : cert->name_total;
    cert->names = xcalloc(cert->name_count, sizeof(char *));
    for (size_t i = 0; i < cert->name_count; i++)
        cert->names[i] =
            cert_general_name(sk_GENERAL_NAME_value(names, (int)i));
    GENERAL_NAMES_free(names);
}

/* -- both ways ------------------------------------------------------------- */

static bool is_ascii(const char *text)
{
    while (*text && !((unsigned char)*text & 0x80))
        text++;
    return !*text;
}

/* The domain begins `len` bytes into the name. */
static char *both_forms(const char *name, size_t len)
{
    const char *domain = name + len;
    char lower[HOST_MAX], other[4 * HOST_MAX];

    if (strlen(domain) >= HOST_MAX)
        return xstrdup(name);
    if (!is_ascii(domain)) {
        if (!host_normalise(domain, other, NULL) || host_is_address(other))
            return xstrdup(name);
        return xasprintf("%s (has to be written %.*s%s)", name, (int)len, name,
                         other);
    }
    snprintf(lower, sizeof(lower), "%s", domain);
    text_lower(lower);
    host_display(other, sizeof(other), lower);
    if (strcmp(other, lower) == 0)
        return xstrdup(name);
    return xasprintf("%s%s", name, other + strlen(lower));
}

char *cert_name_display(const char *name)
{
    const char *at = strrchr(name, '@');

    if (strncmp(name, "email ", 6) == 0 && at)
        return both_forms(name, (size_t)(at + 1 - name));
    if (strchr(name, ' '))
        return xstrdup(name);
    return both_forms(name, strncmp(name, "*.", 2) == 0 ? 2 : 0);
}
