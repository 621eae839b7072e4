/* SPDX-License-Identifier: MIT */
#include "core/net/tls_guard.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

static bool covered(const struct tls_guard *guard)
{
    return guard->exceptions &&
           exceptions_judge(guard->exceptions, guard->host, guard->port,
                            &guard->verdict, guard->now, NULL,
                            NULL) == EXCEPTION_USED;
}

/* With TLS 1.3 the answer comes with the certificate; before, behind it, and
 * what demands one stays unproven. */
static void take_staple(X509_STORE_CTX *ctx, struct verdict_request *request)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    const unsigned char *staple = NULL;
    long len = ssl ? SSL_get_tlsext_status_ocsp_resp(ssl, &staple) : -1;

    if (staple && len > 0) {
        request->staple = staple;
        request->staple_len = (size_t)len;
    }
}

static int judge(X509_STORE_CTX *ctx, void *arg)
{
    struct tls_guard *guard = arg;
    struct verdict_request request = {.host = guard->host, .now = guard->now};
    struct error e = {0};

    authorities_terms(guard->authorities, &request);
    take_staple(ctx, &request);
    tls_guard_release(guard);
    guard->has_verdict = verdict_judge(
        &guard->verdict, X509_STORE_CTX_get0_untrusted(ctx), &request, &e);
    if (!guard->has_verdict)
        verdict_release(&guard->verdict);
    guard->accepted =
        guard->has_verdict && (guard->verdict.trusted || covered(guard));
    /* Here the other library goes by the result: no means no. */
    X509_STORE_CTX_set_error(
        ctx, guard->accepted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return guard->accepted;
}

void tls_guard_set(struct tls_guard *guard, void *ssl_ctx)
{
    SSL_CTX *ctx = ssl_ctx;

    /* As in tls.c: the verdict judges at level 2 and can say what is wrong. */
    SSL_CTX_set_security_level(ctx, 1);
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cert_verify_callback(ctx, judge, guard);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
    ERR_clear_error();
}

void tls_guard_release(struct tls_guard *guard)
{
    if (guard->has_verdict)
        verdict_release(&guard->verdict);
    guard->has_verdict = guard->accepted = false;
}

bool tls_guard_fits(const char *ssl_version)
{
    static const char maker[] = "OpenSSL/";

    return ssl_version && strncmp(ssl_version, maker, strlen(maker)) == 0 &&
           strcmp(ssl_version + strlen(maker),
                  OpenSSL_version(OPENSSL_VERSION_STRING)) == 0;
}
