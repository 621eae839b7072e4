/* SPDX-License-Identifier: MIT */
/* cert_show: explaining the certificates of a server or a file. */
#include "cli/cert.h"

#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PEM_MAX (4u << 20)

bool cert_file_load(const char *path, STACK_OF(X509) * *out, struct error *e)
{
    struct buf bytes;
    struct file_stamp stamp;
    bool ok;

    buf_init(&bytes, PEM_MAX);
    ok = file_read(path, PEM_MAX, &bytes, &stamp, e);
    if (ok && !stamp.exists)
        ok = error_set(e, ERROR_FILE, "%s does not exist.", path);
    if (ok) {
        struct error why = {0};

        ok = cert_load(bytes.data, bytes.len, out, &why) ||
             error_set(e, why.code, "%s: %s", path, why.text);
    }
    buf_release(&bytes);
    return ok;
}

static void print_pem(const struct cert_chain *chain)
{
    struct buf pem;

    buf_init(&pem, PEM_MAX);
    for (size_t i = 0; i < chain->count; i++)
        cert_add_pem(&pem, &chain->certs[i]);
    fwrite(pem.data, 1, pem.len, stdout);
    buf_release(&pem);
}

static json_t *chain_json(const struct cert_chain *chain, time_t now)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < chain->count; i++)
        json_array_append_new(rows, certificate_json(&chain->certs[i], now));
    return rows;
}

static void print_chain(const struct cert_chain *chain, time_t now)
{
    for (size_t i = 0; i < chain->count; i++) {
        printf("Certificate %zu of %zu\n", i + 1, chain->count);
        certificate_print(&chain->certs[i], now);
        putchar('\n');
    }
}

static void print_verdict(const struct verdict *verdict, time_t now)
{
    char summary[400];

    printf("Verdict: %s\n",
           verdict_summary(summary, sizeof(summary), verdict, now));
    faults_print(stdout, verdict);
    putchar('\n');
}

static int show_server(struct cli *cli, const char *target, bool pem)
{
    const struct probe_result *result;
    struct probe_set *set;
    int status = STATUS_OK;

    set = fetch_certificate(cli, target, &status);
    if (!set)
        return status;
    result = probe_set_result(set, 0);
    if (pem) {
        print_pem(&result->verdict.sent);
    } else if (cli->json) {
        json_t *row = json_object();

        json_object_set_new(row, "target", json_text(result->target));
        json_object_set_new(row, "host", json_text(result->endpoint.host));
        json_object_set_new(row, "port", json_integer(result->endpoint.port));
        json_object_set_new(row, "verdict", verdict_json(&result->verdict));
        json_object_set_new(
            row, "exception",
            json_string(exception_state_word(result->exception)));
        json_object_set_new(row, "chain",
                            chain_json(&result->verdict.sent, result->when));
        json_print(row, false);
    } else {
        print_verdict(&result->verdict, result->when);
        print_chain(&result->verdict.sent, result->when);
    }
    probe_set_free(set);
    return STATUS_OK;
}

static int show_file(struct cli *cli, const char *path, bool pem)
{
    STACK_OF(X509) *stack = NULL;
    struct cert_chain chain;
    struct error e = {0};
    time_t now = time(NULL);

    if (!cert_file_load(path, &stack, &e))
        return cli_fail(&e);
    cert_chain_read(&chain, stack);
    sk_X509_pop_free(stack, X509_free);
    if (pem)
        print_pem(&chain);
    else if (cli->json)
        json_print(json_pack("{s:o, s:o, s:o}", "file", json_text(path),
                             "verdict", json_null(), "chain",
                             chain_json(&chain, now)),
                   false);
    else
        print_chain(&chain, now);
    cert_chain_release(&chain);
    return STATUS_OK;
}

int cmd_cert_show(struct cli *cli, int argc, char **argv)
{
    bool pem = false;
    const struct cli_option options[] = {
        {"pem", NULL, &pem, NULL, "the certificates as PEM, nothing else"},
        CLI_OPTION_END,
    };
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (access(argv[0], F_OK) == 0)
        return show_file(cli, argv[0], pem);
    if (!endpoint_looks_like_url(argv[0]) &&
        (strchr(argv[0], '.') || argv[0][0] == '/')) {
        cli_warn("%s is neither a file nor a server (imaps://host, "
                 "host:port).",
                 argv[0]);
        return STATUS_FILE;
    }
    return show_server(cli, argv[0], pem);
}
