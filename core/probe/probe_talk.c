/* SPDX-License-Identifier: MIT */
/* probe_talk: the mail protocol over the connection. */
#include "core/probe/probe_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/mail/login.h"
#include "core/probe/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- stages ---------------------------------------------------------------- */

static bool has_capability(const struct probe_result *r, const char *capability)
{
    for (size_t i = 0; i < r->capability_count; i++)
        if (strcmp(r->capabilities[i], capability) == 0)
            return true;
    return false;
}

/* Those told after the login stand behind those before: there the mechanisms
 * are. Those from before TLS are forgotten. */
static void keep_capabilities(struct probe *p, enum stage stage)
{
    struct probe_result *r = &p->result;
    const struct dialogue *d = &p->dialogue;

    if (!d->capability_count)
        return;
    for (size_t i = 0; stage != STAGE_LOGIN && i < r->capability_count; i++)
        free(r->capabilities[i]);
    if (stage != STAGE_LOGIN)
        r->capability_count = 0;
    r->capabilities = xreallocarray(r->capabilities,
                                    r->capability_count + d->capability_count,
                                    sizeof(char *));
    for (size_t i = 0; i < d->capability_count; i++)
        if (!has_capability(r, d->capabilities[i]))
            r->capabilities[r->capability_count++] =
                xstrdup(d->capabilities[i]);
}

/* Told also when it failed. */
static void keep_mechanism(struct probe *p)
{
    if (probe_stage_now(p)->stage == STAGE_LOGIN && p->dialogue.mechanism)
        snprintf(p->result.mechanism, sizeof(p->result.mechanism), "%s",
                 p->dialogue.mechanism);
}

/* -- the log --------------------------------------------------------------- */

#define SHOWN_MAX   65536
#define LOGIN_LINES 64 /* of the server: searching them takes its time */

static void note_sent(struct probe *p)
{
    struct buf shown;

    buf_init(&shown, SHOWN_MAX);
    dialogue_show_out(&p->dialogue, &shown);
    if (shown.len >= 2 && memcmp(shown.data + shown.len - 2, "\r\n", 2) == 0)
        buf_truncate(&shown, shown.len - 2);
    probe_note(p, PROBE_LOG_SENT, shown.data, shown.len);
    buf_release(&shown);
}

/* Before it is fed: that may end the login, and the secret is forgotten. */
static void note_received(struct probe *p, const char *line, size_t len)
{
    size_t shown = dialogue_shown_of(&p->dialogue, line, len);
    size_t seen = PROBE_LOG_TEXT + 100; /* what begins before the cut */
    struct buf safe;

    buf_init(&safe, SHOWN_MAX);
    if (shown < len) {
        buf_addf(&safe, "%.*s (challenge)", (int)shown, line);
    } else if (!p->secret) {
        buf_add(&safe, line, len);
    } else if (p->logged++ < LOGIN_LINES) {
        echo_hide(p->secret, line, len < seen ? len : seen, PROBE_LOG_TEXT,
                  &safe);
        if (len > PROBE_LOG_TEXT)
            buf_add_text(&safe, "...");
    } else {
        buf_addf(&safe, "(%zu bytes)", len);
    }
    probe_note(p, PROBE_LOG_RECEIVED, safe.data, safe.len);
    buf_release(&safe);
}

static void send_out(struct probe *p)
{
    struct buf *out = &p->dialogue.out;

    if (!out->len)
        return;
    if (probe_stage_now(p)->stage == STAGE_LOGIN &&
        (p->credentials.password || p->credentials.token))
        p->result.credential_sent = true;
    note_sent(p);
    stream_write(p->stream, out->data, out->len);
    dialogue_sent(&p->dialogue);
}

static void step_done(struct probe *p)
{
    enum stage stage = probe_stage_now(p)->stage;
    struct error e = {0};
    char text[1300];

    if (stage == STAGE_CAPABILITY || stage == STAGE_TLS_CAPABILITY ||
        stage == STAGE_LOGIN)
        keep_capabilities(p, stage);
    /* A byte behind the go-ahead was not encrypted and may come from anybody
     * (CVE-2011-0411 and its like). */
    if (stage == STAGE_STARTTLS && stream_has_unread(p->stream)) {
        probe_fail_text(p, REASON_STARTTLS_INJECTION,
                        "Bytes came after the server's go-ahead for STARTTLS. "
                        "Somebody may have put them there; nothing was sent.");
        return;
    }
    if (stage == STAGE_LOGIN)
        probe_secret_outcome(p, true, &e);
    snprintf(text, sizeof(text), "%s%s%s", p->dialogue.text, e.code ? "; " : "",
             e.text);
    probe_stage_ok(p, "%s", text);
}

