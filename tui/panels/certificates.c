/* SPDX-License-Identifier: MIT */
/*
 * certificates: what is trusted and why, as three lists: the exceptions that
 * were made, the authorities, and the person's own certificates. Left and Right
 * go from one to the other. Below the list stands everything about the selected
 * row, on small screens on a screen of its own. All changes are written at
 * once.
 */
#include "tui/panels/certificates_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/ask.h"
#include "tui/widgets/list.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADED      50 /* from this width on the columns have a heading */
#define FULL        76
#define SIDE_CELLS  80 /* of the list, when the details stand beside it */
#define DETAILS_MIN 10 /* rows under the list */
#define LIST_COUNT  3

static const struct cert_list *const lists[LIST_COUNT] = {
    &exception_list, &authority_list, &identity_list};

struct state {
    size_t current;
    struct {
        struct list list; /* of the rows that pass the filter */
        char *filter;     /* NULL: all pass */
        bool ready;       /* was shown, so that its rows are known */
    } of[LIST_COUNT];
    size_t *shown; /* which those are */
    size_t shown_count;
    bool details; /* instead of the list */
    size_t top;   /* the first line of them */
    int list_top; /* row of the body */
};

static const struct screen_ops panels[LIST_COUNT];

static struct state *state_of(const struct screen *constant)
{
    struct screen *screen = (struct screen *)constant;

    if (!screen->state)
        screen->state = xcalloc(1, sizeof(struct state));
    return screen->state;
}

static const struct cert_list *list_of(const struct screen *screen)
{
    return lists[state_of(screen)->current];
}

/* SIZE_MAX: not known before the list is shown. */
static size_t row_count(const struct screen *screen, size_t list)
{
    const struct state *s = state_of(screen);

    if ((lists[list]->show && !s->of[list].ready) ||
        lists[list]->refused(screen))
        return SIZE_MAX;
    return lists[list]->count(screen);
}

/* Which rows pass the filter now: the store may have changed. */
static struct list *fill(const struct screen *screen)
{
    struct state *s = state_of(screen);
    const struct cert_list *list = list_of(screen);
    const char *filter = s->of[s->current].filter;
    size_t count = row_count(screen, s->current);

    if (count == SIZE_MAX)
        count = 0;
    s->shown = xreallocarray(s->shown, count + 1, sizeof(*s->shown));
    s->shown_count = 0;
    for (size_t i = 0; i < count; i++)
        if (!filter || list->matches(screen, i, filter))
            s->shown[s->shown_count++] = i;
    s->of[s->current].list.count = s->shown_count;
    if (s->of[s->current].list.selected >= s->shown_count)
        list_select(&s->of[s->current].list, s->shown_count - 1);
    return &s->of[s->current].list;
}

bool cert_list_selected(const struct screen *screen, size_t *index)
{
    struct list *list = fill(screen);

    if (!list->count)
        return false;
    *index = state_of(screen)->shown[list->selected];
    return true;
}

void cert_list_select(struct screen *screen, size_t index)
{
    struct state *s = state_of(screen);
    struct list *list;

    if (s->of[s->current].filter &&
        !list_of(screen)->matches(screen, index, s->of[s->current].filter)) {
        free(s->of[s->current].filter);
        s->of[s->current].filter = NULL;
    }
    list = fill(screen);
    for (size_t i = 0; i < s->shown_count; i++)
        if (s->shown[i] == index)
            list_select(list, i);
}

void cert_list_say(struct app *app, bool ok, const char *done,
                   const struct error *e)
{
    if (ok)
        app_message(app, STYLE_GOOD,
                    "%s; written at once. u, as the next key, takes it back.",
                    done);
    else if (e->code == ERROR_LOCKED)
        app_message(app, STYLE_FAULT,
                    "Another session is writing there just now; nothing was "
                    "changed. Try again.");
    else
        app_message(app, STYLE_FAULT, "Nothing was changed: %s", e->text);
}

/* -- the details ----------------------------------------------------------- */

/* Over the whole body they scroll; under the list the end may be cut. */
static void draw_details(struct screen *screen, struct area area, bool alone)
{
    struct state *s = state_of(screen);
    struct details d = {.width = area.width};
    size_t index, room = area.height > 0 ? (size_t)area.height : 0, first;

    if (!room || !cert_list_selected(screen, &index))
        return;
    list_of(screen)->details(screen, index, &d);
    if (s->top + room > d.count)
        s->top = d.count > room ? d.count - room : 0;
    first = alone ? s->top : 0;
    for (size_t i = 0; i < room && first + i < d.count; i++)
        details_draw(&d, area, (int)i, first + i);
    if (d.count > room && alone)
        draw_right(area, 0, STYLE_STRONG,
                   s->top + room < d.count ? " Down: more" : " Up: more");
    else if (d.count > room)
        draw_right(area, area.height - 1, STYLE_STRONG, " Tab: all of it");
    details_release(&d);
    if (alone)
        draw_cursor(area, 0, 0);
}

