/* SPDX-License-Identifier: MIT */
/*
 * identity: the person's own certificates, each with its private key, shown to
 * servers that ask for one. Kept as identities/SHA256.pem beside accounts.ini:
 * the certificate, those that issued it as far as known, and the key.
 *
 * A file that others may read or write is not used. An encrypted key in PEM is
 * kept as it is; a key out of PKCS#12, whose password only guards it on its
 * way, is kept without one. Private keys are never shown and are wiped.
 */
#ifndef POSTSEAL_CORE_TRUST_IDENTITY_H
#define POSTSEAL_CORE_TRUST_IDENTITY_H

#include "core/trust/cert.h"
#include <openssl/evp.h>

#define IDENTITY_FILE_MAX (256u << 10) /* bytes of the largest file taken */

struct identity {
    unsigned char sha256[32];
    char *label; /* friendly name of the import, else the short name; safe */
    char *name;  /* what a setting calls it: the label when no other has it and
                  * it looks like no path, else the SHA-256 */
    struct cert cert;
    char *path;
    bool key_encrypted; /* a passphrase is wanted for each use */
    char *problem; /* NULL, or why it is not used: a sentence with the cure */
};

struct identities;

/* Opens the folder beside accounts.ini. Missing = empty. A folder that others
 * may write is not used: NULL with ERROR_TRUST and the chmod to run. */
struct identities *identities_open(const char *accounts_path, struct error *e);
void identities_free(struct identities *identities);
/* Reads the folder again if something in it changed. */
bool identities_refresh(struct identities *identities, struct error *e);

/* By label. Pointers are valid until the next change of the store. */
size_t identities_count(const struct identities *identities);
const struct identity *identities_at(const struct identities *identities,
                                     size_t i);
/* One finished sentence for each *.pem in the folder that is no identity. */
size_t identities_problem_count(const struct identities *identities);
const char *identities_problem_at(const struct identities *identities,
                                  size_t i);
/* By SHA-256 (any spelling) or exact label. NULL with ERROR_NOT_FOUND, or
 * ERROR_INPUT when several have the label. */
const struct identity *identities_find(const struct identities *identities,
                                       const char *name, struct error *e);

/* All that write take the lock once, without waiting: ERROR_LOCKED means that
 * the caller shall try again by a timer. *added (may be NULL) is valid until
 * the next change.
 *
 * Imports PKCS#12 (also RC2 and 3DES ones of old programs) or PEM with
 * certificate and key in any order; the same certificate again replaces.
 * `password` may be NULL; none and the empty one are tried too.
 * ERROR_PASSWORD: one is needed, or that one is wrong. ERROR_PARSE: no
 * certificate, no key, or they do not belong together. */
bool identities_import(struct identities *identities, const void *bytes,
                       size_t len, const char *password,
                       const struct identity **added, struct error *e);
/* The same of a certificate file (PEM or DER) and a key file (PEM). */
bool identities_import_pair(struct identities *identities,
                            const struct buf *cert, const struct buf *key,
                            const char *password, const struct identity **added,
                            struct error *e);
/* As PKCS#12 under a new password that is not empty (AES-256, PBKDF2). An
 * encrypted key needs its `passphrase` (else NULL): ERROR_PASSWORD. */
bool identities_export(const struct identities *identities,
                       const struct identity *identity, const char *passphrase,
                       const char *new_password, struct buf *p12,
                       struct error *e);
/* Success as well when somebody else has removed it. */
bool identities_remove(struct identities *identities,
                       const struct identity *identity, struct error *e);
/* Takes back the last import or remove of this process, unless that file was
 * changed meanwhile (ERROR_CONFLICT). Says what it did in `what`. */
bool identities_undo(struct identities *identities, char *what, size_t size,
                     struct error *e);

/* What identities_undo() would take back; NULL: there is nothing. */
const char *identities_undo_what(const struct identities *identities);

/* -- for a handshake ------------------------------------------------------- */

struct client_identity {
    X509 *x509;
    STACK_OF(X509) * chain; /* those that issued it, without the root */
    EVP_PKEY *key;
    char *label;
};
/* The file that a setting `client-certificate` names: an identity's SHA-256 or
 * label, or a path (~/ is the home folder; a relative one lies beside
 * accounts.ini). The caller frees it. NULL with ERROR_NOT_FOUND or
 * ERROR_INPUT. */
char *identity_locate(const struct identities *identities, const char *name,
                      struct error *e);
/* Whether what a setting names is there and may be used: all of
 * identity_load() that needs no passphrase. */
bool identity_usable(const struct identities *identities, const char *name,
                     struct error *e);
/* Loads certificate and key. ERROR_TRUST when others may read or write the
 * file, ERROR_PASSWORD when the key is encrypted and `passphrase` (may be NULL)
 * does not open it, ERROR_PARSE, ERROR_FILE, ERROR_NOT_FOUND. */
bool identity_load(const char *path, const char *passphrase,
                   struct client_identity *out, struct error *e);
void client_identity_release(struct client_identity *identity);

#endif
