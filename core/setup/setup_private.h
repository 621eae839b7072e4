/* SPDX-License-Identifier: MIT */
/* setup_private: the state of one search, shared by its files. */
#ifndef POSTSEAL_CORE_SETUP_SETUP_PRIVATE_H
#define POSTSEAL_CORE_SETUP_SETUP_PRIVATE_H

#include "core/setup/autoconfig.h"
#include "core/setup/guess.h"
#include "core/setup/mx.h"
#include "core/setup/provider.h"
#include "core/setup/setup.h"
#include "core/setup/srv.h"

#define CANDIDATES_MAX 32 /* a direction */

/* A candidate and its test. */
struct entry {
    struct setup_candidate candidate;
    struct setup *setup;
    struct probe *probe;
    size_t order; /* within its source */
};

/* A source, for those that call back about it. */
struct asked {
    struct setup *setup;
    enum setup_source source;
    int64_t started;
    struct loop_timer *deadline;
    struct autoconfig *autoconfig; /* of those on the web */
};

struct setup {
    struct workspace *workspace;
    setup_changed *changed;
    void *arg;
    struct loop_timer *tell; /* changes are told from the loop */
    bool offline, send_address;
    char *email, *local, *name;
    char domain[HOST_MAX], shown_domain[600];
    struct offer_address address; /* of these */

    struct setup_line lines[SETUP_SOURCE_COUNT];
    struct asked asked[SETUP_SOURCE_COUNT];
    struct providers *providers;
    struct srv *srv;
    struct mx *mx;
    struct guess *guess;
    struct loop_timer *guess_later;
    bool no_domain; /* the DNS knows none of that name */

    struct entry *entries[SETUP_DIRECTIONS][CANDIDATES_MAX]; /* ranked */
    size_t count[SETUP_DIRECTIONS];
    char advice[800];
};

/* setup_address.c: takes an address apart. ERROR_INPUT with the place. */
bool setup_read_address(const char *text, char **local, char domain[HOST_MAX],
                        struct error *e);

/* setup.c */
void setup_tell(struct setup *setup);
/* Every candidate's test has ended. */
bool setup_all_tested(const struct setup *setup);
/* setup_sources.c: puts all of them on their way; ends them. */
void setup_ask_all(struct setup *setup);
void setup_ask_none(struct setup *setup);
/* Those before `end`. */
bool setup_sources_ended(const struct setup *setup, enum setup_source end);
/* After a candidate's test: whether guessing goes on. */
void setup_look_at_guess(struct setup *setup);

/* setup_try.c: makes candidates of an offer and tests them. */
void setup_take(struct setup *setup, enum setup_source source,
                enum setup_protection protection, const struct offer *offer);
/* One that was guessed and has answered; its test is the setup's from now on.
 */
void setup_take_guessed(struct setup *setup, enum setup_direction direction,
                        struct probe *probe);
void setup_try(struct entry *entry);
void setup_drop_all(struct setup *setup);

/* setup_rank.c */
void setup_rank(struct setup *setup);

#endif
