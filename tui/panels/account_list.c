/* SPDX-License-Identifier: MIT */
#include "tui/panels/account_list.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/panels/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_CELLS   32
#define FIELDS_CELLS 70
#define TEST_CELLS   10 /* "FAIL 15:58" */
#define OUT_CELLS    12
#define KIND_CELLS   5

/* -- the wide layout ------------------------------------------------------- */

struct columns columns_of(struct area body)
{
    int fields = LIST_CELLS + 2, log = fields + FIELDS_CELLS + 2;

    return (struct columns){
        .list = area_columns(body, 0, LIST_CELLS - 1),
        .fields = area_columns(body, fields, FIELDS_CELLS - 1),
        .log = area_columns(body, log, body.width - log),
    };
}

void columns_draw_seams(struct area body, int log_rows)
{
    for (int row = 0; row < body.height; row++) {
        draw_text(body, row, LIST_CELLS, STYLE_NORMAL, "|");
        if (row < log_rows)
            draw_text(body, row, LIST_CELLS + FIELDS_CELLS + 2, STYLE_NORMAL,
                      "|");
    }
}

/* -- the list -------------------------------------------------------------- */

/* Where the columns begin; 0: folded away. */
struct layout {
    int name, star, kind, incoming, outgoing, bang, test;
    int name_cells, incoming_cells;
};

static struct layout layout_of(int width)
{
    struct layout l = {.name = 2};
    int fixed;

    l.test = width - TEST_CELLS;
    l.bang = l.test - 2;
    if (width < 50) {
        l.name_cells = l.bang - l.name - 3;
        l.star = l.bang - 2;
        return l;
    }
    l.name_cells = width >= 76 ? 15 : 13;
    l.star = l.name + l.name_cells + 1;
    l.incoming = l.star + 2;
    if (width >= 76) {
        l.kind = l.incoming;
        l.incoming += KIND_CELLS;
        l.outgoing = l.bang - OUT_CELLS - 1;
    }
    fixed = l.outgoing ? l.outgoing : l.bang;
    l.incoming_cells = fixed - l.incoming - 1;
    return l;
}

static void draw_heading(const struct layout *l, struct area area)
{
    draw_text(area, 0, l->name, STYLE_STRONG, "Account");
    if (l->kind)
        draw_text(area, 0, l->kind, STYLE_STRONG, "Kind");
    if (l->incoming)
        draw_text(area, 0, l->incoming, STYLE_STRONG,
                  l->kind ? "Incoming server" : "Incoming");
    if (l->outgoing)
        draw_text(area, 0, l->outgoing, STYLE_STRONG, "Outgoing");
    draw_text(area, 0, l->test, STYLE_STRONG, "Last test");
}

/* "mail.example.org:993 TLS" */
static char *server_words(const struct config *config, enum section section,
                          const char *id, char *out, size_t size)
{
    const char *host = config_get(config, section, id, SET_HOST);
    const char *port = config_effective(config, section, id, SET_PORT);
    const char *word = config_effective(config, section, id, SET_SECURITY);
    enum security security;
    char safe[300];

    if (!host || !*host) {
        snprintf(out, size, "(no server name yet)");
        return out;
    }
    text_safe_string(safe, sizeof(safe), host);
    snprintf(out, size, "%s:%s %s", safe, port ? port : "?",
             word && security_parse(word, &security) ? security_short(security)
                                                     : "?");
    return out;
}

static const char *smtp_label(const struct config *config, const char *id,
                              char *out, size_t size)
{
    const char *own = config_get(config, SECTION_ACCOUNT, id, SET_SMTP);
    const char *used = config_smtp_of(config, id);

    if (!used)
        return "(none)";
    if (!own || !*own)
        return "(default)";
    if (config_index(config, SECTION_SMTP, used) < 0)
        return "(missing)";
    return text_safe_string(out, size,
                            config_label(config, SECTION_SMTP, used));
}

/* Both directions in one word: the failed one, else the older one counts. */
static void state_of_account(struct app *app, const char *id,
                             struct test_state *state)
{
    char *in = xasprintf("%s/incoming", id);
    char *out = xasprintf("%s/outgoing", id);
    struct test_state outgoing;

    app_test_state(app, in, state);
    app_test_state(app, out, &outgoing);
    if (state->kind == TEST_RUNNING || outgoing.kind == TEST_RUNNING) {
        state->kind = TEST_RUNNING;
        state->done += outgoing.done;
        state->stages += outgoing.stages;
    } else if (state->kind != TEST_FAILED && outgoing.kind == TEST_FAILED) {
        *state = outgoing;
    }
    free(in);
    free(out);
}

