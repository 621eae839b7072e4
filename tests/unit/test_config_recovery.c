/* SPDX-License-Identifier: MIT */
/* config_recovery: what a dropped line leaves, and who may take it. */
#include "config_unit.h"

#include <sys/stat.h>

static const char sample[] = "# mine\n[account work]\nhost = a.org\nport = "
                             "993\nuser = ann\n\n[smtp relay]\nhost = "
                             "s.org\n";

static const char base[] = "[account a]\nhost = a.org\nport = 993\nx = 1\n\n"
                           "[account b]\nhost = b.org\n";

static void recovery(void **state)
{
    struct config *c = open_text(sample);
    struct error e = {0};
    int64_t when;
    char *text;

    (void)state;
    set(c, A, "work", SET_PORT, "994");
    set(c, A, "work", SET_PASSWORD, "geheim");
    assert_true(config_add(c, A, "new", &e));
    set(c, A, "new", SET_HOST, "n.org");
    assert_true(config_recovery_write(c, &e));
    text = read_file(in_folder(".accounts.ini.recovery"));
    assert_null(strstr(text, "geheim"));
    free(text);
    config_free(c);
    c = config_open(path, NULL, &e);
    assert_int_equal(config_recovery_found(c, &when), 3);
    assert_true(when > 0);
    assert_true(config_recovery_take(c, &e));
    assert_int_equal(config_recovery_found(c, &when), 0);
    assert_string_equal(config_get(c, A, "work", SET_PORT), "994");
    assert_string_equal(config_get(c, A, "new", SET_HOST), "n.org");
    assert_null(config_get(c, A, "work", SET_PASSWORD));
    assert_file(sample);
    config_free(c);
}

/* One connection can end two sessions at once. */
static void two_recoveries(void **state)
{
    struct config *one = open_text(base), *two = reopen();
    struct error e = {0};
    int64_t when;

    (void)state;
    set(one, A, "a", SET_PORT, "1");
    set(two, A, "b", SET_PORT, "2");
    assert_true(config_recovery_write(one, &e));
    assert_true(config_recovery_write(two, &e));
    assert_true(config_recovery_write(two, &e));
    config_free(one);
    config_free(two);
    one = reopen();
    /* Nothing of its own: what is waiting stays. */
    assert_true(config_recovery_write(one, &e));
    assert_true(config_recovery_found(one, &when) > 0);
    assert_true(config_recovery_take(one, &e));
    assert_string_equal(config_get(one, A, "b", SET_PORT), "2");
    config_free(one);
}

/* `postseal set` between the drop and the next start. */
static void waits_through_saves(void **state)
{
    struct config *c = open_text(base);
    struct error e = {0};
    int64_t when;

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    assert_true(config_recovery_write(c, &e));
    config_free(c);
    c = reopen();
    set(c, A, "b", SET_PORT, "2");
    save_by(c, SAVE_ASK);
    assert_int_equal(config_recovery_found(c, &when), 1);
    assert_true(config_recovery_drop(c, &e));
    assert_int_equal(config_recovery_found(c, &when), 0);
    assert_true(config_recovery_drop(c, &e));
    config_free(c);
}

static void recovery_of_strangers(void **state)
{
    struct config *c = open_text(base);
    const char *recovery = in_folder(".accounts.ini.recovery");
    int64_t when;

    (void)state;
    write_file(recovery, "[change 1]\nkind = set\nsection = account\nid = a\n"
                         "key = password-command\nvalue = evil\n");
    assert_int_equal(chmod(recovery, 0666), 0);
    assert_int_equal(config_recovery_found(c, &when), 0);
    unlink(recovery);
    config_free(c);
}

/* The folder itself is lost when the line drops: the edits are all there is
 * left. */
static void recovery_without_folder(void **state)
{
    struct config *c;
    struct error e = {0};
    int64_t when;

    (void)state;
    snprintf(path, sizeof(path), "%s/never/accounts.ini", folder);
    c = reopen();
    assert_true(config_add(c, A, "a", &e));
    assert_true(config_recovery_write(c, &e));
    config_free(c);
    c = reopen();
    assert_int_equal(config_recovery_found(c, &when), 1);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recovery_without_folder),
        cmocka_unit_test(recovery),
        cmocka_unit_test(two_recoveries),
        cmocka_unit_test(waits_through_saves),
        cmocka_unit_test(recovery_of_strangers),
    };

    return cmocka_run_group_tests_name("config_recovery", tests, make_folder,
                                       remove_folder);
}
