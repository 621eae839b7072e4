/* SPDX-License-Identifier: MIT */
/*
 * aerc: IMAP and outgoing server of an account. Servers are URLs with the user
 * name percent-encoded; a value with blanks before # or ; stands in backticks.
 * It has no setting for certificates at all: what it does not trust by the
 * system's authorities it refuses.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const smtp_mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "+plain",     [AUTH_LOGIN] = "+login",
    [AUTH_XOAUTH2] = "+xoauth2", [AUTH_OAUTHBEARER] = "+oauthbearer",
    [AUTH_NONE] = "+none",
};
static const char *const imap_mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "",
    [AUTH_LOGIN] = "",
    [AUTH_XOAUTH2] = "+xoauth2",
    [AUTH_OAUTHBEARER] = "+oauthbearer",
};

/* go-ini: in backticks nothing is special but the backtick, in three double
 * quotes nothing but they; a value without both needs neither. */
static void value(struct exchange_writer *w, const char *key, const char *text)
{
    const char *quote = !strchr(text, '`')        ? "`"
                        : !strstr(text, "\"\"\"") ? "\"\"\""
                                                  : NULL;
    size_t len = strlen(text);

    if (!exchange_single_line(w, key, text))
        return;
    if (!quote || (quote[0] == '"' && len && text[len - 1] == '"'))
        exchange_warn(w,
                      "aerc has no quoting for the %s, which holds both "
                      "backticks and double quotes; it is left out.",
                      key);
    else
        exchange_line(w, "%s = %s%s%s", key, quote, text, quote);
}

static void write_url(struct exchange_writer *w, const char *key,
                      const struct export_server *server, const char *password)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    bool imap = endpoint->service == SERVICE_IMAP;
    bool login = server->server.user && server->server.auth != AUTH_NONE;
    const char *mechanism =
        exchange_mechanism(w, server, imap ? imap_mechanisms : smtp_mechanisms);
    char *user = login ? exchange_percent(server->server.user) : NULL;
    char *secret = password ? exchange_percent(password) : NULL;
    char host[HOST_MAX + 2];

    if (secret)
        exchange_secret(w, secret);
    exchange_line(w, "%s = %s%s%s://%s%s%s%s%s:%u", key, imap ? "imap" : "smtp",
                  endpoint->security == SECURITY_TLS    ? "s"
                  : endpoint->security == SECURITY_NONE ? "+insecure"
                                                        : "",
                  mechanism ? mechanism : "", user ? user : "",
                  secret ? ":" : "", secret ? secret : "", user ? "@" : "",
                  exchange_url_host(host, endpoint->host), endpoint->port);
    free(user);
    xwipe(&secret);
}

static void write_server(struct exchange_writer *w, const char *key,
                         const struct export_server *server)
{
    const char *text;
    enum exchange_login login = exchange_login(w, server, &text);
    char command_key[40];

    if (server->pin_count)
        exchange_no_pin(w, server,
                        "it has no setting for certificates at all.");
    if (server->client_pem)
        exchange_warn(w, "aerc cannot show a certificate of yours; it is left "
                         "out.");
    write_url(w, key, server, login == EXCHANGE_LITERAL ? text : NULL);
    if (login != EXCHANGE_COMMAND)
        return;
    /* All lines of its output would be taken. */
    snprintf(command_key, sizeof(command_key), "%s-cred-cmd", key);
    if (exchange_single_line(w, "password command", text)) {
        char *first =
            xasprintf("o=$(%s) && printf '%%s\\n' \"$o\" | head -n 1", text);

        value(w, command_key, first);
        free(first);
    }
}

static void write_person(struct exchange_writer *w)
{
    const char *const *known = w->account->value;
    char *from;

    if (known[SET_EMAIL]) {
        char *name = known[SET_NAME]
                         ? exchange_escape(known[SET_NAME], "\\\"", '\\')
                         : NULL;

        from = name ? xasprintf("\"%s\" <%s>", name, known[SET_EMAIL])
                    : xstrdup(known[SET_EMAIL]);
        value(w, "from", from);
        free(name);
        free(from);
    }
    if (known[SET_SENT_FOLDER])
        value(w, "copy-to", known[SET_SENT_FOLDER]);
    if (known[SET_DRAFTS_FOLDER])
        value(w, "postpone", known[SET_DRAFTS_FOLDER]);
    if (known[SET_ARCHIVE_FOLDER])
        value(w, "archive", known[SET_ARCHIVE_FOLDER]);
    if (known[SET_SIGNATURE_FILE])
        value(w, "signature-file", known[SET_SIGNATURE_FILE]);
}

static void write_aerc(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    const struct export_server *out = &w->account->out;

    if (!exchange_usable(w, in))
        return;
    if (!exchange_is(in, SERVICE_IMAP)) {
        exchange_warn(w, "aerc speaks IMAP only, and this account POP3. It is "
                         "passed over.");
        return;
    }
    exchange_line(w, "[%s]", w->account->id);
    write_server(w, "source", in);
    if (exchange_usable(w, out))
        write_server(w, "outgoing", out);
    if (exchange_has_own(w))
        exchange_warn(w, "aerc cannot be told of authorities of yours; start "
                         "it with SSL_CERT_FILE in its environment.");
    write_person(w);
}

const struct exchange_format exchange_aerc = {
    .name = "aerc",
    .title = "aerc",
    .paths = {"$XDG/aerc/accounts.conf"},
    .private = true,
    .cannot =
        "Exceptions, authorities and certificates of yours, POP3, logins by "
        "SCRAM.",
    .write = write_aerc,
};
