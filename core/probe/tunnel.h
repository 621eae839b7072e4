/* SPDX-License-Identifier: MIT */
/*
 * tunnel: two file descriptors joined to a connection that a test has made and
 * judged (PROBE_LINK): what other programs use as their pipe to a server, with
 * postseal's verdict and exceptions.
 *
 * Bytes pass as they are, in both directions, a bounded number at a time: what
 * one side does not take is not read from the other. The end of `in` becomes a
 * close_notify behind the last byte while the server's bytes still come; the
 * server's end becomes the end of it all once `out` has taken everything.
 * There is no time limit: an IMAP IDLE lies still for half an hour.
 *
 * The descriptors may be files, pipes, sockets or terminals, also one socket
 * under two numbers. They stay blocking if they were: O_NONBLOCK would be
 * shared with whoever else holds them.
 */
#ifndef POSTSEAL_CORE_PROBE_TUNNEL_H
#define POSTSEAL_CORE_PROBE_TUNNEL_H

#include "core/account/endpoint.h"
#include "core/net/stream.h"

struct tunnel;
/* The last call, from the loop; it may free the tunnel. `trouble`: a finished
 * sentence, NULL when all went well. When nobody takes `out` any more it went
 * well: the program there has had enough. */
typedef void tunnel_ended(void *arg, const char *trouble);

/* Takes over the stream, as probe_take_link() gave it. `greeting` goes out
 * before the server's first byte ("" for none). The descriptors stay the
 * caller's. SIGPIPE must be ignored. */
struct tunnel *tunnel_new(struct loop *loop, struct stream *stream, int in,
                          int out, const char *greeting, tunnel_ended *ended,
                          void *arg);
/* Closes the connection at once, when it is still there. */
void tunnel_free(struct tunnel *tunnel);

/* What a client must hear first when the server's own greeting is used up: it
 * came in clear, before STARTTLS, and anybody may have written it. So: a bare
 * one without capabilities or APOP stamp; "" with TLS from the start, where the
 * server greets by itself. Returns out. */
char *tunnel_greeting(char *out, size_t size, const struct endpoint *endpoint);

#endif
