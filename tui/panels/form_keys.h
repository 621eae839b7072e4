/* SPDX-License-Identifier: MIT */
/*
 * form_keys: what the panels with a form share: the keys while a field is
 * open, and passing the form's words on to the message row.
 */
#ifndef POSTSEAL_TUI_PANELS_FORM_KEYS_H
#define POSTSEAL_TUI_PANELS_FORM_KEYS_H

#include "tui/app.h"
#include "tui/widgets/form.h"

/* For ops->typing_keys: printed and explained there; the form itself acts. The
 * state of such a panel begins with its form. */
extern const struct binding form_typing_keys[];
/* Shows what the form said, once. */
void form_speak(struct app *app, struct form *form);
/* For ops->key_label: "Take back 993" on `u`. */
bool form_undo_label(const struct form *form, char *out, size_t size);

#endif
