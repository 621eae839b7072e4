/* SPDX-License-Identifier: MIT */
#include "tui/app_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/setup_dialog.h"
#include "tui/term.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEAF_MS 700 /* of a decision, for keys pressed before it was seen */

struct workspace *app_workspace(struct app *app)
{
    return app->workspace;
}

struct config *app_config(struct app *app)
{
    return app->workspace->config;
}

struct loop *app_loop(struct app *app)
{
    return app->workspace->loop;
}

time_t app_wall(struct app *app)
{
    return app->workspace->env.wall(app->workspace->env.wall_arg);
}

/* -- the stack ------------------------------------------------------------- */

struct screen *app_screen_at(struct app *app, size_t i)
{
    return i == 0 ? &app->panels[app->panel] : app->dialogs[i - 1];
}

struct screen *app_top(struct app *app)
{
    return app_screen_at(app, app->dialog_count);
}

bool app_has_dialog(struct app *app)
{
    return app->dialog_count > 0;
}

size_t app_first_drawn(struct app *app)
{
    size_t i = app->dialog_count;

    while (i > 0 && app_screen_at(app, i)->ops->box)
        i--;
    return i;
}

void app_push(struct app *app, const struct screen_ops *ops, void *state)
{
    struct screen *screen = xcalloc(1, sizeof(*screen));

    *screen = (struct screen){.ops = ops, .app = app, .state = state};
    if (app->dialog_count == DIALOG_MAX) {
        /* Nobody gets here by hand; the newest gives way to the new one. */
        app_pop(app);
    }
    app->dialogs[app->dialog_count++] = screen;
    app->finding = false;
    app->dirty = true;
    if (ops->decision) {
        term_drop_input();
        app->deaf_until = loop_now(app_loop(app)) + DEAF_MS;
    }
}

void app_pop(struct app *app)
{
    if (!app->dialog_count)
        return;
    if (app->dead_count == sizeof(app->dead) / sizeof(app->dead[0]))
        abort();
    app->dead[app->dead_count++] = app->dialogs[--app->dialog_count];
    app->finding = false;
    app->dirty = true;
}

bool app_is_top(struct app *app, const struct screen *screen)
{
    return app_top(app) == screen;
}

void app_close_dialogs(struct app *app)
{
    while (app->dialog_count)
        app_pop(app);
}

void app_bury(struct app *app)
{
    while (app->dead_count) {
        struct screen *screen = app->dead[--app->dead_count];

        if (screen->ops->close)
            screen->ops->close(screen);
        free(screen);
    }
    app_bury_runs(app);
}

void app_tick(struct app *app)
{
    app->dirty = true;
    for (int i = 0; i < PANEL_COUNT; i++)
        if (app->panels[i].ops->tick)
            app->panels[i].ops->tick(&app->panels[i]);
    for (size_t i = 0; i < app->dialog_count; i++)
        if (app->dialogs[i]->ops->tick)
            app->dialogs[i]->ops->tick(app->dialogs[i]);
}

/* What is open in the panel that is left is taken, not lost. */
static void take_open(struct app *app)
{
    struct screen *screen = &app->panels[app->panel];

    if (screen->ops->take)
        screen->ops->take(screen);
}

void app_panel(struct app *app, enum panel panel)
{
    app_close_dialogs(app);
    if (panel != app->panel)
        take_open(app);
    app->panel = panel;
    app->finding = false;
    app->dirty = true;
}

/* -- going to a setting ---------------------------------------------------- */

void app_goto_setting(struct app *app, enum section section, const char *id,
                      enum setting setting, bool edit)
{
    if (section == SECTION_SMTP) {
        app_select_smtp(app, id);
        app_panel(app, PANEL_OUTGOING);
    } else {
        app_select_account(app, id);
        app_panel(app, PANEL_SERVER);
    }
    app->focus = setting;
    app->focus_edit = edit;
}

