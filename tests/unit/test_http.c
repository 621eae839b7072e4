/* SPDX-License-Identifier: MIT */
/* http: what is fetched, what is refused, and what leaves when. */
#include "tests/unit/web.h"

#define GET "H GET ", "H Host", "H User-Agent: postseal", "H Accept", "H "
#define OK  "S HTTP/1.1 200 OK"
#define HI  OK, "S Content-Type: text/plain", "S Content-Length: 2", "S ", "R hi"
#define TO(url)                                                                \
    "S HTTP/1.1 302 Found", "S Location: " url, "S Content-Length: 0", "S "

#define B256                                                                   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567" \
    "89abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567" \
    "89abcdef0123456789abcdef0123456789abcdef"
#define K4                                                                     \
    "S X: " B256 B256 B256 B256 B256 B256 B256 B256 B256 B256 B256 B256 B256   \
        B256 B256 B256
#define K16 K4, K4, K4, K4

struct answer {
    bool came, failed;
    long status;
    char type[64], url[200], text[700];
    size_t len;
    enum reason reason;
    struct http_fetch **free_it; /* inside the callback */
};

static void done(void *arg, const struct http_response *response,
                 const struct failure *failure)
{
    struct answer *a = arg;

    assert_false(a->came);
    assert_true((response == NULL) == (failure != NULL));
    a->came = true;
    if (response) {
        a->status = response->status;
        a->len = response->len;
        snprintf(a->type, sizeof(a->type), "%s", response->content_type);
        snprintf(a->url, sizeof(a->url), "%s", response->url);
        snprintf(a->text, sizeof(a->text), "%s", response->body);
    } else if (failure) {
        a->failed = true;
        a->reason = failure->reason;
        snprintf(a->text, sizeof(a->text), "%s", failure->text);
    }
    if (a->free_it) {
        http_fetch_free(*a->free_it);
        *a->free_it = NULL;
    }
}

/* "PORT" becomes the port. */
static const char *with_port(const char *text, unsigned port)
{
    static char out[4][400];
    static int turn;
    const char *at = strstr(text, "PORT");
    char *to = out[turn = (turn + 1) % 4];

    if (!at)
        snprintf(to, sizeof(out[0]), "%s", text);
    else
        snprintf(to, sizeof(out[0]), "%.*s%u%s", (int)(at - text), text, port,
                 at + 4);
    return to;
}

static struct answer fetch(const char *url, const struct http_request *more)
{
    struct http_request request = *more;
    struct answer a = {0};
    struct http_fetch *f;

    request.url = url;
    if (!request.max_bytes)
        request.max_bytes = 1000;
    if (!request.connect_ms)
        request.connect_ms = 5000;
    if (!request.total_ms)
        request.total_ms = 20000;
    f = http_start(http, &request, done, &a);
    assert_false(a.came);
    while (!a.came)
        loop_turn(loop, -1);
    http_fetch_free(f);
    return a;
}

struct trial {
    const char *name, *url;
    const char *text;   /* the body, or within the failure's sentence */
    const char *reason; /* NULL: it goes well */
    long status;        /* 0: 200 */
    const char *heard;  /* of what the server got; NULL: not looked at */
    struct peer_terms terms;
    struct http_request more;
    const char *scripts[3][PEER_LINES];
};

