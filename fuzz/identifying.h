/* SPDX-License-Identifier: MIT */
/* identifying: what was read of a certificate with its private key can be shown
 * and written. */
#ifndef POSTSEAL_FUZZ_IDENTIFYING_H
#define POSTSEAL_FUZZ_IDENTIFYING_H

#include "fuzz/fuzz.h"

#include "core/trust/identity_private.h"

static inline void identifying_look(struct identity_parts *parts)
{
    struct cert cert;
    struct buf out;
    char *label;

    must(parts->leaf != NULL);
    must(parts->key || parts->encrypted);
    cert_read(&cert, parts->leaf);
    label = identity_parts_label(parts, &cert);
    must_be_safe(label);
    free(label);
    cert_release(&cert);
    buf_init_secret(&out, 1 << 20);
    must(identity_parts_write(parts, &out));
    buf_release(&out);
}

#endif
