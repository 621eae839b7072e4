/* SPDX-License-Identifier: MIT */
/*
 * setup_dialog: from an e-mail address to an account, on the screen: a few
 * questions (setup_ask.c), then the search with what it found
 * (setup_search.c), which the person stages and tests.
 */
#ifndef POSTSEAL_TUI_DIALOGS_SETUP_DIALOG_H
#define POSTSEAL_TUI_DIALOGS_SETUP_DIALOG_H

#include "core/setup/setup.h"
#include "tui/app.h"
#include "tui/dialogs/test_lines.h"

enum setup_way { SETUP_FIND, SETUP_OFFLINE, SETUP_BY_HAND };

/* What was typed; it is still there when the dialog is opened again, until an
 * account was made of it. */
struct setup_draft {
    char *name, *email; /* NULL: nothing */
    enum setup_way way;
    bool send_address;
    bool done; /* an account was made of it */
};
void setup_draft_free(struct setup_draft *draft);

/* The questions, with what app_setup_draft() holds. */
void setup_dialog_open(struct app *app);
/* Stages an account with what was typed and goes to its server name; with
 * nothing, opens the form for a new account. */
void setup_dialog_by_hand(struct app *app);
/* The search, above the questions. False with `e`: that is no address. */
bool setup_search_open(struct app *app, struct error *e);

/* -- setup_lines.c: words ---------------------------------------------------
 */

/* "SRV records". */
const char *setup_source_label(enum setup_source source);
/* "verified", "certificate fault", "no answer"; `brief`: at most 12 cells. */
const char *setup_verdict(const struct setup *setup,
                          const struct setup_candidate *candidate, bool brief,
                          enum style *style);
/* "IMAP mail.example.org:993 TLS". */
char *setup_place(char *out, size_t size,
                  const struct setup_candidate *candidate);
/* Why the candidate needs a yes: a few sentences. */
void setup_why_yes(char *out, size_t size, const struct setup *setup,
                   const struct setup_candidate *candidate);
/* All that is known of a source or a candidate, as lines. */
void setup_lines_source(struct test_lines *t, int width,
                        const struct setup_line *line);
void setup_lines_candidate(struct test_lines *t, int width,
                           const struct setup *setup,
                           const struct setup_candidate *candidate);

#endif
