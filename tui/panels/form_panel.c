/* SPDX-License-Identifier: MIT */
#include "tui/panels/form_panel.h"

#include "core/base/text.h"
#include "tui/panels/facts.h"

#include <stdio.h>
#include <stdlib.h>

bool form_panel_follow(struct form_panel *panel, struct app *app)
{
    const struct form_panel_kind *kind = panel->kind;
    struct form *form = &panel->form;
    const char *id = kind->selected(app);
    bool fresh = app_take_new(app, kind->section), edit;
    enum setting focus;

    if (fresh)
        form_new(form, app_config(app), kind->section, kind->new_rows);
    if (form->draft)
        return fresh;
    if (*id)
        form_show(form, app_config(app), kind->section, id, kind->first);
    else
        form_release(form);
    focus = app_take_focus(app, &edit);
    if (focus == SET_NONE || !form->id)
        return false;
    form_focus(form, focus);
    if (edit)
        form_open(form);
    return true;
}

/* -- the form -------------------------------------------------------------- */

static void speak(struct app *app, struct form *form)
{
    if (!*form->message)
        return;
    app_message(app, form->message_style, "%s", form->message);
    form->message[0] = '\0';
}

/* A new section that got its name is the selected one from now on. */
static void after(struct screen *screen, bool was_draft)
{
    struct form_panel *panel = screen->state;
    struct form *form = &panel->form;

    if (was_draft && !form->draft && form->id)
        panel->kind->select(screen->app, form->id);
    speak(screen->app, form);
}

bool form_panel_has_section(const struct screen *screen)
{
    const struct form_panel *panel = screen->state;

    return panel->form.id && !panel->form.draft;
}

bool form_panel_has_changes(const struct screen *screen)
{
    return app_unsaved(screen->app) > 0;
}

void form_panel_edit(struct screen *screen)
{
    struct form_panel *panel = screen->state;

    form_open(&panel->form);
    after(screen, false);
}

void form_panel_next_choice(struct screen *screen)
{
    struct form_panel *panel = screen->state;
    bool draft = panel->form.draft;

    form_next_choice(&panel->form);
    after(screen, draft);
}

void form_panel_undo(struct screen *screen)
{
    struct form_panel *panel = screen->state;

    form_undo(&panel->form);
    after(screen, false);
}

void form_panel_take(struct screen *screen)
{
    struct form_panel *panel = screen->state;
    bool draft = panel && panel->form.draft;

    if (!panel || !panel->form.id)
        return;
    form_take(&panel->form);
    after(screen, draft);
}

void form_panel_forget(struct screen *screen)
{
    struct form_panel *panel = screen->state;

    if (panel)
        form_forget(&panel->form);
}

bool form_panel_key(struct screen *screen, int key)
{
    struct form_panel *panel = screen->state;
    bool draft = panel->form.draft, used;

    used = form_key(&panel->form, key, app_pasted(screen->app));
    after(screen, draft);
    return used;
}

void form_panel_leave(struct screen *screen)
{
    struct form_panel *panel = screen->state;
    struct form *form = &panel->form;
    bool draft = form->draft;

    form_leave(form);
    if (!draft)
        return;
    if (form->id) {
        panel->kind->select(screen->app, form->id);
        app_message(screen->app, STYLE_NORMAL,
                    "The new %s is kept, not saved yet.", panel->kind->noun);
    } else {
        app_message(screen->app, STYLE_NORMAL, "Nothing was added.");
    }
}

void form_panel_close(struct screen *screen)
{
    struct form_panel *panel = screen->state;

    if (panel)
        form_release(&panel->form);
    free(panel);
}

/* -- its server ------------------------------------------------------------ */

static char *target_of(const struct screen *screen)
{
    const struct form_panel *panel = screen->state;

    return panel->kind->target(screen->app);
}

void form_panel_test(struct screen *screen)
{
    char *target = target_of(screen);
    const char *targets[] = {target};

    app_test(screen->app, targets, 1);
    free(target);
}

void form_panel_view(struct screen *screen)
{
    char *target = target_of(screen);

    facts_view(screen->app, target);
    free(target);
}

void form_panel_except(struct screen *screen)
{
    char *target = target_of(screen);

    facts_except(screen->app, target);
    free(target);
}

/* -- while a field is open ------------------------------------------------- */

/* The form sees these keys before the tables do. */
static void by_the_form(struct screen *screen)
{
    (void)screen;
}

static bool in_text(const struct screen *screen)
{
    const struct form *form = screen->state;

    return form->mode == FORM_TEXT;
}

static bool in_choices(const struct screen *screen)
{
    return !in_text(screen);
}

const struct binding form_panel_typing_keys[] = {
    {K_ENTER, 0, by_the_form, "Enter", "Take", "take it, stay", NULL},
    {K_TAB, 0, by_the_form, "Tab", "Next", "take it, edit the next", NULL},
    {K_BACK_TAB, 0, by_the_form, "Shift-Tab", NULL,
     "take it, edit the one before", NULL},
    {K_ESCAPE, 0, by_the_form, "Esc", "Old value", "old value back", NULL},
    {' ', 0, by_the_form, "Up/Down", "Choose", "another choice (also Space)",
     in_choices},
    {K_CTRL('U'), 0, by_the_form, "Ctrl-U", "Clear",
     "clear; Ctrl-K to the end, Ctrl-W a word", in_text},
    {K_CTRL('A'), 0, by_the_form, "Ctrl-A/E", NULL, "to the ends", in_text},
    {K_CTRL('S'), 0, by_the_form, "Ctrl-S", "Save", "take it and save", NULL},
    {K_F1, 0, by_the_form, "F1", NULL, "this page", NULL},
    BINDING_END};

bool form_panel_undo_label(const struct screen *screen, char *out, size_t size)
{
    const struct form_panel *panel = screen->state;
    const struct form *form = &panel->form;
    enum setting setting = form_focused(form);
    const char *saved;
    char shown[300];

    if (!form->id || form->draft || setting == SET_NONE ||
        setting_row(setting)->type == SETTING_SECRET ||
        !config_is_changed(form->config, form->section, form->id, setting))
        return false;
    saved = config_saved(form->config, form->section, form->id, setting);
    setting_show(shown, sizeof(shown), setting, saved ? saved : "");
    if (!saved || text_width(shown) > 12)
        snprintf(out, size, "Take back");
    else
        snprintf(out, size, "Take back %s", shown);
    return true;
}
