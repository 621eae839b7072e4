/* SPDX-License-Identifier: MIT */
/* log: what was said is in it, and no secret: not as text, not in base64, not a
 * piece of either. */
#include "tests/unit/probing.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/mail/dialogue_private.h"
#include "core/probe/echo.h"
#include "core/probe/probe_private.h"

/* Quotes, a backslash, letters beyond ASCII. */
#define ODD     "Kn0b\"l\303\274\\\342\202\254uch/9+="
#define ODD_64  "S24wYiJsw7xc4oKsdWNoLzkrPQ=="
#define BLOB_64 "AGFubgBLbjBiImzDvFzigqx1Y2gvOSs9" /* of PLAIN */
#define ASCII   "Kn0b\"l\\uch/9+="
#define PIECE   6

/* -- finding ----------------------------------------------------------------
 */

static void check_without(const char *name, const char *text, const char *form,
                          size_t len)
{
    for (size_t i = 0; i + PIECE <= len; i++)
        if (memmem(text, strlen(text), form + i, PIECE))
            fail_msg("%s: \"%.*s\" of the secret is in \"%s\"", name, PIECE,
                     form + i, text);
}

/* Also in base64, behind no, one and two bytes: all that there is. */
static void check_no_secret(const char *name, const char *text,
                            const char *secret)
{
    size_t len = strlen(secret);

    check_without(name, text, secret, len);
    for (size_t before = 0; before < 3; before++) {
        char bytes[200] = "", *encoded;
        size_t from = (before * 8 + 5) / 6;

        memcpy(bytes + before, secret, len);
        encoded = text_base64_encode(bytes, before + len);
        check_without(name, text, encoded + from,
                      (before + len) * 8 / 6 - from);
        xwipe(&encoded);
    }
}

static void test_finding(void **state)
{
    struct buf out;
    struct secret *secret = secret_new(ODD);
    static const struct {
        const char *said, *shown;
    } cases[] = {
        {"no", "no"},
        {"", ""},
        {"wrong: " ODD "!", "wrong: ***!"},
        {ODD, "***"},
        {ODD " " ODD, "*** ***"},
        {"kN0B\"L\303\274\\\342\202\254UCH/9+=", "***"},
        {"is " ODD_64 ".", "is ***."},
        {BLOB_64, "***"},
        {"Kn0b\"l", "Kn0b\"l"}, /* too short to be told from a word */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_init(&out, 1000);
        echo_hide(secret, cases[i].said, strlen(cases[i].said), 1000, &out);
        assert_string_equal(out.data, cases[i].shown);
        buf_release(&out);
    }
    /* Whatever stands before it in the blob. */
    for (size_t before = 0; before < 7; before++) {
        char bytes[200], *encoded;

        snprintf(bytes, sizeof(bytes), "%.*s%s", (int)before, "abcdefg", ODD);
        encoded = text_base64_encode(bytes, strlen(bytes));
        buf_init(&out, 1000);
        echo_hide(secret, encoded, strlen(encoded), 1000, &out);
        assert_non_null(strstr(out.data, "***"));
        check_no_secret("blob", out.data, ODD);
        buf_release(&out);
        xwipe(&encoded);
    }
    secret_release(&secret);
}

static void test_quoted(void **state)
{
    struct secret *secret = secret_new("login refused");
    struct secret *tiny = secret_new("x");
    char sentence[] = "The login refused by: \"login refused: login refused\".";
    char short_one[] = "A \"x\".";

    (void)state;
    echo_hide_quoted(secret, sentence);
    assert_string_equal(sentence, "The login refused by: \"***: ***\".");
    echo_hide_quoted(tiny, short_one);
    assert_null(strchr(short_one, 'x'));
    assert_int_equal(strlen(short_one), 6);
    secret_release(&secret);
    secret_release(&tiny);
}

/* -- what is sent -----------------------------------------------------------
 */

