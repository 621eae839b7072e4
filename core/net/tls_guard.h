/* SPDX-License-Identifier: MIT */
/*
 * tls_guard: our verdict inside TLS that another library speaks (libcurl with
 * OpenSSL). The same verdict as in tls.c, so authorities, distrust and
 * exceptions count there too; what libcurl would check itself does not.
 */
#ifndef POSTSEAL_CORE_NET_TLS_GUARD_H
#define POSTSEAL_CORE_NET_TLS_GUARD_H

#include "core/trust/authority.h"
#include "core/trust/exception.h"

struct tls_guard {
    struct authorities *authorities;
    const struct exceptions *exceptions; /* NULL: none count */
    const char *host;                    /* normalised */
    unsigned port;
    time_t now; /* wall clock for the verdict */
    /* Filled in the handshake. */
    struct verdict verdict;
    bool has_verdict, accepted;
};

/* `ssl_ctx` is an SSL_CTX of the very OpenSSL that postseal runs with. The
 * guard must outlive its connections. */
void tls_guard_set(struct tls_guard *guard, void *ssl_ctx);
/* Frees the verdict. */
void tls_guard_release(struct tls_guard *guard);
/* Whether "OpenSSL/3.0.19" names that very library. */
bool tls_guard_fits(const char *ssl_version);

#endif
