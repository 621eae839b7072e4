/* SPDX-License-Identifier: MIT */
/* test: connection tests from the command line. */
#include "cli/report.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/probe/name_check.h"
#include "core/probe/probe_set.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A result, and whether one of the names in its certificate is the right one:
 * that is looked up when the certificate is for another host. */
struct told {
    struct test_run *run;
    struct name_check *check; /* NULL: nothing to check */
    bool settled;             /* finished, and so is the check */
};

struct test_run {
    struct cli *cli;
    struct probe_set *set;
    struct told *told; /* one a result */
    size_t settled;
    size_t next; /* printed so far: results keep the order of the targets */
    bool stream; /* --json-lines: in the order in which they end */
    bool stopped;
    json_t **rows; /* where the JSON goes; NULL: it is printed */
    struct cli_question *question; /* to the person, or NULL */
    size_t asked_for;              /* the test that wants the answer */
    int status;
};

static const char *proven_name(const struct test_run *run, size_t i)
{
    return name_check_name(run->told[i].check);
}

static void print_in_order(struct test_run *run)
{
    while (run->next < probe_set_count(run->set) &&
           run->told[run->next].settled) {
        report_print(probe_set_result(run->set, run->next),
                     proven_name(run, run->next));
        fflush(stdout);
        run->next++;
    }
}

static void settle(struct test_run *run, size_t i)
{
    run->told[i].settled = true;
    run->settled++;
    if (run->stream)
        json_print(
            report_json(probe_set_result(run->set, i), proven_name(run, i)),
            true);
    else if (!run->cli->json && !run->question)
        print_in_order(run);
}

/* -- asking for passwords -------------------------------------------------- */

static void ask_next(struct test_run *run);

static void answered(void *arg, struct secret *typed)
{
    struct test_run *run = arg;

    run->question = NULL;
    probe_set_answer(run->set, run->asked_for, typed, false);
    if (!run->stream && !run->cli->json)
        print_in_order(run);
    ask_next(run);
}

static void ask_next(struct test_run *run)
{
    struct probe_set_question question;
    char prompt[1000], user[200], host[300], refused[300];

    if (run->question || run->stopped || !probe_set_asking(run->set, &question))
        return;
    run->asked_for = question.index;
    text_safe_string(user, sizeof(user), question.user);
    text_safe_string(host, sizeof(host), question.host);
    if (question.refused_at)
        snprintf(
            prompt, sizeof(prompt), "%s refused it. Password of %s at %s",
            text_safe_string(refused, sizeof(refused), question.refused_at),
            user, host);
    else
        snprintf(prompt, sizeof(prompt), "Password of %s at %s%s", user, host,
                 question.servers > 1 ? " (and its other server)" : "");
    run->question =
        cli_ask_in_loop(run->cli->workspace.loop, prompt, answered, run);
}

/* -- the course of a test -------------------------------------------------- */

static void name_was_checked(void *arg, struct name_check *check)
{
    struct told *told = arg;

    (void)check;
    settle(told->run, (size_t)(told - told->run->told));
}

static void progress(void *arg, struct probe_set *set, size_t i)
{
    struct test_run *run = arg;
    const struct probe_result *result = probe_set_result(set, i);
    struct told *told = &run->told[i];

    if (result->asking || result->finished) /* refused: another asks anew */
        ask_next(run);
    if (!result->finished || told->settled || told->check)
        return;
    if (!run->stopped)
        told->check = name_check_start(&run->cli->workspace.env, result,
                                       name_was_checked, told);
    if (!told->check)
        settle(run, i);
}

static void interrupted(void *arg, int signo)
{
    struct test_run *run = arg;

    (void)signo;
    run->stopped = true;
    cli_ask_no_more(run->question);
    run->question = NULL;
    probe_set_cancel(run->set);
    for (size_t i = 0; i < probe_set_count(run->set); i++)
        if (run->told[i].check && !run->told[i].settled) {
            name_check_free(run->told[i].check);
            run->told[i].check = NULL;
            settle(run, i);
        }
    for (size_t i = 0; i < probe_set_count(run->set); i++)
        progress(run, run->set, i); /* what was never begun has no callback */
}

static void run_all(struct test_run *run)
{
    struct workspace *workspace = &run->cli->workspace;
    size_t count = probe_set_count(run->set);

    run->told = xcalloc(count, sizeof(*run->told));
    for (size_t i = 0; i < count; i++)
        run->told[i].run = run;
    loop_signal(workspace->loop, SIGINT, interrupted, run);
    loop_signal(workspace->loop, SIGTERM, interrupted, run);
    /* Those that could not even be tested have no progress to tell. */
    for (size_t i = 0; i < count; i++)
        progress(run, run->set, i);
    probe_set_start(run->set);
    while (run->settled < count && loop_turn(workspace->loop, -1))
        ;
}

static void conclude(struct test_run *run)
{
    struct workspace *workspace = &run->cli->workspace;
    json_t *rows = json_array();

    for (size_t i = 0; i < probe_set_count(run->set); i++) {
        const struct probe_result *result = probe_set_result(run->set, i);

        run->status = status_worse(run->status, report_status(result));
        history_note(workspace->history, result);
        if (run->cli->json && !run->stream)
            json_array_append_new(rows,
                                  report_json(result, proven_name(run, i)));
    }
    if (run->rows)
        *run->rows = rows;
    else if (run->cli->json && !run->stream)
        json_print(rows, false);
    else
        json_decref(rows);
    if (config_count(workspace->config, SECTION_ACCOUNT) > 0)
        history_save(workspace->history);
    for (size_t i = 0; i < probe_set_count(run->set); i++)
        name_check_free(run->told[i].check);
    free(run->told);
}

