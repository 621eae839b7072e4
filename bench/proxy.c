/* SPDX-License-Identifier: MIT */
/*
 * proxy [--delay MS] [--turns MS] [--log FILE] NAME=HOST:PORT...: forwards
 * connections from a free port of 127.0.0.1 each, to see what a client is like
 * on a long way.
 *
 * --delay MS  every byte takes that long, in each direction, and a connection
 *             takes the time of its handshake (which loopback does at once)
 * --turns MS  one side is heard at a time: what it says is passed on when it
 *             has been silent that long. So the turns are counted alike on any
 *             machine, as long as nobody thinks longer between two words.
 * --log FILE  a line for each connection that has ended: "NAME TRIPS SENT
 *             RECEIVED". TRIPS are the round trips that the client has waited
 *             for: one for the connection, one for each answer.
 *
 * Says "listening NAME PORT" for each, then "ready"; runs until its standard
 * input or its parent ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LISTENERS_MAX 64
#define EVENTS_MAX    64
#define CHUNK         16384

enum side { CLIENT, SERVER };

/* Bytes under way, or with `len` 0 the end of one direction. */
struct parcel {
    struct parcel *next;
    int64_t due;
    size_t len, sent;
    char bytes[];
};

struct way {
    struct parcel *first, *last;
    bool ended; /* no more will come */
    bool shut;  /* and that was passed on */
};

struct link {
    struct link *next, *prev;
    const struct listener *listener;
    int fds[2];
    struct way from[2]; /* what that side said */
    int64_t begun;      /* when the handshake is over, to the client */
    int64_t heard;      /* the last word of the side whose turn it is */
    enum side speaker;
    unsigned turns; /* of the server */
    size_t bytes[2];
    bool over;
    struct handle {
        struct link *link;
        enum side side;
    } handles[2];
};

struct listener {
    char name[64], host[256], port[16];
    int fd;
};

static struct {
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    struct link *links;
    int64_t delay, turns;
    const char *log;
    int epoll;
} proxy;

static void die(const char *what)
{
    fprintf(stderr, "proxy: %s\n", what);
    exit(1);
}

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -- connections ----------------------------------------------------------- */

static int dial(const struct listener *l)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int fd = -1, one = 1;

    if (getaddrinfo(l->host, l->port, &hints, &list) != 0)
        return -1;
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static void watch(struct link *link, enum side side)
{
    struct epoll_event event = {.events = EPOLLIN,
                                .data.ptr = &link->handles[side]};

    link->handles[side] = (struct handle){link, side};
    epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, link->fds[side], &event);
}

