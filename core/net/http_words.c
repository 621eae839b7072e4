/* SPDX-License-Identifier: MIT */
/* http_words: why a request failed, in words. */
#include "core/net/http_private.h"

#include "core/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void explain_certificate(const struct http_fetch *fetch,
                                struct failure *failure)
{
    const struct verdict *verdict = &fetch->guard.verdict;
    char labels[300], place[HOST_MAX + 10];

    endpoint_host_port(place, sizeof(place), fetch->host, fetch->port);
    if (!fetch->guard.has_verdict)
        failure_set(failure, REASON_CERTIFICATE,
                    "The certificate of %s is damaged and cannot be read.",
                    place);
    else
        failure_set(failure, REASON_CERTIFICATE,
                    "The certificate of %s is not trusted: %s. Nothing was "
                    "sent. postseal cert show https://%s explains it.",
                    place,
                    fault_labels(labels, sizeof(labels), verdict->faults),
                    place);
}

/* "(https_proxy is set, ...)": somebody may wait for a proxy in vain. */
static const char *proxy_remark(const struct http_fetch *fetch)
{
    const char *variable = fetch->https ? "https_proxy" : "http_proxy";

    if (!getenv(variable) && !getenv("HTTPS_PROXY") && !getenv("all_proxy"))
        return "";
    return " (A proxy is set in the environment; postseal connects directly.)";
}

static void explain_connect(const struct http_fetch *fetch,
                            struct failure *failure)
{
    long code = 0;

    if (fetch->address_refused) {
        failure_set(failure, REASON_PROTOCOL,
                    "%s redirects to %s, which has a private address; that is "
                    "not followed.",
                    fetch->first_host, fetch->host);
        return;
    }
    fetch->http->curl->easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &code);
    failure_set(failure,
                code == ECONNREFUSED ? REASON_REFUSED : REASON_UNREACHABLE,
                "%s could not be connected to on port %u: %s.%s", fetch->host,
                fetch->port, code ? strerror((int)code) : "no address answers",
                proxy_remark(fetch));
}

static void explain_tls(const struct http_fetch *fetch, struct failure *failure)
{
    char detail[CURL_ERROR_SIZE];

    if (fetch->guard.has_verdict && !fetch->guard.accepted) {
        explain_certificate(fetch, failure);
        return;
    }
    if (strstr(fetch->detail, "wrong version number") ||
        strstr(fetch->detail, "http request"))
        failure_set(failure, REASON_NOT_TLS,
                    "%s answers in plain text on port %u, not in TLS.",
                    fetch->host, fetch->port);
    else
        failure_set(failure, REASON_TLS,
                    "The TLS handshake with %s failed: %s.", fetch->host,
                    text_safe_string(detail, sizeof(detail), fetch->detail));
}

void http_explain(const struct http_fetch *fetch, struct failure *failure)
{
    switch (fetch->code) {
    case CURLE_COULDNT_CONNECT:
        explain_connect(fetch, failure);
        return;
    case CURLE_OPERATION_TIMEDOUT:
        failure_set(failure, REASON_TIMEOUT,
                    "%s could not be connected to within %ld seconds.%s",
                    fetch->host, (fetch->connect_ms + 999) / 1000,
                    proxy_remark(fetch));
        return;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        explain_tls(fetch, failure);
        return;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        failure_set(failure, REASON_CLOSED,
                    "%s ended the connection before its answer was whole.",
                    fetch->host);
        return;
    case CURLE_WRITE_ERROR:
        failure_set(failure, REASON_PROTOCOL,
                    fetch->head_too_long
                        ? "%s sends headers without end."
                        : "%s sends an answer that is far too long.",
                    fetch->host);
        return;
    default:
        failure_set(failure, REASON_PROTOCOL,
                    "%s does not answer as a web server should: %s.",
                    fetch->host, fetch->http->curl->easy_strerror(fetch->code));
    }
}
