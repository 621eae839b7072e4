/* SPDX-License-Identifier: MIT */
/*
 * setup_search: the search for servers as it goes on: a row for each source,
 * then what was found for either direction, best first, the good ones chosen
 * already. What the cursor is on is told below, or on a page of its own. Use
 * stages the account and opens the ordinary test.
 */
#include "tui/dialogs/setup_search.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct search *search_of(const struct screen *screen)
{
    return screen->state;
}

/* -- what is chosen -------------------------------------------------------- */

static int direction_of(const struct search *s,
                        const struct setup_candidate *candidate)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < setup_count(s->setup, (enum setup_direction)d);
             i++)
            if (setup_candidate(s->setup, (enum setup_direction)d, i) ==
                candidate)
                return d;
    return SETUP_INCOMING;
}

/* Offline nothing is tried: what the table names has to do. */
static bool may_preselect(const struct search *s,
                          const struct setup_candidate *candidate)
{
    return s->draft->way == SETUP_OFFLINE
               ? !setup_candidate_needs_yes(candidate)
               : setup_candidate_good(candidate);
}

static void preselect(struct search *s)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        size_t count = setup_count(s->setup, (enum setup_direction)d);

        if (s->decided[d])
            continue;
        s->chosen[d] = NULL;
        for (size_t i = 0; i < count && !s->chosen[d]; i++) {
            const struct setup_candidate *c =
                setup_candidate(s->setup, (enum setup_direction)d, i);

            if (may_preselect(s, c))
                s->chosen[d] = c;
        }
    }
}

static void changed(void *arg, struct setup *setup)
{
    struct search *s = arg;

    (void)setup;
    preselect(s);
    app_redraw(s->app);
}

/* -- the page ---------------------------------------------------------------
 */

static void draw(struct screen *screen, struct area body)
{
    setup_rows_draw(search_of(screen), body);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct search *s = search_of(screen);
    size_t below =
        s->count > s->top + s->height ? s->count - s->top - s->height : 0;

    if (!s->top && !below)
        return false;
    snprintf(out, size, "%zu more line%s above, %zu below", s->top,
             s->top == 1 ? "" : "s", below);
    return true;
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct search *s = search_of(screen);
    char email[600];

    snprintf(left, left_size, "Servers for %s",
             text_safe_string(email, sizeof(email), setup_email(s->setup)));
    if (!setup_finished(s->setup))
        snprintf(right, right_size, "asked %zu of %d", setup_sources_done(s),
                 SETUP_SOURCE_COUNT);
    else
        snprintf(right, right_size, "%s",
                 s->draft->way == SETUP_OFFLINE ? "offline"
                 : setup_advice(s->setup)       ? "ended"
                                                : "found");
}

/* -- moving ---------------------------------------------------------------- */

static void focus_on(struct search *s, size_t i)
{
    s->focus = s->rows[i];
    s->focus.text = NULL;
}

/* The next row that can be gone to; the last such when there are too few. */
static void move(struct search *s, int step, size_t by)
{
    size_t at;

    setup_rows_build(s, draw_screen().width);
    at = setup_rows_focus(s);
    for (size_t i = at; by > 0 && (step > 0 ? i + 1 < s->count : i > 0);) {
        i = step > 0 ? i + 1 : i - 1;
        if (s->rows[i].kind == ROW_TEXT)
            continue;
        at = i;
        by--;
    }
    focus_on(s, at);
    s->moved = true;
}

static void up(struct screen *screen)
{
    move(search_of(screen), -1, 1);
}

static void down(struct screen *screen)
{
    move(search_of(screen), 1, 1);
}

static void page_up(struct screen *screen)
{
    move(search_of(screen), -1, search_of(screen)->height);
}

static void page_down(struct screen *screen)
{
    move(search_of(screen), 1, search_of(screen)->height);
}

static void first(struct screen *screen)
{
    move(search_of(screen), -1, search_of(screen)->count);
}

static void last(struct screen *screen)
{
    move(search_of(screen), 1, search_of(screen)->count);
}

static void click(struct screen *screen, int row, int col)
{
    struct search *s = search_of(screen);
    size_t i = s->top + (size_t)row;

    (void)col;
    if ((size_t)row >= s->height || i >= s->count ||
        s->rows[i].kind == ROW_TEXT)
        return;
    focus_on(s, i);
    s->moved = true;
}

static void view(struct screen *screen)
{
    setup_details_open(search_of(screen));
}

/* -- choosing and using ---------------------------------------------------- */

static void choose(struct search *s, const struct setup_candidate *candidate)
{
    int d = direction_of(s, candidate);

    s->chosen[d] = candidate;
    s->decided[d] = true;
}

static void yes_answered(struct app *app, size_t button, void *arg)
{
    struct search *s = arg;

    if (button != 1) {
        app_message(app, STYLE_NORMAL, "It is not chosen.");
        return;
    }
    setup_confirm(s->setup, s->asked);
    choose(s, s->asked);
    app_message(app, STYLE_CHANGED, "You said yes to it; it is chosen.");
}

static void ask_yes(struct search *s, const struct setup_candidate *candidate)
{
    static const char *const buttons[] = {"Back", "Yes, use it"};
    char why[1600];
    const char *lines[] = {why, "Does your provider name it, too?"};

    setup_why_yes(why, sizeof(why), s->setup, candidate);
    s->asked = candidate;
    confirm_open(s->app,
                 candidate->foreign ? "Use a server of another domain?"
                                    : "Use a server without encryption?",
                 lines, 2, buttons, 2, yes_answered, s);
}

