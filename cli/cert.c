/* SPDX-License-Identifier: MIT */
/* cert: explaining a certificate (cert show) and judging a chain offline with
 * the very code of a live test (cert verify). */
#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PEM_MAX (4u << 20)

static bool load_certificates(const char *path, STACK_OF(X509) * *out,
                              struct error *e)
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

/* -- cert show ------------------------------------------------------------- */

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

static json_t *verdict_json(const struct verdict *verdict)
{
    json_t *row = json_object();
    json_t *sentences = json_array();

    for (int f = 0; f < FAULT_COUNT; f++)
        if (verdict->sentences[f])
            json_array_append_new(sentences, json_text(verdict->sentences[f]));
    json_object_set_new(row, "trusted", json_boolean(verdict->trusted));
    json_object_set_new(row, "faults", json_faults(verdict->faults));
    json_object_set_new(row, "overridable", json_boolean(verdict->overridable));
    json_object_set_new(row, "sentences", sentences);
    json_object_set_new(row, "proven_by", json_text(verdict->proven_by));
    return row;
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

    if (!load_certificates(path, &stack, &e))
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

/* -- cert verify ----------------------------------------------------------- */

struct verify_words {
    const char *chain, *roots, *host, *time, *crl;
};

static bool load_crls(const char *path, STACK_OF(X509_CRL) * *out,
                      struct error *e)
{
    struct buf bytes;
    struct file_stamp stamp;
    X509_CRL *crl;
    BIO *bio;
    bool ok;

    *out = sk_X509_CRL_new_null();
    buf_init(&bytes, FILE_MAX);
    ok = file_read(path, FILE_MAX, &bytes, &stamp, e);
    if (ok) {
        bio = BIO_new_mem_buf(bytes.data, (int)bytes.len);
        while ((crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)))
            sk_X509_CRL_push(*out, crl);
        BIO_free(bio);
        if (sk_X509_CRL_num(*out) == 0)
            ok = error_set(e, ERROR_PARSE,
                           "%s holds no certificate revocation list in PEM.",
                           path);
    }
    buf_release(&bytes);
    return ok;
}

/* The roots of the command line are all there is: the system's are not
 * asked. */
static bool load_roots(const char *path, X509_STORE *store, struct error *e)
{
    STACK_OF(X509) *roots = NULL;

    if (!load_certificates(path, &roots, e))
        return false;
    for (int i = 0; i < sk_X509_num(roots); i++)
        X509_STORE_add_cert(store, sk_X509_value(roots, i));
    sk_X509_pop_free(roots, X509_free);
    return true;
}

static int tell_verdict(const struct cli *cli, const struct verdict *verdict)
{
    char words[512];

    if (cli->json) {
        json_print(verdict_json(verdict), false);
    } else {
        printf("faults: %s\n",
               verdict->faults
                   ? fault_words(words, sizeof(words), verdict->faults, ", ")
                   : "none");
        faults_print(stdout, verdict);
    }
    return verdict->trusted ? STATUS_OK : STATUS_CERTIFICATE;
}

static int judge(struct cli *cli, const struct verify_words *words,
                 const struct verdict_request *wanted, struct error *e)
{
    struct verdict_request request = *wanted;
    STACK_OF(X509) *chain = NULL;
    struct verdict verdict;
    char host[HOST_MAX];
    int status;

    /* An impossible name is judged by the verdict itself: never "no check". */
    request.host = host_normalise(words->host, host, NULL) ? host : words->host;
    if (!load_roots(words->roots, request.store, e) ||
        !load_certificates(words->chain, &chain, e))
        return cli_fail(e);
    status = verdict_judge(&verdict, chain, &request, e)
                 ? tell_verdict(cli, &verdict)
                 : cli_fail(e);
    verdict_release(&verdict);
    sk_X509_pop_free(chain, X509_free);
    return status;
}

int cmd_cert_verify(struct cli *cli, int argc, char **argv)
{
    struct verify_words words = {0};
    const struct cli_option options[] = {
        {"chain", "PEM", NULL, &words.chain, "the server's, its own first"},
        {"roots", "PEM", NULL, &words.roots, "trust anchors; no others count"},
        {"host", "NAME", NULL, &words.host, "the name or address wanted"},
        {"time", "RFC3339", NULL, &words.time, "judge at that time"},
        {"crl", "PEM", NULL, &words.crl, "revocation lists"},
        CLI_OPTION_END,
    };
    struct verdict_request request = {.now = time(NULL)};
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status))
        return status;
    if (!words.chain || !words.roots || !words.host)
        return cli_usage(cli, "--chain, --roots and --host are needed.");
    if (words.time && !timestamp_parse(words.time, &request.now))
        return cli_usage(cli, "--time is written as 2026-11-23T16:02:11Z.");
    if (words.crl && !load_crls(words.crl, &request.crls, &e)) {
        status = cli_fail(&e);
    } else {
        request.store = X509_STORE_new();
        status = judge(cli, &words, &request, &e);
    }
    X509_STORE_free(request.store);
    sk_X509_CRL_pop_free(request.crls, X509_CRL_free);
    return status;
}
