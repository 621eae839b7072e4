/* SPDX-License-Identifier: MIT */
/*
 * source: where the credential of a server comes from. The one place where
 * that is decided, for tests, commands and exports alike.
 *
 * Sources are asked in the order of one table (source.c). For a password: what
 * the person typed for this very login, the account's command, the kernel
 * keyring (with `remember = keyring`), the file. For an OAuth access token: one
 * that the caller has, the account's token-command, its oauth settings
 * (oauth.h), without asking a person. A source that has nothing
 * lets the next one try; one that fails ends the search, and its sentence is
 * told: a command that does not work is to be mended, not passed over. When all
 * have nothing, the answer says so and the caller may ask the person.
 *
 * Nothing is fetched before source_begin(), so that the caller judges the
 * certificate and chooses the mechanism first.
 */
#ifndef POSTSEAL_CORE_SECRET_SOURCE_H
#define POSTSEAL_CORE_SECRET_SOURCE_H

#include "core/account/account.h"
#include "core/base/loop.h"
#include "core/base/reason.h"
#include "core/base/secret.h"
#include "core/mail/mechanism.h"
#include "core/secret/oauth.h"
#include "core/secret/shared_command.h"

enum secret_source {
    SOURCE_NONE,
    SOURCE_TYPED,   /* by the person, for this login */
    SOURCE_COMMAND, /* password-command */
    SOURCE_KEYRING,
    SOURCE_FILE,          /* `password` in accounts.ini */
    SOURCE_TOKEN,         /* an access token that the caller had */
    SOURCE_TOKEN_COMMAND, /* token-command */
    SOURCE_OAUTH,         /* the oauth settings */
};

struct source_env {
    struct loop *loop;
    bool run_commands;
    const char *commands_refused;            /* the sentence why not, or NULL */
    const struct command_terminal *terminal; /* NULL: there is none */
    struct oauth *oauth;                     /* NULL: not here */
};

/* What the logins of one run share: a command that many accounts name runs
 * once, and its answer serves all. Created for a run, freed (and wiped) with
 * it. The env is copied; searches must have ended before. */
struct sources;
struct sources *sources_new(const struct source_env *env);
void sources_free(struct sources *sources);
/* Wipes the answers: the run is over. */
void sources_forget(struct sources *sources);

struct source_request {
    const struct server *server; /* lives as long as the search */
    enum mechanism_need need;    /* NEED_PASSWORD or NEED_TOKEN */
    struct secret *typed;        /* NULL: nothing; lives as long, too */
    struct secret *token;        /* the same */
};

/* Which of NEED_PASSWORD and NEED_TOKEN there is something to ask for (ored);
 * looks at the settings alone. Nothing at all: NEED_PASSWORD, for that is what
 * a person can be asked for. */
unsigned source_needs(const struct source_request *request);

struct source_answer {
    enum secret_source source;
    struct secret *secret; /* the callee shares it; NULL: none, */
    const struct failure
        *failure;       /* because ... (reason credentials, config) */
    bool may_ask;       /* nothing is set: a person could be asked */
    bool may_authorize; /* oauth_get(), asking, would help */
};
typedef void source_ready(void *arg, const struct source_answer *answer);

struct source_search;
/* Begins to look. The answer comes once, from the loop. */
struct source_search *source_begin(struct sources *sources,
                                   const struct source_request *request,
                                   source_ready *ready, void *arg);
/* Ends it, with or without an answer. NULL is fine. */
void source_end(struct source_search *search);

/* What the server said of the answer: a password that was typed is kept in the
 * keyring if the settings say so, and one from there begins its time anew; a
 * refused one is forgotten. What the keyring refuses is in *e (false). */
bool source_accepted(struct source_search *search, struct error *e);
bool source_refused(struct source_search *search, struct error *e);

#endif
