/* SPDX-License-Identifier: MIT */
/*
 * outgoing: the servers that send mail: a list above, the fields of the
 * selected one below. Right or Enter goes to the fields, Left or Escape back.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/panels/facts.h"
#include "tui/panels/form_panel.h"
#include "tui/panels/smtp_list.h"
#include "tui/widgets/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct form_panel panel; /* first: form_panel_test() looks for it here */
    struct list list;
    bool in_fields;
    int list_top; /* row of the body where the list begins */
};

static const enum setting new_rows[] = {
    SET_LABEL, SET_HOST, SET_SECURITY,         SET_PORT,
    SET_AUTH,  SET_USER, SET_PASSWORD_COMMAND, SET_ACCOUNT,
    SET_NONE};

static char *target_of(struct app *app)
{
    return xasprintf("smtp:%s", app_smtp(app));
}

static const struct form_panel_kind kind = {
    .section = SECTION_SMTP,
    .noun = "server",
    .first = SET_LABEL,
    .new_rows = new_rows,
    .selected = app_smtp,
    .select = app_select_smtp,
    .target = target_of,
};

static struct state *state_of(const struct screen *constant)
{
    struct screen *screen = (struct screen *)constant;
    struct state *state = screen->state;

    if (!state) {
        state = screen->state = xcalloc(1, sizeof(*state));
        state->panel.kind = &kind;
    }
    if (form_panel_follow(&state->panel, screen->app))
        state->in_fields = true;
    if (!state->panel.form.id)
        state->in_fields = false;
    return state;
}

/* -- when keys are there --------------------------------------------------- */

static bool in_fields(const struct screen *screen)
{
    const struct state *state = state_of(screen);

    return state->panel.form.id && state->in_fields;
}

static bool in_list(const struct screen *screen)
{
    return !in_fields(screen);
}

static bool has_server(const struct screen *screen)
{
    state_of(screen);
    return form_panel_has_section(screen);
}

static bool list_has_server(const struct screen *screen)
{
    return in_list(screen) && has_server(screen);
}

/* -- actions --------------------------------------------------------------- */

static void to_fields(struct screen *screen)
{
    state_of(screen)->in_fields = true;
}

static void to_list(struct screen *screen)
{
    form_panel_leave(screen);
    state_of(screen)->in_fields = false;
}

static void leave(struct screen *screen)
{
    app_panel(screen->app, PANEL_ACCOUNTS);
}

static void undo(struct screen *screen)
{
    if (in_fields(screen))
        form_panel_undo(screen);
    else
        app_undo(screen->app);
}

static void add(struct screen *screen)
{
    app_new_section(screen->app, SECTION_SMTP);
}

static void make_default(struct screen *screen)
{
    struct config *config = app_config(screen->app);
    const char *id = app_smtp(screen->app);
    struct error e = {0};
    char label[160];

    text_safe_string(label, sizeof(label),
                     config_label(config, SECTION_SMTP, id));
    if (config_set(config, SECTION_DEFAULTS, "", SET_SMTP, id, NULL, &e))
        app_message(screen->app, STYLE_NORMAL,
                    "%s is the default: accounts without a server of their "
                    "own use it.",
                    label);
    else
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
}

static void deletion_answered(struct app *app, size_t button, void *arg)
{
    char *id = arg;
    struct error e = {0};

    if (button == 1 && config_remove(app_config(app), SECTION_SMTP, id, &e))
        app_message(app, STYLE_CHANGED,
                    "It is deleted when you save; u brings it back until "
                    "then.");
    else if (button == 1)
        app_message(app, STYLE_FAULT, "%s", e.text);
    free(id);
}

