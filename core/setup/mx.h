/* SPDX-License-Identifier: MIT */
/*
 * mx: who takes a domain's mail often knows its settings, too. Asks for the MX
 * records, looks their hosts up in the table of providers, and asks the domain
 * of the first one, over https, as that domain's own addresses would be.
 */
#ifndef POSTSEAL_CORE_SETUP_MX_H
#define POSTSEAL_CORE_SETUP_MX_H

#include "core/net/records.h"
#include "core/setup/autoconfig.h"
#include "core/setup/provider.h"

struct mx_request {
    struct resolver *resolver;
    struct http *http;
    struct loop *loop;
    const struct offer_address *address; /* must live as long */
    const struct providers *providers;   /* NULL: none; must live as long */
    const char *database;                /* NULL: none is asked; copied */
};

struct mx_result {
    enum setup_state state;    /* SETUP_FOUND, SETUP_NOTHING or SETUP_FAILED */
    const struct offer *offer; /* when found; ends with the call */
    bool no_domain;            /* the DNS knows no such domain at all */
    const char *text;          /* a finished sentence, safe */
};
typedef void mx_done(void *arg, const struct mx_result *result);

#define MX_DOMAINS 2
/* Whom to ask about an MX host: the name above it and its registrable domain,
 * but no public suffix and not `domain`, which was asked already. Returns how
 * many. */
size_t mx_domains(const char *host, const char *domain,
                  char out[MX_DOMAINS][HOST_MAX]);

struct mx;
/* Never NULL, and never calls back from inside. */
struct mx *mx_start(const struct mx_request *request, mx_done *done, void *arg);
/* Ends it; the callback will not come (again). To be called also after it, and
 * may be called inside it. NULL is fine. */
void mx_free(struct mx *mx);

#endif
