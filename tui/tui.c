/* SPDX-License-Identifier: MIT */
#include "tui/tui.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/secret/source.h"
#include "tui/app_private.h"
#include "tui/dialogs/setup_dialog.h"
#include "tui/term.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Input announced so often without a key coming: the line is closed, although
 * nobody says so (a hang-up that is ignored, as under nohup). */
#define SILENT_TURNS 50

static void on_hang_up(void *arg, int signo)
{
    struct app *app = arg;

    (void)signo;
    app->gone = app->leaving = true;
}

static void on_continue(void *arg, int signo)
{
    struct app *app = arg;

    (void)signo;
    if (!app->lent) {
        term_resume();
        app->dirty = true;
    }
}

static void on_input(void *arg, short revents)
{
    struct app *app = arg;

    if (revents & (POLLHUP | POLLERR | POLLNVAL))
        app->gone = app->leaving = true;
    app->silent_turns++;
}

static void read_keys(struct app *app)
{
    int key;

    while (!app->leaving &&
           (key = term_key(loop_now(app_loop(app)))) != K_NONE) {
        app->silent_turns = 0;
        app_key(app, key);
        if (key == K_PASTE)
            term_forget_pasted();
        app_bury(app);
    }
    if (app->silent_turns > SILENT_TURNS && !app->leaving)
        app->gone = app->leaving = true;
}

static void run(struct app *app)
{
    while (!app->leaving) {
        app_ask(app);
        if (app->dirty && !app->lent) {
            app->dirty = false;
            app_draw(app);
        }
        loop_turn(app_loop(app), -1);
        app_bury(app);
        if (app->lent)
            continue;
        if (term_stop_wanted())
            app_key(app, K_CTRL('Z'));
        read_keys(app);
    }
}

/* -- commands that ask on the terminal ------------------------------------- */

/* gpg's pinentry draws on the terminal that GPG_TTY names, so only a command
 * that has got the terminal may know it: any other would draw over us. */
static int lend(void *arg)
{
    struct app *app = arg;
    const char *name = ttyname(STDIN_FILENO);

    loop_watch_events(app->input, 0);
    term_lend();
    app->lent = true;
    if (name)
        setenv("GPG_TTY", name, 1);
    return STDIN_FILENO;
}

static void take_back(void *arg)
{
    struct app *app = arg;

    unsetenv("GPG_TTY");
    app->lent = false;
    term_drop_input();
    term_resume();
    loop_watch_events(app->input, POLLIN);
    app->dirty = true;
}

/* The line dropped: what was typed goes where the next start offers it. */
static int keep_for_later(struct app *app)
{
    for (size_t i = 0; i <= app->dialog_count; i++) {
        struct screen *screen = app_screen_at(app, i);

        if (screen->ops->take)
            screen->ops->take(screen);
    }
    return config_recovery_write(app_config(app), NULL) ? 0 : 3;
}

static bool wants_colour(const struct config *config)
{
    const char *value = config_effective(config, SECTION_UI, "", SET_COLOUR);

    return !value || strcmp(value, "never") != 0;
}

static bool wants_mouse(const struct config *config,
                        const struct tui_options *options)
{
    const char *value = config_effective(config, SECTION_UI, "", SET_MOUSE);

    return options->mouse || (value && strcmp(value, "yes") == 0);
}

static void prepare(struct app *app, struct workspace *workspace)
{
    static const struct screen_ops *const panels[PANEL_COUNT] = {
        [PANEL_ACCOUNTS] = &accounts_panel,
        [PANEL_SERVER] = &server_panel,
        [PANEL_OUTGOING] = &outgoing_panel,
        [PANEL_CERTIFICATES] = &certificates_panel};
    static const int signals[] = {SIGHUP, SIGTERM, SIGINT};

    *app =
        (struct app){.workspace = workspace, .focus = SET_NONE, .dirty = true};
    for (int i = 0; i < PANEL_COUNT; i++)
        app->panels[i] = (struct screen){.ops = panels[i], .app = app};
    lineedit_init(&app->needle, 200, "");
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        loop_signal(workspace->loop, signals[i], on_hang_up, app);
    loop_signal(workspace->loop, SIGCONT, on_continue, app);
}

static void release(struct app *app)
{
    if (app->workspace->env.oauth)
        oauth_show(app->workspace->env.oauth, NULL, NULL);
    app_close_dialogs(app);
    app_bury(app);
    for (int i = 0; i < PANEL_COUNT; i++)
        if (app->panels[i].ops->close)
            app->panels[i].ops->close(&app->panels[i]);
    app_free_runs(app);
    loop_cancel(app->save_timer);
    loop_cancel(app->look_timer);
    lineedit_release(&app->needle);
    setup_draft_free(app->setup_draft);
    free(app->account);
    free(app->smtp);
}

static void run_and_leave(struct app *app)
{
    struct command_terminal terminal = {lend, take_back, app};

    unsetenv("GPG_TTY");
    app->input = loop_watch(app_loop(app), STDIN_FILENO, POLLIN, on_input, app);
    app->workspace->env.terminal = &terminal;
    app_watch_file(app);
    app_start_questions(app);
    app->dirty = false;
    app_draw(app);
    app_start_messages(app);
    run(app);
    app_free_runs(app);
    app->workspace->env.terminal = NULL;
    loop_unwatch(app->input);
    if (app->gone)
        app->status = keep_for_later(app);
}

int tui_run(struct workspace *workspace, const struct tui_options *options)
{
    struct term_wish wish = {.mouse = wants_mouse(workspace->config, options),
                             .colour = wants_colour(workspace->config)};
    struct error e = {0};
    struct app app;

    /* First, so that a signal that comes while the screens begin is not lost.
     */
    prepare(&app, workspace);
    if (!term_start(&wish, &e)) {
        fprintf(stderr, "postseal: %s\n", e.text);
        release(&app);
        return 2;
    }
    run_and_leave(&app);
    release(&app);
    term_stop();
    return app.status;
}
