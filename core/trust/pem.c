/* SPDX-License-Identifier: MIT */
/* pem: read here and not by OpenSSL, which cannot say what is wrong and stops
 * at long lines. */
#include "core/trust/pem.h"

#include "core/base/text.h"

#include <string.h>

#define BEGIN "-----BEGIN "
#define END   "-----END "

/* The next occurrence at the beginning of a line. */
static const char *find_line(const char *p, const char *end, const char *start)
{
    size_t len = strlen(start);

    for (const char *from = p; (size_t)(end - from) >= len; from++) {
        from = memmem(from, (size_t)(end - from), start, len);
        if (!from)
            return NULL;
        if (from == p || from[-1] == '\n' || from[-1] == '\r' ||
            (unsigned char)from[-1] == 0xbf) /* a byte order mark */
            return from;
    }
    return NULL;
}

/* The label between BEGIN and the dashes; NULL when there is none. */
static const char *read_label(const char *p, const char *end,
                              struct pem_block *block)
{
    size_t room = (size_t)(end - p), most = PEM_LABEL_MAX + 4;
    const char *dashes = memmem(p, room < most ? room : most, "-----", 5);

    if (dashes)
        text_safe(block->label, sizeof(block->label), p, (size_t)(dashes - p));
    return dashes ? dashes + 5 : NULL;
}

bool pem_next(const char **p, const char *end, struct pem_block *block)
{
    const char *begin, *next, *limit;

    do {
        begin = find_line(*p, end, BEGIN);
        if (!begin)
            return false;
        *p = begin + strlen(BEGIN);
        block->body = read_label(*p, end, block);
    } while (!block->body);
    next = find_line(block->body, end, BEGIN);
    limit = next ? next : end;
    block->end = find_line(block->body, limit, END);
    *p = limit;
    return true;
}

/* Header lines of old PEM ("Proc-Type: ...") end at an empty line. */
static const char *skip_headers(const struct pem_block *block)
{
    const char *colon =
        memchr(block->body, ':', (size_t)(block->end - block->body));
    const char *gap;

    if (!colon)
        return block->body;
    for (gap = colon; gap + 1 < block->end; gap++)
        if (gap[0] == '\n' &&
            (gap[1] == '\n' ||
             (gap[1] == '\r' && gap + 2 < block->end && gap[2] == '\n')))
            return gap + 1;
    return block->body;
}

static int digit_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Lines of any length, blanks anywhere; false on any other foreign byte. */
static bool decode(const char *p, const char *end, struct buf *out)
{
    unsigned bits = 0, digits = 0, padding = 0;

    for (; p < end; p++) {
        int value = digit_value((unsigned char)*p);

        if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
            continue;
        if (*p == '=' && ++padding <= 2)
            continue;
        if (value < 0 || padding)
            return false;
        bits = bits << 6 | (unsigned)value;
        digits++;
        /* After the second, third and fourth digit a byte is whole. */
        if (digits % 4 != 1)
            buf_add_char(out, (char)(bits >> (8 - digits % 4 * 2) % 8));
    }
    return (digits + padding) % 4 == 0;
}

size_t pem_size(const struct pem_block *block)
{
    return block->end ? (size_t)(block->end - block->body) : 0;
}

const char *pem_decode(const struct pem_block *block, struct buf *out)
{
    if (!block->end)
        return "is damaged: its END line is missing";
    return decode(skip_headers(block), block->end, out)
               ? NULL
               : "is damaged: it is no base64";
}
