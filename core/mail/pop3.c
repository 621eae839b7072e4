/* SPDX-License-Identifier: MIT */
/* pop3: POP3 (RFC 1939), CAPA (RFC 2449), STLS (RFC 2595), AUTH (RFC 5034). */
#include "core/mail/dialogue_private.h"

#include "core/base/text.h"
#include "core/mail/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_MAX 255 /* RFC 2449 section 4, with CR LF */

static enum dialogue_step command(struct dialogue *d, const char *text)
{
    dialogue_send(d, "%s", text);
    return DIALOGUE_MORE;
}

static enum dialogue_step begin_login(struct dialogue *d)
{
    if (!login_begin(d))
        return DIALOGUE_FAILED;
    if (d->exchange.mechanism->sasl)
        return dialogue_authenticate(d, "AUTH",
                                     /* RFC 1734 has no initial response */
                                     d->capability_count ? COMMAND_MAX : 0);
    dialogue_send(d, "USER %s", d->credentials->user);
    return DIALOGUE_MORE;
}

static enum dialogue_step pop3_begin(struct dialogue *d, enum stage stage)
{
    switch (stage) {
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        dialogue_forget_capabilities(d);
        return command(d, "CAPA");
    case STAGE_STARTTLS:
        if (!dialogue_has(d, "STARTTLS"))
            return dialogue_fail(d, REASON_STARTTLS_MISSING,
                                 "The server does not offer STARTTLS (STLS) on "
                                 "this port. Nothing is sent unencrypted.");
        return command(d, "STLS");
    case STAGE_LOGIN:
        return begin_login(d);
    case STAGE_MAILBOX:
        return command(d, "STAT");
    case STAGE_LOGOUT:
        return command(d, "QUIT");
    default:
        return DIALOGUE_MORE;
    }
}

/* RFC 2449 section 8, RFC 3206. */
static bool is_temporary(const char *text)
{
    return text_starts_nocase(text, "[SYS/TEMP]") ||
           text_starts_nocase(text, "[IN-USE]") ||
           text_starts_nocase(text, "[LOGIN-DELAY]");
}

static enum dialogue_step refused(struct dialogue *d, const char *text)
{
    const struct shown said = shown(text);

    if (d->stage == STAGE_LOGIN)
        return refusal_pop3(d, text);
    if (is_temporary(text))
        return dialogue_fail(d, REASON_LOGIN_UNAVAILABLE,
                             "The server is not available right now: \"%s\". "
                             "Try again later.",
                             said.text);
    switch (d->stage) {
    case STAGE_GREETING:
        return dialogue_fail(d, REASON_CLOSED,
                             "The server does not want to talk: \"%s\".",
                             said.text);
    case STAGE_STARTTLS:
        return dialogue_fail(d, REASON_STARTTLS_REFUSED,
                             "The server offers STARTTLS but refused it: "
                             "\"%s\".",
                             said.text);
    case STAGE_MAILBOX:
        return dialogue_fail(d, REASON_MAILBOX,
                             "The mailbox could not be opened: \"%s\".",
                             said.text);
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        /* CAPA is an extension: a server may not know it. */
        d->capabilities_known = true;
        return dialogue_done(d, "the server does not tell them");
    default:
        return dialogue_done(d, "%s", "");
    }
}

static enum dialogue_step logged_in(struct dialogue *d)
{
    if (d->exchange.mechanism->sasl)
        return login_accept(d) ? dialogue_done(d, "%s", d->mechanism)
                               : DIALOGUE_FAILED;
    if (d->step++ > 0)
        return dialogue_done(d, "%s", d->mechanism);
    dialogue_send_secret(d, "PASS ", d->credentials->password);
    return DIALOGUE_MORE;
}

static enum dialogue_step accepted(struct dialogue *d, const char *text)
{
    unsigned messages;

    switch (d->stage) {
    case STAGE_GREETING:
        return dialogue_done(d, "%s", shown(text).text);
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        d->step = 1; /* the list follows */
        return DIALOGUE_MORE;
    case STAGE_STARTTLS:
        return dialogue_done(d, "the server agrees");
    case STAGE_LOGIN:
        return logged_in(d);
    case STAGE_MAILBOX:
        if (sscanf(text, "%9u", &messages) != 1)
            return dialogue_protocol(d, text);
        return dialogue_done(d, "%u message%s", messages,
                             messages == 1 ? "" : "s");
    default:
        return dialogue_done(d, "%s", "");
    }
}

static enum dialogue_step list_line(struct dialogue *d, const char *line,
                                    size_t len)
{
    if (strcmp(line, ".") == 0) {
        d->capabilities_known = true;
        return dialogue_done(d, "%zu", d->capability_count);
    }
    if (*line == '.') /* stuffed, RFC 1939 section 3 */
        dialogue_add_capability(d, line + 1, len - 1);
    else
        dialogue_add_capability(d, line, len);
    return DIALOGUE_MORE;
}

static enum dialogue_step challenged(struct dialogue *d, const char *line)
{
    if (!d->exchange.mechanism->sasl)
        return dialogue_protocol(d, line);
    return dialogue_answer(d, line + 1 + strspn(line + 1, " "));
}

static enum dialogue_step pop3_line(struct dialogue *d, const char *line,
                                    size_t len)
{
    if ((d->stage == STAGE_CAPABILITY || d->stage == STAGE_TLS_CAPABILITY) &&
        d->step == 1)
        return list_line(d, line, len);
    if (strncmp(line, "+OK", 3) == 0)
        return accepted(d, line + 3 + strspn(line + 3, " "));
    if (strncmp(line, "-ERR", 4) == 0)
        return refused(d, line + 4 + strspn(line + 4, " "));
    if (line[0] == '+' && d->stage == STAGE_LOGIN)
        return challenged(d, line);
    return dialogue_protocol(d, line);
}

const struct dialogue_ops pop3_dialogue = {
    .service = SERVICE_POP3, .begin = pop3_begin, .line = pop3_line};
