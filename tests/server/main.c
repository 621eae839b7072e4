/* SPDX-License-Identifier: MIT */
/*
 * mailserver --pki DIR [--log FILE] [--user U] [--password P] [--token T]
 *            [--name HOST=RECORD] ...
 * NAME=PROTOCOL:SECURITY:CERTIFICATE[:FAULT]
 *            ...
 *
 * With no listener it only makes the certificates. With --name it is a name
 * server too, which knows just these ("listening dns PORT").
 *
 * PROTOCOL imap pop3 smtp http; SECURITY tls starttls none; CERTIFICATE one of
 * the PEM files that it makes in DIR; FAULT one of fault_words[], or KIND@STAGE
 * by the tables in fault.c, or auth=MECHANISMS (see sasl.c); of http
 * oauth=WORDS (see oauth.c); or several with commas between them. Says
 * "listening NAME PORT" for each, then "ready", and runs until its standard
 * input or its parent ends.
 */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTENERS_MAX 2048

static const char *const fault_words[FAULT_COUNT] = {
    [NO_FAULT] = "none",
    [MUTE] = "mute",
    [DRIP] = "drip",
    [GARBAGE] = "garbage",
    [ENDLESS] = "endless",
    [NUL_BYTE] = "nul",
    [ESCAPES] = "escapes",
    [CLOSE_CONNECT] = "close-connect",
    [RESET] = "reset",
    [CLOSE_GREETING] = "close-greeting",
    [CLOSE_STARTTLS] = "close-starttls",
    [CLOSE_TLS] = "close-tls",
    [CLOSE_LOGIN] = "close-login",
    [NO_STARTTLS] = "no-starttls",
    [REFUSE_STARTTLS] = "refuse-starttls",
    [PLAIN_STARTTLS] = "plain-starttls",
    [INJECT] = "inject",
    [PREAUTH] = "preauth",
    [BAD_LOGIN] = "bad-login",
    [UNAVAILABLE] = "unavailable",
    [NO_PLAIN] = "no-plain",
    [LOGIN_DISABLED] = "login-disabled",
    [BAD_MAILBOX] = "bad-mailbox",
    [BYE] = "bye",
    [BARE] = "bare",
    [OLD_TLS] = "old-tls",
    [OLDEST_TLS] = "oldest-tls",
    [NO_CIPHER] = "no-cipher",
    [CLIENT_CERT] = "client-cert",
    [CLIENT_CERT_12] = "client-cert-12",
    [ASK_CERT] = "ask-cert",
    [ASK_CERT_12] = "ask-cert-12",
    [RUBBISH_CERT] = "rubbish-cert",
};

static void die(const char *what)
{
    fprintf(stderr, "mailserver: %s\n", what);
    exit(1);
}

static void parse_fault(struct listener *l, const char *fault)
{
    for (int i = 0; i < FAULT_COUNT; i++)
        if (strcmp(fault_words[i], fault) == 0) {
            l->fault = (enum fault)i;
            return;
        }
    if (strncmp(fault, "auth=", 5) == 0)
        snprintf(l->mechanisms, sizeof(l->mechanisms), "%.127s", fault + 5);
    else if (strncmp(fault, "oauth=", 6) == 0)
        snprintf(l->words, sizeof(l->words), "%.127s", fault + 6);
    else if (!stage_fault_parse(&l->stage_fault, fault))
        die("unknown fault");
}

static void parse_listener(const char *spec, struct listener *l)
{
    char protocol[16] = "", security[16] = "", fault[140] = "none", *rest;

    *l = (struct listener){.fds = {-1, -1}};
    if (sscanf(spec, "%63[^=]=%15[^:]:%15[^:]:%63[^:]:%139s", l->name, protocol,
               security, l->kind, fault) < 4)
        die("a listener is NAME=PROTOCOL:SECURITY:CERTIFICATE[:FAULT]");
    l->protocol = protocol[0];
    l->tls = strcmp(security, "tls") == 0;
    l->starttls = strcmp(security, "starttls") == 0;
    for (char *one = strtok_r(fault, ",", &rest); one;
         one = strtok_r(NULL, ",", &rest))
        parse_fault(l, one);
    if (l->protocol == 'h')
        l->oauth = oauth_state_new();
}

