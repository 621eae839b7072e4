/* SPDX-License-Identifier: MIT */
/* cert: what `cert show` and `cert verify` share. */
#ifndef POSTSEAL_CLI_CERT_H
#define POSTSEAL_CLI_CERT_H

#include "cli/cli.h"

/* All certificates of a PEM or DER file; the caller frees them. The sentence
 * names the file. */
bool cert_file_load(const char *path, STACK_OF(X509) * *out, struct error *e);
/* All facts: what `test --json` has of a certificate, and the rest. */
json_t *cert_facts_json(const struct cert *cert, time_t now);
/* A verdict without the certificates it is about. */
json_t *verdict_json(const struct verdict *verdict);

#endif
