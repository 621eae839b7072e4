/* SPDX-License-Identifier: MIT */
#include "core/probe/history_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ini *read_state(const char *path)
{
    struct buf bytes;
    struct ini *ini = NULL;

    buf_init(&bytes, FILE_MAX);
    if (file_read(path, FILE_MAX, &bytes, NULL, NULL))
        ini = ini_parse(path, bytes.data, bytes.len, NULL);
    buf_release(&bytes);
    return ini ? ini : ini_new(path);
}

struct history *history_open(const char *accounts_path)
{
    struct history *h = xcalloc(1, sizeof(*h));

    h->path = file_beside(accounts_path, "state.ini");
    h->ini = read_state(h->path);
    return h;
}

void history_free(struct history *h)
{
    if (!h)
        return;
    ini_free(h->ini);
    free(h->path);
    free(h);
}

/* The characters that an INI section name cannot hold stay out of the name;
 * ids never have them, URLs of servers do. */
static char *section_of(const char *target)
{
    char *section = xasprintf("test %s", target);

    for (char *p = section; *p; p++)
        if (strchr("[]:;#=\"'\\", *p) || (unsigned char)*p < ' ')
            *p = '_';
    return section;
}

void history_set(struct history *h, const char *section, const char *key,
                 const char *value)
{
    /* What cannot be written is not remembered; state.ini may be deleted at
     * any time anyway. */
    if (ini_set(h->ini, section, key, value, NULL))
        h->changed = true;
}

static void set_number(struct history *h, const char *section, const char *key,
                       long long value)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", value);
    history_set(h, section, key, text);
}

void history_note(struct history *h, const struct probe_result *result)
{
    char when[TIMESTAMP_SIZE], summary[160] = "";
    char *section;

    if (!result->finished || result->reason == REASON_CANCELLED)
        return;
    section = section_of(result->target);
    if (result->has_verdict)
        verdict_summary(summary, sizeof(summary), &result->verdict,
                        result->when);
    history_set(h, section, "when", timestamp_format(when, result->when));
    history_set(h, section, "host", result->endpoint.host);
    set_number(h, section, "port", result->endpoint.port);
    history_set(h, section, "result",
                result->ok ? "ok" : reason_word(result->reason));
    set_number(h, section, "milliseconds", result->elapsed_ms);
    history_set(h, section, "certificate", summary);
    history_set(h, section, "exception",
                exception_state_word(result->exception));
    set_number(h, section, "exception-number", result->exception_number);
    free(section);
}

static enum reason reason_of(const char *word)
{
    for (int r = REASON_NONE + 1; r < REASON_COUNT; r++)
        if (strcmp(reason_word((enum reason)r), word) == 0)
            return (enum reason)r;
    return REASON_NONE;
}

static void read_exception(struct history *h, const char *section,
                           struct history_entry *entry)
{
    const char *word = ini_get(h->ini, section, "exception");
    const char *digits = ini_get(h->ini, section, "exception-number");
    long number;

    if (!word || !exception_state_parse(word, &entry->exception))
        entry->exception = EXCEPTION_NONE;
    if (digits && text_parse_number(digits, 0, UINT_MAX, &number))
        entry->exception_number = (unsigned)number;
}

static bool read_entry(struct history *h, const char *section,
                       struct history_entry *entry)
{
    const char *when = ini_get(h->ini, section, "when");
    const char *host = ini_get(h->ini, section, "host");
    const char *port = ini_get(h->ini, section, "port");
    const char *result = ini_get(h->ini, section, "result");
    const char *ms = ini_get(h->ini, section, "milliseconds");
    const char *summary = ini_get(h->ini, section, "certificate");
    long number;

    *entry = (struct history_entry){0};
    if (!when || !host || !port || !result ||
        !timestamp_parse(when, &entry->when) ||
        !text_parse_number(port, 1, 65535, &number))
        return false;
    entry->port = (unsigned)number;
    entry->ok = strcmp(result, "ok") == 0;
    entry->reason = entry->ok ? REASON_NONE : reason_of(result);
    if (!entry->ok && entry->reason == REASON_NONE)
        return false;
    if (ms && text_parse_number(ms, 0, 100000000, &number))
        entry->elapsed_ms = number;
    snprintf(entry->host, sizeof(entry->host), "%s", host);
    if (summary)
        text_safe_string(entry->summary, sizeof(entry->summary), summary);
    read_exception(h, section, entry);
    return true;
}

const struct history_entry *history_find(const struct history *h,
                                         const char *target, const char *host,
                                         unsigned port)
{
    /* The entry handed out is a cache, not part of what callers can see. */
    struct history *cache = (struct history *)h;
    char *section = section_of(target);
    bool ok = read_entry(cache, section, &cache->found) &&
              strcmp(cache->found.host, host) == 0 && cache->found.port == port;

    free(section);
    return ok ? &cache->found : NULL;
}

void history_save(struct history *h)
{
    size_t len;
    const char *bytes;

    if (!h->changed)
        return;
    bytes = ini_bytes(h->ini, &len);
    if (file_save(
            &(struct file_save){.path = h->path, .bytes = bytes, .len = len},
            NULL, NULL, NULL))
        h->changed = false;
}
