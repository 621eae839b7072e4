/* SPDX-License-Identifier: MIT */
#include "core/setup/mx.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_LOOKED_UP 3 /* in the table of providers */

struct mx;

/* One of the web places that are asked, in the order in which they count. */
struct place {
    struct mx *mx;
    struct autoconfig *autoconfig;
    bool ended, found;
    struct offer offer;
    char text[400];
};

struct mx {
    struct mx_request request;
    char *database;
    struct records_query *query;
    char host[HOST_MAX]; /* of the first record */
    struct place places[2 * MX_DOMAINS];
    size_t place_count;
    mx_done *done;
    void *arg;
};

size_t mx_domains(const char *host, const char *domain,
                  char out[MX_DOMAINS][HOST_MAX])
{
    char owner[HOST_MAX];
    const char *dot = strchr(host, '.');
    size_t count = 0;

    if (!domain_registrable(host, owner))
        return 0;
    if (dot && strcmp(host, owner) != 0 && strcmp(dot + 1, owner) != 0 &&
        strcmp(dot + 1, domain) != 0)
        snprintf(out[count++], HOST_MAX, "%s", dot + 1);
    if (strcmp(owner, domain) != 0)
        snprintf(out[count++], HOST_MAX, "%s", owner);
    return count;
}

/* -- the end --------------------------------------------------------------- */

static void tell(struct mx *mx, enum setup_state state,
                 const struct offer *offer, bool no_domain, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* Last in whatever calls it: the callee may free it. */
static void tell(struct mx *mx, enum setup_state state,
                 const struct offer *offer, bool no_domain, const char *format,
                 ...)
{
    struct mx_result result = {
        .state = state, .offer = offer, .no_domain = no_domain};
    char text[640];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    result.text = text;
    mx->done(mx->arg, &result);
}

/* The first that found something wins, so it is waited for all before it. */
static void settle(struct mx *mx)
{
    for (size_t i = 0; i < mx->place_count; i++) {
        struct place *place = &mx->places[i];

        if (!place->ended)
            return;
        if (place->found) {
            tell(mx, SETUP_FOUND, &place->offer, false, "Mail goes to %s. %s",
                 mx->host, place->text);
            return;
        }
    }
    tell(mx, SETUP_NOTHING, NULL, false,
         "Mail goes to %s, whose owner tells no settings.", mx->host);
}

/* -- the web --------------------------------------------------------------- */

static void copy_offer(struct offer *to, const struct offer *from)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < from->count[d]; i++)
            offer_add(to, (enum setup_direction)d, &from->servers[d][i]);
    to->provider = xstrdup_or_null(from->provider);
    to->help_url = xstrdup_or_null(from->help_url);
    memcpy(to->left_out, from->left_out, sizeof(to->left_out));
}

static void web_answered(void *arg, const struct autoconfig_result *result)
{
    struct place *place = arg;

    place->ended = true;
    place->found = result->state == SETUP_FOUND;
    if (place->found)
        copy_offer(&place->offer, result->offer);
    snprintf(place->text, sizeof(place->text), "%s", result->text);
    settle(place->mx);
}

static void ask_web(struct mx *mx, enum setup_source source, const char *domain)
{
    struct place *place = &mx->places[mx->place_count++];
    const struct autoconfig_request request = {.place = source,
                                               .domain = domain,
                                               .database = mx->database,
                                               .address = mx->request.address,
                                               .https_only = true};

    place->mx = mx;
    place->autoconfig = autoconfig_start(mx->request.http, mx->request.loop,
                                         &request, web_answered, place);
}

/* -- the records ----------------------------------------------------------- */

static bool in_table(struct mx *mx, const struct record *record)
{
    struct offer offer = {.provider = NULL};
    bool found = mx->request.providers &&
                 providers_find_mx(mx->request.providers, record->host,
                                   mx->request.address, &offer);

    if (found)
        tell(mx, SETUP_FOUND, &offer, false,
             "Mail goes to %s, which belongs to %s.", record->host,
             offer.provider ? offer.provider : "a provider in the table");
    offer_release(&offer);
    return found;
}

static void ask_owner(struct mx *mx)
{
    char domains[MX_DOMAINS][HOST_MAX];
    size_t count = mx_domains(mx->host, mx->request.address->domain, domains);

    for (size_t i = 0; i < count; i++) {
        ask_web(mx, SETUP_AUTOCONFIG, domains[i]);
        if (mx->database)
            ask_web(mx, SETUP_DATABASE, domains[i]);
    }
    if (!count)
        tell(mx, SETUP_NOTHING, NULL, false,
             "Mail goes to %s, and nobody else is to be asked.", mx->host);
}

static void answered(void *arg, const struct records_result *result)
{
    struct mx *mx = arg;
    const char *domain = mx->request.address->domain;

    switch (result->state) {
    case RECORDS_NO_NAME:
        tell(mx, SETUP_NOTHING, NULL, true,
             "There is no domain %s in the DNS. Look at the address for a "
             "mistyped letter.",
             domain);
        return;
    case RECORDS_REFUSED:
        tell(mx, SETUP_NOTHING, NULL, false,
             "%s says in the DNS that it takes no mail (RFC 7505).", domain);
        return;
    case RECORDS_NONE:
        tell(mx, SETUP_NOTHING, NULL, false, "%s has no MX record%s.", domain,
             result->unusable ? " that can be used" : "");
        return;
    case RECORDS_FAILED:
        tell(mx, SETUP_FAILED, NULL, false, "%s", result->failure.text);
        return;
    case RECORDS_FOUND:
        break;
    }
    snprintf(mx->host, sizeof(mx->host), "%s", result->records[0].host);
    for (size_t i = 0; i < result->count && i < HOSTS_LOOKED_UP; i++)
        if (in_table(mx, &result->records[i]))
            return;
    ask_owner(mx);
}

struct mx *mx_start(const struct mx_request *request, mx_done *done, void *arg)
{
    struct mx *mx = xcalloc(1, sizeof(*mx));

    mx->request = *request;
    mx->database = xstrdup_or_null(request->database);
    mx->done = done;
    mx->arg = arg;
    mx->query =
        records_start(request->resolver, RECORD_MX, request->address->domain,
                      NULL, NULL, answered, mx);
    return mx;
}

void mx_free(struct mx *mx)
{
    if (!mx)
        return;
    records_free(mx->query);
    for (size_t i = 0; i < mx->place_count; i++) {
        autoconfig_free(mx->places[i].autoconfig);
        offer_release(&mx->places[i].offer);
    }
    free(mx->database);
    free(mx);
}
