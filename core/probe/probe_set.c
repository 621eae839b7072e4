/* SPDX-License-Identifier: MIT */
#include "core/probe/probe_set_private.h"

#include "core/base/alloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define DEFAULT_JOBS 64

/* File descriptors: what a test mostly has (a connection; two while addresses
 * race, or the pipe of a command) and what everything else may need. */
#define FILES_OF_TEST 2
#define FILES_SPARE   24

static size_t files_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > (1u << 20))
        return 1u << 20;
    return (size_t)limit.rlim_cur;
}

struct probe_set *probe_set_new(struct workspace *workspace,
                                const struct probe_set_options *options,
                                probe_set_progress *progress, void *arg)
{
    const struct source_env shared = probe_source_env(&workspace->env);
    struct probe_set *set = xcalloc(1, sizeof(*set));

    set->workspace = workspace;
    set->options = *options;
    set->user = xstrdup_or_null(options->user);
    set->password_command = xstrdup_or_null(options->password_command);
    if (!set->options.jobs)
        set->options.jobs = DEFAULT_JOBS;
    set->files = files_limit();
    set->sources = sources_new(&shared);
    set->progress = progress;
    set->arg = arg;
    return set;
}

static void entry_free(struct probe_set_entry *entry)
{
    oauth_end(entry->permission);
    probe_free(entry->probe);
    probe_result_release(&entry->result);
    server_release(&entry->server);
    free(entry);
}

void probe_set_free(struct probe_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        entry_free(set->entries[i]);
    given_forget(&set->given);
    sources_free(set->sources);
    free(set->entries);
    free(set->user);
    xwipe(&set->password_command);
    free(set);
}

/* -- running --------------------------------------------------------------- */

static void start_more(struct probe_set *set);

static void start_entry(struct probe_set *set, struct probe_set_entry *entry);

/* Last: the callee may free the set. */
static void tell(struct probe_set_entry *entry)
{
    struct probe_set *set = entry->set;

    if (set->progress)
        set->progress(set->arg, set, entry->index);
}

static void count_finished(struct probe_set *set)
{
    set->finished++;
    if (probe_set_finished(set)) {
        given_forget(&set->given);
        sources_forget(set->sources);
    }
}

static struct probe_stage *failed_stage(struct probe_result *result)
{
    for (size_t i = 0; i < result->stage_count; i++)
        if (result->stages[i].stage == result->failed_stage)
            return &result->stages[i];
    return &result->stages[0];
}

static void permission_answered(void *arg, const struct oauth_answer *answer)
{
    struct probe_set_entry *entry = arg;
    struct probe_result *result = &entry->result;

    oauth_end(entry->permission);
    entry->permission = NULL;
    if (answer->token) {
        char *target = xstrdup(result->target);

        probe_result_release(result);
        result->target = target;
        result->endpoint = entry->server.endpoint;
        start_entry(entry->set, entry);
        tell(entry);
        return;
    }
    result->finished = true;
    result->needs_authorization = false;
    result->reason = answer->failure->reason;
    snprintf(result->text, sizeof(result->text), "%s", answer->failure->text);
    failed_stage(result)->state = STAGE_FAILED;
    snprintf(failed_stage(result)->text, sizeof(result->text), "%s",
             answer->failure->text);
    count_finished(entry->set);
    tell(entry);
}

/* No mail server waits as long as it takes a person to find a browser: the
 * connection is closed, and the test begins anew with the token. Until then the
 * entry shows how far it came. */
static void wait_for_permission(struct probe_set_entry *entry)
{
    struct probe_result *result = &entry->result;

    probe_result_release(result);
    probe_result_copy(result, probe_result(entry->probe));
    probe_free(entry->probe);
    entry->probe = NULL;
    result->finished = false;
    result->reason = REASON_NONE;
    result->text[0] = '\0';
    failed_stage(result)->state = STAGE_RUNNING;
    snprintf(failed_stage(result)->text, sizeof(result->text),
             "waiting for you to permit it");
    entry->permission =
        oauth_get(entry->set->workspace->env.oauth, &entry->server, true, false,
                  permission_answered, entry);
}

static void probe_changed(void *arg, struct probe *probe)
{
    struct probe_set_entry *entry = arg;
    struct probe_set *set = entry->set;
    const struct probe_result *result = probe_result(probe);

    probe_set_learn_from(entry);
    if (result->asking)
        probe_set_answer_as_before(entry);
    if (result->finished && entry->counted) {
        struct oauth *oauth = set->workspace->env.oauth;

        entry->counted = false;
        set->running--;
        if (result->needs_authorization && oauth && oauth_is_shown(oauth))
            wait_for_permission(entry); /* the probe and its result are gone */
        else
            count_finished(set);
        start_more(set);
    }
    tell(entry);
}

static void start_entry(struct probe_set *set, struct probe_set_entry *entry)
{
    struct probe_request request = {
        .target = entry->result.target,
        .server = &entry->server,
        .purpose = set->options.purpose,
        .sender = set->options.sender,
        .may_ask = set->options.may_ask,
        .total_timeout = set->options.total_timeout,
        .warn_days = set->options.warn_days,
        .sources = set->sources,
    };

    entry->counted = true;
    set->running++;
    entry->probe =
        probe_start(&set->workspace->env, &request, probe_changed, entry);
}

/* Whether one more test finds the descriptors that it needs. Those that have
 * just begun have not taken theirs yet; those with many addresses take more.
 * One alone always goes on: nothing would ever start another. */
static bool has_room(const struct probe_set *set)
{
    int next;

    if (set->running == 0)
        return true;
    if ((set->running + 1) * FILES_OF_TEST + FILES_SPARE > set->files)
        return false;
    next = open("/dev/null", O_RDONLY | O_CLOEXEC); /* the lowest free one */
    if (next < 0)
        return false;
    close(next);
    return (size_t)next + FILES_SPARE / 2 < set->files;
}

static void start_more(struct probe_set *set)
{
    while (set->running < set->options.jobs && set->next < set->count &&
           has_room(set)) {
        struct probe_set_entry *entry = set->entries[set->next++];

        if (!entry->result.finished)
            start_entry(set, entry);
    }
}

void probe_set_start(struct probe_set *set)
{
    start_more(set);
}

void probe_set_cancel(struct probe_set *set)
{
    for (size_t i = set->next; i < set->count; i++)
        if (!set->entries[i]->result.finished)
            probe_set_end_unstarted(set->entries[i], REASON_CANCELLED,
                                    "Stopped before it began.");
    set->next = set->count;
    for (size_t i = 0; i < set->count; i++) {
        struct failure stopped = {.reason = REASON_CANCELLED,
                                  .text = "Stopped."};

        if (set->entries[i]->permission)
            permission_answered(set->entries[i],
                                &(struct oauth_answer){.failure = &stopped});
        else if (set->entries[i]->counted)
            probe_cancel(set->entries[i]->probe);
    }
}

size_t probe_set_count(const struct probe_set *set)
{
    return set->count;
}

const struct probe_result *probe_set_result(const struct probe_set *set,
                                            size_t index)
{
    const struct probe_set_entry *entry = set->entries[index];

    return entry->probe ? probe_result(entry->probe) : &entry->result;
}

struct probe *probe_set_probe(const struct probe_set *set, size_t index)
{
    return set->entries[index]->probe;
}

bool probe_set_finished(const struct probe_set *set)
{
    return set->finished == set->count;
}
