/* SPDX-License-Identifier: MIT */
/* export: accounts and exceptions into the files of other mail programs. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/export_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DIFF_MAX (64u << 20)

struct words {
    const char *output;
    bool dry_run, with_passwords, tunnel, force, check, list;
};

/* False with the message told: authorities or exceptions that others may write
 * are not used, and then nothing is exported by halves. */
static bool open_source(struct cli *cli, struct export_source *source,
                        int *status)
{
    struct workspace *w = &cli->workspace;
    struct error e = {0};

    if (!cli_open(cli, status))
        return false;
    *source =
        (struct export_source){.config = w->config,
                               .exceptions = w->exceptions,
                               .identities = w->identities,
                               .authorities = workspace_authorities(w, &e),
                               .now = time(NULL)};
    if (source->exceptions && source->authorities)
        return true;
    *status = cli_fail(source->exceptions ? &e : &w->exceptions_error);
    return false;
}

/* -- --list and --check ---------------------------------------------------- */

static json_t *checked_json(const struct export_checked *c)
{
    json_t *row = json_object();

    json_object_set_new(row, "format", json_text(c->what.format));
    json_object_set_new(row, "account", json_text(c->what.account));
    json_object_set_new(row, "path", json_text(c->what.path));
    json_object_set_new(row, "when", json_time(c->what.when));
    json_object_set_new(row, "state", json_string(export_state_word(c->state)));
    json_object_set_new(row, "text", json_text(c->text[0] ? c->text : NULL));
    return row;
}

static void checked_print(const struct export_checked *c)
{
    char account[160], path[300];

    printf("%-8s %-12s %-16s %s\n", export_state_word(c->state), c->what.format,
           text_safe_string(account, sizeof(account), c->what.account),
           text_safe_string(path, sizeof(path), c->what.path));
    if (c->text[0])
        printf("         %s\n", c->text);
}

static int check(struct cli *cli, const struct export_source *source,
                 bool fail_when_stale)
{
    struct export_checked checked;
    json_t *rows = json_array();
    int status = STATUS_OK;
    size_t i;

    for (i = 0; export_check_at(&checked, cli->workspace.history, i, source);
         i++) {
        if (cli->json)
            json_array_append_new(rows, checked_json(&checked));
        else
            checked_print(&checked);
        if (fail_when_stale && checked.state != EXPORT_CURRENT)
            status = STATUS_FAILED;
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    if (!i && !cli->json)
        cli_warn("Nothing was exported so far.");
    return status;
}

static int list_formats(const struct cli *cli)
{
    const struct exchange_format *format;
    json_t *rows = json_array();

    for (size_t i = 0; (format = exchange_format_at(i)); i++) {
        char *path = exchange_default_path(format);
        char safe[300];

        if (cli->json) {
            json_t *row = json_object();

            json_object_set_new(row, "format", json_string(format->name));
            json_object_set_new(row, "title", json_string(format->title));
            json_object_set_new(row, "path", json_text(path));
            json_object_set_new(row, "cannot", json_text(format->cannot));
            json_array_append_new(rows, row);
        } else {
            printf("%-12s %s\n", format->name,
                   path ? text_safe_string(safe, sizeof(safe), path)
                        : "(--output names it)");
            printf("             cannot say: %s\n", format->cannot);
        }
        free(path);
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    return STATUS_OK;
}

/* -- writing --------------------------------------------------------------- */

static json_t *files_json(const struct export_plan *plan)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < plan->file_count; i++) {
        const struct export_file *file = &plan->files[i];
        json_t *row = json_object();

        json_object_set_new(row, "path", json_text(file->path));
        json_object_set_new(row, "changed",
                            json_boolean(export_file_changes(file)));
        json_object_set_new(row, "certificates", json_boolean(file->companion));
        json_array_append_new(rows, row);
    }
    return rows;
}

static void print_json(const struct export_plan *plan, bool written,
                       const struct buf *diff)
{
    json_t *value = json_object(), *accounts = json_array();
    json_t *notes = json_array();

    for (size_t i = 0; i < plan->entry_count; i++)
        json_array_append_new(accounts, json_text(plan->entries[i].account));
    for (size_t i = 0; i < plan->note_count; i++) {
        json_t *row = json_object();

        json_object_set_new(
            row, "kind",
            json_string(plan->notes[i].warning ? "warning" : "remark"));
        json_object_set_new(row, "account", json_text(plan->notes[i].account));
        json_object_set_new(row, "text", json_text(plan->notes[i].text));
        json_array_append_new(notes, row);
    }
    json_object_set_new(value, "format", json_string(plan->format->name));
    json_object_set_new(value, "written", json_boolean(written));
    json_object_set_new(value, "accounts", accounts);
    json_object_set_new(value, "files", files_json(plan));
    json_object_set_new(value, "notes", notes);
    json_object_set_new(value, "diff",
                        diff ? json_stringn(diff->data, diff->len)
                             : json_null());
    json_print(value, false);
}

