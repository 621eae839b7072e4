/* SPDX-License-Identifier: MIT */
/* cert_load: certificates out of files, and into PEM. */
#include "core/trust/cert.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <string.h>

/* What a file without a certificate holds instead. */
static const char *what_else(const struct buf *names)
{
    if (strstr(names->data, "PRIVATE KEY"))
        return "It holds a private key, no certificate. Keep that file to "
               "yourself.";
    if (strstr(names->data, "CERTIFICATE REQUEST"))
        return "It holds a certificate request, no certificate.";
    if (strstr(names->data, "CRL"))
        return "It holds a revocation list, no certificate.";
    if (names->len)
        return "It holds PEM blocks, but no certificate.";
    return "It holds no certificate, neither as PEM nor as DER.";
}

static bool add_der(STACK_OF(X509) * out, const unsigned char *der, long len)
{
    const unsigned char *p = der;
    X509 *x509 = d2i_X509(NULL, &p, len);

    if (!x509 || p != der + len) {
        X509_free(x509);
        return false;
    }
    sk_X509_push(out, x509);
    return true;
}

/* Whether reading stopped because there is no further block, not because the
 * next one is damaged. */
static bool at_the_end(void)
{
    unsigned long code = ERR_peek_last_error();

    return code == 0 || (ERR_GET_LIB(code) == ERR_LIB_PEM &&
                         ERR_GET_REASON(code) == PEM_R_NO_START_LINE);
}

/* Reads all PEM blocks; the names of those passed over go to `others`. False
 * when a block does not decode. */
static bool read_pem(BIO *bio, STACK_OF(X509) * out, struct buf *others)
{
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    bool ok = true;
    long len;

    ERR_clear_error();
    while (ok && PEM_read_bio(bio, &name, &header, &data, &len)) {
        if (strcmp(name, PEM_STRING_X509) == 0 ||
            strcmp(name, PEM_STRING_X509_OLD) == 0)
            ok = add_der(out, data, len);
        else
            buf_addf(others, "%s ", name);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)len);
        name = header = NULL;
        data = NULL;
    }
    ok = ok && at_the_end();
    ERR_clear_error();
    return ok;
}

bool cert_load(const void *bytes, size_t len, STACK_OF(X509) * *out,
               struct error *e)
{
    BIO *bio = BIO_new_mem_buf(bytes, (int)len);
    struct buf others;
    bool ok;

    *out = sk_X509_new_null();
    buf_init(&others, 4096);
    ok = read_pem(bio, *out, &others);
    if (!ok)
        error_set(e, ERROR_PARSE,
                  "A certificate in it is damaged and cannot be decoded.");
    if (ok && !sk_X509_num(*out) && !others.len)
        add_der(*out, bytes, (long)len);
    if (ok && !sk_X509_num(*out))
        ok = error_set(e, ERROR_PARSE, "%s", what_else(&others));
    ERR_clear_error();
    buf_release(&others);
    BIO_free(bio);
    if (!ok) {
        sk_X509_pop_free(*out, X509_free);
        *out = NULL;
    }
    return ok;
}

bool cert_add_pem(struct buf *out, const struct cert *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    bool ok;

    ok = PEM_write_bio(bio, PEM_STRING_X509, "", cert->der,
                       (long)cert->der_len) > 0;
    len = BIO_get_mem_data(bio, &text);
    ok = ok && buf_add(out, text, (size_t)len);
    BIO_free(bio);
    return ok;
}
