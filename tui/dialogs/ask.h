/* SPDX-License-Identifier: MIT */
/*
 * ask: a few fields that are filled in before something is done: a file, a
 * password, which is never shown, a choice. What is wrong is said in a
 * sentence, the cursor goes to that field, and what was typed stays.
 */
#ifndef POSTSEAL_TUI_DIALOGS_ASK_H
#define POSTSEAL_TUI_DIALOGS_ASK_H

#include "core/base/error.h"
#include "tui/app.h"

#define ASK_FIELDS 4

struct ask_field {
    const char *label;          /* "File"; NULL: no more fields */
    const char *text;           /* what stands there at first; NULL: nothing */
    bool secret;                /* shown as stars, forgotten at Ctrl-Z */
    const char *const *choices; /* NULL: a text; else one of these, by Space.
                                 * NULL-ended; not copied */
    size_t choice;              /* which of them at first */
};

struct ask;
struct ask_spec {
    const char *title; /* the title row, left and right */
    const char *about;
    const char *intro; /* above the fields; may have several lines */
    struct ask_field fields[ASK_FIELDS];
    const char *verb; /* what Enter on the last field does: "Import" */
    /* Does it, and says so by ask_done() or ask_refuse(). */
    void (*take)(struct ask *ask, void *arg);
    /* The dialog closes, whatever way: the last look at what was typed. NULL:
     * it is forgotten. */
    void (*keep)(struct ask *ask, void *arg);
    void (*drop)(void *arg); /* frees arg when the dialog closes; or NULL */
    void *arg;
};

/* Texts are copied. */
void ask_open(struct app *app, const struct ask_spec *spec);

/* For `take` and `keep`. */
struct app *ask_app(const struct ask *ask);
/* Valid until the dialog closes. */
const char *ask_text(const struct ask *ask, size_t field);
size_t ask_choice(const struct ask *ask, size_t field);
/* Closes the dialog; before another one is opened. `ask` and what it holds are
 * valid until the handler returns. */
void ask_done(struct ask *ask);
/* Stays open with that message, the cursor in the field. */
void ask_refuse(struct ask *ask, size_t field, const char *sentence);
/* The same for an error, with a better sentence while another session writes.
 */
void ask_refuse_error(struct ask *ask, size_t field, const struct error *e);

#endif
