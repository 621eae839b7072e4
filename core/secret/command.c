/* SPDX-License-Identifier: MIT */
#include "core/secret/command.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define OUTPUT_MAX 65536
#define TIMEOUT_MS 30000

struct secret_command {
    struct loop_child *child;
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

static bool check_exit(const struct loop_exit *result, struct failure *failure)
{
    char said[200];

    last_words(result, said, sizeof(said));
    if (result->timed_out)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The password command did not end within 30 "
                           "seconds.");
    if (result->too_much)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The password command printed more than 64 KiB.");
    if (!WIFEXITED(result->status))
        return failure_set(failure, REASON_CREDENTIALS,
                           "The password command was ended by signal %d.",
                           WTERMSIG(result->status));
    if (WEXITSTATUS(result->status) != 0)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The password command failed (exit status %d)%s%s",
                           WEXITSTATUS(result->status), *said ? ": " : ".",
                           said);
    return true;
}

/* The first line, copied; NULL with the failure set. */
static char *first_line(const struct loop_exit *result, struct failure *failure)
{
    size_t len = strcspn(result->output, "\n");
    char *line;

    if (memchr(result->output, '\0', result->output_len)) {
        failure_set(failure, REASON_CREDENTIALS,
                    "The password command printed a NUL byte.");
        return NULL;
    }
    if (len && result->output[len - 1] == '\r')
        len--;
    line = xstrndup(result->output, len);
    if (!*line)
        failure_set(failure, REASON_CREDENTIALS,
                    "The password command printed nothing.");
    else if (text_contains_control(line))
        failure_set(failure, REASON_CREDENTIALS,
                    "The password command printed control characters.");
    else
        return line;
    xwipe(&line);
    return NULL;
}

static void exited(void *arg, const struct loop_exit *result)
{
    struct secret_command *command = arg;
    struct failure failure = {0};
    char *password = NULL;

    command->child = NULL;
    if (check_exit(result, &failure))
        password = first_line(result, &failure);
    command->ready(command->arg, password, password ? NULL : &failure);
    xwipe(&password);
}

struct secret_command *secret_command_start(struct loop *loop,
                                            const char *command,
                                            secret_ready *ready, void *arg,
                                            struct error *e)
{
    struct secret_command *c = xcalloc(1, sizeof(*c));
    const char *const argv[] = {"sh", "-c", command, NULL};
    const struct loop_spawn what = {
        .argv = argv, .max_output = OUTPUT_MAX, .timeout_ms = TIMEOUT_MS};

    c->ready = ready;
    c->arg = arg;
    c->child = loop_spawn(loop, &what, exited, c, e);
    if (!c->child) {
        free(c);
        return NULL;
    }
    return c;
}

void secret_command_free(struct secret_command *command)
{
    if (!command)
        return;
    loop_child_kill(command->child);
    free(command);
}
