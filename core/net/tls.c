/* SPDX-License-Identifier: MIT */
#include "core/net/tls.h"

#include "core/base/alloc.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#define WEAKEST_DH 2048 /* bits */
#define UNPROVEN   "The certificate could not prove who the server is."

struct tls_context {
    SSL_CTX *ctx;
    struct authorities *authorities;
};

struct tls {
    SSL *ssl;
    struct tls_context *context;
    char *host;
    time_t now;
    bool (*accept)(void *arg, const struct verdict *verdict);
    void *arg;
    struct verdict verdict;
    bool has_verdict, accepted;
    struct client_identity own; /* the person's certificate, or empty */
    bool own_asked, own_sent, own_weak;
};

/* -- the certificate ------------------------------------------------------- */

static void judge_chain(struct tls *tls, STACK_OF(X509) * sent)
{
    struct verdict_request request = {.host = tls->host, .now = tls->now};
    const unsigned char *staple = NULL;
    long len = SSL_get_tlsext_status_ocsp_resp(tls->ssl, &staple);
    struct error e = {0};

    authorities_terms(tls->context->authorities, &request);
    request.staple = staple;
    request.staple_len = staple && len > 0 ? (size_t)len : 0;
    if (tls->has_verdict)
        verdict_release(&tls->verdict);
    tls->has_verdict = verdict_judge(&tls->verdict, sent, &request, &e);
    if (!tls->has_verdict)
        verdict_release(&tls->verdict);
    tls->accepted = tls->has_verdict && tls->accept(tls->arg, &tls->verdict);
}

/* Called by OpenSSL with the chain as sent. It only gathers: the handshake goes
 * on to its end, so that the peer proves that it holds the key; then
 * tls_handshake() closes what was not accepted. */
static int judge(X509_STORE_CTX *ctx, void *unused)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());

    (void)unused;
    judge_chain(SSL_get_app_data(ssl), X509_STORE_CTX_get0_untrusted(ctx));
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

/* With TLS 1.2 the proof that the certificate was not revoked comes in a
 * message of its own, behind the certificate; still before the server can ask
 * for ours. OpenSSL calls this in any case. */
static int judge_proof(SSL *ssl, void *unused)
{
    struct tls *tls = SSL_get_app_data(ssl);
    const unsigned char *staple;

    (void)unused;
    if (SSL_version(ssl) < TLS1_3_VERSION && tls->has_verdict &&
        (SSL_get_tlsext_status_ocsp_resp(ssl, &staple) > 0))
        judge_chain(tls, SSL_get_peer_cert_chain(ssl));
    ERR_clear_error();
    return 1;
}

/* Called by OpenSSL when the server asks for a certificate of ours, which it
 * does after it has shown its own: judge() has spoken. */
static int show_own(SSL *ssl, X509 **x509, EVP_PKEY **key)
{
    struct tls *tls = SSL_get_app_data(ssl);
    const struct client_identity *own = &tls->own;

    tls->own_asked = true;
    if (!tls->accepted || !own->x509)
        return 0;
    if (SSL_use_cert_and_key(ssl, own->x509, own->key, own->chain, 1) != 1) {
        ERR_clear_error();
        tls->own_weak = true;
        return 0;
    }
    X509_up_ref(own->x509);
    EVP_PKEY_up_ref(own->key);
    *x509 = own->x509;
    *key = own->key;
    tls->own_sent = true;
    return 1;
}

static void keep_own(struct tls *tls, const struct client_identity *own)
{
    if (!own || !own->x509)
        return;
    X509_up_ref(own->x509);
    EVP_PKEY_up_ref(own->key);
    tls->own = (struct client_identity){.x509 = own->x509,
                                        .key = own->key,
                                        .chain = X509_chain_up_ref(own->chain),
                                        .label = xstrdup(own->label)};
}

/* -- the context ----------------------------------------------------------- */

struct tls_context *tls_context_new(struct authorities *authorities,
                                    struct error *e)
{
    struct tls_context *context = xcalloc(1, sizeof(*context));

