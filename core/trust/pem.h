/* SPDX-License-Identifier: MIT */
/*
 * pem: the blocks of a PEM text (RFC 7468), read leniently: any text between
 * them, lines of any length, headers of old PEM.
 */
#ifndef POSTSEAL_CORE_TRUST_PEM_H
#define POSTSEAL_CORE_TRUST_PEM_H

#include "core/base/buf.h"

#define PEM_LABEL_MAX 64

struct pem_block {
    char label[PEM_LABEL_MAX]; /* "CERTIFICATE"; safe to show */
    const char *body, *end;    /* end NULL: there is no END line */
};

/* The next block from *p on; false when there is none. Each byte is looked at
 * twice at most, whatever the file holds. */
bool pem_next(const char **p, const char *end, struct pem_block *block);
/* Enough room for its content. */
size_t pem_size(const struct pem_block *block);
/* The content into out; else why it is none, to stand behind "It ". */
const char *pem_decode(const struct pem_block *block, struct buf *out);

#endif
