/* SPDX-License-Identifier: MIT */
#include "core/exchange/cert_override_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "# PSM Certificate Override Settings file"

/* -- reading --------------------------------------------------------------- */

/* A line that Thunderbird keeps, and the later one that wins over it. */
struct kept {
    struct cert_override_parts parts;
    unsigned line, winner;
};

struct reading {
    struct cert_overrides *out;
    struct kept *kept;
    size_t kept_count, kept_size;
};

static void refuse(struct cert_overrides *out, unsigned line,
                   enum cert_override_refused kind, const char *text)
{
    struct cert_override_refusal *refusal;

    if (out->refusal_count == CERT_OVERRIDE_REFUSALS) {
        out->more_refusals++;
        return;
    }
    out->refusals = xreallocarray(out->refusals, out->refusal_count + 1,
                                  sizeof(*out->refusals));
    refusal = &out->refusals[out->refusal_count++];
    refusal->line = line;
    refusal->kind = kind;
    snprintf(refusal->text, sizeof(refusal->text), "%s", text);
}

static void keep(struct reading *r, const struct cert_override_parts *parts,
                 unsigned line)
{
    if (r->kept_count == r->kept_size) {
        r->kept_size = r->kept_size ? 2 * r->kept_size : 32;
        r->kept = xreallocarray(r->kept, r->kept_size, sizeof(*r->kept));
    }
    r->kept[r->kept_count++] = (struct kept){.parts = *parts, .line = line};
}

static int by_place(const void *a, const void *b)
{
    const struct kept *x = *(struct kept *const *)a;
    const struct kept *y = *(struct kept *const *)b;
    int order = cert_override_compare_place(x->parts.host, x->parts.host_len,
                                            x->parts.port, y->parts.host,
                                            y->parts.host_len, y->parts.port);

    if (order)
        return order;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Sorted, because a file may have thousands of lines. */
static void find_winners(struct reading *r)
{
    struct kept **sorted =
        xreallocarray(NULL, r->kept_count, sizeof(struct kept *));

    for (size_t i = 0; i < r->kept_count; i++)
        sorted[i] = &r->kept[i];
    qsort(sorted, r->kept_count, sizeof(struct kept *), by_place);
    for (size_t i = r->kept_count; i-- > 1;) {
        struct kept *x = sorted[i - 1], *y = sorted[i];

        if (cert_override_compare_place(x->parts.host, x->parts.host_len,
                                        x->parts.port, y->parts.host,
                                        y->parts.host_len, y->parts.port) == 0)
            x->winner = y->winner ? y->winner : y->line;
    }
    free(sorted);
}

static void add_entry(struct cert_overrides *out, const struct kept *kept)
{
    struct cert_override *entry = &out->entries[out->count++];

    entry->line = kept->line;
    entry->host = xstrndup(kept->parts.host, kept->parts.host_len);
    entry->port = kept->parts.port;
    memcpy(entry->sha256, kept->parts.sha256, sizeof(entry->sha256));
}

static void sort_out(struct reading *r)
{
    struct cert_overrides *out = r->out;

    find_winners(r);
    out->entries =
        xreallocarray(NULL, r->kept_count, sizeof(struct cert_override));
    for (size_t i = 0; i < r->kept_count; i++) {
        const struct kept *kept = &r->kept[i];
        char text[100];

        snprintf(text, sizeof(text),
                 "Line %u is for the same server and port, and the last one "
                 "wins.",
                 kept->winner);
        if (kept->winner)
            refuse(out, kept->line, CERT_OVERRIDE_SUPERSEDED, text);
        else if (kept->parts.kind == LINE_NEVER)
            refuse(out, kept->line, CERT_OVERRIDE_NEVER, kept->parts.reason);
        else
            add_entry(out, kept);
    }
    free(r->kept);
}

static int by_line(const void *a, const void *b)
{
    const struct cert_override_refusal *x = a, *y = b;

    return x->line < y->line ? -1 : x->line > y->line;
}

static bool names_the_file(const char *line, size_t len)
{
    if (len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        len -= 3;
    }
    return len == strlen(HEADER) && memcmp(line, HEADER, len) == 0;
}

void cert_overrides_read(struct cert_overrides *out, const char *bytes,
                         size_t len)
{
    const char *p = bytes, *end = bytes + len;
    struct reading r = {.out = out};
    struct cert_override_parts parts;
    unsigned line = 1;

    *out = (struct cert_overrides){0};
    for (size_t whole; p < end; p += whole, line++) {
        size_t length = cert_override_line_length(p, end, &whole);

        cert_override_parse(&parts, p, length, line == 1);
        if (parts.kind == LINE_NOTHING)
            out->has_header = out->has_header || names_the_file(p, length);
        else if (parts.kind == LINE_DROPPED)
            refuse(out, line, CERT_OVERRIDE_DROPPED, parts.reason);
        else
            keep(&r, &parts, line);
    }
    if (r.kept_count)
        sort_out(&r);
    if (out->refusal_count)
        qsort(out->refusals, out->refusal_count, sizeof(*out->refusals),
              by_line);
}

void cert_overrides_release(struct cert_overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++)
        free(overrides->entries[i].host);
    free(overrides->entries);
    free(overrides->refusals);
    *overrides = (struct cert_overrides){0};
}

