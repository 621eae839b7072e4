/* SPDX-License-Identifier: MIT */
/* stream: connecting over a list of addresses, and plain bytes. */
#include "tests/unit/peer.h"

#include "core/net/stream.h"

static struct peer_pki pki;
static struct loop *loop;

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    alarm(100);
    peer_pki_make(&pki);
    loop = loop_new(NULL, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    peer_pki_free(&pki);
    return 0;
}

enum when { NEVER, AT_CONNECTED, AT_READABLE, AT_CLOSED, AT_FAILED };

struct client {
    struct stream *stream;
    enum when free_at;
    unsigned connected, readable, drained, closed, failed;
    enum reason reason;
    char text[640], got[256];
    const char *greeting; /* written when connected */
    bool take;            /* what comes is taken at once */
};

static void free_when(struct client *c, enum when when)
{
    if (c->free_at == when) {
        stream_free(c->stream);
        c->stream = NULL;
    }
}

static void connected(void *arg)
{
    struct client *c = arg;

    c->connected++;
    if (c->greeting)
        assert_true(stream_write(c->stream, c->greeting, strlen(c->greeting)));
    free_when(c, AT_CONNECTED);
}

static void readable(void *arg)
{
    struct client *c = arg;
    struct buf *input = stream_input(c->stream);

    c->readable++;
    if (c->take) {
        snprintf(c->got + strlen(c->got), sizeof(c->got) - strlen(c->got), "%s",
                 input->data);
        buf_consume(input, input->len);
    }
    free_when(c, AT_READABLE);
}

static void drained(void *arg)
{
    ((struct client *)arg)->drained++;
}

static void closed(void *arg)
{
    struct client *c = arg;

    c->closed++;
    free_when(c, AT_CLOSED);
}

static void failed(void *arg, const struct failure *failure)
{
    struct client *c = arg;

    c->failed++;
    c->reason = failure->reason;
    snprintf(c->text, sizeof(c->text), "%s", failure->text);
    free_when(c, AT_FAILED);
}

static const struct stream_events events = {.connected = connected,
                                            .readable = readable,
                                            .drained = drained,
                                            .closed = closed,
                                            .failed = failed};

static size_t parse_addresses(struct address *out, const char *list)
{
    size_t count = 0;
    char one[ADDRESS_SIZE];

    while (*list) {
        size_t len = strcspn(list, " ");

        snprintf(one, sizeof(one), "%.*s", (int)len, list);
        assert_true(address_parse(one, &out[count++]));
        list += len + strspn(list + len, " ");
    }
    return count;
}

static void open_client(struct client *c, const char *addresses, unsigned port,
                        bool last)
{
    struct address list[40];
    size_t count = parse_addresses(list, addresses);

    c->stream = stream_new(loop, &events, c, 64);
    stream_connect(c->stream, list, count, port, last);
    /* Everything is told from the loop. */
    assert_int_equal(c->connected + c->failed, 0);
}

static void turn_until(const unsigned *counter)
{
    while (!*counter)
        loop_turn(loop, -1);
}

static const char *const hello[1][PEER_LINES] = {{"S hello", "Z"}};
static const struct peer_terms no_tls;

/* 127.0.0.2 and ::1 are ours as well, but nothing listens there. */
static void test_addresses(void **state)
{
    static const char *const lists[] = {
        "127.0.0.1",
        "127.0.0.2 127.0.0.1",
        "::1 127.0.0.1",
        "127.0.0.1 ::1",
        "127.0.0.2 127.0.0.3 127.0.0.4 ::1 127.0.0.1",
        "255.255.255.255 127.0.0.1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct client c = {.take = true};
        char text[ADDRESS_SIZE];
        struct address own;
        struct peer peer;

        peer_start(&peer, &pki, &no_tls, hello, 1);
        open_client(&c, lists[i], peer.port, true);
        turn_until(&c.connected);
        assert_string_equal(address_format(text, stream_address(c.stream)),
                            "127.0.0.1");
        assert_true(stream_local_address(c.stream, &own));
        assert_string_equal(address_format(text, &own), "127.0.0.1");
        assert_null(stream_tls(c.stream));
        turn_until(&c.readable);
        assert_true(stream_heard(c.stream));
        assert_string_equal(c.got, "hello\r\n");
        assert_int_equal(c.connected, 1);
        assert_int_equal(c.failed, 0);
        stream_free(c.stream);
        assert_false(loop_turn(loop, 0));
        peer_stop(&peer);
    }
}

static void test_refused(void **state)
{
    struct client c = {0};

    (void)state;
    open_client(&c, "127.0.0.2 127.0.0.1", peer_free_port(), true);
    turn_until(&c.failed);
    assert_int_equal(c.reason, REASON_REFUSED);
    assert_int_equal(c.failed, 1);
    assert_false(loop_turn(loop, 0));
    assert_int_equal(c.failed, 1);
    assert_false(stream_write(c.stream, "x", 1));
    stream_free(c.stream);
}

