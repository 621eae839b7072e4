/* SPDX-License-Identifier: MIT */
/*
 * ini_edit: changing a document by touching only the lines that the change is
 * about. Every edit is read back by iniparser; when it does not say exactly
 * what was meant, the line is put back and the edit fails.
 */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 24)

/* -- making lines ---------------------------------------------------------- */

/* A line of our own with these bytes, which are moved into it. */
static struct line *make_line(struct buf *bytes, struct section *section)
{
    struct line *line = xcalloc(1, sizeof(*line));
    size_t len = bytes->len;
    char *text = buf_take(bytes);

    if (line_read(line, text, len) || line->len != len) {
        line->bytes = text;
        line->len = len;
        line->owned = true;
        line_free(line);
        return NULL;
    }
    line->owned = true;
    line->section = section;
    return line;
}

static const char *document_eol(const struct ini *ini)
{
    return ini->first && ini->first->eol == 2 ? "\r\n" : "\n";
}

/* Gives the last line of the file a line end when it has none. */
static void close_last_line(struct ini *ini)
{
    struct line *last = ini->last, *whole;
    struct buf bytes;

    if (!last || last->eol)
        return;
    buf_init(&bytes, TEXT_MAX);
    buf_add(&bytes, last->bytes, last->len);
    buf_add_text(&bytes, document_eol(ini));
    if (last->kind == LINE_HEADER || last->kind == LINE_KEY ||
        last->kind == LINE_COMMENT || last->kind == LINE_BLANK) {
        size_t len = bytes.len;

        /* Only the bytes grow: everything that points at the line stays. */
        whole = last;
        if (whole->owned) {
            OPENSSL_cleanse(whole->bytes, whole->len);
            free(whole->bytes);
        }
        whole->bytes = buf_take(&bytes);
        whole->len = len;
        whole->owned = true;
        whole->eol = (unsigned)strlen(document_eol(ini));
        ini->joined_ok = false;
    }
    buf_release(&bytes);
}

static bool too_long(const char *key, struct error *e)
{
    return error_set(e, ERROR_INPUT,
                     "The value of %s is too long for a line of the file (1022 "
                     "bytes with the key). For a long command, put it into a "
                     "script and name the script here.",
                     key);
}

/* -- replacing a value ----------------------------------------------------- */

/* What stands behind the old value and is to stay: blanks and a comment. Junk
 * after a closing quote would become part of an unquoted value. */
static void add_tail(struct buf *out, const struct line *line)
{
    size_t at = line->value_at + line->value_len;
    size_t end = line->len - line->eol;
    size_t p = at;

    while (p < end && (line->bytes[p] == ' ' || line->bytes[p] == '\t'))
        p++;
    if (p < end && (line->bytes[p] == ';' || line->bytes[p] == '#'))
        buf_add(out, line->bytes + at, end - at);
}

/* Where the spelled key begins and ends in the line. */
static void key_span(const struct line *line, size_t *at, size_t *end)
{
    const char *equals = memchr(line->bytes, '=', line->len);

    *at = strspn(line->bytes, " \t\v\f\r\n");
    *end = (size_t)(equals - line->bytes);
    while (*end > *at && strchr(" \t\v\f\r", line->bytes[*end - 1]))
        (*end)--;
}

/* The old line with another value: indent, spelling, blanks around `=`, comment
 * and line end stay. */
static struct line *rewrite(const struct line *old, const char *text,
                            bool starred)
{
    const char *equals = memchr(old->bytes, '=', old->len);
    size_t gap_end = (size_t)(equals - old->bytes) + 1, at, end;
    struct buf bytes;
    bool was_starred;

    key_span(old, &at, &end);
    was_starred = old->bytes[end - 1] == '*';
    buf_init(&bytes, TEXT_MAX);
    buf_add(&bytes, old->bytes, end - (was_starred ? 1 : 0));
    if (starred)
        buf_add_char(&bytes, '*');
    buf_add(&bytes, old->bytes + end, gap_end - end);
    if (!old->continued && old->value_at > gap_end && old->value_len)
        buf_add(&bytes, old->bytes + gap_end, old->value_at - gap_end);
    else if (end < gap_end - 1 || old->value_at > gap_end)
        buf_add_char(&bytes, ' ');
    buf_add_text(&bytes, text);
    if (!old->continued) {
        if (old->value_len == 0 && old->value_at + old->eol < old->len)
            buf_add_char(&bytes, ' ');
        add_tail(&bytes, old);
    }
    buf_add(&bytes, old->bytes + old->len - old->eol, old->eol);
    return make_line(&bytes, old->section);
}

/* -- adding a line --------------------------------------------------------- */

