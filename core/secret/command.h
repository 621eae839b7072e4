/* SPDX-License-Identifier: MIT */
/*
 * command: a password or token from the account's own command. Run by `sh -c`
 * in the loop; the first line of its output is the password; exit status 0 is
 * demanded; control characters are refused; 30 s and 64 KiB at most. What it
 * leaves running (a daemon that holds the pipe) is not waited for, and ends.
 */
#ifndef POSTSEAL_CORE_SECRET_COMMAND_H
#define POSTSEAL_CORE_SECRET_COMMAND_H

#include "core/base/loop.h"
#include "core/base/reason.h"
#include "core/base/secret.h"

struct secret_command;

/* `password` is NULL when `failure` (reason credentials) is set; the callee
 * shares it. */
typedef void secret_ready(void *arg, struct secret *password,
                          const struct failure *failure);
/* NULL when it cannot be started (e is filled). */
struct secret_command *secret_command_start(struct loop *loop,
                                            const char *command,
                                            secret_ready *ready, void *arg,
                                            struct error *e);
/* The same in the foreground of that terminal, where a person may have to type
 * (5 min): what it says on standard error is seen there. */
struct secret_command *secret_command_start_on(struct loop *loop,
                                               const char *command,
                                               int terminal,
                                               secret_ready *ready, void *arg,
                                               struct error *e);
/* What its sentences call it from now on: "token command". Until then it is the
 * password command. `name` must live as long. */
void secret_command_name(struct secret_command *command, const char *name);
/* Kills it if it still runs. Also to be called after the callback. */
void secret_command_free(struct secret_command *command);

#endif
