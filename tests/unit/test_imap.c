/* SPDX-License-Identifier: MIT */
#include "tests/unit/talk.h"

#include <stdlib.h>

#define GREET "begin greeting", "S * OK ready", "done ready"
#define CAPS(list)                                                             \
    "begin capability", "C a1 CAPABILITY", "S * CAPABILITY IMAP4rev1 " list,   \
        "S a1 OK done", "done"
/* base64 of NUL ann NUL secret */
#define PLAIN "AGFubgBzZWNyZXQ="

static const struct talk talks[] = {
    {.name = "the whole way",
     .lines = {"begin greeting",
               "S * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Dovecot ready",
               "done",
               "begin capability",
               "done 3, told with the greeting",
               "begin login",
               "C a1 AUTHENTICATE PLAIN " PLAIN,
               "S a1 OK [CAPABILITY IMAP4rev1 IDLE] in",
               "done PLAIN",
               "begin mailbox",
               "C a2 EXAMINE INBOX",
               "S * FLAGS (\\Seen)",
               "S * 17 EXISTS",
               "S * 0 RECENT",
               "S * OK [UIDVALIDITY 3] ok",
               "S a2 OK [READ-ONLY] done",
               "done 17 messages",
               "begin logout",
               "C a3 LOGOUT",
               "done"}},
    /* flights */
    {.name = "the inbox is asked for with LOGIN, which so comes before PLAIN",
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR"), "begin login then mailbox",
               "C a2 LOGIN \"ann\" \"secret\"", "C a3 EXAMINE INBOX", "S a2 OK",
               "done IMAP LOGIN", "begin mailbox then logout", "S * 17 EXISTS",
               "S a3 OK", "done 17 messages", "begin logout", "C a4 LOGOUT",
               "done"}},
    {.name = "nothing goes with AUTHENTICATE: Cyrus drops it",
     .auth = AUTH_PLAIN,
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR"), "begin login then mailbox",
               "C a2 AUTHENTICATE PLAIN " PLAIN, "S a2 OK in", "done PLAIN",
               "begin mailbox then logout", "C a3 EXAMINE INBOX", "S a3 OK",
               "done"}},
    {.name = "PLAIN where there is no LOGIN",
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR LOGINDISABLED"),
               "begin login then mailbox", "C a2 AUTHENTICATE PLAIN " PLAIN,
               "S a2 OK in", "done PLAIN"}},
    {.name = "what is stronger before all of them",
     .lines = {GREET, CAPS("AUTH=PLAIN AUTH=CRAM-MD5 SASL-IR"),
               "begin login then mailbox", "C a2 AUTHENTICATE CRAM-MD5"}},
    {.name = "a refused login, and the inbox with it",
     .lines = {GREET, CAPS(""), "begin login then mailbox",
               "C a2 LOGIN \"ann\" \"secret\"", "C a3 EXAMINE INBOX",
               "S a2 NO [AUTHENTICATIONFAILED] no", "fail login"}},
    {.name = "a stray continuation would eat the next command",
     .lines = {GREET, CAPS(""), "begin login then mailbox",
               "C a2 LOGIN \"ann\" \"secret\"", "C a3 EXAMINE INBOX", "S +",
               "fail protocol"}},
    {.name = "behind a literal the inbox waits for the go-ahead, too",
     .user = "\xc3\xa5nn",
     .lines = {GREET, CAPS(""), "begin login then mailbox", "C a2 LOGIN {4}",
               "S +", "C \xc3\xa5nn \"secret\"", "C a3 EXAMINE INBOX",
               "S a2 OK", "done", "begin mailbox then logout", "S a3 OK",
               "done"}},
    {.name = "a literal refused, and nothing went along",
     .user = "\xc3\xa5nn",
     .lines = {GREET, CAPS(""), "begin login then mailbox", "C a2 LOGIN {4}",
               "S a2 NO [AUTHENTICATIONFAILED] no", "fail login"}},
    {.name = "nothing else where the plan has no inbox",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS(""), "begin login then logout",
               "C a2 LOGIN \"ann\" \"secret\"", "S a2 OK in",
               "done IMAP LOGIN"}},
    {.name = "greeting in lower case",
     .lines = {"begin greeting", "S * ok hi", "done hi"}},
    {.name = "greeting without text",
     .lines = {"begin greeting", "S * OK", "done"}},
    {.name = "one message",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX", "S * 1 exists",
               "S a1 OK done", "done 1 message"}},
    {.name = "a count beyond all bounds says nothing",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX",
               "S * 99999999999999999999 EXISTS", "S a1 OK done",
               "done 0 messages"}},
    {.name = "capabilities by asking",
     .lines = {GREET, CAPS("LOGINDISABLED starttls"), "begin starttls",
               "C a2 STARTTLS", "S a2 OK go on", "done"}},
    {.name = "capabilities are forgotten after the upgrade",
     .lines = {GREET, CAPS("STARTTLS AUTH=PLAIN SASL-IR"), "begin starttls",
               "C a2 STARTTLS", "S a2 OK go on", "done", "secured",
               "begin tls-capability", "C a3 CAPABILITY",
               "S * CAPABILITY IMAP4rev1", "S a3 OK", "done 1", "begin login",
               "C a4 LOGIN \"ann\" \"secret\"", "S a4 OK", "done IMAP LOGIN"}},
    {.name = "the capability reply without a list",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S a1 OK done",
               "fail protocol"}},
    {.name = "capability refused",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S a1 BAD what",
               "fail protocol what"}},
    /* STARTTLS */
    {.name = "STARTTLS missing",
     .lines = {GREET, CAPS("IDLE"), "begin starttls", "fail starttls-missing"}},
    {.name = "STARTTLS refused",
     .lines = {GREET, CAPS("STARTTLS"), "begin starttls", "C a2 STARTTLS",
               "S a2 NO not today", "fail starttls-refused not today"}},
    {.name = "STARTTLS bad",
     .lines = {GREET, CAPS("STARTTLS"), "begin starttls", "C a2 STARTTLS",
               "S a2 BAD eh", "fail starttls-refused eh"}},
    {.name = "PREAUTH before STARTTLS",
     .lines = {"begin greeting", "S * PREAUTH [CAPABILITY STARTTLS] hello",
               "done", "begin capability", "done", "begin starttls",
               "fail starttls-refused PREAUTH"}},
    {.name = "PREAUTH inside TLS needs no password",
     .lines = {"begin greeting", "S * PREAUTH hello", "done", "begin login",
               "done logged in already (PREAUTH)"}},
    {.name = "PREAUTH in the middle",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY",
               "S * PREAUTH hello", "fail protocol"}},
    /* greetings that are none */
    {.name = "goodbye at once",
     .lines = {"begin greeting", "S * BYE go away", "fail closed go away"}},
    {.name = "goodbye for now",
     .lines = {"begin greeting", "S * BYE [UNAVAILABLE] full",
               "fail login-unavailable full"}},
    {.name = "a POP3 server",
     .lines = {"begin greeting", "S +OK ready", "fail protocol +OK ready"}},
    {.name = "an SMTP server",
     .lines = {"begin greeting", "S 220 mx ESMTP", "fail protocol 220 mx"}},
    {.name = "a web server",
     .lines = {"begin greeting", "S HTTP/1.1 400 Bad", "fail protocol HTTP"}},
    {.name = "garbage",
     .lines = {"begin greeting", "S \x01\xff\x1b[2J",
               "fail protocol \\x01\\xFF\\x1B[2J"}},
    {.name = "an empty line",
     .lines = {"begin greeting", "S ", "fail protocol"}},
    {.name = "data instead of a greeting",
     .lines = {"begin greeting", "S * CAPABILITY IMAP4rev1", "fail protocol"}},
    /* tags */
    {.name = "a strange tag",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S a7 OK",
               "fail protocol a7"}},
    {.name = "a tag that begins like ours",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S a11 OK",
               "fail protocol"}},
    {.name = "a tagged goodbye",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S a1 BYE",
               "fail protocol"}},
    {.name = "a continuation nobody asked for",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S + go",
               "fail protocol"}},
    {.name = "goodbye in the middle",
     .lines = {GREET, "begin capability", "C a1 CAPABILITY", "S * BYE bored",
               "fail closed bored"}},
    /* login */
    {.name = "PLAIN without initial response",
     .lines = {GREET, CAPS("AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN", "S + ", "C " PLAIN, "S a2 OK in",
               "done PLAIN"}},
    {.name = "PLAIN accepted before it was told",
     .lines = {GREET, CAPS("AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN", "S a2 OK in", "fail protocol"}},
    {.name = "a stray continuation after the initial response",
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN, "S +", "fail protocol"}},
    {.name = "LOGIN mechanism",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("AUTH=LOGIN SASL-IR"), "begin login",
               "C a2 AUTHENTICATE LOGIN", "S + VXNlciBOYW1lAA==", "C YW5u",
               "S + UGFzc3dvcmQA", "C c2VjcmV0", "S a2 OK", "done LOGIN"}},
    {.name = "LOGIN mechanism accepted after the user",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("AUTH=LOGIN"), "begin login",
               "C a2 AUTHENTICATE LOGIN", "S +", "C YW5u", "S a2 OK",
               "fail protocol"}},
    {.name = "login means the LOGIN command when there is no AUTH=LOGIN",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("AUTH=PLAIN"), "begin login",
               "C a2 LOGIN \"ann\" \"secret\"", "S a2 OK", "done IMAP LOGIN"}},
    {.name = "LOGIN command, quotes and backslash",
     .user = "a\"n\\n",
     .password = "s e",
     .lines = {GREET, CAPS(""), "begin login",
               "C a2 LOGIN \"a\\\"n\\\\n\" \"s e\"", "S a2 OK",
               "done IMAP LOGIN"}},
    {.name = "LOGIN command, literals at once",
     .user = "\xc3\xa5nn",
     .password = "s\xc3\xa9"
                 "cret",
     .lines = {GREET, CAPS("LITERAL+"), "begin login",
               "C a2 LOGIN {4+}\r\n\xc3\xa5nn {7+}\r\ns\xc3\xa9"
               "cret",
               "S a2 OK", "done IMAP LOGIN"}},
    {.name = "LOGIN command, literals that wait",
     .user = "\xc3\xa5nn",
     .password = "b\xc3\xb6"
                 "b",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN {4}", "S + go",
               "C \xc3\xa5nn {4}", "S + go",
               "C b\xc3\xb6"
               "b",
               "S a2 OK", "done IMAP LOGIN"}},
    {.name = "LOGIN command accepted before the literal",
     .password = "\xc3\xa5nn",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" {4}",
               "S a2 OK", "fail protocol"}},
    {.name = "LOGIN command and one continuation too many",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S + more", "fail protocol"}},
    {.name = "an empty password is quoted",
     .password = "",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"\"",
               "S a2 NO", "fail login"}},
    {.name = "LOGINDISABLED is obeyed",
     .lines = {GREET, CAPS("LOGINDISABLED"), "begin login", "fail mechanism"}},
    {.name = "only strange mechanisms",
     .lines = {GREET, CAPS("LOGINDISABLED AUTH=GSSAPI AUTH=XOAUTH2"),
               "begin login", "fail mechanism LOGINDISABLED"}},
    {.name = "the wanted mechanism is not offered",
     .auth = AUTH_PLAIN,
     .lines = {GREET, CAPS("AUTH=GSSAPI"), "begin login",
               "fail mechanism PLAIN"}},
    {.name = "no login in clear",
     .insecure = true,
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR"), "begin login",
               "fail plaintext-login"}},
    {.name = "login in clear when the account says so",
     .auth = AUTH_PLAIN,
     .insecure = true,
     .allow_plaintext = true,
     .lines = {GREET, CAPS("AUTH=PLAIN SASL-IR"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN, "S a2 OK", "done PLAIN"}},
    {.name = "LOGINDISABLED in clear all the same",
     .insecure = true,
     .allow_plaintext = true,
     .lines = {GREET, CAPS("LOGINDISABLED"), "begin login", "fail mechanism"}},
    {.name = "wrong password",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN,
               "S a2 NO [AUTHENTICATIONFAILED] no",
               "fail login password is wrong: \"NO [AUTH"}},
