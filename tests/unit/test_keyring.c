/* SPDX-License-Identifier: MIT */
/* keyring: set, read, forget; and sentences where the kernel refuses. */
#include "tests/unit/unit.h"

#include "core/base/locked.h"
#include "core/secret/keyring.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static char user[64];
static const struct keyring_place place = {"mail.example.org", 993, user,
                                           false};
static const struct keyring_place token = {"mail.example.org", 993, user, true};

/* Where the machine that runs the tests has none, there is nothing to try. */
static bool usable(void)
{
    struct secret *found = NULL;
    struct error e = {0};
    bool ok = keyring_read(&place, &found, &e);

    assert_null(found);
    if (!ok) {
        assert_true(strlen(e.text) > 20);
        print_message("not tried: %s\n", e.text);
    }
    return ok;
}

static void check(const struct keyring_place *at, const char *text)
{
    struct secret *found = NULL;
    struct error e = {0};

    assert_true(keyring_read(at, &found, &e));
    if (text)
        assert_string_equal(secret_text(found), text);
    else
        assert_null(found);
    secret_release(&found);
    assert_int_equal(e.code, ERROR_NONE);
}

static void test_life(void **state)
{
    const struct keyring_place other_port = {place.host, 465, user, false};
    struct secret *first = secret_new("first"),
                  *second = secret_new("s\xc3\xa9");
    struct error e = {0};

    (void)state;
    if (!usable())
        skip();
    assert_true(keyring_store(&place, first, &e));
    check(&place, "first");
    check(&other_port, NULL);
    assert_true(keyring_store(&place, second, &e));
    check(&place, "s\xc3\xa9");
    assert_true(keyring_forget(&place, &e));
    check(&place, NULL);
    assert_true(keyring_forget(&place, &e));
    secret_release(&first);
    secret_release(&second);
    assert_int_equal(locked_mapped(), 0);
}

/* Another process of the same user finds it: it is the user's, not ours. */
static void test_other_process(void **state)
{
    struct secret *secret = secret_new("shared");
    struct error e = {0};
    pid_t child;
    int status;

    (void)state;
    if (!usable())
        skip();
    child = fork();
    if (child == 0) {
        struct secret *own = secret_new("shared");

        _exit(keyring_store(&place, own, &e) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    check(&place, "shared");
    assert_true(keyring_forget(&place, &e));
    secret_release(&secret);
}

/* As containers do it: the system calls are there and refuse. */
static bool forbid_keyrings(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_add_key, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool says(bool answer, const struct error *e, const char *what,
                 const char *cure)
{
    return !answer && e->code == ERROR_FILE && strstr(e->text, "containers") &&
           strstr(e->text, what) && strstr(e->text, cure);
}

/* Each sentence names what it is about, and a cure that fits it. */
static bool all_say(const struct keyring_place *at, const char *noun,
                    const char *cure)
{
    static const char *const done[] = {"looked up", "kept", "forgotten"};
    struct secret *secret = secret_new("x"), *found = NULL;
    struct error e[3] = {{0}};
    const bool answers[] = {keyring_read(at, &found, &e[0]),
                            keyring_store(at, secret, &e[1]),
                            keyring_forget(at, &e[2])};
    bool ok = !found;

    for (size_t i = 0; i < 3; i++) {
        char what[100];

        snprintf(what, sizeof(what), "The %s could not be %s.", noun, done[i]);
        ok = ok && says(answers[i], &e[i], what, cure);
    }
    secret_release(&secret);
    return ok;
}

static void test_forbidden(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        if (!forbid_keyrings())
            _exit(77);
        _exit(all_say(&place, "password", "use a password command.") &&
                      all_say(&token, "refresh token",
                              "use an oauth-refresh-command.")
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_other_process),
        cmocka_unit_test(test_forbidden),
    };

    snprintf(user, sizeof(user), "unit-test-%ld", (long)getpid());
    return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
