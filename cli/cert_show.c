/* SPDX-License-Identifier: MIT */
/* cert_show: explaining the certificates of a server or a file. */
#include "cli/cert.h"

#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/trust/cert_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_LIMIT  (4u << 20)
#define SHOWN_LIMIT 150 /* certificates that are explained */

/* -- files ----------------------------------------------------------------- */

static bool read_certificates(const char *path, STACK_OF(X509) * *out,
                              char **passed_over, struct error *e)
{
    struct buf bytes;
    struct file_stamp stamp;
    bool ok;

    buf_init(&bytes, FILE_LIMIT);
    ok = file_read(path, FILE_LIMIT, &bytes, &stamp, e);
    if (ok && !stamp.exists)
        ok = error_set(e, ERROR_FILE, "%s does not exist.", path);
    if (ok) {
        struct error why = {0};

        ok = cert_load_telling(bytes.data, bytes.len, out, passed_over, &why) ||
             error_set(e, why.code, "%s: %s", path, why.text);
    }
    buf_release(&bytes);
    return ok;
}

bool cert_file_load(const char *path, STACK_OF(X509) * *out, struct error *e)
{
    char *passed_over = NULL;
    bool ok = read_certificates(path, out, &passed_over, e);

    free(passed_over);
    return ok;
}

/* -- JSON ------------------------------------------------------------------ */

static void set_text(json_t *row, const char *key, const char *text)
{
    json_object_set_new(row, key, *text ? json_text(text) : json_null());
}

static void set_digest(json_t *row, const char *key, const unsigned char *bytes,
                       size_t len)
{
    char hex[65];

    text_hex(hex, bytes, len);
    json_object_set_new(row, key, json_string(hex));
}

static json_t *list_json(char *const *list, size_t count,
                         char *(*display)(const char *))
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        char *text = display ? display(list[i]) : NULL;

        json_array_append_new(array, json_text(text ? text : list[i]));
        free(text);
    }
    return array;
}

static void add_limits(json_t *row, const struct cert *cert)
{
    json_object_set_new(row, "is_authority", json_boolean(cert->is_ca));
    json_object_set_new(
        row, "path_length",
        cert->path_length < 0 ? json_null() : json_integer(cert->path_length));
    set_text(row, "key_usage", cert->key_usage);
    set_text(row, "extended_key_usage", cert->extended_key_usage);
    set_text(row, "name_constraints", cert->name_constraints);
    json_object_set_new(row, "policy_count",
                        json_integer((json_int_t)cert->policy_count));
    set_text(row, "policies", cert->policies);
    json_object_set_new(row, "must_staple", json_boolean(cert->must_staple));
    set_text(row, "unknown_critical", cert->unknown_critical);
    json_object_set_new(row, "extensions_ok",
                        json_boolean(cert->extensions_ok));
}

json_t *cert_facts_json(const struct cert *cert, time_t now)
{
    json_t *row = certificate_json(cert, now);

    set_digest(row, "sha1", cert->sha1, sizeof(cert->sha1));
    json_object_set_new(
        row, "names_display",
        list_json(cert->names, cert->name_count, cert_name_display));
    json_object_set_new(row, "name_total",
                        json_integer((json_int_t)cert->name_total));
    set_text(row, "key", cert->key);
    set_text(row, "signature", cert->signature);
    set_text(row, "serial", cert->serial);
    json_object_set_new(row, "version", json_integer(cert->version));
    json_object_set_new(row, "self_signed", json_boolean(cert->self_signed));
    add_limits(row, cert);
    set_text(row, "subject_key_id", cert->subject_key_id);
    set_text(row, "authority_key_id", cert->authority_key_id);
    set_text(row, "ocsp", cert->ocsp_urls);
    set_text(row, "crl", cert->crl_urls);
    set_text(row, "issuer_at", cert->ca_issuer_urls);
    json_object_set_new(row, "notes",
                        list_json(cert->notes, cert->note_count, NULL));
    return row;
}

static json_t *chain_json(const struct cert_chain *chain, time_t now)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < chain->count; i++)
        json_array_append_new(rows, cert_facts_json(&chain->certs[i], now));
    return rows;
}

/* -- text ------------------------------------------------------------------ */

static bool print_pem(const struct cert *cert)
{
    struct buf pem;
    bool ok;

    buf_init(&pem, 2 * FILE_LIMIT);
    ok = cert_add_pem(&pem, cert);
    if (ok)
        fwrite(pem.data, 1, pem.len, stdout);
    buf_release(&pem);
    return ok;
}

static void print_one(const struct cert *cert, size_t index, size_t total,
                      time_t now)
{
    printf("Certificate %zu of %zu\n", index + 1, total);
    certificate_print(cert, now);
    putchar('\n');
}

/* The tree, authority first; of one certificate there is none. */
static void print_path(const struct verdict *verdict)
{
    struct cert_path_row *rows;
    struct cert_path path;
    size_t count;

    cert_path_read(&path, verdict);
    cert_path_rows(&path, SIZE_MAX, &rows, &count);
    if (path.count > 1) {
        puts("Path:");
        for (size_t i = 0; i < count; i++)
            printf("  %s\n", rows[i].text);
    }
    cert_path_rows_free(rows, count);
    cert_path_release(&path);
}

