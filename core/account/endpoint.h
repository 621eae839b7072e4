/* SPDX-License-Identifier: MIT */
/*
 * endpoint: which protocol is spoken at which host and port, and how it is
 * protected. Names of hosts are checked and brought to one form here and
 * nowhere else.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_ENDPOINT_H
#define POSTSEAL_CORE_ACCOUNT_ENDPOINT_H

#include "core/base/error.h"
#include <stddef.h>

enum service {
    SERVICE_IMAP,
    SERVICE_POP3,
    SERVICE_SMTP,
    SERVICE_TLS, /* any port with TLS from the start: https, or unknown */
    SERVICE_COUNT
};

enum security {
    SECURITY_TLS,
    SECURITY_STARTTLS,
    SECURITY_NONE,
    SECURITY_COUNT
};

#define HOST_MAX 254 /* 253 letters (RFC 1035 §2.3.4) and a NUL */

struct endpoint {
    enum service service;
    enum security security;
    char host[HOST_MAX]; /* from host_normalise() */
    unsigned port;       /* 1 to 65535 */
};

const char *service_word(enum service service);    /* "imap" */
const char *service_label(enum service service);   /* "IMAP" */
const char *security_word(enum security security); /* "tls" "starttls" ... */
/* "SSL/TLS (from the start)", "STARTTLS (...)", "none (...)". */
const char *security_label(enum security security);
const char *security_short(
    enum security security); /* "TLS" "STARTTLS" "none" */
bool service_parse(const char *word, enum service *service);
bool security_parse(const char *word, enum security *security);

/* IMAP 993/143, POP3 995/110, SMTP 465/587, TLS 443; with security none SMTP
 * gives 587 too (RFC 8314, RFC 6409). */
unsigned endpoint_usual_port(enum service service, enum security security);
/* The port after a change of security or service: follows only when `port` was
 * the usual one of the old choice. */
unsigned endpoint_follow_port(unsigned port, enum service old_service,
                              enum security old_security, enum service service,
                              enum security security);
/* A sentence when port and security can hardly go together (993 with
 * STARTTLS, 143 with TLS), else NULL. *error: it is impossible rather than
 * unusual. */
const char *endpoint_doubt(enum service service, enum security security,
                           unsigned port, bool *error);

/* Checks a host name or IP address as a person types it and brings it to the
 * form used everywhere: lower case, A-labels (IDNA 2008, libidn2), no final
 * dot, IPv6 without brackets. Labels of 1 to 63 letters, digits, hyphens (and
 * underscores inside), 253 in all. ERROR_INPUT says what is wrong and the
 * limits. */
bool host_normalise(const char *text, char out[HOST_MAX], struct error *e);
bool host_is_address(const char *host);
/* "xn--bcher-kva.example (bücher.example)" for screens; a plain name as is. */
char *host_display(char *out, size_t size, const char *host);

/* imaps://h[:p] pop3s:// smtps:// (TLS), imap:// pop3:// smtp:// (STARTTLS, or
 * ?security=none), https://h:p, h:p (service and security by the usual port;
 * 25 is SMTP with STARTTLS; unknown ports are SERVICE_TLS). IPv6 in brackets.
 * User information, paths other than "/" and unknown parameters are refused. */
bool endpoint_parse(const char *text, struct endpoint *out, struct error *e);
/* Whether text looks like a URL or host:port rather than an account id. */
bool endpoint_looks_like_url(const char *text);
/* The canonical URL, "imaps://h:993"; always with the port. Returns out. */
char *endpoint_format(char *out, size_t size, const struct endpoint *endpoint);
/* "mail.example.org:993", IPv6 in brackets. Returns out. */
char *endpoint_host_port(char *out, size_t size, const char *host,
                         unsigned port);

#endif