/* -- writing --------------------------------------------------------------- */

static bool add_header(struct buf *out, const char *line_end)
{
    return buf_addf(out, HEADER "%s", line_end) &&
           buf_addf(out, "# This is a generated file!  Do not edit.%s",
                    line_end);
}

static bool add_line(struct buf *out, const char *host, unsigned port,
                     const unsigned char sha256[32], const char *line_end)
{
    char place[HOST_MAX + 16];
    bool ok = buf_addf(out, "%s:\tOID.2.16.840.1.101.3.4.2.1\t",
                       endpoint_host_port(place, sizeof(place), host, port));

    for (int i = 0; ok && i < 32; i++)
        ok = buf_addf(out, "%s%02X", i ? ":" : "", sha256[i]);
    return ok && buf_addf(out, "\t%s", line_end);
}

bool cert_override_add_header(struct buf *out)
{
    return add_header(out, "\n");
}

bool cert_override_add(struct buf *out, const char *host, unsigned port,
                       const unsigned char sha256[32])
{
    return add_line(out, host, port, sha256, "\n");
}

/* -- merging --------------------------------------------------------------- */

/* For each new entry: the last old line for its place that says the same and
 * may stay; 0: none. */
struct merge {
    const struct cert_override *entries;
    size_t count;
    unsigned *stays;
    const char *line_end;
};

static const struct cert_override *same_place(
    const struct merge *m, const struct cert_override_parts *parts,
    size_t *which)
{
    if (parts->kind != LINE_ENTRY && parts->kind != LINE_NEVER)
        return NULL;
    for (*which = 0; *which < m->count; (*which)++) {
        const struct cert_override *entry = &m->entries[*which];

        if (cert_override_compare_place(entry->host, strlen(entry->host),
                                        entry->port, parts->host,
                                        parts->host_len, parts->port) == 0)
            return entry;
    }
    return NULL;
}

static const char *line_end_of(const char *p, const char *end)
{
    size_t whole, length = cert_override_line_length(p, end, &whole);

    if (whole - length == 2)
        return "\r\n";
    return whole > length && p[length] == '\r' ? "\r" : "\n";
}

static void find_staying(struct merge *m, const char *old, const char *end)
{
    struct cert_override_parts parts;
    unsigned line = 1;
    size_t which;

    for (size_t whole; old < end; old += whole, line++) {
        size_t length = cert_override_line_length(old, end, &whole);
        const struct cert_override *entry;

        cert_override_parse(&parts, old, length, line == 1);
        entry = same_place(m, &parts, &which);
        if (!entry)
            continue;
        m->stays[which] = parts.kind == LINE_ENTRY &&
                                  memcmp(parts.sha256, entry->sha256, 32) == 0
                              ? line
                              : 0;
    }
}

static bool copy_others(const struct merge *m, struct buf *out, const char *old,
                        const char *end)
{
    struct cert_override_parts parts;
    bool ok = true, ended = true;
    unsigned line = 1;
    size_t which;

    for (size_t whole; ok && old < end; old += whole, line++) {
        size_t length = cert_override_line_length(old, end, &whole);

        cert_override_parse(&parts, old, length, line == 1);
        if (same_place(m, &parts, &which) && m->stays[which] != line)
            continue;
        ok = buf_add(out, old, whole);
        ended = whole > length;
    }
    return ok && (ended || buf_add_text(out, m->line_end));
}

bool cert_override_merge(struct buf *out, const char *old, size_t len,
                         const struct cert_override *entries, size_t count)
{
    struct merge m = {.entries = entries,
                      .count = count,
                      .stays = xcalloc(count + 1, sizeof(unsigned)),
                      .line_end = line_end_of(old, old + len)};
    bool ok = len || add_header(out, m.line_end);

    find_staying(&m, old, old + len);
    ok = ok && copy_others(&m, out, old, old + len);
    for (size_t i = 0; ok && i < count; i++)
        if (!m.stays[i])
            ok = add_line(out, entries[i].host, entries[i].port,
                          entries[i].sha256, m.line_end);
    free(m.stays);
    return ok;
}
