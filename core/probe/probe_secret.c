/* SPDX-License-Identifier: MIT */
/* probe_secret: what the test logs in with. Where it comes from is decided in
 * core/secret/source.c; that it is looked for at all, here: after the verdict,
 * after the choice of a mechanism. */
#include "core/probe/probe_private.h"

#include "core/mail/login.h"

#include <stdio.h>

struct source_env probe_source_env(const struct probe_env *env)
{
    return (struct source_env){.loop = env->loop,
                               .oauth = env->oauth,
                               .run_commands = env->run_commands,
                               .commands_refused = env->commands_refused,
                               .terminal = env->terminal};
}

static struct source_request request_of(const struct probe *p,
                                        enum mechanism_need need)
{
    return (struct source_request){.server = &p->server,
                                   .need = need,
                                   .typed = p->typed,
                                   .token = p->token};
}

unsigned probe_secret_needs(const struct probe *p)
{
    const struct source_request request = request_of(p, NEED_PASSWORD);

    return source_needs(&request);
}

/* `secret` is what the mechanism needs; NULL with a certificate. */
static void log_in(struct probe *p, struct secret *secret,
                   enum mechanism_need need)
{
    secret_release(&p->secret);
    p->secret = secret_share(secret);
    p->credentials = (struct credentials){.user = p->server.user};
    if (need == NEED_TOKEN)
        p->credentials.token = secret_text(p->secret);
    else
        p->credentials.password = secret_text(p->secret);
    p->dialogue.credentials = &p->credentials;
    probe_talk(p, STAGE_LOGIN);
}

static void ask(struct probe *p)
{
    struct probe_stage *stage = probe_stage_now(p);

    probe_pause(p);
    p->result.asking = true;
    snprintf(stage->text, sizeof(stage->text), "waiting for your password");
    probe_notify(p);
}

static void answered(void *arg, const struct source_answer *answer)
{
    struct probe *p = arg;

    if (!answer->secret && answer->may_ask && p->may_ask) {
        ask(p);
        return;
    }
    probe_go_on(p);
    if (!answer->secret) {
        p->result.needs_authorization = answer->may_authorize;
        probe_fail(p, answer->failure);
    } else if (p->gone) {
        /* The same answer comes at once then. */
        probe_restart(p);
    } else {
        probe_rearm(p);
        log_in(p, answer->secret, p->secret_need);
    }
}

bool probe_secret_outlasts(struct probe *p)
{
    /* While a person types, that is. And once: a server that always hangs up
     * here has that told. */
    if (p->restarted || !p->paused)
        return false;
    p->gone = true;
    probe_close_link(p);
    return true;
}

void probe_log_in(struct probe *p, enum mechanism_need need)
{
    const struct source_request request = request_of(p, need);

    if (need == NEED_CERTIFICATE) {
        log_in(p, NULL, need);
        return;
    }
    if (!p->sources) {
        const struct source_env shared = probe_source_env(&p->env);

        p->sources = p->own_sources = sources_new(&shared);
    }
    p->secret_need = p->result.credential = need;
    p->result.token_command = p->server.token_command != NULL;
    /* A command has a limit of its own. */
    if (p->server.command_terminal)
        probe_pause(p);
    else
        probe_disarm(p);
    p->search = source_begin(p->sources, &request, answered, p);
}

void probe_answer(struct probe *p, struct secret *typed, bool remember)
{
    if (!p->result.asking)
        return;
    p->result.asking = false;
    *probe_stage_now(p)->text = '\0';
    probe_go_on(p);
    if (!typed) {
        probe_fail_text(p, REASON_CREDENTIALS,
                        "No password was typed, so no login was tried.");
        return;
    }
    p->typed = secret_share(typed);
    p->server.remember = p->server.remember || remember;
    source_end(p->search);
    p->search = NULL;
    /* What a server says unasked is mostly that it has waited too long. */
    if (p->gone || (!p->restarted && stream_has_unread(p->stream)))
        probe_restart(p);
    else
        probe_log_in(p, p->secret_need);
}

void probe_secret_outcome(struct probe *p, bool accepted, struct error *e)
{
    if (p->search && accepted)
        source_accepted(p->search, e);
    else if (p->search)
        source_refused(p->search, e);
    probe_forget_secret(p);
}

void probe_forget_secret(struct probe *p)
{
    source_end(p->search);
    p->search = NULL;
    login_end(&p->dialogue);
    p->credentials = (struct credentials){0};
    p->dialogue.credentials = NULL;
    secret_release(&p->secret);
}
