/* SPDX-License-Identifier: MIT */
/*
 * certificates: the exceptions that were made, and everything about the
 * selected one. Adding and removing are written at once.
 */
#include "tui/app.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "tui/widgets/lineedit.h"
#include "tui/widgets/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_CELLS   17
#define WHY_CELLS     25
#define DETAILS_ROWS  9
#define LOCK_RETRY_MS 50

struct state {
    struct list list;
    bool finding;
    struct lineedit find;
    bool details; /* narrow screens: details instead of the list */
};

static struct state *state_of(struct screen *screen)
{
    struct state *s = screen->state;

    if (!s) {
        screen->state = s = xcalloc(1, sizeof(*s));
        lineedit_init(&s->find, 200, "");
    }
    return s;
}

static struct exceptions *store_of(const struct screen *screen)
{
    return app_workspace(screen->app)->exceptions;
}

static const struct exception *selected(struct screen *screen)
{
    const struct exceptions *all = store_of(screen);
    const struct state *s = state_of(screen);

    return all && s->list.selected < exceptions_count(all)
               ? exceptions_at(all, s->list.selected)
               : NULL;
}

/* -- the list -------------------------------------------------------------- */

static const char *until_text(const struct exception *x, time_t now,
                              char out[24])
{
    char date[DATE_SIZE];

    if (x->changed_seen)
        return "blocked";
    if (x->end == EXCEPTION_SESSION)
        return "session end";
    if (x->end == EXCEPTION_REMOVED)
        return "removed";
    snprintf(out, 24, "%s%s", exception_has_ended(x, now) ? "ended " : "",
             date_format(date, x->until));
    return out;
}

static void why_text(const struct exception *x, char *out, size_t size)
{
    char date[DATE_SIZE];

    if (x->changed_seen)
        snprintf(out, size, "CHANGED on %s",
                 date_format(date, x->changed_seen));
    else
        fault_labels(out, size, x->faults);
}

static void draw_row(struct screen *screen, struct area area, int row,
                     size_t index)
{
    const struct exception *x = exceptions_at(store_of(screen), index);
    bool focused = index == state_of(screen)->list.selected;
    time_t now = app_wall(screen->app);
    char place[HOST_MAX + 16], why[200], added[DATE_SIZE], until[24];
    bool wide = area.width >= 76;
    int place_cells = wide ? 27 : area.width - 14;
    bool alarm = x->changed_seen || exception_has_ended(x, now);
    enum style style = alarm ? STYLE_CHANGED : STYLE_NORMAL;

    endpoint_host_port(place, sizeof(place), x->host, x->port);
    why_text(x, why, sizeof(why));
    draw_text(area, row, 0, STYLE_FOCUS, focused ? ">" : alarm ? "!" : " ");
    draw_cut(area, row, 2, place_cells, style, place);
    if (wide) {
        draw_cut(area, row, 29, WHY_CELLS - 1, style, why);
        draw_text(area, row, 29 + WHY_CELLS, style,
                  date_format(added, x->added));
        draw_cut(area, row, 41 + WHY_CELLS, area.width - 41 - WHY_CELLS, style,
                 until_text(x, now, until));
    } else {
        draw_cut(area, row, area.width - 11, 11, style,
                 until_text(x, now, until));
    }
    if (focused && !state_of(screen)->details)
        draw_cursor(area, row, 0);
}

static void draw_list(struct screen *screen, struct area area)
{
    struct state *s = state_of(screen);

    list_fit(&s->list, exceptions_count(store_of(screen)), area.height);
    for (int row = 0; row < area.height; row++) {
        size_t index;

        if (!list_at(&s->list, row, &index))
            break;
        draw_row(screen, area, row, index);
    }
}

/* -- the details ----------------------------------------------------------- */

struct details {
    struct area area;
    int row;
};

