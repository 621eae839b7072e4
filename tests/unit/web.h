/* SPDX-License-Identifier: MIT */
/* web: HTTP requests to a peer, and all that they need. */
#ifndef POSTSEAL_TESTS_UNIT_WEB_H
#define POSTSEAL_TESTS_UNIT_WEB_H

#include "tests/unit/world.h"

#include "core/net/http.h"

static struct http_env env;
static struct http *http;

static inline int web_set_up(void **state)
{
    if (world_begin(state, 100) != 0)
        return -1;
    env = (struct http_env){.loop = loop,
                            .resolver = resolver,
                            .authorities = authorities,
                            .wall = wall};
    http = http_new(&env);
    return 0;
}

static inline int web_tear_down(void **state)
{
    http_free(http);
    return world_end(state);
}

#endif
