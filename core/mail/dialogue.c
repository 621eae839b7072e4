/* SPDX-License-Identifier: MIT */
#include "core/mail/dialogue_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX 16384

const struct dialogue_ops *dialogue_ops_of(enum service service)
{
    switch (service) {
    case SERVICE_IMAP:
        return &imap_dialogue;
    case SERVICE_POP3:
        return &pop3_dialogue;
    case SERVICE_SMTP:
        return &smtp_dialogue;
    default:
        return NULL;
    }
}

void dialogue_init(struct dialogue *d, enum service service)
{
    *d = (struct dialogue){.ops = dialogue_ops_of(service),
                           .next = STAGE_COUNT,
                           .sources = NEED_PASSWORD};
    buf_init_secret(&d->out, OUT_MAX); /* passwords pass through it */
}

void dialogue_release(struct dialogue *d)
{
    login_end(d);
    dialogue_forget_capabilities(d);
    free(d->capabilities);
    buf_release(&d->out);
}

/* -- stages ---------------------------------------------------------------- */

/* A command that did not fit is not sent at all. */
static enum dialogue_step check_out(struct dialogue *d, enum dialogue_step step)
{
    if (!d->out.overflow)
        return step;
    dialogue_sent(d);
    return dialogue_fail(d, REASON_CREDENTIALS,
                         "The user name, the password or the token is too long "
                         "to be sent.");
}

enum dialogue_step dialogue_begin(struct dialogue *d, enum stage stage)
{
    d->stage = stage;
    d->lines = 0;
    d->step = 0;
    d->code = 0;
    d->text[0] = '\0';
    d->alert[0] = '\0';
    return check_out(d, d->ops->begin(d, stage));
}

enum dialogue_step dialogue_feed(struct dialogue *d, const char *line,
                                 size_t len)
{
    char copy[DIALOGUE_LINE_MAX + 1];

    if (memchr(line, '\0', len) || memchr(line, '\r', len))
        return dialogue_fail(d, REASON_PROTOCOL,
                             "The server sent a NUL byte or a stray line end "
                             "in its reply.");
    if (len > DIALOGUE_LINE_MAX)
        return dialogue_fail(d, REASON_PROTOCOL,
                             "The server sent a line of more than %d bytes.",
                             DIALOGUE_LINE_MAX);
    if (++d->lines > DIALOGUE_LINES_MAX)
        return dialogue_fail(d, REASON_PROTOCOL,
                             "The server's reply has more than %d lines.",
                             DIALOGUE_LINES_MAX);
    memcpy(copy, line, len);
    copy[len] = '\0';
    return check_out(d, d->ops->line(d, copy, len));
}

void dialogue_secured(struct dialogue *d)
{
    dialogue_forget_capabilities(d);
    d->preauth = false;
    d->secure = true;
}

enum dialogue_step dialogue_done(struct dialogue *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(d->text, sizeof(d->text), format, args);
    va_end(args);
    return DIALOGUE_DONE;
}

enum dialogue_step dialogue_fail(struct dialogue *d, enum reason reason,
                                 const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    failure_set(&d->failure, reason, "%s", text);
    return DIALOGUE_FAILED;
}

enum dialogue_step dialogue_premature(struct dialogue *d)
{
    return dialogue_fail(d, REASON_PROTOCOL,
                         "The server accepted the login before it had been "
                         "told the password.");
}

enum dialogue_step dialogue_protocol(struct dialogue *d, const char *line)
{
    return dialogue_fail(d, REASON_PROTOCOL,
                         "The server's reply is not %s: \"%s\".",
                         service_label(d->ops->service), shown(line).text);
}

struct shown shown(const char *text)
{
    struct shown out = {0};

    text_safe_string(out.text, sizeof(out.text), text);
    return out;
}

void dialogue_send(struct dialogue *d, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int len;

    va_start(args, format);
    len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        abort();
    dialogue_send_secret(d, text, "");
    free(text);
}

void dialogue_send_secret(struct dialogue *d, const char *before,
                          const char *secret)
{
    size_t from;

    buf_add_text(&d->out, before);
    from = d->out.len;
    buf_add_text(&d->out, secret);
    dialogue_hide(d, from);
    buf_add(&d->out, "\r\n", 2);
}

/* -- what a log may show -------------------------------------------------- */

