/* SPDX-License-Identifier: MIT */
/*
 * list: which row of how many is selected and which part is on the screen.
 * Arithmetic only: it draws nothing and knows no rows, so ten thousand cost as
 * much as ten. Selection never wraps round the ends.
 */
#ifndef POSTSEAL_TUI_WIDGETS_LIST_H
#define POSTSEAL_TUI_WIDGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    size_t count;
    size_t selected; /* 0 when the list is empty */
    size_t top;      /* the first row on the screen */
    size_t rows;     /* how many fit on the screen */
};

/* Tells how many rows there are and how many fit; keeps the selection in
 * range and on the screen. To be called before drawing. */
void list_fit(struct list *list, size_t count, int rows);
void list_select(struct list *list, size_t index);
/* Up Down k j, PgUp PgDn, Home End g G. False: not a key of lists. */
bool list_key(struct list *list, int key);
/* The index shown at `row` of the visible part; false when there is none. */
bool list_at(const struct list *list, int row, size_t *index);

#endif