static void print_notes(const struct export_plan *plan)
{
    for (size_t i = 0; i < plan->note_count; i++) {
        const struct exchange_note *note = &plan->notes[i];
        char safe[160];

        if (note->account)
            cli_warn("[account %s] %s",
                     text_safe_string(safe, sizeof(safe), note->account),
                     note->text);
        else
            cli_warn("%s", note->text);
    }
}

static void print_files(const struct export_plan *plan)
{
    for (size_t i = 0; i < plan->file_count; i++) {
        char safe[300];

        printf("%s: %s\n",
               text_safe_string(safe, sizeof(safe), plan->files[i].path),
               export_file_changes(&plan->files[i]) ? "written" : "unchanged");
    }
}

static int status_of(const struct export_plan *plan)
{
    return export_plan_warns(plan) || !plan->entry_count ? STATUS_FAILED
                                                         : STATUS_OK;
}

static int show(struct cli *cli, const struct export_plan *plan)
{
    struct buf diff;

    buf_init(&diff, DIFF_MAX);
    export_plan_diff(plan, &diff);
    if (cli->json) {
        print_json(plan, false, &diff);
    } else {
        print_notes(plan);
        if (diff.len)
            fwrite(diff.data, 1, diff.len, stdout);
        else if (plan->entry_count)
            cli_warn("Nothing would change.");
    }
    buf_release(&diff);
    return status_of(plan);
}

static int write_plan(struct cli *cli, const struct export_plan *plan,
                      const struct export_options *options)
{
    struct error e = {0};

    if (!export_plan_write(plan, &e))
        return cli_fail(&e);
    export_remember(cli->workspace.history, plan, options, time(NULL));
    history_save(cli->workspace.history);
    if (cli->json) {
        print_json(plan, true, NULL);
        return status_of(plan);
    }
    print_notes(plan);
    if (plan->entry_count)
        print_files(plan);
    else
        cli_warn("Nothing was written.");
    return status_of(plan);
}

static int export(struct cli *cli, const struct words *words,
                  const struct export_source *source,
                  const struct exchange_format *format, char **accounts,
                  size_t count)
{
    struct export_options options = {.format = format,
                                     .path = words->output,
                                     .with_passwords = words->with_passwords,
                                     .tunnel = words->tunnel,
                                     .force = words->force};
    struct export_view view;
    struct export_plan plan;
    struct error e = {0};
    int status;

    if (!export_view_make(&view, source, (const char *const *)accounts, count,
                          &e))
        return cli_fail(&e);
    if (!export_plan_make(&plan, &view, &options, count > 0, &e))
        status = cli_fail(&e);
    else if (words->dry_run)
        status = show(cli, &plan);
    else
        status = write_plan(cli, &plan, &options);
    export_plan_release(&plan);
    export_view_release(&view);
    return status;
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
    struct words words = {0};
    const struct cli_option options[] = {
        {"output", "PATH", NULL, &words.output,
         "the file (default: the program's own; Thunderbird: its profile)"},
        {"dry-run", NULL, &words.dry_run, NULL,
         "show what would change, write nothing"},
        {"with-passwords", NULL, &words.with_passwords, NULL,
         "also the passwords that stand in accounts.ini"},
        {"tunnel", NULL, &words.tunnel, NULL,
         "let the program go through `postseal connect`"},
        {"force", NULL, &words.force, NULL,
         "write over a block that was edited by hand"},
        {"check", NULL, &words.check, NULL,
         "is what was exported out of date? (status 1)"},
        {"list", NULL, &words.list, NULL,
         "what was exported where; with the word formats: the formats"},
        CLI_OPTION_END,
    };
    const struct exchange_format *format;
    struct export_source source;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, -1, &status))
        return status;
    if (words.list && argc == 1 && strcmp(argv[0], "formats") == 0)
        return list_formats(cli);
    if (words.check || words.list) {
        if (argc || (words.check && words.list))
            return cli_usage(cli, "--check and --list stand alone.");
        return open_source(cli, &source, &status)
                   ? check(cli, &source, words.check)
                   : status;
    }
    format = argc ? exchange_format_find(argv[0]) : NULL;
    if (!format)
        return cli_usage(cli,
                         "%s. postseal export --list formats shows the "
                         "formats.",
                         argc ? "There is no such format" : "Which format");
    if (!open_source(cli, &source, &status))
        return status;
    return export(cli, &words, &source, format, argv + 1, (size_t)argc - 1);
}
