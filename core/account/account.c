/* SPDX-License-Identifier: MIT */
#include "core/account/account.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const auth_words[AUTH_COUNT] = {
    [AUTH_AUTO] = "auto",
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
    [AUTH_NONE] = "none",
};

const char *auth_word(enum auth auth)
{
    return auth_words[auth];
}

bool auth_parse(const char *word, enum auth *auth)
{
    for (int i = 0; i < AUTH_COUNT; i++)
        if (text_equal_nocase(auth_words[i], word)) {
            *auth = (enum auth)i;
            return true;
        }
    return false;
}

/* The section being read, and where a fault is noted. */
struct reading {
    const struct config *config;
    enum section section;
    const char *id;
    enum setting *culprit;
    struct error *e;
};

static bool refuse(const struct reading *r, enum setting setting,
                   const char *text)
{
    char safe[160];

    if (r->culprit)
        *r->culprit = setting;
    return error_set(r->e, ERROR_INPUT, "[%s %s] cannot be tested: %s",
                     section_word(r->section),
                     text_safe_string(safe, sizeof(safe), r->id), text);
}

/* The value that applies, checked; NULL in *value when nothing does. */
static bool read_value(const struct reading *r, enum setting setting,
                       const char **value)
{
    struct error why = {0};

    *value = config_effective(r->config, r->section, r->id, setting);
    if (!*value || setting_check(setting, *value, &why))
        return true;
    return refuse(r, setting, why.text);
}

static bool read_host(const struct reading *r, char host[HOST_MAX])
{
    struct error why = {0};
    const char *value;

    value = config_effective(r->config, r->section, r->id, SET_HOST);
    if (!value || !*value)
        return refuse(r, SET_HOST, "the server name is missing.");
    return host_normalise(value, host, &why) || refuse(r, SET_HOST, why.text);
}

static bool read_endpoint(const struct reading *r, struct endpoint *out)
{
    const char *type = "smtp", *security, *port;
    long number;

    if ((r->section == SECTION_ACCOUNT && !read_value(r, SET_TYPE, &type)) ||
        !read_value(r, SET_SECURITY, &security) ||
        !read_value(r, SET_PORT, &port) || !read_host(r, out->host))
        return false;
    service_parse(type, &out->service);
    security_parse(security, &out->security);
    if (!port || !text_parse_number(port, 1, 65535, &number))
        return refuse(r, SET_PORT, "the port is missing.");
    out->port = (unsigned)number;
    return true;
}

static bool read_terms(const struct reading *r, struct server *out)
{
    const char *auth, *minimum, *timeout, *allow;

    if (!read_value(r, SET_AUTH, &auth) ||
        !read_value(r, SET_TLS_MINIMUM, &minimum) ||
        !read_value(r, SET_TIMEOUT, &timeout) ||
        !read_value(r, SET_ALLOW_PLAINTEXT_LOGIN, &allow))
        return false;
    auth_parse(auth, &out->auth);
    out->tls_minimum =
        strcmp(minimum, "1.3") == 0 ? TLS_MINIMUM_1_3 : TLS_MINIMUM_1_2;
    text_parse_number(timeout, 1, 600, &out->timeout);
    out->allow_plaintext_login = text_equal_nocase(allow, "yes");
    return true;
}

static char *copy_value(const struct reading *r, enum setting setting)
{
    const char *value = config_get(r->config, r->section, r->id, setting);

    return value && *value ? xstrdup(value) : NULL;
}

static bool is_yes(const struct reading *r, enum setting setting)
{
    const char *value = config_effective(r->config, r->section, r->id, setting);

    return value && text_equal_nocase(value, "yes");
}

/* A password that everybody can read is not used: it would look as if that were
 * right. One that is staged only here is as good as typed. */
static void read_password(const struct reading *r, struct server *out)
{
    const char *value = config_get(r->config, r->section, r->id, SET_PASSWORD);
    const char *path = config_path(r->config);

    if (!value || !*value)
        return;
    if (!file_readable_by_others(path) ||
        config_is_changed(r->config, r->section, r->id, SET_PASSWORD))
        out->password = secret_new(value);
    else
        out->password_refused = xasprintf(
            "The password in accounts.ini is not used, because others can read "
            "that file. Run: chmod 600 %s",
            path);
}

