/* SPDX-License-Identifier: MIT */
/* setup_rows: the rows of a search: sources, candidates, what can be done. */
#include "tui/dialogs/setup_search.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define FULL_COLS    76 /* from here on with the source */
#define BRIEF_COLS   60 /* below: short verdicts */
#define DETAIL_LEAST 7  /* a rule and the details */

/* -- rows ------------------------------------------------------------------ */

void setup_rows_clear(struct search *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->rows[i].text);
    s->count = 0;
}

static void add_row(struct search *s, struct row row)
{
    s->rows = xreallocarray(s->rows, s->count + 1, sizeof(*s->rows));
    s->rows[s->count++] = row;
}

static void add_text(struct search *s, int width, enum style style,
                     const char *text)
{
    size_t count;
    char **lines = draw_break(text, width > 10 ? width - 2 : 8, &count);

    for (size_t i = 0; i < count; i++)
        add_row(s, (struct row){
                       .kind = ROW_TEXT, .text = lines[i], .style = style});
    free(lines);
}

static bool has_ended(const struct setup_line *line)
{
    return line->state != SETUP_WAITING && line->state != SETUP_RUNNING;
}

size_t setup_sources_done(const struct search *s)
{
    size_t ended = 0;

    for (int i = 0; i < SETUP_SOURCE_COUNT; i++)
        ended += has_ended(setup_line(s->setup, (enum setup_source)i));
    return ended;
}

static bool has_candidates(const struct search *s)
{
    return setup_count(s->setup, SETUP_INCOMING) ||
           setup_count(s->setup, SETUP_OUTGOING);
}

/* The best of a direction that has nothing chosen. */
static bool waits_for_yes(const struct search *s)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        if (!s->chosen[d] && setup_count(s->setup, (enum setup_direction)d) &&
            setup_candidate_needs_yes(
                setup_candidate(s->setup, (enum setup_direction)d, 0)))
            return true;
    return false;
}

/* In the end those with nothing to offer share a row. */
static void add_sources(struct search *s)
{
    bool fold = setup_finished(s->setup) && has_candidates(s), folded = false;

    for (int i = 0; i < SETUP_SOURCE_COUNT; i++) {
        enum setup_state state =
            setup_line(s->setup, (enum setup_source)i)->state;

        if (!fold || (state != SETUP_NOTHING && state != SETUP_SKIPPED))
            add_row(s, (struct row){.kind = ROW_SOURCE, .number = i});
        else
            folded = true;
    }
    if (folded)
        add_row(s, (struct row){.kind = ROW_REST});
}

void setup_rows_build(struct search *s, int width)
{
    static const char *const heads[] = {"Incoming", "Outgoing"};
    static const char *const none[] = {"Incoming: none", "Outgoing: none"};
    const char *advice = setup_advice(s->setup);

    setup_rows_clear(s);
    add_sources(s);
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        size_t count = setup_count(s->setup, (enum setup_direction)d);

        add_text(s, width, STYLE_STRONG, count ? heads[d] : none[d]);
        for (size_t i = 0; i < count; i++)
            add_row(s, (struct row){.kind = ROW_CANDIDATE,
                                    .number = d,
                                    .candidate = setup_candidate(
                                        s->setup, (enum setup_direction)d, i)});
    }
    if (advice && waits_for_yes(s))
        add_text(s, width, STYLE_CHANGED,
                 "What was found waits for your yes: Enter on it asks.");
    else if (advice)
        add_text(s, width, STYLE_FAULT, advice);
    add_row(s, (struct row){.kind = ROW_USE});
    add_row(s, (struct row){.kind = ROW_HAND});
}

/* Until the person moves it, the cursor is on what comes next. */
static enum row_kind next_kind(const struct search *s)
{
    if (!setup_finished(s->setup) || s->chosen[SETUP_INCOMING] ||
        s->chosen[SETUP_OUTGOING])
        return ROW_USE;
    return has_candidates(s) ? ROW_CANDIDATE : ROW_HAND;
}

static bool same_row(const struct row *a, const struct row *b)
{
    return a->kind == b->kind && a->number == b->number &&
           a->candidate == b->candidate;
}

size_t setup_rows_focus(const struct search *s)
{
    enum row_kind next = next_kind(s);

    for (size_t i = 0; i < s->count; i++)
        if (s->moved ? same_row(&s->rows[i], &s->focus)
                     : s->rows[i].kind == next)
            return i;
    return s->count - 2; /* Use: what it was on has been folded away */
}

/* -- drawing --------------------------------------------------------------- */

