/* SPDX-License-Identifier: MIT */
/*
 * fuzz: what every harness needs. A harness is one LLVMFuzzerTestOneInput():
 * libFuzzer calls it (`make fuzz`), AFL++ and the replay of the seeds in `make
 * test` do so through main.c. What has to hold for any input is said with
 * must(), which aborts: all three report that.
 */
#ifndef POSTSEAL_FUZZ_FUZZ_H
#define POSTSEAL_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FUZZ_NOW ((time_t)1790000000) /* 2026-09-21T14:13:20Z */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(holds) fuzz_must(holds, #holds, __FILE__, __LINE__)
static inline void fuzz_must(bool holds, const char *what, const char *file,
                             int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* The parts of an input, which a byte sets apart. */
struct parts {
    const char *at, *end;
};
static inline struct parts parts_of(const uint8_t *data, size_t size)
{
    return (struct parts){(const char *)data, (const char *)data + size};
}
/* The next part as a text of its own, "" behind the last one. The caller frees
 * it. *len (may be NULL) counts NUL bytes as well. */
static inline char *parts_next(struct parts *parts, char until, size_t *len)
{
    size_t left = (size_t)(parts->end - parts->at);
    const char *stop = left ? memchr(parts->at, until, left) : NULL;
    size_t n = stop ? (size_t)(stop - parts->at) : left;
    char *text = malloc(n + 1);

    must(text != NULL);
    if (n)
        memcpy(text, parts->at, n);
    text[n] = '\0';
    parts->at += stop ? n + 1 : n;
    if (len)
        *len = n;
    return text;
}
static inline bool parts_end(const struct parts *parts)
{
    return parts->at == parts->end;
}

/* No control byte, nothing that turns text around, whole UTF-8: written anew
 * here, so that a mistake in core/base/text.c does not hide itself. */
static inline void must_be_safe(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    must(text != NULL);
    while (*p) {
        uint32_t c = *p++;
        int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

        must(c < 0x80 || (c >= 0xc2 && c <= 0xf4));
        c &= more == 0 ? 0x7f : 0x3fu >> more;
        while (more-- > 0) {
            must((*p & 0xc0) == 0x80);
            c = c << 6 | (*p++ & 0x3f);
        }
        must(c >= 0x20 && !(c >= 0x7f && c < 0xa0));
        must(c != 0xad && c != 0x61c && c != 0xfeff);
        must(!(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e));
        must(!(c >= 0x2060 && c <= 0x206f) && c < 0xe0000);
    }
}

#endif
