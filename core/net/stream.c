/* SPDX-License-Identifier: MIT */
#include "core/net/stream.h"

#include "core/base/alloc.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPT_MS   250 /* RFC 8305 section 5 */
#define ATTEMPTS_MAX 32
#define OUTPUT_MAX   65536
#define READ_SIZE    16384

struct attempt {
    struct stream *stream;
    struct address address;
    int fd; /* -1: over, or not begun */
    struct loop_watch *watch;
};

struct stream {
    struct loop *loop;
    const struct stream_events *events;
    void *arg;
    struct buf input, output;
    unsigned port;
    struct attempt attempts[ATTEMPTS_MAX];
    size_t begun, known; /* attempts */
    bool last;           /* no more addresses will come */
    int cause;           /* errno of the last attempt that failed */
    struct loop_timer *next_attempt, *soon;
    int fd;
    struct loop_watch *watch;
    struct address peer;
    struct tls *tls;
    bool secure, heard, ended;
    bool held;             /* reading, by the caller */
    bool reading;          /* is waited for */
    bool ending, end_sent; /* nothing more will be written; the peer knows */
    bool broken;           /* writing failed; reading goes on to the end */
    struct failure broken_by;
    bool *gone; /* set when a callback frees the stream */
};

struct stream *stream_new(struct loop *loop, const struct stream_events *events,
                          void *arg, size_t max_input)
{
    struct stream *s = xcalloc(1, sizeof(*s));

    s->loop = loop;
    s->events = events;
    s->arg = arg;
    s->fd = -1;
    buf_init(&s->input, max_input);
    buf_init(&s->output, OUTPUT_MAX);
    return s;
}

static void end_attempt(struct attempt *attempt)
{
    if (attempt->fd < 0)
        return;
    loop_unwatch(attempt->watch);
    close(attempt->fd);
    attempt->fd = -1;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    if (s->gone)
        *s->gone = true;
    for (size_t i = 0; i < s->begun; i++)
        end_attempt(&s->attempts[i]);
    loop_cancel(s->next_attempt);
    loop_cancel(s->soon);
    if (s->tls) {
        if (s->secure && !s->ended && !s->end_sent)
            tls_close(s->tls);
        tls_free(s->tls);
    }
    loop_unwatch(s->watch);
    if (s->fd >= 0)
        close(s->fd);
    buf_release(&s->input);
    buf_release(&s->output);
    free(s);
}

static void fail(struct stream *s, const struct failure *failure)
{
    if (s->ended)
        return;
    s->ended = true;
    loop_unwatch(s->watch);
    s->watch = NULL;
    s->events->failed(s->arg, failure);
}

/* -- connecting ------------------------------------------------------------ */

static void start_next(struct stream *s);

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
    fail(s, &failure);
}

/* Never from inside stream_connect(): the caller is not ready for it. */
static void check_exhausted(struct stream *s)
{
    if (s->fd < 0 && !s->ended && !s->soon && !attempts_pending(s))
        s->soon = loop_after(s->loop, 0, give_up, s);
}

static void io_ready(void *arg, short revents);

static bool end_due(const struct stream *s)
{
    return s->ending && !s->end_sent && !s->broken;
}

static void watch_for(struct stream *s, bool write)
{
    short events = 0;

    if (s->ended || s->fd < 0)
        return;
    s->reading = !s->held && s->input.len < s->input.max;
    if (s->reading)
        events |= POLLIN;
    if (write || end_due(s))
        events |= POLLOUT;
    if (events && s->watch) {
        loop_watch_events(s->watch, events);
    } else if (events) {
        s->watch = loop_watch(s->loop, s->fd, events, io_ready, s);
    } else {
        /* Else a hang-up would be told over and over. */
        loop_unwatch(s->watch);
        s->watch = NULL;
    }
}

