/* SPDX-License-Identifier: MIT */
/* probe_identity: the person's certificate and its key, loaded before the
 * connection is made, so that nobody waits at an open one for a passphrase.
 * Whether it is shown is decided in the handshake. */
#include "core/probe/probe_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define LABEL "Your certificate cannot be used. "

static char *locate(struct probe *p)
{
    const struct identities *all = p->env.identities;
    struct error e = {0};
    char *path = NULL;

    if (all)
        path = identity_locate(all, p->server.client_certificate, &e);
    else
        error_set(&e, ERROR_TRUST, "%s",
                  p->env.identities_refused ? p->env.identities_refused : "");
    if (!path)
        probe_fail_text(p, REASON_CONFIG, LABEL "%s", e.text);
    return path;
}

static void key_ready(void *arg, struct secret *passphrase,
                      const struct failure *failure)
{
    struct probe *p = arg;
    struct error e = {0};
    char *path;

    secret_command_free(p->command);
    p->command = NULL;
    if (failure) {
        probe_fail_text(p, failure->reason, "client-key-command: %s",
                        failure->text);
        return;
    }
    path = locate(p);
    if (!path)
        return;
    if (identity_load(path, secret_text(passphrase), &p->identity, &e))
        probe_begin(p);
    else
        probe_fail_text(p, REASON_CONFIG, LABEL "%s", e.text);
    free(path);
}

static void ask_command(struct probe *p)
{
    struct error e = {0};

    if (!p->env.run_commands) {
        probe_fail_text(p, REASON_CONFIG, "%s",
                        p->env.commands_refused
                            ? p->env.commands_refused
                            : "Password commands are not run here.");
        return;
    }
    p->command = secret_command_start(p->env.loop, p->server.client_key_command,
                                      key_ready, p, &e);
    if (!p->command)
        probe_fail_text(p, REASON_CREDENTIALS, "client-key-command: %s",
                        e.text);
}

void probe_load_identity(struct probe *p)
{
    struct error e = {0};
    char *path;

    if (!p->server.client_certificate || p->purpose == PROBE_CERTIFICATE ||
        p->server.endpoint.security == SECURITY_NONE) {
        probe_begin(p);
        return;
    }
    path = locate(p);
    if (!path)
        return;
    if (identity_load(path, NULL, &p->identity, &e))
        probe_begin(p);
    else if (e.code == ERROR_PASSWORD && p->server.client_key_command)
        ask_command(p);
    else if (e.code == ERROR_PASSWORD)
        probe_fail_text(p, REASON_CONFIG, LABEL "%s Set client-key-command.",
                        e.text);
    else
        probe_fail_text(p, REASON_CONFIG, LABEL "%s", e.text);
    free(path);
}

/* The server's own words out of a sentence that quotes them, else all of it. */
static void words_of(const struct failure *failure, char *out, size_t size)
{
    const char *first = strchr(failure->text, '"');
    const char *last = strrchr(failure->text, '"');

    if (first && last > first)
        text_safe(out, size, first + 1, (size_t)(last - first - 1));
    else
        text_safe_string(out, size, failure->text);
}

/* Dovecot lets everyone in without a valid certificate, up to the login;
 * Postfix says it with 421 after the handshake. */
void probe_blame_identity(const struct probe *p, struct failure *failure)
{
    const struct probe_result *r = &p->result;
    const char *label = p->identity.label ? p->identity.label : "";
    char said[300];

    if ((failure->reason != REASON_LOGIN &&
         failure->reason != REASON_LOGIN_UNAVAILABLE) ||
        !r->client_certificate_asked ||
        !text_contains_nocase(failure->text, "certificate"))
        return;
    words_of(failure, said, sizeof(said));
    if (r->client_certificate_sent)
        failure_set(failure, REASON_CLIENT_CERTIFICATE,
                    "The server does not accept your certificate \"%s\"; it "
                    "says: \"%s\".",
                    label, said);
    else
        failure_set(failure, REASON_CLIENT_CERTIFICATE,
                    "The server demands a certificate of yours, and none is "
                    "set; it says: \"%s\".",
                    said);
}
