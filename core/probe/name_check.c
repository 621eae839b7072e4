/* SPDX-License-Identifier: MIT */
#include "core/probe/name_check.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/net/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_MS      10000
#define STAGE_SECONDS 5
#define ADDRESSES_MAX 32 /* of one name; more do not help */

/* -- candidates ------------------------------------------------------------ */

static size_t add_candidate(const char *text, const char *wanted,
                            char out[][HOST_MAX], size_t count)
{
    char name[HOST_MAX];

    if (count == NAME_CHECK_MAX || !host_normalise(text, name, NULL) ||
        strcmp(name, wanted) == 0 || !domain_same_owner(name, wanted))
        return count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(out[i], name) == 0)
            return count;
    snprintf(out[count], HOST_MAX, "%s", name);
    return count + 1;
}

/* *.example.org for the wanted mail.example.net: mail.example.org. */
static size_t add_wildcard(const char *base, const char *wanted,
                           char out[][HOST_MAX], size_t count)
{
    char text[2 * HOST_MAX];

    snprintf(text, sizeof(text), "%.*s.%.*s", (int)strcspn(wanted, "."), wanted,
             HOST_MAX, base);
    count = add_candidate(text, wanted, out, count);
    return add_candidate(base, wanted, out, count);
}

size_t name_candidates(const struct cert *leaf, const char *wanted,
                       char out[NAME_CHECK_MAX][HOST_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < leaf->name_count; i++) {
        const char *name = leaf->names[i];

        /* Addresses and the like ("IP 192.0.2.1") are no host names. */
        if (strncmp(name, "*.", 2) == 0)
            count = add_wildcard(name + 2, wanted, out, count);
        else
            count = add_candidate(name, wanted, out, count);
    }
    return count;
}

/* -- the check ------------------------------------------------------------- */

enum state { ASKING, TESTING, PROVEN, REFUSED };

/* One name and its addresses: the wanted host, or a candidate. */
struct entry {
    struct name_check *check;
    char name[HOST_MAX];
    struct resolve_query *query;
    struct address addresses[ADDRESSES_MAX];
    size_t address_count;
    bool resolved;
    enum state state; /* of a candidate */
    struct probe *probe;
};

struct name_check {
    struct probe_env env;
    struct endpoint endpoint;
    struct entry wanted, candidates[NAME_CHECK_MAX];
    size_t count;
    struct loop_timer *deadline;
    bool finished;
    const char *name;
    name_checked *done;
    void *arg;
};

static void let_go_entry(struct entry *entry)
{
    resolve_free(entry->query);
    entry->query = NULL;
    probe_free(entry->probe);
    entry->probe = NULL;
}

static void let_go(struct name_check *check)
{
    loop_cancel(check->deadline);
    check->deadline = NULL;
    let_go_entry(&check->wanted);
    for (size_t i = 0; i < check->count; i++)
        let_go_entry(&check->candidates[i]);
}

static void finish(struct name_check *check, const char *name)
{
    let_go(check);
    check->finished = true;
    check->name = name;
    /* Last: the callee may free the check. */
    check->done(check->arg, check);
}

/* The first of the certificate's names that is proven wins; so it is waited
 * for all that stand before it. */
static void settle(struct name_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->candidates[i].state == PROVEN) {
            finish(check, check->candidates[i].name);
            return;
        }
        if (check->candidates[i].state != REFUSED)
            return;
    }
    finish(check, NULL);
}

static void too_late(void *arg)
{
    struct name_check *check = arg;

    check->deadline = NULL;
    finish(check, NULL);
}

static void tested(void *arg, struct probe *probe)
{
    struct entry *entry = arg;
    const struct probe_result *r = probe_result(probe);

    if (!r->finished)
        return;
    entry->state = r->has_verdict && r->verdict.trusted ? PROVEN : REFUSED;
    settle(entry->check);
}

static bool same_address(const struct address *a, const struct address *b)
{
    if (a->family != b->family)
        return false;
    return a->family == AF_INET
               ? memcmp(&a->ip.v4, &b->ip.v4, sizeof(a->ip.v4)) == 0
               : memcmp(&a->ip.v6, &b->ip.v6, sizeof(a->ip.v6)) == 0;
}

static const struct address *common_address(const struct entry *a,
                                            const struct entry *b)
{
    for (size_t i = 0; i < a->address_count; i++)
        for (size_t k = 0; k < b->address_count; k++)
            if (same_address(&a->addresses[i], &b->addresses[k]))
                return &a->addresses[i];
    return NULL;
}

/* Neither user nor password nor a certificate of the person is in it. */
static void begin_test(struct entry *entry)
{
    const struct address *address =
        common_address(&entry->check->wanted, entry);
    struct server server = {.endpoint = entry->check->endpoint,
                            .timeout = STAGE_SECONDS};
    const struct probe_request request = {.target = entry->name,
                                          .server = &server,
                                          .purpose = PROBE_CERTIFICATE,
                                          .address = address};

    if (!address) {
        entry->state = REFUSED;
        return;
    }
    snprintf(server.endpoint.host, sizeof(server.endpoint.host), "%s",
             entry->name);
    entry->state = TESTING;
    entry->probe = probe_start(&entry->check->env, &request, tested, entry);
}

static void answered(void *arg, const struct address *addresses, size_t count,
                     bool done, const struct failure *failure)
{
    struct entry *entry = arg;
    struct name_check *check = entry->check;

    (void)failure; /* no addresses, so nothing in common */
    for (size_t i = 0; i < count && entry->address_count < ADDRESSES_MAX; i++)
        entry->addresses[entry->address_count++] = addresses[i];
    entry->resolved = done;
    if (!done || !check->wanted.resolved)
        return;
    for (size_t i = 0; i < check->count; i++)
        if (check->candidates[i].state == ASKING &&
            check->candidates[i].resolved)
            begin_test(&check->candidates[i]);
    settle(check);
}

static void ask(struct name_check *check, struct entry *entry, const char *name)
{
    entry->check = check;
    snprintf(entry->name, sizeof(entry->name), "%.*s", HOST_MAX - 1, name);
    entry->query =
        resolve_start(check->env.resolver, entry->name, answered, entry);
}

struct name_check *name_check_start(const struct probe_env *env,
                                    const struct probe_result *result,
                                    name_checked *done, void *arg)
{
    char names[NAME_CHECK_MAX][HOST_MAX];
    struct name_check *check;
    size_t count = 0;

    if (result->finished && result->has_verdict &&
        verdict_leaf(&result->verdict) &&
        (result->verdict.faults & FAULT_BIT(FAULT_WRONG_HOST)))
        count = name_candidates(verdict_leaf(&result->verdict),
                                result->endpoint.host, names);
    if (!count)
        return NULL;
    check = xcalloc(1, sizeof(*check));
    check->env = *env;
    check->endpoint = result->endpoint;
    check->done = done;
    check->arg = arg;
    check->count = count;
    check->deadline = loop_after(env->loop, CHECK_MS, too_late, check);
    ask(check, &check->wanted, result->endpoint.host);
    for (size_t i = 0; i < count; i++)
        ask(check, &check->candidates[i], names[i]);
    return check;
}

bool name_check_finished(const struct name_check *check)
{
    return check->finished;
}

const char *name_check_name(const struct name_check *check)
{
    return check ? check->name : NULL;
}

void name_check_free(struct name_check *check)
{
    if (!check)
        return;
    let_go(check);
    free(check);
}
