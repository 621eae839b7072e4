/* SPDX-License-Identifier: MIT */
/*
 * prompt: one row with a label and the line that is typed behind it.
 */
#ifndef POSTSEAL_TUI_WIDGETS_PROMPT_H
#define POSTSEAL_TUI_WIDGETS_PROMPT_H

#include "tui/draw.h"
#include "tui/widgets/lineedit.h"

/* The line goes to the right edge of the area, and the cursor stands in it. Not
 * for secrets. */
void prompt_draw(struct area area, int row, enum style style, const char *label,
                 struct lineedit *edit);

#endif
