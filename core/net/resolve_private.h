/* SPDX-License-Identifier: MIT */
/* resolve_private: the one channel, shared by addresses and other records. */
#ifndef POSTSEAL_CORE_NET_RESOLVE_PRIVATE_H
#define POSTSEAL_CORE_NET_RESOLVE_PRIVATE_H

#include "core/net/resolve.h"

#include <ares.h>

struct resolver {
    struct loop *loop;
    ares_channel channel;
    struct socket_watch *sockets;
    struct loop_timer *timer;
    size_t queries; /* on their way; without any no timer runs */
};

/* After a question was put to the channel. */
void resolver_arm(struct resolver *resolver);

#endif
