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

/* -- saving and merging
 * -------------------------------------------------------------------- */

static void saving(void **state)
{
    struct config *c = open_text(sample);
    struct save_result result;
    struct error e = {0};

    (void)state;
    set(c, A, "work", SET_PORT, "994");
    set(c, A, "work", SET_LABEL, "Work");
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    assert_int_equal(result.written, 2);
    assert_file("# mine\n[account work]\nhost = a.org\nport = 994\nuser = "
                "ann\nlabel = Work\n\n[smtp relay]\nhost = s.org\n");
    assert_int_equal(config_change_count(c), 0);
    assert_string_equal(config_get(c, A, "work", SET_LABEL), "Work");
    config_free(c);
}

static void merging(void **state)
{
    struct config *c = open_text(sample);
    struct save_result result;
    struct error e = {0};

    (void)state;
    set(c, A, "work", SET_PORT, "994");
    write_file(path, "# theirs\n[account work]\nhost = c.org\nport = "
                     "993\nuser = ann\n");
    assert_true(config_changed_on_disk(c));
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    assert_true(result.merged);
    assert_file("# theirs\n[account work]\nhost = c.org\nport = 994\nuser = "
                "ann\n");
    assert_string_equal(config_get(c, A, "work", SET_HOST), "c.org");
    config_free(c);
}

static void conflicts(void **state)
{
    static const struct {
        enum save_policy policy;
        const char *port;
    } cases[] = {{SAVE_MINE, "994"}, {SAVE_THEIRS, "995"}};
    struct save_result result;
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct config *c = open_text(sample);

        set(c, A, "work", SET_PORT, "994");
        set(c, A, "work", SET_LABEL, "L");
        write_file(path, "[account work]\nhost = a.org\nport = 995\n");
        assert_false(config_save(c, SAVE_ASK, &result, &e));
        assert_int_equal(e.code, ERROR_CONFLICT);
        assert_int_equal(result.conflict_count, 1);
        assert_string_equal(result.conflicts[0].base, "993");
        assert_string_equal(result.conflicts[0].theirs, "995");
        assert_string_equal(result.conflicts[0].mine, "994");
        save_result_release(&result);
        assert_int_equal(config_change_count(c), 2);
        assert_true(config_save(c, cases[i].policy, &result, &e));
        save_result_release(&result);
        assert_string_equal(config_get(c, A, "work", SET_PORT), cases[i].port);
        assert_string_equal(config_get(c, A, "work", SET_LABEL), "L");
        config_free(c);
    }
}

static void only_mine(void **state)
{
    struct config *c = open_text(sample);
    struct save_result result;
    struct error e = {0};

    (void)state;
    set(c, A, "work", SET_PORT, "994");
    write_file(path, "[account other]\nhost = z.org\n");
    assert_false(config_save(c, SAVE_ASK, &result, &e));
    save_result_release(&result);
    assert_true(config_save(c, SAVE_ONLY_MINE, &result, &e));
    assert_string_equal(config_get(c, A, "work", SET_PORT), "994");
    assert_int_equal(config_index(c, A, "other"), -1);
    config_free(c);
}

static void backups(void **state)
{
    struct config *c = open_text("[account a]\nhost = x.org\npassword = p\n");
    struct save_result result;
    struct error e = {0};
    char backup[220];

    (void)state;
    snprintf(backup, sizeof(backup), "%s~", path);
    unlink(backup);
    set(c, A, "a", SET_HOST, "y.org");
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    assert_int_equal(access(backup, F_OK), -1);
    config_free(c);
    c = open_text(sample);
    set(c, A, "work", SET_HOST, "y.org");
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    assert_int_equal(access(backup, F_OK), 0);
    config_free(c);
}

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

static void many(void **state)
{
    size_t size = 0, n = 3000;
    char *text = xmalloc(n * 60);
    struct save_result result;
    struct error e = {0};
    struct config *c;

    (void)state;
    for (size_t i = 0; i < n; i++)
        size += (size_t)snprintf(text + size, 60,
                                 "[account a%zu]\nhost = h%zu.org\n\n", i, i);
    c = open_text(text);
    assert_int_equal(config_count(c, A), n);
    assert_string_equal(config_get(c, A, "a2999", SET_HOST), "h2999.org");
    set(c, A, "a1500", SET_HOST, "x.org");
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    assert_int_equal(config_index(c, A, "a2000"), 2000);
    config_free(c);
    free(text);
}

/* -- the table
 * ------------------------------------------------------------------------------
 */

static void table(void **state)
{
    (void)state;
    for (int s = 0; s < SET_COUNT; s++) {
        const struct setting_row *row = setting_row((enum setting)s);
        struct error e = {0};

        assert_non_null(row->key);
        assert_true(text_width(row->label) <= 14);
        assert_true(strlen(row->help) > 10);
        assert_true(row->sections != 0);
        if (row->fallback)
            assert_true(setting_check((enum setting)s, row->fallback, &e));
        for (int k = 0; k < s; k++)
            assert_string_not_equal(row->key,
                                    setting_row((enum setting)k)->key);
    }
}

/* Whoever adds a setting also adds it to the manual. */
static void manual(void **state)
{
    char *text = read_file("docs/postseal.1");

    (void)state;
    for (int s = 0; s < SET_COUNT; s++)
        assert_non_null(strstr(text, setting_row((enum setting)s)->key));
    free(text);
}

/* -- hosts and URLs
 * -------------------------------------------------------------------------- */

