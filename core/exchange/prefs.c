/* SPDX-License-Identifier: MIT */
#include "core/exchange/prefs.h"

#include "core/base/alloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFS_MAX (64u << 20)

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOL };

struct pref {
    char *name;
    enum kind kind;
    char *text;
    long number;
    size_t begin, end; /* of the value, in the bytes */
};

struct prefs {
    struct buf bytes;
    struct pref *all;
    size_t count, room;
    size_t sound; /* behind the last one that could be read */
};

/* -- reading --------------------------------------------------------------- */

struct reader {
    const char *start, *p, *end;
};

static bool at(const struct reader *r, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(r->end - r->p) >= len && memcmp(r->p, word, len) == 0;
}

static void skip_past(struct reader *r, const char *word)
{
    while (r->p < r->end && !at(r, word))
        r->p++;
    r->p = r->p < r->end ? r->p + strlen(word) : r->end;
}

/* Blanks and comments. */
static void skip(struct reader *r)
{
    for (;;) {
        while (r->p < r->end && strchr(" \t\r\n\v\f", *r->p) && *r->p)
            r->p++;
        if (at(r, "#") || at(r, "//"))
            skip_past(r, "\n");
        else if (at(r, "/*"))
            skip_past(r, "*/");
        else
            return;
    }
}

static bool take(struct reader *r, const char *word)
{
    skip(r);
    if (!at(r, word))
        return false;
    r->p += strlen(word);
    return true;
}

static void add_utf8(struct buf *out, unsigned long c)
{
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add_char(out, (char)(0xc0 | c >> 6));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_add_char(out, (char)(0xe0 | c >> 12));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_add_char(out, (char)(0xf0 | c >> 18));
        buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* `digits` hexadecimal ones; false when they are not there. */
static bool read_hex(struct reader *r, int digits, unsigned long *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, r->p++) {
        if (r->p == r->end || !isxdigit((unsigned char)*r->p))
            return false;
        *value = *value * 16 + (unsigned long)(isdigit((unsigned char)*r->p)
                                                   ? *r->p - '0'
                                                   : (*r->p | 0x20) - 'a' + 10);
    }
    return true;
}

