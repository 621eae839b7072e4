/* SPDX-License-Identifier: MIT */
/*
 * authority: who may vouch for a server. The system's authorities (by hash
 * folder or bundle, each one read when its name is looked for; SSL_CERT_FILE
 * and SSL_CERT_DIR as OpenSSL honours them), files of accounts.ini and --ca,
 * and what the person decided: authorities.ini with authorities/SHA256.pem and
 * crls/ beside accounts.ini.
 *
 * The rules:
 * - What the person decided about a certificate (its SHA-256) goes over where
 *   it comes from: one that is distrusted or limited to domains stays so, also
 *   when the system or --ca brings it.
 * - A distrusted certificate ends every path that it stands in, whether it is
 *   an authority here or not.
 * - A certificate that signed itself becomes an authority by being imported.
 *   One that another one issued completes chains and vouches for nothing by
 *   itself; it is taken when its issuer is known here. Only when the person
 *   says so it becomes an authority on its own.
 * - Limits are domains: the name itself and all below it.
 * - A damaged entry is distrusted: less is trusted than was meant, never more.
 */
#ifndef POSTSEAL_CORE_TRUST_AUTHORITY_H
#define POSTSEAL_CORE_TRUST_AUTHORITY_H

#include "core/account/endpoint.h"
#include "core/trust/crl.h"
#include "core/trust/verdict.h"

#define AUTHORITY_FILE_MAX (16u << 20) /* bytes of the largest file taken */

enum authority_source {
    AUTHORITY_SYSTEM,
    AUTHORITY_IMPORTED,
    AUTHORITY_FILE, /* ca-file of accounts.ini, or --ca */
};
enum authority_trust {
    AUTHORITY_TRUSTED,    /* an anchor */
    AUTHORITY_CHAIN,      /* completes chains, vouches for nothing */
    AUTHORITY_DISTRUSTED, /* ends every path */
};
const char *authority_source_word(enum authority_source source); /* "system" */
const char *authority_trust_word(enum authority_trust trust);    /* "trusted" */

struct authority {
    unsigned char sha256[32];
    char *name;    /* the short name to call it by; several may have it */
    char *subject; /* "CN=Example Root CA, O=Example Org"; "" when only the
                    * mark is left and the certificate is gone */
    time_t not_after;
    bool not_after_ok;
    enum authority_source source;
    enum authority_trust trust;
    bool decided;  /* the person decided something: authorities.ini names it */
    char *domains; /* NULL: all mail servers; else blank-separated; "": none
                    * of them can be read, so it vouches for no server */
    char *origin;  /* imported: where from, "mail.example.org:993"; or "" */
    time_t added;  /* when that was decided; 0: not known */
    char *problem; /* NULL, or why it is not used: a sentence */
};

struct authorities;

/* Made once and shared by all tests. `system`: with the system's anchors
 * (false for `cert verify --roots`). Without anything of the person. */
struct authorities *authorities_new(bool system);
/* The same with the person's store beside accounts.ini. Missing = empty. A file
 * or folder that others may write is not used: NULL with ERROR_TRUST and the
 * chmod to run. */
struct authorities *authorities_open(const char *accounts_path,
                                     struct error *e);
void authorities_free(struct authorities *authorities);
/* Reads the person's store again if it changed on disk. */
bool authorities_refresh(struct authorities *authorities, struct error *e);
/* Adds every certificate of a PEM file as an anchor. A file that others may
 * write is refused with ERROR_TRUST. */
bool authorities_add_file(struct authorities *authorities, const char *path,
                          struct error *e);

/* -- for a verdict --------------------------------------------------------- */

/* Owned by authorities; another one after each change. */
X509_STORE *authorities_store(struct authorities *authorities);
/* Fills store, crls, intermediates, rules and recall of a request; they live as
 * long as authorities do and stay the same until it is changed. */
void authorities_terms(struct authorities *authorities,
                       struct verdict_request *request);

/* -- looking --------------------------------------------------------------- */

/* First those of the person (imported, or marked) by name, then those of files,
 * then the rest of the system's by name. The system's are read when
 * authorities_count() is called the first time and not before. Pointers are
 * valid until the next change, refresh or first reading of the system's. */
size_t authorities_own_count(const struct authorities *authorities);
size_t authorities_count(struct authorities *authorities);
const struct authority *authorities_at(const struct authorities *authorities,
                                       size_t i);
/* By SHA-256 (any spelling), by its first digits (8 or more) or by name
 * (without case), among all. NULL with ERROR_NOT_FOUND, or ERROR_INPUT when
 * several are meant. */
const struct authority *authorities_find(struct authorities *authorities,
                                         const char *name, struct error *e);
/* All facts. ERROR_NOT_FOUND when only the mark is left. */
bool authorities_load_cert(struct authorities *authorities,
                           const struct authority *authority, struct cert *out,
                           struct error *e);