    context->authorities = authorities;
    context->ctx = SSL_CTX_new(TLS_client_method());
    if (!context->ctx) {
        error_set(e, ERROR_TLS, "OpenSSL cannot be set up.");
        free(context);
        return NULL;
    }
    /* Level 1 lets weak certificates through to the verdict, which judges at
     * level 2 and can say what is wrong; weak DH is refused below. */
    SSL_CTX_set_security_level(context->ctx, 1);
    SSL_CTX_set_cert_verify_callback(context->ctx, judge, NULL);
    SSL_CTX_set_verify(context->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_client_cert_cb(context->ctx, show_own);
    SSL_CTX_set_tlsext_status_cb(context->ctx, judge_proof);
    SSL_CTX_set_session_cache_mode(context->ctx, SSL_SESS_CACHE_OFF);
    /* One read for all that has come, not two for each record. */
    SSL_CTX_set_read_ahead(context->ctx, 1);
    SSL_CTX_set_options(context->ctx,
                        SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
    return context;
}

void tls_context_free(struct tls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->ctx);
    free(context);
}

/* -- one connection -------------------------------------------------------- */

struct tls *tls_new(struct tls_context *context, int fd,
                    const struct tls_request *request, struct error *e)
{
    struct tls *tls = xcalloc(1, sizeof(*tls));
    int minimum =
        request->minimum == TLS_MINIMUM_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    bool named = !host_is_address(request->host);

    tls->context = context;
    tls->host = xstrdup(request->host);
    tls->now = request->now;
    tls->accept = request->accept;
    tls->arg = request->arg;
    keep_own(tls, request->identity);
    tls->ssl = SSL_new(context->ctx);
    if (!tls->ssl || !SSL_set_fd(tls->ssl, fd) ||
        !SSL_set_min_proto_version(tls->ssl, minimum) ||
        !SSL_set_tlsext_status_type(tls->ssl, TLSEXT_STATUSTYPE_ocsp) ||
        (named && !SSL_set_tlsext_host_name(tls->ssl, tls->host))) {
        error_set(e, ERROR_TLS, "OpenSSL cannot begin a connection.");
        tls_free(tls);
        ERR_clear_error();
        return NULL;
    }
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_connect_state(tls->ssl);
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    verdict_release(&tls->verdict);
    client_identity_release(&tls->own);
    free(tls->host);
    free(tls);
}

/* -- what went wrong ------------------------------------------------------- */

static const struct {
    int reason;
    enum reason means;
} ssl_reasons[] = {
    {SSL_R_WRONG_VERSION_NUMBER, REASON_NOT_TLS},
    {SSL_R_HTTP_REQUEST, REASON_NOT_TLS},
    {SSL_R_HTTPS_PROXY_REQUEST, REASON_NOT_TLS},
    {SSL_R_PACKET_LENGTH_TOO_LONG, REASON_NOT_TLS},
    {SSL_R_UNSUPPORTED_PROTOCOL, REASON_TLS_VERSION},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, REASON_TLS_VERSION},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, REASON_TLS_VERSION},
    {SSL_R_VERSION_TOO_LOW, REASON_TLS_VERSION},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, REASON_CLIENT_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, REASON_CLIENT_CERTIFICATE},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, REASON_CLIENT_CERTIFICATE},
};

/* What a server says about the certificate that it asked for. */
static const struct {
    int reason;
    const char *words;
} own_reasons[] = {
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "something is wrong with it"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "it does not know who issued it"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "it has expired"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "it has been revoked"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "it is not acceptable"},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "it is of a wrong kind"},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED, "it has no access"},
    {SSL_R_TLSV1_ALERT_DECRYPT_ERROR, "its signature is wrong"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "no reason given"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "it wants another one"},
};

/* NULL when the server does not speak of it. */
static const char *own_refusal(unsigned long code)
{
    for (size_t i = 0; i < sizeof(own_reasons) / sizeof(own_reasons[0]); i++)
        if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
            ERR_GET_REASON(code) == own_reasons[i].reason)
            return own_reasons[i].words;
    return NULL;
}