static const struct trial trials[] = {
    {"plain", "http://127.0.0.1:PORT/a?b=c", "hi", .heard = "GET /a?b=c HTTP/1",
     .scripts = {{GET, HI, "Z"}}},
    {"a name, by the hosts file", "http://localhost:PORT/", "hi",
     .heard = "Host: localhost:", .scripts = {{GET, HI, "Z"}}},
    {"a name in other letters", "http://LOCALHOST.:PORT/#part", "hi",
     .heard = "Host: localhost:", .scripts = {{GET, HI, "Z"}}},
    {"404 is an answer", "http://127.0.0.1:PORT/", "no", .status = 404,
     .scripts = {{GET, "S HTTP/1.1 404 Not Found", "S Content-Length: 2", "S ",
                  "R no", "Z"}}},
    {"chunks", "http://127.0.0.1:PORT/", "hi",
     .scripts = {{GET, OK, "S Transfer-Encoding: chunked", "S ", "S 1", "S h",
                  "S 1", "S i", "S 0", "S ", "Z"}}},
    {"to its end", "http://127.0.0.1:PORT/", "hi",
     .scripts = {{GET, OK, "S ", "R hi"}}},
    {"cookies are not kept", "http://127.0.0.1:PORT/", "hi",
     .scripts = {{GET, OK, "S Set-Cookie: a=b", "S Content-Length: 2", "S ",
                  "R hi", "Z"}}},
    {"a form", "http://127.0.0.1:PORT/token", "hi",
     .heard = "Content-Length: 8\r\n\r\na=b%20c",
     .more = {.body = "a=b%20c\n",
              .content_type = "application/x-www-form-urlencoded"},
     .scripts = {{"H POST /token", "H Host", "H User-Agent", "H Accept",
                  "H Content-Type", "H Content-Length", "H ", "H a=b", HI,
                  "Z"}}},
    /* certificates */
    {"https", "https://localhost:PORT/", "hi", .heard = "sni localhost",
     .scripts = {{"T", GET, HI, "Z"}}},
    {"https by address", "https://127.0.0.1:PORT/", "hi", .heard = "sni -",
     .scripts = {{"T", GET, HI, "Z"}}},
    {"https with TLS 1.2", "https://localhost:PORT/", "hi",
     .terms = {.max_version = TLS1_2_VERSION},
     .scripts = {{"T", GET, HI, "Z"}}},
    {"self-signed", "https://localhost:PORT/", "self-signed",
     .reason = "certificate", .terms = {.certificate = PEER_SELF},
     .scripts = {{"T", GET, HI, "Z"}}},
    {"TLS 1.1", "https://localhost:PORT/", "TLS", .reason = "tls",
     .terms = {.old = true}, .scripts = {{"T", GET, HI, "Z"}}},
    {"no TLS there", "https://localhost:PORT/", "plain text",
     .reason = "not-tls",
     .scripts = {{"S HTTP/1.1 400 Bad Request", "S ", "Z"}}},
    {"rubbish as a certificate", "https://localhost:PORT/", "", .reason = "tls",
     .scripts = {{"B", "Z"}}},
    /* redirects */
    {"to another path", "http://127.0.0.1:PORT/", "hi",
     .heard = "GET /next HTTP/1", .more = {.redirects = 1},
     .scripts = {{GET, TO("/next"), "Z"}, {GET, HI, "Z"}}},
    {"none is followed unless wanted", "http://127.0.0.1:PORT/", "302",
     .reason = "protocol", .scripts = {{GET, TO("/next"), "Z"}}},
    {"round and round", "http://127.0.0.1:PORT/", "after 3 redirects",
     .reason = "protocol", .more = {.redirects = 3},
     .scripts = {{GET, TO("/"), "Z"}}},
    {"to a file", "http://127.0.0.1:PORT/", "no http", .reason = "protocol",
     .more = {.redirects = 3},
     .scripts = {{GET, TO("file:///etc/passwd"), "Z"}}},
    {"to ftp", "http://127.0.0.1:PORT/", "no http", .reason = "protocol",
     .more = {.redirects = 3}, .scripts = {{GET, TO("ftp://127.0.0.1/"), "Z"}}},
    {"to nowhere", "http://127.0.0.1:PORT/", "no http", .reason = "protocol",
     .more = {.redirects = 3}, .scripts = {{GET, TO("http:///"), "Z"}}},
    {"from https to http", "https://localhost:PORT/", "from https to http",
     .reason = "protocol", .more = {.redirects = 3},
     .scripts = {{"T", GET, TO("http://127.0.0.1:1/"), "Z"}}},
    {"a form is never sent on", "http://127.0.0.1:PORT/", "not followed",
     .reason = "protocol", .more = {.redirects = 3, .body = "secret"},
     .scripts = {{"H POST", "W 100", TO("/"), "Z"}}},
    /* From a public one it is not followed: tests/real/setup.test.sh. */
    {"from a private address to another", "http://localhost:PORT/", "port 1",
     .reason = "refused", .more = {.redirects = 3, .public_redirects = true},
     .scripts = {{GET, TO("http://127.0.0.1:1/"), "Z"}}},
    {"to the same host", "http://localhost:PORT/", "hi",
     .more = {.redirects = 3, .public_redirects = true},
     .scripts = {{GET, TO("/next"), "Z"}, {GET, HI, "Z"}}},
    /* bounds */
    {"too much", "http://127.0.0.1:PORT/", "far too long", .reason = "protocol",
     .more = {.max_bytes = 1}, .scripts = {{GET, HI, "Z"}}},
    {"headers without end", "http://127.0.0.1:PORT/", "headers without",
     .reason = "protocol",
     .scripts = {{GET, OK, K16, K16, K16, K16, K16, "Z"}}},
    {"mute", "http://127.0.0.1:PORT/", "within 1 second", .reason = "timeout",
     .more = {.total_ms = 700}, .scripts = {{GET, "Z"}}},
    {"drip", "http://127.0.0.1:PORT/", "within 1 second", .reason = "timeout",
     .more = {.total_ms = 700}, .scripts = {{GET, OK, "S ", "D x"}}},
    {"mute before TLS", "https://127.0.0.1:PORT/", "within 1 second",
     .reason = "timeout", .more = {.connect_ms = 700}, .scripts = {{"Z"}}},
    {"ends too soon", "http://127.0.0.1:PORT/", "ended the connection",
     .reason = "closed",
     .scripts = {{GET, OK, "S Content-Length: 9", "S ", "R hi"}}},
    {"says nothing", "http://127.0.0.1:PORT/", "ended the connection",
     .reason = "closed", .scripts = {{GET}}},
    {"reset", "http://127.0.0.1:PORT/", "ended the connection",
     .reason = "closed", .scripts = {{GET, "X"}}},
    {"no web server", "http://127.0.0.1:PORT/", "web server",
     .reason = "protocol", .scripts = {{"S * OK IMAP4rev1 ready", "S ", "Z"}}},
    /* URLs */
    {"file", "file:///etc/passwd", "no http", .reason = "config"},
    {"imap", "imap://127.0.0.1/", "no http", .reason = "config"},
    {"no scheme", "127.0.0.1:PORT/", "no http", .reason = "config"},
    {"a password in it", "http://a:b@127.0.0.1:PORT/", "no http",
     .reason = "config"},
    {"control characters", "http://127.0.0.1:PORT/\r\nX: y", "no http",
     .reason = "config"},
    {"a wrong host", "http://a..b/", "no http", .reason = "config"},
    {"a wrong port", "http://127.0.0.1:0/", "no http", .reason = "config"},
    {"a name that is none", "http://nowhere.invalid/", "name server",
     .reason = "resolve"},
};

