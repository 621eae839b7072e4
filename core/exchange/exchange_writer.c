/* SPDX-License-Identifier: MIT */
/* exchange_writer: lines, remarks, logins and spellings for all formats. */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *side(const struct exchange_writer *w,
                        const struct export_server *server)
{
    return server == &w->account->in ? "incoming" : "outgoing";
}

/* -- lines and what is told ------------------------------------------------ */

/* Twice, as a line may hold a password: the buffer of xasprintf() is not
 * wiped, that of a buf is. */
void exchange_line(struct exchange_writer *w, const char *format, ...)
{
    va_list args, again;
    char *line;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    line = xmalloc((size_t)len + 1);
    vsnprintf(line, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    buf_add(w->out, line, (size_t)len);
    buf_add_char(w->out, '\n');
    w->wrote = true;
    xwipe(&line);
}

static void note(struct exchange_writer *w, bool warning, const char *format,
                 va_list args) __attribute__((format(printf, 3, 0)));

static void note(struct exchange_writer *w, bool warning, const char *format,
                 va_list args)
{
    struct export_plan *plan = w->plan;
    struct exchange_note *n;

    plan->notes =
        xreallocarray(plan->notes, plan->note_count + 1, sizeof(*plan->notes));
    n = &plan->notes[plan->note_count++];
    *n = (struct exchange_note){.warning = warning,
                                .account = w->account ? xstrdup(w->account->id)
                                                      : NULL};
    vsnprintf(n->text, sizeof(n->text), format, args);
}

void exchange_warn(struct exchange_writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(w, true, format, args);
    va_end(args);
}

void exchange_remark(struct exchange_writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(w, false, format, args);
    va_end(args);
}

bool exchange_usable(struct exchange_writer *w,
                     const struct export_server *server)
{
    if (!server->present)
        return false;
    if (server->refused)
        exchange_warn(w, "The %s server is left out. %s", side(w, server),
                      server->refused);
    return !server->refused;
}

bool exchange_is(const struct export_server *server, enum service service)
{
    return server->server.endpoint.service == service;
}

char *exchange_target(char *out, size_t size, const struct exchange_writer *w,
                      const struct export_server *server)
{
    snprintf(out, size, "%s/%s", w->account->id, side(w, server));
    return out;
}

/* -- logging in ------------------------------------------------------------ */

bool exchange_is_token(const struct export_server *server)
{
    return server->server.auth == AUTH_XOAUTH2 ||
           server->server.auth == AUTH_OAUTHBEARER;
}

/* Which credential the account says: the order of secret/source. */
static enum exchange_login by_password(struct exchange_writer *w,
                                       const struct export_server *server,
                                       const char **text)
{
    const struct server *s = &server->server;

    *text = s->password_command ? s->password_command : server->secret_command;
    if (*text)
        return EXCHANGE_COMMAND;
    if (s->password_refused && w->options->with_passwords)
        exchange_warn(w, "%s", s->password_refused);
    else if (s->password && w->options->with_passwords) {
        *text = secret_text(s->password);
        return EXCHANGE_LITERAL;
    } else if (s->password)
        exchange_remark(w,
                        "The password of the %s server is not written; "
                        "--with-passwords does, and a password-command is "
                        "better.",
                        side(w, server));
    else if (s->token_command)
        exchange_warn(w,
                      "The %s server has a token-command and auth = %s; "
                      "programs have to be told which: xoauth2 or oauthbearer.",
                      side(w, server), auth_word(s->auth));
    return EXCHANGE_ASK;
}

enum exchange_login exchange_login(struct exchange_writer *w,
                                   const struct export_server *server,
                                   const char **text)
{
    const struct server *s = &server->server;

    *text = NULL;
    if (s->auth == AUTH_NONE || s->auth == AUTH_EXTERNAL || !s->user)
        return EXCHANGE_NO_LOGIN;
    if (!exchange_is_token(server))
        return by_password(w, server, text);
    *text = s->token_command         ? s->token_command
            : server->secret_command ? server->secret_command
                                     : s->password_command;
    if (*text)
        return EXCHANGE_COMMAND;
    exchange_warn(w,
                  "The %s server wants a token, and there is no "
                  "token-command.",
                  side(w, server));
    return EXCHANGE_ASK;
}

void exchange_secret(struct exchange_writer *w, const char *spelled)
{
    struct export_plan *plan = w->plan;

    if (!*spelled)
        return;
    plan->secrets = xreallocarray(plan->secrets, plan->secret_count + 1,
                                  sizeof(*plan->secrets));
    plan->secrets[plan->secret_count++] = xstrdup(spelled);
}

const char *exchange_mechanism(struct exchange_writer *w,
                               const struct export_server *server,
                               const char *const words[AUTH_COUNT])
{
    enum auth auth = server->server.auth;

    if (!words[auth] && auth != AUTH_AUTO && auth != AUTH_NONE)
        exchange_warn(w,
                      "%s has no setting for the login %s of the %s server; it "
                      "chooses by itself.",
                      w->options->format->title, auth_word(auth),
                      side(w, server));
    return words[auth];
}

/* -- spelling -------------------------------------------------------------- */

char *exchange_escape(const char *text, const char *set, char escape)
{
    char *out = xmalloc(2 * strlen(text) + 1), *p = out;

    for (; *text; text++) {
        if (strchr(set, *text))
            *p++ = escape;
        *p++ = *text;
    }
    *p = '\0';
    return out;
}

char *exchange_single_quoted(const char *text)
{
    char *out = xmalloc(4 * strlen(text) + 3), *p = out;

    *p++ = '\'';
    for (; *text; text++)
        if (*text == '\'') {
            memcpy(p, "'\\''", 4);
            p += 4;
        } else {
            *p++ = *text;
        }
    *p++ = '\'';
    *p = '\0';
    return out;
}

char *exchange_percent(const char *text)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    char *out = xmalloc(3 * strlen(text) + 1), *p = out;

    for (; *text; text++)
        if (strchr(unreserved, *text)) {
            *p++ = *text;
        } else {
            snprintf(p, 4, "%%%02X", (unsigned)(unsigned char)*text);
            p += 3;
        }
    *p = '\0';
    return out;
}

