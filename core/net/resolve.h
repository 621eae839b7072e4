/* SPDX-License-Identifier: MIT */
/*
 * resolve: names to addresses with c-ares, in the loop, never blocking.
 *
 * A and AAAA are asked separately and told as they arrive; numeric addresses
 * and /etc/hosts are answered without DNS. Other sources of nsswitch (mDNS,
 * LDAP) are not asked.
 */
#ifndef POSTSEAL_CORE_NET_RESOLVE_H
#define POSTSEAL_CORE_NET_RESOLVE_H

#include "core/base/error.h"
#include "core/base/loop.h"
#include "core/base/reason.h"
#include <netinet/in.h>
#include <sys/socket.h>

struct resolver;
struct resolve_query;

struct address {
    int family; /* AF_INET or AF_INET6 */
    union {
        struct in_addr v4;
        struct in6_addr v6;
    } ip;
};
/* "192.0.2.1" or "2001:db8::1". */
#define ADDRESS_SIZE 48
char *address_format(char out[ADDRESS_SIZE], const struct address *address);
bool address_parse(const char *text, struct address *address);
socklen_t address_sockaddr(const struct address *address, unsigned port,
                           struct sockaddr_storage *out);

/* `dns_server`: "ADDR", "ADDR:PORT" or "[V6]:PORT" instead of the system's;
 * NULL: the system's. One resolver (one channel) for all tests. */
struct resolver *resolver_new(struct loop *loop, const char *dns_server,
                              struct error *e);
void resolver_free(struct resolver *resolver);

/* Called for each family that has answered, with the addresses of that answer,
 * `done` with the last. `failure` is set (reason resolve) only with done, when
 * no family gave any address. Never called from inside resolve_start(). */
typedef void resolve_answer(void *arg, const struct address *addresses,
                            size_t count, bool done,
                            const struct failure *failure);
struct resolve_query *resolve_start(struct resolver *resolver, const char *host,
                                    resolve_answer *answer, void *arg);
/* Ends the query; the callback will not come (again). To be called also after
 * `done`. NULL is fine; may be called from inside the callback. */
void resolve_free(struct resolve_query *query);

#endif
