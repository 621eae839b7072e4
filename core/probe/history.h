/* SPDX-License-Identifier: MIT */
/*
 * history: state.ini, what the last tests said and what was exported where.
 * Machine-written, may be
 * deleted at any time; failing to write it is never an error for the person.
 */
#ifndef POSTSEAL_CORE_PROBE_HISTORY_H
#define POSTSEAL_CORE_PROBE_HISTORY_H

#include "core/probe/probe.h"

struct history;

struct history_entry {
    time_t when;
    bool ok;
    enum reason reason;
    int64_t elapsed_ms;
    char host[HOST_MAX];
    unsigned port;
    char summary[160]; /* certificate: "proven by ..., 61 days left" */
    /* What the store of exceptions said of it, and which one is concerned. */
    enum exception_state exception;
    unsigned exception_number;
};

struct history *history_open(const char *accounts_path);
void history_free(struct history *history);
/* Remembers a finished test of a target ("work/incoming"). Kept in memory;
 * history_save() writes. */
void history_note(struct history *history, const struct probe_result *result);
/* NULL when that target was never tested at that host and port. */
const struct history_entry *history_find(const struct history *history,
                                         const char *target, const char *host,
                                         unsigned port);
void history_save(struct history *history);

/* -- exports --------------------------------------------------------------- */

/* What another program's file was given. One an account, format and path. */
struct history_export {
    const char *format, *path, *account;
    const char *fingerprint; /* of what was written, secrets left out */
    const char *pins; /* numbers of the exceptions in it, blank-separated */
    bool with_passwords, tunnel;
    time_t when;
};
/* The i-th, in the order of the first export; false past the end. The texts
 * are valid until the next change. */
bool history_export_at(const struct history *history, size_t i,
                       struct history_export *out);
void history_note_export(struct history *history,
                         const struct history_export *what);
/* Forgets it: the block is gone, or the account. */
void history_drop_export(struct history *history, size_t i);

#endif
