/* SPDX-License-Identifier: MIT */
/*
 * login: which mechanism to use, and what it says. Pure functions; the
 * protocols carry the bytes. A credential goes over an unencrypted connection
 * only when the account says so (design §3).
 */
#ifndef POSTSEAL_CORE_MAIL_LOGIN_H
#define POSTSEAL_CORE_MAIL_LOGIN_H

#include "core/mail/dialogue.h"

enum login_method {
    LOGIN_NOTHING,    /* failure is set */
    LOGIN_SASL_PLAIN, /* RFC 4616 */
    LOGIN_SASL_LOGIN,
    LOGIN_IMAP_LOGIN, /* the LOGIN command */
    LOGIN_POP3_USER   /* USER and PASS */
};

/* Chooses by the account's `auth`, what the server offers (inside TLS only)
 * and whether the connection is encrypted. On LOGIN_NOTHING d->failure has
 * reason plaintext-login or mechanism. */
enum login_method login_choose(struct dialogue *d);
/* Base64 of the PLAIN message; caller wipes and frees. */
char *login_plain_message(const struct credentials *credentials);
/* "PLAIN", "LOGIN", "IMAP LOGIN", "USER/PASS". */
const char *login_method_label(enum login_method method);

#endif
