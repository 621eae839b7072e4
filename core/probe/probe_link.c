/* SPDX-License-Identifier: MIT */
/* probe_link: addresses, connection, TLS and the judgement of the certificate.
 */
#include "core/probe/probe_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_MS      50 /* RFC 8305 section 3: waiting for AAAA after A */
#define INPUT_MAX     65536
#define ADDRESSES_MAX 32 /* of one answer, as in resolve.c */

/* -- addresses ------------------------------------------------------------- */

static void end_resolve(struct probe *p)
{
    char text[300] = "", one[ADDRESS_SIZE];
    size_t used = 0;

    loop_cancel(p->grace);
    p->grace = NULL;
    for (size_t i = 0; i < p->address_count && used < sizeof(text) - 60; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                 i ? ", " : "",
                                 address_format(one, &p->addresses[i]));
    probe_stage_ok(p, "%s", text);
}

static void grace_over(void *arg)
{
    struct probe *p = arg;

    p->grace = NULL;
    end_resolve(p);
}

static bool only_v4(const struct probe *p)
{
    for (size_t i = 0; i < p->address_count; i++)
        if (p->addresses[i].family != AF_INET)
            return false;
    return true;
}

/* Whoever named the host must not make us talk to machines behind the same
 * wall. */
static size_t keep_public(struct probe *p, const struct address *addresses,
                          size_t count, struct address out[ADDRESSES_MAX])
{
    size_t kept = 0;

    for (size_t i = 0; i < count && kept < ADDRESSES_MAX; i++)
        if (!p->public_only || http_address_is_public(&addresses[i]))
            out[kept++] = addresses[i];
        else
            p->passed_over = addresses[i];
    return kept;
}

static void fail_private(struct probe *p)
{
    char text[ADDRESS_SIZE];

    probe_fail_text(p, REASON_UNREACHABLE,
                    "%s has a private address (%s), and somebody outside named "
                    "it: it is not connected to without your yes.",
                    p->server.endpoint.host,
                    address_format(text, &p->passed_over));
}

static void answered(void *arg, const struct address *found, size_t found_count,
                     bool done, const struct failure *failure)
{
    struct probe *p = arg;
    struct address addresses[ADDRESSES_MAX];
    size_t count = keep_public(p, found, found_count, addresses);

    p->resolved_all = done;
    if (probe_stage_now(p)->stage != STAGE_RESOLVE) {
        /* The slower family: it joins the connecting under way. */
        if (p->stream)
            stream_connect(p->stream, addresses, count, p->server.endpoint.port,
                           done);
        return;
    }
    if (failure) {
        probe_fail(p, failure);
        return;
    }
    if (!count && !p->address_count) {
        if (done)
            fail_private(p);
        return;
    }
    p->addresses = xreallocarray(p->addresses, p->address_count + count,
                                 sizeof(struct address));
    if (count)
        memcpy(p->addresses + p->address_count, addresses,
               count * sizeof(struct address));
    p->address_count += count;
    if (done || !only_v4(p))
        end_resolve(p);
    else if (!p->grace)
        p->grace = loop_after(p->env.loop, GRACE_MS, grace_over, p);
}

void probe_resolve(struct probe *p)
{
    if (p->address_count) { /* given with the request */
        p->resolved_all = true;
        end_resolve(p);
        return;
    }
    p->query =
        resolve_start(p->env.resolver, p->server.endpoint.host, answered, p);
}

/* -- connection ------------------------------------------------------------ */

static void connected(void *arg)
{
    struct probe *p = arg;

    address_format(p->result.address, stream_address(p->stream));
    if (p->tried_tls)
        return; /* connected anew; the greeting is still waited for */
    probe_stage_ok(p, "%s", p->result.address);
}

static void readable(void *arg)
{
    probe_read_lines(arg);
}

static void closed(void *arg)
{
    struct probe *p = arg;

    if (probe_secret_outlasts(p))
        return;
    probe_fail_text(p, REASON_CLOSED, "The server closed the connection (%s).",
                    stage_label(probe_stage_now(p)->stage));
}

static void secured(void *arg);
static void failed(void *arg, const struct failure *failure);

