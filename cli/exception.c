/* SPDX-License-Identifier: MIT */
/* exception: certificates accepted on purpose, from the command line. */
#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

/* Opens the store, or tells why it is not used. */
static struct exceptions *open_store(struct cli *cli, int *status)
{
    if (!cli->is_open && !cli_open(cli, status))
        return NULL;
    if (!cli->workspace.exceptions)
        *status = cli_fail(&cli->workspace.exceptions_error);
    return cli->workspace.exceptions;
}

/* -- list ------------------------------------------------------------------ */

static const char *end_text(char out[DATE_SIZE],
                            const struct exception *exception)
{
    if (exception->end == EXCEPTION_REMOVED)
        return "removed";
    if (exception->end == EXCEPTION_SESSION)
        return "session";
    return date_format(out, exception->until);
}

static json_t *exception_json(const struct exception *exception, time_t now)
{
    char until[DATE_SIZE];
    json_t *row = json_object();

    json_object_set_new(row, "number", json_integer(exception->number));
    json_object_set_new(row, "host", json_text(exception->host));
    json_object_set_new(row, "port", json_integer(exception->port));
    json_object_set_new(row, "sha256", json_sha256(exception->sha256));
    json_object_set_new(row, "spki_sha256",
                        json_sha256(exception->spki_sha256));
    json_object_set_new(row, "faults", json_faults(exception->faults));
    json_object_set_new(row, "until", json_string(end_text(until, exception)));
    json_object_set_new(row, "ended",
                        json_boolean(exception_has_ended(exception, now)));
    json_object_set_new(row, "added", json_time(exception->added));
    json_object_set_new(row, "checked",
                        json_string(exception_check_word(exception->checked)));
    json_object_set_new(row, "names", json_text(exception->names));
    json_object_set_new(row, "issuer", json_text(exception->issuer));
    json_object_set_new(row, "not_after", json_time(exception->not_after));
    return row;
}

static void print_exception(const struct exception *exception, time_t now)
{
    char where[HOST_MAX + 16], labels[256], added[DATE_SIZE], until[DATE_SIZE],
        sha256[96];

    endpoint_host_port(where, sizeof(where), exception->host, exception->port);
    fault_labels(labels, sizeof(labels), exception->faults);
    text_hex_groups(sha256, exception->sha256, 32);
    printf("%u  %s  %s\n", exception->number, where, labels);
    printf("   accepted %s, until %s%s; %s\n",
           date_format(added, exception->added), end_text(until, exception),
           exception_has_ended(exception, now) ? " (ended)" : "",
           exception_check_label(exception->checked));
    printf("   %.39s\n   %s\n", sha256, sha256 + 40);
}

int cmd_exception_list(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct exceptions *store;
    time_t now = time(NULL);
    json_t *rows;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status))
        return status;
    store = open_store(cli, &status);
    if (!store)
        return status;
    for (size_t i = 0; i < exceptions_problem_count(store); i++)
        cli_warn("%s", exceptions_problem_at(store, i));
    rows = json_array();
    for (size_t i = 0; i < exceptions_count(store); i++) {
        const struct exception *exception = exceptions_at(store, i);

        if (cli->json)
            json_array_append_new(rows, exception_json(exception, now));
        else
            print_exception(exception, now);
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    return STATUS_OK;
}

/* -- add ------------------------------------------------------------------- */

struct add_words {
    const char *sha256, *host_typed, *until;
};

static bool read_until(const struct cli *cli, const char *text,
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

static bool add_waiting(struct cli *cli, const struct exception_wish *wish,
                        const struct probe_result *result, struct error *e)
{
    struct workspace *w = &cli->workspace;

    for (int i = 0; i < LOCK_TRIES; i++) {
        *e = (struct error){0};
        if (exceptions_add(w->exceptions, wish, &result->verdict,
                           result->exception == EXCEPTION_CHANGED, time(NULL),
                           e))
            return true;
        if (e->code != ERROR_LOCKED)
            return false;
        loop_wait(w->loop, LOCK_RETRY_MS);
    }
    return false;
}

static int store(struct cli *cli, const struct exception_wish *wish,
                 const struct probe_result *result)
{
    const struct exceptions *all = cli->workspace.exceptions;
    const struct exception *added;
    struct error e = {0};

    if (!add_waiting(cli, wish, result, &e))
        return cli_fail(&e);
    exceptions_judge(all, wish->host, wish->port, &result->verdict, time(NULL),
                     &added, NULL);
    if (cli->json && added)
        json_print(exception_json(added, time(NULL)), false);
    else if (added)
        print_exception(added, time(NULL));
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
    return status >= 0 ? status : store(cli, wish, result);
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
    if (!read_until(cli, words.until, &wish))
        return STATUS_USAGE;
    wish.checked = words.sha256 ? CHECKED_COMMAND : CHECKED_TYPED;
    if (!open_store(cli, &status))
        return status;
    set = fetch_certificate(cli, argv[0], &status);
    if (!set)
        return status;
    status = add_fetched(cli, &words, &wish, probe_set_result(set, 0));
    probe_set_free(set);
    return status;
}

/* -- remove ---------------------------------------------------------------- */

/* What the person named: a number, a SHA-256, or a host and port. */
struct choice {
    long number;
    bool has_sha256, has_place;
    unsigned char sha256[32];
    struct endpoint place;
};

static bool read_choice(const struct cli *cli, const char *text,
                        struct choice *choice)
{
    size_t digits;
    struct error e = {0};

    if (text_parse_number(text, 1, 1000000000, &choice->number))
        return true;
    if (text_parse_sha256(text, choice->sha256, &digits) == TEXT_DIGEST_OK) {
        choice->has_sha256 = true;
        return true;
    }
    if (endpoint_parse(text, &choice->place, &e)) {
        choice->has_place = true;
        return true;
    }
    cli_usage(cli, "Name it by its number, HOST:PORT or SHA-256: %s", e.text);
    return false;
}

static bool chosen(const struct choice *choice,
                   const struct exception *exception)
{
    if (choice->has_sha256)
        return memcmp(choice->sha256, exception->sha256, 32) == 0;
    if (choice->has_place)
        return strcmp(choice->place.host, exception->host) == 0 &&
               choice->place.port == exception->port;
    return (long)exception->number == choice->number;
}

static int remove_chosen(struct cli *cli, const struct choice *choice)
{
    struct exceptions *all = cli->workspace.exceptions;
    size_t removed = 0, i = 0;
    int tries = 0;

    while (i < exceptions_count(all)) {
        const struct exception *exception = exceptions_at(all, i);
        struct error e = {0};

        if (!chosen(choice, exception)) {
            i++;
            continue;
        }
        if (exceptions_remove(all, exception, &e)) {
            removed++;
        } else if (e.code == ERROR_LOCKED && ++tries < LOCK_TRIES) {
            loop_wait(cli->workspace.loop, LOCK_RETRY_MS);
        } else {
            return cli_fail(&e);
        }
    }
    if (!removed) {
        cli_warn("There is no such exception. postseal exception list shows "
                 "them.");
        return STATUS_FAILED;
    }
    if (cli->json)
        json_print(json_pack("{s:I}", "removed", (json_int_t)removed), false);
    else
        printf("%zu removed\n", removed);
    return STATUS_OK;
}

int cmd_exception_remove(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct choice choice = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (!read_choice(cli, argv[0], &choice))
        return STATUS_USAGE;
    if (!open_store(cli, &status))
        return status;
    return remove_chosen(cli, &choice);
}
