/* SPDX-License-Identifier: MIT */
/* cert: judging a chain offline with the very code of a live test. */
#include "cli/cert.h"

#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/file.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

json_t *verdict_json(const struct verdict *verdict)
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

    if (!cert_file_load(path, &roots, e))
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
        !cert_file_load(words->chain, &chain, e))
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
    struct verdict_request request = {.now = time(NULL),
                                      .crls_must_cover = true};
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
