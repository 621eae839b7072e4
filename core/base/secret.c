/* SPDX-License-Identifier: MIT */
#include "core/base/secret.h"

#include "core/base/locked.h"

#include <string.h>

struct secret {
    unsigned owners;
    size_t len;
    char text[];
};

struct secret *secret_new_bytes(const void *bytes, size_t len)
{
    struct secret *secret = locked_alloc(sizeof(*secret) + len + 1);

    secret->owners = 1;
    secret->len = len;
    memcpy(secret->text, bytes, len);
    return secret;
}

struct secret *secret_new(const char *text)
{
    return text ? secret_new_bytes(text, strlen(text)) : NULL;
}

struct secret *secret_share(struct secret *secret)
{
    if (secret)
        secret->owners++;
    return secret;
}

void secret_release(struct secret **secret)
{
    struct secret *s = *secret;

    *secret = NULL;
    if (s && --s->owners == 0)
        locked_free(s, sizeof(*s) + s->len + 1);
}

const char *secret_text(const struct secret *secret)
{
    return secret ? secret->text : NULL;
}

size_t secret_length(const struct secret *secret)
{
    return secret ? secret->len : 0;
}
