/* SPDX-License-Identifier: MIT */
/*
 * probing: what the tests of probe share: an environment with one trusted
 * authority, a server's settings from a few words, and running to the end.
 */
#ifndef POSTSEAL_TESTS_UNIT_PROBING_H
#define POSTSEAL_TESTS_UNIT_PROBING_H

#include "tests/unit/world.h"

#include "core/probe/probe.h"

static struct exceptions *exceptions;
static struct probe_env env;

static inline int set_up(void **state)
{
    struct error e = {0};

    if (world_begin(state, 200) != 0)
        return -1;
    exceptions = exceptions_open(in_folder("accounts.ini"), &e);
    env = (struct probe_env){
        .loop = loop,
        .resolver = resolver,
        .tls = tls_context_new(authorities, &e),
        .exceptions = exceptions,
        .wall = wall,
        .run_commands = true,
    };
    return exceptions && env.tls ? 0 : -1;
}

static inline int tear_down(void **state)
{
    tls_context_free(env.tls);
    exceptions_free(exceptions);
    return world_end(state);
}

struct trial {
    const char *name;
    struct peer_terms terms;
    enum service service;
    enum security security;
    const char *reason, *stage; /* NULL: it goes well; stage that failed */
    const char *text;           /* must be in the result's sentence */
    const char *password_command;
    const char *token;
    bool clear, no_commands, no_user, sender;
    bool password_may_go; /* else the server must not have heard it */
    enum probe_purpose purpose;
    enum auth auth;
    long timeout; /* of a stage; 0: as it fits the reason */
    const char *scripts[2][PEER_LINES];
};

#define HELLO "S * OK ready"
/* No LOGIN: the inbox would be asked for along with it. */
#define CAPS                                                                   \
    "S * CAPABILITY IMAP4rev1 LOGINDISABLED SASL-IR AUTH=PLAIN", "S a1 OK "    \
                                                                 "done"
#define ASKED "H a1 CAPABILITY"
#define UP    HELLO, ASKED, CAPS
#define LOGIN "H a2 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ="
#define STLS                                                                   \
    HELLO, ASKED, "S * CAPABILITY IMAP4rev1 STARTTLS", "S a1 OK",              \
        "H a2 STARTTLS"
#define INBOX "H a3 EXAMINE", "S * 17 EXISTS", "S a3 OK", "H a4 LOGOUT"

static inline void note_progress(void *arg, struct probe *probe)
{
    (void)probe;
    (*(unsigned *)arg)++;
}

static inline struct probe *run(const struct probe_request *request,
                                unsigned *progress)
{
    struct probe *probe = probe_start(&env, request, note_progress, progress);

    assert_false(probe_result(probe)->finished);
    while (!probe_result(probe)->finished)
        loop_turn(loop, -1);
    loop_turn(loop, 0);
    return probe;
}

/* Short where the deadline is what is tested, else such that a busy machine
 * does not matter. */
static inline long stage_timeout(const struct trial *t)
{
    if (t->timeout)
        return t->timeout;
    if (t->reason && strcmp(t->reason, "timeout") == 0)
        return 2;
    return t->reason && strcmp(t->reason, "tls-expected") == 0 ? 4 : 15;
}

/* One for all: the file's password. */
static inline struct secret *probing_secret(void)
{
    static struct secret *secret;

    if (!secret)
        secret = secret_new("secret");
    return secret;
}

static inline struct server server_of(const struct trial *t, unsigned port)
{
    struct server server = {
        .section = SECTION_ACCOUNT,
        .id = (char *)"test",
        .endpoint = {.service = t->service,
                     .security = t->security,
                     .host = "127.0.0.1",
                     .port = port},
        .auth = t->auth,
        .allow_plaintext_login = t->clear,
        .timeout = stage_timeout(t),
        .user = t->no_user ? NULL : (char *)"ann",
        .password_command = (char *)t->password_command,
        .password = t->password_command ? NULL : probing_secret(),
        .sender = (char *)"ann@example.org",
    };

    return server;
}

#endif
