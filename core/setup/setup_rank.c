/* SPDX-License-Identifier: MIT */
/* setup_rank: which candidate is good, and which is better. */
#include "core/setup/setup_private.h"

bool setup_candidate_proven(const struct setup_candidate *candidate)
{
    return candidate->tested && candidate->result && candidate->result->ok;
}

bool setup_candidate_needs_yes(const struct setup_candidate *candidate)
{
    return !candidate->confirmed &&
           (candidate->foreign ||
            candidate->endpoint.security == SECURITY_NONE);
}

bool setup_candidate_good(const struct setup_candidate *candidate)
{
    return setup_candidate_proven(candidate) &&
           !setup_candidate_needs_yes(candidate);
}

/* A wrong certificate can be cured; a server that is not there cannot. */
static int standing(const struct setup_candidate *c)
{
    if (setup_candidate_good(c))
        return 0;
    if (setup_candidate_proven(c))
        return 1;
    if (!c->tested)
        return 2;
    return c->result && c->result->reason == REASON_CERTIFICATE ? 3 : 4;
}

#define DIFFERENT(a, b) ((a) < (b) ? -1 : (a) > (b))

static int compare(const struct entry *a, const struct entry *b)
{
    const struct setup_candidate *x = &a->candidate, *y = &b->candidate;
    const int differences[] = {
        DIFFERENT(standing(x), standing(y)),
        DIFFERENT(x->protection == SETUP_HTTP, y->protection == SETUP_HTTP),
        DIFFERENT(x->endpoint.service, y->endpoint.service),
        DIFFERENT(x->endpoint.security, y->endpoint.security),
        DIFFERENT(x->source, y->source),
        DIFFERENT(a->order, b->order),
    };

    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++)
        if (differences[i])
            return differences[i];
    return 0;
}

/* Few, and mostly in order: no sort of the library is stable for certain. */
void setup_rank(struct setup *setup)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        struct entry **list = setup->entries[d];

        for (size_t i = 1; i < setup->count[d]; i++)
            for (size_t k = i; k > 0 && compare(list[k], list[k - 1]) < 0;
                 k--) {
                struct entry *kept = list[k];

                list[k] = list[k - 1];
                list[k - 1] = kept;
            }
    }
}
