/* SPDX-License-Identifier: MIT */
#include "tui/widgets/form.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/keys.h"
#include "tui/widgets/form_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(struct form *form, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct form *form, enum style style, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(form->message, sizeof(form->message), format, args);
    va_end(args);
    form->message_style = style;
}

static bool is_secret(enum setting setting)
{
    return setting_row(setting)->type == SETTING_SECRET;
}

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

static void forget_draft(struct form *form)
{
    for (int s = 0; s < SET_COUNT; s++)
        xwipe(&form->drafted[s]);
    form->draft = false;
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
    forget_draft(form);
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
    forget_draft(form);
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
    forget_draft(form);
    free(form->id);
    *form = (struct form){0};
}

/* -- values ---------------------------------------------------------------- */

const char *form_value(const struct form *form, enum setting setting)
{
    if (form->draft)
        return form->drafted[setting];
    return config_get(form->config, form->section, form->id, setting);
}

static bool is_reference(enum setting setting)
{
    enum setting_type type = setting_row(setting)->type;

    return type == SETTING_SMTP_ID || type == SETTING_ACCOUNT_ID;
}

static enum section referred(enum setting setting)
{
    return setting_row(setting)->type == SETTING_SMTP_ID ? SECTION_SMTP
                                                         : SECTION_ACCOUNT;
}

bool form_fault(const struct form *form, enum setting setting, struct error *e)
{
    const char *value = form_value(form, setting);

    if (!value)
        return setting == SET_HOST &&
               !error_set(e, ERROR_INPUT, "Server name: it is missing.");
    if (!setting_check(setting, value, e))
        return true;
    return is_reference(setting) && *value &&
           config_index(form->config, referred(setting), value) < 0 &&
           !error_set(e, ERROR_INPUT, "%s: there is no such server.",
                      setting_row(setting)->label);
}

/* -- choices --------------------------------------------------------------- */

size_t form_choice_count(const struct form *form, enum setting setting)
{
    const struct setting_row *row = setting_row(setting);
    size_t n = 0;

    if (row->type == SETTING_YES_NO)
        return 2;
    if (is_reference(setting)) /* the first one is "none of them" */
        return 1 + config_count(form->config, referred(setting));
    while (row->type == SETTING_CHOICE && row->choices[n].word)
        n++;
    return n;
}

const char *form_choice_word(const struct form *form, enum setting setting,
                             size_t i)
{
    const struct setting_row *row = setting_row(setting);

    if (row->type == SETTING_YES_NO)
        return i == 0 ? "yes" : "no";
    if (row->type == SETTING_CHOICE)
        return row->choices[i].word;
    return i == 0 ? "" : config_id(form->config, referred(setting), i - 1);
}

/* What stands for "no reference". */
static char *unset_reference(const struct form *form, enum setting setting,
                             char *out, size_t size)
{
    const char *id =
        setting == SET_SMTP
            ? config_get(form->config, SECTION_DEFAULTS, "", SET_SMTP)
            : NULL;
    char label[200];

    if (id && *id)
        text_safe_string(label, sizeof(label),
                         config_label(form->config, SECTION_SMTP, id));
    if (setting != SET_SMTP)
        snprintf(out, size, "(no other account)");
    else if (id && *id)
        snprintf(out, size, "(the default: %s)", label);
    else
        snprintf(out, size, "(none)");
    return out;
}

char *form_choice_label(const struct form *form, enum setting setting, size_t i,
                        char *out, size_t size)
{
    const char *word = form_choice_word(form, setting, i);

    if (!is_reference(setting))
        return setting_show(out, size, setting, word);
    if (i == 0)
        return unset_reference(form, setting, out, size);
    return text_safe_string(
        out, size, config_label(form->config, referred(setting), word));
}

static size_t current_choice(const struct form *form, enum setting setting)
{
    const char *value = form_value(form, setting);
    size_t count = form_choice_count(form, setting);

    if (is_reference(setting)) {
        int place = value && *value
                        ? config_index(form->config, referred(setting), value)
                        : -1;
        return (size_t)(place + 1);
    }
    if (!value)
        value = form->draft ? setting_row(setting)->fallback
                            : config_effective(form->config, form->section,
                                               form->id, setting);
    for (size_t i = 0; value && i < count; i++)
        if (text_equal_nocase(form_choice_word(form, setting, i), value))
            return i;
    return 0;
}

/* -- staging --------------------------------------------------------------- */

/* A section of its own as soon as it can be named. */
static void commit_draft(struct form *form)
{
    static const enum setting names[] = {SET_LABEL, SET_EMAIL, SET_HOST,
                                         SET_NAME, SET_USER};
    const char *name = NULL;
    struct error e = {0};
    char *id;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !name; i++)
        name = form->drafted[names[i]];
    id = config_free_id(form->config, form->section, name ? name : "");
    if (!config_add(form->config, form->section, id, &e)) {
        say(form, STYLE_FAULT, "%s", e.text);
        free(id);
        return;
    }
    for (int s = 0; s < SET_COUNT; s++)
        if (form->drafted[s])
            config_set(form->config, form->section, id, (enum setting)s,
                       form->drafted[s], NULL, NULL);
    forget_draft(form);
    free(form->id);
    form->id = id;
}

static bool draft_has_name(const struct form *form)
{
    const char *label = form->drafted[SET_LABEL];
    const char *email = form->drafted[SET_EMAIL];
    const char *host = form->drafted[SET_HOST];

    return (label && *label) || (email && *email) ||
           (form->section == SECTION_SMTP && host && *host);
}

