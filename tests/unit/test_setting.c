/* SPDX-License-Identifier: MIT */
/* setting: the table itself, every check with its words, names of sections. */
#include "unit.h"

#include "core/account/setting.h"
#include "core/base/text.h"

/* -- the table ------------------------------------------------------------- */

static void rows(void **state)
{
    (void)state;
    for (int s = 0; s < SET_COUNT; s++) {
        const struct setting_row *row = setting_row((enum setting)s);
        struct error e = {0};

        assert_non_null(row->key);
        assert_int_equal(strspn(row->key, "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(row->key));
        assert_true(text_width(row->label) <= 14);
        assert_true(strlen(row->help) > 10);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        assert_true(row->sections != 0);
        assert_true(row->type != SETTING_CHOICE || row->choices);
        assert_true(row->type != SETTING_NUMBER || row->min < row->max);
        if (row->fallback)
            assert_true(setting_check((enum setting)s, row->fallback, &e));
        for (int k = 0; k < s; k++)
            assert_string_not_equal(row->key,
                                    setting_row((enum setting)k)->key);
    }
}

static void walking(void **state)
{
    static const enum section kinds[] = {SECTION_DEFAULTS, SECTION_UI,
                                         SECTION_ACCOUNT, SECTION_SMTP};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        int count = 0;

        for (enum setting s = setting_next(kinds[i], SET_NONE); s != SET_NONE;
             s = setting_next(kinds[i], s)) {
            assert_true(setting_row(s)->sections & kinds[i]);
            assert_int_equal(setting_find(kinds[i], setting_row(s)->key), s);
            count++;
        }
        for (int s = 0; s < SET_COUNT; s++)
            count -= (setting_row((enum setting)s)->sections & kinds[i]) != 0;
        assert_int_equal(count, 0);
    }
    assert_int_equal(setting_find(SECTION_ACCOUNT, "PORT"), SET_PORT);
    assert_int_equal(setting_find(SECTION_ACCOUNT, "helo-name"), SET_NONE);
    assert_int_equal(setting_find(SECTION_UI, "port"), SET_NONE);
    assert_int_equal(setting_find(SECTION_SMTP, ""), SET_NONE);
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

/* -- values ---------------------------------------------------------------- */

#define EIGHT      "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
#define SIXTY_FOUR EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

static const struct {
    enum setting setting;
    const char *value;
    const char *says; /* NULL: right */
} values[] = {
    {SET_PORT, "1", NULL},
    {SET_PORT, "65535", NULL},
    {SET_PORT, "0993", NULL},
    {SET_PORT, "0", "1 to 65535"},
    {SET_PORT, "65536", "1 to 65535"},
    {SET_PORT, "99999", "1 to 65535"},
    {SET_PORT, "99999999999999999999", "1 to 65535"},
    {SET_PORT, "abc", "1 to 65535"},
    {SET_PORT, "-1", "1 to 65535"},
    {SET_PORT, "+1", "1 to 65535"},
    {SET_PORT, "1.5", "1 to 65535"},
    {SET_PORT, "0x10", "1 to 65535"},
    {SET_PORT, "", "empty"},
    {SET_TIMEOUT, "", NULL},
    {SET_TIMEOUT, "600", NULL},
    {SET_TIMEOUT, "601", "1 to 600"},
    {SET_TIMEOUT, "0", "1 to 600"},
    {SET_CHECK_INTERVAL, "0", NULL},
    {SET_CHECK_INTERVAL, "1441", "1440"},
    {SET_SECURITY, "starttls", NULL},
    {SET_SECURITY, "TLS", NULL},
    {SET_SECURITY, "ssl", "tls, starttls, none"},
    {SET_SECURITY, "", "tls, starttls, none"},
    {SET_TYPE, "pop3", NULL},
    {SET_TYPE, "pop", "imap, pop3"},
    {SET_AUTH, "scram-sha-256-plus", NULL},
    {SET_AUTH, "ntlm", "scram-sha-256"},
    {SET_ENABLED, "Yes", NULL},
    {SET_ENABLED, "true", "yes or no"},
    {SET_TLS_MINIMUM, "1.3", NULL},
    {SET_TLS_MINIMUM, "1.1", "1.2, 1.3"},
    {SET_HOST, "mail.example.org", NULL},
    {SET_HOST,
     "b\xc3\xbc"
     "cher.example",
     NULL},
    {SET_HOST, "", "empty"},
    {SET_HOST, "a b", "blanks"},
    {SET_HOST, "imaps://a.org", "alone"},
    {SET_HELO_NAME, "", NULL},
    {SET_HELO_NAME, "a b", "blanks"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://login.example.org/token", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "HTTPS://login.example.org:8443/a?b=c", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://[2001:db8::1]/token", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://127.0.0.1:8080/token", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://[::1]:8080/token", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://localhost/token", NULL},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://example.org/token",
     "https:// is needed"},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://127.evil.org/token",
     "https:// is needed"},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://localhost.evil.org/",
     "https:// is needed"},
    {SET_OAUTH_TOKEN_ENDPOINT, "login.example.org/token", "https://"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https:///token", "no server"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://ann:pw@example.org/", "password"},
    {SET_OAUTH_TOKEN_ENDPOINT, "http://localhost@evil.org/", "password"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://a..b/", "dots"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://example.org:0/", "port"},
    {SET_OAUTH_TOKEN_ENDPOINT, "https://example.org/a b", "blanks"},
    {SET_OAUTH_TOKEN_ENDPOINT, "off", "https://"},
    {SET_AUTOCONFIG_URL, "off", NULL},
    {SET_AUTOCONFIG_URL, "https://example.org/v1.1/", NULL},
    {SET_AUTOCONFIG_URL, "https://example.org/{{domain}}.xml", NULL},
    {SET_AUTOCONFIG_URL, "http://example.org/", "https:// is needed"},
    {SET_AUTOCONFIG_URL, "ftp://example.org/", "https://"},
    {SET_EMAIL, "ann@example.org", NULL},
    {SET_EMAIL, "", NULL},
    {SET_EMAIL, "ann", "name@domain"},
    {SET_EMAIL, "@example.org", "name@domain"},
    {SET_EMAIL, "ann@", "empty"},
    {SET_EMAIL, "Ann <ann@example.org>", "alone"},
    {SET_EMAIL, "a@b..org", "Two dots"},
    {SET_REPLY_TO, "a,b@c.org", "alone"},
    {SET_USER, "", NULL},
    {SET_USER, "J\xc3\xb6rg", NULL},
    {SET_USER, "a\nb", "control"},
    {SET_USER, "a\x1b[31m", "control"},
    {SET_PASSWORD_COMMAND, "a\nb", NULL},
    {SET_SMTP, "relay", NULL},
    {SET_SMTP, "", NULL},
    {SET_SMTP, SIXTY_FOUR, NULL},
    {SET_LABEL, SIXTY_FOUR, NULL},
    {SET_LABEL, SIXTY_FOUR "a", "65 letters of at most 64"},
    {SET_SMTP, "a/b", "none of"},
    {SET_LEAVE_ON_SERVER, "always", NULL},
    {SET_LEAVE_ON_SERVER, "30", NULL},
    {SET_LEAVE_ON_SERVER, "0", "1 to 3650"},
    {SET_LEAVE_ON_SERVER, "sometimes", "1 to 3650"},
    {SET_MOUSE, "no", NULL},
    {SET_COLOUR, "never", NULL},
    {SET_COLOUR, "always", "auto, never"},
};

static void checking(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const char *label = setting_row(values[i].setting)->label;
        struct error e = {0};
        bool ok = setting_check(values[i].setting, values[i].value, &e);

        print_message("# %s = %s: %s\n", label, values[i].says ? "..." : "ok",
                      e.text);
        assert_int_equal(ok, !values[i].says);
        if (ok)
            continue;
        assert_int_equal(e.code, ERROR_INPUT);
        assert_non_null(strstr(e.text, values[i].says));
        assert_memory_equal(e.text, label, strlen(label));
        assert_false(text_contains_control(e.text));
    }
}

static void too_long(void **state)
{
    char text[2000];

    (void)state;
    for (int s = 0; s < SET_COUNT; s++) {
        const struct setting_row *row = setting_row((enum setting)s);
        struct error e = {0};

        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        assert_false(setting_check((enum setting)s, text, &e));
        if (row->type != SETTING_TEXT && row->type != SETTING_COMMAND &&
            row->type != SETTING_SECRET)
            continue;
        text[row->max ? row->max : 255] = '\0';
        assert_true(setting_check((enum setting)s, text, &e) ||
                    s == SET_LEAVE_ON_SERVER);
    }
}

/* A secret stands in no message. */
static void secrets(void **state)
{
    struct error e = {0};
    char out[80];

    (void)state;
    assert_false(setting_check(SET_PASSWORD, "geheim\x01", &e));
    assert_null(strstr(e.text, "geheim"));
    setting_show(out, sizeof(out), SET_PASSWORD, "geheim");
    assert_null(strstr(out, "geheim"));
    assert_non_null(strstr(out, "stored"));
}

static void canonical(void **state)
{
    static const struct {
        enum setting setting;
        const char *typed, *written;
    } cases[] = {
        {SET_PORT, " 00993 ", "993"},
        {SET_PORT, "0", "0"},
        {SET_CHECK_INTERVAL, "00", "0"},
        {SET_SECURITY, " TLS ", "tls"},
        {SET_ENABLED, "No", "no"},
        {SET_HOST, " A.Org ", "A.Org"},
        {SET_USER, " ann ", "ann"},
        {SET_PASSWORD, " p ", " p "},
        {SET_PASSWORD_COMMAND, " x ", " x "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *out = setting_canonical(cases[i].setting, cases[i].typed);

        assert_string_equal(out, cases[i].written);
        free(out);
    }
}

static void showing(void **state)
{
    char out[80];

    (void)state;
    assert_string_equal(setting_show(out, sizeof(out), SET_TYPE, "IMAP"),
                        "IMAP");
    assert_string_equal(setting_show(out, sizeof(out), SET_SECURITY, "none"),
                        "none (not encrypted)");
    assert_string_equal(setting_show(out, sizeof(out), SET_SECURITY, "odd"),
                        "odd");
    setting_show(out, sizeof(out), SET_NAME, "a\x1b[31mb\xe2\x80\xae");
    assert_null(strchr(out, '\x1b'));
    assert_null(strstr(out, "\xe2\x80\xae"));
    assert_string_equal(setting_show(out, sizeof(out), SET_PASSWORD, ""), "");
}

/* -- sections -------------------------------------------------------------- */

static void section_names(void **state)
{
    static const struct {
        const char *name;
        enum section section; /* 0: none of ours */
        const char *id;
    } cases[] = {
        {"account work", SECTION_ACCOUNT, "work"},
        {"Account My Work", SECTION_ACCOUNT, "My Work"},
        {"smtp relay", SECTION_SMTP, "relay"},
        {"defaults", SECTION_DEFAULTS, ""},
        {"UI", SECTION_UI, ""},
        {"account", 0, ""},
        {"account ", 0, ""},
        {"account  work", SECTION_ACCOUNT, " work"},
        {"account\twork", 0, ""},
        {"accounts work", 0, ""},
        {"accountwork", 0, ""},
        {"defaults x", 0, ""},
        {"smtp", 0, ""},
        {"", 0, ""},
    };
    enum section section;
    const char *id;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool ok = section_parse(cases[i].name, &section, &id);

        print_message("# [%s]\n", cases[i].name);
        assert_int_equal(ok, cases[i].section != 0);
        if (!ok)
            continue;
        assert_int_equal(section, cases[i].section);
        assert_string_equal(id, cases[i].id);
    }
}

static void ids(void **state)
{
    static const char *const good[] = {"a",     "Work 2", "b\xc3\xbcro",
                                       "a.b@c", "x-y",    "100%"};
    static const char *const bad[] = {"",     " a",   "a ",   "a  b", "-a",
                                      "a/b",  "a:b",  "a[b",  "a]",   "a;b",
                                      "a#b",  "a=b",  "a\"b", "a'b",  "a\\",
                                      "a\tb", "a\nb", "\xff", "a\x7f"};
    char text[300] = "";
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        enum section section;
        const char *id;
        char *name = section_name(SECTION_ACCOUNT, good[i]);

        assert_true(section_check_id(good[i], &e));
        assert_true(section_parse(name, &section, &id));
        assert_string_equal(id, good[i]);
        free(name);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        e = (struct error){0};
        assert_false(section_check_id(bad[i], &e));
        assert_int_equal(e.code, ERROR_INPUT);
    }
    for (int i = 0; i < 64; i++)
        memcpy(text + 2 * i, "\xc3\xbc", 3);
    assert_true(section_check_id(text, &e));
    memcpy(text + 128, "a", 2);
    assert_false(section_check_id(text, &e));
    assert_non_null(strstr(e.text, "65"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),          cmocka_unit_test(walking),
        cmocka_unit_test(manual),        cmocka_unit_test(checking),
        cmocka_unit_test(too_long),      cmocka_unit_test(secrets),
        cmocka_unit_test(canonical),     cmocka_unit_test(showing),
        cmocka_unit_test(section_names), cmocka_unit_test(ids),
    };

    return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