#define REFUSED(text, wanted)                                                  \
    {                                                                          \
        .name = (text), .lines = {                                             \
            GREET,                                                             \
            CAPS("SASL-IR AUTH=PLAIN"),                                        \
            "begin login",                                                     \
            "C a2 AUTHENTICATE PLAIN " PLAIN,                                  \
            "S a2 NO " text,                                                   \
            "fail " wanted                                                     \
        }                                                                      \
    }
    REFUSED("[EXPIRED] x", "login has expired"),
    REFUSED("[privacyrequired] x", "plaintext-login encrypted connection"),
    REFUSED("[AUTHORIZATIONFAILED] x", "login may not use this mailbox"),
    REFUSED("[CONTACTADMIN] x", "login its administrator"),
    REFUSED("[LIMIT] x", "login-unavailable A limit"),
    REFUSED("[SERVERBUG] x", "login-unavailable faulty"),
    REFUSED("[ALERT] Application-specific password required: x",
            "login made for one application"),
    REFUSED("[ALERT] Your account is not enabled for IMAP use.",
            "login IMAP switched off for this account"),
    REFUSED("[ALERT] Too many simultaneous connections. (Failure)",
            "login-unavailable A limit"),
    REFUSED("Login failed: authentication failure",
            "login password is wrong: \"NO Login failed"),
    REFUSED("Temporary authentication failure", "login-unavailable later"),
    REFUSED("encryption needed to use mechanism",
            "plaintext-login encrypted connection"),
    REFUSED("account disabled", "login shut this user out"),
    REFUSED("what", "login refused the login: \"NO what"),
    {.name = "an alert beside the refusal",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN, "S * NO [ALERT] Locked",
               "S a2 NO [AUTHENTICATIONFAILED] x",
               "fail login The server also says: \"[ALERT] Locked\"."}},
    {.name = "an alert with the success",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN,
               "S * OK [ALERT] 97 % of your quota \x1b[2J is used",
               "S a2 OK in",
               "done PLAIN; the server says: \"[ALERT] 97 % of your quota "
               "\\x1B[2J is used\""}},
    {.name = "a refusal that wants a web browser",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN,
               "S * NO [WEBALERT https://example.org/x] Web login required.",
               "S a2 NO [ALERT] Please log in via your web browser: x",
               "fail login web browser first"}},
    {.name = "goodbye instead of an answer, for a reason that is known",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN,
               "S * BYE [LIMIT] too many connections",
               "fail login-unavailable A limit"}},
    {.name = "goodbye for no reason",
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN"), "begin login",
               "C a2 AUTHENTICATE PLAIN " PLAIN, "S * BYE Courier-IMAP",
               "fail closed ended the connection"}},
    {.name = "a wrong password by CRAM-MD5",
     .lines = {GREET, CAPS("AUTH=CRAM-MD5 AUTH=PLAIN SASL-IR"), "begin login",
               "C a2 AUTHENTICATE CRAM-MD5", "S + PDFAeD4=",
               "C YW5uIDQ0NTNjM2QwZmQxNjg3OTJkNTY1YzcyOGI0ZGY2NzM5",
               "S a2 NO [AUTHENTICATIONFAILED] x",
               "fail login unable to check them with CRAM-MD5"}},
    {.name = "CRAM-MD5 with a challenge that is none",
     .auth = AUTH_CRAM_MD5,
     .lines = {GREET, CAPS("AUTH=CRAM-MD5"), "begin login",
               "C a2 AUTHENTICATE CRAM-MD5", "S + ???",
               "fail protocol no base64"}},
    {.name = "OAUTHBEARER",
     .token = "t0ken",
     .lines = {GREET, CAPS("SASL-IR AUTH=OAUTHBEARER AUTH=PLAIN"),
               "begin login",
               "C a2 AUTHENTICATE OAUTHBEARER "
               "bixhPWFubiwBaG9zdD1tYWlsLmV4YW1wbGUub3JnAXBvcnQ9OTkzAWF1dGg9Qm"
               "VhcmVyIHQwa2VuAQE=",
               "S a2 OK in", "done OAUTHBEARER"}},
    {.name = "XOAUTH2 refused, with the reason in JSON",
     .token = "t0ken",
     .lines = {GREET, CAPS("AUTH=XOAUTH2"), "begin login",
               "C a2 AUTHENTICATE XOAUTH2", "S +",
               "C dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==",
               "S + eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiQmVhcmVyIn0=", "C ",
               "S a2 NO [AUTHENTICATIONFAILED] x",
               "fail login The token is not valid, or it has expired: "
               "{\"status\":\"401\",\"schemes\":\"Bearer\"}"}},
    {.name = "OAUTHBEARER refused, and the scope is to blame",
     .token = "t0ken",
     .auth = AUTH_OAUTHBEARER,
     .lines = {GREET, CAPS("AUTH=OAUTHBEARER"), "begin login",
               "C a2 AUTHENTICATE OAUTHBEARER", "S +",
               "C bixhPWFubiwBaG9zdD1tYWlsLmV4YW1wbGUub3JnAXBvcnQ9OTkzAWF1dGg9"
               "QmVhcmVyIHQwa2VuAQE=",
               "S + eyJzdGF0dXMiOiJpbnN1ZmZpY2llbnRfc2NvcGUifQ==", "C AQ==",
               "S a2 NO no", "fail login does not permit mail"}},
    {.name = "a token accepted after it was refused",
     .token = "t0ken",
     .lines = {GREET, CAPS("AUTH=XOAUTH2"), "begin login",
               "C a2 AUTHENTICATE XOAUTH2", "S +",
               "C dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==", "S + e30=", "C ",
               "S a2 OK in", "fail protocol"}},
    {.name = "EXTERNAL",
     .certificate = true,
     .lines = {GREET, CAPS("SASL-IR AUTH=PLAIN AUTH=EXTERNAL"), "begin login",
               "C a2 AUTHENTICATE EXTERNAL YW5u", "S a2 OK", "done EXTERNAL"}},
    {.name = "EXTERNAL refused",
     .certificate = true,
     .lines = {GREET, CAPS("AUTH=EXTERNAL"), "begin login",
               "C a2 AUTHENTICATE EXTERNAL", "S + ", "C YW5u",
               "S a2 NO [AUTHENTICATIONFAILED] x", "fail login by EXTERNAL"}},
    {.name = "SCRAM accepted at once",
     .auth = AUTH_SCRAM_SHA_256,
     .lines = {GREET, CAPS("AUTH=SCRAM-SHA-256"), "begin login",
               "C a2 AUTHENTICATE SCRAM-SHA-256", "S a2 OK in",
               "fail protocol before"}},
    {.name = "login bad",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S a2 BAD no", "fail login no"}},
    {.name = "login for now not",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S a2 NO [UNAVAILABLE] later", "fail login-unavailable later"}},
    {.name = "login in use",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S a2 NO [inuse] later", "fail login-unavailable"}},
    {.name = "goodbye at the login",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S * BYE [UNAVAILABLE] x", "fail login-unavailable"}},
    {.name = "escape sequences in a refusal",
     .lines = {GREET, CAPS(""), "begin login", "C a2 LOGIN \"ann\" \"secret\"",
               "S a2 NO \x1b]0;x\x07", "fail login \\x1B]0;x\\x07"}},
    {.name = "a line break in the password",
     .password = "a\r\nA9 DELETE INBOX",
     .lines = {GREET, CAPS("LITERAL+"), "begin login", "fail credentials"}},
    {.name = "no inbox",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX",
               "S a1 NO [NONEXISTENT] none", "fail mailbox none"}},
    /* literals in data */
    {.name = "a literal in data is skipped",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX",
               "S * LIST () \"/\" {12}", "S a1 NO trick", "S ", "S * 3 EXISTS",
               "S a1 OK", "done 3 messages"}},
    {.name = "a literal inside a line",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX", "S * X {4}",
               "S a1 N {3}", "S abc", "S * 2 EXISTS", "S a1 OK",
               "done 2 messages"}},
    {.name = "a literal over two lines",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX", "S * X {10}",
               "S a1 NO", "S a1 rest", "S a1 OK", "done 0 messages"}},
    {.name = "braces at the end of a text are no literal",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX", "S * OK odd {200}",
               "S a1 OK fine {5}", "done 0 messages"}},
    {.name = "an endless literal",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX", "S * X {999999}",
               "fail protocol"}},
    {.name = "a literal beyond numbers is just text",
     .lines = {GREET, "begin mailbox", "C a1 EXAMINE INBOX",
               "S * X {99999999999}", "S a1 OK", "done 0 messages"}},
};

