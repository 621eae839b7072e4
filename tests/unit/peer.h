/* SPDX-License-Identifier: MIT */
/*
 * peer: a server that plays a script, in a child process on loopback. One
 * script a connection, one after another; the last one is played again for
 * all that follow.
 *
 *   "S text"   sends the text and CR LF          "R text"  without CR LF
 *   "H text"   hears a line, which must begin so; else it hangs up
 *   "T"        TLS handshake                     "Z"       waits for the end
 *   "W ms"     waits                             "X"       resets
 *   "D text"   sends a byte each 50 ms, over and over
 *   "P n"      sends n bytes of a pattern        "E"       sends back all that
 *   "N"        sends its end (close_notify)                comes, then its end
 *   "A"        a TLS alert: handshake failure    "B"       TLS 1.2 with a
 *                                                 certificate of rubbish
 *
 * All that it hears, inside TLS too, can be read by the test.
 */
#ifndef POSTSEAL_TESTS_UNIT_PEER_H
#define POSTSEAL_TESTS_UNIT_PEER_H

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define PEER_LINES 40
#define PEER_HEARD 65536

/* -- certificates ---------------------------------------------------------- */

struct peer_pki {
    EVP_PKEY *ca_key, *key;
    X509 *ca, *good, *self;
};

static inline X509 *peer_certificate(EVP_PKEY *key, const char *name,
                                     const char *alt, X509 *issuer,
                                     EVP_PKEY *issuer_key, const EVP_MD *digest)
{
    X509 *x = X509_new();
    X509_NAME *subject = X509_get_subject_name(x);
    X509V3_CTX ctx;
    static long serial = 1;

    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -86400);
    X509_gmtime_adj(X509_getm_notAfter(x), 90L * 86400);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(x, key);
    X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
    X509_EXTENSION *e =
        alt ? X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, alt)
            : X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints,
                                  "critical,CA:TRUE");
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    X509_sign(x, issuer_key, digest);
    return x;
}

static inline void peer_pki_make(struct peer_pki *pki)
{
    const char *names = "IP:127.0.0.1,DNS:localhost";

    pki->ca_key = EVP_EC_gen("P-256");
    pki->key = EVP_EC_gen("P-256");
    pki->ca = peer_certificate(pki->ca_key, "Test CA", NULL, NULL, pki->ca_key,
                               EVP_sha256());
    pki->good = peer_certificate(pki->key, "localhost", names, pki->ca,
                                 pki->ca_key, EVP_sha256());
    pki->self = peer_certificate(pki->key, "localhost", names, NULL, pki->key,
                                 EVP_sha256());
}

static inline void peer_pki_free(struct peer_pki *pki)
{
    X509_free(pki->ca);
    X509_free(pki->good);
    X509_free(pki->self);
    EVP_PKEY_free(pki->ca_key);
    EVP_PKEY_free(pki->key);
}

/* -- the server ------------------------------------------------------------ */

enum peer_tls { PEER_GOOD, PEER_SELF };

struct peer_terms {
    enum peer_tls certificate;
    int max_version;             /* 0: any */
    bool old;                    /* TLS 1.1 and older only */
    bool wants_certificate;      /* of the client; none will do */
    bool asks_certificate;       /* any will do; "client NAME" is noted */
    X509 *own;                   /* another certificate ... */
    EVP_PKEY *own_key;           /* ... and its key */
    const unsigned char *staple; /* an OCSP answer to send along, or NULL */
    size_t staple_len;
};

struct peer {
    pid_t pid;
    unsigned port;
    char *heard; /* shared */
};

struct peer_connection {
    int fd;
    SSL *ssl;
    SSL_CTX *ctx;
    char *heard;
};

