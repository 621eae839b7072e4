/* SPDX-License-Identifier: MIT */
/* app_input: which key goes where. */
#include "tui/app_private.h"

#include "core/base/text.h"
#include "tui/term.h"

#include <curses.h>
#include <string.h>

/* -- keys that hold everywhere --------------------------------------------- */

static bool no_decision(const struct screen *screen)
{
    return !screen->ops->decision;
}

static bool can_find(const struct screen *screen)
{
    return screen->ops->find != NULL;
}

static bool at_start(const struct screen *screen)
{
    return screen->app->panel == PANEL_ACCOUNTS && !app_has_dialog(screen->app);
}

static bool not_at_start(const struct screen *screen)
{
    return !at_start(screen);
}

static void show_accounts(struct screen *screen)
{
    app_panel(screen->app, PANEL_ACCOUNTS);
}

static void show_server(struct screen *screen)
{
    app_panel(screen->app, PANEL_SERVER);
}

static void show_outgoing(struct screen *screen)
{
    app_panel(screen->app, PANEL_OUTGOING);
}

static void show_certificates(struct screen *screen)
{
    app_panel(screen->app, PANEL_CERTIFICATES);
}

static void save(struct screen *screen)
{
    app_save(screen->app, NULL);
}

static void open_help(struct screen *screen)
{
    help_open(screen->app, screen);
}

static void begin_find(struct screen *screen)
{
    screen->app->finding = true;
    lineedit_set(&screen->app->needle, "");
}

static void find(struct app *app, bool backwards)
{
    struct screen *top = app_top(app);
    char safe[200];

    if (!app->needle.len)
        app_message(app, STYLE_NORMAL, "/ looks for something first.");
    else if (!top->ops->find(top, app->needle.text, backwards))
        app_message(app, STYLE_NORMAL, "\"%s\" is not here.",
                    text_safe_string(safe, sizeof(safe), app->needle.text));
}

static void find_next(struct screen *screen)
{
    find(screen->app, false);
}

static void find_previous(struct screen *screen)
{
    find(screen->app, true);
}

static void go_back(struct screen *screen)
{
    struct app *app = screen->app;

    if (app_has_dialog(app))
        app_pop(app);
    else
        app_panel(app, PANEL_ACCOUNTS);
}

static void stay(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL, "q quits.");
}

static void quit(struct screen *screen)
{
    app_quit(screen->app);
}

/* Handled before any table; they stand here for the help. */
static void explained_only(struct screen *screen)
{
    (void)screen;
}

const struct binding app_keys[] = {
    {'1', 0, show_accounts, "1", NULL, "Accounts", no_decision},
    {'2', 0, show_server, "2", NULL, "Server settings", no_decision},
    {'3', 0, show_outgoing, "3", NULL, "Outgoing servers", no_decision},
    {'4', 0, show_certificates, "4", NULL, "Certificates", no_decision},
    {'s', K_CTRL('S'), save, "s", "Save", "save, stay (also Ctrl-S)",
     no_decision},
    {'/', 0, begin_find, "/", "Find", "find", can_find},
    {'n', 0, find_next, "n", NULL, "find the next one", can_find},
    {'N', 0, find_previous, "N", NULL, "find the one before", can_find},
    {'?', K_F1, open_help, "?", "Help", "this page (also F1)", NULL},
    {'q', K_F10, quit, "q", "Quit", "quit; asks when something is not saved",
     at_start},
    {K_ESCAPE, 0, stay, "Esc", NULL, "nothing here; never quits", at_start},
    {K_ESCAPE, 0, go_back, "Esc", "Back", "one step back; never quits",
     not_at_start},
    {'q', K_F10, go_back, "q", NULL, "back", not_at_start},
    {K_CTRL('C'), 0, explained_only, "Ctrl-C", NULL,
     "stop a test; else like Esc", NULL},
    {K_CTRL('L'), 0, explained_only, "Ctrl-L", NULL, "draw again", NULL},
    {K_CTRL('Z'), 0, explained_only, "Ctrl-Z", NULL, "to the shell; fg returns",
     NULL},
    BINDING_END};

/* -- keys before all tables ------------------------------------------------ */

static void suspend(struct app *app)
{
    for (size_t i = 0; i <= app->dialog_count; i++) {
        struct screen *screen = app_screen_at(app, i);

        if (screen->ops->forget)
            screen->ops->forget(screen);
    }
    term_suspend();
    app->dirty = true;
}

