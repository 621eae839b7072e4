/* SPDX-License-Identifier: MIT */
/* authority_private: between the files of the authorities. */
#ifndef POSTSEAL_CORE_TRUST_AUTHORITY_PRIVATE_H
#define POSTSEAL_CORE_TRUST_AUTHORITY_PRIVATE_H

#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/trust/authority.h"
#include "core/trust/recall.h"

#define AUTHORITY_PEM_MAX (256u << 10) /* bytes of one in authorities/ */

/* One of the list. `facts` stands first: what the world holds is a pointer to
 * it. */
struct holding {
    struct authority facts;
    X509 *x509;                  /* NULL: only the mark is left */
    enum authority_trust before; /* what a distrusted one was */
};

/* A certificate of --ca or ca-file. */
struct file_anchor {
    X509 *x509;
    char *path;
};

struct stored_crl {
    struct crl facts;
    X509_CRL *x509;
};

/* What the last change did, for taking it back. */
struct undo_file {
    char *path;
    bool existed; /* before the change */
    struct buf bytes;
};
struct authority_undo {
    bool is;
    char *text; /* authorities.ini before it */
    size_t len;
    struct undo_file *files; /* of authorities/ and crls/ */
    size_t count;
    struct file_stamp after;       /* of authorities.ini */
    unsigned char after_files[32]; /* digest of the folders */
    char what[200];
};

struct authorities {
    bool system;
    X509_STORE *store; /* NULL: to be built anew */
    STACK_OF(X509) * intermediates;
    STACK_OF(X509_CRL) * lists;
    struct trust_rules rules;
    struct recall *recall;

    struct holding **list; /* the person's, those of files, the system's */
    size_t own_count, count;
    struct file_anchor *files;
    size_t file_count;
    STACK_OF(X509) * from_system; /* NULL: not read yet */

    char *path, *folder, *crl_folder; /* NULL: nothing of the person */
    struct ini *ini;
    struct file_stamp stamp;
    unsigned char seen[32]; /* digest of the listings of both folders */
    struct stored_crl *crls;
    size_t crl_count;
    bool crls_read, crls_checked;
    char **problems;
    size_t problem_count;
    struct authority_undo undo;
};

/* -- authority.c */
/* Those of that name which may vouch or complete chains. The caller frees them.
 */
STACK_OF(X509) *
    authorities_named(struct authorities *a, const X509_NAME *name);
/* Something changed: store and stacks are built anew when asked for. */
void authorities_outdate(struct authorities *a);

/* -- authority_list.c */
/* Takes x509 over; it may be NULL. */
struct holding *holding_new(X509 *x509);
void holding_free(struct holding *holding);
void holding_append(struct authorities *a, struct holding *holding);
/* The person's decision about that certificate, or NULL. */
struct holding *authorities_decided(const struct authorities *a,
                                    const unsigned char sha256[32]);
/* Any of the list with that certificate, or NULL. */
struct holding *authorities_holding(const struct authorities *a,
                                    const unsigned char sha256[32]);
void authorities_forget_list(struct authorities *a);
/* Builds the list anew: decisions, files, and the system's if they were read.
 */
void authorities_build_list(struct authorities *a);
/* Appends one, or gives its certificate to the decision about it. */
void authorities_list_cert(struct authorities *a, X509 *x509,
                           enum authority_source source, const char *origin);
void authorities_forget_problems(struct authorities *a);
/* Takes the sentence over. */
void authorities_note(struct authorities *a, char *sentence);
/* Whether what a person wrote means that certificate; see authorities_find().
 */
bool authority_is_meant(const char *name, const unsigned char sha256[32],
                        const char *called);

/* -- authority_system.c */
/* Adds to the store what OpenSSL takes from the system. */
void authority_system_add(X509_STORE *store);
/* All certificates that it would find there. The caller frees them. */
STACK_OF(X509) * authority_system_read(void);
/* Appends them to the list, once. */
void authorities_need_system(struct authorities *a);
/* The same of those that were read. */
void authority_system_list(struct authorities *a);

/* -- authority_section.c */
/* False: not the name of an entry. */
bool authority_section_sha256(const char *section, unsigned char sha256[32]);
char *authority_section_name(const unsigned char sha256[32]);
/* Reads what section number i says into a holding without certificate. */
void authority_section_read(const struct ini *ini, size_t i,
                            struct holding *holding);
bool authority_section_write(struct ini *ini, const struct holding *holding,
                             struct error *e);

/* -- authority_store.c */
/* Appends what authorities.ini says. */
void authorities_read_own(struct authorities *a);
bool authorities_load(struct authorities *a, struct error *e);
/* Takes the lock, reads again what others wrote, notes how to go back. */
bool authorities_begin(struct authorities *a, struct file_lock *lock,
                       struct error *e);
/* Writes authorities.ini; the lock is held. */
bool authorities_save_ini(struct authorities *a, struct error *e);
/* A file of authorities/ or crls/; NULL bytes: it goes. What was there before
 * is kept for taking it back. */
bool authorities_put_file(struct authorities *a, const char *path,
                          const struct buf *bytes, struct error *e);
/* Ends a change: with `ok` false all is as it was. Releases the lock. */
bool authorities_end(struct authorities *a, struct file_lock *lock, bool ok,
                     const char *what, const char *name, struct error *e);
/* The caller frees them. */
char *authorities_pem_path(const struct authorities *a,
                           const unsigned char sha256[32]);
void authorities_digest(const struct authorities *a, unsigned char out[32]);
void authority_undo_forget(struct authorities *a);

/* -- authority_file.c */
/* What a file holds. */
struct authority_file {
    STACK_OF(X509) * certs;
    STACK_OF(X509_CRL) * crls;
    char *note; /* see authority_plan */
};
/* To be released either way. */
bool authority_file_read(struct authority_file *out, const void *bytes,
                         size_t len, struct error *e);
void authority_file_release(struct authority_file *file);

/* -- authority_crl.c */
/* Reads crls/, once. */
void authorities_need_crls(struct authorities *a);
void authorities_forget_crls(struct authorities *a);
void authorities_plan_crl(struct authorities *a, struct crl_offer *offer,
                          X509_CRL *x509, STACK_OF(X509) * more, time_t now);
/* Stores it and removes those that it replaces; within a change. */
bool authorities_store_crl(struct authorities *a, const struct crl_offer *offer,
                           struct error *e);

#endif
