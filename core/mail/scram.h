/* SPDX-License-Identifier: MIT */
/*
 * scram: SCRAM-SHA-1 and -256 and their -PLUS forms (RFC 5802, 7677, 9266) by
 * libgsasl, which no other file knows.
 *
 * The password is not given to libgsasl, which keeps copies that it does not
 * wipe: it gets the salted hash, which is overwritten at the end. (A password
 * beyond ASCII passes through its SASLprep, whose work space is not wiped.)
 *
 * The flag of the first message (RFC 5802 section 6) is p with -PLUS, else n:
 * libgsasl 2.2 ends its own exchange when it is to say y.
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
