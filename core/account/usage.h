/* SPDX-License-Identifier: MIT */
/*
 * usage: which configured servers are at a host and port, as the targets that
 * `test` takes. What stands beside an exception, and how its server is asked.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_USAGE_H
#define POSTSEAL_CORE_ACCOUNT_USAGE_H

#include "core/account/config.h"

struct usage {
    char **targets; /* "work/incoming", "work/outgoing", "smtp:relay" */
    size_t count;
};

/* All accounts, switched off or not, in and out, then the outgoing servers
 * that no account uses; in file order, staged changes included. `host` is from
 * host_normalise(). A server whose section cannot be tested is found too as
 * long as its name and port can be read. */
void usage_find(struct usage *out, const struct config *config,
                const char *host, unsigned port);
void usage_release(struct usage *usage);

#endif
