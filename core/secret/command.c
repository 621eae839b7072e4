/* SPDX-License-Identifier: MIT */
#include "core/secret/command.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define OUTPUT_MAX 65536
#define TIMEOUT_MS 30000
#define TYPING_MS  300000

struct secret_command {
    struct loop_child *child;
    const char *name;
    int64_t limit_ms;
    secret_ready *ready;
    void *arg;
};

/* The last line of standard error is mostly the cause. */
static void last_words(const struct loop_exit *result, char *out, size_t size)
{
    const char *end = result->errors + result->errors_len, *start;

    while (end > result->errors && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    for (start = end; start > result->errors && start[-1] != '\n';)
        start--;
    text_safe(out, size, start, (size_t)(end - start));
}

/* What gpg says when its pinentry had no terminal to ask on. */
static bool missed_terminal(const char *said)
{
    return text_contains_nocase(said, "inappropriate ioctl") ||
           text_contains_nocase(said, "pinentry");
}

static bool check_exit(const struct secret_command *command,
                       const struct loop_exit *result, struct failure *failure)
{
    char said[200];

    last_words(result, said, sizeof(said));
    if (result->timed_out)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The %s did not end within %d seconds.",
                           command->name, (int)(command->limit_ms / 1000));
    if (result->too_much)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The %s printed more than 64 KiB.", command->name);
    if (!WIFEXITED(result->status))
        return failure_set(failure, REASON_CREDENTIALS,
                           "The %s was ended by signal %d.", command->name,
                           WTERMSIG(result->status));
    if (WEXITSTATUS(result->status) != 0)
        return failure_set(
            failure, REASON_CREDENTIALS, "The %s failed (exit status %d)%s%s%s",
            command->name, WEXITSTATUS(result->status), *said ? ": " : ".",
            said,
            missed_terminal(said) ? ". To let it ask on the terminal, set "
                                    "password-command-terminal = yes."
                                  : "");
    return true;
}

/* The first line; NULL with the failure set. */
static struct secret *first_line(const struct secret_command *command,
                                 const struct loop_exit *result,
                                 struct failure *failure)
{
    size_t len = strcspn(result->output, "\n");
    struct secret *line;

    if (memchr(result->output, '\0', result->output_len)) {
        failure_set(failure, REASON_CREDENTIALS, "The %s printed a NUL byte.",
                    command->name);
        return NULL;
    }
    if (len && result->output[len - 1] == '\r')
        len--;
    line = secret_new_bytes(result->output, len);
    if (!len)
        failure_set(failure, REASON_CREDENTIALS, "The %s printed nothing.",
                    command->name);
    else if (text_contains_control(secret_text(line)))
        failure_set(failure, REASON_CREDENTIALS,
                    "The %s printed control characters.", command->name);
    else
        return line;
    secret_release(&line);
    return NULL;
}

static void exited(void *arg, const struct loop_exit *result)
{
    struct secret_command *command = arg;
    struct failure failure = {0};
    struct secret *password = NULL;

    command->child = NULL;
    if (check_exit(command, result, &failure))
        password = first_line(command, result, &failure);
    /* Last: the callee may free the command. */
    command->ready(command->arg, password, password ? NULL : &failure);
    secret_release(&password);
}

static struct secret_command *start(struct loop *loop, const char *command,
                                    const int *terminal, secret_ready *ready,
                                    void *arg, struct error *e)
{
    struct secret_command *c = xcalloc(1, sizeof(*c));
    const char *const argv[] = {"sh", "-c", command, NULL};
    struct loop_spawn what = {.argv = argv,
                              .terminal = terminal,
                              .max_output = OUTPUT_MAX,
                              .secret = true};

    c->name = "password command";
    c->ready = ready;
    c->arg = arg;
    c->limit_ms = what.timeout_ms = terminal ? TYPING_MS : TIMEOUT_MS;
    c->child = loop_spawn(loop, &what, exited, c, e);
    if (!c->child) {
        free(c);
        return NULL;
    }
    return c;
}

struct secret_command *secret_command_start(struct loop *loop,
                                            const char *command,
                                            secret_ready *ready, void *arg,
                                            struct error *e)
{
    return start(loop, command, NULL, ready, arg, e);
}

struct secret_command *secret_command_start_on(struct loop *loop,
                                               const char *command,
                                               int terminal,
                                               secret_ready *ready, void *arg,
                                               struct error *e)
{
    return start(loop, command, &terminal, ready, arg, e);
}

void secret_command_name(struct secret_command *command, const char *name)
{
    command->name = name;
}

void secret_command_free(struct secret_command *command)
{
    if (!command)
        return;
    loop_child_kill(command->child);
    free(command);
}
