/* SPDX-License-Identifier: MIT */
/* probe: the state machine: stages, deadlines, results. */
#include "core/probe/probe_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOTAL_FACTOR 4 /* the whole test takes at most that many stages */

static void begin_stage(struct probe *p);

/* -- telling --------------------------------------------------------------- */

static void deliver(void *arg)
{
    struct probe *p = arg;

    p->notice = NULL;
    /* Last: the callee may free the probe. */
    p->progress(p->arg, p);
}

/* Never from the middle of something. */
void probe_notify(struct probe *p)
{
    if (p->progress && !p->notice)
        p->notice = loop_after(p->env.loop, 0, deliver, p);
}

void probe_note(struct probe *p, enum probe_log_kind kind, const char *text,
                size_t len)
{
    probe_log_add(&p->result.log, kind, loop_now(p->env.loop) - p->started,
                  text, len);
}

/* -- ending ---------------------------------------------------------------- */

static void cancel_timer(struct loop_timer **timer)
{
    loop_cancel(*timer);
    *timer = NULL;
}

static void keep_link(struct probe *p)
{
    stream_pause(p->stream);
    p->kept = p->stream;
    p->stream = NULL;
}

static void let_go(struct probe *p)
{
    if (p->purpose == PROBE_LINK && p->result.ok && p->stream)
        keep_link(p);
    cancel_timer(&p->begin);
    cancel_timer(&p->stage_deadline);
    cancel_timer(&p->total_deadline);
    probe_close_link(p);
    secret_command_free(p->command);
    p->command = NULL;
    probe_forget_secret(p);
    /* The result is shown for long; nobody logs in with these any more. */
    secret_release(&p->typed);
    secret_release(&p->token);
    client_identity_release(&p->identity);
}

static void skip_rest(struct probe *p)
{
    for (size_t i = 0; i < p->result.stage_count; i++) {
        struct probe_stage *stage = &p->result.stages[i];

        if (stage->state != STAGE_WAITING && stage->state != STAGE_RUNNING)
            continue;
        stage->state = STAGE_SKIPPED;
        if (!*stage->text)
            snprintf(stage->text, sizeof(stage->text), "%s",
                     stage->stage == STAGE_LOGIN && p->server.user &&
                             !p->result.credential_sent
                         ? "your password was not sent"
                         : "");
    }
}

static void note_end(struct probe *p)
{
    const struct cert *leaf =
        p->result.has_verdict ? verdict_leaf(&p->result.verdict) : NULL;

    if (p->paused) /* stopped while the person was to type */
        p->started += loop_now(p->env.loop) - p->paused;
    p->result.elapsed_ms = loop_now(p->env.loop) - p->started;
    p->result.finished = true;
    p->result.asking = false;
    if (leaf && leaf->dates_ok && p->warn_days > 0)
        p->result.expires_soon =
            days_between(p->result.when, leaf->not_after) < p->warn_days;
    let_go(p);
    skip_rest(p);
    probe_notify(p);
}

static void summarize(struct probe *p)
{
    struct probe_result *r = &p->result;
    const char *inbox = NULL;

    for (size_t i = 0; i < r->stage_count; i++)
        if (r->stages[i].stage == STAGE_MAILBOX &&
            r->stages[i].state == STAGE_OK)
            inbox = r->stages[i].text;
    if (*r->mechanism)
        snprintf(r->text, sizeof(r->text), "Logged in with %s%s%.500s.",
                 r->mechanism, inbox ? "; " : "", inbox ? inbox : "");
    else
        snprintf(r->text, sizeof(r->text), "Everything asked for went well.");
}

void probe_finish_ok(struct probe *p)
{
    if (p->result.finished)
        return;
    p->result.ok = true;
    summarize(p);
    note_end(p);
}

/* Two failures show a stage too late: with TLS 1.3 the demand for a client
 * certificate comes with the first read, and bytes behind the go-ahead are seen
 * when TLS begins. One shows too early: a key that cannot be loaded. */
static struct probe_stage *blamed_stage(struct probe *p, enum reason reason)
{
    bool key = !p->begun && p->server.client_certificate &&
               (reason == REASON_CONFIG || reason == REASON_CREDENTIALS);

    for (size_t i = 0; i < (key ? p->result.stage_count : p->at); i++) {
        struct probe_stage *stage = &p->result.stages[i];

        if (((key || reason == REASON_CLIENT_CERTIFICATE) &&
             stage->stage == STAGE_TLS) ||
            (reason == REASON_STARTTLS_INJECTION &&
             stage->stage == STAGE_STARTTLS))
            return stage;
    }
    return probe_stage_now(p);
}

void probe_fail(struct probe *p, const struct failure *cause)
{
    struct probe_result *r = &p->result;
    struct probe_stage *stage = blamed_stage(p, cause->reason);
    struct failure failure = *cause;

    probe_blame_identity(p, &failure);
    if (r->finished)
        return;
    stage->state = STAGE_FAILED;
    if (stage == probe_stage_now(p))
        stage->ms = loop_now(p->env.loop) - p->stage_started;
    snprintf(stage->text, sizeof(stage->text), "%s", failure.text);
    if (failure.reason == REASON_LOGIN && stage->stage == STAGE_LOGIN)
        probe_secret_outcome(p, false, NULL);
    r->reason = failure.reason;
    r->failed_stage = stage->stage;
    snprintf(r->text, sizeof(r->text), "%s", failure.text);
    note_end(p);
}

