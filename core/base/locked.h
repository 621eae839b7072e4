/* SPDX-License-Identifier: MIT */
/*
 * locked: memory for secrets. It is not swapped out (mlock), not in core
 * images (MADV_DONTDUMP), not given to children (MADV_WIPEONFORK), and wiped
 * when it is freed.
 *
 * Where the system locks no more (RLIMIT_MEMLOCK is 64 KiB on older ones) the
 * rest still holds, and nobody is told: that is no reason not to work. Pages
 * of its own and not OpenSSL's secure heap, because that one has a fixed size
 * and OpenSSL takes handshake keys from it: measured with 64 KiB, the 2023rd
 * connection under way fails for want of 32 bytes.
 */
#ifndef POSTSEAL_CORE_BASE_LOCKED_H
#define POSTSEAL_CORE_BASE_LOCKED_H

#include <stddef.h>

/* Zeroed. Never NULL: out of memory ends the program, as in alloc.h. */
void *locked_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/* `size` as it was asked for. NULL is fine. */
void locked_free(void *memory, size_t size);

/* Bytes that are mapped now, and how many of them are locked. */
size_t locked_mapped(void);
size_t locked_held(void);

#endif
