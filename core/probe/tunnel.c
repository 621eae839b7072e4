/* SPDX-License-Identifier: MIT */
#include "core/probe/tunnel.h"

#include "core/base/alloc.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_MAX 65536

/* How a descriptor is used without ever waiting in it. */
enum kind {
    KIND_SOCKET, /* MSG_DONTWAIT */
    KIND_FILE,   /* always ready; /dev/null too */
    KIND_PIPE    /* and terminals: what poll(2) allows */
};

struct end {
    int fd;
    enum kind kind;
    struct loop_watch *watch;
};

struct tunnel {
    struct loop *loop;
    struct stream *stream;
    tunnel_ended *ended;
    void *arg;
    struct end in, out;
    struct buf greeting; /* what is left of it */
    bool in_open, out_open, peer_open;
    bool in_told; /* the peer knows that nothing more comes */
    char trouble[640];
    struct loop_timer *over;
    char chunk[CHUNK_MAX];
};

static void balance(struct tunnel *t);

/* -- descriptors ----------------------------------------------------------- */

static enum kind kind_of(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return KIND_FILE; /* reading or writing will tell */
    if (S_ISSOCK(st.st_mode))
        return KIND_SOCKET;
    return S_ISFIFO(st.st_mode) || isatty(fd) ? KIND_PIPE : KIND_FILE;
}

static bool ready(const struct end *end, short events)
{
    struct pollfd one = {.fd = end->fd, .events = events};

    return end->kind == KIND_FILE || poll(&one, 1, 0) > 0;
}

/* As read(2), with EAGAIN rather than waiting. */
static ssize_t read_some(const struct end *end, void *bytes, size_t size)
{
    if (end->kind == KIND_SOCKET)
        return recv(end->fd, bytes, size, MSG_DONTWAIT);
    if (ready(end, POLLIN))
        return read(end->fd, bytes, size);
    errno = EAGAIN;
    return -1;
}

/* As write(2), with EAGAIN rather than waiting. A pipe that is ready takes
 * PIPE_BUF bytes for certain, and more might have to wait. */
