/* SPDX-License-Identifier: MIT */
/*
 * echo: a server may repeat the password or token in what it says, readable or
 * in base64. A second net: what postseal itself sends is hidden where it is
 * made (dialogue_show_out()).
 */
#ifndef POSTSEAL_CORE_PROBE_ECHO_H
#define POSTSEAL_CORE_PROBE_ECHO_H

#include "core/base/buf.h"
#include "core/base/secret.h"

/* A piece that is this long counts as the secret; a shorter one would be found
 * in ordinary words, and its absence would tell something. */
#define ECHO_FRAGMENT 12

/* Appends the first `keep` of the `len` bytes, with "***" in the place of the
 * secret (NULL: none), its pieces, and of all base64 that holds them, whatever
 * else is in it. ASCII case does not matter. */
void echo_hide(const struct secret *secret, const char *text, size_t len,
               size_t keep, struct buf *out);
/* The same in place, for what stands between the first and the last quote of a
 * sentence: there a server is quoted. */
void echo_hide_quoted(const struct secret *secret, char *sentence);

#endif
