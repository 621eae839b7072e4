/* SPDX-License-Identifier: MIT */
/* protocols: IMAP, POP3 and SMTP, as much as a login test needs. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static enum fault fault_of(const struct connection *c)
{
    return c->listener->fault;
}

static bool starts(const char *line, const char *word)
{
    return strncasecmp(line, word, strlen(word)) == 0;
}

/* -- faults that come before anything else --------------------------------- */

static void drip(struct connection *c)
{
    static const char text[] = "* OK dripping, dripping, dripping\r\n";

    for (const char *p = text; *p; p++) {
        say_bytes(c, p, 1);
        sleep(1);
    }
}

static void endless(struct connection *c)
{
    char many[4096];

    memset(many, 'x', sizeof(many));
    say_bytes(c, "* OK ", 5);
    for (int i = 0; i < 1024; i++)
        say_bytes(c, many, sizeof(many));
}

bool greeting_fault(struct connection *c)
{
    static const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    switch (fault_of(c)) {
    case MUTE:
        sleep(30);
        return true;
    case DRIP:
        drip(c);
        return true;
    case GARBAGE:
        say(c, "SSH-2.0-OpenSSH_9.2");
        hear(c);
        return true;
    case ENDLESS:
        endless(c);
        return true;
    case NUL_BYTE:
        say_bytes(c, "* OK a\0b\r\n", 10);
        hear(c);
        return true;
    case CLOSE_CONNECT:
        return true;
    case BYE:
        say(c, "%s too many connections",
            c->listener->protocol == 'i'   ? "* BYE"
            : c->listener->protocol == 'p' ? "-ERR"
                                           : "554 5.7.1");
        return true;
    case RESET:
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
        close(c->fd);
        _exit(0);
    default:
        return false;
    }
}

static const char *greeting_text(const struct connection *c)
{
    return fault_of(c) == ESCAPES ? "\x1b[2J\x1b]0;owned\x07ready" : "ready";
}

/* After the go-ahead was given. False: the connection is over. */
static bool upgrade(struct connection *c)
{
    if (fault_of(c) == CLOSE_STARTTLS)
        return false;
    if (fault_of(c) == PLAIN_STARTTLS)
        return true;
    return start_tls(c);
}

static bool offers_starttls(const struct connection *c)
{
    return c->listener->starttls && !c->ssl && fault_of(c) != NO_STARTTLS;
}

static void check_login_fault(struct connection *c)
{
    if (fault_of(c) == CLOSE_LOGIN)
        leave(c);
}

/* -- IMAP ------------------------------------------------------------------ */

static void imap_capabilities(struct connection *c, char *out, size_t size)
{
    bool old = fault_of(c) == NO_PLAIN;
    char list[300];

    if (*c->listener->mechanisms && (c->ssl || !c->listener->starttls)) {
        sasl_list(c, list, sizeof(list), " AUTH=", " AUTH=");
        snprintf(out, size, "IMAP4rev1 ID LOGINDISABLED%s%s",
                 sasl_has(c, "noir") ? "" : " SASL-IR", list);
        return;
    }
    snprintf(out, size, "IMAP4rev1 ID%s%s%s",
             offers_starttls(c) ? " STARTTLS" : "",
             old ? "" : " SASL-IR AUTH=PLAIN AUTH=LOGIN",
             fault_of(c) == LOGIN_DISABLED || (c->listener->starttls && !c->ssl)
                 ? " LOGINDISABLED"
                 : "");
}

static void imap_result(struct connection *c, const char *tag, bool right)
{
    char list[600];

    if (fault_of(c) == UNAVAILABLE)
        say(c, "%s NO [UNAVAILABLE] the user database is away", tag);
    else if (!right || fault_of(c) == BAD_LOGIN)
        say(c, "%s NO [AUTHENTICATIONFAILED] wrong user or password", tag);
    else {
        imap_capabilities(c, list, sizeof(list));
        say(c, "%s OK [CAPABILITY %s] welcome", tag, list);
    }
}

static bool imap_authenticate(struct connection *c, const char *rest)
{
    char *line;
    bool user;

    if (starts(rest, "PLAIN ") && rest[6])
        return plain_is_right(c, rest + 6);
    if (starts(rest, "PLAIN")) {
        say(c, "+ ");
        line = hear(c);
        return line && plain_is_right(c, line);
    }
    if (!starts(rest, "LOGIN"))
        return false;
    if (rest[5] == ' ') {
        user = base64_is(rest + 6, c->options->user);
    } else {
        say(c, "+ VXNlcm5hbWU6");
        line = hear(c);
        user = line && base64_is(line, c->options->user);
    }
    say(c, "+ UGFzc3dvcmQ6");
    line = hear(c);
    return line && base64_is(line, c->options->password) && user;
}

