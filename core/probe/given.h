/* SPDX-License-Identifier: MIT */
/*
 * given: what the person typed during a run of tests, and what became of it. An
 * answer serves all servers of a login, but one of them at a time finds out
 * whether it is right: a second failed login can lock an account. The others
 * wait until it has worked; refused, it is tried nowhere else.
 *
 * Knows nothing of tests: a login is a text, a server its number in the run.
 */
#ifndef POSTSEAL_CORE_PROBE_GIVEN_H
#define POSTSEAL_CORE_PROBE_GIVEN_H

#include "core/base/secret.h"

#include <stdbool.h>
#include <stddef.h>

enum given_state {
    GIVEN_UNTRIED,
    GIVEN_TRYING, /* at given->server: wait */
    GIVEN_WORKED, /* there, or nothing was typed: it holds for all */
    GIVEN_REFUSED /* there: ask again, and wiped */
};

struct given {
    char *login;
    enum given_state state;
    size_t server;        /* that tries, took or refused it */
    struct secret *typed; /* NULL: the person goes on without */
    bool remember;
    struct given *next;
};

/* Where a list begins is NULL while nothing was answered. */
void given_forget(struct given **list);
/* What there is for a login; NULL: nothing. */
struct given *given_find(struct given *list, const char *login);
/* An answer; the one before is forgotten. `typed` is shared; NULL: nothing. */
void given_put(struct given **list, const char *login, struct secret *typed,
               bool remember);
/* Whether `server` may use it now; the first to do so becomes the one that
 * tries it. NULL is fine. */
bool given_take(struct given *given, size_t server);
/* The answer that `server` is trying; NULL: none. */
struct given *given_tried_by(struct given *list, size_t server);
/* What the server said. GIVEN_UNTRIED: nothing, so another one tries. */
void given_learn(struct given *given, enum given_state state);

#endif
