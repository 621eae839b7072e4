/* SPDX-License-Identifier: MIT */
/* identity_key: private keys in PEM, and what old files were locked with. */
#include "core/trust/identity_private.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <string.h>

/* About five seconds of a slow machine; a file may demand any number. */
#define ITERATIONS_MAX 5000000

/* -- old ciphers ----------------------------------------------------------- */

bool identity_legacy_load(struct identity_legacy *legacy)
{
    *legacy = (struct identity_legacy){.ctx = OSSL_LIB_CTX_new()};
    if (!legacy->ctx)
        return false;
    legacy->base = OSSL_PROVIDER_load(legacy->ctx, "default");
    legacy->legacy = OSSL_PROVIDER_load(legacy->ctx, "legacy");
    if (legacy->base && legacy->legacy)
        return true;
    identity_legacy_unload(legacy);
    return false;
}

void identity_legacy_unload(struct identity_legacy *legacy)
{
    if (legacy->legacy)
        OSSL_PROVIDER_unload(legacy->legacy);
    if (legacy->base)
        OSSL_PROVIDER_unload(legacy->base);
    OSSL_LIB_CTX_free(legacy->ctx);
    *legacy = (struct identity_legacy){0};
}

/* OpenSSL 3.0 does not hand its context down to the key of a PKCS#12 file and
 * to old PEM. */
OSSL_LIB_CTX *identity_legacy_enter(OSSL_LIB_CTX *ctx)
{
    return ctx ? OSSL_LIB_CTX_set0_default(ctx) : NULL;
}

void identity_legacy_leave(OSSL_LIB_CTX *before)
{
    if (before)
        OSSL_LIB_CTX_set0_default(before);
}

/* -- password derivation --------------------------------------------------- */

static bool few(const ASN1_INTEGER *iterations)
{
    int64_t number;

    return !iterations || (ASN1_INTEGER_get_int64(&number, iterations) &&
                           number <= ITERATIONS_MAX);
}

static bool pbes2_ok(const ASN1_TYPE *parameter)
{
    PBE2PARAM *pbes2 =
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);
    PBKDF2PARAM *pbkdf2 = NULL;
    bool ok;

    if (pbes2 && OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2)
        pbkdf2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
                                           pbes2->keyfunc->parameter);
    ok = !pbkdf2 || few(pbkdf2->iter);
    PBKDF2PARAM_free(pbkdf2);
    PBE2PARAM_free(pbes2);
    return ok;
}

bool identity_key_derivation_ok(const X509_ALGOR *algorithm)
{
    PBEPARAM *pbe;
    bool ok;

    if (!algorithm || !algorithm->parameter)
        return true;
    if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2)
        return pbes2_ok(algorithm->parameter);
    pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM),
                                    algorithm->parameter);
    ok = !pbe || few(pbe->iter);
    PBEPARAM_free(pbe);
    return ok;
}

/* -- reading --------------------------------------------------------------- */

/* One PEM block, taken apart. */
struct block {
    char *name, *header;
    unsigned char *data;
    long len;
};

static bool read_block(const struct buf *pem, struct block *block)
{
    BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
    bool ok;

    *block = (struct block){0};
    ok = PEM_read_bio(bio, &block->name, &block->header, &block->data,
                      &block->len) == 1;
    BIO_free(bio);
    return ok;
}

static void release_block(struct block *block, long allocated)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->data, (size_t)allocated);
}

static bool is_pkcs8(const struct block *block)
{
    return strcmp(block->name, PEM_STRING_PKCS8) == 0;
}

static bool is_encrypted(const struct block *block)
{
    return is_pkcs8(block) || strstr(block->header, "ENCRYPTED") != NULL;
}

static EVP_PKEY *decode_plain(const struct block *block)
{
    const unsigned char *p = block->data;

    return d2i_AutoPrivateKey(NULL, &p, block->len);
}

/* RFC 5958. */
static EVP_PKEY *open_pkcs8(const struct block *block, const char *passphrase,
                            OSSL_LIB_CTX *ctx)
{
    const unsigned char *p = block->data;
    X509_SIG *locked = d2i_X509_SIG(NULL, &p, block->len);
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    EVP_PKEY *key = NULL;

    if (locked)
        plain = PKCS8_decrypt_ex(locked, passphrase, (int)strlen(passphrase),
                                 ctx, NULL);
    if (plain)
        key = EVP_PKCS82PKEY(plain);
    PKCS8_PRIV_KEY_INFO_free(plain);
    X509_SIG_free(locked);
    return key;
}

