/* SPDX-License-Identifier: MIT */
#include "core/probe/probe_set.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/probe/given.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DEFAULT_JOBS 64

/* File descriptors: what a test mostly has (a connection; two while addresses
 * race, or the pipe of a command) and what everything else may need. */
#define FILES_OF_TEST 2
#define FILES_SPARE   24

/* One target. Until its probe runs, and when it can never run, `result` is
 * what there is to say about it. */
struct entry {
    struct server server;
    struct probe *probe;
    struct probe_result result;
    struct probe_set *set;
    size_t index;
    bool counted;                  /* among the running ones */
    struct oauth_wait *permission; /* a person is to give it */
};

struct probe_set {
    struct workspace *workspace;
    struct probe_set_options options;
    char *user, *password_command;
    size_t files; /* how many descriptors may be open */
    struct sources *sources;
    struct given *given;
    probe_set_progress *progress;
    void *arg;
    struct entry **entries; /* pointers: probes keep the address */
    size_t count, size;
    size_t next, running, finished;
};

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

static void entry_free(struct entry *entry)
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

/* -- targets --------------------------------------------------------------- */

static struct entry *append(struct probe_set *set, const char *target)
{
    struct entry *entry = xcalloc(1, sizeof(*entry));

    if (set->count == set->size) {
        set->size = set->size ? 2 * set->size : 16;
        set->entries =
            xreallocarray(set->entries, set->size, sizeof(struct entry *));
    }
    entry->set = set;
    entry->index = set->count;
    entry->result.target = xstrdup(target);
    set->entries[set->count++] = entry;
    return entry;
}

static void end_unstarted(struct entry *entry, enum reason reason,
                          const char *text)
{
    entry->result.finished = true;
    entry->result.reason = reason;
    snprintf(entry->result.text, sizeof(entry->result.text), "%s", text);
    entry->set->finished++;
}

/* Another port only where it was the usual one. */
static void demand_starttls(const struct probe_set *set, struct server *server)
{
    struct endpoint *at = &server->endpoint;

    if (!set->options.starttls)
        return;
    at->port = endpoint_follow_port(at->port, at->service, at->security,
                                    at->service, SECURITY_STARTTLS);
    at->security = SECURITY_STARTTLS;
}

typedef bool server_reader(const struct config *config, const char *id,
                           struct server *out, enum setting *culprit,
                           struct error *e);

static void append_server(struct probe_set *set, const char *target,
                          server_reader *reader, const char *id)
{
    struct entry *entry = append(set, target);
    struct error e = {0};
    enum setting culprit = SET_NONE;

    if (!reader(set->workspace->config, id, &entry->server, &culprit, &e)) {
        end_unstarted(entry, REASON_CONFIG, e.text);
        return;
    }
    demand_starttls(set, &entry->server);
    entry->result.endpoint = entry->server.endpoint;
}

static void append_side(struct probe_set *set, const char *id, bool outgoing)
{
    char *target = xasprintf("%s/%s", id, outgoing ? "outgoing" : "incoming");

    append_server(set, target, outgoing ? server_outgoing : server_incoming,
                  id);
    free(target);
}

static bool add_url(struct probe_set *set, const char *target, struct error *e)
{
    struct endpoint endpoint;
    const char *timeout = config_effective(set->workspace->config,
                                           SECTION_DEFAULTS, "", SET_TIMEOUT);
    long seconds = 15;
    struct entry *entry;

    if (!endpoint_parse(target, &endpoint, e))
        return false;
    if (set->options.starttls && endpoint.service == SERVICE_TLS)
        return error_set(e, ERROR_INPUT,
                         "STARTTLS differs by protocol: name it, for example "
                         "imap://%s:%u.",
                         endpoint.host, endpoint.port);
    if (timeout)
        text_parse_number(timeout, 1, 600, &seconds);
    entry = append(set, target);
    server_from_endpoint(&entry->server, &endpoint, set->user,
                         set->password_command, seconds);
    demand_starttls(set, &entry->server);
    entry->result.endpoint = entry->server.endpoint;
    return true;
}

