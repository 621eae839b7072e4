/* SPDX-License-Identifier: MIT */
/*
 * cert_rows: facts as rows of label and value, long values over several lines,
 * one row selected; for the certificate viewer.
 */
#ifndef POSTSEAL_TUI_DIALOGS_CERT_ROWS_H
#define POSTSEAL_TUI_DIALOGS_CERT_ROWS_H

#include "tui/draw.h"

#define CERT_ROWS_LABEL 16 /* cells */

struct cert_row {
    const char *label;
    char *value;
    size_t link; /* what Enter opens; SIZE_MAX: nothing */
};

struct cert_rows {
    struct cert_row *rows;
    size_t count;
    size_t selected;
    size_t top;       /* the first line that is shown */
    struct area body; /* of the last drawing */
};

void cert_rows_clear(struct cert_rows *rows);
/* Copies the value; the label must stay. */
void cert_rows_add(struct cert_rows *rows, const char *label, const char *value,
                   size_t link);
void cert_rows_move(struct cert_rows *rows, long by);
/* Up or down by a row, or by a page; a row taller than the screen is scrolled
 * first. */
void cert_rows_step(struct cert_rows *rows, int direction);
void cert_rows_page(struct cert_rows *rows, int direction);
/* Selects the next row with that text; false when there is none. */
bool cert_rows_find(struct cert_rows *rows, const char *needle, bool backwards);
/* Scrolls to the selected row. The cursor goes there when `focused`. */
void cert_rows_draw(struct cert_rows *rows, struct area body, bool focused);

#endif