static void test_talks(void **state)
{
    (void)state;
    talk_play_all(talks, sizeof(talks) / sizeof(talks[0]), SERVICE_IMAP);
}

static void test_bounds(void **state)
{
    static char line[DIALOGUE_LINE_MAX + 2];
    struct dialogue d;

    (void)state;
    memset(line, 'x', sizeof(line));
    memcpy(line, "* OK ", 5);
    dialogue_init(&d, SERVICE_IMAP);
    dialogue_begin(&d, STAGE_GREETING);
    assert_int_equal(dialogue_feed(&d, line, DIALOGUE_LINE_MAX + 1),
                     DIALOGUE_FAILED);
    assert_int_equal(d.failure.reason, REASON_PROTOCOL);
    assert_int_equal(dialogue_feed(&d, line, DIALOGUE_LINE_MAX), DIALOGUE_DONE);
    assert_true(strlen(d.text) < sizeof(d.text));
    dialogue_begin(&d, STAGE_GREETING);
    assert_int_equal(dialogue_feed(&d, "* OK a\0b", 8), DIALOGUE_FAILED);
    dialogue_begin(&d, STAGE_GREETING);
    assert_int_equal(dialogue_feed(&d, "* OK a\rb", 8), DIALOGUE_FAILED);
    dialogue_begin(&d, STAGE_CAPABILITY);
    for (int i = 0; i < DIALOGUE_LINES_MAX; i++)
        assert_int_equal(dialogue_feed(&d, "* OK x", 6), DIALOGUE_MORE);
    assert_int_equal(dialogue_feed(&d, "* OK x", 6), DIALOGUE_FAILED);
    assert_int_equal(d.failure.reason, REASON_PROTOCOL);
    dialogue_release(&d);
}