static const struct {
    const char *name;
    enum auth auth;
    unsigned source;
    bool initial; /* has a first message of its own */
    unsigned answers;
} mechanisms[] = {
    {"PLAIN", AUTH_PLAIN, NEED_PASSWORD, true, 1},
    {"LOGIN", AUTH_LOGIN, NEED_PASSWORD, false, 2},
    {"CRAM-MD5", AUTH_CRAM_MD5, NEED_PASSWORD, false, 1},
    {"SCRAM-SHA-1", AUTH_SCRAM_SHA_1, NEED_PASSWORD, true, 2},
    {"SCRAM-SHA-256", AUTH_SCRAM_SHA_256, NEED_PASSWORD, true, 2},
    {"XOAUTH2", AUTH_XOAUTH2, NEED_TOKEN, true, 1},
    {"OAUTHBEARER", AUTH_OAUTHBEARER, NEED_TOKEN, true, 1},
    {"EXTERNAL", AUTH_EXTERNAL, NEED_CERTIFICATE, true, 1},
};

static const struct credentials *credentials_of(unsigned source,
                                                const char *password)
{
    static struct credentials c;

    c = (struct credentials){.user = "ann"};
    if (source == NEED_TOKEN)
        c.token = password;
    else
        c.password = password;
    return &c;
}

static void begin(struct dialogue *d, enum service service, enum auth auth,
                  unsigned source, const char *password)
{
    dialogue_init(d, service);
    d->auth = auth;
    d->secure = true;
    d->sources = source;
    d->credentials = credentials_of(source, password);
    d->host = "mail.example.org";
    d->port = 993;
}

/* The challenge that lets this mechanism go on, behind `mark`. */
static void make_challenge(char line[600], const char *mark,
                           const struct dialogue *d, const char *sent)
{
    char first[300] = "", challenge[400] = "Password:", *encoded;
    const char *word = strrchr(sent, ' ') ? strrchr(sent, ' ') + 1 : sent;
    char copy[400];
    size_t len = 0;

    snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(word, "\r"), word);
    if (strncmp(d->mechanism, "SCRAM", 5) == 0 &&
        text_base64_decode(copy, (unsigned char *)first, sizeof(first) - 1,
                           &len) &&
        strstr(first, ",r="))
        snprintf(challenge, sizeof(challenge), "r=%sxyz,s=c2FsdA==,i=4096",
                 strstr(first, ",r=") + 3);
    encoded = text_base64_encode(challenge, strlen(challenge));
    snprintf(line, 600, "%s %s", mark, encoded);
    free(encoded);
}

static void collect(struct dialogue *d, struct buf *log, char sent[2000])
{
    dialogue_show_out(d, log);
    snprintf(sent, 2000, "%s", d->out.data);
    dialogue_sent(d);
}

static void say_sasl(enum service service, size_t m, bool initial)
{
    const char *mark = service == SERVICE_SMTP ? "334" : "+";
    bool with = mechanisms[m].initial && initial;
    char capability[60], wanted[300], sent[2000], line[600];
    size_t used;
    enum dialogue_step step;
    struct dialogue d;
    struct buf log;

    begin(&d, service, mechanisms[m].auth, mechanisms[m].source, ODD);
    snprintf(capability, sizeof(capability), "AUTH=%s", mechanisms[m].name);
    if (initial || service != SERVICE_POP3 || m == 1)
        dialogue_add_capability(&d, capability, strlen(capability));
    if (initial && service == SERVICE_IMAP)
        dialogue_add_capability(&d, "SASL-IR", 7);
    dialogue_add_capability(&d, "LOGINDISABLED",
                            service == SERVICE_IMAP ? 13 : 0);
    if (m == 1 && service == SERVICE_POP3) /* else USER/PASS comes first */
        dialogue_add_capability(&d, "SASL LOGIN", 10);
    buf_init(&log, 5000);
    step = dialogue_begin(&d, STAGE_LOGIN);
    collect(&d, &log, sent);
    for (unsigned i = with; i < mechanisms[m].answers; i++) {
        assert_int_equal(step, DIALOGUE_MORE);
        make_challenge(line, mark, &d, sent);
        assert_int_equal(dialogue_shown_of(&d, line, strlen(line)),
                         strlen(mark));
        step = dialogue_feed(&d, line, strlen(line));
        collect(&d, &log, sent);
    }
    if (step != DIALOGUE_MORE)
        fail_msg("%s: %s", mechanisms[m].name, d.failure.text);
    used =
        (size_t)snprintf(wanted, sizeof(wanted), "%s %s%s\r\n",
                         service == SERVICE_IMAP ? "a1 AUTHENTICATE" : "AUTH",
                         mechanisms[m].name, with ? " (secret)" : "");
    for (unsigned i = with; i < mechanisms[m].answers; i++)
        used += (size_t)snprintf(wanted + used, sizeof(wanted) - used,
                                 "(secret)\r\n");
    assert_string_equal(log.data, wanted);
    check_no_secret(mechanisms[m].name, log.data, ODD);
    buf_release(&log);
    dialogue_release(&d);
}

