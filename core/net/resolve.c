/* SPDX-License-Identifier: MIT */
#include "core/net/resolve_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS    2000
#define TRIES         2
#define ADDRESSES_MAX 32

struct socket_watch {
    int fd;
    struct loop_watch *watch;
    struct socket_watch *next;
    struct resolver *resolver;
};

/* One family's question. It outlives the query that asked (c-ares calls back
 * in any case); a query that is gone is NULL here. */
struct question {
    struct resolve_query *query;
};

struct resolve_query {
    struct resolver *resolver;
    char *host;
    resolve_answer *answer;
    void *arg;
    struct question *questions[2];
    size_t pending;
    bool any;
    int status;               /* of the last family that gave nothing */
    struct loop_timer *timer; /* for answers known at once */
    struct address numeric;
};

/* -- addresses ------------------------------------------------------------- */

char *address_format(char out[ADDRESS_SIZE], const struct address *address)
{
    if (!inet_ntop(address->family, &address->ip, out, ADDRESS_SIZE))
        out[0] = '\0';
    return out;
}

bool address_parse(const char *text, struct address *address)
{
    *address = (struct address){.family = AF_INET};
    if (inet_pton(AF_INET, text, &address->ip) == 1)
        return true;
    address->family = AF_INET6;
    return inet_pton(AF_INET6, text, &address->ip) == 1;
}

socklen_t address_sockaddr(const struct address *address, unsigned port,
                           struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (address->family == AF_INET) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)out;

        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        v4->sin_addr = address->ip.v4;
        return sizeof(*v4);
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    v6->sin6_addr = address->ip.v6;
    return sizeof(*v6);
}

/* -- c-ares in the loop ---------------------------------------------------- */

static void timer_fired(void *arg)
{
    struct resolver *resolver = arg;

    resolver->timer = NULL;
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    resolver_arm(resolver);
}

void resolver_arm(struct resolver *resolver)
{
    struct timeval tv, *wait;

    loop_cancel(resolver->timer);
    resolver->timer = NULL;
    if (!resolver->queries)
        return;
    wait = ares_timeout(resolver->channel, NULL, &tv);
    if (wait)
        resolver->timer = loop_after(
            resolver->loop, wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1,
            timer_fired, resolver);
}

static void socket_ready(void *arg, short revents)
{
    struct socket_watch *sock = arg;
    struct resolver *resolver = sock->resolver;
    int fd = sock->fd;

    ares_process_fd(resolver->channel,
                    revents & (POLLIN | POLLERR | POLLHUP) ? fd
                                                           : ARES_SOCKET_BAD,
                    revents & POLLOUT ? fd : ARES_SOCKET_BAD);
    resolver_arm(resolver);
}

static void socket_state(void *arg, ares_socket_t fd, int readable,
                         int writable)
{
    struct resolver *resolver = arg;
    struct socket_watch **at = &resolver->sockets, *sock;
    short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));

    while (*at && (*at)->fd != fd)
        at = &(*at)->next;
    sock = *at;
    if (!events) {
        if (sock) {
            *at = sock->next;
            loop_unwatch(sock->watch);
            free(sock);
        }
        return;
    }
    if (sock) {
        loop_watch_events(sock->watch, events);
        return;
    }
    sock = xcalloc(1, sizeof(*sock));
    *sock = (struct socket_watch){
        .fd = fd, .resolver = resolver, .next = resolver->sockets};
    sock->watch = loop_watch(resolver->loop, fd, events, socket_ready, sock);
    resolver->sockets = sock;
}

/* c-ares lets wrong ports and lists pass. "ADDR", "ADDR:PORT", "[V6]:PORT". */
static bool is_server(const char *text)
{
    const char *colon = strrchr(text, ':');
    char host[ADDRESS_SIZE];
    struct address address;
    size_t len;
    long port;

    if (address_parse(text, &address))
        return true;
    if (!colon || !text_parse_number(colon + 1, 1, 65535, &port))
        return false;
    len = (size_t)(colon - text);
    if (len < 2 || len >= sizeof(host))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (host[0] != '[')
        return address_parse(host, &address) && address.family == AF_INET;
    if (host[len - 1] != ']')
        return false;
    host[len - 1] = '\0';
    return address_parse(host + 1, &address) && address.family == AF_INET6;
}

struct resolver *resolver_new(struct loop *loop, const char *dns_server,
                              struct error *e)
{
    struct resolver *resolver = xcalloc(1, sizeof(*resolver));
    static char lookups[] = "fb"; /* /etc/hosts, then DNS */
    struct ares_options options = {.timeout = TIMEOUT_MS,
                                   .tries = TRIES,
                                   .lookups = lookups,
                                   .sock_state_cb = socket_state,
                                   .sock_state_cb_data = resolver};
    int status = ares_library_init(ARES_LIB_INIT_ALL);

    resolver->loop = loop;
    if (status == ARES_SUCCESS)
        status =
            ares_init_options(&resolver->channel, &options,
                              ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                                  ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        error_set(e, ERROR_NETWORK, "Name look-ups cannot be set up: %s",
                  ares_strerror(status));
        free(resolver);
        return NULL;
    }
    if (dns_server && (!is_server(dns_server) ||
                       ares_set_servers_ports_csv(
                           resolver->channel, dns_server) != ARES_SUCCESS)) {
        error_set(e, ERROR_INPUT,
                  "dns-server: \"%s\" is not an address like 192.0.2.1 or "
                  "192.0.2.1:53.",
                  dns_server);
        resolver_free(resolver);
        return NULL;
    }
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return;
    ares_destroy(resolver->channel);
    loop_cancel(resolver->timer);
    ares_library_cleanup();
    free(resolver);
}

