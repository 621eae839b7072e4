/* SPDX-License-Identifier: MIT */
/* ini: the document: its lines and sections, and parsing it as a whole. */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOINED_MAX ((size_t)1 << 30)

/* -- problems -------------------------------------------------------------- */

void ini_problem(struct ini *ini, enum ini_severity severity,
                 const struct section *section, unsigned number,
                 const char *format, ...)
{
    struct ini_problem *problem;
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ini->problems = xreallocarray(ini->problems, ini->problem_count + 1,
                                  sizeof(*ini->problems));
    problem = &ini->problems[ini->problem_count++];
    ini->problems_ok = false;
    problem->severity = severity;
    problem->line = number;
    problem->section = xstrdup(section->name);
    text_safe_string(problem->text, sizeof(problem->text), text);
}

/* -- sections by name ------------------------------------------------------ */

static size_t hash(const char *name)
{
    size_t h = 14695981039346656037u;

    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;

        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + 32);
        h = (h ^ c) * 1099511628211u;
    }
    return h;
}

static size_t *slot_of(const struct ini *ini, const char *name)
{
    size_t i = hash(name) & (ini->table_size - 1);

    while (ini->table[i] &&
           !text_equal_nocase(ini->sections[ini->table[i] - 1]->name, name))
        i = (i + 1) & (ini->table_size - 1);
    return &ini->table[i];
}

void ini_rehash(struct ini *ini)
{
    if (ini->table_size < 2 * ini->section_count + 2) {
        ini->table_size = 64;
        while (ini->table_size < 4 * ini->section_count)
            ini->table_size *= 2;
        free(ini->table);
        ini->table = xcalloc(ini->table_size, sizeof(size_t));
    } else {
        memset(ini->table, 0, ini->table_size * sizeof(size_t));
    }
    for (size_t i = 0; i < ini->section_count; i++)
        *slot_of(ini, ini->sections[i]->name) = i + 1;
}

size_t ini_section_index(const struct ini *ini, const char *name)
{
    size_t i = ini->table_size ? *slot_of(ini, name) : 0;

    return i ? i - 1 : ini->section_count;
}

struct section *ini_find_section(const struct ini *ini, const char *name)
{
    size_t i = ini_section_index(ini, name);

    return i < ini->section_count ? ini->sections[i] : NULL;
}

struct section *ini_make_section(struct ini *ini, const char *name)
{
    struct section *section = ini_find_section(ini, name);

    if (section)
        return section;
    section = xcalloc(1, sizeof(*section));
    section->name = xstrdup(name);
    if (ini->section_count == ini->section_size) {
        ini->section_size = ini->section_size ? 2 * ini->section_size : 16;
        ini->sections = xreallocarray(ini->sections, ini->section_size,
                                      sizeof(struct section *));
    }
    ini->sections[ini->section_count++] = section;
    if (ini->table_size < 2 * ini->section_count + 2)
        ini_rehash(ini);
    else
        *slot_of(ini, name) = ini->section_count;
    return section;
}

struct key *section_find_key(const struct section *section, const char *name)
{
    for (size_t i = 0; i < section->key_count; i++)
        if (text_equal_nocase(section->keys[i].name, name))
            return &section->keys[i];
    return NULL;
}

/* -- the list of lines ----------------------------------------------------- */

void ini_link_after(struct ini *ini, struct line *line, struct line *after)
{
    if (!line->number && after)
        line->number = after->number + 1;
    line->prev = after;
    line->next = after ? after->next : ini->first;
    if (line->next)
        line->next->prev = line;
    else
        ini->last = line;
    if (after)
        after->next = line;
    else
        ini->first = line;
    ini->joined_ok = ini->numbers_ok = false;
}

void ini_unlink(struct ini *ini, struct line *line)
{
    if (line->prev)
        line->prev->next = line->next;
    else
        ini->first = line->next;
    if (line->next)
        line->next->prev = line->prev;
    else
        ini->last = line->prev;
    line_free(line);
    ini->joined_ok = ini->numbers_ok = false;
}

static struct line *block_start(const struct ini *ini,
                                const struct section *section, size_t block)
{
    if (section->header_count == 0) /* the lines above the first header */
        return block == 0 && ini->first && ini->first->kind != LINE_HEADER
                   ? ini->first
                   : NULL;
    return block < section->header_count ? section->headers[block] : NULL;
}

struct line *section_next_line(const struct ini *ini,
                               const struct section *section, struct line *line)
{
    size_t block = 0;

    if (!line)
        return block_start(ini, section, 0);
    if (line->next && line->next->kind != LINE_HEADER)
        return line->next;
    if (section->header_count == 0)
        return NULL;
    /* The block is over: where does the next one of this section begin? */
    while (line && line->kind != LINE_HEADER)
        line = line->prev;
    while (block < section->header_count && section->headers[block] != line)
        block++;
    return block_start(ini, section, block + 1);
}

