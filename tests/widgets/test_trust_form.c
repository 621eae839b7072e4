/* SPDX-License-Identifier: MIT */
/* trust_form: when an exception may be added, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"
#include "tui/widgets/trust_form.h"

static unsigned char digest[32];
static char hex[65];

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < 32; i++)
        digest[i] = (unsigned char)(i * 7 + 1);
    text_hex(hex, digest, 32);
    return 0;
}

static bool ready(const char *pasted, const char *typed, const char *host,
                  char *say, enum exception_check *checked)
{
    const struct trust_form form = {digest, host};

    return trust_form_ready(&form, pasted, typed, checked, say, 300);
}

static void pasting(void **state)
{
    enum exception_check checked;
    char say[300], text[300];

    (void)state;
    assert_true(ready(hex, "", "h", say, &checked));
    assert_int_equal(checked, CHECKED_PASTED);
    snprintf(text, sizeof(text), "SHA256 Fingerprint=%s", hex);
    assert_true(ready(text, "", "h", say, &checked));
    text_hex_groups(text, digest, 32);
    assert_true(ready(text, "", "h", say, &checked));

    /* One wrong digit, in the fifth group; the typed name does not help. */
    snprintf(text, sizeof(text), "%s", hex);
    text[17] = text[17] == '0' ? '1' : '0';
    assert_false(ready(text, "h", "h", say, &checked));
    assert_non_null(strstr(say, "DIFFERENT"));
    assert_non_null(strstr(say, "group 5"));
    snprintf(text, sizeof(text), "%.40s", hex);
    assert_false(ready(text, "", "h", say, &checked));
    assert_non_null(strstr(say, "SHA-1"));
    snprintf(text, sizeof(text), "%.63s", hex);
    assert_false(ready(text, "", "h", say, &checked));
    assert_non_null(strstr(say, "63 of 64"));
    assert_false(ready("yes", "h", "h", say, &checked));
}

static void typing(void **state)
{
    static const char *const wrong[] = {
        "",    "mail.example.or",   "y",
        "yes", "mail.example.org ", "Mail.example.org"};
    enum exception_check checked;
    char say[300];

    (void)state;
    assert_true(
        ready("", "mail.example.org", "mail.example.org", say, &checked));
    assert_int_equal(checked, CHECKED_TYPED);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(ready("", wrong[i], "mail.example.org", say, &checked));
    /* A changed key: typing is no way at all. */
    assert_false(ready("", "mail.example.org", NULL, say, &checked));
    assert_non_null(strstr(say, "SHA-256"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pasting),
                                       cmocka_unit_test(typing)};

    return cmocka_run_group_tests_name("trust_form", tests, set_up, NULL);
}
