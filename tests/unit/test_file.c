/* SPDX-License-Identifier: MIT */
/* file: saves that lose nothing, whatever stands in the way. */
#include "unit.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

static bool save(const char *path, const char *text, struct error *e)
{
    return file_save(
        &(struct file_save){.path = path, .bytes = text, .len = strlen(text)},
        NULL, NULL, e);
}

static void assert_content(const char *path, const char *wanted)
{
    char *text = read_file(path);

    assert_string_equal(text, wanted);
    free(text);
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void new_and_old(void **state)
{
    char path[200];
    struct error e = {0};

    (void)state;
    snprintf(path, sizeof(path), "%s/plain", folder);
    assert_true(save(path, "one", &e));
    assert_int_equal(mode_of(path), 0600);
    chmod(path, 0640);
    assert_true(save(path, "two", &e));
    assert_content(path, "two");
    assert_int_equal(mode_of(path), 0640);
}

static void backup(void **state)
{
    char path[200], old[210];
    struct error e = {0};

    (void)state;
    snprintf(path, sizeof(path), "%s/kept", folder);
    snprintf(old, sizeof(old), "%s~", path);
    write_file(path, "old");
    assert_true(file_save(
        &(struct file_save){
            .path = path, .bytes = "new", .len = 3, .backup = true},
        NULL, NULL, &e));
    assert_content(path, "new");
    assert_content(old, "old");
}

static void links(void **state)
{
    char path[200], link_path[200], dangling[200], hard[200], recover[200];
    struct file_save s = {.bytes = "new", .len = 3};
    struct error e = {0};
    struct stat st;
    bool in_place;

    (void)state;
    snprintf(path, sizeof(path), "%s/target", folder);
    snprintf(link_path, sizeof(link_path), "%s/link", folder);
    snprintf(dangling, sizeof(dangling), "%s/dangling", folder);
    snprintf(hard, sizeof(hard), "%s/hard", folder);
    snprintf(recover, sizeof(recover), "%s/recover", folder);
    write_file(path, "old and longer");
    assert_int_equal(symlink("target", link_path), 0);
    assert_true(save(link_path, "new", &e));
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_content(path, "new");

    assert_int_equal(symlink("nowhere", dangling), 0);
    assert_false(save(dangling, "new", &e));

    write_file(path, "old and longer");
    assert_int_equal(link(path, hard), 0);
    s.path = path;
    assert_false(file_save(&s, NULL, &in_place, &e));
    assert_content(hard, "old and longer");
    s.recover_dir = recover;
    assert_true(file_save(&s, NULL, &in_place, &e));
    assert_true(in_place);
    assert_content(hard, "new");
}

static void conflict(void **state)
{
    struct file_stamp stamp, later;
    struct error e = {0};
    char path[200];
    struct buf text;

    (void)state;
    snprintf(path, sizeof(path), "%s/contested", folder);
    write_file(path, "base");
    buf_init(&text, 100);
    assert_true(file_read(path, 100, &text, &stamp, &e));
    assert_string_equal(text.data, "base");
    assert_false(file_changed(path, &stamp));
    write_file(path, "theirs");
    assert_true(file_changed(path, &stamp));
    assert_false(file_save(
        &(struct file_save){
            .path = path, .bytes = "mine", .len = 4, .base = &stamp},
        NULL, NULL, &e));
    assert_int_equal(e.code, ERROR_CONFLICT);
    assert_content(path, "theirs");
    assert_true(file_read(path, 100, &text, &stamp, &e));
    assert_true(file_save(
        &(struct file_save){
            .path = path, .bytes = "mine", .len = 4, .base = &stamp},
        &later, NULL, &e));
    assert_false(file_changed(path, &later));
    assert_false(file_read(path, 3, &text, NULL, &e));
    buf_release(&text);
}

/* What somebody else does in the very moment before the new file comes in. */
static void (*meddle)(void);
int renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
    if (meddle)
        meddle();
    return (int)syscall(SYS_renameat2, from, a, to, b, flags);
}

static void edit_there(void)
{
    static int edits;
    char text[40];

    snprintf(text, sizeof(text), "theirs %d", ++edits);
    write_file(in_folder("other"), text);
    assert_int_equal(rename(in_folder("other"), in_folder("late")), 0);
}

static void edit_there_once(void)
{
    meddle = NULL;
    edit_there();
}

static bool save_late(void)
{
    struct file_stamp stamp;
    struct error e = {0};
    char path[200];
    struct buf text;
    bool ok;

    snprintf(path, sizeof(path), "%s/late", folder);
    buf_init(&text, 100);
    assert_true(file_read(path, 100, &text, &stamp, &e));
    ok = file_save(&(struct file_save){.path = path,
                                       .bytes = "mine",
                                       .len = 4,
                                       .base = &stamp,
                                       .backup = true},
                   NULL, NULL, &e);
    meddle = NULL;
    assert_true(ok || e.code == ERROR_CONFLICT);
    buf_release(&text);
    return ok;
}

