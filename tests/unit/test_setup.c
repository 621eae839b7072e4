/* SPDX-License-Identifier: MIT */
/*
 * setup: addresses as people type them, what is guessed and whom an MX leads
 * to, the order of candidates, what is staged. The course with servers is
 * tested by tests/cli/setup_email.test.sh.
 */
#include "tests/unit/unit.h"

#include "core/setup/setup_private.h"

/* -- addresses ------------------------------------------------------------- */

static void reads_addresses(void **state)
{
    static const struct {
        const char *text, *local, *domain;
    } cases[] = {
        {"ann@example.org", "ann", "example.org"},
        {"  Ann.Lee+x@EXAMPLE.Org \n", "Ann.Lee+x", "example.org"},
        {"o'neil@example.org.", "o'neil", "example.org"},
        {"j\xc3\xb6rg@b\xc3\xbc"
         "cher.example",
         "j\xc3\xb6rg", "xn--bcher-kva.example"},
        {"\"ann lee\"@example.org", "\"ann lee\"", "example.org"},
        {"\"a@b\\\"c\"@example.org", "\"a@b\\\"c\"", "example.org"},
        {"ann@intranet", "ann", "intranet"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *local = NULL, domain[HOST_MAX];
        struct error e = {0};

        if (!setup_read_address(cases[i].text, &local, domain, &e))
            fail_msg("%s: %s", cases[i].text, e.text);
        assert_string_equal(local, cases[i].local);
        assert_string_equal(domain, cases[i].domain);
        free(local);
    }
}

static void refuses_addresses(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "An address is needed"},
        {"   ", "An address is needed"},
        {"ann", "There is no @ in \"ann\""},
        {"@example.org", "before the @ is missing"},
        {"ann@", "behind the @ is missing"},
        {"ann@@example.org", "Letter 5: there is a second @"},
        {"j\xc3\xb6 rg@example.org", "Letter 3: \" \""},
        {"ann(work)@example.org", "Letter 4: \"(\""},
        {"mailto:ann@example.org", "Letter 7: \":\""},
        {"a..b@example.org", "Letter 2: before the @ no dot"},
        {".a@example.org", "Letter 1: before the @ no dot"},
        {"a.@example.org", "Letter 2: before the @ no dot"},
        {"\"ann@example.org", "Letter 1: the quotation"},
        {"\"ann\"x@example.org", "no @ behind the quotation"},
        {"ann@[192.0.2.1]", "the address of a machine"},
        {"ann@192.0.2.1", "the address of a machine"},
        {"ann@2001:db8::1", "the address of a machine"},
        {"ann@example..org", "Behind the @: Two dots"},
        {"ann@exam_ple!.org", "Behind the @: A server name has letters"},
        {"ann@example.org\033[2J", "unprintable bytes"},
        {"ann\xff@example.org", "unprintable bytes"},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg@x."
         "y",
         "at most 64 bytes; this one has 65"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *local = NULL, domain[HOST_MAX];
        struct error e = {0};

        assert_false(setup_read_address(cases[i].text, &local, domain, &e));
        assert_int_equal(e.code, ERROR_INPUT);
        assert_null(local);
        if (!strstr(e.text, cases[i].words))
            fail_msg("%s: %s", cases[i].text, e.text);
    }
}

static void long_addresses(void **state)
{
    char text[4000], *local = NULL, domain[HOST_MAX];
    struct error e = {0};

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 20, "@example.org\0", 13);
    assert_false(setup_read_address(text, &local, domain, &e));
    assert_non_null(strstr(e.text, "at most 254 bytes"));
    /* Each part is short enough, the whole is not. */
    memset(text, 'a', 60);
    text[60] = '@';
    for (size_t i = 61; i < 61 + 240; i++)
        text[i] = i % 40 ? 'b' : '.';
    text[61 + 235] = '\0';
    assert_false(setup_read_address(text, &local, domain, &e));
    assert_non_null(strstr(e.text, "at most 254 bytes; this one has 296"));
}