static void win(struct stream *s, struct attempt *attempt)
{
    int one = 1;

    s->fd = attempt->fd;
    s->peer = attempt->address;
    loop_unwatch(attempt->watch);
    attempt->fd = -1;
    for (size_t i = 0; i < s->begun; i++)
        end_attempt(&s->attempts[i]);
    loop_cancel(s->next_attempt);
    loop_cancel(s->soon);
    s->next_attempt = s->soon = NULL;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    watch_for(s, s->output.len > 0);
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

/* -- reading and writing --------------------------------------------------- */

static enum tls_status plain_read(struct stream *s, char *bytes, size_t size,
                                  size_t *got, struct failure *failure)
{
    ssize_t n = recv(s->fd, bytes, size, 0);

    if (n > 0) {
        *got = (size_t)n;
        return TLS_OK;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return TLS_WANT_READ;
    if (n < 0)
        failure_set(failure, REASON_CLOSED,
                    "The connection was broken off: %s.", strerror(errno));
    return n == 0 ? TLS_CLOSED : TLS_FAILED;
}

static enum tls_status plain_write(struct stream *s, size_t *put,
                                   struct failure *failure)
{
    ssize_t n = send(s->fd, s->output.data, s->output.len, MSG_NOSIGNAL);

    if (n >= 0) {
        *put = (size_t)n;
        return TLS_OK;
    }
    if (errno == EAGAIN || errno == EINTR)
        return TLS_WANT_WRITE;
    failure_set(failure, REASON_CLOSED, "The connection was broken off: %s.",
                strerror(errno));
    return TLS_FAILED;
}

static void tell_closed(struct stream *s)
{
    s->ended = true;
    loop_unwatch(s->watch);
    s->watch = NULL;
    s->events->closed(s->arg);
}

/* Reads until there is nothing more or the input is full. */
static enum tls_status fill(struct stream *s, bool *any,
                            struct failure *failure)
{
    enum tls_status status = TLS_OK;

    while (status == TLS_OK && s->input.len < s->input.max) {
        char bytes[READ_SIZE];
        size_t room = s->input.max - s->input.len, got = 0;
        size_t size = room < sizeof(bytes) ? room : sizeof(bytes);

        status = s->tls ? tls_read(s->tls, bytes, size, &got, failure)
                        : plain_read(s, bytes, size, &got, failure);
        if (status == TLS_OK) {
            buf_add(&s->input, bytes, got);
            *any = s->heard = true;
        }
    }
    return status;
}

/* What was left inside the TLS library wakes no poll: as long as the input is
 * taken, reading goes on. Returns false when the stream has ended or was
 * freed. */
static bool pump_in(struct stream *s)
{
    enum tls_status status;
    struct failure failure = {0};
    bool any;

    do {
        bool gone = false;

        any = false;
        status = fill(s, &any, &failure);
        if (any) {
            /* cppcheck-suppress autoVariables; reset below */
            s->gone = &gone;
            s->events->readable(s->arg);
            if (gone)
                return false;
            s->gone = NULL;
        }
    } while (any && status == TLS_OK && !s->ended);
    if (s->ended)
        return false;
    if (status == TLS_CLOSED || status == TLS_FAILED) {
        if (status == TLS_CLOSED)
            tell_closed(s);
        else
            fail(s, &failure);
        return false;
    }
    if (s->broken && status == TLS_WANT_READ) {
        fail(s, &s->broken_by);
        return false;
    }
    watch_for(s, s->output.len > 0);
    return true;
}

/* The peer's last words, an alert for one, tell more than a write that failed
 * because it has gone; and what it sent before is not lost. */
static void end_writing(struct stream *s, const struct failure *failure)
{
    s->broken = true;
    s->broken_by = *failure;
    buf_clear(&s->output);
    pump_in(s);
}

static void send_end(struct stream *s)
{
    if (s->tls)
        s->end_sent = tls_end(s->tls) != TLS_WANT_WRITE;
    else
        s->end_sent = shutdown(s->fd, SHUT_WR) == 0 || errno != EAGAIN;
}

/* Writes until all has left or no more can. */
static enum tls_status drain(struct stream *s, struct failure *failure)
{
    enum tls_status status = TLS_OK;

    while (status == TLS_OK && s->output.len) {
        size_t put = 0;

        status = s->tls ? tls_write(s->tls, s->output.data, s->output.len, &put,
                                    failure)
                        : plain_write(s, &put, failure);
        if (status == TLS_OK)
            buf_consume(&s->output, put);
    }
    return status;
}

/* Returns false when the stream has ended or was freed. */
static bool pump_out(struct stream *s)
{
    bool gone = false, told = !s->output.len && !end_due(s);
    struct failure failure;
    enum tls_status status;

    status = drain(s, &failure);
    if (status == TLS_FAILED || status == TLS_CLOSED) {
        end_writing(s, &failure);
        return false;
    }
    if (!s->output.len && end_due(s))
        send_end(s);
    watch_for(s, s->output.len > 0);
    if (!told && !s->output.len && !end_due(s) && s->events->drained) {
        /* cppcheck-suppress autoVariables; reset below */
        s->gone = &gone;
        s->events->drained(s->arg);
        if (gone)
            return false;
        s->gone = NULL;
    }
    return !s->ended;
}

/* A server that gathers small packets (Nagle) sends its greeting only when its
 * session tickets are acknowledged, and our system would take its time. */
static void acknowledge_at_once(const struct stream *s)
{
#ifdef TCP_QUICKACK
    int one = 1;

    setsockopt(s->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
#endif
}

static void read_on(void *arg)
{
    struct stream *s = arg;

    s->soon = NULL;
    if (!s->held)
        pump_in(s);
}

/* What came along with the end of the handshake wakes no poll. */
static void read_pending_soon(struct stream *s)
{
    if (tls_pending(s->tls) && !s->soon)
        s->soon = loop_after(s->loop, 0, read_on, s);
}

static void shake(struct stream *s)
{
    struct failure failure = {0};
    enum tls_status status = tls_handshake(s->tls, &failure);

    switch (status) {
    case TLS_OK:
        s->secure = true;
        acknowledge_at_once(s);
        read_pending_soon(s);
        watch_for(s, s->output.len > 0);
        s->events->secured(s->arg);
        return;
    case TLS_WANT_READ:
        watch_for(s, false);
        return;
    case TLS_WANT_WRITE:
        watch_for(s, true);
        return;
    default:
        fail(s, &failure);
    }
}

static void io_ready(void *arg, short revents)
{
    struct stream *s = arg;

    if (s->tls && !s->secure) {
        shake(s);
        return;
    }
    if ((s->output.len || end_due(s)) && !pump_out(s))
        return;
    if (!s->held && (revents & (POLLIN | POLLHUP | POLLERR)))
        pump_in(s);
}

static void shake_soon(void *arg)
{
    struct stream *s = arg;

    s->soon = NULL;
    shake(s);
}

bool stream_start_tls(struct stream *s, struct tls_context *context,
                      const struct tls_request *request, struct error *e)
{
    s->tls = tls_new(context, s->fd, request, e);
    if (!s->tls)
        return false;
    s->soon = loop_after(s->loop, 0, shake_soon, s);
    return true;
}

const struct tls *stream_tls(const struct stream *s)
{
    return s->tls;
}

bool stream_write(struct stream *s, const void *bytes, size_t len)
{
    if (s->ended || s->broken || s->ending || len > stream_room(s))
        return false;
    buf_add(&s->output, bytes, len);
    if (!s->events->drained && s->fd >= 0 && (!s->tls || s->secure)) {
        struct failure later; /* the loop will meet it again */

        drain(s, &later);
    }
    watch_for(s, s->output.len > 0);
    return true;
}

size_t stream_room(const struct stream *s)
{
    return s->output.max - s->output.len;
}

void stream_end(struct stream *s)
{
    s->ending = true;
    watch_for(s, s->output.len > 0);
}

bool stream_end_sent(const struct stream *s)
{
    return s->end_sent || s->broken || s->ended;
}

void stream_pause(struct stream *s)
{
    s->held = true;
    watch_for(s, s->output.len > 0);
}

void stream_resume(struct stream *s)
{
    s->held = false;
    /* What is inside the TLS library wakes no poll. */
    if (!s->ended && !s->reading && !s->soon)
        s->soon = loop_after(s->loop, 0, read_on, s);
}

void stream_hand_over(struct stream *s, const struct stream_events *events,
                      void *arg)
{
    s->events = events;
    s->arg = arg;
}

struct buf *stream_input(struct stream *s)
{
    return &s->input;
}

bool stream_heard(const struct stream *s)
{
    return s->heard;
}

bool stream_has_unread(const struct stream *s)
{
    char byte;

    return s->input.len ||
           (s->fd >= 0 && recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
}

bool stream_local_address(const struct stream *s, struct address *out)
{
    struct sockaddr_storage sa = {0};
    socklen_t len = sizeof(sa);

    if (s->fd < 0 || getsockname(s->fd, (struct sockaddr *)&sa, &len) != 0)
        return false;
    *out = (struct address){.family = sa.ss_family};
    if (sa.ss_family == AF_INET)
        out->ip.v4 = ((struct sockaddr_in *)&sa)->sin_addr;
    else
        out->ip.v6 = ((struct sockaddr_in6 *)&sa)->sin6_addr;
    return true;
}
