/* SPDX-License-Identifier: MIT */
#include "core/setup/srv.h"

#include "core/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which they come into the offer. */
static const struct {
    const char *label;
    enum setup_direction direction;
    enum service service;
    enum security security;
} kinds[] = {
    {"_imaps", SETUP_INCOMING, SERVICE_IMAP, SECURITY_TLS},
    {"_imap", SETUP_INCOMING, SERVICE_IMAP, SECURITY_STARTTLS},
    {"_pop3s", SETUP_INCOMING, SERVICE_POP3, SECURITY_TLS},
    {"_pop3", SETUP_INCOMING, SERVICE_POP3, SECURITY_STARTTLS},
    {"_submissions", SETUP_OUTGOING, SERVICE_SMTP, SECURITY_TLS},
    {"_submission", SETUP_OUTGOING, SERVICE_SMTP, SECURITY_STARTTLS},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

struct question {
    struct srv *srv;
    struct records_query *query;
    struct record records[RECORDS_MAX];
    size_t count;
    bool refused; /* "." */
};

struct srv {
    const struct offer_address *address;
    struct question questions[KIND_COUNT];
    size_t pending, unusable, failed;
    struct failure failure; /* of the last that failed */
    srv_done *done;
    void *arg;
};

/* -- the offer ------------------------------------------------------------- */

static void fill(struct offer *offer, const struct srv *srv)
{
    char *user = xstrdup(srv->address->email);

    for (int i = 0; i < KIND_COUNT; i++)
        for (size_t k = 0; k < srv->questions[i].count; k++) {
            const struct record *record = &srv->questions[i].records[k];
            struct offer_server server = {
                .endpoint = {.service = kinds[i].service,
                             .security = kinds[i].security,
                             .port = record->port},
                .user = user};

            snprintf(server.endpoint.host, sizeof(server.endpoint.host), "%s",
                     record->host);
            offer_add(offer, kinds[i].direction, &server);
        }
    free(user);
}

struct text {
    char text[300];
    size_t len;
};

static void say(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->text + t->len, sizeof(t->text) - t->len, format, args);
    va_end(args);
    if (n > 0)
        t->len += (size_t)n;
    if (t->len >= sizeof(t->text))
        t->len = sizeof(t->text) - 1;
}

/* "_imaps, _submissions; not offered: _pop3s." */
static void describe(struct text *t, const struct srv *srv)
{
    size_t found = 0, refused = 0;

    for (int i = 0; i < KIND_COUNT; i++)
        if (srv->questions[i].count)
            say(t, "%s%s", found++ ? ", " : "SRV records name ",
                kinds[i].label);
    for (int i = 0; i < KIND_COUNT; i++)
        if (srv->questions[i].refused)
            say(t, "%s%s",
                refused++ ? ", "
                : found   ? "; not offered: "
                          : "By SRV records not offered: ",
                kinds[i].label);
    if (!found && !refused)
        say(t, "There are no SRV records for mail");
    if (srv->unusable)
        say(t, "; left out as unusable: %zu", srv->unusable);
    if (srv->failed && (found || refused))
        say(t, "; not answered: %zu", srv->failed);
    say(t, ".");
}

static void finish(struct srv *srv)
{
    struct offer offer = {.provider = NULL};
    struct text text = {.len = 0};
    struct srv_result result = {.state = SETUP_NOTHING, .text = text.text};

    fill(&offer, srv);
    describe(&text, srv);
    if (offer.count[SETUP_INCOMING] || offer.count[SETUP_OUTGOING]) {
        result.state = SETUP_FOUND;
        result.offer = &offer;
    } else if (srv->failed) {
        result.state = SETUP_FAILED;
        result.text = srv->failure.text;
    }
    srv->done(srv->arg, &result); /* last: the callee may free it */
    offer_release(&offer);
}

/* -- asking ---------------------------------------------------------------- */

static void answered(void *arg, const struct records_result *result)
{
    struct question *question = arg;
    struct srv *srv = question->srv;

    question->count = result->count;
    memcpy(question->records, result->records,
           result->count * sizeof(struct record));
    question->refused = result->state == RECORDS_REFUSED;
    srv->unusable += result->unusable;
    if (result->state == RECORDS_FAILED) {
        srv->failed++;
        srv->failure = result->failure;
    }
    if (--srv->pending == 0)
        finish(srv);
}

struct srv *srv_start(struct resolver *resolver,
                      const struct offer_address *address,
                      records_random *random, void *random_arg, srv_done *done,
                      void *arg)
{
    struct srv *srv = xcalloc(1, sizeof(*srv));

    srv->address = address;
    srv->done = done;
    srv->arg = arg;
    srv->pending = KIND_COUNT;
    for (int i = 0; i < KIND_COUNT; i++) {
        struct question *question = &srv->questions[i];
        char *name = xasprintf("%s._tcp.%s", kinds[i].label, address->domain);

        question->srv = srv;
        question->query = records_start(resolver, RECORD_SRV, name, random,
                                        random_arg, answered, question);
        free(name);
    }
    return srv;
}

void srv_free(struct srv *srv)
{
    if (!srv)
        return;
    for (int i = 0; i < KIND_COUNT; i++)
        records_free(srv->questions[i].query);
    free(srv);
}