static void tell_own(const struct tls *tls, struct failure *failure,
                     unsigned long code)
{
    const char *words = own_refusal(code);

    if (!tls->own.x509)
        failure_set(failure, REASON_CLIENT_CERTIFICATE,
                    "The server demands a certificate of yours, and none is "
                    "set.");
    else if (tls->own_weak)
        failure_set(failure, REASON_CLIENT_CERTIFICATE,
                    "The server demands a certificate of yours, and \"%s\" is "
                    "too weak for TLS of today.",
                    tls->own.label);
    else
        failure_set(failure, REASON_CLIENT_CERTIFICATE,
                    "The server refuses your certificate \"%s\": %s.",
                    tls->own.label, words ? words : "no reason given");
}

static void tell(const struct tls *tls, struct failure *failure,
                 enum reason reason, unsigned long code)
{
    const char *detail = ERR_reason_error_string(code);

    switch (reason) {
    case REASON_NOT_TLS:
        failure_set(failure, reason,
                    "The server answers in plain text on this port, not in "
                    "TLS. The port wants STARTTLS, or it is the wrong one.");
        return;
    case REASON_TLS_VERSION:
        failure_set(failure, reason,
                    "The server and postseal have no version of TLS in common. "
                    "postseal takes 1.2 and newer.");
        return;
    case REASON_CLIENT_CERTIFICATE:
        tell_own(tls, failure, code);
        return;
    case REASON_CERTIFICATE:
        failure_set(failure, reason,
                    tls->has_verdict
                        ? UNPROVEN
                        : "The server's certificate is damaged and cannot be "
                          "read.");
        return;
    default:
        failure_set(failure, REASON_TLS, "The TLS handshake failed: %s.",
                    detail ? detail : "no reason given");
    }
}

/* A server that was not accepted asked for our certificate and was shown none:
 * it may well end the connection for that. */
static bool unshown(const struct tls *tls)
{
    return tls->has_verdict && !tls->accepted && tls->own_asked;
}

static enum reason reason_of(const struct tls *tls, unsigned long code)
{
    if (unshown(tls))
        return REASON_CERTIFICATE;
    /* Once there is a verdict the certificate could be read. */
    if (!tls->has_verdict && (ERR_GET_LIB(code) == ERR_LIB_ASN1 ||
                              ERR_GET_LIB(code) == ERR_LIB_X509))
        return REASON_CERTIFICATE;
    for (size_t i = 0; i < sizeof(ssl_reasons) / sizeof(ssl_reasons[0]); i++)
        if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
            ERR_GET_REASON(code) == ssl_reasons[i].reason)
            return ssl_reasons[i].means;
    if (tls->own_asked && own_refusal(code))
        return REASON_CLIENT_CERTIFICATE;
    return REASON_TLS;
}

static enum tls_status closed(const struct tls *tls, struct failure *failure)
{
    if (unshown(tls)) {
        failure_set(failure, REASON_CERTIFICATE, UNPROVEN);
        return TLS_FAILED;
    }
    failure_set(failure, REASON_CLOSED, "The server closed the connection.");
    return TLS_CLOSED;
}

static enum tls_status status_of(struct tls *tls, int result,
                                 struct failure *failure)
{
    unsigned long code;

    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return closed(tls, failure);
    case SSL_ERROR_SYSCALL:
        ERR_clear_error();
        return closed(tls, failure);
    default:
        code = ERR_peek_error();
        if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
            ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
            ERR_clear_error();
            return closed(tls, failure);
        }
        tell(tls, failure, reason_of(tls, code), code);
        ERR_clear_error();
        return TLS_FAILED;
    }
}

/* -- input and output ------------------------------------------------------ */

static bool weak_exchange(const struct tls *tls)
{
    EVP_PKEY *key = NULL;
    bool weak = false;

    if (SSL_get_peer_tmp_key(tls->ssl, &key) && key)
        weak = EVP_PKEY_get_base_id(key) == EVP_PKEY_DH &&
               EVP_PKEY_get_bits(key) < WEAKEST_DH;
    EVP_PKEY_free(key);
    return weak;
}