/* An empty number means "what applies without it", but a port is asked for. */
static const char *stored_form(enum setting setting, const char *value)
{
    const struct setting_row *row = setting_row(setting);
    bool optional = (row->type == SETTING_NUMBER && setting != SET_PORT) ||
                    (row->type == SETTING_HOST && setting != SET_HOST);

    return optional && !*value ? NULL : value;
}

static void tell_doubt(struct form *form, enum setting setting)
{
    const char *type =
        form->section == SECTION_SMTP
            ? "smtp"
            : config_effective(form->config, form->section, form->id, SET_TYPE);
    const char *port_text =
        config_effective(form->config, form->section, form->id, SET_PORT);
    const char *word =
        config_effective(form->config, form->section, form->id, SET_SECURITY);
    enum service service;
    enum security security;
    long port;
    bool error;
    const char *doubt;

    if ((setting != SET_PORT && setting != SET_SECURITY &&
         setting != SET_TYPE) ||
        !service_parse(type, &service) || !security_parse(word, &security) ||
        !port_text || !text_parse_number(port_text, 1, 65535, &port))
        return;
    doubt = endpoint_doubt(service, security, (unsigned)port, &error);
    if (doubt)
        say(form, STYLE_CHANGED, "%s Test it with t.", doubt);
}

static void tell_fault(struct form *form, enum setting setting,
                       const struct error *e)
{
    const char *saved = form->draft ? NULL
                                    : config_saved(form->config, form->section,
                                                   form->id, setting);
    char safe[120];

    if (saved && *saved && !is_secret(setting))
        say(form, STYLE_FAULT,
            "%s What you typed is kept. Esc in the field gives %s back. "
            "Saving waits for this.",
            e->text, text_safe_string(safe, sizeof(safe), saved));
    else
        say(form, STYLE_FAULT,
            "%s What you typed is kept. Saving waits for this.", e->text);
}

static void stage(struct form *form, enum setting setting, const char *value)
{
    struct error e = {0};
    bool moved = false;

    if (form->draft) {
        xwipe(&form->drafted[setting]);
        form->drafted[setting] = value && *value ? xstrdup(value) : NULL;
        if (draft_has_name(form))
            commit_draft(form);
    } else if (!config_set(form->config, form->section, form->id, setting,
                           value, &moved, &e)) {
        say(form, STYLE_FAULT, "%s", e.text);
        return;
    }
    if (value && form_fault(form, setting, &e)) {
        tell_fault(form, setting, &e);
    } else if (moved) {
        const char *port =
            config_effective(form->config, form->section, form->id, SET_PORT);

        say(form, STYLE_CHANGED, "The port follows: %s is the usual one.",
            port ? port : "");
    } else if (!form->draft) {
        tell_doubt(form, setting);
    }
}

/* -- opening and taking ---------------------------------------------------- */

static void open_text(struct form *form, enum setting setting)
{
    const struct setting_row *row = setting_row(setting);
    const char *value = is_secret(setting) ? "" : form_value(form, setting);

    /* Wrong values are to be told, not made impossible to type. */
    lineedit_init(&form->edit, 2 * (row->max > 255 ? (size_t)row->max : 255),
                  value ? value : "");
    form->touched = false;
    form->mode = FORM_TEXT;
}

static bool is_editable(struct form *form)
{
    if (form->draft || !config_broken(form->config, form->section, form->id))
        return true;
    say(form, STYLE_FAULT,
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
    list_select(&form->choices, current_choice(form, setting));
    form->mode = FORM_CHOICE;
}

void form_next_choice(struct form *form)
{
    enum setting setting = form_focused(form);
    size_t count;

    if (setting == SET_NONE || !is_editable(form))
        return;
    count = form_choice_count(form, setting);
    if (!count) {
        form_open(form);
        return;
    }
    stage(form, setting,
          form_choice_word(form, setting,
                           (current_choice(form, setting) + 1) % count));
}

static void take_text(struct form *form, enum setting setting)
{
    char *value;

    /* An untouched secret stays as it is: what is stored is never in the
     * field. */
    if (!form->touched)
        return;
    value = setting_canonical(setting, form->edit.text);
    stage(form, setting, stored_form(setting, value));
    xwipe(&value);
}

static void take(struct form *form)
{
    enum setting setting = form_focused(form);

    if (form->mode == FORM_TEXT) {
        take_text(form, setting);
    } else if (form->mode == FORM_CHOICE &&
               form->choices.selected != current_choice(form, setting)) {
        stage(form, setting,
              form_choice_word(form, setting, form->choices.selected));
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
        commit_draft(form);
    if (form->draft)
        xreplace(&form->id, NULL);
    forget_draft(form);
    form->stale = true;
}

void form_take(struct form *form)
{
    if (form->mode == FORM_TEXT && !is_secret(form_focused(form)))
        take(form);
    form_leave(form);
}

void form_forget(struct form *form)
{
    if (form->mode == FORM_TEXT && is_secret(form_focused(form))) {
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
        say(form, STYLE_NORMAL, "Taken back: %s.", setting_row(setting)->label);
    else if (config_undo(form->config, what, sizeof(what)))
        say(form, STYLE_NORMAL, "Taken back: %s.", what);
    else
        say(form, STYLE_NORMAL, "There is nothing to take back.");
}

/* -- keys ------------------------------------------------------------------ */

static void paste(struct form *form, const char *pasted)
{
    if (lineedit_insert(&form->edit, pasted))
        say(form, STYLE_NORMAL,
            "Pasted as one line; line breaks and tabs are no keys here.");
    form->touched = true;
}

static void open_neighbour(struct form *form, bool back)
{
    take(form);
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
        say(form, STYLE_FAULT, "That does not fit: at most %zu bytes.",
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
