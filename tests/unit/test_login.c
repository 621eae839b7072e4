/* SPDX-License-Identifier: MIT */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/mail/dialogue_private.h"
#include "core/mail/login.h"

#define P NEED_PASSWORD
#define T NEED_TOKEN
#define C NEED_CERTIFICATE

enum link { TLS, BOUND, CLEAR, ALLOWED /* clear, and the account says so */ };
#define ALL                                                                    \
    "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 "    \
    "SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER EXTERNAL GSSAPI NTLM"

static const struct {
    enum service service;
    enum auth auth;
    enum link link;
    unsigned sources; /* 0: P */
    const char *offers;
    const char *name; /* NULL: none */
    enum reason reason;
} cases[] = {
    /* automatic: the strongest of what both have */
    {SERVICE_SMTP, AUTH_AUTO, BOUND, P | T | C, ALL, "EXTERNAL", 0},
    {SERVICE_SMTP, AUTH_AUTO, BOUND, P | T, ALL, "OAUTHBEARER", 0},
    {SERVICE_SMTP, AUTH_AUTO, BOUND, T, "AUTH PLAIN XOAUTH2", "XOAUTH2", 0},
    {SERVICE_SMTP, AUTH_AUTO, BOUND, P, ALL, "SCRAM-SHA-256-PLUS", 0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, ALL, "SCRAM-SHA-256", 0},
    {SERVICE_SMTP, AUTH_AUTO, BOUND, P, "AUTH SCRAM-SHA-1 SCRAM-SHA-1-PLUS",
     "SCRAM-SHA-1-PLUS", 0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH SCRAM-SHA-1 SCRAM-SHA-1-PLUS",
     "SCRAM-SHA-1", 0},
    {SERVICE_SMTP, AUTH_AUTO, BOUND, P, "AUTH PLAIN CRAM-MD5 SCRAM-SHA-1",
     "SCRAM-SHA-1", 0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH LOGIN PLAIN CRAM-MD5", "CRAM-MD5",
     0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH LOGIN PLAIN", "PLAIN", 0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH=LOGIN", "LOGIN", 0},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH PLAINX XPLAIN", NULL,
     REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "", NULL, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, TLS, T, "AUTH PLAIN", NULL, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH XOAUTH2", NULL, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_AUTO, TLS, P, "AUTH EXTERNAL", NULL, REASON_MECHANISM},
    {SERVICE_IMAP, AUTH_AUTO, TLS, P, "AUTH=PLAIN,AUTH=LOGIN", "PLAIN", 0},
    {SERVICE_IMAP, AUTH_AUTO, TLS, P, "AUTH=LOGIN", "IMAP LOGIN", 0},
    {SERVICE_IMAP, AUTH_AUTO, TLS, P, "AUTH=LOGIN,LOGINDISABLED", "LOGIN", 0},
    {SERVICE_IMAP, AUTH_AUTO, TLS, P, "", "IMAP LOGIN", 0},
    {SERVICE_IMAP, AUTH_AUTO, TLS, P, "AUTH=PLAINX,LOGINDISABLED", NULL,
     REASON_MECHANISM},
    {SERVICE_POP3, AUTH_AUTO, TLS, P, "SASL PLAIN,USER", "PLAIN", 0},
    {SERVICE_POP3, AUTH_AUTO, TLS, P, "SASL LOGIN,USER", "USER/PASS", 0},
    {SERVICE_POP3, AUTH_AUTO, TLS, P, "SASL LOGIN", "LOGIN", 0},
    {SERVICE_POP3, AUTH_AUTO, TLS, P, "", "USER/PASS", 0},
    {SERVICE_POP3, AUTH_AUTO, TLS, P, "TOP,UIDL", "USER/PASS", 0},
    /* without encryption */
    {SERVICE_SMTP, AUTH_AUTO, CLEAR, P | T, ALL, NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_SCRAM_SHA_256, CLEAR, P, ALL, NULL,
     REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_AUTO, ALLOWED, P, ALL, "SCRAM-SHA-256", 0},
    {SERVICE_SMTP, AUTH_AUTO, ALLOWED, P, "AUTH PLAIN CRAM-MD5", "CRAM-MD5", 0},
    {SERVICE_SMTP, AUTH_AUTO, ALLOWED, P, "AUTH PLAIN LOGIN", NULL,
     REASON_PLAINTEXT_LOGIN},
    {SERVICE_IMAP, AUTH_AUTO, ALLOWED, P, "", NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_POP3, AUTH_AUTO, ALLOWED, P, "", NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_PLAIN, ALLOWED, P, "AUTH PLAIN", "PLAIN", 0},
    {SERVICE_POP3, AUTH_LOGIN, ALLOWED, P, "", "USER/PASS", 0},
    {SERVICE_SMTP, AUTH_AUTO, ALLOWED, T, ALL, NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_XOAUTH2, ALLOWED, T, ALL, NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_SMTP, AUTH_OAUTHBEARER, ALLOWED, T, ALL, NULL,
     REASON_PLAINTEXT_LOGIN},
    /* by name */
    {SERVICE_SMTP, AUTH_LOGIN, TLS, P, "AUTH LOGIN PLAIN", "LOGIN", 0},
    {SERVICE_IMAP, AUTH_LOGIN, TLS, P, "AUTH=PLAIN", "IMAP LOGIN", 0},
    {SERVICE_IMAP, AUTH_PLAIN, TLS, P, "AUTH=LOGIN", NULL, REASON_MECHANISM},
    {SERVICE_POP3, AUTH_PLAIN, TLS, P, "USER", NULL, REASON_MECHANISM},
    {SERVICE_IMAP, AUTH_CRAM_MD5, TLS, P, "AUTH=CRAM-MD5", "CRAM-MD5", 0},
    /* a POP3 server without CAPA may know it all the same */
    {SERVICE_POP3, AUTH_PLAIN, TLS, P, "", "PLAIN", 0},
    {SERVICE_POP3, AUTH_CRAM_MD5, TLS, P, "", "CRAM-MD5", 0},
    {SERVICE_POP3, AUTH_LOGIN, TLS, P, "", "USER/PASS", 0},
    {SERVICE_POP3, AUTH_SCRAM_SHA_256_PLUS, BOUND, P, "", NULL,
     REASON_MECHANISM},
    {SERVICE_POP3, AUTH_PLAIN, CLEAR, P, "", NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_POP3, AUTH_XOAUTH2, ALLOWED, T, "", NULL, REASON_PLAINTEXT_LOGIN},
    {SERVICE_IMAP, AUTH_CRAM_MD5, TLS, P, "", NULL, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_SCRAM_SHA_1, BOUND, P, ALL, "SCRAM-SHA-1", 0},
    {SERVICE_SMTP, AUTH_SCRAM_SHA_256_PLUS, BOUND, P, ALL, "SCRAM-SHA-256-PLUS",
     0},
    {SERVICE_SMTP, AUTH_SCRAM_SHA_256_PLUS, TLS, P, ALL, NULL,
     REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_SCRAM_SHA_256_PLUS, BOUND, P, "AUTH SCRAM-SHA-256",
     NULL, REASON_MECHANISM},
    {SERVICE_SMTP, AUTH_XOAUTH2, TLS, T, "AUTH XOAUTH2", "XOAUTH2", 0},
    {SERVICE_SMTP, AUTH_XOAUTH2, TLS, P, "AUTH XOAUTH2", NULL,
     REASON_CREDENTIALS},
    {SERVICE_SMTP, AUTH_PLAIN, TLS, T, "AUTH PLAIN", NULL, REASON_CREDENTIALS},
    {SERVICE_SMTP, AUTH_EXTERNAL, TLS, C, ALL, "EXTERNAL", 0},
    {SERVICE_SMTP, AUTH_EXTERNAL, TLS, P, ALL, NULL, REASON_MECHANISM},
};