static void take_step(struct probe *p, enum dialogue_step step)
{
    send_out(p);
    keep_mechanism(p);
    echo_hide_quoted(p->secret, p->dialogue.text);
    if (step == DIALOGUE_FAILED)
        echo_hide_quoted(p->secret, p->dialogue.failure.text);
    if (step == DIALOGUE_DONE)
        step_done(p);
    else if (step == DIALOGUE_FAILED)
        probe_fail(p, &p->dialogue.failure);
}

/* What the machine calls itself is seldom a name that others know; our address
 * always is one (RFC 5321 section 4.1.3). */
static const char *helo_name(struct probe *p)
{
    char text[ADDRESS_SIZE];
    struct address own;

    if (p->server.helo_name)
        return p->server.helo_name;
    if (!stream_local_address(p->stream, &own))
        return NULL;
    snprintf(p->helo, sizeof(p->helo), "[%s%s]",
             own.family == AF_INET6 ? "IPv6:" : "", address_format(text, &own));
    return p->helo;
}

void probe_talk(struct probe *p, enum stage stage)
{
    if (p->server.endpoint.service == SERVICE_SMTP)
        p->dialogue.helo_name = helo_name(p);
    p->dialogue.sender = p->server.sender;
    p->dialogue.next = p->at + 1 < p->result.stage_count
                           ? p->result.stages[p->at + 1].stage
                           : STAGE_COUNT;
    take_step(p, dialogue_begin(&p->dialogue, stage));
    /* Lines that came early wait for their stage. */
    if (!p->result.finished && p->stream &&
        probe_stage_now(p)->stage == stage &&
        probe_stage_now(p)->state == STAGE_RUNNING)
        probe_read_lines(p);
}

/* -- lines ----------------------------------------------------------------- */

static bool takes_lines(struct probe *p)
{
    enum stage stage = probe_stage_now(p)->stage;

    return !p->result.finished && p->stream && !p->trying_tls &&
           stage != STAGE_TLS && stage != STAGE_CERTIFICATE &&
           stage != STAGE_RESOLVE && stage != STAGE_CONNECT &&
           !(stage == STAGE_LOGIN && !p->dialogue.mechanism &&
             !p->dialogue.preauth);
}

static void feed(struct probe *p, struct buf *input, size_t len)
{
    const char *line = input->data;
    size_t text = len - 1;
    enum dialogue_step step;

    if (text && line[text - 1] == '\r')
        text--;
    note_received(p, line, text);
    step = dialogue_feed(&p->dialogue, line, text);
    /* Before the step is taken: it may end the stream, or begin TLS. */
    buf_consume(input, len);
    take_step(p, step);
}

void probe_read_lines(struct probe *p)
{
    while (takes_lines(p)) {
        struct buf *input = stream_input(p->stream);
        const char *end = memchr(input->data, '\n', input->len);

        if (!end) {
            if (input->len > DIALOGUE_LINE_MAX)
                probe_fail_text(p, REASON_PROTOCOL,
                                "The server sends a line without end (over %d "
                                "bytes).",
                                DIALOGUE_LINE_MAX);
            return;
        }
        feed(p, input, (size_t)(end - input->data) + 1);
    }
}

/* -- login ----------------------------------------------------------------- */

/* What there is to log in with, and what the connection lends. */
static void prepare(struct probe *p)
{
    struct dialogue *d = &p->dialogue;
    const struct tls *tls = stream_tls(p->stream);

    d->auth = p->server.auth;
    d->allow_plaintext_login = p->server.allow_plaintext_login &&
                               p->server.endpoint.security == SECURITY_NONE;
    d->host = p->server.endpoint.host;
    d->port = p->server.endpoint.port;
    d->sources = probe_secret_needs(p);
    if (p->result.client_certificate_sent)
        d->sources |= NEED_CERTIFICATE;
    if (tls)
        tls_channel_binding(tls, &d->binding);
}

/* The certificate names the user, so that no user name is needed. */
static bool by_certificate(const struct probe *p)
{
    return p->server.auth == AUTH_EXTERNAL ||
           (p->server.auth == AUTH_AUTO && p->result.client_certificate_sent &&
            dialogue_has(&p->dialogue, "AUTH=EXTERNAL"));
}

void probe_login(struct probe *p)
{
    struct dialogue *d = &p->dialogue;
    const struct mechanism *mechanism;

    prepare(p);
    if (p->purpose == PROBE_NO_LOGIN) {
        probe_skip_stage(p, "not asked for");
    } else if (p->server.auth == AUTH_NONE) {
        probe_skip_stage(p, "the settings say: no login");
    } else if (!p->server.user && !by_certificate(p)) {
        probe_skip_stage(p, "no user name is set");
    } else if (d->preauth) {
        probe_talk(p, STAGE_LOGIN);
    } else if (!(mechanism = login_choose(d))) {
        /* Before any command runs or password is looked for. */
        probe_fail(p, &d->failure);
    } else {
        probe_log_in(p, mechanism->need);
    }
}