static void delete_server(struct screen *screen)
{
    static const char *const buttons[] = {"Keep", "Delete"};
    const struct config *config = app_config(screen->app);
    const char *id = app_smtp(screen->app);
    const char *host = config_get(config, SECTION_SMTP, id, SET_HOST);
    char label[160], safe[300], title[200], where[340], users[500], who[560];
    const char *lines[] = {
        where, who,
        "Its settings leave accounts.ini when you save; until then u brings "
        "them back. Accounts that use it have to name another one."};

    text_safe_string(label, sizeof(label),
                     config_label(config, SECTION_SMTP, id));
    snprintf(title, sizeof(title), "Delete the outgoing server %s?", label);
    snprintf(where, sizeof(where), "  Server   %s",
             text_safe_string(safe, sizeof(safe), host ? host : ""));
    smtp_used_by(config, id, 5, users, sizeof(users));
    snprintf(who, sizeof(who), "  Used by  %s", *users ? users : "no account");
    confirm_open(screen->app, title, lines, 3, buttons, 2, deletion_answered,
                 xstrdup(id));
}

/* -- drawing --------------------------------------------------------------- */

static void draw_fields(struct screen *screen, struct area area, int top)
{
    struct state *state = screen->state;
    const struct config *config = app_config(screen->app);
    int facts = state->panel.form.draft || area.height < 9 ? 0 : FACTS_ROWS + 1;
    int rows = area.height - 1 - facts;
    char *target = target_of(screen->app);
    char users[400];

    draw_cut(area, 0, 0, area.width, STYLE_STRONG,
             state->panel.form.draft
                 ? "New outgoing server"
                 : config_label(config, SECTION_SMTP, state->panel.form.id));
    if (rows > form_height(&state->panel.form))
        rows = form_height(&state->panel.form);
    state->panel.form_top = top + 1;
    form_draw(&state->panel.form, area_rows(area, 1, rows), state->in_fields);
    if (facts) {
        struct area below = area_rows(area, rows + 1, facts);

        smtp_used_by(config, state->panel.form.id, 20, users, sizeof(users));
        facts_row(below, 0, 2, 18, "Used by", STYLE_NORMAL,
                  *users ? users : "no account");
        facts_draw(screen->app, target, area_rows(below, 1, FACTS_ROWS), 2, 18);
    }
    free(target);
}

static void draw_none(struct area body)
{
    draw_wrapped(body, 1, 2, STYLE_NORMAL,
                 "There is no outgoing server yet. Press a to add one.");
    draw_text(body, 1, 0, STYLE_FOCUS, ">");
    draw_cursor(body, 1, 0);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *state = state_of(screen);
    int count = (int)config_count(app_config(screen->app), SECTION_SMTP);
    int rows = count + 1, most = body.height < 10 ? 3 : body.height / 3;

    if (!state->panel.form.id) {
        draw_none(body);
        return;
    }
    /* On a small screen the list or the fields. */
    if (state->in_fields && body.height < 10) {
        draw_fields(screen, body, 0);
        return;
    }
    rows = rows < most ? rows : most;
    if (app_is_wide(screen->app))
        body.width = body.width < 100 ? body.width : 100;
    state->list_top = smtp_list_heading(area_rows(body, 0, rows));
    smtp_list_draw(screen->app, &state->list, area_rows(body, 0, rows),
                   state->panel.form.draft ? SMTP_MARK_NONE
                   : state->in_fields      ? SMTP_MARK_SHOWN
                                           : SMTP_MARK_FOCUS);
    draw_rule(body, rows);
    draw_fields(screen, area_rows(body, rows + 1, body.height - rows - 1),
                rows + 1);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *state = state_of(screen);

    if (in_fields(screen))
        return form_hint(&state->panel.form, out, size);
    if (!state->panel.form.id)
        return false;
    snprintf(out, size,
             "Right or Enter goes to the fields, Left or Esc back to the "
             "list.");
    return true;
}

/* -- keys ------------------------------------------------------------------ */

static bool typing(const struct screen *screen)
{
    return form_is_open(&state_of(screen)->panel.form);
}

static bool list_keys(struct screen *screen, int pressed)
{
    struct state *state = screen->state;
    const struct config *config = app_config(screen->app);
    int at = config_index(config, SECTION_SMTP, app_smtp(screen->app));

    state->list.count = config_count(config, SECTION_SMTP);
    list_select(&state->list, at < 0 ? 0 : (size_t)at);
    if (!list_key(&state->list, pressed))
        return false;
    if (state->list.count)
        app_select_smtp(screen->app,
                        config_id(config, SECTION_SMTP, state->list.selected));
    return true;
}

