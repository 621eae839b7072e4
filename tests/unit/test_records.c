/* SPDX-License-Identifier: MIT */
/*
 * records: SRV and MX against a name server in this very loop, on loopback,
 * that answers by the first label of the name; and the order of RFC 2782.
 */
#include "tests/unit/unit.h"

#include "core/net/records.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#define TYPE_MX  15
#define TYPE_SRV 33

/* -- the name server ------------------------------------------------------- */

struct server {
    struct loop_watch *watch;
    int fd;
    char text[32];
};

struct reply {
    unsigned char bytes[8192];
    size_t len;
    unsigned type;
};

static void put16(struct reply *r, unsigned value)
{
    r->bytes[r->len++] = (unsigned char)(value >> 8);
    r->bytes[r->len++] = (unsigned char)value;
}

/* `host` in labels, "\4mail\4test". */
static void add(struct reply *r, unsigned priority, unsigned weight,
                unsigned port, const char *host)
{
    size_t len = *host == '\xc0' ? 2 : strlen(host) + 1;

    put16(r, 0xc00c);
    put16(r, r->type);
    put16(r, 1);
    put16(r, 0);
    put16(r, 60);
    put16(r, (unsigned)(len + (r->type == TYPE_SRV ? 6 : 2)));
    put16(r, priority);
    if (r->type == TYPE_SRV) {
        put16(r, weight);
        put16(r, port);
    }
    memcpy(r->bytes + r->len, host, len);
    r->len += len;
    r->bytes[7]++;
}

static void answer_name(struct reply *r, const char *label)
{
    if (strcmp(label, "two") == 0) {
        add(r, 20, 0, 143, "\5other\4test");
        add(r, 10, 5, 993, "\4MAIL\4test");
    } else if (strcmp(label, "root") == 0) {
        add(r, 0, 0, 0, "");
    } else if (strcmp(label, "odd") == 0) {
        add(r, 0, 0, 0, "\4port\4test"); /* of SRV unusable */
        add(r, 0, 0, 993, "\4-bad\4test");
        add(r, 0, 0, 993,
            "\3"
            "192\1"
            "0\1"
            "2\1"
            "1"); /* an address */
        add(r, 1, 0, 993, "\4good\4test");
    } else if (strcmp(label, "many") == 0) {
        for (unsigned i = 0; i < 30; i++)
            add(r, i, 0, 0, "\xc0\x0c"); /* the name asked for, again */
    } else if (strcmp(label, "escape") == 0) {
        add(r, 0, 0, 993, "\4a\33[J\4test");
    } else if (strcmp(label, "broken") == 0) {
        r->bytes[3] |= 2;
    } else if (strcmp(label, "cut") == 0) {
        add(r, 0, 0, 993, "\4good\4test");
        r->len -= 4;
    } else if (strcmp(label, "empty") != 0) {
        r->bytes[3] |= 3;
    }
}

static void asked(void *arg, short revents)
{
    struct server *server = arg;
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);
    static struct reply r;
    char label[64];
    size_t at = 12;
    ssize_t n = recvfrom(server->fd, r.bytes, sizeof(r.bytes), MSG_DONTWAIT,
                         (struct sockaddr *)&from, &from_len);

    (void)revents;
    if (n < 17)
        return;
    snprintf(label, sizeof(label), "%.*s", r.bytes[12],
             (const char *)r.bytes + 13);
    while (r.bytes[at])
        at += r.bytes[at] + 1u;
    r.len = at + 5;
    r.type = r.bytes[at + 1] * 256u + r.bytes[at + 2];
    memset(r.bytes + 6, 0, 6);
    r.bytes[2] = 0x85;
    r.bytes[3] = 0x80;
    answer_name(&r, label);
    sendto(server->fd, r.bytes, r.len, 0, (struct sockaddr *)&from, from_len);
}

struct net {
    struct loop *loop;
    struct server server;
    struct resolver *resolver;
};

