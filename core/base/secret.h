/* SPDX-License-Identifier: MIT */
/*
 * secret: a password, a token, a passphrase. There is one copy of it, in
 * locked memory, and everyone who needs it shares that; when the last owner
 * lets go it is wiped. It never changes and never grows.
 *
 * Whoever has to hand plain text to somebody else (a mechanism, OpenSSL) hands
 * out secret_text() and keeps no copy.
 */
#ifndef POSTSEAL_CORE_BASE_SECRET_H
#define POSTSEAL_CORE_BASE_SECRET_H

#include <stddef.h>

struct secret;

/* A secret of its own from text that the caller wipes; NULL gives NULL. */
struct secret *secret_new(const char *text);
struct secret *secret_new_bytes(const void *bytes, size_t len);
/* One more owner. NULL gives NULL. */
struct secret *secret_share(struct secret *secret);
/* One owner less; the last one wipes. *secret (may be NULL) becomes NULL. */
void secret_release(struct secret **secret);
/* NUL-terminated; NULL for NULL. Valid as long as there is an owner. */
const char *secret_text(const struct secret *secret);
size_t secret_length(const struct secret *secret); /* 0 for NULL */

#endif
