/* SPDX-License-Identifier: MIT */
/*
 * der: a writer of DER, and of what only looks like it. Pieces come from a pool
 * that pool_empty() frees; nothing is checked, for that is the point.
 */
#ifndef POSTSEAL_TESTS_HOSTILE_DER_H
#define POSTSEAL_TESTS_HOSTILE_DER_H

#include <stdbool.h>
#include <stddef.h>

struct piece {
    unsigned char *bytes;
    size_t len;
};

enum {
    INTEGER = 0x02,
    BITS = 0x03,
    OCTETS = 0x04,
    UTF8 = 0x0c,
    NUMERIC = 0x12,
    PRINTABLE = 0x13,
    T61 = 0x14,
    IA5 = 0x16,
    UTC_TIME = 0x17,
    LONG_TIME = 0x18,
    UNIVERSAL = 0x1c,
    BMP = 0x1e,
    SEQUENCE = 0x30,
    SET = 0x31
};

unsigned char *pool_take(size_t len); /* zeroed */
void pool_empty(void);

struct piece raw(const void *bytes, size_t len);
#define TEXT(text) raw((text), sizeof(text) - 1)
struct piece string(const char *text);
struct piece fill(int byte, size_t len);
struct piece none(void);
struct piece join(const struct piece *parts, size_t count);
#define JOIN(...)                                                              \
    join((const struct piece[]){__VA_ARGS__},                                  \
         sizeof((const struct piece[]){__VA_ARGS__}) / sizeof(struct piece))
/* Tag, minimal length, body. */
struct piece tlv(int tag, struct piece body);
#define SEQ(...) tlv(SEQUENCE, JOIN(__VA_ARGS__))
/* Indefinite length, ended by two zero bytes. */
struct piece endless(int tag, struct piece body);
/* The length in four bytes, whatever it is. */
struct piece long_length(int tag, struct piece body);
struct piece oid(const char *dotted);
struct piece number(long value); /* 0 to 2^31 - 1 */
struct piece boolean(bool value);
struct piece null(void);
struct piece pem(const char *label, struct piece der, const char *end_of_line,
                 size_t width);

#endif