/* -- parsing --------------------------------------------------------------- */

static void start_section(struct ini *ini, struct line *line,
                          struct section **current)
{
    char *name;
    const char *wrong = header_name(line, &name);
    struct section *section = ini_find_section(ini, name);

    if (section && section->header_count && !wrong)
        ini_problem(ini, INI_WARNING, section, line->number,
                    "The section [%s] stands here again (first in line %u); "
                    "both count as one.",
                    name, section->headers[0]->number);
    if (!section || !section->header_count)
        section = ini_make_section(ini, *name ? name : "[]");
    section->headers = xreallocarray(
        section->headers, section->header_count + 1, sizeof(struct line *));
    section->headers[section->header_count++] = line;
    if (wrong) {
        section->broken = true;
        ini_problem(ini, INI_ERROR, section, line->number, "%s", wrong);
    }
    line->section = *current = section;
    free(name);
}

static void note_key(struct ini *ini, struct line *line)
{
    size_t len = strlen(line->key);

    if (len > 1 && line->key[len - 1] == '*') {
        char *decoded = ini_unquote(line->value);

        if (!decoded) {
            line->section->broken = true;
            ini_problem(ini, INI_ERROR, line->section, line->number,
                        "The value of %s is not valid percent-encoding.",
                        line->key);
        }
        xwipe(&decoded);
    }
    if (line->continued)
        ini_problem(ini, INI_WARNING, line->section, line->number,
                    "The value of %s continues on the next line; an edit puts "
                    "it on one.",
                    line->key);
}

static void add_line(struct ini *ini, struct line *line, const char *wrong,
                     struct section **current)
{
    ini_link_after(ini, line, ini->last);
    if (line->kind == LINE_HEADER) {
        start_section(ini, line, current);
        return;
    }
    if (line->kind != LINE_BLANK && line->kind != LINE_COMMENT && !*current)
        *current = ini_make_section(ini, "");
    line->section = *current;
    if (wrong) {
        assert(line->section); /* only blanks and comments have none */
        line->section->broken = true;
        ini_problem(ini, INI_ERROR, line->section, line->number, "%s", wrong);
    } else if (line->kind == LINE_KEY) {
        note_key(ini, line);
    }
}

static void split(struct ini *ini)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct section *current = NULL;
    size_t at = 0;
    unsigned number = 1;

    if (ini->text_len >= 3 && memcmp(ini->text, bom, 3) == 0)
        at = 3; /* ini_bytes() puts it back */
    while (at < ini->text_len) {
        struct line *line = xcalloc(1, sizeof(*line));
        const char *wrong = line_read(line, ini->text + at, ini->text_len - at);

        line->number = number;
        number += line->physical;
        at += line->len;
        add_line(ini, line, wrong, &current);
    }
    ini->numbers_ok = true;
}

struct ini *ini_parse_secrets(const char *name, const void *bytes, size_t len,
                              const char *const *secret_keys, struct error *e)
{
    const char *nul = len ? memchr(bytes, 0, len) : NULL;
    struct ini *ini;

    if (nul) {
        error_set(e, ERROR_PARSE,
                  "%s holds a NUL byte at position %zu, so it is no text "
                  "file. It is left alone.",
                  name, (size_t)(nul - (const char *)bytes));
        return NULL;
    }
    ini = xcalloc(1, sizeof(*ini));
    ini->name = xstrdup(name);
    ini->secret_keys = secret_keys;
    ini->text = xmalloc(len + 1);
    if (len)
        memcpy(ini->text, bytes, len);
    ini->text[len] = '\0';
    ini->text_len = len;
    buf_init(&ini->joined, JOINED_MAX);
    ini_rehash(ini);
    split(ini);
    if (ini->section_count)
        ini_reader_prepare();
    return ini;
}

struct ini *ini_parse(const char *name, const void *bytes, size_t len,
                      struct error *e)
{
    return ini_parse_secrets(name, bytes, len, NULL, e);
}

struct ini *ini_new(const char *name)
{
    return ini_parse(name, "", 0, NULL);
}

static void section_free(struct section *section)
{
    section_clear_keys(section);
    free(section->headers);
    free(section->name);
    free(section);
}

void ini_free(struct ini *ini)
{
    if (!ini)
        return;
    while (ini->first)
        ini_unlink(ini, ini->first);
    for (size_t i = 0; i < ini->section_count; i++)
        section_free(ini->sections[i]);
    OPENSSL_cleanse(ini->text, ini->text_len);
    buf_release(&ini->joined);
    free(ini->text);
    free(ini->sections);
    free(ini->table);
    for (size_t i = 0; i < ini->problem_count; i++)
        free(ini->problems[i].section);
    free(ini->problems);
    free(ini->name);
    free(ini);
}