/* One argument: quoted or a literal, after which the line goes on. */
static char *imap_argument(struct connection *c, char **p, char *out,
                           size_t size)
{
    size_t n = 0;

    while (**p == ' ')
        (*p)++;
    if (**p == '"') {
        for ((*p)++; **p && **p != '"'; (*p)++) {
            if (**p == '\\')
                (*p)++;
            if (n + 1 < size)
                out[n++] = **p;
        }
        if (**p == '"')
            (*p)++;
    } else if (**p == '{') {
        size_t len = strtoul(*p + 1, NULL, 10);
        char *line;

        say(c, "+ go on");
        line = hear(c);
        if (line && len < size && strlen(line) >= len) {
            memcpy(out, line, len);
            n = len;
            *p = line + len;
        } else {
            leave(c);
        }
    }
    out[n] = '\0';
    return out;
}

static bool imap_login(struct connection *c, char *rest)
{
    char user[256], password[256], kept[4096];
    char *p = kept;

    snprintf(kept, sizeof(kept), "%s", rest);
    imap_argument(c, &p, user, sizeof(user));
    imap_argument(c, &p, password, sizeof(password));
    return strcmp(user, c->options->user) == 0 &&
           strcmp(password, c->options->password) == 0;
}

/* False: the connection is over. */
static bool imap_command(struct connection *c, const char *tag, char *rest)
{
    char list[600];

    if (starts(rest, "CAPABILITY")) {
        imap_capabilities(c, list, sizeof(list));
        say(c, "* CAPABILITY %s", list);
        say(c, "%s OK done", tag);
    } else if (starts(rest, "STARTTLS")) {
        if (fault_of(c) == REFUSE_STARTTLS) {
            say(c, "%s NO not now", tag);
            return true;
        }
        if (fault_of(c) == INJECT) {
            char both[128];
            int n = snprintf(both, sizeof(both),
                             "%s OK go\r\n* OK injected\r\n", tag);

            say_bytes(c, both, (size_t)n);
        } else {
            say(c, "%s OK go", tag);
        }
        return upgrade(c);
    } else if (starts(rest, "LOGIN ")) {
        check_login_fault(c);
        imap_result(c, tag, imap_login(c, rest + 6));
    } else if (starts(rest, "AUTHENTICATE ")) {
        check_login_fault(c);
        imap_result(c, tag,
                    *c->listener->mechanisms ? sasl_command(c, rest + 13)
                                             : imap_authenticate(c, rest + 13));
    } else if (starts(rest, "EXAMINE")) {
        if (fault_of(c) == BAD_MAILBOX) {
            say(c, "%s NO [NONEXISTENT] no such mailbox", tag);
            return true;
        }
        say(c, "* 17 EXISTS");
        say(c, "* 0 RECENT");
        say(c, "%s OK [READ-ONLY] opened", tag);
    } else if (starts(rest, "LOGOUT")) {
        say(c, "* BYE see you");
        say(c, "%s OK done", tag);
        return false;
    } else {
        say(c, "%s BAD unknown", tag);
    }
    return true;
}

void serve_imap(struct connection *c)
{
    char list[600], tag[64], *line;

    imap_capabilities(c, list, sizeof(list));
    if (stage_fault_greeting(c))
        ;
    else if (fault_of(c) == PREAUTH)
        say(c, "* PREAUTH you are in");
    else if (fault_of(c) == BARE ||
             strcmp(c->listener->stage_fault.stage, "capability") == 0)
        say(c, "* OK ready");
    else
        say(c, "* OK [CAPABILITY %s] %s", list, greeting_text(c));
    if (fault_of(c) == CLOSE_GREETING)
        return;
    while ((line = hear(c))) {
        char *space = strchr(line, ' ');

        if (!space) {
            say(c, "* BAD no tag");
            continue;
        }
        *space = '\0';
        snprintf(tag, sizeof(tag), "%s", line);
        if (!imap_command(c, tag, space + 1))
            return;
    }
}

/* -- POP3 ------------------------------------------------------------------ */

static void pop3_result(struct connection *c, bool right)
{
    if (fault_of(c) == UNAVAILABLE)
        say(c, "-ERR [SYS/TEMP] the user database is away");
    else if (!right || fault_of(c) == BAD_LOGIN)
        say(c, "-ERR [AUTH] wrong user or password");
    else
        say(c, "+OK welcome");
}

static bool pop3_auth(struct connection *c, const char *rest)
{
    char *line;

    if (starts(rest, "PLAIN ") && rest[6])
        return plain_is_right(c, rest + 6);
    say(c, "+ ");
    line = hear(c);
    return line && plain_is_right(c, line);
}

static void pop3_capa(struct connection *c)
{
    char list[300];

    sasl_list(c, list, sizeof(list), "SASL ", " ");
    say(c, "+OK");
    say(c, *list ? "TOP" : "USER");
    say(c, "UIDL");
    say(c, "PIPELINING");
    if (offers_starttls(c))
        say(c, "STLS");
    else if (*list)
        say(c, "%s", list);
    if (*list) {
        say(c, ".");
        return;
    }
    if (fault_of(c) != NO_PLAIN)
        say(c, "SASL PLAIN");
    say(c, ".");
}

