/* SPDX-License-Identifier: MIT */
/*
 * export_block: postseal's part of another program's file.
 *
 *     # postseal begin 5f3c9a0e11223344 work
 *     ...
 *     # postseal end
 *
 * One block an account. The sixteen digits are of the SHA-256 of what stands
 * between the two lines, so an edit by hand is noticed. Everything outside
 * stays byte for byte. All the formats comment with `#`.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXPORT_BLOCK_H
#define POSTSEAL_CORE_EXCHANGE_EXPORT_BLOCK_H

#include "core/base/buf.h"
#include "core/base/error.h"

struct export_block {
    bool found, edited;
    size_t begin, end;           /* with its two lines */
    size_t body_begin, body_end; /* between them */
    unsigned line;               /* of its first line, from 1 */
};

/* The block of that account. ERROR_PARSE names file and line when a block has
 * no end, an end has no begin, or an account has two. */
bool export_block_find(struct export_block *out, const char *path,
                       const struct buf *file, const char *account,
                       struct error *e);
/* Appends a block. */
bool export_block_add(struct buf *out, const char *account,
                      const struct buf *body);
/* Appends the file with that account's block put in the place of the old one,
 * or at the end, set off by a blank line. */
bool export_block_merge(struct buf *out, const struct buf *file,
                        const struct export_block *block, const char *account,
                        const struct buf *body);

#endif