/* The last key line of the section's last block, or its header. */
static struct line *place_for_key(const struct ini *ini,
                                  const struct section *section)
{
    struct line *place = section->header_count
                             ? section->headers[section->header_count - 1]
                             : NULL;
    struct line *line = place ? place->next : ini->first;

    for (; line && line->kind != LINE_HEADER; line = line->next)
        if (line->kind == LINE_KEY)
            place = line;
    return place;
}

/* `key = value` in the manner of the neighbour: its indent, and its column of
 * `=` when the key is short enough. */
static struct line *new_line(const struct ini *ini, struct section *section,
                             const struct line *neighbour, const char *key,
                             const char *text, bool starred)
{
    size_t indent = 0, column = 0, width = strlen(key) + starred;
    const char *gap = " ", *after = " ";
    struct buf bytes;

    if (neighbour && neighbour->kind == LINE_KEY) {
        size_t end;
        const char *equals = memchr(neighbour->bytes, '=', neighbour->len);

        key_span(neighbour, &indent, &end);
        column = (size_t)(equals - neighbour->bytes);
        if (column == end)
            gap = "";
        if (neighbour->value_len && neighbour->value_at == column + 1)
            after = "";
    }
    buf_init(&bytes, TEXT_MAX);
    buf_add(&bytes, neighbour ? neighbour->bytes : "", indent);
    buf_addf(&bytes, "%s%s", key, starred ? "*" : "");
    if (*gap && indent + width + 1 < column)
        buf_addf(&bytes, "%*s", (int)(column - indent - width), "");
    else
        buf_add_text(&bytes, gap);
    buf_addf(&bytes, "=%s%s%s", *text ? after : "", text, document_eol(ini));
    return make_line(&bytes, section);
}

/* -- set and unset --------------------------------------------------------- */

static void drop_from(struct section *section, const struct line *line)
{
    for (size_t i = 0; i < section->key_count; i++)
        if (section->keys[i].line == line)
            section->keys[i].line = NULL;
}

/* Removes the lines of a key (both spellings), but one. */
static void drop_lines(struct ini *ini, struct section *section,
                       const char *key, const struct line *but)
{
    size_t len = strlen(key);
    struct line *line = section_next_line(ini, section, NULL), *next;

    for (; line; line = next) {
        next = section_next_line(ini, section, line);
        if (line == but || line->kind != LINE_KEY ||
            !text_starts_nocase(line->key, key) ||
            (line->key[len] && strcmp(line->key + len, "*") != 0))
            continue;
        drop_from(section, line);
        ini_unlink(ini, line);
    }
}

static bool reads_as(struct ini *ini, struct section *section, const char *key,
                     const char *value)
{
    const struct key *found;

    if (!ini_read_sections(ini, &section, 1, false))
        return false;
    found = section_find_key(section, key);
    return value ? found && strcmp(found->value, value) == 0 : !found;
}

static bool not_understood(const char *key, struct error *e)
{
    return error_set(e, ERROR_INTERNAL,
                     "iniparser would not read %s back as it was meant, so it "
                     "was not changed. Please report this.",
                     key);
}

static bool replace_value(struct ini *ini, struct section *section,
                          struct key *key, const char *value, const char *text,
                          bool starred, struct error *e)
{
    struct line *old = key->line;
    bool was_starred = old->key[strlen(old->key) - 1] == '*';
    struct line *line = rewrite(old, text, starred);
    char *name;
    bool ok;

    if (!line)
        return too_long(key->name, e);
    name = xstrdup(key->name);
    ini_link_after(ini, line, old);
    if (old->prev)
        old->prev->next = old->next;
    else
        ini->first = old->next;
    line->prev = old->prev;
    if (starred || was_starred)
        drop_lines(ini, section, name, line);
    ok = reads_as(ini, section, name, value);
    if (ok) {
        line_free(old);
    } else {
        ini_link_after(ini, old, line);
        ini_unlink(ini, line);
        ini_read_sections(ini, &section, 1, false);
        not_understood(name, e);
    }
    free(name);
    return ok;
}

static bool add_value(struct ini *ini, struct section *section, const char *key,
                      const char *value, const char *text, bool starred,
                      struct error *e)
{
    struct line *place = place_for_key(ini, section);
    struct line *line;

    line = new_line(ini, section, place, key, text, starred);
    if (!line)
        return too_long(key, e);
    if (place == ini->last)
        close_last_line(ini);
    ini_link_after(ini, line, place);
    if (reads_as(ini, section, key, value))
        return true;
    ini_unlink(ini, line);
    ini_read_sections(ini, &section, 1, false);
    return not_understood(key, e);
}

