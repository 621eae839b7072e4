/* SPDX-License-Identifier: MIT */
/* account: the complete view of a server, its defaults, and which setting is
 * to be mended when it cannot be tested. */
#include "unit.h"

#include "core/account/account.h"

#include <sys/stat.h>

static struct config *open_text(const char *text)
{
    const char *path = in_folder("accounts.ini");
    struct error e = {0};
    struct config *c;

    write_file(path, text);
    chmod(path, 0600); /* passwords in it are used then */
    c = config_open(path, NULL, &e);
    assert_non_null(c);
    return c;
}

/* One that others can read is not used, until it is typed anew. */
static void readable_password(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\nuser = ann\n"
                                 "password = secret\n[smtp b]\nhost = b.org\n"
                                 "account = a\n");
    struct server server;

    (void)state;
    chmod(config_path(c), 0640);
    assert_true(server_incoming(c, "a", &server, NULL, NULL));
    assert_null(server.password);
    assert_non_null(strstr(server.password_refused, "chmod 600 /"));
    server_release(&server);
    assert_true(server_smtp(c, "b", &server, NULL, NULL));
    assert_null(server.password);
    assert_non_null(server.password_refused);
    server_release(&server);
    config_set(c, SECTION_ACCOUNT, "a", SET_PASSWORD, "other", NULL, NULL);
    assert_true(server_incoming(c, "a", &server, NULL, NULL));
    assert_string_equal(secret_text(server.password), "other");
    assert_null(server.password_refused);
    server_release(&server);
    config_free(c);
}

/* Where the password comes from is borrowed as a whole. */
static void where_from(void **state)
{
    struct config *c = open_text(
        "[account a]\nhost = a.org\nuser = ann\npassword-command = cmd\n"
        "password-command-terminal = yes\nremember = keyring\n"
        "[smtp b]\nhost = b.org\naccount = a\n"
        "[smtp c]\nhost = c.org\naccount = a\npassword-command = other\n");
    struct server server;

    (void)state;
    assert_true(server_smtp(c, "b", &server, NULL, NULL));
    assert_string_equal(server.password_command, "cmd");
    assert_true(server.command_terminal);
    assert_true(server.remember);
    server_release(&server);
    assert_true(server_smtp(c, "c", &server, NULL, NULL));
    assert_string_equal(server.password_command, "other");
    assert_false(server.command_terminal);
    assert_false(server.remember);
    server_release(&server);
    config_free(c);
}

static void words(void **state)
{
    enum auth auth;

    (void)state;
    for (int i = 0; i < AUTH_COUNT; i++) {
        assert_true(auth_parse(auth_word((enum auth)i), &auth));
        assert_int_equal(auth, i);
        /* Every word is a choice of the setting, so none can be refused. */
        assert_true(setting_check(SET_AUTH, auth_word((enum auth)i), NULL));
    }
    assert_false(auth_parse("ntlm", &auth));
    assert_false(auth_parse("", &auth));
}

static void defaults(void **state)
{
    struct config *c = open_text("[account a]\nhost = A.Example.ORG.\n");
    struct server server;
    struct error e = {0};

    (void)state;
    assert_true(server_incoming(c, "A", &server, NULL, &e));
    assert_int_equal(server.section, SECTION_ACCOUNT);
    assert_int_equal(server.endpoint.service, SERVICE_IMAP);
    assert_int_equal(server.endpoint.security, SECURITY_TLS);
    assert_int_equal(server.endpoint.port, 993);
    assert_string_equal(server.endpoint.host, "a.example.org");
    assert_int_equal(server.auth, AUTH_AUTO);
    assert_int_equal(server.tls_minimum, TLS_MINIMUM_1_2);
    assert_int_equal(server.timeout, 15);
    assert_false(server.allow_plaintext_login);
    assert_null(server.user);
    assert_null(server.password);
    assert_null(server.password_command);
    assert_null(server.sender);
    server_release(&server);
    assert_null(server.id);
    config_free(c);
}

