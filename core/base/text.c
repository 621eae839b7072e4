/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uniwidth.h>

#define MARKS_MAX 4 /* combining marks that still belong to one letter */

/* -- UTF-8 ----------------------------------------------------------------- */

/* Length and payload bits of a sequence by its first byte; 0: not a first
 * byte. */
static int sequence(unsigned char first, int32_t *bits)
{
    if (first < 0x80) {
        *bits = first;
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        *bits = first & 0x1f;
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *bits = first & 0x0f;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *bits = first & 0x07;
        return 4;
    }
    return 0;
}

int32_t text_decode(const char **p, const char *end)
{
    static const int32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const char *s = *p;
    int32_t c = 0;
    int len = sequence((unsigned char)*s, &c);

    if (len == 0 || end - s < len) {
        (*p)++;
        return -1;
    }
    for (int i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80) {
            (*p)++;
            return -1;
        }
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (c < smallest[len] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff) {
        (*p)++;
        return -1;
    }
    *p += len;
    return c;
}

bool text_is_utf8(const char *text, size_t len)
{
    const char *p = text, *end = text + len;

    while (p < end)
        if (text_decode(&p, end) < 0)
            return false;
    return true;
}

int text_char_width(uint32_t c)
{
    return uc_width(c, "UTF-8");
}

size_t text_width(const char *text)
{
    const char *p = text, *end = text + strlen(text);
    size_t cells = 0;

    while (p < end) {
        int32_t c = text_decode(&p, end);
        int width = c < 0 ? 1 : text_char_width((uint32_t)c);

        cells += width < 0 ? 0 : (size_t)width;
    }
    return cells;
}

size_t text_fit(const char *text, size_t cells, size_t *used)
{
    const char *p = text, *end = text + strlen(text);
    size_t taken = 0;

    while (p < end) {
        const char *next = p;
        int32_t c = text_decode(&next, end);
        int width = c < 0 ? 1 : text_char_width((uint32_t)c);

        if (width > 0 && taken + (size_t)width > cells)
            break;
        taken += width < 0 ? 0 : (size_t)width;
        p = next;
    }
    if (used)
        *used = taken;
    return (size_t)(p - text);
}

/* -- the cleaning function ------------------------------------------------- */

/* Whether a code point may reach a terminal as it is. Format characters turn
 * text around or hide it; private and unassigned ones mean nothing. */
static bool is_showable(int32_t c)
{
    if (c >= ' ' && c < 0x7f)
        return true;
    return c >= 0xa0 &&
           !uc_is_general_category_withtable(
               (ucs4_t)c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
                              UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co |
                              UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl |
                              UC_CATEGORY_MASK_Zp);
}

static bool is_mark(int32_t c)
{
    return c >= 0x300 && text_char_width((uint32_t)c) == 0;
}

/* One character of the output: itself, or its escape. */
static int express(char out[16], const char *from, const char *to, int32_t c,
                   int marks)
{
    if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
        int len = 0;

        for (; from < to; from++)
            len += snprintf(out + len, (size_t)(16 - len), "\\x%02X",
                            (unsigned)(unsigned char)*from);
        return len;
    }
    if (!is_showable(c) || marks > MARKS_MAX || marks == -1)
        return snprintf(out, 16, "\\u{%04X}", (unsigned)c);
    memcpy(out, from, (size_t)(to - from));
    return (int)(to - from);
}

char *text_safe(char *out, size_t size, const void *bytes, size_t len)
{
    const char *p = bytes, *end = p + len;
    size_t used = 0, keep = 0; /* keep: where "..." could still be put */
    int marks = -1;            /* a mark with nothing to stand on */

    while (p < end) {
        const char *from = p;
        char piece[16];
        int32_t c = text_decode(&p, end);
        int n;

        if (c >= 0 && is_mark(c))
            marks = marks < 0 ? -1 : marks + 1;
        else
            marks = 0;
        n = express(piece, from, p, c, c >= 0 && is_mark(c) ? marks : 0);
        if (used + (size_t)n > size - 1) {
            memcpy(out + keep, "...", 4);
            return out;
        }
        memcpy(out + used, piece, (size_t)n);
        used += (size_t)n;
        if (used <= size - 4)
            keep = used;
    }
    out[used] = '\0';
    return out;
}

char *text_safe_string(char *out, size_t size, const char *text)
{
    return text_safe(out, size, text, strlen(text));
}

char *text_safe_dup(const void *bytes, size_t len, size_t max)
{
    /* An escape is at most four times as long as what it stands for. */
    size_t size = len > max / 4 ? max + 1 : len * 4 + 1;

    if (size < 8)
        size = 8;

    return text_safe(xmalloc(size), size, bytes, len);
}

bool text_is_safe(const char *text)
{
    size_t len = strlen(text);
    char *safe = text_safe_dup(text, len, 4 * len + 1);
    bool same = strcmp(safe, text) == 0;

    free(safe);
    return same;
}

