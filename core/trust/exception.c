/* SPDX-License-Identifier: MIT */
/* exception: the words, ends and states of exceptions. How they are kept is in
 * exception_store.c. */
#include "core/trust/exception_private.h"

#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define EXPIRED_DAYS 30
#define DAY          86400

static const struct {
    const char *word, *label;
} checks[] = {
    [CHECKED_PASTED] = {"pasted",
                        "fingerprint pasted from a second source matched"},
    [CHECKED_TYPED] = {"typed", "server name typed, no second source"},
    [CHECKED_COMMAND] = {"command", "fingerprint given to a command matched"},
};

const char *exception_check_word(enum exception_check check)
{
    return checks[check].word;
}

const char *exception_check_label(enum exception_check check)
{
    return checks[check].label;
}

bool exception_check_parse(const char *word, enum exception_check *check)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (strcmp(checks[i].word, word) == 0) {
            *check = (enum exception_check)i;
            return true;
        }
    return false;
}

static const char *const state_words[] = {
    [EXCEPTION_NONE] = "none",
    [EXCEPTION_USED] = "used",
    [EXCEPTION_CHANGED] = "changed",
    [EXCEPTION_RENEWED] = "renewed",
    [EXCEPTION_MORE_FAULTS] = "more-faults",
    [EXCEPTION_ENDED] = "ended",
    [EXCEPTION_NOT_NEEDED] = "not-needed",
};

const char *exception_state_word(enum exception_state state)
{
    return state_words[state];
}

bool exception_state_parse(const char *word, enum exception_state *state)
{
    for (size_t i = 0; i < sizeof(state_words) / sizeof(state_words[0]); i++)
        if (strcmp(state_words[i], word) == 0) {
            *state = (enum exception_state)i;
            return true;
        }
    return false;
}

bool exception_has_ended(const struct exception *exception, time_t now)
{
    return exception->end == EXCEPTION_UNTIL && now > exception->until;
}

static time_t end_of_day(time_t t)
{
    return t - t % DAY + DAY - 1;
}

time_t exception_latest_end(const struct verdict *verdict, time_t now)
{
    const struct cert *leaf = verdict_leaf(verdict);
    time_t latest = end_of_day(date_add_years(now, 1));

    if (verdict->faults & FAULT_BIT(FAULT_EXPIRED))
        return end_of_day(now + (time_t)EXPIRED_DAYS * DAY);
    if (leaf && leaf->dates_ok && leaf->not_after < latest)
        latest = end_of_day(leaf->not_after);
    return latest;
}

/* -- judging --------------------------------------------------------------- */

/* What an edited file says about the other faults does not count. */
static fault_set may_cover(fault_set faults)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        if (!fault_overridable((enum fault)f))
            faults &= ~FAULT_BIT(f);
    return faults;
}

/* The best that one exception says about the leaf. */
static enum exception_state judge_one(const struct exception *x,
                                      const struct verdict *verdict, time_t now,
                                      fault_set *extra)
{
    const struct cert *leaf = verdict_leaf(verdict);

    *extra = 0;
    if (memcmp(x->sha256, leaf->sha256, 32) == 0) {
        if (exception_has_ended(x, now))
            return EXCEPTION_ENDED;
        *extra = verdict->faults & ~may_cover(x->faults);
        return *extra ? EXCEPTION_MORE_FAULTS : EXCEPTION_USED;
    }
    return memcmp(x->spki_sha256, leaf->spki_sha256, 32) == 0
               ? EXCEPTION_RENEWED
               : EXCEPTION_CHANGED;
}

/* With several certificates at one place (server farms) the best counts. */
static int rank(enum exception_state state)
{
    static const int order[] = {
        [EXCEPTION_NONE] = 0,        [EXCEPTION_CHANGED] = 1,
        [EXCEPTION_RENEWED] = 2,     [EXCEPTION_ENDED] = 3,
        [EXCEPTION_MORE_FAULTS] = 4, [EXCEPTION_USED] = 5,
        [EXCEPTION_NOT_NEEDED] = 6,
    };

    return order[state];
}

enum exception_state exceptions_judge(const struct exceptions *exceptions,
                                      const char *host, unsigned port,
                                      const struct verdict *verdict, time_t now,
                                      const struct exception **which,
                                      fault_set *extra)
{
    enum exception_state best = EXCEPTION_NONE;
    const struct exception *found = NULL;
    fault_set found_extra = 0;

    for (size_t i = 0;
         verdict_leaf(verdict) && i < exceptions_count(exceptions); i++) {
        const struct exception *x = exceptions_at(exceptions, i);
        fault_set more;
        enum exception_state state;

        if (x->port != port || strcmp(x->host, host) != 0)
            continue;
        state = judge_one(x, verdict, now, &more);
        if (rank(state) > rank(best)) {
            best = state;
            found = x;
            found_extra = more;
        }
    }
    /* A trusted verdict never alarms. */
    if (verdict->trusted && best != EXCEPTION_NONE)
        best = EXCEPTION_NOT_NEEDED;
    if (which)
        *which = found;
    if (extra)
        *extra = found_extra;
    return best;
}
