/* SPDX-License-Identifier: MIT */
/*
 * offer: what one source says about an address: servers in its order, with the
 * way to log in. The sources fill it (provider.c, srv.c, autoconfig_xml.c,
 * guess.c), setup.c makes candidates of it.
 */
#ifndef POSTSEAL_CORE_SETUP_OFFER_H
#define POSTSEAL_CORE_SETUP_OFFER_H

#include "core/account/account.h"

enum setup_direction { SETUP_INCOMING, SETUP_OUTGOING, SETUP_DIRECTIONS };

/* How one logs in at a provider. */
enum setup_login {
    SETUP_PASSWORD,     /* the usual password, as far as is known */
    SETUP_APP_PASSWORD, /* one made for programs, on the provider's page */
    SETUP_OAUTH         /* OAuth is needed; see docs/oauth.md */
};
const char *setup_login_word(enum setup_login login);

/* More than that nobody needs; the rest is left out. */
#define OFFER_MAX 16

struct offer_server {
    struct endpoint endpoint; /* checked: host_normalise(), port 1 to 65535 */
    enum auth auth;           /* AUTH_AUTO when nothing is said */
    enum setup_login login;
    /* The login name with placeholders filled in; NULL: none is needed
     * (auth none). */
    char *user;
};

struct offer {
    struct offer_server servers[SETUP_DIRECTIONS][OFFER_MAX];
    size_t count[SETUP_DIRECTIONS];
    char *provider; /* a name for showing, safe; NULL */
    char *help_url; /* https only; NULL */
    /* What was left out, for the line of the source ("Exchange (not spoken
     * here)"); "" for nothing. */
    char left_out[160];
};

/* The address whose placeholders are filled in. */
struct offer_address {
    const char *email, *local, *domain; /* domain: A-labels */
    const char *name;                   /* the person's; NULL */
};

/* Fills in %EMAILADDRESS% %EMAILLOCALPART% %EMAILDOMAIN% %REALNAME%; an
 * unknown placeholder, or text that is not safe to show, is ERROR_INPUT. The
 * caller frees it. */
char *offer_expand(const char *text, const struct offer_address *address,
                   struct error *e);
/* A link that may be shown: https, and only what stands in a URL by itself
 * (ASCII, RFC 3986 section 2). */
bool offer_is_link(const char *url);
/* Adds a copy; false when it is full, or the same server is there. */
bool offer_add(struct offer *offer, enum setup_direction direction,
               const struct offer_server *server);
void offer_release(struct offer *offer);

#endif
