/* SPDX-License-Identifier: MIT */
/* asking: a test that needs the person's password waits for it, after the
 * verdict, and begins anew when the server did not wait as long. */
#include "tests/unit/probing.h"

#include "core/base/locked.h"
#include "core/probe/probe_private.h"

#include <fcntl.h>

#define LOGGED_IN UP, LOGIN, "S a2 OK in", INBOX

enum event {
    NOTHING,
    HANGS_UP,   /* the server's end has arrived */
    SAYS_BYE,   /* a line has arrived */
    DISTRUSTED, /* it hung up, and the exception was taken back */
    LATE,       /* longer than all deadlines */
};

static const struct {
    const char *name;
    enum event event;
    bool no_answer, may_not_ask, command;
    const char *scripts[2][PEER_LINES];
    enum reason reason; /* 0: all went well */
    const char *text;
} cases[] = {
    {.name = "typed", .scripts = {{"T", LOGGED_IN}}},
    {.name = "nothing typed",
     .no_answer = true,
     .scripts = {{"T", UP, "H x"}},
     .reason = REASON_CREDENTIALS,
     .text = "No password was typed"},
    {.name = "nobody to ask",
     .may_not_ask = true,
     .scripts = {{"T", UP, "H x"}},
     .reason = REASON_CREDENTIALS,
     .text = "no password to log in with"},
    {.name = "hung up",
     .event = HANGS_UP,
     .scripts = {{"T", UP}, {"T", LOGGED_IN}}},
    {.name = "hung up, nothing typed",
     .event = HANGS_UP,
     .no_answer = true,
     .scripts = {{"T", UP}, {"T", UP}},
     .reason = REASON_CREDENTIALS,
     .text = "No password was typed"},
    {.name = "said bye",
     .event = SAYS_BYE,
     .scripts = {{"T", UP, "S * BYE Too slow", "H x"}, {"T", LOGGED_IN}}},
    {.name = "always hangs up",
     .event = HANGS_UP,
     .scripts = {{"T", UP}, {"T", UP}},
     .reason = REASON_CLOSED,
     .text = "closed the connection"},
    {.name = "another server now",
     .event = DISTRUSTED,
     .scripts = {{"T", UP}, {"T", UP, "H x"}},
     .reason = REASON_CERTIFICATE,
     .text = "No password was sent"},
    {.name = "a slow typist", .event = LATE, .scripts = {{"T", LOGGED_IN}}},
    {.name = "hung up on a command that asks",
     .command = true,
     .scripts = {{"T", UP}, {"T", LOGGED_IN}}},
};

static int lend(void *arg)
{
    return *(int *)arg;
}

static void give_back(void *arg)
{
    (void)arg;
}

static void take_exceptions_back(void)
{
    while (exceptions_count(exceptions))
        assert_true(
            exceptions_remove(exceptions, exceptions_at(exceptions, 0), NULL));
}

static void accept_certificate(unsigned port)
{
    struct exception_wish wish = {.host = "127.0.0.1",
                                  .port = port,
                                  .end = EXCEPTION_SESSION,
                                  .checked = CHECKED_PASTED};
    const struct trial plain = {.name = "look"};
    struct server server = server_of(&plain, port);
    const struct probe_request request = {
        .target = "x", .server = &server, .purpose = PROBE_CERTIFICATE};
    unsigned progress = 0;
    struct probe *probe = run(&request, &progress);

    assert_true(exceptions_add(exceptions, &wish, &probe_result(probe)->verdict,
                               false, wall(NULL), NULL));
    probe_free(probe);
}

/* What happens while the person is to type. */
static void let_happen(struct probe *probe, enum event event)
{
    const struct probe_result *r = probe_result(probe);

    if (event == HANGS_UP || event == DISTRUSTED)
        while (!probe->gone)
            loop_turn(loop, -1);
    if (event == SAYS_BYE)
        while (!stream_has_unread(probe->stream))
            loop_turn(loop, -1);
    if (event == DISTRUSTED)
        take_exceptions_back();
    if (event == LATE)
        loop_wait(loop, 1300);
    assert_false(r->finished);
    assert_true(r->asking);
    assert_string_equal(probe_stage_now(probe)->text,
                        "waiting for your password");
    assert_string_equal(probe_user(probe), "ann");
}

static void check_end(size_t i, const struct probe_result *r,
                      const struct peer *peer)
{
    if (r->reason != cases[i].reason ||
        (cases[i].text && !strstr(r->text, cases[i].text)))
        fail_msg("%s: %s: %s", cases[i].name, reason_word(r->reason), r->text);
    assert_false(r->asking);
    assert_true(r->ok == !cases[i].reason);
    assert_true(!strstr(peer->heard, "AUTHENTICATE") == !r->ok);
    /* What was written to a server that has hung up is not known. */
    assert_true(r->credential_sent == r->ok || r->reason == REASON_CLOSED);
    if (r->ok)
        assert_string_equal(r->mechanism, "PLAIN");
}

