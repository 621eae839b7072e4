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
 *     outgoing-user = %EMAILADDRESS%    ; where that is another one
 *     login    = password               ; app-password, oauth
 *     help     = https://example.org/help/mail
 *
 * Without `user` one logs in with the whole address. A section of the own file
 * stands in for the one of the same name, and its domains go before all others.
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

/* Everything that is wrong in the tables, in order of files and lines. */
struct provider_problem {
    const char *path; /* as opened */
    unsigned line;    /* 0: the file as a whole */
    bool warning;     /* the row is used all the same */
    char text[256];   /* a finished sentence, safe */
};
size_t providers_problem_count(const struct providers *providers);
const struct provider_problem *providers_problem_at(
    const struct providers *providers, size_t i);

/* Adds the servers of the provider of address->domain to the offer; false: not
 * in the table. */
bool providers_find(const struct providers *providers,
                    const struct offer_address *address, struct offer *offer);
/* The same by a host that takes the domain's mail. */
bool providers_find_mx(const struct providers *providers, const char *mx_host,
                       const struct offer_address *address,
                       struct offer *offer);

#endif
