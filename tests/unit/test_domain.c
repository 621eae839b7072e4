/* SPDX-License-Identifier: MIT */
/* domain: who a host name belongs to. */
#include "tests/unit/unit.h"

#include "core/account/domain.h"

static void registrable(void **state)
{
    static const struct {
        const char *host, *domain; /* "": none */
    } cases[] = {
        {"mail.example.org", "example.org"},
        {"example.org", "example.org"},
        {"a.b.c.example.co.uk", "example.co.uk"},
        {"co.uk", ""},
        {"org", ""},
        {"localhost", ""},
        {"", ""},
        /* strangers below one hoster's suffix (private part of the list) */
        {"ann.github.io", "ann.github.io"},
        {"github.io", ""},
        /* not in the list: the last label is the suffix */
        {"mail.hoster.example", "hoster.example"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"www.city.kobe.jp", "city.kobe.jp"}, /* an exception to *.kobe.jp */
        {"192.0.2.1", ""},
        {"2001:db8::1", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char domain[HOST_MAX];
        bool found = domain_registrable(cases[i].host, domain);

        if (found != (*cases[i].domain != '\0') ||
            strcmp(domain, cases[i].domain) != 0)
            fail_msg("%s: %s", cases[i].host, domain);
    }
}

static void owners(void **state)
{
    (void)state;
    assert_true(domain_same_owner("imap.example.org", "www.example.org"));
    assert_true(domain_same_owner("example.org", "www.example.org"));
    assert_false(domain_same_owner("imap.example.org", "imap.example.net"));
    assert_false(domain_same_owner("ann.co.uk", "ben.co.uk"));
    assert_false(domain_same_owner("ann.github.io", "ben.github.io"));
    assert_false(domain_same_owner("example.org", "notexample.org"));
    assert_false(domain_same_owner("192.0.2.1", "192.0.2.1"));
    assert_false(domain_same_owner("localhost", "localhost"));
}

static void suffixes(void **state)
{
    (void)state;
    assert_true(domain_is_public_suffix("com"));
    assert_true(domain_is_public_suffix("co.uk"));
    assert_true(domain_is_public_suffix("github.io"));
    assert_false(domain_is_public_suffix("example.org"));
    assert_false(domain_is_public_suffix("localhost"));
    assert_false(domain_is_public_suffix("lan"));
    assert_false(domain_is_public_suffix("192.0.2.1"));
}

static void covering(void **state)
{
    (void)state;
    assert_true(domain_covers("example.org", "example.org"));
    assert_true(domain_covers("example.org", "a.b.example.org"));
    assert_false(domain_covers("example.org", "badexample.org"));
    assert_false(domain_covers("a.example.org", "example.org"));
    assert_false(domain_covers("", "example.org"));
    assert_true(domain_covers("192.0.2.1", "192.0.2.1"));
    assert_false(domain_covers("2.1", "192.0.2.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registrable),
        cmocka_unit_test(owners),
        cmocka_unit_test(suffixes),
        cmocka_unit_test(covering),
    };

    return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
