/* SPDX-License-Identifier: MIT */
/*
 * text: UTF-8, display width, strict parsing, and the one function that makes
 * untrusted bytes safe to show.
 *
 * "Untrusted" is all that came from a server, a certificate, a file or a
 * command. text_safe() turns control bytes (C0, DEL, C1), newlines, bidi
 * controls, other format characters, unassigned and private code points and
 * invalid UTF-8 into visible \xNN (bytes) or \u{NNNN}; the rest stays.
 */
#ifndef POSTSEAL_CORE_BASE_TEXT_H
#define POSTSEAL_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes a safe, NUL-terminated copy into out (size bytes, size >= 8). What
 * does not fit is cut at a character boundary and ends in "...". Returns
 * out. Works independently of the locale. */
char *text_safe(char *out, size_t size, const void *bytes, size_t len);
/* The same for a C string. */
char *text_safe_string(char *out, size_t size, const char *text);
/* The same, allocated, cut at max bytes. The caller frees it. */
char *text_safe_dup(const void *bytes, size_t len, size_t max);
/* Whether it would stay as it is. */
bool text_is_safe(const char *text);

/* Decodes one UTF-8 character at *p (p < end) and moves *p on. Returns the
 * code point, or -1 for an invalid sequence, after which *p has moved by one
 * byte. Rejects overlong forms and surrogates. */
int32_t text_decode(const char **p, const char *end);
bool text_is_utf8(const char *text, size_t len);
/* Cells that a code point takes on a terminal: 0, 1 or 2; -1 for controls.
 * From libunistring's tables (locale independent). */
int text_char_width(uint32_t code_point);
/* Cells of a whole UTF-8 string; invalid bytes count 1. */
size_t text_width(const char *text);
/* How many bytes of text fit into `cells`, never splitting a character or
 * parting it from its combining marks. *used (may be NULL): cells taken. */
size_t text_fit(const char *text, size_t cells, size_t *used);

/* ASCII-only comparisons; the locale has no say. */
bool text_equal_nocase(const char *a, const char *b);
int text_compare_nocase(const char *a, const char *b);
bool text_starts_nocase(const char *text, const char *prefix);
/* Lower-cases ASCII letters in place. */
void text_lower(char *text);
/* Trims ASCII blanks at both ends in place; returns the new start. */
char *text_trim(char *text);
bool text_contains_control(const char *text);
/* Case-insensitive search for filters: ASCII folding only. */
bool text_contains_nocase(const char *text, const char *needle);

/* Decimal digits only, no sign, no blanks; false when not in [min, max]. */
bool text_parse_number(const char *text, long min, long max, long *value);

/* Standard base64 (RFC 4648 §4) with padding. encode: caller frees (and
 * wipes, if secret). decode: strict; false on any foreign byte. */
char *text_base64_encode(const void *bytes, size_t len);
bool text_base64_decode(const char *text, unsigned char *out, size_t size,
                        size_t *len);

/* 2*len lower-case hex digits and a NUL into out. */
void text_hex(char *out, const unsigned char *bytes, size_t len);
/* Upper-case hex in groups of four digits with a blank between. out needs
 * 2*len + len/2 + 1 bytes. */
void text_hex_groups(char *out, const unsigned char *bytes, size_t len);

/* What a person pasted as a SHA-256: colons, blanks, dashes, either case, and
 * prefixes such as "SHA256:" or "sha256 Fingerprint=" are accepted. */
enum text_digest {
    TEXT_DIGEST_OK,
    TEXT_DIGEST_EMPTY,
    TEXT_DIGEST_SHA1,  /* 40 digits */
    TEXT_DIGEST_SHORT, /* fewer than 64 digits; *digits says how many */
    TEXT_DIGEST_LONG,
    TEXT_DIGEST_FOREIGN, /* something that is no hex digit */
};
enum text_digest text_parse_sha256(const char *text, unsigned char out[32],
                                   size_t *digits);

#endif
