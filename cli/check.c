/* SPDX-License-Identifier: MIT */
/* check: everything that is wrong or doubtful, as file:line: sentence. */
#include "cli/cli.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/setup/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *problem_json(const char *path, const struct problem *problem)
{
    json_t *row = json_object();
    char *section =
        problem->section ? section_name(problem->section, problem->id) : NULL;

    json_object_set_new(row, "file", json_text(path));
    json_object_set_new(
        row, "line", problem->line ? json_integer(problem->line) : json_null());
    json_object_set_new(
        row, "severity",
        json_string(problem->severity == PROBLEM_ERROR ? "error" : "warning"));
    json_object_set_new(row, "section", json_text(section));
    json_object_set_new(row, "key",
                        problem->setting == SET_NONE
                            ? json_null()
                            : json_text(setting_row(problem->setting)->key));
    json_object_set_new(row, "text", json_text(problem->text));
    free(section);
    return row;
}

static void print_problem(const char *path, const struct problem *problem)
{
    const char *mark = problem->severity == PROBLEM_ERROR ? "" : "warning: ";

    if (problem->line)
        printf("%s:%u: %s%s\n", path, problem->line, mark, problem->text);
    else
        printf("%s: %s%s\n", path, mark, problem->text);
}

/* One problem, either way of telling it; 1 when it is an error. */
static size_t tell(const struct cli *cli, json_t *rows, const char *path,
                   const struct problem *problem)
{
    if (cli->json)
        json_array_append_new(rows, problem_json(path, problem));
    else
        print_problem(path, problem);
    return problem->severity == PROBLEM_ERROR;
}

/* providers.ini beside accounts.ini, when there is one. */
static size_t check_providers(const struct cli *cli, json_t *rows)
{
    char *own = file_beside(cli->workspace.path, "providers.ini");
    struct providers *providers = NULL;
    struct error e = {0};
    size_t errors = 0;
    char path[4096];

    if (access(own, F_OK) == 0)
        providers = providers_open(own, &e);
    text_safe_string(path, sizeof(path), own);
    for (size_t i = 0; providers && i < providers_problem_count(providers);
         i++) {
        const struct provider_problem *p = providers_problem_at(providers, i);
        struct problem problem = {.severity = p->warning ? PROBLEM_WARNING
                                                         : PROBLEM_ERROR,
                                  .line = p->line,
                                  .id = "",
                                  .setting = SET_NONE};

        if (strcmp(p->path, own) != 0)
            continue;
        text_safe_string(problem.text, sizeof(problem.text), p->text);
        errors += tell(cli, rows, path, &problem);
    }
    if (e.code && e.code != ERROR_PARSE) {
        struct problem problem = {
            .severity = PROBLEM_ERROR, .id = "", .setting = SET_NONE};

        text_safe_string(problem.text, sizeof(problem.text), e.text);
        errors += tell(cli, rows, path, &problem);
    }
    providers_free(providers);
    free(own);
    return errors;
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct problem *problems;
    char path[4096];
    json_t *rows;
    size_t count, errors = 0;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status) ||
        !cli_open(cli, &status))
        return status;
    problems = config_check(cli->workspace.config, &count);
    text_safe_string(path, sizeof(path), cli->workspace.path);
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        errors += tell(cli, rows, path, &problems[i]);
    errors += check_providers(cli, rows);
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    free(problems);
    return errors ? STATUS_FAILED : STATUS_OK;
}
