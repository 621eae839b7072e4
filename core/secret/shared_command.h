/* SPDX-License-Identifier: MIT */
/*
 * shared_command: the password and token commands of one run. One that many
 * accounts name runs once, and its answer serves all who wait for it; those
 * that want the terminal have it one after another.
 */
#ifndef POSTSEAL_CORE_SECRET_SHARED_COMMAND_H
#define POSTSEAL_CORE_SECRET_SHARED_COMMAND_H

#include "core/secret/command.h"

/* Lends the terminal to a command (`password-command-terminal = yes`). */
struct command_terminal {
    /* The terminal's descriptor, which is ours no more until give_back(); -1:
     * there is none, or it cannot be had. */
    int (*take)(void *arg);
    void (*give_back)(void *arg);
    void *arg;
};

struct shared_commands;
/* `terminal` is borrowed; NULL: there is none. */
struct shared_commands *shared_commands_new(
    struct loop *loop, const struct command_terminal *terminal);
/* Nobody may wait any more. Wipes; NULL is fine. */
void shared_commands_free(struct shared_commands *commands);
/* Wipes the answers that are there: whoever asks later has it run anew. */
void shared_commands_forget(struct shared_commands *commands);

/* Somebody who waits; part of what the caller has, who fills the first two. */
struct shared_wait {
    secret_ready *ready;
    void *arg;
    struct shared_command *command; /* NULL: it does not wait */
    struct shared_wait *next;
};

/* Runs the command, unless it runs or has answered. ready() is called once,
 * when the answer is there already before this returns: it may free the wait.
 * `what` is the command's name in sentences and lives as long as the run;
 * `terminal`: it wants one. */
void shared_command_ask(struct shared_commands *commands, const char *command,
                        const char *what, bool terminal,
                        struct shared_wait *wait);
/* Waits no more. A command that nobody waits for is killed. */
void shared_wait_end(struct shared_wait *wait);

#endif
