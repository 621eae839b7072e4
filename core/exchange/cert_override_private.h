/* SPDX-License-Identifier: MIT */
/* cert_override_private: one line of the file, for its reader and writer. */
#ifndef POSTSEAL_CORE_EXCHANGE_CERT_OVERRIDE_PRIVATE_H
#define POSTSEAL_CORE_EXCHANGE_CERT_OVERRIDE_PRIVATE_H

#include "core/exchange/cert_override.h"

enum cert_override_line {
    LINE_NOTHING, /* empty, a comment */
    LINE_DROPPED, /* Thunderbird does not read it */
    LINE_NEVER, /* it keeps it, so an earlier one is gone, but never uses it */
    LINE_ENTRY,
};

/* Points into the file. host and port are set for NEVER and ENTRY. */
struct cert_override_parts {
    enum cert_override_line kind;
    const char *reason; /* DROPPED, NEVER: a finished sentence */
    const char *host;
    size_t host_len;
    unsigned port;
    unsigned char sha256[32];
};

/* One line without its end; `first`: of the file. */
void cert_override_parse(struct cert_override_parts *out, const char *line,
                         size_t len, bool first);
/* The length of the line at p and, in *whole, with its end. */
size_t cert_override_line_length(const char *p, const char *end, size_t *whole);
/* Order of places: byte by byte, as Thunderbird compares. */
int cert_override_compare_place(const char *a, size_t a_len, unsigned a_port,
                                const char *b, size_t b_len, unsigned b_port);

#endif
