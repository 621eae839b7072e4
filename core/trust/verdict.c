/* SPDX-License-Identifier: MIT */
/* verdict: a chain judged. The path: verdict_path.c; what is wrong with one:
 * verdict_trial.c, verdict_names.c, verdict_revocation.c; what the faults mean
 * in words: verdict_words.c. */
#include "core/trust/recall.h"
#include "core/trust/verdict_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* -- the verdict ----------------------------------------------------------- */

static bool check_request(STACK_OF(X509) * sent,
                          const struct verdict_request *request,
                          struct error *e)
{
    char normal[HOST_MAX];

    if (!sent || sk_X509_num(sent) < 1)
        return error_set(e, ERROR_TLS, "The server sent no certificate.");
    if (!request->host || !host_normalise(request->host, normal, e))
        return request->host
                   ? false
                   : error_set(e, ERROR_INPUT, "No server name was given.");
    if (strcmp(normal, request->host) != 0)
        return error_set(e, ERROR_INPUT,
                         "The server name is not in its normal form.");
    return true;
}

static void conclude(struct verdict *v)
{
    v->trusted = v->faults == 0;
    v->overridable = v->faults != 0;
    for (int f = 0; f < FAULT_COUNT; f++)
        if ((v->faults & FAULT_BIT(f)) && !fault_overridable((enum fault)f))
            v->overridable = false;
    if (v->trusted)
        v->proven_by = xstrdup(
            v->path.count ? v->path.certs[v->path.count - 1].subject_name
                          : verdict_leaf(v)->subject_name);
}

/* A certificate that would have been the next of the path, had OpenSSL been
 * able to read its extensions. */
static const struct cert *damaged_issuer(const struct verdict *v)
{
    const struct cert *top = &v->path.certs[v->path.count - 1];

    for (size_t i = 1; i < v->sent.count; i++)
        if (!v->sent.certs[i].extensions_ok &&
            strcmp(v->sent.certs[i].subject, top->issuer) == 0)
            return &v->sent.certs[i];
    return NULL;
}

static void take_best(struct judgement *j, struct trial *best)
{
    struct verdict *v = j->verdict;
    struct findings *found = &best->found;

    v->path = best->certs;
    best->certs = (struct cert_chain){0};
    v->revocation = best->revocation;
    v->revocation_date = best->revocation_date;
    for (int f = 0; f < FAULT_COUNT; f++)
        if (found->depth[f] > 0 && (size_t)found->depth[f] < v->path.count)
            j->about[f] = &v->path.certs[found->depth[f]];
    if ((found->faults & FAULT_BIT(FAULT_UNKNOWN_ISSUER)) &&
        (j->about[FAULT_BAD_ENCODING] = damaged_issuer(v)))
        findings_replace(found, FAULT_UNKNOWN_ISSUER, FAULT_BAD_ENCODING);
}

static void judge(struct verdict *out, STACK_OF(X509) * sent,
                  const struct verdict_request *request)
{
    struct trial best;
    struct judgement j = {
        .verdict = out, .request = request, .found = &best.found};

    recall_chain(request->recall, &out->sent, sent);
    path_find(&best, sent, request);
    take_best(&j, &best);
    if (!names_host(sk_X509_value(sent, 0), request->host))
        findings_add(&best.found, FAULT_WRONG_HOST, 0, 0);
    ERR_clear_error(); /* the checks of names leave some */
    out->faults = best.found.faults;
    conclude(out);
    verdict_word(&j);
    trial_release(&best);
}

bool verdict_judge(struct verdict *out, STACK_OF(X509) * sent,
                   const struct verdict_request *request, struct error *e)
{
    struct recall_question question;

    *out = (struct verdict){0};
    if (!check_request(sent, request, e))
        return false;
    if (!request->recall) {
        judge(out, sent, request);
        return true;
    }
    recall_ask(request->recall, &question, sent, request);
    if (recall_verdict(request->recall, &question, out))
        return true;
    judge(out, sent, request);
    recall_keep(request->recall, &question, out);
    return true;
}

const struct cert *verdict_leaf(const struct verdict *verdict)
{
    return verdict->sent.count ? &verdict->sent.certs[0] : NULL;
}

void verdict_release(struct verdict *verdict)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        free(verdict->sentences[f]);
    free(verdict->proven_by);
    cert_chain_release(&verdict->sent);
    cert_chain_release(&verdict->path);
    *verdict = (struct verdict){0};
}

void verdict_copy(struct verdict *to, const struct verdict *from)
{
    *to = *from;
    for (int f = 0; f < FAULT_COUNT; f++)
        to->sentences[f] = xstrdup_or_null(from->sentences[f]);
    to->proven_by = xstrdup_or_null(from->proven_by);
    cert_chain_copy(&to->sent, &from->sent);
    cert_chain_copy(&to->path, &from->path);
}
