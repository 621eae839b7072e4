/* SPDX-License-Identifier: MIT */
/* clientconfig: a document of a stranger's web server. What it gives is
 * checked, bounded and safe to show; refused, it gives nothing. */
#include "fuzz/fuzz.h"

#include "core/setup/autoconfig_xml.h"

static void look(const struct offer_server *server, int direction)
{
    char host[HOST_MAX];

    must(server->endpoint.port >= 1 && server->endpoint.port <= 65535);
    must(host_normalise(server->endpoint.host, host, NULL));
    must(strcmp(host, server->endpoint.host) == 0);
    must((server->endpoint.service == SERVICE_SMTP) ==
         (direction == SETUP_OUTGOING));
    must((server->user == NULL) == (server->auth == AUTH_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct offer_address ann = {
        .email = "ann@example.org", .local = "ann", .domain = "example.org"};
    struct offer offer = {.provider = NULL};
    struct error e = {0};
    bool ok = autoconfig_xml_read((const char *)data, size, &ann, &offer, &e);

    must(ok == (e.code == ERROR_NONE));
    must_be_safe(e.text);
    must_be_safe(offer.left_out);
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        must(ok == (offer.count[d] > 0));
        must(offer.count[d] <= OFFER_MAX);
        for (size_t i = 0; i < offer.count[d]; i++)
            look(&offer.servers[d][i], d);
    }
    if (offer.provider)
        must_be_safe(offer.provider);
    if (offer.help_url) {
        must_be_safe(offer.help_url);
        must(strncmp(offer.help_url, "https://", 8) == 0);
    }
    must(ok || (!offer.provider && !offer.help_url));
    offer_release(&offer);
    return 0;
}
