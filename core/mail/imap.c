/* SPDX-License-Identifier: MIT */
/* imap: IMAP4rev1 and rev2 (RFC 3501, RFC 9051), SASL-IR (RFC 4959). */
#include "core/mail/dialogue_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/mail/refusal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITERAL_MAX 8192 /* nothing that is asked for needs longer ones */
#define OPEN_INBOX  "EXAMINE INBOX"

/* -- sending --------------------------------------------------------------- */

static enum dialogue_step command(struct dialogue *d, const char *text)
{
    dialogue_send(d, "a%u %s", ++d->tag, text);
    return DIALOGUE_MORE;
}

/* A string as an argument: quoted, or a literal where a quoted string cannot
 * carry it. Returns false when a literal's go-ahead must be waited for. */
static bool add_string(struct dialogue *d, const char *text)
{
    bool plain = true;

    for (const char *p = text; *p; p++)
        plain = plain && (unsigned char)*p >= ' ' && (unsigned char)*p < 0x7f;
    if (!plain) {
        bool at_once = dialogue_has(d, "LITERAL+") ||
                       (dialogue_has(d, "LITERAL-") && strlen(text) <= 4096);

        buf_addf(&d->out, "{%zu%s}\r\n", strlen(text), at_once ? "+" : "");
        if (!at_once)
            return false;
        buf_add_text(&d->out, text);
        return true;
    }
    buf_add_char(&d->out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_add_char(&d->out, '\\');
        buf_add_char(&d->out, *p);
    }
    buf_add_char(&d->out, '"');
    return true;
}

#define LOGIN_PASSWORD 1 /* which of the arguments it is */
#define ARGUMENTS      2

/* LOGIN user password, going on where a literal had to wait. `code` counts the
 * arguments that are out. */
static enum dialogue_step send_login(struct dialogue *d, bool go_ahead)
{
    const char *const arguments[] = {d->credentials->user,
                                     d->credentials->password};

    size_t from = d->out.len;

    if (go_ahead) {
        buf_add_text(&d->out, arguments[d->code]);
        if (d->code == LOGIN_PASSWORD)
            dialogue_hide(d, from);
        d->code++;
    } else {
        buf_addf(&d->out, "a%u LOGIN", ++d->tag);
    }
    for (; d->code < ARGUMENTS; d->code++) {
        bool whole;

        buf_add_char(&d->out, ' ');
        from = d->out.len;
        whole = add_string(d, arguments[d->code]);
        /* Also the length of a literal. */
        if (d->code == LOGIN_PASSWORD)
            dialogue_hide(d, from);
        if (!whole)
            return DIALOGUE_MORE;
    }
    buf_add_text(&d->out, "\r\n");
    if (d->next == STAGE_MAILBOX) {
        dialogue_send(d, "a%u " OPEN_INBOX, d->tag + 1);
        d->inbox_asked = true;
    }
    return DIALOGUE_MORE;
}

static enum dialogue_step begin_login(struct dialogue *d)
{
    char command[40];

    if (!login_begin(d))
        return DIALOGUE_FAILED;
    d->capabilities_known = false;
    if (!d->exchange.mechanism->sasl)
        return send_login(d, false);
    snprintf(command, sizeof(command), "a%u AUTHENTICATE", ++d->tag);
    return dialogue_authenticate(d, command,
                                 dialogue_has(d, "SASL-IR") ? SIZE_MAX : 0);
}

static enum dialogue_step begin_mailbox(struct dialogue *d)
{
    if (!d->inbox_asked)
        return command(d, OPEN_INBOX);
    d->tag++;
    return DIALOGUE_MORE;
}

static enum dialogue_step imap_begin(struct dialogue *d, enum stage stage)
{
    switch (stage) {
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        if (d->capabilities_known)
            return dialogue_done(d, "%zu, told with the greeting",
                                 d->capability_count);
        return command(d, "CAPABILITY");
    case STAGE_STARTTLS:
        if (d->preauth)
            return dialogue_fail(d, REASON_STARTTLS_REFUSED,
                                 "The server says that one is logged in "
                                 "already (PREAUTH), so STARTTLS cannot follow "
                                 "any more. The connection stays unencrypted "
                                 "and is not used.");
        if (!dialogue_has(d, "STARTTLS"))
            return dialogue_fail(d, REASON_STARTTLS_MISSING,
                                 "The server does not offer STARTTLS on this "
                                 "port. Nothing is sent unencrypted.");
        return command(d, "STARTTLS");
    case STAGE_LOGIN:
        if (d->preauth)
            return dialogue_done(d, "logged in already (PREAUTH)");
        return begin_login(d);
    case STAGE_MAILBOX:
        return begin_mailbox(d);
    case STAGE_LOGOUT:
        command(d, "LOGOUT");
        return dialogue_done(d, "%s", "");
    default:
        return DIALOGUE_MORE;
    }
}