/* -- queries --------------------------------------------------------------- */

static void explain(const struct resolve_query *query, struct failure *failure)
{
    size_t len = strlen(query->host);

    switch (query->status) {
    case ARES_ENOTFOUND:
        if (len > 6 && strcmp(query->host + len - 6, ".local") == 0)
            failure_set(failure, REASON_RESOLVE,
                        "There is no %s in the DNS. Names in .local are mostly "
                        "known by mDNS only, which postseal does not ask: use "
                        "the address.",
                        query->host);
        else
            failure_set(failure, REASON_RESOLVE,
                        "There is no server named %s. Look the name up in your "
                        "provider's instructions.",
                        query->host);
        return;
    case ARES_ENODATA:
        failure_set(failure, REASON_RESOLVE,
                    "The name %s exists, but no address belongs to it.",
                    query->host);
        return;
    case ARES_ETIMEOUT:
        failure_set(failure, REASON_RESOLVE,
                    "No name server answered when asked for %s. Is this "
                    "machine online?",
                    query->host);
        return;
    case ARES_ECONNREFUSED: /* older c-ares tells a SERVFAIL so, too */
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
        failure_set(failure, REASON_RESOLVE,
                    "The name server could not be reached or could not answer "
                    "when asked for %s. Is this machine online?",
                    query->host);
        return;
    default:
        failure_set(failure, REASON_RESOLVE,
                    "The address of %s could not be found: %s.", query->host,
                    ares_strerror(query->status));
    }
}

static void deliver(struct resolve_query *query,
                    const struct address *addresses, size_t count)
{
    struct failure failure = {0};
    bool done = query->pending == 0;

    query->any = query->any || count > 0;
    if (done && !query->any) {
        explain(query, &failure);
        failure.no_such_name =
            query->status == ARES_ENOTFOUND || query->status == ARES_ENODATA;
    }
    /* Last: the callee may free the query. */
    if (count || done)
        query->answer(query->arg, addresses, count, done,
                      done && !query->any ? &failure : NULL);
}

static void forget(struct resolve_query *query, struct question *question)
{
    for (int i = 0; i < 2; i++)
        if (query->questions[i] == question)
            query->questions[i] = NULL;
    query->pending--;
}

static void answered(void *arg, int status, int timeouts,
                     struct ares_addrinfo *result)
{
    struct question *question = arg;
    struct resolve_query *query = question->query;
    struct address found[ADDRESSES_MAX];
    size_t count = 0;

    (void)timeouts;
    if (status == ARES_SUCCESS)
        for (struct ares_addrinfo_node *node = result->nodes;
             node && count < ADDRESSES_MAX; node = node->ai_next) {
            struct address *a = &found[count];

            *a = (struct address){.family = node->ai_family};
            if (node->ai_family == AF_INET)
                a->ip.v4 = ((struct sockaddr_in *)node->ai_addr)->sin_addr;
            else if (node->ai_family == AF_INET6)
                a->ip.v6 = ((struct sockaddr_in6 *)node->ai_addr)->sin6_addr;
            else
                continue;
            count++;
        }
    if (result)
        ares_freeaddrinfo(result);
    if (query) {
        query->resolver->queries--;
        forget(query, question);
        /* "No such name" says more than any trouble, and that says more than
         * "no address of this family". */
        if (!count && status != ARES_SUCCESS &&
            (query->status == ARES_ENODATA || status == ARES_ENOTFOUND))
            query->status = status;
        if (status != ARES_EDESTRUCTION)
            deliver(query, found, count);
    }
    free(question);
}

/* c-ares may answer from inside the call (hosts file), and whoever is told may
 * end the query then: nothing of it is touched afterwards. */
static void ask(struct resolver *resolver, const char *host, int family,
                struct question *question)
{
    struct ares_addrinfo_hints hints = {.ai_family = family,
                                        .ai_socktype = SOCK_STREAM,
                                        .ai_flags = ARES_AI_NOSORT};

    ares_getaddrinfo(resolver->channel, host, NULL, &hints, answered, question);
}

static void start_asking(void *arg)
{
    struct resolve_query *query = arg;
    struct resolver *resolver = query->resolver;
    struct question *both[2];
    char host[HOST_MAX];

    query->timer = NULL;
    if (query->numeric.family) {
        deliver(query, &query->numeric, 1);
        return;
    }
    query->pending = 2;
    resolver->queries += 2;
    snprintf(host, sizeof(host), "%s", query->host);
    for (int i = 0; i < 2; i++) {
        both[i] = xcalloc(1, sizeof(struct question));
        both[i]->query = query;
        query->questions[i] = both[i];
    }
    ask(resolver, host, AF_INET, both[0]);
    ask(resolver, host, AF_INET6, both[1]);
    resolver_arm(resolver);
}

struct resolve_query *resolve_start(struct resolver *resolver, const char *host,
                                    resolve_answer *answer, void *arg)
{
    struct resolve_query *query = xcalloc(1, sizeof(*query));

    query->resolver = resolver;
    query->host = xstrdup(host);
    query->answer = answer;
    query->arg = arg;
    query->status = ARES_ENODATA;
    if (!address_parse(host, &query->numeric))
        query->numeric.family = 0;
    query->timer = loop_after(resolver->loop, 0, start_asking, query);
    return query;
}

void resolve_free(struct resolve_query *query)
{
    if (!query)
        return;
    loop_cancel(query->timer);
    for (int i = 0; i < 2; i++)
        if (query->questions[i]) {
            query->questions[i]->query = NULL;
            query->resolver->queries--;
        }
    free(query->host);
    free(query);
}
