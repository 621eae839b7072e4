/* SPDX-License-Identifier: MIT */
/* config_edit: staging changes, and taking them back. */
#include "core/account/config_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_secret(enum setting setting)
{
    return setting_row(setting)->type == SETTING_SECRET;
}

/* -- the journal ----------------------------------------------------------- */

static struct step *new_step(struct config *c, enum change_kind kind,
                             size_t item)
{
    if (c->step_count == c->step_size) {
        c->step_size = c->step_size ? 2 * c->step_size : 16;
        c->steps = xreallocarray(c->steps, c->step_size, sizeof(struct step));
    }
    c->steps[c->step_count] = (struct step){
        .group = c->group, .kind = kind, .item = item, .setting = SET_NONE};
    return &c->steps[c->step_count++];
}

void config_clear_steps(struct config *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        staged_clear(&c->steps[i].before);
    c->step_count = 0;
}

/* Puts a value over the file's; what equals the file's is no change. The value
 * that stood there goes to *before, or is dropped. */
static void put_staged(struct config *c, struct item *item,
                       enum setting setting, const char *value,
                       struct staged *before)
{
    struct staged *staged;

    if (!item->staged)
        item->staged = xcalloc(SET_COUNT, sizeof(struct staged));
    staged = &item->staged[setting];
    if (before)
        *before = *staged;
    else
        staged_clear(staged);
    *staged = (struct staged){0};
    if (!same(item_file_value(c, item, setting), value)) {
        staged->is = true;
        staged->value = xstrdup_or_null(value);
    }
    config_was_changed(c);
}

static void stage(struct config *c, struct item *item, enum setting setting,
                  const char *value)
{
    struct step *step = new_step(c, CHANGE_SET, (size_t)(item - c->items));

    step->setting = setting;
    put_staged(c, item, setting, value, &step->before);
}

static struct item *editable(struct config *c, enum section section,
                             const char *id, struct error *e)
{
    struct item *item = config_item(c, section, id);
    char safe[160];

    text_safe_string(safe, sizeof(safe), id);
    if (!item || item->removed) {
        error_set(e, ERROR_NOT_FOUND, "There is no [%s %s].",
                  section_word(section), safe);
        return NULL;
    }
    if (item_broken(c, item)) {
        error_set(e, ERROR_PARSE,
                  "[%s%s%s] has a line that cannot be read; mend it by hand "
                  "first. `postseal check` names the line.",
                  section_word(section), *safe ? " " : "", safe);
        return NULL;
    }
    return item;
}

/* -- the port follows ------------------------------------------------------ */

static unsigned port_now(const struct config *c, const struct item *item)
{
    const char *text = config_effective(c, item->section, item->id, SET_PORT);
    long port;

    return text && text_parse_number(text, 1, 65535, &port) ? (unsigned)port
                                                            : 0;
}

static bool kind_now(const struct config *c, const struct item *item,
                     enum service *service, enum security *security)
{
    const char *type = config_effective(c, item->section, item->id, SET_TYPE);
    const char *text =
        config_effective(c, item->section, item->id, SET_SECURITY);

    return service_parse(item->section == SECTION_SMTP ? "smtp" : type,
                         service) &&
           security_parse(text, security);
}

/* Whether the file or an edit states a port; an unstated one follows by
 * itself. */
static bool states_port(const struct config *c, const struct item *item)
{
    const char *port = item_value(c, item, SET_PORT);

    return port && *port;
}

static bool follow_port(struct config *c, struct item *item,
                        enum setting setting, const char *value)
{
    enum service service, new_service;
    enum security security, new_security;
    unsigned port = port_now(c, item), new_port;
    bool known = kind_now(c, item, &service, &security);
    bool stated = states_port(c, item);
    char text[8];

    stage(c, item, setting, value);
    if (!known || !port || !kind_now(c, item, &new_service, &new_security))
        return false;
    new_port = endpoint_follow_port(port, service, security, new_service,
                                    new_security);
    if (stated && new_port != port) {
        snprintf(text, sizeof(text), "%u", new_port);
        stage(c, item, SET_PORT, text);
    }
    return port_now(c, item) != port;
}

/* -- editing --------------------------------------------------------------- */

bool config_set(struct config *c, enum section section, const char *id,
                enum setting setting, const char *value, bool *port_moved,
                struct error *e)
{
    struct item *item = editable(c, section, id, e);
    bool moved = false;

    if (!item)
        return false;
    /* An emptied field is an unset one, but a server and its port are asked
     * for. */
    if (value && !*value && setting != SET_HOST && setting != SET_PORT)
        value = NULL;
    if (!same(item_value(c, item, setting), value)) {
        c->group++;
        if (setting == SET_TYPE || setting == SET_SECURITY)
            moved = follow_port(c, item, setting, value);
        else
            stage(c, item, setting, value);
    }
    if (port_moved)
        *port_moved = moved;
    return true;
}

