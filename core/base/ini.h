/* SPDX-License-Identifier: MIT */
/*
 * ini: an INI document that keeps every byte.
 *
 * A line model holds the text; iniparser, fed section by section with comments
 * blanked, reads the values and has the last word on them; the patcher touches
 * only the lines that an edit is about. Only ini_reader.c knows iniparser.
 * A section is read when something of it is first asked for; asking for the
 * problems reads all. So a document that is not edited is no constant for
 * threads.
 * Names of sections and keys are compared without ASCII case.
 *
 * A value that no quoting can carry is stored as `key* =` with percent-encoding
 * (the marker of RFC 2231): readers and writers of values never see that.
 * A section that iniparser cannot read is "broken": listed, reported with its
 * line, kept byte for byte, not editable; all other sections stay usable.
 */
#ifndef POSTSEAL_CORE_BASE_INI_H
#define POSTSEAL_CORE_BASE_INI_H

#include "core/base/error.h"
#include <stddef.h>

struct ini;

enum ini_severity { INI_WARNING, INI_ERROR };

struct ini_problem {
    enum ini_severity severity;
    unsigned line; /* 1-based physical line */
    char *section; /* its name as spelled; "" before any */
    char text[256];
};

/* Parses a copy of the bytes. `name` is used in messages. NULL with ERROR_PARSE
 * only when nothing can be done with it at all (NUL bytes, not text); a file
 * with broken lines opens and lists its problems. */
struct ini *ini_parse(const char *name, const void *bytes, size_t len,
                      struct error *e);
/* The same, but the values of these keys (NULL-ended, lower case) are secrets:
 * iniparser, which cannot wipe, is fed a stand-in for them; they are read by
 * the line model alone and wiped on release. */
struct ini *ini_parse_secrets(const char *name, const void *bytes, size_t len,
                              const char *const *secret_keys, struct error *e);
struct ini *ini_new(const char *name);
void ini_free(struct ini *ini);

/* Problems of the file, in line order: of its lines, and of sections that
 * iniparser does not read as they stand. */
size_t ini_problem_count(const struct ini *ini);
const struct ini_problem *ini_problem_at(const struct ini *ini, size_t i);

/* Sections in file order; one that appears twice is listed once (merged, with
 * a warning). The name is as spelled in the file; keys before any section
 * belong to a section named "". */
size_t ini_section_count(const struct ini *ini);
const char *ini_section_name(const struct ini *ini, size_t i);
unsigned ini_section_line(const struct ini *ini, size_t i);
bool ini_section_broken(const struct ini *ini, size_t i);
bool ini_has_section(const struct ini *ini, const char *section);
/* The same for one by name; false when there is none. */
bool ini_broken(const struct ini *ini, const char *section);
/* Whether a secret key stands in any section, broken ones as well. */
bool ini_holds_secret(const struct ini *ini);
/* What ini_get() would say, out of the lines alone, without having the section
 * read: to pass over many of them. `*sure` is false where only reading tells;
 * that a section is broken is not noticed. Borrowed. */
const char *ini_peek(const struct ini *ini, const char *section,
                     const char *key, bool *sure);
/* How many sections iniparser was given so far: what a question cost. */
size_t ini_sections_read(const struct ini *ini);

/* Keys of a section in file order, each once, lower-case, without the `*`. */
size_t ini_key_count(const struct ini *ini, size_t section);
const char *ini_key_name(const struct ini *ini, size_t section, size_t key);
/* NULL when absent. Valid until the next edit. Constant time on average. */
const char *ini_get(const struct ini *ini, const char *section,
                    const char *key);
/* Line of the occurrence that counts; 0 when absent. */
unsigned ini_line(const struct ini *ini, const char *section, const char *key);

/* Sets a value: changes the last occurrence, or adds a line at the end of the
 * section, or a section at the end of the file. Keeps indent, spelling of the
 * key, blanks around `=`, comment behind the value, and the line ending.
 * ERROR_INPUT when it cannot be carried (too long: says so and suggests a
 * wrapper script); ERROR_PARSE when the section is broken. Afterwards
 * ini_get() gives exactly `value`, by iniparser's own reading. */
bool ini_set(struct ini *ini, const char *section, const char *key,
             const char *value, struct error *e);
/* Removes all occurrences of the key. Absent is success. */
bool ini_unset(struct ini *ini, const char *section, const char *key,
               struct error *e);
/* Adds an empty section at the end (set off by a blank line). */
bool ini_add_section(struct ini *ini, const char *section, struct error *e);
/* Removes every block of the section with the comments inside it; the comment
 * lines directly above its header (no blank line between) go with it. */
bool ini_remove_section(struct ini *ini, const char *section, struct error *e);

/* The whole text. Owned by ini, valid until the next edit. */
const char *ini_bytes(struct ini *ini, size_t *len);

#endif