static void open_stream(struct probe *p, const struct address *addresses,
                        size_t count, bool last)
{
    static const struct stream_events events = {.connected = connected,
                                                .secured = secured,
                                                .readable = readable,
                                                .closed = closed,
                                                .failed = failed};

    p->stream = stream_new(p->env.loop, &events, p, INPUT_MAX);
    stream_connect(p->stream, addresses, count, p->server.endpoint.port, last);
}

void probe_connect(struct probe *p)
{
    open_stream(p, p->addresses, p->address_count, p->resolved_all);
}

void probe_close_link(struct probe *p)
{
    loop_cancel(p->grace);
    loop_cancel(p->tls_try);
    p->grace = p->tls_try = NULL;
    resolve_free(p->query);
    p->query = NULL;
    stream_free(p->stream);
    p->stream = NULL;
}

/* -- the certificate ------------------------------------------------------- */

static void keep_verdict(struct probe *p, const struct verdict *verdict)
{
    struct probe_result *r = &p->result;
    const struct exception *which = NULL;

    if (r->has_verdict)
        verdict_release(&r->verdict);
    verdict_copy(&r->verdict, verdict);
    r->has_verdict = true;
    r->exception = exceptions_judge(
        p->env.exceptions, r->endpoint.host, r->endpoint.port, verdict,
        p->env.wall(p->env.wall_arg), &which, &r->new_faults);
    r->exception_number = which ? which->number : 0;
}

/* The only door: asked inside the handshake, before anything of ours leaves. */
static bool acceptable(void *arg, const struct verdict *verdict)
{
    struct probe *p = arg;

    if (p->trying_tls)
        return false;
    keep_verdict(p, verdict);
    return verdict->trusted || p->result.exception == EXCEPTION_USED;
}

static void note_tls(struct probe *p)
{
    const struct tls *tls = stream_tls(p->stream);

    snprintf(p->result.tls_version, sizeof(p->result.tls_version), "%s",
             tls_version(tls));
    snprintf(p->result.tls_cipher, sizeof(p->result.tls_cipher), "%s",
             tls_cipher(tls));
    p->result.client_certificate_asked = tls_certificate_asked(tls);
    p->result.client_certificate_sent = tls_certificate_sent(tls);
}

/* A certificate that OpenSSL could not even decode. */
static void keep_undecodable(struct probe *p)
{
    struct probe_result *r = &p->result;

    if (r->has_verdict)
        return;
    r->verdict = (struct verdict){.faults = FAULT_BIT(FAULT_BAD_ENCODING)};
    r->verdict.sentences[FAULT_BAD_ENCODING] =
        xstrdup("It is damaged and cannot be read at all.");
    r->has_verdict = true;
}

static void fail_certificate(struct probe *p)
{
    char labels[400];

    keep_undecodable(p);
    if (verdict_leaf(&p->result.verdict))
        note_tls(p);
    probe_stage_ok(p, "%s%s%s", p->result.tls_version,
                   *p->result.tls_version ? ", " : "", p->result.tls_cipher);
    fault_labels(labels, sizeof(labels), p->result.verdict.faults);
    probe_fail_text(p, REASON_CERTIFICATE, "%s: %s. No password was sent.",
                    p->result.exception == EXCEPTION_CHANGED
                        ? "This is not the certificate that you accepted"
                        : "The certificate does not prove who the server is",
                    labels);
}

static void note_change(struct probe *p)
{
    const struct exceptions *all = p->env.exceptions;

    for (size_t i = 0; i < exceptions_count(all); i++)
        if (exceptions_at(all, i)->number == p->result.exception_number) {
            /* Only a mark in the list: failing to write it is no failure. */
            exceptions_note_change(p->env.exceptions, exceptions_at(all, i),
                                   p->env.wall(p->env.wall_arg), NULL);
            return;
        }
}

static void judged_ok(struct probe *p)
{
    struct probe_result *r = &p->result;
    char text[400];

    if (r->verdict.trusted)
        verdict_summary(text, sizeof(text), &r->verdict, r->when);
    else
        snprintf(text, sizeof(text), "by your exception");
    p->dialogue.secure = true;
    if (r->stages[p->at + 1 < r->stage_count ? p->at + 1 : p->at].stage ==
        STAGE_TLS_CAPABILITY)
        dialogue_secured(&p->dialogue);
    probe_stage_ok(p, "%s", text);
}

