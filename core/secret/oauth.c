/* SPDX-License-Identifier: MIT */
#include "core/secret/oauth_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct oauth_wait {
    struct oauth_grant *grant;
    struct oauth_wait *next;
    oauth_ready *ready;
    void *arg;
    struct loop_timer *later; /* tells that a person is needed */
    bool ask, anew, forgets;
    bool due; /* the answer under way is for it */
};

/* -- grants ---------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_for(const struct oauth_grant *g, const struct server *server)
{
    const struct oauth_terms *a = &g->server.oauth, *b = &server->oauth;

    return same(a->token_endpoint, b->token_endpoint) &&
           same(a->client_id, b->client_id) && same(a->scope, b->scope) &&
           same(g->server.user, server->user);
}

static struct oauth_grant *find(const struct oauth *oauth,
                                const struct server *server)
{
    struct oauth_grant *g = oauth->grants;

    while (g && !is_for(g, server))
        g = g->next;
    return g;
}

/* Those settings that are not part of what makes a grant are the latest. */
static struct oauth_grant *grant_for(struct oauth *oauth,
                                     const struct server *server)
{
    struct oauth_grant *g = find(oauth, server);

    if (!g) {
        g = xcalloc(1, sizeof(*g));
        g->oauth = oauth;
        g->next = oauth->grants;
        oauth->grants = g;
    } else if (g->running) {
        return g;
    } else {
        server_release(&g->server);
    }
    server_copy(&g->server, server);
    return g;
}

static void forget_tokens(struct oauth_grant *g)
{
    secret_release(&g->access);
    secret_release(&g->refresh);
    secret_release(&g->client_secret);
}

void oauth_refused(struct oauth *oauth, const struct server *server)
{
    struct oauth_grant *g = find(oauth, server);

    if (g)
        secret_release(&g->access);
}

/* -- answers --------------------------------------------------------------- */

static void unlink_wait(struct oauth_wait *wait)
{
    struct oauth_wait **place = &wait->grant->waits;

    while (*place && *place != wait)
        place = &(*place)->next;
    if (*place)
        *place = wait->next;
    wait->next = NULL;
    loop_cancel(wait->later);
    wait->later = NULL;
}

static struct oauth_wait *first_due(const struct oauth_grant *g)
{
    struct oauth_wait *wait = g->waits;

    while (wait && !wait->due)
        wait = wait->next;
    return wait;
}

/* Whoever is told may begin a new wait or end others; the ones of now are
 * marked, so neither matters. */
static void tell(struct oauth_grant *g, const struct oauth_answer *answer,
                 bool only_silent)
{
    struct oauth_wait *wait;

    for (wait = g->waits; wait; wait = wait->next)
        wait->due = !only_silent || !wait->ask;
    while ((wait = first_due(g))) {
        unlink_wait(wait);
        wait->ready(wait->arg, answer);
    }
}

void oauth_grant_done(struct oauth_grant *g)
{
    struct secret *token = secret_share(g->access);

    oauth_stop_job(g);
    tell(g, &(struct oauth_answer){.token = token}, false);
    secret_release(&token);
}

void oauth_grant_fail(struct oauth_grant *g, const struct failure *failure)
{
    oauth_stop_job(g);
    tell(g, &(struct oauth_answer){.failure = failure}, false);
}

void oauth_grant_fail_text(struct oauth_grant *g, enum reason reason,
                           const char *format, ...)
{
    struct failure failure;
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    failure_set(&failure, reason, "%s", text);
    oauth_grant_fail(g, &failure);
}

static void explain_need(const struct oauth_grant *g, struct failure *failure)
{
    const struct server *server = &g->server;
    const char *quote = strchr(server->id, ' ') ? "\"" : "";
    char note[420] = "";

    if (*g->note)
        snprintf(note, sizeof(note), " (%s)", g->note);

    if (!oauth_is_kept(server))
        failure_set(failure, REASON_CREDENTIALS,
                    "There is no OAuth token for [%s %s], and nothing is set "
                    "that keeps one: remember = keyring, or "
                    "oauth-refresh-command and oauth-store-command.",
                    section_word(server->section), server->id);
    else
        failure_set(failure, REASON_CREDENTIALS,
                    "There is no OAuth token for [%s %s], or no longer. Permit "
                    "it with: postseal oauth login %s%s%s%s%s",
                    section_word(server->section), server->id, quote,
                    server->section == SECTION_SMTP ? "smtp:" : "", server->id,
                    quote, note);
}

static void tell_need(struct oauth_grant *g)
{
    struct failure failure;

    explain_need(g, &failure);
    tell(g, &(struct oauth_answer){.failure = &failure, .needs_person = true},
         true);
}

bool oauth_grant_may_ask(struct oauth_grant *g)
{
    unsigned job = g->job;

    if (!g->oauth->changed)
        for (struct oauth_wait *wait = g->waits; wait; wait = wait->next)
            wait->ask = false;
    tell_need(g);
    /* Those who were told may have ended this job, and begun another. */
    if (g->job == job && !g->waits)
        oauth_stop_job(g);
    return g->job == job;
}

