/* SPDX-License-Identifier: MIT */
#include "der.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void **pool;
static size_t pool_count;

unsigned char *pool_take(size_t len)
{
    pool = xreallocarray(pool, pool_count + 1, sizeof(*pool));
    pool[pool_count] = xcalloc(len + 1, 1);
    return pool[pool_count++];
}

void pool_empty(void)
{
    for (size_t i = 0; i < pool_count; i++)
        free(pool[i]);
    free(pool);
    pool = NULL;
    pool_count = 0;
}

struct piece raw(const void *bytes, size_t len)
{
    struct piece piece = {pool_take(len), len};

    memcpy(piece.bytes, bytes, len);
    return piece;
}

struct piece string(const char *text)
{
    return raw(text, strlen(text));
}

struct piece fill(int byte, size_t len)
{
    struct piece piece = {pool_take(len), len};

    memset(piece.bytes, byte, len);
    return piece;
}

struct piece none(void)
{
    return (struct piece){pool_take(0), 0};
}

struct piece join(const struct piece *parts, size_t count)
{
    struct piece piece = none();
    size_t at = 0;

    for (size_t i = 0; i < count; i++)
        piece.len += parts[i].len;
    piece.bytes = pool_take(piece.len);
    for (size_t i = 0; i < count; i++) {
        memcpy(piece.bytes + at, parts[i].bytes, parts[i].len);
        at += parts[i].len;
    }
    return piece;
}

static struct piece header(int tag, size_t len, int bytes)
{
    unsigned char out[8] = {(unsigned char)tag, (unsigned char)len};

    if (!bytes)
        return raw(out, 2);
    out[1] = (unsigned char)(0x80 | bytes);
    for (int i = 0; i < bytes; i++)
        out[2 + i] = (unsigned char)(len >> 8 * (bytes - 1 - i));
    return raw(out, 2 + (size_t)bytes);
}

struct piece tlv(int tag, struct piece body)
{
    int bytes = body.len < 0x80        ? 0
                : body.len < 0x100     ? 1
                : body.len < 0x10000   ? 2
                : body.len < 0x1000000 ? 3
                                       : 4;

    return JOIN(header(tag, body.len, bytes), body);
}

struct piece long_length(int tag, struct piece body)
{
    return JOIN(header(tag, body.len, 4), body);
}

struct piece endless(int tag, struct piece body)
{
    const unsigned char start[] = {(unsigned char)tag, 0x80};

    return JOIN(raw(start, 2), body, fill(0, 2));
}

struct piece oid(const char *dotted)
{
    unsigned char out[200] = {0};
    size_t len = 0;
    unsigned long arc = 0;

    for (int i = 0; *dotted; i++) {
        unsigned long value = strtoul(dotted, (char **)&dotted, 10);
        int shift = 63;

        dotted += *dotted == '.';
        if (i == 0) {
            arc = value * 40;
            continue;
        }
        value += i == 1 ? arc : 0;
        while (shift > 0 && !(value >> shift))
            shift -= 7;
        for (; shift >= 0 && len < sizeof(out); shift -= 7)
            out[len++] =
                (unsigned char)((value >> shift & 0x7f) | (shift ? 0x80 : 0));
    }
    return tlv(0x06, raw(out, len));
}

struct piece number(long value)
{
    unsigned char out[6] = {0};
    size_t len = 0;

    for (int shift = 32; shift >= 0; shift -= 8) {
        unsigned char byte = (unsigned char)(value >> shift);

        if (len || byte || shift == 0) {
            if (!len && byte & 0x80)
                out[len++] = 0;
            out[len++] = byte;
        }
    }
    return tlv(INTEGER, raw(out, len));
}

struct piece boolean(bool value)
{
    return tlv(0x01, fill(value ? 0xff : 0, 1));
}

struct piece null(void)
{
    return tlv(0x05, none());
}

struct piece pem(const char *label, struct piece der, const char *end_of_line,
                 size_t width)
{
    char *base64 = text_base64_encode(der.bytes, der.len);
    size_t len = strlen(base64);
    struct buf out;
    struct piece piece;

    buf_init(&out, 2 * len + 1000);
    buf_addf(&out, "-----BEGIN %s-----%s", label, end_of_line);
    for (size_t at = 0; at < len; at += width)
        buf_addf(&out, "%.*s%s", (int)width, base64 + at, end_of_line);
    buf_addf(&out, "-----END %s-----%s", label, end_of_line);
    piece = raw(out.data, out.len);
    buf_release(&out);
    free(base64);
    return piece;
}
