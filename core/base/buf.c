/* SPDX-License-Identifier: MIT */
#include "core/base/buf.h"

#include "core/base/alloc.h"
#include "core/base/locked.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an empty buf points at; never written to. */
static char nothing[1] = "";

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.data = nothing, .max = max};
}

void buf_init_secret(struct buf *b, size_t max)
{
    *b = (struct buf){.data = nothing, .max = max, .secret = true};
}

static void free_data(struct buf *b)
{
    if (!b->size)
        return;
    if (b->secret) {
        locked_free(b->data, b->size);
        return;
    }
    OPENSSL_cleanse(b->data, b->size);
    free(b->data);
}

void buf_release(struct buf *b)
{
    free_data(b);
    *b = (struct buf){.data = nothing, .max = b->max, .secret = b->secret};
}

void buf_clear(struct buf *b)
{
    if (b->size)
        OPENSSL_cleanse(b->data, b->size);
    b->len = 0;
    b->overflow = false;
}

/* realloc() would leave the old bytes behind unwiped. */
static void grow(struct buf *b, size_t need)
{
    size_t size = b->size ? b->size : 64;
    char *data;

    while (size < need + 1)
        size *= 2;
    if (size == b->size)
        return;
    data = b->secret ? locked_alloc(size) : xmalloc(size);
    memcpy(data, b->data, b->len);
    data[b->len] = '\0';
    free_data(b);
    b->data = data;
    b->size = size;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (len > b->max - b->len) {
        b->overflow = true;
        return false;
    }
    if (!len)
        return true;
    grow(b, b->len + len);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_add_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_add_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_addf(struct buf *b, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int len;
    bool ok;

    va_start(args, format);
    len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        abort();
    ok = buf_add(b, text, (size_t)len);
    OPENSSL_cleanse(text, (size_t)len);
    free(text);
    return ok;
}

void buf_consume(struct buf *b, size_t n)
{
    if (!n)
        return;
    memmove(b->data, b->data + n, b->len - n);
    buf_truncate(b, b->len - n);
}

void buf_truncate(struct buf *b, size_t n)
{
    if (n == b->len)
        return;
    OPENSSL_cleanse(b->data + n, b->len - n);
    b->len = n;
    b->data[n] = '\0';
}

char *buf_take(struct buf *b)
{
    char *data = b->size ? b->data : xstrdup("");

    assert(!b->secret);
    buf_init(b, b->max);
    return data;
}
