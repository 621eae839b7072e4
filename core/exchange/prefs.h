/* SPDX-License-Identifier: MIT */
/*
 * prefs: the settings of a Thunderbird profile, prefs.js. Bytes in, bytes out.
 *
 *     user_pref("mail.server.server1.port", 993);
 *
 * Strings in single or double quotes with \" \' \\ \n \r \xNN \uNNNN, true,
 * false, whole numbers; comments of three kinds; behind a mistake reading goes
 * on after the next semicolon. The last one of a name counts. Setting one
 * changes the bytes of its value, or adds a line at the end (above a mistake
 * that would swallow it): everything else stays byte for byte.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_PREFS_H
#define POSTSEAL_CORE_EXCHANGE_PREFS_H

#include "core/base/buf.h"

struct prefs;

struct prefs *prefs_read(const char *bytes, size_t len);
void prefs_free(struct prefs *prefs);
/* All of it as it is now. Valid until the next change. */
const struct buf *prefs_bytes(const struct prefs *prefs);

/* The i-th name, in the order of the file; NULL past the end. */
const char *prefs_name(const struct prefs *prefs, size_t i);
bool prefs_has(const struct prefs *prefs, const char *name);
/* Whether any name begins so. */
bool prefs_has_prefix(const struct prefs *prefs, const char *prefix);
/* NULL when it is not there or no text. Valid until the next change. */
const char *prefs_text(const struct prefs *prefs, const char *name);
/* `fallback` when it is not there or no number; true is 1, false 0. */
long prefs_number(const struct prefs *prefs, const char *name, long fallback);

/* Each leaves the bytes alone where the value is the same. */
void prefs_set_text(struct prefs *prefs, const char *name, const char *value);
void prefs_set_number(struct prefs *prefs, const char *name, long value);
void prefs_set_bool(struct prefs *prefs, const char *name, bool value);

#endif
