/* SPDX-License-Identifier: MIT */
/*
 * autoconfig: asks one web place what it knows about a domain's mail: the
 * domain's own (autoconfig.DOMAIN, DOMAIN/.well-known/autoconfig) or a database
 * of providers. The answer is a clientConfig document (autoconfig_xml.h).
 *
 * https is asked first, http only when https gave no document; both together
 * are bounded (10 s, 256 KiB, 3 redirects, none from a public to a private
 * address). The mail address itself goes along only over https, to the domain's
 * own places, and when the person agreed to that.
 */
#ifndef POSTSEAL_CORE_SETUP_AUTOCONFIG_H
#define POSTSEAL_CORE_SETUP_AUTOCONFIG_H

#include "core/net/http.h"
#include "core/setup/setup.h"

struct autoconfig;

struct autoconfig_request {
    /* SETUP_AUTOCONFIG, SETUP_WELL_KNOWN or SETUP_DATABASE */
    enum setup_source place;
    /* Whose document: the address's domain or the owner of its MX. A-labels. */
    const char *domain;
    /* SETUP_DATABASE: [defaults] autoconfig-url. "{{domain}}" in it becomes the
     * domain; without that, the domain is put behind it. */
    const char *database;
    const struct offer_address *address; /* for the placeholders */
    bool send_address;                   /* the person's consent */
    bool https_only; /* http is not asked, whatever https said */
};

struct autoconfig_result {
    enum setup_state state; /* SETUP_FOUND, SETUP_NOTHING or SETUP_FAILED */
    enum setup_protection protection; /* SETUP_HTTPS or SETUP_HTTP */
    const struct offer *offer;        /* when found; ends with the call */
    const char *url;  /* where it came from after redirects; safe; "" */
    const char *text; /* a finished sentence, safe */
};

/* Comes once, from the loop; all of the result ends with the call. */
typedef void autoconfig_done(void *arg, const struct autoconfig_result *result);
/* Never NULL, and never calls back from inside. The request is copied. */
struct autoconfig *autoconfig_start(struct http *http, struct loop *loop,
                                    const struct autoconfig_request *request,
                                    autoconfig_done *done, void *arg);
/* Ends it at once; the callback will not come (again). To be called also after
 * it, and may be called inside it. NULL is fine. */
void autoconfig_free(struct autoconfig *autoconfig);

/* What is asked, for a line on the screen: "https://autoconfig.example.org/
 * mail/config-v1.1.xml", without the address. ERROR_INPUT when autoconfig-url
 * is no http or https URL. The caller frees it; NULL with the error. */
char *autoconfig_url(enum setup_source place, const char *domain,
                     const char *database, bool https, struct error *e);

#endif
