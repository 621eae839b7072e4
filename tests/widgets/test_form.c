/* SPDX-License-Identifier: MIT */
/* form: what keys do to the settings of a section. */
#include "tests/unit/unit.h"

#include "core/base/error.h"
#include "tui/keys.h"
#include "tui/widgets/form.h"

static const char example[] = "[account work]\n"
                              "name = Ann\n"
                              "host = mail.example.org\n"
                              "port = 993\n"
                              "user = ann\n"
                              "password = hunter2\n"
                              "[smtp relay]\n"
                              "host = smtp.example.org\n";

static struct config *open_example(void)
{
    char path[100];
    struct error e = {0};
    struct config *config;
    FILE *file;

    snprintf(path, sizeof(path), "%s/accounts.ini", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(example, file) >= 0);
    assert_int_equal(fclose(file), 0);
    config = config_open(path, NULL, &e);
    assert_non_null(config);
    return config;
}

static void show(struct form *form, struct config *config)
{
    form_show(form, config, SECTION_ACCOUNT, "work", SET_TYPE);
}

static void type(struct form *form, const char *text)
{
    for (; *text; text++)
        assert_true(form_key(form, *text, ""));
}

/* Opens the field, empties it, types, takes. */
static void put(struct form *form, enum setting setting, const char *text)
{
    form_focus(form, setting);
    form_open(form);
    assert_true(form_is_open(form));
    form_key(form, K_CTRL('U'), "");
    type(form, text);
    form_key(form, K_ENTER, "");
    assert_false(form_is_open(form));
}

static void order(void **state)
{
    struct config *config = open_example();
    struct form form = {0};

    (void)state;
    show(&form, config);
    assert_int_equal(form_focused(&form), SET_TYPE);
    form_key(&form, K_END, "");
    assert_int_equal(form_focused(&form), SET_ENABLED);
    form_key(&form, 'g', "");
    form_key(&form, K_TAB, "");
    assert_int_equal(form_focused(&form), SET_HOST);
    form_release(&form);
    config_free(config);
}

static void taking(void **state)
{
    struct config *config = open_example();
    struct form form = {0};
    char out[100];

    (void)state;
    show(&form, config);
    put(&form, SET_USER, "bob");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "work", SET_USER),
                        "bob");
    assert_true(form_remark(config, SECTION_ACCOUNT, "work", SET_USER, out,
                            sizeof(out)));
    assert_string_equal(out, "* was \"ann\"");
    put(&form, SET_USER, "ann");
    assert_int_equal(config_change_count(config), 0);
    form_focus(&form, SET_USER);
    form_open(&form);
    type(&form, "x");
    form_key(&form, K_ESCAPE, "");
    assert_int_equal(config_change_count(config), 0);
    form_release(&form);
    config_free(config);
}

static void wrong_values(void **state)
{
    static const struct {
        enum setting setting;
        const char *text, *said;
    } cases[] = {
        {SET_PORT, "99999", "1 to 65535"},  {SET_PORT, "0", "1 to 65535"},
        {SET_PORT, "abc", "1 to 65535"},    {SET_PORT, "", "empty"},
        {SET_HOST, "a..b", "Server name:"}, {SET_HOST, ".a", "Server name:"},
        {SET_HOST, "a b", "Server name:"},  {SET_HOST, "", "Server name:"},
        {SET_EMAIL, "ann", "name@domain"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config *config = open_example();
        struct form form = {0};
        struct config_fault fault;
        const char *kept;

        show(&form, config);
        put(&form, cases[i].setting, cases[i].text);
        kept = config_get(config, SECTION_ACCOUNT, "work", cases[i].setting);
        assert_string_equal(kept, cases[i].text);
        assert_non_null(strstr(form.message, cases[i].said));
        assert_non_null(strstr(form.message, "Saving waits"));
        assert_int_equal(form.message_style, STYLE_FAULT);
        assert_true(config_fault_at(config, 0, &fault));
        form_open(&form); /* Escape in the field gives the saved one back */
        form_key(&form, K_ESCAPE, "");
        assert_int_equal(config_change_count(config), 0);
        form_release(&form);
        config_free(config);
    }
}

static void secrets(void **state)
{
    struct config *config = open_example();
    struct form form = {0};
    char out[100];

    (void)state;
    show(&form, config);
    form_focus(&form, SET_PASSWORD);
    form_shown(&form, SET_PASSWORD, out, sizeof(out));
    assert_null(strstr(out, "hunter2"));
    form_open(&form);
    assert_string_equal(form.edit.text, ""); /* the stored one is not in it */
    form_key(&form, K_ENTER, "");
    assert_int_equal(config_change_count(config), 0);
    form_open(&form);
    type(&form, "new");
    form_forget(&form); /* Ctrl-Z */
    form_key(&form, K_ENTER, "");
    assert_int_equal(config_change_count(config), 0);
    form_open(&form);
    type(&form, "new");
    form_take(&form); /* a dropped line stages no secret */
    assert_int_equal(config_change_count(config), 0);
    form_release(&form);
    config_free(config);
}

static void choices(void **state)
{
    struct config *config = open_example();
    struct form form = {0};

    (void)state;
    show(&form, config);
    form_focus(&form, SET_SECURITY);
    form_next_choice(&form);
    assert_string_equal(
        config_get(config, SECTION_ACCOUNT, "work", SET_SECURITY), "starttls");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "work", SET_PORT),
                        "143");
    assert_non_null(strstr(form.message, "143"));
    form_focus(&form, SET_SMTP);
    form_open(&form);
    form_key(&form, K_DOWN, "");
    form_key(&form, K_ENTER, "");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "work", SET_SMTP),
                        "relay");
    form_focus(&form, SET_SMTP);
    form_undo(&form);
    form_focus(&form, SET_SECURITY);
    form_undo(&form);
    form_undo(&form);
    assert_int_equal(config_change_count(config), 0);
    form_undo(&form);
    assert_non_null(strstr(form.message, "nothing"));
    form_release(&form);
    config_free(config);
}

