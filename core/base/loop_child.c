/* SPDX-License-Identifier: MIT */
/* loop_child: child processes of the loop (see loop.h). */
#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERRORS_MAX    4096
#define REAP_EVERY_MS 20 /* only where there is no pidfd */
#define READS_MAX     17 /* a whole pipe (64 KiB) and its end */

enum { OUTPUT, ERRORS, PIPES };

struct loop_child {
    struct loop *loop;
    loop_exited *exited;
    void *arg;
    pid_t pid;
    int pidfd;
    int terminal; /* lent to it; -1: none */
    struct loop_watch *pid_watch;
    struct loop_timer *reaper, *deadline;
    int fds[PIPES];
    struct loop_watch *watches[PIPES];
    struct buf texts[PIPES];
    bool timed_out, too_much;
};

static void close_pipe(struct loop_child *child, int i)
{
    if (child->fds[i] < 0)
        return;
    loop_unwatch(child->watches[i]);
    close(child->fds[i]);
    child->fds[i] = -1;
}

static void kill_group(const struct loop_child *child)
{
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL);
}

/* Of another group's terminal, both of these would stop us (SIGTTOU). */
static void make_foreground(int terminal, pid_t group)
{
    sigset_t stop, before;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &before);
    tcsetpgrp(terminal, group);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void release(struct loop_child *child)
{
    if (child->terminal >= 0)
        make_foreground(child->terminal, getpgrp());
    for (int i = 0; i < PIPES; i++) {
        close_pipe(child, i);
        buf_release(&child->texts[i]);
    }
    loop_unwatch(child->pid_watch);
    if (child->pidfd >= 0)
        close(child->pidfd);
    loop_cancel(child->reaper);
    loop_cancel(child->deadline);
    free(child);
}

/* Standard error keeps its end: that is where the cause stands. */
static void keep(struct loop_child *child, int i, const char *bytes, size_t n)
{
    struct buf *text = &child->texts[i];

    if (i == ERRORS && text->len + n > ERRORS_MAX) {
        size_t drop = text->len + n - ERRORS_MAX;

        buf_consume(text, drop < text->len ? drop : text->len);
    }
    if (!buf_add(text, bytes, n) && i == OUTPUT) {
        child->too_much = true;
        kill_group(child);
    }
}

/* Returns false at the end of the pipe. A command that writes faster than it
 * is read must not hold up the loop, so each call reads a bounded part. */
static bool drain(struct loop_child *child, int i)
{
    char bytes[ERRORS_MAX];
    bool open = true;
    ssize_t n = 1;

    for (int reads = 0; reads < READS_MAX && n > 0; reads++) {
        n = read(child->fds[i], bytes, sizeof(bytes));
        if (n > 0)
            keep(child, i, bytes, (size_t)n);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        open = false;
    explicit_bzero(bytes, sizeof(bytes));
    return open;
}

static void output_ready(void *arg, short revents)
{
    struct loop_child *child = arg;

    (void)revents;
    if (!drain(child, OUTPUT))
        close_pipe(child, OUTPUT);
}

static void errors_ready(void *arg, short revents)
{
    struct loop_child *child = arg;

    (void)revents;
    if (!drain(child, ERRORS))
        close_pipe(child, ERRORS);
}

static void finish(struct loop_child *child, int status)
{
    loop_exited *exited = child->exited;
    void *arg = child->arg;
    struct buf output, errors;
    struct loop_exit result;

    for (int i = 0; i < PIPES; i++)
        if (child->fds[i] >= 0)
            drain(child, i);
    /* A grandchild may have the pipes still: it is not waited for. */
    kill(-child->pid, SIGKILL);
    output = child->texts[OUTPUT];
    errors = child->texts[ERRORS];
    buf_init(&child->texts[OUTPUT], 0);
    buf_init(&child->texts[ERRORS], 0);
    result = (struct loop_exit){.status = status,
                                .timed_out = child->timed_out,
                                .too_much = child->too_much,
                                .output = output.data,
                                .output_len = output.len,
                                .errors = errors.data,
                                .errors_len = errors.len};
    release(child);
    exited(arg, &result);
    buf_release(&output);
    buf_release(&errors);
}

static bool reap(struct loop_child *child)
{
    int status;

    if (waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    finish(child, status);
    return true;
}

static void pid_ready(void *arg, short revents)
{
    (void)revents;
    reap(arg);
}

static void reap_later(void *arg)
{
    struct loop_child *child = arg;

    child->reaper = NULL;
    if (!reap(child))
        child->reaper =
            loop_after(child->loop, REAP_EVERY_MS, reap_later, child);
}

static void too_late(void *arg)
{
    struct loop_child *child = arg;

    child->deadline = NULL;
    child->timed_out = true;
    kill_group(child);
}

/* In the child: between fork and exec only async-signal-safe calls. */
static void become(const struct loop_spawn *what, int input, int output,
                   int errors)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t none;

    setpgid(0, 0);
    if (what->terminal)
        make_foreground(*what->terminal, getpid());
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int signo = 1; signo < 32; signo++)
        sigaction(signo, &normal, NULL);
    /* Stopped, it would hold the terminal, and no shell would know. */
    if (what->terminal)
        signal(SIGTSTP, SIG_IGN);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0)
        _exit(126);
