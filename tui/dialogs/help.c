/* SPDX-License-Identifier: MIT */
/*
 * help: every key that works in the place one came from, made from the very
 * tables that dispatch them, then what works everywhere and what the marks
 * mean. It scrolls, and `/` finds in it.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_CELLS    11 /* "Left/Right" and a blank */
#define COLUMN_CELLS 38
#define TWO_COLUMNS  76

struct lines {
    char **rows;
    size_t count;
};

struct state {
    struct screen about; /* a copy: tables and state of the screen below */
    struct lines lines;
    int width; /* for which the lines were made */
    size_t top, shown;
    size_t found; /* the line that `/` found last */
};

/* -- lines ----------------------------------------------------------------- */

static void lines_release(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->rows[i]);
    free(lines->rows);
    *lines = (struct lines){0};
}

static void add(struct lines *lines, char *row)
{
    lines->rows =
        xreallocarray(lines->rows, lines->count + 1, sizeof(*lines->rows));
    lines->rows[lines->count++] = row;
}

static void add_binding(struct lines *lines, const struct binding *binding,
                        int width)
{
    size_t count;
    char **text = draw_break(binding->help, width - KEY_CELLS - 2, &count);

    for (size_t i = 0; i < count; i++) {
        add(lines,
            xasprintf("  %-*s%s", KEY_CELLS, i ? "" : binding->name, text[i]));
        free(text[i]);
    }
    free(text);
}

static void add_table(struct lines *lines, const char *heading,
                      const struct binding *table, const struct binding *above,
                      const struct screen *screen, int width)
{
    bool any = false;

    for (; table && table->run; table++) {
        if ((table->when && !table->when(screen)) ||
            keys_find(above, table->key, screen))
            continue;
        if (!any)
            add(lines, xstrdup(heading));
        any = true;
        add_binding(lines, table, width);
    }
    if (any)
        add(lines, xstrdup(""));
}

static void add_wrapped(struct lines *lines, const char *text, int width)
{
    size_t count;
    char **rows = draw_break(text, width, &count);

    for (size_t i = 0; i < count; i++)
        add(lines, rows[i]);
    free(rows);
}

static const char marks[] =
    "Marks:  > you are here   = shown beside it   * not saved   ! needs you\n"
    "No colour, mouse or F-key is needed for anything. Lists: Up Down (k j), "
    "PgUp PgDn, Home End (g G). Also: postseal --help, man postseal";

/* Two columns side by side, each made by itself. */
static void merge(struct lines *all, struct lines *left, struct lines *right)
{
    size_t rows = left->count > right->count ? left->count : right->count;

    for (size_t i = 0; i < rows; i++) {
        const char *l = i < left->count ? left->rows[i] : "";
        const char *r = i < right->count ? right->rows[i] : "";
        int pad = COLUMN_CELLS - (int)text_width(l);

        add(all, xasprintf("%s%*s%s", l, *r && pad > 0 ? pad : 0, "", r));
    }
}

static void make_lines(struct state *state, int width)
{
    const struct screen *about = &state->about;
    bool two = width >= TWO_COLUMNS;
    int cells = two ? COLUMN_CELLS : width;
    struct lines left = {0}, right = {0};

    lines_release(&state->lines);
    add_table(&left, "Here", about->ops->keys, NULL, about, cells);
    add_table(&left, "While editing", about->ops->typing_keys, NULL, about,
              cells);
    add_table(two ? &right : &left, "Everywhere", app_keys, about->ops->keys,
              about, cells);
    merge(&state->lines, &left, &right);
    lines_release(&left);
    lines_release(&right);
    add_wrapped(&state->lines, marks, width);
    state->width = width;
}

/* -- drawing --------------------------------------------------------------- */

