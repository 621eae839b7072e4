/* SPDX-License-Identifier: MIT */
/* tunnel: bytes both ways over every kind of descriptor, ends in both
 * directions, slow sides, ends of either side at any moment. */
#include "tests/unit/probing.h"

#include "core/probe/tunnel.h"

#include <fcntl.h>
#include <poll.h>

/* -- the program on this side ---------------------------------------------- */

enum wire { PIPES, ONE_SOCKET };

struct client {
    enum wire wire;
    size_t send;      /* bytes of the pattern */
    bool no_end;      /* it never says that it is done */
    bool slow;        /* it takes its time to read */
    size_t read_most; /* it goes away after that many; 0: reads to the end */
    bool nonblocking; /* its side has set O_NONBLOCK */
    pid_t pid;
    int in, out; /* our side */
};

/* Sends all and reads at the same time. The status tells how it went: 0 when
 * exactly the pattern came, `expect` bytes of it. */
static void play_client(const struct client *c, int to, int from, size_t expect)
{
    static unsigned char bytes[8192];
    size_t sent = 0, got = 0;
    bool writing = to >= 0;

    for (;;) {
        struct pollfd fds[2] = {
            {.fd = from, .events = POLLIN},
            {.fd = writing ? to : -1, .events = POLLOUT},
        };

        if (writing && sent == c->send) {
            writing = false;
            if (c->wire == ONE_SOCKET && !c->no_end)
                shutdown(to, SHUT_WR);
            else if (!c->no_end)
                close(to);
            continue;
        }
        poll(fds, 2, -1);
        if (fds[1].revents) {
            size_t n = c->send - sent < 4096 ? c->send - sent : 4096;

            for (size_t i = 0; i < n; i++)
                bytes[i] = peer_pattern(sent + i);
            if (write(to, bytes, n) != (ssize_t)n)
                _exit(2);
            sent += n;
        }
        if (fds[0].revents) {
            ssize_t n = read(from, bytes, sizeof(bytes));

            if (n < 0)
                _exit(3);
            if (n == 0)
                _exit(got == expect ? 0 : 4);
            for (ssize_t i = 0; i < n; i++)
                if (bytes[i] != peer_pattern(got + (size_t)i))
                    _exit(5);
            got += (size_t)n;
            if (c->read_most && got >= c->read_most)
                _exit(0);
            if (c->slow)
                usleep(1000);
        }
    }
}

static void fill_file(const char *path, size_t count)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (size_t i = 0; i < count; i++)
        putc(peer_pattern(i), f);
    fclose(f);
}

static void start_client(struct client *c, size_t expect)
{
    int to[2] = {-1, -1}, from[2] = {-1, -1}, both[2] = {-1, -1};

    if (c->wire == ONE_SOCKET) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
        c->in = both[0];
        c->out = dup(both[0]);
        to[1] = from[0] = both[1];
    } else {
        assert_int_equal(pipe(to), 0);
        assert_int_equal(pipe(from), 0);
        c->in = to[0];
        c->out = from[1];
    }
    if (c->nonblocking) {
        fcntl(c->in, F_SETFL, O_NONBLOCK);
        fcntl(c->out, F_SETFL, O_NONBLOCK);
    }
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0) {
        close(c->in);
        close(c->out);
        alarm(60);
        play_client(c, to[1], from[0], expect);
    }
    close(to[1]);
    if (c->wire != ONE_SOCKET)
        close(from[0]);
}

/* -- the tunnel ------------------------------------------------------------ */

struct outcome {
    bool over;
    char trouble[640];
};

static void note_end(void *arg, const char *trouble)
{
    struct outcome *outcome = arg;

    outcome->over = true;
    snprintf(outcome->trouble, sizeof(outcome->trouble), "%s",
             trouble ? trouble : "");
}

static struct stream *open_link(unsigned port)
{
    const struct trial tls = {.name = "link", .security = SECURITY_TLS};
    struct server server = server_of(&tls, port);
    const struct probe_request request = {
        .target = "x", .server = &server, .purpose = PROBE_LINK};
    unsigned progress = 0;
    struct probe *probe = run(&request, &progress);
    struct stream *link = probe_take_link(probe);

