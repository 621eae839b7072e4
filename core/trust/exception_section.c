/* SPDX-License-Identifier: MIT */
/* exception_section: one exception as a section of exceptions.ini. */
#include "core/trust/exception_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 1000000000

void exception_release(struct exception *x)
{
    free(x->host);
    free(x->names);
    free(x->issuer);
    *x = (struct exception){0};
}

struct exception exception_copy(const struct exception *x)
{
    struct exception out = *x;

    out.host = xstrdup(x->host);
    out.names = xstrdup(x->names);
    out.issuer = xstrdup(x->issuer);
    return out;
}

static bool read_digest(const struct ini *ini, const char *section,
                        const char *key, unsigned char out[32])
{
    const char *text = ini_get(ini, section, key);
    size_t digits;

    return text && text_parse_sha256(text, out, &digits) == TEXT_DIGEST_OK;
}

static char *safe_value(const struct ini *ini, const char *section,
                        const char *key)
{
    const char *text = ini_get(ini, section, key);

    return text ? text_safe_dup(text, strlen(text), 4000) : xstrdup("");
}

static bool read_end(const struct ini *ini, const char *section,
                     struct exception *x)
{
    const char *until = ini_get(ini, section, "until");

    if (!until)
        return false;
    x->end = EXCEPTION_UNTIL;
    if (strcmp(until, "removed") != 0)
        return date_parse(until, &x->until);
    x->end = EXCEPTION_REMOVED;
    return true;
}

/* 0: not the name of an exception. `[exception 01]` is none, or two sections
 * could have one number. */
static unsigned section_number(const char *section)
{
    long number;

    if (!text_starts_nocase(section, "exception ") || section[10] == '0' ||
        !text_parse_number(section + 10, 1, NUMBER_MAX, &number))
        return 0;
    return (unsigned)number;
}

/* A section that is not complete is no exception: fewer are trusted, never
 * more. */
bool exception_read(const struct ini *ini, const char *section,
                    struct exception *x)
{
    const char *host = ini_get(ini, section, "host");
    const char *port = ini_get(ini, section, "port");
    const char *faults = ini_get(ini, section, "faults");
    const char *added = ini_get(ini, section, "added");
    const char *checked = ini_get(ini, section, "checked");
    const char *not_after = ini_get(ini, section, "not-after");
    const char *seen = ini_get(ini, section, "changed-seen");
    char normal[HOST_MAX];
    long number;

    *x = (struct exception){0};
    x->number = section_number(section);
    if (!x->number)
        return false;
    if (!host || !host_normalise(host, normal, NULL) || !port ||
        !text_parse_number(port, 1, 65535, &number) || !faults ||
        !fault_parse_words(faults, &x->faults) ||
        !read_digest(ini, section, "sha256", x->sha256) ||
        !read_end(ini, section, x))
        return false;
    x->port = (unsigned)number;
    if (!read_digest(ini, section, "spki-sha256", x->spki_sha256))
        memset(x->spki_sha256, 0, sizeof(x->spki_sha256));
    if (!added || !timestamp_parse(added, &x->added))
        x->added = 0;
    if (!checked || !exception_check_parse(checked, &x->checked))
        x->checked = CHECKED_TYPED;
    if (!not_after || !timestamp_parse(not_after, &x->not_after))
        x->not_after = 0;
    if (!seen || !timestamp_parse(seen, &x->changed_seen))
        x->changed_seen = 0;
    x->host = xstrdup(normal);
    x->names = safe_value(ini, section, "names");
    x->issuer = safe_value(ini, section, "issuer");
    return true;
}

bool exception_write(struct ini *ini, const struct exception *x,
                     struct error *e)
{
    char *section = xasprintf("exception %u", x->number);
    char port[8], sha256[65], spki[65], faults[400], until[DATE_SIZE],
        added[TIMESTAMP_SIZE], not_after[TIMESTAMP_SIZE];
    const struct {
        const char *key, *value;
    } rows[] = {
        {"host", x->host},
        {"port", port},
        {"sha256", sha256},
        {"spki-sha256", spki},
        {"faults", fault_words(faults, sizeof(faults), x->faults, " ")},
        {"until", x->end == EXCEPTION_REMOVED ? "removed"
                                              : date_format(until, x->until)},
        {"added", timestamp_format(added, x->added)},
        {"checked", exception_check_word(x->checked)},
        {"names", x->names},
        {"issuer", x->issuer},
        {"not-after", timestamp_format(not_after, x->not_after)},
    };
    bool ok = true;

    snprintf(port, sizeof(port), "%u", x->port);
    text_hex(sha256, x->sha256, 32);
    text_hex(spki, x->spki_sha256, 32);
    for (size_t i = 0; ok && i < sizeof(rows) / sizeof(rows[0]); i++)
        ok = ini_set(ini, section, rows[i].key, rows[i].value, e);
    free(section);
    return ok;
}

/* After the highest one that any section has, also one that is ignored. */
unsigned exception_free_number(const struct ini *ini)
{
    unsigned highest = 0, number = 1;
    char section[32];

    for (size_t i = 0; i < ini_section_count(ini); i++) {
        unsigned taken = section_number(ini_section_name(ini, i));

        highest = taken > highest ? taken : highest;
    }
    if (highest < NUMBER_MAX)
        return highest + 1;
    do
        snprintf(section, sizeof(section), "exception %u", number++);
    while (ini_has_section(ini, section));
    return number - 1;
}
