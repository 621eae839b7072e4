/* SPDX-License-Identifier: MIT */
/* source: which one is asked, what is told when it has nothing, and that a
 * command of many runs once. */
#include "tests/unit/unit.h"

#include "core/base/locked.h"
#include "core/secret/keyring.h"
#include "core/secret/source.h"

#include <signal.h>
#include <stdbool.h>

static struct loop *loop;

struct answer {
    unsigned came;
    enum secret_source source;
    char secret[64];
    struct failure failure;
    bool may_ask;
    struct source_search **end; /* ended inside the callback */
};

static void ready(void *arg, const struct source_answer *answer)
{
    struct answer *a = arg;

    a->came++;
    a->source = answer->source;
    a->may_ask = answer->may_ask;
    assert_true(!answer->secret == (answer->failure != NULL));
    assert_true(answer->secret || answer->failure);
    if (answer->secret)
        snprintf(a->secret, sizeof(a->secret), "%s",
                 secret_text(answer->secret));
    if (answer->failure)
        a->failure = *answer->failure;
    if (a->end) {
        source_end(*a->end);
        *a->end = NULL;
    }
}

static struct sources *new_run(const struct command_terminal *terminal,
                               bool commands)
{
    return sources_new(
        &(struct source_env){.loop = loop,
                             .run_commands = commands,
                             .commands_refused = commands ? NULL : "Not here.",
                             .terminal = terminal});
}

static void wait_for(const struct answer *a)
{
    while (!a->came)
        loop_turn(loop, -1);
}

/* -- the order ------------------------------------------------------------- */

static const struct {
    const char *typed, *command, *refused, *file, *token;
    bool no_commands, remember;
    enum mechanism_need need;
    unsigned needs;
    enum secret_source source; /* SOURCE_NONE: it fails */
    const char *text;          /* the secret, or in the failure */
    bool may_ask;
} cases[] = {
    {"t", "echo c", NULL, "f", NULL, false, false, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_TYPED, "t", false},
    {NULL, "echo c", NULL, "f", NULL, false, false, NEED_PASSWORD,
     NEED_PASSWORD, SOURCE_COMMAND, "c", false},
    {NULL, NULL, NULL, "f", NULL, false, false, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_FILE, "f", false},
    {NULL, NULL, NULL, "f", NULL, false, true, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_FILE, "f", false},
    {NULL, NULL, "Others read it.", NULL, NULL, false, false, NEED_PASSWORD,
     NEED_PASSWORD, SOURCE_NONE, "Others read it.", false},
    {NULL, NULL, NULL, NULL, NULL, false, false, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_NONE, "no password", true},
    {NULL, NULL, NULL, NULL, NULL, false, true, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_NONE, "no password", true},
    /* A command that fails is told; the file is no way round it. */
    {NULL, "exit 3", NULL, "f", NULL, false, false, NEED_PASSWORD,
     NEED_PASSWORD, SOURCE_NONE, "exit status 3", false},
    {NULL, "echo c", NULL, "f", NULL, true, false, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_NONE, "Not here.", false},
    {"t", "echo c", NULL, NULL, NULL, true, false, NEED_PASSWORD, NEED_PASSWORD,
     SOURCE_TYPED, "t", false},
    {NULL, NULL, NULL, NULL, "bearer", false, false, NEED_TOKEN, NEED_TOKEN,
     SOURCE_TOKEN, "bearer", false},
    {NULL, "echo c", NULL, NULL, "bearer", false, false, NEED_TOKEN,
     NEED_PASSWORD | NEED_TOKEN, SOURCE_TOKEN, "bearer", false},
    {NULL, "echo c", NULL, NULL, NULL, false, false, NEED_TOKEN, NEED_PASSWORD,
     SOURCE_NONE, "no token", false},
};

static void check_case(size_t i)
{
    struct server server = {
        .endpoint = {.host = "mail.example.org", .port = 993},
        .user = (char *)"unit-test-no-such-user",
        .password_command = (char *)cases[i].command,
        .password = secret_new(cases[i].file),
        .password_refused = (char *)cases[i].refused,
        .remember = cases[i].remember};
    struct source_request request = {.server = &server,
                                     .need = cases[i].need,
                                     .typed = secret_new(cases[i].typed),
                                     .token = secret_new(cases[i].token)};
    struct sources *run = new_run(NULL, !cases[i].no_commands);
    struct answer a = {0};
    struct source_search *search;

    assert_int_equal(source_needs(&request), cases[i].needs);
    search = source_begin(run, &request, ready, &a);
    assert_int_equal(a.came, 0);
    wait_for(&a);
    if (a.source != cases[i].source || a.may_ask != cases[i].may_ask ||
        (a.source ? strcmp(a.secret, cases[i].text) != 0
                  : !strstr(a.failure.text, cases[i].text)))
        fail_msg("case %zu: source %d, \"%s\" %s", i, (int)a.source, a.secret,
                 a.failure.text);
    assert_int_equal(a.came, 1);
    assert_true(source_accepted(search, NULL));
    source_end(search);
    sources_free(run);
    secret_release(&server.password);
    secret_release(&request.typed);
    secret_release(&request.token);
    assert_int_equal(locked_mapped(), 0);
}

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_case(i);
}