static void play(size_t i)
{
    const struct peer_terms terms = {.certificate = PEER_SELF};
    char command[400];
    const struct trial plain = {.name = cases[i].name,
                                .password_command =
                                    cases[i].command ? command : NULL,
                                .timeout = cases[i].event == LATE ? 1 : 15};
    struct probe_request request = {.target = "a/incoming",
                                    .may_ask = !cases[i].may_not_ask};
    /* The first connection looks at the certificate. */
    const char *scripts[3][PEER_LINES] = {{"T", "Z"}};
    struct secret *typed = secret_new("secret");
    unsigned progress = 0;
    struct server server;
    struct probe *probe;
    struct peer peer;
    int null = open("/dev/null", O_RDONLY);
    const struct source_terminal terminal = {lend, give_back, &null};
    struct sources *sources = sources_new(&(struct source_env){
        .loop = loop, .run_commands = true, .terminal = &terminal});

    memcpy(scripts + 1, cases[i].scripts, sizeof(cases[i].scripts));
    peer_start(&peer, &pki, &terms, scripts, 3);
    accept_certificate(peer.port);
    snprintf(command, sizeof(command),
             "while [ ! -e %s ]; do sleep 0.02; done; echo secret",
             in_folder("go"));
    server = server_of(&plain, peer.port);
    server.password = NULL;
    server.command_terminal = true;
    request.sources = sources;
    request.server = &server;
    if (cases[i].event == LATE)
        request.total_timeout = 1;
    probe = probe_start(&env, &request, note_progress, &progress);
    while (!probe_result(probe)->finished && !probe_result(probe)->asking &&
           !(cases[i].command && probe->gone))
        loop_turn(loop, -1);
    assert_null(strstr(peer.heard, "AUTHENTICATE"));
    if (cases[i].command) {
        write_file(in_folder("go"), "");
    } else if (!cases[i].may_not_ask) {
        let_happen(probe, cases[i].event);
        probe_answer(probe, cases[i].no_answer ? NULL : typed, false);
    }
    while (!probe_result(probe)->finished)
        loop_turn(loop, -1);
    loop_turn(loop, 0);
    check_end(i, probe_result(probe), &peer);
    probe_answer(probe, typed, false); /* nobody asks any more */
    probe_free(probe);
    secret_release(&typed);
    sources_free(sources);
    close(null);
    take_exceptions_back();
    peer_stop(&peer);
    assert_true(locked_mapped() <= 4096); /* probing_secret() stays */
}

static void test_asking(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        play(i);
}

/* Nobody types for a server that has not proven itself. */
static void test_not_for_strangers(void **state)
{
    static const char *const scripts[1][PEER_LINES] = {{"T", UP, "H x"}};
    const struct peer_terms terms = {.certificate = PEER_SELF};
    const struct trial plain = {.name = "stranger"};
    struct probe_request request = {.target = "a/incoming", .may_ask = true};
    struct server server;
    struct probe *probe;
    struct peer peer;
    unsigned progress = 0;

    (void)state;
    peer_start(&peer, &pki, &terms, scripts, 1);
    server = server_of(&plain, peer.port);
    server.password = NULL;
    request.server = &server;
    probe = probe_start(&env, &request, note_progress, &progress);
    while (!probe_result(probe)->finished) {
        assert_false(probe_result(probe)->asking);
        loop_turn(loop, -1);
    }
    assert_int_equal(probe_result(probe)->reason, REASON_CERTIFICATE);
    probe_free(probe);
    peer_stop(&peer);
}

/* Stopped, or thrown away, while it asks. */
static void test_stopping(void **state)
{
    static const char *const scripts[1][PEER_LINES] = {{"T", UP, "H x"}};
    const struct peer_terms terms = {0};
    const struct trial plain = {.name = "stopping"};
    struct probe_request request = {.target = "a/incoming", .may_ask = true};
    struct server server;
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &terms, scripts, 1);
    server = server_of(&plain, peer.port);
    server.password = NULL;
    request.server = &server;
    for (int stop = 0; stop < 2; stop++) {
        unsigned progress = 0;
        struct probe *probe =
            probe_start(&env, &request, note_progress, &progress);

        while (!probe_result(probe)->asking)
            loop_turn(loop, -1);
        if (stop) {
            probe_cancel(probe);
            assert_int_equal(probe_result(probe)->reason, REASON_CANCELLED);
            assert_false(probe_result(probe)->asking);
        }
        probe_free(probe);
    }
    peer_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asking),
        cmocka_unit_test(test_not_for_strangers),
        cmocka_unit_test(test_stopping),
    };

    return cmocka_run_group_tests_name("asking", tests, set_up, tear_down);
}