static inline bool peer_send(struct peer_connection *c, const void *bytes,
                             size_t len)
{
    size_t put;

    if (c->ssl)
        return SSL_write_ex(c->ssl, bytes, len, &put) == 1;
    return send(c->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static inline bool peer_byte(struct peer_connection *c, char *byte)
{
    size_t got, at = strlen(c->heard);

    if (c->ssl ? SSL_read_ex(c->ssl, byte, 1, &got) != 1
               : recv(c->fd, byte, 1, 0) != 1)
        return false;
    /* Only text counts; a ClientHello is dropped. */
    if (*byte && at + 1 < PEER_HEARD)
        c->heard[at] = *byte;
    return true;
}

static inline bool peer_hear(struct peer_connection *c, const char *wanted)
{
    char line[4096];
    size_t n = 0;

    while (n + 1 < sizeof(line) && peer_byte(c, &line[n])) {
        if (line[n] == '\n') {
            line[n] = '\0';
            return strncmp(line, wanted, strlen(wanted)) == 0;
        }
        n++;
    }
    return false;
}

static inline int peer_take_any(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

static inline void peer_note_client(struct peer_connection *c)
{
    X509 *x509 = SSL_get0_peer_certificate(c->ssl);
    char name[100] = "-";

    if (x509)
        X509_NAME_get_text_by_NID(X509_get_subject_name(x509), NID_commonName,
                                  name, sizeof(name));
    if (SSL_get_verify_mode(c->ssl) == SSL_VERIFY_PEER)
        snprintf(c->heard + strlen(c->heard), 120, "client %s\n", name);
}

/* Which name the client asked for is noted as "sni NAME". */
static inline bool peer_start_tls(struct peer_connection *c)
{
    const char *name;
    bool ok;

    c->ssl = SSL_new(c->ctx);
    SSL_set_fd(c->ssl, c->fd);
    ok = SSL_accept(c->ssl) == 1;
    name = SSL_get_servername(c->ssl, TLSEXT_NAMETYPE_host_name);
    snprintf(c->heard + strlen(c->heard), 300, "sni %s\n", name ? name : "-");
    if (ok)
        peer_note_client(c);
    return ok;
}

/* ServerHello (TLS 1.2, renegotiation_info) and a certificate of six bytes
 * that are no DER. */
static inline void peer_send_rubbish(struct peer_connection *c)
{
    unsigned char bytes[128] = {22, 3, 3, 0, 0};
    size_t n = 5;
    static const unsigned char extensions[] = {0, 5, 0xff, 1, 0, 1, 0};
    static const unsigned char certificate[] = {
        11, 0, 0, 12, 0, 0, 9, 0, 0, 6, 'n', 'o', ' ', 'D', 'E', 'R'};

    bytes[n++] = 2; /* ServerHello */
    bytes[n++] = 0;
    bytes[n++] = 0;
    bytes[n++] = 2 + 32 + 1 + 2 + 1 + sizeof(extensions);
    bytes[n++] = 3;
    bytes[n++] = 3;
    n += 32; /* random */
    bytes[n++] = 0;
    bytes[n++] = 0xc0; /* ECDHE-ECDSA-AES128-GCM-SHA256 */
    bytes[n++] = 0x2b;
    bytes[n++] = 0;
    memcpy(bytes + n, extensions, sizeof(extensions));
    n += sizeof(extensions);
    memcpy(bytes + n, certificate, sizeof(certificate));
    n += sizeof(certificate);
    bytes[4] = (unsigned char)(n - 5);
    peer_send(c, bytes, n);
}

static inline void peer_drip(struct peer_connection *c, const char *text)
{
    for (size_t i = 0; peer_send(c, &text[i % strlen(text)], 1); i++)
        usleep(50000);
}

/* The i-th byte of a long text in which no part is like another. */
static inline unsigned char peer_pattern(size_t i)
{
    return (unsigned char)(i * 31 + i / 251 + i / 65521);
}

static inline bool peer_send_pattern(struct peer_connection *c, size_t count)
{
    static unsigned char bytes[16384];

    for (size_t done = 0; done < count;) {
        size_t n = count - done;

        if (n > sizeof(bytes))
            n = sizeof(bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = peer_pattern(done + i);
        if (!peer_send(c, bytes, n))
            return false;
        done += n;
    }
    return true;
}

static inline void peer_echo(struct peer_connection *c)
{
    static char bytes[16384];
    size_t got;

    while (SSL_read_ex(c->ssl, bytes, sizeof(bytes), &got) == 1 &&
           peer_send(c, bytes, got))
        ;
    SSL_shutdown(c->ssl);
}

static inline bool peer_step(struct peer_connection *c, const char *line)
{
    static const char alert[] = {21, 3, 3, 0, 2, 2, 40};
    struct linger now = {.l_onoff = 1};
    char byte;

    switch (line[0]) {
    case 'S':
    case 'R': {
        char text[8192];
        int len = snprintf(text, sizeof(text), "%s%s", line + 2,
                           line[0] == 'S' ? "\r\n" : "");

        return peer_send(c, text, (size_t)len);
    }
    case 'H':
        return peer_hear(c, line + 2);
    case 'T':
        return peer_start_tls(c);
    case 'W':
        usleep((useconds_t)strtoul(line + 2, NULL, 10) * 1000);
        return true;
    case 'D':
        peer_drip(c, line + 2);
        return true;
    case 'P':
        return peer_send_pattern(c, strtoul(line + 2, NULL, 10));
    case 'E':
        peer_echo(c);
        return true;
    case 'N':
        SSL_shutdown(c->ssl);
        return true;
    case 'A':
        return peer_send(c, alert, sizeof(alert));
    case 'B':
        peer_send_rubbish(c);
        return true;
    case 'X':
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        return false;
    default: /* Z */
        while (peer_byte(c, &byte))
            ;
        return true;
    }
}

static inline int peer_staple(SSL *ssl, void *arg)
{
    const struct peer_terms *terms = arg;
    unsigned char *copy;

    if (!terms->staple)
        return SSL_TLSEXT_ERR_NOACK;
    copy = OPENSSL_memdup(terms->staple, terms->staple_len);
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, (int)terms->staple_len);
    return SSL_TLSEXT_ERR_OK;
}

static inline SSL_CTX *peer_context(const struct peer_pki *pki,
                                    const struct peer_terms *terms)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(ctx, 0);
    if (terms->own) {
        SSL_CTX_use_certificate(ctx, terms->own);
        SSL_CTX_use_PrivateKey(ctx, terms->own_key);
    } else {
        SSL_CTX_use_certificate(
            ctx, terms->certificate == PEER_GOOD ? pki->good : pki->self);
        SSL_CTX_use_PrivateKey(ctx, pki->key);
    }
    SSL_CTX_set_tlsext_status_cb(ctx, peer_staple);
    SSL_CTX_set_tlsext_status_arg(ctx, (void *)terms);
    SSL_CTX_set_min_proto_version(ctx, 0);
    SSL_CTX_set_max_proto_version(ctx, terms->old ? TLS1_1_VERSION
                                                  : terms->max_version);
    if (terms->wants_certificate)
        SSL_CTX_set_verify(
            ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (terms->asks_certificate)
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, peer_take_any);
    return ctx;
}

static inline void peer_serve(int listener, SSL_CTX *ctx, char *heard,
                              const char *const (*scripts)[PEER_LINES],
                              size_t count)
{
    for (size_t k = 0;; k++) {
        struct peer_connection c = {.ctx = ctx, .heard = heard};
        const char *const *script = scripts[k < count ? k : count - 1];

        c.fd = accept(listener, NULL, NULL);
        if (c.fd < 0)
            _exit(0);
        for (size_t i = 0; i < PEER_LINES && script[i]; i++)
            if (!peer_step(&c, script[i]))
                break;
        SSL_free(c.ssl);
        close(c.fd);
    }
}

static inline void peer_start(struct peer *peer, const struct peer_pki *pki,
                              const struct peer_terms *terms,
                              const char *const (*scripts)[PEER_LINES],
                              size_t count)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    peer->heard = mmap(NULL, PEER_HEARD, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    getsockname(fd, (struct sockaddr *)&sa, &len);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    peer->port = ntohs(sa.sin_port);
    peer->pid = fork();
    assert_true(peer->pid >= 0);
    if (peer->pid == 0) {
        alarm(60);
        signal(SIGPIPE, SIG_IGN);
        peer_serve(fd, peer_context(pki, terms), peer->heard, scripts, count);
    }
    close(fd);
}

static inline void peer_stop(struct peer *peer)
{
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    munmap(peer->heard, PEER_HEARD);
}

/* A port where nothing listens. */
static inline unsigned peer_free_port(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
    getsockname(fd, (struct sockaddr *)&sa, &len);
    close(fd);
    return ntohs(sa.sin_port);
}

#endif