/* What belongs together is there together. */
static bool read_oauth(const struct reading *r, struct oauth_terms *out)
{
    static const enum setting needed[] = {SET_OAUTH_CLIENT_ID,
                                          SET_OAUTH_DEVICE_ENDPOINT,
                                          SET_OAUTH_TOKEN_ENDPOINT};
    const char *value;
    size_t there = 0, missing = 0;

    for (size_t i = 0; i < 3; i++) {
        if (!read_value(r, needed[i], &value))
            return false;
        if (value && *value)
            there++;
        else
            missing = i;
    }
    if (there && there < 3) {
        char text[200];

        snprintf(text, sizeof(text),
                 "%s is missing; it belongs to the other oauth settings.",
                 setting_row(needed[missing])->key);
        return refuse(r, needed[missing], text);
    }
    if (!there)
        return true;
    out->client_id = copy_value(r, SET_OAUTH_CLIENT_ID);
    out->client_secret_command = copy_value(r, SET_OAUTH_CLIENT_SECRET_COMMAND);
    out->device_endpoint = copy_value(r, SET_OAUTH_DEVICE_ENDPOINT);
    out->token_endpoint = copy_value(r, SET_OAUTH_TOKEN_ENDPOINT);
    out->scope = copy_value(r, SET_OAUTH_SCOPE);
    out->refresh_command = copy_value(r, SET_OAUTH_REFRESH_COMMAND);
    out->store_command = copy_value(r, SET_OAUTH_STORE_COMMAND);
    return true;
}

static bool read_login(const struct reading *r, struct server *out)
{
    const char *remember =
        config_effective(r->config, r->section, r->id, SET_REMEMBER);

    out->user = copy_value(r, SET_USER);
    out->password_command = copy_value(r, SET_PASSWORD_COMMAND);
    out->token_command = copy_value(r, SET_TOKEN_COMMAND);
    out->command_terminal = is_yes(r, SET_PASSWORD_COMMAND_TERMINAL);
    out->remember = remember && text_equal_nocase(remember, "keyring");
    read_password(r, out);
    return read_oauth(r, &out->oauth);
}

static void copy_oauth(struct oauth_terms *to, const struct oauth_terms *from)
{
    to->client_id = xstrdup_or_null(from->client_id);
    to->client_secret_command = xstrdup_or_null(from->client_secret_command);
    to->device_endpoint = xstrdup_or_null(from->device_endpoint);
    to->token_endpoint = xstrdup_or_null(from->token_endpoint);
    to->scope = xstrdup_or_null(from->scope);
    to->refresh_command = xstrdup_or_null(from->refresh_command);
    to->store_command = xstrdup_or_null(from->store_command);
}

static void release_oauth(struct oauth_terms *terms)
{
    free(terms->client_id);
    free(terms->client_secret_command);
    free(terms->device_endpoint);
    free(terms->token_endpoint);
    free(terms->scope);
    free(terms->refresh_command);
    free(terms->store_command);
    *terms = (struct oauth_terms){0};
}

static bool has_credential(const struct server *server)
{
    return server->password_command || server->password ||
           server->password_refused || server->token_command ||
           server->oauth.client_id;
}

/* Hands over where the password or token comes from. */
static void lend_credential(struct server *to, struct server *from)
{
    to->password_command = from->password_command;
    to->command_terminal = from->command_terminal;
    to->password = from->password;
    to->password_refused = from->password_refused;
    to->token_command = from->token_command;
    to->remember = to->remember || from->remember;
    from->password_command = from->password_refused = NULL;
    from->token_command = NULL;
    to->oauth = from->oauth;
    from->oauth = (struct oauth_terms){0};
    from->password = NULL;
}

/* `account = ID`: what this server does not say itself comes from there. */
static bool borrow_login(const struct reading *r, struct server *out)
{
    const char *account = config_get(r->config, r->section, r->id, SET_ACCOUNT);
    struct reading lender = *r;
    struct server login = {0};

    if (!account || !*account)
        return true;
    if (config_index(r->config, SECTION_ACCOUNT, account) < 0)
        return refuse(r, SET_ACCOUNT,
                      "the account whose login it uses does not exist.");
    lender.section = SECTION_ACCOUNT;
    lender.id = account;
    if (!read_login(&lender, &login)) {
        server_release(&login);
        return false;
    }
    if (!out->user) {
        out->user = login.user;
        login.user = NULL;
    }
    if (!has_credential(out))
        lend_credential(out, &login);
    server_release(&login);
    return true;
}

static bool read_server(const struct reading *r, struct server *out)
{
    *out = (struct server){.section = r->section, .id = xstrdup(r->id)};
    if (config_broken(r->config, r->section, r->id))
        return refuse(r, SET_NONE,
                      "a line of it cannot be read; postseal check names it.");
    if (config_index(r->config, r->section, r->id) < 0)
        return refuse(r, SET_NONE, "it is not in accounts.ini.");
    if (!read_endpoint(r, &out->endpoint) || !read_terms(r, out))
        return false;
    if (!read_login(r, out))
        return false;
    out->client_certificate = copy_value(r, SET_CLIENT_CERTIFICATE);
    out->client_key_command = copy_value(r, SET_CLIENT_KEY_COMMAND);
    return true;
}

static bool finish(bool ok, struct server *out)
{
    if (!ok)
        server_release(out);
    return ok;
}

bool server_incoming(const struct config *config, const char *account,
                     struct server *out, enum setting *culprit, struct error *e)
{
    const struct reading r = {config, SECTION_ACCOUNT, account, culprit, e};
    bool ok = read_server(&r, out);

