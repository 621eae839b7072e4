/* SPDX-License-Identifier: MIT */
/*
 * recall: what a run has found out about certificates, so that the same one is
 * read once and the same question judged once: accounts of one provider show
 * the same chain over and over, and nearly all chains end at the same few
 * authorities. It holds results of functions that depend on nothing but what
 * they are given, so what it answers is what they would answer again; see
 * docs/verdict.md. Bounded: the oldest goes first. Nothing of it is written.
 */
#ifndef POSTSEAL_CORE_TRUST_RECALL_H
#define POSTSEAL_CORE_TRUST_RECALL_H

#include "core/trust/verdict.h"

struct recall;

struct recall *recall_new(void);
void recall_free(struct recall *recall);

/* The facts of a certificate or a chain, to be released as those of cert_read()
 * and cert_chain_read(). `recall` may be NULL. */
void recall_cert(struct recall *recall, struct cert *out, X509 *x509);
void recall_chain(struct recall *recall, struct cert_chain *out,
                  STACK_OF(X509) * stack);

/* A question with all that its answer depends on, but the trust anchors and
 * rules: when these change, recall_forget_verdicts(). */
struct recall_question {
    unsigned char digest[32];
    bool is; /* false: it could not be summed up, and is not remembered */
};
void recall_ask(struct recall *recall, struct recall_question *question,
                STACK_OF(X509) * sent, const struct verdict_request *request);
/* False: it was not asked before, or is forgotten. */
bool recall_verdict(const struct recall *recall,
                    const struct recall_question *question,
                    struct verdict *out);
void recall_keep(struct recall *recall, const struct recall_question *question,
                 const struct verdict *verdict);
void recall_forget_verdicts(struct recall *recall);

#endif
