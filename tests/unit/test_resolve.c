/* SPDX-License-Identifier: MIT */
/*
 * resolve: against a name server in this very loop, on loopback, that answers
 * by the first label of the name. No other name server is asked.
 */
#include "tests/unit/unit.h"

#include "core/net/resolve.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#define TYPE_A     1
#define TYPE_CNAME 5
#define TYPE_AAAA  28

enum { RCODE_OK, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3 };

/* -- the name server ------------------------------------------------------- */

struct reply {
    struct server *server;
    struct sockaddr_in to;
    unsigned char bytes[512];
    size_t len;
};

struct server {
    struct loop *loop;
    struct loop_watch *watch;
    int fd, asked;
    unsigned port;
    char text[32]; /* for resolver_new() */
};

static void put16(struct reply *r, unsigned value)
{
    r->bytes[r->len++] = (unsigned char)(value >> 8);
    r->bytes[r->len++] = (unsigned char)value;
}

/* A record of the name that was asked for. */
static void add_record(struct reply *r, unsigned type, const void *data,
                       size_t len)
{
    put16(r, 0xc00c);
    put16(r, type);
    put16(r, 1);
    put16(r, 0);
    put16(r, 60);
    put16(r, (unsigned)len);
    memcpy(r->bytes + r->len, data, len);
    r->len += len;
    r->bytes[7]++;
}

static void add_address(struct reply *r, unsigned type, const char *text)
{
    unsigned char bytes[16];

    inet_pton(type == TYPE_A ? AF_INET : AF_INET6, text, bytes);
    add_record(r, type, bytes, type == TYPE_A ? 4 : 16);
}

static void send_reply(void *arg)
{
    struct reply *r = arg;

    sendto(r->server->fd, r->bytes, r->len, 0, (struct sockaddr *)&r->to,
           sizeof(r->to));
    free(r);
}

/* "alias" is "good" by another name; the address belongs to that one. */
static void add_alias(struct reply *r, unsigned type)
{
    static const char target[] = "\4good\4test";
    size_t at;

    add_record(r, TYPE_CNAME, target, sizeof(target));
    at = r->len - sizeof(target);
    add_address(r, type, type == TYPE_A ? "192.0.2.1" : "2001:db8::1");
    /* The second record's name: a pointer to the first one's target. */
    r->bytes[at + sizeof(target)] = (unsigned char)(0xc0 | at >> 8);
    r->bytes[at + sizeof(target) + 1] = (unsigned char)at;
}

static void send_rubbish(const struct reply *good)
{
    struct reply *r = calloc(1, sizeof(*r));

    *r = *good;
    memset(r->bytes + 2, 0xff, r->len - 2); /* the right id, nothing else */
    send_reply(r);
    r = calloc(1, sizeof(*r));
    *r = *good;
    r->len = 5;
    send_reply(r);
}

static void answer_name(struct reply *r, const char *label, unsigned type)
{
    bool v4 = type == TYPE_A;
    int64_t delay = 0;

    if (strcmp(label, "mute") == 0) {
        free(r);
        return;
    }
    if (strcmp(label, "rubbish") == 0) {
        send_rubbish(r);
        free(r);
        return;
    }
    if (strcmp(label, "alias") == 0) {
        add_alias(r, type);
    } else if (strcmp(label, "broken") == 0) {
        r->bytes[3] |= RCODE_SERVFAIL;
    } else if (strcmp(label, "half") == 0) {
        if (v4)
            r->bytes[3] |= RCODE_SERVFAIL;
        delay = v4 ? 0 : 50;
    } else if (strcmp(label, "v4") == 0 || strcmp(label, "v6") == 0) {
        if (v4 == (label[1] == '4'))
            add_address(r, type, v4 ? "192.0.2.4" : "2001:db8::6");
    } else if (strcmp(label, "good") == 0 || strcmp(label, "slow") == 0 ||
               strcmp(label, "noisy") == 0) {
        if (*label == 'n')
            send_rubbish(r);
        add_address(r, type, v4 ? "192.0.2.1" : "2001:db8::1");
        if (v4)
            add_address(r, type, "192.0.2.2");
        delay = *label == 's' && v4 ? 200 : 0;
    } else if (strcmp(label, "empty") != 0) {
        r->bytes[3] |= RCODE_NXDOMAIN;
    }
    loop_after(r->server->loop, delay, send_reply, r);
}

