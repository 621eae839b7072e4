/* SPDX-License-Identifier: MIT */
/*
 * command: a password from the account's own command. Run by `sh -c` in the
 * loop; the first line of its output is the password; exit status 0 is
 * demanded; control characters are refused; 30 s and 64 KiB at most.
 */
#ifndef POSTSEAL_CORE_SECRET_COMMAND_H
#define POSTSEAL_CORE_SECRET_COMMAND_H

#include "core/base/loop.h"
#include "core/base/reason.h"

struct secret_command;

/* `password` is NULL when `failure` (reason credentials) is set; it is wiped
 * after the callback, so the callee copies it. */
typedef void secret_ready(void *arg, const char *password,
                          const struct failure *failure);
/* NULL when it cannot be started (e is filled). */
struct secret_command *secret_command_start(struct loop *loop,
                                            const char *command,
                                            secret_ready *ready, void *arg,
                                            struct error *e);
/* Kills it if it still runs. Also to be called after the callback. */
void secret_command_free(struct secret_command *command);

#endif
