/* SPDX-License-Identifier: MIT */
/* io: lines in and out of one connection, plain or TLS. */
#include "server.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void leave(struct connection *c)
{
    if (c->ssl)
        SSL_shutdown(c->ssl);
    _exit(0);
}

void say_bytes(struct connection *c, const void *bytes, size_t len)
{
    bool ok = c->ssl ? SSL_write(c->ssl, bytes, (int)len) == (int)len
                     : send(c->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;

    if (!ok)
        _exit(0);
}

void say(struct connection *c, const char *format, ...)
{
    char text[8192];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text) - 2, format, args);
    va_end(args);
    memcpy(text + len, "\r\n", 2);
    say_bytes(c, text, (size_t)len + 2);
}

void log_line(const struct connection *c, const char *line)
{
    FILE *f = c->options->log ? fopen(c->options->log, "a") : NULL;

    if (!f)
        return;
    fprintf(f, "%s %s%s\n", c->listener->name, c->ssl ? "" : "(clear) ", line);
    fclose(f);
}

static bool hear_line(struct connection *c, char *line)
{
    char *end;

    while (!(end = memchr(c->buffer, '\n', c->filled))) {
        size_t room = sizeof(c->buffer) - c->filled;
        ssize_t n = !room ? 0
                    : c->ssl
                        ? SSL_read(c->ssl, c->buffer + c->filled, (int)room)
                        : recv(c->fd, c->buffer + c->filled, room, 0);

        if (n <= 0)
            return false;
        c->filled += (size_t)n;
    }
    memcpy(line, c->buffer, (size_t)(end - c->buffer));
    line[end - c->buffer] = '\0';
    c->filled -= (size_t)(end - c->buffer) + 1;
    memmove(c->buffer, end + 1, c->filled);
    line[strcspn(line, "\r")] = '\0';
    log_line(c, line);
    return true;
}

char *hear(struct connection *c)
{
    static char line[16384];

    do
        if (!hear_line(c, line))
            return NULL;
    while (stage_fault_heard(c, line));
    return line;
}

bool hear_bytes(struct connection *c, char *out, size_t len)
{
    while (c->filled < len) {
        size_t room = sizeof(c->buffer) - c->filled;
        ssize_t n = c->ssl ? SSL_read(c->ssl, c->buffer + c->filled, (int)room)
                           : recv(c->fd, c->buffer + c->filled, room, 0);

        if (n <= 0)
            return false;
        c->filled += (size_t)n;
    }
    memcpy(out, c->buffer, len);
    out[len] = '\0';
    c->filled -= len;
    memmove(c->buffer, c->buffer + len, c->filled);
    log_line(c, out);
    return true;
}

/* A ServerHello of TLS 1.2 and a certificate of six bytes that are no DER;
 * never returns. */
static void show_rubbish(struct connection *c)
{
    static const unsigned char head[] = {22, 3, 3, 0, 65, 2, 0, 0, 45, 3, 3};
    static const unsigned char rest[] = {
        0,  0xc0, 0x2b, 0,  0, 5, 0xff, 1, 0, 1, 0, /* end of ServerHello */
        11, 0,    0,    12, 0, 0, 9,    0, 0, 6, 'n', 'o', ' ', 'D', 'E', 'R'};
    unsigned char bytes[sizeof(head) + 32 + sizeof(rest)] = {0};

    memcpy(bytes, head, sizeof(head));
    memcpy(bytes + sizeof(head) + 32, rest, sizeof(rest));
    bytes[4] = sizeof(bytes) - 5;
    recv(c->fd, c->buffer, sizeof(c->buffer), 0); /* the ClientHello */
    say_bytes(c, bytes, sizeof(bytes));
    while (hear(c))
        ;
    leave(c);
}

/* -- the client's certificate ---------------------------------------------- */

static int take_any(int ok, X509_STORE_CTX *ctx)
{
    (void)ok;
    (void)ctx;
    return 1;
}

static bool wants_certificate(const struct connection *c)
{
    return (c->listener->fault >= CLIENT_CERT &&
            c->listener->fault <= ASK_CERT_12) ||
           sasl_has(c, "EXTERNAL");
}

