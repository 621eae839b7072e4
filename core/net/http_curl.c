/* SPDX-License-Identifier: MIT */
/* http_curl: libcurl loaded on first use, and its multi interface in our loop.
 */
#include "core/net/http_private.h"

#include "core/base/alloc.h"
#include "core/base/wiped.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* -- loading --------------------------------------------------------------- */

/* The soname since 2006. Debian's libcurl-gnutls.so.4 and libcurl-nss.so.4
 * cannot be used: see http_library_has_tls(). */
#define LIBRARY "libcurl.so.4"

static struct curl_library library;

static const struct {
    const char *name;
    void *slot; /* a function pointer in `library` */
} symbols[] = {
    {"curl_global_init_mem", &library.global_init_mem},
    {"curl_version_info", &library.version_info},
    {"curl_easy_init", &library.easy_init},
    {"curl_easy_setopt", &library.easy_setopt},
    {"curl_easy_getinfo", &library.easy_getinfo},
    {"curl_easy_cleanup", &library.easy_cleanup},
    {"curl_easy_strerror", &library.easy_strerror},
    {"curl_slist_append", &library.slist_append},
    {"curl_slist_free_all", &library.slist_free_all},
    {"curl_multi_init", &library.multi_init},
    {"curl_multi_setopt", &library.multi_setopt},
    {"curl_multi_assign", &library.multi_assign},
    {"curl_multi_add_handle", &library.multi_add_handle},
    {"curl_multi_remove_handle", &library.multi_remove_handle},
    {"curl_multi_socket_action", &library.multi_socket_action},
    {"curl_multi_info_read", &library.multi_info_read},
    {"curl_multi_cleanup", &library.multi_cleanup},
    {"curl_url", &library.url},
    {"curl_url_set", &library.url_set},
    {"curl_url_get", &library.url_get},
    {"curl_url_cleanup", &library.url_cleanup},
    {"curl_free", &library.free},
};

static bool find_symbols(void *handle)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        void *symbol = dlsym(handle, symbols[i].name);

        if (!symbol)
            return false;
        memcpy(symbols[i].slot, &symbol, sizeof(symbol));
    }
    return true;
}

/* It stays loaded: what it started cannot be stopped cleanly. */
const struct curl_library *http_library(struct failure *failure)
{
    static bool ready;
    void *handle;

    if (ready)
        return &library;
    handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        failure_set(failure, REASON_CONFIG,
                    "This needs libcurl (%s), which is not installed. On "
                    "Debian: apt-get install libcurl4",
                    LIBRARY);
        return NULL;
    }
    /* Tokens pass through its buffers, so whatever it frees is wiped. */
    if (!find_symbols(handle) ||
        library.global_init_mem(CURL_GLOBAL_DEFAULT, wiped_malloc, wiped_free,
                                wiped_realloc, wiped_strdup,
                                wiped_calloc) != 0) {
        failure_set(failure, REASON_CONFIG,
                    "%s is too old or cannot be set up; 7.85 or newer is "
                    "needed.",
                    LIBRARY);
        return NULL;
    }
    ready = true;
    return &library;
}

bool http_library_has_tls(struct failure *failure)
{
    const curl_version_info_data *info = library.version_info(CURLVERSION_NOW);

    return tls_guard_fits(info->ssl_version) ||
           failure_set(
               failure, REASON_CONFIG,
               "https is not possible: %s here uses %s for TLS, and "
               "postseal can only judge the certificates of the OpenSSL "
               "that it uses itself. On Debian: apt-get install "
               "libcurl4",
               LIBRARY, info->ssl_version ? info->ssl_version : "none");
}

/* -- in the loop ----------------------------------------------------------- */

struct socket_watch {
    struct http *http;
    int fd;
    struct loop_watch *watch;
};

/* http_transfer_ended() only notes it, so nothing is freed meanwhile. */
static void collect(struct http *http)
{
    CURLMsg *message;
    int left;

    while ((message = http->curl->multi_info_read(http->multi, &left))) {
        CURLcode code = message->data.result;
        struct http_fetch *fetch = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        http->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                 &fetch);
        http_transfer_ended(fetch, code);
    }
}

static void socket_ready(void *arg, short revents)
{
    struct socket_watch *sock = arg;
    struct http *http = sock->http;
    int mask = (revents & POLLIN ? CURL_CSELECT_IN : 0) |
               (revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
               (revents & (POLLERR | POLLHUP) ? CURL_CSELECT_ERR : 0);
    int running;

    http->curl->multi_socket_action(http->multi, sock->fd, mask, &running);
    collect(http);
}

/* CURLMOPT_SOCKETFUNCTION: what is to be watched from now on. */
static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                       void *known)
{
    struct http *http = arg;
    struct socket_watch *sock = known;
    short events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                           (what & CURL_POLL_OUT ? POLLOUT : 0));

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (sock) {
            loop_unwatch(sock->watch);
            free(sock);
        }
        http->curl->multi_assign(http->multi, fd, NULL);
    } else if (sock) {
        loop_watch_events(sock->watch, events);
    } else {
        sock = xcalloc(1, sizeof(*sock));
        *sock = (struct socket_watch){.http = http, .fd = fd};
        sock->watch =
            loop_watch(http->env.loop, fd, events, socket_ready, sock);
        http->curl->multi_assign(http->multi, fd, sock);
    }
    return 0;
}

static void timer_fired(void *arg)
{
    struct http *http = arg;
    int running;

    http->timer = NULL;
    http->curl->multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0,
                                    &running);
    collect(http);
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    loop_cancel(http->timer);
    http->timer =
        ms < 0 ? NULL : loop_after(http->env.loop, ms, timer_fired, http);
    return 0;
}

static bool open_multi(struct http *http)
{
    const struct curl_library *curl = http->curl;

    if (!http->multi)
        http->multi = curl->multi_init();
    return http->multi &&
           !curl->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION,
                               want_socket) &&
           !curl->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) &&
           !curl->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION,
                               want_timer) &&
           !curl->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
}

bool http_transfer_start(struct http_fetch *fetch, struct failure *failure)
{
    struct http *http = fetch->http;

    return (open_multi(http) &&
            !http->curl->multi_add_handle(http->multi, fetch->easy)) ||
           failure_set(failure, REASON_CONFIG, "libcurl cannot be set up.");
}

void http_transfer_stop(struct http_fetch *fetch)
{
    const struct curl_library *curl = fetch->http->curl;

    if (!fetch->easy)
        return;
    if (fetch->http->multi)
        curl->multi_remove_handle(fetch->http->multi, fetch->easy);
    curl->easy_cleanup(fetch->easy);
    curl->slist_free_all(fetch->headers);
    curl->slist_free_all(fetch->resolved);
    fetch->easy = NULL;
    fetch->headers = fetch->resolved = NULL;
}

struct http *http_new(const struct http_env *env)
{
    struct http *http = xcalloc(1, sizeof(*http));

    http->env = *env;
    return http;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    if (http->multi)
        http->curl->multi_cleanup(http->multi);
    loop_cancel(http->timer);
    free(http);
}