    assert_string_equal(
        probe_result(probe)->ok ? "" : probe_result(probe)->text, "");
    assert_non_null(link);
    assert_null(probe_take_link(probe));
    probe_free(probe);
    return link;
}

static void pass_through(int in, int out, unsigned port, const char *greeting,
                         struct outcome *outcome)
{
    struct tunnel *tunnel;

    *outcome = (struct outcome){0};
    tunnel =
        tunnel_new(loop, open_link(port), in, out, greeting, note_end, outcome);
    while (!outcome->over)
        loop_turn(loop, -1);
    tunnel_free(tunnel);
    assert_false(loop_turn(loop, 0));
}

static int flags_of(int fd)
{
    return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

/* Enough to fill every buffer on the way several times. */
#define MUCH      "3000000"
#define MUCH_SIZE 3000000

static const char *const echo[1][PEER_LINES] = {{"T", "E"}};
static const char *const sends[1][PEER_LINES] = {{"T", "P " MUCH, "N"}};
static const char *const cuts[1][PEER_LINES] = {{"T", "P " MUCH}};
static const char *const drops[1][PEER_LINES] = {{"T", "P 100", "Z"}};
static const char *const waits[1][PEER_LINES] = {{"T", "Z"}};
static const struct peer_terms tls_1_3 = {0};
static const struct peer_terms tls_1_2 = {.max_version = TLS1_2_VERSION};

static const struct {
    const char *name;
    struct client client;
    const struct peer_terms *terms;
    const char *const (*script)[PEER_LINES];
    size_t expect; /* bytes that reach the client */
} passings[] = {
    {"echo by pipes", {.send = MUCH_SIZE}, &tls_1_3, echo, MUCH_SIZE},
    {"echo, TLS 1.2", {.send = MUCH_SIZE}, &tls_1_2, echo, MUCH_SIZE},
    {"echo by one socket",
     {.wire = ONE_SOCKET, .send = MUCH_SIZE},
     &tls_1_3,
     echo,
     MUCH_SIZE},
    {"echo, a slow reader",
     {.send = MUCH_SIZE, .slow = true},
     &tls_1_3,
     echo,
     MUCH_SIZE},
    {"one socket, a slow reader",
     {.wire = ONE_SOCKET, .send = MUCH_SIZE, .slow = true},
     &tls_1_3,
     echo,
     MUCH_SIZE},
    {"non-blocking ones",
     {.send = MUCH_SIZE, .nonblocking = true},
     &tls_1_3,
     echo,
     MUCH_SIZE},
    {"nothing at all", {0}, &tls_1_3, echo, 0},
    {"the server's end, a client without one",
     {.no_end = true},
     &tls_1_3,
     sends,
     MUCH_SIZE},
    {"the server's end, a slow client",
     {.wire = ONE_SOCKET, .no_end = true, .slow = true},
     &tls_1_3,
     sends,
     MUCH_SIZE},
    {"an end without close_notify",
     {.no_end = true},
     &tls_1_3,
     cuts,
     MUCH_SIZE},
    {"no more is read, pipes",
     {.send = 10, .read_most = 50},
     &tls_1_3,
     drops,
     100},
    {"no more is read, one socket",
     {.wire = ONE_SOCKET, .send = 10, .read_most = 50},
     &tls_1_3,
     drops,
     100},
    {"much is left unread",
     {.send = 10, .read_most = 50, .no_end = true},
     &tls_1_3,
     sends,
     100},
};

static void test_passing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(passings) / sizeof(passings[0]); i++) {
        struct client client = passings[i].client;
        struct outcome outcome;
        struct peer peer;
        int flags, status;

        peer_start(&peer, &pki, passings[i].terms, passings[i].script, 1);
        start_client(&client, passings[i].expect);
        flags = flags_of(client.in);
        pass_through(client.in, client.out, peer.port, "", &outcome);
        assert_int_equal(flags_of(client.in), flags);
        assert_int_equal(flags_of(client.out), flags);
        close(client.in);
        close(client.out);
        waitpid(client.pid, &status, 0);
        if (status != 0 || *outcome.trouble)
            fail_msg("%s: client %x, \"%s\"", passings[i].name,
                     (unsigned)status, outcome.trouble);
        if (client.read_most && passings[i].script == drops)
            assert_int_equal(strlen(peer.heard) > 0, 1);
        peer_stop(&peer);
    }
}

