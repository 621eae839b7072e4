/* SPDX-License-Identifier: MIT */
/* exception import: out of Thunderbird's file or a certificate, each checked
 * against what the server shows now. */
#include "cli/exception.h"
#include "cli/fetch.h"
#include "cli/report.h"

#include "core/account/usage.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exchange/exception_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct import_words {
    const char *server, *until;
    bool offline, also, replace;
};

/* One exception of the file on its way. */
struct row {
    struct import_candidate candidate;
    char *target; /* how its server is asked */
    struct import_decision decision;
    const struct exception *added; /* looked up at the end */
};

struct import {
    struct cli *cli;
    const char *path;
    struct import_words words;
    struct exception_wish wish;
    struct endpoint server; /* --server */
    struct exception_import file;
    struct row *rows;
    size_t count;
    int status_of_store; /* after the first that could not be stored */
};

/* -- reading --------------------------------------------------------------- */

static bool read_file(struct import *m, struct error *e)
{
    struct file_stamp stamp;
    char safe[300];
    struct buf bytes;
    bool ok;

    buf_init(&bytes, CERT_OVERRIDE_MAX);
    text_safe_string(safe, sizeof(safe), m->path);
    /* What others may write says nothing about what the person accepted. */
    ok = (m->words.offline || file_check_trusted(m->path, e)) &&
         file_read(m->path, CERT_OVERRIDE_MAX, &bytes, &stamp, e) &&
         (stamp.exists ||
          error_set(e, ERROR_FILE, "There is no file %s.", safe)) &&
         exception_import_read(&m->file, m->path, bytes.data, bytes.len, e);
    buf_release(&bytes);
    return ok;
}

/* The account's way to that server, else the port's usual one. */
static char *target_of(const struct import *m, const char *host, unsigned port)
{
    char place[HOST_MAX + 16];
    struct usage usage;
    char *target;

    if (m->words.server && strstr(m->words.server, "://"))
        return xstrdup(m->words.server);
    usage_find(&usage, m->cli->workspace.config, host, port);
    target = xstrdup(
        usage.count ? usage.targets[0]
                    : endpoint_host_port(place, sizeof(place), host, port));
    usage_release(&usage);
    return target;
}

static struct row *add_row(struct import *m,
                           const struct import_candidate *candidate)
{
    struct row *row;

    m->rows = xreallocarray(m->rows, m->count + 1, sizeof(*m->rows));
    row = &m->rows[m->count++];
    *row = (struct row){.candidate = *candidate};
    row->target = target_of(m, candidate->host, candidate->port);
    return row;
}

static void find_rows(struct import *m)
{
    const struct cert_chain *all = &m->file.certificates;
    struct import_candidate *candidates;
    size_t n = exception_import_candidates(
        &m->file, m->words.server ? &m->server : NULL, &candidates);

    for (size_t i = 0; i < n; i++)
        add_row(m, &candidates[i]);
    /* Without asking the server it may be any of a chain. */
    for (size_t i = 1; n && m->words.offline && i < all->count; i++)
        memcpy(add_row(m, &candidates[0])->candidate.sha256,
               all->certs[i].sha256, 32);
    free(candidates);
}

/* -- carrying out ---------------------------------------------------------- */

static enum import_clash clash_of(const struct import_words *words)
{
    if (words->replace)
        return IMPORT_REPLACE;
    return words->also ? IMPORT_ALSO : IMPORT_KEEP;
}

static void add_decided(struct import *m, struct row *row,
                        const struct verdict *verdict)
{
    struct error e = {0};

    m->wish.host = row->candidate.host;
    m->wish.port = row->candidate.port;
    if (m->status_of_store == STATUS_OK &&
        exception_add_waiting(m->cli, &m->wish, verdict, row->decision.replace,
                              &e))
        return;
    row->decision.outcome = IMPORT_NOT_STORED;
    if (m->status_of_store == STATUS_OK)
        m->status_of_store = cli_fail(&e);
    snprintf(row->decision.text, sizeof(row->decision.text),
             "It matches what the server shows, but could not be stored.");
}

/* Thunderbird's file does not say how a port is spoken to. */
static void say_why_none(struct row *row, const struct probe_result *result)
{
    snprintf(row->decision.text, sizeof(row->decision.text), "%.500s%s",
             result->text,
             result->reason == REASON_NOT_TLS
                 ? " With --server imap://HOST:PORT (or pop3, smtp) it is "
                   "asked through STARTTLS."
                 : "");
}

