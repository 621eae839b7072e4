/* SPDX-License-Identifier: MIT */
/*
 * oauth_private: one grant and the job that gets its token. The files:
 *
 *   oauth.c       grants, who waits for them, what is shown
 *   oauth_flow.c  the job: renewing, device authorization, asking
 *   oauth_keep.c  commands and keyring: client secret, refresh token
 *   oauth_reply.c what the provider says
 */
#ifndef POSTSEAL_CORE_SECRET_OAUTH_PRIVATE_H
#define POSTSEAL_CORE_SECRET_OAUTH_PRIVATE_H

#include "core/secret/command.h"
#include "core/secret/oauth.h"
#include "core/secret/oauth_reply.h"

struct oauth_grant;
typedef void oauth_next(struct oauth_grant *g);

struct oauth_grant {
    struct oauth *oauth;
    struct server server; /* of the login that came last */
    struct oauth_grant *next;
    struct oauth_wait *waits;

    struct secret *access;
    int64_t access_ends; /* loop time */
    struct secret *refresh, *client_secret;

    /* The job: at most one of these is under way. */
    bool running, anew, prompting;
    unsigned job;     /* counts the ended ones */
    oauth_next *then; /* what follows the command */
    struct loop_timer *timer;
    struct secret_command *command;
    struct loop_child *store;
    struct http_fetch *fetch;
    struct secret *device_code;
    int64_t interval_ms;
    struct oauth_prompt prompt;
    char note[400]; /* why the kept refresh token could not be read */
};

struct oauth {
    struct oauth_env env;
    struct oauth_grant *grants;
    oauth_changed *changed;
    void *changed_arg;
};

/* oauth.c: how a job ends. */
void oauth_grant_done(struct oauth_grant *g);
void oauth_grant_fail(struct oauth_grant *g, const struct failure *failure);
void oauth_grant_fail_text(struct oauth_grant *g, enum reason reason,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Tells those who do not ask that a person is needed. True: others remain, and
 * the job goes on. */
bool oauth_grant_may_ask(struct oauth_grant *g);
void oauth_grant_prompt(struct oauth_grant *g, bool show);
void oauth_stop_job(struct oauth_grant *g);

/* oauth_flow.c */
void oauth_flow_begin(struct oauth_grant *g);

/* oauth_keep.c: each calls `next` when it is done, or fails the job. */
void oauth_read_client_secret(struct oauth_grant *g, oauth_next *next);
/* What cannot be read is as if not there; g->note says why. */
void oauth_read_refresh(struct oauth_grant *g, oauth_next *next);
/* Keeps g->refresh; without one, forgets what is kept. */
void oauth_keep_refresh(struct oauth_grant *g, oauth_next *next);

#endif
