/* SPDX-License-Identifier: MIT */
/* http_private: shared by the files of http. */
#ifndef POSTSEAL_CORE_NET_HTTP_PRIVATE_H
#define POSTSEAL_CORE_NET_HTTP_PRIVATE_H

#include "core/account/endpoint.h"
#include "core/base/buf.h"
#include "core/net/http.h"
#include "core/net/tls_guard.h"

#include <curl/curl.h>

#define HTTP_ADDRESSES_MAX 32

/* http_curl.c: libcurl's functions, by name as in its header. */
struct curl_library {
    __typeof__(&curl_global_init_mem) global_init_mem;
    __typeof__(&curl_version_info) version_info;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_setopt) easy_setopt;
    __typeof__(&curl_easy_getinfo) easy_getinfo;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_setopt) multi_setopt;
    __typeof__(&curl_multi_assign) multi_assign;
    __typeof__(&curl_multi_add_handle) multi_add_handle;
    __typeof__(&curl_multi_remove_handle) multi_remove_handle;
    __typeof__(&curl_multi_socket_action) multi_socket_action;
    __typeof__(&curl_multi_info_read) multi_info_read;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
    __typeof__(&curl_url) url;
    __typeof__(&curl_url_set) url_set;
    __typeof__(&curl_url_get) url_get;
    __typeof__(&curl_url_cleanup) url_cleanup;
    __typeof__(&curl_free) free;
};
/* Loaded with the first call; NULL with the sentence when that fails. */
const struct curl_library *http_library(struct failure *failure);
/* Whether its TLS is that of postseal; else the sentence. */
bool http_library_has_tls(struct failure *failure);

struct http {
    struct http_env env;
    const struct curl_library *curl; /* NULL before the first request */
    CURLM *multi;
    struct loop_timer *timer;
};

struct http_fetch {
    struct http *http;
    http_done *done;
    void *arg;
    struct loop_timer *step, *deadline, *grace;
    struct resolve_query *query;
    CURL *easy;
    struct curl_slist *headers, *resolved;

    /* the request */
    char *url; /* of this hop */
    bool posts, public_redirects;
    struct buf body;
    char *content_type, *accept;
    long connect_ms, total_ms;
    unsigned redirects, hops;

    /* the server of this hop */
    char host[HOST_MAX], first_host[HOST_MAX];
    bool from_public; /* a public address was among those of the first */
    unsigned port;
    bool https;
    struct address addresses[HTTP_ADDRESSES_MAX];
    size_t address_count;
    struct tls_guard guard;

    /* the answer */
    struct buf answer;
    size_t head_len;
    bool head_too_long, address_refused;
    CURLcode code;
    char detail[CURL_ERROR_SIZE];
};

/* http_curl.c: hands the fetch's easy handle to libcurl; http_transfer_ended()
 * is called (from the loop) when it is done with it. */
bool http_transfer_start(struct http_fetch *fetch, struct failure *failure);
/* Takes it back, done or not. */
void http_transfer_stop(struct http_fetch *fetch);

/* http_request.c: tells the easy handle all of this hop; false when libcurl
 * does not know something of it. */
bool http_prepare(struct http_fetch *fetch);

/* http_address.c: asked at the last moment: only what the look-up brought, and
 * no private address that somebody outside led to. */
bool http_may_connect(struct http_fetch *fetch, const struct address *address);

/* http.c */
void http_transfer_ended(struct http_fetch *fetch, CURLcode code);

/* http_words.c: what became of it, in words. */
void http_explain(const struct http_fetch *fetch, struct failure *failure);

#endif
