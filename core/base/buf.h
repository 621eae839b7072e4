/* SPDX-License-Identifier: MIT */
/*
 * buf: a growing byte buffer with a hard maximum.
 *
 * `data` always ends in a NUL that `len` does not count (data is "" while
 * empty), so text can be read in place. Going over `max` fails, keeps what was
 * there and sets `overflow`, which stays set until buf_clear(). Memory that
 * may hold secrets is wiped when it is moved or released: every buf is; one for
 * secrets lies in locked memory (locked.h) besides.
 */
#ifndef POSTSEAL_CORE_BASE_BUF_H
#define POSTSEAL_CORE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, size, max;
    bool overflow;
    bool secret; /* locked memory */
};

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max);
/* Wipes and frees; the buf is empty and usable again afterwards. */
void buf_release(struct buf *b);
/* Empties it (wiping) but keeps the memory. */
void buf_clear(struct buf *b);
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_add_text(struct buf *b, const char *text);
bool buf_add_char(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Drops the first n bytes (n <= len), moving the rest to the front. */
void buf_consume(struct buf *b, size_t n);
/* Makes the first n bytes the whole content. */
void buf_truncate(struct buf *b, size_t n);
/* Hands the NUL-terminated content to the caller, who frees it; the buf is
 * empty afterwards. Never NULL. Not for one that holds secrets. */
char *buf_take(struct buf *b);

#endif
