/* SPDX-License-Identifier: MIT */
/* exception list and remove, and what the commands of that family share. */
#include "cli/exception.h"

#include "core/account/usage.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/probe/standing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

struct exceptions *exception_store(struct cli *cli, int *status)
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

/* "ended": counts no more; "in-use": a configured server is there; "unused".
 * Stable words; what tests said since is in "standing". */
static const char *state_word(const struct exception *exception,
                              const struct usage *usage, time_t now)
{
    if (exception_has_ended(exception, now))
        return "ended";
    return usage->count ? "in-use" : "unused";
}

static void find_usage(struct usage *out, const struct cli *cli,
                       const struct exception *exception)
{
    usage_find(out, cli->workspace.config, exception->host, exception->port);
}

static json_t *usage_json(const struct usage *usage)
{
    json_t *list = json_array();

    for (size_t i = 0; i < usage->count; i++)
        json_array_append_new(list, json_text(usage->targets[i]));
    return list;
}

json_t *exception_json(const struct cli *cli, const struct exception *exception,
                       time_t now)
{
    char until[DATE_SIZE];
    char sentence[200];
    json_t *row = json_object();
    struct standing standing;
    struct usage usage;

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
    find_usage(&usage, cli, exception);
    json_object_set_new(row, "state",
                        json_string(state_word(exception, &usage, now)));
    standing_find(&standing, exception, &usage, cli->workspace.history, now);
    json_object_set_new(row, "standing",
                        json_string(standing_word(standing.kind)));
    json_object_set_new(row, "standing_text",
                        json_string(standing_sentence(
                            sentence, sizeof(sentence), &standing, exception)));
    json_object_set_new(row, "used_by", usage_json(&usage));
    json_object_set_new(row, "changed_seen",
                        exception->changed_seen
                            ? json_time(exception->changed_seen)
                            : json_null());
    usage_release(&usage);
    return row;
}

static void print_usage(const struct usage *usage, bool ended)
{
    if (usage->count)
        printf("   %s", ended ? "ended; needed by" : "in use by");
    else
        printf("   %sno account uses it", ended ? "ended; " : "");
    for (size_t i = 0; i < usage->count; i++) {
        char safe[200];

        printf("%s %s", i ? "," : "",
               text_safe_string(safe, sizeof(safe), usage->targets[i]));
    }
    putchar('\n');
}

/* What tests said there; the rest is in the lines before. */
static void print_standing(const struct exception *exception,
                           const struct standing *standing)
{
    char text[200], date[DATE_SIZE];

    if (exception->changed_seen)
        printf("   another certificate was seen there on %s\n",
               date_format(date, exception->changed_seen));
    if (standing->seen && standing->seen != exception->changed_seen)
        printf("   %s\n",
               standing_sentence(text, sizeof(text), standing, exception));
}

void exception_print(const struct cli *cli, const struct exception *exception,
                     time_t now)
{
    char where[HOST_MAX + 16], labels[256], added[DATE_SIZE], until[DATE_SIZE],
        sha256[96];
    bool ended = exception_has_ended(exception, now);
    struct standing standing;
    struct usage usage;

    find_usage(&usage, cli, exception);
    standing_find(&standing, exception, &usage, cli->workspace.history, now);
    endpoint_host_port(where, sizeof(where), exception->host, exception->port);
    fault_labels(labels, sizeof(labels), exception->faults);
    text_hex_groups(sha256, exception->sha256, 32);
    printf("%u  %s  %s\n", exception->number, where, labels);
    printf("   accepted %s, until %s%s; %s\n",
           date_format(added, exception->added), end_text(until, exception),
           ended ? " (ended)" : "", exception_check_label(exception->checked));
    printf("   %.39s\n   %s\n", sha256, sha256 + 40);
    print_usage(&usage, ended);
    print_standing(exception, &standing);
    usage_release(&usage);
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
    store = exception_store(cli, &status);
    if (!store)
        return status;
    for (size_t i = 0; i < exceptions_problem_count(store); i++)
        cli_warn("%s", exceptions_problem_at(store, i));
    rows = json_array();
    for (size_t i = 0; i < exceptions_count(store); i++) {
        const struct exception *exception = exceptions_at(store, i);

        if (cli->json)
            json_array_append_new(rows, exception_json(cli, exception, now));
        else
            exception_print(cli, exception, now);
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    return STATUS_OK;
}

/* -- remove ---------------------------------------------------------------- */

bool exception_choice_read(const struct cli *cli, const char *text,
                           struct exception_choice *choice)
{
    size_t digits;
    struct error e = {0};

    *choice = (struct exception_choice){0};
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

bool exception_choice_fits(const struct exception_choice *choice,
                           const struct exception *exception)
{
    if (choice->has_sha256)
        return memcmp(choice->sha256, exception->sha256, 32) == 0;
    if (choice->has_place)
        return strcmp(choice->place.host, exception->host) == 0 &&
               choice->place.port == exception->port;
    return (long)exception->number == choice->number;
}

static int remove_chosen(struct cli *cli, const struct exception_choice *choice)
{
    struct exceptions *all = cli->workspace.exceptions;
    size_t removed = 0, i = 0;
    int tries = 0;

    while (i < exceptions_count(all)) {
        const struct exception *exception = exceptions_at(all, i);
        struct error e = {0};

        if (!exception_choice_fits(choice, exception)) {
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
    struct exception_choice choice;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (!exception_choice_read(cli, argv[0], &choice))
        return STATUS_USAGE;
    if (!exception_store(cli, &status))
        return status;
    return remove_chosen(cli, &choice);
}
