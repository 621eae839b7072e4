/* SPDX-License-Identifier: MIT */
/* probe: every way a test can end, against scripted servers. */
#include "tests/unit/probing.h"

static const struct trial trials[] = {
    {.name = "all well, TLS",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "all well, TLS 1.2",
     .terms = {.max_version = TLS1_2_VERSION},
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "all well, STARTTLS",
     .security = SECURITY_STARTTLS,
     .password_may_go = true,
     .scripts = {{STLS, "S a2 OK go on", "T", "H a3 CAPABILITY",
                  "S * CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN SASL-IR",
                  "S a3 OK", "H a4 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=",
                  "S a4 OK in", "H a5 EXAMINE INBOX", "S * 1 EXISTS", "S a5 OK",
                  "H a6 LOGOUT"}}},
    {.name = "in clear, as the account says",
     .security = SECURITY_NONE,
     .clear = true,
     .auth = AUTH_PLAIN,
     .password_may_go = true,
     .scripts = {{UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "in clear, but automatic login never tells a password",
     .security = SECURITY_NONE,
     .clear = true,
     .reason = "plaintext-login",
     .stage = "login",
     .text = "automatic login never does",
     .scripts = {{UP}}},
    {.name = "a token never goes in clear, whatever the account says",
     .security = SECURITY_NONE,
     .clear = true,
     .auth = AUTH_XOAUTH2,
     .token = "t0ken",
     .reason = "plaintext-login",
     .stage = "login",
     .text = "no token is sent",
     .scripts = {{HELLO, ASKED, "S * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                  "S a1 OK"}}},
    {.name = "a token, before the password",
     .token = "t0ken",
     .password_may_go = true,
     .scripts = {{"T", HELLO, ASKED,
                  "S * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN",
                  "S a1 OK",
                  "H a2 AUTHENTICATE XOAUTH2 "
                  "dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==",
                  "S a2 OK in", INBOX}}},
    {.name = "a token that has expired",
     .token = "t0ken",
     .password_may_go = true,
     .reason = "login",
     .stage = "login",
     .text = "The token has expired: {\"status\":\"expired\"}",
     .scripts = {{"T", HELLO, ASKED,
                  "S * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN",
                  "S a1 OK",
                  "H a2 AUTHENTICATE XOAUTH2 "
                  "dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==",
                  "S + eyJzdGF0dXMiOiJleHBpcmVkIn0=", "H ",
                  "S a2 NO [AUTHENTICATIONFAILED] no"}}},
    {.name = "no user, no login",
     .no_user = true,
     .scripts = {{"T", UP, "H a2 LOGOUT"}}},
    {.name = "login not asked for",
     .purpose = PROBE_NO_LOGIN,
     .password_command = "echo ran > \"$RAN\"",
     .scripts = {{"T", UP, "H a2 LOGOUT"}}},
    {.name = "only the certificate",
     .purpose = PROBE_CERTIFICATE,
     .scripts = {{"T", "Z"}}},
    {.name = "a password from a command",
     .password_command = "printf secret",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "a server that stays silent after LOGOUT",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX, "Z"}}},
    {.name = "a slow greeting is no TLS port",
     .security = SECURITY_STARTTLS,
     .purpose = PROBE_CERTIFICATE,
     .timeout = 4,
     .scripts = {{"W 2000", HELLO, "Z"},
                 {"W 2000", STLS, "S a2 OK go on", "T", "Z"}}},
    {.name = "POP3",
     .service = SERVICE_POP3,
     .password_may_go = true,
     .scripts = {{"T", "S +OK hi", "H CAPA", "S +OK", "S USER", "S .",
                  "H USER ann", "S +OK", "H PASS secret", "S +OK", "H STAT",
                  "S +OK 2 99", "H QUIT"}}},
    {.name = "SMTP with a sender",
     .service = SERVICE_SMTP,
     .sender = true,
     .password_may_go = true,
     .scripts = {{"T", "S 220 hi", "H EHLO [127.0.0.1]", "S 250-me",
                  "S 250 AUTH PLAIN", "H AUTH PLAIN AGFubgBzZWNyZXQ=",
                  "S 235 in", "H MAIL FROM:<ann@example.org>", "S 250 ok",
                  "H RSET", "S 250 ok", "H QUIT"}}},
    {.name = "any TLS port",
     .service = SERVICE_TLS,
     .security = SECURITY_NONE,
     .scripts = {{"T", "Z"}}},
    /* the link */
    {.name = "mute on TLS",
     .reason = "timeout",
     .stage = "tls",
     .scripts = {{"Z"}}},
    {.name = "mute on STARTTLS",
     .security = SECURITY_STARTTLS,
     .reason = "timeout",
     .stage = "greeting",
     .scripts = {{"Z"}}},
    {.name = "mute after the handshake",
     .reason = "timeout",
     .stage = "greeting",
     .scripts = {{"T", "Z"}}},
    {.name = "dripping",
     .security = SECURITY_STARTTLS,
     .reason = "timeout",
     .stage = "greeting",
     .scripts = {{"D * OK and on and on and on and on and on and on and on"}}},
    {.name = "dripping lines",
     .reason = "timeout",
     .stage = "capability",
     .scripts = {{"T", HELLO, "D * X\r\n"}}},
    {.name = "closed at once",
     .security = SECURITY_STARTTLS,
     .reason = "closed",
     .scripts = {{"W 1"}}},
    {.name = "closed before TLS", .reason = "closed", .scripts = {{"W 1"}}},
    {.name = "closed after the handshake",
     .reason = "closed",
     .stage = "greeting",
     .scripts = {{"T"}}},
    {.name = "closed at the login",
     .reason = "closed",
     .stage = "login",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN}}},
    {.name = "reset", .reason = "closed", .scripts = {{"W 1", "X"}}},
    /* TLS */
    {.name = "plain text where TLS was spoken",
     .reason = "not-tls",
     .stage = "tls",
     .scripts = {{HELLO, "Z"}}},
    {.name = "HTTP where TLS was spoken",
     .reason = "not-tls",
     .scripts = {{"S HTTP/1.1 400 Bad Request", "Z"}}},
    {.name = "TLS where STARTTLS was wanted",
     .security = SECURITY_STARTTLS,
     .reason = "tls-expected",
     .stage = "greeting",
     .scripts = {{"T", HELLO, "Z"}}},
    {.name = "TLS where plain was wanted, bad certificate",
     .terms = {.certificate = PEER_SELF},
     .security = SECURITY_NONE,
     .reason = "tls-expected",
     .scripts = {{"T", HELLO, "Z"}}},
    {.name = "only old TLS",
     .terms = {.old = true},
     .reason = "tls-version",
     .scripts = {{"T", "Z"}}},
    {.name = "an alert",
     .reason = "tls",
     .text = "handshake failed",
     .scripts = {{"A", "Z"}}},
    {.name = "client certificate, TLS 1.3",
     .terms = {.wants_certificate = true},
     .reason = "client-certificate",
     .stage = "tls",
     .scripts = {{"T", HELLO, "Z"}}},
    {.name = "client certificate, TLS 1.2",
     .terms = {.wants_certificate = true, .max_version = TLS1_2_VERSION},
     .reason = "client-certificate",
     .stage = "tls",
     .scripts = {{"T", HELLO, "Z"}}},
    /* STARTTLS */
    {.name = "no STARTTLS",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-missing",
     .stage = "starttls",
     .scripts = {{UP, "Z"}}},
    {.name = "STARTTLS refused",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-refused",
     .stage = "starttls",
     .scripts = {{STLS, "S a2 NO never", "Z"}}},
    {.name = "PREAUTH",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-refused",
     .scripts = {{"S * PREAUTH hi", ASKED, "S * CAPABILITY STARTTLS", "S a1 OK",
                  "Z"}}},
    {.name = "agreed to STARTTLS and went on in plain text",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-refused",
     .scripts = {{STLS, "S a2 OK go on", "W 150", "S * OK still here", "Z"}}},
    {.name = "bytes behind the go-ahead",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-injection",
     .stage = "starttls",
     .scripts = {{STLS, "R a2 OK go on\r\n* CAPABILITY AUTH=PLAIN\r\n", "T",
                  "Z"}}},
    {.name = "half a line behind the go-ahead",
     .security = SECURITY_STARTTLS,
     .reason = "starttls-injection",
     .scripts = {{STLS, "R a2 OK go on\r\nx", "T", "Z"}}},
    {.name = "SMTP injection",
     .service = SERVICE_SMTP,
     .security = SECURITY_STARTTLS,
     .reason = "starttls-injection",
     .scripts = {{"S 220 hi", "H EHLO", "S 250-me", "S 250 STARTTLS",
                  "H STARTTLS", "R 220 go\r\n250 AUTH PLAIN\r\n", "Z"}}},
    {.name = "POP3 injection",
     .service = SERVICE_POP3,
     .security = SECURITY_STARTTLS,
     .reason = "starttls-injection",
     .scripts = {{"S +OK hi", "H STLS", "R +OK\r\n+OK\r\n", "Z"}}},
    /* certificates */
    {.name = "self-signed",
     .terms = {.certificate = PEER_SELF},
     .reason = "certificate",
     .stage = "certificate",
     .text = "No password was sent",
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "self-signed, TLS 1.2",
     .terms = {.certificate = PEER_SELF, .max_version = TLS1_2_VERSION},
     .reason = "certificate",
     .stage = "certificate",
     .scripts = {{"T", UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "self-signed, STARTTLS",
     .terms = {.certificate = PEER_SELF},
     .security = SECURITY_STARTTLS,
     .reason = "certificate",
     .stage = "certificate",
     .scripts = {{STLS, "S a2 OK go on", "T", "Z"}}},
    {.name = "self-signed and a password command",
     .terms = {.certificate = PEER_SELF},
     .reason = "certificate",
     .password_command = "echo ran > \"$RAN\"; printf secret",
     .scripts = {{"T", UP, "Z"}}},
    {.name = "rubbish for a certificate",
     .reason = "certificate",
     .stage = "certificate",
     .scripts = {{"B", "Z"}}},
    /* the protocol */
    {.name = "garbage",
     .security = SECURITY_STARTTLS,
     .reason = "protocol",
     .text = "\\x1B[2J",
     .scripts = {{"S \x1b[2J\x07", "Z"}}},
    {.name = "another protocol",
     .security = SECURITY_STARTTLS,
     .reason = "protocol",
     .scripts = {{"S 220 mx ESMTP", "Z"}}},
    {.name = "a stray carriage return",
     .security = SECURITY_STARTTLS,
     .reason = "protocol",
     .scripts = {{"S * OK a\rb", "Z"}}},
    {.name = "early replies do not help",
     .reason = "protocol",
     .scripts = {{"T", "R * OK hi\r\na7 OK early\r\n", "Z"}}},
    /* the login */
    {.name = "no login in clear",
     .security = SECURITY_NONE,
     .reason = "plaintext-login",
     .stage = "login",
     .scripts = {{UP, "Z"}}},
    {.name = "allowed in clear, but STARTTLS fails",
     .security = SECURITY_STARTTLS,
     .clear = true,
     .reason = "starttls-missing",
     .scripts = {{UP, LOGIN, "S a2 OK in", INBOX}}},
    {.name = "no mechanism",
     .reason = "mechanism",
     .password_command = "echo ran > \"$RAN\"; printf secret",
     .scripts = {{"T", HELLO, ASKED, "S * CAPABILITY LOGINDISABLED", "S a1 OK",
                  "Z"}}},
    {.name = "a mechanism that is not built",
     .auth = AUTH_SCRAM_SHA_256,
     .reason = "mechanism",
     .scripts = {{"T", UP, "Z"}}},
    {.name = "the password command fails",
     .reason = "credentials",
     .text = "no such entry",
     .password_command = "echo no such entry >&2; exit 2",
     .scripts = {{"T", UP, "Z"}}},
    {.name = "the password command prints nothing",
     .reason = "credentials",
     .password_command = "true",
     .scripts = {{"T", UP, "Z"}}},
    {.name = "commands are not run",
     .reason = "config",
     .no_commands = true,
     .text = "because",
     .password_command = "echo ran > \"$RAN\"; printf secret",
     .scripts = {{"T", UP, "Z"}}},
    {.name = "goodbye while the password command runs",
     .reason = "closed",
     .stage = "login",
     .password_command = "sleep 20; printf secret",
     .scripts = {{"T", UP, "W 100", "S * BYE too slow"}}},
    {.name = "wrong password",
     .reason = "login",
     .text = "no such luck",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 NO no such luck", "Z"}}},
    {.name = "try later",
     .reason = "login-unavailable",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 NO [UNAVAILABLE] later", "Z"}}},
    {.name = "no inbox",
     .reason = "mailbox",
     .stage = "mailbox",
     .password_may_go = true,
     .scripts = {{"T", UP, LOGIN, "S a2 OK", "H a3 EXAMINE", "S a3 NO none",
                  "Z"}}},
    {.name = "sender refused",
     .service = SERVICE_SMTP,
     .sender = true,
     .reason = "sender",
     .stage = "mailbox",
     .password_may_go = true,
     .scripts = {{"T", "S 220 hi", "H EHLO", "S 250-me", "S 250 AUTH PLAIN",
                  "H AUTH", "S 235 in", "H MAIL FROM", "S 553 not yours",
                  "Z"}}},
};

static const struct probe_stage *failed_stage(const struct probe_result *r)
{
    for (size_t i = 0; i < r->stage_count; i++)
        if (r->stages[i].state == STAGE_FAILED)
            return &r->stages[i];
    return NULL;
}

static void check_stages(const struct trial *t, const struct probe_result *r)
{
    const struct probe_stage *failed = failed_stage(r);

    for (size_t i = 0; i < r->stage_count; i++) {
        if (r->stages[i].state == STAGE_WAITING ||
            r->stages[i].state == STAGE_RUNNING)
            fail_msg("%s: %s has no end", t->name,
                     stage_word(r->stages[i].stage));
        for (const char *p = r->stages[i].text; *p; p++)
            assert_true((unsigned char)*p >= ' ');
        /* Nothing is done after a failure. */
        if (failed && &r->stages[i] > failed &&
            r->stages[i].stage != STAGE_CERTIFICATE)
            assert_int_equal(r->stages[i].state, STAGE_SKIPPED);
    }
    if (!t->reason) {
        assert_null(failed);
        return;
    }
    assert_non_null(failed);
    assert_int_equal(failed->stage, r->failed_stage);
    assert_true(*failed->text != '\0');
    if (t->stage && strcmp(stage_word(failed->stage), t->stage) != 0)
        fail_msg("%s: failed at %s", t->name, stage_word(failed->stage));
}

static void check_result(const struct trial *t, const struct probe_result *r)
{
    const char *reason = reason_word(r->reason);

    if (!t->reason ? r->reason != REASON_NONE
                   : !reason || strcmp(reason, t->reason) != 0)
        fail_msg("%s: reason %s, not %s: %s", t->name, reason, t->reason,
                 r->text);
    assert_int_equal(r->ok, t->reason == NULL);
    assert_true(strlen(r->text) > 5);
    if (t->text && !strstr(r->text, t->text))
        fail_msg("%s: %s", t->name, r->text);
    check_stages(t, r);
    if (t->reason && strcmp(t->reason, "certificate") == 0) {
        assert_true(r->has_verdict);
        assert_true(r->verdict.faults != 0);
    }
}

static void check_cures(const struct trial *t, const struct probe_result *r)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(r, NULL, cures);

    if (!t->reason) {
        assert_int_equal(count, 0);
        return;
    }
    if (!count && strcmp(t->name, "rubbish for a certificate") != 0)
        fail_msg("%s: no cure", t->name);
    for (size_t i = 0; i < count; i++) {
        assert_true(*cures[i].text != '\0');
        /* An exception is the last resort. */
        assert_true(cures[i].kind != CURE_EXCEPTION || i == count - 1);
    }
}

static void try_one(const struct trial *t)
{
    struct peer peer;
    unsigned progress = 0;
    struct server server;
    struct probe_request request = {.target = t->name,
                                    .server = &server,
                                    .purpose = t->purpose,
                                    .sender = t->sender,
                                    .token = t->token};
    const struct probe_result *r;
    struct probe *probe;

    unlink(getenv("RAN"));
    peer_start(&peer, &pki, &t->terms, t->scripts, t->scripts[1][0] ? 2 : 1);
    server = server_of(t, peer.port);
    env.run_commands = !t->no_commands;
    env.commands_refused = t->no_commands ? "because" : NULL;
    probe = run(&request, &progress);
    r = probe_result(probe);
    check_result(t, r);
    check_cures(t, r);
    assert_true(progress > 0);
    if (!t->password_may_go) {
        if (strstr(peer.heard, "c2Vjcm") || strstr(peer.heard, "secret") ||
            strstr(peer.heard, "AUTHENTICATE") || r->credential_sent)
            fail_msg("%s: the password was sent: %s", t->name, peer.heard);
        if (access(getenv("RAN"), F_OK) == 0)
            fail_msg("%s: the password command was run", t->name);
    }
    probe_free(probe);
    peer_stop(&peer);
}

static void test_trials(void **state)
{
    (void)state;
    setenv("RAN", in_folder("ran"), 1);
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
        try_one(&trials[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trials),
    };

    return cmocka_run_group_tests_name("probe", tests, set_up, tear_down);
}
