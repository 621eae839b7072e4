/* SPDX-License-Identifier: MIT */
/* oauth_flow: how a grant gets its token: renewed by the refresh token (RFC
 * 6749 section 6), else by a person (RFC 8628). */
#include "core/secret/oauth_private.h"

#include "core/account/endpoint.h"
#include "core/base/buf.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM_MAX        32768
#define ANSWER_MAX      65536
#define CONNECT_MS      15000
#define TOTAL_MS        30000
#define SLACK_S         60   /* a token is not used in its last minute */
#define SLOWER_MS       5000 /* RFC 8628 section 3.5 */
#define INTERVAL_MS_MAX 60000
#define DEVICE_GRANT    "urn:ietf:params:oauth:grant-type:device_code"

static void authorize(struct oauth_grant *g);
static void ask_later(struct oauth_grant *g);

/* -- requests -------------------------------------------------------------- */

static void form_begin(const struct oauth_grant *g, struct buf *form)
{
    buf_init_secret(form, FORM_MAX);
    http_form_add(form, "client_id", g->server.oauth.client_id);
    if (g->client_secret)
        http_form_add(form, "client_secret", secret_text(g->client_secret));
}

/* Sends and wipes the form. */
static void post(struct oauth_grant *g, const char *url, struct buf *form,
                 http_done *done)
{
    g->fetch =
        http_start(g->oauth->env.http,
                   &(struct http_request){
                       .url = url,
                       .body = form->data,
                       .content_type = "application/x-www-form-urlencoded",
                       .accept = "application/json",
                       .max_bytes = ANSWER_MAX,
                       .connect_ms = CONNECT_MS,
                       .total_ms = TOTAL_MS},
                   done, g);
    buf_release(form);
}

/* "login.example.org" of a URL, for sentences. */
static const char *host_of(const char *url, char out[HOST_MAX])
{
    const char *start = strstr(url, "://");
    size_t len = start ? strcspn(start + 3, "/?#") : 0;

    snprintf(out, HOST_MAX, "%.*s", (int)(len < HOST_MAX ? len : HOST_MAX - 1),
             start ? start + 3 : "");
    return out;
}

static void end_fetch(struct oauth_grant *g)
{
    http_fetch_free(g->fetch);
    g->fetch = NULL;
}

/* -- tokens ---------------------------------------------------------------- */

/* A refresh token that came along takes the place of the old one (rotation);
 * without one the old one goes on. */
static void take_tokens(struct oauth_grant *g, const struct oauth_reply *reply)
{
    long seconds = reply->expires_in;
    long slack = seconds / 2 < SLACK_S ? seconds / 2 : SLACK_S;
    bool kept = !reply->refresh && g->refresh;

    secret_release(&g->access);
    g->access = secret_share(reply->access);
    g->access_ends =
        loop_now(g->oauth->env.loop) + (int64_t)(seconds - slack) * 1000;
    oauth_grant_prompt(g, false);
    if (reply->refresh) {
        secret_release(&g->refresh);
        g->refresh = secret_share(reply->refresh);
    }
    /* In the keyring its time begins anew; a command need not run for that. */
    if ((kept && g->server.oauth.store_command) || !g->refresh)
        oauth_grant_done(g);
    else
        oauth_keep_refresh(g, oauth_grant_done);
}

static void renewed(void *arg, const struct http_response *response,
                    const struct failure *failure)
{
    struct oauth_grant *g = arg;
    struct oauth_reply reply = {0};
    char host[HOST_MAX];

    if (failure) {
        end_fetch(g);
        oauth_grant_fail(g, failure);
        return;
    }
    oauth_read_token(&reply, host_of(g->server.oauth.token_endpoint, host),
                     response->status, response->body, response->len);
    end_fetch(g);
    if (reply.error == OAUTH_OK) {
        take_tokens(g, &reply);
    } else if (reply.error == OAUTH_INVALID_GRANT) {
        /* It has ended or was taken back: only a person can give another. */
        secret_release(&g->refresh);
        text_safe_string(g->note, sizeof(g->note), reply.failure.text);
        oauth_keep_refresh(g, authorize);
    } else {
        oauth_grant_fail(g, &reply.failure);
    }
    oauth_reply_release(&reply);
}

static void renew(struct oauth_grant *g)
{
    struct buf form;

    if (!g->refresh) {
        authorize(g);
        return;
    }
    form_begin(g, &form);
    http_form_add(&form, "grant_type", "refresh_token");
    http_form_add(&form, "refresh_token", secret_text(g->refresh));
    if (g->server.oauth.scope)
        http_form_add(&form, "scope", g->server.oauth.scope);
    post(g, g->server.oauth.token_endpoint, &form, renewed);
}

/* -- asking whether it is done --------------------------------------------- */

static bool may_pass(enum reason reason)
{
    return reason == REASON_TIMEOUT || reason == REASON_CLOSED ||
           reason == REASON_REFUSED || reason == REASON_UNREACHABLE ||
           reason == REASON_RESOLVE;
}

