/* SPDX-License-Identifier: MIT */
/*
 * login: which mechanism to use, and the exchange of its messages in base64.
 * The protocols carry the bytes.
 *
 * Nothing is sent over an unencrypted connection unless the account says so
 * (design §3), a token never; and `auth = auto` never sends a password in clear
 * there, even then: that takes the name of the mechanism in the settings.
 */
#ifndef POSTSEAL_CORE_MAIL_LOGIN_H
#define POSTSEAL_CORE_MAIL_LOGIN_H

#include "core/mail/dialogue.h"

/* Chooses by the account's `auth`, d->sources, what the server offers (inside
 * TLS only) and whether the connection is encrypted: the strongest that both
 * sides have, in the order of core/mail/mechanism.h. NULL: d->failure has
 * reason plaintext-login, mechanism or credentials. */
const struct mechanism *login_choose(struct dialogue *d);

/* Chooses, looks at the credentials, sets d->mechanism. */
bool login_begin(struct dialogue *d);
/* The answer to a challenge (base64; ignored before the first message) in
 * base64, without line end; "" is an empty one. NULL: d->failure is set. The
 * caller wipes and frees. */
char *login_answer(struct dialogue *d, const char *challenge);
/* The first message as an argument of the command ("=" when it is empty), for
 * the caller to wipe and free. NULL: the server begins, or the message is
 * longer than `room` bytes and is kept for login_answer(). False: d->failure is
 * set. */
bool login_initial(struct dialogue *d, size_t room, char **argument);
/* The server says that the login is done: false, with d->failure, when that
 * cannot be. */
bool login_accept(struct dialogue *d);
/* Forgets the exchange and what it knew. */
void login_end(struct dialogue *d);

#endif
