/* SPDX-License-Identifier: MIT */
/* form_private: what form.c and form_draw.c share. */
#ifndef POSTSEAL_TUI_WIDGETS_FORM_PRIVATE_H
#define POSTSEAL_TUI_WIDGETS_FORM_PRIVATE_H

#include "tui/widgets/form.h"

void form_say(struct form *form, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool form_is_secret(enum setting setting);

/* The value as it stands, drafted or in the config; NULL: unset. */
const char *form_value(const struct form *form, enum setting setting);
/* What one can choose for a setting: none for texts. */
size_t form_choice_count(const struct form *form, enum setting setting);
/* NULL: the choice is to type a text instead. */
const char *form_choice_word(const struct form *form, enum setting setting,
                             size_t i);
char *form_choice_label(const struct form *form, enum setting setting, size_t i,
                        char *out, size_t size);
/* Whether saving waits for this value, with the sentence. */
bool form_fault(const struct form *form, enum setting setting, struct error *e);
size_t form_current_choice(const struct form *form, enum setting setting);
/* Puts a value into the draft or the config, and says what follows from it. */
void form_stage(struct form *form, enum setting setting, const char *value);
/* Makes the draft a section of its own. */
void form_commit_draft(struct form *form);
void form_forget_draft(struct form *form);

#endif
