/* SPDX-License-Identifier: MIT */
/* ask: a secret from the person or from a pipe. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/locked.h"
#include "core/base/loop.h"
#include "core/secret/source.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signo)
{
    interrupted = signo;
}

/* Byte by byte: what follows belongs to the next question. */
bool cli_read_line(char *out, size_t size)
{
    size_t len = 0;
    char c;

    while (len + 1 < size && read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        out[len++] = c;
    if (len && out[len - 1] == '\r')
        len--;
    out[len] = '\0';
    return len > 0;
}

/* What was typed ahead was not meant for this question. */
static void be_silent(const struct termios *before)
{
    struct termios silent = *before;

    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ICANON;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

bool cli_ask(const char *prompt, char *out, size_t size)
{
    struct sigaction on = {.sa_handler = interrupt}, old;
    struct termios before;
    bool ok;

    out[0] = '\0';
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    fprintf(stderr, "%s: ", prompt);
    fflush(stderr);
    sigaction(SIGINT, &on, &old);
    be_silent(&before);
    ok = cli_read_line(out, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    sigaction(SIGINT, &old, NULL);
    fputc('\n', stderr);
    if (interrupted)
        raise(interrupted);
    return ok;
}

bool cli_says_yes(const char *question)
{
    char answer[16], rest[16];

    tcflush(STDIN_FILENO, TCIFLUSH);
    fprintf(stderr, "%s, type yes: ", question);
    fflush(stderr);
    if (!cli_read_line(answer, sizeof(answer)))
        return false;
    if (strlen(answer) + 1 == sizeof(answer))
        while (cli_read_line(rest, sizeof(rest)) &&
               strlen(rest) + 1 == sizeof(rest))
            ;
    return strcmp(answer, "yes") == 0;
}

bool cli_may_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) &&
           tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* -- while the loop turns -------------------------------------------------- */

#define TYPED_MAX 4096 /* the most that a terminal gives as one line */

struct cli_question {
    struct loop_watch *watch;
    struct termios before;
    cli_answered *answered;
    void *arg;
};

void cli_ask_no_more(struct cli_question *question)
{
    if (!question)
        return;
    loop_unwatch(question->watch);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &question->before);
    fputc('\n', stderr);
    free(question);
}

static void line_came(void *arg, short revents)
{
    struct cli_question *question = arg;
    cli_answered *answered = question->answered;
    void *answered_arg = question->arg;
    struct secret *typed = NULL;
    char *line = locked_alloc(TYPED_MAX);
    ssize_t len = read(STDIN_FILENO, line, TYPED_MAX);

    (void)revents;
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    if (len > 0)
        typed = secret_new_bytes(line, (size_t)len);
    locked_free(line, TYPED_MAX);
    cli_ask_no_more(question);
    answered(answered_arg, typed);
    secret_release(&typed);
}

struct cli_question *cli_ask_in_loop(struct loop *loop, const char *prompt,
                                     cli_answered *answered, void *arg)
{
    struct cli_question *question = xcalloc(1, sizeof(*question));

    fflush(stdout);
    fprintf(stderr, "%s: ", prompt);
    fflush(stderr);
    question->answered = answered;
    question->arg = arg;
    tcgetattr(STDIN_FILENO, &question->before);
    be_silent(&question->before);
    question->watch =
        loop_watch(loop, STDIN_FILENO, POLLIN, line_came, question);
    return question;
}

/* -- lending the terminal -------------------------------------------------- */

static struct termios lent;

static int lend(void *arg)
{
    const char *name;

    (void)arg;
    if (!cli_may_ask() || tcgetattr(STDIN_FILENO, &lent) != 0)
        return -1;
    name = ttyname(STDIN_FILENO);
    if (name)
        setenv("GPG_TTY", name, 1);
    fflush(stdout);
    return STDIN_FILENO;
}

static void take_back(void *arg)
{
    (void)arg;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &lent);
}

const struct command_terminal cli_terminal = {lend, take_back, NULL};
