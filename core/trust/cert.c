/* SPDX-License-Identifier: MIT */
/* cert: reading facts out of a certificate. The rows for people are in
 * cert_describe.c, files in cert_load.c. */
#include "core/trust/cert.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX   1000 /* bytes of one text */
#define NAMES_MAX  200
#define SERIAL_MAX 64 /* bytes shown of a serial number */

/* -- texts ----------------------------------------------------------------- */

/* Any ASN.1 string as safe text. A NUL or other control byte inside shows. */
static char *string_text(const ASN1_STRING *string)
{
    unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, string);
    char *text;

    if (len >= 0) {
        text = text_safe_dup(utf8, (size_t)len, TEXT_MAX);
        OPENSSL_free(utf8);
        return text;
    }
    return text_safe_dup(ASN1_STRING_get0_data(string),
                         (size_t)ASN1_STRING_length(string), TEXT_MAX);
}

static char *name_text(const X509_NAME *name)
{
    struct buf out;

    buf_init(&out, 4 * TEXT_MAX);
    for (int i = X509_NAME_entry_count(name) - 1; i >= 0; i--) {
        X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        char oid[80];
        char *value = string_text(X509_NAME_ENTRY_get_data(entry));

        OBJ_obj2txt(oid, sizeof(oid), X509_NAME_ENTRY_get_object(entry), 1);
        buf_addf(&out, "%s%s=%s", out.len ? ", " : "",
                 nid == NID_undef ? oid : OBJ_nid2sn(nid), value);
        free(value);
    }
    return buf_take(&out);
}

static char *name_part(const X509_NAME *name, int nid)
{
    int i = X509_NAME_get_index_by_NID(name, nid, -1);

    return i < 0 ? NULL
                 : string_text(
                       X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
}

static char *short_name(const X509_NAME *name, const char *otherwise)
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

/* -- names ----------------------------------------------------------------- */

static char *general_name(const GENERAL_NAME *name)
{
    char address[INET6_ADDRSTRLEN];
    char *text, *out;
    int len;

    switch (name->type) {
    case GEN_DNS:
        return string_text(name->d.dNSName);
    case GEN_IPADD:
        len = ASN1_STRING_length(name->d.iPAddress);
        if ((len == 4 || len == 16) &&
            inet_ntop(len == 4 ? AF_INET : AF_INET6,
                      ASN1_STRING_get0_data(name->d.iPAddress), address,
                      sizeof(address)))
            return xasprintf("IP %s", address);
        return xstrdup("IP (unreadable)");
    case GEN_EMAIL:
        text = string_text(name->d.rfc822Name);
        out = xasprintf("email %s", text);
        free(text);
        return out;
    case GEN_URI:
        text = string_text(name->d.uniformResourceIdentifier);
        out = xasprintf("URI %s", text);
        free(text);
        return out;
    default:
        return NULL;
    }
}

static void read_names(struct cert *cert, X509 *x509)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);

    cert->names = xcalloc(NAMES_MAX, sizeof(char *));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        char *text;

        cert->name_total++;
        if (cert->name_count == NAMES_MAX)
            continue;
        text = general_name(sk_GENERAL_NAME_value(names, i));
        if (text)
            cert->names[cert->name_count++] = text;
    }
    GENERAL_NAMES_free(names);
}

/* -- dates ----------------------------------------------------------------- */

static bool read_time(const ASN1_TIME *when, time_t *out)
{
    struct tm tm;

    if (!when || !ASN1_TIME_check(when) || !ASN1_TIME_to_tm(when, &tm))
        return false;
    *out = timegm(&tm);
    return true;
}

/* -- key and signature ----------------------------------------------------- */

static char *key_text(X509 *x509)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);
    char group[80] = "";

    if (!key)
        return xstrdup("unreadable");
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return xasprintf("RSA %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_EC:
        EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
        if (strcmp(group, "prime256v1") == 0)
            return xstrdup("EC P-256");
        if (strcmp(group, "secp384r1") == 0)
            return xstrdup("EC P-384");
        if (strcmp(group, "secp521r1") == 0)
            return xstrdup("EC P-521");
        return xasprintf("EC %s", *group ? group : "(own curve)");
    case EVP_PKEY_ED25519:
        return xstrdup("Ed25519");
    case EVP_PKEY_ED448:
        return xstrdup("Ed448");
    default:
        return xasprintf("%s %d", OBJ_nid2sn(EVP_PKEY_get_base_id(key)),
                         EVP_PKEY_get_bits(key));
    }
}

