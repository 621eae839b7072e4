/* SPDX-License-Identifier: MIT */
/*
 * loop: what is due and when, callbacks that remove anything, children that
 * flood, hang, ignore signals or leave grandchildren. A clock turned by hand
 * where only order matters; a test that would wait for ever ends by SIGALRM.
 */
#include "tests/unit/unit.h"

#include "core/base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int64_t hand; /* of the clock */

static int64_t hand_clock(void *arg)
{
    (void)arg;
    return hand;
}

static char journal[4096];

static void note(const char *text)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof(journal) - len, "%s", text);
}

static void note_arg(void *arg)
{
    note(arg);
}

/* -- timers ---------------------------------------------------------------- */

static void timers_in_order(void **state)
{
    struct loop *loop = loop_new(hand_clock, NULL);
    struct loop_timer *gone;
    char a[] = "a", b[] = "b", c[] = "c", d[] = "d", e[] = "e";

    (void)state;
    hand = 1000;
    journal[0] = '\0';
    loop_after(loop, 30, note_arg, c);
    loop_after(loop, 10, note_arg, a);
    gone = loop_after(loop, 20, note_arg, e);
    loop_after(loop, 30, note_arg, d);
    loop_after(loop, 20, note_arg, b);
    loop_cancel(gone);
    loop_cancel(NULL);
    assert_true(loop_turn(loop, 0));
    assert_string_equal(journal, "");
    hand = 1015;
    loop_turn(loop, 0);
    assert_string_equal(journal, "a");
    hand = 2000;
    loop_turn(loop, 0);
    assert_string_equal(journal, "abcd");
    assert_false(loop_turn(loop, 0));
    loop_after(loop, -5, note_arg, a);
    loop_turn(loop, -1);
    assert_string_equal(journal, "abcda");
    loop_free(loop);
}

struct sorting {
    struct loop *loop;
    int64_t due, *last;
    size_t *fired;
};

static void fired_in_turn(void *arg)
{
    struct sorting *s = arg;

    assert_true(s->due >= *s->last);
    assert_true(s->due <= hand);
    *s->last = s->due;
    (*s->fired)++;
}

/* As many as some thousand tests have, with cancelled ones in between. */
static void many_timers(void **state)
{
    enum { MANY = 20000 };
    struct loop *loop = loop_new(hand_clock, NULL);
    struct sorting *all = calloc(MANY, sizeof(*all));
    struct loop_timer **timers = calloc(MANY, sizeof(*timers));
    int64_t last = 0;
    size_t fired = 0, cancelled = 0;

    (void)state;
    hand = 0;
    srand(3);
    for (int i = 0; i < MANY; i++) {
        all[i] = (struct sorting){loop, rand() % 5000, &last, &fired};
        timers[i] = loop_after(loop, all[i].due, fired_in_turn, &all[i]);
    }
    for (int i = 0; i < MANY; i += 3, cancelled++)
        loop_cancel(timers[i]);
    while (loop_turn(loop, 0))
        hand += 100;
    assert_int_equal(fired, MANY - cancelled);
    loop_free(loop);
    free(all);
    free(timers);
}

struct again {
    struct loop *loop;
    int left;
    struct loop_timer *victim;
};

static void fire_again(void *arg)
{
    struct again *a = arg;

    note(".");
    if (--a->left)
        loop_after(a->loop, 0, fire_again, a);
}

static void cancel_victim(void *arg)
{
    struct again *a = arg;

    note("x");
    loop_cancel(a->victim);
}

static void never(void *arg)
{
    (void)arg;
    fail_msg("a cancelled timer fired");
}

/* A timer that sets itself anew lets everything else have its turn. */
static void timers_that_change_timers(void **state)
{
    struct loop *loop = loop_new(hand_clock, NULL);
    struct again a = {.loop = loop, .left = 3};

    (void)state;
    hand = 0;
    journal[0] = '\0';
    loop_after(loop, 0, fire_again, &a);
    loop_turn(loop, 0);
    assert_string_equal(journal, ".");
    loop_turn(loop, 0);
    loop_turn(loop, 0);
    assert_string_equal(journal, "...");
    assert_false(loop_turn(loop, 0));
    loop_after(loop, 5, cancel_victim, &a);
    a.victim = loop_after(loop, 5, never, NULL);
    hand = 10;
    loop_turn(loop, 0);
    assert_string_equal(journal, "...x");
    loop_after(loop, 1000, never, NULL); /* freed with the loop */
    loop_free(loop);
}

