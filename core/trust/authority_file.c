/* SPDX-License-Identifier: MIT */
/* authority_file: certificates and revocation lists out of a file: PEM of any
 * mixture, DER, PKCS#7 (RFC 2315) of both kinds. */
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/trust/cert_private.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <stdlib.h>
#include <string.h>

#define CRL_COUNT_MAX 100

static bool too_many(const struct authority_file *file, struct error *e)
{
    if (sk_X509_num(file->certs) > CERT_LOAD_MAX)
        return !error_set(e, ERROR_PARSE, "It holds more than %d certificates.",
                          CERT_LOAD_MAX);
    if (sk_X509_CRL_num(file->crls) > CRL_COUNT_MAX)
        return !error_set(e, ERROR_PARSE,
                          "It holds more than %d revocation lists.",
                          CRL_COUNT_MAX);
    return false;
}

/* -- the kinds ------------------------------------------------------------- */

/* False: it is none, or something stands behind it. */
static bool add_crl(struct authority_file *file, const unsigned char *der,
                    size_t len)
{
    const unsigned char *p = der;
    X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)len);

    ERR_clear_error();
    if (crl && p == der + len) {
        sk_X509_CRL_push(file->crls, crl);
        return true;
    }
    X509_CRL_free(crl);
    return false;
}

static void add_content(struct authority_file *file, const PKCS7 *bundle)
{
    STACK_OF(X509) *certs = NULL;
    STACK_OF(X509_CRL) *crls = NULL;

    if (PKCS7_type_is_signed(bundle) && bundle->d.sign) {
        certs = bundle->d.sign->cert;
        crls = bundle->d.sign->crl;
    } else if (PKCS7_type_is_signedAndEnveloped(bundle) &&
               bundle->d.signed_and_enveloped) {
        certs = bundle->d.signed_and_enveloped->cert;
        crls = bundle->d.signed_and_enveloped->crl;
    }
    for (int i = 0; i < sk_X509_num(certs); i++) {
        X509_up_ref(sk_X509_value(certs, i));
        sk_X509_push(file->certs, sk_X509_value(certs, i));
    }
    for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
        X509_CRL_up_ref(sk_X509_CRL_value(crls, i));
        sk_X509_CRL_push(file->crls, sk_X509_CRL_value(crls, i));
    }
}

static bool add_bundle(struct authority_file *file, const unsigned char *der,
                       size_t len)
{
    const unsigned char *p = der;
    PKCS7 *bundle = d2i_PKCS7(NULL, &p, (long)len);
    bool ok = bundle && p == der + len;

    if (ok)
        add_content(file, bundle);
    PKCS7_free(bundle);
    ERR_clear_error();
    return ok;
}

/* -- PEM ------------------------------------------------------------------- */

static bool is_crl_block(const struct pem_block *block)
{
    return strcmp(block->label, PEM_STRING_X509_CRL) == 0;
}

static bool is_bundle_block(const struct pem_block *block)
{
    return strcmp(block->label, PEM_STRING_PKCS7) == 0 ||
           strcmp(block->label, PEM_STRING_PKCS7_SIGNED) == 0 ||
           strcmp(block->label, PEM_STRING_CMS) == 0;
}

/* A revocation list or a bundle. */
static const char *add_other_block(struct authority_file *file,
                                   const struct pem_block *block)
{
    const char *why;
    struct buf der;

    buf_init(&der, pem_size(block));
    why = pem_decode(block, &der);
    if (!why &&
        !(is_crl_block(block)
              ? add_crl(file, (const unsigned char *)der.data, der.len)
              : add_bundle(file, (const unsigned char *)der.data, der.len)))
        why = "is damaged and cannot be decoded";
    buf_release(&der);
    return why;
}

static bool add_block(struct authority_file *file,
                      const struct pem_block *block, struct error *e)
{
    const char *why, *what;
    int number;

    if (cert_is_block(block)) {
        what = "Certificate";
        number = sk_X509_num(file->certs) + 1;
        why = cert_add_block(file->certs, block);
    } else {
        what = is_crl_block(block) ? "Revocation list" : "PKCS#7 bundle";
        number = sk_X509_CRL_num(file->crls) + 1;
        why = add_other_block(file, block);
    }
    return (!why ||
            error_set(e, ERROR_PARSE, "%s %d in it %s.", what, number, why)) &&
           !too_many(file, e);
}

/* *any: there is a block of some kind. */
static bool read_pem(struct authority_file *file, const char *bytes, size_t len,
                     bool *any, struct error *e)
{
    const char *p = bytes;
    struct pem_block block;
    bool key = false, more = false;

    *any = false;
    while (pem_next(&p, bytes + len, &block)) {
        *any = true;
        if (strstr(block.label, "PRIVATE KEY"))
            key = true;
        else if (!cert_is_block(&block) && !is_crl_block(&block) &&
                 !is_bundle_block(&block))
            more = true;
        else if (!add_block(file, &block, e))
            return false;
    }
    if (key)
        file->note = xstrdup("It also holds a private key, which was passed "
                             "over. An authority's key does not belong here: "
                             "whoever has it can sign for any server. Keep "
                             "that file to yourself.");
    else if (more)
        file->note = xstrdup("It also holds something else in PEM, which was "
                             "passed over.");
    return true;
}

/* -- the whole file -------------------------------------------------------- */

static bool read_der(struct authority_file *file, const void *bytes, size_t len,
                     struct error *e)
{
    if (add_bundle(file, bytes, len) || add_crl(file, bytes, len))
        return !too_many(file, e);
    sk_X509_free(file->certs);
    file->certs = NULL;
    return cert_load(bytes, len, &file->certs, e);
}

bool authority_file_read(struct authority_file *file, const void *bytes,
                         size_t len, struct error *e)
{
    STACK_OF(X509) *none = NULL;
    bool any;

    *file = (struct authority_file){.certs = sk_X509_new_null(),
                                    .crls = sk_X509_CRL_new_null()};
    if (!read_pem(file, bytes, len, &any, e) ||
        (!any && !read_der(file, bytes, len, e)))
        return false;
    if (sk_X509_num(file->certs) > 0 || sk_X509_CRL_num(file->crls) > 0)
        return true;
    /* What it is instead. */
    if (cert_load(bytes, len, &none, e))
        error_set(e, ERROR_PARSE, "It holds no certificate.");
    sk_X509_pop_free(none, X509_free);
    return false;
}

void authority_file_release(struct authority_file *file)
{
    sk_X509_pop_free(file->certs, X509_free);
    sk_X509_CRL_pop_free(file->crls, X509_CRL_free);
    free(file->note);
    *file = (struct authority_file){0};
}
