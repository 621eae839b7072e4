/* SPDX-License-Identifier: MIT */
/* config, setting, endpoint: staging, undo, merging, checking, hosts, URLs. */
#include "unit.h"

#include "core/account/account.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <sys/stat.h>

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

/* -- staging and undo ------------------------------------------------------ */

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

/* -- what is in it --------------------------------------------------------- */

static void what_applies(void **state)
{
    struct config *c = open_text(
        "[defaults]\ntimeout = 9\nsmtp = out\n[account a]\ntype = pop3\n"
        "security = starttls\nlabel = A\ntimeout =\n[account b]\nsmtp = own\n"
        "[account c]\nport = 1\n[smtp own]\nsecurity = none\n[smtp out]\n");

    (void)state;
    assert_string_equal(config_effective(c, A, "a", SET_PORT), "110");
    assert_string_equal(config_effective(c, A, "b", SET_PORT), "993");
    assert_string_equal(config_effective(c, A, "c", SET_PORT), "1");
    assert_string_equal(config_effective(c, S, "own", SET_PORT), "587");
    assert_string_equal(config_effective(c, A, "a", SET_TIMEOUT), "9");
    assert_string_equal(config_effective(c, S, "own", SET_TIMEOUT), "9");
    assert_null(config_effective(c, A, "a", SET_HOST));
    assert_null(config_get(c, A, "nobody", SET_HOST));
    assert_string_equal(config_label(c, A, "a"), "A");
    assert_string_equal(config_label(c, A, "b"), "b");
    assert_string_equal(config_smtp_of(c, "b"), "own");
    assert_string_equal(config_smtp_user(c, "OUT", 0), "a");
    assert_string_equal(config_smtp_user(c, "OUT", 1), "c");
    assert_null(config_smtp_user(c, "OUT", 2));
    assert_string_equal(config_smtp_user(c, "own", 0), "b");
    set(c, A, "a", SET_SMTP, "own");
    assert_string_equal(config_smtp_user(c, "own", 0), "a");
    assert_string_equal(config_smtp_user(c, "own", 1), "b");
    assert_string_equal(config_smtp_user(c, "out", 0), "c");
    config_free(c);
}

/* An emptied field is unset; a server and its port are asked for. */
static void emptied(void **state)
{
    struct config *c =
        open_text("[account a]\nhost = h.org\nport = 1\nlabel = L\n"
                  "timeout = 9\n[smtp s]\nhost = s.org\nhelo-name = x.org\n");
    struct config_fault fault;

    (void)state;
    set(c, A, "a", SET_LABEL, "");
    set(c, A, "a", SET_TIMEOUT, "");
    set(c, S, "s", SET_HELO_NAME, "");
    assert_null(config_get(c, A, "a", SET_LABEL));
    assert_null(config_get(c, A, "a", SET_TIMEOUT));
    assert_null(config_get(c, S, "s", SET_HELO_NAME));
    assert_false(config_fault_at(c, 0, &fault));
    set(c, A, "a", SET_HOST, "");
    set(c, A, "a", SET_PORT, "");
    assert_true(config_fault_at(c, 0, &fault));
    assert_int_equal(fault.setting, SET_HOST);
    assert_non_null(strstr(fault.text, "empty"));
    assert_true(config_fault_at(c, 1, &fault));
    assert_int_equal(fault.setting, SET_PORT);
    assert_false(config_fault_at(c, 2, &fault));
    config_free(c);
}

static void broken_sections(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\nno setting\n"
                                 "[account b]\nhost = b.org\n");
    struct error e = {0};

    (void)state;
    assert_int_equal(config_count(c, A), 2);
    assert_true(config_broken(c, A, "a"));
    assert_false(config_broken(c, A, "b"));
    assert_false(config_set(c, A, "a", SET_HOST, "x.org", NULL, &e));
    assert_int_equal(e.code, ERROR_PARSE);
    assert_false(config_set(c, A, "zz", SET_HOST, "x.org", NULL, &e));
    assert_int_equal(e.code, ERROR_NOT_FOUND);
    set(c, A, "b", SET_HOST, "x.org");
    config_free(c);
}

/* -- everything that is wrong ---------------------------------------------- */

static const char faulty[] = "stray = 1\n"
                             "[defaults]\n"
                             "smtp = gone\n"
                             "[account work]\n"
                             "hots = a.org\n"
                             "port = 993\n"
                             "security = starttls\n"
                             "proxy-command = x\n"
                             "[account  work]\n"
                             "host = b.org\n"
                             "[Account WORK]\n"
                             "user = bob\n"
                             "[account a/b]\n"
                             "host = x..y\n"
                             "port = 99999\n"
                             "[account t]\n"
                             "host = a.org\n"
                             "user = u\n"
                             "[account u]\n"
                             "host = A.org.\n"
                             "user = u\n"
                             "port = 0993\n"
                             "[smtp r]\n"
                             "host = s.org\n"
                             "account = nobody\n"
                             "[foo]\n"
                             "x = 1\n"
                             "[ui]\n"
                             "mouse = maybe\n"
                             "[account bad]\n"
                             "this is bad\n"
                             "[account pw]\n"
                             "host = q.org\n"
                             "user = x\n"
                             "password = geheim\n";