static void test_sasl(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof(mechanisms) / sizeof(mechanisms[0]); m++) {
        say_sasl(SERVICE_IMAP, m, true);
        say_sasl(SERVICE_IMAP, m, false);
        say_sasl(SERVICE_POP3, m, true);
        say_sasl(SERVICE_POP3, m, false);
        say_sasl(SERVICE_SMTP, m, true);
    }
}

static const struct {
    enum service service;
    const char *capability, *password;
    const char *answer; /* of the server, to the first line */
    const char *shown;
} commands[] = {
    {SERVICE_IMAP, "", ASCII, NULL, "a1 LOGIN \"ann\" (secret)\r\n"},
    {SERVICE_IMAP, "LITERAL+", ODD, NULL, "a1 LOGIN \"ann\" (secret)\r\n"},
    /* The literal's length, then the literal. */
    {SERVICE_IMAP, "", ODD, "+ go on", "a1 LOGIN \"ann\" (secret)(secret)\r\n"},
    {SERVICE_POP3, "USER", ODD, "+OK", "USER ann\r\nPASS (secret)\r\n"},
};

static void test_commands(void **state)
{
    char sent[2000];

    (void)state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const char *answer = commands[i].answer;
        struct dialogue d;
        struct buf log;

        begin(&d, commands[i].service, AUTH_LOGIN, NEED_PASSWORD,
              commands[i].password);
        dialogue_add_capability(&d, commands[i].capability,
                                strlen(commands[i].capability));
        buf_init(&log, 5000);
        assert_int_equal(dialogue_begin(&d, STAGE_LOGIN), DIALOGUE_MORE);
        collect(&d, &log, sent);
        if (answer) {
            assert_int_equal(dialogue_shown_of(&d, answer, strlen(answer)),
                             strlen(answer));
            dialogue_feed(&d, answer, strlen(answer));
            collect(&d, &log, sent);
        }
        assert_non_null(strstr(sent, "uch/9+="));
        assert_string_equal(log.data, commands[i].shown);
        buf_release(&log);
        dialogue_release(&d);
    }
}

/* -- a whole test -----------------------------------------------------------
 */

static const struct {
    const char *name;
    const char *script[PEER_LINES];
    const char *said[6]; /* is in the log */
} courses[] = {
    {"all well",
     {"T", UP, "H a2 AUTHENTICATE PLAIN " BLOB_64, "S a2 OK in", INBOX},
     {" - Log in\n", " > a1 CAPABILITY\n", " < * OK ready\n",
      " > a2 AUTHENTICATE PLAIN (secret)\n", " < a2 OK in\n",
      " > a3 EXAMINE INBOX\n"}},
    {"a server that repeats it",
     {"T", UP, "H a2 AUTHENTICATE PLAIN " BLOB_64, "S * OK [ALERT] " ODD,
      "S a2 NO [AUTHENTICATIONFAILED] " ODD " is wrong, " ODD_64 " " BLOB_64},
     {"NO [AUTHENTICATIONFAILED] *** is wrong, ***"}},
    {"a challenge that repeats it",
     {"T", UP, "H a2 AUTHENTICATE PLAIN " BLOB_64, "S + " ODD_64, "H x"},
     {" < + (challenge)\n"}},
};

