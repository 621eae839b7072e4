/* SPDX-License-Identifier: MIT */
/* identity_parts: a file in PEM taken apart, and put together again. */
#include "core/trust/identity_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX  16
#define LABEL_MAX  100
#define LABEL_LINE "friendlyName: " /* as `openssl pkcs12` writes it */

void identity_parts_init(struct identity_parts *parts)
{
    *parts = (struct identity_parts){.chain = sk_X509_new_null()};
    buf_init(&parts->key_pem, IDENTITY_FILE_MAX);
}

void identity_parts_release(struct identity_parts *parts)
{
    X509_free(parts->leaf);
    sk_X509_pop_free(parts->chain, X509_free);
    EVP_PKEY_free(parts->key);
    buf_release(&parts->key_pem);
    free(parts->label);
    *parts = (struct identity_parts){0};
}

/* -- certificate and key --------------------------------------------------- */

static X509 *take(STACK_OF(X509) * all, int i)
{
    return sk_X509_delete(all, i);
}

/* The nearest issuer of `of` among `all`, taken out; NULL: none. */
static X509 *take_issuer(STACK_OF(X509) * all, X509 *of)
{
    for (int i = 0; i < sk_X509_num(all); i++)
        if (X509_check_issued(sk_X509_value(all, i), of) == X509_V_OK)
            return take(all, i);
    return NULL;
}

static X509 *take_leaf(struct identity_parts *parts, STACK_OF(X509) * all)
{
    if (!parts->key)
        return take(all, 0);
    for (int i = 0; i < sk_X509_num(all); i++)
        if (X509_check_private_key(sk_X509_value(all, i), parts->key) == 1)
            return take(all, i);
    return NULL;
}

bool identity_parts_choose(struct identity_parts *parts, STACK_OF(X509) * all,
                           struct error *e)
{
    bool any = sk_X509_num(all) > 0;
    X509 *at;

    parts->leaf = any ? take_leaf(parts, all) : NULL;
    for (at = parts->leaf; at && sk_X509_num(parts->chain) < CHAIN_MAX;) {
        at = take_issuer(all, at);
        if (at)
            sk_X509_push(parts->chain, at);
    }
    sk_X509_pop_free(all, X509_free);
    ERR_clear_error();
    if (parts->leaf)
        return true;
    return any ? error_set(e, ERROR_PARSE,
                           "The private key does not belong to the "
                           "certificate.")
               : error_set(e, ERROR_PARSE,
                           "It holds a private key but no certificate.");
}

/* -- reading --------------------------------------------------------------- */

struct block {
    char *name, *header;
    unsigned char *data;
    long len;
};

static bool take_certificate(STACK_OF(X509) * all, const struct block *block,
                             struct error *e)
{
    const unsigned char *p = block->data;
    X509 *x509 = d2i_X509(NULL, &p, block->len);

    if (!x509)
        return error_set(e, ERROR_PARSE,
                         "A certificate in it is damaged and cannot be "
                         "decoded.");
    sk_X509_push(all, x509);
    return true;
}

static bool take_key(struct identity_parts *parts, const struct block *block,
                     struct error *e)
{
    BIO *bio;
    char *text;
    long len;
    bool ok;

    if (parts->key_pem.len)
        return error_set(e, ERROR_PARSE,
                         "It holds more than one private key; which one is "
                         "meant cannot be known.");
    bio = BIO_new(BIO_s_mem());
    ok = PEM_write_bio(bio, block->name, block->header, block->data,
                       block->len) > 0;
    len = BIO_get_mem_data(bio, &text);
    ok = ok && buf_add(&parts->key_pem, text, (size_t)len);
    BIO_free(bio);
    parts->encrypted = strstr(block->name, "ENCRYPTED") != NULL ||
                       strstr(block->header, "ENCRYPTED") != NULL;
    return ok ||
           error_set(e, ERROR_PARSE, "The private key is too big to be one.");
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && strcmp(text + len - n, end) == 0;
}

