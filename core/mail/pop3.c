/* SPDX-License-Identifier: MIT */
/* pop3: POP3 (RFC 1939), CAPA (RFC 2449), STLS (RFC 2595), AUTH (RFC 5034). */
#include "core/mail/dialogue_private.h"

#include "core/base/text.h"
#include "core/mail/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_MAX 255 /* RFC 2449 section 4, with CR LF */

/* d->step while CAPA is answered. */
enum { ASKED_WHY = 1, LIST };

static enum dialogue_step command(struct dialogue *d, const char *text)
{
    dialogue_send(d, "%s", text);
    return DIALOGUE_MORE;
}

/* RFC 2449 section 6.6: else a server may take one command at a time. */
static bool pipelines(const struct dialogue *d)
{
    return dialogue_has(d, "PIPELINING");
}

static enum dialogue_step begin_login(struct dialogue *d)
{
    if (!login_begin(d))
        return DIALOGUE_FAILED;
    /* Nothing goes along with AUTH: Cyrus drops what follows. */
    if (d->exchange.mechanism->sasl)
        return dialogue_authenticate(d, "AUTH",
                                     /* RFC 1734 has no initial response */
                                     d->capability_count ? COMMAND_MAX : 0);
    dialogue_send(d, "USER %s", d->credentials->user);
    if (!pipelines(d))
        return DIALOGUE_MORE;
    dialogue_send_secret(d, "PASS ", d->credentials->password);
    if (d->next == STAGE_MAILBOX) {
        dialogue_send(d, "STAT");
        d->inbox_asked = true;
    }
    return DIALOGUE_MORE;
}

static enum dialogue_step begin_capability(struct dialogue *d)
{
    dialogue_forget_capabilities(d);
    /* What is said before TLS is forgotten, and STLS tells whether it is
     * known. */
    if (d->next == STAGE_STARTTLS)
        return dialogue_done(d, "asked inside TLS");
    return command(d, "CAPA");
}

static enum dialogue_step pop3_begin(struct dialogue *d, enum stage stage)
{
    switch (stage) {
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        return begin_capability(d);
    case STAGE_STARTTLS:
        return command(d, "STLS");
    case STAGE_LOGIN:
        return begin_login(d);
    case STAGE_MAILBOX:
        return d->inbox_asked ? DIALOGUE_MORE : command(d, "STAT");
    case STAGE_LOGOUT:
        command(d, "QUIT");
        return dialogue_done(d, "%s", "");
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

/* Not known, or known and refused? The list tells. */
static enum dialogue_step starttls_refused(struct dialogue *d, const char *text)
{
    if (d->step == 0) {
        snprintf(d->reply, sizeof(d->reply), "%s", text);
        d->step = ASKED_WHY;
        return command(d, "CAPA");
    }
    if (!dialogue_has(d, "STARTTLS"))
        return dialogue_fail(d, REASON_STARTTLS_MISSING,
                             "The server does not offer STARTTLS (STLS) on "
                             "this port. Nothing is sent unencrypted.");
    return dialogue_fail(d, REASON_STARTTLS_REFUSED,
                         "The server offers STARTTLS but refused it: \"%s\".",
                         shown(d->reply).text);
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
        return starttls_refused(d, text);
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
    if (!pipelines(d))
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
        d->step = LIST;
        return DIALOGUE_MORE;
    case STAGE_STARTTLS:
        if (d->step == 0)
            return dialogue_done(d, "the server agrees");
        d->step = LIST;
        return DIALOGUE_MORE;
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
        if (d->stage == STAGE_STARTTLS)
            return starttls_refused(d, d->reply);
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
    if (d->stage != STAGE_LOGIN && d->step == LIST)
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
