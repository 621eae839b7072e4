/* SPDX-License-Identifier: MIT */
/* setup_details: what is known of the row that the cursor of a search is on,
 * below the rows or on a page of its own. */
#include "tui/dialogs/setup_search.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

/* -- details --------------------------------------------------------------- */

static void fill_use(struct search *s, int width)
{
    static const char *const words[] = {"Incoming", "Outgoing"};
    char text[700], place[400];

    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        if (s->chosen[d])
            setup_place(place, sizeof(place), s->chosen[d]);
        snprintf(text, sizeof(text), "%s: %s", words[d],
                 s->chosen[d] ? place : "none chosen yet");
        test_lines_text(&s->details, width, STYLE_NORMAL, "   ", text);
    }
    test_lines_text(&s->details, width, STYLE_NORMAL, "   ",
                    s->draft->way == SETUP_OFFLINE
                        ? "Enter stages an account with these; t tests it. s "
                          "saves, u takes back."
                        : "Enter stages an account with these and tests it, "
                          "with the login. s saves, u takes back.");
}

static void fill_rest(struct search *s, int width)
{
    for (int i = 0; i < SETUP_SOURCE_COUNT; i++) {
        const struct setup_line *line =
            setup_line(s->setup, (enum setup_source)i);

        if (line->state != SETUP_FOUND)
            setup_lines_source(&s->details, width, line);
    }
}

void setup_details_fill(struct search *s, int width)
{
    test_lines_clear(&s->details);
    switch (s->focus.kind) {
    case ROW_SOURCE:
        setup_lines_source(
            &s->details, width,
            setup_line(s->setup, (enum setup_source)s->focus.number));
        break;
    case ROW_REST:
        fill_rest(s, width);
        break;
    case ROW_CANDIDATE:
        setup_lines_candidate(&s->details, width, s->setup, s->focus.candidate);
        break;
    case ROW_HAND:
        test_lines_text(&s->details, width, STYLE_NORMAL, "   ",
                        "Enter stages an account with name and address, and "
                        "asks for its server name.");
        break;
    default:
        fill_use(s, width);
    }
}

/* As many as fit; what does not is told. */
void setup_details_draw(struct search *s, struct area area)
{
    size_t room = area.height > 1 ? (size_t)area.height - 1 : 0;
    bool cut;

    if (!room)
        return;
    draw_rule(area, 0);
    setup_details_fill(s, area.width);
    cut = s->details.count > room;
    for (size_t i = 0; i < s->details.count && i < room - cut; i++)
        draw_text(area, (int)i + 1, 0, s->details.lines[i].style,
                  s->details.lines[i].text);
    if (cut)
        draw_textf(area, (int)room, 1, STYLE_STRONG,
                   "v shows %zu more lines of this.",
                   s->details.count - room + 1);
}

/* -- a page of their own ---------------------------------------- */

struct page {
    struct search *search; /* below, so it lives longer */
    size_t top, height;
};

static struct page *page_of(const struct screen *screen)
{
    return screen->state;
}

static size_t page_last(const struct page *p)
{
    size_t count = p->search->details.count;

    return count > p->height ? count - p->height : 0;
}

static void draw_page(struct screen *screen, struct area body)
{
    struct page *p = page_of(screen);
    const struct test_lines *lines = &p->search->details;

    p->height = body.height > 0 ? (size_t)body.height : 1;
    setup_details_fill(p->search, body.width);
    if (p->top > page_last(p))
        p->top = page_last(p);
    for (size_t i = p->top; i < lines->count && i < p->top + p->height; i++)
        draw_text(body, (int)(i - p->top), 0, lines->lines[i].style,
                  lines->lines[i].text);
    draw_cursor(body, 0, 0);
}

static void page_line_up(struct screen *screen)
{
    page_of(screen)->top -= page_of(screen)->top > 0;
}

static void page_line_down(struct screen *screen)
{
    page_of(screen)->top += page_of(screen)->top < page_last(page_of(screen));
}

static void page_page_up(struct screen *screen)
{
    struct page *p = page_of(screen);

    p->top -= p->top < p->height ? p->top : p->height;
}

static void page_page_down(struct screen *screen)
{
    page_of(screen)->top += page_of(screen)->height; /* draw keeps it in */
}

static bool page_is_cut(const struct screen *screen)
{
    return page_last(page_of(screen)) > 0;
}

static bool page_hint(const struct screen *screen, char *out, size_t size)
{
    const struct page *p = page_of(screen);
    size_t below = page_last(p) - p->top;

    snprintf(out, size, "%zu more line%s below", below, below == 1 ? "" : "s");
    return below > 0;
}

static void page_title(const struct screen *screen, char *left,
                       size_t left_size, char *right, size_t right_size)
{
    static const char *const heads[] = {"Incoming server", "Outgoing server"};
    const struct row *focus = &page_of(screen)->search->focus;

    (void)right;
    (void)right_size;
    snprintf(left, left_size, "%s",
             focus->kind == ROW_CANDIDATE ? heads[focus->number]
             : focus->kind == ROW_SOURCE
                 ? setup_source_label((enum setup_source)focus->number)
             : focus->kind == ROW_REST ? "The other sources"
                                       : "What Enter does");
}

static void page_back(struct screen *screen)
{
    app_pop(screen->app);
}

static void close_page(struct screen *screen)
{
    free(screen->state);
}

static const struct binding page_keys[] = {
    {K_UP, 'k', page_line_up, "Up/Down", "Scroll", "A line up.", page_is_cut},
    {K_DOWN, 'j', page_line_down, "Down", NULL, "A line down.", page_is_cut},
    {K_PAGE_UP, 0, page_page_up, "PgUp", NULL, "A page up.", page_is_cut},
    {K_PAGE_DOWN, ' ', page_page_down, "PgDn", NULL, "A page down.",
     page_is_cut},
    {K_ESCAPE, K_CTRL('c'), page_back, "Esc", "Back", "Back to the search.",
     NULL},
    {K_ENTER, 'q', page_back, "Enter", NULL, "Back to the search (also q).",
     NULL},
    BINDING_END};

static const struct screen_ops page_ops = {.name = "Details of a server",
                                           .keys = page_keys,
                                           .title = page_title,
                                           .draw = draw_page,
                                           .hint = page_hint,
                                           .close = close_page};

void setup_details_open(struct search *s)
{
    struct page *page = xcalloc(1, sizeof(*page));

    page->search = s;
    app_push(s->app, &page_ops, page);
}