/* \uNNNN is a unit of UTF-16: two make a letter beyond the first plane. */
static bool read_unit(struct reader *r, struct buf *out)
{
    unsigned long high, low;

    if (!read_hex(r, 4, &high))
        return false;
    if (high >= 0xd800 && high < 0xdc00 && at(r, "\\u")) {
        r->p += 2;
        if (!read_hex(r, 4, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    if (high == 0)
        return false;
    add_utf8(out, high);
    return true;
}

static bool read_escape(struct reader *r, struct buf *out)
{
    unsigned long value;

    if (r->p == r->end)
        return false;
    switch (*r->p++) {
    case '"':
    case '\'':
    case '\\':
        return buf_add_char(out, r->p[-1]);
    case 'n':
        return buf_add_char(out, '\n');
    case 'r':
        return buf_add_char(out, '\r');
    case 'x':
        return read_hex(r, 2, &value) && value &&
               buf_add_char(out, (char)value);
    case 'u':
        return read_unit(r, out);
    default:
        return false;
    }
}

/* The caller frees it; NULL: no string here. */
static char *read_string(struct reader *r)
{
    struct buf out;
    char quote;
    bool ok = true;

    skip(r);
    if (r->p == r->end || (*r->p != '"' && *r->p != '\''))
        return NULL;
    quote = *r->p++;
    buf_init(&out, PREFS_MAX);
    while (ok && r->p < r->end && *r->p != quote)
        if (*r->p == '\\') {
            r->p++;
            ok = read_escape(r, &out);
        } else {
            ok = *r->p && buf_add_char(&out, *r->p++);
        }
    if (ok && r->p < r->end) {
        r->p++;
        return buf_take(&out);
    }
    buf_release(&out);
    return NULL;
}

static bool read_value(struct reader *r, struct pref *pref)
{
    char *end;

    skip(r);
    pref->begin = (size_t)(r->p - r->start);
    if (at(r, "true") || at(r, "false")) {
        pref->kind = KIND_BOOL;
        pref->number = *r->p == 't';
        r->p += pref->number ? 4 : 5;
    } else if (r->p < r->end && strchr("+-0123456789", *r->p) && *r->p) {
        pref->kind = KIND_NUMBER;
        pref->number = strtol(r->p, &end, 10);
        if (end == r->p)
            return false;
        r->p = end;
    } else {
        pref->kind = KIND_TEXT;
        pref->text = read_string(r);
        if (!pref->text)
            return false;
    }
    pref->end = (size_t)(r->p - r->start);
    return true;
}

static void release(struct pref *pref)
{
    free(pref->name);
    free(pref->text);
}

static struct pref *find(const struct prefs *prefs, const char *name)
{
    for (size_t i = prefs->count; i-- > 0;)
        if (strcmp(prefs->all[i].name, name) == 0)
            return &prefs->all[i];
    return NULL;
}

static void keep(struct prefs *prefs, const struct pref *pref)
{
    if (prefs->count == prefs->room) {
        prefs->room = prefs->room ? 2 * prefs->room : 256;
        prefs->all =
            xreallocarray(prefs->all, prefs->room, sizeof(*prefs->all));
    }
    prefs->all[prefs->count++] = *pref;
}

static void read_all(struct prefs *prefs)
{
    struct reader r = {prefs->bytes.data, prefs->bytes.data,
                       prefs->bytes.data + prefs->bytes.len};

    for (skip(&r); r.p < r.end; skip(&r)) {
        struct pref pref = {0};

        if (take(&r, "user_pref") && take(&r, "(") &&
            (pref.name = read_string(&r)) && take(&r, ",") &&
            read_value(&r, &pref) && take(&r, ")") && take(&r, ";")) {
            keep(prefs, &pref);
            prefs->sound = (size_t)(r.p - r.start);
            continue;
        }
        release(&pref);
        skip_past(&r, ";");
    }
}

static void forget(struct prefs *prefs)
{
    for (size_t i = 0; i < prefs->count; i++)
        release(&prefs->all[i]);
    prefs->count = prefs->sound = 0;
}

struct prefs *prefs_read(const char *bytes, size_t len)
{
    struct prefs *prefs = xcalloc(1, sizeof(*prefs));

    buf_init(&prefs->bytes, PREFS_MAX);
    buf_add(&prefs->bytes, bytes, len);
    read_all(prefs);
    return prefs;
}

void prefs_free(struct prefs *prefs)
{
    if (!prefs)
        return;
    forget(prefs);
    free(prefs->all);
    buf_release(&prefs->bytes);
    free(prefs);
}

const struct buf *prefs_bytes(const struct prefs *prefs)
{
    return &prefs->bytes;
}

const char *prefs_name(const struct prefs *prefs, size_t i)
{
    return i < prefs->count ? prefs->all[i].name : NULL;
}

bool prefs_has(const struct prefs *prefs, const char *name)
{
    return find(prefs, name) != NULL;
}

bool prefs_has_prefix(const struct prefs *prefs, const char *prefix)
{
    for (size_t i = 0; i < prefs->count; i++)
        if (strncmp(prefs->all[i].name, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

const char *prefs_text(const struct prefs *prefs, const char *name)
{
    const struct pref *pref = find(prefs, name);

    return pref && pref->kind == KIND_TEXT ? pref->text : NULL;
}

long prefs_number(const struct prefs *prefs, const char *name, long fallback)
{
    const struct pref *pref = find(prefs, name);

    return pref && pref->kind != KIND_TEXT ? pref->number : fallback;
}

/* -- setting --------------------------------------------------------------- */

static void add_string(struct buf *out, const char *text)
{
    buf_add_char(out, '"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            buf_addf(out, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            buf_addf(out, "\\x%02x", (unsigned)(unsigned char)*text);
        else
            buf_add_char(out, *text);
    buf_add_char(out, '"');
}

static void take_bytes(struct prefs *prefs, struct buf *made)
{
    buf_release(&prefs->bytes);
    prefs->bytes = *made;
    forget(prefs);
    read_all(prefs);
}

/* A new line at `place`. */
static void insert(struct prefs *prefs, size_t place, const char *name,
                   const char *value)
{
    const struct buf *old = &prefs->bytes;
    struct buf made;

    buf_init(&made, PREFS_MAX);
    buf_add(&made, old->data, place);
    if (place && old->data[place - 1] != '\n')
        buf_add_char(&made, '\n');
    buf_add_text(&made, "user_pref(");
    add_string(&made, name);
    buf_addf(&made, ", %s);\n", value);
    buf_add(&made, old->data + place, old->len - place);
    take_bytes(prefs, &made);
}

/* The value's bytes in place, or a new line; then all is read again, which
 * keeps the places right. */
static void put(struct prefs *prefs, const char *name, const char *value)
{
    const struct pref *old = find(prefs, name);
    size_t sound = prefs->sound, end = prefs->bytes.len;
    struct buf made;

    buf_init(&made, PREFS_MAX);
    if (old) {
        buf_add(&made, prefs->bytes.data, old->begin);
        buf_add_text(&made, value);
        buf_add(&made, prefs->bytes.data + old->end,
                prefs->bytes.len - old->end);
        take_bytes(prefs, &made);
        return;
    }
    insert(prefs, end, name, value);
    if (find(prefs, name))
        return;
    /* A line that has no end swallows it: it goes above that one. */
    buf_add(&made, prefs->bytes.data, end);
    take_bytes(prefs, &made);
    insert(prefs, sound, name, value);
}

void prefs_set_text(struct prefs *prefs, const char *name, const char *value)
{
    const char *old = prefs_text(prefs, name);
    struct buf spelled;

    if (old && strcmp(old, value) == 0)
        return;
    buf_init(&spelled, PREFS_MAX);
    add_string(&spelled, value);
    put(prefs, name, spelled.data);
    buf_release(&spelled);
}

static void set_plain(struct prefs *prefs, const char *name, enum kind kind,
                      long number, const char *value)
{
    const struct pref *old = find(prefs, name);

    if (!old || old->kind != kind || old->number != number)
        put(prefs, name, value);
}

void prefs_set_number(struct prefs *prefs, const char *name, long value)
{
    char text[32];

    snprintf(text, sizeof(text), "%ld", value);
    set_plain(prefs, name, KIND_NUMBER, value, text);
}

void prefs_set_bool(struct prefs *prefs, const char *name, bool value)
{
    set_plain(prefs, name, KIND_BOOL, value, value ? "true" : "false");
}
