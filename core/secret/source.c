/* SPDX-License-Identifier: MIT */
#include "core/secret/source.h"

#include "core/base/alloc.h"
#include "core/secret/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sources {
    struct source_env env;
    struct shared_commands *commands;
};

struct source_search {
    struct sources *sources;
    struct source_request request;
    source_ready *ready;
    void *arg;
    size_t at; /* row of the table */
    struct secret *secret;
    struct loop_timer *later;
    struct shared_wait wait; /* for a command */
    struct oauth_wait *oauth;
    struct error keyring_error;
};

static void found(struct source_search *s, struct secret *secret);
static void failed(struct source_search *s, const struct failure *failure);
static void has_nothing(struct source_search *s);

/* -- what was given -------------------------------------------------------- */

static bool has_typed(const struct source_request *r)
{
    return r->typed != NULL;
}

static void take_typed(struct source_search *s)
{
    found(s, s->request.typed);
}

static bool has_token(const struct source_request *r)
{
    return r->token != NULL;
}

static void take_token(struct source_search *s)
{
    found(s, s->request.token);
}

/* -- the command ----------------------------------------------------------- */

static void command_answered(void *arg, struct secret *secret,
                             const struct failure *failure)
{
    struct source_search *s = arg;

    if (secret)
        found(s, secret);
    else
        failed(s, failure);
}

static void run_command(struct source_search *s, const char *command,
                        const char *what)
{
    const struct source_env *env = &s->sources->env;
    struct failure failure;

    if (!env->run_commands) {
        failure_set(&failure, REASON_CONFIG, "%s",
                    env->commands_refused
                        ? env->commands_refused
                        : "Password commands are not run here.");
        failed(s, &failure);
        return;
    }
    s->wait = (struct shared_wait){.ready = command_answered, .arg = s};
    shared_command_ask(s->sources->commands, command, what,
                       s->request.server->command_terminal, &s->wait);
}

static bool has_command(const struct source_request *r)
{
    return r->server->password_command != NULL;
}

static void ask_command(struct source_search *s)
{
    run_command(s, s->request.server->password_command, "password command");
}

static bool has_token_command(const struct source_request *r)
{
    return r->server->token_command != NULL;
}

static void ask_token_command(struct source_search *s)
{
    run_command(s, s->request.server->token_command, "token command");
}

/* -- the oauth settings ---------------------------------------------------- */

static bool has_oauth(const struct source_request *r)
{
    return r->server->oauth.client_id != NULL;
}

static void oauth_answered(void *arg, const struct oauth_answer *answer)
{
    struct source_search *s = arg;

    if (answer->token)
        found(s, answer->token);
    else
        s->ready(s->arg, &(struct source_answer){.failure = answer->failure,
                                                 .may_authorize =
                                                     answer->needs_person});
}

static void ask_oauth(struct source_search *s)
{
    struct failure failure;

    if (s->sources->env.oauth) {
        s->oauth = oauth_get(s->sources->env.oauth, s->request.server, false,
                             false, oauth_answered, s);
        return;
    }
    failure_set(&failure, REASON_CREDENTIALS,
                "The oauth settings are not used here.");
    failed(s, &failure);
}

/* -- the keyring ----------------------------------------------------------- */

static struct keyring_place place_of(const struct source_search *s)
{
    const struct server *server = s->request.server;

    return (struct keyring_place){.host = server->endpoint.host,
                                  .port = server->endpoint.port,
                                  .user = server->user ? server->user : ""};
}

static bool has_keyring(const struct source_request *r)
{
    return r->server->remember;
}

static void ask_keyring(struct source_search *s)
{
    const struct keyring_place place = place_of(s);
    struct secret *secret = NULL;

    /* Where there is none, the other sources are none the worse. */
    keyring_read(&place, &secret, &s->keyring_error);
    if (secret)
        found(s, secret);
    else
        has_nothing(s);
    secret_release(&secret);
}

/* -- the file -------------------------------------------------------------- */

static bool has_file(const struct source_request *r)
{
    return r->server->password || r->server->password_refused;
}

static void take_file(struct source_search *s)
{
    const struct server *server = s->request.server;
    struct failure failure;

    if (server->password) {
        found(s, server->password);
        return;
    }
    failure_set(&failure, REASON_CREDENTIALS, "%s", server->password_refused);
    failed(s, &failure);
}

/* -- the order ------------------------------------------------------------- */