/* -- descriptors ----------------------------------------------------------- */

struct end {
    struct loop *loop;
    int fd, count;
    short seen;
    struct loop_watch *own, *other;
};

static void note_ready(void *arg, short revents)
{
    struct end *end = arg;
    char byte;

    end->count++;
    end->seen = (short)(end->seen | revents);
    if (revents & POLLIN && read(end->fd, &byte, 1) == 0)
        loop_unwatch(end->own);
}

static void descriptors(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    int fds[2];
    struct end end = {.loop = loop};

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
                     0);
    end.fd = fds[0];
    end.own = loop_watch(loop, fds[0], POLLIN, note_ready, &end);
    loop_turn(loop, 0);
    assert_int_equal(end.count, 0);
    assert_int_equal(write(fds[1], "a", 1), 1);
    loop_turn(loop, -1);
    assert_int_equal(end.count, 1);
    assert_int_equal(end.seen, POLLIN);
    loop_watch_events(end.own, POLLOUT);
    loop_turn(loop, -1);
    assert_int_equal(end.seen, POLLIN | POLLOUT);
    loop_watch_events(end.own, 0); /* silent, whatever comes */
    assert_int_equal(write(fds[1], "b", 1), 1);
    loop_turn(loop, 0);
    assert_int_equal(end.count, 2);
    close(fds[1]);
    loop_turn(loop, -1); /* but a hang-up is told */
    assert_true(end.seen & POLLHUP);
    loop_unwatch(end.own);
    assert_false(loop_turn(loop, 0));
    close(fds[0]);
    loop_free(loop);
}

static void remove_both(void *arg, short revents)
{
    struct end *end = arg;

    (void)revents;
    end->count++;
    loop_unwatch(end->own);
    loop_unwatch(end->other);
}

/* Both are ready in the same round; whichever runs first ends the other. */
static void removed_by_a_neighbour(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    int one[2], two[2];
    struct end a = {.loop = loop}, b = {.loop = loop};

    (void)state;
    assert_int_equal(pipe(one), 0);
    assert_int_equal(pipe(two), 0);
    a.own = loop_watch(loop, one[0], POLLIN, remove_both, &a);
    b.own = loop_watch(loop, two[0], POLLIN, remove_both, &b);
    a.other = b.own;
    b.other = a.own;
    assert_int_equal(write(one[1], "a", 1), 1);
    assert_int_equal(write(two[1], "b", 1), 1);
    loop_turn(loop, -1);
    assert_int_equal(a.count + b.count, 1);
    assert_false(loop_turn(loop, 0));
    for (int i = 0; i < 2; i++) {
        close(one[i]);
        close(two[i]);
    }
    loop_free(loop);
}

/* epoll refuses files: they are always ready. */
static void plain_file(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    struct end end = {.loop = loop};

    (void)state;
    write_file(in_folder("plain"), "ab");
    end.fd = open(in_folder("plain"), O_RDONLY | O_CLOEXEC);
    end.own = loop_watch(loop, end.fd, POLLIN, note_ready, &end);
    while (loop_turn(loop, -1))
        ;
    assert_int_equal(end.count, 3); /* two bytes and the end */
    close(end.fd);
    loop_free(loop);
}

/* -- signals --------------------------------------------------------------- */

static void note_signal(void *arg, int signo)
{
    *(int *)arg = signo;
}

static void signals(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    int one = 0, two = 0;

    (void)state;
    assert_true(loop_signal(loop, SIGUSR1, note_signal, &one));
    assert_true(loop_signal(loop, SIGUSR2, note_signal, &two));
    assert_false(loop_signal(loop, 0, note_signal, &one));
    assert_false(loop_signal(loop, 200, note_signal, &one));
    /* A signal alone is nothing to wait for. */
    assert_false(loop_turn(loop, -1));
    kill(getpid(), SIGUSR2);
    loop_wait(loop, 1);
    assert_int_equal(one, 0);
    assert_int_equal(two, SIGUSR2);
    kill(getpid(), SIGUSR1);
    loop_wait(loop, 1);
    assert_int_equal(one, SIGUSR1);
    loop_free(loop);
}

