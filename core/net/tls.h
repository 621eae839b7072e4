/* SPDX-License-Identifier: MIT */
/*
 * tls: one TLS client connection over a non-blocking socket. The only file
 * with SSL_*. It collects facts and never asks a person: the verdict on the
 * chain is made by trust/verdict inside the handshake, and `accept` says at
 * once whether the connection may go on. When it may not, nothing of ours (no
 * client certificate, no credential) has left the machine.
 */
#ifndef POSTSEAL_CORE_NET_TLS_H
#define POSTSEAL_CORE_NET_TLS_H

#include "core/account/account.h"
#include "core/base/reason.h"
#include "core/net/binding.h"
#include "core/trust/authority.h"
#include "core/trust/identity.h"
#include "core/trust/verdict.h"
#include <sys/types.h>

struct tls_context; /* shared by all connections: SSL_CTX, anchors */
struct tls;

/* `authorities` is shared and must outlive the context. */
struct tls_context *tls_context_new(struct authorities *authorities,
                                    struct error *e);
void tls_context_free(struct tls_context *context);

struct tls_request {
    const char *host; /* normalised: SNI (not for addresses) and name */
    enum tls_minimum minimum;
    time_t now; /* wall clock for the verdict */
    /* Asked inside the handshake, before anything of ours leaves: may the
     * connection go on? Asked again when TLS 1.2 brings the proof about
     * revocation behind the certificate; the last answer counts. */
    bool (*accept)(void *arg, const struct verdict *verdict);
    void *arg;
    /* The person's certificate, shown when the server asks for one and `accept`
     * said yes; NULL: none. Only used during tls_new(). */
    const struct client_identity *identity;
};
/* OpenSSL writes with write(2): the program must ignore SIGPIPE. */
struct tls *tls_new(struct tls_context *context, int fd,
                    const struct tls_request *request, struct error *e);
void tls_free(struct tls *tls);

enum tls_status {
    TLS_OK,
    TLS_WANT_READ,  /* call again when the fd can be read */
    TLS_WANT_WRITE, /* ... can be written */
    TLS_CLOSED,     /* the peer ended it (with or without close_notify) */
    TLS_FAILED      /* failure is filled */
};
/* Failure reasons: not-tls, tls-version, tls, certificate, client-certificate,
 * closed. With `certificate` tls_verdict() has the facts. */
enum tls_status tls_handshake(struct tls *tls, struct failure *failure);
enum tls_status tls_read(struct tls *tls, void *bytes, size_t size, size_t *got,
                         struct failure *failure);
enum tls_status tls_write(struct tls *tls, const void *bytes, size_t len,
                          size_t *put, struct failure *failure);
/* Bytes are waiting inside the library (poll would not tell). */
bool tls_pending(const struct tls *tls);
/* Sends close_notify if it can be done at once. */
void tls_close(struct tls *tls);
/* The same; TLS_WANT_WRITE when it has to be called again, TLS_OK when it has
 * left, TLS_FAILED when it never will. Reading may go on (RFC 8446 section
 * 6.1). */
enum tls_status tls_end(struct tls *tls);

/* The server asked for a certificate of the person; one was shown. */
bool tls_certificate_asked(const struct tls *tls);
bool tls_certificate_sent(const struct tls *tls);

/* After the handshake: what ties a login to this connection. False where there
 * is nothing that could be trusted: TLS 1.2 without the extended master secret
 * (RFC 7627 section 1: two connections may then share it). */
bool tls_channel_binding(const struct tls *tls, struct channel_binding *out);

/* NULL before a certificate came. Owned by tls. */
const struct verdict *tls_verdict(const struct tls *tls);
const char *tls_version(const struct tls *tls); /* "TLS 1.3" */
const char *tls_cipher(const struct tls *tls);

#endif