static void want_certificate(const struct connection *c, SSL_CTX *ctx)
{
    enum fault fault = c->listener->fault;
    bool demand = fault == CLIENT_CERT || fault == CLIENT_CERT_12;
    char path[4200];

    if (!wants_certificate(c))
        return;
    snprintf(path, sizeof(path), "%s/ca.pem", c->options->pki);
    SSL_CTX_load_verify_locations(ctx, path, NULL);
    SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(path));
    SSL_CTX_set_verify(
        ctx, SSL_VERIFY_PEER | (demand ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        demand || sasl_has(c, "EXTERNAL") ? NULL : take_any);
    if (fault == CLIENT_CERT_12 || fault == ASK_CERT_12)
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
}

/* "client certificate: CN=Ann", or none. */
static void log_certificate(const struct connection *c)
{
    X509 *x509 = SSL_get0_peer_certificate(c->ssl);
    char name[300] = "none", line[400];

    if (!wants_certificate(c))
        return;
    if (x509)
        X509_NAME_get_text_by_NID(X509_get_subject_name(x509), NID_commonName,
                                  name, sizeof(name));
    snprintf(line, sizeof(line), "client certificate: %s +%d", name,
             x509 ? sk_X509_num(SSL_get_peer_cert_chain(c->ssl)) : 0);
    log_line(c, line);
}

static SSL *end_of_pair(SSL_CTX *ctx, BIO *in, BIO *out)
{
    SSL *ssl = SSL_new(ctx);

    BIO_up_ref(in);
    BIO_up_ref(out);
    SSL_set_bio(ssl, in, out);
    return ssl;
}

void tls_warm_up(const char *pki)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    BIO *there = BIO_new(BIO_s_mem()), *back = BIO_new(BIO_s_mem());
    SSL *client, *server;
    char path[4200];

    snprintf(path, sizeof(path), "%s/good.pem", pki);
    SSL_CTX_use_certificate_chain_file(ctx, path);
    SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM);
    client = end_of_pair(ctx, back, there);
    server = end_of_pair(ctx, there, back);
    for (int i = 0; i < 4; i++) {
        SSL_connect(client);
        SSL_accept(server);
    }
    SSL_free(client);
    SSL_free(server);
    BIO_free(there);
    BIO_free(back);
    SSL_CTX_free(ctx);
    ERR_clear_error();
}

static void limit_tls(const struct listener *l, SSL_CTX *ctx)
{
    if (l->fault == OLD_TLS)
        SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
    if (l->fault == OLDEST_TLS)
        SSL_CTX_set_max_proto_version(ctx, TLS1_VERSION);
    if (l->fault == NO_CIPHER)
        SSL_CTX_set_cipher_list(ctx, "NULL-SHA256");
    if (l->fault == NO_CIPHER || stage_fault_is(l, "renegotiate"))
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
}

bool start_tls(struct connection *c)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    char path[4200];

    stage_fault_before_tls(c);
    if (c->listener->fault == RUBBISH_CERT)
        show_rubbish(c);
    snprintf(path, sizeof(path), "%s/%s.pem", c->options->pki,
             c->listener->kind);
    SSL_CTX_set_security_level(ctx, 0);
    limit_tls(c->listener, ctx);
    if (sasl_has(c, "tls12"))
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    if (sasl_has(c, "noems"))
        SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    want_certificate(c, ctx);
    if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1) {
        fprintf(stderr, "mailserver: %s cannot be used\n", path);
        _exit(1);
    }
    c->ssl = SSL_new(ctx);
    SSL_set_fd(c->ssl, c->fd);
    if (SSL_accept(c->ssl) != 1)
        return false;
    log_certificate(c);
    if (c->listener->fault == CLOSE_TLS)
        leave(c);
    c->filled = 0;
    return true;
}

static size_t decode(const char *base64, unsigned char *out, size_t size)
{
    size_t len = strlen(base64);
    int n;

    if (!len || len % 4 || len / 4 * 3 + 1 > size)
        return 0;
    n = EVP_DecodeBlock(out, (const unsigned char *)base64, (int)len);
    while (n > 0 && len && base64[len - 1] == '=') {
        n--;
        len--;
    }
    if (n < 0)
        return 0;
    out[n] = '\0';
    return (size_t)n;
}

bool base64_is(const char *base64, const char *text)
{
    unsigned char out[1024];
    size_t n = decode(base64, out, sizeof(out));

    return n == strlen(text) && memcmp(out, text, n) == 0;
}

bool plain_is_right(const struct connection *c, const char *base64)
{
    unsigned char out[1024];
    size_t n = decode(base64, out, sizeof(out));
    char wanted[512];
    int len = snprintf(wanted, sizeof(wanted), "%c%s%c%s", 0, c->options->user,
                       0, c->options->password);

    return n == (size_t)len && memcmp(out, wanted, n) == 0;
}
