/* SPDX-License-Identifier: MIT */
/*
 * authority: what the commands of that family share: looking (authority.c),
 * importing (authority_import.c), deciding (authority_decide.c).
 */
#ifndef POSTSEAL_CLI_AUTHORITY_H
#define POSTSEAL_CLI_AUTHORITY_H

#include "cli/cli.h"

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

/* Opens the workspace and the authorities, or tells why they are not used. */
struct authorities *authority_store(struct cli *cli, int *status);
/* What --domain says, in normal form; NULL for none. False with the message
 * told. The caller frees it. */
bool authority_read_domains(const struct cli *cli, const char *text, char **out,
                            int *status);
json_t *authority_json(const struct authority *authority);
void authority_print(const struct authority *authority, time_t now);
/* null for all mail servers, else an array of names. */
json_t *authority_domains_json(const char *domains);

#endif
