/* SPDX-License-Identifier: MIT */
/*
 * talk: a conversation as a table of lines, played against a dialogue.
 *
 *   "begin login"   begins the stage; "begin login then mailbox" tells what
 *                   the plan has next
 *   "S text"        the server's line
 *   "C text"        what must have been sent (with CR LF)
 *   "done" "done T" the stage is done (with that sentence)
 *   "fail R" "fail R text"  it failed for that reason, sentence contains text
 *   "secured"       TLS is up
 *
 * Everything sent must be listed, and a stage that goes on must say MORE.
 */
#ifndef POSTSEAL_TESTS_UNIT_TALK_H
#define POSTSEAL_TESTS_UNIT_TALK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "core/mail/dialogue.h"

#define TALK_MAX 48

struct talk {
    const char *name;
    enum auth auth;
    bool insecure, allow_plaintext;
    const char *user, *password; /* NULL: "ann", "secret" */
    const char *token;           /* instead of the password */
    bool certificate;            /* was shown, also instead */
    const char *sender, *helo;
    const char *lines[TALK_MAX];
};

static enum stage talk_stage(const char *word, size_t len)
{
    for (int s = 0; s < STAGE_COUNT; s++)
        if (strlen(stage_word((enum stage)s)) == len &&
            strncmp(stage_word((enum stage)s), word, len) == 0)
            return (enum stage)s;
    fail_msg("no stage %s", word);
    return STAGE_COUNT;
}

static enum dialogue_step talk_begin(struct dialogue *d, const char *words)
{
    const char *then = strstr(words, " then ");

    d->next = STAGE_COUNT;
    if (then)
        d->next = talk_stage(then + strlen(" then "),
                             strlen(then + strlen(" then ")));
    return dialogue_begin(
        d, talk_stage(words, then ? (size_t)(then - words) : strlen(words)));
}

static void talk_check_sent(const struct talk *t, struct dialogue *d,
                            const char *text)
{
    char wanted[20000];
    int len = snprintf(wanted, sizeof(wanted), "%s\r\n", text);

    if (d->out.len < (size_t)len || memcmp(d->out.data, wanted, (size_t)len))
        fail_msg("%s: sent \"%s\", not \"%s\"", t->name, d->out.data, text);
    buf_consume(&d->out, (size_t)len);
}

static void talk_check_failed(const struct talk *t, const struct dialogue *d,
                              enum dialogue_step step, const char *what)
{
    const char *word = reason_word(d->failure.reason);
    size_t len = strcspn(what, " ");

    if (step != DIALOGUE_FAILED)
        fail_msg("%s: no failure (%s): %s", t->name, what, d->text);
    if (!word || strlen(word) != len || strncmp(word, what, len) != 0)
        fail_msg("%s: reason %s, not %s: %s", t->name, word, what,
                 d->failure.text);
    if (what[len] && !strstr(d->failure.text, what + len + 1))
        fail_msg("%s: \"%s\" is not in \"%s\"", t->name, what + len + 1,
                 d->failure.text);
    assert_true(strlen(d->failure.text) > 10);
}

static void talk_step(const struct talk *t, struct dialogue *d,
                      enum dialogue_step *step, const char *line)
{
    if (line[0] == 'C' && line[1] == ' ') {
        talk_check_sent(t, d, line + 2);
    } else if (strncmp(line, "fail ", 5) == 0) {
        talk_check_failed(t, d, *step, line + 5);
    } else if (strncmp(line, "done", 4) == 0) {
        if (*step != DIALOGUE_DONE)
            fail_msg("%s: not done at \"%s\": %s", t->name, line,
                     d->failure.text);
        if (line[4] && strcmp(d->text, line + 5) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", t->name, d->text, line + 5);
    } else if (strcmp(line, "secured") == 0) {
        dialogue_secured(d);
    } else {
        if (d->out.len)
            fail_msg("%s: sent \"%s\" before \"%s\"", t->name, d->out.data,
                     line);
        if (line[0] == 'S') {
            if (*step != DIALOGUE_MORE)
                fail_msg("%s: ended before \"%s\": %s", t->name, line,
                         d->failure.text);
            *step = dialogue_feed(d, line + 2, strlen(line + 2));
        } else {
            *step = talk_begin(d, line + strlen("begin "));
        }
    }
}

static void talk_play(const struct talk *t, enum service service)
{
    const struct credentials credentials = {
        .user = t->user ? t->user : "ann",
        .password = t->password ? t->password : "secret",
        .token = t->token};
    enum dialogue_step step = DIALOGUE_MORE;
    struct dialogue d;

    dialogue_init(&d, service);
    d.auth = t->auth;
    d.secure = !t->insecure;
    d.allow_plaintext_login = t->allow_plaintext;
    d.credentials = &credentials;
    d.host = "mail.example.org";
    d.port = 993;
    if (t->token)
        d.sources = NEED_TOKEN;
    if (t->certificate)
        d.sources = NEED_CERTIFICATE;
    d.helo_name = t->helo;
    d.sender = t->sender;
    for (size_t i = 0; i < TALK_MAX && t->lines[i]; i++)
        talk_step(t, &d, &step, t->lines[i]);
    if (d.out.len)
        fail_msg("%s: also sent \"%s\"", t->name, d.out.data);
    dialogue_release(&d);
}

static inline void talk_play_all(const struct talk *talks, size_t count,
                                 enum service service)
{
    for (size_t i = 0; i < count; i++)
        talk_play(&talks[i], service);
}

#endif
