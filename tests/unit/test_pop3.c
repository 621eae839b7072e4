/* SPDX-License-Identifier: MIT */
#include "tests/unit/talk.h"

#define GREET "begin greeting", "S +OK ready", "done ready"
#define CAPS(...)                                                              \
    "begin capability", "C CAPA", "S +OK list follows", __VA_ARGS__, "S .",    \
        "done"
#define PLAIN "AGFubgBzZWNyZXQ="
#define LONG                                                                   \
    "0123456789012345678901234567890123456789012345678901234567890123456789"   \
    "0123456789012345678901234567890123456789012345678901234567890123456789"   \
    "0123456789012345678901234567890123456789"

static const struct talk talks[] = {
    {.name = "the whole way",
     .lines = {GREET,
               "begin capability",
               "C CAPA",
               "S +OK",
               "S TOP",
               "S SASL PLAIN login",
               "S IMPLEMENTATION Dovecot",
               "S .",
               "done 3",
               "begin login",
               "C AUTH PLAIN " PLAIN,
               "S +OK in",
               "done PLAIN",
               "begin mailbox",
               "C STAT",
               "S +OK 17 20480",
               "done 17 messages",
               "begin logout",
               "C QUIT",
               "done"}},
    /* flights */
    {.name = "nothing goes with AUTH: Cyrus drops it",
     .lines = {GREET, CAPS("S SASL PLAIN", "S PIPELINING"),
               "begin login then mailbox", "C AUTH PLAIN " PLAIN, "S +OK in",
               "done PLAIN", "begin mailbox then logout", "C STAT",
               "S +OK 17 20480", "done 17 messages"}},
    {.name = "USER and PASS before PLAIN, for the inbox goes with them",
     .lines = {GREET, CAPS("S USER", "S SASL PLAIN LOGIN", "S PIPELINING"),
               "begin login then mailbox", "C USER ann", "C PASS secret",
               "C STAT", "S +OK", "S +OK in", "done USER/PASS",
               "begin mailbox then logout", "S +OK 17 20480",
               "done 17 messages"}},
    {.name = "PLAIN where it is asked for by name",
     .auth = AUTH_PLAIN,
     .lines = {GREET, CAPS("S USER", "S SASL PLAIN LOGIN", "S PIPELINING"),
               "begin login then mailbox", "C AUTH PLAIN " PLAIN, "S +OK in",
               "done PLAIN"}},
    {.name = "what is stronger before all of them",
     .lines = {GREET, CAPS("S USER", "S SASL PLAIN CRAM-MD5", "S PIPELINING"),
               "begin login then mailbox", "C AUTH CRAM-MD5"}},
    {.name = "USER, PASS and STAT in one go",
     .lines = {GREET, CAPS("S USER", "S PIPELINING"),
               "begin login then mailbox", "C USER ann", "C PASS secret",
               "C STAT", "S +OK", "S +OK in", "done USER/PASS",
               "begin mailbox then logout", "S +OK 1 20", "done 1 message"}},
    {.name = "the user refused, with all that went along",
     .lines = {GREET, CAPS("S USER", "S PIPELINING"),
               "begin login then mailbox", "C USER ann", "C PASS secret",
               "C STAT", "S -ERR who", "fail login who"}},
    {.name = "one command at a time without PIPELINING",
     .lines = {GREET, CAPS("S USER"), "begin login then mailbox", "C USER ann",
               "S +OK", "C PASS secret", "S +OK in", "done USER/PASS",
               "begin mailbox then logout", "C STAT", "S +OK 1 20", "done"}},
    {.name = "one message",
     .lines = {GREET, "begin mailbox", "C STAT", "S +OK 1 20 extra",
               "done 1 message"}},
    {.name = "STAT without numbers",
     .lines = {GREET, "begin mailbox", "C STAT", "S +OK many",
               "fail protocol"}},
    {.name = "STAT refused",
     .lines = {GREET, "begin mailbox", "C STAT", "S -ERR locked",
               "fail mailbox locked"}},
    {.name = "no CAPA: USER and PASS",
     .lines = {GREET, "begin capability", "C CAPA", "S -ERR what",
               "done the server does not tell them", "begin login",
               "C USER ann", "S +OK", "C PASS secret", "S +OK in",
               "done USER/PASS"}},
    {.name = "USER before SASL LOGIN",
     .lines = {GREET, CAPS("S USER", "S SASL LOGIN"), "begin login",
               "C USER ann", "S +OK", "C PASS secret", "S +OK",
               "done USER/PASS"}},
    {.name = "LOGIN mechanism",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("S USER", "S SASL LOGIN"), "begin login",
               "C AUTH LOGIN", "S + VXNlcm5hbWU6", "C YW5u", "S + UGFzc3dvcmQ6",
               "C c2VjcmV0", "S +OK", "done LOGIN"}},
    {.name = "no CAPA: a mechanism asked for by name, as of RFC 1734",
     .auth = AUTH_PLAIN,
     .lines = {GREET, "begin capability", "C CAPA", "S -ERR what",
               "done the server does not tell them", "begin login",
               "C AUTH PLAIN", "S +", "C AGFubgBzZWNyZXQ=", "S +OK in",
               "done PLAIN"}},
    {.name = "LOGIN mechanism when there is nothing else",
     .lines = {GREET, CAPS("S SASL LOGIN"), "begin login", "C AUTH LOGIN",
               "S +", "C YW5u", "S +", "C c2VjcmV0", "S +OK", "done LOGIN"}},
    {.name = "a long answer goes on a line of its own",
     .user = LONG,
     .lines =
         {GREET, CAPS("S SASL PLAIN"), "begin login", "C AUTH PLAIN", "S + ",
          "C "
          "ADAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"
          "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"
          "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAx"
          "MjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OQBzZWNyZXQ=",
          "S +OK", "done PLAIN"}},
    {.name = "a stray continuation",
     .lines = {GREET, CAPS("S SASL PLAIN"), "begin login",
               "C AUTH PLAIN " PLAIN, "S + ", "fail protocol"}},
    {.name = "accepted before the password",
     .auth = AUTH_LOGIN,
     .lines = {GREET, CAPS("S SASL LOGIN"), "begin login", "C AUTH LOGIN",
               "S + ", "C YW5u", "S +OK", "fail protocol"}},
    {.name = "a continuation in USER and PASS",
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S + ",
               "fail protocol"}},
    {.name = "user refused",
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S -ERR who",
               "fail login who"}},
    {.name = "password refused",
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S +OK",
               "C PASS secret", "S -ERR [AUTH] no", "fail login no"}},
    {.name = "trouble inside the server",
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S +OK",
               "C PASS secret", "S -ERR [SYS/TEMP] later",
               "fail login-unavailable later"}},
    {.name = "in use",
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S +OK",
               "C PASS secret", "S -ERR [IN-USE] busy",
               "fail login-unavailable busy"}},
    {.name = "only strange mechanisms",
     .lines = {GREET, CAPS("S SASL GSSAPI"), "begin login", "fail mechanism"}},
