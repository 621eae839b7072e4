/* SPDX-License-Identifier: MIT */
/*
 * talk: a conversation with a mail protocol. The first byte says how the
 * connection is protected and what may be sent in clear, the second one the
 * mechanism wanted; the lines behind them are the server's. Stages follow each
 * other as in a test.
 */
#ifndef POSTSEAL_FUZZ_TALK_H
#define POSTSEAL_FUZZ_TALK_H

#include "fuzz/fuzz.h"

#include "core/mail/dialogue.h"

#define TALK_PASSWORD "Hunter2-secret"
#define TALK_TOKEN    "ya29.t0ken-secret"
#define TALK_PLAIN    "AEFubgBIdW50ZXIyLXNlY3JldA==" /* NUL Ann NUL password */

enum { TALK_STARTTLS = 1, TALK_CLEAR = 2, TALK_ALLOWED = 4, TALK_TOKENS = 8 };

static inline bool talk_told(const struct buf *text)
{
    return strstr(text->data, TALK_PASSWORD) ||
           strstr(text->data, TALK_TOKEN) || strstr(text->data, TALK_PLAIN);
}

/* What goes out is whole lines; nothing of a login goes out in clear unless
 * that is allowed; no log tells a secret. */
static inline void talk_send(struct dialogue *d)
{
    struct buf shown;

    if (d->out.len)
        must(d->out.len >= 2 &&
             strcmp(d->out.data + d->out.len - 2, "\r\n") == 0);
    must(strlen(d->out.data) == d->out.len);
    if (!d->secure && !d->allow_plaintext_login)
        must(d->stage != STAGE_LOGIN || d->out.len == 0);
    must(!talk_told(&d->out) || d->stage == STAGE_LOGIN);
    must(!d->credentials->token || d->secure ||
         !strstr(d->out.data, TALK_TOKEN));
    buf_init(&shown, 65536);
    dialogue_show_out(d, &shown);
    must(!talk_told(&shown));
    buf_release(&shown);
    dialogue_sent(d);
}

static inline void talk_look(const struct dialogue *d, enum dialogue_step step)
{
    must_be_safe(d->text);
    must(d->capability_count <= CAPABILITIES_MAX);
    for (size_t i = 0; i < d->capability_count; i++)
        must_be_safe(d->capabilities[i]);
    if (step != DIALOGUE_FAILED)
        return;
    must_be_safe(d->failure.text);
    must(d->failure.text[0] && reason_word(d->failure.reason));
}

/* Begins the stage and feeds it until it has ended. */
static inline bool talk_stage(struct dialogue *d, enum stage stage,
                              struct parts *lines)
{
    enum dialogue_step step = dialogue_begin(d, stage);

    talk_look(d, step);
    talk_send(d);
    while (step == DIALOGUE_MORE && !parts_end(lines)) {
        size_t len;
        char *line = parts_next(lines, '\n', &len);

        must(dialogue_shown_of(d, line, len) <= len);
        step = dialogue_feed(d, line, len);
        free(line);
        talk_look(d, step);
        talk_send(d);
    }
    return step == DIALOGUE_DONE;
}

static inline void talk(enum service service, const uint8_t *data, size_t size)
{
    static const enum stage upgrade[] = {STAGE_GREETING, STAGE_CAPABILITY,
                                         STAGE_STARTTLS};
    static const enum stage rest[] = {STAGE_LOGIN, STAGE_MAILBOX, STAGE_LOGOUT};
    uint8_t how = size > 0 ? data[0] : 0, auth = size > 1 ? data[1] : 0;
    struct parts lines =
        parts_of(data + (size > 2 ? 2 : size), size > 2 ? size - 2 : 0);
    const struct credentials who = {
        .user = "Ann",
        .password = how & TALK_TOKENS ? NULL : TALK_PASSWORD,
        .token = how & TALK_TOKENS ? TALK_TOKEN : NULL};
    struct dialogue d;
    bool ok = true;

    dialogue_init(&d, service);
    d.auth = (enum auth)(auth % AUTH_COUNT);
    d.sources = how & TALK_TOKENS ? NEED_TOKEN : NEED_PASSWORD;
    d.secure = !(how & (TALK_STARTTLS | TALK_CLEAR));
    d.allow_plaintext_login = how & TALK_CLEAR && how & TALK_ALLOWED;
    d.credentials = &who;
    d.host = "mail.example.org";
    d.port = 993;
    d.sender = "ann@example.org";
    for (int i = 0; ok && i < (how & TALK_STARTTLS ? 3 : 2); i++)
        ok = talk_stage(&d, upgrade[i], &lines);
    if (ok && how & TALK_STARTTLS) {
        dialogue_secured(&d);
        must(d.capability_count == 0);
        ok = talk_stage(&d, STAGE_TLS_CAPABILITY, &lines);
    }
    for (int i = 0; ok && i < 3; i++)
        ok = talk_stage(&d, rest[i], &lines);
    dialogue_release(&d);
}

#endif