static void take(const struct listener *l)
{
    struct link *link = calloc(1, sizeof(*link));
    int one = 1;

    if (!link)
        die("out of memory");
    link->listener = l;
    link->fds[CLIENT] = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    link->fds[SERVER] = -1;
    link->begun = now() + 2 * proxy.delay;
    link->heard = now();
    if (link->fds[CLIENT] < 0) {
        free(link);
        return;
    }
    setsockopt(link->fds[CLIENT], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    link->next = proxy.links;
    if (link->next)
        link->next->prev = link;
    proxy.links = link;
    watch(link, CLIENT);
}

/* The server hears of the client when the handshake's last packet is there. */
static void reach_server(struct link *link)
{
    link->fds[SERVER] = dial(link->listener);
    if (link->fds[SERVER] < 0)
        link->over = true;
    else
        watch(link, SERVER);
}

static void end_link(struct link *link)
{
    FILE *f = proxy.log ? fopen(proxy.log, "a") : NULL;

    if (f) {
        fprintf(f, "%s %u %zu %zu\n", link->listener->name, 1 + link->turns,
                link->bytes[CLIENT], link->bytes[SERVER]);
        fclose(f);
    }
    for (int side = 0; side < 2; side++) {
        for (struct parcel *p = link->from[side].first; p;) {
            struct parcel *gone = p;

            p = p->next;
            free(gone);
        }
        if (link->fds[side] >= 0)
            close(link->fds[side]);
    }
    if (link->prev)
        link->prev->next = link->next;
    else
        proxy.links = link->next;
    if (link->next)
        link->next->prev = link->prev;
    free(link);
}

/* -- bytes ----------------------------------------------------------------- */

static void post(struct link *link, enum side side, const char *bytes,
                 size_t len)
{
    struct parcel *p = malloc(sizeof(*p) + len);
    int64_t said = now();

    if (!p)
        die("out of memory");
    if (side == CLIENT && said < link->begun)
        said = link->begun;
    *p = (struct parcel){.due = said + proxy.delay, .len = len};
    memcpy(p->bytes, bytes, len);
    if (link->from[side].last)
        link->from[side].last->next = p;
    else
        link->from[side].first = p;
    link->from[side].last = p;
}

/* An answer counts when the server begins to speak (its greeting, too) and the
 * client is still there to hear it. */
static void count(struct link *link, enum side side)
{
    if (side == SERVER && link->speaker == CLIENT && !link->from[CLIENT].ended)
        link->turns++;
    link->speaker = side;
    link->heard = now();
}

static void hear(struct link *link, enum side side)
{
    char bytes[CHUNK];
    ssize_t n = recv(link->fds[side], bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        count(link, side);
        link->bytes[side] += (size_t)n;
        post(link, side, bytes, (size_t)n);
        return;
    }
    epoll_ctl(proxy.epoll, EPOLL_CTL_DEL, link->fds[side], NULL);
    link->from[side].ended = true;
    post(link, side, "", 0);
}

static bool may_pass(const struct link *link, enum side side,
                     const struct parcel *p, int64_t when)
{
    if (link->fds[!side] < 0 || p->due > when)
        return false;
    return !proxy.turns || link->speaker != side ||
           when - link->heard >= proxy.turns;
}

static void pass_on(struct link *link, enum side side, int64_t when)
{
    struct way *way = &link->from[side];
    struct parcel *p;

    while ((p = way->first) && may_pass(link, side, p, when)) {
        ssize_t n = 0;

        if (p->len) {
            n = send(link->fds[!side], p->bytes + p->sent, p->len - p->sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
        } else {
            shutdown(link->fds[!side], SHUT_WR);
            way->shut = true;
        }
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            link->over = true;
        p->sent += n > 0 ? (size_t)n : 0;
        if (n >= 0 && p->sent < p->len)
            continue;
        way->first = p->next;
        if (!way->first)
            way->last = NULL;
        free(p);
    }
}

/* -- running --------------------------------------------------------------- */

/* Microseconds until something is due; -1: nothing is. */
static int64_t patience(int64_t when)
{
    int64_t wait = -1;

    for (struct link *link = proxy.links; link; link = link->next)
        for (int side = 0; side < 2; side++) {
            const struct parcel *p = link->from[side].first;
            int64_t due = link->fds[SERVER] < 0 ? link->begun + proxy.delay
                          : p                   ? p->due
                                                : INT64_MAX;

            if (p && proxy.turns && link->speaker == (enum side)side &&
                link->heard + proxy.turns > due)
                due = link->heard + proxy.turns;
            if (due == INT64_MAX)
                continue;
            due = due > when ? due - when : 0;
            if (wait < 0 || due < wait)
                wait = due;
        }
    return wait;
}

static void run_links(void)
{
    int64_t when = now();

    for (struct link *link = proxy.links, *next; link; link = next) {
        next = link->next;
        if (link->fds[SERVER] < 0 && when >= link->begun + proxy.delay)
            reach_server(link);
        pass_on(link, CLIENT, when);
        pass_on(link, SERVER, when);
        if (link->over ||
            (link->from[CLIENT].shut &&
             (link->from[SERVER].shut || link->from[SERVER].ended)) ||
            (link->from[SERVER].shut && link->from[CLIENT].ended))
            end_link(link);
    }
}

static void open_listener(struct listener *l, const char *spec)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(here);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = l};

    if (sscanf(spec, "%63[^=]=%255[^:]:%15s", l->name, l->host, l->port) != 3)
        die("a listener is NAME=HOST:PORT");
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&here, len) != 0 ||
        listen(l->fd, 1024) != 0 ||
        getsockname(l->fd, (struct sockaddr *)&here, &len) != 0)
        die("no free port on 127.0.0.1");
    printf("listening %s %u\n", l->name, ntohs(here.sin_port));
    epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, l->fd, &event);
}

static bool is_listener(const void *ptr)
{
    const struct listener *l = ptr;

    return l >= proxy.listeners && l < proxy.listeners + LISTENERS_MAX;
}

static void run(void)
{
    struct epoll_event events[EVENTS_MAX];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    for (;;) {
        int64_t wait = patience(now());
        int n = epoll_wait(proxy.epoll, events, EVENTS_MAX,
                           wait < 0 ? -1 : (int)((wait + 999) / 1000));

        for (int i = 0; i < n; i++) {
            struct handle *handle = events[i].data.ptr;
            char byte;

            if (!handle) {
                if (read(STDIN_FILENO, &byte, 1) <= 0)
                    return;
            } else if (is_listener(handle)) {
                take((const struct listener *)(const void *)handle);
            } else {
                hear(handle->link, handle->side);
            }
        }
        run_links();
    }
}

static int64_t milliseconds(const char *text)
{
    return (int64_t)strtol(text, NULL, 10) * 1000;
}

int main(int argc, char **argv)
{
    int i = 1;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    proxy.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--delay") == 0)
            proxy.delay = milliseconds(argv[i + 1]);
        else if (strcmp(argv[i], "--turns") == 0)
            proxy.turns = milliseconds(argv[i + 1]);
        else if (strcmp(argv[i], "--log") == 0)
            proxy.log = argv[i + 1];
        else
            die("--delay MS, --turns MS, --log FILE");
    }
    for (; i < argc && proxy.listener_count < LISTENERS_MAX; i++)
        open_listener(&proxy.listeners[proxy.listener_count++], argv[i]);
    puts("ready");
    fflush(stdout);
    run();
    return 0;
}