void probe_fail_text(struct probe *p, enum reason reason, const char *format,
                     ...)
{
    struct failure failure;
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    failure_set(&failure, reason, "%s", text);
    probe_fail(p, &failure);
}

/* -- deadlines ------------------------------------------------------------- */

static void too_late(struct probe *p, long seconds, const char *of)
{
    probe_fail_text(p, REASON_TIMEOUT,
                    "There was no complete answer within %ld second%s (%s).",
                    seconds, seconds == 1 ? "" : "s", of);
}

static void stage_late(void *arg)
{
    struct probe *p = arg;

    p->stage_deadline = NULL;
    too_late(p, p->server.timeout, stage_label(probe_stage_now(p)->stage));
}

static void total_late(void *arg)
{
    struct probe *p = arg;

    p->total_deadline = NULL;
    too_late(p, p->total_timeout, "the whole test");
}

/* -- stages ---------------------------------------------------------------- */

struct probe_stage *probe_stage_now(struct probe *p)
{
    return &p->result.stages[p->at];
}

static void end_stage(struct probe *p)
{
    struct probe_stage *stage = probe_stage_now(p);

    stage->ms = loop_now(p->env.loop) - p->stage_started;
    cancel_timer(&p->stage_deadline);
    p->at++;
    if (p->at == p->result.stage_count) {
        p->at--;
        probe_finish_ok(p);
    } else {
        begin_stage(p);
    }
}

void probe_stage_ok(struct probe *p, const char *format, ...)
{
    struct probe_stage *stage = probe_stage_now(p);
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_safe_string(stage->text, sizeof(stage->text), text);
    stage->state = STAGE_OK;
    end_stage(p);
}

void probe_skip_stage(struct probe *p, const char *text)
{
    struct probe_stage *stage = probe_stage_now(p);

    snprintf(stage->text, sizeof(stage->text), "%s", text);
    stage->state = STAGE_SKIPPED;
    end_stage(p);
    stage->ms = 0;
}

void probe_return_to(struct probe *p, enum stage stage)
{
    if (probe_stage_now(p)->stage == stage)
        return;
    while (p->at > 0 && probe_stage_now(p)->stage != stage) {
        if (probe_stage_now(p)->state == STAGE_RUNNING)
            probe_stage_now(p)->state = STAGE_WAITING;
        p->at--;
    }
    p->stage_started = loop_now(p->env.loop) - probe_stage_now(p)->ms;
}

void probe_disarm(struct probe *p)
{
    cancel_timer(&p->stage_deadline);
}

void probe_rearm(struct probe *p)
{
    probe_disarm(p);
    p->stage_deadline =
        loop_after(p->env.loop, p->server.timeout * 1000, stage_late, p);
}

void probe_pause(struct probe *p)
{
    if (p->paused)
        return;
    p->paused = loop_now(p->env.loop);
    p->total_left = p->started + p->total_timeout * 1000 - p->paused;
    probe_disarm(p);
    cancel_timer(&p->total_deadline);
}

void probe_go_on(struct probe *p)
{
    int64_t typed = loop_now(p->env.loop) - p->paused;

    if (!p->paused)
        return;
    p->paused = 0;
    p->started += typed;
    p->stage_started += typed;
    p->total_deadline = loop_after(p->env.loop, p->total_left, total_late, p);
    probe_rearm(p);
}

static void begin_stage(struct probe *p)
{
    struct probe_stage *stage = probe_stage_now(p);

    stage->state = STAGE_RUNNING;
    p->stage_started = loop_now(p->env.loop);
    probe_note(p, PROBE_LOG_STAGE, stage_label(stage->stage),
               strlen(stage_label(stage->stage)));
    probe_rearm(p);
    probe_notify(p);
    switch (stage->stage) {
    case STAGE_RESOLVE:
        probe_resolve(p);
        break;
    case STAGE_CONNECT:
        probe_connect(p);
        break;
    case STAGE_TLS:
        probe_start_tls(p);
        break;
    case STAGE_CERTIFICATE:
        break; /* ended by the handshake, which has the verdict */
    case STAGE_LOGIN:
        probe_login(p);
        break;
    case STAGE_MAILBOX:
        if (p->purpose == PROBE_NO_LOGIN)
            probe_skip_stage(p, "not asked for");
        else if (p->server.endpoint.service != SERVICE_SMTP &&
                 !*p->result.mechanism && !p->dialogue.preauth)
            probe_skip_stage(p, "needs a login");
        else
            probe_talk(p, stage->stage);
        break;
    default:
        probe_talk(p, stage->stage);
        if (stage->stage == STAGE_GREETING)
            probe_try_tls_later(p);
    }
}

