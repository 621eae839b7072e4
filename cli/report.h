/* SPDX-License-Identifier: MIT */
/* report: a test result and a certificate as text and as JSON. */
#ifndef POSTSEAL_CLI_REPORT_H
#define POSTSEAL_CLI_REPORT_H

#include "cli/cli.h"

#include <stdio.h>

/* The fields of design "Command line"; a contract. `proven_name`: see
 * probe_cures(). */
json_t *report_json(const struct probe_result *result, const char *proven_name);
void report_print(const struct probe_result *result, const char *proven_name);
/* A certificate alone; `now` serves days_left. */
json_t *certificate_json(const struct cert *cert, time_t now);
/* The facts, one a row, long values wrapped. */
void certificate_print(const struct cert *cert, time_t now);
/* The finished sentences of all faults, indented and wrapped. */
void faults_print(FILE *out, const struct verdict *verdict);

/* The exit status of one finished test. */
int report_status(const struct probe_result *result);
/* Combines two statuses: any other failure beats certificates only. */
int status_worse(int a, int b);

#endif
