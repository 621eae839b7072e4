/* SPDX-License-Identifier: MIT */
/*
 * s-nail: incoming and outgoing server in an `account`. Its words are quoted as
 * in a shell; what belongs to one server has a variable that ends in
 * -HOST:PORT. A pin (tls-fingerprint) takes the place of every other check. The
 * rest of a line behind `vput ! NAME` goes to the shell as it stands.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "plain",       [AUTH_LOGIN] = "login",
    [AUTH_CRAM_MD5] = "cram-md5", [AUTH_OAUTHBEARER] = "oauthbearer",
    [AUTH_EXTERNAL] = "external",
};

static const struct {
    const char *plain, *tls, *prefix;
} services[SERVICE_COUNT] = {
    [SERVICE_IMAP] = {"imap", "imaps", "imap"},
    [SERVICE_POP3] = {"pop3", "pop3s", "pop3"},
    [SERVICE_SMTP] = {"submission", "submissions", "smtp"},
};

/* "set NAME-HOST:PORT='VALUE'" */
static void set_at(struct exchange_writer *w,
                   const struct export_server *server, const char *name,
                   const char *value)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char host[HOST_MAX + 2];
    char *quoted;

    if (!exchange_single_line(w, name, value))
        return;
    quoted = exchange_single_quoted(value);
    exchange_line(w, "  set %s-%s:%u=%s", name,
                  exchange_url_host(host, endpoint->host), endpoint->port,
                  quoted);
    xwipe(&quoted);
}

static void set(struct exchange_writer *w, const char *name, const char *value)
{
    char *quoted;

    if (!value || !exchange_single_line(w, name, value))
        return;
    quoted = exchange_single_quoted(value);
    exchange_line(w, "  set %s=%s", name, quoted);
    free(quoted);
}

/* -- logging in ------------------------------------------------------------ */

static void set_command(struct exchange_writer *w,
                        const struct export_server *server, const char *command)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char host[HOST_MAX + 2];

    if (!exchange_single_line(w, "password command", command))
        return;
    exchange_line(
        w,
        "  vput ! postseal_secret o=$(%s) && o=$(printf '%%s\\n' \"$o\" | "
        "head -n 1) && printf %%s \"$o\"",
        command);
    exchange_line(w, "  set password-%s:%u=\"$postseal_secret\"",
                  exchange_url_host(host, endpoint->host), endpoint->port);
    exchange_line(w, "  unset postseal_secret");
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *server)
{
    const char *mechanism = exchange_mechanism(w, server, mechanisms);
    const char *text;
    char key[32];

    switch (exchange_login(w, server, &text)) {
    case EXCHANGE_COMMAND:
        set_command(w, server, text);
        break;
    case EXCHANGE_LITERAL: {
        char *quoted = exchange_single_quoted(text);

        exchange_secret(w, quoted);
        xwipe(&quoted);
        set_at(w, server, "password", text);
        break;
    }
    default:
        break;
    }
    snprintf(key, sizeof(key), "%s-auth",
             services[server->server.endpoint.service].prefix);
    if (server->server.auth == AUTH_NONE)
        set_at(w, server, key, "none");
    else if (mechanism)
        set_at(w, server, key, mechanism);
}

/* -- trust ----------------------------------------------------------------- */

static void write_pairs(struct exchange_writer *w,
                        const struct export_server *server)
{
    const char *minimum =
        server->server.tls_minimum == TLS_MINIMUM_1_3 ? "1.3" : "1.2";
    char *path = server->client_pem
                     ? exchange_escape(server->client_pem, "\\,", '\\')
                     : NULL;
    char *pairs = path ? xasprintf("MinProtocol=TLSv%s,Certificate=%s,"
                                   "PrivateKey=%s",
                                   minimum, path, path)
                       : xasprintf("MinProtocol=TLSv%s", minimum);

    set_at(w, server, "tls-config-pairs", pairs);
    exchange_warn_key(w, server);
    free(path);
    free(pairs);
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *server)
{
    size_t pins = exchange_pins(w, server, 1);
    const char *own = exchange_own(w, server);
    char colons[3 * 32];

    set_at(w, server, "tls-verify", "strict");
    write_pairs(w, server);
    if (own)
        set_at(w, server, "tls-ca-file", own);
    if (!pins)
        return;
    exchange_pin_comments(w, server, pins);
    set_at(w, server, "tls-fingerprint-digest", "SHA256");
    set_at(w, server, "tls-fingerprint",
           exchange_colons(colons, server->pins[0].exception->sha256, 32));
}

/* -- servers --------------------------------------------------------------- */

static char *url_of(const struct export_server *server, const char *path)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    bool login = server->server.user && server->server.auth != AUTH_NONE;
    char *user = login ? exchange_percent(server->server.user) : NULL;
    char host[HOST_MAX + 2];
    char *url = xasprintf(
        "%s://%s%s%s:%u%s",
        endpoint->security == SECURITY_TLS ? services[endpoint->service].tls
                                           : services[endpoint->service].plain,
        user ? user : "", user ? "@" : "",
        exchange_url_host(host, endpoint->host), endpoint->port, path);

    free(user);
    return url;
}

static void write_server(struct exchange_writer *w,
                         const struct export_server *server)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char key[40];

    if (endpoint->security != SECURITY_NONE)
        write_trust(w, server);
    snprintf(key, sizeof(key), "%s-use-starttls",
             services[endpoint->service].prefix);
    if (endpoint->security == SECURITY_STARTTLS)
        set_at(w, server, key, "yes");
    write_login(w, server);
}

/* The accounts of its name are words of its own commands. */
static bool name_fits(struct exchange_writer *w)
{
    if (w->account->id[strcspn(w->account->id, " \t&$!()*<>?`{|}~")] == '\0')
        return true;
    exchange_warn(w, "s-nail takes no account name with blanks or signs; this "
                     "one is left out.");
    return false;
}

static void write_s_nail(struct exchange_writer *w)
{
    const struct export_server *in =
        exchange_usable(w, &w->account->in) ? &w->account->in : NULL;
    const struct export_server *out =
        exchange_usable(w, &w->account->out) ? &w->account->out : NULL;
    const char *const *value = w->account->value;
    char *url;

    if ((!in && !out) || !name_fits(w))
        return;
    exchange_line(w, "set v15-compat=y");
    exchange_line(w, "account %s {", w->account->id);
    if (in) {
        write_server(w, in);
        url = url_of(in, exchange_is(in, SERVICE_IMAP) ? "/INBOX" : "");
        set(w, "inbox", url);
        free(url);
    }
    if (out) {
        write_server(w, out);
        url = url_of(out, "");
        set(w, "mta", url);
        free(url);
    }
    if (value[SET_EMAIL] && value[SET_NAME]) {
        char *name = exchange_escape(value[SET_NAME], "\\\"", '\\');
        char *from = xasprintf("\"%s\" <%s>", name, value[SET_EMAIL]);

        set(w, "from", from);
        free(name);
        free(from);
    } else {
        set(w, "from", value[SET_EMAIL]);
    }
    exchange_line(w, "}");
}

const struct exchange_format exchange_s_nail = {
    .name = "s-nail",
    .title = "s-nail",
    .paths = {"~/.mailrc"},
    .cannot = "Logins by SCRAM, account names with blanks, more than one "
              "accepted certificate a server.",
    .write = write_s_nail,
};
