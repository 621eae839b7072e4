/* SPDX-License-Identifier: MIT */
/*
 * scram: SCRAM-SHA-1 and -256 and their -PLUS forms (RFC 5802, 7677, 9266).
 *
 * Random numbers and SASLprep are libgsasl's, which no other file knows. The
 * messages are put together here, from OpenSSL's HMAC and PBKDF2: libgsasl 2.2
 * cannot say the flag y (it ends its own exchange with an error), and it keeps
 * copies of password and keys that it does not wipe. (A password beyond ASCII
 * passes through its SASLprep, whose work space is not wiped either.)
 *
 * The flag of the first message (RFC 5802 section 6) is p with -PLUS; y when we
 * could bind but the server lists no -PLUS, so that it notices when somebody
 * struck it from the list; n otherwise.
 */
#ifndef POSTSEAL_CORE_MAIL_SCRAM_H
#define POSTSEAL_CORE_MAIL_SCRAM_H

#include "core/mail/mechanism.h"

/* Hashing blocks the loop, so a server's wish has a limit (about 0.3 s). */
#define SCRAM_ITERATIONS_MAX 600000
/* RFC 5802 section 5.1; fewer are refused outside TLS only, where a listener
 * could guess at the answer. */
#define SCRAM_ITERATIONS_MIN 4096

/* A mechanism's step. Reasons: protocol, credentials (a character that no
 * password may have), login (the server's proof is wrong, or it says no). */
bool scram_step(struct exchange *x, const char *challenge, size_t len,
                struct buf *out, struct failure *failure);
/* Whether the server has proved that it knows the password. */
bool scram_proved(const struct scram *scram);
void scram_free(struct scram *scram);

#endif