static void hosts(void **state)
{
    static const struct {
        const char *in, *out;
    } good[] = {
        {"Mail.Example.ORG", "mail.example.org"},
        {" mail.example.org. ", "mail.example.org"},
        {"localhost", "localhost"},
        {"b\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example"},
        {"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
        {"192.0.2.1", "192.0.2.1"},
        {"[2001:DB8::1]", "2001:db8::1"},
        {"a_b.example", "a_b.example"},
    };
    static const char *const bad[] = {"",
                                      " ",
                                      ".a.org",
                                      "a..org",
                                      "a b.org",
                                      "-a.org",
                                      "a-.org",
                                      "*.a.org",
                                      "a.org:993",
                                      "imaps://a.org",
                                      "x@a.org",
                                      "1.2.3",
                                      "1.2.3.256",
                                      "01.2.3.4",
                                      "2001:db8::zz",
                                      "fe80::1%eth0",
                                      "a,b",
                                      "xn--a.org\x01",
                                      "\xff.org"};
    char out[HOST_MAX], long_name[400];
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(host_normalise(good[i].in, out, &e));
        assert_string_equal(out, good[i].out);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        e = (struct error){0};
        assert_false(host_normalise(bad[i], out, &e));
        assert_int_equal(e.code, ERROR_INPUT);
    }
    memset(long_name, 'a', 63);
    memcpy(long_name + 63, ".org", sizeof(".org"));
    assert_true(host_normalise(long_name, out, &e));
    memset(long_name, 'a', 64);
    memcpy(long_name + 64, ".org", sizeof(".org"));
    assert_false(host_normalise(long_name, out, &e));
    for (int i = 0; i < 60; i++)
        memcpy(long_name + 5 * i, "abcd.", 5);
    memcpy(long_name + 300, "org", sizeof("org"));
    assert_false(host_normalise(long_name, out, &e));
}

static void urls(void **state)
{
    static const struct {
        const char *in, *out;
    } good[] = {
        {"imaps://a.org", "imaps://a.org:993"},
        {"imaps://a.org:1/", "imaps://a.org:1"},
        {"pop3s://a.org", "pop3s://a.org:995"},
        {"smtps://a.org", "smtps://a.org:465"},
        {"imap://a.org", "imap://a.org:143"},
        {"smtp://a.org", "smtp://a.org:587"},
        {"pop3://a.org?security=none", "pop3://a.org:110/?security=none"},
        {"https://a.org:8443", "https://a.org:8443"},
        {"a.org:993", "imaps://a.org:993"},
        {"a.org:587", "smtp://a.org:587"},
        {"a.org:25", "smtp://a.org:25"},
        {"a.org:4711", "https://a.org:4711"},
        {"[::1]:993", "imaps://[::1]:993"},
        {"imaps://[::1]", "imaps://[::1]:993"},
    };
    static const char *const bad[] = {"a.org",
                                      "ftp://a.org",
                                      "imaps://",
                                      "imaps://u@a.org",
                                      "imaps://a.org/INBOX",
                                      "imaps://a.org:0",
                                      "imaps://a.org:65536",
                                      "imaps://a.org:x",
                                      "imaps://a.org?security=none",
                                      "a.org:70000",
                                      "[::1",
                                      "imap://a..org"};
    struct endpoint endpoint;
    struct error e = {0};
    char out[400];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(endpoint_parse(good[i].in, &endpoint, &e));
        assert_string_equal(endpoint_format(out, sizeof(out), &endpoint),
                            good[i].out);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(endpoint_parse(bad[i], &endpoint, &e));
    assert_true(endpoint_looks_like_url("a.org:993"));
    assert_false(endpoint_looks_like_url("work"));
    assert_false(endpoint_looks_like_url("work/incoming"));
}

/* -- the typed view
 * -----------------------------------------------------------------------------
 */

static void servers(void **state)
{
    struct config *c = open_text(
        "[defaults]\nsmtp = relay\ntimeout = 7\n[account work]\nhost = "
        "A.org\nuser = ann\npassword-command = cmd\nemail = ann@a.org\n"
        "[smtp relay]\nhost = s.org\nsecurity = starttls\naccount = work\n"
        "[account lost]\nsmtp = gone\nhost = \n");
    struct server server;
    struct error e = {0};
    enum setting culprit = SET_NONE;

    (void)state;
    assert_true(server_incoming(c, "work", &server, &culprit, &e));
    assert_string_equal(server.endpoint.host, "a.org");
    assert_int_equal(server.endpoint.port, 993);
    assert_int_equal(server.timeout, 7);
    server_release(&server);
    assert_true(server_outgoing(c, "work", &server, &culprit, &e));
    assert_int_equal(server.endpoint.port, 587);
    assert_string_equal(server.user, "ann");
    assert_string_equal(server.password_command, "cmd");
    assert_string_equal(server.sender, "ann@a.org");
    server_release(&server);
    assert_false(server_incoming(c, "lost", &server, &culprit, &e));
    assert_int_equal(culprit, SET_HOST);
    assert_false(server_outgoing(c, "lost", &server, &culprit, &e));
    assert_int_equal(culprit, SET_SMTP);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staging),
        cmocka_unit_test(port_follows),
        cmocka_unit_test(adding_and_removing),
        cmocka_unit_test(wrong_values_wait),
        cmocka_unit_test(saving),
        cmocka_unit_test(merging),
        cmocka_unit_test(conflicts),
        cmocka_unit_test(only_mine),
        cmocka_unit_test(backups),
        cmocka_unit_test(recovery),
        cmocka_unit_test(many),
        cmocka_unit_test(table),
        cmocka_unit_test(manual),
        cmocka_unit_test(hosts),
        cmocka_unit_test(urls),
        cmocka_unit_test(servers),
    };

    return cmocka_run_group_tests_name("config", tests, make_folder,
                                       remove_folder);
}
