/* SPDX-License-Identifier: MIT */
/* asking: a test that needs the person's password waits for it, after the
 * verdict, and begins anew when the server did not wait as long. */
#include "tests/unit/probing.h"

#include "core/base/locked.h"
#include "core/probe/given.h"
#include "core/probe/probe_private.h"
#include "core/probe/probe_set.h"

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
    const struct command_terminal terminal = {lend, give_back, &null};
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
    assert_null(probe->typed);         /* though the result lives on */
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

/* -- one answer for two servers -------------------------------------------- */

#define SMTP_UP "T", "S 220 hi", "H EHLO", "S 250-me", "S 250 AUTH PLAIN"
#define SMTP_IN "H AUTH PLAIN AGFubgBzZWNyZXQ=", "S 235 in", "H QUIT", "S 221 x"
#define WRONG   "AUTHENTICATE PLAIN AGFubgB3cm9uZw=="

/* Both ask before the first answer comes. */
static const struct {
    const char *name;
    const char *incoming[PEER_LINES], *outgoing[PEER_LINES];
    const char *typed[2]; /* NULL: nothing; as many as are asked for */
    unsigned questions;
    enum reason reasons[2]; /* 0: all went well */
} pairs[] = {
    {.name = "right",
     .incoming = {"T", LOGGED_IN},
     .outgoing = {SMTP_UP, SMTP_IN},
     .typed = {"secret"},
     .questions = 1},
    {.name = "nothing typed",
     .incoming = {"T", UP, "Z"},
     .outgoing = {SMTP_UP, "Z"},
     .questions = 1,
     .reasons = {REASON_CREDENTIALS, REASON_CREDENTIALS}},
    {.name = "refused, then right",
     .incoming = {"T", UP, "H a2 " WRONG, "S a2 NO [AUTHENTICATIONFAILED] no",
                  "Z"},
     .outgoing = {SMTP_UP, SMTP_IN},
     .typed = {"wrong", "secret"},
     .questions = 2,
     .reasons = {REASON_LOGIN}},
    {.name = "refused, then nothing",
     .incoming = {"T", UP, "H a2 " WRONG, "S a2 NO [AUTHENTICATIONFAILED] no",
                  "Z"},
     .outgoing = {SMTP_UP, "Z"},
     .typed = {"wrong"},
     .questions = 2,
     .reasons = {REASON_LOGIN, REASON_CREDENTIALS}},
    {.name = "hung up on it",
     .incoming = {"T", UP, LOGIN},
     .outgoing = {SMTP_UP, SMTP_IN},
     .typed = {"secret", "secret"},
     .questions = 2,
     .reasons = {REASON_CLOSED}},
    {.name = "cannot be judged now",
     .incoming = {"T", UP, LOGIN, "S a2 NO [UNAVAILABLE] later", "Z"},
     .outgoing = {SMTP_UP, SMTP_IN},
     .typed = {"secret"},
     .questions = 1,
     .reasons = {REASON_LOGIN_UNAVAILABLE}},
};

static bool took_it(const struct probe_set *set, size_t index)
{
    return probe_set_result(set, index)->credential_sent;
}

static bool login_ended(const struct probe_set *set, size_t index)
{
    const struct probe_result *r = probe_set_result(set, index);

    for (size_t i = 0; i < r->stage_count; i++)
        if (r->stages[i].stage == STAGE_LOGIN)
            return r->finished || r->stages[i].state != STAGE_RUNNING;
    return r->finished;
}

/* Never two at once. */
static void watch_logins(void *arg, struct probe_set *set, size_t index)
{
    const size_t *pair = arg;

    (void)index;
    for (size_t i = 0; i < 2; i++)
        if (took_it(set, i) && !login_ended(set, i) && took_it(set, !i) &&
            !login_ended(set, !i))
            fail_msg("%s: tried at both servers at once", pairs[*pair].name);
}

static void write_pair(unsigned incoming, unsigned outgoing)
{
    char text[600];

    snprintf(text, sizeof(text),
             "[account a]\nhost = 127.0.0.1\nport = %u\nuser = ann\n"
             "smtp = s\n[smtp s]\nhost = 127.0.0.1\nport = %u\n"
             "security = tls\naccount = a\n",
             incoming, outgoing);
    write_file(in_folder("pair.ini"), text);
}

