/* SPDX-License-Identifier: MIT */
#include "core/account/usage.h"

#include "core/account/config_private.h"
#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

/* A server that is configured; `before`, id and `behind` make its target. */
struct place {
    char *host; /* from host_normalise() */
    unsigned port;
    size_t order; /* in which they are told */
    const char *before, *id, *behind;
};

/* All of them by host and port. Without it each exception in a list would look
 * at every account. The ids are the config's. */
struct usage_index {
    struct place *places;
    size_t count, size;
};

void usage_index_free(struct usage_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->count; i++)
        free(index->places[i].host);
    free(index->places);
    free(index);
}

/* A server whose host or port cannot be read is nowhere. */
static void add_place(struct usage_index *index, const struct config *config,
                      enum section section, const char *section_id,
                      const struct place *target)
{
    const char *name = config_effective(config, section, section_id, SET_HOST);
    const char *digits =
        config_effective(config, section, section_id, SET_PORT);
    char host[HOST_MAX];
    struct place *place;
    long number;

    if (!name || !digits || !text_parse_number(digits, 1, 65535, &number) ||
        !host_normalise(name, host, NULL))
        return;
    if (index->count == index->size) {
        index->size = index->size ? 2 * index->size : 64;
        index->places =
            xreallocarray(index->places, index->size, sizeof(*index->places));
    }
    place = &index->places[index->count];
    *place = *target;
    place->host = xstrdup(host);
    place->port = (unsigned)number;
    place->order = index->count++;
}

static int compare_server(const struct place *place, const char *host,
                          unsigned port)
{
    if (place->port != port)
        return place->port < port ? -1 : 1;
    return strcmp(place->host, host);
}

static int compare(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = compare_server(left, right->host, right->port);

    return order ? order : left->order < right->order ? -1 : 1;
}

static struct usage_index *make_index(const struct config *config)
{
    struct usage_index *index = xcalloc(1, sizeof(*index));

    for (size_t i = 0; i < config_count(config, SECTION_ACCOUNT); i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);
        const char *smtp = config_smtp_of(config, id);

        add_place(
            index, config, SECTION_ACCOUNT, id,
            &(struct place){.before = "", .id = id, .behind = "/incoming"});
        if (smtp && config_index(config, SECTION_SMTP, smtp) >= 0)
            add_place(
                index, config, SECTION_SMTP, smtp,
                &(struct place){.before = "", .id = id, .behind = "/outgoing"});
    }
    for (size_t i = 0; i < config_count(config, SECTION_SMTP); i++) {
        const char *id = config_id(config, SECTION_SMTP, i);

        if (!config_smtp_user(config, id, 0))
            add_place(
                index, config, SECTION_SMTP, id,
                &(struct place){.before = "smtp:", .id = id, .behind = ""});
    }
    if (index->count)
        qsort(index->places, index->count, sizeof(*index->places), compare);
    return index;
}

/* The first that is not before that server. */
static size_t first_at(const struct usage_index *index, const char *host,
                       unsigned port)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_server(&index->places[middle], host, port) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void usage_find(struct usage *out, const struct config *config,
                const char *host, unsigned port)
{
    struct config *cache = (struct config *)config; /* what it says stays */
    const struct usage_index *index;

    *out = (struct usage){0};
    if (!cache->usage)
        cache->usage = make_index(config);
    index = cache->usage;
    for (size_t i = first_at(index, host, port);
         i < index->count && compare_server(&index->places[i], host, port) == 0;
         i++) {
        const struct place *place = &index->places[i];

        out->targets =
            xreallocarray(out->targets, out->count + 1, sizeof(*out->targets));
        out->targets[out->count++] =
            xasprintf("%s%s%s", place->before, place->id, place->behind);
    }
}

void usage_release(struct usage *usage)
{
    for (size_t i = 0; i < usage->count; i++)
        free(usage->targets[i]);
    free(usage->targets);
    *usage = (struct usage){0};
}
