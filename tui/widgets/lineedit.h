/* SPDX-License-Identifier: MIT */
/*
 * lineedit: one line of text being edited. UTF-8 inside; the cursor moves by
 * what a person sees as one character (a letter with its combining marks) and
 * columns are cells. Draws nothing. The text is wiped on release, so it may be
 * a secret: then it lies in locked memory from the first letter on.
 */
#ifndef POSTSEAL_TUI_WIDGETS_LINEEDIT_H
#define POSTSEAL_TUI_WIDGETS_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

struct lineedit {
    char *text;            /* NUL-terminated, never NULL after init */
    size_t len, size, max; /* bytes */
    size_t cursor;         /* byte offset */
    size_t scroll;         /* byte offset of the first visible character */
    bool full;             /* the last insertion did not fit into max */
    bool secret;           /* locked memory */
};

/* max: the most bytes it takes. The cursor stands at the end of `text`. */
void lineedit_init(struct lineedit *edit, size_t max, const char *text);
void lineedit_init_secret(struct lineedit *edit, size_t max);
void lineedit_release(struct lineedit *edit);
void lineedit_set(struct lineedit *edit, const char *text);
/* Inserts text at the cursor: all of it or, when it does not fit, nothing (and
 * sets `full`). Control characters become blanks. */
bool lineedit_insert(struct lineedit *edit, const char *text);
/* A printable key is inserted; Left Right Home End, Ctrl-A E U K W, Backspace
 * and Delete act. False: not a key of text editing. */
bool lineedit_key(struct lineedit *edit, int key);
/* What to show in `width` cells, with the cursor inside: scrolls as needed.
 * `secret`: one `*` a character. *column: the cursor's cell, 0 to width - 1.
 * Returns out. */
char *lineedit_view(struct lineedit *edit, int width, bool secret, char *out,
                    size_t size, int *column);

#endif
