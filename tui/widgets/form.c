/* SPDX-License-Identifier: MIT */
#include "tui/widgets/form.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/keys.h"
#include "tui/widgets/form_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- which rows ------------------------------------------------------------ */

enum setting form_focused(const struct form *form)
{
    return form->list.count ? form->rows[form->list.selected] : SET_NONE;
}

void form_focus(struct form *form, enum setting setting)
{
    for (size_t i = 0; i < form->list.count; i++)
        if (form->rows[i] == setting)
            list_select(&form->list, i);
}

bool form_is_open(const struct form *form)
{
    return form->mode != FORM_MOVING;
}

static void close_field(struct form *form)
{
    if (form->mode == FORM_TEXT)
        lineedit_release(&form->edit);
    form->mode = FORM_MOVING;
}

static void use_rows(struct form *form, enum setting first)
{
    size_t n = 0;

    for (int turn = 0; turn < 2; turn++)
        for (enum setting s = setting_next(form->section, SET_NONE);
             s != SET_NONE; s = setting_next(form->section, s))
            if ((s < first) == (turn == 1))
                form->rows[n++] = s;
    form->list.count = n;
}

void form_show(struct form *form, struct config *config, enum section section,
               const char *id, enum setting first)
{
    enum setting focused = form_focused(form);

    if (form->id && !form->draft && !form->stale && form->section == section &&
        strcmp(form->id, id) == 0)
        return;
    close_field(form);
    form_forget_draft(form);
    form->config = config;
    form->section = section;
    form->stale = false;
    xreplace(&form->id, id);
    use_rows(form, first);
    if (focused == SET_NONE)
        list_select(&form->list, 0);
    else
        form_focus(form, focused);
}

void form_new(struct form *form, struct config *config, enum section section,
              const enum setting *rows)
{
    close_field(form);
    form_forget_draft(form);
    form->config = config;
    form->section = section;
    xreplace(&form->id, "");
    form->draft = true;
    form->stale = false;
    for (form->list.count = 0; *rows != SET_NONE; rows++)
        form->rows[form->list.count++] = *rows;
    list_select(&form->list, 0);
    form->top = 0;
    form_open(form);
}

void form_release(struct form *form)
{
    close_field(form);
    form_forget_draft(form);
    free(form->id);
    *form = (struct form){0};
}

/* -- opening and taking ---------------------------------------------------- */

static void open_text(struct form *form, enum setting setting)
{
    const struct setting_row *row = setting_row(setting);
    const char *value =
        form_is_secret(setting) ? "" : form_value(form, setting);
    /* Wrong values are to be told, not made impossible to type. */
    size_t max = 2 * (row->max > 255 ? (size_t)row->max : 255);

    if (form_is_secret(setting))
        lineedit_init_secret(&form->edit, max);
    else
        lineedit_init(&form->edit, max, value ? value : "");
    form->touched = false;
    form->mode = FORM_TEXT;
}

static bool is_editable(struct form *form)
{
    if (form->draft || !config_broken(form->config, form->section, form->id))
        return true;
    form_say(
        form, STYLE_FAULT,
        "This section has a line that cannot be read; mend it by hand first. "
        "`postseal check` names the line.");
    return false;
}

void form_open(struct form *form)
{
    enum setting setting = form_focused(form);
    size_t choices;

    if (setting == SET_NONE || !is_editable(form))
        return;
    close_field(form);
    choices = form_choice_count(form, setting);
    if (!choices) {
        open_text(form, setting);
        return;
    }
    form->choices = (struct list){.count = choices};
    form->choices.rows = choices;
    list_select(&form->choices, form_current_choice(form, setting));
    form->mode = FORM_CHOICE;
}

void form_next_choice(struct form *form)
{
    enum setting setting = form_focused(form);
    const char *word;
    size_t count;

    if (setting == SET_NONE || !is_editable(form))
        return;
    count = form_choice_count(form, setting);
    if (!count) {
        form_open(form);
        return;
    }
    word = form_choice_word(form, setting,
                            (form_current_choice(form, setting) + 1) % count);
    form_stage(form, setting, word ? word : "");
}

/* An empty number means "what applies without it", but a port is asked for. */
static const char *stored_form(enum setting setting, const char *value)
{
    const struct setting_row *row = setting_row(setting);
    bool optional = (row->type == SETTING_NUMBER && setting != SET_PORT) ||
                    (row->type == SETTING_HOST && setting != SET_HOST);

    return optional && !*value ? NULL : value;
}

static void take_text(struct form *form, enum setting setting)
{
    char *value;

    /* An untouched secret stays as it is: what is stored is never in the
     * field. */
    if (!form->touched)
        return;
    value = setting_canonical(setting, form->edit.text);
    form_stage(form, setting, stored_form(setting, value));
    xwipe(&value);
}