/* -- children -------------------------------------------------------------- */

struct outcome {
    bool over;
    struct loop_exit exit;
    char output[8192], errors[8192];
};

static void child_over(void *arg, const struct loop_exit *result)
{
    struct outcome *o = arg;

    assert_false(o->over);
    o->over = true;
    o->exit = *result;
    snprintf(o->output, sizeof(o->output), "%s", result->output);
    snprintf(o->errors, sizeof(o->errors), "%s", result->errors);
}

static void run(struct outcome *o, const char *script, const char *input,
                size_t max, int64_t timeout)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct loop_spawn what = {
        .argv = argv, .input = input, .max_output = max, .timeout_ms = timeout};
    struct loop *loop = loop_new(NULL, NULL);
    struct error e = {0};

    *o = (struct outcome){.over = false};
    assert_non_null(loop_spawn(loop, &what, child_over, o, &e));
    while (loop_turn(loop, -1))
        ;
    assert_true(o->over);
    loop_free(loop);
}

static void output_and_status(void **state)
{
    struct outcome o;

    (void)state;
    run(&o, "echo out; echo err >&2; exit 3", NULL, 4096, 20000);
    assert_string_equal(o.output, "out\n");
    assert_int_equal(o.exit.output_len, 4);
    assert_string_equal(o.errors, "err\n");
    assert_int_equal(WEXITSTATUS(o.exit.status), 3);
    assert_false(o.exit.timed_out);
    assert_false(o.exit.too_much);
    run(&o, "kill -9 $$", NULL, 4096, 20000);
    assert_true(WIFSIGNALED(o.exit.status));
    run(&o, "cat", "a line\n", 4096, 20000);
    assert_string_equal(o.output, "a line\n");
    run(&o, "cat; echo end", NULL, 4096, 20000);
    assert_string_equal(o.output, "end\n");
}

static void no_such_program(void **state)
{
    const char *argv[] = {"/nonexistent/program", NULL};
    struct loop_spawn what = {.argv = argv, .max_output = 10};
    struct loop *loop = loop_new(NULL, NULL);
    struct outcome o = {.over = false};
    struct error e = {0};

    (void)state;
    assert_non_null(loop_spawn(loop, &what, child_over, &o, &e));
    while (loop_turn(loop, -1))
        ;
    assert_int_equal(WEXITSTATUS(o.exit.status), 127);
    loop_free(loop);
}

static void input_too_long(void **state)
{
    const char *argv[] = {"cat", NULL};
    char *input = malloc(1 << 20);
    struct loop_spawn what = {.argv = argv, .input = input, .max_output = 10};
    struct loop *loop = loop_new(NULL, NULL);
    struct error e = {0};

    (void)state;
    memset(input, 'x', (1 << 20) - 1);
    input[(1 << 20) - 1] = '\0';
    assert_null(loop_spawn(loop, &what, child_over, NULL, &e));
    assert_int_equal(e.code, ERROR_COMMAND);
    assert_non_null(strstr(e.text, strerror(E2BIG)));
    loop_free(loop);
    free(input);
}

static void limits(void **state)
{
    struct outcome o;

    (void)state;
    run(&o, "yes", NULL, 1000, 20000);
    assert_true(o.exit.too_much);
    assert_true(o.exit.output_len <= 1000);
    run(&o, "printf 0123456789", NULL, 10, 20000);
    assert_false(o.exit.too_much);
    assert_string_equal(o.output, "0123456789");
    /* Of standard error the end is kept: there stands the cause. */
    run(&o, "head -c 50000 /dev/zero | tr '\\0' x >&2; echo cause >&2", NULL,
        10, 20000);
    assert_true(o.exit.errors_len <= 4096);
    assert_string_equal(o.errors + o.exit.errors_len - 6, "cause\n");
}

