/* SPDX-License-Identifier: MIT */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/mail/dialogue_private.h"
#include "core/mail/login.h"

static const struct {
    enum service service;
    enum auth auth;
    bool secure, allow;
    const char *offers;
    enum login_method method;
    enum reason reason;
} cases[] = {
    {SERVICE_IMAP, AUTH_AUTO, true, false, "AUTH=PLAIN,AUTH=LOGIN",
     LOGIN_SASL_PLAIN, REASON_NONE},
    {SERVICE_IMAP, AUTH_AUTO, true, false, "AUTH=LOGIN", LOGIN_IMAP_LOGIN,
     REASON_NONE},
    {SERVICE_IMAP, AUTH_AUTO, true, false, "AUTH=LOGIN,LOGINDISABLED",
     LOGIN_SASL_LOGIN, REASON_NONE},
    {SERVICE_IMAP, AUTH_AUTO, true, false, "", LOGIN_IMAP_LOGIN, REASON_NONE},
    {SERVICE_IMAP, AUTH_PLAIN, true, false, "AUTH=LOGIN", LOGIN_NOTHING,
     REASON_MECHANISM},
    {SERVICE_IMAP, AUTH_AUTO, true, false, "AUTH=PLAINX,LOGINDISABLED",
     LOGIN_NOTHING, REASON_MECHANISM},
    {SERVICE_POP3, AUTH_AUTO, true, false, "SASL PLAIN,USER", LOGIN_SASL_PLAIN,
     REASON_NONE},
    {SERVICE_POP3, AUTH_AUTO, true, false, "SASL LOGIN,USER", LOGIN_POP3_USER,
     REASON_NONE},
    {SERVICE_POP3, AUTH_AUTO, true, false, "SASL LOGIN", LOGIN_SASL_LOGIN,
     REASON_NONE},
    {SERVICE_POP3, AUTH_AUTO, true, false, "", LOGIN_POP3_USER, REASON_NONE},
    {SERVICE_POP3, AUTH_AUTO, true, false, "TOP,UIDL", LOGIN_POP3_USER,
     REASON_NONE},
    {SERVICE_POP3, AUTH_PLAIN, true, false, "USER", LOGIN_NOTHING,
     REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, true, false, "AUTH LOGIN PLAIN", LOGIN_SASL_PLAIN,
     REASON_NONE},
    {SERVICE_SMTP, AUTH_AUTO, true, false, "AUTH=LOGIN", LOGIN_SASL_LOGIN,
     REASON_NONE},
    {SERVICE_SMTP, AUTH_LOGIN, true, false, "AUTH LOGIN PLAIN",
     LOGIN_SASL_LOGIN, REASON_NONE},
    {SERVICE_SMTP, AUTH_AUTO, true, false, "AUTH PLAINX XPLAIN", LOGIN_NOTHING,
     REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, true, false, "", LOGIN_NOTHING, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, false, false, "AUTH PLAIN", LOGIN_NOTHING,
     REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_AUTO, false, true, "AUTH PLAIN", LOGIN_SASL_PLAIN,
     REASON_NONE},
    {SERVICE_SMTP, AUTH_XOAUTH2, true, false, "AUTH XOAUTH2", LOGIN_NOTHING,
     REASON_MECHANISM},
    {SERVICE_IMAP, AUTH_CRAM_MD5, true, false, "AUTH=CRAM-MD5", LOGIN_NOTHING,
     REASON_MECHANISM},
};

static void test_choose(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dialogue d;
        enum login_method method;

        dialogue_init(&d, cases[i].service);
        d.auth = cases[i].auth;
        d.secure = cases[i].secure;
        d.allow_plaintext_login = cases[i].allow;
        for (const char *p = cases[i].offers; *p;) {
            size_t len = strcspn(p, ",");

            dialogue_add_capability(&d, p, len);
            p += len + (p[len] == ',');
        }
        method = login_choose(&d);
        if (method != cases[i].method || d.failure.reason != cases[i].reason)
            fail_msg("case %zu: method %d, reason %d (%s)", i, (int)method,
                     (int)d.failure.reason, d.failure.text);
        assert_true(method != LOGIN_NOTHING || strlen(d.failure.text) > 10);
        dialogue_release(&d);
    }
}

/* RFC 4616: authzid NUL authcid NUL password. */
static void test_plain_message(void **state)
{
    const struct credentials c = {"tim", "tanstaaftanstaaf"};
    char *message = login_plain_message(&c);
    unsigned char bytes[64];
    size_t len;

    (void)state;
    assert_string_equal(message, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
    assert_true(text_base64_decode(message, bytes, sizeof(bytes), &len));
    assert_int_equal(len, 2 + 3 + 16);
    assert_memory_equal(bytes, "\0tim\0tanstaaftanstaaf", len);
    xwipe(&message);
}

static void test_answers(void **state)
{
    const struct credentials c = {"", "b"};
    struct dialogue d;
    char *answer;

    (void)state;
    dialogue_init(&d, SERVICE_SMTP);
    d.credentials = &c;
    answer = login_answer(&d, LOGIN_SASL_LOGIN, 0);
    assert_string_equal(answer, "");
    xwipe(&answer);
    answer = login_answer(&d, LOGIN_SASL_LOGIN, 1);
    assert_string_equal(answer, "Yg==");
    xwipe(&answer);
    assert_null(login_answer(&d, LOGIN_SASL_LOGIN, 2));
    assert_null(login_answer(&d, LOGIN_SASL_PLAIN, 1));
    assert_false(login_told_all(LOGIN_SASL_LOGIN, 1));
    assert_true(login_told_all(LOGIN_SASL_LOGIN, 2));
    assert_false(login_told_all(LOGIN_SASL_PLAIN, 0));
    assert_true(login_told_all(LOGIN_SASL_PLAIN, 1));
    dialogue_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_plain_message),
        cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
