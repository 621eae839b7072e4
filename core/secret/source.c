/* SPDX-License-Identifier: MIT */
#include "core/secret/source.h"

#include "core/base/alloc.h"
#include "core/secret/command.h"
#include "core/secret/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command of this run, and who waits for its answer. */
struct shared {
    struct sources *sources;
    char *command;
    const char *what; /* "password command" */
    bool terminal;    /* it wants one, so it runs alone */
    bool ended;
    struct secret_command *running; /* NULL: not begun, or ended */
    struct secret *secret;
    struct failure failure;
    struct source_search *waiting; /* chained by `next` */
    struct shared *next;
};

struct sources {
    struct source_env env;
    struct shared *commands;
    struct shared *has_terminal; /* the one that runs with it */
};

struct source_search {
    struct sources *sources;
    struct source_request request;
    source_ready *ready;
    void *arg;
    size_t at; /* row of the table */
    struct secret *secret;
    struct loop_timer *later;
    struct shared *command; /* whose answer it waits for */
    struct oauth_wait *oauth;
    struct source_search *next;
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

static void start_next(struct sources *sources);

/* The one that began the run's command first has the answer first, too. */
static void tell_waiting(struct shared *c)
{
    while (c->waiting) {
        struct source_search *s = c->waiting;

        c->waiting = s->next;
        s->command = NULL;
        if (c->secret)
            found(s, c->secret);
        else
            failed(s, &c->failure);
    }
}

static void give_terminal_back(struct shared *c)
{
    struct sources *sources = c->sources;
    const struct source_terminal *terminal = sources->env.terminal;

    if (sources->has_terminal != c)
        return;
    sources->has_terminal = NULL;
    terminal->give_back(terminal->arg);
}

static void command_ended(void *arg, struct secret *password,
                          const struct failure *failure)
{
    struct shared *c = arg;
    struct sources *sources = c->sources;

    secret_command_free(c->running);
    c->running = NULL;
    c->ended = true;
    c->secret = secret_share(password);
    if (failure)
        c->failure = *failure;
    give_terminal_back(c);
    tell_waiting(c);
    start_next(sources);
}

static void could_not_start(struct shared *c, const char *why)
{
    struct failure failure;

    failure_set(&failure, REASON_CREDENTIALS, "%s", why);
    command_ended(c, NULL, &failure);
}

static void start_with_terminal(struct shared *c)
{
    struct sources *sources = c->sources;
    const struct source_terminal *terminal = sources->env.terminal;
    int fd = terminal ? terminal->take(terminal->arg) : -1;
    struct error e = {0};

    if (fd < 0) {
        char why[160];

        snprintf(why, sizeof(why),
                 "The %s wants a terminal (password-command-terminal), and "
                 "there is none here.",
                 c->what);
        could_not_start(c, why);
        return;
    }
    sources->has_terminal = c;
    c->running = secret_command_start_on(sources->env.loop, c->command, fd,
                                         command_ended, c, &e);
    if (!c->running)
        could_not_start(c, e.text);
    else
        secret_command_name(c->running, c->what);
}

static void start_command(struct shared *c)
{
    struct error e = {0};

    if (c->terminal && c->sources->has_terminal)
        return; /* its turn comes */
    if (c->terminal) {
        start_with_terminal(c);
        return;
    }
    c->running = secret_command_start(c->sources->env.loop, c->command,
                                      command_ended, c, &e);
    if (!c->running)
        could_not_start(c, e.text);
    else
        secret_command_name(c->running, c->what);
}

static void start_next(struct sources *sources)
{
    for (struct shared *c = sources->commands; c; c = c->next)
        if (!c->ended && !c->running && c->waiting) {
            start_command(c);
            return;
        }
}

static struct shared *shared_command(struct sources *sources,
                                     const char *command, const char *what,
                                     bool terminal)
{
    struct shared *c;

    for (c = sources->commands; c; c = c->next)
        if (c->terminal == terminal && strcmp(c->command, command) == 0)
            return c;
    c = xcalloc(1, sizeof(*c));
    c->sources = sources;
    c->command = xstrdup(command);
    c->what = what;
    c->terminal = terminal;
    c->next = sources->commands;
    sources->commands = c;
    return c;
}

static void wait_for(struct source_search *s, struct shared *c)
{
    struct source_search **place = &c->waiting;

    while (*place)
        place = &(*place)->next;
    *place = s;
    s->next = NULL;
    s->command = c;
}

/* The last one that waited for it is gone: nobody wants it any more. */
static void wait_no_more(struct source_search *s)
{
    struct shared *c = s->command;
    struct source_search **place = &c->waiting;

    while (*place != s)
        place = &(*place)->next;
    *place = s->next;
    s->command = NULL;
    if (c->waiting || !c->running)
        return;
    secret_command_free(c->running);
    c->running = NULL;
    give_terminal_back(c);
    start_next(c->sources);
}

static void run_command(struct source_search *s, const char *command,
                        const char *what)
{
    const struct source_env *env = &s->sources->env;
    struct failure failure;
    struct shared *c;

    if (!env->run_commands) {
        failure_set(&failure, REASON_CONFIG, "%s",
                    env->commands_refused
                        ? env->commands_refused
                        : "Password commands are not run here.");
        failed(s, &failure);
        return;
    }
    c = shared_command(s->sources, command, what,
                       s->request.server->command_terminal);
    wait_for(s, c);
    if (c->ended)
        tell_waiting(c);
    else if (!c->running)
        start_command(c);
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
    if (s->command)
        wait_no_more(s);
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
    return sources;
}

void sources_forget(struct sources *sources)
{
    struct shared **place = &sources->commands;

    while (*place) {
        struct shared *c = *place;

        if (!c->ended) {
            place = &c->next;
            continue;
        }
        *place = c->next;
        secret_release(&c->secret);
        free(c->command);
        free(c);
    }
}

void sources_free(struct sources *sources)
{
    if (!sources)
        return;
    for (struct shared *c = sources->commands; c; c = c->next) {
        secret_command_free(c->running);
        c->running = NULL;
        c->ended = true;
        give_terminal_back(c);
    }
    sources_forget(sources);
    free(sources);
}