/* -- the log --------------------------------------------------------------- */

/* Before the tests run: a log is not worth another file. */
static bool log_is_free(const char *path, struct error *e)
{
    char safe[300];

    return strcmp(path, "-") == 0 || access(path, F_OK) != 0 ||
           error_set(e, ERROR_FILE, "%s exists already; nothing was tested.",
                     text_safe_string(safe, sizeof(safe), path));
}

static void write_log(struct test_run *run, const char *path)
{
    static const struct file_stamp absent = {0};
    size_t count = probe_set_count(run->set);
    struct error e = {0};
    struct buf text;

    buf_init(&text, (count + 1) * PROBE_REPORT_MAX);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(&text, '\n');
        probe_report(&text, probe_set_result(run->set, i));
    }
    if (strcmp(path, "-") == 0) {
        fwrite(text.data, 1, text.len, stderr);
    } else if (!file_save(&(struct file_save){.path = path,
                                              .bytes = text.data,
                                              .len = text.len,
                                              .base = &absent},
                          NULL, NULL, &e)) {
        cli_warn("%s", e.text);
        run->status = STATUS_FILE;
    }
    buf_release(&text);
}

/* -- the command ----------------------------------------------------------- */

struct test_words {
    bool all, no_login, sender, json_lines;
    const char *log, *jobs, *timeout, *warn_days, *user, *password_command;
    json_t **rows; /* see struct test_run */
};

static bool read_number(const struct cli *cli, const char *name,
                        const char *text, long max, long *value)
{
    if (!text || text_parse_number(text, 1, max, value))
        return true;
    cli_usage(cli, "--%s takes a whole number from 1 to %ld.", name, max);
    return false;
}

static bool read_options(const struct cli *cli, const struct test_words *words,
                         struct probe_set_options *options)
{
    long jobs = 0;

    if (!read_number(cli, "jobs", words->jobs, 1000, &jobs) ||
        !read_number(cli, "timeout", words->timeout, 3600,
                     &options->total_timeout) ||
        !read_number(cli, "warn-days", words->warn_days, 3650,
                     &options->warn_days))
        return false;
    options->jobs = (size_t)jobs;
    options->purpose = words->no_login ? PROBE_NO_LOGIN : PROBE_LOGIN;
    options->sender = words->sender;
    options->may_ask = cli_may_ask();
    options->user = words->user;
    options->password_command = words->password_command;
    return true;
}

static int test_targets(struct cli *cli, const struct test_words *words,
                        const struct probe_set_options *options, int argc,
                        char **argv)
{
    struct test_run run = {
        .cli = cli, .stream = words->json_lines, .rows = words->rows};
    struct error e = {0};
    int status;

    if (words->log && !log_is_free(words->log, &e)) {
        cli_warn("%s", e.text);
        return STATUS_FILE;
    }
    if (!cli_open_network(cli, &status))
        return status;
    cli_show_codes(cli, false);
    run.set = probe_set_new(&cli->workspace, options, progress, &run);
    if (words->all)
        probe_set_add_all(run.set);
    for (int i = 0; i < argc; i++)
        if (!probe_set_add(run.set, argv[i], &e)) {
            cli_warn("%s", e.text);
            probe_set_free(run.set);
            return STATUS_USAGE;
        }
    run_all(&run);
    conclude(&run);
    if (words->log)
        write_log(&run, words->log);
    probe_set_free(run.set);
    return run.status;
}

int cli_test(struct cli *cli, char *target, bool login, json_t **rows)
{
    const struct test_words words = {.rows = rows};
    const struct probe_set_options options = {
        .purpose = login ? PROBE_LOGIN : PROBE_NO_LOGIN,
        .may_ask = login && cli_may_ask()};

    return test_targets(cli, &words, &options, 1, &target);
}

int cmd_test(struct cli *cli, int argc, char **argv)
{
    struct test_words words = {0};
    const struct cli_option options[] = {
        {"all", NULL, &words.all, NULL, "every account that is in use"},
        {"jobs", "N", NULL, &words.jobs, "tests at the same time (64)"},
        {"timeout", "S", NULL, &words.timeout, "seconds for a whole test"},
        {"no-login", NULL, &words.no_login, NULL, "stop before the login"},
        {"sender", NULL, &words.sender, NULL, "ask SMTP for MAIL FROM too"},
        {"warn-days", "N", NULL, &words.warn_days,
         "exit 4 when a certificate ends sooner"},
        {"user", "NAME", NULL, &words.user, "for URL targets"},
        {"password-command", "CMD", NULL, &words.password_command,
         "for URL targets"},
        {"log", "FILE", NULL, &words.log,
         "what was said, without secrets, to a new file (-: stderr)"},
        {"json-lines", NULL, &words.json_lines, NULL,
         "a JSON object a line, as tests end"},
        CLI_OPTION_END,
    };
    struct probe_set_options set_options = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, -1, &status))
        return status;
    if (!argc == !words.all)
        return cli_usage(cli, argc ? "Either targets or --all, not both."
                                   : "Name what to test, or --all.");
    if (!read_options(cli, &words, &set_options))
        return STATUS_USAGE;
    return test_targets(cli, &words, &set_options, argc, argv);
}
