/* SPDX-License-Identifier: MIT */
/* setup_sources: asks everybody at once, each for a bounded time. */
#include "core/setup/setup_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_NEEDED     "Not needed: better sources were right."
#define GUESS_AFTER_MS 1000 /* the others' start, when they are slow */

/* How long each may take. They bound themselves, too; a guess and the MX's
 * owner are several steps. */
static const struct {
    int64_t ms;
    const char *asking, *after; /* around the domain */
} terms[SETUP_SOURCE_COUNT] = {
    [SETUP_PROVIDER] = {1000, "Looking up ", " in the table of providers."},
    [SETUP_SRV] = {12000, "Asking for SRV records of ", "."},
    [SETUP_AUTOCONFIG] = {12000, "Asking autoconfig.", "."},
    [SETUP_WELL_KNOWN] = {12000, "Asking ", "/.well-known/autoconfig."},
    [SETUP_DATABASE] = {12000, "Asking a database about ", "."},
    [SETUP_MX] = {22000, "Asking who takes mail for ", "."},
    [SETUP_GUESS] = {25000, "Trying the usual names in ", "."},
};

/* -- the lines ------------------------------------------------------------- */

static void begin(struct setup *setup, enum setup_source source);

/* Whatever asks for it: it ends, and a late answer finds nobody. */
static void let_go(struct setup *setup, enum setup_source source)
{
    struct asked *asked = &setup->asked[source];

    loop_cancel(asked->deadline);
    asked->deadline = NULL;
    autoconfig_free(asked->autoconfig);
    asked->autoconfig = NULL;
    if (source == SETUP_SRV) {
        srv_free(setup->srv);
        setup->srv = NULL;
    } else if (source == SETUP_MX) {
        mx_free(setup->mx);
        setup->mx = NULL;
    } else if (source == SETUP_GUESS) {
        loop_cancel(setup->guess_later);
        setup->guess_later = NULL;
        guess_free(setup->guess);
        setup->guess = NULL;
    }
}

static void end(struct setup *setup, enum setup_source source,
                enum setup_state state, enum setup_protection protection,
                const char *text)
{
    struct setup_line *line = &setup->lines[source];
    char said[sizeof(line->text)];

    snprintf(said, sizeof(said), "%s", text);
    line->state = state;
    line->protection = protection;
    line->ms = loop_now(setup->workspace->loop) - setup->asked[source].started;
    memcpy(line->text, said, sizeof(line->text));
    setup_rank(setup);
    setup_look_at_guess(setup);
    setup_tell(setup);
    let_go(setup, source); /* last: `text` may be of it */
}

static void skip(struct setup *setup, enum setup_source source,
                 const char *text)
{
    setup->asked[source].started = loop_now(setup->workspace->loop);
    end(setup, source, SETUP_SKIPPED, SETUP_TRIED, text);
}

bool setup_sources_ended(const struct setup *setup, enum setup_source end)
{
    for (int s = 0; s < (int)end; s++)
        if (setup->lines[s].state == SETUP_WAITING ||
            setup->lines[s].state == SETUP_RUNNING)
            return false;
    return true;
}

/* -- the table ------------------------------------------------------------- */

static void ask_table(struct setup *setup)
{
    struct offer offer = {.provider = NULL};
    char *own = file_beside(setup->workspace->path, "providers.ini"), *text;
    struct error e = {0};
    bool found;

    setup->providers = providers_open(own, &e);
    free(own);
    if (!setup->providers) {
        end(setup, SETUP_PROVIDER, SETUP_FAILED, SETUP_BUILT_IN, e.text);
        return;
    }
    found = providers_find(setup->providers, &setup->address, &offer);
    text = xasprintf("%s is %sin the table of providers.%s%s",
                     found && offer.provider ? offer.provider : setup->domain,
                     found ? "" : "not ", e.code ? " But: " : "", e.text);
    if (found)
        setup_take(setup, SETUP_PROVIDER, SETUP_BUILT_IN, &offer);
    end(setup, SETUP_PROVIDER, found ? SETUP_FOUND : SETUP_NOTHING,
        SETUP_BUILT_IN, text);
    free(text);
    offer_release(&offer);
}

/* -- those that answer ----------------------------------------------------- */

