/* SPDX-License-Identifier: MIT */
/*
 * secret: prints the credential of a server, for the password commands of other
 * programs: from the same sources, in the same order, as a test.
 */
#include "cli/cli.h"

#include "core/base/text.h"
#include "core/secret/source.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fetching {
    bool came, may_ask, stopped;
    struct secret *secret;
    struct failure failure;
};

static void ready(void *arg, const struct source_answer *answer)
{
    struct fetching *f = arg;

    f->came = true;
    f->may_ask = answer->may_ask;
    f->secret = secret_share(answer->secret);
    if (answer->failure)
        f->failure = *answer->failure;
}

static void typed(void *arg, struct secret *secret)
{
    struct fetching *f = arg;

    f->came = true;
    f->secret = secret_share(secret);
}

static void interrupted(void *arg, int signo)
{
    struct fetching *f = arg;

    (void)signo;
    f->came = f->stopped = true;
}

/* With write(2): stdio would keep a copy. */
static bool put(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static int print(const struct secret *secret)
{
    if (put(secret_text(secret), secret_length(secret)) && put("\n", 1))
        return STATUS_OK;
    cli_warn("it could not be written: %s", strerror(errno));
    return STATUS_FILE;
}

/* What the login of that server would need. */
static enum mechanism_need need_of(const struct source_request *request)
{
    enum auth auth = request->server->auth;

    if (auth == AUTH_XOAUTH2 || auth == AUTH_OAUTHBEARER)
        return NEED_TOKEN;
    return source_needs(request) & NEED_PASSWORD ? NEED_PASSWORD : NEED_TOKEN;
}

static void ask(struct cli *cli, const struct server *server,
                struct fetching *f)
{
    struct cli_question *question;
    char prompt[600], user[200];

    f->came = false;
    snprintf(
        prompt, sizeof(prompt), "Password of %s at %s",
        text_safe_string(user, sizeof(user), server->user ? server->user : "?"),
        server->endpoint.host);
    question = cli_ask_in_loop(cli->workspace.loop, prompt, typed, f);
    while (!f->came && loop_turn(cli->workspace.loop, -1))
        ;
    if (f->stopped)
        cli_ask_no_more(question);
}

static int fetch(struct cli *cli, const struct server *server)
{
    const struct source_env env = probe_source_env(&cli->workspace.env);
    struct source_request request = {.server = server};
    struct sources *sources = sources_new(&env);
    struct fetching f = {0};
    struct source_search *search;
    int status = STATUS_FAILED;

    loop_signal(cli->workspace.loop, SIGINT, interrupted, &f);
    loop_signal(cli->workspace.loop, SIGTERM, interrupted, &f);
    request.need = need_of(&request);
    search = source_begin(sources, &request, ready, &f);
    while (!f.came && loop_turn(cli->workspace.loop, -1))
        ;
    source_end(search);
    sources_free(sources);
    if (!f.secret && f.may_ask && !f.stopped && cli_may_ask())
        ask(cli, server, &f);
    if (f.secret)
        status = print(f.secret);
    else
        cli_warn("%s", f.stopped ? "Stopped." : f.failure.text);
    secret_release(&f.secret);
    return status;
}

static int fetch_of(struct cli *cli, const char *target)
{
    struct server server;
    struct error e = {0};
    int status;

    if (!cli_open_commands(cli, &status))
        return status;
    if (!server_of_target(cli->workspace.config, target, &server, NULL, &e)) {
        status = cli_fail(&e);
        return e.code == ERROR_NOT_FOUND ? STATUS_USAGE : status;
    }
    /* A token may have to be renewed, which takes a connection. */
    if (!server.oauth.client_id || cli_open_network(cli, &status))
        status = fetch(cli, &server);
    server_release(&server);
    return status;
}

int cmd_secret(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    const struct cli_option options[] = {
        {"yes", NULL, &yes, NULL, "print it even on a terminal"},
        CLI_OPTION_END,
    };
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (cli->json)
        return cli_usage(cli, "What it prints is the secret and nothing else: "
                              "there is no --json.");
    if (isatty(STDOUT_FILENO) && !yes)
        return cli_usage(cli, "Standard output is a terminal, where everybody "
                              "could read it. --yes prints it all the same.");
    return fetch_of(cli, argv[0]);
}
