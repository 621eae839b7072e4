/* SPDX-License-Identifier: MIT */
/*
 * exception: certificates that a person accepted although they are not
 * trusted. An exception = host + port + SHA-256 of one certificate + the
 * accepted faults + an end (design §5). Kept in exceptions.ini beside
 * accounts.ini with the certificate in certificates/SHA256.pem, written at
 * once; one for this session only stays in memory.
 */
#ifndef POSTSEAL_CORE_TRUST_EXCEPTION_H
#define POSTSEAL_CORE_TRUST_EXCEPTION_H

#include "core/trust/verdict.h"

enum exception_end {
    EXCEPTION_UNTIL,   /* end of that day, UTC */
    EXCEPTION_REMOVED, /* until removed; only when chosen on purpose */
    EXCEPTION_SESSION, /* never written */
};

enum exception_check {
    CHECKED_PASTED,  /* a SHA-256 from a second source matched */
    CHECKED_TYPED,   /* the server name was typed: no second source */
    CHECKED_COMMAND, /* --sha256 given to a command */
};
const char *exception_check_word(enum exception_check check);
/* "fingerprint pasted from a second source matched, 2026-03-02" */
const char *exception_check_label(enum exception_check check);

struct exception {
    unsigned number; /* in exceptions.ini; unique, 0: session */
    char *host;
    unsigned port;
    unsigned char sha256[32];
    unsigned char spki_sha256[32];
    fault_set faults;
    enum exception_end end;
    time_t until; /* EXCEPTION_UNTIL */
    time_t added;
    enum exception_check checked;
    char *names; /* for showing, blank-separated */
    char *issuer;
    time_t not_after;
    time_t changed_seen; /* another certificate was seen there; 0: never */
};

/* What the store says about a server's certificate (JSON `exception`). */
enum exception_state {
    EXCEPTION_NONE,
    EXCEPTION_USED,
    EXCEPTION_CHANGED,     /* another key than the accepted one: STOP */
    EXCEPTION_RENEWED,     /* another certificate, same key */
    EXCEPTION_MORE_FAULTS, /* same certificate, a fault not accepted */
    EXCEPTION_ENDED,
    EXCEPTION_NOT_NEEDED, /* trusted now; may be removed */
};
const char *exception_state_word(enum exception_state state);
bool exception_state_parse(const char *word, enum exception_state *state);

struct exceptions;

/* Opens the store beside accounts.ini. Missing = empty. A file that others may
 * write is not used: NULL with ERROR_TRUST and the chmod to run. */
struct exceptions *exceptions_open(const char *accounts_path, struct error *e);
void exceptions_free(struct exceptions *exceptions);
/* Reads the file again if it changed on disk. */
bool exceptions_refresh(struct exceptions *exceptions, struct error *e);

size_t exceptions_count(const struct exceptions *exceptions);
/* Valid until the next change of the store. */
const struct exception *exceptions_at(const struct exceptions *exceptions,
                                      size_t i);
/* One finished sentence for each section of the file that is no exception:
 * incomplete, unreadable or damaged ones are ignored (fewer are accepted, never
 * more) and kept as they are. */
size_t exceptions_problem_count(const struct exceptions *exceptions);
const char *exceptions_problem_at(const struct exceptions *exceptions,
                                  size_t i);
bool exception_has_ended(const struct exception *exception, time_t now);

/* Judges: does an exception cover this verdict at host:port now? *which (may
 * be NULL) is the exception concerned. EXCEPTION_USED is the only state that
 * lets a connection go on; a verdict with a fault that is never overridable
 * never gets it. `extra` (may be NULL): faults that were not accepted. */
enum exception_state exceptions_judge(const struct exceptions *exceptions,
                                      const char *host, unsigned port,
                                      const struct verdict *verdict, time_t now,
                                      const struct exception **which,
                                      fault_set *extra);

/* The latest end that design §5 allows: the earliest of the certificate's end
 * and today + 1 year; with `expired` accepted today + 30 days. */
time_t exception_latest_end(const struct verdict *verdict, time_t now);

struct exception_wish {
    const char *host; /* normalised */
    unsigned port;
    enum exception_end end;
    time_t until; /* 0: the latest allowed; later ones are cut to it */
    enum exception_check checked;
};
/* All that write take the lock once, without waiting, and read again what
 * others wrote: ERROR_LOCKED means that the caller shall try again by a timer.
 *
 * Adds (and writes) an exception for the verdict's leaf, accepting the faults
 * it has now. An exception for the same certificate there is replaced; ones
 * for other certificates at that host:port stay unless `replace` is set. */
bool exceptions_add(struct exceptions *exceptions,
                    const struct exception_wish *wish,
                    const struct verdict *verdict, bool replace, time_t now,
                    struct error *e);
/* Removes (and writes). Success as well when somebody else has removed it. The
 * PEM goes when the removal can no longer be taken back (the next change, or
 * exceptions_free()) and no exception names it. */
bool exceptions_remove(struct exceptions *exceptions,
                       const struct exception *exception, struct error *e);
/* Takes back the last add or remove of this process, unless the store was
 * changed meanwhile (ERROR_CONFLICT). Says what it did in `what`. */
bool exceptions_undo(struct exceptions *exceptions, char *what, size_t size,
                     struct error *e);
/* What exceptions_undo() would take back: "adding the exception for HOST:PORT";
 * NULL: there is nothing. */
const char *exceptions_undo_what(const struct exceptions *exceptions);
/* Notes that another certificate was seen (for the list's CHANGED mark). */
bool exceptions_note_change(struct exceptions *exceptions,
                            const struct exception *exception, time_t now,
                            struct error *e);
/* The stored certificate. */
bool exceptions_load_cert(const struct exceptions *exceptions,
                          const struct exception *exception, struct cert *out,
                          struct error *e);

#endif
