/* SPDX-License-Identifier: MIT */
/* cert_override_line: one line of cert_override.txt, as Thunderbird reads it.
 * What it does not even keep is DROPPED; what it keeps but can never match is
 * NEVER: that still takes the place of an earlier line. */
#include "core/exchange/cert_override_private.h"

#include "core/account/endpoint.h"

#include <stdlib.h>
#include <string.h>

#define SHA256_OID "OID.2.16.840.1.101.3.4.2.1"
#define BOM        "\xef\xbb\xbf"
#define PAIRS      32
#define PORT_KEPT  2147483647 /* it counts in 32 bits */

struct cursor {
    const char *p, *end;
};

static bool is_blank(char c)
{
    return c == '\t' || c == ' ';
}

static bool take_char(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* Up to the next `stop` (which is passed over); false without one. */
static bool take_until(struct cursor *c, char stop, const char **part,
                       size_t *len)
{
    const char *at = memchr(c->p, stop, (size_t)(c->end - c->p));

    if (!at)
        return false;
    *part = c->p;
    *len = (size_t)(at - c->p);
    c->p = at + 1;
    return true;
}

/* Up to one blank or tab, which has to be there. */
static bool take_field(struct cursor *c, const char **part, size_t *len)
{
    const char *start = c->p;

    while (c->p < c->end && !is_blank(*c->p))
        c->p++;
    if (c->p == c->end)
        return false;
    *part = start;
    *len = (size_t)(c->p++ - start);
    return true;
}

/* NULL, or why the line is dropped. */
static const char *take_place(struct cursor *c, struct cert_override_parts *out)
{
    long long port = 0;
    const char *digits;

    if (take_char(c, '[')) {
        if (!take_until(c, ']', &out->host, &out->host_len) || !out->host_len ||
            !take_char(c, ':'))
            return "An IPv6 address is written [ADDRESS]:PORT:";
    } else if (!take_until(c, ':', &out->host, &out->host_len)) {
        return "The line is no exception: it has no HOST:PORT.";
    } else if (!out->host_len) {
        return "No server name stands before the colon; an IPv6 address "
               "belongs in brackets.";
    }
    for (digits = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
        if (port <= PORT_KEPT)
            port = 10 * port + (*c->p - '0');
    if (c->p == digits || port > PORT_KEPT ||
        (c->p < c->end && *c->p != ':' && !is_blank(*c->p)))
        return "The port is no number.";
    out->port = (unsigned)port;
    return NULL;
}

/* What stands between the second colon and the first tab. Only what was seen
 * to be passed over is. */
static bool attributes_ignored(const char *text, size_t len)
{
    static const char known[] = "^userContextId=";
    size_t i = sizeof(known) - 1;

    if (len == 0)
        return true;
    if (len <= i || memcmp(text, known, i) != 0)
        return false;
    while (i < len && text[i] >= '0' && text[i] <= '9')
        i++;
    return i == len;
}

static const char *take_attributes(struct cursor *c)
{
    const char *text;
    size_t len;

    if (!take_char(c, ':')) {
        if (c->p == c->end || !is_blank(*c->p))
            return "The line ends behind the port.";
        c->p++; /* as older versions wrote it */
        return NULL;
    }
    if (!take_field(c, &text, &len))
        return "The line ends behind the port.";
    return attributes_ignored(text, len)
               ? NULL
               : "What stands behind the second colon is not for mail.";
}

static int upper_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_fingerprint(const char *text, size_t len,
                             unsigned char out[PAIRS])
{
    if (len != 3 * PAIRS - 1)
        return false;
    for (size_t i = 0; i < PAIRS; i++) {
        int high = upper_hex(text[3 * i]), low = upper_hex(text[3 * i + 1]);

        if (high < 0 || low < 0 || (i + 1 < PAIRS && text[3 * i + 2] != ':'))
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static const char *take_digest(struct cursor *c,
                               struct cert_override_parts *out)
{
    const char *text, *start;
    size_t len;

    if (!take_field(c, &text, &len))
        return "The line ends before the fingerprint.";
    if (len == 0)
        return "There is one tab or blank too many before " SHA256_OID ".";
    if (len != strlen(SHA256_OID) || memcmp(text, SHA256_OID, len) != 0)
        return "The kind of fingerprint is not " SHA256_OID ", SHA-256.";
    start = c->p;
    if (!take_field(c, &text, &len))
        return start == c->end ? "The fingerprint is missing."
                               : "The tab behind the fingerprint is missing.";
    if (len == 0)
        return "The fingerprint is missing, or a tab too many stands before "
               "it.";
    out->kind =
        read_fingerprint(text, len, out->sha256) ? LINE_ENTRY : LINE_NEVER;
    return NULL;
}

/* NULL, or why no account ever has that text as its server. */
static const char *never_a_server(const struct cert_override_parts *parts,
                                  bool first)
{
    char host[HOST_MAX], normal[HOST_MAX];
    size_t len = parts->host_len;

    if (first && len >= 3 && memcmp(parts->host, BOM, 3) == 0)
        return "A byte order mark stands in front of the server name and "
               "becomes part of it.";
    if (is_blank(parts->host[0]))
        return "A blank stands in front of the server name and becomes part "
               "of it.";
    if (parts->port < 1 || parts->port > 65535)
        return "No server has that port.";
    if (len >= HOST_MAX || memchr(parts->host, '\0', len))
        return "That is no server name.";
    memcpy(host, parts->host, len);
    host[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)host[i] >= 0x80)
            return "The server name is not written in ASCII (xn--...).";
    if (host[len - 1] == '.')
        return "A dot ends the server name.";
    if (host[0] == '[' || !host_normalise(host, normal, NULL))
        return "That is no server name.";
    return NULL;
}

void cert_override_parse(struct cert_override_parts *out, const char *line,
                         size_t len, bool first)
{
    struct cursor c = {line, line + len};
    const char *never;

    *out = (struct cert_override_parts){.kind = LINE_NOTHING};
    if (first && len > 3 && memcmp(line, BOM "#", 4) == 0)
        return;
    if (len == 0 || *line == '#' ||
        (first && len == 3 && memcmp(line, BOM, 3) == 0))
        return;
    out->reason = take_place(&c, out);
    if (!out->reason)
        out->reason = take_attributes(&c);
    if (!out->reason)
        out->reason = take_digest(&c, out);
    if (out->reason) {
        out->kind = LINE_DROPPED;
        return;
    }
    never = never_a_server(out, first);
    if (!never && out->kind == LINE_NEVER)
        never = "The fingerprint is not a SHA-256 in 32 upper-case pairs with "
                "colons, so no certificate matches it.";
    if (never) {
        out->kind = LINE_NEVER;
        out->reason = never;
    }
}

size_t cert_override_line_length(const char *p, const char *end, size_t *whole)
{
    const char *at = p;

    while (at < end && *at != '\n' && *at != '\r')
        at++;
    *whole = (size_t)(at - p);
    if (at < end)
        *whole += at + 1 < end && at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    return (size_t)(at - p);
}

int cert_override_compare_place(const char *a, size_t a_len, unsigned a_port,
                                const char *b, size_t b_len, unsigned b_port)
{
    int order;

    if (a_port != b_port)
        return a_port < b_port ? -1 : 1;
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    order = memcmp(a, b, a_len);
    return order < 0 ? -1 : order > 0;
}