static const struct {
    unsigned line;
    enum problem_severity severity;
    const char *says;
} found[] = {
    {0, PROBLEM_WARNING, "chmod 600"},
    {1, PROBLEM_WARNING, "before the first"},
    {3, PROBLEM_ERROR, "no [smtp gone]"},
    {4, PROBLEM_ERROR, "has no host"},
    {5, PROBLEM_WARNING, "did you mean host?"},
    {6, PROBLEM_ERROR, "STARTTLS cannot work"},
    {8, PROBLEM_WARNING, "\"proxy-command\". It is kept but not used"},
    {9, PROBLEM_ERROR, "no blanks at its ends"},
    {11, PROBLEM_WARNING, "stands here again"},
    {13, PROBLEM_ERROR, "none of"},
    {14, PROBLEM_ERROR, "Two dots"},
    {15, PROBLEM_ERROR, "1 to 65535"},
    {16, PROBLEM_WARNING, "no password-command, so its login"},
    {20, PROBLEM_WARNING, "same server, port and user as [account t]"},
    {25, PROBLEM_ERROR, "no [account nobody]"},
    {26, PROBLEM_WARNING, "[foo] is none of"},
    {29, PROBLEM_ERROR, "yes or no"},
    {31, PROBLEM_ERROR, "neither"},
};

static bool is_found(const struct problem *problems, size_t count, size_t k)
{
    for (size_t i = 0; i < count; i++)
        if (problems[i].line == found[k].line &&
            problems[i].severity == found[k].severity &&
            strstr(problems[i].text, found[k].says))
            return true;
    return false;
}

static void checking(void **state)
{
    struct config *c = open_text(faulty);
    struct problem *problems;
    size_t count;

    (void)state;
    assert_int_equal(chmod(path, 0644), 0);
    problems = config_check(c, &count);
    for (size_t i = 0; i < count; i++) {
        print_message("# %u: %s\n", problems[i].line, problems[i].text);
        assert_true(i == 0 || problems[i - 1].line <= problems[i].line);
        assert_null(strstr(problems[i].text, "geheim"));
    }
    for (size_t k = 0; k < sizeof(found) / sizeof(found[0]); k++) {
        if (!is_found(problems, count, k))
            fail_msg("line %u: %s", found[k].line, found[k].says);
    }
    free(problems);
    config_free(c);
}

/* A problem in a block that continues a section from further up belongs to that
 * section, not to the one that stands between. */
static void checking_continued(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\n"
                                 "[account b]\nhost = b.org\n"
                                 "[Account A]\njunk\n");
    struct problem *problems;
    size_t count, told = 0;

    (void)state;
    problems = config_check(c, &count);
    for (size_t i = 0; i < count; i++) {
        if (problems[i].line < 5)
            continue;
        assert_int_equal(problems[i].section, A);
        assert_string_equal(problems[i].id, "a");
        told++;
    }
    assert_int_equal(told, 2);
    free(problems);
    config_free(c);
}

/* What everybody starts from has nothing to be told. */
static void example(void **state)
{
    char *text = read_file("accounts.ini.example");
    struct config *c = open_text(text);
    struct problem *problems;
    size_t count;

    (void)state;
    assert_int_equal(config_count(c, A), 4);
    problems = config_check(c, &count);
    for (size_t i = 0; i < count; i++)
        fail_msg("%u: %s", problems[i].line, problems[i].text);
    free(problems);
    config_free(c);
    free(text);
}

static void test_copy(void **state)
{
    struct config *c = open_text(sample), *copy;

    (void)state;
    set(c, A, "work", SET_USER, "bob");
    assert_true(config_add(c, A, "new", NULL));
    set(c, A, "new", SET_HOST, "n.org");
    assert_true(config_remove(c, S, "relay", NULL));
    copy = config_copy(c);
    assert_int_equal(config_change_count(copy), 0);
    assert_string_equal(config_get(copy, A, "work", SET_USER), "bob");
    assert_string_equal(config_get(copy, A, "new", SET_HOST), "n.org");
    assert_int_equal(config_index(copy, S, "relay"), -1);

    /* What is tried there is not done here. */
    set(copy, A, "work", SET_USER, "eve");
    assert_true(config_add(copy, A, "other", NULL));
    assert_string_equal(config_get(c, A, "work", SET_USER), "bob");
    assert_int_equal(config_index(c, A, "other"), -1);
    config_free(copy);
    config_free(c);
}

static void test_free_id_after_undo(void **state)
{
    struct config *c = open_text(sample);
    char what[200], *id;

    (void)state;
    assert_true(config_add(c, A, "new", NULL));
    assert_true(config_undo(c, what, sizeof(what)));
    id = config_free_id(c, A, "new");
    assert_string_equal(id, "new");
    free(id);
    assert_true(config_remove(c, A, "work", NULL));
    id = config_free_id(c, A, "work");
    assert_string_equal(id, "work-2");
    free(id);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_free_id_after_undo),
        cmocka_unit_test(staging),
        cmocka_unit_test(port_follows),
        cmocka_unit_test(adding_and_removing),
        cmocka_unit_test(wrong_values_wait),
        cmocka_unit_test(what_applies),
        cmocka_unit_test(emptied),
        cmocka_unit_test(broken_sections),
        cmocka_unit_test(checking),
        cmocka_unit_test(checking_continued),
        cmocka_unit_test(example),
    };

    return cmocka_run_group_tests_name("config", tests, make_folder,
                                       remove_folder);
}
