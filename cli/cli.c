/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPTIONS_MAX   16
#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

/* -- messages -------------------------------------------------------------- */

static void say(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static void say(const char *format, va_list args)
{
    fputs("postseal: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void cli_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
}

int cli_usage(const struct cli *cli, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
    if (cli->command)
        fprintf(stderr, "Usage: postseal %s %s\n", cli->command,
                cli->arguments);
    return STATUS_USAGE;
}

int cli_fail(const struct error *e)
{
    cli_warn("%s", e->text);
    switch (e->code) {
    case ERROR_FILE:
    case ERROR_PARSE:
    case ERROR_TRUST:
    case ERROR_LOCKED:
    case ERROR_CONFLICT:
        return STATUS_FILE;
    default:
        return STATUS_FAILED;
    }
}

int cli_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_warn("the result could not be written: %s", strerror(errno));
    return STATUS_FILE;
}

void cli_print_value(const char *text)
{
    if (isatty(STDOUT_FILENO)) {
        char *safe = text_safe_dup(text, strlen(text), 65536);

        puts(safe);
        free(safe);
    } else {
        puts(text);
    }
}

/* -- options --------------------------------------------------------------- */

enum { OPT_CA = 256, OPT_JSON, OPT_ALLOW, OPT_HELP, OPT_OWN };

static void print_help(const struct cli *cli, const struct cli_option *options)
{
    printf("Usage: postseal %s %s\n", cli->command, cli->arguments);
    for (; options->name; options++) {
        char left[64];

        snprintf(left, sizeof(left), "--%s%s%s", options->name,
                 options->value_name ? " " : "",
                 options->value_name ? options->value_name : "");
        printf("  %-26s %s\n", left, options->help);
    }
    puts("  --json                     the result as JSON\n"
         "  -c FILE                    another accounts.ini\n"
         "  --ca PEM                   more trust anchors for this run\n"
         "  --allow-commands           run password commands of that file");
}

static size_t build_options(struct option out[OPTIONS_MAX + 6],
                            const struct cli_option *own)
{
    static const struct option common[] = {
        {"config", required_argument, NULL, 'c'},
        {"ca", required_argument, NULL, OPT_CA},
        {"json", no_argument, NULL, OPT_JSON},
        {"allow-commands", no_argument, NULL, OPT_ALLOW},
        {"help", no_argument, NULL, OPT_HELP},
    };
    size_t n = 0;

    for (; n < sizeof(common) / sizeof(common[0]); n++)
        out[n] = common[n];
    for (int i = 0; i < OPTIONS_MAX && own[i].name; i++)
        out[n++] = (struct option){
            own[i].name, own[i].value_name ? required_argument : no_argument,
            NULL, OPT_OWN + i};
    out[n] = (struct option){0};
    return n;
}

/* Returns false for an unknown option. */
static bool take_option(struct cli *cli, int c, const struct cli_option *own,
                        bool *help)
{
    if (c >= OPT_OWN) {
        const struct cli_option *option = &own[c - OPT_OWN];

        if (option->value)
            *option->value = optarg;
        else
            *option->flag = true;
        return true;
    }
    switch (c) {
    case 'c':
        cli->where.path = optarg;
        return true;
    case OPT_CA:
        cli->where.ca_file = optarg;
        return true;
    case OPT_JSON:
        cli->json = true;
        return true;
    case OPT_ALLOW:
        cli->where.allow_commands = true;
        return true;
    case OPT_HELP:
        *help = true;
        return true;
    default:
        return false;
    }
}

bool cli_parse(struct cli *cli, int *argc, char **argv,
               const struct cli_option *options, int min, int max, int *status)
{
    static char program[] = "postseal";
    struct option table[OPTIONS_MAX + 6];
    char **shifted = xcalloc((size_t)*argc + 2, sizeof(char *));
    bool help = false, ok = true;
    int c, words;

    /* getopt wants a program name in front, and says it in its messages. */
    shifted[0] = program;
    memcpy(shifted + 1, argv, (size_t)*argc * sizeof(char *));
    build_options(table, options);
    optind = 0;
    while (ok && (c = getopt_long(*argc + 1, shifted, "c:", table, NULL)) != -1)
        ok = take_option(cli, c, options, &help);
    words = *argc + 1 - optind;
    if (ok)
        memcpy(argv, shifted + optind, (size_t)words * sizeof(char *));
    free(shifted);
    *argc = words;
    if (help && ok) {
        print_help(cli, options);
        *status = STATUS_OK;
        return false;
    }
    if (!ok)
        fprintf(stderr, "Usage: postseal %s %s\n", cli->command,
                cli->arguments);
    else if (words < min)
        cli_usage(cli, "%s: something is missing.", cli->command);
    else if (max >= 0 && words > max)
        cli_usage(cli, "%s: there is a word too many.", cli->command);
    else
        return true;
    *status = STATUS_USAGE;
    return false;
}

/* -- the workspace --------------------------------------------------------- */

static void tell_cut_save(const struct cli *cli)
{
    char path[600], date[DATE_SIZE];
    struct config_cut cut;

    if (!config_cut_found(cli->workspace.config, &cut))
        return;
    text_safe_string(path, sizeof(path), cli->workspace.path);
    date_format(date, (time_t)cut.written);
    if (cut.unreadable)
        cli_warn("%s: a save on %s was cut short and the file cannot be read. "
                 "The whole text that was kept is used; the next save, or the "
                 "screens, write it.",
                 path, date);
    else
        cli_warn("%s: a save on %s was cut short. The whole text that it would "
                 "have written is kept; the screens offer it.",
                 path, date);
}

bool cli_open(struct cli *cli, int *status)
{
    struct error e = {0};

    if (cli->is_open)
        return true;
    cli->is_open = workspace_open(&cli->workspace, &cli->where, &e);
    if (cli->is_open)
        tell_cut_save(cli);
    else
        *status = cli_fail(&e);
    return cli->is_open;
}

static void ask_about_commands(struct workspace *workspace)
{
    char path[600];
    char *question =
        xasprintf("%s is not in your own configuration folder. Its password "
                  "commands run\nprograms as you. If you trust this file",
                  text_safe_string(path, sizeof(path), workspace->path));
    struct error e = {0};

    if (cli_says_yes(question) && !workspace_allow_commands(workspace, &e))
        cli_warn("%s", e.text);
    free(question);
}

bool cli_open_commands(struct cli *cli, int *status)
{
    if (!cli_open(cli, status))
        return false;
    if (workspace_commands_in_question(&cli->workspace) && cli_may_ask())
        ask_about_commands(&cli->workspace);
    cli->workspace.env.terminal = &cli_terminal;
    return true;
}

bool cli_open_network(struct cli *cli, int *status)
{
    struct error e = {0};

    if (!cli_open_commands(cli, status))
        return false;
    if (workspace_prepare(&cli->workspace, &e))
        return true;
    *status = cli_fail(&e);
    return false;
}

void cli_close(struct cli *cli)
{
    if (cli->is_open)
        workspace_close(&cli->workspace);
    cli->is_open = false;
    xreplace(&cli->codes, NULL);
}

bool cli_save(struct cli *cli, struct error *e)
{
    struct workspace *w = &cli->workspace;
    struct save_result result = {0};
    bool ok = false;

    for (int i = 0; i < LOCK_TRIES && !ok; i++) {
        *e = (struct error){0};
        ok = config_save(w->config, SAVE_ASK, &result, e);
        save_result_release(&result);
        if (ok || e->code != ERROR_LOCKED)
            break;
        loop_wait(w->loop, LOCK_RETRY_MS);
    }
    return ok;
}

/* -- JSON ------------------------------------------------------------------ */

json_t *json_text(const char *text)
{
    char *safe;
    json_t *value;

    if (!text)
        return json_null();
    safe = text_safe_dup(text, strlen(text), 65536);
    value = json_string(safe);
    free(safe);
    return value ? value : json_null();
}

json_t *json_sha256(const unsigned char sha256[32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return json_string(hex);
}

json_t *json_time(time_t t)
{
    char text[TIMESTAMP_SIZE];

    return json_string(timestamp_format(text, t));
}

json_t *json_faults(fault_set faults)
{
    json_t *list = json_array();

    for (int f = 0; f < FAULT_COUNT; f++)
        if (faults & FAULT_BIT(f))
            json_array_append_new(list, json_string(fault_word((enum fault)f)));
    return list;
}

void json_print(json_t *value, bool lines)
{
    json_dumpf(value, stdout, lines ? JSON_COMPACT : JSON_INDENT(2));
    putchar('\n');
    if (lines)
        fflush(stdout);
    json_decref(value);
}