static char *serial_text(X509 *x509)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    const unsigned char *bytes = ASN1_STRING_get0_data(serial);
    int len = ASN1_STRING_length(serial);
    char groups[SERIAL_MAX * 3];
    int shown = len > SERIAL_MAX ? SERIAL_MAX : len;

    text_hex_groups(groups, bytes, (size_t)shown);
    return xasprintf("%s%s%s",
                     ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" : "",
                     len ? groups : "0", len > shown ? " ..." : "");
}

/* -- extensions ------------------------------------------------------------ */

static char *key_usage_text(X509 *x509)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } words[] = {
        {KU_DIGITAL_SIGNATURE, "digital signature"},
        {KU_NON_REPUDIATION, "non-repudiation"},
        {KU_KEY_ENCIPHERMENT, "key encipherment"},
        {KU_DATA_ENCIPHERMENT, "data encipherment"},
        {KU_KEY_AGREEMENT, "key agreement"},
        {KU_KEY_CERT_SIGN, "certificate signing"},
        {KU_CRL_SIGN, "CRL signing"},
    };
    uint32_t usage = X509_get_key_usage(x509);
    struct buf out;

    buf_init(&out, TEXT_MAX);
    for (size_t i = 0;
         usage != UINT32_MAX && i < sizeof(words) / sizeof(words[0]); i++)
        if (usage & words[i].bit)
            buf_addf(&out, "%s%s", out.len ? ", " : "", words[i].word);
    return buf_take(&out);
}

static char *extended_usage_text(X509 *x509)
{
    EXTENDED_KEY_USAGE *usage =
        X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    struct buf out;

    buf_init(&out, TEXT_MAX);
    for (int i = 0; i < sk_ASN1_OBJECT_num(usage) && i < 20; i++) {
        char name[80];

        OBJ_obj2txt(name, sizeof(name), sk_ASN1_OBJECT_value(usage, i), 0);
        buf_addf(&out, "%s%s", out.len ? ", " : "", name);
    }
    sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    return buf_take(&out);
}

static void add_url(struct buf *out, const GENERAL_NAME *name)
{
    char *text;

    if (name->type != GEN_URI)
        return;
    text = string_text(name->d.uniformResourceIdentifier);
    buf_addf(out, "%s%s", out->len ? " " : "", text);
    free(text);
}

static char *access_urls(X509 *x509, int method)
{
    AUTHORITY_INFO_ACCESS *access =
        X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    struct buf out;

    buf_init(&out, TEXT_MAX);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access) && i < 20; i++) {
        ACCESS_DESCRIPTION *entry = sk_ACCESS_DESCRIPTION_value(access, i);

        if (OBJ_obj2nid(entry->method) == method)
            add_url(&out, entry->location);
    }
    AUTHORITY_INFO_ACCESS_free(access);
    return buf_take(&out);
}

static char *crl_urls(X509 *x509)
{
    CRL_DIST_POINTS *points =
        X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
    struct buf out;

    buf_init(&out, TEXT_MAX);
    for (int i = 0; i < sk_DIST_POINT_num(points) && i < 20; i++) {
        DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;

        for (int k = 0; name && name->type == 0 &&
                        k < sk_GENERAL_NAME_num(name->name.fullname);
             k++)
            add_url(&out, sk_GENERAL_NAME_value(name->name.fullname, k));
    }
    CRL_DIST_POINTS_free(points);
    return buf_take(&out);
}

/* Every extension that OpenSSL knows must parse, and none may stand twice (RFC
 * 5280 section 4.2). OpenSSL itself ends up at "unknown issuer" then. */
static bool extensions_parse(X509 *x509)
{
    int count = X509_get_ext_count(x509);

    if (X509_get_extension_flags(x509) & EXFLAG_INVALID)
        return false;
    for (int i = 0; i < count; i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        const ASN1_OBJECT *type = X509_EXTENSION_get_object(extension);

        if (X509_get_ext_by_OBJ(x509, type, i) >= 0)
            return false;
        if (X509V3_EXT_get(extension)) {
            const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
            void *value = X509V3_EXT_d2i(extension);

            if (!value)
                return false;
            if (method->it)
                ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
            else if (method->ext_free)
                method->ext_free(value);
        }
    }
    return true;
}

static bool wants_staple(X509 *x509)
{
    TLS_FEATURE *features = X509_get_ext_d2i(x509, NID_tlsfeature, NULL, NULL);
    bool found = false;

    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
        found =
            found || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == 5;
    sk_ASN1_INTEGER_pop_free(features, ASN1_INTEGER_free);
    return found;
}

