/* SPDX-License-Identifier: MIT */
/* probe_set_targets: what the targets of a run stand for. */
#include "core/probe/probe_set_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct probe_set_entry *append(struct probe_set *set, const char *target)
{
    struct probe_set_entry *entry = xcalloc(1, sizeof(*entry));

    if (set->count == set->size) {
        set->size = set->size ? 2 * set->size : 16;
        set->entries = xreallocarray(set->entries, set->size,
                                     sizeof(struct probe_set_entry *));
    }
    entry->set = set;
    entry->index = set->count;
    entry->result.target = xstrdup(target);
    set->entries[set->count++] = entry;
    return entry;
}

void probe_set_end_unstarted(struct probe_set_entry *entry, enum reason reason,
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
    struct probe_set_entry *entry = append(set, target);
    struct error e = {0};
    enum setting culprit = SET_NONE;

    if (!reader(set->workspace->config, id, &entry->server, &culprit, &e)) {
        probe_set_end_unstarted(entry, REASON_CONFIG, e.text);
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
    struct probe_set_entry *entry;

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
