/* SPDX-License-Identifier: MIT */
/* autoconfig: a clientConfig document out of the web. Whatever it says, servers
 * are complete and checked, and nothing raw is shown. */
#include "fuzz/fuzz.h"

#include "core/setup/autoconfig_xml.h"

static void look(const struct offer *offer)
{
    for (int way = 0; way < SETUP_DIRECTIONS; way++) {
        must(offer->count[way] > 0 && offer->count[way] <= OFFER_MAX);
        for (size_t i = 0; i < offer->count[way]; i++) {
            const struct offer_server *server = &offer->servers[way][i];

            must(server->endpoint.host[0] != '\0');
            must(server->endpoint.port >= 1 && server->endpoint.port <= 65535);
            must_be_safe(server->endpoint.host);
            if (server->user)
                must_be_safe(server->user);
        }
    }
    if (offer->provider)
        must_be_safe(offer->provider);
    if (offer->help_url) {
        must(strncmp(offer->help_url, "https://", 8) == 0);
        must_be_safe(offer->help_url);
    }
    must_be_safe(offer->left_out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct offer_address address = {.email = "ann@example.org",
                                                 .local = "ann",
                                                 .domain = "example.org",
                                                 .name = "Ann Example"};
    struct offer offer = {0};
    struct error e = {0};

    if (autoconfig_xml_read((const char *)data, size, &address, &offer, &e)) {
        look(&offer);
    } else {
        must(e.code == ERROR_PARSE || e.code == ERROR_NOT_FOUND);
        must_be_safe(e.text);
    }
    offer_release(&offer);
    return 0;
}
