/* SPDX-License-Identifier: MIT */
/* endpoint: host names, URLs, usual ports, and pairs that cannot be. */
#include "unit.h"

#include "core/account/endpoint.h"

/* -- hosts and URLs -------------------------------------------------------- */

static const struct {
    const char *in, *out;
} good_hosts[] = {
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
    {"_dmarc.example", "_dmarc.example"},
    {"r3---sn.example", "r3---sn.example"},
    {"BU\xcc\x88"
     "CHER.example",
     "xn--bcher-kva.example"},
    {"fa\xc3\x9f.de", "xn--fa-hia.de"},
    {"a.org\xe3\x80\x82", "a.org"},
    {"::FFFF:192.0.2.1", "::ffff:192.0.2.1"},
    {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
};
static const char *const bad_hosts[] = {"",
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
                                        "\xff.org",
                                        "xn--.org",
                                        "xn--0.org",
                                        "xn--zz--.org",
                                        "\xef\xbc\x91.2.3.4",
                                        "a\xc2\xa0"
                                        "b.org",
                                        "\xe3\x80\x82"
                                        "a.org",
                                        "[1.2.3.4]",
                                        "[a.org]",
                                        "[",
                                        "[]",
                                        ".",
                                        "-",
                                        "1.2.3.4.5",
                                        "a.org/INBOX",
                                        "a\nb.org"};

static void hosts(void **state)
{
    char out[HOST_MAX], long_name[400];
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(good_hosts) / sizeof(good_hosts[0]); i++) {
        assert_true(host_normalise(good_hosts[i].in, out, &e));
        assert_string_equal(out, good_hosts[i].out);
    }
    for (size_t i = 0; i < sizeof(bad_hosts) / sizeof(bad_hosts[0]); i++) {
        e = (struct error){0};
        assert_false(host_normalise(bad_hosts[i], out, &e));
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

static const struct {
    const char *in, *out;
} good_urls[] = {
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
static const char *const bad_urls[] = {"a.org",
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
                                       "imap://a..org",
                                       "",
                                       ":993",
                                       "a.org:",
                                       "://a.org",
                                       "imaps://a.org:993:1",
                                       "imaps://2001:db8::1",
                                       "2001:db8::1",
                                       "imaps://a.org#x",
                                       "imap://a.org?security=tls",
                                       "imap://a.org?x=1",
                                       "imap://a.org:143\x1b[2J",
                                       "https://a.org?security=none"};

static void urls(void **state)
{
    struct endpoint endpoint;
    struct error e = {0};
    char out[400];

    (void)state;
    for (size_t i = 0; i < sizeof(good_urls) / sizeof(good_urls[0]); i++) {
        assert_true(endpoint_parse(good_urls[i].in, &endpoint, &e));
        assert_string_equal(endpoint_format(out, sizeof(out), &endpoint),
                            good_urls[i].out);
    }
    for (size_t i = 0; i < sizeof(bad_urls) / sizeof(bad_urls[0]); i++) {
        e = (struct error){0};
        assert_false(endpoint_parse(bad_urls[i], &endpoint, &e));
        assert_int_equal(e.code, ERROR_INPUT);
        assert_null(strchr(e.text, '\x1b'));
    }
    assert_true(endpoint_looks_like_url("a.org:993"));
    assert_false(endpoint_looks_like_url("work"));
    assert_false(endpoint_looks_like_url("work/incoming"));
}

/* What is canonical stays as it is when read again. */
static void stable(void **state)
{
    static const char *const urls_of_all[] = {
        "imaps://a.org:993", "pop3s://a.org:995",
        "smtps://a.org:465", "imap://a.org:143",
        "pop3://a.org:110",  "smtp://a.org:587",
        "https://a.org:443", "imap://[::1]:1/?security=none"};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct endpoint endpoint;
        struct error e = {0};
        char out[400];

        assert_true(endpoint_parse(urls_of_all[i], &endpoint, &e));
        assert_string_equal(endpoint_format(out, sizeof(out), &endpoint),
                            urls_of_all[i]);
    }
}

static void what_is_wrong(void **state)
{
    static const struct {
        const char *host, *says;
    } cases[] = {
        {"", "empty"},
        {"imaps://a.org", "alone"},
        {"a.org:993", "port has a field"},
        {"fe80::1%eth0", "zone"},
        {"01.2.3.4", "leading zeros"},
        {"ann@a.org", "mail address"},
        {"a..org", "Two dots"},
        {"*.a.org", "*"},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.org",
         "1 to 63"},
    };
    char out[HOST_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error e = {0};

        assert_false(host_normalise(cases[i].host, out, &e));
        print_message("# %s\n", e.text);
        assert_non_null(strstr(e.text, cases[i].says));
    }
}

static void longest_name(void **state)
{
    char name[300] = "", out[HOST_MAX];
    struct error e = {0};

    (void)state;
    for (int i = 0; i < 126; i++)
        memcpy(name + 2 * i, "a.", 3);
    memcpy(name + 252, "a", 2);
    assert_int_equal(strlen(name), 253);
    assert_true(host_normalise(name, out, &e));
    memcpy(name + 253, ".", 2);
    assert_true(host_normalise(name, out, &e));
    assert_int_equal(strlen(out), 253);
    memcpy(name + 252, "aa", 3);
    assert_false(host_normalise(name, out, &e));
    assert_non_null(strstr(e.text, "253"));
}

static void display(void **state)
{
    char out[400];

    (void)state;
    assert_string_equal(host_display(out, sizeof(out), "a.org"), "a.org");
    assert_string_equal(host_display(out, sizeof(out), "xn--bcher-kva.example"),
                        "xn--bcher-kva.example (b\xc3\xbc"
                        "cher.example)");
    assert_string_equal(host_display(out, sizeof(out), "xn--0.org"),
                        "xn--0.org");
    assert_string_equal(host_display(out, 5, "abcdefgh"), "abcd");
    /* Found by fuzzing: not half of the other form, nor half a letter. */
    for (size_t size = 22; size < 38; size++)
        assert_string_equal(host_display(out, size, "xn--bcher-kva.example"),
                            "xn--bcher-kva.example");
}

/* -- ports ----------------------------------------------------------------- */

static void ports(void **state)
{
    static const struct {
        enum service service;
        unsigned tls, starttls, none;
    } cases[] = {{SERVICE_IMAP, 993, 143, 143},
                 {SERVICE_POP3, 995, 110, 110},
                 {SERVICE_SMTP, 465, 587, 587},
                 {SERVICE_TLS, 443, 443, 443}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        enum service s = cases[i].service;
        bool error;

        assert_int_equal(endpoint_usual_port(s, SECURITY_TLS), cases[i].tls);
        assert_int_equal(endpoint_usual_port(s, SECURITY_STARTTLS),
                         cases[i].starttls);
        assert_int_equal(endpoint_usual_port(s, SECURITY_NONE), cases[i].none);
        for (int security = 0; security < SECURITY_COUNT; security++)
            assert_null(endpoint_doubt(
                s, (enum security)security,
                endpoint_usual_port(s, (enum security)security), &error));
    }
    assert_int_equal(endpoint_follow_port(993, SERVICE_IMAP, SECURITY_TLS,
                                          SERVICE_IMAP, SECURITY_STARTTLS),
                     143);
    assert_int_equal(endpoint_follow_port(1993, SERVICE_IMAP, SECURITY_TLS,
                                          SERVICE_IMAP, SECURITY_STARTTLS),
                     1993);
    assert_int_equal(endpoint_follow_port(993, SERVICE_IMAP, SECURITY_STARTTLS,
                                          SERVICE_IMAP, SECURITY_NONE),
                     993);
    assert_int_equal(endpoint_follow_port(143, SERVICE_IMAP, SECURITY_STARTTLS,
                                          SERVICE_POP3, SECURITY_STARTTLS),
                     110);
}

static void doubts(void **state)
{
    enum { FINE, UNUSUAL, IMPOSSIBLE };
    static const struct {
        enum service service;
        enum security security;
        unsigned port;
        int verdict;
    } cases[] = {
        {SERVICE_IMAP, SECURITY_STARTTLS, 993, IMPOSSIBLE},
        {SERVICE_POP3, SECURITY_STARTTLS, 995, IMPOSSIBLE},
        {SERVICE_SMTP, SECURITY_STARTTLS, 465, IMPOSSIBLE},
        {SERVICE_IMAP, SECURITY_NONE, 993, UNUSUAL},
        {SERVICE_IMAP, SECURITY_TLS, 143, UNUSUAL},
        {SERVICE_POP3, SECURITY_TLS, 110, UNUSUAL},
        {SERVICE_SMTP, SECURITY_TLS, 587, UNUSUAL},
        {SERVICE_SMTP, SECURITY_TLS, 25, UNUSUAL},
        {SERVICE_SMTP, SECURITY_STARTTLS, 25, FINE},
        {SERVICE_POP3, SECURITY_TLS, 993, UNUSUAL},
        {SERVICE_IMAP, SECURITY_TLS, 465, UNUSUAL},
        {SERVICE_SMTP, SECURITY_STARTTLS, 143, UNUSUAL},
        {SERVICE_IMAP, SECURITY_STARTTLS, 110, UNUSUAL},
        {SERVICE_IMAP, SECURITY_NONE, 25, UNUSUAL},
        {SERVICE_IMAP, SECURITY_TLS, 1993, FINE},
        {SERVICE_IMAP, SECURITY_STARTTLS, 1993, FINE},
        {SERVICE_TLS, SECURITY_TLS, 993, FINE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool error = true;
        const char *text = endpoint_doubt(cases[i].service, cases[i].security,
                                          cases[i].port, &error);

        print_message("# %s %s %u: %s\n", service_word(cases[i].service),
                      security_word(cases[i].security), cases[i].port,
                      text ? text : "fine");
        assert_int_equal(text ? error ? IMPOSSIBLE : UNUSUAL : FINE,
                         cases[i].verdict);
        assert_true(text || !error);
    }
}

static void words(void **state)
{
    enum service service;
    enum security security;

    (void)state;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        assert_true(service_parse(service_word((enum service)i), &service));
        assert_int_equal(service, i);
    }
    for (int i = 0; i < SECURITY_COUNT; i++) {
        assert_true(security_parse(security_word((enum security)i), &security));
        assert_int_equal(security, i);
    }
    assert_false(service_parse("imaps", &service));
    assert_false(security_parse("ssl", &security));
    assert_false(security_parse("", &security));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),        cmocka_unit_test(urls),
        cmocka_unit_test(stable),       cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(longest_name), cmocka_unit_test(display),
        cmocka_unit_test(ports),        cmocka_unit_test(doubts),
        cmocka_unit_test(words),
    };

    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