static void draw_account(struct app *app, const struct layout *l,
                         struct area area, int row, const char *id, bool here)
{
    const struct config *config = app_config(app);
    enum style style = here ? STYLE_FOCUS : STYLE_NORMAL, test_style;
    struct test_state state;
    enum service service;
    char text[400];

    draw_cut(area, row, l->name, l->name_cells, style,
             config_label(config, SECTION_ACCOUNT, id));
    if (config_section_changed(config, SECTION_ACCOUNT, id))
        draw_text(area, row, l->star, STYLE_CHANGED, "*");
    if (l->kind &&
        service_parse(config_effective(config, SECTION_ACCOUNT, id, SET_TYPE),
                      &service))
        draw_text(area, row, l->kind, style, service_label(service));
    if (l->incoming)
        draw_cut(area, row, l->incoming, l->incoming_cells, style,
                 server_words(config, SECTION_ACCOUNT, id, text, sizeof(text)));
    if (l->outgoing)
        draw_cut(area, row, l->outgoing, OUT_CELLS, style,
                 smtp_label(config, id, text, sizeof(text)));
    state_of_account(app, id, &state);
    test_state_show(app, &state, text, sizeof(text), &test_style);
    if (state.kind == TEST_FAILED || config_broken(config, SECTION_ACCOUNT, id))
        draw_text(area, row, l->bang, STYLE_FAULT, "!");
    draw_text(area, row, l->test, test_style,
              config_broken(config, SECTION_ACCOUNT, id) ? "broken" : text);
}

static void draw_empty(struct area area, bool active)
{
    draw_wrapped(area, 1, 2, STYLE_NORMAL,
                 "There is no account yet. Press a to add one: your name and "
                 "address, then the server.");
    if (active) {
        draw_text(area, 1, 0, STYLE_FOCUS, ">");
        draw_cursor(area, 1, 0);
    }
}

void account_list_draw(struct app *app, struct list *list, struct area area,
                       bool active)
{
    const struct config *config = app_config(app);
    struct layout l = layout_of(area.width);
    int head = l.incoming || area.height > 6, selected;
    size_t index;

    if (head)
        draw_heading(&l, area);
    list_fit(list, config_count(config, SECTION_ACCOUNT), area.height - head);
    selected = config_index(config, SECTION_ACCOUNT, app_account(app));
    if (selected < 0) {
        draw_empty(area, active);
        return;
    }
    list_select(list, (size_t)selected);
    for (int row = 0; list_at(list, row, &index); row++) {
        bool here = index == list->selected;

        draw_account(app, &l, area, row + head,
                     config_id(config, SECTION_ACCOUNT, index), here);
        if (!here)
            continue;
        draw_text(area, row + head, 0, STYLE_FOCUS, active ? ">" : "=");
        if (active)
            draw_cursor(area, row + head, 0);
    }
}

/* -- one account in words -------------------------------------------------- */

struct details {
    struct app *app;
    const char *id;
    struct area area;
    int row;
};

static void add_row(struct details *d, const char *label, enum style style,
                    const char *value, const char *remark)
{
    if (d->row >= d->area.height)
        return;
    facts_row(d->area, d->row, 1, 15, label, style, value);
    if (remark && d->area.width >= 76)
        draw_right(d->area, d->row, STYLE_CHANGED, remark);
    d->row++;
}

static void add_setting(struct details *d, enum setting setting)
{
    const struct config *config = app_config(d->app);
    const char *value = config_get(config, SECTION_ACCOUNT, d->id, setting);
    char safe[400], remark[340];
    bool changed = form_remark(config, SECTION_ACCOUNT, d->id, setting, remark,
                               sizeof(remark));

    add_row(d, setting_row(setting)->label, STYLE_NORMAL,
            text_safe_string(safe, sizeof(safe), value ? value : ""),
            changed ? remark : NULL);
}

/* "IMAP mail.example.org port 993, TLS, password" */
static void add_server(struct details *d, const char *label,
                       enum section section, const char *id)
{
    static const enum setting watched[] = {SET_HOST, SET_PORT, SET_SECURITY,
                                           SET_AUTH, SET_USER};
    const struct config *config = app_config(d->app);
    const char *host = config_get(config, section, id, SET_HOST);
    const char *port = config_effective(config, section, id, SET_PORT);
    const char *word = config_effective(config, section, id, SET_SECURITY);
    const char *auth = config_effective(config, section, id, SET_AUTH);
    const char *type = config_effective(config, section, id, SET_TYPE);
    enum service service;
    enum security security = SECURITY_TLS;
    char safe[300], text[600], remark[400] = "", was[340];