static ssize_t write_some(const struct end *end, const void *bytes, size_t len)
{
    if (end->kind == KIND_SOCKET)
        return send(end->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (end->kind == KIND_FILE)
        return write(end->fd, bytes, len);
    if (ready(end, POLLOUT))
        return write(end->fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
    errno = EAGAIN;
    return -1;
}

static bool try_again(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void unwatch(struct end *end)
{
    loop_unwatch(end->watch);
    end->watch = NULL;
}

/* -- the end --------------------------------------------------------------- */

static void tell_ended(void *arg)
{
    struct tunnel *t = arg;

    t->over = NULL;
    /* Last: the callee may free the tunnel. */
    t->ended(t->arg, *t->trouble ? t->trouble : NULL);
}

static void finish(struct tunnel *t)
{
    unwatch(&t->in);
    unwatch(&t->out);
    stream_free(t->stream);
    t->stream = NULL;
    if (!t->over)
        t->over = loop_after(t->loop, 0, tell_ended, t);
}

static void fail_here(struct tunnel *t, const char *what)
{
    snprintf(t->trouble, sizeof(t->trouble), "%s: %s.", what, strerror(errno));
    finish(t);
}

/* -- from the server to `out` ---------------------------------------------- */

/* Sends what `from` holds; stops early when `out` takes no more or has gone. */
static void pour(struct tunnel *t, struct buf *from)
{
    size_t done = 0;

    while (done < from->len && t->out_open) {
        ssize_t n = write_some(&t->out, from->data + done, from->len - done);

        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || try_again())
            break;
        else if (errno == EPIPE || errno == ECONNRESET)
            t->out_open = false;
        else
            return fail_here(t, "The server's answer cannot be written");
    }
    if (t->out_open)
        buf_consume(from, done);
    else
        buf_clear(from);
}

/* The greeting, then the server. */
static void deliver(struct tunnel *t)
{
    pour(t, &t->greeting);
    if (t->stream && !t->greeting.len)
        pour(t, stream_input(t->stream));
}

static bool undelivered(const struct tunnel *t)
{
    return t->greeting.len || stream_input(t->stream)->len;
}

static void out_ready(void *arg, short revents)
{
    struct tunnel *t = arg;

    /* With nothing to write it is the reader's going that was waited for. */
    if (!undelivered(t) && (revents & (POLLERR | POLLHUP)))
        t->out_open = false;
    balance(t);
}

/* After the end of `in` nothing but the reader's going could end a connection
 * that the server keeps open. */
static void watch_out(struct tunnel *t)
{
    bool write = undelivered(t);

    if (!t->out_open || (!write && (t->in_open || t->out.kind == KIND_FILE))) {
        unwatch(&t->out);
        return;
    }
    if (t->out.watch)
        loop_watch_events(t->out.watch, write ? POLLOUT : 0);
    else
        t->out.watch =
            loop_watch(t->loop, t->out.fd, write ? POLLOUT : 0, out_ready, t);
}

/* -- from `in` to the server ----------------------------------------------- */

/* False when there is nothing to be had now. */
static bool take_some(struct tunnel *t)
{
    size_t room = stream_room(t->stream);
    ssize_t n =
        read_some(&t->in, t->chunk, room < CHUNK_MAX ? room : CHUNK_MAX);

    if (n > 0)
        return stream_write(t->stream, t->chunk, (size_t)n);
    if (n < 0 && try_again())
        return false;
    /* EIO: a terminal that was hung up. */
    if (n == 0 || errno == ECONNRESET || errno == EIO)
        t->in_open = false;
    else
        fail_here(t, "Standard input cannot be read");
    return false;
}

static void in_ready(void *arg, short revents)
{
    struct tunnel *t = arg;

    (void)revents;
    take_some(t);
    if (t->stream)
        balance(t);
}

static void watch_in(struct tunnel *t)
{
    /* Not merely muted while the server is slow: a hang-up would be told over
     * and over. */
    if (!t->in_open || !t->peer_open || !stream_room(t->stream))
        unwatch(&t->in);
    else if (!t->in.watch)
        t->in.watch = loop_watch(t->loop, t->in.fd, POLLIN, in_ready, t);
}

/* -- both ------------------------------------------------------------------ */

/* With nobody left to hear the answers, what was said before still goes, and
 * nothing more is waited for. */
static void hurry(struct tunnel *t)
{
    while (t->in_open && t->peer_open && stream_room(t->stream))
        if (!take_some(t)) {
            t->in_open = false;
            return;
        }
}

/* After every change: moves what can be moved, watches for what can come. */
static void balance(struct tunnel *t)
{
    deliver(t);
    if (t->stream && !t->out_open)
        hurry(t);
    if (!t->stream)
        return;
    if (!t->in_open && t->peer_open && !t->in_told) {
        t->in_told = true;
        stream_end(t->stream);
    }
    if ((!t->peer_open && !undelivered(t)) ||
        (!t->out_open && stream_end_sent(t->stream))) {
        finish(t);
        return;
    }
    stream_resume(t->stream);
    watch_out(t);
    watch_in(t);
}

static void peer_readable(void *arg)
{
    balance(arg);
}

static void peer_drained(void *arg)
{
    balance(arg);
}

static void peer_closed(void *arg)
{
    struct tunnel *t = arg;

    t->peer_open = false;
    balance(t);
}

static void peer_failed(void *arg, const struct failure *failure)
{
    struct tunnel *t = arg;

    snprintf(t->trouble, sizeof(t->trouble), "%s", failure->text);
    peer_closed(t);
}

static void begin(void *arg)
{
    struct tunnel *t = arg;

    t->over = NULL;
    balance(t);
}

struct tunnel *tunnel_new(struct loop *loop, struct stream *stream, int in,
                          int out, const char *greeting, tunnel_ended *ended,
                          void *arg)
{
    static const struct stream_events events = {.readable = peer_readable,
                                                .drained = peer_drained,
                                                .closed = peer_closed,
                                                .failed = peer_failed};
    struct tunnel *t = xcalloc(1, sizeof(*t));

    t->loop = loop;
    t->stream = stream;
    t->ended = ended;
    t->arg = arg;
    t->in = (struct end){.fd = in, .kind = kind_of(in)};
    t->out = (struct end){.fd = out, .kind = kind_of(out)};
    t->in_open = t->out_open = t->peer_open = true;
    buf_init(&t->greeting, 1024);
    buf_add_text(&t->greeting, greeting);
    stream_hand_over(stream, &events, t);
    t->over = loop_after(loop, 0, begin, t);
    return t;
}

void tunnel_free(struct tunnel *t)
{
    if (!t)
        return;
    loop_cancel(t->over);
    unwatch(&t->in);
    unwatch(&t->out);
    stream_free(t->stream);
    buf_release(&t->greeting);
    OPENSSL_cleanse(t->chunk, sizeof(t->chunk));
    free(t);
}

char *tunnel_greeting(char *out, size_t size, const struct endpoint *endpoint)
{
    *out = '\0';
    if (endpoint->security != SECURITY_STARTTLS)
        return out;
    switch (endpoint->service) {
    case SERVICE_IMAP: /* some text is needed: RFC 3501 section 9, resp-text */
        snprintf(out, size, "* OK ready\r\n");
        break;
    case SERVICE_POP3:
        snprintf(out, size, "+OK\r\n");
        break;
    case SERVICE_SMTP: /* RFC 5321 section 4.2 */
        snprintf(out, size, "220 %s\r\n", endpoint->host);
        break;
    default:
        break;
    }
    return out;
}
