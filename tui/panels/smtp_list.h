/* SPDX-License-Identifier: MIT */
/* smtp_list: drawing the list of outgoing servers. */
#ifndef POSTSEAL_TUI_PANELS_SMTP_LIST_H
#define POSTSEAL_TUI_PANELS_SMTP_LIST_H

#include "tui/app.h"
#include "tui/widgets/list.h"

/* Whether the selected server has the focus, is shown below, or neither (a new
 * one is being made). */
enum smtp_mark { SMTP_MARK_FOCUS, SMTP_MARK_SHOWN, SMTP_MARK_NONE };

/* Heading, when there is room for it, and rows. Fits the list. */
void smtp_list_draw(struct app *app, struct list *list, struct area area,
                    enum smtp_mark mark);
int smtp_list_heading(struct area area); /* rows of it: 0 or 1 */
/* "Work, Home ...": at most `most` accounts; "Home (default)". Returns out. */
char *smtp_used_by(const struct config *config, const char *id, size_t most,
                   char *out, size_t size);

#endif
