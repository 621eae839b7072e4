/* SPDX-License-Identifier: MIT */
#include "core/setup/autoconfig.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/setup/autoconfig_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both requests together. A host that does not even answer the connection must
 * leave time for the other. */
#define TOTAL_MS   10000
#define CONNECT_MS 4000
#define LEAST_MS   1000
#define REDIRECTS  3
#define ACCEPT     "text/xml, application/xml"
#define HERE       "{{domain}}"

/* What came of one request. */
struct outcome {
    enum setup_state state;
    bool untrusted; /* TLS or a certificate was in the way */
    char text[640];
};

struct autoconfig {
    struct http *http;
    struct loop *loop;
    autoconfig_done *done;
    void *arg;

    enum setup_source place;
    char *domain, *database;
    char *email, *local, *address_domain, *name;
    struct offer_address address;
    bool send_address, https_only;

    int64_t end;
    struct loop_timer *later;
    struct http_fetch *fetch;
    bool https; /* of the request under way */
    struct offer offer;
    struct outcome first; /* what https gave */
    struct error wrong;   /* autoconfig-url is none */
};

/* -- addresses ------------------------------------------------------------- */

static char *database_url(const char *base, const char *domain, bool https,
                          struct error *e)
{
    bool secure = text_starts_nocase(base, "https://");
    const char *place = strstr(base, HERE);
    size_t len = strlen(base);

    if (!secure && !text_starts_nocase(base, "http://")) {
        char safe[200];

        error_set(e, ERROR_INPUT,
                  "autoconfig-url: \"%s\" is no address that begins with "
                  "https://.",
                  text_safe_string(safe, sizeof(safe), base));
        return NULL;
    }
    if (secure != https) {
        error_set(e, ERROR_NOT_FOUND, "It is asked by %s alone.",
                  secure ? "https" : "http");
        return NULL;
    }
    if (place)
        return xasprintf("%.*s%s%s", (int)(place - base), base, domain,
                         place + strlen(HERE));
    return xasprintf("%s%s%s", base, base[len - 1] == '/' ? "" : "/", domain);
}

char *autoconfig_url(enum setup_source place, const char *domain,
                     const char *database, bool https, struct error *e)
{
    const char *scheme = https ? "https" : "http";

    if (place == SETUP_DATABASE)
        return database_url(database, domain, https, e);
    if (place == SETUP_WELL_KNOWN)
        return xasprintf("%s://%s/.well-known/autoconfig/mail/config-v1.1.xml",
                         scheme, domain);
    return xasprintf("%s://autoconfig.%s/mail/config-v1.1.xml", scheme, domain);
}

/* The person's address goes to the domain's own places, and never readably. */
static char *request_url(const struct autoconfig *a)
{
    char *url =
        autoconfig_url(a->place, a->domain, a->database, a->https, NULL);
    struct buf query;
    char *whole;

    if (!url || !a->send_address || !a->https || a->place == SETUP_DATABASE)
        return url;
    buf_init(&query, 4096);
    http_form_add(&query, "emailaddress", a->email);
    whole = xasprintf("%s?%s", url, query.data);
    buf_release(&query);
    free(url);
    return whole;
}

/* The URL without its question, for showing. */
static char *shown_url(const char *url)
{
    return text_safe_dup(url, strcspn(url, "?"), 200);
}

/* -- the end --------------------------------------------------------------- */

/* The callee may free it: nothing of it is touched afterwards. */
static void tell(struct autoconfig *a, const struct outcome *outcome,
                 const char *url)
{
    char *shown = shown_url(url);
    struct autoconfig_result result = {
        .state = outcome->state,
        .protection = a->https ? SETUP_HTTPS : SETUP_HTTP,
        .offer = outcome->state == SETUP_FOUND ? &a->offer : NULL,
        .url = shown,
        .text = outcome->text};

    a->done(a->arg, &result);
    free(shown);
}

static void start_request(struct autoconfig *a);

/* http is asked when https gave no document. What https said is told, unless it
 * was only that nobody is there. */
static void ended(struct autoconfig *a, const struct outcome *outcome,
                  const char *url)
{
    int64_t left = a->end - loop_now(a->loop);

    if (outcome->state == SETUP_FOUND) {
        tell(a, outcome, url);
    } else if (a->https && !a->https_only && a->place != SETUP_DATABASE &&
               left >= LEAST_MS) {
        a->first = *outcome;
        a->https = false;
        start_request(a);
    } else if (!a->https && a->first.text[0] &&
               (a->first.state == SETUP_NOTHING || a->first.untrusted ||
                outcome->state == SETUP_FAILED)) {
        tell(a, &a->first, "");
    } else {
        tell(a, outcome, "");
    }
}

/* -- answers --------------------------------------------------------------- */

