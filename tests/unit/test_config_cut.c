/* SPDX-License-Identifier: MIT */
/* config_cut: a save in place that was cut short is offered, whole. */
#include "config_unit.h"

#include "core/account/config_private.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char old_text[] = "; mine\n[account work]\nhost = a.org\n"
                               "password = geheim\nport = 993\n";
static const char new_text[] = "; mine\n[account work]\nhost = longer.a.org\n"
                               "password = geheim\nport = 994\n";

static char state[200];

/* What write_recovery() in file_save.c does. */
static char *leave_copy(const char *text)
{
    char *prefix, *copy = malloc(600);
    FILE *file;

    snprintf(state, sizeof(state), "%s/state", folder);
    mkdir(state, 0700);
    prefix = file_cut_prefix(path);
    assert_non_null(prefix);
    snprintf(copy, 600, "%s/%s0123456789ab", state, prefix);
    file = fopen(copy, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(copy, 0600), 0);
    free(prefix);
    return copy;
}

static void write_bytes(const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_true(file && fwrite(bytes, 1, len, file) == len &&
                fclose(file) == 0);
}

static void begin(const char *text)
{
    snprintf(path, sizeof(path), "%s/accounts.ini", folder);
    write_bytes(text, strlen(text));
}

static struct config *open_with_copies(void)
{
    struct error e = {0};
    struct config *c = config_open(path, state, &e);

    if (!c)
        fail_msg("not opened: %s", e.text);
    assert_int_equal(e.code, ERROR_NONE);
    return c;
}

/* As the copy holds it. */
static char *without_passwords(const char *text)
{
    const char *at = strstr(text, "geheim");
    size_t size = strlen(text) + 20;
    char *made = malloc(size);

    snprintf(made, size, "%.*s(left-out:6)%s", (int)(at - text), text, at + 6);
    return made;
}

static void take(struct config *c, const char *wanted)
{
    struct config_cut cut;
    struct error e = {0};

    assert_true(config_cut_found(c, &cut));
    assert_true(cut.written > 0 && !cut.changed_since);
    assert_true(config_cut_take(c, &e));
    assert_file(wanted);
    assert_false(config_cut_found(c, &cut));
    assert_string_equal(config_get(c, A, "work", SET_PORT), "994");
    config_free(c);
    c = open_with_copies();
    assert_false(config_cut_found(c, &cut));
    config_free(c);
}

/* The file at every moment of being written over, room reserved before. */
static void at_every_byte(void **unused)
{
    size_t whole = strlen(new_text), before = strlen(old_text);
    char bytes[500], *copy_text = without_passwords(new_text);

    (void)unused;
    begin(old_text);
    for (size_t written = 0; written < whole; written++) {
        struct config_cut cut;
        struct config *c;
        char *copy;

        memset(bytes, 0, sizeof(bytes));
        memcpy(bytes, old_text, before);
        memcpy(bytes, new_text, written);
        write_bytes(bytes, whole);
        copy = leave_copy(copy_text);
        c = open_with_copies();
        assert_true(config_cut_found(c, &cut));
        assert_true(cut.unreadable);
        assert_string_equal(config_get(c, A, "work", SET_HOST), "longer.a.org");
        if (cut.passwords_lost) { /* it was just being written */
            assert_true(config_cut_take(c, NULL));
            assert_null(config_get(c, A, "work", SET_PASSWORD));
            config_free(c);
        } else {
            take(c, new_text);
        }
        assert_int_equal(access(copy, F_OK), -1);
        free(copy);
    }
    free(copy_text);
}

static void before_the_first_byte(void **unused)
{
    char *copy_text = without_passwords(new_text), *copy;
    struct config *c;

    (void)unused;
    begin(old_text);
    copy = leave_copy(copy_text);
    c = open_with_copies();
    assert_string_equal(config_get(c, A, "work", SET_PORT), "993");
    take(c, new_text);
    free(copy);
    free(copy_text);
}

/* A command's save goes on with the whole text. */
static void saved_over(void **unused)
{
    char *copy_text = without_passwords(new_text), *copy, bytes[500] = "";
    struct config_cut cut;
    struct config *c;
    char *text;

    (void)unused;
    begin(old_text);
    memcpy(bytes, old_text, strlen(old_text));
    write_bytes(bytes, strlen(new_text));
    copy = leave_copy(copy_text);
    c = open_with_copies();
    set(c, A, "work", SET_USER, "ann");
    save_by(c, SAVE_ASK);
    assert_false(config_cut_found(c, &cut));
    assert_int_equal(access(copy, F_OK), -1);
    text = read_file(path);
    assert_true(strncmp(text, new_text, strlen(new_text)) == 0);
    assert_non_null(strstr(text, "user = ann"));
    free(text);
    free(copy);
    free(copy_text);
    config_free(c);
}

static void nothing_to_offer(void **unused)
{
    char *copy_text = without_passwords(new_text), *copy;
    struct config_cut cut;
    struct file_lock lock;
    struct config *c;

    (void)unused;
    /* All was written, the copy not yet removed. */
    begin(new_text);
    copy = leave_copy(copy_text);
    c = open_with_copies();
    assert_false(config_cut_found(c, &cut));
    assert_int_equal(access(copy, F_OK), -1);
    config_free(c);
    free(copy);
    /* Others could have written it. */
    begin(old_text);
    copy = leave_copy(copy_text);
    chmod(copy, 0666);
    c = open_with_copies();
    assert_false(config_cut_found(c, &cut));
    config_free(c);
    /* The save is under way. */
    chmod(copy, 0600);
    assert_true(file_lock_try(&lock, path, NULL));
    c = open_with_copies();
    assert_false(config_cut_found(c, &cut));
    config_free(c);
    file_lock_release(&lock);
    /* Thrown away. */
    c = open_with_copies();
    assert_true(config_cut_found(c, &cut));
    assert_true(config_cut_drop(c, NULL));
    assert_file(old_text);
    assert_int_equal(access(copy, F_OK), -1);
    config_free(c);
    free(copy);
    free(copy_text);
}

static void copy_without_passwords(void **unused)
{
    char *wanted = without_passwords(new_text);
    struct buf copy;

    (void)unused;
    buf_init(&copy, 65536);
    assert_true(config_cut_copy(new_text, strlen(new_text), &copy));
    assert_string_equal(copy.data, wanted);
    buf_release(&copy);
    free(wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_every_byte),
        cmocka_unit_test(before_the_first_byte),
        cmocka_unit_test(saved_over),
        cmocka_unit_test(nothing_to_offer),
        cmocka_unit_test(copy_without_passwords),
    };

    return cmocka_run_group_tests_name("config_cut", tests, make_folder,
                                       remove_folder);
}
