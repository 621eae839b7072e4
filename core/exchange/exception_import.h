/* SPDX-License-Identifier: MIT */
/*
 * exception_import: exceptions out of a file of Thunderbird's, or out of
 * certificates that somebody handed over.
 *
 * Such a file says which certificate was accepted where, never why it was
 * needed. So nothing is taken from the file alone: the server is asked now, its
 * certificate must be the one in the file, and the exception covers the faults
 * that this one has now, like a SHA-256 pasted from a second source.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXCEPTION_IMPORT_H
#define POSTSEAL_CORE_EXCHANGE_EXCEPTION_IMPORT_H

#include "core/account/endpoint.h"
#include "core/exchange/cert_override.h"
#include "core/trust/exception.h"

enum import_kind {
    IMPORT_THUNDERBIRD,  /* overrides is filled */
    IMPORT_CERTIFICATES, /* PEM or DER; certificates is filled */
};
struct exception_import {
    enum import_kind kind;
    struct cert_overrides overrides;
    struct cert_chain certificates;
};
/* Reads the bytes of a file called `name`. ERROR_PARSE with file:line where
 * there is one when it is neither. Nothing to release then. */
bool exception_import_read(struct exception_import *out, const char *name,
                           const char *bytes, size_t len, struct error *e);
void exception_import_release(struct exception_import *import);

/* One exception that might be made. */
struct import_candidate {
    char host[HOST_MAX]; /* from host_normalise() */
    unsigned port;
    unsigned char sha256[32];
    unsigned line; /* of Thunderbird's file; 0: a certificate */
};
/* Those of the file, in its order, with `only` (may be NULL) at that host and
 * port alone. A file of certificates needs `only` and gives one: the first, as
 * long as exception_import_choose() does not know better. The caller frees
 * *out. */
size_t exception_import_candidates(const struct exception_import *import,
                                   const struct endpoint *only,
                                   struct import_candidate **out);
/* A file with a chain: the server's own may be any of it. */
void exception_import_choose(const struct exception_import *import,
                             struct import_candidate *candidate,
                             const struct verdict *verdict);

/* What to do where something is accepted at that host and port already. */
enum import_clash {
    IMPORT_KEEP,    /* nothing is changed */
    IMPORT_ALSO,    /* both certificates count */
    IMPORT_REPLACE, /* the new one takes the place of the others there, or of
                     * the same certificate's old exception */
};

enum import_outcome {
    IMPORT_ADD,            /* exceptions_add() with `replace` */
    IMPORT_THERE,          /* accepted already */
    IMPORT_TRUSTED,        /* needs no exception */
    IMPORT_DIFFERENT,      /* the server shows another certificate */
    IMPORT_NEVER,          /* a fault that nobody may override */
    IMPORT_TAKEN,          /* something else is accepted there (IMPORT_KEEP) */
    IMPORT_NO_CERTIFICATE, /* the server could not be asked */
    IMPORT_LISTED,         /* only looked at: accepted nothing there so far */
    IMPORT_NOT_STORED,     /* the caller could not add it */
};
/* "added" "there" "trusted" "different" "never" "taken" "no-certificate"
 * "listed" "not-stored": stable words of the JSON output. */
const char *import_outcome_word(enum import_outcome outcome);
/* Whether it is what the person wanted: added, there, trusted, listed. */
bool import_outcome_ok(enum import_outcome outcome);

struct import_decision {
    enum import_outcome outcome;
    bool replace;   /* IMPORT_ADD */
    char text[640]; /* a finished sentence */
};
/* Decides by the verdict on what the server shows now (NULL: nothing came).
 * Decides only; adding is the caller's. */
void exception_import_decide(struct import_decision *out,
                             const struct exceptions *store,
                             const struct import_candidate *candidate,
                             const struct verdict *verdict,
                             enum import_clash clash, time_t now);
/* What the store has for it already, without asking the server: THERE, TAKEN
 * or LISTED. */
void exception_import_look(struct import_decision *out,
                           const struct exceptions *store,
                           const struct import_candidate *candidate,
                           time_t now);

#endif
