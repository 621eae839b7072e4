/* SPDX-License-Identifier: MIT */
/* authority: who may vouch for servers, from the command line. */
#include "cli/authority.h"

#include "cli/cert.h"
#include "cli/report.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct authorities *authority_store(struct cli *cli, int *status)
{
    struct authorities *all;
    struct error e = {0};

    if (!cli_open(cli, status))
        return NULL;
    all = workspace_authorities(&cli->workspace, &e);
    if (!all)
        *status = cli_fail(&e);
    return all;
}

bool authority_read_domains(const struct cli *cli, const char *text, char **out,
                            int *status)
{
    struct error e = {0};

    *out = NULL;
    if (!text || authority_domains(text, out, &e))
        return true;
    *status = cli_usage(cli, "--domain: %s Nothing was stored.", e.text);
    return false;
}

json_t *authority_domains_json(const char *domains)
{
    char *copy = xstrdup(domains ? domains : ""), *rest = copy, *word;
    json_t *array = domains ? json_array() : json_null();

    while (domains && (word = strsep(&rest, " ")))
        if (*word)
            json_array_append_new(array, json_text(word));
    free(copy);
    return array;
}

/* -- one of them ----------------------------------------------------------- */

json_t *authority_json(const struct authority *one)
{
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string("authority"));
    json_object_set_new(row, "sha256", json_sha256(one->sha256));
    json_object_set_new(row, "name", json_text(one->name));
    json_object_set_new(row, "subject",
                        *one->subject ? json_text(one->subject) : json_null());
    json_object_set_new(row, "source",
                        json_string(authority_source_word(one->source)));
    json_object_set_new(row, "trust",
                        json_string(authority_trust_word(one->trust)));
    json_object_set_new(row, "decided", json_boolean(one->decided));
    json_object_set_new(row, "domains", authority_domains_json(one->domains));
    json_object_set_new(row, "origin",
                        *one->origin ? json_text(one->origin) : json_null());
    json_object_set_new(row, "added",
                        one->added ? json_time(one->added) : json_null());
    json_object_set_new(row, "not_after",
                        one->not_after_ok ? json_time(one->not_after)
                                          : json_null());
    json_object_set_new(row, "problem", json_text(one->problem));
    return row;
}

static json_t *crl_json(const struct crl *crl, time_t now)
{
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string("crl"));
    json_object_set_new(row, "sha256", json_sha256(crl->sha256));
    json_object_set_new(row, "issuer", json_text(crl->issuer));
    json_object_set_new(row, "number",
                        *crl->number ? json_text(crl->number) : json_null());
    json_object_set_new(row, "revoked", json_integer((json_int_t)crl->revoked));
    json_object_set_new(row, "this_update",
                        crl->dates_ok ? json_time(crl->this_update)
                                      : json_null());
    json_object_set_new(row, "next_update",
                        crl->dates_ok && crl->next_update
                            ? json_time(crl->next_update)
                            : json_null());
    json_object_set_new(row, "stale", json_boolean(crl_is_stale(crl, now)));
    json_object_set_new(row, "checked", json_boolean(crl->checked));
    json_object_set_new(row, "path", json_text(crl->path));
    return row;
}

static const char *state_text(const struct authority *one)
{
    switch (one->trust) {
    case AUTHORITY_DISTRUSTED:
        return "DISTRUSTED";
    case AUTHORITY_CHAIN:
        return "completes chains";
    default:
        return "trusted";
    }
}

void authority_print(const struct authority *one, time_t now)
{
    char scope[1000], sha256[96], end[DATE_SIZE];

    printf("%s  %s", one->name, state_text(one));
    if (one->trust == AUTHORITY_TRUSTED)
        printf(" for %s", authority_scope(scope, sizeof(scope), one));
    printf("\n   %s", authority_source_word(one->source));
    if (*one->origin)
        printf(" from %s", one->origin);
    if (one->added)
        printf(", %s", date_format(end, one->added));
    if (one->not_after_ok)
        printf("; valid until %s%s", date_format(end, one->not_after),
               one->not_after < now ? " (ended)" : "");
    text_hex_groups(sha256, one->sha256, 32);
    printf("\n   %.39s\n   %s\n", sha256, sha256 + 40);
    if (one->problem)
        printf("   ! %s\n", one->problem);
}

static void print_crl(const struct crl *crl, time_t now)
{
    char date[DATE_SIZE], sha256[96];

    printf("%s  revocation list of %s, %zu revoked\n", crl->issuer_name,
           crl->dates_ok ? date_format(date, crl->this_update) : "?",
           crl->revoked);
    if (crl->dates_ok && crl->next_update)
        printf("   the next one by %s%s\n", date_format(date, crl->next_update),
               crl_is_stale(crl, now) ? " (STALE: import a newer one)" : "");
    if (!crl->checked)
        puts("   its issuer is not known here; its signature is checked when "
             "a certificate is judged");
    text_hex_groups(sha256, crl->sha256, 32);
    printf("   %.39s\n   %s\n", sha256, sha256 + 40);
}