static void asked(void *arg, short revents)
{
    struct server *server = arg;
    struct reply *r = calloc(1, sizeof(*r));
    socklen_t to_len = sizeof(r->to);
    ssize_t n = recvfrom(server->fd, r->bytes, sizeof(r->bytes), MSG_DONTWAIT,
                         (struct sockaddr *)&r->to, &to_len);
    char label[64];
    size_t at = 12;

    (void)revents;
    if (n < 17) {
        free(r);
        return;
    }
    server->asked++;
    snprintf(label, sizeof(label), "%.*s", r->bytes[12],
             (const char *)r->bytes + 13);
    while (r->bytes[at])
        at += r->bytes[at] + 1u;
    r->server = server;
    r->len = at + 5;            /* the question only */
    memset(r->bytes + 6, 0, 6); /* no records yet */
    r->bytes[2] = 0x85;         /* an authoritative answer */
    r->bytes[3] = 0x80;
    answer_name(r, label, r->bytes[at + 1] * 256u + r->bytes[at + 2]);
}

static void server_start(struct server *server, struct loop *loop)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);

    *server = (struct server){.loop = loop};
    server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&sa, len), 0);
    getsockname(server->fd, (struct sockaddr *)&sa, &len);
    server->port = ntohs(sa.sin_port);
    snprintf(server->text, sizeof(server->text), "127.0.0.1:%u", server->port);
    server->watch = loop_watch(loop, server->fd, POLLIN, asked, server);
}

/* -- who asks -------------------------------------------------------------- */

struct asker {
    struct resolve_query *query;
    bool done, failed, no_such_name, free_at_once;
    int calls;
    size_t v4, v6;
    int first; /* family */
    char text[640], addresses[300];
};

static void told(void *arg, const struct address *addresses, size_t count,
                 bool done, const struct failure *failure)
{
    struct asker *a = arg;
    char text[ADDRESS_SIZE];

    assert_false(a->done);
    assert_true(count || done);
    assert_true(!failure || (done && a->v4 + a->v6 + count == 0));
    a->calls++;
    a->done = done;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(a->addresses);

        if (addresses[i].family == AF_INET)
            a->v4++;
        else
            a->v6++;
        if (!a->first)
            a->first = addresses[i].family;
        snprintf(a->addresses + len, sizeof(a->addresses) - len, "%s ",
                 address_format(text, &addresses[i]));
    }
    if (failure) {
        a->failed = true;
        assert_int_equal(failure->reason, REASON_RESOLVE);
        a->no_such_name = failure->no_such_name;
        snprintf(a->text, sizeof(a->text), "%s", failure->text);
    }
    if (a->free_at_once) {
        resolve_free(a->query);
        a->query = NULL;
    }
}

struct net {
    struct loop *loop;
    struct server server;
    struct resolver *resolver;
};

static int net_start(void **state)
{
    struct net *net = calloc(1, sizeof(*net));
    struct error e = {0};

    net->loop = loop_new(NULL, NULL);
    server_start(&net->server, net->loop);
    net->resolver = resolver_new(net->loop, net->server.text, &e);
    *state = net;
    return net->resolver ? 0 : -1;
}

static int net_stop(void **state)
{
    struct net *net = *state;

    resolver_free(net->resolver);
    loop_wait(net->loop, 1); /* replies that nobody waits for any more */
    loop_unwatch(net->server.watch);
    close(net->server.fd);
    loop_free(net->loop);
    free(net);
    return 0;
}

static void look_up(struct net *net, const char *host, struct asker *a)
{
    *a = (struct asker){.done = false};
    a->query = resolve_start(net->resolver, host, told, a);
    assert_int_equal(a->calls, 0); /* never from inside */
    while (!a->done)
        assert_true(loop_turn(net->loop, -1));
    resolve_free(a->query);
}

/* -- tests ----------------------------------------------------------------- */

