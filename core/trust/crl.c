/* SPDX-License-Identifier: MIT */
#include "core/trust/crl.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/trust/cert_private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 20 /* bytes of a CRL number (RFC 5280 section 5.2.3) */

static char *number_text(X509_CRL *x509)
{
    ASN1_INTEGER *number =
        X509_CRL_get_ext_d2i(x509, NID_crl_number, NULL, NULL);
    char hex[NUMBER_MAX * 2 + 1] = "";
    int len = number ? ASN1_STRING_length(number) : 0;

    if (len > 0 && len <= NUMBER_MAX)
        text_hex(hex, ASN1_STRING_get0_data(number), (size_t)len);
    ASN1_INTEGER_free(number);
    return xstrdup(hex);
}

void crl_read(struct crl *crl, X509_CRL *x509)
{
    const X509_NAME *issuer = X509_CRL_get_issuer(x509);
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(x509);
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(x509);

    *crl = (struct crl){0};
    X509_CRL_digest(x509, EVP_sha256(), crl->sha256, NULL);
    crl->issuer = cert_name_text(issuer);
    crl->issuer_name = cert_short_name(issuer, "(no name)");
    crl->dates_ok =
        cert_time(X509_CRL_get0_lastUpdate(x509), &crl->this_update) &&
        (!next || cert_time(next, &crl->next_update));
    crl->number = number_text(x509);
    crl->revoked = revoked ? (size_t)sk_X509_REVOKED_num(revoked) : 0;
    crl->is_delta = X509_CRL_get_ext_by_NID(x509, NID_delta_crl, -1) >= 0;
    crl->is_part =
        X509_CRL_get_ext_by_NID(x509, NID_issuing_distribution_point, -1) >= 0;
    ERR_clear_error();
}

void crl_release(struct crl *crl)
{
    free(crl->issuer);
    free(crl->issuer_name);
    free(crl->number);
    free(crl->path);
    *crl = (struct crl){0};
}

bool crl_is_stale(const struct crl *crl, time_t now)
{
    return crl->dates_ok && crl->next_update && crl->next_update < now;
}

bool crl_add_pem(struct buf *out, X509_CRL *x509)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    bool ok = PEM_write_bio_X509_CRL(bio, x509) > 0;

    len = BIO_get_mem_data(bio, &text);
    ok = ok && buf_add(out, text, (size_t)len);
    BIO_free(bio);
    return ok;
}
