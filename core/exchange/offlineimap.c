/* SPDX-License-Identifier: MIT */
/*
 * offlineimap: IMAP. A value is the rest of its line with % doubled (the
 * interpolation of Python's configparser), without blanks at the ends. A pin
 * is cert_fingerprint, and then no file of authorities, as both would have to
 * agree. With STARTTLS it checks neither, so that is never written. A password
 * command is Python.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "PLAIN",
    [AUTH_LOGIN] = "LOGIN",
    [AUTH_CRAM_MD5] = "CRAM-MD5",
    [AUTH_XOAUTH2] = "XOAUTH2",
};

static bool value(struct exchange_writer *w, const char *key, const char *text)
{
    size_t len = strlen(text);
    char *doubled;

    if (!exchange_single_line(w, key, text))
        return false;
    if (len && (strchr(" \t", text[0]) || strchr(" \t", text[len - 1]))) {
        exchange_warn(w,
                      "%s begins or ends with a blank, which offlineimap "
                      "takes away; it is left out.",
                      key);
        return false;
    }
    doubled = exchange_escape(text, "%", '%');
    exchange_line(w, "%s = %s", key, doubled);
    xwipe(&doubled);
    return true;
}

/* One expression; the first line of the output, as everywhere. */
static void write_command(struct exchange_writer *w, const char *command)
{
    char *word = exchange_python(command);
    char *python =
        xasprintf("__import__(\"subprocess\").check_output([\"sh\", \"-c\", "
                  "%s], universal_newlines=True).split(\"\\n\")[0]",
                  word);

    value(w, "remotepasseval", python);
    free(word);
    free(python);
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *in)
{
    const char *mechanism = exchange_mechanism(w, in, mechanisms);
    const char *text;

    value(w, "remoteuser", in->server.user);
    switch (exchange_login(w, in, &text)) {
    case EXCHANGE_COMMAND:
        write_command(w, text);
        break;
    case EXCHANGE_LITERAL: {
        char *doubled = exchange_escape(text, "%", '%');

        exchange_secret(w, doubled);
        xwipe(&doubled);
        value(w, "remotepass", text);
        break;
    }
    default:
        break;
    }
    if (mechanism)
        exchange_line(w, "auth_mechanisms = %s", mechanism);
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *in)
{
    struct buf list;

    exchange_pin_comments(w, in, in->pin_count);
    if (in->pin_count) {
        char hex[3 * 32];

        buf_init(&list, 1 << 16);
        for (size_t i = 0; i < in->pin_count; i++)
            buf_addf(&list, "%s%s", i ? ", " : "",
                     exchange_colons(hex, in->pins[i].exception->sha256, 32));
        exchange_line(w, "cert_fingerprint = %s", list.data);
        buf_release(&list);
    } else {
        const char *authorities = exchange_authorities(w, in);

        value(w, "sslcacertfile", authorities ? authorities : "OS-DEFAULT");
    }
    if (!in->client_pem)
        return;
    value(w, "sslclientcert", in->client_pem);
    value(w, "sslclientkey", in->client_pem);
    exchange_warn_key(w, in);
}

static bool can_be_said(struct exchange_writer *w,
                        const struct export_server *in)
{
    if (!exchange_is(in, SERVICE_IMAP))
        exchange_warn(w, "offlineimap speaks IMAP only, and this account POP3. "
                         "It is passed over.");
    else if (!in->server.user)
        exchange_warn(w, "offlineimap needs a user name; the account has none "
                         "and is left out.");
    else if (in->server.endpoint.security == SECURITY_STARTTLS &&
             !w->options->tunnel)
        exchange_warn(w, "offlineimap checks no certificate with STARTTLS. The "
                         "account is left out; the port with TLS from the "
                         "start would do, or postseal as its pipe: --tunnel.");
    else
        return true;
    return false;
}

static void write_offlineimap(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    const struct endpoint *endpoint = &in->server.endpoint;

    if (!exchange_usable(w, in) || !can_be_said(w, in))
        return;
    exchange_line(w, "[Repository %s-remote]", w->account->id);
    exchange_line(w, "type = IMAP");
    write_login(w, in);
    if (w->options->tunnel && endpoint->security != SECURITY_NONE) {
        char *tunnel = exchange_tunnel(w, in);

        exchange_line(w, "# Trust is postseal's business: it makes the "
                         "connection.");
        value(w, "transporttunnel", tunnel);
        exchange_line(w, "ssl = no\nstarttls = no");
        free(tunnel);
        return;
    }
    exchange_line(w, "remotehost = %s", endpoint->host);
    exchange_line(w, "remoteport = %u", endpoint->port);
    exchange_line(w, "starttls = no");
    if (endpoint->security == SECURITY_NONE) {
        exchange_line(w, "ssl = no");
    } else {
        exchange_line(w, "ssl = yes");
        write_trust(w, in);
    }
}

static void start(struct exchange_writer *w)
{
    const char *id = w->account->id;

    exchange_line(w, "# What is kept where. postseal does not touch this.");
    exchange_line(w, "[general]\naccounts = %s\n", id);
    exchange_line(w, "[Account %s]\nlocalrepository = %s-local", id, id);
    exchange_line(w, "remoterepository = %s-remote\n", id);
    exchange_line(w, "[Repository %s-local]\ntype = Maildir", id);
    exchange_line(w, "localfolders = ~/Mail/%s", id);
}

const struct exchange_format exchange_offlineimap = {
    .name = "offlineimap",
    .title = "offlineimap",
    .paths = {"$XDG/offlineimap/config", "~/.offlineimaprc"},
    .cannot = "POP3, outgoing servers, STARTTLS, logins by SCRAM.",
    .tunnel = "transporttunnel",
    .write = write_offlineimap,
    .starter = start,
};
