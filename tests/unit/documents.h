/* SPDX-License-Identifier: MIT */
/* documents: clientConfig documents for ann@example.org, and what is read out
 * of them as a line. */
#ifndef POSTSEAL_TESTS_UNIT_DOCUMENTS_H
#define POSTSEAL_TESTS_UNIT_DOCUMENTS_H

#include "core/setup/offer.h"

#include <stdio.h>
#include <string.h>

static const struct offer_address ann = {.email = "ann@example.org",
                                         .local = "ann",
                                         .domain = "example.org",
                                         .name = "Ann Example"};

#define XML   "<?xml version='1.0' encoding='UTF-8'?>\n"
#define BEGIN "<clientConfig version='1.1'><emailProvider id='x'>"
#define END   "</emailProvider></clientConfig>"
#define SERVER(kind, type, host, port, socket, auth)                           \
    "<" kind " type='" type "'><hostname>" host "</hostname><port>" port       \
    "</port><socketType>" socket "</socketType><username>%EMAILADDRESS%"       \
    "</username><authentication>" auth "</authentication></" kind ">"
#define IN(host)                                                               \
    SERVER("incomingServer", "imap", host, "993", "SSL", "password-cleartext")
#define OUT(host)                                                              \
    SERVER("outgoingServer", "smtp", host, "465", "SSL", "password-cleartext")
#define DOC(more) XML BEGIN more IN("imap.a.test") OUT("smtp.a.test") END

/* "imaps://host:port user auth login; ..." of both directions. */
static inline void tell_offer(const struct offer *offer, char *out, size_t size)
{
    char url[300];

    *out = '\0';
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < offer->count[d]; i++) {
            const struct offer_server *s = &offer->servers[d][i];
            size_t len = strlen(out);

            snprintf(out + len, size - len, "%s%s %s %s %s", len ? "; " : "",
                     endpoint_format(url, sizeof(url), &s->endpoint),
                     s->user ? s->user : "-", auth_word(s->auth),
                     setup_login_word(s->login));
        }
}

#define USUAL                                                                  \
    "imaps://imap.a.test:993 ann@example.org auto password; "                  \
    "smtps://smtp.a.test:465 ann@example.org auto password"

#endif
