/* SPDX-License-Identifier: MIT */
/* url: what a person names as a server. Whatever is accepted has one form,
 * which is read as the same. */
#include "fuzz/fuzz.h"

#include "core/account/domain.h"
#include "core/account/endpoint.h"

static void must_be_host(const char *host)
{
    char again[HOST_MAX], shown[600];
    struct error e = {0};

    must(*host && strlen(host) < HOST_MAX);
    for (const char *p = host; *p; p++)
        must(strchr("abcdefghijklmnopqrstuvwxyz0123456789-._:%", *p) != NULL);
    must(host_normalise(host, again, &e));
    must(strcmp(host, again) == 0);
    must_be_safe(host_display(shown, sizeof(shown), host));
}

static void read_host(const char *text)
{
    struct error e = {0};
    char host[HOST_MAX];

    if (host_normalise(text, host, &e))
        must_be_host(host);
    else
        must_be_safe(e.text);
}

static void read_url(const char *text)
{
    struct endpoint endpoint, again;
    struct error e = {0};
    char url[600];

    if (!endpoint_parse(text, &endpoint, &e)) {
        must_be_safe(e.text);
        return;
    }
    must_be_host(endpoint.host);
    must(endpoint.port >= 1 && endpoint.port <= 65535);
    must(endpoint.service < SERVICE_COUNT);
    must(endpoint.security < SECURITY_COUNT);
    must(endpoint_looks_like_url(text));
    endpoint_format(url, sizeof(url), &endpoint);
    must_be_safe(url);
    must(endpoint_parse(url, &again, &e));
    must(strcmp(endpoint.host, again.host) == 0);
    must(endpoint.port == again.port && endpoint.service == again.service);
    must(endpoint.security == again.security);
    endpoint_host_port(url, sizeof(url), endpoint.host, endpoint.port);
    must_be_safe(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts = parts_of(data, size);
    char *text = parts_next(&parts, '\0', NULL);

    read_host(text);
    read_url(text);
    free(text);
    return 0;
}
