/* SPDX-License-Identifier: MIT */
#include "tests/unit/talk.h"

#define GREET "begin greeting", "S 220 mx ESMTP", "done mx ESMTP"
#define CAPS(...)                                                              \
    "begin capability", "C EHLO localhost", "S 250-mx", __VA_ARGS__,           \
        "S 250 SIZE 1000", "done"
#define LONG                                                                   \
    "0123456789012345678901234567890123456789012345678901234567890123456789"
#define PLAIN "AGFubgBzZWNyZXQ="

static const struct talk talks[] = {
    {.name = "the whole way",
     .helo = "client.example.org",
     .lines = {GREET, "begin capability", "C EHLO client.example.org",
               "S 250-mx", "S 250-PIPELINING", "S 250-auth PLAIN login",
               "S 250 8BITMIME", "done 3", "begin login", "C AUTH PLAIN " PLAIN,
               "S 235 2.7.0 in", "done PLAIN; nothing was sent", "begin logout",
               "C QUIT", "done"}},
    {.name = "MAIL and RSET in one go",
     .sender = "ann@example.org",
     .lines = {GREET, CAPS("S 250-PIPELINING"), "begin mailbox then logout",
               "C MAIL FROM:<ann@example.org>", "C RSET", "S 250 ok",
               "S 250 ok",
               "done ann@example.org is accepted; nothing was sent"}},
    {.name = "sender",
     .sender = "ann@example.org",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 235 in", "done", "begin mailbox",
               "C MAIL FROM:<ann@example.org>", "S 250 ok", "C RSET",
               "S 250 ok",
               "done ann@example.org is accepted; nothing was sent"}},
    {.name = "sender refused",
     .sender = "ann@example.org",
     .lines = {GREET, "begin mailbox", "C MAIL FROM:<ann@example.org>",
               "S 553 5.7.1 not yours", "fail sender not yours"}},
    {.name = "sender with other letters",
     .sender = "\xc3\xa5nn@example.org",
     .lines = {GREET, CAPS("S 250-SMTPUTF8"), "begin mailbox",
               "C MAIL FROM:<\xc3\xa5nn@example.org> SMTPUTF8", "S 250 ok",
               "C RSET", "S 250 ok", "done"}},
    {.name = "sender with other letters where they cannot go",
     .sender = "\xc3\xa5nn@example.org",
     .lines = {GREET, CAPS("S 250-X"), "begin mailbox", "fail sender"}},
    {.name = "a sender that would be a command",
     .sender = "a>\r\nRCPT TO:<b",
     .lines = {GREET, "begin mailbox", "fail config"}},
    {.name = "greeting of several lines",
     .lines = {"begin greeting", "S 220-mx", "S 220-welcome", "S 220 go",
               "done mx welcome go"}},
    {.name = "codes that differ within a reply",
     .lines = {"begin greeting", "S 220-mx", "S 250 go",
               "fail protocol 250 go"}},
    {.name = "a reply without text",
     .lines = {"begin greeting", "S 220", "done"}},
    {.name = "garbage in the middle of a reply",
     .lines = {"begin greeting", "S 220-mx", "S what", "fail protocol what"}},
    {.name = "a code that is none",
     .lines = {"begin greeting", "S 999 mx", "fail protocol"}},
    {.name = "a code with a letter behind",
     .lines = {"begin greeting", "S 220x", "fail protocol"}},
    {.name = "server unwilling",
     .lines = {"begin greeting", "S 554 no", "fail closed no"}},
    {.name = "server busy",
     .lines = {"begin greeting", "S 421 full", "fail login-unavailable full"}},
    {.name = "an IMAP server",
     .lines = {"begin greeting", "S * OK IMAP ready",
               "fail protocol * OK IMAP"}},
    {.name = "old AUTH spelling",
     .lines = {GREET, CAPS("S 250-AUTH=LOGIN"), "begin login", "C AUTH LOGIN",
               "S 334 VXNlcm5hbWU6", "C YW5u", "S 334 UGFzc3dvcmQ6",
               "C c2VjcmV0", "S 235 in", "done LOGIN; nothing was sent"}},
    {.name = "a name for EHLO that would be a command",
     .helo = "a\r\nQUIT",
     .lines = {GREET, "begin capability", "fail config"}},
    {.name = "no EHLO",
     .lines = {GREET, "begin capability", "C EHLO localhost", "S 502 what",
               "fail protocol what"}},
    {.name = "our name is refused",
     .lines = {GREET, "begin capability", "C EHLO localhost", "S 550 bad name",
               "fail protocol bad name"}},
    {.name = "closing at EHLO",
     .lines = {GREET, "begin capability", "C EHLO localhost", "S 421 timeout",
               "fail login-unavailable"}},
    {.name = "STARTTLS",
     .lines = {GREET, CAPS("S 250-starttls"), "begin starttls", "C STARTTLS",
               "S 220 go on", "done", "secured", "begin tls-capability",
               "C EHLO localhost", "S 250 mx", "done 0", "begin login",
               "fail mechanism"}},
    {.name = "STARTTLS missing",
     .lines = {GREET, CAPS("S 250-X"), "begin starttls",
               "fail starttls-missing"}},
    {.name = "STARTTLS refused for now",
     .lines = {GREET, CAPS("S 250-STARTTLS"), "begin starttls", "C STARTTLS",
               "S 454 4.7.0 no", "fail starttls-refused no"}},
    {.name = "accepted before the password",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("S 250-AUTH LOGIN"), "begin login", "C AUTH LOGIN",
               "S 334 ", "C YW5u", "S 235 in", "fail protocol"}},
    {.name = "asking again",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 334 ", "fail protocol"}},
    {.name = "wrong password",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 535-5.7.8 wrong", "S 535 see web",
               "fail login 535 5.7.8 wrong see web"}},
    {.name = "login for now not",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 454 4.7.0 later",
               "fail login-unavailable later"}},
    {.name = "mechanism not known after all",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 504 5.7.4 which",
               "fail mechanism which"}},
