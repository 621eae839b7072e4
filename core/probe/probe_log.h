/* SPDX-License-Identifier: MIT */
/*
 * probe_log: what was said in a test: its stages, the lines sent, the lines
 * received, with the time. Bounded; no secret is ever in it (probe_talk.c says
 * how), and all of it is safe to show.
 */
#ifndef POSTSEAL_CORE_PROBE_PROBE_LOG_H
#define POSTSEAL_CORE_PROBE_PROBE_LOG_H

#include "core/base/buf.h"

#include <stdint.h>

#define PROBE_LOG_LINES 400   /* then the oldest behind the first ones go */
#define PROBE_LOG_FIRST 100   /* these stay */
#define PROBE_LOG_BYTES 65536 /* of all texts */
#define PROBE_LOG_TEXT  500   /* bytes of one; the rest is cut ("...") */

enum probe_log_kind {
    PROBE_LOG_STAGE,   /* a stage begins */
    PROBE_LOG_SENT,    /* a line to the server */
    PROBE_LOG_RECEIVED /* a line from it */
};

struct probe_log_entry {
    enum probe_log_kind kind;
    int64_t ms; /* since the test began */
    char *text; /* safe, one line */
};

struct probe_log {
    struct probe_log_entry *entries;
    size_t count;
    size_t bytes;
    size_t left_out; /* behind the first PROBE_LOG_FIRST */
};

/* The bytes may be anything; what follows a line end is another entry. */
void probe_log_add(struct probe_log *log, enum probe_log_kind kind, int64_t ms,
                   const char *bytes, size_t len);
void probe_log_release(struct probe_log *log);
void probe_log_copy(struct probe_log *to, const struct probe_log *from);
/* How many lines it has for showing (one more where some were left out), and
 * line i: "   12 ms > a1 CAPABILITY". Returns out. */
size_t probe_log_lines(const struct probe_log *log);
char *probe_log_line(const struct probe_log *log, size_t i, char *out,
                     size_t size);

struct probe_result;
/* Appends the server, the stages with their sentences, the end and the log: a
 * text for somebody who is asked for help. */
void probe_report(struct buf *out, const struct probe_result *result);
#define PROBE_REPORT_MAX (1u << 20) /* more than one ever is */

#endif
