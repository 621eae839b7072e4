/* SPDX-License-Identifier: MIT */
/*
 * Himalaya 2: IMAP and outgoing server of an account, as TOML. Basic strings:
 * a backslash before quotes and backslashes, \uXXXX for control characters. Its
 * TLS library takes more roots but no pins.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_AUTO] = "plain",      [AUTH_PLAIN] = "plain",
    [AUTH_LOGIN] = "login",     [AUTH_SCRAM_SHA_256] = "scram-sha-256",
    [AUTH_XOAUTH2] = "xoauth2", [AUTH_OAUTHBEARER] = "oauthbearer",
    [AUTH_NONE] = "anonymous",
};

/* TOML 1.0, "String". */
static char *spell(const char *text)
{
    char *out = xmalloc(6 * strlen(text) + 3), *p = out;

    *p++ = '"';
    for (; *text; text++)
        if (*text == '"' || *text == '\\') {
            *p++ = '\\';
            *p++ = *text;
        } else if ((unsigned char)*text < ' ' || *text == 0x7f) {
            snprintf(p, 7, "\\u%04X", (unsigned)(unsigned char)*text);
            p += 6;
        } else {
            *p++ = *text;
        }
    *p++ = '"';
    *p = '\0';
    return out;
}

static void pair(struct exchange_writer *w, const char *before, const char *key,
                 const char *value)
{
    char *spelled = spell(value);

    exchange_line(w, "%s.%s = %s", before, key, spelled);
    xwipe(&spelled);
}

static void write_login(struct exchange_writer *w, const char *kind,
                        const struct export_server *server)
{
    const char *mechanism = exchange_mechanism(w, server, mechanisms);
    const char *text;
    char before[64];

    snprintf(before, sizeof(before), "%s.sasl.%s", kind,
             mechanism ? mechanism : "plain");
    if (server->server.user && server->server.auth != AUTH_NONE)
        pair(w, before, "username", server->server.user);
    snprintf(before, sizeof(before), "%s.sasl.%s.%s", kind,
             mechanism ? mechanism : "plain",
             exchange_is_token(server) ? "token" : "password");
    switch (exchange_login(w, server, &text)) {
    case EXCHANGE_COMMAND:
        pair(w, before, "command", text);
        break;
    case EXCHANGE_LITERAL: {
        char *spelled = spell(text);

        exchange_secret(w, spelled);
        xwipe(&spelled);
        pair(w, before, "raw", text);
        break;
    }
    default:
        break;
    }
}

/* A self-signed certificate can be one more root; nothing else can be said. */
static void write_trust(struct exchange_writer *w, const char *kind,
                        const struct export_server *server)
{
    const fault_set sayable =
        FAULT_BIT(FAULT_SELF_SIGNED) | FAULT_BIT(FAULT_UNKNOWN_ISSUER);
    const char *own = exchange_own(w, server);
    char before[64];

    snprintf(before, sizeof(before), "%s.tls", kind);
    if (server->client_pem)
        exchange_warn(w, "Himalaya cannot show a certificate of yours; it is "
                         "left out.");
    if (server->pin_count && (server->faults != FAULT_BIT(FAULT_SELF_SIGNED) ||
                              server->pin_count > 1 || own)) {
        exchange_no_pin(w, server,
                        server->faults & ~sayable
                            ? "it excuses neither names nor dates."
                            : "it takes one more root, and no pin.");
        server = NULL;
    }
    if (server && server->pin_count) {
        const char *path = exchange_certificates(w, server, false);

        exchange_pin_comments(w, server, 1);
        if (path)
            pair(w, before, "cert", path);
    } else if (own) {
        pair(w, before, "cert", own);
    }
}

static void write_server(struct exchange_writer *w, const char *kind,
                         const struct export_server *server)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char host[HOST_MAX + 2], url[HOST_MAX + 40];

    snprintf(url, sizeof(url), "%s%s://%s:%u", kind,
             endpoint->security == SECURITY_TLS ? "s" : "",
             exchange_url_host(host, endpoint->host), endpoint->port);
    pair(w, kind, "server", url);
    if (endpoint->security == SECURITY_STARTTLS)
        exchange_line(w, "%s.starttls = true", kind);
    if (endpoint->security != SECURITY_NONE)
        write_trust(w, kind, server);
    write_login(w, kind, server);
}

static void write_himalaya(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    const struct export_server *out = &w->account->out;
    char *id;

    if (!exchange_usable(w, in))
        return;
    if (!exchange_is(in, SERVICE_IMAP)) {
        exchange_warn(w, "Himalaya is told of IMAP only, and this account is "
                         "POP3. It is passed over.");
        return;
    }
    id = spell(w->account->id);
    exchange_line(w, "[accounts.%s]", id);
    free(id);
    if (w->account->value[SET_EMAIL]) {
        char *email = spell(w->account->value[SET_EMAIL]);

        exchange_line(w, "email = %s", email);
        free(email);
    }
    write_server(w, "imap", in);
    if (exchange_usable(w, out))
        write_server(w, "smtp", out);
}

const struct exchange_format exchange_himalaya = {
    .name = "himalaya",
    .title = "Himalaya",
    .paths = {"$XDG/himalaya/config.toml", "~/.himalayarc"},
    .cannot = "Wrong names, dates, certificates of yours, POP3. Not tried with "
              "the program, which is not in Debian: its syntax alone.",
    .write = write_himalaya,
};