static void offer(struct dialogue *d, const char *offers)
{
    while (*offers) {
        size_t len = strcspn(offers, ",");

        dialogue_add_capability(d, offers, len);
        offers += len + (offers[len] == ',');
    }
}

static void test_choose(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct mechanism *m;
        struct dialogue d;

        dialogue_init(&d, cases[i].service);
        d.auth = cases[i].auth;
        d.secure = cases[i].link <= BOUND;
        d.allow_plaintext_login = cases[i].link == ALLOWED;
        d.sources = cases[i].sources;
        if (cases[i].link == BOUND)
            d.binding.type = "tls-exporter";
        offer(&d, cases[i].offers);
        m = login_choose(&d);
        if (!m != !cases[i].name ||
            (m && strcmp(m->name, cases[i].name) != 0) ||
            d.failure.reason != cases[i].reason)
            fail_msg("case %zu: %s, reason %d (%s)", i, m ? m->name : "none",
                     (int)d.failure.reason, d.failure.text);
        assert_true(m || strlen(d.failure.text) > 10);
        dialogue_release(&d);
    }
}

/* Every mechanism, asked for by name and automatically, over every kind of
 * connection, with every credential: what may never leave in clear. */
static void test_unencrypted(void **state)
{
    (void)state;
    for (size_t i = 0; i < mechanism_count(); i++)
        for (int by_name = 0; by_name < 2; by_name++)
            for (int allowed = 0; allowed < 2; allowed++)
                for (int service = 0; service < 3; service++) {
                    const struct mechanism *m = mechanism_at(i), *chosen;
                    struct dialogue d;

                    dialogue_init(&d, (enum service)(SERVICE_IMAP + service));
                    d.auth = by_name ? m->auth : AUTH_AUTO;
                    d.allow_plaintext_login = allowed;
                    d.sources = m->need;
                    offer(&d, service == 0   ? "AUTH=PLAIN,AUTH=LOGIN,"
                                               "AUTH=XOAUTH2,AUTH=OAUTHBEARER,"
                                               "AUTH=EXTERNAL,AUTH=CRAM-MD5,"
                                               "AUTH=SCRAM-SHA-1"
                              : service == 1 ? "SASL PLAIN LOGIN XOAUTH2 "
                                               "OAUTHBEARER EXTERNAL CRAM-MD5 "
                                               "SCRAM-SHA-1,USER"
                                             : ALL);
                    chosen = login_choose(&d);
                    if (chosen && (!allowed || chosen->need == NEED_TOKEN ||
                                   (chosen->clear && !by_name)))
                        fail_msg("%s is chosen for %s, allowed %d, by name %d",
                                 chosen->name, m->name, allowed, by_name);
                    if (!allowed)
                        assert_int_equal(d.failure.reason,
                                         REASON_PLAINTEXT_LOGIN);
                    dialogue_release(&d);
                }
}

