/* SPDX-License-Identifier: MIT */
/* http: a request from its URL over redirects to the answer. What libcurl is
 * told for one transfer is in http_request.c, how it runs in our loop in
 * http_curl.c, which addresses may be talked to in http_address.c. */
#include "core/net/http_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define GRACE_MS 50 /* for the other address family */
#define URL_MAX  2048
#define REDIRECT_P(status)                                                     \
    ((status) == 301 || (status) == 302 || (status) == 303 ||                  \
     (status) == 307 || (status) == 308)

/* -- the end --------------------------------------------------------------- */

static void stop(struct http_fetch *fetch)
{
    loop_cancel(fetch->step);
    loop_cancel(fetch->grace);
    fetch->step = fetch->grace = NULL;
    resolve_free(fetch->query);
    fetch->query = NULL;
    http_transfer_stop(fetch);
}

/* The callee may free the fetch: nothing of it is touched afterwards. */
static void fail(struct http_fetch *fetch, const struct failure *failure)
{
    stop(fetch);
    loop_cancel(fetch->deadline);
    fetch->deadline = NULL;
    buf_clear(&fetch->answer);
    fetch->done(fetch->arg, NULL, failure);
}

static void fail_text(struct http_fetch *fetch, enum reason reason,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail_text(struct http_fetch *fetch, enum reason reason,
                      const char *format, ...)
{
    struct failure failure;
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    failure_set(&failure, reason, "%s", text);
    fail(fetch, &failure);
}

static void deadline_passed(void *arg)
{
    struct http_fetch *fetch = arg;

    fetch->deadline = NULL;
    fail_text(fetch, REASON_TIMEOUT,
              "%s did not send its whole answer within %ld seconds.",
              *fetch->host ? fetch->host : "The server",
              (fetch->total_ms + 999) / 1000);
}

/* -- the URL --------------------------------------------------------------- */

static char *part(const struct http_fetch *fetch, CURLU *url, CURLUPart what,
                  unsigned flags)
{
    const struct curl_library *curl = fetch->http->curl;
    char *text = NULL, *copy = NULL;

    if (curl->url_get(url, what, &text, flags) == CURLUE_OK)
        copy = xstrdup(text);
    curl->free(text);
    return copy;
}

/* Host, port and scheme; the host in its normal form goes back into the URL, so
 * that it is found among the addresses that we hand over. */
static bool take_apart(struct http_fetch *fetch, CURLU *url)
{
    const struct curl_library *curl = fetch->http->curl;
    char *scheme = part(fetch, url, CURLUPART_SCHEME, 0);
    char *host = part(fetch, url, CURLUPART_HOST, 0);
    char *port = part(fetch, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    char inserted[HOST_MAX + 2];
    long number = 0;
    bool ok = scheme && host && port;

    fetch->https = ok && strcmp(scheme, "https") == 0;
    ok = ok && (fetch->https || strcmp(scheme, "http") == 0) &&
         text_parse_number(port, 1, 65535, &number) &&
         host_normalise(host, fetch->host, NULL);
    fetch->port = (unsigned)number;
    if (ok) {
        snprintf(inserted, sizeof(inserted),
                 strchr(fetch->host, ':') ? "[%s]" : "%s", fetch->host);
        ok = curl->url_set(url, CURLUPART_HOST, inserted, 0) == CURLUE_OK &&
             curl->url_set(url, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK;
    }
    free(scheme);
    free(host);
    free(port);
    return ok;
}

static bool read_url(struct http_fetch *fetch, const char *text)
{
    const struct curl_library *curl = fetch->http->curl;
    CURLU *url = curl->url();
    bool ok = url && strlen(text) <= URL_MAX && !text_contains_control(text) &&
              curl->url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) ==
                  CURLUE_OK &&
              take_apart(fetch, url);

    if (ok) {
        free(fetch->url);
        fetch->url = part(fetch, url, CURLUPART_URL, 0);
        ok = fetch->url != NULL;
    }
    curl->url_cleanup(url);
    return ok;
}

/* -- one transfer ---------------------------------------------------------- */

static void transfer(struct http_fetch *fetch)
{
    struct http *http = fetch->http;
    struct failure failure;

    for (size_t i = 0; !fetch->hops && i < fetch->address_count; i++)
        fetch->from_public =
            fetch->from_public || http_address_is_public(&fetch->addresses[i]);
    tls_guard_release(&fetch->guard);
    fetch->guard =
        (struct tls_guard){.authorities = http->env.authorities,
                           .exceptions = http->env.exceptions,
                           .host = fetch->host,
                           .port = fetch->port,
                           .now = http->env.wall(http->env.wall_arg)};
    buf_clear(&fetch->answer);
    fetch->head_len = 0;
    fetch->head_too_long = fetch->address_refused = false;
    fetch->detail[0] = '\0';
    fetch->easy = http->curl->easy_init();
    if (!fetch->easy)
        abort();
    if (!http_prepare(fetch))
        fail_text(fetch, REASON_CONFIG,
                  "libcurl is too old or built without what is needed here.");
    else if (!http_transfer_start(fetch, &failure))
        fail(fetch, &failure);
}

/* -- resolving ------------------------------------------------------------- */

static void grace_over(void *arg)
{
    struct http_fetch *fetch = arg;

    fetch->grace = NULL;
    resolve_free(fetch->query);
    fetch->query = NULL;
    transfer(fetch);
}

static void resolved(void *arg, const struct address *addresses, size_t count,
                     bool done, const struct failure *failure)
{
    struct http_fetch *fetch = arg;

    if (failure) {
        fail(fetch, failure);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (fetch->address_count < HTTP_ADDRESSES_MAX)
            fetch->addresses[fetch->address_count++] = addresses[i];
    if (done) {
        loop_cancel(fetch->grace);
        grace_over(fetch);
    } else if (!fetch->grace) {
        fetch->grace =
            loop_after(fetch->http->env.loop, GRACE_MS, grace_over, fetch);
    }
}

static void begin_hop(struct http_fetch *fetch)
{
    struct failure failure;

    if (fetch->https && !http_library_has_tls(&failure)) {
        fail(fetch, &failure);
        return;
    }
    fetch->address_count = 0;
    fetch->query =
        resolve_start(fetch->http->env.resolver, fetch->host, resolved, fetch);
}

/* -- the answer ------------------------------------------------------------ */

static void follow(struct http_fetch *fetch, long status)
{
    char *to = NULL, *copy, from[HOST_MAX];
    bool https = fetch->https;

    fetch->http->curl->easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &to);
    copy = xstrdup_or_null(to);
    snprintf(from, sizeof(from), "%s", fetch->host);
    stop(fetch);
    if (fetch->posts || !fetch->redirects)
        fail_text(fetch, REASON_PROTOCOL,
                  "%s sends the request on to another place (%ld), which is "
                  "not followed here.",
                  from, status);
    else if (fetch->hops >= fetch->redirects)
        fail_text(fetch, REASON_PROTOCOL,
                  "%s redirects once more after %u redirects.", from,
                  fetch->hops);
    else if (!copy || !read_url(fetch, copy))
        fail_text(fetch, REASON_PROTOCOL,
                  "%s redirects to what is no http or https address.", from);
    else if (https && !fetch->https)
        fail_text(fetch, REASON_PROTOCOL,
                  "%s redirects from https to http, which is not followed.",
                  from);
    else {
        fetch->hops++;
        begin_hop(fetch);
    }
    free(copy);
}

static void deliver(struct http_fetch *fetch, long status)
{
    char *type = NULL, *copy, *url = xstrdup(fetch->url);
    struct http_response response;
    struct buf answer = fetch->answer;

    fetch->http->curl->easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &type);
    copy = xstrdup(type ? type : "");
    buf_init(&fetch->answer, answer.max);
    stop(fetch);
    loop_cancel(fetch->deadline);
    fetch->deadline = NULL;
    response = (struct http_response){.status = status,
                                      .content_type = copy,
                                      .body = answer.data,
                                      .len = answer.len,
                                      .url = url};
    fetch->done(fetch->arg, &response, NULL);
    buf_release(&answer);
    free(copy);
    free(url);
}

static void finish(void *arg)
{
    struct http_fetch *fetch = arg;
    struct failure failure;
    long status = 0;

    fetch->step = NULL;
    if (fetch->code != CURLE_OK) {
        http_explain(fetch, &failure);
        fail(fetch, &failure);
        return;
    }
    fetch->http->curl->easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE,
                                    &status);
    if (REDIRECT_P(status))
        follow(fetch, status);
    else
        deliver(fetch, status);
}