static int net_start(void **state)
{
    struct net *net = calloc(1, sizeof(*net));
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);
    struct error e = {0};

    net->loop = loop_new(NULL, NULL);
    net->server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(net->server.fd, (struct sockaddr *)&sa, len) != 0) {
        close(net->server.fd);
        loop_free(net->loop);
        free(net);
        return -1;
    }
    getsockname(net->server.fd, (struct sockaddr *)&sa, &len);
    snprintf(net->server.text, sizeof(net->server.text), "127.0.0.1:%u",
             ntohs(sa.sin_port));
    net->server.watch =
        loop_watch(net->loop, net->server.fd, POLLIN, asked, &net->server);
    net->resolver = resolver_new(net->loop, net->server.text, &e);
    *state = net;
    return net->resolver ? 0 : -1;
}

static int net_stop(void **state)
{
    struct net *net = *state;

    resolver_free(net->resolver);
    loop_unwatch(net->server.watch);
    close(net->server.fd);
    loop_free(net->loop);
    free(net);
    return 0;
}

/* -- who asks -------------------------------------------------------------- */

struct asker {
    struct records_query *query;
    bool done, free_at_once;
    enum records_state state;
    size_t count, unusable;
    char hosts[600], failure[640];
};

static void told(void *arg, const struct records_result *result)
{
    struct asker *a = arg;

    assert_false(a->done);
    a->done = true;
    a->state = result->state;
    a->count = result->count;
    a->unusable = result->unusable;
    for (size_t i = 0; i < result->count; i++) {
        size_t len = strlen(a->hosts);

        snprintf(a->hosts + len, sizeof(a->hosts) - len, "%s:%u ",
                 result->records[i].host, result->records[i].port);
    }
    snprintf(a->failure, sizeof(a->failure), "%s", result->failure.text);
    if (a->free_at_once) {
        records_free(a->query);
        a->query = NULL;
    }
}

static void look_up(struct net *net, enum record_type type, const char *name,
                    struct asker *a)
{
    a->query = records_start(net->resolver, type, name, NULL, NULL, told, a);
    assert_false(a->done); /* never from inside */
    while (!a->done)
        assert_true(loop_turn(net->loop, -1));
    records_free(a->query);
}

/* -- tests ----------------------------------------------------------------- */