/* -- a run ----------------------------------------------------------------- */

static size_t lines_of(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t lines = 0;
    int c;

    assert_non_null(f);
    while ((c = getc(f)) != EOF)
        lines += c == '\n';
    fclose(f);
    return lines;
}

/* `status`: of the command: its failure is shared as its answer is. */
static void ask_many(int status)
{
    enum { MANY = 1000 };
    static struct answer answers[MANY];
    static struct source_search *searches[MANY];
    const char *ran = in_folder("ran");
    char command[400];
    struct server server = {.user = (char *)"ann", .password_command = command};
    const struct source_request request = {.server = &server,
                                           .need = NEED_PASSWORD};
    struct sources *run = new_run(NULL, true);

    remove(ran);
    memset(answers, 0, sizeof(answers));
    snprintf(command, sizeof(command), "echo x >>%s; echo secret; exit %d", ran,
             status);
    /* The later half comes when the answer is there already. */
    for (int i = 0; i < MANY; i++) {
        if (i == MANY / 2)
            wait_for(&answers[0]);
        searches[i] = source_begin(run, &request, ready, &answers[i]);
    }
    for (int i = 0; i < MANY; i++) {
        wait_for(&answers[i]);
        assert_string_equal(answers[i].secret, status ? "" : "secret");
        source_end(searches[i]);
    }
    assert_int_equal(lines_of(ran), 1);
    sources_forget(run);
    assert_int_equal(locked_mapped(), 0);
    /* Another run begins anew. */
    memset(&answers[0], 0, sizeof(answers[0]));
    searches[0] = source_begin(run, &request, ready, &answers[0]);
    wait_for(&answers[0]);
    source_end(searches[0]);
    assert_int_equal(lines_of(ran), 2);
    sources_free(run);
}

static void test_once(void **state)
{
    (void)state;
    ask_many(0);
    ask_many(1);
}

/* The last one that waits takes the command along; one of two does not. */
static void test_ending(void **state)
{
    struct server slow = {.password_command = (char *)"sleep 1000"};
    struct server quick = {.password_command = (char *)"echo quick"};
    struct source_request a_request = {.server = &slow, .need = NEED_PASSWORD};
    struct source_request b_request = {.server = &quick, .need = NEED_PASSWORD};
    struct sources *run = new_run(NULL, true);
    struct answer a = {0}, b = {0}, c = {0};
    struct source_search *one = source_begin(run, &a_request, ready, &a);
    struct source_search *two = source_begin(run, &a_request, ready, &a);
    struct source_search *three = source_begin(run, &b_request, ready, &b);
    struct source_search *four = source_begin(run, &b_request, ready, &c);

    (void)state;
    b.end = &three;
    loop_turn(loop, 0);
    source_end(four); /* the command goes on for the other */
    wait_for(&b);
    assert_null(three);
    assert_string_equal(b.secret, "quick");
    assert_int_equal(c.came, 0);
    source_end(one);
    source_end(two);
    source_end(NULL);
    while (loop_turn(loop, 0)) /* nothing is left that could happen */
        ;
    assert_int_equal(a.came, 0);
    sources_free(run);
    sources_free(NULL);
}

/* -- the terminal ---------------------------------------------------------- */

struct lender {
    int fd, lent, taken, most;
};

static int take(void *arg)
{
    struct lender *l = arg;

    l->taken++;
    l->lent++;
    if (l->lent > l->most)
        l->most = l->lent;
    return l->fd;
}

static void give_back(void *arg)
{
    ((struct lender *)arg)->lent--;
}