/* -- replies --------------------------------------------------------------- */

static void take_capabilities(struct dialogue *d, const char *list)
{
    dialogue_forget_capabilities(d);
    while (*list && *list != ']') {
        size_t len = strcspn(list, " ]");

        dialogue_add_capability(d, list, len);
        list += len;
        list += strspn(list, " ");
    }
    d->capabilities_known = true;
}

/* "[CAPABILITY ...]" in a status reply (RFC 3501 section 7.1). */
static void take_code(struct dialogue *d, const char *text)
{
    text += strspn(text, " ");
    if (text_starts_nocase(text, "[CAPABILITY "))
        take_capabilities(d, text + 12);
}

static enum dialogue_step greeting(struct dialogue *d, const char *line)
{
    if (text_starts_nocase(line, "* OK")) {
        take_code(d, line + 4);
        return dialogue_done(d, "%s",
                             shown(line + 4 + strspn(line + 4, " ")).text);
    }
    if (text_starts_nocase(line, "* PREAUTH")) {
        d->preauth = true;
        take_code(d, line + 9);
        return dialogue_done(d, "logged in already (PREAUTH)");
    }
    if (text_starts_nocase(line, "* BYE"))
        return refusal_bye(d, line + 5 + strspn(line + 5, " "));
    return dialogue_protocol(d, line);
}

static enum dialogue_step refused(struct dialogue *d, const char *text)
{
    const struct shown said = shown(text);

    switch (d->stage) {
    case STAGE_STARTTLS:
        return dialogue_fail(d, REASON_STARTTLS_REFUSED,
                             "The server offers STARTTLS but refused it: "
                             "\"%s\".",
                             said.text);
    case STAGE_LOGIN:
        return refusal_imap(d, text);
    case STAGE_MAILBOX:
        return dialogue_fail(d, REASON_MAILBOX,
                             "The inbox could not be opened: \"%s\".",
                             said.text);
    default:
        return dialogue_fail(d, REASON_PROTOCOL,
                             "The server refused a question it must answer: "
                             "\"%s\".",
                             said.text);
    }
}

static bool accepted(struct dialogue *d)
{
    if (d->exchange.mechanism->sasl)
        return login_accept(d);
    if (d->code < ARGUMENTS)
        dialogue_premature(d);
    return d->code >= ARGUMENTS;
}

static enum dialogue_step succeeded(struct dialogue *d, const char *text)
{
    switch (d->stage) {
    case STAGE_CAPABILITY:
    case STAGE_TLS_CAPABILITY:
        if (!d->capabilities_known)
            return dialogue_fail(d, REASON_PROTOCOL,
                                 "The server did not tell its abilities.");
        return dialogue_done(d, "%zu", d->capability_count);
    case STAGE_STARTTLS:
        return dialogue_done(d, "the server agrees");
    case STAGE_LOGIN:
        if (!accepted(d))
            return DIALOGUE_FAILED;
        /* What held before means nothing now; untagged news may be in. */
        if (!d->capabilities_known)
            dialogue_forget_capabilities(d);
        take_code(d, text);
        return dialogue_done(d, "%s", d->mechanism);
    case STAGE_MAILBOX:
        return dialogue_done(d, "%u message%s", d->code,
                             d->code == 1 ? "" : "s");
    default:
        return dialogue_done(d, "%s", "");
    }
}

/* In OK, NO and BAD the text is for people and may end in anything. */
static bool is_status(const char *text)
{
    return text_starts_nocase(text, "OK") || text_starts_nocase(text, "NO") ||
           text_starts_nocase(text, "BAD");
}

/* Meant for the person (RFC 9051 section 7.1); Google has one of its own. */
static void take_alert(struct dialogue *d, const char *text)
{
    if (is_status(text) && (text_contains_nocase(text, "[ALERT]") ||
                            text_contains_nocase(text, "[WEBALERT ")))
        text_safe_string(d->alert, sizeof(d->alert), text + strcspn(text, "["));
}

static enum dialogue_step tagged(struct dialogue *d, const char *text)
{
    take_alert(d, text);
    if (text_starts_nocase(text, "OK"))
        return succeeded(d, text + 2);
    if (text_starts_nocase(text, "NO") || text_starts_nocase(text, "BAD"))
        return refused(d, text);
    return dialogue_protocol(d, text);
}