#ifdef SYS_close_range
    syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
    execvp(what->argv[0], (char *const *)what->argv);
    _exit(127);
}

/* Where standard input comes from: /dev/null, or a pipe that already holds all
 * of it (it must fit into a pipe). */
static int open_input(const char *input)
{
    int pipe_fds[2];

    if (!input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return -1;
    if (fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK) != 0 ||
        write(pipe_fds[1], input, strlen(input)) != (ssize_t)strlen(input)) {
        close(pipe_fds[0]);
        pipe_fds[0] = -1;
        errno = E2BIG; /* a part was written, so there is no other errno */
    }
    close(pipe_fds[1]);
    return pipe_fds[0];
}

static pid_t start(const struct loop_spawn *what, int fds[PIPES])
{
    int output[2] = {-1, -1}, errors[2] = {-1, -1}, input = -1;
    pid_t pid = -1;

    if (pipe2(output, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0 &&
        (input = open_input(what->input)) >= 0)
        pid = fork();
    if (pid == 0)
        become(what, what->terminal ? *what->terminal : input, output[1],
               what->terminal ? *what->terminal : errors[1]);
    if (input >= 0)
        close(input);
    if (output[1] >= 0)
        close(output[1]);
    if (errors[1] >= 0)
        close(errors[1]);
    fds[OUTPUT] = output[0];
    fds[ERRORS] = errors[0];
    if (pid < 0) {
        if (output[0] >= 0)
            close(output[0]);
        if (errors[0] >= 0)
            close(errors[0]);
    }
    return pid;
}

struct loop_child *loop_spawn(struct loop *loop, const struct loop_spawn *what,
                              loop_exited *exited, void *arg, struct error *e)
{
    static loop_ready *const ready[PIPES] = {output_ready, errors_ready};
    struct loop_child *child = xcalloc(1, sizeof(*child));

    child->pid = start(what, child->fds);
    if (child->pid < 0) {
        error_errno(e, ERROR_COMMAND, errno, "The command cannot be started");
        free(child);
        return NULL;
    }
    setpgid(child->pid, child->pid);
    child->loop = loop;
    child->exited = exited;
    child->arg = arg;
    child->terminal = what->terminal ? *what->terminal : -1;
    if (what->secret)
        buf_init_secret(&child->texts[OUTPUT], what->max_output);
    else
        buf_init(&child->texts[OUTPUT], what->max_output);
    buf_init(&child->texts[ERRORS], ERRORS_MAX);
    for (int i = 0; i < PIPES; i++) {
        fcntl(child->fds[i], F_SETFL, O_NONBLOCK);
        child->watches[i] =
            loop_watch(loop, child->fds[i], POLLIN, ready[i], child);
    }
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd >= 0) {
        fcntl(child->pidfd, F_SETFD, FD_CLOEXEC);
        child->pid_watch =
            loop_watch(loop, child->pidfd, POLLIN, pid_ready, child);
    } else {
        child->reaper = loop_after(loop, REAP_EVERY_MS, reap_later, child);
    }
    if (what->timeout_ms > 0)
        child->deadline = loop_after(loop, what->timeout_ms, too_late, child);
    return child;
}

void loop_child_kill(struct loop_child *child)
{
    if (!child)
        return;
    kill_group(child);
    waitpid(child->pid, NULL, 0); /* it was killed: this does not wait long */
    release(child);
}