/* What was said before the reader went reaches the server. */
static void test_last_words(void **state)
{
    struct outcome outcome;
    struct peer peer;
    int pair[2], out;

    (void)state;
    peer_start(&peer, &pki, &tls_1_3, waits, 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    out = dup(pair[0]);
    assert_int_equal(write(pair[1], "a9 LOGOUT\r\n", 11), 11);
    close(pair[1]);
    pass_through(pair[0], out, peer.port, "", &outcome);
    assert_string_equal(outcome.trouble, "");
    for (int i = 0; i < 500 && !strstr(peer.heard, "LOGOUT\r\n"); i++)
        usleep(10000);
    assert_non_null(strstr(peer.heard, "a9 LOGOUT\r\n"));
    close(pair[0]);
    close(out);
    peer_stop(&peer);
}

static void test_files(void **state)
{
    int in, out;
    struct outcome outcome;
    struct peer peer;
    char *got;

    (void)state;
    fill_file(in_folder("in"), 1000000);
    in = open(in_folder("in"), O_RDONLY | O_CLOEXEC);
    out = open(in_folder("out"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    peer_start(&peer, &pki, &tls_1_3, echo, 1);
    pass_through(in, out, peer.port, "* OK ready\r\n", &outcome);
    assert_string_equal(outcome.trouble, "");
    assert_int_equal(lseek(out, 0, SEEK_END), 1000000 + 12);
    got = calloc(1, 1000012);
    assert_int_equal(pread(out, got, 1000012, 0), 1000012);
    assert_memory_equal(got, "* OK ready\r\n", 12);
    for (size_t i = 0; i < 1000000; i++)
        if ((unsigned char)got[12 + i] != peer_pattern(i))
            fail_msg("byte %zu", i);
    free(got);
    close(in);
    close(out);
    peer_stop(&peer);
}

static void test_trouble(void **state)
{
    static const struct {
        const char *in, *out, *text;
    } cases[] = {
        {"/", "/dev/null", "Standard input cannot be read: Is a directory."},
        {"/dev/null", "/dev/full",
         "The server's answer cannot be written: No space left on device."},
        {"/dev/null", "/dev/null", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int in = open(cases[i].in, O_RDONLY | O_CLOEXEC);
        int out = open(cases[i].out, O_WRONLY | O_CLOEXEC);
        struct outcome outcome;
        struct peer peer;

        assert_true(in >= 0 && out >= 0);
        peer_start(&peer, &pki, &tls_1_3, drops, 1);
        pass_through(in, out, peer.port, "", &outcome);
        assert_string_equal(outcome.trouble, cases[i].text);
        close(in);
        close(out);
        peer_stop(&peer);
    }
}

/* A server that demands a certificate says so after the handshake. */
static void test_late_refusal(void **state)
{
    const struct peer_terms demands = {.wants_certificate = true};
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(in_folder("refused"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct outcome outcome;
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &demands, waits, 1);
    pass_through(in, out, peer.port, "", &outcome);
    assert_non_null(strstr(outcome.trouble, "demands a certificate of yours"));
    assert_int_equal(lseek(out, 0, SEEK_END), 0);
    close(in);
    close(out);
    peer_stop(&peer);
}

/* Freed at any moment, nothing of it is left in the loop. */
static void test_freeing(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        struct client client = {.wire = turns % 2 ? ONE_SOCKET : PIPES,
                                .send = MUCH_SIZE};
        struct outcome outcome = {0};
        struct tunnel *tunnel;
        struct peer peer;

        peer_start(&peer, &pki, &tls_1_3, echo, 1);
        start_client(&client, MUCH_SIZE);
        tunnel = tunnel_new(loop, open_link(peer.port), client.in, client.out,
                            "", note_end, &outcome);
        for (int i = 0; i < turns; i++)
            loop_turn(loop, 20);
        assert_false(outcome.over);
        tunnel_free(tunnel);
        assert_false(loop_turn(loop, 0));
        kill(client.pid, SIGKILL);
        waitpid(client.pid, NULL, 0);
        close(client.in);
        close(client.out);
        peer_stop(&peer);
    }
}

/* -- the link -------------------------------------------------------------- */

/* Nothing but a good end gives a connection away. */
static void test_no_link(void **state)
{
    static const struct {
        struct peer_terms terms;
        enum security security;
        const char *reason;
        const char *scripts[1][PEER_LINES];
    } cases[] = {
        {{.certificate = PEER_SELF}, SECURITY_TLS, "certificate", {{"T", "Z"}}},
        {{.certificate = PEER_SELF},
         SECURITY_STARTTLS,
         "certificate",
         {{STLS, "S a2 OK", "T", "Z"}}},
        {{0}, SECURITY_NONE, "config", {{HELLO, "Z"}}},
        {{0}, SECURITY_TLS, "not-tls", {{HELLO, "Z"}}},
        {{0},
         SECURITY_STARTTLS,
         "starttls-injection",
         {{STLS, "R a2 OK\r\n* OK more\r\n", "T", "Z"}}},
        {{0}, SECURITY_STARTTLS, "starttls-missing", {{UP, "Z"}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct trial trial = {.name = "no link",
                                    .security = cases[i].security};
        struct server server;
        struct probe_request request = {
            .target = "x", .server = &server, .purpose = PROBE_LINK};
        unsigned progress = 0;
        struct probe *probe;
        struct peer peer;

        peer_start(&peer, &pki, &cases[i].terms, cases[i].scripts, 1);
        server = server_of(&trial, peer.port);
        probe = run(&request, &progress);
        assert_string_equal(reason_word(probe_result(probe)->reason),
                            cases[i].reason);
        assert_null(probe_take_link(probe));
        probe_free(probe);
        peer_stop(&peer);
    }
}

/* A link that nobody takes is closed with its probe. */
static void test_link_left(void **state)
{
    const struct trial tls = {.name = "left", .security = SECURITY_TLS};
    struct peer peer;
    struct server server;
    struct probe_request request = {
        .target = "x", .server = &server, .purpose = PROBE_LINK};
    unsigned progress = 0;
    struct probe *probe;

    (void)state;
    peer_start(&peer, &pki, &tls_1_3, sends, 1);
    server = server_of(&tls, peer.port);
    probe = run(&request, &progress);
    assert_true(probe_result(probe)->ok);
    /* However much the server says, and whatever time passes. */
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 20);
    probe_free(probe);
    assert_false(loop_turn(loop, 0));
    peer_stop(&peer);
}

static void test_greeting(void **state)
{
    static const struct {
        enum service service;
        enum security security;
        const char *text;
    } cases[] = {
        {SERVICE_IMAP, SECURITY_STARTTLS, "* OK ready\r\n"},
        {SERVICE_POP3, SECURITY_STARTTLS, "+OK\r\n"},
        {SERVICE_SMTP, SECURITY_STARTTLS, "220 mail.example.org\r\n"},
        {SERVICE_IMAP, SECURITY_TLS, ""},
        {SERVICE_POP3, SECURITY_TLS, ""},
        {SERVICE_SMTP, SECURITY_TLS, ""},
        {SERVICE_TLS, SECURITY_TLS, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct endpoint endpoint = {.service = cases[i].service,
                                          .security = cases[i].security,
                                          .host = "mail.example.org",
                                          .port = 1};
        char text[HOST_MAX + 8];

        assert_string_equal(tunnel_greeting(text, sizeof(text), &endpoint),
                            cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passing),      cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_files),        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_late_refusal), cmocka_unit_test(test_freeing),
        cmocka_unit_test(test_no_link),      cmocka_unit_test(test_link_left),
        cmocka_unit_test(test_greeting),
    };

    return cmocka_run_group_tests_name("tunnel", tests, set_up, tear_down);
}