/* A line that ends in {n} goes on with n bytes of any kind (RFC 3501 section
 * 4.3): without counting them a text in it would pass for a reply. */
static enum dialogue_step expect_literal(struct dialogue *d, const char *line,
                                         size_t len)
{
    size_t at = len;
    char digits[12];
    long size = 0;

    d->continued = false;
    d->literal = 0;
    if (!len || line[len - 1] != '}')
        return DIALOGUE_MORE;
    while (at > 0 && line[at - 1] != '{')
        at--;
    if (!at || len - 1 - at >= sizeof(digits))
        return DIALOGUE_MORE;
    memcpy(digits, line + at, len - 1 - at);
    digits[len - 1 - at] = '\0';
    if (!text_parse_number(digits, 0, 999999999, &size))
        return DIALOGUE_MORE;
    if (size > LITERAL_MAX)
        return dialogue_fail(d, REASON_PROTOCOL,
                             "The server announced a text of %ld bytes where "
                             "none that long belongs.",
                             size);
    d->continued = true;
    d->literal = (size_t)size;
    return DIALOGUE_MORE;
}

/* The bytes of a literal arrive as lines, too: they are counted and dropped. */
static enum dialogue_step in_literal(struct dialogue *d, const char *line,
                                     size_t len)
{
    size_t skip = d->literal;

    if (skip <= len)
        return expect_literal(d, line + skip, len - skip);
    d->literal = skip > len + 2 ? skip - len - 2 : 0;
    return DIALOGUE_MORE;
}

/* "17 EXISTS" */
static void take_count(struct dialogue *d, const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (digits && digits <= 9 && text_equal_nocase(text + digits, " EXISTS"))
        d->code = (unsigned)strtoul(text, NULL, 10);
}

static enum dialogue_step untagged(struct dialogue *d, const char *text)
{
    if (text_starts_nocase(text, "CAPABILITY ")) {
        take_capabilities(d, text + 11);
    } else if (text_starts_nocase(text, "BYE")) {
        return refusal_bye(d, text + 3 + strspn(text + 3, " "));
    } else if (text_starts_nocase(text, "PREAUTH")) {
        return dialogue_protocol(d, text); /* a greeting, and only that */
    } else if (d->stage == STAGE_MAILBOX) {
        take_count(d, text);
    } else if (text_starts_nocase(text, "OK")) {
        take_code(d, text + 2);
    }
    take_alert(d, text);
    return is_status(text) ? DIALOGUE_MORE
                           : expect_literal(d, text, strlen(text));
}

static enum dialogue_step challenged(struct dialogue *d, const char *line)
{
    if (d->stage != STAGE_LOGIN)
        return dialogue_protocol(d, line);
    if (d->exchange.mechanism->sasl)
        return dialogue_answer(d, line + 1 + strspn(line + 1, " "));
    return d->code < ARGUMENTS ? send_login(d, true)
                               : dialogue_protocol(d, line);
}

/* The alert goes along with the stage's own sentence. */
static enum dialogue_step tell_alert(struct dialogue *d,
                                     enum dialogue_step step)
{
    char *text = step == DIALOGUE_FAILED ? d->failure.text : d->text;
    size_t size =
        step == DIALOGUE_FAILED ? sizeof(d->failure.text) : sizeof(d->text);
    size_t used = strlen(text);

    if (!d->alert[0] || step == DIALOGUE_MORE || strstr(text, d->alert))
        return step;
    snprintf(text + used, size - used, "%s \"%s\"%s",
             step == DIALOGUE_FAILED ? " The server also says:"
                                     : "; the server says:",
             d->alert, step == DIALOGUE_FAILED ? "." : "");
    return step;
}

static enum dialogue_step take_line(struct dialogue *d, const char *line,
                                    size_t len)
{
    char tag[16];
    size_t tag_len;

    if (d->stage == STAGE_GREETING)
        return greeting(d, line);
    if (d->continued)
        return in_literal(d, line, len);
    if (line[0] == '+' && (line[1] == ' ' || !line[1]))
        return challenged(d, line);
    if (line[0] == '*' && line[1] == ' ')
        return untagged(d, line + 2);
    tag_len = (size_t)snprintf(tag, sizeof(tag), "a%u ", d->tag);
    if (strncmp(line, tag, tag_len) == 0)
        return tagged(d, line + tag_len);
    return dialogue_protocol(d, line);
}

static enum dialogue_step imap_line(struct dialogue *d, const char *line,
                                    size_t len)
{
    return tell_alert(d, take_line(d, line, len));
}

const struct dialogue_ops imap_dialogue = {
    .service = SERVICE_IMAP, .begin = imap_begin, .line = imap_line};
