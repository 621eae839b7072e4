/* SPDX-License-Identifier: MIT */
/* dialogue_private: what the three protocols share. */
#ifndef POSTSEAL_CORE_MAIL_DIALOGUE_PRIVATE_H
#define POSTSEAL_CORE_MAIL_DIALOGUE_PRIVATE_H

#include "core/mail/login.h"

/* Ends the stage with a sentence; %s arguments from the server go through
 * shown(). */
enum dialogue_step dialogue_done(struct dialogue *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum dialogue_step dialogue_fail(struct dialogue *d, enum reason reason,
                                 const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum dialogue_step dialogue_protocol(struct dialogue *d, const char *line);
/* A success that came before the password was told means nothing. */
enum dialogue_step dialogue_premature(struct dialogue *d);

/* A line of its own. Not for secrets: formatting makes copies that nobody
 * wipes. */
void dialogue_send(struct dialogue *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same of two parts, of which the second one may be a secret. */
void dialogue_send_secret(struct dialogue *d, const char *before,
                          const char *secret);
/* What was put out since it had `from` bytes is a secret. */
void dialogue_hide(struct dialogue *d, size_t from);
void dialogue_add_capability(struct dialogue *d, const char *word, size_t len);
void dialogue_forget_capabilities(struct dialogue *d);

/* A server's text, safe and short enough for a sentence. */
struct shown {
    char text[300];
};
struct shown shown(const char *text);

/* -- a SASL exchange, the same for all protocols --------------------------- */

/* Answers the challenge with a line of its own. */
enum dialogue_step dialogue_answer(struct dialogue *d, const char *challenge);
/* Begins with "COMMAND MECHANISM [MESSAGE]"; the message goes along where the
 * line stays below `room` bytes. */
enum dialogue_step dialogue_authenticate(struct dialogue *d,
                                         const char *command, size_t room);

#endif
