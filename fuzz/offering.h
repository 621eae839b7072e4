/* SPDX-License-Identifier: MIT */
/*
 * offering: what a source names as servers of an address. Each is complete,
 * checked, bounded and safe to show.
 */
#ifndef POSTSEAL_FUZZ_OFFERING_H
#define POSTSEAL_FUZZ_OFFERING_H

#include "fuzz/fuzz.h"

#include "core/setup/offer.h"

static const struct offer_address offering_to = {.email = "ann@example.org",
                                                 .local = "ann",
                                                 .domain = "example.org",
                                                 .name = "Ann Example"};

static inline void offering_look_at(const struct offer_server *server,
                                    int direction)
{
    char host[HOST_MAX];

    must(server->endpoint.port >= 1 && server->endpoint.port <= 65535);
    must(host_normalise(server->endpoint.host, host, NULL));
    must(strcmp(host, server->endpoint.host) == 0);
    must((server->endpoint.service == SERVICE_SMTP) ==
         (direction == SETUP_OUTGOING));
    must((server->user == NULL) == (server->auth == AUTH_NONE));
    if (server->user)
        must_be_safe(server->user);
}

static inline void offering_look(const struct offer *offer)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        must(offer->count[d] > 0 && offer->count[d] <= OFFER_MAX);
        for (size_t i = 0; i < offer->count[d]; i++)
            offering_look_at(&offer->servers[d][i], d);
    }
    if (offer->provider)
        must_be_safe(offer->provider);
    if (offer->help_url) {
        must(strncmp(offer->help_url, "https://", 8) == 0);
        must_be_safe(offer->help_url);
    }
    must_be_safe(offer->left_out);
}

#endif