static void detail(struct details *d, const char *label, const char *text)
{
    struct area value =
        area_columns(d->area, LABEL_CELLS, d->area.width - LABEL_CELLS);

    if (d->row >= d->area.height)
        return;
    draw_cut(d->area, d->row, 1, LABEL_CELLS - 2, STYLE_NORMAL, label);
    d->row += draw_wrapped(value, d->row, 0, STYLE_NORMAL, text);
}

/* Which accounts use that host and port. */
static void used_by(struct screen *screen, const struct exception *x, char *out,
                    size_t size)
{
    const struct config *config = app_config(screen->app);
    size_t used = 0;

    snprintf(out, size, "no account");
    for (size_t i = 0;
         i < config_count(config, SECTION_ACCOUNT) && used < size - 80; i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);

        for (int outgoing = 0; outgoing < 2; outgoing++) {
            struct server server = {0};
            bool ok = outgoing
                          ? server_outgoing(config, id, &server, NULL, NULL)
                          : server_incoming(config, id, &server, NULL, NULL);

            if (ok && server.endpoint.port == x->port &&
                strcmp(server.endpoint.host, x->host) == 0)
                used += (size_t)snprintf(
                    out + used, size - used, "%s%.60s (%s)", used ? ", " : "",
                    config_label(config, SECTION_ACCOUNT, id),
                    outgoing ? "outgoing" : "incoming");
            if (ok)
                server_release(&server);
        }
    }
}

static void draw_cert_details(struct screen *screen, struct details *d,
                              const struct exception *x)
{
    char text[400], until[DATE_SIZE], sha256[96];

    detail(d, "It claims", *x->names ? x->names : "(no names)");
    detail(d, "Issued by",
           (x->faults & FAULT_BIT(FAULT_SELF_SIGNED)) ? "itself" : x->issuer);
    snprintf(text, sizeof(text), "until %s, %ld days left",
             date_format(until, x->not_after),
             days_between(app_wall(screen->app), x->not_after));
    detail(d, "Valid", text);
    text_hex_groups(sha256, x->sha256, 32);
    detail(d, "SHA-256", sha256);
}

static void draw_details(struct screen *screen, struct area area)
{
    const struct exception *x = selected(screen);
    struct details d = {area, 0};
    char place[HOST_MAX + 16], text[800], date[DATE_SIZE], labels[300];

    if (!x || area.height < 1)
        return;
    draw_text(area, d.row++, 0, STYLE_STRONG,
              endpoint_host_port(place, sizeof(place), x->host, x->port));
    detail(&d, "Accepted for", fault_labels(labels, sizeof(labels), x->faults));
    draw_cert_details(screen, &d, x);
    snprintf(text, sizeof(text), "%s, %s", exception_check_label(x->checked),
             date_format(date, x->added));
    detail(&d, "How checked", text);
    used_by(screen, x, text, sizeof(text));
    detail(&d, "Used by", text);
    if (state_of(screen)->details)
        draw_cursor(area, 0, 0);
}

/* -- drawing --------------------------------------------------------------- */

static void draw_empty(struct screen *screen, struct area body)
{
    const struct workspace *w = app_workspace(screen->app);

    draw_cursor(body, 0, 0);
    if (!w->exceptions)
        draw_wrapped(body, 0, 1, STYLE_FAULT, w->exceptions_error.text);
    else
        draw_wrapped(body, 2, 1, STYLE_NORMAL,
                     "No exceptions: every certificate must be proven by an "
                     "authority. a adds one, or a failed test leads there.");
}

static void draw_find(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    int row = body.height - 1, column;
    char text[600];

    if (!s->finding)
        return;
    draw_text(body, row, 0, STYLE_STRONG, " Find: ");
    lineedit_view(&s->find, body.width > 10 ? body.width - 8 : 2, false, text,
                  sizeof(text), &column);
    draw_text(body, row, 7, STYLE_FIELD, text);
    draw_cursor(body, row, 7 + column);
}

