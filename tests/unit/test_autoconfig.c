/* SPDX-License-Identifier: MIT */
/* autoconfig: whom to ask for a document, and what the answers mean. */
#include "tests/unit/documents.h"
#include "tests/unit/web.h"

#include "core/setup/autoconfig.h"

static void test_urls(void **state)
{
    static const struct {
        enum setup_source place;
        const char *database;
        bool https;
        const char *url; /* NULL: none */
    } cases[] = {
        {SETUP_AUTOCONFIG, NULL, true,
         "https://autoconfig.example.org/mail/config-v1.1.xml"},
        {SETUP_AUTOCONFIG, NULL, false,
         "http://autoconfig.example.org/mail/config-v1.1.xml"},
        {SETUP_WELL_KNOWN, NULL, true,
         "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml"},
        {SETUP_DATABASE, "https://db.test/v1.1/", true,
         "https://db.test/v1.1/example.org"},
        {SETUP_DATABASE, "https://db.test/v1.1", true,
         "https://db.test/v1.1/example.org"},
        {SETUP_DATABASE, "https://db.test/{{domain}}.xml", true,
         "https://db.test/example.org.xml"},
        {SETUP_DATABASE, "http://db.test/", false,
         "http://db.test/example.org"},
        {SETUP_DATABASE, "http://db.test/", true, NULL},
        {SETUP_DATABASE, "https://db.test/", false, NULL},
        {SETUP_DATABASE, "file:///etc/", true, NULL},
        {SETUP_DATABASE, "", true, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error e = {0};
        char *url = autoconfig_url(cases[i].place, "example.org",
                                   cases[i].database, cases[i].https, &e);

        if ((url == NULL) != (cases[i].url == NULL) ||
            (url && strcmp(url, cases[i].url) != 0))
            fail_msg("%zu: %s %s", i, url, e.text);
        assert_int_equal(url == NULL, e.code != ERROR_NONE);
        free(url);
    }
}

/* -- asking -------------------------------------------------------------------
 */

struct answer {
    bool came;
    enum setup_state state;
    enum setup_protection protection;
    char servers[600], url[300], text[700];
};

static void take(void *arg, const struct autoconfig_result *result)
{
    struct answer *a = arg;

    assert_false(a->came);
    a->came = true;
    a->state = result->state;
    a->protection = result->protection;
    assert_int_equal(result->offer != NULL, result->state == SETUP_FOUND);
    if (result->offer)
        tell_offer(result->offer, a->servers, sizeof(a->servers));
    snprintf(a->url, sizeof(a->url), "%s", result->url);
    snprintf(a->text, sizeof(a->text), "%s", result->text);
}

static struct answer ask(const struct autoconfig_request *request)
{
    struct autoconfig_request whole = *request;
    struct answer a = {.came = false};
    struct autoconfig *autoconfig;

    whole.address = &ann;
    if (!whole.domain)
        whole.domain = "example.org";
    autoconfig = autoconfig_start(http, loop, &whole, take, &a);
    assert_false(a.came); /* never from inside */
    while (!a.came)
        loop_turn(loop, -1);
    autoconfig_free(autoconfig);
    return a;
}

#define GET "H GET ", "H Host", "H User-Agent", "H Accept: text/xml", "H "
#define PAGE(status, type, body)                                               \
    GET, "S HTTP/1.1 " status, "S Content-Type: " type, "S ", "R " body

static const struct {
    const char *name, *scheme;
    const char *words; /* within the sentence */
    enum setup_state state;
    struct peer_terms terms;
    const char *script[PEER_LINES];
} answers[] = {
    {"found",
     "https",
     "names 1 incoming and 1 outgoing server.",
     SETUP_FOUND,
     {0},
     {"T", PAGE("200 OK", "text/xml", DOC(""))}},
    {"over http",
     "http",
     "names 1 incoming",
     SETUP_FOUND,
     {0},
     {PAGE("200 OK", "text/plain", DOC(""))}},
    {"none",
     "https",
     "(status 404)",
     SETUP_NOTHING,
     {0},
     {"T", PAGE("404 Not Found", "text/html", "<html>")}},
    {"in trouble",
     "https",
     "(status 503)",
     SETUP_FAILED,
     {0},
     {"T", PAGE("503 Busy", "text/html", "<html>")}},
    {"a web page",
     "https",
     "is a web page",
     SETUP_NOTHING,
     {0},
     {"T", PAGE("200 OK", "text/html", "<!DOCTYPE html><p>")}},
    {"a web page that is no XML",
     "https",
     "is a web page",
     SETUP_NOTHING,
     {0},
     {"T", PAGE("200 OK", "text/html; charset=x", "Hello")}},
    {"something else",
     "https",
     "Line 1, column 1",
     SETUP_FAILED,
     {0},
     {"T", PAGE("200 OK", "image/png", "\x89PNG")}},
    {"another version",
     "https",
     "Version 7",
     SETUP_FAILED,
     {0},
     {"T", PAGE("200 OK", "text/xml", "<clientConfig version='7'/>")}},
    {"left out",
     "https",
     "Left out: exchange (not spoken here).",
     SETUP_FOUND,
     {0},
     {"T",
      PAGE("200 OK", "text/xml", DOC("<incomingServer type='exchange'/>"))}},
    {"self-signed",
     "https",
     "not trusted",
     SETUP_FAILED,
     {.certificate = PEER_SELF},
     {"T", PAGE("200 OK", "text/xml", DOC(""))}},
    {"no TLS",
     "https",
     "plain text",
     SETUP_FAILED,
     {0},
     {"S hello", "S ", "Z"}},
    {"a redirect to a file",
     "https",
     "no http",
     SETUP_FAILED,
     {0},
     {"T", GET, "S HTTP/1.1 302 Found", "S Location: file:///etc/passwd",
      "S Content-Length: 0", "S ", "Z"}},
    {"redirects without end",
     "https",
     "after 3 redirects",
     SETUP_FAILED,
     {0},
     {"T", GET, "S HTTP/1.1 302 Found", "S Location: /x", "S Content-Length: 0",
      "S ", "Z"}},
    {"without end",
     "http",
     "far too long",
     SETUP_FAILED,
     {0},
     {GET, "S HTTP/1.1 200 OK", "S ", "P 5000000"}},
};

/* By a database on a port of its own, for who may listen on 443? The domain's
 * own places are asked in tests/real/setup.test.sh. */
static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const char *scripts[1][PEER_LINES];
        char base[100];
        struct peer peer;
        struct answer a;

        memcpy(scripts[0], answers[i].script, sizeof(scripts[0]));
        peer_start(&peer, &pki, &answers[i].terms, scripts, 1);
        snprintf(base, sizeof(base), "%s://localhost:%u/v1.1",
                 answers[i].scheme, peer.port);
        a = ask(&(struct autoconfig_request){
            .place = SETUP_DATABASE, .database = base, .send_address = true});
        if (a.state != answers[i].state || !strstr(a.text, answers[i].words))
            fail_msg("%s: %d %s", answers[i].name, (int)a.state, a.text);
        if (a.state == SETUP_FOUND) {
            assert_string_equal(a.servers, USUAL);
            assert_int_equal(a.protection,
                             strcmp(answers[i].scheme, "https") == 0
                                 ? SETUP_HTTPS
                                 : SETUP_HTTP);
            assert_non_null(strstr(a.url, "/v1.1/example.org"));
            assert_non_null(strstr(peer.heard, "GET /v1.1/example.org HTTP"));
        }
        /* Whoever keeps a database is not told who asks. */
        assert_null(strstr(peer.heard, "ann"));
        peer_stop(&peer);
    }
}

