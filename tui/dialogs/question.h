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

/* For the operations and keys of a screen whose state begins with its question;
 * QUESTION_CHOOSE and QUESTION_SCROLL are rows of its table. */
void question_of_draw(struct screen *screen, struct area body);
bool question_of_key(struct screen *screen, int key);
void question_of_left(struct screen *screen);
void question_of_right(struct screen *screen);
bool question_of_is_cut(const struct screen *screen);
void question_of_up(struct screen *screen);
void question_of_down(struct screen *screen);
void question_of_page_up(struct screen *screen);
void question_of_page_down(struct screen *screen);
/* For one whose state is its question and no more, with its `keys`. */
void question_of_close(struct screen *screen);
#define QUESTION_SCREEN(title)                                                 \
    {                                                                          \
        .name = (title), .decision = true, .box = true, .keys = keys,          \
        .draw = question_of_draw, .key = question_of_key,                      \
        .close = question_of_close                                             \
    }

#define QUESTION_LEFT                                                          \
    {                                                                          \
        K_LEFT, K_BACK_TAB, question_of_left, "Left/Right", "Choose",          \
            "choose a button", NULL                                            \
    }
#define QUESTION_RIGHT                                                         \
    {                                                                          \
        K_RIGHT, K_TAB, question_of_right, "Right", NULL, "the next button",   \
            NULL                                                               \
    }
#define QUESTION_UP                                                            \
    {                                                                          \
        K_UP, 'k', question_of_up, "Up", NULL, "a line up", question_of_is_cut \
    }
#define QUESTION_DOWN                                                          \
    {                                                                          \
        K_DOWN, 'j', question_of_down, "Down", NULL, "a line down",            \
            question_of_is_cut                                                 \
    }
#define QUESTION_PAGE_UP                                                       \
    {                                                                          \
        K_PAGE_UP, 0, question_of_page_up, "PgUp", NULL, "a page up",          \
            question_of_is_cut                                                 \
    }
#define QUESTION_PAGE_DOWN                                                     \
    {                                                                          \
        K_PAGE_DOWN, ' ', question_of_page_down, "PgDn", "Page",               \
            "a page down", question_of_is_cut                                  \
    }
#define QUESTION_CHOOSE QUESTION_LEFT, QUESTION_RIGHT
#define QUESTION_SCROLL                                                        \
    QUESTION_UP, QUESTION_DOWN, QUESTION_PAGE_UP, QUESTION_PAGE_DOWN

#endif