enum tls_status tls_handshake(struct tls *tls, struct failure *failure)
{
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    if (result != 1)
        return status_of(tls, result, failure);
    if (!tls->has_verdict) {
        failure_set(failure, REASON_TLS,
                    "The server showed no certificate that could be judged.");
        return TLS_FAILED;
    }
    if (!tls->accepted) {
        failure_set(failure, REASON_CERTIFICATE, UNPROVEN);
        return TLS_FAILED;
    }
    if (weak_exchange(tls)) {
        failure_set(failure, REASON_TLS,
                    "The server's key exchange (DH) is too weak for today.");
        return TLS_FAILED;
    }
    return TLS_OK;
}

enum tls_status tls_read(struct tls *tls, void *bytes, size_t size, size_t *got,
                         struct failure *failure)
{
    int result;

    ERR_clear_error();
    result = SSL_read_ex(tls->ssl, bytes, size, got);
    return result == 1 ? TLS_OK : status_of(tls, result, failure);
}

enum tls_status tls_write(struct tls *tls, const void *bytes, size_t len,
                          size_t *put, struct failure *failure)
{
    int result;

    ERR_clear_error();
    result = SSL_write_ex(tls->ssl, bytes, len, put);
    return result == 1 ? TLS_OK : status_of(tls, result, failure);
}

bool tls_pending(const struct tls *tls)
{
    return SSL_has_pending(tls->ssl) == 1;
}

void tls_close(struct tls *tls)
{
    ERR_clear_error();
    if (SSL_is_init_finished(tls->ssl))
        SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

enum tls_status tls_end(struct tls *tls)
{
    enum tls_status status = TLS_OK;
    int result;

    ERR_clear_error();
    result = SSL_shutdown(tls->ssl);
    if (result < 0)
        status = SSL_get_error(tls->ssl, result) == SSL_ERROR_WANT_WRITE
                     ? TLS_WANT_WRITE
                     : TLS_FAILED;
    ERR_clear_error();
    return status;
}

bool tls_certificate_asked(const struct tls *tls)
{
    return tls->own_asked;
}

bool tls_certificate_sent(const struct tls *tls)
{
    return tls->own_sent;
}

static bool export_binding(const struct tls *tls, struct channel_binding *out)
{
    static const char label[] = "EXPORTER-Channel-Binding";

    out->type = "tls-exporter";
    out->len = 32;
    return SSL_export_keying_material(tls->ssl, out->bytes, out->len, label,
                                      sizeof(label) - 1, NULL, 0, 1) == 1;
}

bool tls_channel_binding(const struct tls *tls, struct channel_binding *out)
{
    bool found = false;

    *out = (struct channel_binding){0};
    if (SSL_is_init_finished(tls->ssl) &&
        SSL_version(tls->ssl) == TLS1_3_VERSION) {
        found = export_binding(tls, out);
    } else if (SSL_is_init_finished(tls->ssl) &&
               SSL_version(tls->ssl) == TLS1_2_VERSION &&
               SSL_get_extms_support(tls->ssl) == 1) {
        /* Sessions are never resumed, so the first Finished is ours. */
        out->type = "tls-unique";
        out->len = SSL_get_finished(tls->ssl, out->bytes, sizeof(out->bytes));
        found = out->len > 0 && out->len <= sizeof(out->bytes);
    }
    if (!found)
        *out = (struct channel_binding){0};
    ERR_clear_error();
    return found;
}

const struct verdict *tls_verdict(const struct tls *tls)
{
    return tls->has_verdict ? &tls->verdict : NULL;
}

const char *tls_version(const struct tls *tls)
{
    const char *version = SSL_get_version(tls->ssl);

    if (strcmp(version, "TLSv1.3") == 0)
        return "TLS 1.3";
    return strcmp(version, "TLSv1.2") == 0 ? "TLS 1.2" : version;
}

const char *tls_cipher(const struct tls *tls)
{
    return SSL_get_cipher_name(tls->ssl);
}