static void answers(void **state)
{
    static const struct {
        const char *host;
        size_t v4, v6;
    } cases[] = {
        {"good.test", 2, 1},  {"v4.test", 1, 0},    {"v6.test", 0, 1},
        {"alias.test", 1, 1}, {"noisy.test", 2, 1},
    };
    struct asker a;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        look_up(*state, cases[i].host, &a);
        if (a.failed || a.v4 != cases[i].v4 || a.v6 != cases[i].v6)
            fail_msg("%s: %s(%s)", cases[i].host, a.addresses, a.text);
    }
    look_up(*state, "v4.test", &a);
    assert_string_equal(a.addresses, "192.0.2.4 ");
    look_up(*state, "v6.test", &a);
    assert_string_equal(a.addresses, "2001:db8::6 ");
}

/* What is there is told; it does not wait for the other family. */
static void one_family_is_slow(void **state)
{
    struct asker a;

    look_up(*state, "slow.test", &a);
    assert_int_equal(a.calls, 2);
    assert_int_equal(a.first, AF_INET6);
    assert_int_equal(a.v4, 2);
}

static void nothing_found(void **state)
{
    static const struct {
        const char *host, *words;
        bool none;
    } cases[] = {
        {"gone.test", "There is no server named gone.test", true},
        {"printer.local", "mDNS", true},
        {"empty.test", "The name empty.test exists, but no address", true},
        {"broken.test", "could not answer when asked for broken.test", false},
        /* One family in trouble, the other has none: that is trouble. */
        {"half.test", "could not answer when asked for half.test", false},
    };
    struct asker a;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        look_up(*state, cases[i].host, &a);
        if (!a.failed || !strstr(a.text, cases[i].words))
            fail_msg("%s: %s%s", cases[i].host, a.addresses, a.text);
        assert_int_equal(a.no_such_name, cases[i].none);
    }
}

/* Silence and rubbish end alike, at the same time here to save seconds. */
static void no_answer(void **state)
{
    static const char *const hosts[] = {"mute.test", "rubbish.test"};
    struct net *net = *state;
    struct asker a[2] = {{.done = false}, {.done = false}};

    for (int i = 0; i < 2; i++)
        a[i].query = resolve_start(net->resolver, hosts[i], told, &a[i]);
    while (!a[0].done || !a[1].done)
        assert_true(loop_turn(net->loop, -1));
    for (int i = 0; i < 2; i++) {
        resolve_free(a[i].query);
        assert_true(a[i].failed);
        assert_non_null(strstr(a[i].text, hosts[i]));
    }
    assert_non_null(strstr(a[0].text, "No name server answered"));
}

static void nobody_there(void **state)
{
    struct net *net = *state;
    struct error e = {0};
    struct asker a;

    resolver_free(net->resolver);
    loop_unwatch(net->server.watch);
    close(net->server.fd); /* the port is refused now */
    net->resolver = resolver_new(net->loop, net->server.text, &e);
    assert_non_null(net->resolver);
    look_up(net, "good.test", &a);
    assert_true(a.failed);
    assert_non_null(strstr(a.text, "Is this machine online?"));
    /* These need no name server. */
    look_up(net, "192.0.2.7", &a);
    assert_string_equal(a.addresses, "192.0.2.7 ");
    server_start(&net->server, net->loop); /* for net_stop() */
}

static void without_dns(void **state)
{
    struct net *net = *state;
    struct asker a;

    look_up(net, "192.0.2.7", &a);
    assert_string_equal(a.addresses, "192.0.2.7 ");
    assert_int_equal(a.calls, 1);
    look_up(net, "2001:db8::7", &a);
    assert_string_equal(a.addresses, "2001:db8::7 ");
    assert_int_equal(net->server.asked, 0);
    /* Never of the name server's choosing: it says there is none. */
    look_up(net, "localhost", &a);
    assert_false(a.failed);
    assert_true(a.v4 + a.v6 > 0);
    if (a.v4)
        assert_non_null(strstr(a.addresses, "127.0.0.1 "));
    if (a.v6)
        assert_non_null(strstr(a.addresses, "::1 "));
    assert_int_equal(net->server.asked, 0);
}