static void needs_person(void *arg)
{
    struct oauth_wait *wait = arg;
    struct failure failure;

    wait->later = NULL;
    explain_need(wait->grant, &failure);
    unlink_wait(wait);
    wait->ready(wait->arg, &(struct oauth_answer){.failure = &failure,
                                                  .needs_person = true});
}

/* -- jobs ------------------------------------------------------------------ */

void oauth_stop_job(struct oauth_grant *g)
{
    g->job += g->running;
    g->running = g->anew = false;
    loop_cancel(g->timer);
    g->timer = NULL;
    secret_command_free(g->command);
    g->command = NULL;
    loop_child_kill(g->store);
    g->store = NULL;
    http_fetch_free(g->fetch);
    g->fetch = NULL;
    secret_release(&g->device_code);
    oauth_grant_prompt(g, false);
}

static bool wants(const struct oauth_grant *g, bool forgetting)
{
    for (const struct oauth_wait *wait = g->waits; wait; wait = wait->next)
        if (forgetting ? wait->forgets : wait->anew)
            return true;
    return false;
}

static void begin(void *arg)
{
    struct oauth_grant *g = arg;
    bool valid = g->access && loop_now(g->oauth->env.loop) < g->access_ends;

    g->timer = NULL;
    g->note[0] = '\0';
    g->anew = wants(g, false);
    if (wants(g, true)) {
        forget_tokens(g);
        oauth_keep_refresh(g, oauth_grant_done);
    } else if (valid && !g->anew) {
        oauth_grant_done(g);
    } else {
        oauth_flow_begin(g);
    }
}

static struct oauth_wait *add_wait(struct oauth *oauth,
                                   const struct server *server,
                                   const struct oauth_wait *wish)
{
    struct oauth_grant *g = grant_for(oauth, server);
    struct oauth_wait *wait = xcalloc(1, sizeof(*wait));

    *wait = *wish;
    wait->grant = g;
    wait->next = g->waits;
    g->waits = wait;
    if (!g->running) {
        g->running = true;
        g->timer = loop_after(oauth->env.loop, 0, begin, g);
    } else if (g->prompting && !wait->ask) {
        wait->later = loop_after(oauth->env.loop, 0, needs_person, wait);
    }
    return wait;
}

struct oauth_wait *oauth_get(struct oauth *oauth, const struct server *server,
                             bool ask, bool anew, oauth_ready *ready, void *arg)
{
    return add_wait(oauth, server,
                    &(struct oauth_wait){
                        .ready = ready, .arg = arg, .ask = ask, .anew = anew});
}

struct oauth_wait *oauth_forget(struct oauth *oauth,
                                const struct server *server, oauth_ready *ready,
                                void *arg)
{
    struct oauth_grant *g = find(oauth, server);

    if (g && g->running)
        oauth_grant_fail_text(g, REASON_CANCELLED,
                              "The token was forgotten meanwhile.");
    return add_wait(
        oauth, server,
        &(struct oauth_wait){.ready = ready, .arg = arg, .forgets = true});
}

void oauth_end(struct oauth_wait *wait)
{
    struct oauth_grant *g;

    if (!wait)
        return;
    g = wait->grant;
    unlink_wait(wait);
    free(wait);
    if (g->running && !g->waits)
        oauth_stop_job(g);
}

/* -- what is shown --------------------------------------------------------- */

void oauth_grant_prompt(struct oauth_grant *g, bool show)
{
    if (g->prompting == show)
        return;
    g->prompting = show;
    if (g->oauth->changed)
        g->oauth->changed(g->oauth->changed_arg);
}

void oauth_show(struct oauth *oauth, oauth_changed *changed, void *arg)
{
    oauth->changed = changed;
    oauth->changed_arg = arg;
}

bool oauth_is_shown(const struct oauth *oauth)
{
    return oauth->changed != NULL;
}

size_t oauth_prompt_count(const struct oauth *oauth)
{
    size_t count = 0;

    for (const struct oauth_grant *g = oauth->grants; g; g = g->next)
        count += g->prompting;
    return count;
}

const struct oauth_prompt *oauth_prompt_at(const struct oauth *oauth, size_t i)
{
    const struct oauth_grant *g = oauth->grants;

    while (g && (!g->prompting || i-- > 0))
        g = g->next;
    return g ? &g->prompt : NULL;
}

/* -- a run ----------------------------------------------------------------- */

struct oauth *oauth_new(const struct oauth_env *env)
{
    struct oauth *oauth = xcalloc(1, sizeof(*oauth));

    oauth->env = *env;
    return oauth;
}

void oauth_set_commands(struct oauth *oauth, bool run, const char *refused)
{
    oauth->env.run_commands = run;
    oauth->env.commands_refused = refused;
}

void oauth_free(struct oauth *oauth)
{
    if (!oauth)
        return;
    oauth->changed = NULL;
    while (oauth->grants) {
        struct oauth_grant *g = oauth->grants;

        oauth->grants = g->next;
        oauth_stop_job(g);
        forget_tokens(g);
        server_release(&g->server);
        free(g);
    }
    free(oauth);
}
