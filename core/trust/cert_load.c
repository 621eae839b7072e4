/* SPDX-License-Identifier: MIT */
/* cert_load: certificates out of files, and into PEM. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"
#include "core/trust/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* What stands in the file besides. */
struct others {
    bool key, request, crl, bundle, more;
};

/* -- one certificate ------------------------------------------------------- */

/* The old TRUSTED CERTIFICATE of OpenSSL has something behind it. */
static const char *add_der(STACK_OF(X509) * out, const unsigned char *der,
                           size_t len, bool more_allowed)
{
    const unsigned char *p = der;
    unsigned char *again = NULL;
    X509 *x509 = d2i_X509(NULL, &p, (long)len);
    size_t used = (size_t)(p - der);
    int size = x509 ? i2d_X509(x509, &again) : -1;
    bool same =
        size >= 0 && (size_t)size == used && memcmp(again, der, used) == 0;

    ERR_clear_error();
    OPENSSL_free(again);
    if (x509 && same && (used == len || more_allowed)) {
        sk_X509_push(out, x509);
        return NULL;
    }
    X509_free(x509);
    if (x509 && !same)
        return "is damaged: it is not written in DER";
    return x509 ? "is damaged: more bytes stand behind it" : "";
}

bool cert_is_block(const struct pem_block *block)
{
    return strcmp(block->label, PEM_STRING_X509) == 0 ||
           strcmp(block->label, PEM_STRING_X509_OLD) == 0 ||
           strcmp(block->label, PEM_STRING_X509_TRUSTED) == 0;
}

const char *cert_add_block(STACK_OF(X509) * out, const struct pem_block *block)
{
    bool trusted = strcmp(block->label, PEM_STRING_X509_TRUSTED) == 0;
    const unsigned char *bytes;
    const char *why;
    struct buf der;

    buf_init(&der, pem_size(block));
    why = pem_decode(block, &der);
    if (!why) {
        bytes = (const unsigned char *)der.data;
        why = add_der(out, bytes, der.len, trusted);
        if (why && !*why)
            why = der.len > 2 && bytes[0] == 0x30 && !der_length(bytes, der.len)
                      ? "is damaged: it ends too early"
                      : "is damaged and cannot be decoded";
    }
    buf_release(&der);
    return why;
}

/* -- PEM ------------------------------------------------------------------- */

static void note_other(struct others *others, const char *label)
{
    if (strstr(label, "PRIVATE KEY"))
        others->key = true;
    else if (strstr(label, "REQUEST"))
        others->request = true;
    else if (strstr(label, "CRL"))
        others->crl = true;
    else if (strstr(label, "PKCS7") || strstr(label, "CMS"))
        others->bundle = true;
    else
        others->more = true;
}

/* False when a certificate in it is damaged. */
static bool read_pem(const char *bytes, size_t len, STACK_OF(X509) * out,
                     struct others *others, struct error *e)
{
    const char *p = bytes, *why;
    struct pem_block block;

    while (pem_next(&p, bytes + len, &block)) {
        if (!cert_is_block(&block)) {
            note_other(others, block.label);
            continue;
        }
        if (sk_X509_num(out) == CERT_LOAD_MAX)
            return error_set(e, ERROR_PARSE,
                             "It holds more than %d certificates.",
                             CERT_LOAD_MAX);
        why = cert_add_block(out, &block);
        if (why)
            return error_set(e, ERROR_PARSE, "Certificate %d in it %s.",
                             sk_X509_num(out) + 1, why);
    }
    return true;
}

/* -- the whole file -------------------------------------------------------- */

static const char *what_else(const struct others *others)
{
    if (others->key)
        return "It holds a private key, no certificate. Keep that file to "
               "yourself.";
    if (others->request)
        return "It holds a certificate request, no certificate.";
    if (others->crl)
        return "It holds a revocation list, no certificate.";
    if (others->bundle)
        return "It is a PKCS#7 bundle (.p7b), no certificate by itself. "
               "openssl pkcs7 -print_certs takes the certificates out.";
    return "It holds PEM blocks, but no certificate.";
}

static bool any(const struct others *others)
{
    return others->key || others->request || others->crl || others->bundle ||
           others->more;
}

static char *passed_over_text(const struct others *others)
{
    if (!any(others))
        return NULL;
    if (others->key)
        return xstrdup("It also holds a private key, which was passed over. "
                       "Keep that file to yourself.");
    return xasprintf("It also holds %s, which was passed over.",
                     others->request  ? "a certificate request"
                     : others->crl    ? "a revocation list"
                     : others->bundle ? "a PKCS#7 bundle"
                                      : "something else in PEM");
}

static bool load_der(const unsigned char *bytes, size_t len,
                     STACK_OF(X509) * out, struct error *e)
{
    const char *why = add_der(out, bytes, len, false);

    if (!why)
        return true;
    if (*why)
        return error_set(e, ERROR_PARSE, "The certificate in it %s.", why);
    error_set(e, ERROR_PARSE, "%s", der_kind(bytes, len));
    ERR_clear_error();
    return false;
}

bool cert_load_telling(const void *bytes, size_t len, STACK_OF(X509) * *out,
                       char **passed_over, struct error *e)
{
    struct others others = {0};
    bool ok;

    *passed_over = NULL;
    *out = sk_X509_new_null();
    ok = read_pem(bytes, len, *out, &others, e);
    if (ok && !sk_X509_num(*out))
        ok = any(&others) ? error_set(e, ERROR_PARSE, "%s", what_else(&others))
                          : load_der(bytes, len, *out, e);
    if (ok) {
        *passed_over = passed_over_text(&others);
        return true;
    }
    sk_X509_pop_free(*out, X509_free);
    *out = NULL;
    return false;
}

bool cert_load(const void *bytes, size_t len, STACK_OF(X509) * *out,
               struct error *e)
{
    char *passed_over;
    bool ok = cert_load_telling(bytes, len, out, &passed_over, e);

    free(passed_over);
    return ok;
}

bool cert_add_pem(struct buf *out, const struct cert *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    bool ok;

    ok = cert->der_len && PEM_write_bio(bio, PEM_STRING_X509, "", cert->der,
                                        (long)cert->der_len) > 0;
    len = BIO_get_mem_data(bio, &text);
    ok = ok && buf_add(out, text, (size_t)len);
    BIO_free(bio);
    return ok;
}