static void carry_out(struct import *m, struct row *row,
                      const struct probe_result *result)
{
    const struct exceptions *store = m->cli->workspace.exceptions;

    if (result->has_verdict)
        exception_import_choose(&m->file, &row->candidate, &result->verdict);
    exception_import_decide(&row->decision, store, &row->candidate,
                            result->has_verdict ? &result->verdict : NULL,
                            clash_of(&m->words), time(NULL));
    if (row->decision.outcome == IMPORT_NO_CERTIFICATE)
        say_why_none(row, result);
    if (row->decision.outcome == IMPORT_ADD)
        add_decided(m, row, &result->verdict);
}

static bool was_stopped(const struct probe_set *set)
{
    for (size_t i = 0; i < probe_set_count(set); i++)
        if (probe_set_result(set, i)->reason == REASON_CANCELLED)
            return true;
    return false;
}

/* False with *status when a server cannot even be named, or the person did not
 * wait: then nothing is stored. */
static bool ask_servers(struct import *m, int *status)
{
    const char **targets = xcalloc(m->count + 1, sizeof(*targets));
    struct probe_set *set;

    for (size_t i = 0; i < m->count; i++)
        targets[i] = m->rows[i].target;
    set = fetch_certificates(m->cli, targets, m->count, status);
    free(targets);
    if (!set)
        return false;
    if (was_stopped(set)) {
        cli_warn("Stopped. Nothing was stored.");
        *status = STATUS_FAILED;
        probe_set_free(set);
        return false;
    }
    for (size_t i = 0; i < m->count; i++)
        carry_out(m, &m->rows[i], probe_set_result(set, i));
    probe_set_free(set);
    return true;
}

static void look_only(struct import *m)
{
    for (size_t i = 0; i < m->count; i++)
        exception_import_look(&m->rows[i].decision,
                              m->cli->workspace.exceptions,
                              &m->rows[i].candidate, time(NULL));
}

/* -- telling --------------------------------------------------------------- */

static void find_added(struct import *m)
{
    const struct exceptions *all = m->cli->workspace.exceptions;

    for (size_t i = 0; i < m->count; i++) {
        struct row *row = &m->rows[i];

        for (size_t k = 0; k < exceptions_count(all); k++) {
            const struct exception *x = exceptions_at(all, k);

            if (row->decision.outcome == IMPORT_ADD &&
                x->port == row->candidate.port &&
                strcmp(x->host, row->candidate.host) == 0 &&
                memcmp(x->sha256, row->candidate.sha256, 32) == 0)
                row->added = x;
        }
    }
}

static json_t *row_json(const struct import *m, const struct row *row)
{
    json_t *value = json_object();

    json_object_set_new(value, "line",
                        row->candidate.line ? json_integer(row->candidate.line)
                                            : json_null());
    json_object_set_new(value, "host", json_text(row->candidate.host));
    json_object_set_new(value, "port", json_integer(row->candidate.port));
    json_object_set_new(value, "sha256", json_sha256(row->candidate.sha256));
    json_object_set_new(
        value, "outcome",
        json_string(import_outcome_word(row->decision.outcome)));
    json_object_set_new(value, "text", json_text(row->decision.text));
    json_object_set_new(value, "exception",
                        row->added
                            ? exception_json(m->cli, row->added, time(NULL))
                            : json_null());
    return value;
}

static json_t *refusal_json(const struct cert_override_refusal *refusal)
{
    json_t *value = json_object();

    json_object_set_new(value, "line", json_integer(refusal->line));
    json_object_set_new(value, "outcome", json_string("refused"));
    json_object_set_new(value, "text", json_text(refusal->text));
    return value;
}

static void print_json(const struct import *m)
{
    const struct cert_overrides *all = &m->file.overrides;
    json_t *list = json_array();

    for (size_t i = 0; i < all->refusal_count; i++)
        json_array_append_new(list, refusal_json(&all->refusals[i]));
    for (size_t i = 0; i < m->count; i++)
        json_array_append_new(list, row_json(m, &m->rows[i]));
    for (size_t i = 0; !m->words.server && i < m->file.certificates.count; i++)
        json_array_append_new(
            list, certificate_json(&m->file.certificates.certs[i], time(NULL)));
    json_print(list, false);
}

