/* SPDX-License-Identifier: MIT */
/*
 * refusal: what a server means when it says no to a login: a wrong password, a
 * time when it cannot check any, a connection or a mechanism that it does not
 * want. IMAP response codes (RFC 5530), POP3 codes (RFC 2449, 3206), SMTP codes
 * with enhanced ones (RFC 4954, 3463), and what large providers make of them.
 * Reasons: login, login-unavailable, plaintext-login, mechanism, credentials.
 */
#ifndef POSTSEAL_CORE_MAIL_REFUSAL_H
#define POSTSEAL_CORE_MAIL_REFUSAL_H

#include "core/mail/dialogue.h"

/* Ends the stage. `text` is what follows the tag, "NO [EXPIRED] ...". */
enum dialogue_step refusal_imap(struct dialogue *d, const char *text);
/* IMAP's untagged BYE, in each stage; `text` follows the word. Also closed. */
enum dialogue_step refusal_bye(struct dialogue *d, const char *text);
/* `text` follows "-ERR". */
enum dialogue_step refusal_pop3(struct dialogue *d, const char *text);
/* `text` follows the code; of all lines. */
enum dialogue_step refusal_smtp(struct dialogue *d, unsigned code,
                                const char *text);

#endif
