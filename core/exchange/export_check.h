/* SPDX-License-Identifier: MIT */
/*
 * export_check: what was exported where, and whether it still says what
 * accounts.ini and the exceptions say now. Nothing is written.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXPORT_CHECK_H
#define POSTSEAL_CORE_EXCHANGE_EXPORT_CHECK_H

#include "core/exchange/exchange.h"
#include "core/probe/history.h"

enum export_state {
    EXPORT_CURRENT,
    EXPORT_STALE,   /* settings or exceptions changed, or one ended */
    EXPORT_EDITED,  /* postseal's block was edited by hand */
    EXPORT_GONE,    /* the file or the block is not there any more */
    EXPORT_UNUSED,  /* the account is not there or not in use any more */
    EXPORT_UNKNOWN, /* it cannot be found out */
};
/* "current" "stale" "edited" "gone" "unused" "unknown": stable words of the
 * JSON output. */
const char *export_state_word(enum export_state state);

struct export_checked {
    struct history_export what;
    enum export_state state;
    char text[640]; /* a finished sentence; "" when current */
};
/* The i-th of history; false past the end. */
bool export_check_at(struct export_checked *out, const struct history *history,
                     size_t i, const struct export_source *source);

/* Remembers what a written plan holds. */
void export_remember(struct history *history, const struct export_plan *plan,
                     const struct export_options *options, time_t now);

#endif