static void draw_again(struct app *app)
{
    clearok(curscr, TRUE);
    app->dirty = true;
}

static void too_small_key(struct app *app, int key)
{
    if (key != 'q' && key != K_F10) {
        app->quit_twice = false;
        return;
    }
    if (!app_unsaved(app)) {
        app_leave_now(app);
    } else if (app->quit_twice) {
        /* As after a dropped line: the next start offers the changes. */
        app->gone = app->leaving = true;
    } else {
        app->quit_twice = true;
    }
}

static void click(struct app *app)
{
    struct screen *top = app_top(app);
    struct area body = app_body_area(app);
    int row, col;

    term_click(&row, &col);
    if (top->ops->click && row >= body.top && row < body.top + body.height)
        top->ops->click(top, row - body.top, col - body.left);
}

static void find_key(struct app *app, int key)
{
    if (key == K_ESCAPE || key == K_CTRL('C')) {
        app->finding = false;
    } else if (key == K_ENTER) {
        app->finding = false;
        find(app, false);
    } else if (key == K_PASTE) {
        lineedit_insert(&app->needle, term_pasted());
    } else {
        lineedit_key(&app->needle, key);
    }
}

/* -- the tables ------------------------------------------------------------ */

static bool run_binding(const struct binding *table, int key,
                        struct screen *screen)
{
    const struct binding *binding = keys_find(table, key, screen);

    if (binding)
        binding->run(screen);
    return binding != NULL;
}

static void unknown_key(struct app *app, int key)
{
    char name[32];

    /* A sequence that means nothing here is not somebody's key press gone
     * wrong: terminals send such things by themselves. */
    if (key == K_UNKNOWN)
        return;
    app_message(app, STYLE_NORMAL, "%s does nothing here. ? lists the keys.",
                keys_name(name, sizeof(name), key));
}

static void typing_key(struct app *app, struct screen *screen, int key)
{
    if (key == K_CTRL('C'))
        key = K_ESCAPE;
    if (screen->ops->key && screen->ops->key(screen, key)) {
        if (key == K_PASTE && term_paste_was_changed() && !*app->message)
            app_message(app, STYLE_NORMAL,
                        "Pasted as one line: line breaks and tabs are no keys "
                        "here.");
        return;
    }
    /* Before the table, which only explains these two. */
    if (key == K_F1 || key == '?')
        help_open(app, screen);
    else if (key == K_CTRL('S') && !screen->ops->decision)
        app_save(app, NULL);
    else if (!run_binding(screen->ops->typing_keys, key, screen))
        unknown_key(app, key);
}

static void command_key(struct app *app, struct screen *screen, int key)
{
    if (run_binding(screen->ops->keys, key, screen))
        return;
    if (key == K_CTRL('C')) {
        if (!screen->ops->decision && app_tests_running(app)) {
            app_cancel_tests(app);
            app_message(app, STYLE_NORMAL, "The test was stopped.");
            return;
        }
        command_key(app, screen, K_ESCAPE);
        return;
    }
    if (screen->ops->key && screen->ops->key(screen, key))
        return;
    if (run_binding(app_keys, key, screen))
        return;
    if (key == K_PASTE)
        app_message(app, STYLE_NORMAL,
                    "Pasted text was ignored: no field is open. Nothing was "
                    "changed.");
    else
        unknown_key(app, key);
}

static bool is_deaf(struct app *app, int key)
{
    return app_top(app)->ops->decision && key != K_ESCAPE &&
           key != K_CTRL('C') && loop_now(app_loop(app)) < app->deaf_until;
}

void app_key(struct app *app, int key)
{
    struct screen *top = app_top(app);

    app->dirty = true;
    if (key == K_RESIZE)
        return;
    if (key == K_CTRL('Z')) {
        suspend(app);
    } else if (key == K_CTRL('L')) {
        draw_again(app);
    } else if (app_too_small()) {
        too_small_key(app, key);
    } else if (!is_deaf(app, key)) {
        app->message[0] = '\0';
        app->quit_twice = false;
        if (key == K_CLICK)
            click(app);
        else if (app->finding)
            find_key(app, key);
        else if (top->ops->typing && top->ops->typing(top))
            typing_key(app, top, key);
        else
            command_key(app, top, key);
    }
}
