/* SPDX-License-Identifier: MIT */
/* exception_private: between the files of the exceptions store. */
#ifndef POSTSEAL_CORE_TRUST_EXCEPTION_PRIVATE_H
#define POSTSEAL_CORE_TRUST_EXCEPTION_PRIVATE_H

#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/trust/exception.h"

/* What the last add or remove did, for taking it back. */
struct undo {
    bool is;
    char *text; /* exceptions.ini before it */
    size_t len;
    struct exception *session; /* the session-only ones before it */
    size_t session_count;
    struct file_stamp after;
    char what[200];
};

struct exceptions {
    char *path, *folder;
    struct file_stamp stamp;
    struct ini *ini;
    struct exception *list; /* those of the file, then the session's */
    size_t count, session_count;
    unsigned next_number;
    char **problems;
    size_t problem_count;
    struct undo undo;
};

bool exception_check_parse(const char *word, enum exception_check *check);

/* -- exception_section.c */
/* False, with nothing to release, for a section that is no exception. */
bool exception_read(const struct ini *ini, const char *section,
                    struct exception *x);
bool exception_write(struct ini *ini, const struct exception *x,
                     struct error *e);
void exception_release(struct exception *x);
struct exception exception_copy(const struct exception *x);
/* A number that no section has, also none that is ignored. */
unsigned exception_free_number(const struct ini *ini);

/* -- exception_store.c */
bool exceptions_load(struct exceptions *s, struct error *e);
/* Writes the document; the lock is held. */
bool exceptions_save(struct exceptions *s, struct error *e);
void exceptions_append(struct exceptions *s, struct exception x);
/* The caller frees it. */
char *exceptions_pem_path(const struct exceptions *s,
                          const unsigned char sha256[32]);

/* -- exception_undo.c */
/* Before a change, under the lock: keeps the state to go back to. */
void undo_note(struct exceptions *s, const char *what,
               const struct exception *x);
void undo_put_back_session(struct exceptions *s);
/* At the end: nothing can be taken back any more. */
void undo_drop(struct exceptions *s);

#endif
