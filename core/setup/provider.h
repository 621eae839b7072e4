/* SPDX-License-Identifier: MIT */
/*
 * provider: the table of large mail providers, an INI file that is installed
 * with the program (share/providers.ini) and extended by the person's own
 * providers.ini beside accounts.ini, whose sections win.
 *
 *     [provider example]
 *     name     = Example Mail
 *     domains  = example.org example.net
 *     mx       = mx.example.org         ; owners of MX hosts, for MX retry
 *     incoming = imaps://imap.example.org  imap://imap.example.org
 *     outgoing = smtps://smtp.example.org
 *     user     = %EMAILADDRESS%         ; or %EMAILLOCALPART%
 *     login    = password               ; app-password, oauth
 *     help     = https://example.org/help/mail
 */
#ifndef POSTSEAL_CORE_SETUP_PROVIDER_H
#define POSTSEAL_CORE_SETUP_PROVIDER_H

#include "core/setup/offer.h"

struct providers;

/* Reads the table that comes with the program (where it was installed, or in
 * the tree it was built in) and `own` (NULL, or a path that need not exist). A
 * broken row is left out and told in *e (ERROR_PARSE, file and line) while the
 * rest is used; NULL only when no table could be read at all. An own file that
 * others may write is not used (ERROR_TRUST). */
struct providers *providers_open(const char *own, struct error *e);
void providers_free(struct providers *providers);

/* Adds the servers of the provider of address->domain to the offer; false: not
 * in the table. */
bool providers_find(const struct providers *providers,
                    const struct offer_address *address, struct offer *offer);
/* The same by a host that takes the domain's mail. */
bool providers_find_mx(const struct providers *providers, const char *mx_host,
                       const struct offer_address *address,
                       struct offer *offer);

#endif