/* -- ASCII ----------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int text_compare_nocase(const char *a, const char *b)
{
    while (*a && (*a == *b || lower(*a) == lower(*b))) {
        a++;
        b++;
    }
    return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

bool text_equal_nocase(const char *a, const char *b)
{
    return text_compare_nocase(a, b) == 0;
}

bool text_starts_nocase(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (lower(*text) != lower(*prefix))
            return false;
    return true;
}

bool text_contains_nocase(const char *text, const char *needle)
{
    for (; *text; text++)
        if (text_starts_nocase(text, needle))
            return true;
    return !*needle;
}

void text_lower(char *text)
{
    for (; *text; text++)
        *text = lower(*text);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *text_trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

bool text_contains_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

bool text_parse_number(const char *text, long min, long max, long *value)
{
    long number = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        long digit = *text - '0';

        if (digit < 0 || digit > 9 || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number < min || number > max)
        return false;
    *value = number;
    return true;
}

/* -- base64 and hex -------------------------------------------------------- */

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *text_base64_encode(const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    char *out = xmalloc((len + 2) / 3 * 4 + 1), *p = out;

    for (size_t i = 0; i < len; i += 3) {
        unsigned long block = (unsigned long)in[i] << 16;

        if (i + 1 < len)
            block |= (unsigned long)in[i + 1] << 8;
        if (i + 2 < len)
            block |= in[i + 2];
        *p++ = alphabet[block >> 18 & 63];
        *p++ = alphabet[block >> 12 & 63];
        *p++ = i + 1 < len ? alphabet[block >> 6 & 63] : '=';
        *p++ = i + 2 < len ? alphabet[block & 63] : '=';
    }
    *p = '\0';
    return out;
}

static int digit64(char c)
{
    const char *p = c ? strchr(alphabet, c) : NULL;

    return p ? (int)(p - alphabet) : -1;
}

bool text_base64_decode(const char *text, unsigned char *out, size_t size,
                        size_t *len)
{
    size_t n = strlen(text), written = 0;

    if (n % 4 != 0)
        return false;
    for (size_t i = 0; i < n; i += 4) {
        bool last = i + 4 == n;
        int padding = last ? (text[i + 3] == '=') + (text[i + 2] == '=') : 0;
        unsigned long block = 0;

        if (padding == 1 && text[i + 3] != '=')
            return false;
        for (int k = 0; k < 4; k++) {
            int d = k >= 4 - padding ? 0 : digit64(text[i + (size_t)k]);

            if (d < 0)
                return false;
            block = block << 6 | (unsigned long)d;
        }
        /* Bits that no encoder sets must be zero: one text, one meaning. */
        if ((padding == 1 && (block & 0xff)) ||
            (padding == 2 && (block & 0xffff)))
            return false;
        for (int k = 0; k < 3 - padding; k++) {
            if (written == size)
                return false;
            out[written++] = (unsigned char)(block >> (16 - 8 * k));
        }
    }
    *len = written;
    return true;
}

void text_hex(char *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    out[2 * len] = '\0';
}

void text_hex_groups(char *out, const unsigned char *bytes, size_t len)
{
    char *p = out;

    *p = '\0';
    for (size_t i = 0; i < len; i++)
        p += snprintf(p, 4, i && i % 2 == 0 ? " %02X" : "%02X", bytes[i]);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "SHA256:", "sha256 Fingerprint=", "SHA-256 fingerprint:" in front; SHA-1 too,
 * which openssl prints by itself: its digits are counted and named then. */
static const char *skip_digest_prefix(const char *text)
{
    static const char *const names[] = {"sha256", "sha-256", "sha 256",
                                        "sha1",   "sha-1",   "sha 1"};
    const char *p = text;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!text_starts_nocase(text, names[i]))
            continue;
        p = text + strlen(names[i]);
        p += strspn(p, " ");
        if (text_starts_nocase(p, "fingerprint"))
            p += strlen("fingerprint");
        p += strspn(p, " ");
        return *p == ':' || *p == '=' ? p + 1 : p;
    }
    if (text_starts_nocase(text, "fingerprint")) {
        p = text + strlen("fingerprint");
        p += strspn(p, " ");
        return *p == ':' || *p == '=' ? p + 1 : p;
    }
    return text;
}

enum text_digest text_parse_sha256(const char *text, unsigned char out[32],
                                   size_t *digits)
{
    const char *p = text + strspn(text, " \t");

    *digits = 0;
    p = skip_digest_prefix(p);
    for (; *p; p++) {
        int d = hex_digit(*p);

        if (strchr(": -\t\r\n", *p))
            continue;
        if (d < 0)
            return TEXT_DIGEST_FOREIGN;
        if (*digits < 64) {
            unsigned char *byte = &out[*digits / 2];

            *byte = *digits % 2 ? (unsigned char)(*byte << 4 | d)
                                : (unsigned char)d;
        }
        (*digits)++;
    }
    if (*digits == 64)
        return TEXT_DIGEST_OK;
    if (*digits == 40)
        return TEXT_DIGEST_SHA1;
    if (*digits == 0)
        return TEXT_DIGEST_EMPTY;
    return *digits < 64 ? TEXT_DIGEST_SHORT : TEXT_DIGEST_LONG;
}
