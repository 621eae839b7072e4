/* SPDX-License-Identifier: MIT */
/*
 * records: SRV (RFC 2782) and MX (RFC 5321 §5.1) from the DNS, over the
 * resolver's channel, in the order in which they are to be tried.
 *
 * What comes is untrusted: hosts are checked (host_normalise()), their number
 * is bounded, and nobody has signed it.
 */
#ifndef POSTSEAL_CORE_NET_RECORDS_H
#define POSTSEAL_CORE_NET_RECORDS_H

#include "core/account/endpoint.h"
#include "core/net/resolve.h"

enum record_type { RECORD_SRV, RECORD_MX };

#define RECORDS_MAX 24 /* more are left out */

struct record {
    char host[HOST_MAX];
    unsigned priority; /* lower first; of MX the preference */
    unsigned weight;   /* SRV */
    unsigned port;     /* SRV: 1 to 65535; MX: 0 */
};

enum records_state {
    RECORDS_FOUND,
    RECORDS_NONE,    /* the name is there, such records are not */
    RECORDS_NO_NAME, /* there is no such name in the DNS */
    RECORDS_REFUSED, /* the only one is ".": not offered here (RFC 2782; of
                      * MX, takes no mail: RFC 7505) */
    RECORDS_FAILED   /* no name server could say */
};

struct records_result {
    enum records_state state;
    const struct record *records; /* in order */
    size_t count;
    size_t unusable;        /* left out: no host name, port 0, too many */
    struct failure failure; /* RECORDS_FAILED: reason resolve */
};
/* All of the result ends with the call. */
typedef void records_answer(void *arg, const struct records_result *result);

/* A number from 0 to max, for choosing by weight; tests bring their own. */
typedef unsigned records_random(void *arg, unsigned max);

struct records_query;
/* `random` NULL: OpenSSL's. The callback never comes from inside. */
struct records_query *records_start(struct resolver *resolver,
                                    enum record_type type, const char *name,
                                    records_random *random, void *random_arg,
                                    records_answer *answer, void *arg);
/* Ends it; the callback will not come (again). To be called also after it, and
 * may be called inside it. NULL is fine. */
void records_free(struct records_query *query);

/* Sorts by priority; among equals each place is drawn by weight, as RFC 2782
 * has it (page 4). */
void records_order(struct record *records, size_t count, records_random *random,
                   void *arg);

#endif
