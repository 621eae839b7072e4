/* SPDX-License-Identifier: MIT */
/*
 * keys: one table per place drives dispatch, key line and help.
 *
 * A key is one int: a code point, or one of the K_ constants behind the last
 * code point, after normalisation: Enter, Backspace, Escape and Tab each have
 * one code whatever the terminal sends. term.c makes them; nothing else knows
 * what a terminal sends.
 */
#ifndef POSTSEAL_TUI_KEYS_H
#define POSTSEAL_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

enum {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESCAPE = 27,
    K_BACKSPACE = 127,
    K_UP = 0x110001,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_HOME,
    K_END,
    K_DELETE,
    K_BACK_TAB,
    K_F1,
    K_F10,
    K_RESIZE,
    K_CLICK,  /* the mouse; comes to ops->click */
    K_PASTE,  /* a bracketed paste; the text is app_pasted() */
    K_UNKNOWN /* an escape sequence that means nothing here */
};
#define K_CTRL(letter) ((letter)&0x1f)

struct binding {
    int key, alias; /* alias: second key for the same, or 0 */
    void (*run)(struct screen *screen);
    const char *name;  /* as printed: "Enter", "t", "Tab" */
    const char *label; /* on the key line; NULL: only in the help */
    const char *help;  /* one sentence */
    /* NULL: always. Otherwise the binding is there (dispatched, printed and
     * explained) only while this says so. */
    bool (*when)(const struct screen *screen);
};
#define BINDING_END                                                            \
    {                                                                          \
        0, 0, NULL, NULL, NULL, NULL, NULL                                     \
    }

/* The binding for the key, or NULL. Only ones whose `when` holds. */
const struct binding *keys_find(const struct binding *table, int key,
                                const struct screen *screen);
/* Whether it stands on the key line now: it has a label and `when` holds. */
bool keys_is_shown(const struct binding *binding, const struct screen *screen);
/* The key as UTF-8 text; false when it is none (then out is ""). */
bool keys_text(int key, char out[5]);
/* "t", "Enter", "Ctrl-S", "Up": for messages. */
const char *keys_name(char *out, size_t size, int key);

#endif
