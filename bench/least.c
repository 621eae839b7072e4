/* SPDX-License-Identifier: MIT */
/*
 * least PORT COUNT CA-FILE: COUNT times what a test cannot do without, by
 * libssl and nothing else, one after another: a handshake with 127.0.0.1, its
 * chain checked, login and inbox of IMAP in one flight. What that costs on a
 * machine is a measure for what postseal costs there.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK   "a LOGIN ann secret\r\nb EXAMINE INBOX\r\n"
#define LEAVE "c LOGOUT\r\n"

static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

/* Reads until `word` has come. */
static bool hear(SSL *ssl, const char *word)
{
    char bytes[8192];
    size_t len = 0, got;

    do {
        if (len + 1 == sizeof(bytes) ||
            !SSL_read_ex(ssl, bytes + len, sizeof(bytes) - 1 - len, &got))
            return false;
        len += got;
        bytes[len] = '\0';
    } while (!strstr(bytes, word));
    return true;
}

static bool say(SSL *ssl, const char *text)
{
    size_t put;

    return SSL_write_ex(ssl, text, strlen(text), &put);
}

static bool once(SSL_CTX *ctx, int port)
{
    int fd = dial(port);
    SSL *ssl = SSL_new(ctx);
    bool ok = fd >= 0 && ssl && SSL_set_fd(ssl, fd) && SSL_connect(ssl) == 1 &&
              hear(ssl, "* OK") && say(ssl, ASK) && hear(ssl, "\nb OK") &&
              say(ssl, LEAVE);

    if (ok)
        SSL_shutdown(ssl);
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
    return ok;
}

int main(int argc, char **argv)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    bool ok = argc == 4 && ctx && SSL_CTX_load_verify_file(ctx, argv[3]);

    if (!ok) {
        fputs("usage: least PORT COUNT CA-FILE\n", stderr);
        return 2;
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    for (long i = strtol(argv[2], NULL, 10); ok && i > 0; i--)
        ok = once(ctx, (int)strtol(argv[1], NULL, 10));
    SSL_CTX_free(ctx);
    return ok ? 0 : 1;
}