/* -- guessing -------------------------------------------------------------- */

static void guesses(void **state)
{
    static const char *const wanted[SETUP_DIRECTIONS][GUESS_MAX] = {
        {"imaps://imap.example.org:993", "imaps://mail.example.org:993",
         "imaps://example.org:993", "imap://imap.example.org:143",
         "imap://mail.example.org:143", "imap://example.org:143",
         "pop3s://pop3.example.org:995", "pop3s://pop.example.org:995",
         "pop3s://mail.example.org:995", "pop3s://example.org:995",
         "pop3://pop3.example.org:110", "pop3://pop.example.org:110",
         "pop3://mail.example.org:110", "pop3://example.org:110"},
        {"smtps://smtp.example.org:465", "smtps://mail.example.org:465",
         "smtps://example.org:465", "smtp://smtp.example.org:587",
         "smtp://mail.example.org:587", "smtp://example.org:587",
         "smtp://smtp.example.org:25", "smtp://mail.example.org:25",
         "smtp://example.org:25"}};

    (void)state;
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        struct endpoint list[GUESS_MAX];
        size_t count = guess_list("example.org", (enum setup_direction)d, list);
        char url[HOST_MAX + 40];

        for (size_t i = 0; i < count; i++)
            assert_string_equal(endpoint_format(url, sizeof(url), &list[i]),
                                wanted[d][i]);
        assert_true(count == GUESS_MAX || !wanted[d][count]);
        assert_int_equal(count, d == SETUP_INCOMING ? 14 : 9);
    }
}

/* A name that gets too long is passed over. */
static void guesses_of_long_names(void **state)
{
    struct endpoint list[GUESS_MAX];
    char domain[HOST_MAX];

    (void)state;
    memset(domain, 'a', 251);
    domain[251] = '\0';
    for (size_t i = 50; i < 250; i += 50)
        domain[i] = '.';
    assert_int_equal(guess_list(domain, SETUP_OUTGOING, list), 3);
    assert_string_equal(list[0].host, domain);
}