static void test_trials(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
        const struct trial *t = &trials[i];
        struct peer peer;
        struct answer a;
        bool ok;

        peer_start(&peer, &pki, &t->terms, t->scripts,
                   1 + (t->scripts[1][0] != NULL));
        a = fetch(with_port(t->url, peer.port), &t->more);
        ok = a.failed == (t->reason != NULL) && strstr(a.text, t->text) &&
             (!a.failed || strcmp(reason_word(a.reason), t->reason) == 0) &&
             (a.failed || (a.status == (t->status ? t->status : 200) &&
                           strcmp(a.text, t->text) == 0)) &&
             (!t->heard || strstr(peer.heard, t->heard));
        if (!ok)
            fail_msg("%s: %s %ld \"%s\"; heard: %s", t->name,
                     a.failed ? reason_word(a.reason) : "ok", a.status, a.text,
                     peer.heard);
        /* Nothing leaves before the certificate was accepted. */
        if (a.failed && a.reason == REASON_CERTIFICATE)
            assert_null(strstr(peer.heard, "GET"));
        peer_stop(&peer);
    }
}

static void test_refused(void **state)
{
    struct answer a =
        fetch(with_port("http://127.0.0.1:PORT/", peer_free_port()),
              &(struct http_request){0});

    (void)state;
    assert_true(a.failed);
    assert_int_equal(a.reason, REASON_REFUSED);
}

static void test_url_and_type(void **state)
{
    static const char *const scripts[][PEER_LINES] = {{GET, TO("/b"), "Z"},
                                                      {GET, HI, "Z"}};
    struct peer peer;
    struct answer a;

    (void)state;
    peer_start(&peer, &pki, &(struct peer_terms){0}, scripts, 2);
    a = fetch(with_port("http://127.0.0.1:PORT/a", peer.port),
              &(struct http_request){.redirects = 2});
    assert_string_equal(a.url, with_port("http://127.0.0.1:PORT/b", peer.port));
    assert_string_equal(a.type, "text/plain");
    peer_stop(&peer);
}