static void everything(void **state)
{
    struct config *c = open_text(
        "[defaults]\nsmtp = relay\ntimeout = 7\ntls-minimum = 1.3\n"
        "[account work]\ntype = POP3\nhost = b\xc3\xbc"
        "cher.example\n"
        "security = starttls\nauth = PLAIN\nuser = ann\npassword = p w\n"
        "allow-plaintext-login = Yes\ntls-minimum = 1.2\ntimeout = 9\n"
        "email = ann@a.org\n"
        "[smtp relay]\nhost = s.org\nport = 25\nsecurity = none\nauth = none\n"
        "helo-name = B\xc3\xbc"
        "cher.example\n");
    struct server server;
    struct error e = {0};

    (void)state;
    assert_true(server_incoming(c, "work", &server, NULL, &e));
    assert_int_equal(server.endpoint.service, SERVICE_POP3);
    assert_int_equal(server.endpoint.security, SECURITY_STARTTLS);
    assert_int_equal(server.endpoint.port, 110);
    assert_string_equal(server.endpoint.host, "xn--bcher-kva.example");
    assert_int_equal(server.auth, AUTH_PLAIN);
    assert_int_equal(server.tls_minimum, TLS_MINIMUM_1_2);
    assert_int_equal(server.timeout, 9);
    assert_true(server.allow_plaintext_login);
    assert_string_equal(server.user, "ann");
    assert_string_equal(secret_text(server.password), "p w");
    assert_string_equal(server.sender, "ann@a.org");
    server_release(&server);
    assert_true(server_outgoing(c, "work", &server, NULL, &e));
    assert_int_equal(server.section, SECTION_SMTP);
    assert_string_equal(server.id, "relay");
    assert_int_equal(server.endpoint.service, SERVICE_SMTP);
    assert_int_equal(server.endpoint.security, SECURITY_NONE);
    assert_int_equal(server.endpoint.port, 25);
    assert_int_equal(server.auth, AUTH_NONE);
    assert_int_equal(server.tls_minimum, TLS_MINIMUM_1_3);
    assert_int_equal(server.timeout, 7);
    assert_string_equal(server.helo_name, "xn--bcher-kva.example");
    assert_string_equal(server.sender, "ann@a.org");
    assert_null(server.user);
    server_release(&server);
    assert_true(server_smtp(c, "RELAY", &server, NULL, &e));
    assert_null(server.sender);
    server_release(&server);
    config_free(c);
}

/* RFC 5321 section 4.1.3 */
static void helo_literals(void **state)
{
    struct config *c = open_text("[smtp a]\nhost = s.org\nhelo-name = "
                                 "192.0.2.1\n[smtp b]\nhost = s.org\n"
                                 "helo-name = 2001:DB8::1\n");
    struct server server;
    struct error e = {0};

    (void)state;
    assert_true(server_smtp(c, "a", &server, NULL, &e));
    assert_string_equal(server.helo_name, "[192.0.2.1]");
    server_release(&server);
    assert_true(server_smtp(c, "b", &server, NULL, &e));
    assert_string_equal(server.helo_name, "[IPv6:2001:db8::1]");
    server_release(&server);
    config_free(c);
}

/* -- the login of another -------------------------------------------------- */

static void borrowed(void **state)
{
    struct config *c = open_text(
        "[account work]\nhost = a.org\nuser = ann\npassword-command = cmd\n"
        "[smtp all]\nhost = s.org\naccount = WORK\n"
        "[smtp own]\nhost = s.org\naccount = work\nuser = bob\n"
        "password = secret\n"
        "[smtp name]\nhost = s.org\naccount = work\nuser = ann@a.org\n"
        "[smtp none]\nhost = s.org\n");
    static const struct {
        const char *id, *user, *command, *password;
    } cases[] = {{"all", "ann", "cmd", NULL},
                 {"own", "bob", NULL, "secret"},
                 {"name", "ann@a.org", "cmd", NULL},
                 {"none", NULL, NULL, NULL}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct server server;
        struct error e = {0};

        assert_true(server_smtp(c, cases[i].id, &server, NULL, &e));
#define SAME(a, b)                                                             \
    do {                                                                       \
        if (b)                                                                 \
            assert_string_equal(a, b);                                         \
        else                                                                   \
            assert_null(a);                                                    \
    } while (0)
        SAME(server.user, cases[i].user);
        SAME(server.password_command, cases[i].command);
        SAME(secret_text(server.password), cases[i].password);
        server_release(&server);
    }
    config_free(c);
}

/* -- what cannot be tested ------------------------------------------------- */

enum which { INCOMING, OUTGOING, SMTP };