static void follows_mx(void **state)
{
    static const struct {
        const char *host, *domain, *wanted;
    } cases[] = {
        {"mx.example.net", "example.org", "example.net "},
        {"mx1.mail.example.net", "example.org",
         "mail.example.net example.net "},
        {"a.b.c.example.co.uk", "example.org",
         "b.c.example.co.uk example.co.uk "},
        {"mx.example.org", "example.org", ""},
        {"mx.mail.example.org", "example.org", "mail.example.org "},
        {"mx.mail.example.org", "mail.example.org", "example.org "},
        {"example.net", "example.org", "example.net "},
        {"mx.co.uk", "example.org", "mx.co.uk "},
        {"co.uk", "example.org", ""},
        {"localhost", "example.org", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char domains[MX_DOMAINS][HOST_MAX], got[600] = "";
        size_t count = mx_domains(cases[i].host, cases[i].domain, domains);

        for (size_t k = 0; k < count; k++) {
            size_t len = strlen(got);

            snprintf(got + len, sizeof(got) - len, "%s ", domains[k]);
        }
        if (strcmp(got, cases[i].wanted) != 0)
            fail_msg("%s for %s: %s", cases[i].host, cases[i].domain, got);
    }
}

/* -- candidates ------------------------------------------------------------ */

static const struct probe_result well = {.finished = true, .ok = true};
static const struct probe_result wrong = {.finished = true,
                                          .reason = REASON_CERTIFICATE};
static const struct probe_result gone = {.finished = true,
                                         .reason = REASON_REFUSED};

/* The table is in the order that is wanted. */
static void ranks(void **state)
{
    static const struct {
        const struct probe_result *result;
        enum service service;
        enum security security;
        enum setup_source source;
        enum setup_protection protection;
        bool foreign, confirmed;
    } rows[] = {
        {&well, SERVICE_IMAP, SECURITY_TLS, SETUP_PROVIDER, SETUP_BUILT_IN,
         false, false},
        {&well, SERVICE_IMAP, SECURITY_TLS, SETUP_SRV, SETUP_DNS, true, true},
        {&well, SERVICE_IMAP, SECURITY_STARTTLS, SETUP_SRV, SETUP_DNS, false,
         false},
        {&well, SERVICE_POP3, SECURITY_TLS, SETUP_PROVIDER, SETUP_BUILT_IN,
         false, false},
        {&well, SERVICE_POP3, SECURITY_STARTTLS, SETUP_GUESS, SETUP_TRIED,
         false, false},
        /* plain http goes behind all that is as good */
        {&well, SERVICE_IMAP, SECURITY_TLS, SETUP_AUTOCONFIG, SETUP_HTTP, false,
         false},
        /* these wait for a yes */
        {&well, SERVICE_IMAP, SECURITY_TLS, SETUP_SRV, SETUP_DNS, true, false},
        {&well, SERVICE_IMAP, SECURITY_NONE, SETUP_AUTOCONFIG, SETUP_HTTPS,
         false, false},
        {NULL, SERVICE_IMAP, SECURITY_TLS, SETUP_PROVIDER, SETUP_BUILT_IN,
         false, false},
        {&wrong, SERVICE_POP3, SECURITY_TLS, SETUP_SRV, SETUP_DNS, false,
         false},
        {&gone, SERVICE_IMAP, SECURITY_TLS, SETUP_PROVIDER, SETUP_BUILT_IN,
         false, false},
    };
    enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
    static struct entry entries[COUNT];
    static struct setup setup;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct setup_candidate *c = &entries[i].candidate;

        c->result = rows[i].result;
        c->tested = rows[i].result != NULL;
        c->endpoint.service = rows[i].service;
        c->endpoint.security = rows[i].security;
        c->source = rows[i].source;
        c->protection = rows[i].protection;
        c->foreign = rows[i].foreign;
        c->confirmed = rows[i].confirmed;
        assert_int_equal(setup_candidate_good(c), i < 6);
        assert_int_equal(setup_candidate_proven(c), i < 8);
        /* every start leads there */
        setup.entries[0][(i * 7 + 3) % COUNT] = &entries[i];
    }
    setup.count[0] = COUNT;
    setup_rank(&setup);
    for (size_t i = 0; i < COUNT; i++)
        if (setup.entries[0][i] != &entries[i])
            fail_msg("at %zu stands %zu", i,
                     (size_t)(setup.entries[0][i] - entries));
}

/* -- the whole, offline ---------------------------------------------------- */

struct place {
    struct workspace workspace;
    struct setup *setup;
    int told;
};

static void changed(void *arg, struct setup *setup)
{
    struct place *place = arg;

    (void)setup;
    place->told++;
}

static void open_place(struct place *place, const char *email)
{
    const struct workspace_options options = {.path =
                                                  in_folder("accounts.ini")};
    const struct setup_request request = {
        .email = email, .name = "Ann", .offline = true};
    struct error e = {0};

    *place = (struct place){.told = 0};
    assert_true(workspace_open(&place->workspace, &options, &e));
    place->setup = setup_start(&place->workspace, &request, changed, place, &e);
    if (!place->setup)
        fail_msg("%s", e.text);
    assert_int_equal(place->told, 0); /* never from inside */
    while (!place->told)
        assert_true(loop_turn(place->workspace.loop, -1));
}

static void close_place(struct place *place)
{
    setup_free(place->setup);
    workspace_close(&place->workspace);
}

static void own_table(const char *hosts)
{
    char text[600];

    snprintf(text, sizeof(text),
             "[provider own]\nname = Own\ndomains = own.example\n%s", hosts);
    write_file(in_folder("providers.ini"), text);
    chmod(in_folder("providers.ini"), 0600);
    write_file(in_folder("accounts.ini"), "");
    chmod(in_folder("accounts.ini"), 0600);
}