bool config_stage(struct config *c, enum section section, const char *id,
                  enum setting setting, const char *value)
{
    struct item *item = editable(c, section, id, NULL);

    if (!item)
        return false;
    if (!same(item_value(c, item, setting), value)) {
        c->group++;
        stage(c, item, setting, value);
    }
    return true;
}

/* What was removed comes back empty: its old values belong to the server that
 * it was. */
static void empty_item(struct config *c, size_t at)
{
    for (int s = 0; s < SET_COUNT; s++)
        if (item_value(c, &c->items[at], (enum setting)s))
            stage(c, &c->items[at], (enum setting)s, NULL);
}

/* Ids that differ only in the case of letters would be one to iniparser. */
bool config_add(struct config *c, enum section section, const char *id,
                struct error *e)
{
    struct item *item = config_item(c, section, id);
    char safe[160];
    size_t i;

    if (!section_check_id(id, e))
        return false;
    if (item && !item->removed)
        return error_set(e, ERROR_EXISTS, "There is a [%s %s] already.",
                         section_word(section),
                         text_safe_string(safe, sizeof(safe), item->id));
    c->group++;
    i = item ? (size_t)(item - c->items) : config_add_item(c, section, id);
    if (!item)
        c->items[i].removed = true; /* until now it was not there */
    new_step(c, CHANGE_ADD, i)->removed_before = true;
    c->items[i].removed = false;
    empty_item(c, i);
    config_refresh_lists(c);
    return true;
}

bool config_remove(struct config *c, enum section section, const char *id,
                   struct error *e)
{
    struct item *item = config_item(c, section, id);
    char safe[160];

    if (!item || item->removed)
        return error_set(e, ERROR_NOT_FOUND, "There is no [%s %s].",
                         section_word(section),
                         text_safe_string(safe, sizeof(safe), id));
    c->group++;
    new_step(c, CHANGE_REMOVE, (size_t)(item - c->items));
    item->removed = true;
    config_refresh_lists(c);
    return true;
}

/* One that was added and taken back again leaves its id free. */
static bool is_taken(const struct config *c, enum section section,
                     const char *id)
{
    const struct item *item = config_item(c, section, id);

    return item && (item->in_file || !item->removed);
}

char *config_free_id(const struct config *c, enum section section,
                     const char *label)
{
    char stem[64] = "", *id;
    size_t n = 0;

    for (; *label && *label != '@' && n < sizeof(stem) - 8; label++) {
        char ch = *label;

        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch + 32);
        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
            stem[n++] = ch;
        else if (n && stem[n - 1] != '-')
            stem[n++] = '-';
    }
    while (n && stem[n - 1] == '-')
        n--;
    stem[n] = '\0';
    id = xstrdup(n ? stem : section_word(section));
    for (int i = 2; is_taken(c, section, id); i++) {
        free(id);
        id = xasprintf("%s-%d", n ? stem : section_word(section), i);
    }
    return id;
}

/* -- taking back ----------------------------------------------------------- */

static void describe_step(const struct config *c, const struct step *step,
                          char *what, size_t size)
{
    const struct item *item = &c->items[step->item];
    char safe[160];

    text_safe_string(safe, sizeof(safe), item->id);
    if (step->kind == CHANGE_SET)
        snprintf(what, size, "%s / %s", *safe ? safe : item->name,
                 setting_row(step->setting)->label);
    else
        snprintf(what, size, "%s %s",
                 step->kind == CHANGE_ADD ? "adding" : "removing", safe);
}

static void take_back(struct config *c, struct step *step)
{
    struct item *item = &c->items[step->item];

    if (step->kind == CHANGE_SET) {
        staged_clear(&item->staged[step->setting]);
        item->staged[step->setting] = step->before;
        step->before = (struct staged){0};
    } else {
        item->removed = step->kind == CHANGE_ADD;
    }
}

bool config_undo(struct config *c, char *what, size_t size)
{
    unsigned group;

    if (!c->step_count)
        return false;
    group = c->steps[c->step_count - 1].group;
    while (c->step_count && c->steps[c->step_count - 1].group == group) {
        struct step *step = &c->steps[c->step_count - 1];

        describe_step(c, step, what, size);
        take_back(c, step);
        c->step_count--;
    }
    config_refresh_lists(c);
    return true;
}

/* What was done to that setting leaves the journal too: otherwise the next
 * undo would bring it back. */
