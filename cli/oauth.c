/* SPDX-License-Identifier: MIT */
/* oauth: permitting access to an account in a browser, and forgetting that. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- showing codes --------------------------------------------------------- */

/* Two codes that are equal do not happen, and would do no harm. */
static bool is_told(struct cli *cli, const char *code)
{
    const char *at = cli->codes ? strstr(cli->codes, code) : NULL;
    char *longer;

    if (at)
        return true;
    longer = xasprintf("%s\n%s", cli->codes ? cli->codes : "", code);
    xreplace(&cli->codes, longer);
    free(longer);
    return false;
}

static void tell(const struct oauth_prompt *p)
{
    fprintf(stderr,
            "To permit access for [%s], open this address in any browser:\n"
            "    %s\n"
            "and type this code there:\n"
            "    %s\n",
            p->label, p->uri, p->user_code);
    if (*p->complete)
        fprintf(stderr, "or open both at once:\n    %s\n", p->complete);
    fputs("Waiting until that is done (Ctrl-C stops).\n", stderr);
}

static void codes_changed(void *arg)
{
    struct cli *cli = arg;
    struct oauth *oauth = cli->workspace.env.oauth;

    for (size_t i = 0; i < oauth_prompt_count(oauth); i++)
        if (!is_told(cli, oauth_prompt_at(oauth, i)->user_code))
            tell(oauth_prompt_at(oauth, i));
}

void cli_show_codes(struct cli *cli, bool always)
{
    if (always || isatty(STDERR_FILENO))
        oauth_show(cli->workspace.env.oauth, codes_changed, cli);
}

/* -- the commands ---------------------------------------------------------- */

struct waiting {
    struct cli *cli;
    const char *target;
    struct oauth_wait *wait;
    int status; /* -1: not yet */
};

static void end(struct waiting *w, const struct failure *failure)
{
    w->status = !failure                                ? STATUS_OK
                : failure->reason == REASON_CERTIFICATE ? STATUS_CERTIFICATE
                                                        : STATUS_FAILED;
    if (failure)
        cli_warn("%s", failure->text);
    if (w->cli->json)
        json_print(
            json_pack("{s:o, s:b, s:o, s:o}", "target", json_text(w->target),
                      "ok", !failure, "reason",
                      json_text(failure ? reason_word(failure->reason) : NULL),
                      "text", json_text(failure ? failure->text : NULL)),
            false);
}

static void answered(void *arg, const struct oauth_answer *answer)
{
    end(arg, answer->failure);
}

static void interrupted(void *arg, int signo)
{
    static const struct failure stopped = {.reason = REASON_CANCELLED,
                                           .text = "Stopped."};

    (void)signo;
    end(arg, &stopped);
}

static bool read_server(struct cli *cli, const char *target,
                        struct server *server, int *status)
{
    struct error e = {0};

    if (!server_of_target(cli->workspace.config, target, server, NULL, &e)) {
        cli_warn("%s", e.text);
        *status = STATUS_USAGE;
        return false;
    }
    if (server->oauth.client_id)
        return true;
    server_release(server);
    cli_warn("%s has no oauth settings: oauth-client-id, "
             "oauth-device-endpoint and oauth-token-endpoint are needed.",
             target);
    *status = STATUS_USAGE;
    return false;
}

static int run(struct cli *cli, int argc, char **argv, bool forget)
{
    static const struct cli_option options[] = {CLI_OPTION_END};
    struct waiting w = {.cli = cli, .status = -1};
    struct oauth *oauth;
    struct server server;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status) ||
        !cli_open_network(cli, &status) ||
        !read_server(cli, argv[0], &server, &status))
        return status;
    w.target = argv[0];
    oauth = cli->workspace.env.oauth;
    cli_show_codes(cli, true);
    loop_signal(cli->workspace.loop, SIGINT, interrupted, &w);
    loop_signal(cli->workspace.loop, SIGTERM, interrupted, &w);
    w.wait = forget ? oauth_forget(oauth, &server, answered, &w)
                    : oauth_get(oauth, &server, true, true, answered, &w);
    while (w.status < 0 && loop_turn(cli->workspace.loop, -1))
        ;
    oauth_end(w.wait);
    if (w.status == STATUS_OK && !forget && !oauth_is_kept(&server))
        cli_warn("nothing is set that keeps it, so this was for nothing but a "
                 "test: set remember = keyring, or oauth-refresh-command and "
                 "oauth-store-command.");
    server_release(&server);
    if (w.status == STATUS_OK && !cli->json)
        puts(forget ? "Forgotten. The provider still lists it as permitted "
                      "until you take it back there."
                    : "Permitted.");
    return w.status;
}

int cmd_oauth_login(struct cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, false);
}

int cmd_oauth_forget(struct cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, true);
}
