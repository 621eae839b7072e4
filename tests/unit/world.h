/* SPDX-License-Identifier: MIT */
/* world: what tests against a peer stand in: a folder, a loop, a resolver that
 * nobody answers, and the peer's authority as the only trusted one. */
#ifndef POSTSEAL_TESTS_UNIT_WORLD_H
#define POSTSEAL_TESTS_UNIT_WORLD_H

#include "tests/unit/peer.h"

#include "core/net/resolve.h"
#include "core/trust/authority.h"

#include <time.h>

static struct peer_pki pki;
static struct loop *loop;
static struct authorities *authorities;
static struct resolver *resolver;

static inline time_t wall(void *arg)
{
    (void)arg;
    return time(NULL);
}

/* `seconds`: then a test that hangs is ended. */
static inline int world_begin(void **state, unsigned seconds)
{
    struct error e = {0};

    signal(SIGPIPE, SIG_IGN);
    alarm(seconds);
    if (make_folder(state) != 0)
        return -1;
    peer_pki_make(&pki);
    loop = loop_new(NULL, NULL);
    authorities = authorities_new(false);
    X509_STORE_add_cert(authorities_store(authorities), pki.ca);
    resolver = resolver_new(loop, "127.0.0.1:9", &e);
    return resolver ? 0 : -1;
}

static inline int world_end(void **state)
{
    resolver_free(resolver);
    authorities_free(authorities);
    loop_free(loop);
    peer_pki_free(&pki);
    return remove_folder(state);
}

#endif
