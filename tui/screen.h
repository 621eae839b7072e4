/* SPDX-License-Identifier: MIT */
/*
 * screen: what every panel and dialog is: one constant table of functions and
 * a private state. Panels and dialogs never read keys, refresh, poll or sleep;
 * app.c does.
 */
#ifndef POSTSEAL_TUI_SCREEN_H
#define POSTSEAL_TUI_SCREEN_H

#include "tui/draw.h"
#include "tui/keys.h"

struct app;

struct screen_ops {
    const char *name; /* "Accounts"; title of its help */
    /* A decision: type-ahead is dropped when it opens and for 0.7 s it is deaf
     * to all but Escape and Ctrl-C. */
    bool decision;
    const struct binding *keys;
    /* The first row instead of the panel bar; NULL: the panel bar. */
    void (*title)(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size);
    bool stop; /* the title in alarm look */
    /* Paints the whole body; calls draw_cursor() once. */
    void (*draw)(struct screen *screen, struct area body);
    /* The hint row (help of the focused field); NULL or false: none. */
    bool (*hint)(const struct screen *screen, char *out, size_t size);
    /* True while letters are text: then `key` gets every key first, except
     * Ctrl-L and Ctrl-Z. The key line shows `typing_keys`. */
    bool (*typing)(const struct screen *screen);
    const struct binding *typing_keys;
    /* Keys that are in no table; returns whether it was used. NULL: none. */
    bool (*key)(struct screen *screen, int key);
    /* A test made progress, a save ended, or the files changed. NULL: none. */
    void (*tick)(struct screen *screen);
    /* Frees the state (not the screen itself). */
    void (*close)(struct screen *screen);
    /* A box over the screen below, which is drawn first; otherwise the whole
     * body is this screen's and nothing below is drawn. */
    bool box;
    /* A mouse click in the body: selects. NULL: none. */
    void (*click)(struct screen *screen, int row, int col);
    /* Ctrl-Z is about to give the terminal away: wipe a secret that is being
     * typed. NULL: nothing to forget. */
    void (*forget)(struct screen *screen);
    /* The line is about to drop: stage what is being typed (never a secret),
     * without asking anything. NULL: nothing is being typed here. */
    void (*take)(struct screen *screen);
    /* `/`: selects the next match behind (or before) the selected one, going on
     * at the other end; false: there is none. NULL: nothing to find here. */
    bool (*find)(struct screen *screen, const char *needle, bool backwards);
    /* Another word for a key on the key line ("Take back 993"); false: the
     * table's own. NULL: always the table's. */
    bool (*key_label)(const struct screen *screen, int key, char *out,
                      size_t size);
};

struct screen {
    const struct screen_ops *ops;
    struct app *app;
    void *state;
};

#endif
