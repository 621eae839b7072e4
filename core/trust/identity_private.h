/* SPDX-License-Identifier: MIT */
/* identity_private: between the files of the identities. */
#ifndef POSTSEAL_CORE_TRUST_IDENTITY_PRIVATE_H
#define POSTSEAL_CORE_TRUST_IDENTITY_PRIVATE_H

#include "core/base/file.h"
#include "core/trust/identity.h"

#include <openssl/pkcs12.h>

/* What a file holds. */
struct identity_parts {
    X509 *leaf;
    STACK_OF(X509) * chain; /* issuers as far as given, nearest first */
    EVP_PKEY *key;          /* NULL: encrypted, and no passphrase was given */
    struct buf key_pem;     /* as it is to be kept */
    bool encrypted;
    char *label; /* NULL: none given */
};

/* -- identity_parts.c */
void identity_parts_init(struct identity_parts *parts);
void identity_parts_release(struct identity_parts *parts);
/* Reads PEM. With `passphrase` NULL an encrypted key stays closed. */
bool identity_parts_read(struct identity_parts *parts, const void *bytes,
                         size_t len, const char *passphrase, struct error *e);
/* Sorts `all` (taken over) into leaf and chain; key and certificate must fit
 * together. */
bool identity_parts_choose(struct identity_parts *parts, STACK_OF(X509) * all,
                           struct error *e);
bool identity_parts_write(const struct identity_parts *parts, struct buf *out);
/* The label, else the short name, made safe. The caller frees it. */
char *identity_parts_label(const struct identity_parts *parts,
                           const struct cert *cert);

/* -- identity_key.c */
/* A PEM block of a private key. ERROR_PASSWORD, ERROR_PARSE. */
EVP_PKEY *identity_key_read(const struct buf *pem, const char *passphrase,
                            struct error *e);
/* Appends the key as PKCS#8, not encrypted. */
bool identity_key_write(struct buf *out, EVP_PKEY *key);
/* A key that does not depend on the library context it was read in. */
EVP_PKEY *identity_key_free_standing(EVP_PKEY *key);
/* False for a password derivation that would take minutes. */
bool identity_key_derivation_ok(const X509_ALGOR *algorithm);
/* A library context with the ciphers of the nineties, for reading a file and
 * nothing else; NULL when OpenSSL has no legacy provider here. */
struct identity_legacy {
    OSSL_LIB_CTX *ctx;
    OSSL_PROVIDER *base, *legacy;
};
bool identity_legacy_load(struct identity_legacy *legacy);
void identity_legacy_unload(struct identity_legacy *legacy);
/* Makes it what OpenSSL falls back to, for one call; NULL: changes nothing. */
OSSL_LIB_CTX *identity_legacy_enter(OSSL_LIB_CTX *ctx);
void identity_legacy_leave(OSSL_LIB_CTX *before);

/* -- identity_pkcs12.c */
bool identity_is_pkcs12(const void *bytes, size_t len);
bool identity_pkcs12_read(struct identity_parts *parts, const void *bytes,
                          size_t len, const char *password, struct error *e);
bool identity_pkcs12_write(struct buf *out, const struct identity_parts *parts,
                           const char *label, const char *password,
                           struct error *e);

/* -- identity.c */
/* Nobody else may read or write it. */
bool identity_check_file(const char *path, struct error *e);
/* Reads a file of ours, or one that a setting names. */
bool identity_read_file(const char *path, const char *passphrase,
                        struct identity_parts *parts, struct error *e);

/* The store, see identity_store.c. */
struct identity_undo {
    bool is;
    char *path;
    bool existed; /* before the change */
    struct buf before;
    struct file_stamp after;
    char what[200];
};
struct identities {
    char *accounts_path, *folder;
    unsigned char seen[32]; /* digest of the folder's listing */
    struct identity *list;
    size_t count;
    char **problems;
    size_t problem_count;
    struct identity_undo undo;
};
/* -- identity_store.c */
bool identities_load(struct identities *s, struct error *e);
/* -- identity_write.c */
void identity_undo_forget(struct identities *s);

#endif