/* An exception covers one certificate at one place, for https as for mail. */
static void test_exception(void **state)
{
    static const char *const scripts[][PEER_LINES] = {{"T", GET, HI, "Z"}};
    struct peer_terms terms = {.certificate = PEER_SELF};
    struct exceptions *exceptions;
    struct verdict verdict = {0};
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct http_env with = env;
    struct http *own;
    struct answer a = {0};
    struct error e = {0};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &terms, scripts, 1);
    exceptions = exceptions_open(in_folder("accounts.ini"), &e);
    assert_non_null(exceptions);
    sk_X509_push(sent, pki.self);
    assert_true(verdict_judge(
        &verdict, sent,
        &(struct verdict_request){.host = "localhost",
                                  .store = authorities_store(authorities),
                                  .now = time(NULL)},
        &e));
    assert_true(exceptions_add(
        exceptions,
        &(struct exception_wish){
            .host = "localhost", .port = peer.port, .checked = CHECKED_PASTED},
        &verdict, false, time(NULL), &e));
    with.exceptions = exceptions;
    own = http_new(&with);
    {
        struct http_fetch *f = http_start(
            own,
            &(struct http_request){
                .url = with_port("https://localhost:PORT/", peer.port),
                .max_bytes = 100,
                .connect_ms = 5000,
                .total_ms = 9000},
            done, &a);

        while (!a.came)
            loop_turn(loop, -1);
        http_fetch_free(f);
    }
    assert_false(a.failed);
    assert_string_equal(a.text, "hi");
    http_free(own);
    verdict_release(&verdict);
    sk_X509_free(sent);
    exceptions_free(exceptions);
    peer_stop(&peer);
}

/* Freed at any moment, and inside the callback; many at once. */
static void test_many_and_cancel(void **state)
{
    static const char *const scripts[][PEER_LINES] = {{GET, HI, "W 20"}};
    struct http_fetch *fetches[12];
    struct answer answers[12] = {{0}};
    struct peer peer;
    char url[100];

    (void)state;
    peer_start(&peer, &pki, &(struct peer_terms){0}, scripts, 1);
    snprintf(url, sizeof(url), "http://localhost:%u/", peer.port);
    for (int i = 0; i < 12; i++) {
        answers[i].free_it = i % 3 == 0 ? &fetches[i] : NULL;
        fetches[i] = http_start(http,
                                &(struct http_request){.url = url,
                                                       .max_bytes = 100,
                                                       .connect_ms = 20000,
                                                       .total_ms = 20000},
                                done, &answers[i]);
    }
    for (int turns = 0; turns < 40; turns++) {
        if (turns < 12 && turns % 3 == 1) {
            http_fetch_free(fetches[turns]);
            fetches[turns] = NULL;
        }
        loop_turn(loop, 50);
    }
    for (int i = 0; i < 12; i++) {
        while (i % 3 != 1 && !answers[i].came)
            loop_turn(loop, -1);
        assert_false(answers[i].failed);
        http_fetch_free(fetches[i]);
    }
    peer_stop(&peer);
}

static void test_public(void **state)
{
    static const struct {
        const char *text;
        bool is_public;
    } cases[] = {
        {"192.0.32.7", true},
        {"8.8.8.8", true},
        {"10.1.2.3", false},
        {"127.0.0.1", false},
        {"169.254.169.254", false},
        {"172.15.0.1", true},
        {"172.16.0.1", false},
        {"172.31.255.255", false},
        {"192.168.1.1", false},
        {"100.64.0.1", false},
        {"0.0.0.0", false},
        {"255.255.255.255", false},
        {"2001:4860:4860::8888", true},
        {"::1", false},
        {"::", false},
        {"fe80::1", false},
        {"fc00::1", false},
        {"ff02::1", false},
        {"::ffff:127.0.0.1", false},
        {"::ffff:8.8.8.8", true},
        {"64:ff9b::10.0.0.1", false},
        {"2001:db8::1", false},
        {"2002:7f00:1::", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct address address;

        assert_true(address_parse(cases[i].text, &address));
        if (http_address_is_public(&address) != cases[i].is_public)
            fail_msg("%s", cases[i].text);
    }
}

static void test_form(void **state)
{
    struct buf form;

    (void)state;
    buf_init(&form, 100);
    assert_true(http_form_add(&form, "a", "b c&d=e"));
    assert_true(http_form_add(&form, "scope", "https://x/~y"));
    assert_string_equal(form.data,
                        "a=b%20c%26d%3De&scope=https%3A%2F%2Fx%2F~y");
    buf_release(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trials),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_url_and_type),
        cmocka_unit_test(test_exception),
        cmocka_unit_test(test_many_and_cancel),
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_form),
    };

    return cmocka_run_group_tests(tests, web_set_up, web_tear_down);
}