static int bind_to(int family, unsigned port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr *address =
        family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
    socklen_t len = family == AF_INET ? sizeof(v4) : sizeof(v6);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (bind(fd, address, len) == 0 && listen(fd, 64) == 0)
        return fd;
    close(fd);
    return -1;
}

/* 127.0.0.1 on a free port, and ::1 on the same where there is IPv6. */
static void open_listener(struct listener *l)
{
    struct sockaddr_in v4 = {0};
    socklen_t len = sizeof(v4);

    l->fds[0] = bind_to(AF_INET, 0);
    if (l->fds[0] < 0 ||
        getsockname(l->fds[0], (struct sockaddr *)&v4, &len) != 0)
        die("no free port on 127.0.0.1");
    l->port = ntohs(v4.sin_port);
    l->fds[1] = bind_to(AF_INET6, l->port);
    printf("listening %s %u\n", l->name, l->port);
}

static void serve(const struct listener *l, const struct options *options,
                  int fd)
{
    struct connection c = {.listener = l, .options = options, .fd = fd};

    alarm(120);
    if (l->fault == MUTE || l->fault == RESET || l->fault == CLOSE_CONNECT) {
        greeting_fault(&c);
        _exit(0);
    }
    if (l->tls && !start_tls(&c))
        _exit(0);
    if (l->protocol == 'h' || !greeting_fault(&c)) {
        if (l->protocol == 'i')
            serve_imap(&c);
        else if (l->protocol == 'p')
            serve_pop3(&c);
        else if (l->protocol == 'h')
            serve_http(&c);
        else
            serve_smtp(&c);
    }
    leave(&c);
}

static void take(const struct listener *l, const struct options *options,
                 int fd)
{
    int client = accept(fd, NULL, NULL), one = 1;

    if (client < 0)
        return;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(l, options, client);
    }
    close(client);
}

static void run(struct listener *listeners, size_t count,
                const struct options *options)
{
    struct pollfd fds[2 * LISTENERS_MAX + 1];
    size_t n = 0;
    unsigned port;
    int dns = dns_open(&port);

    dns_know_ports(listeners, count);
    if (dns >= 0)
        printf("listening dns %u\n", port);
    puts("ready");
    fflush(stdout);
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 2; k++)
            fds[n++] = (struct pollfd){listeners[i].fds[k], POLLIN, 0};
    fds[n] = (struct pollfd){dns, POLLIN, 0}; /* -1 is passed over */
    for (;;) {
        if (poll(fds, n + 1, -1) < 0 && errno != EINTR)
            die("poll");
        if (fds[n].revents & POLLIN)
            dns_answer(dns, options);
        for (size_t i = 0; i < n; i++)
            if (fds[i].revents & POLLIN)
                take(&listeners[i / 2], options, fds[i].fd);
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;
    struct options options = {
        .user = "ann", .password = "secret", .token = "t0ken"};
    static struct listener listeners[LISTENERS_MAX];
    size_t count = 0;

    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--pki") == 0 && i + 1 < argc)
            options.pki = argv[++i];
        else if (strcmp(argv[i], "--log") == 0 && i + 1 < argc)
            options.log = argv[++i];
        else if (strcmp(argv[i], "--name") == 0 && i + 1 < argc) {
            if (!dns_add(argv[++i]))
                die("a name is HOST=ADDRESS, =mx:N:HOST or =srv:N:N:PORT:HOST");
        } else if (strcmp(argv[i], "--user") == 0 && i + 1 < argc)
            options.user = argv[++i];
        else if (strcmp(argv[i], "--password") == 0 && i + 1 < argc)
            options.password = argv[++i];
        else if (strcmp(argv[i], "--token") == 0 && i + 1 < argc)
            options.token = argv[++i];
        else if (count < LISTENERS_MAX)
            parse_listener(argv[i], &listeners[count++]);
    }
    if (!options.pki)
        die("--pki DIR is needed");
    mkdir(options.pki, 0700);
    if (!pki_make(options.pki))
        die("the certificates cannot be written");
    for (size_t i = 0; i < count; i++)
        open_listener(&listeners[i]);
    if (count == 0)
        return 0;
    tls_warm_up(options.pki);
    run(listeners, count, &options);
}
