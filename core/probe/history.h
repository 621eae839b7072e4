/* SPDX-License-Identifier: MIT */
/*
 * history: state.ini, what the last tests said. Machine-written, may be
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

#endif
