/* SPDX-License-Identifier: MIT */
#include "core/trust/identity_usage.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

static bool names(const struct identities *all, const struct identity *identity,
                  const char *value)
{
    char *path = value ? identity_locate(all, value, NULL) : NULL;
    bool same = path && strcmp(path, identity->path) == 0;

    free(path);
    return same;
}

void identity_usage_find(struct usage *out, const struct identities *all,
                         const struct identity *identity,
                         const struct config *config)
{
    static const enum section sections[] = {SECTION_ACCOUNT, SECTION_SMTP};

    *out = (struct usage){0};
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < config_count(config, sections[s]); i++) {
            const char *id = config_id(config, sections[s], i);

            if (!names(all, identity,
                       config_get(config, sections[s], id,
                                  SET_CLIENT_CERTIFICATE)))
                continue;
            out->targets = xreallocarray(out->targets, out->count + 1,
                                         sizeof(*out->targets));
            out->targets[out->count++] = sections[s] == SECTION_SMTP
                                             ? xasprintf("smtp:%s", id)
                                             : xasprintf("%s/incoming", id);
        }
}