/* Faster than it is read: the deadline comes all the same. */
static void flood_on_standard_error(void **state)
{
    struct outcome o;

    (void)state;
    run(&o, "yes 012345678901234567890123456789 >&2", NULL, 10, 300);
    assert_true(o.exit.timed_out);
}

/* The whole group dies, also one that ignores polite signals. */
static void timeout_kills_the_group(void **state)
{
    struct outcome o;
    pid_t grandchild;

    (void)state;
    run(&o, "trap '' TERM INT HUP; sleep 300 & echo $!; wait", NULL, 100, 300);
    assert_true(o.exit.timed_out);
    grandchild = (pid_t)strtol(o.output, NULL, 10);
    assert_true(grandchild > 1);
    for (int i = 0; i < 500 && kill(grandchild, 0) == 0; i++) {
        char path[64], *stat;
        bool zombie;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)grandchild);
        stat = read_file(path);
        zombie = strstr(stat, ") Z ") != NULL; /* dead; init is slow */
        free(stat);
        if (zombie)
            return;
        usleep(10000);
    }
    assert_int_equal(kill(grandchild, 0), -1);
}

/* A grandchild that keeps the pipe open is not waited for. */
static void grandchild_with_the_pipe(void **state)
{
    struct outcome o;

    (void)state;
    run(&o, "sleep 300 & echo done", NULL, 100, 20000);
    assert_false(o.exit.timed_out);
    assert_string_equal(o.output, "done\n");
}

/* No descriptor of ours, no blocked or ignored signal. */
static void clean_start(void **state)
{
    unsigned long long blocked, ignored;
    struct outcome o;
    sigset_t set, old;
    int fd = dup(0); /* not close-on-exec */
    int fds;

    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    signal(SIGPIPE, SIG_IGN);
    run(&o,
        "grep -E '^Sig(Blk|Ign)' /proc/self/status; "
        "ls /proc/self/fd | wc -w",
        NULL, 1000, 20000);
    /* ls has 0, 1, 2 and the folder. */
    assert_int_equal(sscanf(o.output, "SigBlk: %llx SigIgn: %llx %d", &blocked,
                            &ignored, &fds),
                     3);
    assert_int_equal(blocked, 0);
    /* Signals 32 and 33 are the C library's own: whether they are ignored is
     * inherited, and no program can change it. */
    assert_int_equal(ignored & 0x7fffffff, 0);
    assert_int_equal(fds, 4);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(fd);
}

static void must_not_come(void *arg, const struct loop_exit *result)
{
    (void)arg;
    (void)result;
    fail_msg("a killed child called back");
}

static void killed_by_us(void **state)
{
    const char *argv[] = {"sleep", "300", NULL};
    struct loop_spawn what = {
        .argv = argv, .max_output = 10, .timeout_ms = 200000};
    struct loop *loop = loop_new(NULL, NULL);
    struct error e = {0};
    struct loop_child *child = loop_spawn(loop, &what, must_not_come, NULL, &e);

    (void)state;
    assert_non_null(child);
    loop_turn(loop, 0);
    loop_child_kill(child);
    loop_child_kill(NULL);
    assert_false(loop_turn(loop, -1)); /* nothing is left */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    loop_free(loop);
}

static int set_up(void **state)
{
    alarm(100);
    return make_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_in_order),
        cmocka_unit_test(many_timers),
        cmocka_unit_test(timers_that_change_timers),
        cmocka_unit_test(descriptors),
        cmocka_unit_test(removed_by_a_neighbour),
        cmocka_unit_test(plain_file),
        cmocka_unit_test(signals),
        cmocka_unit_test(output_and_status),
        cmocka_unit_test(no_such_program),
        cmocka_unit_test(input_too_long),
        cmocka_unit_test(limits),
        cmocka_unit_test(flood_on_standard_error),
        cmocka_unit_test(timeout_kills_the_group),
        cmocka_unit_test(grandchild_with_the_pipe),
        cmocka_unit_test(clean_start),
        cmocka_unit_test(killed_by_us),
    };

    return cmocka_run_group_tests_name("loop", tests, set_up, remove_folder);
}
