/* SPDX-License-Identifier: MIT */
/* stream_private: the state of a connection, shared by the files of stream. */
#ifndef POSTSEAL_CORE_NET_STREAM_PRIVATE_H
#define POSTSEAL_CORE_NET_STREAM_PRIVATE_H

#include "core/net/stream.h"

#define ATTEMPTS_MAX 32 /* addresses that are tried */

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

/* stream.c */
/* Tells that the connection has come to nothing; the callee may free it. */
void stream_fail(struct stream *stream, const struct failure *failure);
/* Waits for what is wanted now: to read while there is room, to write when
 * `write`. */
void stream_watch(struct stream *stream, bool write);

/* stream_connect.c: ends what is under way but the connection itself. */
void stream_stop_connecting(struct stream *stream);

#endif
