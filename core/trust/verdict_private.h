/* SPDX-License-Identifier: MIT */
/* verdict_private: between the judging and the wording of a verdict. */
#ifndef POSTSEAL_CORE_TRUST_VERDICT_PRIVATE_H
#define POSTSEAL_CORE_TRUST_VERDICT_PRIVATE_H

#include "core/trust/verdict.h"

/* What was found, for the sentences. */
struct judgement {
    struct verdict *verdict;
    const struct verdict_request *request;
    /* Which certificate of the path a fault is about; NULL: the leaf. */
    const struct cert *about[FAULT_COUNT];
    int other_code; /* X509_V_ERR_... behind FAULT_OTHER */
};

/* Fills verdict->sentences for all faults. */
void verdict_word(const struct judgement *judgement);

#endif