static void last_moment(void **state)
{
    struct error e = {0};

    (void)state;
    meddle = edit_there_once;
    assert_false(save_late()); /* it was not there */
    assert_content(in_folder("late"), "theirs 1");
    meddle = edit_there_once;
    assert_false(save_late());
    assert_content(in_folder("late"), "theirs 2");
    meddle = edit_there; /* and once more while it is put back */
    assert_false(save_late());
    assert_content(in_folder("late"), "theirs 4");
    assert_int_equal(access(in_folder("late~"), F_OK), -1);
    assert_true(save_late());
    assert_content(in_folder("late"), "mine");
    assert_content(in_folder("late~"), "theirs 4");
    assert_true(save(in_folder("late"), "whoever", &e)); /* without a base */
    assert_content(in_folder("late"), "whoever");
}

/* A limit on file sizes is a full disk for one process. */
static void full_disk(void **state)
{
    char path[200];
    int status;
    pid_t pid;

    (void)state;
    snprintf(path, sizeof(path), "%s/full", folder);
    write_file(path, "whole");
    pid = fork();
    if (pid == 0) {
        const struct rlimit limit = {10, 10};
        struct error e = {0};
        char big[100];

        memset(big, 'x', sizeof(big));
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(file_save(&(struct file_save){.path = path,
                                            .bytes = big,
                                            .len = sizeof(big)},
                        NULL, NULL, &e)
                  ? 1
              : e.code == ERROR_FILE ? 0
                                     : 2);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_content(path, "whole");
}

static void no_folder(void **state)
{
    struct error e = {0};

    (void)state;
    assert_false(save(in_folder("gone/file"), "x", &e));
    assert_int_equal(e.code, ERROR_FILE);
    assert_true(file_make_folder(in_folder("a/b/c"), &e));
    assert_int_equal(mode_of(in_folder("a/b")), 0700);
}

/* SIGKILL at any moment: the old or the new file, whole, and nothing else. */
static void killed(void **state)
{
    char path[200], old[3000], new[3000];

    (void)state;
    snprintf(path, sizeof(path), "%s/killed", folder);
    memset(old, 'o', sizeof(old));
    memset(new, 'n', sizeof(new));
    old[sizeof(old) - 1] = new[sizeof(new) - 1] = '\0';
    write_file(path, old);
    srand(1);
    for (int i = 0; i < 150; i++) {
        struct timespec nap = {0, rand() % 3000000};
        pid_t pid = fork();
        char *text;

        if (pid == 0)
            for (int k = 0;; k++)
                save(path, k % 2 ? old : new, NULL);
        nanosleep(&nap, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        text = read_file(path);
        assert_true(strcmp(text, old) == 0 || strcmp(text, new) == 0);
        free(text);
    }
}

static void locks(void **state)
{
    struct file_lock lock = FILE_LOCK_NONE, mark = FILE_LOCK_NONE;
    struct error e = {0};
    bool elsewhere = true;
    char path[200];
    int status;
    pid_t pid;

    (void)state;
    snprintf(path, sizeof(path), "%s/locked", folder);
    write_file(path, "x");
    assert_true(file_lock_try(&lock, path, &e));
    assert_true(file_mark_open(&mark, path, &elsewhere));
    assert_false(elsewhere);
    pid = fork();
    if (pid == 0) {
        struct file_lock other = FILE_LOCK_NONE, seen = FILE_LOCK_NONE;
        struct error why = {0};
        bool open_there = false;
        bool got = file_lock_try(&other, path, &why);

        file_mark_open(&seen, path, &open_there);
        _exit(got || why.code != ERROR_LOCKED ? 1 : open_there ? 0 : 2);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    file_lock_release(&lock);
    file_lock_release(&mark);
    assert_true(file_lock_try(&lock, path, &e));
    file_lock_release(&lock);
}

static void rights(void **state)
{
    char dir[200], path[220];
    struct error e = {0};

    (void)state;
    snprintf(dir, sizeof(dir), "%s/trusted", folder);
    snprintf(path, sizeof(path), "%s/file", dir);
    mkdir(dir, 0700);
    assert_true(file_check_trusted(path, &e));
    write_file(path, "x");
    chmod(path, 0600);
    assert_true(file_check_trusted(path, &e));
    assert_false(file_readable_by_others(path));
    chmod(path, 0620);
    assert_false(file_check_trusted(path, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    assert_non_null(strstr(e.text, "chmod go-w"));
    chmod(path, 0644);
    assert_true(file_check_trusted(path, &e));
    assert_true(file_readable_by_others(path));
    chmod(dir, 0777);
    assert_false(file_check_trusted(path, &e));
    chmod(dir, 01777);
    assert_true(file_check_trusted(path, &e));
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 12345), 0);
        assert_false(file_check_trusted(path, &e));
    }
}

static void age(const char *path, long seconds)
{
    const struct timespec times[2] = {{.tv_sec = time(NULL) - seconds},
                                      {.tv_sec = time(NULL) - seconds}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* What a save that was killed leaves is no reason to write in place for ever,
 * and does not lie there for ever. */
static void cut_off(void **state)
{
    struct file_save s = {.bytes = "new", .len = 3, .backup = true};
    struct error e = {0};
    struct stat st;
    bool in_place = true;

    (void)state;
    s.path = in_folder("cut");
    write_file(s.path, "old");
    write_file(in_folder("cut~"), "older");
    assert_int_equal(link(s.path, in_folder(".cut.bak0123456789ab")), 0);
    write_file(in_folder(".cut.0123456789ab"), "half");
    write_file(in_folder(".cut.0123456789ac"), "just now");
    write_file(in_folder(".cut.lock"), "");
    write_file(in_folder(".cut.0123456789xx"), "not ours");
    age(in_folder(".cut.0123456789ab"), 7200);
    age(in_folder(".cut.lock"), 7200);
    age(in_folder(".cut.0123456789xx"), 7200);
    s.path = in_folder("cut");
    assert_true(file_save(&s, NULL, &in_place, &e));
    assert_false(in_place);
    assert_content(in_folder("cut"), "new");
    assert_content(in_folder("cut~"), "old");
    assert_int_equal(stat(in_folder("cut"), &st), 0);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(access(in_folder(".cut.bak0123456789ab"), F_OK), -1);
    assert_int_equal(access(in_folder(".cut.0123456789ab"), F_OK), -1);
    assert_int_equal(access(in_folder(".cut.0123456789ac"), F_OK), 0);
    assert_int_equal(access(in_folder(".cut.lock"), F_OK), 0);
    assert_int_equal(access(in_folder(".cut.0123456789xx"), F_OK), 0);
}

/* Killed when the backup was there and the new file was not: rename(2) of two
 * names of one file does nothing. */
static void cut_off_later(void **state)
{
    struct file_save s = {.bytes = "new", .len = 3, .backup = true};
    struct error e = {0};
    struct stat st;
    bool in_place = true;

    (void)state;
    write_file(in_folder("later"), "old");
    assert_int_equal(link(in_folder("later"), in_folder("later~")), 0);
    s.path = in_folder("later");
    assert_true(file_save(&s, NULL, &in_place, &e));
    assert_false(in_place);
    assert_content(in_folder("later"), "new");
    assert_content(in_folder("later~"), "old");
    assert_int_equal(stat(in_folder("later~"), &st), 0);
    assert_int_equal(st.st_nlink, 1);
}

/* An ACL (its group bits are a mask) and attributes of the person's. */
static void attributes(void **state)
{
    /* version 2; user::rw- user:1234:r-- group::--- mask::r-- other::--- */
    static const unsigned char acl[] = {
        2,    0,    0,    0,    1,    0,    6,    0,    0xff, 0xff, 0xff,
        0xff, 2,    0,    4,    0,    0xd2, 4,    0,    0,    4,    0,
        0,    0,    0xff, 0xff, 0xff, 0xff, 0x10, 0,    4,    0,    0xff,
        0xff, 0xff, 0xff, 0x20, 0,    0,    0,    0xff, 0xff, 0xff, 0xff};
    unsigned char now[100];
    const char *path = in_folder("attributes");
    struct error e = {0};

    (void)state;
    write_file(path, "old");
    if (setxattr(path, "user.mine", "kept", 4, 0) != 0 ||
        setxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0) != 0)
        skip();
    assert_true(save(path, "new", &e));
    assert_content(path, "new");
    assert_int_equal(getxattr(path, "user.mine", now, sizeof(now)), 4);
    assert_memory_equal(now, "kept", 4);
    assert_int_equal(
        getxattr(path, "system.posix_acl_access", now, sizeof(now)),
        sizeof(acl));
    assert_memory_equal(now, acl, sizeof(acl));
    assert_int_equal(mode_of(path), 0640);
}

static void owner(void **state)
{
    char path[200];
    struct error e = {0};
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        return;
    snprintf(path, sizeof(path), "%s/owned", folder);
    write_file(path, "x");
    assert_int_equal(chown(path, 1234, 4321), 0);
    chmod(path, 0660);
    assert_true(save(path, "y", &e));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(st.st_gid, 4321);
    assert_int_equal(st.st_mode & 07777, 0660);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_old),   cmocka_unit_test(backup),
        cmocka_unit_test(links),         cmocka_unit_test(conflict),
        cmocka_unit_test(full_disk),     cmocka_unit_test(no_folder),
        cmocka_unit_test(killed),        cmocka_unit_test(locks),
        cmocka_unit_test(rights),        cmocka_unit_test(owner),
        cmocka_unit_test(last_moment),   cmocka_unit_test(cut_off),
        cmocka_unit_test(cut_off_later), cmocka_unit_test(attributes),
    };

    return cmocka_run_group_tests_name("file", tests, make_folder,
                                       remove_folder);
}