/* When there is no more room the last range grows: too much is hidden then,
 * never too little. */
void dialogue_hide(struct dialogue *d, size_t from)
{
    if (from == d->out.len)
        return;
    if (d->hidden_count < DIALOGUE_HIDDEN_MAX)
        d->hidden[d->hidden_count++].from = from;
    d->hidden[d->hidden_count - 1].to = d->out.len;
}

void dialogue_show_out(const struct dialogue *d, struct buf *shown)
{
    size_t at = 0;

    for (size_t i = 0; i < d->hidden_count; i++) {
        buf_add(shown, d->out.data + at, d->hidden[i].from - at);
        buf_add_text(shown, "(secret)");
        at = d->hidden[i].to;
    }
    buf_add(shown, d->out.data + at, d->out.len - at);
}

void dialogue_sent(struct dialogue *d)
{
    buf_clear(&d->out);
    d->hidden_count = 0;
}

size_t dialogue_shown_of(const struct dialogue *d, const char *line, size_t len)
{
    const struct mechanism *m = d->exchange.mechanism;
    const char *mark = d->ops->service == SERVICE_SMTP ? "334" : "+";
    size_t shown = strlen(mark);

    if (d->stage != STAGE_LOGIN || !m || !m->sasl || len < shown ||
        memcmp(line, mark, shown) != 0)
        return len;
    if (d->ops->service == SERVICE_POP3 && len >= 3 &&
        memcmp(line, "+OK", 3) == 0)
        return len;
    return shown;
}

/* -- logging in ------------------------------------------------------------ */

enum dialogue_step dialogue_answer(struct dialogue *d, const char *challenge)
{
    char *answer = login_answer(d, challenge);

    if (!answer)
        return DIALOGUE_FAILED;
    dialogue_send_secret(d, "", answer);
    xwipe(&answer);
    return DIALOGUE_MORE;
}

enum dialogue_step dialogue_authenticate(struct dialogue *d,
                                         const char *command, size_t room)
{
    size_t head = strlen(command) + strlen(d->mechanism) + strlen("  \r\n");
    char *initial = NULL;

    if (room && !login_initial(d, room > head ? room - head : 0, &initial))
        return DIALOGUE_FAILED;
    buf_addf(&d->out, "%s %s%s", command, d->mechanism, initial ? " " : "");
    dialogue_send_secret(d, "", initial ? initial : "");
    xwipe(&initial);
    return DIALOGUE_MORE;
}

/* -- capabilities ---------------------------------------------------------- */

void dialogue_add_capability(struct dialogue *d, const char *word, size_t len)
{
    char *safe;

    if (!len || d->capability_count >= CAPABILITIES_MAX)
        return;
    safe = text_safe_dup(word, len, 200);
    for (char *p = safe; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
    if (!d->capabilities)
        d->capabilities = xcalloc(CAPABILITIES_MAX, sizeof(char *));
    d->capabilities[d->capability_count++] = safe;
}

void dialogue_forget_capabilities(struct dialogue *d)
{
    for (size_t i = 0; i < d->capability_count; i++)
        free(d->capabilities[i]);
    d->capability_count = 0;
    d->capabilities_known = false;
}

/* "AUTH PLAIN LOGIN" (SMTP) and "SASL PLAIN LOGIN" (POP3) hold several. */
static bool lists_mechanism(const char *capability, const char *mechanism)
{
    size_t len = strlen(mechanism);
    const char *p;

    if (strncmp(capability, "AUTH", 4) != 0 &&
        strncmp(capability, "SASL", 4) != 0)
        return false;
    for (p = capability + 4; *p;) {
        size_t word;

        p += strspn(p, " =");
        word = strcspn(p, " =");
        if (word == len && strncmp(p, mechanism, len) == 0)
            return true;
        p += word;
    }
    return false;
}

bool dialogue_has(const struct dialogue *d, const char *capability)
{
    bool mechanism = strncmp(capability, "AUTH=", 5) == 0;

    if (d->ops->service == SERVICE_POP3 && strcmp(capability, "STARTTLS") == 0)
        capability = "STLS";
    for (size_t i = 0; i < d->capability_count; i++) {
        if (mechanism ? lists_mechanism(d->capabilities[i], capability + 5)
                      : strcmp(d->capabilities[i], capability) == 0)
            return true;
    }
    return false;
}