#define REFUSED(text, wanted)                                                  \
    {                                                                          \
        .name = (text), .lines = {                                             \
            GREET,                                                             \
            CAPS("S 250-AUTH PLAIN"),                                          \
            "begin login",                                                     \
            "C AUTH PLAIN " PLAIN,                                             \
            "S " text,                                                         \
            "fail " wanted                                                     \
        }                                                                      \
    }
    REFUSED("535 5.7.8 no", "login password is wrong: \"535"),
    REFUSED("535 5.7.139 Authentication unsuccessful, basic authentication is "
            "disabled.",
            "mechanism switched this kind of login off"),
    REFUSED("535 5.7.139 Authentication unsuccessful, the user credentials "
            "were incorrect.",
            "login password is wrong"),
    REFUSED("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
            "is disabled for the Tenant.",
            "mechanism switched this kind of login off"),
    REFUSED("535 5.7.139 Authentication unsuccessful, the request did not meet "
            "the criteria to be authenticated successfully.",
            "login organization's rules"),
    {.name = "an application's own password, told over two lines",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN,
               "S 534-5.7.9 Application-specific password required. Go to",
               "S 534 5.7.9  https://example.org/x",
               "fail login made for one application, not that of the account: "
               "\"534 5.7.9 Application-specific password required. Go to "
               "https://example.org/x\""}},
    {.name = "a web browser, told over three lines",
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S 534-5.7.14 <https://x> Please log in",
               "S 534-5.7.14 via your web browser", "S 534 5.7.14 see x",
               "fail login web browser first"}},
    REFUSED("500 5.5.6 Authentication Exchange line is too long",
            "credentials too long for this server"),
    REFUSED("535 5.7.8 Error: authentication failed: encryption needed to use "
            "mechanism",
            "plaintext-login encrypted"),
    REFUSED("435 Unable to authenticate at present",
            "login-unavailable cannot check"),
    REFUSED("534 5.7.14 Please log in via your web browser",
            "login web browser"),
    REFUSED("534 5.7.9 too weak", "mechanism too weak"),
    REFUSED("538 5.7.11 encryption required", "plaintext-login encrypted"),
    REFUSED("530 5.7.0 Must issue a STARTTLS command first",
            "plaintext-login encrypted"),
    REFUSED("530 5.7.0 Authentication required", "login refused"),
    REFUSED("432 4.7.12 transition needed", "mechanism one login with PLAIN"),
    REFUSED("451 4.3.0 try", "login-unavailable Try again later"),
    REFUSED("525 5.7.13 disabled", "login shut this user out"),
    REFUSED("503 5.5.1 not here", "mechanism no login here"),
    REFUSED("550 5.7.1 what", "login refused the login: \"550"),
    {.name = "XOAUTH2 with a long token waits for the go-ahead",
     .token = LONG LONG LONG LONG LONG LONG LONG,
     .lines = {GREET, CAPS("S 250-AUTH XOAUTH2"), "begin login",
               "C AUTH XOAUTH2", "S 235 in", "fail protocol"}},
    {.name = "XOAUTH2 refused, with the reason in JSON",
     .token = "t0ken",
     .lines = {GREET, CAPS("S 250-AUTH XOAUTH2 PLAIN"), "begin login",
               "C AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==",
               "S 334 eyJzdGF0dXMiOiI0MDEifQ==", "C ",
               "S 535-5.7.8 Username and Password not accepted.",
               "S 535 5.7.8 see",
               "fail login {\"status\":\"401\"} \"535 5.7.8 Username and "
               "Password not accepted. see"}},
    {.name = "no login in clear",
     .insecure = true,
     .lines = {GREET, CAPS("S 250-AUTH PLAIN"), "begin login",
               "fail plaintext-login"}},
    {.name = "no login at all",
     .lines = {GREET, CAPS("S 250-X"), "begin login",
               "fail mechanism no login"}},
};

static void test_talks(void **state)
{
    (void)state;
    talk_play_all(talks, sizeof(talks) / sizeof(talks[0]), SERVICE_SMTP);
}

/* RFC 5321: no command line is longer than 512 bytes. */
static void test_line_limit(void **state)
{
    char password[600];
    struct credentials credentials = {.user = "ann", .password = password};

    (void)state;
    for (size_t len = 350; len < 420; len++) {
        struct dialogue d;

        memset(password, 'p', len);
        password[len] = '\0';
        dialogue_init(&d, SERVICE_SMTP);
        d.secure = true;
        d.credentials = &credentials;
        dialogue_begin(&d, STAGE_CAPABILITY);
        buf_clear(&d.out);
        dialogue_feed(&d, "250-mx", 6);
        dialogue_feed(&d, "250 AUTH PLAIN", 14);
        assert_int_equal(dialogue_begin(&d, STAGE_LOGIN), DIALOGUE_MORE);
        assert_true(d.out.len <= 512);
        if (strcmp(d.out.data, "AUTH PLAIN\r\n") == 0) {
            assert_true(len > 360);
            buf_clear(&d.out);
            assert_int_equal(dialogue_feed(&d, "334 ", 4), DIALOGUE_MORE);
        }
        assert_int_equal(dialogue_feed(&d, "235 ok", 6), DIALOGUE_DONE);
        dialogue_release(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks),
        cmocka_unit_test(test_line_limit),
    };

    return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
