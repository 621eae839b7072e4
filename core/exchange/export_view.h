/* SPDX-License-Identifier: MIT */
/*
 * export_view: accounts as other programs need them: complete and checked, with
 * the exceptions that apply now, the files of certificates, the folders. Made
 * once for an export; the files of the formats only spell it.
 *
 * Texts of `value` belong to the config and are valid until its next change.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXPORT_VIEW_H
#define POSTSEAL_CORE_EXCHANGE_EXPORT_VIEW_H

#include "core/account/account.h"
#include "core/trust/authority.h"
#include "core/trust/exception.h"
#include "core/trust/identity.h"

/* An exception that has not ended, with its certificate. */
struct export_pin {
    const struct exception *exception;
    bool has_cert; /* its stored certificate could be read ... */
    struct cert cert;
    char *problem; /* ... else why not */
};

struct export_server {
    bool present;
    char *refused; /* it cannot be exported as it stands: the sentence */
    struct server server;
    struct export_pin *pins; /* the one accepted last in front */
    size_t pin_count;
    fault_set faults;     /* accepted by any of them */
    char *secret_command; /* `postseal secret` for what only postseal can get: a
                           * password of the keyring, a token; NULL: none */
    char *client_pem;     /* absolute path: certificate and key; NULL: none */
    bool client_key_locked;
};

struct export_account {
    const char *id;
    bool enabled;
    const char *value[SET_COUNT]; /* what applies; NULL: nothing */
    struct export_server in, out;
};

struct export_view {
    struct export_account *accounts;
    size_t count;
    char *program; /* postseal itself, for pipes: absolute */
    char *folder;  /* of accounts.ini, absolute */
    char *accounts_path;
    char *ca_file;   /* `ca-file` of [defaults], absolute; NULL: none */
    char *system_ca; /* one file with the system's authorities; NULL: none */
    const struct exceptions *exceptions; /* NULL: not used */
    struct authorities *authorities;     /* NULL: not used */
    time_t now;
};

struct export_source {
    const struct config *config;
    const struct exceptions *exceptions; /* NULL: not used */
    const struct identities *identities; /* NULL: not used */
    struct authorities *authorities;     /* NULL: not used */
    time_t now;
};

/* All accounts named, or all when `count` is 0; those that are switched off
 * are in it too. ERROR_NOT_FOUND names an account that there is not. */
bool export_view_make(struct export_view *out,
                      const struct export_source *source,
                      const char *const *accounts, size_t count,
                      struct error *e);
void export_view_release(struct export_view *view);

/* An absolute path with "~/" put in place; relative ones lie in the folder one
 * stands in. The caller frees it. */
char *export_absolute(const char *path);

#endif
