/* SPDX-License-Identifier: MIT */
/*
 * diff: what changes between two texts, line by line, in the unified form that
 * diff(1) and git show.
 */
#ifndef POSTSEAL_CORE_BASE_DIFF_H
#define POSTSEAL_CORE_BASE_DIFF_H

#include "core/base/buf.h"

/* Appends "--- name", "+++ name" and hunks with three lines around each change;
 * nothing when the texts are the same. `name` and the lines are put in as they
 * are. Long differing parts (over 2000 lines) are told as taken out and put in
 * as a whole. False when buf is full. */
bool diff_add(struct buf *out, const char *name, const char *old,
              size_t old_len, const char *new, size_t new_len);

#endif
