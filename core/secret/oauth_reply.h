/* SPDX-License-Identifier: MIT */
/*
 * oauth_reply: what an authorization server says (RFC 6749 section 5, RFC 8628
 * section 3). Bytes in, facts out; all texts in it are safe to show.
 */
#ifndef POSTSEAL_CORE_SECRET_OAUTH_REPLY_H
#define POSTSEAL_CORE_SECRET_OAUTH_REPLY_H

#include "core/base/reason.h"
#include "core/base/secret.h"
#include <stdbool.h>
#include <stddef.h>

enum oauth_error {
    OAUTH_OK,
    OAUTH_PENDING,       /* authorization_pending */
    OAUTH_SLOW_DOWN,     /* slow_down */
    OAUTH_DENIED,        /* access_denied */
    OAUTH_EXPIRED,       /* expired_token */
    OAUTH_INVALID_GRANT, /* invalid_grant: the refresh token has ended */
    OAUTH_UNAVAILABLE,   /* 429, 5xx: perhaps later */
    OAUTH_REFUSED        /* any other: for good */
};

struct oauth_reply {
    enum oauth_error error;
    struct failure failure; /* with an error: the sentence */
    /* A device authorization. */
    struct secret *device_code;
    char user_code[64], uri[512], complete[1024];
    long interval; /* seconds between questions */
    /* Tokens. */
    struct secret *access, *refresh; /* refresh NULL: none, or the old one */
    /* Either. */
    long expires_in; /* seconds */
};

/* `host` is named in the sentences. *out is to be released in any case. */
void oauth_read_device(struct oauth_reply *out, const char *host, long status,
                       const char *body, size_t len);
void oauth_read_token(struct oauth_reply *out, const char *host, long status,
                      const char *body, size_t len);
void oauth_reply_release(struct oauth_reply *reply);

#endif
