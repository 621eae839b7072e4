/* SPDX-License-Identifier: MIT */
/*
 * exported: which programs an account was exported to, and whether that is
 * older than its settings and exceptions; one line for its details.
 */
#ifndef POSTSEAL_TUI_PANELS_EXPORTED_H
#define POSTSEAL_TUI_PANELS_EXPORTED_H

#include "tui/app.h"

/* Looking reads the files, so what was found is kept until something moves. */
struct exported {
    char *key; /* what it was found for */
    char text[300];
    bool stale;
};

/* Looks again where that is needed; text is "" when it was exported nowhere. */
void exported_look(struct exported *exported, struct app *app, const char *id);
/* Something changed: the next look reads the files. */
void exported_forget(struct exported *exported);

#endif
