/* SPDX-License-Identifier: MIT */
#include "core/setup/guess.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGGER_MS    100
#define STAGE_SECONDS 5
#define TOTAL_SECONDS 10
#define NAMES_MAX     6

/* -- what is tried --------------------------------------------------------- */

/* "" is the domain itself. The first name fixes the protocol. */
static const char *const prefixes[NAMES_MAX] = {"imap.", "pop3.", "pop.",
                                                "smtp.", "mail.", ""};
static const struct {
    enum setup_direction direction;
    enum service service;
    enum security security;
    unsigned port;
    const char *names[4];
} ways[] = {
    {SETUP_INCOMING, SERVICE_IMAP, SECURITY_TLS, 993, {"imap.", "mail.", ""}},
    {SETUP_INCOMING,
     SERVICE_IMAP,
     SECURITY_STARTTLS,
     143,
     {"imap.", "mail.", ""}},
    {SETUP_INCOMING,
     SERVICE_POP3,
     SECURITY_TLS,
     995,
     {"pop3.", "pop.", "mail.", ""}},
    {SETUP_INCOMING,
     SERVICE_POP3,
     SECURITY_STARTTLS,
     110,
     {"pop3.", "pop.", "mail.", ""}},
    {SETUP_OUTGOING, SERVICE_SMTP, SECURITY_TLS, 465, {"smtp.", "mail.", ""}},
    {SETUP_OUTGOING,
     SERVICE_SMTP,
     SECURITY_STARTTLS,
     587,
     {"smtp.", "mail.", ""}},
    {SETUP_OUTGOING,
     SERVICE_SMTP,
     SECURITY_STARTTLS,
     25,
     {"smtp.", "mail.", ""}},
};
enum { WAY_COUNT = sizeof(ways) / sizeof(ways[0]) };

static bool make_name(const char *prefix, const char *domain,
                      char out[HOST_MAX])
{
    char text[HOST_MAX + 8];

    snprintf(text, sizeof(text), "%s%s", prefix, domain);
    return host_normalise(text, out, NULL);
}

size_t guess_list(const char *domain, enum setup_direction direction,
                  struct endpoint out[GUESS_MAX])
{
    size_t count = 0;

    for (int i = 0; i < WAY_COUNT; i++)
        for (int k = 0;
             ways[i].direction == direction && k < 4 && ways[i].names[k]; k++) {
            struct endpoint *to = &out[count];

            to->service = ways[i].service;
            to->security = ways[i].security;
            to->port = ways[i].port;
            if (count < GUESS_MAX &&
                make_name(ways[i].names[k], domain, to->host))
                count++;
        }
    return count;
}

/* -- the course ------------------------------------------------------------ */

struct attempt {
    struct guess *guess;
    enum setup_direction direction;
    struct probe *probe; /* NULL: not begun, ended, or handed over */
};

struct name {
    struct guess *guess;
    char host[HOST_MAX];
    struct resolve_query *query;
    bool known, exists;
};

struct guess {
    struct probe_env env;
    guess_found *found;
    guess_done *done;
    void *arg;
    struct name names[NAMES_MAX];
    size_t name_count, asked;
    struct endpoint endpoints[SETUP_DIRECTIONS][GUESS_MAX];
    struct attempt attempts[SETUP_DIRECTIONS][GUESS_MAX];
    size_t count[SETUP_DIRECTIONS], next[SETUP_DIRECTIONS];
    size_t running;
    bool stopped[SETUP_DIRECTIONS], ended;
    struct loop_timer *timer;
};

static bool exists(const struct guess *guess, const char *host)
{
    for (size_t i = 0; i < guess->name_count; i++)
        if (strcmp(guess->names[i].host, host) == 0)
            return guess->names[i].exists;
    return false;
}

static void step_later(struct guess *guess, int64_t ms);

/* Ending is told from the loop, like all else. */
static void look_for_end(struct guess *guess)
{
    if (!guess->running && !guess->ended)
        step_later(guess, 0);
}

/* A server of that kind, whatever its certificate is worth. */
static bool is_server(const struct probe_result *result)
{
    return result->ok || result->reason == REASON_CERTIFICATE ||
           result->reason == REASON_CLIENT_CERTIFICATE;
}

