/* SPDX-License-Identifier: MIT */
/*
 * msmtp: outgoing servers. A value is the rest of its line; an outer pair of
 * double quotes is taken off, and nothing is escaped: so every value is put in
 * a pair, whatever is in it. A line holds at most 500 bytes. Each account says
 * all that `defaults` above it might have said otherwise.
 */
#include "core/exchange/exchange_private.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 499

static const char *const mechanisms[AUTH_COUNT] = {
    [AUTH_AUTO] = "on",
    [AUTH_PLAIN] = "plain",
    [AUTH_LOGIN] = "login",
    [AUTH_CRAM_MD5] = "cram-md5",
    [AUTH_SCRAM_SHA_1] = "scram-sha-1",
    [AUTH_SCRAM_SHA_256] = "scram-sha-256",
    [AUTH_XOAUTH2] = "xoauth2",
    [AUTH_OAUTHBEARER] = "oauthbearer",
    [AUTH_EXTERNAL] = "external",
    [AUTH_NONE] = "off",
};

static void quoted(struct exchange_writer *w, const char *key,
                   const char *value)
{
    if (!exchange_single_line(w, key, value))
        return;
    if (strlen(key) + strlen(value) + 3 > LINE_MAX_BYTES) {
        exchange_warn(w,
                      "msmtp reads lines of at most %d bytes; the %s is longer "
                      "and left out. Put it into a script of its own.",
                      LINE_MAX_BYTES, key);
        return;
    }
    exchange_line(w, "%s \"%s\"", key, value);
}

static void write_trust(struct exchange_writer *w,
                        const struct export_server *out)
{
    size_t pins = exchange_pins(w, out, 1);
    const char *authorities = pins ? NULL : exchange_authorities(w, out);
    char colons[3 * 32];

    exchange_line(w, "tls_certcheck on");
    if (pins) {
        exchange_pin_comments(w, out, pins);
        exchange_line(
            w, "tls_fingerprint %s",
            exchange_colons(colons, out->pins[0].exception->sha256, 32));
    } else {
        exchange_line(w, "tls_fingerprint");
        if (authorities)
            quoted(w, "tls_trust_file", authorities);
        else
            exchange_line(w, "tls_trust_file system");
    }
    if (out->server.tls_minimum == TLS_MINIMUM_1_3)
        exchange_line(w, "tls_priorities NORMAL:-VERS-ALL:+VERS-TLS1.3");
    if (!out->client_pem)
        return;
    quoted(w, "tls_cert_file", out->client_pem);
    quoted(w, "tls_key_file", out->client_pem);
    exchange_warn_key(w, out);
}

static void write_login(struct exchange_writer *w,
                        const struct export_server *out)
{
    const char *mechanism = exchange_mechanism(w, out, mechanisms);
    const char *text;
    enum exchange_login login = exchange_login(w, out, &text);

    if (!out->server.user && out->server.auth != AUTH_EXTERNAL)
        mechanism = "off";
    exchange_line(w, "auth %s", mechanism ? mechanism : "on");
    if (out->server.user && out->server.auth != AUTH_NONE)
        quoted(w, "user", out->server.user);
    if (login == EXCHANGE_COMMAND)
        quoted(w, "passwordeval", text);
    if (login == EXCHANGE_LITERAL) {
        quoted(w, "password", text);
        exchange_secret(w, text);
    }
}

static void write_msmtp(struct exchange_writer *w)
{
    const struct export_server *out = &w->account->out;
    const struct endpoint *endpoint = &out->server.endpoint;

    if (!exchange_usable(w, out))
        return;
    exchange_line(w, "account \"%s\"", w->account->id);
    exchange_line(w, "host %s", endpoint->host);
    exchange_line(w, "port %u", endpoint->port);
    exchange_line(w, "tls %s",
                  endpoint->security == SECURITY_NONE ? "off" : "on");
    if (endpoint->security != SECURITY_NONE) {
        exchange_line(w, "tls_starttls %s",
                      endpoint->security == SECURITY_STARTTLS ? "on" : "off");
        write_trust(w, out);
    }
    write_login(w, out);
    if (out->server.helo_name)
        exchange_line(w, "domain %s", out->server.helo_name);
    if (w->account->value[SET_EMAIL])
        quoted(w, "from", w->account->value[SET_EMAIL]);
}

static void start(struct exchange_writer *w)
{
    exchange_line(w, "account default : \"%s\"", w->account->id);
}

const struct exchange_format exchange_msmtp = {
    .name = "msmtp",
    .title = "msmtp",
    .paths = {"~/.msmtprc", "$XDG/msmtp/config"},
    .cannot = "Incoming servers, more than one accepted certificate a server, "
              "and lines over 499 bytes.",
    .write = write_msmtp,
    .starter = start,
};