/* Without it OpenSSL would ask on the terminal. */
static int give_passphrase(char *out, int size, int writing, void *arg)
{
    const char *passphrase = arg;
    size_t len = strlen(passphrase);

    (void)writing;
    if (len > (size_t)size)
        return -1;
    memcpy(out, passphrase, len);
    return (int)len;
}

/* "Proc-Type: 4,ENCRYPTED"; decrypts the block in place. */
static EVP_PKEY *open_traditional(struct block *block, const char *passphrase,
                                  OSSL_LIB_CTX *ctx)
{
    OSSL_LIB_CTX *before = identity_legacy_enter(ctx);
    EVP_CIPHER_INFO cipher;
    bool ok;

    ok = PEM_get_EVP_CIPHER_INFO(block->header, &cipher) == 1 &&
         PEM_do_header(&cipher, block->data, &block->len, give_passphrase,
                       (void *)passphrase) == 1;
    identity_legacy_leave(before);
    return ok ? decode_plain(block) : NULL;
}

static EVP_PKEY *open_with(const struct buf *pem, const char *passphrase,
                           OSSL_LIB_CTX *ctx)
{
    struct block block;
    EVP_PKEY *key = NULL;
    long allocated;

    if (!read_block(pem, &block))
        return NULL;
    allocated = block.len;
    if (is_pkcs8(&block))
        key = open_pkcs8(&block, passphrase, ctx);
    else if (is_encrypted(&block))
        key = open_traditional(&block, passphrase, ctx);
    else
        key = decode_plain(&block);
    release_block(&block, allocated);
    return key;
}

static EVP_PKEY *open_old(const struct buf *pem, const char *passphrase)
{
    struct identity_legacy legacy;
    EVP_PKEY *key;

    if (!identity_legacy_load(&legacy))
        return NULL;
    key = open_with(pem, passphrase, legacy.ctx);
    identity_legacy_unload(&legacy);
    return key;
}

/* Whether it is encrypted, and in a way that can be opened in time. */
static bool look(const struct buf *pem, bool *encrypted)
{
    struct block block;
    const unsigned char *p;
    X509_SIG *locked;
    const X509_ALGOR *algorithm = NULL;
    bool ok = true;

    *encrypted = false;
    if (!read_block(pem, &block))
        return true;
    *encrypted = is_encrypted(&block);
    p = block.data;
    locked = is_pkcs8(&block) ? d2i_X509_SIG(NULL, &p, block.len) : NULL;
    if (locked) {
        X509_SIG_get0(locked, &algorithm, NULL);
        ok = identity_key_derivation_ok(algorithm);
    }
    X509_SIG_free(locked);
    release_block(&block, block.len);
    return ok;
}

EVP_PKEY *identity_key_read(const struct buf *pem, const char *passphrase,
                            struct error *e)
{
    EVP_PKEY *key = NULL;
    bool encrypted, in_time = look(pem, &encrypted);

    if (encrypted && !passphrase) {
        error_set(e, ERROR_PASSWORD,
                  "The private key is encrypted; its passphrase is needed.");
        return NULL;
    }
    if (!in_time) {
        error_set(e, ERROR_PARSE,
                  "The private key is locked in a way that would take minutes "
                  "to open.");
        return NULL;
    }
    key = open_with(pem, passphrase, NULL);
    if (!key && encrypted)
        key = open_old(pem, passphrase);
    if (!key && encrypted)
        error_set(e, ERROR_PASSWORD,
                  "The passphrase does not open the private key.");
    else if (!key)
        error_set(e, ERROR_PARSE,
                  "The private key is damaged and cannot be decoded.");
    ERR_clear_error();
    return key;
}

/* -- writing --------------------------------------------------------------- */

EVP_PKEY *identity_key_free_standing(EVP_PKEY *key)
{
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
    EVP_PKEY *own = plain ? EVP_PKCS82PKEY(plain) : NULL;

    PKCS8_PRIV_KEY_INFO_free(plain);
    return own;
}

bool identity_key_write(struct buf *out, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    bool ok;

    ok = PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) > 0;
    len = BIO_get_mem_data(bio, &text);
    ok = ok && buf_add(out, text, (size_t)len);
    BIO_free(bio); /* wipes */
    ERR_clear_error();
    return ok;
}