/* Two commands that want it run one after the other; a third asks nothing. */
static void test_terminal(void **state)
{
    FILE *in = tmpfile();
    struct lender l = {.fd = fileno(in)};
    const struct command_terminal terminal = {take, give_back, &l};
    struct server servers[] = {
        {.password_command = (char *)"cat", .command_terminal = true},
        {.password_command = (char *)"echo two", .command_terminal = true},
        {.password_command = (char *)"cat; echo three"}};
    static const char *const wanted[] = {"typed", "two", "three"};
    struct source_search *searches[3];
    struct answer answers[3] = {{0}};
    struct sources *run = new_run(&terminal, true);

    (void)state;
    fputs("typed\n", in);
    rewind(in);
    for (int i = 0; i < 3; i++)
        searches[i] =
            source_begin(run,
                         &(struct source_request){.server = &servers[i],
                                                  .need = NEED_PASSWORD},
                         ready, &answers[i]);
    for (int i = 0; i < 3; i++) {
        wait_for(&answers[i]);
        assert_string_equal(answers[i].secret, wanted[i]);
        source_end(searches[i]);
    }
    assert_int_equal(l.taken, 2);
    assert_int_equal(l.most, 1);
    assert_int_equal(l.lent, 0);
    sources_free(run);
    fclose(in);
}

static void test_no_terminal(void **state)
{
    struct lender l = {.fd = -1};
    const struct command_terminal terminals[] = {{take, give_back, &l}};
    struct server server = {.password_command = (char *)"echo x",
                            .command_terminal = true};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct sources *run = new_run(i ? terminals : NULL, true);
        struct answer a = {0};
        struct source_search *search = source_begin(
            run,
            &(struct source_request){.server = &server, .need = NEED_PASSWORD},
            ready, &a);

        wait_for(&a);
        assert_int_equal(a.failure.reason, REASON_CREDENTIALS);
        assert_non_null(strstr(a.failure.text, "wants a terminal"));
        source_end(search);
        sources_free(run);
    }
}

/* -- the keyring ----------------------------------------------------------- */

static void check_kept(const struct keyring_place *place, const char *text)
{
    struct secret *found = NULL;

    assert_true(keyring_read(place, &found, NULL));
    if (text)
        assert_string_equal(secret_text(found), text);
    else
        assert_null(found);
    secret_release(&found);
}

static void ask_and_tell(const struct server *server, struct secret *typed,
                         enum secret_source source, bool accepted)
{
    const struct source_request request = {
        .server = server, .need = NEED_PASSWORD, .typed = typed};
    struct sources *run = new_run(NULL, true);
    struct answer a = {0};
    struct source_search *search = source_begin(run, &request, ready, &a);
    struct error e = {0};

    wait_for(&a);
    assert_int_equal(a.source, source);
    assert_true(accepted ? source_accepted(search, &e)
                         : source_refused(search, &e));
    source_end(search);
    sources_free(run);
}

static void test_keyring(void **state)
{
    char user[64];
    struct server server = {
        .endpoint = {.host = "mail.example.org", .port = 993},
        .user = user,
        .remember = true};
    const struct keyring_place place = {"mail.example.org", 993, user, false};
    struct secret *typed = secret_new("typed"), *other = secret_new("other");
    struct secret *none = NULL;

    (void)state;
    snprintf(user, sizeof(user), "unit-test-%ld", (long)getpid());
    if (!keyring_read(&place, &none, NULL))
        skip();
    ask_and_tell(&server, typed, SOURCE_TYPED, false);
    check_kept(&place, NULL);
    ask_and_tell(&server, typed, SOURCE_TYPED, true);
    check_kept(&place, "typed");
    /* The file comes after it, a command before it and is never kept. */
    server.password = other;
    ask_and_tell(&server, NULL, SOURCE_KEYRING, true);
    check_kept(&place, "typed");
    server.password_command = (char *)"echo command";
    ask_and_tell(&server, NULL, SOURCE_COMMAND, true);
    check_kept(&place, "typed");
    server.password_command = NULL;
    /* Typed once more and refused: the one that is kept is not to blame. */
    ask_and_tell(&server, other, SOURCE_TYPED, false);
    check_kept(&place, "typed");
    ask_and_tell(&server, NULL, SOURCE_KEYRING, false);
    check_kept(&place, NULL);
    ask_and_tell(&server, NULL, SOURCE_FILE, true);
    check_kept(&place, NULL);
    server.remember = false;
    ask_and_tell(&server, typed, SOURCE_TYPED, true);
    check_kept(&place, NULL);
    secret_release(&typed);
    secret_release(&other);
    assert_int_equal(locked_mapped(), 0);
}

static int set_up(void **state)
{
    loop = loop_new(NULL, NULL);
    alarm(120);
    signal(SIGPIPE, SIG_IGN);
    return make_folder(state);
}

static int tear_down(void **state)
{
    loop_free(loop);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),       cmocka_unit_test(test_once),
        cmocka_unit_test(test_ending),      cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_no_terminal), cmocka_unit_test(test_keyring),
    };

    return cmocka_run_group_tests_name("source", tests, set_up, tear_down);
}
