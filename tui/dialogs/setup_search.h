/* SPDX-License-Identifier: MIT */
/* setup_search: what the search's page shares with its rows (setup_rows.c) and
 * its details (setup_details.c). */
#ifndef POSTSEAL_TUI_DIALOGS_SETUP_SEARCH_H
#define POSTSEAL_TUI_DIALOGS_SETUP_SEARCH_H

#include "tui/dialogs/setup_dialog.h"

enum row_kind {
    ROW_TEXT, /* the cursor never is on one */
    ROW_SOURCE,
    ROW_REST, /* all sources that have nothing to offer */
    ROW_CANDIDATE,
    ROW_USE,
    ROW_HAND
};

struct row {
    enum row_kind kind;
    int number; /* source; direction */
    const struct setup_candidate *candidate;
    char *text; /* ROW_TEXT */
    enum style style;
};

struct search {
    struct app *app;
    struct setup_draft *draft;
    struct setup *setup;
    const struct setup_candidate *chosen[SETUP_DIRECTIONS];
    bool decided[SETUP_DIRECTIONS];      /* by the person: it stays */
    const struct setup_candidate *asked; /* about which a question is open */
    struct row *rows;
    size_t count;
    struct row focus; /* its text is none */
    bool moved;       /* the person put it there */
    size_t top, height;
    struct test_lines details;
};

/* Builds the rows as they are now. */
void setup_rows_build(struct search *search, int width);
void setup_rows_clear(struct search *search);
/* Where the cursor is: it stays with what it is on when rows change places. */
size_t setup_rows_focus(const struct search *search);
void setup_rows_draw(struct search *search, struct area body);
size_t setup_sources_done(const struct search *search);

/* Fills search->details with what is known of the focus. */
void setup_details_fill(struct search *search, int width);
/* Below the rows, with a rule above. */
void setup_details_draw(struct search *search, struct area area);
/* On a page of their own, above the search. */
void setup_details_open(struct search *search);

#endif
