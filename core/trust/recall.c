/* SPDX-License-Identifier: MIT */
#include "core/trust/recall.h"

#include "core/base/alloc.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* A chain may have 100 kB, so these bound the memory that servers can fill. */
#define CERTS_MAX    64
#define VERDICTS_MAX 32

struct answer {
    unsigned char digest[32];
    struct verdict verdict;
};

struct recall {
    EVP_MD *sha256; /* fetched once: that alone costs as much as a digest */
    struct cert certs[CERTS_MAX];
    size_t cert_count, next_cert; /* where the next one goes */
    struct answer answers[VERDICTS_MAX];
    size_t answer_count, next_answer;
};

struct recall *recall_new(void)
{
    return xcalloc(1, sizeof(struct recall));
}

void recall_forget_verdicts(struct recall *r)
{
    for (size_t i = 0; i < r->answer_count; i++)
        verdict_release(&r->answers[i].verdict);
    r->answer_count = r->next_answer = 0;
}

void recall_free(struct recall *r)
{
    if (!r)
        return;
    recall_forget_verdicts(r);
    for (size_t i = 0; i < r->cert_count; i++)
        cert_release(&r->certs[i]);
    EVP_MD_free(r->sha256);
    free(r);
}

/* Not before it is needed: most commands judge nothing, and then OpenSSL is not
 * set up at all. */
static bool is_ready(struct recall *r)
{
    if (!r->sha256)
        r->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return r->sha256;
}

/* -- facts ----------------------------------------------------------------- */

static void shelve(struct recall *r, const struct cert *cert)
{
    struct cert *place = &r->certs[r->next_cert];

    if (r->cert_count < CERTS_MAX)
        r->cert_count++;
    else
        cert_release(place);
    cert_copy(place, cert);
    r->next_cert = (r->next_cert + 1) % CERTS_MAX;
}

void recall_cert(struct recall *r, struct cert *out, X509 *x509)
{
    unsigned char digest[32];
    bool known = r && is_ready(r) && X509_digest(x509, r->sha256, digest, NULL);

    for (size_t i = 0; known && i < r->cert_count; i++)
        if (memcmp(r->certs[i].sha256, digest, sizeof(digest)) == 0) {
            cert_copy(out, &r->certs[i]);
            return;
        }
    cert_read(out, x509);
    if (known)
        shelve(r, out);
}

void recall_chain(struct recall *r, struct cert_chain *out,
                  STACK_OF(X509) * stack)
{
    int n = stack ? sk_X509_num(stack) : 0;

    out->count = n > 0 ? (size_t)n : 0;
    out->certs = xcalloc(out->count, sizeof(struct cert));
    for (size_t i = 0; i < out->count; i++)
        recall_cert(r, &out->certs[i], sk_X509_value(stack, (int)i));
}

/* -- verdicts -------------------------------------------------------------- */

/* With its length, so that no two lists of parts run into each other. */
static bool sum(EVP_MD_CTX *ctx, const void *bytes, size_t len)
{
    return EVP_DigestUpdate(ctx, &len, sizeof(len)) &&
           EVP_DigestUpdate(ctx, bytes, len);
}

static bool sum_chain(EVP_MD_CTX *ctx, const struct recall *r,
                      STACK_OF(X509) * sent)
{
    unsigned char digest[32];

    for (int i = 0; i < sk_X509_num(sent); i++)
        if (!X509_digest(sk_X509_value(sent, i), r->sha256, digest, NULL) ||
            !sum(ctx, digest, sizeof(digest)))
            return false;
    return true;
}

void recall_ask(struct recall *r, struct recall_question *question,
                STACK_OF(X509) * sent, const struct verdict_request *request)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *host = request->host;

    question->is =
        is_ready(r) && ctx && EVP_DigestInit_ex2(ctx, r->sha256, NULL) &&
        sum(ctx, host, strlen(host)) &&
        sum(ctx, &request->now, sizeof(request->now)) &&
        sum(ctx, &request->crls_must_cover, sizeof(request->crls_must_cover)) &&
        sum(ctx, request->staple, request->staple_len) &&
        sum_chain(ctx, r, sent) &&
        EVP_DigestFinal_ex(ctx, question->digest, NULL);
    EVP_MD_CTX_free(ctx);
}

bool recall_verdict(const struct recall *r,
                    const struct recall_question *question, struct verdict *out)
{
    for (size_t i = 0; question->is && i < r->answer_count; i++)
        if (memcmp(r->answers[i].digest, question->digest,
                   sizeof(question->digest)) == 0) {
            verdict_copy(out, &r->answers[i].verdict);
            return true;
        }
    return false;
}

void recall_keep(struct recall *r, const struct recall_question *question,
                 const struct verdict *verdict)
{
    struct answer *place = &r->answers[r->next_answer];

    if (!question->is)
        return;
    if (r->answer_count < VERDICTS_MAX)
        r->answer_count++;
    else
        verdict_release(&place->verdict);
    memcpy(place->digest, question->digest, sizeof(place->digest));
    verdict_copy(&place->verdict, verdict);
    r->next_answer = (r->next_answer + 1) % VERDICTS_MAX;
}
