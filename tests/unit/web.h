/* SPDX-License-Identifier: MIT */
/* web: HTTP requests to a peer, and all that they need. */
#ifndef POSTSEAL_TESTS_UNIT_WEB_H
#define POSTSEAL_TESTS_UNIT_WEB_H

#include "tests/unit/peer.h"

#include "core/net/http.h"

#include <time.h>

static struct peer_pki pki;
static struct loop *loop;
static struct authorities *authorities;
static struct http_env env;
static struct http *http;

static inline time_t web_wall(void *arg)
{
    (void)arg;
    return time(NULL);
}

static inline int web_set_up(void **state)
{
    struct error e = {0};

    signal(SIGPIPE, SIG_IGN);
    alarm(100);
    if (make_folder(state) != 0)
        return -1;
    peer_pki_make(&pki);
    loop = loop_new(NULL, NULL);
    authorities = authorities_new(false);
    X509_STORE_add_cert(authorities_store(authorities), pki.ca);
    env = (struct http_env){.loop = loop,
                            .resolver = resolver_new(loop, "127.0.0.1:9", &e),
                            .authorities = authorities,
                            .wall = web_wall};
    http = http_new(&env);
    return env.resolver ? 0 : -1;
}

static inline int web_tear_down(void **state)
{
    http_free(http);
    resolver_free(env.resolver);
    authorities_free(authorities);
    loop_free(loop);
    peer_pki_free(&pki);
    return remove_folder(state);
}

#endif
