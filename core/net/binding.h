/* SPDX-License-Identifier: MIT */
/*
 * binding: bytes that both ends of one TLS connection know and nobody else
 * (channel binding, RFC 5056). A login that proves them cannot be passed on
 * by someone in the middle.
 */
#ifndef POSTSEAL_CORE_NET_BINDING_H
#define POSTSEAL_CORE_NET_BINDING_H

#include <stddef.h>

#define CHANNEL_BINDING_MAX 64

struct channel_binding {
    /* "tls-exporter" (RFC 9266, TLS 1.3), "tls-unique" (RFC 5929, TLS 1.2);
     * NULL: none to be had. */
    const char *type;
    unsigned char bytes[CHANNEL_BINDING_MAX];
    size_t len;
};

#endif
