/* SPDX-License-Identifier: MIT */
/*
 * facts: what panels show and do about the server of a test target: its last
 * test, its certificate, the way to an exception.
 */
#ifndef POSTSEAL_TUI_PANELS_FACTS_H
#define POSTSEAL_TUI_PANELS_FACTS_H

#include "tui/app.h"

/* One row of a details pane: label at `label_col`, value at `value_col`. */
void facts_row(struct area area, int row, int label_col, int value_col,
               const char *label, enum style style, const char *value);
/* Certificate, SHA-256, last test; at most the area's rows. Returns how many
 * rows there are. */
int facts_draw(struct app *app, const char *target, struct area area,
               int label_col, int value_col);
#define FACTS_ROWS 3
/* The stages of the last test in this session, in a column; returns how many
 * rows, 0 when there was none. */
int facts_draw_stages(struct app *app, const char *target, const char *title,
                      struct area area);
/* "16:02 today, 11 of 11 steps, 412 ms" or "never"; returns the style. */
enum style facts_last_test(struct app *app, const char *target, char *out,
                           size_t size);
/* v: the certificate of the last result. x: an exception for it. */
void facts_view(struct app *app, const char *target);
void facts_except(struct app *app, const char *target);

#endif
