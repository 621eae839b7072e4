/* SPDX-License-Identifier: MIT */
/*
 * form: the settings of one section as rows to be edited, from the settings
 * table: text, secret, number, choice, yes or no, reference. What is taken is
 * staged in the config at once, wrong values too; the form tells about it in
 * `message`, which its panel shows.
 *
 * A draft is a section that does not exist yet: its values are kept here until
 * there is one to name it by.
 */
#ifndef POSTSEAL_TUI_WIDGETS_FORM_H
#define POSTSEAL_TUI_WIDGETS_FORM_H

#include "core/account/config.h"
#include "tui/draw.h"
#include "tui/widgets/lineedit.h"
#include "tui/widgets/list.h"

enum form_mode { FORM_MOVING, FORM_TEXT, FORM_CHOICE };

struct form {
    struct config *config;
    enum section section;
    char *id; /* NULL: nothing is shown */
    enum setting rows[SET_COUNT];
    struct list list; /* the focused row */
    size_t top;       /* first line on the screen, open choices counted */
    enum form_mode mode;
    struct lineedit edit;
    bool touched; /* the text was changed since the field was opened */
    struct list choices;
    bool draft;
    bool stale; /* to be shown afresh, with all rows */
    char *drafted[SET_COUNT];
    char message[700];
    enum style message_style;
};

/* Shows a section; rows in table order from `first` on, then those before it.
 * Nothing changes when it is shown already; another id keeps the focus on the
 * same setting. */
void form_show(struct form *form, struct config *config, enum section section,
               const char *id, enum setting first);
/* Begins a new section with these rows (ended by SET_NONE), the first of them
 * open. */
void form_new(struct form *form, struct config *config, enum section section,
              const enum setting *rows);
void form_release(struct form *form);
/* Ends editing without taking; the draft, if any, is dropped when empty and
 * becomes a section when not. */
void form_leave(struct form *form);

enum setting form_focused(const struct form *form);
void form_focus(struct form *form, enum setting setting);
bool form_is_open(const struct form *form); /* letters or arrows are its own */

/* What the keys of a panel do. */
void form_open(struct form *form);        /* Enter: edit the focused field */
void form_next_choice(struct form *form); /* Space; on a text: opens it */
/* u: the focused field first, then the last change anywhere. */
void form_undo(struct form *form);
/* While open: Enter takes, Escape gives the old value back, Tab and Shift-Tab
 * take and open the neighbour, everything else edits. Moving: the keys of
 * lists, Tab. `pasted` goes with K_PASTE. False: not its own. */
bool form_key(struct form *form, int key, const char *pasted);
/* Stages an open text that is no secret. */
void form_take(struct form *form);
/* Forgets a secret that is being typed. */
void form_forget(struct form *form);
bool form_find(struct form *form, const char *needle, bool backwards);
void form_click(struct form *form, int row);

/* `active`: it has the focus: `>` and the cursor are in it. */
void form_draw(struct form *form, struct area area, bool active);
/* Rows it would like to have. */
int form_height(const struct form *form);
/* "Port: number from 1 to 65535." of the focused field. */
bool form_hint(const struct form *form, char *out, size_t size);
/* The value as shown, with what applies when it is unset. */
char *form_shown(const struct form *form, enum setting setting, char *out,
                 size_t size);
/* `* was "A. Example"`; false when the setting is unchanged. */
bool form_remark(const struct config *config, enum section section,
                 const char *id, enum setting setting, char *out, size_t size);

#endif
