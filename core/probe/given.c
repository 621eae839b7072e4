/* SPDX-License-Identifier: MIT */
#include "core/probe/given.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

void given_forget(struct given **list)
{
    while (*list) {
        struct given *given = *list;

        *list = given->next;
        secret_release(&given->typed);
        free(given->login);
        free(given);
    }
}

struct given *given_find(struct given *list, const char *login)
{
    while (list && strcmp(list->login, login) != 0)
        list = list->next;
    return list;
}

void given_put(struct given **list, const char *login, struct secret *typed,
               bool remember)
{
    struct given *given = given_find(*list, login);

    if (!given) {
        given = xcalloc(1, sizeof(*given));
        given->login = xstrdup(login);
        given->next = *list;
        *list = given;
    }
    secret_release(&given->typed);
    given->typed = secret_share(typed);
    given->state = typed ? GIVEN_UNTRIED : GIVEN_WORKED;
    given->remember = remember;
}

bool given_take(struct given *given, size_t server)
{
    if (!given)
        return false;
    if (given->state == GIVEN_UNTRIED) {
        given->state = GIVEN_TRYING;
        given->server = server;
        return true;
    }
    return given->state == GIVEN_WORKED;
}

struct given *given_tried_by(struct given *list, size_t server)
{
    while (list && (list->state != GIVEN_TRYING || list->server != server))
        list = list->next;
    return list;
}

void given_learn(struct given *given, enum given_state state)
{
    given->state = state;
    if (state == GIVEN_REFUSED)
        secret_release(&given->typed);
}
