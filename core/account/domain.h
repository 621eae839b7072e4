/* SPDX-License-Identifier: MIT */
/*
 * domain: who a host name belongs to. The registrable domain comes from the
 * Public Suffix List (libpsl): mail.example.co.uk belongs to example.co.uk,
 * and two customers of one hoster below a listed suffix are strangers.
 *
 * Names are in the form of host_normalise().
 */
#ifndef POSTSEAL_CORE_ACCOUNT_DOMAIN_H
#define POSTSEAL_CORE_ACCOUNT_DOMAIN_H

#include "core/account/endpoint.h"

/* False (and "") for an address, a single label and a public suffix itself. */
bool domain_registrable(const char *host, char out[HOST_MAX]);
/* Both have a registrable domain, and it is the same. */
bool domain_same_owner(const char *a, const char *b);
/* Whether the list names it as a suffix below which strangers register names
 * ("com", "co.uk"). A single label that the list does not know is none. */
bool domain_is_public_suffix(const char *name);
/* Whether it is one of a registry ("com", "co.uk"), not of a company that
 * lends names below its own ("github.io"). */
bool domain_is_registry(const char *name);
/* Whether host is that name or stands below it; addresses only equal. */
bool domain_covers(const char *domain, const char *host);

#endif