char *exchange_python(const char *text)
{
    char *out = xmalloc(4 * strlen(text) + 3), *p = out;

    *p++ = '"';
    for (; *text; text++)
        if (*text == '"' || *text == '\\') {
            *p++ = '\\';
            *p++ = *text;
        } else if ((unsigned char)*text < ' ') {
            snprintf(p, 5, "\\x%02x", (unsigned)(unsigned char)*text);
            p += 4;
        } else {
            *p++ = *text;
        }
    *p++ = '"';
    *p = '\0';
    return out;
}

char *exchange_tunnel(const struct exchange_writer *w,
                      const struct export_server *server)
{
    char target[300];
    char *program = exchange_single_quoted(w->view->program);
    char *file = exchange_single_quoted(w->view->accounts_path);
    char *which = exchange_single_quoted(
        exchange_target(target, sizeof(target), w, server));
    char *line = xasprintf("exec %s -c %s connect %s", program, file, which);

    free(program);
    free(file);
    free(which);
    return line;
}

bool exchange_single_line(struct exchange_writer *w, const char *what,
                          const char *text)
{
    if (!strpbrk(text, "\r\n"))
        return true;
    exchange_warn(w,
                  "The %s has a line break, which %s cannot be told. Put it "
                  "into a script of its own.",
                  what, w->options->format->title);
    return false;
}

char *exchange_url_host(char out[HOST_MAX + 2], const char *host)
{
    bool six = strchr(host, ':') != NULL;

    snprintf(out, HOST_MAX + 2, "%s%s%s", six ? "[" : "", host, six ? "]" : "");
    return out;
}
