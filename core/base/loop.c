/* SPDX-License-Identifier: MIT */
#include "core/base/loop.h"

#include "core/base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

struct loop_watch {
    struct loop *loop;
    struct loop_watch *next_dead;
    loop_ready *ready;
    void *arg;
    int fd;
    short events;
    bool dead, always; /* always: a file that epoll refuses; is always ready */
};

struct loop_timer {
    struct loop *loop;
    size_t place; /* in the heap */
    int64_t due;
    uint64_t order; /* equal times fire in the order they were set */
    loop_fire *fire;
    void *arg;
};

struct signal_handler {
    loop_signalled *fn;
    void *arg;
};

struct loop {
    int epoll;
    loop_clock *clock;
    void *clock_arg;
    size_t watch_count, always_count;
    struct loop_watch **always;
    struct loop_watch *dead; /* freed when no event can name them any more */
    struct loop_timer **heap;
    size_t timer_count, timer_size;
    uint64_t order;
    struct signal_handler signals[64];
    sigset_t signal_set;
    struct loop_watch *signal_watch;
    int signal_fd;
};

/* -- life ------------------------------------------------------------------ */

static int64_t system_clock(void *arg)
{
    struct timespec now;

    (void)arg;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct loop *loop_new(loop_clock *clock, void *arg)
{
    struct loop *loop = xcalloc(1, sizeof(*loop));

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        abort();
    loop->clock = clock ? clock : system_clock;
    loop->clock_arg = arg;
    loop->signal_fd = -1;
    sigemptyset(&loop->signal_set);
    return loop;
}

static void bury(struct loop *loop)
{
    while (loop->dead) {
        struct loop_watch *watch = loop->dead;

        loop->dead = watch->next_dead;
        free(watch);
    }
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    if (loop->signal_watch) {
        loop_unwatch(loop->signal_watch);
        close(loop->signal_fd);
        sigprocmask(SIG_UNBLOCK, &loop->signal_set, NULL);
    }
    bury(loop);
    for (size_t i = 0; i < loop->timer_count; i++)
        free(loop->heap[i]);
    free(loop->heap);
    free(loop->always);
    close(loop->epoll);
    free(loop);
}

int64_t loop_now(struct loop *loop)
{
    return loop->clock(loop->clock_arg);
}

/* -- file descriptors ------------------------------------------------------ */

static uint32_t to_epoll(short events)
{
    return (events & POLLIN ? (uint32_t)EPOLLIN : 0) |
           (events & POLLOUT ? (uint32_t)EPOLLOUT : 0) |
           (events & POLLPRI ? (uint32_t)EPOLLPRI : 0);
}

static short from_epoll(uint32_t events)
{
    return (short)((events & EPOLLIN ? POLLIN : 0) |
                   (events & EPOLLOUT ? POLLOUT : 0) |
                   (events & EPOLLPRI ? POLLPRI : 0) |
                   (events & EPOLLHUP ? POLLHUP : 0) |
                   (events & EPOLLERR ? POLLERR : 0));
}

struct loop_watch *loop_watch(struct loop *loop, int fd, short events,
                              loop_ready *ready, void *arg)
{
    struct loop_watch *watch = xcalloc(1, sizeof(*watch));
    struct epoll_event event = {.events = to_epoll(events), .data.ptr = watch};

    *watch = (struct loop_watch){
        .loop = loop, .ready = ready, .arg = arg, .fd = fd, .events = events};
    loop->watch_count++;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return watch;
    if (errno != EPERM)
        abort(); /* a closed or doubled descriptor: our own mistake */
    watch->always = true;
    loop->always = xreallocarray(loop->always, loop->always_count + 1,
                                 sizeof(struct loop_watch *));
    loop->always[loop->always_count++] = watch;
    return watch;
}

void loop_watch_events(struct loop_watch *watch, short events)
{
    struct epoll_event event = {.events = to_epoll(events), .data.ptr = watch};

    if (watch->events == events)
        return;
    watch->events = events;
    if (!watch->always)
        epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_unwatch(struct loop_watch *watch)
{
    struct loop *loop;

    if (!watch || watch->dead)
        return;
    loop = watch->loop;
    if (watch->always) {
        size_t i = 0;

        while (loop->always[i] != watch)
            i++;
        loop->always[i] = loop->always[--loop->always_count];
    } else {
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    }
    watch->dead = true;
    watch->next_dead = loop->dead;
    loop->dead = watch;
    loop->watch_count--;
}

/* -- timers: a binary heap ------------------------------------------------- */

static bool sooner(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void put(struct loop *loop, struct loop_timer *timer, size_t place)
{
    loop->heap[place] = timer;
    timer->place = place;
}

static void sift_up(struct loop *loop, struct loop_timer *timer, size_t place)
{
    while (place > 0 && sooner(timer, loop->heap[(place - 1) / 2])) {
        put(loop, loop->heap[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    put(loop, timer, place);
}

static void sift_down(struct loop *loop, struct loop_timer *timer, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;

        if (child >= loop->timer_count)
            break;
        if (child + 1 < loop->timer_count &&
            sooner(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!sooner(loop->heap[child], timer))
            break;
        put(loop, loop->heap[child], place);
        place = child;
    }
    put(loop, timer, place);
}

struct loop_timer *loop_after(struct loop *loop, int64_t ms, loop_fire *fire,
                              void *arg)
{
    struct loop_timer *timer = xcalloc(1, sizeof(*timer));

    *timer = (struct loop_timer){.loop = loop,
                                 .due = loop_now(loop) + (ms > 0 ? ms : 0),
                                 .order = loop->order++,
                                 .fire = fire,
                                 .arg = arg};
    if (loop->timer_count == loop->timer_size) {
        loop->timer_size = loop->timer_size ? 2 * loop->timer_size : 16;
        loop->heap = xreallocarray(loop->heap, loop->timer_size,
                                   sizeof(struct loop_timer *));
    }
    sift_up(loop, timer, loop->timer_count++);
    return timer;
}

static void take_out(struct loop_timer *timer)
{
    struct loop *loop = timer->loop;
    struct loop_timer *last = loop->heap[--loop->timer_count];

    if (last == timer)
        return;
    if (sooner(last, timer))
        sift_up(loop, last, timer->place);
    else
        sift_down(loop, last, timer->place);
}

void loop_cancel(struct loop_timer *timer)
{
    if (!timer)
        return;
    take_out(timer);
    free(timer);
}

static void fire_due(struct loop *loop)
{
    int64_t now = loop_now(loop);
    uint64_t until = loop->order; /* those set by a callback wait a turn */

    /* The analyser does not see that take_out() fills the first place anew. */
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    while (loop->timer_count && loop->heap[0]->due <= now &&
           loop->heap[0]->order < until) {
        struct loop_timer *timer = loop->heap[0];
        loop_fire *fire = timer->fire;
        void *arg = timer->arg;

        take_out(timer);
        assert(!loop->timer_count || loop->heap[0] != timer);
        free(timer);
        fire(arg);
    }
}

/* -- signals --------------------------------------------------------------- */

static void signals_ready(void *arg, short revents)
{
    struct loop *loop = arg;
    struct signalfd_siginfo info;

    (void)revents;
    while (read(loop->signal_fd, &info, sizeof(info)) ==
           (ssize_t)sizeof(info)) {
        struct signal_handler *handler = &loop->signals[info.ssi_signo % 64];

        if (handler->fn)
            handler->fn(handler->arg, (int)info.ssi_signo);
    }
}

bool loop_signal(struct loop *loop, int signo, loop_signalled *fn, void *arg)
{
    if (signo <= 0 || signo >= 64)
        return false;
    loop->signals[signo] = (struct signal_handler){fn, arg};
    sigaddset(&loop->signal_set, signo);
    if (sigprocmask(SIG_BLOCK, &loop->signal_set, NULL) != 0)
        return false;
    loop->signal_fd = signalfd(loop->signal_fd, &loop->signal_set,
                               SFD_NONBLOCK | SFD_CLOEXEC);
    if (loop->signal_fd < 0)
        return false;
    if (!loop->signal_watch) {
        loop->signal_watch =
            loop_watch(loop, loop->signal_fd, POLLIN, signals_ready, loop);
        loop->watch_count--; /* a signal alone is nothing to wait for */
    }
    return true;
}

/* -- turning --------------------------------------------------------------- */

static int patience(struct loop *loop, int max_ms)
{
    int64_t wait = -1;

    if (loop->always_count)
        return 0;
    if (loop->timer_count) {
        wait = loop->heap[0]->due - loop_now(loop);
        if (wait < 0)
            wait = 0;
        if (wait > 3600000)
            wait = 3600000;
    }
    if (max_ms >= 0 && (wait < 0 || wait > max_ms))
        wait = max_ms;
    return (int)wait;
}

static void run_always(struct loop *loop)
{
    for (size_t i = 0; i < loop->always_count; i++) {
        struct loop_watch *watch = loop->always[i];

        if (watch->events)
            watch->ready(watch->arg, watch->events);
    }
}

bool loop_turn(struct loop *loop, int max_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n;

    if (loop->watch_count == 0 && loop->timer_count == 0)
        return false;
    n = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, patience(loop, max_ms));
    for (int i = 0; i < n; i++) {
        struct loop_watch *watch = events[i].data.ptr;

        /* An earlier callback of this round may have removed it. */
        if (!watch->dead)
            watch->ready(watch->arg, from_epoll(events[i].events));
    }
    run_always(loop);
    fire_due(loop);
    bury(loop);
    return true;
}

static void waited(void *arg)
{
    *(bool *)arg = true;
}

void loop_wait(struct loop *loop, int64_t ms)
{
    bool over = false;

    loop_after(loop, ms, waited, &over);
    while (!over)
        loop_turn(loop, -1);
}
