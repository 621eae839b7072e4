/* SPDX-License-Identifier: MIT */
#include "core/account/domain.h"

#include <libpsl.h>
#include <stdio.h>
#include <string.h>

/* Built into the library; where it was built without, from the system's file,
 * once. */
static const psl_ctx_t *suffixes(void)
{
    static const psl_ctx_t *list;

    if (!list)
        list = psl_builtin();
    if (!list)
        list = psl_latest(NULL);
    return list;
}

bool domain_registrable(const char *host, char out[HOST_MAX])
{
    const char *domain = NULL;

    *out = '\0';
    /* To libpsl 192.0.2.1 would be a name below "2.1". */
    if (*host && !host_is_address(host) && suffixes())
        domain = psl_registrable_domain(suffixes(), host);
    if (!domain)
        return false;
    snprintf(out, HOST_MAX, "%s", domain);
    return true;
}

bool domain_same_owner(const char *a, const char *b)
{
    char first[HOST_MAX], second[HOST_MAX];

    return domain_registrable(a, first) && domain_registrable(b, second) &&
           strcmp(first, second) == 0;
}

bool domain_is_public_suffix(const char *name)
{
    return suffixes() && !host_is_address(name) &&
           psl_is_public_suffix2(suffixes(), name,
                                 PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

bool domain_is_registry(const char *name)
{
    return suffixes() && !host_is_address(name) &&
           psl_is_public_suffix2(suffixes(), name,
                                 PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool domain_covers(const char *domain, const char *host)
{
    size_t domain_len = strlen(domain), host_len = strlen(host);

    if (strcmp(domain, host) == 0)
        return true;
    return !host_is_address(host) && domain_len && host_len > domain_len &&
           host[host_len - domain_len - 1] == '.' &&
           strcmp(host + host_len - domain_len, domain) == 0;
}
