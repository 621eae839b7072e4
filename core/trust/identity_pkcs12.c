/* SPDX-License-Identifier: MIT */
/* identity_pkcs12: PKCS#12 (RFC 7292), new and old, in and out. */
#include "core/trust/identity_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <string.h>

#define ITERATIONS 100000

/* -- reading --------------------------------------------------------------- */

static PKCS12 *decode(const void *bytes, size_t len, OSSL_LIB_CTX *ctx)
{
    BIO *bio = BIO_new_mem_buf(bytes, (int)len);
    PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);

    if (!p12 || !d2i_PKCS12_bio(bio, &p12)) {
        PKCS12_free(p12); /* unless d2i has, which makes it NULL */
        p12 = NULL;
    }
    BIO_free(bio);
    return p12;
}

bool identity_is_pkcs12(const void *bytes, size_t len)
{
    PKCS12 *p12 = decode(bytes, len, NULL);
    bool is = p12 != NULL;

    PKCS12_free(p12);
    ERR_clear_error();
    return is;
}

/* The keys in a safe that is not encrypted itself. */
static bool bags_ok(PKCS7 *safe)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = PKCS12_unpack_p7data(safe);
    bool ok = true;

    for (int i = 0; ok && i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        const X509_ALGOR *algorithm = NULL;

        if (PKCS12_SAFEBAG_get_nid(bag) != NID_pkcs8ShroudedKeyBag)
            continue;
        X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, NULL);
        ok = identity_key_derivation_ok(algorithm);
    }
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return ok;
}

/* A file may demand work for hours; an honest one does not. */
static bool work_ok(PKCS12 *p12)
{
    const ASN1_INTEGER *iterations = NULL;
    STACK_OF(PKCS7) * safes;
    int64_t number = 1;
    bool ok;

    PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
    ok = !iterations ||
         (ASN1_INTEGER_get_int64(&number, iterations) && number <= 5000000);
    safes = ok ? PKCS12_unpack_authsafes(p12) : NULL;
    for (int i = 0; ok && i < sk_PKCS7_num(safes); i++) {
        PKCS7 *safe = sk_PKCS7_value(safes, i);

        if (PKCS7_type_is_data(safe))
            ok = bags_ok(safe);
        else if (PKCS7_type_is_encrypted(safe))
            ok = identity_key_derivation_ok(
                safe->d.encrypted->enc_data->algorithm);
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
    ERR_clear_error();
    return ok;
}

struct contents {
    EVP_PKEY *key;
    X509 *x509;
    STACK_OF(X509) * others;
};

/* Given NULL, PKCS12_parse() tries the empty password too. */
static bool parse(const void *bytes, size_t len, const char *password,
                  OSSL_LIB_CTX *ctx, struct contents *out)
{
    OSSL_LIB_CTX *before = identity_legacy_enter(ctx);
    PKCS12 *p12 = decode(bytes, len, ctx);
    bool ok;

    *out = (struct contents){0};
    ok = p12 &&
         PKCS12_parse(p12, password, &out->key, &out->x509, &out->others) == 1;
    PKCS12_free(p12);
    identity_legacy_leave(before);
    return ok;
}

static X509 *free_standing(X509 *x509)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    int len = i2d_X509(x509, &der);
    X509 *own;

    p = der;
    own = len > 0 ? d2i_X509(NULL, &p, len) : NULL;
    OPENSSL_free(der);
    return own;
}

/* Nothing that is kept may need the context that read it. */
static bool keep(struct identity_parts *parts, struct contents *from,
                 STACK_OF(X509) * all)
{
    X509 *own = from->x509 ? free_standing(from->x509) : NULL;
    int len = 0;
    unsigned char *alias =
        from->x509 ? X509_alias_get0(from->x509, &len) : NULL;

    if (alias && len > 0)
        parts->label = text_safe_dup(alias, (size_t)len, 100);
    if (own)
        sk_X509_push(all, own);
    for (int i = 0; i < sk_X509_num(from->others); i++) {
        own = free_standing(sk_X509_value(from->others, i));
        if (own)
            sk_X509_push(all, own);
    }
    if (from->key)
        parts->key = identity_key_free_standing(from->key);
    EVP_PKEY_free(from->key);
    X509_free(from->x509);
    sk_X509_pop_free(from->others, X509_free);
    return parts->key && identity_key_write(&parts->key_pem, parts->key);
}