static bool pop3_command(struct connection *c, const char *line, bool *user)
{
    if (starts(line, "CAPA")) {
        pop3_capa(c);
    } else if (starts(line, "STLS") && offers_starttls(c)) {
        if (fault_of(c) == REFUSE_STARTTLS) {
            say(c, "-ERR not now");
            return true;
        }
        if (fault_of(c) == INJECT)
            say_bytes(c, "+OK go\r\n+OK injected\r\n", 22);
        else
            say(c, "+OK go");
        return upgrade(c);
    } else if (starts(line, "USER ")) {
        check_login_fault(c);
        *user = strcmp(line + 5, c->options->user) == 0;
        say(c, "+OK");
    } else if (starts(line, "PASS ")) {
        pop3_result(c, *user && strcmp(line + 5, c->options->password) == 0);
    } else if (starts(line, "AUTH ")) {
        check_login_fault(c);
        pop3_result(c, *c->listener->mechanisms ? sasl_command(c, line + 5)
                                                : pop3_auth(c, line + 5));
    } else if (starts(line, "STAT")) {
        say(c, "+OK 3 1200");
    } else if (starts(line, "QUIT")) {
        say(c, "+OK bye");
        return false;
    } else {
        say(c, "-ERR unknown");
    }
    return true;
}

void serve_pop3(struct connection *c)
{
    bool user = false;
    char *line;

    if (!stage_fault_greeting(c))
        say(c, "+OK %s", greeting_text(c));
    if (fault_of(c) == CLOSE_GREETING)
        return;
    while ((line = hear(c)) && pop3_command(c, line, &user))
        ;
}

/* -- SMTP ------------------------------------------------------------------ */

static void smtp_result(struct connection *c, bool right)
{
    if (fault_of(c) == UNAVAILABLE)
        say(c, "454 4.7.0 the user database is away");
    else if (!right || fault_of(c) == BAD_LOGIN)
        say(c, "535 5.7.8 wrong user or password");
    else
        say(c, "235 2.7.0 welcome");
}

static bool smtp_auth(struct connection *c, const char *rest)
{
    char *line;
    bool user;

    if (starts(rest, "PLAIN ") && rest[6])
        return plain_is_right(c, rest + 6);
    if (starts(rest, "PLAIN")) {
        say(c, "334 ");
        line = hear(c);
        return line && plain_is_right(c, line);
    }
    if (rest[5] == ' ') {
        user = base64_is(rest + 6, c->options->user);
    } else {
        say(c, "334 VXNlcm5hbWU6");
        line = hear(c);
        user = line && base64_is(line, c->options->user);
    }
    say(c, "334 UGFzc3dvcmQ6");
    line = hear(c);
    return line && base64_is(line, c->options->password) && user;
}

static bool smtp_command(struct connection *c, const char *line)
{
    if (starts(line, "EHLO")) {
        char list[300];

        sasl_list(c, list, sizeof(list), "250-AUTH ", " ");
        say(c, "250-localhost at your service");
        if (offers_starttls(c))
            say(c, "250-STARTTLS");
        if (*list && !offers_starttls(c))
            say(c, "%s", list);
        else if (c->ssl || !c->listener->starttls)
            say(c, fault_of(c) == NO_PLAIN ? "250-AUTH LOGIN"
                                           : "250-AUTH PLAIN LOGIN");
        say(c, "250 8BITMIME");
    } else if (starts(line, "STARTTLS")) {
        if (fault_of(c) == REFUSE_STARTTLS) {
            say(c, "454 4.7.0 not now");
            return true;
        }
        if (fault_of(c) == INJECT)
            say_bytes(c, "220 go\r\n250 injected\r\n", 22);
        else
            say(c, "220 go");
        return upgrade(c);
    } else if (starts(line, "AUTH ")) {
        check_login_fault(c);
        smtp_result(c, *c->listener->mechanisms ? sasl_command(c, line + 5)
                                                : smtp_auth(c, line + 5));
    } else if (starts(line, "MAIL FROM:")) {
        say(c, fault_of(c) == BAD_MAILBOX ? "553 5.7.1 not your address"
                                          : "250 2.1.0 fine");
    } else if (starts(line, "RSET")) {
        say(c, "250 2.0.0 forgotten");
    } else if (starts(line, "QUIT")) {
        say(c, "221 2.0.0 bye");
        return false;
    } else {
        say(c, "502 5.5.1 unknown");
    }
    return true;
}

void serve_smtp(struct connection *c)
{
    char *line;

    if (!stage_fault_greeting(c))
        say(c, "220 localhost %s", greeting_text(c));
    if (fault_of(c) == CLOSE_GREETING)
        return;
    while ((line = hear(c)) && smtp_command(c, line))
        ;
}