static void draw_both(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    bool fold = body.height < 15;
    int head = body.width >= 76 ? 2 : 1;
    int list_rows =
        fold ? body.height - head : body.height - head - DETAILS_ROWS - 2;

    if (s->details && fold) {
        draw_details(screen, body);
        return;
    }
    draw_textf(body, 0, 1, STYLE_STRONG, "Exceptions %zu",
               exceptions_count(store_of(screen)));
    if (body.width >= 76) {
        draw_text(body, 1, 2, STYLE_STRONG, "Server");
        draw_text(body, 1, 29, STYLE_STRONG, "Why it needs one");
        draw_text(body, 1, 29 + WHY_CELLS, STYLE_STRONG, "Accepted");
        draw_text(body, 1, 41 + WHY_CELLS, STYLE_STRONG, "Until");
    }
    if (!fold) {
        draw_rule(body, head + list_rows);
        draw_details(screen, area_rows(body, head + list_rows + 1,
                                       body.height - head - list_rows - 1));
    }
    draw_list(screen, area_rows(body, head, list_rows));
}

static void draw(struct screen *screen, struct area body)
{
    if (!store_of(screen) || !exceptions_count(store_of(screen)))
        draw_empty(screen, body);
    else
        draw_both(screen, body);
    draw_find(screen, body);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    (void)screen;
    snprintf(out, size, "Exceptions are written at once, not with s.");
    return true;
}

/* -- what the person does -------------------------------------------------- */

static void add(struct screen *screen)
{
    add_exception_ask(screen->app);
}

static void view(struct screen *screen)
{
    const struct exception *x = selected(screen);
    char place[HOST_MAX + 16], remark[100], date[DATE_SIZE];
    struct error e = {0};
    struct cert cert;

    if (!x)
        return;
    if (!exceptions_load_cert(store_of(screen), x, &cert, &e)) {
        app_message(screen->app, STYLE_FAULT, "%s",
                    *e.text ? e.text : "The certificate is not kept here.");
        return;
    }
    snprintf(remark, sizeof(remark), "You accepted it on %s.",
             date_format(date, x->added));
    cert_view_open_single(
        screen->app, endpoint_host_port(place, sizeof(place), x->host, x->port),
        &cert, remark);
    cert_release(&cert);
}

/* The server as an account has it, else by its port. */
static void test(struct screen *screen)
{
    const struct config *config = app_config(screen->app);
    const struct exception *x = selected(screen);
    char target[HOST_MAX + 300];

    if (!x)
        return;
    endpoint_host_port(target, sizeof(target), x->host, x->port);
    for (size_t i = 0; i < config_count(config, SECTION_ACCOUNT); i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);

        for (int outgoing = 0; outgoing < 2; outgoing++) {
            struct server server = {0};

            if (!(outgoing ? server_outgoing
                           : server_incoming)(config, id, &server, NULL, NULL))
                continue;
            if (server.endpoint.port == x->port &&
                strcmp(server.endpoint.host, x->host) == 0)
                snprintf(target, sizeof(target), "%s/%s", id,
                         outgoing ? "outgoing" : "incoming");
            server_release(&server);
        }
    }
    app_test(screen->app, (const char *const[]){target}, 1);
}

static void remove_chosen(struct app *app, size_t button, void *arg)
{
    struct screen *screen = arg;
    const struct exception *x = selected(screen);
    struct error e = {0};

    if (button == 0 || !x)
        return;
    if (exceptions_remove(store_of(screen), x, &e)) {
        app_message(app, STYLE_GOOD,
                    "Removed; written at once. u, as the next key, takes it "
                    "back.");
    } else {
        app_message(app, STYLE_FAULT, "Not removed: %s", e.text);
    }
}

static void ask_remove(struct screen *screen)
{
    static const char *const buttons[] = {"Keep it", "Remove"};
    const struct exception *x = selected(screen);
    char place[HOST_MAX + 16], labels[200], line[500];
    const char *lines[1] = {line};

    if (!x)
        return;
    snprintf(line, sizeof(line), "%s   %s",
             endpoint_host_port(place, sizeof(place), x->host, x->port),
             fault_labels(labels, sizeof(labels), x->faults));
    confirm_open(screen->app, "Remove this exception?", lines, 1, buttons, 2,
                 remove_chosen, screen);
}