static void srv_answered(void *arg, const struct srv_result *result)
{
    struct setup *setup = arg;

    if (result->offer)
        setup_take(setup, SETUP_SRV, SETUP_DNS, result->offer);
    end(setup, SETUP_SRV, result->state, SETUP_DNS, result->text);
}

static void web_answered(void *arg, const struct autoconfig_result *result)
{
    struct asked *asked = arg;

    if (result->offer)
        setup_take(asked->setup, asked->source, result->protection,
                   result->offer);
    end(asked->setup, asked->source, result->state, result->protection,
        result->text);
}

/* The way to that domain was plain DNS, however its answer came. */
static void mx_answered(void *arg, const struct mx_result *result)
{
    struct setup *setup = arg;

    setup->no_domain = result->no_domain;
    if (result->offer)
        setup_take(setup, SETUP_MX, SETUP_DNS, result->offer);
    end(setup, SETUP_MX, result->state, SETUP_DNS, result->text);
}

/* -- guessing -------------------------------------------------------------- */

static bool has_good(const struct setup *setup, int direction)
{
    for (size_t i = 0; i < setup->count[direction]; i++) {
        const struct setup_candidate *c =
            &setup->entries[direction][i]->candidate;

        if (c->source != SETUP_GUESS && setup_candidate_good(c))
            return true;
    }
    return false;
}

static void guessed(void *arg, enum setup_direction direction,
                    struct probe *probe)
{
    struct setup *setup = arg;

    setup_take_guessed(setup, direction, probe);
    setup_tell(setup);
}

/* "imap.example.org:993, smtp.example.org:465" */
static size_t list_guessed(const struct setup *setup, char *out, size_t size)
{
    size_t used = 0, count = 0;
    char place[HOST_MAX + 10];

    out[0] = '\0';
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < setup->count[d]; i++) {
            const struct setup_candidate *c = &setup->entries[d][i]->candidate;

            if (!(c->also & 1u << SETUP_GUESS) || used >= size)
                continue;
            used += (size_t)snprintf(
                out + used, size - used, "%s%s", count++ ? ", " : "",
                endpoint_host_port(place, sizeof(place), c->endpoint.host,
                                   c->endpoint.port));
        }
    return count;
}

static void all_guessed(void *arg, size_t existing)
{
    struct setup *setup = arg;
    char list[220], text[320];

    if (list_guessed(setup, list, sizeof(list))) {
        snprintf(text, sizeof(text), "These answer: %s.", list);
        end(setup, SETUP_GUESS, SETUP_FOUND, SETUP_TRIED, text);
    } else if (has_good(setup, SETUP_INCOMING) &&
               has_good(setup, SETUP_OUTGOING)) {
        end(setup, SETUP_GUESS, SETUP_SKIPPED, SETUP_TRIED, NOT_NEEDED);
    } else {
        snprintf(text, sizeof(text),
                 existing ? "Nothing in %s answers like a mail server under "
                            "its usual name."
                          : "There is no imap., pop3., smtp. or mail. in %s.",
                 setup->domain);
        end(setup, SETUP_GUESS, SETUP_NOTHING, SETUP_TRIED, text);
    }
}

static void start_guessing(void *arg)
{
    struct setup *setup = arg;

    setup->guess_later = NULL;
    begin(setup, SETUP_GUESS);
    setup->guess = guess_start(&setup->workspace->env, setup->domain, guessed,
                               all_guessed, setup);
    setup_look_at_guess(setup);
}

/* It waits for the others a little, and ends for a direction when one of them
 * was right: nobody is bothered without need. */
void setup_look_at_guess(struct setup *setup)
{
    enum setup_state state = setup->lines[SETUP_GUESS].state;

    if (state == SETUP_WAITING && setup->guess_later &&
        has_good(setup, SETUP_INCOMING) && has_good(setup, SETUP_OUTGOING)) {
        skip(setup, SETUP_GUESS, NOT_NEEDED);
    } else if (state == SETUP_WAITING && setup->guess_later &&
               setup_sources_ended(setup, SETUP_GUESS) &&
               setup_all_tested(setup)) {
        loop_cancel(setup->guess_later);
        setup->guess_later =
            loop_after(setup->workspace->loop, 0, start_guessing, setup);
    }
    if (state == SETUP_RUNNING && setup->guess)
        for (int d = 0; d < SETUP_DIRECTIONS; d++)
            if (has_good(setup, d))
                guess_stop(setup->guess, (enum setup_direction)d);
}

