/* SPDX-License-Identifier: MIT */
/*
 * paths: files that a person names in a dialog: read whole, or written anew,
 * never over another one.
 */
#ifndef POSTSEAL_TUI_DIALOGS_PATHS_H
#define POSTSEAL_TUI_DIALOGS_PATHS_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* "~/x" in the home folder; anything else as it is. The caller frees it. */
char *path_expand(const char *typed);
/* Reads an existing file into `out` (up to its limit). ERROR_INPUT: no name was
 * typed; ERROR_FILE: not there, or not to be read. */
bool path_read(const char *typed, struct buf *out, struct error *e);
/* Whether a new file may be made there: ERROR_INPUT, ERROR_FILE. */
bool path_is_free(const char *typed, struct error *e);
/* Writes a new file, readable by its owner alone. What is there already is
 * never written over: ERROR_FILE. */
bool path_write_new(const char *typed, const struct buf *bytes,
                    struct error *e);

#endif
