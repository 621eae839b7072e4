/* SPDX-License-Identifier: MIT */
#include "core/setup/provider_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLE   "providers.ini"
#define PARENTS 4 /* folders above the program that may be the tree's */

/* Where `make install` puts it. */
#ifndef SHARE_FOLDER
#define SHARE_FOLDER "/usr/local/share/postseal"
#endif

/* -- where the program's own table is -------------------------------------- */

static bool is_there(const char *path)
{
    return access(path, R_OK) == 0;
}

/* Beside the program, so that an installation can be moved or staged: in
 * ../share/postseal; in the tree that it was built in: in share, above build.
 * Where the program cannot know its place, the prefix it was built for. */
static char *program_table(void)
{
    char program[PATH_MAX], *path;
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *slash;

    program[len > 0 ? len : 0] = '\0';
    slash = strrchr(program, '/');
    if (slash) {
        *slash = '\0';
        path = xasprintf("%s/../share/postseal/" TABLE, program);
        if (is_there(path))
            return path;
        free(path);
    }
    for (int i = 0; i <= PARENTS && *program; i++) {
        path = xasprintf("%s/share/" TABLE, program);
        if (is_there(path))
            return path;
        free(path);
        slash = strrchr(program, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    return xstrdup(SHARE_FOLDER "/" TABLE);
}

/* -- opening --------------------------------------------------------------- */

/* The first problem, as file:line: sentence. */
static void report(const struct providers *all, struct error *e)
{
    for (size_t i = 0; i < all->problem_count; i++) {
        const struct provider_problem *p = &all->problems[i];
        char path[300];

        if (p->warning)
            continue;
        error_set(e, ERROR_PARSE, "%s:%u: %s",
                  text_safe_string(path, sizeof(path), p->path), p->line,
                  p->text);
        return;
    }
}

struct providers *providers_open(const char *own, struct error *e)
{
    struct providers *all = xcalloc(1, sizeof(*all));
    struct error own_error = {0}, table_error = {0};
    bool any;

    all->paths[0] = xstrdup_or_null(own);
    all->paths[1] = program_table();
    any = own && providers_read_table(all, all->paths[0], &own_error);
    all->own_count = all->count;
    if (!providers_read_table(all, all->paths[1], &table_error) && !any) {
        if (table_error.code)
            error_set(e, table_error.code, "%s", table_error.text);
        else
            error_set(e, ERROR_FILE,
                      "The table of providers, %s, is missing. Is postseal "
                      "installed as a whole?",
                      all->paths[1]);
        providers_free(all);
        return NULL;
    }
    if (own_error.code)
        error_set(e, own_error.code, "%s", own_error.text);
    else
        report(all, e);
    return all;
}

void providers_free(struct providers *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++)
        provider_release(&all->list[i]);
    free(all->list);
    free(all->problems);
    free(all->paths[0]);
    free(all->paths[1]);
    free(all);
}

/* -- asking ---------------------------------------------------------------- */

size_t providers_problem_count(const struct providers *providers)
{
    return providers->problem_count;
}

const struct provider_problem *providers_problem_at(
    const struct providers *providers, size_t i)
{
    return &providers->problems[i];
}

static void add_servers(const struct provider *p,
                        const struct offer_address *address,
                        struct offer *offer)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        char *user = offer_expand(p->users[d], address, NULL);

        for (size_t i = 0; i < p->server_count[d]; i++)
            offer_add(offer, (enum setup_direction)d,
                      &(struct offer_server){.endpoint = p->servers[d][i],
                                             .auth = AUTH_AUTO,
                                             .login = p->login,
                                             .user = user});
        free(user);
    }
    xreplace(&offer->provider, p->name);
    xreplace(&offer->help_url, p->help_url);
}

bool providers_find(const struct providers *all,
                    const struct offer_address *address, struct offer *offer)
{
    const struct provider *p =
        provider_find_domain(all->list, all->count, address->domain);

    if (p)
        add_servers(p, address, offer);
    return p != NULL;
}

/* The longest name that covers the host: a hoster may run another's servers
 * below a name of its own. The own table goes before. */
static const struct provider *find_mx(const struct providers *all, size_t from,
                                      size_t to, const char *host)
{
    const struct provider *best = NULL;
    size_t best_len = 0;

    for (size_t i = from; i < to; i++)
        for (size_t k = 0; k < all->list[i].mx_count; k++) {
            size_t len = strlen(all->list[i].mx[k]);

            if (len > best_len && domain_covers(all->list[i].mx[k], host)) {
                best = &all->list[i];
                best_len = len;
            }
        }
    return best;
}

bool providers_find_mx(const struct providers *all, const char *mx_host,
                       const struct offer_address *address, struct offer *offer)
{
    const struct provider *p = find_mx(all, 0, all->own_count, mx_host);

    if (!p)
        p = find_mx(all, all->own_count, all->count, mx_host);
    if (p)
        add_servers(p, address, offer);
    return p != NULL;
}
