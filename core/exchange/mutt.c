/* SPDX-License-Identifier: MIT */
/*
 * mutt, NeoMutt: the incoming and outgoing server of one account. In '...'
 * nothing is special but the quote itself. The output of a command in
 * backticks is taken as it is only inside double quotes, and how the two
 * programs read backslashes in such a command differs, so one that is not
 * plain goes through base64.
 *
 * An accepted certificate stands in certificate_file; for a wrong name a line
 * "#H HOST MD5" is with it (builds with GnuTLS: Debian, Fedora). Dates cannot
 * be excused there: for that server, and only while its certificate is in that
 * file, ssl_verify_dates is off.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (4u << 20)

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "plain",
    [AUTH_LOGIN] = "login",
    [AUTH_CRAM_MD5] = "cram-md5",
    [AUTH_SCRAM_SHA_1] = "scram-sha-1",
    [AUTH_SCRAM_SHA_1_PLUS] = "scram-sha-1-plus",
    [AUTH_SCRAM_SHA_256] = "scram-sha-256",
    [AUTH_SCRAM_SHA_256_PLUS] = "scram-sha-256-plus",
    [AUTH_XOAUTH2] = "xoauth2",
    [AUTH_OAUTHBEARER] = "oauthbearer",
    [AUTH_EXTERNAL] = "external",
};

/* Keys and URLs of the three services; "s" is put behind the scheme. */
static const struct {
    const char *scheme, *prefix;
} services[SERVICE_COUNT] = {
    [SERVICE_IMAP] = {"imap", "imap"},
    [SERVICE_POP3] = {"pop", "pop"},
    [SERVICE_SMTP] = {"smtp", "smtp"},
};

static void set(struct exchange_writer *w, const char *key, const char *value)
{
    char *quoted;

    if (!value || !exchange_single_line(w, key, value))
        return;
    quoted = exchange_single_quoted(value);
    exchange_line(w, "set %s = %s", key, quoted);
    xwipe(&quoted);
}

/* -- passwords ------------------------------------------------------------- */

static bool is_plain(const char *command)
{
    return command[strspn(command, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz"
                                   "0123456789 _./:=@,+-|~")] == '\0';
}

static void set_command(struct exchange_writer *w, const char *key,
                        const char *command)
{
    char *encoded;

    if (is_plain(command)) {
        exchange_line(w, "set %s = \"`%s`\"", key, command);
        return;
    }
    encoded = text_base64_encode(command, strlen(command));
    if (!text_contains_control(command))
        exchange_line(w, "# %s, encoded: no quoting carries it: %s", key,
                      command);
    exchange_line(w, "set %s = \"`echo %s | base64 -d | sh`\"", key, encoded);
    free(encoded);
}

static void write_password(struct exchange_writer *w,
                           const struct export_server *server,
                           const char *prefix)
{
    bool token = exchange_is_token(server);
    const char *text;
    char key[40];

    snprintf(key, sizeof(key), "%s_%s", prefix,
             token ? "oauth_refresh_command" : "pass");
    switch (exchange_login(w, server, &text)) {
    case EXCHANGE_COMMAND:
        if (token)
            set(w, key, text);
        else
            set_command(w, key, text);
        break;
    case EXCHANGE_LITERAL: {
        char *quoted = exchange_single_quoted(text);

        exchange_secret(w, quoted);
        xwipe(&quoted);
        set(w, key, text);
        break;
    }
    default:
        break;
    }
}

/* -- trust ----------------------------------------------------------------- */

/* "#H HOST XXXX XXXX ...": MD5 of the DER is all that they know here. */
static void add_host_line(struct buf *out, const struct export_server *server,
                          const struct export_pin *pin)
{
    unsigned char md5[16];
    char groups[2 * 16 + 16 / 2 + 1];

    if (!(pin->exception->faults & FAULT_BIT(FAULT_WRONG_HOST)) ||
        !exchange_md5(pin, md5))
        return;
    text_hex_groups(groups, md5, sizeof(md5));
    buf_addf(out, "#H %s %s\n", server->server.endpoint.host, groups);
}

static void add_pins(struct exchange_writer *w, struct buf *out,
                     const struct export_server *server)
{
    for (size_t i = 0; i < server->pin_count; i++) {
        const struct export_pin *pin = &server->pins[i];

        add_host_line(out, server, pin);
        if (!pin->has_cert || !cert_add_pem(out, &pin->cert))
            exchange_warn(w, "Exception %u is left out. %s",
                          pin->exception->number,
                          pin->problem ? pin->problem : "");
    }
    exchange_pin_comments(w, server, server->pin_count);
}

