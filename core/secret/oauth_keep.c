/* SPDX-License-Identifier: MIT */
/* oauth_keep: where the client's secret comes from, and where the refresh token
 * stays between runs. */
#include "core/secret/oauth_private.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"
#include "core/secret/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define STORE_MS       30000
#define STORE_SAYS     65536
#define TOKEN_LINE_MAX 16384

static const char *refusal(const struct oauth_grant *g)
{
    const struct oauth_env *env = &g->oauth->env;

    if (env->run_commands)
        return NULL;
    return env->commands_refused ? env->commands_refused
                                 : "Commands are not run here.";
}

/* -- the client's secret --------------------------------------------------- */

static void client_secret_read(void *arg, struct secret *secret,
                               const struct failure *failure)
{
    struct oauth_grant *g = arg;

    secret_command_free(g->command);
    g->command = NULL;
    if (failure) {
        oauth_grant_fail(g, failure);
        return;
    }
    g->client_secret = secret_share(secret);
    g->then(g);
}

void oauth_read_client_secret(struct oauth_grant *g, oauth_next *next)
{
    const char *command = g->server.oauth.client_secret_command;
    const char *refused = refusal(g);
    struct error e = {0};

    if (!command || g->client_secret) {
        next(g);
        return;
    }
    if (refused) {
        oauth_grant_fail_text(g, REASON_CONFIG, "%s", refused);
        return;
    }
    g->then = next;
    g->command = secret_command_start(g->oauth->env.loop, command,
                                      client_secret_read, g, &e);
    if (g->command)
        secret_command_name(g->command, "oauth-client-secret-command");
    else
        oauth_grant_fail_text(g, REASON_CREDENTIALS, "%s", e.text);
}

/* -- reading the refresh token --------------------------------------------- */

/* A keyring place of its own: the token is the provider's, not the server's. */
static char *keyring_user(const struct oauth_grant *g)
{
    return xasprintf("%s %s", g->server.oauth.client_id,
                     g->server.user ? g->server.user : "");
}

static void read_keyring(struct oauth_grant *g)
{
    char *user = keyring_user(g);
    const struct keyring_place place = {
        .host = g->server.oauth.token_endpoint, .user = user, .is_token = true};
    struct error e = {0};

    if (!keyring_read(&place, &g->refresh, &e))
        text_safe_string(g->note, sizeof(g->note), e.text);
    free(user);
}

/* Before the first authorization there is nothing to read, and commands say so
 * by failing. */
static void refresh_read(void *arg, struct secret *secret,
                         const struct failure *failure)
{
    struct oauth_grant *g = arg;

    secret_command_free(g->command);
    g->command = NULL;
    g->refresh = secret_share(secret);
    if (failure)
        text_safe_string(g->note, sizeof(g->note), failure->text);
    g->then(g);
}

void oauth_read_refresh(struct oauth_grant *g, oauth_next *next)
{
    const char *command = g->server.oauth.refresh_command;
    const char *refused = refusal(g);
    struct error e = {0};

    if (g->refresh || (!command && !g->server.remember)) {
        next(g);
        return;
    }
    if (!command) {
        read_keyring(g);
        next(g);
        return;
    }
    if (refused) {
        oauth_grant_fail_text(g, REASON_CONFIG, "%s", refused);
        return;
    }
    g->then = next;
    g->command =
        secret_command_start(g->oauth->env.loop, command, refresh_read, g, &e);
    if (g->command)
        secret_command_name(g->command, "oauth-refresh-command");
    else
        oauth_grant_fail_text(g, REASON_CREDENTIALS, "%s", e.text);
}

bool oauth_is_kept(const struct server *server)
{
    return server->remember || server->oauth.refresh_command;
}

/* -- keeping it ------------------------------------------------------------ */

static void stored(void *arg, const struct loop_exit *result)
{
    struct oauth_grant *g = arg;
    char said[200];
    size_t len = result->errors_len;

    g->store = NULL;
    while (len && result->errors[len - 1] == '\n')
        len--;
    text_safe(said, sizeof(said), result->errors, len);
    if (!result->timed_out && WIFEXITED(result->status) &&
        WEXITSTATUS(result->status) == 0)
        g->then(g);
    else
        oauth_grant_fail_text(
            g, REASON_CREDENTIALS,
            "The token was given, but could not be kept: the "
            "oauth-store-command %s%s%s",
            result->timed_out ? "did not end within 30 seconds" : "failed",
            *said ? ": " : ".", said);
}

static void run_store(struct oauth_grant *g)
{
    const char *const argv[] = {"sh", "-c", g->server.oauth.store_command,
                                NULL};
    struct loop_spawn what = {
        .argv = argv, .max_output = STORE_SAYS, .timeout_ms = STORE_MS};
    struct error e = {0};
    struct buf line;

    buf_init_secret(&line, TOKEN_LINE_MAX);
    if (g->refresh)
        buf_add_text(&line, secret_text(g->refresh));
    buf_add_char(&line, '\n');
    what.input = line.data;
    g->store = loop_spawn(g->oauth->env.loop, &what, stored, g, &e);
    buf_release(&line);
    if (!g->store)
        oauth_grant_fail_text(g, REASON_CREDENTIALS, "%s", e.text);
}

static bool keep_in_keyring(struct oauth_grant *g, struct error *e)
{
    char *user = keyring_user(g);
    const struct keyring_place place = {
        .host = g->server.oauth.token_endpoint, .user = user, .is_token = true};
    bool ok = g->refresh ? keyring_store(&place, g->refresh, e)
                         : keyring_forget(&place, e);

    free(user);
    return ok;
}

void oauth_keep_refresh(struct oauth_grant *g, oauth_next *next)
{
    const char *refused = refusal(g);
    struct error e = {0};

    g->then = next;
    if (g->server.oauth.store_command && refused)
        oauth_grant_fail_text(g, REASON_CONFIG, "%s", refused);
    else if (g->server.oauth.store_command)
        run_store(g);
    else if (!g->server.remember || keep_in_keyring(g, &e))
        next(g);
    else
        oauth_grant_fail_text(g, REASON_CREDENTIALS, "%s", e.text);
}