static void take(struct form *form)
{
    enum setting setting = form_focused(form);
    const char *word =
        form->mode == FORM_CHOICE
            ? form_choice_word(form, setting, form->choices.selected)
            : NULL;

    if (form->mode == FORM_TEXT) {
        take_text(form, setting);
    } else if (form->mode == FORM_CHOICE && !word) {
        open_text(form, setting);
        return;
    } else if (form->mode == FORM_CHOICE &&
               form->choices.selected != form_current_choice(form, setting)) {
        form_stage(form, setting, word);
    }
    close_field(form);
}

/* A wrong text that was kept gives way to the one in the file. */
static void give_back(struct form *form)
{
    enum setting setting = form_focused(form);
    bool was_text = form->mode == FORM_TEXT;

    close_field(form);
    if (was_text && !form->draft && form_value(form, setting) &&
        !setting_check(setting, form_value(form, setting), NULL))
        config_revert(form->config, form->section, form->id, setting);
}

void form_leave(struct form *form)
{
    bool any = false;

    close_field(form);
    for (int s = 0; form->draft && s < SET_COUNT; s++)
        any = any || form->drafted[s];
    if (any)
        form_commit_draft(form);
    if (form->draft)
        xreplace(&form->id, NULL);
    form_forget_draft(form);
    form->stale = true;
}

void form_take(struct form *form)
{
    if (form->mode == FORM_TEXT && !form_is_secret(form_focused(form)))
        take(form);
    form_leave(form);
}

void form_forget(struct form *form)
{
    if (form->mode == FORM_TEXT && form_is_secret(form_focused(form))) {
        lineedit_set(&form->edit, "");
        form->touched = false;
    }
}

void form_undo(struct form *form)
{
    enum setting setting = form_focused(form);
    char what[200];

    if (!form->draft && setting != SET_NONE &&
        config_revert(form->config, form->section, form->id, setting))
        form_say(form, STYLE_NORMAL, "Taken back: %s.",
                 setting_row(setting)->label);
    else if (config_undo(form->config, what, sizeof(what)))
        form_say(form, STYLE_NORMAL, "Taken back: %s.", what);
    else
        form_say(form, STYLE_NORMAL, "There is nothing to take back.");
}

/* -- keys ------------------------------------------------------------------ */

static void paste(struct form *form, const char *pasted)
{
    form->touched = lineedit_insert(&form->edit, pasted) || form->touched;
}

static void open_neighbour(struct form *form, bool back)
{
    take(form);
    close_field(form);
    if (back ? form->list.selected == 0
             : form->list.selected + 1 == form->list.count)
        return;
    list_select(&form->list,
                back ? form->list.selected - 1 : form->list.selected + 1);
    form_open(form);
}

static bool text_key(struct form *form, int key, const char *pasted)
{
    if (key == K_PASTE) {
        paste(form, pasted);
    } else if (lineedit_key(&form->edit, key)) {
        form->touched =
            form->touched ||
            (key != K_LEFT && key != K_RIGHT && key != K_HOME && key != K_END &&
             key != K_CTRL('A') && key != K_CTRL('E'));
    } else {
        return false;
    }
    if (form->edit.full)
        form_say(form, STYLE_FAULT, "That does not fit: at most %zu bytes.",
                 form->edit.max);
    return true;
}

static bool choice_key(struct form *form, int key)
{
    if (key == ' ') {
        list_select(&form->choices,
                    (form->choices.selected + 1) % form->choices.count);
        return true;
    }
    return list_key(&form->choices, key);
}

static bool open_key(struct form *form, int key, const char *pasted)
{
    switch (key) {
    case K_ENTER:
        take(form);
        return true;
    case K_ESCAPE:
        give_back(form);
        return true;
    case K_TAB:
    case K_BACK_TAB:
        open_neighbour(form, key == K_BACK_TAB);
        return true;
    case K_UP:
    case K_DOWN:
        if (form->mode == FORM_TEXT) {
            take(form);
            list_key(&form->list, key);
            return true;
        }
        break;
    case K_CTRL('S'):
        take(form);
        return false; /* the app saves */
    }
    return form->mode == FORM_TEXT ? text_key(form, key, pasted)
                                   : choice_key(form, key);
}

bool form_key(struct form *form, int key, const char *pasted)
{
    if (form_is_open(form))
        return open_key(form, key, pasted);
    if (key == K_TAB)
        key = K_DOWN;
    if (key == K_BACK_TAB)
        key = K_UP;
    return list_key(&form->list, key);
}

/* -- finding --------------------------------------------------------------- */

static bool row_has(const struct form *form, size_t i, const char *needle)
{
    const struct setting_row *row = setting_row(form->rows[i]);
    char shown[1024];

    return text_contains_nocase(row->label, needle) ||
           text_contains_nocase(row->key, needle) ||
           text_contains_nocase(
               form_shown(form, form->rows[i], shown, sizeof(shown)), needle);
}

bool form_find(struct form *form, const char *needle, bool backwards)
{
    size_t n = form->list.count;

    for (size_t step = 1; step <= n; step++) {
        size_t i = (form->list.selected + (backwards ? n - step : step)) % n;

        if (row_has(form, i, needle)) {
            list_select(&form->list, i);
            return true;
        }
    }
    return false;
}
