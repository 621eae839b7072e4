/* SPDX-License-Identifier: MIT */
#include "cli/fetch.h"

#include "cli/report.h"

#include <signal.h>

static void interrupted(void *arg, int signo)
{
    (void)signo;
    probe_set_cancel(arg);
}

struct probe_set *fetch_certificate(struct cli *cli, const char *target,
                                    int *status)
{
    const struct probe_set_options options = {.purpose = PROBE_CERTIFICATE};
    const struct probe_result *result;
    struct probe_set *set;
    struct error e = {0};

    if (!cli_open_network(cli, status))
        return NULL;
    set = probe_set_new(&cli->workspace, &options, NULL, NULL);
    if (!probe_set_add(set, target, &e)) {
        cli_warn("%s", e.text);
        *status = STATUS_USAGE;
    } else if (probe_set_count(set) != 1) {
        *status = cli_usage(cli, "Name one server: ACCOUNT/incoming, "
                                 "ACCOUNT/outgoing, smtp:ID or a URL.");
    } else {
        loop_signal(cli->workspace.loop, SIGINT, interrupted, set);
        loop_signal(cli->workspace.loop, SIGTERM, interrupted, set);
        probe_set_start(set);
        while (!probe_set_finished(set) && loop_turn(cli->workspace.loop, -1))
            ;
        result = probe_set_result(set, 0);
        if (result->has_verdict)
            return set;
        cli_warn("no certificate from %s: %s", target, result->text);
        *status = STATUS_FAILED;
    }
    probe_set_free(set);
    return NULL;
}
