/* SPDX-License-Identifier: MIT */
/*
 * fetchmail: incoming servers. Every string stands in double quotes, and all
 * but plain letters in it as \xHH. A pin is the MD5 of the certificate, the
 * only hash it knows; it counts only without sslcertck, which would refuse
 * first, so that is off exactly where the pin stands. There is no password
 * command.
 */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_PLAIN] = "password",    [AUTH_LOGIN] = "password",
    [AUTH_CRAM_MD5] = "cram-md5", [AUTH_EXTERNAL] = "external",
    [AUTH_AUTO] = "any",
};

/* Also letters that could end an escape: \xc3 followed by "a" would be read as
 * more of it by other parsers; two digits are all that fetchmail takes. */
static char *spell(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz"
                                "0123456789 #;%$'@.,:/+-_=~!?&()*<>[]{}|^`";
    char *out = xmalloc(4 * strlen(text) + 3), *p = out;

    *p++ = '"';
    for (; *text; text++)
        if (strchr(plain, *text)) {
            *p++ = *text;
        } else {
            snprintf(p, 5, "\\x%02x", (unsigned)(unsigned char)*text);
            p += 4;
        }
    *p++ = '"';
    *p = '\0';
    return out;
}

static void option(struct exchange_writer *w, const char *key,
                   const char *value)
{
    char *spelled = spell(value);

    exchange_line(w, "  %s %s", key, spelled);
    xwipe(&spelled);
}

static void write_pin(struct exchange_writer *w, const struct export_server *in)
{
    unsigned char md5[16];
    char colons[3 * 16];

    if (!exchange_md5(&in->pins[0], md5)) {
        exchange_no_pin(w, in,
                        "it knows MD5 alone, which cannot be computed here.");
        exchange_line(w, "  sslcertck");
        return;
    }
    exchange_line(w, "  # MD5 is all that fetchmail knows; sslcertck would "
                     "refuse before it looks.");
    exchange_line(w, "  no sslcertck sslfingerprint \"%s\"",
                  exchange_colons(colons, md5, sizeof(md5)));
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *in)
{
    bool implicit = in->server.endpoint.security == SECURITY_TLS;
    size_t pins = exchange_pins(w, in, 1);
    const char *own = pins ? NULL : exchange_own(w, in);

    exchange_line(w, "  %s sslproto \"%s\"", implicit ? "ssl" : "no ssl",
                  in->server.tls_minimum == TLS_MINIMUM_1_3 ? "tls1.3+"
                                                            : "tls1.2+");
    exchange_pin_comments(w, in, pins);
    if (pins) {
        write_pin(w, in);
    } else {
        exchange_line(w, "  sslcertck");
        /* One alone would drop the system's. */
        if (own) {
            option(w, "sslcertfile", own);
            option(w, "sslcertpath", "/etc/ssl/certs");
        }
    }
    if (!in->client_pem)
        return;
    option(w, "sslcert", in->client_pem);
    option(w, "sslkey", in->client_pem);
    exchange_warn_key(w, in);
}

static void write_password(struct exchange_writer *w,
                           const struct export_server *in)
{
    const char *text;

    switch (exchange_login(w, in, &text)) {
    case EXCHANGE_COMMAND:
        exchange_warn(w, "fetchmail cannot run a password command; it asks on "
                         "its terminal, or looks into ~/.netrc.");
        break;
    case EXCHANGE_LITERAL: {
        char *spelled = spell(text);

        exchange_secret(w, spelled);
        exchange_line(w, "  password %s", spelled);
        xwipe(&spelled);
        break;
    }
    default:
        break;
    }
}

static void write_kept(struct exchange_writer *w,
                       const struct export_server *in)
{
    const char *leave = w->account->value[SET_LEAVE_ON_SERVER];

    if (exchange_is(in, SERVICE_IMAP) || !leave || strcmp(leave, "never") != 0)
        exchange_line(w, "  keep");
    else
        exchange_line(w, "  no keep");
}

/* It runs the plugin without a shell, parted at its blanks. */
static bool write_plugin(struct exchange_writer *w,
                         const struct export_server *in)
{
    const char *parts[] = {w->view->program, w->view->accounts_path,
                           w->account->id};
    char target[300], *line;

    if (!w->options->tunnel || in->server.endpoint.security == SECURITY_NONE)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (strpbrk(parts[i], " \t%'\"\\")) {
            exchange_warn(w, "fetchmail takes no plugin with blanks, quotes or "
                             "%% in a path or name; it connects by itself.");
            return false;
        }
    line = xasprintf("%s -c %s connect %s", parts[0], parts[1],
                     exchange_target(target, sizeof(target), w, in));
    exchange_line(w, "  # Trust is postseal's business: it makes the "
                     "connection.");
    option(w, "plugin", line);
    free(line);
    return true;
}

static void write_fetchmail(struct exchange_writer *w)
{
    const struct export_server *in = &w->account->in;
    const struct endpoint *endpoint = &in->server.endpoint;
    const char *mechanism;
    char *id, *host;
    bool tunnelled;

    if (!exchange_usable(w, in))
        return;
    if (!in->server.user) {
        exchange_warn(w, "fetchmail needs a user name; the account has none "
                         "and is passed over.");
        return;
    }
    mechanism = exchange_mechanism(w, in, mechanisms);
    id = spell(w->account->id);
    host = spell(endpoint->host);
    exchange_line(w, "poll %s via %s service \"%u\" protocol %s auth %s", id,
                  host, endpoint->port,
                  exchange_is(in, SERVICE_IMAP) ? "imap" : "pop3",
                  mechanism ? mechanism : "any");
    tunnelled = write_plugin(w, in);
    option(w, "user", in->server.user);
    write_password(w, in);
    write_kept(w, in);
    if (endpoint->security == SECURITY_NONE || tunnelled)
        exchange_line(w, "  no ssl sslproto \"\"");
    else
        write_trust(w, in);
    free(id);
    free(host);
}

const struct exchange_format exchange_fetchmail = {
    .name = "fetchmail",
    .title = "fetchmail",
    .paths = {"~/.fetchmailrc"},
    .private = true,
    .cannot = "Outgoing servers, password commands, logins by SCRAM and OAuth, "
              "more than one accepted certificate a server.",
    .tunnel = "plugin",
    .write = write_fetchmail,
};
