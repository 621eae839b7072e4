/* SPDX-License-Identifier: MIT */
/* cert: judging a chain offline with the very code of a live test. */
#include "cli/cert.h"

#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/file.h"

#include <openssl/err.h>
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
    json_object_set_new(row, "revocation",
                        json_string(revocation_word(verdict->revocation)));
    return row;
}

struct verify_words {
    const char *chain, *roots, *host, *time, *crl, *staple;
};

/* What the words name, loaded. */
struct terms {
    STACK_OF(X509) * chain;
    struct buf staple;
    struct verdict_request request;
    char host[HOST_MAX];
};

static bool load_bytes(const char *path, struct buf *bytes, struct error *e)
{
    struct file_stamp stamp;

    buf_init(bytes, FILE_MAX);
    return file_read(path, FILE_MAX, bytes, &stamp, e) &&
           (stamp.exists ||
            error_set(e, ERROR_FILE, "%s does not exist.", path));
}

static bool read_crls(const char *path, const struct buf *bytes,
                      STACK_OF(X509_CRL) * out, struct error *e)
{
    BIO *bio = BIO_new_mem_buf(bytes->data, (int)bytes->len);
    X509_CRL *crl;

    while ((crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)))
        sk_X509_CRL_push(out, crl);
    BIO_free(bio);
    ERR_clear_error();
    return sk_X509_CRL_num(out) > 0 ||
           error_set(e, ERROR_PARSE,
                     "%s holds no certificate revocation list in PEM.", path);
}

static bool load_crls(const char *path, struct verdict_request *request,
                      struct error *e)
{
    struct buf bytes;
    bool ok = load_bytes(path, &bytes, e);

    request->crls = sk_X509_CRL_new_null();
    ok = ok && read_crls(path, &bytes, request->crls, e);
    buf_release(&bytes);
    return ok;
}

/* The roots of the command line are all there is: the system's are not
 * asked. */
static bool load_roots(const char *path, struct verdict_request *request,
                       struct error *e)
{
    STACK_OF(X509) *roots = NULL;

    request->store = X509_STORE_new();
    if (!cert_file_load(path, &roots, e))
        return false;
    for (int i = 0; i < sk_X509_num(roots); i++)
        X509_STORE_add_cert(request->store, sk_X509_value(roots, i));
    sk_X509_pop_free(roots, X509_free);
    return true;
}

static bool load_terms(struct terms *terms, const struct verify_words *words,
                       struct error *e)
{
    struct verdict_request *request = &terms->request;

    /* An impossible name is judged by the verdict itself: never "no check". */
    request->host = host_normalise(words->host, terms->host, NULL)
                        ? terms->host
                        : words->host;
    request->crls_must_cover = true;
    buf_init(&terms->staple, FILE_MAX);
    if (!load_roots(words->roots, request, e) ||
        !cert_file_load(words->chain, &terms->chain, e) ||
        (words->crl && !load_crls(words->crl, request, e)) ||
        (words->staple && !load_bytes(words->staple, &terms->staple, e)))
        return false;
    request->staple = (const unsigned char *)terms->staple.data;
    request->staple_len = terms->staple.len;
    return true;
}

static void release_terms(struct terms *terms)
{
    sk_X509_pop_free(terms->chain, X509_free);
    X509_STORE_free(terms->request.store);
    sk_X509_CRL_pop_free(terms->request.crls, X509_CRL_free);
    buf_release(&terms->staple);
}

static int tell_verdict(const struct cli *cli, const struct verdict *verdict)
{
    char words[512], revocation[200];

    if (cli->json) {
        json_print(verdict_json(verdict), false);
    } else {
        printf("faults: %s\n",
               verdict->faults
                   ? fault_words(words, sizeof(words), verdict->faults, ", ")
                   : "none");
        faults_print(stdout, verdict);
        printf("revocation: %s\n",
               verdict_revocation(revocation, sizeof(revocation), verdict));
    }
    return verdict->trusted ? STATUS_OK : STATUS_CERTIFICATE;
}

static int judge(struct cli *cli, struct terms *terms,
                 const struct verify_words *words)
{
    struct verdict verdict;
    struct error e = {0};
    int status;

    if (!load_terms(terms, words, &e))
        return cli_fail(&e);
    status = verdict_judge(&verdict, terms->chain, &terms->request, &e)
                 ? tell_verdict(cli, &verdict)
                 : cli_fail(&e);
    verdict_release(&verdict);
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
        {"staple", "DER", NULL, &words.staple,
         "the OCSP answer that the server sends along"},
        CLI_OPTION_END,
    };
    struct terms terms = {.request.now = time(NULL)};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status))
        return status;
    if (!words.chain || !words.roots || !words.host)
        return cli_usage(cli, "--chain, --roots and --host are needed.");
    if (words.time && !timestamp_parse(words.time, &terms.request.now))
        return cli_usage(cli, "--time is written as 2026-11-23T16:02:11Z.");
    status = judge(cli, &terms, &words);
    release_terms(&terms);
    return status;
}
