/* SPDX-License-Identifier: MIT */
/* tui: the screens' only door for cli/main.c. */
#ifndef POSTSEAL_TUI_TUI_H
#define POSTSEAL_TUI_TUI_H

#include "core/probe/workspace.h"

struct tui_options {
    bool mouse; /* --mouse */
};

/* Runs the screens until the person leaves. Returns the exit status: 0; 2 when
 * there is no terminal that can place a cursor (one line on stderr, no escape
 * byte); 3 when an error made it end. The workspace stays the caller's. */
int tui_run(struct workspace *workspace, const struct tui_options *options);

#endif