static void answers(void **state)
{
    static const struct {
        const char *name;
        enum record_type type;
        enum records_state state;
        const char *hosts;
        size_t unusable;
    } cases[] = {
        {"two.test", RECORD_SRV, RECORDS_FOUND, "mail.test:993 other.test:143 ",
         0},
        {"two.test", RECORD_MX, RECORDS_FOUND, "mail.test:0 other.test:0 ", 0},
        {"root.test", RECORD_SRV, RECORDS_REFUSED, "", 0},
        {"root.test", RECORD_MX, RECORDS_REFUSED, "", 0},
        {"odd.test", RECORD_SRV, RECORDS_FOUND, "good.test:993 ", 3},
        {"empty.test", RECORD_SRV, RECORDS_NONE, "", 0},
        {"gone.test", RECORD_SRV, RECORDS_NO_NAME, "", 0},
        {"gone.test", RECORD_MX, RECORDS_NO_NAME, "", 0},
        {"broken.test", RECORD_MX, RECORDS_FAILED, "", 0},
        {"escape.test", RECORD_SRV, RECORDS_NONE, "", 1},
        {"cut.test", RECORD_SRV, RECORDS_FAILED, "", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asker a = {.done = false};

        look_up(*state, cases[i].type, cases[i].name, &a);
        if (a.state != cases[i].state || strcmp(a.hosts, cases[i].hosts) != 0 ||
            a.unusable != cases[i].unusable)
            fail_msg("%s: state %d, \"%s\", %zu unusable (%s)", cases[i].name,
                     a.state, a.hosts, a.unusable, a.failure);
        assert_true((a.state == RECORDS_FAILED) ==
                    (strstr(a.failure, cases[i].name) != NULL));
    }
}

static void bounded(void **state)
{
    struct asker a = {.done = false};

    look_up(*state, RECORD_MX, "many.test", &a);
    assert_int_equal(a.count, RECORDS_MAX);
    assert_int_equal(a.unusable, 6);
}

/* Freed while it is on its way, inside its callback, and with its resolver. */
static void ended_early(void **state)
{
    struct net *net = *state;
    struct asker a = {.done = false}, b = {.free_at_once = true};
    struct asker c = {.done = false};

    a.query = records_start(net->resolver, RECORD_MX, "two.test", NULL, NULL,
                            told, &a);
    records_free(a.query);
    a.query = records_start(net->resolver, RECORD_MX, "two.test", NULL, NULL,
                            told, &a);
    loop_turn(net->loop, 0);
    records_free(a.query);
    look_up(net, RECORD_MX, "two.test", &b);
    assert_null(b.query);
    assert_false(a.done);
    c.query = records_start(net->resolver, RECORD_MX, "two.test", NULL, NULL,
                            told, &c);
    loop_turn(net->loop, 0);
    resolver_free(net->resolver);
    records_free(c.query);
    net->resolver = resolver_new(net->loop, net->server.text, NULL);
    assert_false(c.done);
}

/* -- the order ------------------------------------------------------------- */

struct dice {
    const unsigned *numbers; /* what is drawn, in order */
    unsigned max[8];         /* what was asked for */
    size_t at;
};

static unsigned throw(void *arg, unsigned max)
{
    struct dice *dice = arg;

    dice->max[dice->at] = max;
    return dice->numbers[dice->at++];
}

static void order(void **state)
{
    /* Priority and weight of a, b, c, d; what is drawn; the order. */
    static const struct {
        unsigned of[4][2], draws[4], max[4];
        const char *wanted;
    } cases[] = {
        {{{4, 0}, {3, 0}, {2, 0}, {1, 0}}, {0}, {0}, "dcba"},
        /* sums 10 30 60 100: the first that reaches the number */
        {{{0, 10}, {0, 20}, {0, 30}, {0, 40}},
         {61, 31, 11},
         {100, 60, 30},
         "dcba"},
        {{{0, 10}, {0, 20}, {0, 30}, {0, 40}},
         {0, 0, 0},
         {100, 90, 70},
         "abcd"},
        {{{0, 10}, {0, 20}, {0, 30}, {0, 40}},
         {10, 20, 30},
         {100, 90, 70},
         "abcd"},
        /* Weight 0 stands in front and is drawn by 0 alone. */
        {{{0, 5}, {0, 0}, {1, 0}, {1, 7}}, {0, 1}, {5, 7}, "badc"},
        {{{0, 5}, {0, 0}, {1, 0}, {1, 7}}, {1, 0}, {5, 7}, "abcd"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct record records[4];
        struct dice dice = {.numbers = cases[i].draws};
        char got[5] = "";

        for (unsigned k = 0; k < 4; k++) {
            records[k] = (struct record){.priority = cases[i].of[k][0],
                                         .weight = cases[i].of[k][1]};
            records[k].host[0] = (char)('a' + k);
        }
        records_order(records, 4, throw, &dice);
        for (int k = 0; k < 4; k++)
            got[k] = records[k].host[0];
        if (strcmp(got, cases[i].wanted) != 0 ||
            memcmp(dice.max, cases[i].max, dice.at * sizeof(unsigned)) != 0)
            fail_msg("%zu: %s, wanted %s", i, got, cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers, net_start, net_stop),
        cmocka_unit_test_setup_teardown(bounded, net_start, net_stop),
        cmocka_unit_test_setup_teardown(ended_early, net_start, net_stop),
        cmocka_unit_test(order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
