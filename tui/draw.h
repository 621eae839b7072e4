/* SPDX-License-Identifier: MIT */
/*
 * draw: putting text on the screen by cells, never by bytes. Only this file
 * calls ncurses' output functions. Text is cut to its area, cleaned once more
 * (text_safe), and in a locale that cannot show a character gets `?`.
 */
#ifndef POSTSEAL_TUI_DRAW_H
#define POSTSEAL_TUI_DRAW_H

#include <stdbool.h>
#include <stddef.h>

/* Meaning, not colour. Plain characters (`>` `*` `!`) always say the same. */
enum style {
    STYLE_NORMAL,
    STYLE_STRONG,  /* headings */
    STYLE_FAULT,   /* red */
    STYLE_CHANGED, /* yellow: not saved, changed */
    STYLE_GOOD,    /* green */
    STYLE_FOCUS,   /* the focused row or button */
    STYLE_FIELD,   /* a field being edited */
    STYLE_STOP     /* the alarm title: only for a changed certificate */
};

struct area {
    int top, left, height, width;
};

/* Text at row, col of the area; returns the column behind it. Never wraps. */
int draw_text(struct area area, int row, int col, enum style style,
              const char *text);
int draw_textf(struct area area, int row, int col, enum style style,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same, cut (with "...") to at most `cells`. */
int draw_cut(struct area area, int row, int col, int cells, enum style style,
             const char *text);
/* Right-aligned at the area's right edge. */
void draw_right(struct area area, int row, enum style style, const char *text);
/* Wraps at blanks (long words are broken) inside the area from `row` on,
 * indented by `col`; draws at most the area's rows. Returns the rows needed,
 * also when height is 0: use it to measure. */
int draw_wrapped(struct area area, int row, int col, enum style style,
                 const char *text);
/* A line of `-` over the width. */
void draw_rule(struct area area, int row);
/* Fills the area with blanks. */
void draw_blank(struct area area);
/* Lines of text as draw_wrapped would break it, for scrolling views: the caller
 * frees each and the array. */
char **draw_break(const char *text, int width, size_t *count);
/* Puts the real terminal cursor there at the end of this drawing. Every draw
 * must call it once: the focused row, field or button. */
void draw_cursor(struct area area, int row, int col);
/* A box in the middle for decisions ("+-- title ---+"); returns its inside. */
struct area draw_box(struct area body, int height, int width,
                     const char *title);
/* Buttons in a row: "[ Cancel ]" is focused, "( Add )" is not; a `>` stands
 * before the focused one. A label that begins with '-' (not shown) is disabled
 * and drawn dim; say behind it why it is off. Sets the cursor when `focused`
 * >= 0. Returns the column behind the last one. */
int draw_buttons(struct area area, int row, const char *const *labels,
                 size_t count, int focused);
/* For app.c alone: blanks the screen in memory; sends what differs. */
void draw_begin(void);
void draw_end(void);
struct area draw_screen(void); /* the whole terminal */
/* The part of `area` from `row` on, `height` rows. */
struct area area_rows(struct area area, int row, int height);
struct area area_columns(struct area area, int col, int width);

#endif