static bool known(const struct probe_set *set, enum section section,
                  const char *id, const char *target, struct error *e)
{
    char name[128];

    if (config_index(set->workspace->config, section, id) >= 0)
        return true;
    text_safe_string(name, sizeof(name), target);
    return error_set(e, ERROR_NOT_FOUND,
                     "There is no %s \"%s\" in accounts.ini. `postseal list` "
                     "shows what there is; a server is named as a URL, for "
                     "example imaps://mail.example.org.",
                     section == SECTION_SMTP ? "outgoing server" : "account",
                     name);
}

static bool add_account(struct probe_set *set, const char *target,
                        struct error *e)
{
    const char *slash = strrchr(target, '/');
    char *id =
        slash ? xstrndup(target, (size_t)(slash - target)) : xstrdup(target);
    bool incoming = !slash || strcmp(slash, "/incoming") == 0;
    bool outgoing = !slash || strcmp(slash, "/outgoing") == 0;
    bool ok = known(set, SECTION_ACCOUNT, id, target, e);

    if (ok && !incoming && !outgoing)
        ok = error_set(e, ERROR_NOT_FOUND,
                       "A target is an account, ACCOUNT/incoming or "
                       "ACCOUNT/outgoing.");
    if (ok && incoming)
        append_side(set, id, false);
    /* Somebody who only reads mail has no outgoing server: no fault, unless it
     * was asked for by name. */
    if (ok && outgoing && (slash || config_smtp_of(set->workspace->config, id)))
        append_side(set, id, true);
    free(id);
    return ok;
}

bool probe_set_add(struct probe_set *set, const char *target, struct error *e)
{
    if (strncmp(target, "smtp:", 5) == 0 && target[5] != '/') {
        if (!known(set, SECTION_SMTP, target + 5, target + 5, e))
            return false;
        append_server(set, target, server_smtp, target + 5);
        return true;
    }
    if (config_index(set->workspace->config, SECTION_ACCOUNT, target) < 0 &&
        endpoint_looks_like_url(target))
        return add_url(set, target, e);
    return add_account(set, target, e);
}

static bool enabled(const struct config *config, const char *account)
{
    const char *value =
        config_effective(config, SECTION_ACCOUNT, account, SET_ENABLED);

    return !value || strcmp(value, "no") != 0;
}

static bool used_by_enabled(const struct config *config, const char *smtp)
{
    const char *account;

    for (size_t i = 0; (account = config_smtp_user(config, smtp, i)); i++)
        if (enabled(config, account))
            return true;
    return false;
}

void probe_set_add_all(struct probe_set *set)
{
    const struct config *config = set->workspace->config;
    size_t accounts = config_count(config, SECTION_ACCOUNT);
    size_t servers = config_count(config, SECTION_SMTP);

    for (size_t i = 0; i < accounts; i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);

        if (!enabled(config, id))
            continue;
        append_side(set, id, false);
        if (config_smtp_of(config, id))
            append_side(set, id, true);
    }
    for (size_t i = 0; i < servers; i++) {
        const char *id = config_id(config, SECTION_SMTP, i);
        char *target;

        if (used_by_enabled(config, id))
            continue;
        target = xasprintf("smtp:%s", id);
        append_server(set, target, server_smtp, id);
        free(target);
    }
}

/* -- passwords of the person ----------------------------------------------- */

/* What an answer is for: "work", and the user name. The caller frees it. */
static char *login_of(const struct entry *entry)
{
    const char *target = entry->result.target;
    const char *slash = strchr(target, ':') ? NULL : strrchr(target, '/');

    return xasprintf("%.*s\n%s",
                     slash ? (int)(slash - target) : (int)strlen(target),
                     target, entry->server.user ? entry->server.user : "");
}

static struct given *given_of(const struct entry *entry)
{
    char *login = login_of(entry);
    struct given *given = given_find(entry->set->given, login);

    free(login);
    return given;
}

