/* SPDX-License-Identifier: MIT */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "core/mail/stage.h"

static const struct {
    enum service service;
    enum security security;
    bool sender;
    const char *plan;
} cases[] = {
    {SERVICE_IMAP, SECURITY_TLS, false,
     "resolve connect tls certificate greeting capability login mailbox "
     "logout"},
    {SERVICE_POP3, SECURITY_STARTTLS, false,
     "resolve connect greeting capability starttls tls certificate "
     "tls-capability login mailbox logout"},
    {SERVICE_IMAP, SECURITY_NONE, false,
     "resolve connect greeting capability login mailbox logout"},
    {SERVICE_SMTP, SECURITY_TLS, false,
     "resolve connect tls certificate greeting capability login logout"},
    {SERVICE_SMTP, SECURITY_TLS, true,
     "resolve connect tls certificate greeting capability login mailbox "
     "logout"},
    {SERVICE_TLS, SECURITY_TLS, false, "resolve connect tls certificate"},
    {SERVICE_TLS, SECURITY_NONE, false, "resolve connect tls certificate"},
};

static void test_plan(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum stage plan[STAGE_MAX];
        size_t count = stage_plan(plan, cases[i].service, cases[i].security,
                                  cases[i].sender);
        char text[300] = "";
        size_t used = 0;

        for (size_t k = 0; k < count; k++)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                     k ? " " : "", stage_word(plan[k]));
        assert_string_equal(text, cases[i].plan);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int s = 0; s < STAGE_COUNT; s++) {
        assert_non_null(stage_word((enum stage)s));
        assert_in_range(strlen(stage_label((enum stage)s)), 1, 17);
    }
    assert_string_equal(stage_state_word(STAGE_OK), "ok");
    assert_string_equal(stage_state_word(STAGE_FAILED), "failed");
    assert_string_equal(stage_state_word(STAGE_SKIPPED), "skipped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
