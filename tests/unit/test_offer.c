/* SPDX-License-Identifier: MIT */
/* offer: what a source says about an address. */
#include "tests/unit/unit.h"

#include "core/setup/offer.h"

static const struct offer_address ann = {.email = "ann@example.org",
                                         .local = "ann",
                                         .domain = "example.org",
                                         .name = "Ann Example"};

static void expands(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"%EMAILADDRESS%", "ann@example.org"},
        {"%EMAILLOCALPART%.%EMAILDOMAIN%", "ann.example.org"},
        {"x%EMAILLOCALPART%y", "xanny"},
        {"%REALNAME%", "Ann Example"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *got = offer_expand(cases[i].text, &ann, NULL);

        assert_non_null(got);
        assert_string_equal(got, cases[i].wanted);
        free(got);
    }
}

static void refuses(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"%PHONE%", "%PHONE% is none of %EMAILADDRESS%"},
        {"100%", "%% is none of"},
        {"%emailaddress%", "%emailaddress% is none of"},
        {"%EMAILADDRESS", "%EMAILADDRESS% is none of"},
        {"%\033[2J%", "\\x1B[2J"},
        {"ann\xe1", "cannot be shown"},
        {"ann\u202e%EMAILDOMAIN%", "cannot be shown"},
    };
    char endless[2000];
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        e = (struct error){0};
        assert_null(offer_expand(cases[i].text, &ann, &e));
        assert_int_equal(e.code, ERROR_INPUT);
        if (!strstr(e.text, cases[i].words))
            fail_msg("%s: %s", cases[i].text, e.text);
    }
    memset(endless, 'a', sizeof(endless));
    endless[sizeof(endless) - 1] = '\0';
    assert_null(offer_expand(endless, &ann, &e));
    assert_non_null(strstr(e.text, "longer than 1000 bytes"));
}

static void links(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"https://a.example/", true},
        {"https://a.example/x?y=z#w", true},
        {"http://a.example/", false},
        {"https://", false},
        {"https://a.example/ b", false},
        {"https://a.example/\"", false},
        {"https://a.example/<", false},
        {"https://a.example/\n", false},
        {"https://a.example/\x7f", false},
        {"https://a.example/m\xe1il", false},
        {"https://a.example/\u202e", false},
        {"javascript:x", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (offer_is_link(cases[i].text) != cases[i].good)
            fail_msg("%s", cases[i].text);
}

/* The same server twice is one; more than OFFER_MAX are left out. */
static void bounded(void **state)
{
    struct offer_server server = {
        .endpoint = {SERVICE_IMAP, SECURITY_TLS, "imap.example.org", 993}};
    struct offer offer = {0};
    char user[] = "ann";

    (void)state;
    server.user = user;
    assert_true(offer_add(&offer, SETUP_INCOMING, &server));
    assert_false(offer_add(&offer, SETUP_INCOMING, &server));
    assert_ptr_not_equal(offer.servers[SETUP_INCOMING][0].user, user);
    for (unsigned port = 1; port < OFFER_MAX; port++) {
        server.endpoint.port = port;
        assert_true(offer_add(&offer, SETUP_INCOMING, &server));
    }
    server.endpoint.port = 1000;
    assert_false(offer_add(&offer, SETUP_INCOMING, &server));
    assert_int_equal(offer.count[SETUP_INCOMING], OFFER_MAX);
    assert_true(offer_add(&offer, SETUP_OUTGOING, &server));
    offer_release(&offer);
    assert_int_equal(offer.count[SETUP_INCOMING], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands),
        cmocka_unit_test(refuses),
        cmocka_unit_test(links),
        cmocka_unit_test(bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