/* -- starting -------------------------------------------------------------- */

static bool only_certificate(const struct probe *p)
{
    return p->purpose == PROBE_CERTIFICATE || p->purpose == PROBE_LINK;
}

static void plan(struct probe *p)
{
    struct probe_result *r = &p->result;
    enum stage order[STAGE_MAX];
    size_t count = stage_plan(order, p->server.endpoint.service,
                              p->server.endpoint.security, p->sender);

    for (size_t i = 0; i < count; i++) {
        r->stages[i].stage = order[i];
        r->stage_count = i + 1;
        if (only_certificate(p) && order[i] == STAGE_CERTIFICATE)
            break;
    }
}

/* What the first try has shown is shown anew. */
void probe_restart(struct probe *p)
{
    struct probe_result *r = &p->result;

    probe_close_link(p);
    probe_forget_secret(p);
    dialogue_release(&p->dialogue);
    dialogue_init(&p->dialogue, p->server.endpoint.service);
    for (size_t i = 0; i < r->stage_count; i++)
        r->stages[i] = (struct probe_stage){.stage = r->stages[i].stage};
    p->gone = p->tried_tls = false;
    p->logged = 0;
    p->restarted = true;
    p->at = 0;
    begin_stage(p);
}

void probe_begin(struct probe *p)
{
    p->begun = true;
    begin_stage(p);
    if (only_certificate(p) && p->server.endpoint.security == SECURITY_NONE)
        probe_fail_text(p, REASON_CONFIG,
                        "Without TLS the server has no certificate to show.");
}

static void start(void *arg)
{
    struct probe *p = arg;

    p->begin = NULL;
    p->started = loop_now(p->env.loop);
    p->total_deadline =
        loop_after(p->env.loop, p->total_timeout * 1000, total_late, p);
    probe_load_identity(p);
}

struct probe *probe_start(const struct probe_env *env,
                          const struct probe_request *request,
                          probe_progress *progress, void *arg)
{
    struct probe *p = xcalloc(1, sizeof(*p));

    p->env = *env;
    p->purpose = request->purpose;
    p->sender = request->sender;
    p->may_ask = request->may_ask;
    p->public_only = request->public_only;
    p->warn_days = request->warn_days;
    p->typed = secret_share(request->typed);
    p->token = secret_new(request->token);
    p->sources = request->sources;
    p->progress = progress;
    p->arg = arg;
    server_copy(&p->server, request->server);
    p->total_timeout = request->total_timeout > 0
                           ? request->total_timeout
                           : TOTAL_FACTOR * p->server.timeout;
    dialogue_init(&p->dialogue, p->server.endpoint.service);
    if (request->address) {
        p->addresses = xcalloc(1, sizeof(*p->addresses));
        p->addresses[p->address_count++] = *request->address;
    }
    p->result.target = xstrdup(request->target);
    p->result.endpoint = p->server.endpoint;
    p->result.when = env->wall(env->wall_arg);
    plan(p);
    p->begin = loop_after(env->loop, 0, start, p);
    return p;
}

const char *probe_user(const struct probe *p)
{
    return p->server.user;
}

const struct probe_result *probe_result(const struct probe *p)
{
    return &p->result;
}

struct stream *probe_take_link(struct probe *p)
{
    struct stream *link = p->kept;

    p->kept = NULL;
    return link;
}

void probe_cancel(struct probe *p)
{
    if (p->result.finished)
        return;
    if (probe_stage_now(p)->state == STAGE_WAITING)
        p->started = p->stage_started = loop_now(p->env.loop);
    probe_fail_text(p, REASON_CANCELLED, "Stopped.");
}

void probe_free(struct probe *p)
{
    if (!p)
        return;
    let_go(p);
    stream_free(p->kept);
    cancel_timer(&p->notice);
    dialogue_release(&p->dialogue);
    server_release(&p->server);
    sources_free(p->own_sources);
    free(p->addresses);
    probe_result_release(&p->result);
    free(p);
}

bool probe_result_logged_in(const struct probe_result *result)
{
    for (size_t i = 0; i < result->stage_count; i++)
        if (result->stages[i].stage == STAGE_LOGIN)
            return result->stages[i].state == STAGE_OK;
    return false;
}

void probe_result_release(struct probe_result *r)
{
    for (size_t i = 0; i < r->capability_count; i++)
        free(r->capabilities[i]);
    free(r->capabilities);
    if (r->has_verdict)
        verdict_release(&r->verdict);
    free(r->target);
    probe_log_release(&r->log);
    *r = (struct probe_result){0};
}

void probe_result_copy(struct probe_result *to, const struct probe_result *from)
{
    *to = *from;
    to->target = xstrdup(from->target);
    to->capabilities = xcalloc(from->capability_count, sizeof(char *));
    for (size_t i = 0; i < from->capability_count; i++)
        to->capabilities[i] = xstrdup(from->capabilities[i]);
    probe_log_copy(&to->log, &from->log);
    if (from->has_verdict)
        verdict_copy(&to->verdict, &from->verdict);
}