static const char *two_words(void *arg, size_t i)
{
    static const char *const words[] = {"Ann", "Work"};

    (void)arg;
    return i < 2 ? words[i] : NULL;
}

/* One's own certificates are chosen by name; another file is typed. */
static void own_certificates(void **state)
{
    const struct config_identities two = {.word = two_words};
    struct config *config = open_example();
    struct form form = {0};

    (void)state;
    show(&form, config);
    put(&form, SET_CLIENT_CERTIFICATE, "~/typed.pem"); /* while there is none */
    config_set_identities(config, &two);
    form_open(&form);
    assert_int_equal(form.mode, FORM_CHOICE);
    assert_int_equal(form.choices.count, 4);
    assert_int_equal(form.choices.selected, 3);
    form_key(&form, K_UP, "");
    form_key(&form, K_ENTER, "");
    assert_string_equal(
        config_get(config, SECTION_ACCOUNT, "work", SET_CLIENT_CERTIFICATE),
        "Work");
    form_next_choice(&form); /* passes the path over */
    assert_null(
        config_get(config, SECTION_ACCOUNT, "work", SET_CLIENT_CERTIFICATE));
    form_next_choice(&form);
    assert_string_equal(
        config_get(config, SECTION_ACCOUNT, "work", SET_CLIENT_CERTIFICATE),
        "Ann");
    form_open(&form);
    form_key(&form, K_END, "");
    form_key(&form, K_ENTER, "");
    assert_int_equal(form.mode, FORM_TEXT);
    form_key(&form, K_CTRL('U'), "");
    type(&form, "/k.pem");
    form_key(&form, K_ENTER, "");
    assert_string_equal(
        config_get(config, SECTION_ACCOUNT, "work", SET_CLIENT_CERTIFICATE),
        "/k.pem");
    form_release(&form);
    config_free(config);
}

static void new_section(void **state)
{
    static const enum setting rows[] = {SET_NAME, SET_EMAIL, SET_HOST,
                                        SET_NONE};
    struct config *config = open_example();
    struct form form = {0};

    (void)state;
    form_new(&form, config, SECTION_ACCOUNT, rows);
    assert_true(form_is_open(&form));
    type(&form, "Bo Example");
    form_key(&form, K_TAB, "");
    assert_true(form.draft);
    assert_int_equal(config_change_count(config), 0);
    type(&form, "Bo.E@example.org");
    form_key(&form, K_TAB, "");
    assert_false(form.draft);
    assert_string_equal(form.id, "bo-e");
    type(&form, "mail.example.org");
    form_key(&form, K_ENTER, "");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "bo-e", SET_NAME),
                        "Bo Example");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "bo-e", SET_HOST),
                        "mail.example.org");
    form_new(&form, config, SECTION_ACCOUNT, rows);
    form_leave(&form); /* nothing in it: nothing comes of it */
    assert_int_equal(config_count(config, SECTION_ACCOUNT), 2);
    form_new(&form, config, SECTION_ACCOUNT, rows);
    type(&form, "Cy");
    form_take(&form); /* a name alone is kept */
    assert_int_equal(config_count(config, SECTION_ACCOUNT), 3);
    form_release(&form);
    config_free(config);
}

static void finding_and_pasting(void **state)
{
    struct config *config = open_example();
    struct form form = {0};

    (void)state;
    show(&form, config);
    assert_true(form_find(&form, "USER", false));
    assert_int_equal(form_focused(&form), SET_USER);
    assert_true(form_find(&form, "mail.example", true));
    assert_int_equal(form_focused(&form), SET_HOST);
    assert_false(form_find(&form, "hunter2", false));
    form_focus(&form, SET_USER);
    form_open(&form);
    form_key(&form, K_CTRL('U'), "");
    form_key(&form, K_PASTE, "pasted");
    form_key(&form, K_ENTER, "");
    assert_string_equal(config_get(config, SECTION_ACCOUNT, "work", SET_USER),
                        "pasted");
    form_release(&form);
    config_free(config);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),        cmocka_unit_test(taking),
        cmocka_unit_test(wrong_values), cmocka_unit_test(secrets),
        cmocka_unit_test(choices),      cmocka_unit_test(own_certificates),
        cmocka_unit_test(new_section),  cmocka_unit_test(finding_and_pasting),
    };

    return cmocka_run_group_tests_name("form", tests, make_folder,
                                       remove_folder);
}
