/* SPDX-License-Identifier: MIT */
/* exception add: fetch, compare with what the person knows, store. */
#include "cli/exception.h"
#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

struct add_words {
    const char *sha256, *host_typed, *until;
    bool also;
};

bool exception_read_until(const struct cli *cli, const char *text,
                          struct exception_wish *wish)
{
    wish->end = EXCEPTION_UNTIL;
    if (!text)
        return true;
    if (strcmp(text, "removed") == 0) {
        wish->end = EXCEPTION_REMOVED;
        return true;
    }
    if (date_parse(text, &wish->until))
        return true;
    cli_usage(cli, "--until takes a date like 2027-03-01, or removed.");
    return false;
}

static const char *digest_problem(enum text_digest digest)
{
    switch (digest) {
    case TEXT_DIGEST_SHA1:
        return "That is a SHA-1 (40 digits). Ask for the SHA-256.";
    case TEXT_DIGEST_SHORT:
        return "That is only a part of a SHA-256, which has 64 digits.";
    case TEXT_DIGEST_LONG:
        return "That is too long for a SHA-256, which has 64 digits.";
    default:
        return "That is no SHA-256: 64 hex digits, with or without colons.";
    }
}

/* Compares what the person knows from elsewhere. Returns -1 to go on. */
static int compare(const struct cli *cli, const struct add_words *words,
                   const struct probe_result *result)
{
    unsigned char wanted[32];
    char host[HOST_MAX];
    size_t digits;

    if (words->sha256) {
        enum text_digest digest =
            text_parse_sha256(words->sha256, wanted, &digits);

        if (digest != TEXT_DIGEST_OK)
            return cli_usage(cli, "%s", digest_problem(digest));
        if (memcmp(wanted, verdict_leaf(&result->verdict)->sha256, 32) == 0)
            return -1;
        cli_warn("DIFFERENT: the server's certificate is another one. Do not "
                 "go on; tell the operator. Nothing was stored.");
        return STATUS_CERTIFICATE;
    }
    if (!host_normalise(words->host_typed, host, NULL) ||
        strcmp(host, result->endpoint.host) != 0)
        return cli_usage(cli, "The name typed is not %s. Nothing was stored.",
                         result->endpoint.host);
    if (result->exception != EXCEPTION_CHANGED)
        return -1;
    cli_warn("Another certificate, with another key, than the one you "
             "accepted. For this only --sha256 with a value from the operator "
             "will do. Nothing was stored.");
    return STATUS_CERTIFICATE;
}

bool exception_add_waiting(struct cli *cli, const struct exception_wish *wish,
                           const struct verdict *verdict, bool replace,
                           struct error *e)
{
    struct workspace *w = &cli->workspace;

    for (int i = 0; i < LOCK_TRIES; i++) {
        *e = (struct error){0};
        if (exceptions_add(w->exceptions, wish, verdict, replace, time(NULL),
                           e))
            return true;
        if (e->code != ERROR_LOCKED)
            return false;
        loop_wait(w->loop, LOCK_RETRY_MS);
    }
    return false;
}

static int store(struct cli *cli, const struct exception_wish *wish,
                 const struct probe_result *result, bool also)
{
    const struct exceptions *all = cli->workspace.exceptions;
    const struct exception *added;
    bool replace = result->exception == EXCEPTION_CHANGED && !also;
    struct error e = {0};

    if (!exception_add_waiting(cli, wish, &result->verdict, replace, &e))
        return cli_fail(&e);
    exceptions_judge(all, wish->host, wish->port, &result->verdict, time(NULL),
                     &added, NULL);
    if (cli->json && added)
        json_print(exception_json(cli, added, time(NULL)), false);
    else if (added)
        exception_print(cli, added, time(NULL));
    return STATUS_OK;
}

static int add_fetched(struct cli *cli, const struct add_words *words,
                       struct exception_wish *wish,
                       const struct probe_result *result)
{
    int status;

    wish->host = result->endpoint.host;
    wish->port = result->endpoint.port;
    if (result->verdict.trusted) {
        cli_warn("The certificate is trusted; no exception is needed. Nothing "
                 "was stored.");
        return STATUS_OK;
    }
    faults_print(stderr, &result->verdict);
    if (!result->verdict.overridable) {
        cli_warn("postseal makes no exception for that. Talk to the operator. "
                 "Nothing was stored.");
        return STATUS_CERTIFICATE;
    }
    status = compare(cli, words, result);
    return status >= 0 ? status : store(cli, wish, result, words->also);
}

int cmd_exception_add(struct cli *cli, int argc, char **argv)
{
    struct add_words words = {0};
    const struct cli_option options[] = {
        {"sha256", "HEX", NULL, &words.sha256,
         "the certificate's, from a second source"},
        {"host-typed", "NAME", NULL, &words.host_typed,
         "the server name, without a second source"},
        {"until", "DATE|removed", NULL, &words.until,
         "when it ends (default: the latest allowed)"},
        {"also", NULL, &words.also, NULL,
         "keep what is accepted there: servers that take turns"},
        CLI_OPTION_END,
    };
    struct exception_wish wish = {0};
    struct probe_set *set;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (!words.sha256 == !words.host_typed)
        return cli_usage(
            cli, "Give --sha256 with a value from a second source or, without "
                 "one, --host-typed with the server's name. Nothing was "
                 "stored.");
    if (!exception_read_until(cli, words.until, &wish))
        return STATUS_USAGE;
    wish.checked = words.sha256 ? CHECKED_COMMAND : CHECKED_TYPED;
    if (!exception_store(cli, &status))
        return status;
    set = fetch_certificate(cli, argv[0], &status);
    if (!set)
        return status;
    status = add_fetched(cli, &words, &wish, probe_set_result(set, 0));
    probe_set_free(set);
    return status;
}
