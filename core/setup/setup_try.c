/* SPDX-License-Identifier: MIT */
/* setup_try: candidates out of what the sources say, and their tests. */
#include "core/setup/setup_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define STAGE_SECONDS 10
#define TOTAL_SECONDS 20

/* -- the test -------------------------------------------------------------- */

static void tested(void *arg, struct probe *probe)
{
    struct entry *entry = arg;

    if (probe_result(probe)->finished) {
        entry->candidate.tested = true;
        setup_rank(entry->setup);
        setup_look_at_guess(entry->setup);
    }
    setup_tell(entry->setup);
}

/* Neither user nor password nor a certificate of the person is in it. */
void setup_try(struct entry *entry)
{
    struct setup_candidate *c = &entry->candidate;
    const struct config *config = entry->setup->workspace->config;
    const char *patience =
        config_effective(config, SECTION_DEFAULTS, "", SET_TIMEOUT);
    struct server server = {.section = c->endpoint.service == SERVICE_SMTP
                                           ? SECTION_SMTP
                                           : SECTION_ACCOUNT,
                            .endpoint = c->endpoint,
                            .timeout = STAGE_SECONDS};
    char url[HOST_MAX + 40];
    const struct probe_request request = {
        .target = endpoint_format(url, sizeof(url), &c->endpoint),
        .server = &server,
        .purpose = PROBE_NO_LOGIN,
        .total_timeout = TOTAL_SECONDS,
        .public_only = c->foreign && !c->confirmed,
    };

    if (patience)
        text_parse_number(patience, 1, STAGE_SECONDS, &server.timeout);
    probe_free(entry->probe);
    c->tested = false;
    entry->probe =
        probe_start(&entry->setup->workspace->env, &request, tested, entry);
    c->result = probe_result(entry->probe);
}

/* -- candidates ------------------------------------------------------------ */

/* Below a public suffix ("co.uk", "github.io") strangers have their names; what
 * is no name of the DNS at all ("intranet") has no such list. */
static bool is_own(const char *domain, const char *host)
{
    char owner[HOST_MAX];

    if (strcmp(domain, host) == 0 || domain_same_owner(domain, host))
        return true;
    return !domain_registrable(domain, owner) &&
           !domain_is_public_suffix(domain) && domain_covers(domain, host);
}

static struct entry *find(const struct setup *setup,
                          enum setup_direction direction,
                          const struct endpoint *endpoint)
{
    for (size_t i = 0; i < setup->count[direction]; i++) {
        struct entry *entry = setup->entries[direction][i];
        const struct endpoint *e = &entry->candidate.endpoint;

        if (e->service == endpoint->service &&
            e->security == endpoint->security && e->port == endpoint->port &&
            strcmp(e->host, endpoint->host) == 0)
            return entry;
    }
    return NULL;
}

/* What a source says of a server; a better one's word goes before it. */
static void fill(struct entry *entry, enum setup_source source,
                 enum setup_protection protection,
                 const struct offer_server *server, const char *help_url)
{
    struct setup_candidate *c = &entry->candidate;

    c->auth = server->auth;
    c->login = server->login;
    c->source = source;
    c->protection = protection;
    xreplace(&c->user, server->user);
    xreplace(&c->help_url, help_url);
    c->foreign = protection != SETUP_BUILT_IN &&
                 !is_own(entry->setup->domain, c->endpoint.host);
}

/* Whether `source` goes before who named it so far. */
static bool is_better(const struct setup_candidate *c, enum setup_source source,
                      enum setup_protection protection)
{
    bool http = protection == SETUP_HTTP;

    if (http != (c->protection == SETUP_HTTP))
        return !http;
    return source < c->source;
}

/* NULL: it is there already, or there are enough. */
static struct entry *add(struct setup *setup, enum setup_direction direction,
                         enum setup_source source,
                         enum setup_protection protection,
                         const struct offer_server *server,
                         const char *help_url)
{
    struct entry *entry = find(setup, direction, &server->endpoint);

    if (entry) {
        entry->candidate.also |= 1u << source;
        if (is_better(&entry->candidate, source, protection))
            fill(entry, source, protection, server, help_url);
        return NULL;
    }
    if (setup->count[direction] == CANDIDATES_MAX)
        return NULL;
    entry = xcalloc(1, sizeof(*entry));
    entry->setup = setup;
    entry->order = setup->count[direction];
    entry->candidate.endpoint = server->endpoint;
    entry->candidate.also = 1u << source;
    fill(entry, source, protection, server, help_url);
    setup->entries[direction][setup->count[direction]++] = entry;
    return entry;
}

void setup_take(struct setup *setup, enum setup_source source,
                enum setup_protection protection, const struct offer *offer)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < offer->count[d]; i++) {
            struct entry *entry =
                add(setup, (enum setup_direction)d, source, protection,
                    &offer->servers[d][i], offer->help_url);

            if (entry && !setup->offline)
                setup_try(entry);
        }
    setup_rank(setup);
}

void setup_take_guessed(struct setup *setup, enum setup_direction direction,
                        struct probe *probe)
{
    const struct offer_server server = {
        .endpoint = probe_result(probe)->endpoint, .user = setup->email};
    struct entry *entry =
        add(setup, direction, SETUP_GUESS, SETUP_TRIED, &server, NULL);

    if (!entry) { /* somebody named it, and it is tested as theirs */
        probe_free(probe);
        return;
    }
    entry->probe = probe;
    entry->candidate.result = probe_result(probe);
    entry->candidate.tested = true;
    setup_rank(setup);
}

void setup_drop_all(struct setup *setup)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < setup->count[d]; i++) {
            struct entry *entry = setup->entries[d][i];

            probe_free(entry->probe);
            free(entry->candidate.user);
            free(entry->candidate.help_url);
            free(entry);
        }
}