/* -- TLS ------------------------------------------------------------------- */

static void secured(void *arg)
{
    struct probe *p = arg;

    note_tls(p);
    if (p->result.client_certificate_sent)
        probe_stage_ok(p, "%s, %s, with your certificate %s",
                       p->result.tls_version, p->result.tls_cipher,
                       p->identity.label);
    else
        probe_stage_ok(p, "%s, %s", p->result.tls_version,
                       p->result.tls_cipher);
    if (!p->result.finished)
        judged_ok(p);
}

/* It was a plain server after all, only a slow one, and our ClientHello has
 * spoilt the connection: a new one, which is given its time. */
static void greet_again(struct probe *p)
{
    const struct address peer = *stream_address(p->stream);

    stream_free(p->stream);
    p->trying_tls = false;
    p->tried_tls = true;
    probe_rearm(p);
    open_stream(p, &peer, 1, true);
}

static void tls_try_failed(struct probe *p, const struct failure *failure)
{
    if (failure->reason == REASON_CERTIFICATE ||
        failure->reason == REASON_TLS ||
        failure->reason == REASON_TLS_VERSION ||
        failure->reason == REASON_CLIENT_CERTIFICATE)
        probe_fail_text(p, REASON_TLS_EXPECTED,
                        "The port says nothing until one speaks TLS: it is for "
                        "TLS from the start. Set Security to SSL/TLS.");
    else if (failure->reason == REASON_NOT_TLS)
        greet_again(p);
    else
        probe_fail(p, failure);
}

static void failed(void *arg, const struct failure *failure)
{
    struct probe *p = arg;

    if (p->trying_tls) {
        tls_try_failed(p, failure);
    } else if (failure->reason == REASON_CERTIFICATE) {
        if (p->result.exception == EXCEPTION_CHANGED)
            note_change(p);
        fail_certificate(p);
    } else if (failure->reason == REASON_NOT_TLS &&
               p->server.endpoint.security == SECURITY_STARTTLS) {
        probe_fail_text(p, REASON_STARTTLS_REFUSED,
                        "The server agreed to STARTTLS but went on in plain "
                        "text.");
    } else if (failure->reason == REASON_CLIENT_CERTIFICATE &&
               p->purpose == PROBE_CERTIFICATE && p->result.has_verdict) {
        secured(p); /* all that was wanted has been seen */
    } else if (failure->reason != REASON_CLOSED || !probe_secret_outlasts(p)) {
        if (failure->reason == REASON_CLIENT_CERTIFICATE)
            note_tls(p);
        /* With TLS 1.3 the demand arrives after the handshake. */
        if (failure->reason == REASON_CLIENT_CERTIFICATE)
            probe_return_to(p, STAGE_TLS);
        probe_fail(p, failure);
    }
}

static bool begin_tls(struct probe *p)
{
    const struct tls_request request = {
        .host = p->server.endpoint.host,
        .minimum = p->server.tls_minimum,
        .now = p->env.wall(p->env.wall_arg),
        .accept = acceptable,
        .arg = p,
        .identity = &p->identity,
    };
    struct error e = {0};

    if (stream_start_tls(p->stream, p->env.tls, &request, &e))
        return true;
    probe_fail_text(p, REASON_TLS, "%s", e.text);
    return false;
}

void probe_start_tls(struct probe *p)
{
    begin_tls(p);
}

/* -- a silent port --------------------------------------------------------- */

static void try_tls(void *arg)
{
    struct probe *p = arg;

    p->tls_try = NULL;
    if (stream_heard(p->stream) || probe_stage_now(p)->stage != STAGE_GREETING)
        return;
    p->trying_tls = true;
    begin_tls(p);
}

/* Plain was spoken to a TLS port when it stays silent and then answers a
 * ClientHello. */
void probe_try_tls_later(struct probe *p)
{
    if (p->result.finished || p->server.endpoint.security == SECURITY_TLS)
        return;
    p->tls_try =
        loop_after(p->env.loop, p->server.timeout * 1000 / 3, try_tls, p);
}