#define REFUSED(text, wanted)                                                  \
    {                                                                          \
        .name = (text), .lines = {                                             \
            GREET,                                                             \
            CAPS("S SASL PLAIN"),                                              \
            "begin login",                                                     \
            "C AUTH PLAIN AGFubgBzZWNyZXQ=",                                   \
            "S -ERR " text,                                                    \
            "fail " wanted                                                     \
        }                                                                      \
    }
    REFUSED("[AUTH] x", "login password is wrong"),
    REFUSED("[SYS/PERM] x", "login-unavailable operator has to mend"),
    REFUSED("[SYS/TEMP] x", "login-unavailable cannot check"),
    REFUSED("[IN-USE] x", "login-unavailable in use elsewhere"),
    REFUSED("[AUTH] Application-specific password required: x",
            "login made for one application"),
    REFUSED("[AUTH] Web login required: x", "login web browser"),
    REFUSED("[SYS/PERM] Your account is not enabled for POP access.",
            "login POP3 switched off"),
    REFUSED("Login failed.", "login password is wrong"),
    REFUSED("[LOGIN-DELAY] x", "login-unavailable so soon"),
    REFUSED("x", "login refused the login"),
    {.name = "no login in clear",
     .insecure = true,
     .lines = {GREET, CAPS("S USER"), "begin login", "fail plaintext-login"}},
    {.name = "login in clear when the account says so",
     .auth = AUTH_LOGIN,
     .insecure = true,
     .allow_plaintext = true,
     .lines = {GREET, CAPS("S USER"), "begin login", "C USER ann", "S +OK",
               "C PASS secret", "S +OK", "done USER/PASS"}},
    {.name = "a line break in the user",
     .user = "ann\r\nDELE 1",
     .lines = {GREET, CAPS("S USER"), "begin login", "fail credentials"}},
    {.name = "STLS at once: the list from before TLS would be forgotten",
     .lines = {GREET, "begin capability then starttls", "done asked inside TLS",
               "begin starttls", "C STLS", "S +OK go on", "done", "secured",
               "begin tls-capability then login", "C CAPA", "S +OK", "S UIDL",
               "S .", "done 1"}},
    {.name = "STLS not known",
     .lines = {GREET, "begin capability then starttls", "done",
               "begin starttls", "C STLS", "S -ERR what", "C CAPA", "S +OK",
               "S TOP", "S .", "fail starttls-missing"}},
    {.name = "STLS not known, and no CAPA either",
     .lines = {GREET, "begin capability then starttls", "done",
               "begin starttls", "C STLS", "S -ERR what", "C CAPA",
               "S -ERR what", "fail starttls-missing"}},
    {.name = "STLS refused",
     .lines = {GREET, "begin capability then starttls", "done",
               "begin starttls", "C STLS", "S -ERR no", "C CAPA", "S +OK",
               "S STLS", "S .", "fail starttls-refused no"}},
    {.name = "STLS refused for now",
     .lines = {GREET, "begin capability then starttls", "done",
               "begin starttls", "C STLS", "S -ERR [SYS/TEMP] full",
               "fail login-unavailable full"}},
    {.name = "a stuffed dot in the list",
     .lines = {GREET, "begin capability", "C CAPA", "S +OK", "S ..X", "S .",
               "done 1"}},
    {.name = "server unwilling",
     .lines = {"begin greeting", "S -ERR go away", "fail closed go away"}},
    {.name = "server busy",
     .lines = {"begin greeting", "S -ERR [SYS/TEMP] full",
               "fail login-unavailable full"}},
    {.name = "an IMAP server",
     .lines = {"begin greeting", "S * OK IMAP ready",
               "fail protocol * OK IMAP"}},
    {.name = "garbage",
     .lines = {"begin greeting", "S \x1b[2J", "fail protocol \\x1B"}},
    {.name = "nearly OK",
     .lines = {"begin greeting", "S OKAY", "fail protocol"}},
    {.name = "no status",
     .lines = {GREET, "begin mailbox", "C STAT", "S 17 20480",
               "fail protocol"}},
};

static void test_talks(void **state)
{
    (void)state;
    talk_play_all(talks, sizeof(talks) / sizeof(talks[0]), SERVICE_POP3);
}

static void test_endless_list(void **state)
{
    enum dialogue_step step;
    struct dialogue d;

    (void)state;
    dialogue_init(&d, SERVICE_POP3);
    dialogue_begin(&d, STAGE_CAPABILITY);
    step = dialogue_feed(&d, "+OK", 3);
    for (int i = 0; i < DIALOGUE_LINES_MAX; i++) {
        assert_int_equal(step, DIALOGUE_MORE);
        step = dialogue_feed(&d, "X", 1);
    }
    assert_int_equal(step, DIALOGUE_FAILED);
    assert_int_equal(d.failure.reason, REASON_PROTOCOL);
    dialogue_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks),
        cmocka_unit_test(test_endless_list),
    };

    return cmocka_run_group_tests_name("pop3", tests, NULL, NULL);
}
