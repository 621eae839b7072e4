/* SPDX-License-Identifier: MIT */
/*
 * accounts: the first screen: every account in a row, the selected one in
 * words below it. From here one tests, opens, adds and deletes accounts.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/setup_dialog.h"
#include "tui/panels/account_list.h"
#include "tui/widgets/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct list list;
    struct form fields;       /* shown beside the list on a wide terminal */
    struct exported exported; /* of the selected account */
    int list_top;             /* row of the body where the list begins */
};

static struct state *state_of(struct screen *screen)
{
    if (!screen->state)
        screen->state = xcalloc(1, sizeof(struct state));
    return screen->state;
}

static const char *selected(struct screen *screen)
{
    return app_account(screen->app);
}

static bool has_account(const struct screen *screen)
{
    return config_count(app_config(screen->app), SECTION_ACCOUNT) > 0;
}

static bool has_changes(const struct screen *screen)
{
    return app_unsaved(screen->app) > 0;
}

/* -- actions --------------------------------------------------------------- */

static void test(struct screen *screen)
{
    const char *targets[] = {selected(screen)};

    app_test(screen->app, targets, 1);
}

static void open_server(struct screen *screen)
{
    app_panel(screen->app, PANEL_SERVER);
}

static void add(struct screen *screen)
{
    setup_dialog_open(screen->app);
}

static void deletion_answered(struct app *app, size_t button, void *arg)
{
    char *id = arg;
    struct error e = {0};
    char label[160];

    text_safe_string(label, sizeof(label),
                     config_label(app_config(app), SECTION_ACCOUNT, id));
    if (button == 1 && config_remove(app_config(app), SECTION_ACCOUNT, id, &e))
        app_message(app, STYLE_CHANGED,
                    "%s is deleted when you save; u brings it back until "
                    "then.",
                    label);
    else if (button == 1)
        app_message(app, STYLE_FAULT, "%s", e.text);
    free(id);
}

static void delete_account(struct screen *screen)
{
    static const char *const buttons[] = {"Keep", "Delete"};
    const struct config *config = app_config(screen->app);
    const char *id = selected(screen);
    const char *host = config_get(config, SECTION_ACCOUNT, id, SET_HOST);
    const char *email = config_get(config, SECTION_ACCOUNT, id, SET_EMAIL);
    char label[160], safe_host[300], safe_mail[300], title[200];
    char where[340], who[340];
    const char *lines[] = {
        where, who,
        "Its settings leave accounts.ini when you save; until then u brings "
        "them back. Outgoing servers, exceptions and mail stay."};

    text_safe_string(label, sizeof(label),
                     config_label(config, SECTION_ACCOUNT, id));
    snprintf(title, sizeof(title), "Delete the account %s?", label);
    snprintf(where, sizeof(where), "  Server   %s",
             text_safe_string(safe_host, sizeof(safe_host), host ? host : ""));
    snprintf(
        who, sizeof(who), "  Address  %s",
        text_safe_string(safe_mail, sizeof(safe_mail), email ? email : ""));
    confirm_open(screen->app, title, lines, 3, buttons, 2, deletion_answered,
                 xstrdup(id));
}

static void undo(struct screen *screen)
{
    app_undo(screen->app);
}

static void export_it(struct screen *screen)
{
    export_accounts_ask(screen->app);
}

static void import_it(struct screen *screen)
{
    import_accounts_ask(screen->app);
}

static void read_again(struct screen *screen)
{
    app_read_again(screen->app);
}

/* -- drawing --------------------------------------------------------------- */

static void draw_wide(struct screen *screen, struct area body)
{
    struct state *state = state_of(screen);
    struct columns columns = columns_of(body);
    struct area fields = columns.fields;
    const char *id = selected(screen);

    account_list_draw(screen->app, &state->list, columns.list, true);
    state->list_top = 1;
    if (!*id) {
        columns_draw_seams(body, 0);
        return;
    }
    draw_cut(fields, 0, 0, fields.width, STYLE_STRONG,
             config_label(app_config(screen->app), SECTION_ACCOUNT, id));
    form_show(&state->fields, app_config(screen->app), SECTION_ACCOUNT, id,
              SET_TYPE);
    form_draw(&state->fields, area_rows(fields, 1, fields.height - 11), false);
    exported_look(&state->exported, screen->app, id);
    account_details_draw(screen->app, id, &state->exported,
                         area_rows(fields, fields.height - 9, 9));
    columns_draw_seams(body,
                       account_log_draw(screen->app, id, "", columns.log));
}