static bool key(struct screen *screen, int pressed)
{
    const struct state *state = state_of(screen);

    if (!state->panel.form.id)
        return false;
    return state->in_fields ? form_panel_key(screen, pressed)
                            : list_keys(screen, pressed);
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    struct state *state = state_of(screen);
    const struct config *config = app_config(screen->app);
    size_t count = config_count(config, SECTION_SMTP);
    int at = config_index(config, SECTION_SMTP, app_smtp(screen->app));

    if (in_fields(screen))
        return form_find(&state->panel.form, needle, backwards);
    for (size_t step = 1; step <= count; step++) {
        size_t i = ((size_t)at + (backwards ? count - step : step)) % count;
        const char *id = config_id(config, SECTION_SMTP, i);
        const char *host = config_get(config, SECTION_SMTP, id, SET_HOST);

        if (text_contains_nocase(id, needle) ||
            text_contains_nocase(config_label(config, SECTION_SMTP, id),
                                 needle) ||
            (host && text_contains_nocase(host, needle))) {
            app_select_smtp(screen->app, id);
            return true;
        }
    }
    return false;
}

static void click(struct screen *screen, int row, int col)
{
    struct state *state = state_of(screen);
    const struct config *config = app_config(screen->app);
    size_t index;

    (void)col;
    if (!state->panel.form.id || form_is_open(&state->panel.form))
        return;
    if (row >= state->panel.form_top) {
        state->in_fields = true;
        form_click(&state->panel.form, row - state->panel.form_top);
    } else if (!state->panel.form.draft &&
               list_at(&state->list, row - state->list_top, &index) &&
               index < config_count(config, SECTION_SMTP)) {
        state->in_fields = false;
        app_select_smtp(screen->app, config_id(config, SECTION_SMTP, index));
    }
}

static bool key_label(const struct screen *screen, int pressed, char *out,
                      size_t size)
{
    return pressed == 'u' && in_fields(screen) &&
           form_panel_undo_label(screen, out, size);
}

static const struct binding keys[] = {
    {'t', 0, form_panel_test, "t", "Test", "test this server", has_server},
    {K_ENTER, K_RIGHT, to_fields, "Enter", "Fields",
     "to the fields (also Right)", list_has_server},
    {K_TAB, 0, to_fields, "Tab", NULL, "to the fields", list_has_server},
    {K_ENTER, 0, form_panel_edit, "Enter", "Edit", "edit the field", in_fields},
    {' ', 0, form_panel_next_choice, "Space", NULL, "next choice, on or off",
     in_fields},
    {'a', 0, add, "a", "Add", "add an outgoing server", in_list},
    {'d', K_DELETE, delete_server, "d", "Delete",
     "delete the server; asks (also Del)", list_has_server},
    {'f', 0, make_default, "f", "Default",
     "the server of accounts that name none", has_server},
    {'u', 0, undo, "u", "Undo", "take back this field, else the last change",
     form_panel_has_changes},
    {'v', 0, form_panel_view, "v", NULL, "view its certificate", has_server},
    {'x', 0, form_panel_except, "x", NULL,
     "add an exception for its certificate", has_server},
    {K_ESCAPE, 'q', to_list, "Esc", "List", "back to the list (also Left, q)",
     in_fields},
    {K_LEFT, 0, to_list, "Left", NULL, "back to the list", in_fields},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "back to the accounts (also q)",
     in_list},
    BINDING_END};

const struct screen_ops outgoing_panel = {
    .name = "Outgoing",
    .keys = keys,
    .draw = draw,
    .hint = hint,
    .typing = typing,
    .typing_keys = form_panel_typing_keys,
    .key = key,
    .find = find,
    .click = click,
    .take = form_panel_take,
    .forget = form_panel_forget,
    .key_label = key_label,
    .close = form_panel_close,
};
