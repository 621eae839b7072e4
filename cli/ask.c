/* SPDX-License-Identifier: MIT */
/* ask: a secret from the person or from a pipe. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
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

bool cli_ask(const char *prompt, char *out, size_t size)
{
    struct sigaction on = {.sa_handler = interrupt}, old;
    struct termios before, silent;
    bool ok;

    out[0] = '\0';
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    fprintf(stderr, "%s: ", prompt);
    fflush(stderr);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ICANON;
    sigaction(SIGINT, &on, &old);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    ok = cli_read_line(out, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    sigaction(SIGINT, &old, NULL);
    fputc('\n', stderr);
    if (interrupted)
        raise(interrupted);
    return ok;
}
