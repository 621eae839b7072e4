/* SPDX-License-Identifier: MIT */
/* endpoint: words, ports and URLs. Host names are in host.c. */
#include "core/account/endpoint.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word, *label;
    unsigned ports[SECURITY_COUNT];
} services[SERVICE_COUNT] = {
    [SERVICE_IMAP] = {"imap", "IMAP", {993, 143, 143}},
    [SERVICE_POP3] = {"pop3", "POP3", {995, 110, 110}},
    [SERVICE_SMTP] = {"smtp", "SMTP", {465, 587, 587}},
    [SERVICE_TLS] = {"tls", "TLS", {443, 443, 443}},
};

static const struct {
    const char *word, *label, *brief;
} securities[SECURITY_COUNT] = {
    [SECURITY_TLS] = {"tls", "SSL/TLS (from the start)", "TLS"},
    [SECURITY_STARTTLS] = {"starttls",
                           "STARTTLS (upgrade required; no plain fallback)",
                           "STARTTLS"},
    [SECURITY_NONE] = {"none", "none (not encrypted)", "none"},
};

const char *service_word(enum service service)
{
    return services[service].word;
}

const char *service_label(enum service service)
{
    return services[service].label;
}

const char *security_word(enum security security)
{
    return securities[security].word;
}

const char *security_label(enum security security)
{
    return securities[security].label;
}

const char *security_short(enum security security)
{
    return securities[security].brief;
}

bool service_parse(const char *word, enum service *service)
{
    for (int i = 0; i < SERVICE_COUNT; i++)
        if (text_equal_nocase(services[i].word, word)) {
            *service = (enum service)i;
            return true;
        }
    return false;
}

bool security_parse(const char *word, enum security *security)
{
    for (int i = 0; i < SECURITY_COUNT; i++)
        if (text_equal_nocase(securities[i].word, word)) {
            *security = (enum security)i;
            return true;
        }
    return false;
}

/* -- ports ----------------------------------------------------------------- */

unsigned endpoint_usual_port(enum service service, enum security security)
{
    return services[service].ports[security];
}

unsigned endpoint_follow_port(unsigned port, enum service old_service,
                              enum security old_security, enum service service,
                              enum security security)
{
    return port == endpoint_usual_port(old_service, old_security)
               ? endpoint_usual_port(service, security)
               : port;
}

/* SERVICE_TLS: none of the mail protocols. */
static enum service owner_of(unsigned port)
{
    for (int s = SERVICE_IMAP; s <= SERVICE_SMTP; s++)
        for (int t = 0; t < SECURITY_COUNT; t++)
            if (services[s].ports[t] == port)
                return (enum service)s;
    return port == 25 ? SERVICE_SMTP : SERVICE_TLS;
}

const char *endpoint_doubt(enum service service, enum security security,
                           unsigned port, bool *error)
{
    bool implicit = port == 993 || port == 995 || port == 465;
    bool upgrade = port == 143 || port == 110 || port == 587 || port == 25;

    enum service owner = owner_of(port);

    *error = false;
    if (service != SERVICE_TLS && owner != SERVICE_TLS && owner != service)
        return "This port usually belongs to another protocol.";
    if (implicit && security != SECURITY_TLS) {
        *error = security == SECURITY_STARTTLS;
        return security == SECURITY_STARTTLS
                   ? "This port speaks TLS from the start; STARTTLS cannot "
                     "work on it. Set security = tls, or the port for "
                     "STARTTLS."
                   : "This port usually speaks TLS from the start.";
    }
    if (upgrade && security == SECURITY_TLS)
        return "This port does not usually speak TLS from the start; with it "
               "goes STARTTLS.";
    return NULL;
}

/* -- URLs ------------------------------------------------------------------ */

static const struct {
    const char *scheme;
    enum service service;
    enum security security;
} schemes[] = {
    {"imaps", SERVICE_IMAP, SECURITY_TLS},
    {"pop3s", SERVICE_POP3, SECURITY_TLS},
    {"smtps", SERVICE_SMTP, SECURITY_TLS},
    {"https", SERVICE_TLS, SECURITY_TLS},
    {"imap", SERVICE_IMAP, SECURITY_STARTTLS},
    {"pop3", SERVICE_POP3, SECURITY_STARTTLS},
    {"smtp", SERVICE_SMTP, SECURITY_STARTTLS},
};
enum { SCHEME_COUNT = sizeof(schemes) / sizeof(schemes[0]) };

