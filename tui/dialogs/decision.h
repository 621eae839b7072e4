/* SPDX-License-Identifier: MIT */
/*
 * decision: what the dialogs about trust share: text in pages, a field for
 * the pasted SHA-256, perhaps one for the typed server name and a choice, and
 * buttons of which the safe one has the focus.
 */
#ifndef POSTSEAL_TUI_DIALOGS_DECISION_H
#define POSTSEAL_TUI_DIALOGS_DECISION_H

#include "core/probe/probe.h"
#include "tui/app.h"
#include "tui/widgets/lineedit.h"
#include "tui/widgets/pages.h"
#include "tui/widgets/trust_form.h"

enum decision_field {
    FIELD_PASTE,
    FIELD_NAME,
    FIELD_KEEP,
    FIELD_LIMIT,  /* an exception's last day, an authority's domains */
    FIELD_SAFE,   /* the safe button */
    FIELD_DECIDE, /* the deciding one; "Next page" before the last page */
    FIELD_COUNT
};

struct decision {
    struct probe_result result; /* of the handshake that is decided about */
    struct pages pages;
    struct lineedit paste, name, limit;
    enum decision_field focus;
    bool offered[FIELD_COUNT]; /* which fields this decision has */
    char say[300];             /* why the deciding button is off, or on */
    bool ready;
    enum exception_check checked;
    struct loop_timer *retry; /* another session is writing */
    int tries;
    struct exception_wish wish; /* while trying again */
    bool replace;
    struct app *app;
};

void decision_init(struct decision *d, const struct probe_result *result);
void decision_release(struct decision *d);
/* Reads the fields: d->ready, d->checked, d->say. `typing`: whether the typed
 * name is a way. */
void decision_judge(struct decision *d, bool typing);
/* The same about another certificate and another name to type. */
void decision_judge_form(struct decision *d, const struct trust_form *form);
/* Adds a field's line to the pages. */
void decision_field_line(struct decision *d, enum decision_field field,
                         const char *label, const char *value);
/* The full SHA-256 in rows that fit. */
void decision_sha256(struct decision *d, const unsigned char sha256[32]);
/* Draws pages, fields, buttons, cursor. The pages have been filled for
 * decision_page_area(). */
struct area decision_page_area(struct area body);
void decision_draw(struct decision *d, struct area body, const char *safe,
                   const char *decide);
/* Next or previous field (by = 1, -1). */
void decision_move(struct decision *d, int by);
/* The line editor that has the focus, or NULL. */
struct lineedit *decision_editor(struct decision *d);
/* A key for the focused editor; true when used. */
bool decision_key(struct decision *d, struct app *app, int key);
/* Whether the deciding button may act now. */
bool decision_may(const struct decision *d);
/* Stores the exception (waiting while another session writes) and tests again.
 * `wish->host` must live as long as the dialog. */
void decision_store(struct decision *d, struct app *app,
                    const struct exception_wish *wish, bool replace);
/* Turns pages; the focus leaves a field that is no longer shown. */
void decision_turn(struct decision *d, int by);

#endif