void http_transfer_ended(struct http_fetch *fetch, CURLcode code)
{
    fetch->code = code;
    if (!fetch->step)
        fetch->step = loop_after(fetch->http->env.loop, 0, finish, fetch);
}

/* -- beginning ------------------------------------------------------------- */

static void begin(void *arg)
{
    struct http_fetch *fetch = arg;
    struct failure failure;

    fetch->step = NULL;
    fetch->http->curl = http_library(&failure);
    if (!fetch->http->curl) {
        fail(fetch, &failure);
    } else if (!read_url(fetch, fetch->url)) {
        char safe[200];

        fail_text(fetch, REASON_CONFIG,
                  "\"%s\" is no http or https address that can be used.",
                  text_safe_string(safe, sizeof(safe), fetch->url));
    } else {
        snprintf(fetch->first_host, sizeof(fetch->first_host), "%s",
                 fetch->host);
        begin_hop(fetch);
    }
}

struct http_fetch *http_start(struct http *http,
                              const struct http_request *request,
                              http_done *done, void *arg)
{
    struct http_fetch *fetch = xcalloc(1, sizeof(*fetch));
    const char *body = request->body ? request->body : "";

    *fetch = (struct http_fetch){
        .http = http,
        .done = done,
        .arg = arg,
        .url = xstrdup(request->url),
        .posts = request->body != NULL,
        .public_redirects = request->public_redirects,
        .content_type = xstrdup_or_null(request->content_type),
        .accept = xstrdup_or_null(request->accept),
        .connect_ms = request->connect_ms,
        .total_ms = request->total_ms,
        .redirects = request->redirects,
    };
    /* What is sent off with a body, and what comes back, may be secret. */
    (fetch->posts ? buf_init_secret : buf_init)(&fetch->answer,
                                                request->max_bytes);
    buf_init_secret(&fetch->body, strlen(body) + 1);
    buf_add_text(&fetch->body, body);
    fetch->step = loop_after(http->env.loop, 0, begin, fetch);
    fetch->deadline =
        loop_after(http->env.loop, request->total_ms, deadline_passed, fetch);
    return fetch;
}

void http_fetch_free(struct http_fetch *fetch)
{
    if (!fetch)
        return;
    stop(fetch);
    loop_cancel(fetch->deadline);
    tls_guard_release(&fetch->guard);
    buf_release(&fetch->answer);
    buf_release(&fetch->body);
    free(fetch->url);
    free(fetch->content_type);
    free(fetch->accept);
    free(fetch);
}

bool http_form_add(struct buf *form, const char *name, const char *value)
{
    bool ok = (!form->len || buf_add_char(form, '&')) &&
              buf_add_text(form, name) && buf_add_char(form, '=');

    for (; ok && *value; value++) {
        unsigned char c = (unsigned char)*value;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || strchr("-._~", c);

        ok = plain ? buf_add_char(form, (char)c) : buf_addf(form, "%%%02X", c);
    }
    return ok;
}