static void print_row(const struct import *m, const struct row *row)
{
    char place[HOST_MAX + 16], sha256[96], from[320] = "", safe[300];

    endpoint_host_port(place, sizeof(place), row->candidate.host,
                       row->candidate.port);
    if (row->candidate.line)
        snprintf(from, sizeof(from),
                 "%s:%u: ", text_safe_string(safe, sizeof(safe), m->path),
                 row->candidate.line);
    if (row->added) {
        exception_print(m->cli, row->added, time(NULL));
    } else if (m->words.offline) {
        text_hex_groups(sha256, row->candidate.sha256, 32);
        printf("%s%s  %s\n   %.39s\n   %s\n", from, place, row->decision.text,
               sha256, sha256 + 40);
    } else if (import_outcome_ok(row->decision.outcome)) {
        printf("%s%s  %s\n", from, place, row->decision.text);
    } else {
        cli_warn("%s%s was not taken: %s", from, place, row->decision.text);
    }
}

static void print_text(const struct import *m)
{
    const struct cert_overrides *all = &m->file.overrides;
    char safe[300];

    text_safe_string(safe, sizeof(safe), m->path);
    for (size_t i = 0; i < all->refusal_count; i++)
        cli_warn("%s:%u: %s", safe, all->refusals[i].line,
                 all->refusals[i].text);
    if (all->more_refusals)
        cli_warn("%s: and %zu more lines like that.", safe, all->more_refusals);
    for (size_t i = 0; i < m->count; i++)
        print_row(m, &m->rows[i]);
    for (size_t i = 0; !m->words.server && i < m->file.certificates.count; i++)
        certificate_print(&m->file.certificates.certs[i], time(NULL));
}

static int status_of(const struct import *m)
{
    const struct cert_overrides *all = &m->file.overrides;
    int status = STATUS_OK;

    for (size_t i = 0; i < m->count && !m->words.offline; i++) {
        enum import_outcome outcome = m->rows[i].decision.outcome;

        if (!import_outcome_ok(outcome))
            status = status_worse(status, outcome == IMPORT_DIFFERENT ||
                                                  outcome == IMPORT_NEVER
                                              ? STATUS_CERTIFICATE
                                              : STATUS_FAILED);
    }
    for (size_t i = 0; status == STATUS_OK && i < all->refusal_count; i++)
        if (all->refusals[i].kind != CERT_OVERRIDE_SUPERSEDED)
            return STATUS_FILE;
    return status;
}

/* -- the command ----------------------------------------------------------- */

static int import_rows(struct import *m)
{
    int status;

    find_rows(m);
    if (m->words.server && m->count == 0) {
        cli_warn("The file has no exception for %s.", m->words.server);
        return STATUS_FAILED;
    }
    if (m->words.offline)
        look_only(m);
    else if (m->count && !ask_servers(m, &status))
        return status;
    find_added(m);
    if (m->cli->json)
        print_json(m);
    else
        print_text(m);
    return m->status_of_store ? m->status_of_store : status_of(m);
}

static int import_file(struct import *m)
{
    struct error e = {0};
    int status;

    if (!read_file(m, &e))
        return cli_fail(&e);
    if (m->file.kind == IMPORT_CERTIFICATES && !m->words.server &&
        !m->words.offline)
        status = cli_usage(m->cli, "A certificate does not say for which "
                                   "server it was accepted: give --server "
                                   "HOST:PORT. Nothing was stored.");
    else
        status = import_rows(m);
    for (size_t i = 0; i < m->count; i++)
        free(m->rows[i].target);
    free(m->rows);
    exception_import_release(&m->file);
    return status;
}

int cmd_exception_import(struct cli *cli, int argc, char **argv)
{
    struct import m = {.cli = cli, .wish.checked = CHECKED_PASTED};
    const struct cli_option options[] = {
        {"server", "HOST:PORT|URL", NULL, &m.words.server,
         "the server it is for (a certificate needs this)"},
        {"offline", NULL, &m.words.offline, NULL,
         "show what is in the file; ask no server, store nothing"},
        {"until", "DATE|removed", NULL, &m.words.until,
         "when they end (default: the latest allowed)"},
        {"also", NULL, &m.words.also, NULL,
         "keep other certificates that are accepted there"},
        {"replace", NULL, &m.words.replace, NULL,
         "let them take the place of what is accepted there"},
        CLI_OPTION_END,
    };
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (m.words.also && m.words.replace)
        return cli_usage(cli, "Give --also or --replace, not both.");
    if (!exception_read_until(cli, m.words.until, &m.wish))
        return STATUS_USAGE;
    if (m.words.server && !endpoint_parse(m.words.server, &m.server, &e))
        return cli_usage(cli, "--server: %s", e.text);
    if (!exception_store(cli, &status))
        return status;
    m.path = argv[0];
    return import_file(&m);
}