    for (size_t i = 0; i < 5 && !*remark; i++)
        if (form_remark(config, section, id, watched[i], was, sizeof(was)))
            snprintf(remark, sizeof(remark), "* %s %s",
                     setting_row(watched[i])->label, was + 2);
    if (word)
        security_parse(word, &security);
    snprintf(text, sizeof(text), "%s%s%s port %s, %s, login %s",
             section == SECTION_ACCOUNT && type && service_parse(type, &service)
                 ? service_label(service)
                 : "",
             section == SECTION_ACCOUNT ? " " : "",
             host ? text_safe_string(safe, sizeof(safe), host)
                  : "(no server name yet)",
             port ? port : "?", security_short(security), auth ? auth : "auto");
    add_row(d, label, STYLE_NORMAL, text, *remark ? remark : NULL);
}

static void add_outgoing(struct details *d)
{
    const struct config *config = app_config(d->app);
    const char *smtp = config_smtp_of(config, d->id);

    if (!smtp)
        add_row(d, "Outgoing", STYLE_NORMAL, "(none: mail is only read)", NULL);
    else if (config_index(config, SECTION_SMTP, smtp) < 0)
        add_row(d, "Outgoing", STYLE_FAULT,
                "! the server it names is not there", NULL);
    else
        add_server(d, "Outgoing", SECTION_SMTP, smtp);
}

/* "16:02 today, 11 of 11 steps, 412 ms in + 380 ms out" when all is well, else
 * one row a direction. */
static void add_last_tests(struct details *d, const char *in, const char *out,
                           bool both)
{
    struct test_state a, b;
    char text[512], other[512];
    enum style style = facts_last_test(d->app, in, text, sizeof(text));

    app_test_state(d->app, in, &a);
    app_test_state(d->app, out, &b);
    if (both && a.kind == TEST_OK && b.kind == TEST_OK) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 " in + %lld ms out", (long long)b.elapsed_ms);
        both = false;
    } else if (both && a.kind == b.kind && a.kind == TEST_NEVER) {
        both = false;
    }
    add_row(d, both ? "Test in" : "Last test", style, text, NULL);
    if (!both)
        return;
    style = facts_last_test(d->app, out, other, sizeof(other));
    add_row(d, "Test out", style, other, NULL);
}

static void add_tests(struct details *d)
{
    char *in = xasprintf("%s/incoming", d->id);
    char *out = xasprintf("%s/outgoing", d->id);
    bool smtp = config_smtp_of(app_config(d->app), d->id) != NULL;
    char text[512];

    add_row(d, "Trust in", STYLE_NORMAL,
            app_trust_line(d->app, in, text, sizeof(text)), NULL);
    if (smtp)
        add_row(d, "Trust out", STYLE_NORMAL,
                app_trust_line(d->app, out, text, sizeof(text)), NULL);
    add_last_tests(d, in, out, smtp);
    free(in);
    free(out);
}

void account_details_draw(struct app *app, const char *id,
                          const struct exported *exported, struct area area)
{
    struct details d = {.app = app, .id = id, .area = area};

    if (!*id || area.height <= 0)
        return;
    /* In few rows the servers and the trust count more than the name. */
    if (area.height > 5) {
        draw_cut(area, d.row++, 0, area.width, STYLE_STRONG,
                 config_label(app_config(app), SECTION_ACCOUNT, id));
        add_setting(&d, SET_NAME);
        add_setting(&d, SET_EMAIL);
    }
    add_server(&d, "Incoming", SECTION_ACCOUNT, id);
    add_outgoing(&d);
    add_tests(&d);
    if (exported && exported->text[0])
        add_row(&d, "Exported to",
                exported->stale ? STYLE_CHANGED : STYLE_NORMAL, exported->text,
                NULL);
}

int account_log_draw(struct app *app, const char *id, const char *hint,
                     struct area area)
{
    char *target = xasprintf("%s/incoming", id);
    int row = 0, rows;

    if (*hint)
        row = draw_wrapped(area, 0, 0, STYLE_NORMAL, hint) + 1;
    rows = facts_draw_stages(app, target, "incoming",
                             area_rows(area, row, area.height - row));
    row += rows ? rows + 1 : 0;
    free(target);
    target = xasprintf("%s/outgoing", id);
    row += facts_draw_stages(app, target, "outgoing",
                             area_rows(area, row, area.height - row));
    free(target);
    return row;
}
