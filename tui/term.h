/* SPDX-License-Identifier: MIT */
/*
 * term: the terminal: starting and stopping ncurses, giving the terminal back
 * (to the shell, at exit, in a crash), and turning what it sends into keys.
 *
 * There is one terminal, so this module has no handle.
 */
#ifndef POSTSEAL_TUI_TERM_H
#define POSTSEAL_TUI_TERM_H

#include "core/base/error.h"
#include <stdint.h>

struct term_wish {
    bool mouse;
    bool colour; /* if the terminal has it and NO_COLOR does not forbid it */
};

/* False, with one sentence and without having sent a byte, when there is no
 * terminal that can place a cursor. */
bool term_start(const struct term_wish *wish, struct error *e);
/* Gives the terminal back as it was. */
void term_stop(void);
/* Ctrl-Z: gives the terminal back, stops the process group, and takes the
 * terminal again when somebody continues it. */
void term_suspend(void);
/* Somebody continued a process that was stopped behind our back: takes the
 * terminal again. */
void term_resume(void);
/* Gives the terminal to a command for a while, with a line that says so, and
 * takes it again with term_resume(). */
void term_lend(void);
/* Somebody sent SIGTSTP since the last call. */
bool term_stop_wanted(void);
bool term_has_colour(void);
/* False in a locale whose letters are not UTF-8: only ASCII is shown then. */
bool term_is_utf8(void);

/* The next key (see keys.h) or K_NONE when there is none now. Never blocks but
 * for the ESCDELAY in which the rest of an escape sequence may arrive. `now`
 * in monotonic milliseconds. A K_PASTE's text is term_pasted(). */
int term_key(int64_t now);
/* One line, UTF-8, control characters turned into blanks; until the next
 * paste. */
const char *term_pasted(void);
/* Wipes it: it may have been a password. */
void term_forget_pasted(void);
/* Whether the last paste held line breaks or tabs, or was cut. */
bool term_paste_was_changed(void);
/* Where the last K_CLICK was, on the screen. */
void term_click(int *row, int *col);
/* Throws away keys that are waiting. */
void term_drop_input(void);

#endif