/* Until the last family has answered nothing has failed yet. */
static void test_addresses_that_come_later(void **state)
{
    struct client c = {.take = true};
    struct address good;
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &no_tls, hello, 1);
    open_client(&c, "127.0.0.2", peer.port, false);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 20);
    assert_int_equal(c.failed, 0);
    address_parse("127.0.0.1", &good);
    stream_connect(c.stream, &good, 1, peer.port, true);
    turn_until(&c.connected);
    /* Still later ones do no harm. */
    stream_connect(c.stream, &good, 1, peer.port, true);
    turn_until(&c.readable);
    stream_free(c.stream);
    peer_stop(&peer);

    memset(&c, 0, sizeof(c));
    open_client(&c, "127.0.0.2", peer_free_port(), false);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 20);
    assert_int_equal(c.failed, 0);
    stream_connect(c.stream, NULL, 0, 1, true);
    turn_until(&c.failed);
    assert_int_equal(c.reason, REASON_REFUSED);
    stream_free(c.stream);
}

static void test_too_many_addresses(void **state)
{
    char list[40 * 12] = "";
    struct client c = {0};
    size_t used = 0;

    (void)state;
    for (int i = 0; i < 40; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used,
                                 "%s127.0.0.2", i ? " " : "");
    open_client(&c, list, peer_free_port(), true);
    turn_until(&c.failed);
    assert_int_equal(c.reason, REASON_REFUSED);
    stream_free(c.stream);
}

static void test_bytes(void **state)
{
    static const char *const script[1][PEER_LINES] = {
        {"H ping", "R po", "W 30", "S ng"}};
    struct client c = {.greeting = "ping\r\n", .take = true};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &no_tls, script, 1);
    open_client(&c, "127.0.0.1", peer.port, true);
    turn_until(&c.closed);
    assert_string_equal(c.got, "pong\r\n");
    assert_true(c.drained > 0);
    assert_int_equal(c.failed, 0);
    assert_false(stream_write(c.stream, "x", 1));
    assert_string_equal(peer.heard, "ping\r\n");
    stream_free(c.stream);
    peer_stop(&peer);
}

/* Reading pauses at the limit, goes on when it was taken, and the end is told
 * after the last bytes. */
static void test_full_input(void **state)
{
    static const char *const script[1][PEER_LINES] = {
        {"S 0123456789012345678901234567890123456789012345678901234567890123"
         "456789"}};
    struct client c = {0};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &no_tls, script, 1);
    open_client(&c, "127.0.0.1", peer.port, true);
    turn_until(&c.readable);
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 10);
    assert_int_equal(stream_input(c.stream)->len, 64);
    assert_int_equal(c.readable, 1);
    assert_int_equal(c.closed, 0);
    assert_true(stream_has_unread(c.stream));
    stream_free(c.stream);
    peer_stop(&peer);
}

static void test_unread(void **state)
{
    struct client c = {.take = true};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &no_tls, hello, 1);
    open_client(&c, "127.0.0.1", peer.port, true);
    turn_until(&c.connected);
    /* Not read yet, but there (or soon). */
    for (int i = 0; i < 500 && !stream_has_unread(c.stream); i++)
        usleep(10000);
    assert_true(stream_has_unread(c.stream));
    assert_false(stream_heard(c.stream));
    turn_until(&c.readable);
    assert_false(stream_has_unread(c.stream));
    stream_free(c.stream);
    peer_stop(&peer);
}

static void test_reset(void **state)
{
    static const char *const script[1][PEER_LINES] = {{"S hi", "W 50", "X"}};
    struct client c = {.take = true};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &no_tls, script, 1);
    open_client(&c, "127.0.0.1", peer.port, true);
    turn_until(&c.failed);
    assert_int_equal(c.reason, REASON_CLOSED);
    stream_free(c.stream);
    peer_stop(&peer);
}

/* Also from inside any callback. */
static void test_free_anywhere(void **state)
{
    static const char *const script[1][PEER_LINES] = {{"S hello"}};

    (void)state;
    for (enum when when = AT_CONNECTED; when <= AT_FAILED; when++) {
        struct client c = {.free_at = when, .take = true};
        struct peer peer;

        peer_start(&peer, &pki, &no_tls, script, 1);
        open_client(&c, "127.0.0.1",
                    when == AT_FAILED ? peer_free_port() : peer.port, true);
        while (c.stream && loop_turn(loop, -1))
            ;
        assert_null(c.stream);
        assert_false(loop_turn(loop, 0));
        peer_stop(&peer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_addresses_that_come_later),
        cmocka_unit_test(test_too_many_addresses),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_full_input),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_free_anywhere),
    };

    return cmocka_run_group_tests_name("stream", tests, set_up, tear_down);
}
