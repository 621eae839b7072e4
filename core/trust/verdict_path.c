/* SPDX-License-Identifier: MIT */
/* verdict_path: the paths from a server's certificate to an authority.
 *
 * OpenSSL builds one path and judges that. Where an authority was certified by
 * several others, or renewed, or a server sends more than it should, another
 * path may be good: all are tried, within limits that a hostile chain cannot
 * stretch. */
#include "core/trust/verdict_private.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#define PATH_MAX_CERTS 12  /* leaf, ten between, anchor */
#define TRIALS_MAX     32  /* whole paths that are judged */
#define LINKS_MAX      256 /* signatures that are checked to find them */

struct search {
    const struct verdict_request *request;
    X509_STORE_CTX *anchors; /* to ask the store by name */
    STACK_OF(X509) * others; /* what may stand between */
    X509 *path[PATH_MAX_CERTS];
    int length;
    int trials, links; /* how many more */
    struct trial *best;
};

/* -- which one is better --------------------------------------------------- */

static int count_faults(fault_set faults, bool overridable)
{
    int count = 0;

    for (int f = 0; f < FAULT_COUNT; f++)
        if ((faults & FAULT_BIT(f)) &&
            fault_overridable((enum fault)f) == overridable)
            count++;
    return count;
}

static bool is_better(const struct findings *a, const struct findings *b)
{
    int hard_a = count_faults(a->faults, false);
    int hard_b = count_faults(b->faults, false);

    /* An exception must not be had by sending certificates that lead away from
     * the authority that says why there may be none. */
    if (findings_anchored(a) != findings_anchored(b))
        return findings_anchored(a);
    if (hard_a != hard_b)
        return hard_a < hard_b;
    return count_faults(a->faults, true) < count_faults(b->faults, true);
}

void trial_release(struct trial *trial)
{
    sk_X509_pop_free(trial->x509s, X509_free);
    cert_chain_release(&trial->certs);
    *trial = (struct trial){0};
}

/* Whether another path could help. Faults of the leaf alone stay. */
static bool may_improve(const struct findings *found)
{
    const fault_set own = FAULT_BIT(FAULT_EXPIRED) |
                          FAULT_BIT(FAULT_NOT_YET_VALID) |
                          FAULT_BIT(FAULT_WEAK_KEY);

    for (int f = 0; f < FAULT_COUNT; f++)
        if ((found->faults & FAULT_BIT(f)) &&
            (!(own & FAULT_BIT(f)) || found->depth[f] > 0))
            return true;
    return false;
}

/* -- searching ------------------------------------------------------------- */

/* A renewed or cross-signed certificate is the same authority: a path that
 * comes by it twice goes in a circle. */
static bool is_on_path(const struct search *s, X509 *candidate)
{
    for (int i = 0; i < s->length; i++)
        if (X509_NAME_cmp(X509_get_subject_name(s->path[i]),
                          X509_get_subject_name(candidate)) == 0 &&
            EVP_PKEY_eq(X509_get0_pubkey(s->path[i]),
                        X509_get0_pubkey(candidate)) == 1)
            return true;
    return false;
}

/* Names, key identifiers and the signature fit. */
static bool issued(struct search *s, X509 *issuer, X509 *subject)
{
    if (X509_check_issued(issuer, subject) != X509_V_OK || s->links <= 0)
        return false;
    s->links--;
    return X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
}

static bool is_done(const struct search *s)
{
    return s->trials <= 0 || !s->best->found.faults;
}

static void try_path(struct search *s, X509 *anchor)
{
    STACK_OF(X509) *between = sk_X509_new_null();
    struct trial trial = {0};

    s->trials--;
    for (int i = 1; i < s->length; i++)
        sk_X509_push(between, s->path[i]);
    trial_judge(&trial, s->path[0], between, anchor, s->request);
    sk_X509_free(between);
    if (is_better(&trial.found, &s->best->found)) {
        trial_release(s->best);
        *s->best = trial;
    } else {
        trial_release(&trial);
    }
}

static void try_anchors(struct search *s, X509 *top)
{
    STACK_OF(X509) *found =
        X509_STORE_CTX_get1_certs(s->anchors, X509_get_issuer_name(top));

    for (int i = 0; i < sk_X509_num(found) && !is_done(s); i++) {
        X509 *anchor = sk_X509_value(found, i);

        if (!is_on_path(s, anchor) && issued(s, anchor, top))
            try_path(s, anchor);
    }
    sk_X509_pop_free(found, X509_free);
}

static void search_from(struct search *s)
{
    X509 *top = s->path[s->length - 1];

    try_anchors(s, top);
    for (int i = 0; i < sk_X509_num(s->others) && !is_done(s) &&
                    s->length < PATH_MAX_CERTS - 1;
         i++) {
        X509 *next = sk_X509_value(s->others, i);

        if (is_on_path(s, next) || !issued(s, next, top))
            continue;
        s->path[s->length++] = next;
        search_from(s);
        s->length--;
    }
}

static void search_others(struct trial *best, X509 *leaf,
                          STACK_OF(X509) * others,
                          const struct verdict_request *request)
{
    struct search s = {.request = request,
                       .others = others,
                       .path = {leaf},
                       .length = 1,
                       .trials = TRIALS_MAX,
                       .links = LINKS_MAX,
                       .best = best};

    s.anchors = X509_STORE_CTX_new();
    if (s.anchors && X509_STORE_CTX_init(s.anchors, request->store, NULL, NULL))
        search_from(&s);
    X509_STORE_CTX_free(s.anchors);
    ERR_clear_error();
}

/* What was sent behind the leaf, then the intermediates known here. */
static STACK_OF(X509) *
    gather(STACK_OF(X509) * sent, STACK_OF(X509) * intermediates)
{
    STACK_OF(X509) *all = sk_X509_new_null();

    for (int i = 1; i < sk_X509_num(sent); i++)
        sk_X509_push(all, sk_X509_value(sent, i));
    for (int i = 0; i < sk_X509_num(intermediates); i++)
        sk_X509_push(all, sk_X509_value(intermediates, i));
    return all;
}

void path_find(struct trial *best, STACK_OF(X509) * sent,
               const struct verdict_request *request)
{
    X509 *leaf = sk_X509_value(sent, 0);
    STACK_OF(X509) *others = gather(sent, request->intermediates);

    *best = (struct trial){0};
    trial_judge(best, leaf, others, NULL, request);
    if (may_improve(&best->found))
        search_others(best, leaf, others, request);
    sk_X509_free(others);
}
