/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "core/secret/command.h"

#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct answer {
    bool came, failed;
    char password[128], text[640];
    enum reason reason;
    struct secret_command **free_it; /* inside the callback */
};

static void ready(void *arg, struct secret *password,
                  const struct failure *failure)
{
    struct answer *a = arg;

    assert_false(a->came);
    a->came = true;
    assert_true((password == NULL) == (failure != NULL));
    if (password)
        snprintf(a->password, sizeof(a->password), "%s", secret_text(password));
    if (failure) {
        a->failed = true;
        a->reason = failure->reason;
        snprintf(a->text, sizeof(a->text), "%s", failure->text);
    }
    if (a->free_it) {
        secret_command_free(*a->free_it);
        *a->free_it = NULL;
    }
}

static const struct {
    const char *command, *password; /* NULL: it fails */
    const char *text;               /* in the failure */
} cases[] = {
    {"printf secret", "secret", NULL},
    {"echo secret", "secret", NULL},
    {"printf 'secret\\r\\n'", "secret", NULL},
    {"printf 'first\\nsecond\\n'", "first", NULL},
    {"printf ' blanks stay '", " blanks stay ", NULL},
    {"printf 'a;b#c\"d'", "a;b#c\"d", NULL},
    {"printf '\\303\\251t\\303\\251'", "\xc3\xa9t\xc3\xa9", NULL},
    {"echo noise >&2; echo secret", "secret", NULL},
    {"echo secret; exit 3", NULL, "3"},
    {"echo the store is locked >&2; exit 1", NULL, "the store is locked"},
    {"printf 'a\\033[2Jb' >&2; exit 1", NULL, "a\\x1B[2Jb"},
    {"no-such-command-here", NULL, "127"},
    {"kill -9 $$", NULL, "9"},
    {"true", NULL, "nothing"},
    {"echo; echo second", NULL, "nothing"},
    {"printf 'a\\033b'", NULL, "control"},
    {"printf 'a\\tb'", NULL, "control"},
    {"printf 'a\\000b'", NULL, "NUL"},
    {"head -c 70000 /dev/zero | tr '\\0' x", NULL, "64 KiB"},
    {"head -c 1000000 /dev/zero | tr '\\0' x", NULL, "64 KiB"},
    {"yes", NULL, "64 KiB"},
    {"cat", NULL, "nothing"}, /* standard input is empty */
    /* A daemon that holds the pipe is not waited for. */
    {"sleep 1000 & echo secret", "secret", NULL},
    {"(sleep 1000; echo late) & exit 1", NULL, "exit status 1"},
    {"echo 'gpg: Inappropriate ioctl for device' >&2; exit 2", NULL,
     "password-command-terminal"},
};

static void test_commands(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct answer a = {0};
        struct error e = {0};
        struct secret_command *c =
            secret_command_start(loop, cases[i].command, ready, &a, &e);

        assert_non_null(c);
        assert_false(a.came);
        while (!a.came)
            loop_turn(loop, -1);
        if (cases[i].password) {
            if (a.failed)
                fail_msg("%s: %s", cases[i].command, a.text);
            assert_string_equal(a.password, cases[i].password);
        } else {
            assert_true(a.failed);
            assert_int_equal(a.reason, REASON_CREDENTIALS);
            if (!strstr(a.text, cases[i].text))
                fail_msg("%s: %s", cases[i].command, a.text);
            assert_null(strstr(a.text, "secret"));
        }
        secret_command_free(c);
    }
    loop_free(loop);
}

static void test_free_in_callback(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    struct secret_command *c;
    struct answer a = {.free_it = &c};

    (void)state;
    c = secret_command_start(loop, "echo secret", ready, &a, NULL);
    while (!a.came)
        loop_turn(loop, -1);
    assert_null(c);
    assert_false(loop_turn(loop, 0));
    loop_free(loop);
}

/* Freeing kills it, and what it has started. */
static void test_kill(void **state)
{
    struct loop *loop = loop_new(NULL, NULL);
    struct answer a = {0};
    struct secret_command *c;
    char *pid = NULL;

    (void)state;
    setenv("PID_FILE", in_folder("pid"), 1);
    c = secret_command_start(loop,
                             "sleep 100 & echo $! >\"$PID_FILE.new\"; "
                             "mv \"$PID_FILE.new\" \"$PID_FILE\"; wait",
                             ready, &a, NULL);
    for (int i = 0; i < 1000 && (!pid || !*pid); i++) {
        loop_turn(loop, 10);
        free(pid);
        pid = read_file(in_folder("pid"));
    }
    assert_true(strtol(pid, NULL, 10) > 0);
    secret_command_free(c);
    assert_false(a.came);
    for (int i = 0; i < 500; i++) {
        char path[64], *status;
        bool alive;

        snprintf(path, sizeof(path), "/proc/%ld/stat", strtol(pid, NULL, 10));
        status = read_file(path);
        alive = *status && !strstr(status, ") Z");
        free(status);
        if (!alive)
            break;
        assert_true(i < 499);
        usleep(10000);
    }
    free(pid);
    assert_false(loop_turn(loop, 0));
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_free_in_callback),
        cmocka_unit_test(test_kill),
    };

    return cmocka_run_group_tests_name("command", tests, make_folder,
                                       remove_folder);
}