static bool is_asking(const struct entry *entry)
{
    return entry->probe && probe_result(entry->probe)->asking;
}

/* Unless another server is to show first whether the answer is right. */
static void answer_as_before(struct entry *entry)
{
    struct given *given = given_of(entry);

    if (given_take(given, entry->index))
        probe_answer(entry->probe, given->typed, given->remember);
}

static void answer_all(struct probe_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_asking(set->entries[i]))
            answer_as_before(set->entries[i]);
}

static bool logged_in(const struct probe_result *result)
{
    for (size_t i = 0; i < result->stage_count; i++)
        if (result->stages[i].stage == STAGE_LOGIN)
            return result->stages[i].state == STAGE_OK;
    return false;
}

/* What the test of a server says of the answer that it tries. A server that
 * got it and did not say yes is taken for a no: it may have counted it. */
static void learn_from(struct entry *entry)
{
    const struct probe_result *result = probe_result(entry->probe);
    struct given *given = given_tried_by(entry->set->given, entry->index);

    if (!given || (!logged_in(result) && !result->finished))
        return;
    if (logged_in(result))
        given_learn(given, GIVEN_WORKED);
    else if (result->credential_sent &&
             result->reason != REASON_LOGIN_UNAVAILABLE)
        given_learn(given, GIVEN_REFUSED);
    else
        given_learn(given, GIVEN_UNTRIED);
    answer_all(entry->set);
}

/* That the answer will be for. */
static size_t count_servers(const struct probe_set *set, const char *login)
{
    size_t servers = 0;

    for (size_t i = 0; i < set->count; i++) {
        char *other;

        if (probe_set_result(set, i)->finished)
            continue;
        other = login_of(set->entries[i]);
        servers += strcmp(login, other) == 0;
        free(other);
    }
    return servers;
}

bool probe_set_asking(const struct probe_set *set,
                      struct probe_set_question *question)
{
    for (size_t i = 0; i < set->count; i++) {
        struct entry *entry = set->entries[i];
        const struct given *given;
        char *login;

        if (!is_asking(entry))
            continue;
        given = given_of(entry);
        if (given && given->state != GIVEN_REFUSED)
            continue; /* it will be answered */
        login = login_of(entry);
        *question = (struct probe_set_question){
            .index = i,
            .user = probe_user(entry->probe),
            .host = entry->server.endpoint.host,
            .refused_at =
                given ? set->entries[given->server]->server.endpoint.host
                      : NULL,
            .servers = count_servers(set, login)};
        free(login);
        return true;
    }
    return false;
}

void probe_set_answer(struct probe_set *set, size_t index, struct secret *typed,
                      bool remember)
{
    struct entry *entry = set->entries[index];
    char *login = login_of(entry);

    given_put(&set->given, login, typed, remember);
    free(login);
    if (is_asking(entry)) /* it asked first, so it tries first */
        answer_as_before(entry);
    answer_all(set);
}

/* -- running --------------------------------------------------------------- */

static void start_more(struct probe_set *set);

static void start_entry(struct probe_set *set, struct entry *entry);

/* Last: the callee may free the set. */
static void tell(struct entry *entry)
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
    struct entry *entry = arg;
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
static void wait_for_permission(struct entry *entry)
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
    struct entry *entry = arg;
    struct probe_set *set = entry->set;
    const struct probe_result *result = probe_result(probe);

    learn_from(entry);
    if (result->finished && entry->counted) {
        struct oauth *oauth = set->workspace->env.oauth;

        entry->counted = false;
        set->running--;
        if (result->needs_authorization && oauth && oauth_is_shown(oauth))
            wait_for_permission(entry);
        else
            count_finished(set);
        start_more(set);
    }
    if (result->asking)
        answer_as_before(entry);
    tell(entry);
}

static void start_entry(struct probe_set *set, struct entry *entry)
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
        struct entry *entry = set->entries[set->next++];

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
            end_unstarted(set->entries[i], REASON_CANCELLED,
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
    const struct entry *entry = set->entries[index];

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