static void say(struct outcome *o, enum setup_state state, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

static void say(struct outcome *o, enum setup_state state, const char *format,
                ...)
{
    va_list args;

    o->state = state;
    va_start(args, format);
    vsnprintf(o->text, sizeof(o->text), format, args);
    va_end(args);
}

static void say_found(const struct autoconfig *a, struct outcome *o,
                      const char *url)
{
    char *shown = shown_url(url);
    size_t in = a->offer.count[SETUP_INCOMING];
    size_t out = a->offer.count[SETUP_OUTGOING];

    say(o, SETUP_FOUND,
        "%s names %zu incoming and %zu outgoing server%s.%s%s%s", shown, in,
        out, out == 1 ? "" : "s", *a->offer.left_out ? " Left out: " : "",
        a->offer.left_out, *a->offer.left_out ? "." : "");
    free(shown);
}

static void read_document(struct autoconfig *a,
                          const struct http_response *response,
                          struct outcome *o)
{
    char *shown = shown_url(response->url);
    struct error e = {0};

    if (autoconfig_xml_read(response->body, response->len, &a->address,
                            &a->offer, &e))
        say_found(a, o, response->url);
    else if (e.code == ERROR_NOT_FOUND ||
             text_starts_nocase(response->content_type, "text/html"))
        say(o, SETUP_NOTHING, "%s is a web page, not settings for mail.",
            shown);
    else
        say(o, SETUP_FAILED, "%s cannot be used. %s", shown, e.text);
    free(shown);
}

static void judge_failure(const struct failure *failure, struct outcome *o)
{
    bool none = failure->reason == REASON_RESOLVE && failure->no_such_name;

    o->untrusted = failure->reason == REASON_CERTIFICATE ||
                   failure->reason == REASON_TLS ||
                   failure->reason == REASON_TLS_VERSION;
    say(o, none ? SETUP_NOTHING : SETUP_FAILED, "%s", failure->text);
}

static void answered(void *arg, const struct http_response *response,
                     const struct failure *failure)
{
    struct autoconfig *a = arg;
    struct outcome outcome = {.state = SETUP_NOTHING};
    char *url = xstrdup(response ? response->url : "");
    bool pointless = false;

    if (!response) {
        judge_failure(failure, &outcome);
        /* The same name, the same library: no need to ask again. */
        pointless = failure->reason == REASON_RESOLVE ||
                    failure->reason == REASON_CONFIG;
    } else if (response->status == 200) {
        read_document(a, response, &outcome);
        pointless = outcome.state == SETUP_FAILED;
    } else {
        char *shown = shown_url(response->url);

        say(&outcome, response->status >= 500 ? SETUP_FAILED : SETUP_NOTHING,
            response->status >= 500 ? "%s cannot be had (status %ld)."
                                    : "There is no %s (status %ld).",
            shown, response->status);
        free(shown);
    }
    http_fetch_free(a->fetch);
    a->fetch = NULL;
    if (pointless && outcome.state != SETUP_FOUND)
        tell(a, &outcome, "");
    else
        ended(a, &outcome, url);
    free(url);
}

/* -- beginning ------------------------------------------------------------- */

static void tell_wrong(void *arg)
{
    struct autoconfig *a = arg;
    struct outcome outcome = {0};

    a->later = NULL;
    say(&outcome, SETUP_FAILED, "%s", a->wrong.text);
    tell(a, &outcome, "");
}

static void start_request(struct autoconfig *a)
{
    char *url = request_url(a);

    a->fetch = http_start(a->http,
                          &(struct http_request){
                              .url = url,
                              .accept = ACCEPT,
                              .max_bytes = AUTOCONFIG_MAX,
                              .connect_ms = CONNECT_MS,
                              .total_ms = (long)(a->end - loop_now(a->loop)),
                              .redirects = REDIRECTS,
                              .public_redirects = true,
                          },
                          answered, a);
    free(url);
}

static void copy_address(struct autoconfig *a,
                         const struct offer_address *address)
{
    a->email = xstrdup(address->email);
    a->local = xstrdup(address->local);
    a->address_domain = xstrdup(address->domain);
    a->name = xstrdup_or_null(address->name);
    a->address = (struct offer_address){.email = a->email,
                                        .local = a->local,
                                        .domain = a->address_domain,
                                        .name = a->name};
}

/* A database stands at one address, of either kind. */
static bool choose_scheme(struct autoconfig *a)
{
    char *url;

    a->https = a->place != SETUP_DATABASE ||
               !text_starts_nocase(a->database, "http://");
    url = autoconfig_url(a->place, a->domain, a->database, a->https, &a->wrong);
    free(url);
    return url != NULL;
}

struct autoconfig *autoconfig_start(struct http *http, struct loop *loop,
                                    const struct autoconfig_request *request,
                                    autoconfig_done *done, void *arg)
{
    struct autoconfig *a = xcalloc(1, sizeof(*a));

    *a = (struct autoconfig){
        .http = http,
        .loop = loop,
        .done = done,
        .arg = arg,
        .place = request->place,
        .domain = xstrdup(request->domain),
        .database = xstrdup(request->database ? request->database : ""),
        .send_address = request->send_address,
        .https_only = request->https_only,
        .end = loop_now(loop) + TOTAL_MS,
    };
    copy_address(a, request->address);
    if (choose_scheme(a))
        start_request(a);
    else
        a->later = loop_after(loop, 0, tell_wrong, a);
    return a;
}

void autoconfig_free(struct autoconfig *a)
{
    if (!a)
        return;
    loop_cancel(a->later);
    http_fetch_free(a->fetch);
    offer_release(&a->offer);
    free(a->domain);
    free(a->database);
    free(a->email);
    free(a->local);
    free(a->address_domain);
    free(a->name);
    free(a);
}
