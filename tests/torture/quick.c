/* SPDX-License-Identifier: MIT */
/*
 * quick WORKERS NAME=PROTOCOL:SECURITY:PEM...: a mail server that answers
 * everything with yes, and cheaply: the processes are there before anybody
 * comes, each with its certificate loaded, and serve one connection after
 * another. tests/server makes a process a connection, which costs ten times as
 * much; it is for servers that misbehave.
 *
 * PROTOCOL imap pop3 smtp; SECURITY tls starttls none; PEM holds chain and key.
 * Says "listening NAME PORT" for each, then "ready"; its processes end with it.
 */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct place {
    char name[32], protocol[8], security[12], pem[400];
    SSL_CTX *tls;
    int fd;
};

/* What is there about a connection: a filter that reads lines, and below it the
 * socket, perhaps with TLS between. */
struct client {
    const struct place *place;
    BIO *lines;
    bool secure;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "quick: %s\n", what);
    exit(1);
}

static bool upgrade(struct client *c)
{
    BIO *socket = BIO_pop(c->lines), *tls = BIO_new_ssl(c->place->tls, 0);

    BIO_push(c->lines, BIO_push(tls, socket));
    c->secure = true;
    return BIO_do_handshake(tls) == 1;
}

static bool is(const char *line, const char *command)
{
    return strncasecmp(line, command, strlen(command)) == 0;
}

static void imap(struct client *c, char *line)
{
    size_t tag = strcspn(line, " ");
    const char *command = line[tag] ? line + tag + 1 : "";

    if (is(command, "LOGOUT"))
        BIO_puts(c->lines, "* BYE\r\n");
    if (is(command, "CAPABILITY"))
        BIO_printf(c->lines, "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN%s\r\n",
                   c->secure ? "" : " STARTTLS");
    BIO_printf(c->lines, "%.*s OK done\r\n", (int)tag, line);
}

static void pop3(struct client *c, char *line)
{
    BIO_puts(c->lines, is(line, "CAPA")   ? "+OK\r\nSASL PLAIN\r\nSTLS\r\n.\r\n"
                       : is(line, "STAT") ? "+OK 0 0\r\n"
                                          : "+OK\r\n");
}

static void smtp(struct client *c, char *line)
{
    if (is(line, "EHLO"))
        BIO_printf(c->lines, "250-localhost\r\n250-AUTH PLAIN\r\n250 %s\r\n",
                   c->secure ? "HELP" : "STARTTLS");
    else
        BIO_puts(c->lines, is(line, "STARTTLS") ? "220 go\r\n"
                           : is(line, "AUTH")   ? "235 yes\r\n"
                           : is(line, "QUIT")   ? "221 bye\r\n"
                                                : "250 yes\r\n");
}

static void talk(struct client *c)
{
    char protocol = c->place->protocol[0], line[4096];
    int len;

    BIO_puts(c->lines, protocol == 'i'   ? "* OK ready\r\n"
                       : protocol == 'p' ? "+OK ready\r\n"
                                         : "220 ready\r\n");
    BIO_flush(c->lines);
    while ((len = BIO_gets(c->lines, line, sizeof(line))) > 0) {
        bool wants_tls = strstr(line, "STARTTLS") || is(line, "STLS");

        line[strcspn(line, "\r\n")] = '\0';
        (protocol == 'i' ? imap : protocol == 'p' ? pop3 : smtp)(c, line);
        if (BIO_flush(c->lines) != 1 ||
            (wants_tls && !c->secure && !upgrade(c)))
            return;
    }
}

static _Noreturn void work(const struct place *place)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int fd = accept(place->fd, NULL, NULL);
        struct client c = {.place = place};

        if (fd < 0)
            continue;
        c.lines =
            BIO_push(BIO_new(BIO_f_buffer()), BIO_new_socket(fd, BIO_CLOSE));
        if (strcmp(place->security, "tls") != 0 || upgrade(&c))
            talk(&c);
        BIO_free_all(c.lines);
    }
}

static void open_place(struct place *p, const char *spec)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(v4);

    if (sscanf(spec, "%31[^=]=%7[^:]:%11[^:]:%399s", p->name, p->protocol,
               p->security, p->pem) != 4)
        die("a listener is NAME=PROTOCOL:SECURITY:PEM");
    p->tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(p->tls, 0);
    SSL_CTX_set_num_tickets(p->tls, 0);
    SSL_CTX_set_session_cache_mode(p->tls, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_use_certificate_chain_file(p->tls, p->pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(p->tls, p->pem, SSL_FILETYPE_PEM) != 1)
        die("the certificate cannot be used");
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&v4, sizeof(v4)) != 0 ||
        listen(p->fd, 256) != 0 ||
        getsockname(p->fd, (struct sockaddr *)&v4, &len) != 0)
        die("no free port on 127.0.0.1");
    printf("listening %s %u\n", p->name, ntohs(v4.sin_port));
}

int main(int argc, char **argv)
{
    static struct place places[16];
    long workers = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

    if (workers < 1 || workers > 100 || argc - 2 > 16)
        die("WORKERS NAME=PROTOCOL:SECURITY:PEM... are needed");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 2; i < argc; i++)
        open_place(&places[i - 2], argv[i]);
    fflush(stdout);
    for (long i = 0; i < (argc - 2) * workers; i++)
        if (fork() == 0)
            work(&places[i / workers]);
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
