/* SPDX-License-Identifier: MIT */
#include "core/probe/standing.h"

#include "core/account/endpoint.h"
#include "core/base/date.h"

#include <stdio.h>

/* Keeps the newest that is about the exception. */
static void look(struct history_entry *newest, const struct exception *x,
                 const struct history *history, const char *target)
{
    const struct history_entry *entry =
        history_find(history, target, x->host, x->port);

    if (entry && entry->exception != EXCEPTION_NONE &&
        entry->exception_number == x->number && entry->when >= x->added &&
        entry->when >= newest->when)
        *newest = *entry;
}

static enum standing_kind kind_of(enum exception_state state)
{
    switch (state) {
    case EXCEPTION_CHANGED:
        return STANDING_CHANGED;
    case EXCEPTION_RENEWED:
        return STANDING_RENEWED;
    case EXCEPTION_MORE_FAULTS:
        return STANDING_MORE_FAULTS;
    case EXCEPTION_NOT_NEEDED:
        return STANDING_NOT_NEEDED;
    default:
        return STANDING_IN_USE;
    }
}

void standing_find(struct standing *out, const struct exception *x,
                   const struct usage *usage, const struct history *history,
                   time_t now)
{
    struct history_entry newest = {0};
    char place[HOST_MAX + 16];
    enum standing_kind seen;

    for (size_t i = 0; i < usage->count; i++)
        look(&newest, x, history, usage->targets[i]);
    look(&newest, x, history,
         endpoint_host_port(place, sizeof(place), x->host, x->port));
    seen = kind_of(newest.exception);
    *out = (struct standing){STANDING_IN_USE, 0};
    if (x->changed_seen &&
        (seen == STANDING_CHANGED || newest.when < x->changed_seen))
        *out = (struct standing){STANDING_CHANGED, x->changed_seen};
    else if (seen != STANDING_CHANGED && exception_has_ended(x, now))
        out->kind = STANDING_ENDED;
    else if (seen != STANDING_IN_USE)
        *out = (struct standing){seen, newest.when};
    else if (!usage->count)
        out->kind = STANDING_UNUSED;
}

const char *standing_word(enum standing_kind kind)
{
    static const char *const words[] = {
        [STANDING_IN_USE] = "in-use",           [STANDING_UNUSED] = "unused",
        [STANDING_NOT_NEEDED] = "not-needed",   [STANDING_RENEWED] = "renewed",
        [STANDING_MORE_FAULTS] = "more-faults", [STANDING_ENDED] = "ended",
        [STANDING_CHANGED] = "changed",
    };

    return words[kind];
}

const char *standing_label(enum standing_kind kind)
{
    static const char *const labels[] = {
        [STANDING_IN_USE] = "in use",
        [STANDING_UNUSED] = "no account uses it",
        [STANDING_NOT_NEEDED] = "not needed any more",
        [STANDING_RENEWED] = "renewed, same key",
        [STANDING_MORE_FAULTS] = "a new fault",
        [STANDING_ENDED] = "ended",
        [STANDING_CHANGED] = "CHANGED",
    };

    return labels[kind];
}

bool standing_needs_you(enum standing_kind kind)
{
    return kind >= STANDING_RENEWED;
}

char *standing_sentence(char *out, size_t size, const struct standing *standing,
                        const struct exception *x)
{
    char date[DATE_SIZE];

    date_format(date,
                standing->kind == STANDING_ENDED ? x->until : standing->seen);
    switch (standing->kind) {
    case STANDING_CHANGED:
        snprintf(out, size,
                 "BLOCKED: another certificate, with another key, was shown "
                 "on %s.",
                 date);
        break;
    case STANDING_RENEWED:
        snprintf(out, size,
                 "A new certificate with the same key was shown on %s; it is "
                 "not accepted yet.",
                 date);
        break;
    case STANDING_MORE_FAULTS:
        snprintf(out, size,
                 "On %s the certificate had a fault that you did not accept.",
                 date);
        break;
    case STANDING_NOT_NEEDED:
        snprintf(out, size,
                 "Not needed: the server's certificate was trusted on %s.",
                 date);
        break;
    case STANDING_ENDED:
        snprintf(out, size, "It ended on %s and counts no more.", date);
        break;
    case STANDING_UNUSED:
        snprintf(out, size, "No account uses it.");
        break;
    default:
        snprintf(out, size, "In use.");
    }
    return out;
}
