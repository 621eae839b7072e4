/* SPDX-License-Identifier: MIT */
#include "core/probe/operator_text.h"

#include "core/base/date.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WIDTH_MIN   38
#define LABEL       14 /* column of the facts */
#define NAMES_SHOWN 8
#define CERTS_SHOWN 8

struct text {
    struct buf *buf;
    int width;
};

/* -- lines ----------------------------------------------------------------- */

/* `text` wrapped at blanks behind `label`, which the lines below make room
 * for. */
static void add_wrapped(struct text *out, const char *label, int indent,
                        const char *text)
{
    const char *rest = text;

    do {
        size_t fit = text_fit(rest, (size_t)(out->width - indent), NULL);
        size_t blank = fit;

        while (rest[fit] && blank > 0 && rest[blank] != ' ')
            blank--;
        if (rest[fit])
            fit = blank ? blank : strcspn(rest, " "); /* a long word stays */
        buf_addf(out->buf, "%-*s%.*s\n", indent, rest == text ? label : "",
                 (int)fit, rest);
        rest += fit;
        rest += strspn(rest, " ");
    } while (*rest);
}

static void add_text(struct text *out, const char *label, int indent,
                     const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add_text(struct text *out, const char *label, int indent,
                     const char *format, ...)
{
    char text[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    add_wrapped(out, label, indent, text);
}

static void moment(char out[TIMESTAMP_SIZE], time_t t)
{
    timestamp_format(out, t);
    if (strlen(out) == 20) { /* 2026-11-24T16:02:11Z */
        out[10] = ' ';
        snprintf(out + 19, TIMESTAMP_SIZE - 19, " UTC");
    }
}

/* Bytes of a name that are shown; it may be of any length. */
static int shown(const char *name)
{
    return (int)text_fit(name, 260, NULL);
}

/* "a, b and 3 more" */
static void list_names(char *out, size_t size, const struct cert *cert)
{
    size_t used = 0;

    snprintf(out, size, "(none)");
    for (size_t i = 0; i < cert->name_count && i < NAMES_SHOWN; i++) {
        used +=
            (size_t)snprintf(out + used, size - used, "%s%.*s", i ? ", " : "",
                             shown(cert->names[i]), cert->names[i]);
        if (used >= size)
            return;
    }
    if (cert->name_total > NAMES_SHOWN)
        snprintf(out + used, size - used, " and %zu more",
                 cert->name_total - NAMES_SHOWN);
}

/* -- what is wrong ---------------------------------------------------------
 * The sentences of the verdict speak to the person at the screen; these speak
 * to whoever can mend it. */

static const char *const plain[FAULT_COUNT] = {
    [FAULT_BAD_ENCODING] = "It is damaged: parts of it cannot be decoded.",
    [FAULT_BAD_SIGNATURE] = "Its signature does not verify.",
    [FAULT_REVOKED] = "Its issuer has revoked it.",
    [FAULT_DISTRUSTED] = "It, or an authority above it, is distrusted here.",
    [FAULT_BAD_PURPOSE] = "It was not issued for TLS servers.",
    [FAULT_NOT_A_CA] = "A certificate in its chain may not issue others.",
    [FAULT_NAME_CONSTRAINTS] =
        "The name constraints of an issuer exclude a name in it.",
    [FAULT_PATH_LENGTH] = "Its chain is longer than an authority in it allows.",
    [FAULT_CRITICAL_EXTENSION] =
        "It has a critical extension that is not understood.",
    [FAULT_BAD_CRL] = "The revocation list that covers it is not in order.",
    [FAULT_REVOCATION_UNKNOWN] =
        "It has to come with a proof that it was not revoked (OCSP must-staple "
        "or a revocation list), and there was none.",
    [FAULT_TOO_COMPLEX] = "Its chain is too long or too entangled.",
    [FAULT_OTHER] = "It could not be verified.",
    [FAULT_SELF_SIGNED] =
        "It is self-signed: no authority vouches for the name in it.",
    [FAULT_EXPIRED_ISSUER] =
        "A certificate of an issuer in its chain is not valid at this date.",
    [FAULT_CA_AS_LEAF] =
        "It is the certificate of an authority (CA:TRUE), not of a server.",
    [FAULT_WEAK_KEY] = "A key in its chain is too weak.",
    [FAULT_WEAK_SIGNATURE] = "A signature in its chain uses a broken digest.",
};

static void add_issuer_fault(struct text *out, enum fault fault,
                             const struct cert *leaf)
{
    if (fault == FAULT_INCOMPLETE_CHAIN)
        add_text(out, "  -", 4,
                 "The server does not send the certificate of its issuer "
                 "(%.*s). Please install the whole chain, intermediate "
                 "certificates included.",
                 shown(leaf->issuer), leaf->issuer);
    else
        add_text(out, "  -", 4,
                 "It was issued by \"%.*s\", and that leads to no authority "
                 "that is known here.",
                 shown(leaf->issuer_name), leaf->issuer_name);
}

static void add_date_fault(struct text *out, const char *what, time_t date,
                           time_t now)
{
    char then[TIMESTAMP_SIZE], seen[TIMESTAMP_SIZE];

    moment(then, date);
    moment(seen, now);
    add_text(out, "  -", 4, "%s %s; I saw it on %s by my clock.", what, then,
             seen);
}

static void add_fault(struct text *out, const struct probe_result *r,
                      enum fault fault)
{
    const struct cert *leaf = verdict_leaf(&r->verdict);
    char names[3000], host[600];

    if (plain[fault] || !leaf) {
        add_wrapped(out, "  -", 4,
                    plain[fault] ? plain[fault] : fault_label(fault));
    } else if (fault == FAULT_WRONG_HOST) {
        list_names(names, sizeof(names), leaf);
        host_display(host, sizeof(host), r->endpoint.host);
        add_text(out, "  -", 4,
                 "It is not for the name %s. The names in it: %s.", host,
                 names);
    } else if (fault == FAULT_EXPIRED) {
        add_date_fault(out, "It ended on", leaf->not_after, r->when);
    } else if (fault == FAULT_NOT_YET_VALID) {
        add_date_fault(out, "It begins on", leaf->not_before, r->when);
    } else {
        add_issuer_fault(out, fault, leaf);
    }
}

/* -- facts ----------------------------------------------------------------- */

/* Lines of eight groups, or four, so that it can be compared by eye too. */
static void add_digest(struct text *out, const char *label,
                       const unsigned char digest[32])
{
    size_t step = out->width < LABEL + 4 + 39 ? 8 : 16;
    char groups[96];

    for (size_t i = 0; i < 32; i += step) {
        text_hex_groups(groups, digest + i, step);
        buf_addf(out->buf, "    %-*s%s\n", LABEL, i ? "" : label, groups);
    }
}

static void add_fact(struct text *out, const char *label, const char *text)
{
    char line[LABEL + 8];

    snprintf(line, sizeof(line), "    %-*s", LABEL, label);
    if (!*text)
        text = "(none)";
    add_text(out, line, LABEL + 4, "%.*s", (int)text_fit(text, 900, NULL),
             text);
}

static void add_certificate(struct text *out, const struct cert *cert, size_t i)
{
    char from[TIMESTAMP_SIZE], until[TIMESTAMP_SIZE], names[3000];

    buf_addf(out->buf, "\n  Certificate %zu%s\n\n", i + 1,
             i ? "" : " (the server's own)");
    add_fact(out, "Subject", cert->subject);
    list_names(names, sizeof(names), cert);
    if (cert->name_count)
        add_fact(out, "Names", names);
    add_fact(out, "Issuer", cert->self_signed ? "itself" : cert->issuer);
    moment(from, cert->not_before);
    moment(until, cert->not_after);
    buf_addf(out->buf, "    %-*s%s\n", LABEL, "Valid from",
             cert->dates_ok ? from : "(unreadable)");
    buf_addf(out->buf, "    %-*s%s\n", LABEL, "Valid until",
             cert->dates_ok ? until : "(unreadable)");
    add_fact(out, "Serial", cert->serial);
    add_digest(out, "SHA-256", cert->sha256);
    add_digest(out, "Key SHA-256", cert->spki_sha256);
}

static void add_server(struct text *out, const struct probe_result *r)
{
    char host[600], seen[TIMESTAMP_SIZE], text[1000];

    host_display(host, sizeof(host), r->endpoint.host);
    snprintf(text, sizeof(text), "%s port %u (%s, %s)", host, r->endpoint.port,
             service_label(r->endpoint.service),
             security_short(r->endpoint.security));
    add_fact(out, "Server", text);
    if (*r->address)
        add_fact(out, "Address", r->address);
    moment(seen, r->when);
    add_fact(out, "Seen", seen);
    if (*r->tls_version)
        add_fact(out, "Protocol", r->tls_version);
}

/* What helps to decide: a repaired certificate, or a fingerprint that came
 * another way. */
static void add_request(struct text *out, const struct probe_result *r)
{
    const struct cert *root = probe_private_root(r);

    buf_add_char(out->buf, '\n');
    if (root) {
        add_text(out, "", 0,
                 "If \"%.*s\" is your own authority: please tell me the "
                 "SHA-256 of its certificate, on the phone or otherwise not by "
                 "way of this server. What I was shown is below.",
                 shown(root->subject_name), root->subject_name);
    } else if (r->verdict.overridable) {
        add_text(out, "", 0,
                 "Can you repair this? If it is meant to be like that, please "
                 "tell me the SHA-256 of the certificate, on the phone or "
                 "otherwise not by way of this server. What I was shown is "
                 "below.");
    } else {
        add_text(out, "", 0,
                 "Please look into it: I cannot use the server like that. What "
                 "I was shown is below.");
    }
}

void operator_text(struct buf *buf, const struct probe_result *r, int width)
{
    const struct cert_chain *sent = &r->verdict.sent;
    struct text text = {buf, width}, *out = &text;
    char host[600];

    if (width < WIDTH_MIN)
        out->width = WIDTH_MIN;
    if (width > OPERATOR_TEXT_WIDTH)
        out->width = OPERATOR_TEXT_WIDTH;
    host_display(host, sizeof(host), r->endpoint.host);
    buf_addf(buf, "Subject: The certificate of %s, port %u\n\nHello,\n\n", host,
             r->endpoint.port);
    add_text(out, "", 0,
             "my mail program could not verify the certificate of your server "
             "and ended the connection before it logged in.");
    buf_add_char(buf, '\n');
    add_server(out, r);
    buf_add_text(buf, "\nWhat is wrong with the certificate:\n\n");
    for (int f = 0; f < FAULT_COUNT; f++)
        if (r->verdict.faults & FAULT_BIT(f))
            add_fault(out, r, (enum fault)f);
    add_request(out, r);
    for (size_t i = 0; i < sent->count && i < CERTS_SHOWN; i++)
        add_certificate(out, &sent->certs[i], i);
    if (sent->count > CERTS_SHOWN)
        buf_addf(buf, "\n  ... and %zu more certificates\n",
                 sent->count - CERTS_SHOWN);
}
