/* SPDX-License-Identifier: MIT */
/* stream_connect: from a list of addresses to a connection (RFC 8305): several
 * attempts at once, of which the first that answers stays. */
#include "core/net/stream_private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPT_MS 250 /* RFC 8305 section 5 */

/* -- the end --------------------------------------------------------------- */

static void end_attempt(struct attempt *attempt)
{
    if (attempt->fd < 0)
        return;
    loop_unwatch(attempt->watch);
    close(attempt->fd);
    attempt->fd = -1;
}

void stream_stop_connecting(struct stream *s)
{
    for (size_t i = 0; i < s->begun; i++)
        end_attempt(&s->attempts[i]);
    loop_cancel(s->next_attempt);
    s->next_attempt = NULL;
}

/* -- no address answers ---------------------------------------------------- */

static void explain(const struct stream *s, struct failure *failure)
{
    switch (s->cause) {
    case ECONNREFUSED:
        failure_set(failure, REASON_REFUSED,
                    "The server's machine is there, but nothing listens on "
                    "port %u.",
                    s->port);
        return;
    case ETIMEDOUT:
        failure_set(failure, REASON_TIMEOUT,
                    "The server did not answer on port %u.", s->port);
        return;
    case ECONNRESET:
        failure_set(failure, REASON_CLOSED,
                    "The connection was closed while it was being made.");
        return;
    default:
        failure_set(failure, REASON_UNREACHABLE,
                    "The server cannot be reached: %s.", strerror(s->cause));
    }
}

static bool attempts_pending(const struct stream *s)
{
    for (size_t i = 0; i < s->begun; i++)
        if (s->attempts[i].fd >= 0)
            return true;
    return s->begun < s->known || !s->last;
}

static void give_up(void *arg)
{
    struct stream *s = arg;
    struct failure failure;

    s->soon = NULL;
    explain(s, &failure);
    stream_fail(s, &failure);
}

/* Never from inside stream_connect(): the caller is not ready for it. */
static void check_exhausted(struct stream *s)
{
    if (s->fd < 0 && !s->ended && !s->soon && !attempts_pending(s))
        s->soon = loop_after(s->loop, 0, give_up, s);
}

/* -- attempts -------------------------------------------------------------- */

static void start_next(struct stream *s);

static void win(struct stream *s, struct attempt *attempt)
{
    int one = 1;

    s->fd = attempt->fd;
    s->peer = attempt->address;
    loop_unwatch(attempt->watch);
    attempt->fd = -1;
    stream_stop_connecting(s);
    loop_cancel(s->soon);
    s->soon = NULL;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    stream_watch(s, s->output.len > 0);
    s->events->connected(s->arg);
}

static void attempt_ready(void *arg, short revents)
{
    struct attempt *attempt = arg;
    struct stream *s = attempt->stream;
    int cause = 0;
    socklen_t len = sizeof(cause);

    (void)revents;
    getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &cause, &len);
    if (cause == 0) {
        win(s, attempt);
        return;
    }
    s->cause = cause;
    end_attempt(attempt);
    loop_cancel(s->next_attempt);
    s->next_attempt = NULL;
    start_next(s);
}

static void attempt_late(void *arg)
{
    struct stream *s = arg;

    s->next_attempt = NULL;
    start_next(s);
}

static bool begin(struct stream *s, struct attempt *attempt)
{
    struct sockaddr_storage sa;
    socklen_t len = address_sockaddr(&attempt->address, s->port, &sa);

    attempt->stream = s;
    attempt->fd = socket(attempt->address.family,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (attempt->fd < 0) {
        s->cause = errno;
        return false;
    }
    if (connect(attempt->fd, (struct sockaddr *)&sa, len) != 0 &&
        errno != EINPROGRESS) {
        s->cause = errno;
        close(attempt->fd);
        attempt->fd = -1;
        return false;
    }
    attempt->watch =
        loop_watch(s->loop, attempt->fd, POLLOUT, attempt_ready, attempt);
    return true;
}

static void start_next(struct stream *s)
{
    while (s->fd < 0 && s->begun < s->known)
        if (begin(s, &s->attempts[s->begun++])) {
            s->next_attempt = loop_after(s->loop, ATTEMPT_MS, attempt_late, s);
            return;
        }
    check_exhausted(s);
}

/* New addresses go between those that wait, families alternating, IPv6 first.
 */
static void enlist(struct stream *s, const struct address *addresses,
                   size_t count)
{
    struct attempt waiting[ATTEMPTS_MAX];
    size_t n = 0, used[2] = {0, 0};

    for (size_t i = s->begun; i < s->known; i++)
        waiting[n++] = s->attempts[i];
    for (size_t i = 0; i < count && s->begun + n < ATTEMPTS_MAX; i++)
        waiting[n++] = (struct attempt){.address = addresses[i], .fd = -1};
    s->known = s->begun;
    for (int turn = 0; s->known < s->begun + n; turn ^= 1) {
        int family = turn == 0 ? AF_INET6 : AF_INET;
        size_t *at = &used[turn];

        while (*at < n && waiting[*at].address.family != family)
            (*at)++;
        if (*at < n)
            s->attempts[s->known++] = waiting[(*at)++];
    }
}

void stream_connect(struct stream *s, const struct address *addresses,
                    size_t count, unsigned port, bool last)
{
    s->port = port;
    s->last = last;
    if (s->fd >= 0 || s->ended)
        return;
    if (!s->cause)
        s->cause = EHOSTUNREACH;
    enlist(s, addresses, count);
    if (!s->next_attempt)
        start_next(s);
}

const struct address *stream_address(const struct stream *s)
{
    return &s->peer;
}
