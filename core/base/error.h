/* SPDX-License-Identifier: MIT */
/*
 * error: a code to branch on and a finished sentence for the person.
 *
 * The caller owns the struct (usually on its stack, initialised with {0}) and
 * passes it as the last parameter. It is untouched on success. Core never
 * prints: whoever talks to the person shows `text` as it is. The text is safe
 * to show; whoever puts foreign bytes into it cleans them with text_safe().
 */
#ifndef POSTSEAL_CORE_BASE_ERROR_H
#define POSTSEAL_CORE_BASE_ERROR_H

#include <stdbool.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_INPUT,     /* a value is not allowed; the text names the limits */
    ERROR_NOT_FOUND, /* the thing named does not exist */
    ERROR_EXISTS,    /* the name is taken */
    ERROR_FILE,      /* could not be read or written; errno is in the text */
    ERROR_PARSE,     /* a file's content is broken; file:line in the text */
    ERROR_TRUST,     /* others may write it, so it is not used */
    ERROR_LOCKED,    /* another session holds the lock; try again later */
    ERROR_CONFLICT,  /* changed on disk and here in the same place */
    ERROR_NETWORK,
    ERROR_TLS,
    ERROR_COMMAND,  /* a password command failed */
    ERROR_PASSWORD, /* a password is needed, or the one given is wrong */
    ERROR_INTERNAL, /* our own mistake; worth a bug report */
};

struct error {
    enum error_code code;
    char text[640];
};

/* Fills `e` (which may be NULL). Always returns false, so that
 * `return error_set(e, ...)` reads as "fail with". Longer texts are cut at a
 * character boundary and end in "...". */
bool error_set(struct error *e, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set(), with ": " and the words for `errnum` appended. */
bool error_errno(struct error *e, enum error_code code, int errnum,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
