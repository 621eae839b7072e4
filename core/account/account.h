/* SPDX-License-Identifier: MIT */
/*
 * account: the typed view of one server in accounts.ini, complete with
 * defaults and checked, ready for a test or an export.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_ACCOUNT_H
#define POSTSEAL_CORE_ACCOUNT_ACCOUNT_H

#include "core/account/config.h"
#include "core/account/endpoint.h"
#include "core/base/secret.h"

enum auth {
    AUTH_AUTO,
    AUTH_PLAIN,
    AUTH_LOGIN,
    AUTH_CRAM_MD5,
    AUTH_SCRAM_SHA_1,
    AUTH_SCRAM_SHA_1_PLUS,
    AUTH_SCRAM_SHA_256,
    AUTH_SCRAM_SHA_256_PLUS,
    AUTH_XOAUTH2,
    AUTH_OAUTHBEARER,
    AUTH_EXTERNAL,
    AUTH_NONE,
    AUTH_COUNT
};
/* The word in accounts.ini, "scram-sha-256"; the SASL name is its upper case.*/
const char *auth_word(enum auth auth);
bool auth_parse(const char *word, enum auth *auth);

enum tls_minimum { TLS_MINIMUM_1_2, TLS_MINIMUM_1_3 };

/* How an OAuth access token is got (RFC 6749, RFC 8628). */
struct oauth_terms {
    char *client_id;             /* NULL: none of this is set */
    char *client_secret_command; /* NULL: the client has no secret */
    char *device_endpoint, *token_endpoint;
    char *scope;           /* NULL: the provider's usual one */
    char *refresh_command; /* prints the refresh token; NULL: none */
    char *store_command;   /* gets it; NULL: none */
};

struct server {
    enum section section; /* SECTION_ACCOUNT or SECTION_SMTP */
    char *id;
    struct endpoint endpoint;
    enum auth auth;
    enum tls_minimum tls_minimum;
    bool allow_plaintext_login;
    long timeout;            /* seconds a stage */
    char *user;              /* NULL: no login */
    char *password_command;  /* NULL: none */
    bool command_terminal;   /* that command gets the terminal */
    struct secret *password; /* of the file; NULL: none */
    char *password_refused;  /* there is one, but others can read it, too */
    bool remember;           /* a typed password goes into the keyring */
    char *token_command;     /* prints an OAuth access token; NULL: none */
    struct oauth_terms oauth;
    char *client_certificate; /* as the setting names it; NULL: none */
    char *client_key_command; /* NULL: none */
    char *helo_name;          /* SMTP; NULL: the machine's name */
    char *sender;             /* e-mail address for --sender; NULL: none */
};

/* The incoming server of an account. ERROR_INPUT when it cannot be tested as
 * it stands; *culprit (may be NULL) is the setting to mend. */
bool server_incoming(const struct config *config, const char *account,
                     struct server *out, enum setting *culprit,
                     struct error *e);
/* The outgoing server that an account uses, with its address as sender. */
bool server_outgoing(const struct config *config, const char *account,
                     struct server *out, enum setting *culprit,
                     struct error *e);
/* An outgoing server by its own id. `account = ID` in it lends that account's
 * user and password. */
bool server_smtp(const struct config *config, const char *smtp,
                 struct server *out, enum setting *culprit, struct error *e);
/* The server that a target names: ID and ID/incoming, ID/outgoing, smtp:ID.
 * ERROR_NOT_FOUND for one that is not there. */
bool server_of_target(const struct config *config, const char *target,
                      struct server *out, enum setting *culprit,
                      struct error *e);
/* A server from a URL target: no login unless user and command are given. */
void server_from_endpoint(struct server *out, const struct endpoint *endpoint,
                          const char *user, const char *password_command,
                          long timeout);
void server_copy(struct server *to, const struct server *from);
void server_release(struct server *server);

#endif