static bool tell_password(const char *password, struct error *e)
{
    return error_set(e, ERROR_PASSWORD,
                     password && *password
                         ? "The password does not open the file."
                         : "The file is locked; its password is needed.");
}

static bool wrong_password(void)
{
    unsigned long code = ERR_peek_last_error();

    return ERR_GET_LIB(code) == ERR_LIB_PKCS12 &&
           ERR_GET_REASON(code) == PKCS12_R_MAC_VERIFY_FAILURE;
}

/* None and the empty password first. Without a message: the other context may
 * do better. */
static bool try_parse(struct identity_parts *parts, const void *bytes,
                      size_t len, const char *password, bool bare,
                      OSSL_LIB_CTX *ctx, STACK_OF(X509) * all)
{
    struct contents contents;
    bool open;

    ERR_clear_error();
    open = parse(bytes, len, NULL, ctx, &contents);
    if (!open && password && *password && (bare || wrong_password())) {
        ERR_clear_error();
        open = parse(bytes, len, password, ctx, &contents);
    }
    return open && keep(parts, &contents, all);
}

/* `bare`: there is no checksum by which a wrong password would be known. */
static bool read_any(struct identity_parts *parts, const void *bytes,
                     size_t len, const char *password, bool bare,
                     STACK_OF(X509) * all, struct error *e)
{
    struct identity_legacy legacy;
    bool ok;

    if (try_parse(parts, bytes, len, password, bare, NULL, all))
        return true;
    if (wrong_password())
        return tell_password(password, e);
    if (!identity_legacy_load(&legacy))
        return error_set(e, ERROR_PARSE,
                         "The file uses old ciphers, and OpenSSL's legacy "
                         "provider, which knows them, is not installed here.");
    ok = try_parse(parts, bytes, len, password, bare, legacy.ctx, all);
    if (!ok && (bare || wrong_password()))
        tell_password(password, e);
    else if (!ok)
        error_set(e, ERROR_PARSE,
                  "The PKCS#12 file cannot be read: it is damaged, holds no "
                  "private key, or its password is wrong.");
    identity_legacy_unload(&legacy);
    return ok;
}

bool identity_pkcs12_read(struct identity_parts *parts, const void *bytes,
                          size_t len, const char *password, struct error *e)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    PKCS12 *p12 = decode(bytes, len, NULL);
    bool bare = p12 && !PKCS12_mac_present(p12), ok;

    ok = p12 && work_ok(p12);
    if (!ok)
        error_set(e, ERROR_PARSE,
                  "The PKCS#12 file is locked in a way that would take "
                  "minutes to open.");
    PKCS12_free(p12);
    ok = ok && read_any(parts, bytes, len, password, bare, all, e);
    ERR_clear_error();
    if (ok)
        return identity_parts_choose(parts, all, e);
    sk_X509_pop_free(all, X509_free);
    return false;
}

/* -- writing --------------------------------------------------------------- */

bool identity_pkcs12_write(struct buf *out, const struct identity_parts *parts,
                           const char *label, const char *password,
                           struct error *e)
{
    PKCS12 *p12 = PKCS12_create(password, label, parts->key, parts->leaf,
                                parts->chain, NID_aes_256_cbc, NID_aes_256_cbc,
                                ITERATIONS, ITERATIONS, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    long len;
    bool ok;

    ok = p12 && i2d_PKCS12_bio(bio, p12) > 0;
    len = BIO_get_mem_data(bio, &bytes);
    ok = ok && buf_add(out, bytes, (size_t)len);
    BIO_free(bio);
    PKCS12_free(p12);
    ERR_clear_error();
    return ok ||
           error_set(e, ERROR_INTERNAL, "The PKCS#12 file cannot be made.");
}
