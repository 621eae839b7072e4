/* SPDX-License-Identifier: MIT */
#include "core/account/usage.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_at(const struct config *config, enum section section,
                  const char *id, const char *host, unsigned port)
{
    const char *name = config_effective(config, section, id, SET_HOST);
    const char *digits = config_effective(config, section, id, SET_PORT);
    char normal[HOST_MAX];
    long number;

    return name && digits && text_parse_number(digits, 1, 65535, &number) &&
           (unsigned)number == port && host_normalise(name, normal, NULL) &&
           strcmp(normal, host) == 0;
}

static void add(struct usage *out, char *target)
{
    out->targets =
        xreallocarray(out->targets, out->count + 1, sizeof(*out->targets));
    out->targets[out->count++] = target;
}

void usage_find(struct usage *out, const struct config *config,
                const char *host, unsigned port)
{
    *out = (struct usage){0};
    for (size_t i = 0; i < config_count(config, SECTION_ACCOUNT); i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);
        const char *smtp = config_smtp_of(config, id);

        if (is_at(config, SECTION_ACCOUNT, id, host, port))
            add(out, xasprintf("%s/incoming", id));
        if (smtp && config_index(config, SECTION_SMTP, smtp) >= 0 &&
            is_at(config, SECTION_SMTP, smtp, host, port))
            add(out, xasprintf("%s/outgoing", id));
    }
    for (size_t i = 0; i < config_count(config, SECTION_SMTP); i++) {
        const char *id = config_id(config, SECTION_SMTP, i);

        if (!config_smtp_user(config, id, 0) &&
            is_at(config, SECTION_SMTP, id, host, port))
            add(out, xasprintf("smtp:%s", id));
    }
}

void usage_release(struct usage *usage)
{
    for (size_t i = 0; i < usage->count; i++)
        free(usage->targets[i]);
    free(usage->targets);
    *usage = (struct usage){0};
}
