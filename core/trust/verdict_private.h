/* SPDX-License-Identifier: MIT */
/* verdict_private: between the files that find a path, judge it and word the
 * verdict. */
#ifndef POSTSEAL_CORE_TRUST_VERDICT_PRIVATE_H
#define POSTSEAL_CORE_TRUST_VERDICT_PRIVATE_H

#include "core/trust/verdict.h"

/* Beside OpenSSL's X509_V_ERR_..., which are not negative. */
enum own_code {
    OWN_CONSTRAINTS_IN_LEAF = -100, /* name constraints in no authority */
    OWN_CONSTRAINTS_EMPTY,          /* name constraints that name nothing */
    OWN_CRL_WITHOUT_NUMBER,
    OWN_OUTSIDE_DOMAINS, /* the anchor may vouch for other domains only */
};

/* FAULT_OTHER for a code that is not in the table. */
enum fault verdict_fault_of(int code);

/* What is wrong with a path. For each fault what is nearest to the leaf. */
struct findings {
    fault_set faults;
    int depth[FAULT_COUNT]; /* which certificate of the path */
    int code[FAULT_COUNT];  /* X509_V_ERR_... or enum own_code; 0: none */
};

void findings_add(struct findings *found, enum fault fault, int depth,
                  int code);
/* By the code alone. */
void findings_add_code(struct findings *found, int code, int depth);
void findings_replace(struct findings *found, enum fault old, enum fault fault);
/* A trust anchor was reached that may vouch for the host. */
bool findings_anchored(const struct findings *found);

/* A path with what is wrong with it: leaf first, the anchor last if one was
 * reached. */
struct trial {
    STACK_OF(X509) * x509s;
    struct cert_chain certs; /* the same as facts */
    struct findings found;
    enum revocation revocation;
    time_t revocation_date;
};

/* verdict_path.c: the best path there is; the first one without a fault, if
 * any. Of two bad ones an anchored one, then that with fewer faults that may
 * not be overridden, then with fewer faults. */
void path_find(struct trial *best, STACK_OF(X509) * sent,
               const struct verdict_request *request);
void trial_release(struct trial *trial);

/* verdict_trial.c: everything about one path but the host's name.
 * `anchor`: the only trust anchor to be considered; NULL: those of the store.
 */
void trial_judge(struct trial *trial, X509 *leaf, STACK_OF(X509) * others,
                 X509 *anchor, const struct verdict_request *request);

/* verdict_names.c */
/* RFC 9525: whether one of the subjectAltNames is the host. */
bool names_host(X509 *leaf, const char *host);
/* What OpenSSL does not hold against name constraints. */
void names_constraints(const struct trial *trial, struct findings *found);

/* verdict_revocation.c */
/* Lists and the stapled answer. The verification has looked the path up in the
 * lists already. */
void revocation_judge(struct trial *trial,
                      const struct verdict_request *request);

/* What was found, for the sentences. */
struct judgement {
    struct verdict *verdict;
    const struct verdict_request *request;
    const struct findings *found;
    /* Which certificate of the path a fault is about; NULL: the leaf. */
    const struct cert *about[FAULT_COUNT];
};

/* Fills verdict->sentences for all faults. */
void verdict_word(const struct judgement *judgement);

#endif
