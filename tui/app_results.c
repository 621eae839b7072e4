/* SPDX-License-Identifier: MIT */
/* app_results: what is known about servers by their last tests. */
#include "tui/app_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY (24 * 60 * 60)

/* -- looking results up ---------------------------------------------------- */

const struct probe_result *app_run_result(const struct run *run,
                                          const char *target)
{
    for (size_t i = 0; i < probe_set_count(run->set); i++) {
        const struct probe_result *result = probe_set_result(run->set, i);

        if (strcmp(result->target, target) == 0)
            return result;
    }
    return NULL;
}

const struct probe_result *app_result(struct app *app, const char *target)
{
    for (const struct run *run = app->runs; run; run = run->next) {
        const struct probe_result *result = app_run_result(run, target);

        if (result)
            return result;
    }
    return NULL;
}

bool app_server_of(struct app *app, const char *target, struct server *out)
{
    return server_of_target(app_config(app), target, out, NULL, NULL);
}

static bool same_server(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && a->security == b->security &&
           strcmp(a->host, b->host) == 0;
}

const struct probe_result *app_current_result(struct app *app,
                                              const char *target)
{
    const struct probe_result *result = app_result(app, target);
    struct server server;

    if (!result || !app_server_of(app, target, &server))
        return NULL;
    if (!same_server(&result->endpoint, &server.endpoint))
        result = NULL;
    server_release(&server);
    return result;
}

static void state_of_result(const struct probe_result *result,
                            struct test_state *state)
{
    state->kind = !result->finished ? TEST_RUNNING
                  : result->ok      ? TEST_OK
                                    : TEST_FAILED;
    state->reason = result->reason;
    state->stages = result->stage_count;
    for (size_t i = 0; i < result->stage_count; i++)
        state->done += result->stages[i].state == STAGE_OK;
    state->elapsed_ms = result->elapsed_ms;
    state->when = result->when;
}

void app_test_state(struct app *app, const char *target,
                    struct test_state *state)
{
    const struct probe_result *result = app_result(app, target);
    const struct history_entry *entry;
    struct server server;

    *state = (struct test_state){.kind = TEST_NEVER};
    if (!app_server_of(app, target, &server)) {
        if (result && result->reason == REASON_CONFIG)
            state_of_result(result, state);
        return;
    }
    entry = history_find(app->workspace->history, target, server.endpoint.host,
                         server.endpoint.port);
    if (result && same_server(&result->endpoint, &server.endpoint) &&
        result->reason != REASON_CANCELLED)
        state_of_result(result, state);
    else if (entry)
        *state = (struct test_state){.kind = entry->ok ? TEST_OK : TEST_FAILED,
                                     .reason = entry->reason,
                                     .elapsed_ms = entry->elapsed_ms,
                                     .when = entry->when};
    server_release(&server);
}

char *test_state_show(struct app *app, const struct test_state *state,
                      char *out, size_t size, enum style *style)
{
    char when[DATE_SIZE];

    if (app_wall(app) - state->when < DAY)
        clock_format(when, state->when);
    else
        memmove(when, date_format(when, state->when) + 5, 6);
    *style = STYLE_NORMAL;
    if (state->kind == TEST_NEVER) {
        snprintf(out, size, "never");
    } else if (state->kind == TEST_RUNNING) {
        snprintf(out, size, "%zu of %zu", state->done, state->stages);
    } else if (state->kind == TEST_OK) {
        snprintf(out, size, "OK  %s", when);
        *style = STYLE_GOOD;
    } else {
        snprintf(out, size, "FAIL %s",
                 state->reason == REASON_CERTIFICATE ? "cert" : when);
        *style = STYLE_FAULT;
    }
    return out;
}

char *app_last_test(struct app *app, const char *target, char *out, size_t size,
                    enum style *style)
{
    struct test_state state;

    app_test_state(app, target, &state);
    return test_state_show(app, &state, out, size, style);
}

/* -- what is known of the certificate -------------------------------------- */

static const struct exception *exception_at(struct app *app, const char *host,
                                            unsigned port)
{
    const struct exceptions *all = app->workspace->exceptions;

    for (size_t i = 0; all && i < exceptions_count(all); i++) {
        const struct exception *exception = exceptions_at(all, i);

        if (exception->port == port && strcmp(exception->host, host) == 0 &&
            !exception_has_ended(exception, app_wall(app)))
            return exception;
    }
    return NULL;
}

/* "proven by ..." says enough; a list of faults does not. */
static void show_summary(const char *summary, char *out, size_t size)
{
    snprintf(out, size, "%s%s",
             strncmp(summary, "proven", 6) == 0 ? "" : "NOT PROVEN: ", summary);
}

static char *show_exception(const struct exception *exception, char *out,
                            size_t size)
{
    char faults[200], date[DATE_SIZE];

    fault_labels(faults, sizeof(faults), exception->faults);
    if (exception->end == EXCEPTION_UNTIL)
        snprintf(out, size, "EXCEPTION you made: %s, until %s", faults,
                 date_format(date, exception->until));
    else
        snprintf(out, size, "EXCEPTION you made: %s, %s", faults,
                 exception->end == EXCEPTION_SESSION ? "this session"
                                                     : "until removed");
    return out;
}

char *app_trust_line(struct app *app, const char *target, char *out,
                     size_t size)
{
    const struct probe_result *result = app_result(app, target);
    const struct history_entry *entry;
    const struct exception *exception;
    struct server server;
    char summary[400];

    snprintf(out, size, "not known yet: t tests it");
    if (!app_server_of(app, target, &server))
        return out;
    entry = history_find(app->workspace->history, target, server.endpoint.host,
                         server.endpoint.port);
    exception = exception_at(app, server.endpoint.host, server.endpoint.port);
    if (result && result->has_verdict &&
        same_server(&result->endpoint, &server.endpoint)) {
        if (result->exception == EXCEPTION_CHANGED)
            snprintf(out, size, "CHANGED: not the certificate you accepted");
        else if (!result->verdict.trusted && exception)
            show_exception(exception, out, size);
        else
            show_summary(verdict_summary(summary, sizeof(summary),
                                         &result->verdict, app_wall(app)),
                         out, size);
    } else if (server.endpoint.security == SECURITY_NONE) {
        snprintf(out, size, "none: the connection is not encrypted");
    } else if (exception) {
        show_exception(exception, out, size);
    } else if (entry && *entry->summary) {
        show_summary(entry->summary, out, size);
    }
    server_release(&server);
    return out;
}
