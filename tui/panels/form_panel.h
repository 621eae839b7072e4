/* SPDX-License-Identifier: MIT */
/*
 * form_panel: what the panels with the form of a section share: bringing it to
 * the selected section or a new one, the actions on it and on its server, the
 * keys while a field is open.
 */
#ifndef POSTSEAL_TUI_PANELS_FORM_PANEL_H
#define POSTSEAL_TUI_PANELS_FORM_PANEL_H

#include "tui/app.h"
#include "tui/widgets/form.h"

struct form_panel_kind {
    enum section section;
    const char *noun;   /* "server" */
    enum setting first; /* the focus of a form that opens */
    /* Of a new one, in the order in which a person has them at hand; SET_NONE
     * ends them. */
    const enum setting *new_rows;
    const char *(*selected)(struct app *app);
    void (*select)(struct app *app, const char *id);
    /* The target of a test of its server. The caller frees it. */
    char *(*target)(struct app *app);
};

/* The state of such a panel begins with it. */
struct form_panel {
    struct form form; /* first: the typing keys look for it here */
    int form_top;     /* row of the body where the form begins */
    const struct form_panel_kind *kind;
};

/* Brings the form to what is selected: it may have changed elsewhere. Says
 * whether somebody was led to a field of it, or to a new form. Before any of
 * the functions below. */
bool form_panel_follow(struct form_panel *panel, struct app *app);
/* Leaves the form. A new one that was filled in is kept and selected; that is
 * said. */
void form_panel_leave(struct screen *screen);

/* For tables of keys and operations. */
bool form_panel_has_section(const struct screen *screen); /* not a new one */
bool form_panel_has_changes(const struct screen *screen);
void form_panel_test(struct screen *screen);
void form_panel_view(struct screen *screen);
void form_panel_except(struct screen *screen);
void form_panel_edit(struct screen *screen);
void form_panel_next_choice(struct screen *screen);
void form_panel_undo(struct screen *screen);
void form_panel_take(struct screen *screen);
void form_panel_forget(struct screen *screen);
bool form_panel_key(struct screen *screen, int key);
/* For ops->key_label: "Take back 993" on `u`. */
bool form_panel_undo_label(const struct screen *screen, char *out, size_t size);
void form_panel_close(struct screen *screen);
/* For ops->typing_keys: printed and explained there; the form itself acts. */
extern const struct binding form_panel_typing_keys[];

#endif
