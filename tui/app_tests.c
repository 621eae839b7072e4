/* SPDX-License-Identifier: MIT */
/* app_tests: running connection tests, with what they ask for. */
#include "tui/app_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- running --------------------------------------------------------------- */

bool app_tests_running(struct app *app)
{
    for (const struct run *run = app->runs; run; run = run->next)
        if (!run->finished)
            return true;
    return false;
}

void app_cancel_tests(struct app *app)
{
    for (struct run *run = app->runs; run; run = run->next)
        if (!run->finished)
            probe_set_cancel(run->set);
    app_tick(app);
}

static void tell_end(struct app *app, struct probe_set *set)
{
    size_t ok = 0, count = probe_set_count(set);

    for (size_t i = 0; i < count; i++)
        ok += probe_set_result(set, i)->ok;
    /* The test screen shows it better; elsewhere one line says so, but never
     * over a message that is still to be read. */
    if (app_has_dialog(app) || *app->message || !count)
        return;
    app_message(app, ok == count ? STYLE_GOOD : STYLE_FAULT,
                ok == count ? "The test of %s ended: all well."
                            : "The test of %s ended: it failed. t shows it.",
                probe_set_result(set, 0)->target);
}

/* -- passwords that a person typed ----------------------------------------- */

void app_ask(struct app *app)
{
    struct probe_set *set = test_set(app_top(app));
    struct probe_set_question question;

    if (set && !app->leaving && probe_set_asking(set, &question))
        password_open(app, set, &question);
}

static struct run *run_of(struct app *app, const struct probe_set *set)
{
    struct run *run = app->runs;

    while (run && run->set != set)
        run = run->next;
    return run;
}

void app_answer(struct app *app, struct probe_set *set, size_t index,
                struct secret *typed, enum keep_password keep)
{
    struct run *run = run_of(app, set);

    if (run && typed && keep == KEEP_IN_FILE) {
        secret_release(&run->store);
        run->store = secret_share(typed);
        run->store_index = index;
    }
    probe_set_answer(set, index, typed, keep == KEEP_IN_KEYRING);
    app->dirty = true;
}

/* The section whose password a server uses: its own, or that of the account it
 * logs in as. */
static bool section_of(struct app *app, const char *target,
                       enum section *section, char **id)
{
    const struct config *config = app_config(app);
    const char *lender;
    struct server server;

    if (!app_server_of(app, target, &server))
        return false;
    *section = server.section;
    *id = xstrdup(server.id);
    lender = config_get(config, *section, *id, SET_ACCOUNT);
    if (*section == SECTION_SMTP && lender && *lender &&
        !config_get(config, *section, *id, SET_USER)) {
        *section = SECTION_ACCOUNT;
        xreplace(id, lender);
    }
    server_release(&server);
    return true;
}

/* Once it has worked, it is a change like any other: not saved yet. */
static void store_password(struct app *app, struct probe_set *set, size_t index)
{
    struct run *run = run_of(app, set);
    const struct probe_result *result = probe_set_result(set, index);
    enum section section;
    char *id;

    if (!run || !run->store || run->store_index != index)
        return;
    if (!probe_result_logged_in(result)) {
        app_message(app, STYLE_NORMAL,
                    "The password was not kept: it has not worked.");
    } else if (section_of(app, result->target, &section, &id)) {
        config_set(app_config(app), section, id, SET_PASSWORD,
                   secret_text(run->store), NULL, NULL);
        free(id);
        app_message(app, STYLE_CHANGED,
                    "The password is a change that is not saved: s writes it "
                    "into accounts.ini.");
    }
    secret_release(&run->store);
}

static void on_progress(void *arg, struct probe_set *set, size_t index)
{
    struct app *app = arg;
    const struct probe_result *result = probe_set_result(set, index);

    if (result->finished)
        store_password(app, set, index);
    if (result->finished)
        history_note(app->workspace->history, result);
    for (struct run *run = app->runs; run; run = run->next) {
        if (run->set != set || run->finished || !probe_set_finished(set))
            continue;
        run->finished = true;
        history_save(app->workspace->history);
        tell_end(app, set);
    }
    app_tick(app);
}

static void free_run(struct run *run)
{
    secret_release(&run->store);
    probe_set_free(run->set);
    free(run);
}

void app_bury_runs(struct app *app)
{
    while (app->dead_runs) {
        struct run *run = app->dead_runs;

        app->dead_runs = run->next;
        free_run(run);
    }
}

static bool shares_target(const struct run *run, const struct probe_set *set)
{
    for (size_t i = 0; i < probe_set_count(set); i++)
        if (app_run_result(run, probe_set_result(set, i)->target))
            return true;
    return false;
}

/* Older tests of these targets end: their results are out of date. They are
 * freed when the handler that asked for the new test has returned. */