/* Until both ask, or one does that is asked anew. */
static bool await_question(struct probe_set *set, unsigned question,
                           struct probe_set_question *asked)
{
    while (!probe_set_finished(set)) {
        bool both = probe_set_result(set, 0)->asking &&
                    probe_set_result(set, 1)->asking;

        if (probe_set_asking(set, asked) && (both || question))
            return true;
        loop_turn(loop, -1);
    }
    return false;
}

static unsigned answer_questions(struct probe_set *set, size_t pair)
{
    struct probe_set_question asked;
    unsigned question = 0;

    for (; await_question(set, question, &asked); question++) {
        struct secret *typed = secret_new(pairs[pair].typed[question]);

        assert_true(question < pairs[pair].questions);
        assert_string_equal(asked.user, "ann");
        assert_int_equal(asked.index, question);
        assert_int_equal(asked.servers, 2 - question);
        assert_true(!asked.refused_at == !question);
        probe_set_answer(set, asked.index, typed, false);
        /* The other one waits, unless there is nothing to wait for. */
        if (typed && !question) {
            assert_true(probe_set_result(set, 1)->asking);
            assert_false(probe_set_asking(set, &asked));
        }
        secret_release(&typed);
    }
    return question;
}

static void play_pair(size_t i)
{
    const struct peer_terms terms = {.certificate = PEER_GOOD};
    const struct probe_set_options options = {.may_ask = true};
    const char *scripts[2][1][PEER_LINES];
    struct workspace workspace = {.loop = loop, .env = env};
    struct probe_set *set;
    struct peer peers[2];
    struct error e = {0};

    memcpy(scripts[0], pairs[i].incoming, sizeof(scripts[0]));
    memcpy(scripts[1], pairs[i].outgoing, sizeof(scripts[1]));
    for (int k = 0; k < 2; k++)
        peer_start(&peers[k], &pki, &terms, scripts[k], 1);
    write_pair(peers[0].port, peers[1].port);
    workspace.config = config_open(in_folder("pair.ini"), NULL, &e);
    assert_non_null(workspace.config);
    set = probe_set_new(&workspace, &options, watch_logins, &i);
    assert_true(probe_set_add(set, "a", &e));
    assert_int_equal(probe_set_count(set), 2);
    probe_set_start(set);
    assert_int_equal(answer_questions(set, i), pairs[i].questions);
    for (size_t k = 0; k < 2; k++) {
        const struct probe_result *r = probe_set_result(set, k);

        if (r->reason != pairs[i].reasons[k])
            fail_msg("%s, server %zu: %s: %s", pairs[i].name, k,
                     reason_word(r->reason), r->text);
    }
    /* What one has refused the other never heard. */
    assert_null(strstr(peers[1].heard, "AGFubgB3cm9uZw=="));
    probe_set_free(set);
    config_free(workspace.config);
    for (int k = 0; k < 2; k++)
        peer_stop(&peers[k]);
    assert_true(locked_mapped() <= 4096);
}

static void test_two_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        play_pair(i);
}

/* An answer by itself: one server tries it, the others wait for the word. */
static void test_given(void **state)
{
    struct given *list = NULL, *given;
    struct secret *typed = secret_new("secret");

    (void)state;
    assert_false(given_take(given_find(list, "a"), 0));
    given_put(&list, "a", typed, true);
    given_put(&list, "b", NULL, false);
    given = given_find(list, "a");
    assert_true(given_take(given, 3));
    assert_false(given_take(given, 4));
    assert_ptr_equal(given_tried_by(list, 3), given);
    assert_null(given_tried_by(list, 4));
    given_learn(given, GIVEN_UNTRIED); /* that server had another trouble */
    assert_true(given_take(given, 4));
    assert_false(given_take(given, 3));
    given_learn(given, GIVEN_WORKED);
    assert_true(given_take(given, 3));
    assert_true(given_take(given, 5));
    given_learn(given, GIVEN_REFUSED);
    assert_null(given->typed);
    assert_false(given_take(given, 3));
    given_put(&list, "a", typed, false); /* the next answer */
    assert_ptr_equal(given_find(list, "a"), given);
    assert_true(given_take(given, 5));
    /* Nothing is an answer, too, and nothing can be wrong with it. */
    assert_true(given_take(given_find(list, "b"), 1));
    assert_true(given_take(given_find(list, "b"), 2));
    given_forget(&list);
    assert_null(list);
    secret_release(&typed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_two_servers),
        cmocka_unit_test(test_asking),
        cmocka_unit_test(test_not_for_strangers),
        cmocka_unit_test(test_stopping),
    };

    return cmocka_run_group_tests_name("asking", tests, set_up, tear_down);
}