/* How many rows the list gets: what it needs, but details keep theirs. */
static int list_rows(struct screen *screen, int height)
{
    int wanted =
        (int)config_count(app_config(screen->app), SECTION_ACCOUNT) + 1;
    int details = height >= DETAIL_ROWS ? 9 : height > 10 ? 7 : 3;
    int most = height - details - 1;

    if (wanted < 4)
        wanted = 4;
    return wanted < most ? wanted : most;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *state = state_of(screen);
    int rows, gap;

    if (app_is_wide(screen->app)) {
        draw_wide(screen, body);
        return;
    }
    rows = list_rows(screen, body.height);
    gap = body.height - rows - 1 > 9 ? 1 : 0;
    account_list_draw(screen->app, &state->list, area_rows(body, 0, rows),
                      true);
    state->list_top = rows > 6 || body.width >= 50;
    draw_rule(body, rows + gap);
    exported_look(&state->exported, screen->app, selected(screen));
    account_details_draw(
        screen->app, selected(screen), &state->exported,
        area_rows(body, rows + gap + 1, body.height - rows - gap - 1));
}

static bool key(struct screen *screen, int pressed)
{
    struct state *state = state_of(screen);
    const struct config *config = app_config(screen->app);
    size_t count = config_count(config, SECTION_ACCOUNT);
    int at = config_index(config, SECTION_ACCOUNT, selected(screen));

    state->list.count = count;
    list_select(&state->list, at < 0 ? 0 : (size_t)at);
    if (!list_key(&state->list, pressed))
        return false;
    if (count)
        app_select_account(screen->app, config_id(config, SECTION_ACCOUNT,
                                                  state->list.selected));
    return true;
}

static bool matches(const struct config *config, const char *id,
                    const char *needle)
{
    static const enum setting searched[] = {SET_LABEL, SET_NAME, SET_EMAIL,
                                            SET_HOST, SET_USER};

    if (text_contains_nocase(id, needle))
        return true;
    for (size_t i = 0; i < sizeof(searched) / sizeof(searched[0]); i++) {
        const char *value =
            config_get(config, SECTION_ACCOUNT, id, searched[i]);

        if (value && text_contains_nocase(value, needle))
            return true;
    }
    return false;
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    const struct config *config = app_config(screen->app);
    size_t count = config_count(config, SECTION_ACCOUNT);
    int at = config_index(config, SECTION_ACCOUNT, selected(screen));

    for (size_t step = 1; step <= count; step++) {
        size_t i = ((size_t)at + (backwards ? count - step : step)) % count;
        const char *id = config_id(config, SECTION_ACCOUNT, i);

        if (matches(config, id, needle)) {
            app_select_account(screen->app, id);
            return true;
        }
    }
    return false;
}

static void click(struct screen *screen, int row, int col)
{
    struct state *state = state_of(screen);
    size_t index;

    (void)col;
    if (list_at(&state->list, row - state->list_top, &index) &&
        index < config_count(app_config(screen->app), SECTION_ACCOUNT))
        app_select_account(screen->app, config_id(app_config(screen->app),
                                                  SECTION_ACCOUNT, index));
}

static void tick(struct screen *screen)
{
    if (screen->state)
        exported_forget(&state_of(screen)->exported);
}

static void close_accounts(struct screen *screen)
{
    if (screen->state) {
        form_release(&state_of(screen)->fields);
        exported_forget(&state_of(screen)->exported);
    }
    free(screen->state);
}

/* On the key line first of all for who begins; at 80 columns it would take the
 * place of Find. */
static bool names_import(const struct screen *screen)
{
    return !has_account(screen) || app_is_wide(screen->app);
}

static bool hides_import(const struct screen *screen)
{
    return !names_import(screen);
}

static const char import_help[] =
    "import from another mail program; shows first what would be taken";

static const struct binding keys[] = {
    {'t', 0, test, "t", "Test", "test incoming and outgoing", has_account},
    {K_ENTER, K_TAB, open_server, "Enter", "Open", "open its settings (Tab)",
     has_account},
    {'a', 0, add, "a", "Add", "add an account: from its address, or by hand",
     NULL},
    {'d', K_DELETE, delete_account, "d", "Delete",
     "delete the account; asks (also Del)", has_account},
    {'e', 0, export_it, "e", "Export",
     "export it to another mail program; shows first what would change",
     has_account},
    {'i', 0, import_it, "i", "Import", import_help, names_import},
    {'i', 0, import_it, "i", NULL, import_help, hides_import},
    {'u', 0, undo, "u", "Undo", "take back the last change", has_changes},
    {'r', 0, read_again, "r", NULL, "read accounts.ini again", NULL},
    BINDING_END};

const struct screen_ops accounts_panel = {
    .name = "Accounts",
    .keys = keys,
    .draw = draw,
    .key = key,
    .find = find,
    .click = click,
    .tick = tick,
    .close = close_accounts,
};