static void print_verdict(const struct verdict *verdict, time_t now)
{
    char summary[400], revocation[200];

    printf("Verdict: %s\n",
           verdict_summary(summary, sizeof(summary), verdict, now));
    faults_print(stdout, verdict);
    printf("Revocation: %s\n",
           verdict_revocation(revocation, sizeof(revocation), verdict));
    print_path(verdict);
    putchar('\n');
}

/* -- a server -------------------------------------------------------------- */

static json_t *server_json(const struct probe_result *result)
{
    json_t *row = json_object();

    json_object_set_new(row, "target", json_text(result->target));
    json_object_set_new(row, "host", json_text(result->endpoint.host));
    json_object_set_new(row, "port", json_integer(result->endpoint.port));
    json_object_set_new(row, "verdict", verdict_json(&result->verdict));
    json_object_set_new(row, "exception",
                        json_string(exception_state_word(result->exception)));
    json_object_set_new(row, "chain",
                        chain_json(&result->verdict.sent, result->when));
    json_object_set_new(row, "path",
                        chain_json(&result->verdict.path, result->when));
    return row;
}

static int show_server_pem(const struct cert_chain *chain)
{
    bool ok = chain->count > 0;

    for (size_t i = 0; i < chain->count && ok; i++)
        ok = print_pem(&chain->certs[i]);
    if (!ok)
        cli_warn("the server sent no certificate that can be decoded, so there "
                 "is nothing to write as PEM.");
    return ok ? STATUS_OK : STATUS_FILE;
}

static int show_server(struct cli *cli, const char *target, bool pem)
{
    const struct probe_result *result;
    const struct cert_chain *chain;
    struct probe_set *set;
    int status = STATUS_OK;

    set = fetch_certificate(cli, target, &status);
    if (!set)
        return status;
    result = probe_set_result(set, 0);
    chain = &result->verdict.sent;
    if (pem) {
        status = show_server_pem(chain);
    } else if (cli->json) {
        json_print(server_json(result), false);
    } else {
        print_verdict(&result->verdict, result->when);
        for (size_t i = 0; i < chain->count; i++)
            print_one(&chain->certs[i], i, chain->count, result->when);
    }
    probe_set_free(set);
    return status;
}

/* -- a file ---------------------------------------------------------------- */

/* One at a time: a file may hold many large ones. */
static int show_stack(const STACK_OF(X509) * stack, bool pem, json_t *rows,
                      time_t now)
{
    int total = sk_X509_num(stack);
    bool ok = true;

    for (int i = 0; i < total && ok && (pem || i < SHOWN_LIMIT); i++) {
        struct cert cert;

        cert_read(&cert, sk_X509_value(stack, i));
        if (pem)
            ok = print_pem(&cert);
        else if (rows)
            json_array_append_new(rows, cert_facts_json(&cert, now));
        else
            print_one(&cert, (size_t)i, (size_t)total, now);
        cert_release(&cert);
    }
    if (!ok)
        cli_warn("a certificate in it cannot be written as PEM.");
    else if (!pem && total > SHOWN_LIMIT)
        cli_warn("only the first %d of %d certificates are explained.",
                 SHOWN_LIMIT, total);
    return ok ? STATUS_OK : STATUS_FILE;
}

static int show_file(struct cli *cli, const char *path, bool pem)
{
    STACK_OF(X509) *stack = NULL;
    char *passed_over = NULL, shown[300];
    struct error e = {0};
    json_t *rows;
    int status;

    if (!read_certificates(path, &stack, &passed_over, &e))
        return cli_fail(&e);
    rows = cli->json && !pem ? json_array() : NULL;
    status = show_stack(stack, pem, rows, time(NULL));
    if (rows)
        json_print(json_pack("{s:o, s:o, s:o, s:i, s:o}", "file",
                             json_text(path), "verdict", json_null(), "chain",
                             rows, "chain_total", sk_X509_num(stack),
                             "passed_over", json_text(passed_over)),
                   false);
    if (passed_over)
        cli_warn("%s: %s", text_safe_string(shown, sizeof(shown), path),
                 passed_over);
    sk_X509_pop_free(stack, X509_free);
    free(passed_over);
    return status;
}

int cmd_cert_show(struct cli *cli, int argc, char **argv)
{
    bool pem = false;
    const struct cli_option options[] = {
        {"pem", NULL, &pem, NULL, "the certificates as PEM, nothing else"},
        CLI_OPTION_END,
    };
    char shown[300];
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (access(argv[0], F_OK) == 0)
        return show_file(cli, argv[0], pem);
    if (!endpoint_looks_like_url(argv[0]) &&
        (strchr(argv[0], '.') || argv[0][0] == '/')) {
        cli_warn("%s is neither a file nor a server (imaps://host, "
                 "host:port).",
                 text_safe_string(shown, sizeof(shown), argv[0]));
        return STATUS_FILE;
    }
    return show_server(cli, argv[0], pem);
}