static void forget_steps(struct config *c, size_t item, enum setting setting)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->step_count; i++) {
        struct step *step = &c->steps[i];

        if (step->kind == CHANGE_SET && step->item == item &&
            step->setting == setting)
            staged_clear(&step->before);
        else
            c->steps[kept++] = *step;
    }
    c->step_count = kept;
}

bool config_revert(struct config *c, enum section section, const char *id,
                   enum setting setting)
{
    struct item *item = config_item(c, section, id);

    if (!item || item->removed || !item->staged || !item->staged[setting].is)
        return false;
    forget_steps(c, (size_t)(item - c->items), setting);
    staged_clear(&item->staged[setting]);
    config_was_changed(c);
    return true;
}

void config_discard(struct config *c)
{
    config_clear_steps(c);
    config_build_items(c);
}

/* -- what has changed ------------------------------------------------------ */

bool item_changed(const struct config *c, const struct item *item,
                  enum setting setting)
{
    (void)c;
    return item->staged && item->staged[setting].is;
}

bool config_is_changed(const struct config *c, enum section section,
                       const char *id, enum setting setting)
{
    const struct item *item = config_item(c, section, id);

    return item && !item->removed && item_changed(c, item, setting);
}

bool config_section_changed(const struct config *c, enum section section,
                            const char *id)
{
    const struct item *item = config_item(c, section, id);

    if (!item || item->removed)
        return false;
    for (int s = 0; item->staged && s < SET_COUNT; s++)
        if (item->staged[s].is)
            return true;
    return !item->in_file && section != SECTION_DEFAULTS &&
           section != SECTION_UI;
}

static const char *shown(enum setting setting, const char *value)
{
    return value && is_secret(setting) ? "(hidden)" : value;
}

static bool visit_item(const struct config *c, const struct item *item,
                       bool (*visit)(void *arg,
                                     const struct config_change *change),
                       void *arg)
{
    struct config_change change = {
        .section = item->section, .id = item->id, .setting = SET_NONE};

    if (item->removed ? item->in_file : !item->in_file && *item->id) {
        change.kind = item->removed ? CHANGE_REMOVE : CHANGE_ADD;
        if (!visit(arg, &change))
            return false;
    }
    change.kind = CHANGE_SET;
    for (int s = 0; !item->removed && item->staged && s < SET_COUNT; s++) {
        if (!item->staged[s].is)
            continue;
        change.setting = (enum setting)s;
        change.old_value =
            shown(change.setting, item_file_value(c, item, change.setting));
        change.new_value = shown(change.setting, item->staged[s].value);
        if (!visit(arg, &change))
            return false;
    }
    return true;
}

void config_each_change(const struct config *c,
                        bool (*visit)(void *arg,
                                      const struct config_change *change),
                        void *arg)
{
    if (!c->step_count)
        return;
    for (size_t i = 0; i < c->item_count; i++)
        if (!visit_item(c, &c->items[i], visit, arg))
            return;
}

/* The wanted one of those visited, by position. */
struct wanted {
    size_t position, seen;
    struct config_change *found;
};

static bool pick(void *arg, const struct config_change *change)
{
    struct wanted *wanted = arg;

    if (wanted->seen++ != wanted->position)
        return true;
    *wanted->found = *change;
    return false;
}

size_t config_change_count(const struct config *c)
{
    struct wanted wanted = {(size_t)-1, 0, NULL};

    config_each_change(c, pick, &wanted);
    return wanted.seen;
}

bool config_change_at(const struct config *c, size_t i,
                      struct config_change *change)
{
    struct wanted wanted = {i, 0, change};

    config_each_change(c, pick, &wanted);
    return wanted.seen == i + 1;
}

struct wanted_fault {
    const struct config *config;
    size_t position, seen;
    struct config_fault *found;
};

static bool pick_fault(void *arg, const struct config_change *change)
{
    struct wanted_fault *wanted = arg;
    struct error e = {0};
    const char *value;

    if (change->kind != CHANGE_SET || !change->new_value)
        return true;
    value = config_get(wanted->config, change->section, change->id,
                       change->setting);
    if (setting_check(change->setting, value, &e) ||
        wanted->seen++ != wanted->position)
        return true;
    *wanted->found = (struct config_fault){.section = change->section,
                                           .id = change->id,
                                           .setting = change->setting};
    text_safe_string(wanted->found->text, sizeof(wanted->found->text), e.text);
    return false;
}

bool config_fault_at(const struct config *c, size_t i,
                     struct config_fault *fault)
{
    struct wanted_fault wanted = {c, i, 0, fault};

    config_each_change(c, pick_fault, &wanted);
    return wanted.seen == i + 1;
}
