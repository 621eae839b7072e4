/* SPDX-License-Identifier: MIT */
/*
 * stream: a non-blocking connection in the loop: connect over a list of
 * addresses (RFC 8305), then bytes in and out, plain or, after
 * stream_start_tls(), through TLS. Everything is told by callbacks from
 * loop_turn(); stream_free() ends it at any moment, also inside a callback.
 */
#ifndef POSTSEAL_CORE_NET_STREAM_H
#define POSTSEAL_CORE_NET_STREAM_H

#include "core/base/buf.h"
#include "core/net/resolve.h"
#include "core/net/tls.h"

struct stream;

struct stream_events {
    void (*connected)(void *arg); /* TCP is there */
    void (*secured)(void *arg);   /* the handshake is done and accepted */
    /* New bytes are at the end of stream_input(); take them with
     * buf_consume(). */
    void (*readable)(void *arg);
    /* All that was written has left; once more after stream_end(). */
    void (*drained)(void *arg);
    void (*closed)(void *arg); /* the peer sent its end */
    void (*failed)(void *arg, const struct failure *failure);
};

/* `max_input`: bytes kept unread; reading pauses there. */
struct stream *stream_new(struct loop *loop, const struct stream_events *events,
                          void *arg, size_t max_input);
void stream_free(struct stream *stream); /* closes at once */

/* Starts connecting, or adds addresses to a connect in progress (they arrive
 * family by family). 250 ms between attempts, families alternating, IPv6 first
 * when both are known. `last`: no more will come; only then can it fail.
 * Reasons: refused, unreachable, timeout; the last attempt's cause counts. */
void stream_connect(struct stream *stream, const struct address *addresses,
                    size_t count, unsigned port, bool last);
/* The peer's address once connected. */
const struct address *stream_address(const struct stream *stream);

/* Begins the handshake. Unread input must be empty: the caller has dealt with
 * bytes behind a STARTTLS reply before. */
bool stream_start_tls(struct stream *stream, struct tls_context *context,
                      const struct tls_request *request, struct error *e);
/* NULL while plain. */
const struct tls *stream_tls(const struct stream *stream);

/* What goes at once has left when it returns, so the stream may be freed then;
 * the rest, and what goes wrong, comes from the loop. With a `drained` to tell
 * of it all comes from there. */
bool stream_write(struct stream *stream, const void *bytes, size_t len);
/* How many bytes stream_write() takes now. */
size_t stream_room(const struct stream *stream);
/* Nothing more will be written: behind what was written goes the end
 * (close_notify; plain: FIN). Reading goes on. */
void stream_end(struct stream *stream);
/* Whether that has left, or nothing can leave any more. */
bool stream_end_sent(const struct stream *stream);
/* Nothing is read and no end is noticed until stream_resume(). */
void stream_pause(struct stream *stream);
/* Reading goes on after a pause, or after stream_input() was full and was
 * emptied outside `readable`. */
void stream_resume(struct stream *stream);
/* Whom events are told from now on; for a paused stream. */
void stream_hand_over(struct stream *stream, const struct stream_events *events,
                      void *arg);
struct buf *stream_input(struct stream *stream);
/* Whether any byte has come from the peer on the plain connection. */
bool stream_heard(const struct stream *stream);
/* Whether bytes are there that nobody has read, be it in stream_input() or
 * still with the system (plain connections). */
bool stream_has_unread(const struct stream *stream);
/* Our own address of the connection; false when there is none. */
bool stream_local_address(const struct stream *stream, struct address *out);

#endif
