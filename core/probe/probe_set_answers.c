/* SPDX-License-Identifier: MIT */
/* probe_set_answers: passwords that the person types, one for all servers that
 * have the same user, tried at one at a time. */
#include "core/probe/probe_set_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* What an answer is for: "work", and the user name. The caller frees it. */
static char *login_of(const struct probe_set_entry *entry)
{
    const char *target = entry->result.target;
    const char *slash = strchr(target, ':') ? NULL : strrchr(target, '/');

    return xasprintf("%.*s\n%s",
                     slash ? (int)(slash - target) : (int)strlen(target),
                     target, entry->server.user ? entry->server.user : "");
}

static struct given *given_of(const struct probe_set_entry *entry)
{
    char *login = login_of(entry);
    struct given *given = given_find(entry->set->given, login);

    free(login);
    return given;
}

static bool is_asking(const struct probe_set_entry *entry)
{
    return entry->probe && probe_result(entry->probe)->asking;
}

void probe_set_answer_as_before(struct probe_set_entry *entry)
{
    struct given *given = given_of(entry);

    if (given_take(given, entry->index))
        probe_answer(entry->probe, given->typed, given->remember);
}

static void answer_all(struct probe_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_asking(set->entries[i]))
            probe_set_answer_as_before(set->entries[i]);
}

/* A server that got it and did not say yes is taken for a no: it may have
 * counted it. */
void probe_set_learn_from(struct probe_set_entry *entry)
{
    const struct probe_result *result = probe_result(entry->probe);
    struct given *given = given_tried_by(entry->set->given, entry->index);

    if (!given || (!probe_result_logged_in(result) && !result->finished))
        return;
    if (probe_result_logged_in(result))
        given_learn(given, GIVEN_WORKED);
    else if (result->credential_sent &&
             result->reason != REASON_LOGIN_UNAVAILABLE)
        given_learn(given, GIVEN_REFUSED);
    else
        given_learn(given, GIVEN_UNTRIED);
    answer_all(entry->set);
}

/* That the answer will be for. */
static size_t count_servers(const struct probe_set *set, const char *login)
{
    size_t servers = 0;

    for (size_t i = 0; i < set->count; i++) {
        char *other;

        if (probe_set_result(set, i)->finished)
            continue;
        other = login_of(set->entries[i]);
        servers += strcmp(login, other) == 0;
        free(other);
    }
    return servers;
}

bool probe_set_asking(const struct probe_set *set,
                      struct probe_set_question *question)
{
    for (size_t i = 0; i < set->count; i++) {
        struct probe_set_entry *entry = set->entries[i];
        const struct given *given;
        char *login;

        if (!is_asking(entry))
            continue;
        given = given_of(entry);
        if (given && given->state != GIVEN_REFUSED)
            continue; /* it will be answered */
        login = login_of(entry);
        *question = (struct probe_set_question){
            .index = i,
            .user = probe_user(entry->probe),
            .host = entry->server.endpoint.host,
            .refused_at =
                given ? set->entries[given->server]->server.endpoint.host
                      : NULL,
            .servers = count_servers(set, login)};
        free(login);
        return true;
    }
    return false;
}

void probe_set_answer(struct probe_set *set, size_t index, struct secret *typed,
                      bool remember)
{
    struct probe_set_entry *entry = set->entries[index];
    char *login = login_of(entry);

    given_put(&set->given, login, typed, remember);
    free(login);
    if (is_asking(entry)) /* it asked first, so it tries first */
        probe_set_answer_as_before(entry);
    answer_all(set);
}
