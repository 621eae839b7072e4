/* SPDX-License-Identifier: MIT */
/*
 * identity_usage: which accounts and outgoing servers show a certificate of the
 * person's to their server.
 */
#ifndef POSTSEAL_CORE_TRUST_IDENTITY_USAGE_H
#define POSTSEAL_CORE_TRUST_IDENTITY_USAGE_H

#include "core/account/usage.h"
#include "core/trust/identity.h"

/* Those whose `client-certificate` names it, by label, SHA-256 or path: as
 * "work/incoming" and "smtp:relay", staged changes included. To be released. */
void identity_usage_find(struct usage *out, const struct identities *identities,
                         const struct identity *identity,
                         const struct config *config);

#endif
