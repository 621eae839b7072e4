/* SPDX-License-Identifier: MIT */
/*
 * loop: the one place that polls or sleeps. File descriptors, deadlines,
 * signals and child processes, used by the screens, the commands and the tests
 * alike.
 *
 * Callbacks run from loop_turn() only, one after another, and may add, change
 * or remove anything, themselves included. Handles are owned by the loop and
 * end with the matching call (unwatch, cancel, child_free) or, for timers, when
 * they have fired. The clock is given, so tests can turn time by hand.
 */
#ifndef POSTSEAL_CORE_BASE_LOOP_H
#define POSTSEAL_CORE_BASE_LOOP_H

#include "core/base/error.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_watch;
struct loop_timer;
struct loop_child;

/* Monotonic milliseconds; NULL for the system's clock. With a clock of the
 * caller's own, loop_turn() never sleeps longer than its max_ms. */
typedef int64_t loop_clock(void *arg);

struct loop *loop_new(loop_clock *clock, void *arg);
void loop_free(struct loop *loop);
/* Milliseconds now, read afresh. */
int64_t loop_now(struct loop *loop);

/* events and revents as in poll(2). POLLHUP and POLLERR are always told. The
 * fd stays the caller's. */
typedef void loop_ready(void *arg, short revents);
struct loop_watch *loop_watch(struct loop *loop, int fd, short events,
                              loop_ready *ready, void *arg);
void loop_watch_events(struct loop_watch *watch, short events);
void loop_unwatch(struct loop_watch *watch);

typedef void loop_fire(void *arg);
/* One shot. */
struct loop_timer *loop_after(struct loop *loop, int64_t ms, loop_fire *fire,
                              void *arg);
void loop_cancel(struct loop_timer *timer); /* NULL is fine */

/* Calls back in loop_turn() when the signal arrives (blocked and read through
 * a signalfd). Not for SIGWINCH, whose handler is somebody else's. */
typedef void loop_signalled(void *arg, int signo);
bool loop_signal(struct loop *loop, int signo, loop_signalled *fn, void *arg);

/* Runs a command with clean signals, its own process group and no inherited
 * descriptors. Standard output and error are collected up to the limits. */
struct loop_spawn {
    const char *const *argv; /* argv[0] is looked up in PATH; NULL-ended */
    const char *input;       /* for its standard input; NULL: /dev/null */
    /* The terminal that it gets, in the foreground, as standard input and
     * error, until it ends; its errors are not collected. NULL: none. */
    const int *terminal;
    bool secret;        /* its output is one: locked memory */
    size_t max_output;  /* more than this kills it (`too_much`) */
    int64_t timeout_ms; /* more than this kills it (`timed_out`) */
};
struct loop_exit {
    int status; /* as from waitpid(2) */
    bool timed_out, too_much;
    const char *output; /* NUL-ended, wiped after the callback */
    size_t output_len;
    const char *errors; /* the last 4 KiB of standard error */
    size_t errors_len;
};
typedef void loop_exited(void *arg, const struct loop_exit *result);
/* NULL when it could not be started. */
struct loop_child *loop_spawn(struct loop *loop, const struct loop_spawn *what,
                              loop_exited *exited, void *arg, struct error *e);
/* Kills its process group and forgets it; the callback will not come. */
void loop_child_kill(struct loop_child *child);

/* Waits for at most max_ms (-1: as long as needed) for something to happen and
 * runs what is due. Returns false when nothing is left that could ever happen
 * (no watch, timer or child). A signal handled elsewhere (SIGWINCH) ends the
 * wait early. */
bool loop_turn(struct loop *loop, int max_ms);
/* Turns for about that long: for commands that have to wait and nothing else
 * to do. Everything due meanwhile runs. */
void loop_wait(struct loop *loop, int64_t ms);

#endif
