/* SPDX-License-Identifier: MIT */
/*
 * mbsync (isync): IMAP. Words in double quotes; a backslash escapes the next
 * byte. A certificate in CertificateFile is taken whatever is wrong with it,
 * and what else is in that file adds to the system's authorities. An empty line
 * ends a section; a line holds about 1000 bytes.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 1000

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_AUTO] = "*",
    [AUTH_PLAIN] = "PLAIN",
    [AUTH_LOGIN] = "LOGIN",
    [AUTH_CRAM_MD5] = "CRAM-MD5",
    [AUTH_SCRAM_SHA_1] = "SCRAM-SHA-1",
    [AUTH_SCRAM_SHA_1_PLUS] = "SCRAM-SHA-1-PLUS",
    [AUTH_SCRAM_SHA_256] = "SCRAM-SHA-256",
    [AUTH_SCRAM_SHA_256_PLUS] = "SCRAM-SHA-256-PLUS",
    [AUTH_XOAUTH2] = "XOAUTH2",
    [AUTH_OAUTHBEARER] = "OAUTHBEARER",
    [AUTH_EXTERNAL] = "EXTERNAL",
};

static const char *const types[SECURITY_COUNT] = {
    [SECURITY_TLS] = "IMAPS",
    [SECURITY_STARTTLS] = "STARTTLS",
    [SECURITY_NONE] = "None",
};

static void quoted(struct exchange_writer *w, const char *key,
                   const char *value)
{
    char *escaped = exchange_escape(value, "\\\"", '\\');

    if (strlen(key) + strlen(escaped) + 3 > LINE_BYTES)
        exchange_warn(w,
                      "mbsync reads lines of about %d bytes; %s is longer and "
                      "left out. Put it into a script of its own.",
                      LINE_BYTES, key);
    else if (exchange_single_line(w, key, value))
        exchange_line(w, "%s \"%s\"", key, escaped);
    xwipe(&escaped);
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *in)
{
    const char *certificates;

    exchange_pin_comments(w, in, in->pin_count);
    certificates = exchange_certificates(w, in, true);
    if (certificates)
        quoted(w, "CertificateFile", certificates);
    if (in->server.tls_minimum == TLS_MINIMUM_1_3)
        exchange_line(w, "SSLVersions TLSv1.3");
    if (!in->client_pem)
        return;
    quoted(w, "ClientCertificate", in->client_pem);
    quoted(w, "ClientKey", in->client_pem);
    exchange_warn_key(w, in);
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *in)
{
    const char *mechanism = exchange_mechanism(w, in, mechanisms);
    const char *text;

    if (in->server.user)
        quoted(w, "User", in->server.user);
    switch (exchange_login(w, in, &text)) {
    case EXCHANGE_COMMAND:
        quoted(w, "PassCmd", text);
        break;
    case EXCHANGE_LITERAL: {
        char *escaped = exchange_escape(text, "\\\"", '\\');

        exchange_secret(w, escaped);
        xwipe(&escaped);
        quoted(w, "Pass", text);
        break;
    }
    default:
        break;
    }
    if (mechanism)
        exchange_line(w, "AuthMechs %s", mechanism);
}

static void write_mbsync(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    const struct endpoint *endpoint = &in->server.endpoint;

    if (!exchange_usable(w, in))
        return;
    if (!exchange_is(in, SERVICE_IMAP)) {
        exchange_warn(w, "mbsync speaks IMAP only, and this account POP3. It "
                         "is passed over.");
        return;
    }
    quoted(w, "IMAPAccount", w->account->id);
    if (w->options->tunnel && endpoint->security != SECURITY_NONE) {
        char *tunnel = exchange_tunnel(w, in);

        exchange_line(w, "# Trust is postseal's business: it makes the "
                         "connection.");
        quoted(w, "Tunnel", tunnel);
        free(tunnel);
    } else {
        quoted(w, "Host", endpoint->host);
        exchange_line(w, "Port %u", endpoint->port);
        exchange_line(w, "SSLType %s", types[endpoint->security]);
        if (endpoint->security != SECURITY_NONE)
            write_trust(w, in);
    }
    write_login(w, in);
    exchange_line(w, "Timeout %ld", in->server.timeout);
    exchange_line(w, "%s", "");
    quoted(w, "IMAPStore", w->account->id);
    quoted(w, "Account", w->account->id);
    if (w->account->value[SET_IMAP_PREFIX])
        quoted(w, "Path", w->account->value[SET_IMAP_PREFIX]);
    exchange_line(w, "%s", "");
}

/* Store and channel names: colons and quotes cannot be in an id. */
static void start(struct exchange_writer *w)
{
    char *id = exchange_escape(w->account->id, "\\\"", '\\');

    exchange_line(w, "# Where the mail goes. postseal does not touch this.");
    exchange_line(w, "MaildirStore \"%s-here\"", id);
    exchange_line(w, "Path \"~/Mail/%s/\"", id);
    exchange_line(w, "Inbox \"~/Mail/%s/INBOX\"", id);
    exchange_line(w, "SubFolders Verbatim\n");
    exchange_line(w, "Channel \"%s\"", id);
    exchange_line(w, "Far \":%s:\"", id);
    exchange_line(w, "Near \":%s-here:\"", id);
    exchange_line(w, "Patterns *");
    exchange_line(w, "Create Near");
    exchange_line(w, "SyncState *");
    free(id);
}

const struct exchange_format exchange_mbsync = {
    .name = "mbsync",
    .title = "mbsync",
    .paths = {"~/.mbsyncrc", "$XDG/isyncrc"},
    .cannot = "POP3, outgoing servers, and lines over about 1000 bytes.",
    .tunnel = "Tunnel",
    .write = write_mbsync,
    .starter = start,
};
