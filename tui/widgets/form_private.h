/* SPDX-License-Identifier: MIT */
/* form_private: what form.c and form_draw.c share. */
#ifndef POSTSEAL_TUI_WIDGETS_FORM_PRIVATE_H
#define POSTSEAL_TUI_WIDGETS_FORM_PRIVATE_H

#include "tui/widgets/form.h"

/* The value as it stands, drafted or in the config; NULL: unset. */
const char *form_value(const struct form *form, enum setting setting);
/* What one can choose for a setting: none for texts. */
size_t form_choice_count(const struct form *form, enum setting setting);
const char *form_choice_word(const struct form *form, enum setting setting,
                             size_t i);
char *form_choice_label(const struct form *form, enum setting setting, size_t i,
                        char *out, size_t size);
/* Whether saving waits for this value, with the sentence. */
bool form_fault(const struct form *form, enum setting setting, struct error *e);

#endif