/* -- the list -------------------------------------------------------------- */

/* "(Exceptions 3)   Authorities 142   Yours 1" */
static void draw_head(struct screen *screen, struct area body)
{
    const struct state *s = state_of(screen);
    bool full = body.width >= HEADED;
    int col = full;

    for (size_t i = 0; i < LIST_COUNT; i++) {
        bool here = i == s->current;
        size_t count = row_count(screen, i);
        char number[24] = "";

        if (count != SIZE_MAX)
            snprintf(number, sizeof(number), " %zu", count);
        col = draw_textf(body, 0, col, here ? STYLE_STRONG : STYLE_NORMAL,
                         here   ? "(%s%s)"
                         : full ? " %s%s "
                                : "%s%s",
                         lists[i]->name, number) +
              (full ? 2 : 1);
    }
    if (s->of[s->current].filter)
        draw_right(body, 0, STYLE_CHANGED, " f: filtered");
    else if (body.width >= FULL)
        draw_right(body, 0, STYLE_NORMAL, "Left/Right: other list");
}

static void draw_list(struct screen *screen, struct area area)
{
    struct state *s = state_of(screen);
    const struct cert_list *of = list_of(screen);
    struct list *list = &s->of[s->current].list;
    size_t i;

    list_fit(list, s->shown_count, area.height);
    for (int row = 0; row < area.height && list_at(list, row, &i); row++) {
        bool here = i == list->selected;

        draw_text(area, row, 0, STYLE_FOCUS,
                  here ? ">" : of->mark(screen, s->shown[i]));
        of->row(screen, area, row, s->shown[i]);
        if (here)
            draw_cursor(area, row, 0);
    }
}

static void draw_instead(struct screen *screen, struct area body)
{
    const struct state *s = state_of(screen);
    const struct cert_list *of = list_of(screen);
    const char *refused = of->refused(screen);
    const char *filter = s->of[s->current].filter;
    char text[400], safe[200];

    draw_cursor(body, 0, 0);
    if (!refused && filter)
        snprintf(text, sizeof(text), "No row has \"%s\" in it. f: other text.",
                 text_safe_string(safe, sizeof(safe), filter));
    else
        snprintf(text, sizeof(text), "%s", refused ? refused : of->empty);
    draw_wrapped(area_rows(body, 2, body.height - 2), 0, 1,
                 refused ? STYLE_FAULT : STYLE_NORMAL, text);
}

static void draw_both(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    bool beside = app_is_wide(screen->app);
    bool below = !beside && body.height >= DETAIL_ROWS;
    struct area left = beside ? area_columns(body, 0, SIDE_CELLS - 2) : body;
    int head = left.width >= HEADED ? 2 : 1, rows = body.height - head;

    if (below)
        rows -=
            (body.height / 2 > DETAILS_MIN ? body.height / 2 : DETAILS_MIN) + 1;
    if (head == 2)
        list_of(screen)->heading(area_rows(left, 1, 1));
    s->list_top = head;
    draw_list(screen, area_rows(left, head, rows));
    if (beside)
        draw_details(screen,
                     area_columns(area_rows(body, 1, body.height - 1),
                                  SIDE_CELLS, body.width - SIDE_CELLS),
                     false);
    if (!below)
        return;
    draw_rule(body, head + rows);
    draw_details(
        screen, area_rows(body, head + rows + 1, body.height - head - rows - 1),
        false);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    const struct cert_list *of = list_of(screen);

    if (of->show)
        of->show(screen);
    s->of[s->current].ready = true;
    if (!fill(screen)->count)
        s->details = false;
    if (s->details) {
        draw_details(screen, body, true);
        return;
    }
    draw_head(screen, body);
    if (s->shown_count)
        draw_both(screen, body);
    else
        draw_instead(screen, body);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct cert_list *of = list_of(screen);
    const char *what, *problem;

    if (of->refused(screen))
        return false;
    what = of->undo_what(screen);
    problem = of->problem(screen);
    if (what)
        snprintf(out, size, "Last change: %s. u takes it back.", what);
    else if (problem)
        snprintf(out, size, "! %s", problem);
    else
        snprintf(out, size, "%s", of->hint);
    return true;
}

/* -- keys of every list ---------------------------------------------------- */

bool cert_list_has_row(const struct screen *screen)
{
    size_t index;

    return cert_list_selected(screen, &index);
}

bool cert_list_is_usable(const struct screen *screen)
{
    return !list_of(screen)->refused(screen);
}

bool cert_list_can_undo(const struct screen *screen)
{
    return cert_list_is_usable(screen) && list_of(screen)->undo_what(screen);
}