static void undo(struct screen *screen)
{
    struct error e = {0};
    char what[200];

    if (!store_of(screen))
        return;
    if (exceptions_undo(store_of(screen), what, sizeof(what), &e))
        app_message(screen->app, STYLE_GOOD, "Taken back: %s.", what);
    else
        app_message(screen->app, STYLE_NORMAL, "%s", e.text);
}

static void read_again(struct screen *screen)
{
    struct error e = {0};

    if (store_of(screen) && !exceptions_refresh(store_of(screen), &e))
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
    else
        app_message(screen->app, STYLE_NORMAL, "Read again.");
}

static void open_details(struct screen *screen)
{
    state_of(screen)->details = true;
}

static void back(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->details)
        s->details = false;
    else
        app_panel(screen->app, PANEL_ACCOUNTS);
}

static void ask_find(struct screen *screen)
{
    state_of(screen)->finding = true;
}

static void find_next(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t count = store_of(screen) ? exceptions_count(store_of(screen)) : 0;

    for (size_t i = 1; s->find.len && i <= count; i++) {
        size_t index = (s->list.selected + i) % count;

        if (text_contains_nocase(exceptions_at(store_of(screen), index)->host,
                                 s->find.text)) {
            list_select(&s->list, index);
            return;
        }
    }
    app_message(screen->app, STYLE_NORMAL, "Not found.");
}

static void take_find(struct screen *screen)
{
    state_of(screen)->finding = false;
    find_next(screen);
}

static void drop_find(struct screen *screen)
{
    state_of(screen)->finding = false;
}

static bool typing(const struct screen *screen)
{
    const struct state *s = screen->state;

    return s && s->finding;
}

static bool key(struct screen *screen, int k)
{
    struct state *s = state_of(screen);

    if (s->finding)
        return k == K_PASTE ? lineedit_insert(&s->find, app_pasted(screen->app))
                            : lineedit_key(&s->find, k);
    return list_key(&s->list, k);
}

static bool has_any(const struct screen *screen)
{
    return store_of(screen) && exceptions_count(store_of(screen)) > 0;
}

static bool is_open(const struct screen *screen)
{
    return store_of(screen) != NULL;
}

static void close_screen(struct screen *screen)
{
    struct state *s = screen->state;

    if (!s)
        return;
    lineedit_release(&s->find);
    free(s);
    screen->state = NULL;
}

static const struct binding typing_keys[] = {
    {K_ENTER, 0, take_find, "Enter", "Find", "Go to the next match.", NULL},
    {K_ESCAPE, K_CTRL('c'), drop_find, "Esc", "Cancel", "Stop finding.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    {'a', 0, add, "a", "Add", "Add an exception for a server.", is_open},
    {'v', 0, view, "v", "View", "View the certificate that was accepted.",
     has_any},
    {'d', K_DELETE, ask_remove, "d", "Remove", "Remove the exception (asks).",
     has_any},
    {'t', 0, test, "t", "Test", "Test that server now.", has_any},
    {'u', 0, undo, "u", "Undo", "Take the last add or remove back.", is_open},
    {K_ENTER, 0, open_details, "Enter", NULL,
     "Show the details (on small screens).", has_any},
    {'r', 0, read_again, "r", NULL, "Read the file again.", is_open},
    {'/', 0, ask_find, "/", "Find", "Find a server in the list.", has_any},
    {'n', 0, find_next, "n", NULL, "The next match.", has_any},
    {K_ESCAPE, K_LEFT, back, "Esc", "Back", "One step back.", NULL},
    BINDING_END};

const struct screen_ops certificates_panel = {.name = "Certificates",
                                              .keys = keys,
                                              .draw = draw,
                                              .hint = hint,
                                              .typing = typing,
                                              .typing_keys = typing_keys,
                                              .key = key,
                                              .close = close_screen};