static void clamp(struct state *state)
{
    size_t last = state->lines.count > state->shown
                      ? state->lines.count - state->shown
                      : 0;

    if (state->top > last)
        state->top = last;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *state = screen->state;
    struct area text = area_columns(body, 1, body.width - 1);

    state->shown = body.height > 0 ? (size_t)body.height : 0;
    if (state->width != text.width)
        make_lines(state, text.width);
    clamp(state);
    for (size_t i = 0; i < state->shown && state->top + i < state->lines.count;
         i++) {
        const char *line = state->lines.rows[state->top + i];

        draw_text(text, (int)i, 0, STYLE_NORMAL, line);
    }
    draw_cursor(
        body, (int)(state->found > state->top ? state->found - state->top : 0),
        0);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *state = screen->state;
    size_t pages = 1, page = 1;

    if (state->shown) {
        pages = (state->lines.count + state->shown - 1) / state->shown;
        page = (state->top + state->shown - 1) / state->shown + 1;
    }
    snprintf(left, left_size, "Help: %s", state->about.ops->name);
    snprintf(right, right_size, "Esc, q or ? closes  (%zu/%zu)", page,
             pages ? pages : 1);
}

/* -- keys ------------------------------------------------------------------ */

static void close_it(struct screen *screen)
{
    app_pop(screen->app);
}

static void scroll(struct state *state, bool down, size_t by)
{
    if (down)
        state->top += by;
    else
        state->top = state->top > by ? state->top - by : 0;
    clamp(state);
    state->found = state->top;
}

static bool is_cut(const struct screen *screen)
{
    const struct state *state = screen->state;

    return state->lines.count > state->shown;
}

static void scroll_up(struct screen *screen)
{
    scroll(screen->state, false, 1);
}

static void scroll_down(struct screen *screen)
{
    scroll(screen->state, true, 1);
}

static void page_up(struct screen *screen)
{
    struct state *state = screen->state;

    scroll(state, false, state->shown ? state->shown : 1);
}

static void page_down(struct screen *screen)
{
    struct state *state = screen->state;

    scroll(state, true, state->shown ? state->shown : 1);
}

static void to_top(struct screen *screen)
{
    struct state *state = screen->state;

    scroll(state, false, state->top);
}

static void to_end(struct screen *screen)
{
    struct state *state = screen->state;

    scroll(state, true, state->lines.count);
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    struct state *state = screen->state;
    size_t n = state->lines.count;

    for (size_t step = 1; step <= n; step++) {
        size_t i = (state->found + (backwards ? n - step : step)) % n;

        if (!text_contains_nocase(state->lines.rows[i], needle))
            continue;
        state->top = i;
        clamp(state);
        state->found = i;
        return true;
    }
    return false;
}

static void close_help(struct screen *screen)
{
    struct state *state = screen->state;

    lines_release(&state->lines);
    free(state);
}

static const struct binding keys[] = {
    {K_UP, 'k', scroll_up, "Up/Down", "Scroll", "one line (also k j)", is_cut},
    {K_DOWN, 'j', scroll_down, "Down", NULL, "one line on", is_cut},
    {K_PAGE_UP, 0, page_up, "PgUp", NULL, "one page back", is_cut},
    {K_PAGE_DOWN, ' ', page_down, "PgDn", NULL, "one page on", is_cut},
    {K_HOME, 'g', to_top, "Home", NULL, "the beginning", is_cut},
    {K_END, 'G', to_end, "End", NULL, "the end", is_cut},
    {'?', K_F1, close_it, "?", NULL, "close", NULL},
    {'q', K_F10, close_it, "q", NULL, "close", NULL},
    {K_ESCAPE, 0, close_it, "Esc", "Close", "close", NULL},
    BINDING_END};

static const struct screen_ops ops = {
    .name = "Help",
    .keys = keys,
    .title = title,
    .draw = draw,
    .find = find,
    .close = close_help,
};

void help_open(struct app *app, const struct screen *about)
{
    struct state *state = xcalloc(1, sizeof(*state));

    state->about = *about;
    app_push(app, &ops, state);
}