/* Requests, parameters of a curve and the like are passed over. */
static bool take_block(struct identity_parts *parts, STACK_OF(X509) * all,
                       const struct block *block, struct error *e)
{
    if (strcmp(block->name, PEM_STRING_X509) == 0 ||
        strcmp(block->name, PEM_STRING_X509_OLD) == 0 ||
        strcmp(block->name, PEM_STRING_X509_TRUSTED) == 0)
        return take_certificate(all, block, e);
    return !ends_with(block->name, "PRIVATE KEY") || take_key(parts, block, e);
}

static bool read_blocks(struct identity_parts *parts, STACK_OF(X509) * all,
                        const void *bytes, size_t len, struct error *e)
{
    BIO *bio = BIO_new_mem_buf(bytes, (int)len);
    struct block block = {0};
    bool ok = true;

    while (ok && PEM_read_bio(bio, &block.name, &block.header, &block.data,
                              &block.len)) {
        ok = take_block(parts, all, &block, e);
        OPENSSL_free(block.name);
        OPENSSL_free(block.header);
        OPENSSL_clear_free(block.data, (size_t)block.len);
        block = (struct block){0};
    }
    if (ok && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        ok = error_set(e, ERROR_PARSE,
                       "It is damaged: a PEM block in it cannot be read.");
    ERR_clear_error();
    BIO_free(bio);
    return ok;
}

/* The explanation before the first block. */
static char *read_label(const char *text, size_t len)
{
    const char *end = memmem(text, len, "-----BEGIN", 10), *at, *stop;

    if (!end)
        return NULL;
    at = memmem(text, (size_t)(end - text), LABEL_LINE, strlen(LABEL_LINE));
    if (!at)
        return NULL;
    at += strlen(LABEL_LINE);
    stop = memchr(at, '\n', (size_t)(end - at));
    return text_safe_dup(at, (size_t)((stop ? stop : end) - at), LABEL_MAX);
}

bool identity_parts_read(struct identity_parts *parts, const void *bytes,
                         size_t len, const char *passphrase, struct error *e)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    bool ok;

    ERR_clear_error();
    ok = read_blocks(parts, all, bytes, len, e);
    if (ok && !parts->key_pem.len)
        ok = error_set(e, ERROR_PARSE,
                       sk_X509_num(all)
                           ? "It holds a certificate but no private key."
                           : "It holds neither a certificate nor a private "
                             "key.");
    if (ok && (!parts->encrypted || passphrase)) {
        parts->key = identity_key_read(&parts->key_pem, passphrase, e);
        ok = parts->key != NULL;
    }
    if (!ok) {
        sk_X509_pop_free(all, X509_free);
        return false;
    }
    parts->label = read_label(bytes, len);
    return identity_parts_choose(parts, all, e);
}

/* -- writing --------------------------------------------------------------- */

char *identity_parts_label(const struct identity_parts *parts,
                           const struct cert *cert)
{
    char *given = xstrdup(parts->label ? parts->label : "");
    const char *label = text_trim(given);
    char *safe;

    if (!*label)
        label = cert->subject_name;
    safe = text_safe_dup(label, strlen(label), LABEL_MAX);
    free(given);
    return safe;
}

bool identity_parts_write(const struct identity_parts *parts, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    bool ok;

    ok = PEM_write_bio_X509(bio, parts->leaf) > 0;
    for (int i = 0; i < sk_X509_num(parts->chain); i++)
        ok = ok && PEM_write_bio_X509(bio, sk_X509_value(parts->chain, i)) > 0;
    len = BIO_get_mem_data(bio, &text);
    if (parts->label && *parts->label)
        ok = ok && buf_addf(out, LABEL_LINE "%s\n", parts->label);
    ok = ok && buf_add(out, text, (size_t)len) &&
         buf_add(out, parts->key_pem.data, parts->key_pem.len);
    BIO_free(bio);
    return ok;
}