static const char *value(const struct place *place, enum section section,
                         const char *id, enum setting setting)
{
    const char *text =
        config_get(place->workspace.config, section, id, setting);

    return text ? text : "";
}

static void stages(void **state)
{
    struct place place;
    const struct setup_candidate *in, *out;
    struct error e = {0};
    char *id = NULL;

    (void)state;
    own_table("incoming = pop3s://mail.own.example imap://mail.own.example\n"
              "outgoing = smtps://mail.own.example\n"
              "user = %EMAILLOCALPART%\n");
    open_place(&place, "ann@OWN.example");
    assert_true(setup_finished(place.setup));
    assert_null(setup_advice(place.setup));
    assert_int_equal(setup_line(place.setup, SETUP_PROVIDER)->state,
                     SETUP_FOUND);
    assert_int_equal(setup_line(place.setup, SETUP_SRV)->state, SETUP_SKIPPED);
    assert_int_equal(setup_count(place.setup, SETUP_INCOMING), 2);
    in = setup_candidate(place.setup, SETUP_INCOMING, 0);
    out = setup_candidate(place.setup, SETUP_OUTGOING, 0);
    assert_int_equal(in->endpoint.service, SERVICE_IMAP); /* before POP3 */
    assert_false(in->tested || in->foreign);
    assert_true(setup_stage(place.setup, NULL, in, out, &id, &e));
    assert_string_equal(id, "own");
    assert_string_equal(value(&place, SECTION_ACCOUNT, id, SET_EMAIL),
                        "ann@own.example");
    assert_string_equal(value(&place, SECTION_ACCOUNT, id, SET_SECURITY),
                        "starttls");
    assert_string_equal(value(&place, SECTION_ACCOUNT, id, SET_PORT), "143");
    assert_string_equal(value(&place, SECTION_ACCOUNT, id, SET_USER), "ann");
    assert_string_equal(value(&place, SECTION_ACCOUNT, id, SET_SMTP), "own");
    assert_string_equal(value(&place, SECTION_SMTP, "own", SET_ACCOUNT), id);
    assert_string_equal(value(&place, SECTION_SMTP, "own", SET_USER), "");
    free(id);
    /* The same again: another account, the same outgoing server. */
    assert_true(setup_stage(place.setup, NULL, in, out, &id, &e));
    assert_string_equal(id, "own-2");
    assert_int_equal(config_count(place.workspace.config, SECTION_SMTP), 1);
    free(id);
    /* One side alone, and names that cannot be. */
    assert_true(setup_stage(place.setup, "half", in, NULL, NULL, &e));
    assert_string_equal(value(&place, SECTION_ACCOUNT, "half", SET_SMTP), "");
    assert_false(setup_stage(place.setup, "half", in, out, NULL, &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_false(setup_stage(place.setup, "a/b", in, out, NULL, &e));
    assert_int_equal(config_count(place.workspace.config, SECTION_ACCOUNT), 3);
    close_place(&place);
}

static void knows_nothing(void **state)
{
    struct place place;

    (void)state;
    own_table("incoming = imaps://mail.own.example\n"
              "outgoing = smtps://mail.own.example\n");
    open_place(&place, "ann@b\xc3\xbc"
                       "cher.example");
    assert_string_equal(setup_email(place.setup), "ann@xn--bcher-kva.example");
    assert_non_null(strstr(setup_domain(place.setup), "b\xc3\xbc"
                                                      "cher.example"));
    assert_non_null(strstr(setup_advice(place.setup), "Without --offline"));
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses),
        cmocka_unit_test(refuses_addresses),
        cmocka_unit_test(long_addresses),
        cmocka_unit_test(guesses),
        cmocka_unit_test(guesses_of_long_names),
        cmocka_unit_test(follows_mx),
        cmocka_unit_test(ranks),
        cmocka_unit_test(stages),
        cmocka_unit_test(knows_nothing),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