void app_goto_target(struct app *app, const char *target, enum setting setting,
                     bool edit)
{
    const char *slash = strrchr(target, '/');
    char *id =
        slash ? xstrndup(target, (size_t)(slash - target)) : xstrdup(target);

    if (strncmp(target, "smtp:", 5) == 0) {
        app_goto_setting(app, SECTION_SMTP, target + 5, setting, edit);
    } else if (slash && strcmp(slash, "/outgoing") == 0) {
        const char *smtp = config_smtp_of(app_config(app), id);

        if (smtp && config_index(app_config(app), SECTION_SMTP, smtp) >= 0)
            app_goto_setting(app, SECTION_SMTP, smtp, setting, edit);
        else
            app_goto_setting(app, SECTION_ACCOUNT, id, SET_SMTP, edit);
    } else if (config_index(app_config(app), SECTION_ACCOUNT, id) >= 0) {
        app_goto_setting(app, SECTION_ACCOUNT, id, setting, edit);
    }
    free(id);
}

enum setting app_take_focus(struct app *app, bool *edit)
{
    enum setting focus = app->focus;

    *edit = app->focus_edit;
    app->focus = SET_NONE;
    app->focus_edit = false;
    return focus;
}

void app_new_section(struct app *app, enum section section)
{
    app_panel(app, section == SECTION_SMTP ? PANEL_OUTGOING : PANEL_SERVER);
    app->fresh |= section;
}

bool app_take_new(struct app *app, enum section section)
{
    bool wanted = app->fresh & section;

    app->fresh &= ~(unsigned)section;
    return wanted;
}

struct setup_draft *app_setup_draft(struct app *app)
{
    if (!app->setup_draft)
        app->setup_draft = xcalloc(1, sizeof(*app->setup_draft));
    return app->setup_draft;
}

/* -- what is selected ------------------------------------------------------ */

/* When the selected one is gone, its neighbour is. */
static const char *selected(struct app *app, enum section section, char **id,
                            int *place)
{
    const struct config *config = app_config(app);
    int count = (int)config_count(config, section);
    int at = *id ? config_index(config, section, *id) : -1;

    if (count == 0)
        return "";
    if (at < 0) {
        at = *place < count ? *place : count - 1;
        xreplace(id, config_id(config, section, (size_t)at));
    }
    *place = at;
    return *id;
}

const char *app_account(struct app *app)
{
    return selected(app, SECTION_ACCOUNT, &app->account, &app->account_place);
}

const char *app_smtp(struct app *app)
{
    return selected(app, SECTION_SMTP, &app->smtp, &app->smtp_place);
}

void app_select_account(struct app *app, const char *id)
{
    char *copy = xstrdup(id); /* may be the very text that is replaced */

    xreplace(&app->account, copy);
    free(copy);
    app->dirty = true;
}

void app_select_smtp(struct app *app, const char *id)
{
    char *copy = xstrdup(id);

    xreplace(&app->smtp, copy);
    free(copy);
    app->dirty = true;
}

/* -- messages and leaving -------------------------------------------------- */

void app_message(struct app *app, enum style style, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(app->message, sizeof(app->message), format, args);
    va_end(args);
    app->message_style = style;
    app->dirty = true;
}

void app_redraw(struct app *app)
{
    app->dirty = true;
}

const char *app_pasted(const struct app *app)
{
    (void)app;
    return term_pasted();
}

void app_undo(struct app *app)
{
    char what[200];

    if (config_undo(app_config(app), what, sizeof(what)))
        app_message(app, STYLE_NORMAL, "Taken back: %s.", what);
    else
        app_message(app, STYLE_NORMAL, "There is nothing to take back.");
}

size_t app_unsaved(struct app *app)
{
    return config_change_count(app_config(app));
}

void app_quit(struct app *app)
{
    if (app_unsaved(app))
        leave_open(app);
    else
        app_leave_now(app);
}

void app_leave_now(struct app *app)
{
    app->leaving = true;
}
