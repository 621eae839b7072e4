/* SPDX-License-Identifier: MIT */
/* fetch: servers' certificates, through STARTTLS where the port speaks it. */
#ifndef POSTSEAL_CLI_FETCH_H
#define POSTSEAL_CLI_FETCH_H

#include "cli/cli.h"
#include "core/probe/probe_set.h"

/* Runs a certificate-only test of one target to its end. NULL with the message
 * told and *status set when the target is wrong or no certificate came; else
 * the finished set with its single result, has_verdict set. The caller frees
 * it with probe_set_free(). */
struct probe_set *fetch_certificate(struct cli *cli, const char *target,
                                    int *status);

/* The same for several servers side by side; a target where no certificate came
 * has has_verdict false in its result. NULL as above when a target is wrong. */
struct probe_set *fetch_certificates(struct cli *cli,
                                     const char *const *targets, size_t count,
                                     int *status);

#endif
