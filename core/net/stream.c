/* SPDX-License-Identifier: MIT */
/* stream: its life, and bytes in and out. How the connection comes about is in
 * stream_connect.c. */
#include "core/net/stream_private.h"

#include "core/base/alloc.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX 65536
#define READ_SIZE  16384

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

void stream_free(struct stream *s)
{
    if (!s)
        return;
    if (s->gone)
        *s->gone = true;
    stream_stop_connecting(s);
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

void stream_fail(struct stream *s, const struct failure *failure)
{
    if (s->ended)
        return;
    s->ended = true;
    loop_unwatch(s->watch);
    s->watch = NULL;
    s->events->failed(s->arg, failure);
}

/* -- waiting --------------------------------------------------------------- */

static void io_ready(void *arg, short revents);

static bool end_due(const struct stream *s)
{
    return s->ending && !s->end_sent && !s->broken;
}

void stream_watch(struct stream *s, bool write)
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
            stream_fail(s, &failure);
        return false;
    }
    if (s->broken && status == TLS_WANT_READ) {
        stream_fail(s, &s->broken_by);
        return false;
    }
    stream_watch(s, s->output.len > 0);
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
    stream_watch(s, s->output.len > 0);
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
        stream_watch(s, s->output.len > 0);
        s->events->secured(s->arg);
        return;
    case TLS_WANT_READ:
        stream_watch(s, false);
        return;
    case TLS_WANT_WRITE:
        stream_watch(s, true);
        return;
    default:
        stream_fail(s, &failure);
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
    stream_watch(s, s->output.len > 0);
    return true;
}

size_t stream_room(const struct stream *s)
{
    return s->output.max - s->output.len;
}

void stream_end(struct stream *s)
{
    s->ending = true;
    stream_watch(s, s->output.len > 0);
}

bool stream_end_sent(const struct stream *s)
{
    return s->end_sent || s->broken || s->ended;
}

void stream_pause(struct stream *s)
{
    s->held = true;
    stream_watch(s, s->output.len > 0);
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