static struct section *editable(struct ini *ini, const char *name,
                                struct error *e)
{
    struct section *section = ini_ready_section(ini, name);

    if (section && section->broken) {
        error_set(e, ERROR_PARSE,
                  "[%s] in %s cannot be edited before its broken line is "
                  "mended by hand. `postseal check` names it.",
                  name, ini->name);
        return NULL;
    }
    return section;
}

bool ini_set(struct ini *ini, const char *name, const char *key,
             const char *value, struct error *e)
{
    struct section *section;
    struct key *found;
    bool starred, ok;
    char *text;

    if (!ini_find_section(ini, name) && !ini_add_section(ini, name, e))
        return false;
    section = editable(ini, name, e);
    if (!section)
        return false;
    found = section_find_key(section, key);
    if (found && strcmp(found->value, value) == 0)
        return true;
    text = ini_quote(value, &starred);
    ok = found ? replace_value(ini, section, found, value, text, starred, e)
               : add_value(ini, section, key, value, text, starred, e);
    xwipe(&text);
    return ok;
}

bool ini_unset(struct ini *ini, const char *name, const char *key,
               struct error *e)
{
    struct section *section = ini_ready_section(ini, name);

    if (!section || (!section->broken && !section_find_key(section, key)))
        return true;
    if (!editable(ini, name, e))
        return false;
    drop_lines(ini, section, key, NULL);
    return reads_as(ini, section, key, NULL) || not_understood(key, e);
}

/* -- sections -------------------------------------------------------------- */

static void append_text(struct ini *ini, struct section *section,
                        const char *text)
{
    struct buf bytes;
    struct line *line;

    buf_init(&bytes, TEXT_MAX);
    buf_addf(&bytes, "%s%s", text, document_eol(ini));
    line = make_line(&bytes, section);
    if (line)
        ini_link_after(ini, line, ini->last);
}

/* A backslash at the end of the file would swallow what is added behind it. */
static bool ends_open(const struct ini *ini)
{
    const struct line *last = ini->last;
    size_t len = last && last->kind != LINE_COMMENT ? last->len : 0;

    while (len && isspace((unsigned char)last->bytes[len - 1]))
        len--;
    return len && last->bytes[len - 1] == '\\';
}

bool ini_add_section(struct ini *ini, const char *name, struct error *e)
{
    struct section *section;
    char *header;

    if (ini_find_section(ini, name))
        return true;
    /* Blanks at the ends would be gone with the next reading. */
    if (strpbrk(name, "[]:\r\n") || !*name || strlen(name) > 500 ||
        isspace((unsigned char)name[0]) ||
        isspace((unsigned char)name[strlen(name) - 1]))
        return error_set(e, ERROR_INPUT, "[%s] cannot be a section name.",
                         name);
    if (ends_open(ini))
        return error_set(e, ERROR_PARSE,
                         "%s ends in a backslash, which would swallow what is "
                         "added behind it. Take it away first.",
                         ini->name);
    close_last_line(ini);
    if (ini->last && ini->last->kind != LINE_BLANK)
        append_text(ini, ini->last->section, "");
    section = ini_make_section(ini, name);
    header = xasprintf("[%s]", name);
    append_text(ini, section, header);
    free(header);
    section->headers = xcalloc(1, sizeof(struct line *));
    section->headers[0] = ini->last;
    section->header_count = 1;
    section->read = true; /* there is nothing in it */
    return true;
}

/* Comment lines directly above a header speak of it. */
static struct line *above(struct line *header)
{
    struct line *first = header;

    while (first->prev && first->prev->kind == LINE_COMMENT)
        first = first->prev;
    return first;
}

static void remove_block(struct ini *ini, struct line *header)
{
    struct line *line = above(header), *next = header->next, *end;

    while (next && next->kind != LINE_HEADER)
        next = next->next;
    end = next ? above(next) : NULL;
    while (line != end && line) {
        struct line *follower = line->next;

        ini_unlink(ini, line);
        line = follower;
    }
}

bool ini_remove_section(struct ini *ini, const char *name, struct error *e)
{
    struct section *section = ini_find_section(ini, name);
    size_t i = 0;

    (void)e;
    if (!section || !section->header_count)
        return true;
    for (size_t block = 0; block < section->header_count; block++)
        remove_block(ini, section->headers[block]);
    while (ini->sections[i] != section)
        i++;
    memmove(ini->sections + i, ini->sections + i + 1,
            (ini->section_count - i - 1) * sizeof(struct section *));
    ini->section_count--;
    section_clear_keys(section);
    free(section->headers);
    free(section->name);
    free(section);
    ini_rehash(ini);
    return true;
}
