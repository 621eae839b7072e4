/* SPDX-License-Identifier: MIT */
/* cert: reading facts out of a certificate. Its names are read in
 * cert_names.c, the rest by cert_key.c, cert_extensions.c and cert_notes.c; the
 * rows for people are in cert_describe.c, files in cert_load.c. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERIAL_MAX 64 /* bytes shown of a serial number */

/* -- dates ----------------------------------------------------------------- */

bool cert_time(const ASN1_TIME *when, time_t *out)
{
    struct tm tm;

    if (!when || !ASN1_TIME_check(when) || !ASN1_TIME_to_tm(when, &tm))
        return false;
    *out = timegm(&tm);
    return true;
}

static void read_dates(struct cert *cert, X509 *x509)
{
    const ASN1_TIME *from = X509_get0_notBefore(x509);
    const ASN1_TIME *until = X509_get0_notAfter(x509);

    cert->not_before_ok = cert_time(from, &cert->not_before);
    cert->not_after_ok = cert_time(until, &cert->not_after);
    cert->dates_ok = cert->not_before_ok && cert->not_after_ok;
    cert->not_before_raw = cert_string_text(from);
    cert->not_after_raw = cert_string_text(until);
}

/* -- numbers --- */

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

    *cert = (struct cert){.owners = xcalloc(1, sizeof(unsigned))};
    *cert->owners = 1;
    read_digests(cert, x509);
    cert_read_names(cert, x509);
    cert->subject = cert_name_text(subject);
    cert->issuer = cert_name_text(issuer);
    cert->subject_name = cert_short_name(
        subject, cert->name_count ? cert->names[0] : "(no name)");
    cert->issuer_name = cert_short_name(issuer, "(no name)");
    read_dates(cert, x509);
    cert->serial = serial_text(x509);
    cert->version = X509_get_version(x509);
    cert->version += cert->version < LONG_MAX;
    cert->self_issued = X509_NAME_cmp(subject, issuer) == 0;
    cert_read_key(cert, x509);
    cert_read_extensions(cert, x509);
    cert_read_notes(cert, x509);
    ERR_clear_error();
}

void cert_copy(struct cert *to, const struct cert *from)
{
    *to = *from;
    ++*to->owners;
}

static void free_facts(struct cert *cert)
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
    free(cert->not_before_raw);
    free(cert->not_after_raw);
    free(cert->name_constraints);
    free(cert->policies);
    free(cert->subject_key_id);
    free(cert->authority_key_id);
    free(cert->unknown_critical);
    for (size_t i = 0; i < cert->note_count; i++)
        free(cert->notes[i]);
    free(cert->notes);
    free(cert->der);
    free(cert->owners);
}

void cert_release(struct cert *cert)
{
    if (cert->owners && --*cert->owners == 0)
        free_facts(cert);
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
    to->count = from->count;
    to->certs = xcalloc(from->count, sizeof(struct cert));
    for (size_t i = 0; i < from->count; i++)
        cert_copy(&to->certs[i], &from->certs[i]);
}