/* Both servers' certificates are in one file: a program has one. */
static void write_certificates(struct exchange_writer *w,
                               const struct export_server *in,
                               const struct export_server *out)
{
    struct buf all;

    buf_init(&all, FILE_BYTES);
    if (in)
        add_pins(w, &all, in);
    if (out)
        add_pins(w, &all, out);
    if (in)
        exchange_add_own(w, in, &all);
    if (out)
        exchange_add_own(w, out, &all);
    if (all.len)
        set(w, "certificate_file",
            exchange_companion(w, "certificates.pem", &all));
    buf_release(&all);
}

/* The account-hook runs for every connection, by its URL. */
static void hook(struct exchange_writer *w, const struct export_server *server,
                 const char *command)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char *host = exchange_escape(endpoint->host, ".", '\\');
    char *quoted = exchange_single_quoted(command);

    exchange_line(w, "account-hook '^%ss?://(.*@)?\\[?%s\\]?(:%u)?(/|$)' %s",
                  services[endpoint->service].scheme, host, endpoint->port,
                  quoted);
    free(host);
    free(quoted);
}

static void excuse_dates(struct exchange_writer *w,
                         const struct export_server *server)
{
    const fault_set dates =
        FAULT_BIT(FAULT_EXPIRED) | FAULT_BIT(FAULT_NOT_YET_VALID);

    if (server && (server->faults & dates))
        hook(w, server, "set ssl_verify_dates = no");
}

static void write_dates(struct exchange_writer *w,
                        const struct export_server *in,
                        const struct export_server *out)
{
    exchange_line(w, "account-hook . 'set ssl_verify_dates = yes'");
    excuse_dates(w, in);
    excuse_dates(w, out);
}

/* `set tunnel = "..."` to that server; NULL: it has none. Caller frees. */
static char *tunnel_command(const struct exchange_writer *w,
                            const struct export_server *server)
{
    char *tunnel, *escaped, *command;

    if (!server || server->server.endpoint.security == SECURITY_NONE)
        return NULL;
    tunnel = exchange_tunnel(w, server);
    escaped = exchange_escape(tunnel, "\\\"$`", '\\');
    command = xasprintf("set tunnel = \"%s\"", escaped);
    free(tunnel);
    free(escaped);
    return command;
}

/* postseal makes the connection and judges the certificate. NeoMutt decides
 * before the hook whether there is a tunnel, and takes its command after it:
 * so the variable is set in both places. */
static void write_tunnels(struct exchange_writer *w,
                          const struct export_server *in,
                          const struct export_server *out)
{
    char *incoming = tunnel_command(w, in), *outgoing = tunnel_command(w, out);

    exchange_line(w, "# Trust is postseal's business: it makes the "
                     "connection.");
    if (incoming)
        exchange_line(w, "%s", incoming);
    exchange_line(w, "account-hook . 'unset tunnel'");
    if (incoming)
        hook(w, in, incoming);
    if (outgoing)
        hook(w, out, outgoing);
    exchange_line(w, "set tunnel_is_secure = yes");
    free(incoming);
    free(outgoing);
}

static void write_security(struct exchange_writer *w,
                           const struct export_server *in,
                           const struct export_server *out)
{
    bool plain = (in && in->server.endpoint.security == SECURITY_NONE) ||
                 (out && out->server.endpoint.security == SECURITY_NONE);
    bool tls_1_3 = (in && in->server.tls_minimum == TLS_MINIMUM_1_3) ||
                   (out && out->server.tls_minimum == TLS_MINIMUM_1_3);
    const char *pem = in && in->client_pem     ? in->client_pem
                      : out && out->client_pem ? out->client_pem
                                               : NULL;

    exchange_line(w, "set ssl_starttls = %s", plain ? "no" : "yes");
    exchange_line(w, "set ssl_force_tls = %s", plain ? "no" : "yes");
    if (tls_1_3)
        exchange_line(w, "set ssl_use_tlsv1_2 = no");
    if (!pem)
        return;
    set(w, "ssl_client_cert", pem);
    exchange_warn_key(w, pem == (in ? in->client_pem : NULL) ? in : out);
    if (in && out && in->client_pem && out->client_pem &&
        strcmp(in->client_pem, out->client_pem) != 0)
        exchange_warn(w,
                      "%s shows the same certificate to both servers; that of "
                      "the incoming one is written.",
                      w->options->format->title);
}

/* -- servers --------------------------------------------------------------- */

