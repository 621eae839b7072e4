/* SPDX-License-Identifier: MIT */
/* probe: ends that need no server, cancelling and freeing at any moment,
 * limits, exceptions, facts. */
#include "tests/unit/probing.h"

/* -- without a server ------------------------------------------------------ */

static void test_unreachable(void **state)
{
    static const struct {
        const char *host, *reason, *stage;
    } cases[] = {
        {"127.0.0.1", "refused", "connect"},
        {"no-such-host.invalid", "resolve", "resolve"},
        {"255.255.255.255", "unreachable", "connect"},
    };
    const struct trial plain = {.name = "unreachable"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct server server = server_of(&plain, peer_free_port());
        struct probe_request request = {.target = "x", .server = &server};
        const struct probe_result *r;
        unsigned progress = 0;
        struct probe *probe;

        server.timeout = 10;
        snprintf(server.endpoint.host, sizeof(server.endpoint.host), "%s",
                 cases[i].host);
        probe = run(&request, &progress);
        r = probe_result(probe);
        if (!reason_word(r->reason) ||
            strcmp(reason_word(r->reason), cases[i].reason) != 0)
            fail_msg("%s: %s: %s", cases[i].host, reason_word(r->reason),
                     r->text);
        assert_string_equal(stage_word(r->failed_stage), cases[i].stage);
        assert_string_equal(r->address, "");
        probe_free(probe);
    }
}

/* -- ending it early ------------------------------------------------------- */

static const char *const mute[1][PEER_LINES] = {{"T", UP, "Z"}};

static void test_cancel_and_free(void **state)
{
    const struct peer_terms terms = {0};
    const struct trial plain = {.name = "cancel",
                                .password_command = "sleep 30"};

    (void)state;
    /* After each number of turns: in every stage there is. */
    for (int turns = 0; turns < 24; turns++) {
        struct peer peer;
        struct server server;
        struct probe_request request = {.target = "x", .server = &server};
        unsigned progress = 0;
        struct probe *probe;

        peer_start(&peer, &pki, &terms, mute, 1);
        server = server_of(&plain, peer.port);
        server.timeout = 20;
        probe = probe_start(&env, &request, note_progress, &progress);
        for (int i = 0; i < turns; i++)
            loop_turn(loop, 50);
        if (turns % 2 == 0) {
            unsigned before = progress;

            probe_cancel(probe);
            assert_true(probe_result(probe)->finished);
            assert_int_equal(probe_result(probe)->reason, REASON_CANCELLED);
            probe_cancel(probe);
            loop_turn(loop, 0);
            assert_int_equal(progress, before + 1);
        }
        probe_free(probe);
        /* Nothing of it is left in the loop. */
        while (loop_turn(loop, 0))
            ;
        peer_stop(&peer);
    }
}

static void free_at_end(void *arg, struct probe *probe)
{
    if (probe_result(probe)->finished) {
        probe_free(probe);
        *(bool *)arg = true;
    }
}

static void test_free_in_callback(void **state)
{
    const struct trial plain = {.name = "free"};
    struct server server = server_of(&plain, peer_free_port());
    struct probe_request request = {.target = "x", .server = &server};
    bool gone = false;

    (void)state;
    probe_start(&env, &request, free_at_end, &gone);
    while (!gone)
        loop_turn(loop, -1);
}

/* The whole test has a limit, however lively its stages are. */
static void test_total_timeout(void **state)
{
    static const char *const slow[1][PEER_LINES] = {
        {"T", "W 700", HELLO, ASKED, "W 700", CAPS, "Z"}};
    const struct peer_terms terms = {0};
    const struct trial plain = {.name = "total"};
    struct peer peer;
    struct server server;
    struct probe_request request = {
        .target = "x", .server = &server, .total_timeout = 1};
    unsigned progress = 0;
    struct probe *probe;

    (void)state;
    peer_start(&peer, &pki, &terms, slow, 1);
    server = server_of(&plain, peer.port);
    server.timeout = 5;
    probe = run(&request, &progress);
    assert_int_equal(probe_result(probe)->reason, REASON_TIMEOUT);
    assert_non_null(strstr(probe_result(probe)->text, "whole test"));
    probe_free(probe);
    peer_stop(&peer);
}

/* -- exceptions ------------------------------------------------------------ */

static struct probe *test_self_signed(unsigned port, const char *host)
{
    const struct trial plain = {.name = "exception"};
    struct server server = server_of(&plain, port);
    struct probe_request request = {.target = "x", .server = &server};
    unsigned progress = 0;