static void slow_down(struct oauth_grant *g, int64_t interval_ms)
{
    g->interval_ms =
        interval_ms < INTERVAL_MS_MAX ? interval_ms : INTERVAL_MS_MAX;
    ask_later(g);
}

static void judge_reply(struct oauth_grant *g, const struct oauth_reply *reply)
{
    switch (reply->error) {
    case OAUTH_OK:
        take_tokens(g, reply);
        return;
    case OAUTH_PENDING:
        ask_later(g);
        return;
    case OAUTH_SLOW_DOWN:
        slow_down(g, g->interval_ms + SLOWER_MS);
        return;
    case OAUTH_UNAVAILABLE:
        slow_down(g, 2 * g->interval_ms);
        return;
    case OAUTH_DENIED:
        oauth_grant_fail_text(g, REASON_CREDENTIALS,
                              "It was not permitted: the provider says that "
                              "the request was turned down.");
        return;
    case OAUTH_EXPIRED:
        oauth_grant_fail_text(g, REASON_CREDENTIALS,
                              "The code has ended before it was used. Begin "
                              "again for a new one.");
        return;
    default:
        oauth_grant_fail(g, &reply->failure);
    }
}

static void asked(void *arg, const struct http_response *response,
                  const struct failure *failure)
{
    struct oauth_grant *g = arg;
    struct oauth_reply reply = {0};
    char host[HOST_MAX];

    if (failure) {
        end_fetch(g);
        /* RFC 8628 section 3.5: a time-out slows down and ends nothing. */
        if (may_pass(failure->reason))
            slow_down(g, 2 * g->interval_ms);
        else
            oauth_grant_fail(g, failure);
        return;
    }
    oauth_read_token(&reply, host_of(g->server.oauth.token_endpoint, host),
                     response->status, response->body, response->len);
    end_fetch(g);
    judge_reply(g, &reply);
    oauth_reply_release(&reply);
}

static void ask(void *arg)
{
    struct oauth_grant *g = arg;
    struct buf form;

    g->timer = NULL;
    if (loop_now(g->oauth->env.loop) >= g->prompt.until) {
        judge_reply(g, &(struct oauth_reply){.error = OAUTH_EXPIRED});
        return;
    }
    form_begin(g, &form);
    http_form_add(&form, "grant_type", DEVICE_GRANT);
    http_form_add(&form, "device_code", secret_text(g->device_code));
    post(g, g->server.oauth.token_endpoint, &form, asked);
}

static void ask_later(struct oauth_grant *g)
{
    g->timer = loop_after(g->oauth->env.loop, g->interval_ms, ask, g);
}

/* -- device authorization -------------------------------------------------- */

static void show_code(struct oauth_grant *g, const struct oauth_reply *reply)
{
    struct oauth_prompt *p = &g->prompt;
    char id[100];

    *p = (struct oauth_prompt){.until = loop_now(g->oauth->env.loop) +
                                        reply->expires_in * 1000};
    snprintf(p->label, sizeof(p->label), "%s %s",
             section_word(g->server.section),
             text_safe_string(id, sizeof(id), g->server.id));
    snprintf(p->user_code, sizeof(p->user_code), "%s", reply->user_code);
    snprintf(p->uri, sizeof(p->uri), "%s", reply->uri);
    snprintf(p->complete, sizeof(p->complete), "%s", reply->complete);
    secret_release(&g->device_code);
    g->device_code = secret_share(reply->device_code);
    g->interval_ms = reply->interval * 1000;
    ask_later(g);
    oauth_grant_prompt(g, true);
}

static void code_given(void *arg, const struct http_response *response,
                       const struct failure *failure)
{
    struct oauth_grant *g = arg;
    struct oauth_reply reply = {0};
    char host[HOST_MAX];

    if (failure) {
        end_fetch(g);
        oauth_grant_fail(g, failure);
        return;
    }
    oauth_read_device(&reply, host_of(g->server.oauth.device_endpoint, host),
                      response->status, response->body, response->len);
    end_fetch(g);
    if (reply.error == OAUTH_OK)
        show_code(g, &reply);
    else
        oauth_grant_fail(g, &reply.failure);
    oauth_reply_release(&reply);
}

static void authorize(struct oauth_grant *g)
{
    struct buf form;

    if (!oauth_grant_may_ask(g))
        return;
    form_begin(g, &form);
    if (g->server.oauth.scope)
        http_form_add(&form, "scope", g->server.oauth.scope);
    post(g, g->server.oauth.device_endpoint, &form, code_given);
}

/* -- the job --------------------------------------------------------------- */

static void have_client_secret(struct oauth_grant *g)
{
    if (g->anew)
        authorize(g);
    else
        oauth_read_refresh(g, renew);
}

void oauth_flow_begin(struct oauth_grant *g)
{
    oauth_read_client_secret(g, have_client_secret);
}