static void ended_early(void **state)
{
    struct net *net = *state;
    struct asker a = {.free_at_once = true}, b = {.done = false},
                 c = {.done = false};

    resolve_free(NULL);
    /* From inside the callback, before the other family. */
    a.query = resolve_start(net->resolver, "slow.test", told, &a);
    /* Before it began, and while it waits. */
    b.query = resolve_start(net->resolver, "good.test", told, &b);
    resolve_free(b.query);
    c.query = resolve_start(net->resolver, "mute.test", told, &c);
    while (!a.calls)
        loop_turn(net->loop, -1);
    resolve_free(c.query);
    loop_wait(net->loop, 400); /* the late answer comes meanwhile */
    assert_int_equal(a.calls, 1);
    assert_int_equal(b.calls, 0);
    assert_int_equal(c.calls, 0);
    look_up(net, "v4.test", &b); /* all is well still */
    assert_int_equal(b.v4, 1);
}

/* The resolver may go first: then nobody is told anything. */
static void resolver_gone(void **state)
{
    struct net *net = *state;
    struct error e = {0};
    struct asker a = {.done = false};

    a.query = resolve_start(net->resolver, "mute.test", told, &a);
    while (!net->server.asked)
        loop_turn(net->loop, -1);
    resolver_free(net->resolver);
    assert_int_equal(a.calls, 0);
    resolve_free(a.query);
    net->resolver = resolver_new(net->loop, net->server.text, &e);
}

static void many_at_once(void **state)
{
    enum { MANY = 300 };
    struct net *net = *state;
    struct asker *all = calloc(MANY, sizeof(*all));
    int rcvbuf = 1 << 20;
    bool busy = true;

    setsockopt(net->server.fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
    for (int i = 0; i < MANY; i++)
        all[i].query = resolve_start(net->resolver, "good.test", told, &all[i]);
    while (busy) {
        assert_true(loop_turn(net->loop, -1));
        busy = false;
        for (int i = 0; i < MANY; i++)
            busy = busy || !all[i].done;
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(all[i].v4, 2);
        assert_int_equal(all[i].v6, 1);
        resolve_free(all[i].query);
    }
    free(all);
}

static void name_server_setting(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"192.0.2.1", true},
        {"192.0.2.1:5353", true},
        {"[2001:db8::1]:5353", true},
        {"2001:db8::1", true},
        {"192.0.2.1,192.0.2.2", false},
        {"[192.0.2.1]:53", false},
        {"[2001:db8::1", false},
        {NULL, true},
        {"dns.example", false},
        {"192.0.2.300", false},
        {"192.0.2.1:", false},
        {"192.0.2.1:0", false},
        {"192.0.2.1:65536", false},
        {"192.0.2.1:x", false},
        {"", false},
    };
    struct net *net = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error e = {0};
        struct resolver *r = resolver_new(net->loop, cases[i].text, &e);

        if ((r != NULL) != cases[i].ok)
            print_error("%s: %s\n", cases[i].text, e.text), fail();
        if (!r)
            assert_non_null(strstr(e.text, "dns-server"));
        resolver_free(r);
    }
}

static void addresses(void **state)
{
    struct sockaddr_storage ss;
    struct address a;
    char text[ADDRESS_SIZE];

    (void)state;
    assert_true(address_parse("192.0.2.1", &a));
    assert_int_equal(address_sockaddr(&a, 993, &ss),
                     sizeof(struct sockaddr_in));
    assert_int_equal(((struct sockaddr_in *)&ss)->sin_port, htons(993));
    assert_true(address_parse("2001:DB8:0::1", &a));
    assert_string_equal(address_format(text, &a), "2001:db8::1");
    assert_int_equal(address_sockaddr(&a, 25, &ss),
                     sizeof(struct sockaddr_in6));
    assert_false(address_parse("192.0.2", &a));
    assert_false(address_parse("0300.1.2.3", &a));
    assert_false(address_parse("host", &a));
    assert_false(address_parse("", &a));
}

static int alarm_on(void **state)
{
    (void)state;
    alarm(100);
    return 0;
}

#define NET_TEST(f) cmocka_unit_test_setup_teardown(f, net_start, net_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NET_TEST(answers),           NET_TEST(one_family_is_slow),
        NET_TEST(nothing_found),     NET_TEST(no_answer),
        NET_TEST(nobody_there),      NET_TEST(without_dns),
        NET_TEST(ended_early),       NET_TEST(resolver_gone),
        NET_TEST(many_at_once),      NET_TEST(name_server_setting),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests_name("resolve", tests, alarm_on, NULL);
}
