/* SPDX-License-Identifier: MIT */
/*
 * http: HTTP and HTTPS requests in the loop, many at once, by libcurl, which
 * only http*.c knows.
 *
 * libcurl is loaded with the first request: linking it would cost every start
 * 4 ms and 4 MB. Without it a request fails with a sentence that names the
 * package. What it does not get to decide:
 *
 *   - names are resolved by our resolver, and no other address is connected to;
 *   - certificates are judged by our verdict (tls_guard.h). A libcurl that has
 *     another TLS library than postseal is not used for https at all;
 *   - redirects are followed here, one by one: https never leads to http, and
 *     a request with a body never leads anywhere;
 *   - no cookies, no proxy, no connection and no session is used twice.
 *
 * http_proxy and its kin are not honoured: the tests of mail servers connect
 * directly too, and through a proxy nobody could say which address was reached.
 */
#ifndef POSTSEAL_CORE_NET_HTTP_H
#define POSTSEAL_CORE_NET_HTTP_H

#include "core/net/resolve.h"
#include "core/trust/authority.h"
#include "core/trust/exception.h"
#include <time.h>

struct http; /* shared by all requests of a run */
struct http_fetch;

/* All of it must outlive the struct http. */
struct http_env {
    struct loop *loop;
    struct resolver *resolver;
    struct authorities *authorities;
    const struct exceptions *exceptions; /* NULL: none count */
    time_t (*wall)(void *arg);           /* wall clock */
    void *wall_arg;
};

/* Cheap: nothing is loaded yet. */
struct http *http_new(const struct http_env *env);
/* After all its fetches. */
void http_free(struct http *http);

struct http_request {
    const char *url;          /* http or https, without user information */
    const char *body;         /* NULL: GET; else POST. Copied, and wiped */
    const char *content_type; /* of the body */
    const char *accept;       /* "application/json"; NULL: anything */
    size_t max_bytes;         /* of the answer's body */
    long connect_ms;          /* look-up, TCP and TLS of one address */
    long total_ms;            /* for all, redirects included */
    unsigned redirects;       /* how many are followed; with a body none */
    /* A redirect must not lead from a public address to one that is not:
     * whoever answers out there must not make us talk to machines behind the
     * same wall as we. Refused when connecting, so no name helps around it. */
    bool public_redirects;
};

struct http_response {
    long status;              /* 200; 4xx and 5xx are no failures here */
    const char *content_type; /* "" when there is none; untrusted */
    const char *body;         /* NUL-ended, untrusted */
    size_t len;
    const char *url; /* where it came from, after redirects */
};

/* Exactly one of the two is set; both end with the call, and are wiped.
 * Reasons: config (the URL is none, or there is no libcurl), resolve, refused,
 * unreachable, timeout, closed, not-tls, tls, certificate, protocol. */
typedef void http_done(void *arg, const struct http_response *response,
                       const struct failure *failure);
/* Never NULL, and never calls back from inside. */
struct http_fetch *http_start(struct http *http,
                              const struct http_request *request,
                              http_done *done, void *arg);
/* Ends it at once; the callback will not come (again). To be called also after
 * it, and may be called inside it. NULL is fine. */
void http_fetch_free(struct http_fetch *fetch);

/* Whether everybody could reach that address: not loopback, private, link-local
 * or otherwise special (RFC 6890). */
bool http_address_is_public(const struct address *address);

/* Appends "name=value" to a form (application/x-www-form-urlencoded), with "&"
 * between. */
bool http_form_add(struct buf *form, const char *name, const char *value);

#endif
