/* SPDX-License-Identifier: MIT */
/* config, setting, endpoint: staging, undo, merging, checking, hosts, URLs. */
#include "unit.h"

#include "core/account/account.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#define A SECTION_ACCOUNT
#define S SECTION_SMTP

static char path[200];

static struct config *open_text(const char *text)
{
    struct error e = {0};
    struct config *c;

    snprintf(path, sizeof(path), "%s/accounts.ini", folder);
    write_file(path, text);
    c = config_open(path, NULL, &e);
    assert_non_null(c);
    return c;
}

static const char sample[] = "# mine\n[account work]\nhost = a.org\nport = "
                             "993\nuser = ann\n\n[smtp relay]\nhost = "
                             "s.org\n";

static void set(struct config *c, enum section section, const char *id,
                enum setting setting, const char *value)
{
    struct error e = {0};

    assert_true(config_set(c, section, id, setting, value, NULL, &e));
}

static void assert_file(const char *wanted)
{
    char *text = read_file(path);

    assert_string_equal(text, wanted);
    free(text);
}

/* -- staging and undo
 * ------------------------------------------------------------------ */

static void staging(void **state)
{
    struct config *c = open_text(sample);
    struct config_change change;
    char what[100];

    (void)state;
    assert_int_equal(config_count(c, A), 1);
    assert_string_equal(config_get(c, A, "WORK", SET_HOST), "a.org");
    assert_string_equal(config_effective(c, A, "work", SET_SECURITY), "tls");
    assert_string_equal(config_effective(c, S, "relay", SET_PORT), "465");
    set(c, A, "work", SET_HOST, "b.org");
    assert_int_equal(config_change_count(c), 1);
    assert_true(config_change_at(c, 0, &change));
    assert_string_equal(change.old_value, "a.org");
    assert_string_equal(change.new_value, "b.org");
    assert_string_equal(config_saved(c, A, "work", SET_HOST), "a.org");
    set(c, A, "work", SET_HOST, "a.org");
    assert_int_equal(config_change_count(c), 0);
    assert_true(config_undo(c, what, sizeof(what)));
    assert_string_equal(config_get(c, A, "work", SET_HOST), "b.org");
    assert_true(config_undo(c, what, sizeof(what)));
    assert_false(config_undo(c, what, sizeof(what)));
    assert_int_equal(config_change_count(c), 0);
    config_free(c);
}

static void port_follows(void **state)
{
    struct config *c = open_text(sample);
    struct error e = {0};
    bool moved;
    char what[100];

    (void)state;
    assert_true(config_set(c, A, "work", SET_SECURITY, "starttls", &moved, &e));
    assert_true(moved);
    assert_string_equal(config_get(c, A, "work", SET_PORT), "143");
    assert_int_equal(config_change_count(c), 2);
    assert_true(config_undo(c, what, sizeof(what)));
    assert_int_equal(config_change_count(c), 0);
    set(c, A, "work", SET_PORT, "2993");
    assert_true(config_set(c, A, "work", SET_SECURITY, "starttls", &moved, &e));
    assert_false(moved);
    assert_string_equal(config_get(c, A, "work", SET_PORT), "2993");
    config_free(c);
}

static void adding_and_removing(void **state)
{
    struct config *c = open_text(sample);
    struct error e = {0};
    char what[100], *id;

    (void)state;
    assert_false(config_add(c, A, "Work", &e));
    assert_int_equal(e.code, ERROR_EXISTS);
    assert_false(config_add(c, A, "a/b", &e));
    id = config_free_id(c, A, "Work!");
    assert_string_equal(id, "work-2");
    free(id);
    assert_true(config_add(c, A, "home", &e));
    set(c, A, "home", SET_HOST, "h.org");
    assert_int_equal(config_count(c, A), 2);
    assert_true(config_remove(c, A, "work", &e));
    assert_int_equal(config_count(c, A), 1);
    assert_string_equal(config_id(c, A, 0), "home");
    assert_int_equal(config_index(c, A, "work"), -1);
    while (config_undo(c, what, sizeof(what)))
        ;
    assert_int_equal(config_change_count(c), 0);
    assert_int_equal(config_count(c, A), 1);
    config_free(c);
}

static void wrong_values_wait(void **state)
{
    struct config *c = open_text(sample);
    struct save_result result;
    struct config_fault fault;
    struct error e = {0};

    (void)state;
    set(c, A, "work", SET_PORT, "99999");
    assert_string_equal(config_get(c, A, "work", SET_PORT), "99999");
    assert_true(config_fault_at(c, 0, &fault));
    assert_int_equal(fault.setting, SET_PORT);
    assert_non_null(strstr(fault.text, "1 to 65535"));
    assert_false(config_save(c, SAVE_ASK, &result, &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_file(sample);
    assert_true(config_revert(c, A, "work", SET_PORT));
    assert_false(config_fault_at(c, 0, &fault));
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staging),
        cmocka_unit_test(port_follows),
        cmocka_unit_test(adding_and_removing),
        cmocka_unit_test(wrong_values_wait),
    };

    return cmocka_run_group_tests_name("config", tests, make_folder,
                                       remove_folder);
}