/* One finished sentence for each entry or file that is not used. */
size_t authorities_problem_count(const struct authorities *authorities);
const char *authorities_problem_at(const struct authorities *authorities,
                                   size_t i);
/* "all mail servers", "example.org and below", "no mail server". */
char *authority_scope(char *out, size_t size,
                      const struct authority *authority);

/* By issuer. */
size_t authorities_crl_count(struct authorities *authorities);
const struct crl *authorities_crl_at(struct authorities *authorities, size_t i);
const struct crl *authorities_crl_find(struct authorities *authorities,
                                       const char *name, struct error *e);

/* -- importing ------------------------------------------------------------- */

/* First a plan, which changes nothing and can be shown, then the import. */
enum authority_fate {
    FATE_STORE,   /* will be stored */
    FATE_CHANGE,  /* is there already; its domains or its role will change */
    FATE_KNOWN,   /* is there already as it would be; nothing to do */
    FATE_REFUSED, /* for the reason in `text` */
};
struct authority_offer {
    struct cert cert;
    enum authority_fate fate;
    enum authority_trust trust; /* what it would become */
    char *text; /* NULL, or finished sentences: why it is refused or known;
                 * what is odd about it (ended, weak, no key usage) */
};
struct crl_offer {
    struct crl crl;
    enum authority_fate fate;
    char *text;     /* the same */
    X509_CRL *x509; /* private */
};
struct authority_plan {
    struct authority_offer *offers;
    size_t count;
    struct crl_offer *crls;
    size_t crl_count;
    char *note; /* NULL, or a sentence about what else the file holds: "It
                 * also holds a private key, ..." */
};
struct authority_wish {
    const char *domains; /* from authority_domains(); NULL: all */
    bool anchor;         /* also one that another one issued shall vouch */
    const char *origin;  /* "ca.pem", "mail.example.org:993"; for showing */
};

/* Domains as a person writes them (blanks or commas between, U-labels, any
 * case) in normal form; addresses are taken too. ERROR_INPUT: not a name, or a
 * public suffix, below which strangers have names. The caller frees *out. */
bool authority_domains(const char *text, char **out, struct error *e);
/* What to propose for a server: its registrable domain, else its own name. */
char *authority_domain_for(char out[HOST_MAX], const char *host);

/* The certificates and revocation lists of a file: PEM (any number), DER or
 * PKCS#7 of both kinds. ERROR_PARSE: there is none, or one is damaged. `plan`
 * is to be released either way. */
bool authorities_plan(struct authorities *authorities,
                      struct authority_plan *plan, const void *bytes,
                      size_t len, const struct authority_wish *wish, time_t now,
                      struct error *e);
/* One certificate out of a chain. */
void authorities_plan_cert(struct authorities *authorities,
                           struct authority_plan *plan, const struct cert *cert,
                           const struct authority_wish *wish, time_t now);
/* How many would be stored or changed. */
size_t authority_plan_news(const struct authority_plan *plan);
void authority_plan_release(struct authority_plan *plan);

/* All that write take the lock once, without waiting, and read again what
 * others wrote: ERROR_LOCKED means that the caller shall try again by a timer.
 * They take effect for the next certificate that is judged.
 *
 * Stores what the plan says is to be stored or changed. */
bool authorities_import(struct authorities *authorities,
                        const struct authority_plan *plan,
                        const struct authority_wish *wish, time_t now,
                        struct error *e);

/* -- deciding -------------------------------------------------------------- */

/* Removes an imported one, or the person's mark of another. Success as well
 * when somebody else has removed it. ERROR_INPUT: it is the system's or a
 * file's, and cannot be removed, only distrusted. */
bool authorities_remove(struct authorities *authorities,
                        const struct authority *authority, struct error *e);
bool authorities_distrust(struct authorities *authorities,
                          const struct authority *authority, time_t now,
                          struct error *e);
/* The same for any certificate: `name` is for showing. */
bool authorities_distrust_cert(struct authorities *authorities,
                               const unsigned char sha256[32], const char *name,
                               time_t now, struct error *e);
/* Takes the mark away: an imported one is again what it was. */
bool authorities_trust(struct authorities *authorities,
                       const struct authority *authority, struct error *e);
/* Another limit for an imported one; NULL: all mail servers. */
bool authorities_limit(struct authorities *authorities,
                       const struct authority *authority, const char *domains,
                       struct error *e);
bool authorities_remove_crl(struct authorities *authorities,
                            const struct crl *crl, struct error *e);
/* Takes back the last change of this process, unless the store was changed
 * meanwhile (ERROR_CONFLICT). Says what it did in `what`. */
bool authorities_undo(struct authorities *authorities, char *what, size_t size,
                      struct error *e);
/* What that would be; NULL: there is nothing to take back. */
const char *authorities_undo_what(const struct authorities *authorities);

#endif