static void read_extensions(struct cert *cert, X509 *x509)
{
    cert->extensions_ok = extensions_parse(x509);
    cert->is_ca = X509_check_ca(x509) == 1;
    cert->key_usage = key_usage_text(x509);
    cert->extended_key_usage = extended_usage_text(x509);
    cert->ocsp_urls = access_urls(x509, NID_ad_OCSP);
    cert->ca_issuer_urls = access_urls(x509, NID_ad_ca_issuers);
    cert->crl_urls = crl_urls(x509);
    cert->must_staple = wants_staple(x509);
}

/* -- the whole ------------------------------------------------------------- */

static void read_digests(struct cert *cert, X509 *x509)
{
    unsigned char *der = NULL, *spki = NULL;
    int len = i2d_X509(x509, &der);
    int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);

    if (len > 0) {
        cert->der = xmalloc((size_t)len);
        memcpy(cert->der, der, (size_t)len);
        cert->der_len = (size_t)len;
        EVP_Digest(der, (size_t)len, cert->sha256, NULL, EVP_sha256(), NULL);
        EVP_Digest(der, (size_t)len, cert->sha1, NULL, EVP_sha1(), NULL);
    }
    if (spki_len > 0)
        EVP_Digest(spki, (size_t)spki_len, cert->spki_sha256, NULL,
                   EVP_sha256(), NULL);
    OPENSSL_free(der);
    OPENSSL_free(spki);
}

void cert_read(struct cert *cert, X509 *x509)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    const X509_NAME *issuer = X509_get_issuer_name(x509);

    *cert = (struct cert){0};
    read_digests(cert, x509);
    read_names(cert, x509);
    cert->subject = name_text(subject);
    cert->issuer = name_text(issuer);
    cert->subject_name =
        short_name(subject, cert->name_count ? cert->names[0] : "(no name)");
    cert->issuer_name = short_name(issuer, "(no name)");
    cert->dates_ok = read_time(X509_get0_notBefore(x509), &cert->not_before) &&
                     read_time(X509_get0_notAfter(x509), &cert->not_after);
    cert->key = key_text(x509);
    cert->signature = xstrdup(OBJ_nid2ln(X509_get_signature_nid(x509)));
    cert->serial = serial_text(x509);
    cert->version = (int)X509_get_version(x509) + 1;
    cert->self_issued = X509_NAME_cmp(subject, issuer) == 0;
    cert->self_signed = cert->self_issued && X509_get0_pubkey(x509) &&
                        X509_verify(x509, X509_get0_pubkey(x509)) == 1;
    read_extensions(cert, x509);
    ERR_clear_error();
}

void cert_release(struct cert *cert)
{
    for (size_t i = 0; i < cert->name_count; i++)
        free(cert->names[i]);
    free(cert->names);
    free(cert->subject);
    free(cert->issuer);
    free(cert->subject_name);
    free(cert->issuer_name);
    free(cert->key);
    free(cert->signature);
    free(cert->serial);
    free(cert->key_usage);
    free(cert->extended_key_usage);
    free(cert->ocsp_urls);
    free(cert->crl_urls);
    free(cert->ca_issuer_urls);
    free(cert->der);
    *cert = (struct cert){0};
}

X509 *cert_x509(const struct cert *cert)
{
    const unsigned char *der = cert->der;

    return der ? d2i_X509(NULL, &der, (long)cert->der_len) : NULL;
}

void cert_chain_read(struct cert_chain *chain, STACK_OF(X509) * stack)
{
    int n = stack ? sk_X509_num(stack) : 0;

    chain->count = n > 0 ? (size_t)n : 0;
    chain->certs = xcalloc(chain->count, sizeof(struct cert));
    for (size_t i = 0; i < chain->count; i++)
        cert_read(&chain->certs[i], sk_X509_value(stack, (int)i));
}

void cert_chain_release(struct cert_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        cert_release(&chain->certs[i]);
    free(chain->certs);
    *chain = (struct cert_chain){0};
}

void cert_chain_copy(struct cert_chain *to, const struct cert_chain *from)
{
    STACK_OF(X509) *stack = sk_X509_new_null();

    for (size_t i = 0; i < from->count; i++) {
        X509 *x509 = cert_x509(&from->certs[i]);

        if (x509)
            sk_X509_push(stack, x509);
    }
    cert_chain_read(to, stack);
    sk_X509_pop_free(stack, X509_free);
}
