/* SPDX-License-Identifier: MIT */
/*
 * alloc: allocation that cannot fail.
 *
 * Out of memory stops the program with abort(): no half-handled failures.
 * Never call these with a size that a server or a file chooses; such data goes
 * through `buf`, which has a limit. What they return is freed with free().
 */
#ifndef POSTSEAL_CORE_BASE_ALLOC_H
#define POSTSEAL_CORE_BASE_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *old, size_t count, size_t size)
    __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
/* Like xstrdup(), but NULL in gives NULL out. */
char *xstrdup_or_null(const char *text);
char *xstrndup(const char *text, size_t max)
    __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
/* Frees *old (may be NULL) and stores a copy of text (may be NULL) there. */
void xreplace(char **old, const char *text);
/* Wipes a secret string with OPENSSL_cleanse, frees it, stores NULL. */
void xwipe(char **secret);

#endif