    snprintf(server.endpoint.host, sizeof(server.endpoint.host), "%s", host);
    return run(&request, &progress);
}

static void test_exception(void **state)
{
    static const char *const script[1][PEER_LINES] = {
        {"T", UP, LOGIN, "S a2 OK in", INBOX}};
    const struct peer_terms terms = {.certificate = PEER_SELF};
    struct exception_wish wish = {.host = "127.0.0.1",
                                  .end = EXCEPTION_SESSION,
                                  .checked = CHECKED_PASTED};
    struct error e = {0};
    struct probe *probe;
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &terms, script, 1);
    wish.port = peer.port;
    probe = test_self_signed(peer.port, "127.0.0.1");
    assert_int_equal(probe_result(probe)->exception, EXCEPTION_NONE);
    assert_true(exceptions_add(exceptions, &wish, &probe_result(probe)->verdict,
                               false, wall(NULL), &e));
    probe_free(probe);
    assert_null(strstr(peer.heard, "AUTHENTICATE"));

    probe = test_self_signed(peer.port, "127.0.0.1");
    assert_true(probe_result(probe)->ok);
    assert_int_equal(probe_result(probe)->exception, EXCEPTION_USED);
    assert_string_equal(probe_result(probe)->mechanism, "PLAIN");
    assert_true(probe_result(probe)->credential_sent);
    probe_free(probe);
    assert_non_null(strstr(peer.heard, "AUTHENTICATE"));

    /* For that host only. */
    probe = test_self_signed(peer.port, "localhost");
    assert_int_equal(probe_result(probe)->reason, REASON_CERTIFICATE);
    probe_free(probe);
    peer_stop(&peer);
}

static void test_facts(void **state)
{
    static const char *const script[1][PEER_LINES] = {
        {"T", UP, LOGIN, "S a2 OK in", INBOX}};
    const struct peer_terms terms = {.max_version = TLS1_2_VERSION};
    const struct trial plain = {.name = "facts"};
    struct peer peer;
    struct server server;
    struct probe_request request = {.target = "a/incoming",
                                    .server = &server,
                                    .warn_days = 365,
                                    .typed = probing_secret()};
    const struct probe_result *r;
    unsigned progress = 0;
    struct probe *probe;

    (void)state;
    peer_start(&peer, &pki, &terms, script, 1);
    server = server_of(&plain, peer.port);
    server.password = NULL;
    probe = run(&request, &progress);
    r = probe_result(probe);
    assert_true(r->ok);
    assert_string_equal(r->target, "a/incoming");
    assert_string_equal(r->address, "127.0.0.1");
    assert_string_equal(r->tls_version, "TLS 1.2");
    assert_true(*r->tls_cipher != '\0');
    assert_true(r->expires_soon);
    assert_string_equal(r->mechanism, "PLAIN");
    assert_int_equal(r->capability_count, 4);
    assert_string_equal(r->stages[7].text, "17 messages");
    assert_int_equal(r->stages[7].stage, STAGE_MAILBOX);
    assert_string_equal(r->verdict.proven_by, "Test CA");
    probe_free(probe);
    peer_stop(&peer);
}

/* What is wrong with one's own certificate leads to its own settings. */
static void own_certificate_cures(void **state)
{
    static const struct {
        enum reason reason;
        enum stage stage;
        enum setting setting;
    } cases[] = {
        {REASON_CLIENT_CERTIFICATE, STAGE_TLS, SET_CLIENT_CERTIFICATE},
        {REASON_CLIENT_CERTIFICATE, STAGE_LOGIN, SET_CLIENT_CERTIFICATE},
        {REASON_CONFIG, STAGE_TLS, SET_CLIENT_CERTIFICATE},
        {REASON_CONFIG, STAGE_RESOLVE, SET_HOST},
        {REASON_CREDENTIALS, STAGE_TLS, SET_CLIENT_KEY_COMMAND},
        {REASON_CREDENTIALS, STAGE_LOGIN, SET_PASSWORD_COMMAND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct probe_result result = {.finished = true,
                                            .reason = cases[i].reason,
                                            .failed_stage = cases[i].stage};
        struct cure cures[CURE_MAX];

        assert_true(probe_cures(&result, NULL, cures) >= 2);
        assert_int_equal(cures[0].kind, CURE_EDIT);
        assert_int_equal(cures[0].setting, cases[i].setting);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_cancel_and_free),
        cmocka_unit_test(test_free_in_callback),
        cmocka_unit_test(test_total_timeout),
        cmocka_unit_test(test_exception),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(own_certificate_cures),
    };

    return cmocka_run_group_tests_name("probe life", tests, set_up, tear_down);
}
