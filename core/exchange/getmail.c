/* SPDX-License-Identifier: MIT */
/*
 * getmail6: one incoming server a file. A value is the rest of its line as it
 * stands, without blanks at the ends; lists are written as Python writes
 * tuples. Without ca_certs or ssl_fingerprints it checks nothing, so one of
 * them always stands there. It has no STARTTLS: then it would log in in clear.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fits(struct exchange_writer *w, const char *what, const char *value)
{
    size_t len = strlen(value);

    if (!exchange_single_line(w, what, value))
        return false;
    if (!len || (!strchr(" \t", value[0]) && !strchr(" \t", value[len - 1])))
        return true;
    exchange_warn(w,
                  "The %s begins or ends with a blank, which getmail takes "
                  "away; it is left out.",
                  what);
    return false;
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *in)
{
    const char *authorities;

    exchange_pin_comments(w, in, in->pin_count);
    if (in->pin_count) {
        struct buf list;
        char colons[3 * 32];

        buf_init(&list, 1 << 16);
        for (size_t i = 0; i < in->pin_count; i++)
            buf_addf(
                &list, "\"%s\", ",
                exchange_colons(colons, in->pins[i].exception->sha256, 32));
        exchange_line(w, "ssl_fingerprints = (%s)", list.data);
        buf_release(&list);
    } else {
        authorities = exchange_authorities(w, in);
        if (!authorities)
            authorities = w->view->system_ca;
        exchange_line(w, "ca_certs = %s", authorities);
    }
    if (!in->client_pem)
        return;
    if (fits(w, "client certificate's path", in->client_pem)) {
        exchange_line(w, "certfile = %s", in->client_pem);
        exchange_line(w, "keyfile = %s", in->client_pem);
    }
    exchange_warn_key(w, in);
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *in)
{
    const char *text;

    exchange_line(w, "username = %s", in->server.user);
    switch (exchange_login(w, in, &text)) {
    case EXCHANGE_COMMAND: {
        /* All lines of its output would be sent on, the second as a command
         * of the protocol. */
        char *first = xasprintf(
            "o=$(%s\n) || exit; printf '%%s\\n' \"$o\" | head -n 1", text);
        char *word = exchange_python(first);

        exchange_line(w, "password_command = (\"sh\", \"-c\", %s)", word);
        free(first);
        free(word);
        break;
    }
    case EXCHANGE_LITERAL:
        if (!fits(w, "password", text))
            break;
        if (!is_ascii(text))
            exchange_remark(w, "Older versions of getmail cannot send a "
                               "password with letters beyond ASCII.");
        exchange_secret(w, text);
        exchange_line(w, "password = %s", text);
        break;
    default:
        break;
    }
}

/* RFC 3501: what may stand without quotes. */
static bool is_atom(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~' || strchr("\"\\(){%*]", *text))
            return false;
    return true;
}

/* What cannot be said at all. */
static bool can_be_said(struct exchange_writer *w,
                        const struct export_server *in)
{
    const struct server *s = &in->server;

    if (s->endpoint.security == SECURITY_STARTTLS)
        exchange_warn(w, "getmail has no STARTTLS and would log in in clear. "
                         "The account is left out; the port with TLS from the "
                         "start would do.");
    else if (!s->user)
        exchange_warn(w, "getmail needs a user name; the account has none and "
                         "is left out.");
    else if (exchange_is(in, SERVICE_IMAP) && !is_atom(s->user))
        exchange_warn(w, "getmail sends the user name without quotes and in "
                         "ASCII, so one with blanks, double quotes, "
                         "backslashes, brackets, %%, * or letters beyond ASCII "
                         "breaks its login. The account is left out.");
    else if (!in->pin_count && s->endpoint.security == SECURITY_TLS &&
             !w->view->system_ca)
        exchange_warn(w, "The system's authorities are not in one file here, "
                         "and without one getmail checks nothing. The account "
                         "is left out.");
    else
        return fits(w, "user name", s->user);
    return false;
}

static void write_getmail(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    bool imap = exchange_is(in, SERVICE_IMAP);
    bool tls = in->server.endpoint.security == SECURITY_TLS;

    if (!exchange_usable(w, in) || !can_be_said(w, in))
        return;
    exchange_line(w, "[retriever]");
    exchange_line(w, "type = Simple%s%sRetriever", imap ? "IMAP" : "POP3",
                  tls ? "SSL" : "");
    exchange_line(w, "server = %s", in->server.endpoint.host);
    exchange_line(w, "port = %u", in->server.endpoint.port);
    write_login(w, in);
    if (in->server.auth == AUTH_CRAM_MD5 && imap)
        exchange_line(w, "use_cram_md5 = true");
    else if (in->server.auth == AUTH_XOAUTH2)
        exchange_line(w, "use_xoauth2 = true");
    else if (in->server.auth > AUTH_LOGIN)
        exchange_warn(w,
                      "getmail has no setting for the login %s; it sends the "
                      "password, inside TLS.",
                      auth_word(in->server.auth));
    if (imap)
        exchange_line(w, "mailboxes = (\"INBOX\",)");
    if (tls)
        write_trust(w, in);
}

static void start(struct exchange_writer *w)
{
    exchange_line(w, "# Where the mail goes. postseal does not touch this.");
    exchange_line(w, "[destination]\ntype = Maildir");
    exchange_line(w, "path = ~/Mail/%s/\n", w->account->id);
    exchange_line(w, "[options]\ndelete = false\nread_all = false");
}

const struct exchange_format exchange_getmail = {
    .name = "getmail",
    .title = "getmail",
    .paths = {"$XDG/getmail/getmailrc", "~/.getmail/getmailrc"},
    .single = ".getmailrc",
    .cannot = "Outgoing servers, STARTTLS, user names with blanks or quotes, "
              "more than one account a file.",
    .write = write_getmail,
    .starter = start,
};
