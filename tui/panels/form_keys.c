/* SPDX-License-Identifier: MIT */
#include "tui/panels/form_keys.h"

#include "core/base/text.h"

#include <stdio.h>

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

const struct binding form_typing_keys[] = {
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

void form_speak(struct app *app, struct form *form)
{
    if (!*form->message)
        return;
    app_message(app, form->message_style, "%s", form->message);
    form->message[0] = '\0';
}

bool form_undo_label(const struct form *form, char *out, size_t size)
{
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