static void tested(void *arg, struct probe *probe)
{
    struct attempt *attempt = arg;
    struct guess *guess = attempt->guess;

    if (!probe_result(probe)->finished)
        return;
    guess->running--;
    look_for_end(guess);
    if (!is_server(probe_result(probe)))
        return; /* freed with the guess: we are inside its callback */
    attempt->probe = NULL;
    guess->found(guess->arg, attempt->direction, probe);
}

static bool begin_next(struct guess *guess, enum setup_direction direction)
{
    size_t *next = &guess->next[direction];

    while (*next < guess->count[direction] && !guess->stopped[direction]) {
        struct attempt *attempt = &guess->attempts[direction][*next];
        struct server server = {.section = direction == SETUP_INCOMING
                                               ? SECTION_ACCOUNT
                                               : SECTION_SMTP,
                                .endpoint = guess->endpoints[direction][*next],
                                .timeout = STAGE_SECONDS};
        const struct probe_request request = {.target = server.endpoint.host,
                                              .server = &server,
                                              .purpose = PROBE_NO_LOGIN,
                                              .total_timeout = TOTAL_SECONDS};

        ++*next;
        if (!exists(guess, server.endpoint.host))
            continue;
        attempt->guess = guess;
        attempt->direction = direction;
        guess->running++;
        attempt->probe = probe_start(&guess->env, &request, tested, attempt);
        return true;
    }
    return false;
}

static size_t count_existing(const struct guess *guess)
{
    size_t count = 0;

    for (size_t i = 0; i < guess->name_count; i++)
        count += guess->names[i].exists;
    return count;
}

static void step(void *arg)
{
    struct guess *guess = arg;
    bool incoming, outgoing;

    guess->timer = NULL;
    if (guess->asked < guess->name_count &&
        !(guess->stopped[SETUP_INCOMING] && guess->stopped[SETUP_OUTGOING]))
        return;
    incoming = begin_next(guess, SETUP_INCOMING);
    outgoing = begin_next(guess, SETUP_OUTGOING);
    if (incoming || outgoing) {
        step_later(guess, STAGGER_MS);
    } else if (!guess->running && !guess->ended) {
        guess->ended = true;
        guess->done(guess->arg, count_existing(guess)); /* last */
    }
}

static void step_later(struct guess *guess, int64_t ms)
{
    if (!guess->timer)
        guess->timer = loop_after(guess->env.loop, ms, step, guess);
}

static void answered(void *arg, const struct address *addresses, size_t count,
                     bool done, const struct failure *failure)
{
    struct name *name = arg;
    struct guess *guess = name->guess;

    (void)addresses;
    (void)failure;
    name->exists = name->exists || count > 0;
    if (!name->known && (name->exists || done)) {
        name->known = true;
        guess->asked++;
        if (guess->asked == guess->name_count)
            step_later(guess, 0);
    }
}

struct guess *guess_start(const struct probe_env *env, const char *domain,
                          guess_found *found, guess_done *done, void *arg)
{
    struct guess *guess = xcalloc(1, sizeof(*guess));

    *guess =
        (struct guess){.env = *env, .found = found, .done = done, .arg = arg};
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        guess->count[d] =
            guess_list(domain, (enum setup_direction)d, guess->endpoints[d]);
    for (int i = 0; i < NAMES_MAX; i++) {
        struct name *name = &guess->names[guess->name_count];

        name->guess = guess;
        if (make_name(prefixes[i], domain, name->host))
            guess->name_count++;
    }
    for (size_t i = 0; i < guess->name_count; i++)
        guess->names[i].query = resolve_start(
            env->resolver, guess->names[i].host, answered, &guess->names[i]);
    return guess;
}

void guess_stop(struct guess *guess, enum setup_direction direction)
{
    if (!guess_wants(guess, direction))
        return;
    guess->stopped[direction] = true;
    for (size_t i = 0; i < guess->next[direction]; i++) {
        struct probe *probe = guess->attempts[direction][i].probe;

        if (!probe || probe_result(probe)->finished)
            continue;
        guess->attempts[direction][i].probe = NULL;
        guess->running--;
        probe_free(probe);
    }
    look_for_end(guess);
}

bool guess_wants(const struct guess *guess, enum setup_direction direction)
{
    return !guess->ended && !guess->stopped[direction];
}

void guess_free(struct guess *guess)
{
    if (!guess)
        return;
    loop_cancel(guess->timer);
    for (size_t i = 0; i < guess->name_count; i++)
        resolve_free(guess->names[i].query);
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < GUESS_MAX; i++)
            probe_free(guess->attempts[d][i].probe);
    free(guess);
}