static void test_many_capabilities(void **state)
{
    char line[DIALOGUE_LINE_MAX];
    size_t used = (size_t)snprintf(line, sizeof(line), "* CAPABILITY");
    struct dialogue d;

    (void)state;
    for (int i = 0; used + 10 < sizeof(line); i++)
        used += (size_t)snprintf(line + used, sizeof(line) - used, " X%d", i);
    dialogue_init(&d, SERVICE_IMAP);
    dialogue_begin(&d, STAGE_CAPABILITY);
    assert_int_equal(dialogue_feed(&d, line, used), DIALOGUE_MORE);
    assert_int_equal(d.capability_count, CAPABILITIES_MAX);
    assert_int_equal(dialogue_feed(&d, "a1 OK", 5), DIALOGUE_DONE);
    assert_true(strlen(d.text) < sizeof(d.text));
    assert_true(dialogue_has(&d, "X0"));
    assert_false(dialogue_has(&d, "X"));
    dialogue_release(&d);
}

static void test_long_password(void **state)
{
    size_t size = 20000;
    char *password = malloc(size);
    struct credentials credentials = {.user = "ann", .password = password};
    struct dialogue d;

    (void)state;
    memset(password, 'p', size - 1);
    password[size - 1] = '\0';
    dialogue_init(&d, SERVICE_IMAP);
    d.secure = true;
    d.credentials = &credentials;
    assert_int_equal(dialogue_begin(&d, STAGE_LOGIN), DIALOGUE_FAILED);
    assert_int_equal(d.failure.reason, REASON_CREDENTIALS);
    assert_int_equal(d.out.len, 0);
    dialogue_release(&d);
    free(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_many_capabilities),
        cmocka_unit_test(test_long_password),
    };

    return cmocka_run_group_tests_name("imap", tests, NULL, NULL);
}
