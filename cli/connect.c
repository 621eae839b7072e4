/* SPDX-License-Identifier: MIT */
/* connect: a verified TLS connection on standard input and output, for other
 * mail programs. Nothing but the server's bytes ever goes to stdout. */
#include "cli/report.h"

#include "core/base/alloc.h"
#include "core/probe/probe_set.h"
#include "core/probe/tunnel.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct joint {
    const char *target;
    struct probe_set *set; /* while connecting */
    bool over, stopped;
    int status;
};

static void interrupted(void *arg, int signo)
{
    struct joint *joint = arg;

    (void)signo;
    joint->stopped = true;
    joint->status = STATUS_FAILED;
}

static void tunnel_over(void *arg, const char *trouble)
{
    struct joint *joint = arg;

    joint->over = true;
    if (!trouble)
        return;
    cli_warn("%s: %s", joint->target, trouble);
    joint->status = STATUS_FAILED;
}

/* A pipe is to one server: an account stands for its incoming one. */
static bool add_target(struct cli *cli, struct joint *joint)
{
    const char *target = joint->target;
    struct error e = {0};
    char *incoming = NULL;
    bool ok;

    if (config_index(cli->workspace.config, SECTION_ACCOUNT, target) >= 0)
        incoming = xasprintf("%s/incoming", target);
    ok = probe_set_add(joint->set, incoming ? incoming : target, &e);
    if (!ok)
        cli_warn("%s", e.text);
    free(incoming);
    return ok;
}

static void join(struct cli *cli, struct joint *joint, struct stream *link)
{
    const struct probe_result *result = probe_set_result(joint->set, 0);
    struct tunnel *tunnel;
    char greeting[HOST_MAX + 8];

    tunnel_greeting(greeting, sizeof(greeting), &result->endpoint);
    tunnel = tunnel_new(cli->workspace.loop, link, STDIN_FILENO, STDOUT_FILENO,
                        greeting, tunnel_over, joint);
    while (!joint->over && !joint->stopped &&
           loop_turn(cli->workspace.loop, -1))
        ;
    tunnel_free(tunnel);
}

static void run(struct cli *cli, struct joint *joint)
{
    const struct probe_result *result;
    struct probe *probe;

    probe_set_start(joint->set);
    while (!joint->stopped && !probe_set_finished(joint->set) &&
           loop_turn(cli->workspace.loop, -1))
        ;
    if (joint->stopped)
        return;
    result = probe_set_result(joint->set, 0);
    probe = probe_set_probe(joint->set, 0);
    if (result->ok) {
        join(cli, joint, probe_take_link(probe));
        return;
    }
    cli_warn("%s: %s", joint->target, result->text);
    joint->status = report_status(result);
    if (joint->status == STATUS_CERTIFICATE)
        faults_print(stderr, &result->verdict);
}

int cmd_connect(struct cli *cli, int argc, char **argv)
{
    struct probe_set_options what = {.purpose = PROBE_LINK};
    const struct cli_option options[] = {
        {"starttls", NULL, &what.starttls, NULL,
         "STARTTLS, whatever the settings say"},
        CLI_OPTION_END,
    };
    struct joint joint = {.status = STATUS_OK};
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status) ||
        !cli_open(cli, &status))
        return status;
    /* Nobody is asked about commands here: standard input is the mail
     * program's. */
    if (!workspace_prepare(&cli->workspace, &e))
        return cli_fail(&e);
    joint.target = argv[0];
    joint.set = probe_set_new(&cli->workspace, &what, NULL, NULL);
    loop_signal(cli->workspace.loop, SIGINT, interrupted, &joint);
    loop_signal(cli->workspace.loop, SIGTERM, interrupted, &joint);
    loop_signal(cli->workspace.loop, SIGHUP, interrupted, &joint);
    if (add_target(cli, &joint))
        run(cli, &joint);
    else
        joint.status = STATUS_USAGE;
    probe_set_free(joint.set);
    return joint.status;
}
