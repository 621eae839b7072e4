/* SPDX-License-Identifier: MIT */
/* provider_private: the tables of providers in memory. */
#ifndef POSTSEAL_CORE_SETUP_PROVIDER_PRIVATE_H
#define POSTSEAL_CORE_SETUP_PROVIDER_PRIVATE_H

#include "core/setup/provider.h"

struct provider {
    char *section; /* what stands behind "provider " */
    char *name;    /* for showing; safe */
    char **domains, **mx;
    size_t domain_count, mx_count;
    struct endpoint servers[SETUP_DIRECTIONS][OFFER_MAX];
    size_t server_count[SETUP_DIRECTIONS];
    char *users[SETUP_DIRECTIONS]; /* with placeholders */
    enum setup_login login;
    char *help_url; /* NULL */
};

struct providers {
    struct provider *list; /* the own ones first */
    size_t count, own_count;
    struct provider_problem *problems;
    size_t problem_count;
    char *paths[2]; /* of the own table and of the program's */
};

/* provider_table.c */
/* Appends the rows of a table, and what is wrong with it to the problems; what
 * stands in the tables before goes before. False: there is no such table (e is
 * empty), or none that can be used. */
bool providers_read_table(struct providers *all, const char *path,
                          struct error *e);
const struct provider *provider_find_domain(const struct provider *list,
                                            size_t count, const char *domain);
void provider_release(struct provider *p);

#endif
