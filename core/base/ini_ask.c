/* SPDX-License-Identifier: MIT */
/*
 * ini_ask: what can be asked of a document. A section is read by iniparser when
 * something of it is first asked for, because that is most of the work and a
 * list of 10,000 shows 20 of them.
 */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* -- having sections read -------------------------------------------------- */

static void number_lines(const struct ini *ini)
{
    struct ini *cache = (struct ini *)ini;
    unsigned number = 1;

    if (ini->numbers_ok)
        return;
    for (struct line *line = ini->first; line; line = line->next) {
        line->number = number;
        number += line->physical;
    }
    cache->numbers_ok = true;
}

/* Keys that stand twice: the last counts, which people do not expect. */
static void note_duplicates(struct ini *ini, const struct section *section)
{
    struct line *line = NULL;

    while ((line = section_next_line(ini, section, line))) {
        size_t len;
        struct key *key;
        char *name;

        if (line->kind != LINE_KEY)
            continue;
        len = strlen(line->key);
        name = xstrndup(line->key,
                        len > 1 && line->key[len - 1] == '*' ? len - 1 : len);
        key = section_find_key(section, name);
        if (key && key->line != line)
            ini_problem(ini, INI_WARNING, section, line->number,
                        "%s stands again in line %u of [%s]; that one counts.",
                        name, key->line->number, section->name);
        free(name);
    }
}

/* The section, read; with it a few that follow, for whoever asks for one mostly
 * asks for the next. */
static struct section *ready(const struct ini *ini, size_t i)
{
    struct ini *cache = (struct ini *)ini;
    struct section *wanted = ini->sections[i], *batch[INI_BATCH] = {NULL};
    size_t count = 0;

    if (wanted->read)
        return wanted;
    for (; i < ini->section_count && count < INI_BATCH; i++) {
        if (ini->sections[i]->read)
            continue;
        ini->sections[i]->read = true;
        batch[count++] = ini->sections[i];
    }
    number_lines(ini); /* for what is noted */
    ini_read_sections(cache, batch, count, true);
    for (i = 0; i < count; i++)
        if (!batch[i]->broken)
            note_duplicates(cache, batch[i]);
    return wanted;
}

struct section *ini_ready_section(const struct ini *ini, const char *name)
{
    size_t i = ini_section_index(ini, name);

    return i < ini->section_count ? ready(ini, i) : NULL;
}

/* -- asking ---------------------------------------------------------------- */

static int problem_order(const void *a, const void *b)
{
    const struct ini_problem *left = a, *right = b;

    return left->line < right->line ? -1 : left->line > right->line;
}

size_t ini_problem_count(const struct ini *ini)
{
    struct ini *cache = (struct ini *)ini;

    if (ini->problems_ok)
        return ini->problem_count;
    number_lines(ini);
    for (size_t i = 0; i < ini->section_count; i++)
        ready(ini, i);
    if (ini->problem_count)
        qsort(ini->problems, ini->problem_count, sizeof(*ini->problems),
              problem_order);
    cache->problems_ok = true;
    return ini->problem_count;
}

const struct ini_problem *ini_problem_at(const struct ini *ini, size_t i)
{
    return &ini->problems[i];
}

size_t ini_section_count(const struct ini *ini)
{
    return ini->section_count;
}

const char *ini_section_name(const struct ini *ini, size_t i)
{
    return ini->sections[i]->name;
}

unsigned ini_section_line(const struct ini *ini, size_t i)
{
    const struct section *section = ini->sections[i];

    number_lines(ini);
    return section->header_count ? section->headers[0]->number : 1;
}

bool ini_section_broken(const struct ini *ini, size_t i)
{
    return ready(ini, i)->broken;
}

bool ini_broken(const struct ini *ini, const char *section)
{
    const struct section *found = ini_ready_section(ini, section);

    return found && found->broken;
}

bool ini_holds_secret(const struct ini *ini)
{
    for (const struct line *line = ini->first; line; line = line->next)
        if (line->kind == LINE_KEY && line_is_secret(ini, line))
            return true;
    return false;
}

size_t ini_sections_read(const struct ini *ini)
{
    return ini->read_count;
}

bool ini_has_section(const struct ini *ini, const char *section)
{
    return ini_find_section(ini, section) != NULL;
}

size_t ini_key_count(const struct ini *ini, size_t section)
{
    return ready(ini, section)->key_count;
}

const char *ini_key_name(const struct ini *ini, size_t section, size_t key)
{
    return ready(ini, section)->keys[key].name;
}

static struct key *find_key(const struct ini *ini, const char *section,
                            const char *key)
{
    const struct section *found = ini_ready_section(ini, section);

    return found ? section_find_key(found, key) : NULL;
}

const char *ini_get(const struct ini *ini, const char *section, const char *key)
{
    const struct key *found = find_key(ini, section, key);

    return found ? found->value : NULL;
}

const char *ini_peek(const struct ini *ini, const char *section,
                     const char *key, bool *sure)
{
    const struct section *found = ini_find_section(ini, section);
    size_t len = strlen(key);
    const char *value = NULL;
    struct line *line = NULL;

    *sure = true;
    while (found && (line = section_next_line(ini, found, line))) {
        if (line->kind != LINE_KEY || strncmp(line->key, key, len) != 0)
            continue;
        if (!line->key[len])
            value = line->value; /* the last one counts */
        else if (strcmp(line->key + len, "*") == 0)
            *sure = false;
    }
    return value;
}

unsigned ini_line(const struct ini *ini, const char *section, const char *key)
{
    const struct key *found = find_key(ini, section, key);

    number_lines(ini);
    return found ? found->line->number : 0;
}

const char *ini_bytes(struct ini *ini, size_t *len)
{
    if (!ini->joined_ok) {
        buf_clear(&ini->joined);
        if (ini->text_len >= 3 && memcmp(ini->text, "\xef\xbb\xbf", 3) == 0)
            buf_add(&ini->joined, ini->text, 3);
        for (struct line *line = ini->first; line; line = line->next)
            buf_add(&ini->joined, line->bytes, line->len);
        ini->joined_ok = true;
    }
    *len = ini->joined.len;
    return ini->joined.data;
}
