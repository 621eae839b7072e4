/* SPDX-License-Identifier: MIT */
/*
 * server: the settings of the selected account as a form, what is known of its
 * certificate and its last test. Also the form of a new account.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/setup_dialog.h"
#include "tui/panels/account_list.h"
#include "tui/panels/facts.h"
#include "tui/panels/form_panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct form_panel panel; /* first: form_panel_test() looks for it here */
    struct list list;        /* beside it on a wide terminal */
};

static const enum setting new_rows[] = {
    SET_NAME,     SET_EMAIL, SET_TYPE,
    SET_HOST,     SET_USER,  SET_SMTP,
    SET_SECURITY, SET_PORT,  SET_PASSWORD_COMMAND,
    SET_NONE};

static char *target_of(struct app *app)
{
    return xasprintf("%s/incoming", app_account(app));
}

static const struct form_panel_kind kind = {
    .section = SECTION_ACCOUNT,
    .noun = "account",
    .first = SET_TYPE,
    .new_rows = new_rows,
    .selected = app_account,
    .select = app_select_account,
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
    form_panel_follow(&state->panel, screen->app);
    return state;
}

/* -- when keys are there --------------------------------------------------- */

static bool has_form(const struct screen *screen)
{
    return state_of(screen)->panel.form.id != NULL;
}

static bool has_account(const struct screen *screen)
{
    state_of(screen);
    return form_panel_has_section(screen);
}

static bool has_others(const struct screen *screen)
{
    return has_account(screen) &&
           config_count(app_config(screen->app), SECTION_ACCOUNT) > 1;
}

static bool has_none(const struct screen *screen)
{
    return !has_form(screen);
}

/* -- actions --------------------------------------------------------------- */

static void move_account(struct screen *screen, bool back)
{
    const struct config *config = app_config(screen->app);
    size_t count = config_count(config, SECTION_ACCOUNT);
    int place = config_index(config, SECTION_ACCOUNT, app_account(screen->app));
    size_t at = place < 0 ? 0 : (size_t)place;

    if (back ? at == 0 : at + 1 >= count)
        app_message(screen->app, STYLE_NORMAL, "This is the %s account.",
                    back ? "first" : "last");
    else
        app_select_account(screen->app, config_id(config, SECTION_ACCOUNT,
                                                  back ? at - 1 : at + 1));
}

static void previous_account(struct screen *screen)
{
    move_account(screen, true);
}

static void next_account(struct screen *screen)
{
    move_account(screen, false);
}

static void add(struct screen *screen)
{
    setup_dialog_open(screen->app);
}

static void leave(struct screen *screen)
{
    form_panel_leave(screen);
    app_panel(screen->app, PANEL_ACCOUNTS);
}

/* -- drawing --------------------------------------------------------------- */

static void draw_heading(struct screen *screen, struct area body)
{
    const struct state *state = screen->state;
    const struct config *config = app_config(screen->app);
    const char *id = app_account(screen->app);
    char right[64];

    if (state->panel.form.draft) {
        draw_text(body, 0, 1, STYLE_STRONG, "New account");
        return;
    }
    snprintf(right, sizeof(right), "< > other account  (%d/%zu)",
             config_index(config, SECTION_ACCOUNT, id) + 1,
             config_count(config, SECTION_ACCOUNT));
    draw_cut(body, 0, 1, body.width - (int)strlen(right) - 3, STYLE_STRONG,
             config_label(config, SECTION_ACCOUNT, id));
    draw_right(body, 0, STYLE_NORMAL, right);
}

static void draw_none(struct area body)
{
    draw_wrapped(body, 1, 2, STYLE_NORMAL,
                 "There is no account yet. Press a to add one.");
    draw_text(body, 1, 0, STYLE_FOCUS, ">");
    draw_cursor(body, 1, 0);
}

/* Heading, form, facts: the form keeps at least half of the rows. */
static void draw_form(struct screen *screen, struct area area, bool wide)
{
    struct state *state = screen->state;
    bool roomy = area.height >= 12;
    int head = roomy && !wide ? 2 : 1;
    int facts = state->panel.form.draft ? 0 : roomy ? FACTS_ROWS + 1 : 0;
    int rows = area.height - head - facts;
    char *target = target_of(screen->app);

    draw_heading(screen, area);
    if (form_height(&state->panel.form) < rows)
        rows = form_height(&state->panel.form);
    state->panel.form_top = head;
    form_draw(&state->panel.form, area_rows(area, head, rows), true);
    if (facts)
        facts_draw(screen->app, target,
                   area_rows(area, head + rows + 1, FACTS_ROWS), 2, 18);
    free(target);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *state = state_of(screen);
    struct columns columns = columns_of(body);
    char hint[400] = "";

    if (!state->panel.form.id) {
        draw_none(body);
        return;
    }
    if (!app_is_wide(screen->app)) {
        draw_form(screen, body, false);
        return;
    }
    account_list_draw(screen->app, &state->list, columns.list, false);
    draw_form(screen, columns.fields, true);
    form_hint(&state->panel.form, hint, sizeof(hint));
    columns_draw_seams(body,
                       account_log_draw(screen->app, app_account(screen->app),
                                        hint, columns.log));
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *state = state_of(screen);

    return state->panel.form.id && !app_is_wide(screen->app) &&
           form_hint(&state->panel.form, out, size);
}

/* -- keys ------------------------------------------------------------------ */

static bool typing(const struct screen *screen)
{
    return form_is_open(&state_of(screen)->panel.form);
}

static bool key(struct screen *screen, int pressed)
{
    return state_of(screen)->panel.form.id && form_panel_key(screen, pressed);
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    struct form *form = &state_of(screen)->panel.form;

    return form->id && form_find(form, needle, backwards);
}

static void click(struct screen *screen, int row, int col)
{
    struct state *state = state_of(screen);

    if (state->panel.form.id &&
        (!app_is_wide(screen->app) || (col > 32 && col < 104)))
        form_click(&state->panel.form, row - state->panel.form_top);
}

static bool key_label(const struct screen *screen, int pressed, char *out,
                      size_t size)
{
    return pressed == 'u' && form_panel_undo_label(screen, out, size);
}

static const struct binding keys[] = {
    {K_ENTER, 0, form_panel_edit, "Enter", "Edit", "edit the field", has_form},
    {' ', 0, form_panel_next_choice, "Space", NULL, "next choice, on or off",
     has_form},
    {'u', 0, form_panel_undo, "u", "Undo",
     "take back this field, else the last change", form_panel_has_changes},
    {'t', 0, form_panel_test, "t", "Test", "test this server", has_account},
    {'v', 0, form_panel_view, "v", "Cert", "view its certificate", has_account},
    {'x', 0, form_panel_except, "x", NULL,
     "add an exception for its certificate", has_account},
    {'<', 0, previous_account, "<", NULL, "previous account", has_others},
    {'>', 0, next_account, ">", NULL, "next account", has_others},
    {'a', 0, add, "a", "Add", "add an account: from its address, or by hand",
     has_none},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "back to the accounts (also q)",
     NULL},
    BINDING_END};

const struct screen_ops server_panel = {
    .name = "Server",
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