static const struct {
    enum secret_source source;
    enum mechanism_need need;
    bool (*has)(const struct source_request *r);
    /* Ends in found(), failed() or has_nothing(), perhaps later. */
    void (*ask)(struct source_search *s);
} table[] = {
    {SOURCE_TYPED, NEED_PASSWORD, has_typed, take_typed},
    {SOURCE_COMMAND, NEED_PASSWORD, has_command, ask_command},
    {SOURCE_KEYRING, NEED_PASSWORD, has_keyring, ask_keyring},
    {SOURCE_FILE, NEED_PASSWORD, has_file, take_file},
    {SOURCE_TOKEN, NEED_TOKEN, has_token, take_token},
    {SOURCE_TOKEN_COMMAND, NEED_TOKEN, has_token_command, ask_token_command},
    {SOURCE_OAUTH, NEED_TOKEN, has_oauth, ask_oauth},
};
enum { SOURCES = sizeof(table) / sizeof(table[0]) };

unsigned source_needs(const struct source_request *request)
{
    unsigned needs = 0;

    for (size_t i = 0; i < SOURCES; i++)
        if (table[i].has(request))
            needs |= table[i].need;
    return needs ? needs : NEED_PASSWORD;
}

/* -- a search -------------------------------------------------------------- */

static void found(struct source_search *s, struct secret *secret)
{
    s->secret = secret_share(secret);
    s->ready(s->arg, &(struct source_answer){.source = table[s->at].source,
                                             .secret = s->secret});
}

static void failed(struct source_search *s, const struct failure *failure)
{
    s->ready(s->arg, &(struct source_answer){.failure = failure});
}

static void ask_next(struct source_search *s)
{
    struct failure failure;
    bool token = s->request.need == NEED_TOKEN;

    for (; s->at < SOURCES; s->at++)
        if (table[s->at].need == s->request.need &&
            table[s->at].has(&s->request)) {
            table[s->at].ask(s);
            return;
        }
    failure_set(&failure, REASON_CREDENTIALS,
                "There is no %s to log in with%s%s",
                token ? "token" : "password",
                s->keyring_error.code ? ". "
                : token               ? ": set a token command."
                                      : ": set a password command.",
                s->keyring_error.text);
    s->ready(s->arg,
             &(struct source_answer){.failure = &failure, .may_ask = !token});
}

static void has_nothing(struct source_search *s)
{
    s->at++;
    ask_next(s);
}

static void begin(void *arg)
{
    struct source_search *s = arg;

    s->later = NULL;
    ask_next(s);
}

struct source_search *source_begin(struct sources *sources,
                                   const struct source_request *request,
                                   source_ready *ready, void *arg)
{
    struct source_search *s = xcalloc(1, sizeof(*s));

    s->sources = sources;
    s->request = *request;
    s->ready = ready;
    s->arg = arg;
    s->later = loop_after(sources->env.loop, 0, begin, s);
    return s;
}

void source_end(struct source_search *s)
{
    if (!s)
        return;
    loop_cancel(s->later);
    shared_wait_end(&s->wait);
    oauth_end(s->oauth);
    secret_release(&s->secret);
    free(s);
}

bool source_accepted(struct source_search *s, struct error *e)
{
    const struct keyring_place place = place_of(s);

    if (s->at >= SOURCES || !s->secret || !s->request.server->remember ||
        (table[s->at].source != SOURCE_TYPED &&
         table[s->at].source != SOURCE_KEYRING))
        return true;
    return keyring_store(&place, s->secret, e);
}

bool source_refused(struct source_search *s, struct error *e)
{
    const struct keyring_place place = place_of(s);

    if (s->at < SOURCES && table[s->at].source == SOURCE_OAUTH && s->secret)
        oauth_refused(s->sources->env.oauth, s->request.server);
    if (s->at >= SOURCES || table[s->at].source != SOURCE_KEYRING || !s->secret)
        return true;
    return keyring_forget(&place, e);
}

/* -- a run ----------------------------------------------------------------- */

struct sources *sources_new(const struct source_env *env)
{
    struct sources *sources = xcalloc(1, sizeof(*sources));

    sources->env = *env;
    sources->commands = shared_commands_new(env->loop, env->terminal);
    return sources;
}

void sources_forget(struct sources *sources)
{
    shared_commands_forget(sources->commands);
}

void sources_free(struct sources *sources)
{
    if (!sources)
        return;
    shared_commands_free(sources->commands);
    free(sources);
}
