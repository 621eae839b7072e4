/* SPDX-License-Identifier: MIT */
/*
 * ini_private: what the files of the INI document share. The document is a
 * list of logical lines (a line with its continuations); sections point at
 * their header lines, keys at the line that counts.
 */
#ifndef POSTSEAL_CORE_BASE_INI_PRIVATE_H
#define POSTSEAL_CORE_BASE_INI_PRIVATE_H

#include "core/base/buf.h"
#include "core/base/ini.h"

#define INI_LINE_MAX 1022 /* bytes before the LF that iniparser takes */

enum line_kind { LINE_BLANK, LINE_COMMENT, LINE_HEADER, LINE_KEY, LINE_BAD };

struct line {
    struct line *prev, *next;
    struct section *section;
    enum line_kind kind;
    char *bytes; /* with line ends; `owned` or inside the document */
    size_t len;
    bool owned, continued;
    unsigned physical; /* how many physical lines */
    unsigned number;   /* of the first one, 1-based */
    unsigned eol;      /* bytes of the final line end: 0, 1 or 2 */
    /* LINE_KEY */
    char *key;   /* lower case, with a final * when it has one */
    char *value; /* as iniparser should read it; wiped when freed */
    size_t value_at, value_len; /* span in bytes, quotes included */
};

struct key {
    char *name;  /* without the * */
    char *value; /* decoded; wiped when freed */
    struct line *line;
};

struct section {
    char *name;            /* as spelled */
    struct line **headers; /* NULL entry never; empty for keys before any */
    size_t header_count;
    struct key *keys;
    size_t key_count, key_size;
    bool broken;
    bool read; /* iniparser was asked: keys are there, or it is broken */
};

struct ini {
    char *name;
    char *text; /* the file's own bytes, which lines point into */
    size_t text_len;
    struct line *first, *last;
    struct section **sections;
    size_t section_count, section_size;
    size_t *table; /* hash of section names: index + 1, or 0 */
    size_t table_size;
    struct ini_problem *problems;
    size_t problem_count;
    const char *const *secret_keys;
    struct buf joined; /* for ini_bytes() */
    bool joined_ok, numbers_ok;
    bool problems_ok;  /* all sections are read, and problems in order */
    size_t read_count; /* sections that iniparser was given */
};

/* ini_lines.c */
/* Reads one logical line from bytes (length len) at *used; fills everything but
 * links and section. Returns NULL, or what is wrong with it. */
const char *line_read(struct line *line, char *bytes, size_t len);
void line_free(struct line *line);
bool line_is_secret(const struct ini *ini, const struct line *line);
/* The section name of a header line. Caller frees. NULL, or what is wrong. */
const char *header_name(const struct line *line, char **name);

/* ini.c */
void ini_problem(struct ini *ini, enum ini_severity severity,
                 const struct section *section, unsigned number,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
struct section *ini_find_section(const struct ini *ini, const char *name);
/* section_count when there is none. */
size_t ini_section_index(const struct ini *ini, const char *name);
struct section *ini_make_section(struct ini *ini, const char *name);
void ini_rehash(struct ini *ini);
struct key *section_find_key(const struct section *section, const char *name);
void ini_link_after(struct ini *ini, struct line *line, struct line *after);
void ini_unlink(struct ini *ini, struct line *line); /* frees it */
/* The lines of a section, block by block: NULL starts, NULL ends. */
struct line *section_next_line(const struct ini *ini,
                               const struct section *section,
                               struct line *line);

/* ini_ask.c */
/* ini_find_section(), its keys there to be asked for. */
struct section *ini_ready_section(const struct ini *ini, const char *name);

/* ini_reader.c */
/* Takes the descriptors that reading needs, so that it works later, too, when
 * connections have taken all the others. */
void ini_reader_prepare(void);
/* Has iniparser read the sections (those not broken) and fills their keys. With
 * `problems`, what does not go well is noted and the section broken; otherwise
 * false is returned. */
bool ini_read_sections(struct ini *ini, struct section *const *sections,
                       size_t count, bool problems);
/* How many it is worth to read at once. */
#define INI_BATCH 8
void section_clear_keys(struct section *section);
/* Whether this iniparser gives backslashes in quotes a meaning (4.2 on). */
bool ini_reader_has_escapes(void);

/* ini_quote.c */
/* How a value can be written: the text behind the `=`; *starred when the key
 * needs the * form. Caller wipes and frees. */
char *ini_quote(const char *value, bool *starred);
/* Decodes the text of a `key*` value. NULL when it is not well formed. */
char *ini_unquote(const char *text);

#endif