/* Once more on the chosen one: that side stays empty. */
static void toggle(struct search *s)
{
    const struct setup_candidate *c = s->focus.candidate;
    int d = direction_of(s, c);

    s->moved = true; /* it stays on it, whatever is chosen now */
    if (s->chosen[d] == c) {
        s->chosen[d] = NULL;
        s->decided[d] = true;
    } else if (setup_candidate_needs_yes(c)) {
        ask_yes(s, c);
    } else {
        choose(s, c);
    }
}

/* The dialogs close first, so that the test opens over Accounts. */
static void use(struct search *s)
{
    struct app *app = s->app;
    bool offline = s->draft->way == SETUP_OFFLINE;
    struct error e = {0};
    char *id = NULL;

    if (!s->chosen[SETUP_INCOMING] && !s->chosen[SETUP_OUTGOING]) {
        app_message(app, STYLE_NORMAL,
                    setup_count(s->setup, SETUP_INCOMING) ||
                            setup_count(s->setup, SETUP_OUTGOING)
                        ? "No server is chosen: Enter on its row does that."
                        : "There is no server to use.");
        return;
    }
    if (!setup_stage(s->setup, NULL, s->chosen[SETUP_INCOMING],
                     s->chosen[SETUP_OUTGOING], &id, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    s->draft->done = true;
    app_panel(app, offline ? PANEL_SERVER : PANEL_ACCOUNTS);
    app_select_account(app, id);
    app_message(app, STYLE_CHANGED,
                "Account %s is staged, not saved. s saves, u takes back.", id);
    if (!offline) {
        const char *targets[] = {id};

        app_test(app, targets, 1);
    }
    free(id);
}

static void do_it(struct screen *screen)
{
    struct search *s = search_of(screen);

    switch (s->focus.kind) {
    case ROW_CANDIDATE:
        if (s->chosen[s->focus.number] == s->focus.candidate)
            app_message(s->app, STYLE_NORMAL,
                        "It is chosen. Space takes that back.");
        else
            toggle(s);
        break;
    case ROW_USE:
        use(s);
        break;
    case ROW_HAND:
        setup_dialog_by_hand(s->app);
        break;
    default:
        view(screen);
    }
}

static void space(struct screen *screen)
{
    toggle(search_of(screen));
}

static bool on_candidate(const struct screen *screen)
{
    return search_of(screen)->focus.kind == ROW_CANDIDATE;
}

static bool is_over(const struct screen *screen)
{
    return setup_finished(search_of(screen)->setup);
}

static bool key_label(const struct screen *screen, int pressed, char *out,
                      size_t size)
{
    static const char *const labels[] = {[ROW_SOURCE] = "Details",
                                         [ROW_REST] = "Details",
                                         [ROW_CANDIDATE] = "Choose",
                                         [ROW_USE] = "Use and test",
                                         [ROW_HAND] = "By hand"};

    if (pressed != K_ENTER)
        return false;
    snprintf(out, size, "%s",
             search_of(screen)->focus.kind == ROW_USE &&
                     search_of(screen)->draft->way == SETUP_OFFLINE
                 ? "Use"
                 : labels[search_of(screen)->focus.kind]);
    return true;
}

static bool begin(struct search *s, struct error *e)
{
    const struct setup_request request = {
        .email = s->draft->email,
        .name = s->draft->name,
        .offline = s->draft->way == SETUP_OFFLINE,
        .send_address = s->draft->send_address};
    struct setup *setup =
        setup_start(app_workspace(s->app), &request, changed, s, e);

    if (!setup)
        return false;
    setup_free(s->setup);
    s->setup = setup;
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        s->chosen[d] = NULL;
        s->decided[d] = false;
    }
    s->focus = (struct row){.kind = ROW_USE};
    s->moved = false;
    s->top = 0;
    return true;
}

static void again(struct screen *screen)
{
    struct error e = {0};

    if (!begin(search_of(screen), &e))
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
}

static void leave(struct screen *screen)
{
    app_pop(screen->app);
    app_message(screen->app, STYLE_NORMAL,
                "The search has ended; what you typed is still here.");
}

static void free_search(struct search *s)
{
    setup_free(s->setup);
    setup_rows_clear(s);
    free(s->rows);
    test_lines_release(&s->details);
    free(s);
}

static void close_screen(struct screen *screen)
{
    free_search(search_of(screen));
}

static const struct binding keys[] = {
    {K_ENTER, 0, do_it, "Enter", "Do it",
     "Choose the server, use what is chosen, or look at the source.", NULL},
    {K_UP, 'k', up, "Up", NULL, "The row above.", NULL},
    {K_DOWN, 'j', down, "Down", NULL, "The row below.", NULL},
    {K_PAGE_UP, 0, page_up, "PgUp", NULL, "A page up.", NULL},
    {K_PAGE_DOWN, 0, page_down, "PgDn", NULL, "A page down.", NULL},
    {K_HOME, 'g', first, "Home", NULL, "The first row.", NULL},
    {K_END, 'G', last, "End", NULL, "The last row.", NULL},
    {' ', 0, space, "Space", "On/off", "Choose the server, or not.",
     on_candidate},
    {'v', 0, view, "v", "Details",
     "All that is known of what the cursor is on.", NULL},
    {'r', 0, again, "r", "Again", "Search again.", is_over},
    {K_ESCAPE, K_CTRL('c'), leave, "Esc", "Back",
     "End the search; back to what was typed.", NULL},
    {'q', 0, leave, "q", NULL, "The same.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Servers of an address",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .key_label = key_label,
                                      .click = click,
                                      .close = close_screen};

bool setup_search_open(struct app *app, struct error *e)
{
    struct search *s = xcalloc(1, sizeof(*s));

    s->app = app;
    s->draft = app_setup_draft(app);
    if (!begin(s, e)) {
        free_search(s);
        return false;
    }
    app_push(app, &ops, s);
    return true;
}