static void test_offers_are_told(void **state)
{
    struct dialogue d;

    (void)state;
    dialogue_init(&d, SERVICE_SMTP);
    d.secure = true;
    offer(&d, "AUTH GSSAPI NTLM,SIZE");
    assert_null(login_choose(&d));
    assert_non_null(strstr(d.failure.text, "GSSAPI NTLM"));
    dialogue_release(&d);
}

/* A first message that is too long for the command line waits for the server's
 * go-ahead; a success before that is none. */
static void test_initial(void **state)
{
    const struct credentials c = {.user = "ann", .password = "secret"};
    struct dialogue d;
    char *text;

    (void)state;
    dialogue_init(&d, SERVICE_SMTP);
    d.secure = true;
    d.credentials = &c;
    offer(&d, "AUTH PLAIN");
    assert_true(login_begin(&d));
    assert_true(login_initial(&d, 4, &text));
    assert_null(text);
    assert_false(login_accept(&d));
    text = login_answer(&d, "");
    assert_string_equal(text, "AGFubgBzZWNyZXQ=");
    xwipe(&text);
    assert_true(login_accept(&d));
    assert_null(login_answer(&d, ""));
    assert_int_equal(d.failure.reason, REASON_PROTOCOL);
    assert_true(login_begin(&d));
    assert_true(login_initial(&d, 40, &text));
    assert_string_equal(text, "AGFubgBzZWNyZXQ=");
    xwipe(&text);
    assert_true(login_accept(&d));
    dialogue_release(&d);
}

static void test_initial_empty(void **state)
{
    struct dialogue d;
    char *text;

    (void)state;
    dialogue_init(&d, SERVICE_IMAP);
    d.secure = true;
    d.sources = C;
    offer(&d, "AUTH=EXTERNAL");
    assert_true(login_begin(&d));
    assert_true(login_initial(&d, 40, &text));
    assert_string_equal(text, "="); /* RFC 4959 section 3 */
    free(text);
    assert_true(login_accept(&d));
    dialogue_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_unencrypted),
        cmocka_unit_test(test_offers_are_told),
        cmocka_unit_test(test_initial),
        cmocka_unit_test(test_initial_empty),
    };

    return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
