/* SPDX-License-Identifier: MIT */
/* smtp: submission (RFC 5321, RFC 6409), STARTTLS (RFC 3207), AUTH (RFC
 * 4954).*/
#include "core/mail/dialogue_private.h"

#include "core/base/text.h"
#include "core/mail/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_MAX 512 /* RFC 5321 section 4.5.3.1.4, with CR LF */

static enum dialogue_step begin_login(struct dialogue *d)
{
    return login_begin(d) ? dialogue_authenticate(d, "AUTH", COMMAND_MAX)
                          : DIALOGUE_FAILED;
}

static enum dialogue_step begin_hello(struct dialogue *d)
{
    const char *name = d->helo_name ? d->helo_name : "localhost";

    if (text_contains_control(name) || strchr(name, ' '))
        return dialogue_fail(d, REASON_CONFIG,
                             "The name for EHLO (helo-name) has blanks or "
                             "control characters.");
    dialogue_send(d, "EHLO %s", name);
    return DIALOGUE_MORE;
}

static enum dialogue_step begin_sender(struct dialogue *d)
{
    const char *sender = d->sender ? d->sender : "";
    bool ascii = true;

    /* An address with these could carry a command of its own. */
    if (!*sender || text_contains_control(sender) || strpbrk(sender, " <>"))
        return dialogue_fail(d, REASON_CONFIG,
                             "The e-mail address cannot be asked for as a "
                             "sender: \"%s\".",
                             shown(sender).text);
    for (const char *p = sender; *p; p++)
        ascii = ascii && (unsigned char)*p < 0x80;
    if (!ascii && !dialogue_has(d, "SMTPUTF8"))
        return dialogue_fail(d, REASON_SENDER,
                             "The e-mail address has letters that this server "
                             "cannot carry (no SMTPUTF8).");
    dialogue_send(d, "MAIL FROM:<%s>%s", sender, ascii ? "" : " SMTPUTF8");
    if (dialogue_has(d, "PIPELINING")) /* RFC 2920 */
        dialogue_send(d, "RSET");
    return DIALOGUE_MORE;
}

static enum dialogue_step smtp_begin(struct dialogue *d, enum stage stage)
{
    switch (stage) {
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        dialogue_forget_capabilities(d);
        return begin_hello(d);
    case STAGE_STARTTLS:
        if (!dialogue_has(d, "STARTTLS"))
            return dialogue_fail(d, REASON_STARTTLS_MISSING,
                                 "The server does not offer STARTTLS on this "
                                 "port. Nothing is sent unencrypted.");
        dialogue_send(d, "STARTTLS");
        return DIALOGUE_MORE;
    case STAGE_LOGIN:
        return begin_login(d);
    case STAGE_MAILBOX:
        return begin_sender(d);
    case STAGE_LOGOUT:
        dialogue_send(d, "QUIT");
        return dialogue_done(d, "%s", "");
    default:
        return DIALOGUE_MORE;
    }
}

static enum dialogue_step login_reply(struct dialogue *d, unsigned code,
                                      const char *text)
{
    if (code == 235)
        return login_accept(d)
                   ? dialogue_done(d, "%s; nothing was sent", d->mechanism)
                   : DIALOGUE_FAILED;
    if (code == 334)
        return dialogue_answer(d, text);
    return refusal_smtp(d, code, d->reply);
}

static enum dialogue_step sender_reply(struct dialogue *d, unsigned code)
{
    if (d->step == 1) /* RSET */
        return dialogue_done(d, "%s is accepted; nothing was sent",
                             shown(d->sender ? d->sender : "").text);
    if (code / 100 != 2)
        return dialogue_fail(d, REASON_SENDER,
                             "The server does not take mail from %s: \"%u "
                             "%s\".",
                             shown(d->sender ? d->sender : "").text, code,
                             shown(d->reply).text);
    d->step = 1;
    if (!dialogue_has(d, "PIPELINING"))
        dialogue_send(d, "RSET");
    return DIALOGUE_MORE;
}

/* A complete reply: its code and the text of its last line; that of all of them
 * is in d->reply. */
static enum dialogue_step reply(struct dialogue *d, unsigned code,
                                const char *text)
{
    bool good = code / 100 == 2;
    const struct shown said = shown(d->reply);

    if (code == 421)
        return dialogue_fail(d, REASON_LOGIN_UNAVAILABLE,
                             "The server is not available right now: \"421 "
                             "%s\". Try again later.",
                             said.text);
    switch (d->stage) {
    case STAGE_GREETING:
        return good ? dialogue_done(d, "%s", said.text)
                    : dialogue_fail(d, REASON_CLOSED,
                                    "The server does not want to talk: \"%u "
                                    "%s\".",
                                    code, said.text);
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        d->capabilities_known = good;
        return good ? dialogue_done(d, "%zu", d->capability_count)
                    : dialogue_fail(d, REASON_PROTOCOL,
                                    "The server refused EHLO: \"%u %s\".", code,
                                    said.text);
    case STAGE_STARTTLS:
        return good ? dialogue_done(d, "the server agrees")
                    : dialogue_fail(d, REASON_STARTTLS_REFUSED,
                                    "The server offers STARTTLS but refused "
                                    "it: \"%u %s\".",
                                    code, said.text);
    case STAGE_LOGIN:
        return login_reply(d, code, text);
    case STAGE_MAILBOX:
        return sender_reply(d, code);
    default:
        return dialogue_protocol(d, text);
    }
}

/* "5.7.8 " at the beginning (RFC 2034), its length; 0: none. */
static size_t enhanced_len(const char *text)
{
    size_t len = strspn(text, "0123456789.");

    return len >= 5 && text[1] == '.' && text[len] == ' ' ? len + 1 : 0;
}

/* Large providers say over several lines what is the matter. */
static void take_text(struct dialogue *d, const char *text)
{
    size_t used, code = enhanced_len(text);

    if (!d->code)
        d->reply[0] = '\0';
    used = strlen(d->reply);
    if (used && code && strncmp(d->reply, text, code) == 0)
        text += code;
    snprintf(d->reply + used, sizeof(d->reply) - used, "%s%s", used ? " " : "",
             text + strspn(text, " "));
}

static bool is_code(const char *line)
{
    return line[0] >= '2' && line[0] <= '5' && line[1] >= '0' &&
           line[1] <= '9' && line[2] >= '0' && line[2] <= '9' &&
           (!line[3] || line[3] == ' ' || line[3] == '-');
}

static enum dialogue_step smtp_line(struct dialogue *d, const char *line,
                                    size_t len)
{
    const char *text = len > 4 ? line + 4 : "";
    bool capability_stage =
        d->stage == STAGE_CAPABILITY || d->stage == STAGE_TLS_CAPABILITY;
    unsigned code;

    if (!is_code(line))
        return dialogue_protocol(d, line);
    code = (unsigned)((line[0] - '0') * 100 + (line[1] - '0') * 10 +
                      (line[2] - '0'));
    /* All lines of a reply carry the same code. */
    if (d->code && d->code != code)
        return dialogue_protocol(d, line);
    /* The first line of the EHLO reply names the server. */
    if (capability_stage && code == 250 && d->code)
        dialogue_add_capability(d, text, strlen(text));
    take_text(d, text);
    d->code = line[3] == '-' ? code : 0;
    if (line[3] == '-')
        return DIALOGUE_MORE;
    return reply(d, code, text);
}

const struct dialogue_ops smtp_dialogue = {
    .service = SERVICE_SMTP, .begin = smtp_begin, .line = smtp_line};