/* -- list ------------------------------------------------------------------ */

static void list_rows(struct authorities *all, bool everything, json_t *rows)
{
    size_t lists = authorities_crl_count(all);
    size_t count =
        everything ? authorities_count(all) : authorities_own_count(all);
    time_t now = time(NULL);

    for (size_t i = 0; i < count; i++)
        if (rows)
            json_array_append_new(rows, authority_json(authorities_at(all, i)));
        else
            authority_print(authorities_at(all, i), now);
    for (size_t i = 0; i < lists; i++)
        if (rows)
            json_array_append_new(rows,
                                  crl_json(authorities_crl_at(all, i), now));
        else
            print_crl(authorities_crl_at(all, i), now);
    if (!rows && !everything)
        puts(count ? "The system's are not shown; --all shows them too."
                   : "You decided nothing about authorities. --all shows those "
                     "of the system.");
}

int cmd_authority_list(struct cli *cli, int argc, char **argv)
{
    bool everything = false;
    const struct cli_option options[] = {
        {"all", NULL, &everything, NULL,
         "those of the system and of files too"},
        CLI_OPTION_END,
    };
    struct authorities *all;
    json_t *rows;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status))
        return status;
    all = authority_store(cli, &status);
    if (!all)
        return status;
    rows = cli->json ? json_array() : NULL;
    list_rows(all, everything, rows);
    for (size_t i = 0; i < authorities_problem_count(all); i++)
        cli_warn("%s", authorities_problem_at(all, i));
    if (rows)
        json_print(rows, false);
    return STATUS_OK;
}

/* -- show ------------------------------------------------------------------ */

static const struct authority *chosen(struct authorities *all, const char *name,
                                      int *status)
{
    struct error e = {0};
    const struct authority *found = authorities_find(all, name, &e);

    if (!found)
        *status = cli_fail(&e);
    return found;
}

int cmd_authority_show(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct authority *one;
    struct authorities *all;
    struct error e = {0};
    struct cert cert;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    all = authority_store(cli, &status);
    one = all ? chosen(all, argv[0], &status) : NULL;
    if (!one)
        return status;
    if (!authorities_load_cert(all, one, &cert, &e))
        return cli_fail(&e);
    if (cli->json) {
        json_t *row = authority_json(one);

        json_object_set_new(row, "certificate",
                            cert_facts_json(&cert, time(NULL)));
        json_print(row, false);
    } else {
        authority_print(one, time(NULL));
        certificate_print(&cert, time(NULL));
    }
    cert_release(&cert);
    return STATUS_OK;
}

/* -- export ---------------------------------------------------------------- */

static bool add_pem(struct authorities *all, const char *name, struct buf *out,
                    struct error *e)
{
    const struct authority *one = authorities_find(all, name, e);
    struct cert cert;
    bool ok;

    if (!one || !authorities_load_cert(all, one, &cert, e))
        return false;
    ok = cert_add_pem(out, &cert) ||
         error_set(e, ERROR_INPUT, "These are too many for one file.");
    cert_release(&cert);
    return ok;
}

static bool write_new(const char *path, const struct buf *bytes,
                      struct error *e)
{
    char safe[300];

    if (access(path, F_OK) == 0)
        return error_set(e, ERROR_FILE,
                         "%s exists already. Nothing was written.",
                         text_safe_string(safe, sizeof(safe), path));
    return file_save(
        &(struct file_save){
            .path = path,
            .bytes = bytes->data,
            .len = bytes->len,
            .base = &(struct file_stamp){0}, /* never over another file */
        },
        NULL, NULL, e);
}

int cmd_authority_export(struct cli *cli, int argc, char **argv)
{
    const char *output = NULL;
    const struct cli_option options[] = {
        {"output", "FILE", NULL, &output, "a new file (default: stdout)"},
        CLI_OPTION_END,
    };
    struct authorities *all;
    struct error e = {0};
    struct buf pem;
    bool ok = true;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, -1, &status))
        return status;
    all = authority_store(cli, &status);
    if (!all)
        return status;
    buf_init(&pem, FILE_MAX);
    for (int i = 0; ok && i < argc; i++)
        ok = add_pem(all, argv[i], &pem, &e);
    ok = ok && (!output || write_new(output, &pem, &e));
    if (!ok)
        status = cli_fail(&e);
    else if (cli->json)
        json_print(
            json_pack("{s:i, s:o, s:o}", "written", argc, "output",
                      json_text(output), "content",
                      output ? json_null() : json_stringn(pem.data, pem.len)),
            false);
    else if (output)
        printf("%d written\n", argc);
    else
        fwrite(pem.data, 1, pem.len, stdout);
    buf_release(&pem);
    return ok ? STATUS_OK : status;
}
