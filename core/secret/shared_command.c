/* SPDX-License-Identifier: MIT */
#include "core/secret/shared_command.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct shared_command {
    struct shared_commands *all;
    char *text;
    const char *what; /* "password command" */
    bool terminal;    /* it wants one, so it runs alone */
    bool ended;
    struct secret_command *running; /* NULL: not begun, or ended */
    struct secret *secret;
    struct failure failure;
    struct shared_wait *waiting;
    struct shared_command *next;
};

struct shared_commands {
    struct loop *loop;
    const struct command_terminal *terminal;
    struct shared_command *first;
    struct shared_command *has_terminal; /* the one that runs with it */
};

static void start_next(struct shared_commands *all);

/* -- ending ---------------------------------------------------------------- */

/* The one that asked first has the answer first, too. */
static void tell_waiting(struct shared_command *c)
{
    while (c->waiting) {
        struct shared_wait *wait = c->waiting;

        c->waiting = wait->next;
        wait->command = NULL;
        wait->ready(wait->arg, c->secret, c->secret ? NULL : &c->failure);
    }
}

static void give_terminal_back(struct shared_command *c)
{
    struct shared_commands *all = c->all;

    if (all->has_terminal != c)
        return;
    all->has_terminal = NULL;
    all->terminal->give_back(all->terminal->arg);
}

static void ended(void *arg, struct secret *secret,
                  const struct failure *failure)
{
    struct shared_command *c = arg;
    struct shared_commands *all = c->all;

    secret_command_free(c->running);
    c->running = NULL;
    c->ended = true;
    c->secret = secret_share(secret);
    if (failure)
        c->failure = *failure;
    give_terminal_back(c);
    tell_waiting(c);
    start_next(all);
}

/* -- starting -------------------------------------------------------------- */

static struct secret_command *start_with_terminal(struct shared_command *c,
                                                  struct error *e)
{
    struct shared_commands *all = c->all;
    const struct command_terminal *terminal = all->terminal;
    int fd = terminal ? terminal->take(terminal->arg) : -1;

    if (fd < 0) {
        error_set(e, ERROR_NOT_FOUND,
                  "The %s wants a terminal (password-command-terminal), and "
                  "there is none here.",
                  c->what);
        return NULL;
    }
    all->has_terminal = c;
    return secret_command_start_on(all->loop, c->text, fd, ended, c, e);
}

static void start(struct shared_command *c)
{
    struct failure failure;
    struct error e = {0};

    if (c->terminal && c->all->has_terminal)
        return; /* its turn comes */
    c->running =
        c->terminal ? start_with_terminal(c, &e)
                    : secret_command_start(c->all->loop, c->text, ended, c, &e);
    if (c->running) {
        secret_command_name(c->running, c->what);
        return;
    }
    failure_set(&failure, REASON_CREDENTIALS, "%s", e.text);
    ended(c, NULL, &failure);
}

static void start_next(struct shared_commands *all)
{
    for (struct shared_command *c = all->first; c; c = c->next)
        if (!c->ended && !c->running && c->waiting) {
            start(c);
            return;
        }
}

/* -- waiting --------------------------------------------------------------- */

static struct shared_command *find_or_add(struct shared_commands *all,
                                          const char *text, const char *what,
                                          bool terminal)
{
    struct shared_command *c;

    for (c = all->first; c; c = c->next)
        if (c->terminal == terminal && strcmp(c->text, text) == 0)
            return c;
    c = xcalloc(1, sizeof(*c));
    c->all = all;
    c->text = xstrdup(text);
    c->what = what;
    c->terminal = terminal;
    c->next = all->first;
    all->first = c;
    return c;
}

static void append(struct shared_command *c, struct shared_wait *wait)
{
    struct shared_wait **place = &c->waiting;

    while (*place)
        place = &(*place)->next;
    *place = wait;
    wait->next = NULL;
    wait->command = c;
}

void shared_command_ask(struct shared_commands *all, const char *command,
                        const char *what, bool terminal,
                        struct shared_wait *wait)
{
    struct shared_command *c = find_or_add(all, command, what, terminal);

    append(c, wait);
    if (c->ended)
        tell_waiting(c);
    else if (!c->running)
        start(c);
}

void shared_wait_end(struct shared_wait *wait)
{
    struct shared_command *c = wait->command;
    struct shared_wait **place;

    if (!c)
        return;
    for (place = &c->waiting; *place != wait; place = &(*place)->next)
        ;
    *place = wait->next;
    wait->command = NULL;
    if (c->waiting || !c->running)
        return;
    secret_command_free(c->running);
    c->running = NULL;
    give_terminal_back(c);
    start_next(c->all);
}

/* -- a run ----------------------------------------------------------------- */

struct shared_commands *shared_commands_new(
    struct loop *loop, const struct command_terminal *terminal)
{
    struct shared_commands *all = xcalloc(1, sizeof(*all));

    all->loop = loop;
    all->terminal = terminal;
    return all;
}

void shared_commands_forget(struct shared_commands *all)
{
    struct shared_command **place = &all->first;

    while (*place) {
        struct shared_command *c = *place;

        if (!c->ended) {
            place = &c->next;
            continue;
        }
        *place = c->next;
        secret_release(&c->secret);
        free(c->text);
        free(c);
    }
}

void shared_commands_free(struct shared_commands *all)
{
    if (!all)
        return;
    for (struct shared_command *c = all->first; c; c = c->next) {
        secret_command_free(c->running);
        c->running = NULL;
        c->ended = true;
        give_terminal_back(c);
    }
    shared_commands_forget(all);
    free(all);
}
