/* SPDX-License-Identifier: MIT */
#include "core/net/records.h"

#include "core/base/alloc.h"
#include "core/net/resolve_private.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_IN 1
#define TYPE_MX  15
#define TYPE_SRV 33

/* It outlives the query that asked (c-ares calls back in any case); a query
 * that is gone is NULL here. */
struct question {
    struct records_query *query;
};

struct records_query {
    struct resolver *resolver;
    enum record_type type;
    char *name;
    records_random *random;
    void *random_arg;
    records_answer *answer;
    void *arg;
    struct question *question;
    struct loop_timer *timer;
};

/* -- the order ------------------------------------------------------------- */

static unsigned draw(void *arg, unsigned max)
{
    unsigned value = 0;

    (void)arg;
    RAND_bytes((unsigned char *)&value, sizeof(value));
    return value % (max + 1);
}

static void swap(struct record *a, struct record *b)
{
    struct record kept = *a;

    *a = *b;
    *b = kept;
}

/* Those of weight 0 go to the front, where they have a small chance. */
static bool before(const struct record *a, const struct record *b)
{
    if (a->priority != b->priority)
        return a->priority < b->priority;
    return a->weight == 0 && b->weight != 0;
}

/* Puts the one that is drawn first and leaves the order of the others. */
static void draw_first(struct record *group, size_t count,
                       records_random *random, void *arg)
{
    unsigned total = 0, sum = 0, wanted;
    struct record drawn;
    size_t i = 0;

    for (size_t k = 0; k < count; k++)
        total += group[k].weight;
    wanted = random(arg, total);
    while (i + 1 < count && (sum += group[i].weight) < wanted)
        i++;
    drawn = group[i];
    memmove(group + 1, group, i * sizeof(*group));
    group[0] = drawn;
}

void records_order(struct record *records, size_t count, records_random *random,
                   void *arg)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && before(&records[k], &records[k - 1]); k--)
            swap(&records[k], &records[k - 1]);
    for (size_t i = 0; i < count; i++) {
        size_t same = 1;

        while (i + same < count &&
               records[i + same].priority == records[i].priority)
            same++;
        if (same > 1)
            draw_first(records + i, same, random ? random : draw, arg);
    }
}

/* -- answers --------------------------------------------------------------- */

struct reply {
    struct record records[RECORDS_MAX];
    size_t count, unusable;
    bool refused; /* "." was among them */
};

static void take(struct reply *reply, const char *host, unsigned priority,
                 unsigned weight, unsigned port, bool port_needed)
{
    struct record *record = &reply->records[reply->count];

    if (!*host || strcmp(host, ".") == 0) {
        reply->refused = true;
        return;
    }
    if (reply->count == RECORDS_MAX || (port_needed && !port) ||
        !host_normalise(host, record->host, NULL) ||
        host_is_address(record->host)) {
        reply->unusable++;
        return;
    }
    record->priority = priority;
    record->weight = weight;
    record->port = port;
    reply->count++;
}

static int read_srv(struct reply *reply, const unsigned char *bytes, int len)
{
    struct ares_srv_reply *list = NULL;
    int status = ares_parse_srv_reply(bytes, len, &list);

    for (struct ares_srv_reply *at = list; at; at = at->next)
        take(reply, at->host, at->priority, at->weight, at->port, true);
    ares_free_data(list);
    return status;
}

static int read_mx(struct reply *reply, const unsigned char *bytes, int len)
{
    struct ares_mx_reply *list = NULL;
    int status = ares_parse_mx_reply(bytes, len, &list);

    for (struct ares_mx_reply *at = list; at; at = at->next)
        take(reply, at->host, at->priority, 0, 0, false);
    ares_free_data(list);
    return status;
}

static enum records_state explain(const struct records_query *query, int status,
                                  struct failure *failure)
{
    switch (status) {
    case ARES_ENOTFOUND:
        return RECORDS_NO_NAME;
    case ARES_ENODATA:
        return RECORDS_NONE;
    case ARES_ETIMEOUT:
        failure_set(failure, REASON_RESOLVE,
                    "No name server answered when asked for %s. Is this "
                    "machine online?",
                    query->name);
        break;
    case ARES_EBADRESP:
    case ARES_EBADNAME:
        failure_set(failure, REASON_RESOLVE,
                    "The name server's answer for %s cannot be read.",
                    query->name);
        break;
    default:
        failure_set(failure, REASON_RESOLVE,
                    "The name server could not be reached or could not answer "
                    "when asked for %s. Is this machine online?",
                    query->name);
    }
    return RECORDS_FAILED;
}

static void deliver(struct records_query *query, int status,
                    const unsigned char *bytes, int len)
{
    struct records_result result = {.state = RECORDS_FOUND};
    struct reply reply = {.count = 0};

    if (status == ARES_SUCCESS)
        status = query->type == RECORD_SRV ? read_srv(&reply, bytes, len)
                                           : read_mx(&reply, bytes, len);
    if (status != ARES_SUCCESS)
        result.state = explain(query, status, &result.failure);
    else if (!reply.count)
        result.state = reply.refused ? RECORDS_REFUSED : RECORDS_NONE;
    records_order(reply.records, reply.count, query->random, query->random_arg);
    result.records = reply.records;
    result.count = reply.count;
    result.unusable = reply.unusable;
    query->answer(query->arg, &result); /* last: it may free the query */
}

static void answered(void *arg, int status, int timeouts, unsigned char *bytes,
                     int len)
{
    struct question *question = arg;
    struct records_query *query = question->query;

    (void)timeouts;
    free(question);
    if (!query)
        return;
    query->question = NULL;
    query->resolver->queries--;
    if (status != ARES_EDESTRUCTION)
        deliver(query, status, bytes, len);
}

/* -- asking ---------------------------------------------------------------- */

/* c-ares may answer from inside the call, and whoever is told may end the query
 * then: nothing of it is touched afterwards. */
static void ask(void *arg)
{
    struct records_query *query = arg;
    struct resolver *resolver = query->resolver;

    query->timer = NULL;
    query->question = xcalloc(1, sizeof(*query->question));
    query->question->query = query;
    resolver->queries++;
    ares_query(resolver->channel, query->name, CLASS_IN,
               query->type == RECORD_SRV ? TYPE_SRV : TYPE_MX, answered,
               query->question);
    resolver_arm(resolver);
}

struct records_query *records_start(struct resolver *resolver,
                                    enum record_type type, const char *name,
                                    records_random *random, void *random_arg,
                                    records_answer *answer, void *arg)
{
    struct records_query *query = xcalloc(1, sizeof(*query));

    *query = (struct records_query){.resolver = resolver,
                                    .type = type,
                                    .name = xstrdup(name),
                                    .random = random,
                                    .random_arg = random_arg,
                                    .answer = answer,
                                    .arg = arg};
    query->timer = loop_after(resolver->loop, 0, ask, query);
    return query;
}

void records_free(struct records_query *query)
{
    if (!query)
        return;
    loop_cancel(query->timer);
    if (query->question) {
        query->question->query = NULL;
        query->resolver->queries--;
    }
    free(query->name);
    free(query);
}
