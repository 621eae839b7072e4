/* SPDX-License-Identifier: MIT */
/* thunderbird_private: one export into one profile. */
#ifndef POSTSEAL_CORE_EXCHANGE_THUNDERBIRD_PRIVATE_H
#define POSTSEAL_CORE_EXCHANGE_THUNDERBIRD_PRIVATE_H

#include "core/exchange/cert_override.h"
#include "core/exchange/exchange_private.h"
#include "core/exchange/prefs.h"

struct profile {
    struct exchange_writer *w;
    struct prefs *prefs;
    struct cert_override *overrides; /* hosts are borrowed */
    size_t override_count;
    char object[64]; /* "mail.server.server2." */
    bool is_new;     /* that object was not there */
};

/* Puts p->overrides into the plan's cert_override.txt. Lines of exceptions of
 * ours that have ended go; one that Thunderbird has of its own for these
 * servers stays and is told. */
bool thunderbird_overrides(struct profile *p, const char *folder,
                           struct error *e);

#endif