static void check_course(size_t i, struct probe *probe)
{
    struct probe_result copy;
    struct buf report;

    /* A copy is worth as much. */
    probe_result_copy(&copy, probe_result(probe));
    probe_free(probe);
    buf_init(&report, PROBE_REPORT_MAX);
    probe_report(&report, &copy);
    assert_false(report.overflow);
    for (size_t n = 0; n < 6 && courses[i].said[n]; n++)
        if (!strstr(report.data, courses[i].said[n]))
            fail_msg("%s: no \"%s\" in %s", courses[i].name, courses[i].said[n],
                     report.data);
    assert_non_null(strstr(report.data, copy.text));
    check_no_secret(courses[i].name, report.data, ODD);
    check_without(courses[i].name, report.data, BLOB_64, strlen(BLOB_64));
    buf_release(&report);
    probe_result_release(&copy);
}

static void test_courses(void **state)
{
    struct secret *secret = secret_new(ODD);

    (void)state;
    for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
        const struct trial trial = {.name = courses[i].name};
        const struct peer_terms terms = {0};
        unsigned progress = 0;
        struct server server;
        struct probe_request request = {.target = "a/incoming",
                                        .server = &server};
        const char *scripts[1][PEER_LINES];
        struct probe *probe;
        struct peer peer;

        memcpy(scripts[0], courses[i].script, sizeof(scripts[0]));
        peer_start(&peer, &pki, &terms, scripts, 1);
        server = server_of(&trial, peer.port);
        server.password = secret;
        probe = run(&request, &progress);
        assert_non_null(strstr(peer.heard, BLOB_64));
        check_course(i, probe);
        peer_stop(&peer);
    }
    secret_release(&secret);
}

/* -- bounds -----------------------------------------------------------------
 */

static void test_bounds(void **state)
{
    struct probe_log log = {0}, copy;
    char line[PROBE_LOG_TEXT + 64], text[700];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        memset(text, 'x', sizeof(text));
        text[snprintf(text, sizeof(text), "line %d\033[2J", i)] = 'x';
        probe_log_add(&log, PROBE_LOG_RECEIVED, i, text, sizeof(text));
    }
    assert_true(log.count <= PROBE_LOG_LINES);
    assert_true(log.bytes <= PROBE_LOG_BYTES);
    assert_int_equal(log.count + log.left_out, 1000);
    probe_log_copy(&copy, &log);
    probe_log_release(&log);
    assert_int_equal(probe_log_lines(&copy), copy.count + 1);
    assert_ptr_equal(probe_log_line(&copy, 0, line, sizeof(line)), line);
    assert_non_null(strstr(line, "0 ms < line 0\\x1B[2Jxx"));
    probe_log_line(&copy, PROBE_LOG_FIRST - 1, line, sizeof(line));
    assert_non_null(strstr(line, "line 99\\"));
    probe_log_line(&copy, PROBE_LOG_FIRST, line, sizeof(line));
    assert_non_null(strstr(line, "lines were left out)"));
    probe_log_line(&copy, copy.count, line, sizeof(line));
    assert_non_null(strstr(line, "line 999\\"));
    probe_log_release(&copy);

    probe_log_add(&log, PROBE_LOG_SENT, 0, "a\r\nb", 4);
    assert_int_equal(log.count, 2);
    probe_log_add(&log, PROBE_LOG_SENT, 0, "", 0);
    assert_int_equal(log.count, 3);
    probe_log_release(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding), cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_sasl),    cmocka_unit_test(test_commands),
        cmocka_unit_test(test_courses), cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests_name("log", tests, set_up, tear_down);
}
