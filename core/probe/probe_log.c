/* SPDX-License-Identifier: MIT */
#include "core/probe/probe_log.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/probe/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- adding ---------------------------------------------------------------- */

static void leave_out(struct probe_log *log)
{
    struct probe_log_entry *gone = &log->entries[PROBE_LOG_FIRST];

    log->bytes -= strlen(gone->text);
    free(gone->text);
    log->count--;
    log->left_out++;
    memmove(gone, gone + 1, (log->count - PROBE_LOG_FIRST) * sizeof(*gone));
}

static void add_line(struct probe_log *log, enum probe_log_kind kind,
                     int64_t ms, const char *line, size_t len)
{
    char *text = text_safe_dup(line, len, PROBE_LOG_TEXT);

    if (!log->entries)
        log->entries = xcalloc(PROBE_LOG_LINES, sizeof(*log->entries));
    /* The first ones never fill it: PROBE_LOG_FIRST * PROBE_LOG_TEXT is less
     * than PROBE_LOG_BYTES. */
    while (log->count > PROBE_LOG_FIRST &&
           (log->count == PROBE_LOG_LINES ||
            log->bytes + strlen(text) > PROBE_LOG_BYTES))
        leave_out(log);
    log->bytes += strlen(text);
    log->entries[log->count++] =
        (struct probe_log_entry){.kind = kind, .ms = ms, .text = text};
}

void probe_log_add(struct probe_log *log, enum probe_log_kind kind, int64_t ms,
                   const char *bytes, size_t len)
{
    const char *end = bytes + len;

    do {
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t line = (size_t)((stop ? stop : end) - bytes);

        if (stop && line && bytes[line - 1] == '\r')
            line--;
        add_line(log, kind, ms, bytes, line);
        bytes = stop ? stop + 1 : end;
    } while (bytes < end);
}

void probe_log_release(struct probe_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->entries[i].text);
    free(log->entries);
    *log = (struct probe_log){0};
}

void probe_log_copy(struct probe_log *to, const struct probe_log *from)
{
    *to = *from;
    if (!from->entries)
        return;
    to->entries = xcalloc(PROBE_LOG_LINES, sizeof(*to->entries));
    for (size_t i = 0; i < from->count; i++) {
        to->entries[i] = from->entries[i];
        to->entries[i].text = xstrdup(from->entries[i].text);
    }
}

/* -- showing --------------------------------------------------------------- */

size_t probe_log_lines(const struct probe_log *log)
{
    return log->count + (log->left_out > 0);
}

char *probe_log_line(const struct probe_log *log, size_t i, char *out,
                     size_t size)
{
    static const char marks[] = {[PROBE_LOG_STAGE] = '-',
                                 [PROBE_LOG_SENT] = '>',
                                 [PROBE_LOG_RECEIVED] = '<'};
    const struct probe_log_entry *entry;

    if (log->left_out && i == PROBE_LOG_FIRST) {
        snprintf(out, size, "          (%zu lines were left out)",
                 log->left_out);
        return out;
    }
    entry = &log->entries[i - (log->left_out && i > PROBE_LOG_FIRST)];
    snprintf(out, size, "%6lld ms %c %s", (long long)entry->ms,
             marks[entry->kind], entry->text);
    return out;
}

static void report_head(struct buf *out, const struct probe_result *r)
{
    char target[300], place[HOST_MAX + 16], when[TIMESTAMP_SIZE] = "";

    if (r->when)
        timestamp_format(when, r->when);
    buf_addf(out, "%s: %s %s %s\n%s\n",
             text_safe_string(target, sizeof(target), r->target),
             service_label(r->endpoint.service),
             endpoint_host_port(place, sizeof(place), r->endpoint.host,
                                r->endpoint.port),
             security_short(r->endpoint.security), when);
    if (*r->address)
        buf_addf(out, "Address: %s\n", r->address);
    if (*r->tls_version)
        buf_addf(out, "%s, %s\n", r->tls_version, r->tls_cipher);
}

void probe_report(struct buf *out, const struct probe_result *r)
{
    char line[PROBE_LOG_TEXT + 64];

    report_head(out, r);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < r->stage_count; i++) {
        const struct probe_stage *stage = &r->stages[i];

        buf_addf(out, "%2zu %-17s %-8s %6lld ms  %s\n", i + 1,
                 stage_label(stage->stage), stage_state_label(stage->state),
                 (long long)stage->ms, stage->text);
    }
    buf_addf(out, "\n%s\n", !r->finished ? "The test still runs." : r->text);
    for (int f = 0; r->has_verdict && f < FAULT_COUNT; f++)
        if (r->verdict.sentences[f])
            buf_addf(out, "! %s\n", r->verdict.sentences[f]);
    buf_addf(out, "\nLog (> sent, < received; secrets are not in it):\n");
    for (size_t i = 0; i < probe_log_lines(&r->log); i++)
        buf_addf(out, "%s\n", probe_log_line(&r->log, i, line, sizeof(line)));
}
