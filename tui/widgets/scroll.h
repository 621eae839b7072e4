/* SPDX-License-Identifier: MIT */
/*
 * scroll: a text that may be longer than the screen, laid out for the width.
 * The state of a screen that shows nothing else begins with it, so that its
 * keys are the functions here.
 */
#ifndef POSTSEAL_TUI_WIDGETS_SCROLL_H
#define POSTSEAL_TUI_WIDGETS_SCROLL_H

#include "tui/screen.h"

struct scroll {
    char **lines; /* as they fit the width */
    size_t count, top;
    int width, height;
    bool moved; /* the person went up: new lines do not carry away */
};

/* Whether the text has to be laid out anew, for this width; then it is empty.
 */
bool scroll_begin(struct scroll *scroll, int width);
/* Forgets the layout, and goes to the first line. */
void scroll_reset(struct scroll *scroll);
/* Adds a paragraph. `width`: where it wraps. */
void scroll_add(struct scroll *scroll, const char *text, int width);
void scroll_release(struct scroll *scroll);
/* Draws what fits. `style` says how a line looks; NULL: all are normal. */
void scroll_draw(struct scroll *scroll, struct area area,
                 enum style (*style)(const char *line));
void scroll_to_end(struct scroll *scroll);
/* "lines 3-20 of 57" */
void scroll_place(const struct scroll *scroll, char *out, size_t size);

/* Whether there is more than the screen shows: its keys are there then. */
bool scroll_is_cut(const struct screen *screen);
void scroll_up(struct screen *screen);
void scroll_down(struct screen *screen);
void scroll_page_up(struct screen *screen);
void scroll_page_down(struct screen *screen);
void scroll_first(struct screen *screen);
void scroll_last(struct screen *screen);

#define SCROLL_UP                                                              \
    {                                                                          \
        K_UP, 'k', scroll_up, "Up", NULL, "A line up.", scroll_is_cut          \
    }
#define SCROLL_DOWN                                                            \
    {                                                                          \
        K_DOWN, 'j', scroll_down, "Up/Down", "Line", "A line down.",           \
            scroll_is_cut                                                      \
    }
#define SCROLL_PAGE_UP                                                         \
    {                                                                          \
        K_PAGE_UP, 0, scroll_page_up, "PgUp", NULL, "A page up.",              \
            scroll_is_cut                                                      \
    }
#define SCROLL_PAGE_DOWN                                                       \
    {                                                                          \
        K_PAGE_DOWN, ' ', scroll_page_down, "PgDn", "Page", "A page down.",    \
            scroll_is_cut                                                      \
    }
#define SCROLL_FIRST                                                           \
    {                                                                          \
        K_HOME, 'g', scroll_first, "Home", NULL, "The first line.",            \
            scroll_is_cut                                                      \
    }
#define SCROLL_LAST                                                            \
    {                                                                          \
        K_END, 'G', scroll_last, "End", NULL, "The last line.", scroll_is_cut  \
    }
#define SCROLL_KEYS                                                            \
    SCROLL_UP, SCROLL_DOWN, SCROLL_PAGE_UP, SCROLL_PAGE_DOWN, SCROLL_FIRST,    \
        SCROLL_LAST

#endif