/* -- all at once ----------------------------------------------------------- */

static void too_late(void *arg)
{
    struct asked *asked = arg;
    struct setup *setup = asked->setup;
    enum setup_source source = asked->source;
    char list[220], text[320];

    asked->deadline = NULL;
    if (source == SETUP_GUESS && list_guessed(setup, list, sizeof(list))) {
        snprintf(text, sizeof(text), "These answer: %s.", list);
        end(setup, source, SETUP_FOUND, SETUP_TRIED, text);
        return;
    }
    snprintf(text, sizeof(text), "No answer within %d seconds.",
             (int)(terms[source].ms / 1000));
    end(setup, source, SETUP_FAILED, SETUP_TRIED, text);
}

static void begin(struct setup *setup, enum setup_source source)
{
    struct loop *loop = setup->workspace->loop;
    struct setup_line *line = &setup->lines[source];
    struct asked *asked = &setup->asked[source];

    line->state = SETUP_RUNNING;
    snprintf(line->text, sizeof(line->text), "%s%s%s", terms[source].asking,
             setup->domain, terms[source].after);
    asked->started = loop_now(loop);
    asked->deadline = loop_after(loop, terms[source].ms, too_late, asked);
}

/* NULL: switched off. */
static const char *database_url(const struct setup *setup)
{
    const char *url = config_effective(
        setup->workspace->config, SECTION_DEFAULTS, "", SET_AUTOCONFIG_URL);

    return text_equal_nocase(url, "off") ? NULL : url;
}

static void ask_web(struct setup *setup, enum setup_source place)
{
    struct asked *asked = &setup->asked[place];
    const struct autoconfig_request request = {
        .place = place,
        .domain = setup->domain,
        .database = place == SETUP_DATABASE ? database_url(setup) : NULL,
        .address = &setup->address,
        .send_address = setup->send_address && place != SETUP_DATABASE,
    };

    begin(setup, place);
    asked->autoconfig =
        autoconfig_start(setup->workspace->http, setup->workspace->loop,
                         &request, web_answered, asked);
}

static void ask_mx(struct setup *setup)
{
    const struct mx_request request = {
        .resolver = setup->workspace->env.resolver,
        .http = setup->workspace->http,
        .loop = setup->workspace->loop,
        .address = &setup->address,
        .providers = setup->providers,
        .database = database_url(setup),
    };

    begin(setup, SETUP_MX);
    setup->mx = mx_start(&request, mx_answered, setup);
}

static void ask_network(struct setup *setup)
{
    struct loop *loop = setup->workspace->loop;

    begin(setup, SETUP_SRV);
    setup->srv = srv_start(setup->workspace->env.resolver, &setup->address,
                           NULL, NULL, srv_answered, setup);
    ask_web(setup, SETUP_AUTOCONFIG);
    ask_web(setup, SETUP_WELL_KNOWN);
    if (database_url(setup))
        ask_web(setup, SETUP_DATABASE);
    else
        skip(setup, SETUP_DATABASE, "Switched off (autoconfig-url = off).");
    ask_mx(setup);
    snprintf(setup->lines[SETUP_GUESS].text,
             sizeof(setup->lines[SETUP_GUESS].text),
             "Waits for better sources.");
    setup->guess_later =
        loop_after(loop, GUESS_AFTER_MS, start_guessing, setup);
}

void setup_ask_all(struct setup *setup)
{
    for (int s = 0; s < SETUP_SOURCE_COUNT; s++) {
        setup->lines[s] = (struct setup_line){.source = (enum setup_source)s,
                                              .state = SETUP_WAITING,
                                              .protection = SETUP_TRIED};
        setup->asked[s] =
            (struct asked){.setup = setup, .source = (enum setup_source)s};
    }
    begin(setup, SETUP_PROVIDER);
    ask_table(setup);
    if (!setup->offline) {
        ask_network(setup);
        return;
    }
    for (int s = SETUP_SRV; s < SETUP_SOURCE_COUNT; s++)
        skip(setup, (enum setup_source)s, "Not asked: offline.");
}

void setup_ask_none(struct setup *setup)
{
    for (int s = 0; s < SETUP_SOURCE_COUNT; s++)
        let_go(setup, (enum setup_source)s);
    providers_free(setup->providers);
}