static void test_nobody(void **state)
{
    struct answer a;

    (void)state;
    /* The name server does not answer: that is no "there is none". */
    a = ask(&(struct autoconfig_request){.place = SETUP_AUTOCONFIG,
                                         .domain = "nowhere.invalid"});
    assert_int_equal(a.state, SETUP_FAILED);
    assert_non_null(strstr(a.text, "name server"));
    a = ask(&(struct autoconfig_request){.place = SETUP_DATABASE,
                                         .database = "ftp://a.test/"});
    assert_int_equal(a.state, SETUP_FAILED);
    assert_non_null(strstr(a.text, "autoconfig-url"));
}

static void never(void *arg, const struct autoconfig_result *result)
{
    (void)arg;
    (void)result;
    fail();
}

static void test_ended_early(void **state)
{
    struct autoconfig_request request = {
        .place = SETUP_WELL_KNOWN, .domain = "localhost", .address = &ann};
    struct autoconfig *a = autoconfig_start(http, loop, &request, never, NULL);

    (void)state;
    autoconfig_free(a);
    request = (struct autoconfig_request){.place = SETUP_DATABASE,
                                          .domain = "x",
                                          .database = "",
                                          .address = &ann};
    a = autoconfig_start(http, loop, &request, never, NULL);
    autoconfig_free(a);
    autoconfig_free(NULL);
    loop_wait(loop, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_ended_early),
    };

    return cmocka_run_group_tests_name("autoconfig", tests, web_set_up,
                                       web_tear_down);
}