static char *url_of(const struct export_server *server, bool with_user)
{
    const struct endpoint *endpoint = &server->server.endpoint;
    char *user = with_user && server->server.user
                     ? exchange_percent(server->server.user)
                     : NULL;
    char host[HOST_MAX + 2];
    char *url =
        xasprintf("%s%s://%s%s%s:%u/", services[endpoint->service].scheme,
                  endpoint->security == SECURITY_TLS ? "s" : "",
                  user ? user : "", user ? "@" : "",
                  exchange_url_host(host, endpoint->host), endpoint->port);

    free(user);
    return url;
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *server)
{
    const char *prefix = services[server->server.endpoint.service].prefix;
    const char *mechanism = exchange_mechanism(w, server, mechanisms);
    char key[40];

    snprintf(key, sizeof(key), "%s_user", prefix);
    if (!exchange_is(server, SERVICE_SMTP))
        set(w, key, server->server.user);
    write_password(w, server, prefix);
    snprintf(key, sizeof(key), "%s_authenticators", prefix);
    if (mechanism)
        set(w, key, mechanism);
}

static void write_incoming(struct exchange_writer *w,
                           const struct export_server *in)
{
    bool imap = exchange_is(in, SERVICE_IMAP);
    const char *prefix = w->account->value[SET_IMAP_PREFIX];
    char *url = url_of(in, false);

    write_login(w, in);
    if (imap) {
        set(w, "folder", url);
        set(w, "spoolfile", prefix ? prefix : "+INBOX");
    } else {
        set(w, "pop_host", url);
        set(w, "spoolfile", url);
    }
    free(url);
}

static void write_outgoing(struct exchange_writer *w,
                           const struct export_server *out)
{
    char *url = url_of(out, out->server.auth != AUTH_NONE && out->server.user);

    set(w, "smtp_url", url);
    write_login(w, out);
    free(url);
}

static void set_folder(struct exchange_writer *w, const char *key,
                       enum setting setting)
{
    const char *value = w->account->value[setting];
    char *name;

    if (!value || !exchange_is(&w->account->in, SERVICE_IMAP))
        return;
    name = xasprintf("+%s", value);
    set(w, key, name);
    free(name);
}

static void write_person(struct exchange_writer *w)
{
    const char *const *value = w->account->value;

    set(w, "from", value[SET_EMAIL]);
    set(w, "realname", value[SET_NAME]);
    set(w, "signature", value[SET_SIGNATURE_FILE]);
    set_folder(w, "record", SET_SENT_FOLDER);
    set_folder(w, "postponed", SET_DRAFTS_FOLDER);
    set_folder(w, "trash", SET_TRASH_FOLDER);
}

/* STARTTLS is demanded, or not, of all servers alike. */
static bool mixed(const struct export_server *a, const struct export_server *b)
{
    return a->server.endpoint.security == SECURITY_NONE &&
           b->server.endpoint.security == SECURITY_STARTTLS;
}

static void write_mutt(struct exchange_writer *w)
{
    const struct export_server *in =
        exchange_usable(w, &w->account->in) ? &w->account->in : NULL;
    const struct export_server *out =
        exchange_usable(w, &w->account->out) ? &w->account->out : NULL;

    if (in && out && (mixed(in, out) || mixed(out, in))) {
        bool drop_in = mixed(in, out);

        exchange_warn(w,
                      "%s cannot demand STARTTLS of one server and speak in "
                      "clear to the other; the %s one is left out.",
                      w->options->format->title,
                      drop_in ? "incoming" : "outgoing");
        if (drop_in)
            in = NULL;
        else
            out = NULL;
    }
    if (!in && !out)
        return;
    /* Before everything that could open a connection. */
    write_security(w, in, out);
    if (w->options->tunnel) {
        write_tunnels(w, in, out);
    } else {
        write_certificates(w, in, out);
        write_dates(w, in, out);
    }
    if (in)
        write_incoming(w, in);
    if (out)
        write_outgoing(w, out);
    write_person(w);
}

#define CANNOT                                                                 \
    "More than one account a file; a wrong name where it is built with "       \
    "OpenSSL; clear text to one server and STARTTLS to the other."

const struct exchange_format exchange_mutt = {
    .name = "mutt",
    .title = "mutt",
    .paths = {"~/.muttrc", "~/.mutt/muttrc", "$XDG/mutt/muttrc"},
    .single = ".muttrc",
    .cannot = CANNOT,
    .tunnel = "$tunnel",
    .write = write_mutt,
};

const struct exchange_format exchange_neomutt = {
    .name = "neomutt",
    .title = "NeoMutt",
    .paths = {"$XDG/neomutt/neomuttrc", "~/.neomuttrc"},
    .single = ".neomuttrc",
    .cannot = CANNOT,
    .tunnel = "$tunnel",
    .write = write_mutt,
};