static void replace_runs(struct app *app, const struct probe_set *set)
{
    struct run **place = &app->runs;

    while (*place) {
        struct run *run = *place;

        if (!shares_target(run, set)) {
            place = &run->next;
            continue;
        }
        *place = run->next;
        if (!run->finished)
            probe_set_cancel(run->set);
        run->next = app->dead_runs;
        app->dead_runs = run;
    }
}

/* An authorization began or ended. Nobody's typing is interrupted for it; the
 * test screen has a key for the code. */
static void codes_changed(void *arg)
{
    struct app *app = arg;
    struct screen *top = app_top(app);
    bool typing = top->ops->typing && top->ops->typing(top);

    if (oauth_prompt_count(app->workspace->env.oauth) && !permit_is_open(top)) {
        if (typing || top->ops->decision)
            app_message(app, STYLE_CHANGED,
                        "A test waits for you to permit access in a browser: "
                        "p on the test shows how.");
        else
            permit_open(app);
    }
    app_tick(app);
}

static void start_run(struct app *app, struct probe_set *set)
{
    struct run *run = xcalloc(1, sizeof(*run));

    replace_runs(app, set);
    app_close_dialogs(app);
    *run = (struct run){.set = set, .next = app->runs};
    app->runs = run;
    test_open(app, set);
    probe_set_start(set);
    /* What could not even begin is finished without a callback. */
    run->finished = probe_set_finished(set);
    app->dirty = true;
}

/* -- commands of a foreign file -------------------------------------------- */

static void free_asked(struct app *app)
{
    for (size_t i = 0; i < app->asked_count; i++)
        free(app->asked_targets[i]);
    free(app->asked_targets);
    app->asked_targets = NULL;
    app->asked_count = 0;
}

void app_free_runs(struct app *app)
{
    app_bury_runs(app);
    while (app->runs) {
        struct run *run = app->runs;

        app->runs = run->next;
        free_run(run);
    }
    free_asked(app);
}

static bool has_command(struct app *app, const char *target)
{
    static const char *const sides[] = {"", "/incoming", "/outgoing"};
    bool found = false;

    for (int i = 0; i < 3 && !found; i++) {
        char *side = xasprintf("%s%s", target, sides[i]);
        struct server server;

        if (app_server_of(app, side, &server)) {
            found = server.password_command || server.token_command ||
                    server.oauth.client_secret_command ||
                    server.oauth.refresh_command || server.oauth.store_command;
            server_release(&server);
        }
        free(side);
    }
    return found;
}

static void commands_answered(struct app *app, size_t button, void *arg)
{
    const char **targets;
    size_t count = app->asked_count;
    struct error e = {0};

    (void)arg;
    if (button == 1 && !workspace_allow_commands(app->workspace, &e))
        app_message(app, STYLE_FAULT, "%s", e.text);
    targets = xcalloc(count, sizeof(*targets));
    for (size_t i = 0; i < count; i++)
        targets[i] = app->asked_targets[i];
    app_test(app, targets, count);
    free(targets);
    free_asked(app);
}

/* Asks once a session. True: the test waits for the answer. */
static bool ask_about_commands(struct app *app, const char *const *targets,
                               size_t count)
{
    static const char *const buttons[] = {"Test without them",
                                          "Run its commands"};
    const char *lines[] = {
        "This accounts.ini is not in your own configuration folder, and it "
        "names commands that print passwords.",
        "Run only what you know: whoever wrote the file chose them. The answer "
        "is kept for this file as it stands."};
    bool any = false;

    if (app->commands_asked || !workspace_commands_in_question(app->workspace))
        return false;
    for (size_t i = 0; i < count; i++)
        any = any || has_command(app, targets[i]);
    if (!any)
        return false;
    app->commands_asked = true;
    free_asked(app);
    app->asked_targets = xcalloc(count, sizeof(*app->asked_targets));
    for (size_t i = 0; i < count; i++)
        app->asked_targets[app->asked_count++] = xstrdup(targets[i]);
    confirm_open(app, "May this file run commands?", lines, 2, buttons, 2,
                 commands_answered, NULL);
    return true;
}

void app_test(struct app *app, const char *const *targets, size_t count)
{
    struct probe_set_options options = {.purpose = PROBE_LOGIN,
                                        .may_ask = true};
    struct probe_set *set;
    struct error e = {0};

    if (ask_about_commands(app, targets, count))
        return;
    if (!workspace_prepare(app->workspace, &e)) {
        app_message(app, STYLE_FAULT, "No test: %s", e.text);
        return;
    }
    oauth_show(app->workspace->env.oauth, codes_changed, app);
    set = probe_set_new(app->workspace, &options, on_progress, app);
    for (size_t i = 0; i < count; i++)
        if (!probe_set_add(set, targets[i], &e)) {
            app_message(app, STYLE_FAULT, "No test: %s", e.text);
            probe_set_free(set);
            return;
        }
    start_run(app, set);
}
