/* SPDX-License-Identifier: MIT */
/*
 * pages: text with fields in it, laid out as lines and shown a page at a time.
 * Decisions use it: nothing of them may be folded away, so on a small screen
 * they take several pages, and the button that decides is on the last.
 */
#ifndef POSTSEAL_TUI_WIDGETS_PAGES_H
#define POSTSEAL_TUI_WIDGETS_PAGES_H

#include "tui/draw.h"

struct pages_line {
    char *text;
    enum style style;
    int field; /* -1: none; else the caller's number of the field on it */
};

struct pages {
    struct pages_line *lines;
    size_t count;
    int width, height; /* of one page */
    size_t page;
    unsigned long visited; /* bit per page, since the layout last changed */
    size_t visited_count;  /* how many pages that was for */
};

/* Starts anew for an area; the page shown stays where it is. */
void pages_begin(struct pages *p, struct area area);
void pages_release(struct pages *p);
void pages_line(struct pages *p, enum style style, int field,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A label and text that wraps behind it at column `indent`. */
void pages_text(struct pages *p, enum style style, const char *label,
                int indent, const char *text);
void pages_blank(struct pages *p);
size_t pages_count(const struct pages *p);
bool pages_is_last(const struct pages *p);
/* Every page was on the screen at this size. */
bool pages_all_seen(const struct pages *p);
void pages_turn(struct pages *p, int by);
/* Turns to the page with the field. */
void pages_show_field(struct pages *p, int field);
/* Row of the field on the page shown, or -1. */
int pages_row(const struct pages *p, int field);
void pages_draw(struct pages *p, struct area area);

#endif
