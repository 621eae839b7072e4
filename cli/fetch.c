/* SPDX-License-Identifier: MIT */
#include "cli/fetch.h"

#include "cli/report.h"

#include <signal.h>

static void interrupted(void *arg, int signo)
{
    (void)signo;
    probe_set_cancel(arg);
}

/* Each target has to be one server. */
static bool add_all(struct cli *cli, struct probe_set *set,
                    const char *const *targets, size_t count, int *status)
{
    struct error e = {0};

    for (size_t i = 0; i < count; i++) {
        if (!probe_set_add(set, targets[i], &e)) {
            cli_warn("%s", e.text);
            *status = STATUS_USAGE;
            return false;
        }
        if (probe_set_count(set) != i + 1) {
            *status = cli_usage(cli, "Name one server: ACCOUNT/incoming, "
                                     "ACCOUNT/outgoing, smtp:ID or a URL.");
            return false;
        }
    }
    return true;
}

struct probe_set *fetch_certificates(struct cli *cli,
                                     const char *const *targets, size_t count,
                                     int *status)
{
    const struct probe_set_options options = {.purpose = PROBE_CERTIFICATE};
    struct probe_set *set;

    if (!cli_open_network(cli, status))
        return NULL;
    set = probe_set_new(&cli->workspace, &options, NULL, NULL);
    if (!add_all(cli, set, targets, count, status)) {
        probe_set_free(set);
        return NULL;
    }
    loop_signal(cli->workspace.loop, SIGINT, interrupted, set);
    loop_signal(cli->workspace.loop, SIGTERM, interrupted, set);
    probe_set_start(set);
    while (!probe_set_finished(set) && loop_turn(cli->workspace.loop, -1))
        ;
    return set;
}

struct probe_set *fetch_certificate(struct cli *cli, const char *target,
                                    int *status)
{
    struct probe_set *set = fetch_certificates(cli, &target, 1, status);
    const struct probe_result *result;

    if (!set)
        return NULL;
    result = probe_set_result(set, 0);
    if (result->has_verdict)
        return set;
    cli_warn("no certificate from %s: %s", target, result->text);
    *status = STATUS_FAILED;
    probe_set_free(set);
    return NULL;
}