static void draw_source(const struct setup_line *line, struct area body,
                        int row)
{
    enum style style = line->state == SETUP_FAILED ? STYLE_FAULT : STYLE_NORMAL;
    char ms[24] = "";
    int col = body.width < BRIEF_COLS ? 32 : 43;

    draw_cut(body, row, 2, 12, STYLE_NORMAL, setup_source_label(line->source));
    draw_text(body, row, 15, style, setup_state_word(line->state));
    if (line->state == SETUP_FOUND)
        draw_text(body, row, 23, STYLE_NORMAL,
                  setup_protection_word(line->protection));
    if (has_ended(line) && line->state != SETUP_SKIPPED)
        snprintf(ms, sizeof(ms), "%6lld ms", (long long)line->ms);
    if (body.width >= BRIEF_COLS)
        draw_text(body, row, 33, STYLE_NORMAL, ms);
    if (body.width > col + 8)
        draw_cut(body, row, col + 1, body.width - col - 1, style, line->text);
}

/* Host and port first where it may be cut. */
static void draw_place(const struct setup_candidate *c, struct area body,
                       int row, int col)
{
    bool full = body.width >= FULL_COLS;
    char text[400], place[HOST_MAX + 16];

    if (full)
        setup_place(text, sizeof(text), c);
    else
        snprintf(text, sizeof(text), "%s %s %s",
                 endpoint_host_port(place, sizeof(place), c->endpoint.host,
                                    c->endpoint.port),
                 security_short(c->endpoint.security),
                 service_label(c->endpoint.service));
    if (text_width(text) > (size_t)(body.width > col ? body.width - col : 0))
        endpoint_host_port(text, sizeof(text), c->endpoint.host,
                           c->endpoint.port);
    draw_cut(body, row, col, body.width - col - (full ? 13 : 0), STYLE_NORMAL,
             text);
    if (full)
        draw_right(body, row, STYLE_NORMAL, setup_source_label(c->source));
}

static void draw_candidate(const struct search *s,
                           const struct setup_candidate *c, struct area body,
                           int row, int direction)
{
    bool brief = body.width < BRIEF_COLS;
    int col = brief ? 18 : 25;
    enum style style;
    const char *verdict = setup_verdict(s->setup, c, brief, &style);

    draw_text(body, row, 2, STYLE_NORMAL,
              s->chosen[direction] == c ? "(*)" : "( )");
    draw_cut(body, row, 6, col - 7, style, verdict);
    draw_place(c, body, row, col);
}

static void draw_row(const struct search *s, const struct row *row,
                     struct area body, int at, bool here)
{
    enum style style = here ? STYLE_FOCUS : STYLE_NORMAL;

    switch (row->kind) {
    case ROW_TEXT:
        draw_text(body, at, 1, row->style, row->text);
        break;
    case ROW_SOURCE:
        draw_source(setup_line(s->setup, (enum setup_source)row->number), body,
                    at);
        break;
    case ROW_REST:
        draw_text(body, at, 2, STYLE_NORMAL, "The others");
        draw_cut(body, at, 15, body.width - 15, STYLE_NORMAL,
                 "nothing to offer");
        break;
    case ROW_CANDIDATE:
        draw_candidate(s, row->candidate, body, at, row->number);
        break;
    case ROW_USE:
        draw_text(body, at, 2, style, "Use these servers");
        break;
    case ROW_HAND:
        draw_text(body, at, 2, style, "Name them by hand");
    }
    if (here) {
        draw_text(body, at, 0, STYLE_FOCUS, ">");
        draw_cursor(body, at, 0);
    }
}

void setup_rows_draw(struct search *s, struct area body)
{
    int rows = body.height;
    size_t focus;

    setup_rows_build(s, body.width);
    focus = setup_rows_focus(s);
    s->focus = s->rows[focus];
    s->focus.text = NULL;
    if (body.height >= DETAIL_ROWS) {
        rows = (int)s->count < body.height - DETAIL_LEAST
                   ? (int)s->count
                   : body.height - DETAIL_LEAST;
        /* While it goes on, what comes in is what one looks at. */
        if (!setup_finished(s->setup))
            rows = (int)s->count < body.height ? (int)s->count : body.height;
        setup_details_draw(s, area_rows(body, rows, body.height - rows));
    }
    s->height = rows > 0 ? (size_t)rows : 1;
    if (focus >= s->top + s->height)
        s->top = focus + 1 - s->height;
    if (focus < s->top)
        s->top = focus;
    if (s->count < s->top + s->height)
        s->top = s->count > s->height ? s->count - s->height : 0;
    for (size_t i = s->top; i < s->count && i < s->top + s->height; i++)
        draw_row(s, &s->rows[i], body, (int)(i - s->top), i == focus);
}