bool endpoint_looks_like_url(const char *text)
{
    const char *colon;

    if (strstr(text, "://"))
        return true;
    colon = strrchr(text, ':');
    return colon && colon != text && colon[1] &&
           strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

/* host, host:port, [v6], [v6]:port. *port stays when none is given. */
static bool parse_host_port(const char *text, char host[HOST_MAX],
                            unsigned *port, struct error *e)
{
    const char *end, *digits = NULL;
    char *part;
    long number;
    bool ok;

    if (*text == '[') {
        end = strchr(text, ']');
        if (!end || (end[1] && end[1] != ':'))
            return error_set(e, ERROR_INPUT,
                             "An IPv6 address is written in brackets: "
                             "[2001:db8::1]:993.");
        part = xstrndup(text + 1, (size_t)(end - text - 1));
        if (end[1])
            digits = end + 2;
    } else {
        end = strchr(text, ':');
        if (end && strchr(end + 1, ':'))
            return error_set(e, ERROR_INPUT,
                             "An IPv6 address is written in brackets: "
                             "[2001:db8::1]:993.");
        part = end ? xstrndup(text, (size_t)(end - text)) : xstrdup(text);
        if (end)
            digits = end + 1;
    }
    ok = host_normalise(part, host, e);
    free(part);
    if (!ok || !digits)
        return ok;
    if (!text_parse_number(digits, 1, 65535, &number))
        return error_set(e, ERROR_INPUT,
                         "The port is a number from 1 to 65535.");
    *port = (unsigned)number;
    return true;
}

static bool parse_query(const char *query, struct endpoint *out,
                        struct error *e)
{
    if (!*query)
        return true;
    if (strcmp(query, "?security=none") == 0 && out->service != SERVICE_TLS &&
        out->security != SECURITY_TLS) {
        out->security = SECURITY_NONE;
        return true;
    }
    if (strcmp(query, "?security=starttls") == 0 &&
        out->security == SECURITY_STARTTLS)
        return true;
    return error_set(e, ERROR_INPUT,
                     "Behind the port only ?security=none is known, with "
                     "imap://, pop3:// or smtp://.");
}

static bool parse_scheme(const char *text, const char *rest,
                         struct endpoint *out, struct error *e)
{
    size_t len = (size_t)(rest - text) - 3;
    size_t host_len = strcspn(rest, "/?");
    const char *tail = rest + host_len;
    char *authority;
    bool ok = false;

    for (int i = 0; i < SCHEME_COUNT && !ok; i++)
        if (strlen(schemes[i].scheme) == len &&
            text_starts_nocase(text, schemes[i].scheme)) {
            out->service = schemes[i].service;
            out->security = schemes[i].security;
            ok = true;
        }
    if (!ok)
        return error_set(e, ERROR_INPUT,
                         "Known are imaps:// pop3s:// smtps:// https:// "
                         "imap:// pop3:// smtp://.");
    if (memchr(rest, '@', host_len))
        return error_set(e, ERROR_INPUT,
                         "No user name belongs into the URL; use --user.");
    if (*tail == '/')
        tail++;
    if (!parse_query(tail, out, e))
        return false;
    out->port = endpoint_usual_port(out->service, out->security);
    authority = xstrndup(rest, host_len);
    ok = parse_host_port(authority, out->host, &out->port, e);
    free(authority);
    return ok;
}

/* What a port usually speaks; the mail port itself, through STARTTLS where it
 * does that. */
static void guess_service(struct endpoint *out)
{
    out->service = SERVICE_TLS;
    out->security = SECURITY_TLS;
    if (out->port == 25) {
        out->service = SERVICE_SMTP;
        out->security = SECURITY_STARTTLS;
        return;
    }
    for (int s = SERVICE_IMAP; s <= SERVICE_SMTP; s++)
        for (int t = SECURITY_TLS; t <= SECURITY_STARTTLS; t++)
            if (services[s].ports[t] == out->port) {
                out->service = (enum service)s;
                out->security = (enum security)t;
            }
}

bool endpoint_parse(const char *text, struct endpoint *out, struct error *e)
{
    const char *mark = strstr(text, "://");

    *out = (struct endpoint){0};
    if (mark)
        return parse_scheme(text, mark + 3, out, e);
    if (!parse_host_port(text, out->host, &out->port, e))
        return false;
    if (!out->port)
        return error_set(e, ERROR_INPUT,
                         "Write the port too (mail.example.org:993), or a URL "
                         "(imaps://mail.example.org).");
    guess_service(out);
    return true;
}

char *endpoint_host_port(char *out, size_t size, const char *host,
                         unsigned port)
{
    bool v6 = strchr(host, ':') != NULL;

    snprintf(out, size, "%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "", port);
    return out;
}

char *endpoint_format(char *out, size_t size, const struct endpoint *endpoint)
{
    char place[HOST_MAX + 16];
    const char *scheme = "https";

    for (int i = 0; i < SCHEME_COUNT; i++)
        if (schemes[i].service == endpoint->service &&
            (schemes[i].security == endpoint->security ||
             (endpoint->security == SECURITY_NONE &&
              schemes[i].security == SECURITY_STARTTLS)))
            scheme = schemes[i].scheme;
    snprintf(out, size, "%s://%s%s", scheme,
             endpoint_host_port(place, sizeof(place), endpoint->host,
                                endpoint->port),
             endpoint->security == SECURITY_NONE ? "/?security=none" : "");
    return out;
}