/* The other list brings its own keys along. */
static void go_to(struct screen *screen, size_t list)
{
    struct state *s = state_of(screen);

    s->current = list;
    s->details = false;
    screen->ops = &panels[list];
}

void cert_list_left(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->details)
        s->details = false;
    else if (s->current > 0)
        go_to(screen, s->current - 1);
    else
        app_message(screen->app, STYLE_NORMAL,
                    "This is the first list; Right goes to the next.");
}

void cert_list_right(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->current + 1 < LIST_COUNT)
        go_to(screen, s->current + 1);
    else
        app_message(screen->app, STYLE_NORMAL,
                    "This is the last list; Left goes to the one before.");
}

void cert_list_open(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->details = !s->details;
    s->top = 0;
}

void cert_list_back(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->details)
        s->details = false;
    else
        app_panel(screen->app, PANEL_ACCOUNTS);
}

void cert_list_undo(struct screen *screen)
{
    struct error e = {0};
    char what[240];

    if (list_of(screen)->undo(screen, what, sizeof(what), &e))
        app_message(screen->app, STYLE_GOOD, "Taken back: %s.", what);
    else
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
}

void cert_list_read_again(struct screen *screen)
{
    struct error e = {0};

    if (list_of(screen)->refresh(screen, &e))
        app_message(screen->app, STYLE_NORMAL, "Read again.");
    else
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
}

static void take_filter(struct ask *asked, void *arg)
{
    struct screen *screen = arg;
    struct state *s = state_of(screen);
    const char *text = ask_text(asked, 0);
    size_t index;
    bool had = cert_list_selected(screen, &index);

    free(s->of[s->current].filter);
    s->of[s->current].filter = *text ? xstrdup(text) : NULL;
    fill(screen);
    for (size_t i = 0; had && i < s->shown_count; i++)
        if (s->shown[i] == index)
            list_select(&s->of[s->current].list, i);
    ask_done(asked);
}

void cert_list_filter(struct screen *screen)
{
    const struct state *s = state_of(screen);

    ask_open(
        screen->app,
        &(struct ask_spec){
            .title = "Show only some of them",
            .about = list_of(screen)->name,
            .intro = "The rows that have this text in them, in small or "
                     "capital letters. Nothing: all rows.",
            .fields = {{.label = "Text", .text = s->of[s->current].filter}},
            .verb = "Show",
            .take = take_filter,
            .arg = screen});
}

/* -- the panel ------------------------------------------------------------- */

static bool scroll(struct state *s, int pressed)
{
    switch (pressed) {
    case K_UP:
    case 'k':
        s->top -= s->top > 0;
        return true;
    case K_DOWN:
    case 'j':
        s->top++;
        return true;
    case K_PAGE_UP:
    case K_HOME:
    case 'g':
        s->top = 0;
        return true;
    case K_PAGE_DOWN:
    case K_END:
    case 'G':
        s->top += 1000; /* drawing stops at the end */
        return true;
    default:
        return false;
    }
}

static bool key(struct screen *screen, int pressed)
{
    struct state *s = state_of(screen);

    return s->details ? scroll(s, pressed) : list_key(fill(screen), pressed);
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    struct state *s = state_of(screen);
    struct list *list = fill(screen);

    for (size_t step = 1; step <= list->count; step++) {
        size_t i = (list->selected + (backwards ? list->count - step : step)) %
                   list->count;

        if (list_of(screen)->matches(screen, s->shown[i], needle)) {
            list_select(list, i);
            return true;
        }
    }
    return false;
}

static void click(struct screen *screen, int row, int col)
{
    struct state *s = state_of(screen);
    struct list *list = fill(screen);
    size_t i;

    if (s->details || (app_is_wide(screen->app) && col >= SIDE_CELLS))
        return;
    row -= s->list_top;
    if (row >= 0 && (size_t)row < list->rows && list_at(list, row, &i))
        list_select(list, i);
}

static void close_screen(struct screen *screen)
{
    struct state *s = screen->state;

    if (!s)
        return;
    for (size_t i = 0; i < LIST_COUNT; i++)
        free(s->of[i].filter);
    free(s->shown);
    free(s);
    screen->state = NULL;
}

/* The panel takes the table of the list that is shown. */
#define PANEL_OPS(title, table)                                                \
    {                                                                          \
        .name = (title), .keys = (table), .draw = draw, .hint = hint,          \
        .key = key, .find = find, .click = click, .close = close_screen        \
    }
static const struct screen_ops panels[LIST_COUNT] = {
    PANEL_OPS("Exceptions", exception_keys),
    PANEL_OPS("Authorities", authority_keys),
    PANEL_OPS("Your certificates", identity_keys),
};
const struct screen_ops certificates_panel =
    PANEL_OPS("Exceptions", exception_keys);
