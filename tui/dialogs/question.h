/* SPDX-License-Identifier: MIT */
/*
 * question: what all decisions in a box share: lines that scroll, and buttons
 * of which the first is the safe one and has the focus.
 */
#ifndef POSTSEAL_TUI_DIALOGS_QUESTION_H
#define POSTSEAL_TUI_DIALOGS_QUESTION_H

#include "tui/screen.h"

#define QUESTION_BUTTONS 4

struct question {
    char *title;
    char **lines; /* wrapped when they are too long */
    size_t line_count;
    char *buttons[QUESTION_BUTTONS];
    size_t button_count, focused;
    size_t top, shown, total; /* of the wrapped lines; known after drawing */
};

void question_init(struct question *question, const char *title);
/* NULL marks the end of the labels. */
void question_buttons(struct question *question, const char *const *labels);
void question_line(struct question *question, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void question_release(struct question *question);
void question_draw(struct question *question, struct area body);
/* The same without a box, over the whole body: for many lines. */
void question_draw_whole(struct question *question, struct area body);
/* Left Right Tab Shift-Tab choose; Up Down PgUp PgDn scroll, or choose when
 * all lines are to be seen. */
bool question_key(struct question *question, int key);

#endif
