/* SPDX-License-Identifier: MIT */
/*
 * oauth: access tokens for a server's OAuth settings, by device authorization
 * (RFC 8628), which was made for machines without a browser: the provider gives
 * out a short code and an address, the person opens the address anywhere, types
 * the code and permits it, and we ask every few seconds whether that is done.
 *
 * Access tokens live in the memory of this run only, and are renewed by the
 * refresh token when they have ended. The refresh token is kept, in this order,
 * by `oauth-store-command` and `oauth-refresh-command`, in the kernel keyring
 * (`remember = keyring`), or in the memory of this run; never in a file of
 * ours.
 *
 * Settings with the same token endpoint, client, scope and user share one
 * grant: many logins that wait cause one request, one code and one renewal.
 */
#ifndef POSTSEAL_CORE_SECRET_OAUTH_H
#define POSTSEAL_CORE_SECRET_OAUTH_H

#include "core/account/account.h"
#include "core/base/loop.h"
#include "core/base/reason.h"
#include "core/base/secret.h"
#include "core/net/http.h"

struct oauth; /* all grants of a run */
struct oauth_wait;

struct oauth_env {
    struct loop *loop;
    struct http *http;
    bool run_commands;            /* commands of accounts.ini may be run */
    const char *commands_refused; /* the sentence why not, or NULL */
};

struct oauth *oauth_new(const struct oauth_env *env);
/* After all its waits. Wipes. */
void oauth_free(struct oauth *oauth);
/* The commands are allowed now, or no more. */
void oauth_set_commands(struct oauth *oauth, bool run, const char *refused);

/* `token` (the callee shares it) or `failure` (reasons credentials, config, and
 * those of http.h) is set; both are NULL for oauth_forget() gone well. With a
 * failure, `needs_person`: an authorization would help, and none was begun. */
struct oauth_answer {
    struct secret *token;
    const struct failure *failure;
    bool needs_person;
};
typedef void oauth_ready(void *arg, const struct oauth_answer *answer);

/* A token for that server; renewed if need be, which takes an HTTP request.
 * `ask`: begins a device authorization where no token is to be had otherwise,
 * if somebody shows its code (see oauth_show). `anew`: does so in any case.
 * The answer comes once, from the loop. */
struct oauth_wait *oauth_get(struct oauth *oauth, const struct server *server,
                             bool ask, bool anew, oauth_ready *ready,
                             void *arg);
/* Forgets access and refresh token, also where they are kept (the store command
 * gets an empty line). The provider is not told. */
struct oauth_wait *oauth_forget(struct oauth *oauth,
                                const struct server *server, oauth_ready *ready,
                                void *arg);
/* Whether something keeps the refresh token between runs. */
bool oauth_is_kept(const struct server *server);
/* Ends it, with or without an answer; with its last wait an authorization
 * ends. NULL is fine. */
void oauth_end(struct oauth_wait *wait);
/* The mail server refused that server's token: the next one is a new one. */
void oauth_refused(struct oauth *oauth, const struct server *server);

/* What a person has to do for an authorization under way. Texts are safe. */
struct oauth_prompt {
    char label[160];     /* "account work" */
    char user_code[64];  /* as the provider writes it */
    char uri[512];       /* where to type it */
    char complete[1024]; /* the same with the code in it; "" when not told */
    int64_t until;       /* loop time at which the code ends */
};
/* Whoever shows prompts says so, and is called when one came or went. NULL:
 * nobody does (any more), and then no authorization begins. */
typedef void oauth_changed(void *arg);
void oauth_show(struct oauth *oauth, oauth_changed *changed, void *arg);
bool oauth_is_shown(const struct oauth *oauth);
size_t oauth_prompt_count(const struct oauth *oauth);
/* Valid until the next turn of the loop. */
const struct oauth_prompt *oauth_prompt_at(const struct oauth *oauth, size_t i);

#endif
