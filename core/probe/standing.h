/* SPDX-License-Identifier: MIT */
/*
 * standing: how an exception stands: whether it still counts, whether a
 * configured server is there, and what the last test there said about it.
 * Derived each time, kept nowhere.
 */
#ifndef POSTSEAL_CORE_PROBE_STANDING_H
#define POSTSEAL_CORE_PROBE_STANDING_H

#include "core/account/usage.h"
#include "core/probe/history.h"

/* The better ones first. */
enum standing_kind {
    STANDING_IN_USE,
    STANDING_UNUSED,      /* no configured server is there */
    STANDING_NOT_NEEDED,  /* the server's certificate is trusted now */
    STANDING_RENEWED,     /* a new certificate with the accepted key */
    STANDING_MORE_FAULTS, /* it has a fault now that was not accepted */
    STANDING_ENDED,
    STANDING_CHANGED, /* another certificate with another key was shown */
};

struct standing {
    enum standing_kind kind;
    time_t seen; /* when a test saw that; 0: no test is needed to know it */
};

/* `usage` is that of the exception's host and port. What a test said before the
 * exception was made, or about another one, does not count; a connection that
 * used it later than the last change ends the alarm. */
void standing_find(struct standing *out, const struct exception *exception,
                   const struct usage *usage, const struct history *history,
                   time_t now);
/* "in-use", "more-faults": stable, for programs. */
const char *standing_word(enum standing_kind kind);
/* "in use", "renewed, same key": for columns. */
const char *standing_label(enum standing_kind kind);
/* Whether it lets nobody in or soon will not: the person has to act. */
bool standing_needs_you(enum standing_kind kind);
/* One finished sentence with the date. Returns out. */
char *standing_sentence(char *out, size_t size, const struct standing *standing,
                        const struct exception *exception);

#endif
