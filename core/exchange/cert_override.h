/* SPDX-License-Identifier: MIT */
/*
 * cert_override: the file in which Thunderbird keeps its certificate
 * exceptions, cert_override.txt in a profile. Bytes in, bytes out: no file, no
 * clock. The rules are measured with Thunderbird 153 (docs/files.md), not
 * guessed:
 *
 *     HOST:PORT:<TAB>OID.2.16.840.1.101.3.4.2.1<TAB>AA:BB:...:FF<TAB>
 *
 * An IPv6 address stands in brackets; SHA-256 of the DER in 32 upper-case
 * pairs; the last tab belongs to the line. A line says which certificate, never
 * which faults, and has no end.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_CERT_OVERRIDE_H
#define POSTSEAL_CORE_EXCHANGE_CERT_OVERRIDE_H

#include "core/base/buf.h"
#include <stddef.h>

#define CERT_OVERRIDE_MAX      (4u << 20) /* bytes of the largest file read */
#define CERT_OVERRIDE_REFUSALS 1000 /* told one by one; more are counted */

/* A line that Thunderbird takes: it covers this certificate there. */
struct cert_override {
    unsigned line; /* from 1 */
    char *host;    /* as it stands, without brackets; host_normalise() takes it.
                    * Thunderbird compares it byte for byte */
    unsigned port; /* 1 to 65535 */
    unsigned char sha256[32];
};

/* A line that it does not take, or that has no effect in it. */
enum cert_override_refused {
    CERT_OVERRIDE_DROPPED,    /* not read at all */
    CERT_OVERRIDE_NEVER,      /* kept and shown there, but never matches */
    CERT_OVERRIDE_SUPERSEDED, /* a later line for the same place wins */
};
struct cert_override_refusal {
    unsigned line;
    enum cert_override_refused kind;
    char text[160]; /* a finished sentence */
};

struct cert_overrides {
    struct cert_override *entries; /* in the order of the file */
    size_t count;
    struct cert_override_refusal *refusals; /* the same */
    size_t refusal_count;
    size_t more_refusals; /* beyond CERT_OVERRIDE_REFUSALS */
    bool has_header;      /* a comment line names the file's kind */
};

/* Reads any bytes; every line stands for itself, so it cannot fail. Ends of
 * lines: LF, CR LF, CR. */
void cert_overrides_read(struct cert_overrides *out, const char *bytes,
                         size_t len);
void cert_overrides_release(struct cert_overrides *overrides);

/* Appends the two header lines. False when buf is full. */
bool cert_override_add_header(struct buf *out);
/* Appends one line. `host` is from host_normalise(): lower case, A-labels,
 * which is what Thunderbird's own dialog writes and an account there needs. */
bool cert_override_add(struct buf *out, const char *host, unsigned port,
                       const unsigned char sha256[32]);

/* Appends the old file with `entries` put in. Lines for other places, comments
 * and unreadable lines stay byte for byte; one for the same place stays when it
 * says the same and is the last, else it goes and the new line comes at the
 * end, with the line end of the file. The header is added to an empty file.
 * False when buf is full. */
bool cert_override_merge(struct buf *out, const char *old, size_t len,
                         const struct cert_override *entries, size_t count);

#endif
