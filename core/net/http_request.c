/* SPDX-License-Identifier: MIT */
/* http_request: one transfer set up: which socket, whose certificate, what is
 * sent, and where the answer goes. */
#include "core/net/http_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <sys/socket.h>

#define HEAD_MAX 65536 /* bytes of all headers of one answer */
#define AGENT    "postseal"

/* -- connecting ------------------------------------------------------------ */

/* CURLOPT_OPENSOCKETFUNCTION: the last moment before connecting. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
                                 struct curl_sockaddr *to)
{
    struct http_fetch *fetch = arg;
    struct address address = {.family = to->family};

    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (to->family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, &to->addr, sizeof(v4));
        address.ip.v4 = v4.sin_addr;
    } else if (to->family == AF_INET6) {
        struct sockaddr_in6 v6;

        /* curl_sockaddr holds the whole address, whatever its type says. */
        memcpy(&v6, (const void *)&to->addr, sizeof(v6));
        address.ip.v6 = v6.sin6_addr;
    } else {
        return CURL_SOCKET_BAD;
    }
    if (!http_may_connect(fetch, &address))
        return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* -- coming back ----------------------------------------------------------- */

static size_t take_body(char *bytes, size_t one, size_t len, void *arg)
{
    struct http_fetch *fetch = arg;

    (void)one;
    return buf_add(&fetch->answer, bytes, len) ? len : 0;
}

static size_t take_head(char *bytes, size_t one, size_t len, void *arg)
{
    struct http_fetch *fetch = arg;

    (void)bytes;
    (void)one;
    fetch->head_len += len;
    fetch->head_too_long = fetch->head_len > HEAD_MAX;
    return fetch->head_too_long ? 0 : len;
}

/* -- what libcurl is told -------------------------------------------------- */

static CURLcode guard_tls(CURL *easy, void *ssl_ctx, void *arg)
{
    struct http_fetch *fetch = arg;

    (void)easy;
    tls_guard_set(&fetch->guard, ssl_ctx);
    return CURLE_OK;
}

static void add_line(const struct curl_library *curl, struct curl_slist **list,
                     const char *text)
{
    struct curl_slist *longer = curl->slist_append(*list, text);

    if (!longer)
        abort();
    *list = longer;
}

/* "HOST:PORT:ADDRESS,ADDRESS": libcurl then asks nobody. */
static void hand_over_addresses(struct http_fetch *fetch)
{
    char text[ADDRESS_SIZE];
    struct buf line;

    if (host_is_address(fetch->host))
        return;
    buf_init(&line, 4096);
    buf_addf(&line, "%s:%u:", fetch->host, fetch->port);
    for (size_t i = 0; i < fetch->address_count; i++)
        buf_addf(&line,
                 fetch->addresses[i].family == AF_INET6 ? "%s[%s]" : "%s%s",
                 i ? "," : "", address_format(text, &fetch->addresses[i]));
    add_line(fetch->http->curl, &fetch->resolved, line.data);
    buf_release(&line);
}

static void add_header(struct http_fetch *fetch, const char *name,
                       const char *value)
{
    char *line = xasprintf("%s: %s", name, value);

    add_line(fetch->http->curl, &fetch->headers, line);
    free(line);
}

static void collect_headers(struct http_fetch *fetch)
{
    if (fetch->accept)
        add_header(fetch, "Accept", fetch->accept);
    if (!fetch->posts)
        return;
    if (fetch->content_type)
        add_header(fetch, "Content-Type", fetch->content_type);
    add_line(fetch->http->curl, &fetch->headers, "Expect:");
}

/* What cannot be set is not done without: false. */
static bool set_options(struct http_fetch *fetch)
{
    const struct curl_library *curl = fetch->http->curl;
    CURL *easy = fetch->easy;
    int bad = 0;

#define SET(option, value) (bad |= curl->easy_setopt(easy, option, value) != 0)
    SET(CURLOPT_URL, fetch->url);
    SET(CURLOPT_PRIVATE, fetch);
    SET(CURLOPT_PROTOCOLS_STR, fetch->https ? "https" : "http");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, AGENT);
    SET(CURLOPT_CONNECTTIMEOUT_MS, fetch->connect_ms);
    SET(CURLOPT_ERRORBUFFER, fetch->detail);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, fetch);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, fetch);
    SET(CURLOPT_HEADERFUNCTION, take_head);
    SET(CURLOPT_HEADERDATA, fetch);
    SET(CURLOPT_HTTPHEADER, fetch->headers);
    if (fetch->resolved)
        SET(CURLOPT_RESOLVE, fetch->resolved);
    if (fetch->posts) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.len);
        SET(CURLOPT_POSTFIELDS, fetch->body.data);
    }
    if (fetch->https) {
        SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
        SET(CURLOPT_CAINFO, NULL); /* 17 ms for what is not asked */
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_SSL_VERIFYPEER, 1L);
        SET(CURLOPT_SSL_VERIFYHOST, 0L); /* the verdict has done so */
        SET(CURLOPT_SSL_CTX_FUNCTION, guard_tls);
        SET(CURLOPT_SSL_CTX_DATA, fetch);
    }
#undef SET
    /* Since 7.87; nothing is looked up by libcurl, so nothing hangs without. */
    curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    return !bad;
}

bool http_prepare(struct http_fetch *fetch)
{
    hand_over_addresses(fetch);
    collect_headers(fetch);
    return set_options(fetch);
}