    if (ok)
        out->sender = copy_value(&r, SET_EMAIL);
    return finish(ok, out);
}

/* Sent on the wire, so in the form of a host name there, or as an address
 * literal (RFC 5321 section 4.1.3). */
static bool read_helo(const struct reading *r, struct server *out)
{
    const char *value = config_get(r->config, r->section, r->id, SET_HELO_NAME);
    struct error why = {0};
    char host[HOST_MAX];

    if (!value || !*value)
        return true;
    if (!host_normalise(value, host, &why))
        return refuse(r, SET_HELO_NAME, why.text);
    out->helo_name =
        host_is_address(host)
            ? xasprintf("[%s%s]", strchr(host, ':') ? "IPv6:" : "", host)
            : xstrdup(host);
    return true;
}

bool server_smtp(const struct config *config, const char *smtp,
                 struct server *out, enum setting *culprit, struct error *e)
{
    const struct reading r = {config, SECTION_SMTP, smtp, culprit, e};

    return finish(read_server(&r, out) && borrow_login(&r, out) &&
                      read_helo(&r, out),
                  out);
}

bool server_outgoing(const struct config *config, const char *account,
                     struct server *out, enum setting *culprit, struct error *e)
{
    const struct reading r = {config, SECTION_ACCOUNT, account, culprit, e};
    const char *smtp = config_smtp_of(config, account);

    *out = (struct server){0};
    if (!smtp)
        return refuse(&r, SET_SMTP, "it has no outgoing server.");
    if (config_index(config, SECTION_SMTP, smtp) < 0)
        return refuse(&r, SET_SMTP,
                      "the outgoing server it names does not exist.");
    if (!server_smtp(config, smtp, out, culprit, e))
        return false;
    out->sender = copy_value(&r, SET_EMAIL);
    return true;
}

static bool is_there(const struct config *config, enum section section,
                     const char *id, struct error *e)
{
    char safe[160];

    return config_index(config, section, id) >= 0 ||
           error_set(e, ERROR_NOT_FOUND,
                     "There is no %s \"%s\" in accounts.ini. `postseal list` "
                     "shows what there is.",
                     section == SECTION_SMTP ? "outgoing server" : "account",
                     text_safe_string(safe, sizeof(safe), id));
}

bool server_of_target(const struct config *config, const char *target,
                      struct server *out, enum setting *culprit,
                      struct error *e)
{
    const char *slash = strrchr(target, '/');
    bool outgoing = slash && strcmp(slash, "/outgoing") == 0;
    bool ok;
    char *id;

    *out = (struct server){0};
    if (strncmp(target, "smtp:", 5) == 0)
        return is_there(config, SECTION_SMTP, target + 5, e) &&
               server_smtp(config, target + 5, out, culprit, e);
    if (slash && !outgoing && strcmp(slash, "/incoming") != 0)
        return error_set(e, ERROR_NOT_FOUND,
                         "A server is named ACCOUNT/incoming, ACCOUNT/outgoing "
                         "or smtp:ID.");
    id = slash ? xstrndup(target, (size_t)(slash - target)) : xstrdup(target);
    ok = is_there(config, SECTION_ACCOUNT, id, e) &&
         (outgoing ? server_outgoing : server_incoming)(config, id, out,
                                                        culprit, e);
    free(id);
    return ok;
}

void server_from_endpoint(struct server *out, const struct endpoint *endpoint,
                          const char *user, const char *password_command,
                          long timeout)
{
    *out = (struct server){.section = SECTION_ACCOUNT,
                           .id = xstrdup(""),
                           .endpoint = *endpoint,
                           .auth = AUTH_AUTO,
                           .timeout = timeout};
    if (user && password_command) {
        out->user = xstrdup(user);
        out->password_command = xstrdup(password_command);
    }
}

void server_copy(struct server *to, const struct server *from)
{
    *to = *from;
    to->id = xstrdup_or_null(from->id);
    to->user = xstrdup_or_null(from->user);
    to->password_command = xstrdup_or_null(from->password_command);
    to->password = secret_share(from->password);
    to->password_refused = xstrdup_or_null(from->password_refused);
    to->token_command = xstrdup_or_null(from->token_command);
    copy_oauth(&to->oauth, &from->oauth);
    to->client_certificate = xstrdup_or_null(from->client_certificate);
    to->client_key_command = xstrdup_or_null(from->client_key_command);
    to->helo_name = xstrdup_or_null(from->helo_name);
    to->sender = xstrdup_or_null(from->sender);
}

void server_release(struct server *server)
{
    free(server->id);
    free(server->user);
    free(server->password_command);
    secret_release(&server->password);
    free(server->password_refused);
    free(server->token_command);
    release_oauth(&server->oauth);
    free(server->client_certificate);
    free(server->client_key_command);
    free(server->helo_name);
    free(server->sender);
    *server = (struct server){0};
}
