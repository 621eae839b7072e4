/* SPDX-License-Identifier: MIT */
/* term_private: what term.c and term_key.c share. */
#ifndef POSTSEAL_TUI_TERM_PRIVATE_H
#define POSTSEAL_TUI_TERM_PRIVATE_H

#include <curses.h>

/* Codes for define_key() that ncurses itself never uses. */
enum { PASTE_BEGIN = KEY_MAX + 1, PASTE_END };

WINDOW *term_input(void); /* where keys are read from */

#endif
