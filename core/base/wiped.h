/* SPDX-License-Identifier: MIT */
/*
 * wiped: memory for other libraries (libcurl, jansson) through whose buffers
 * secrets pass: what is freed is wiped first. It behaves like the functions of
 * the same names in the C library, so it can fail, and is not locked.
 */
#ifndef POSTSEAL_CORE_BASE_WIPED_H
#define POSTSEAL_CORE_BASE_WIPED_H

#include <stddef.h>

void *wiped_malloc(size_t size);
void *wiped_calloc(size_t count, size_t size);
void *wiped_realloc(void *old, size_t size);
char *wiped_strdup(const char *text);
void wiped_free(void *memory);

#endif