static const struct {
    const char *text;
    enum which which;
    enum setting culprit;
    const char *says;
} wrong[] = {
    {"[account a]\nuser = u\n", INCOMING, SET_HOST, "missing"},
    {"[account a]\nhost =\n", INCOMING, SET_HOST, "missing"},
    {"[account a]\nhost = a b\n", INCOMING, SET_HOST, "blanks"},
    {"[account a]\nhost = a..org\n", INCOMING, SET_HOST, "Two dots"},
    {"[account a]\nhost = a.org\nport = 0\n", INCOMING, SET_PORT, "1 to 65535"},
    {"[account a]\nhost = a.org\nport = 99999\n", INCOMING, SET_PORT,
     "1 to 65535"},
    {"[account a]\nhost = a.org\ntype = nntp\n", INCOMING, SET_TYPE, "imap"},
    {"[account a]\nhost = a.org\nsecurity = ssl\n", INCOMING, SET_SECURITY,
     "starttls"},
    {"[account a]\nhost = a.org\nauth = ntlm\n", INCOMING, SET_AUTH, "plain"},
    {"[account a]\nhost = a.org\ntls-minimum = 1.0\n", INCOMING,
     SET_TLS_MINIMUM, "1.3"},
    {"[account a]\nhost = a.org\ntimeout = 0\n", INCOMING, SET_TIMEOUT,
     "1 to 600"},
    {"[defaults]\ntimeout = x\n[account a]\nhost = a.org\n", INCOMING,
     SET_TIMEOUT, "1 to 600"},
    {"[account a]\nhost = a.org\nallow-plaintext-login = maybe\n", INCOMING,
     SET_ALLOW_PLAINTEXT_LOGIN, "yes or no"},
    {"[account b]\nhost = a.org\n", INCOMING, SET_NONE, "not in"},
    {"[account a]\nhost = a.org\nbroken line\n", INCOMING, SET_NONE,
     "cannot be read"},
    {"[account a]\nhost = a.org\n", OUTGOING, SET_SMTP, "no outgoing"},
    {"[account a]\nhost = a.org\nsmtp = gone\n", OUTGOING, SET_SMTP,
     "does not exist"},
    {"[account a]\nsmtp = a\n[smtp a]\nport = 1\n", OUTGOING, SET_HOST,
     "missing"},
    {"[smtp a]\nhost = s.org\naccount = gone\n", SMTP, SET_ACCOUNT,
     "does not exist"},
    {"[smtp a]\nhost = s.org\nhelo-name = a b\n", SMTP, SET_HELO_NAME,
     "blanks"},
    {"[smtp b]\nhost = s.org\n", SMTP, SET_NONE, "not in"},
};

static void refusing(void **state)
{
    static bool (*const views[])(
        const struct config *, const char *, struct server *, enum setting *,
        struct error *) = {server_incoming, server_outgoing, server_smtp};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct config *c = open_text(wrong[i].text);
        enum setting culprit = SET_COUNT;
        struct error e = {0};
        struct server server;

        assert_false(views[wrong[i].which](c, "a", &server, &culprit, &e));
        print_message("# %s\n", e.text);
        assert_int_equal(e.code, ERROR_INPUT);
        assert_int_equal(culprit, wrong[i].culprit);
        assert_non_null(strstr(e.text, wrong[i].says));
        /* Nothing is left to release, and releasing does no harm. */
        assert_null(server.id);
        server_release(&server);
        assert_false(views[wrong[i].which](c, "a", &server, NULL, NULL));
        config_free(c);
    }
}

static void from_url(void **state)
{
    struct endpoint endpoint;
    struct server server;
    struct error e = {0};

    (void)state;
    assert_true(endpoint_parse("imaps://a.org", &endpoint, &e));
    server_from_endpoint(&server, &endpoint, "ann", NULL, 5);
    assert_null(server.user);
    assert_int_equal(server.timeout, 5);
    assert_false(server.allow_plaintext_login);
    server_release(&server);
    server_from_endpoint(&server, &endpoint, NULL, "cmd", 5);
    assert_null(server.password_command);
    server_release(&server);
    server_from_endpoint(&server, &endpoint, "ann", "cmd", 5);
    assert_string_equal(server.user, "ann");
    assert_string_equal(server.password_command, "cmd");
    server_release(&server);
}

/* Staged values are tested before they are saved. */
static void staged(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\nport = 993\n");
    struct server server;
    struct error e = {0};

    (void)state;
    assert_true(config_set(c, SECTION_ACCOUNT, "a", SET_SECURITY, "starttls",
                           NULL, &e));
    assert_true(server_incoming(c, "a", &server, NULL, &e));
    assert_int_equal(server.endpoint.port, 143);
    server_release(&server);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),      cmocka_unit_test(readable_password),
        cmocka_unit_test(where_from), cmocka_unit_test(defaults),
        cmocka_unit_test(everything), cmocka_unit_test(helo_literals),
        cmocka_unit_test(borrowed),   cmocka_unit_test(refusing),
        cmocka_unit_test(from_url),   cmocka_unit_test(staged),
    };

    return cmocka_run_group_tests_name("account", tests, make_folder,
                                       remove_folder);
}
