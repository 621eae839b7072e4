/* SPDX-License-Identifier: MIT */
/*
 * decision: what the dialogs about trust share: text in pages, a field for
 * the pasted SHA-256, perhaps one for the typed server name and a choice, and
 * buttons of which the safe one has the focus. The state of such a dialog
 * begins with its decision, so that the keys of all of them are the same
 * functions.
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
    void (*leave)(struct screen *screen);  /* the safe button */
    void (*decide)(struct screen *screen); /* the other one, once it is on */
};

void decision_init(struct decision *d, struct app *app,
                   const struct probe_result *result);
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
/* Stores the exception (waiting while another session writes) and tests again.
 * `wish->host` must live as long as the dialog. */
void decision_store(struct decision *d, const struct exception_wish *wish,
                    bool replace);
/* It could not be stored: calls `again` a little later while another session
 * writes, else says why. */
void decision_not_stored(struct decision *d, const struct error *e,
                         void (*again)(void *arg), void *arg);
/* Tests the target again that this is about. */
void decision_test_again(struct decision *d);

/* For ops and tables of keys. */
bool decision_typing(const struct screen *screen);
bool decision_key(struct screen *screen, int key);
bool decision_on_choice(const struct screen *screen); /* FIELD_KEEP */
void decision_enter(struct screen *screen);
void decision_next(struct screen *screen);
void decision_previous(struct screen *screen);
void decision_page_down(struct screen *screen);
bool decision_has_pages(const struct screen *screen);
void decision_page_up(struct screen *screen);

#define DECISION_TAKE                                                          \
    {                                                                          \
        K_ENTER, 0, decision_enter, "Enter", "Take it", "Take it and go on.",  \
            NULL                                                               \
    }
#define DECISION_PRESS                                                         \
    {                                                                          \
        K_ENTER, 0, decision_enter, "Enter", "Press",                          \
            "Press the focused button.", NULL                                  \
    }
#define DECISION_NEXT                                                          \
    {                                                                          \
        K_TAB, K_DOWN, decision_next, "Tab", "Next",                           \
            "Go to the next field or button.", NULL                            \
    }
#define DECISION_PREVIOUS                                                      \
    {                                                                          \
        K_BACK_TAB, K_UP, decision_previous, "S-Tab", NULL,                    \
            "Go to the previous field or button.", NULL                        \
    }
#define DECISION_PAGE_DOWN                                                     \
    {                                                                          \
        K_PAGE_DOWN, 0, decision_page_down, "PgDn", "Page", "The next page.",  \
            decision_has_pages                                                 \
    }
#define DECISION_PAGE_UP                                                       \
    {                                                                          \
        K_PAGE_UP, 0, decision_page_up, "PgUp", NULL, "The previous page.",    \
            decision_has_pages                                                 \
    }
#define DECISION_RIGHT                                                         \
    {                                                                          \
        K_RIGHT, 0, decision_next, "Right", NULL, "The next button.", NULL     \
    }
#define DECISION_LEFT                                                          \
    {                                                                          \
        K_LEFT, 0, decision_previous, "Left", NULL, "The previous button.",    \
            NULL                                                               \
    }
/* While a field has the focus; while a button or the choice has it. */
#define DECISION_TYPING_KEYS                                                   \
    DECISION_NEXT, DECISION_PREVIOUS, DECISION_TAKE, DECISION_PAGE_DOWN,       \
        DECISION_PAGE_UP
#define DECISION_KEYS                                                          \
    DECISION_PRESS, DECISION_NEXT, DECISION_PREVIOUS, DECISION_RIGHT,          \
        DECISION_LEFT, DECISION_PAGE_DOWN, DECISION_PAGE_UP

#endif
