/* SPDX-License-Identifier: MIT */
/* form_stage: the values of a form, what one can choose, and staging. */
#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widgets/form_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void form_say(struct form *form, enum style style, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(form->message, sizeof(form->message), format, args);
    va_end(args);
    form->message_style = style;
}

bool form_is_secret(enum setting setting)
{
    return setting_row(setting)->type == SETTING_SECRET;
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

/* -- the person's certificates --------------------------------------------- */

static bool is_identity(enum setting setting)
{
    return setting_row(setting)->type == SETTING_IDENTITY;
}

static size_t identity_count(const struct form *form)
{
    size_t n = 0;

    while (config_identity(form->config, n))
        n++;
    return n;
}

/* None, each of them, and a path to be typed; a text while there is none. */
static size_t identity_choices(const struct form *form)
{
    size_t n = identity_count(form);

    return n ? n + 2 : 0;
}

static size_t current_identity(const struct form *form, const char *value)
{
    size_t i = 0;

    if (!value || !*value)
        return 0;
    for (const char *word; (word = config_identity(form->config, i)); i++)
        if (strcmp(word, value) == 0)
            return i + 1;
    return i + 1;
}

static char *identity_label(const char *word, size_t i, char *out, size_t size)
{
    if (word && *word)
        return text_safe_string(out, size, word);
    snprintf(out, size, i == 0 ? "(none)" : "(a PEM file; type its path)");
    return out;
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
    if (is_identity(setting))
        return identity_choices(form);
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
    if (is_identity(setting))
        return i == 0 ? "" : config_identity(form->config, i - 1);
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

    if (is_identity(setting))
        return identity_label(word, i, out, size);
    if (!is_reference(setting))
        return setting_show(out, size, setting, word);
    if (i == 0)
        return unset_reference(form, setting, out, size);
    return text_safe_string(
        out, size, config_label(form->config, referred(setting), word));
}

size_t form_current_choice(const struct form *form, enum setting setting)
{
    const char *value = form_value(form, setting);
    size_t count = form_choice_count(form, setting);

    if (is_identity(setting))
        return current_identity(form, value);
    if (is_reference(setting)) {
        int place = value && *value
                        ? config_index(form->config, referred(setting), value)
                        : -1;
        return place < 0 ? 0 : (size_t)place + 1;
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
void form_commit_draft(struct form *form)
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
        form_say(form, STYLE_FAULT, "%s", e.text);
        free(id);
        return;
    }
    for (int s = 0; s < SET_COUNT; s++)
        if (form->drafted[s])
            config_set(form->config, form->section, id, (enum setting)s,
                       form->drafted[s], NULL, NULL);
    form_forget_draft(form);
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
        form_say(form, STYLE_CHANGED, "%s Test it with t.", doubt);
}

static void tell_fault(struct form *form, enum setting setting,
                       const struct error *e)
{
    const char *saved = form->draft ? NULL
                                    : config_saved(form->config, form->section,
                                                   form->id, setting);
    char safe[120];

    if (saved && *saved && !form_is_secret(setting))
        form_say(form, STYLE_FAULT,
                 "%s What you typed is kept. Esc in the field gives %s back. "
                 "Saving waits for this.",
                 e->text, text_safe_string(safe, sizeof(safe), saved));
    else
        form_say(form, STYLE_FAULT,
                 "%s What you typed is kept. Saving waits for this.", e->text);
}

void form_stage(struct form *form, enum setting setting, const char *value)
{
    struct error e = {0};
    bool moved = false;

    if (form->draft) {
        xwipe(&form->drafted[setting]);
        form->drafted[setting] = value && *value ? xstrdup(value) : NULL;
        if (draft_has_name(form))
            form_commit_draft(form);
    } else if (!config_set(form->config, form->section, form->id, setting,
                           value, &moved, &e)) {
        form_say(form, STYLE_FAULT, "%s", e.text);
        return;
    }
    if (value && form_fault(form, setting, &e)) {
        tell_fault(form, setting, &e);
    } else if (moved) {
        const char *port =
            config_effective(form->config, form->section, form->id, SET_PORT);

        form_say(form, STYLE_CHANGED, "The port follows: %s is the usual one.",
                 port ? port : "");
    } else if (!form->draft) {
        tell_doubt(form, setting);
    }
}

void form_forget_draft(struct form *form)
{
    for (int s = 0; s < SET_COUNT; s++)
        xwipe(&form->drafted[s]);
    form->draft = false;
}
