/* SPDX-License-Identifier: MIT */
/* thunderbird_overrides: the exceptions of the exported servers in
 * cert_override.txt. */
#include "core/exchange/thunderbird_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* -- the exceptions -------------------------------------------------------- */

/* Whether that line stands for an exception of ours that has ended. */
static bool has_ended(const struct profile *p, const struct cert_override *line)
{
    const struct exceptions *store = p->w->view->exceptions;

    for (size_t i = 0; store && i < exceptions_count(store); i++) {
        const struct exception *x = exceptions_at(store, i);

        if (exception_has_ended(x, p->w->view->now) && x->port == line->port &&
            strcmp(x->host, line->host) == 0 &&
            memcmp(x->sha256, line->sha256, 32) == 0)
            return true;
    }
    return false;
}

static bool is_ours(const struct profile *p, const struct cert_override *line)
{
    for (size_t i = 0; i < p->override_count; i++)
        if (p->overrides[i].port == line->port &&
            strcmp(p->overrides[i].host, line->host) == 0)
            return true;
    return false;
}

static bool is_exported(const struct profile *p,
                        const struct cert_override *line)
{
    for (size_t i = 0; i < p->w->view->count; i++) {
        const struct export_account *a = &p->w->view->accounts[i];
        const struct endpoint *ends[] = {&a->in.server.endpoint,
                                         &a->out.server.endpoint};

        for (int k = 0; a->enabled && k < 2; k++)
            if (ends[k]->port == line->port &&
                strcmp(ends[k]->host, line->host) == 0)
                return true;
    }
    return false;
}

/* The file without the lines of ended exceptions; a line that Thunderbird has
 * for one of these servers and postseal does not is told. */
static void drop_ended(struct profile *p, const struct buf *old,
                       struct buf *kept)
{
    struct cert_overrides lines;
    const char *at = old->data, *end = old->data + old->len;
    size_t next = 0;

    cert_overrides_read(&lines, old->data, old->len);
    for (unsigned number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline + 1 - at) : (size_t)(end - at);
        bool drop = false;

        while (next < lines.count && lines.entries[next].line < number)
            next++;
        if (next < lines.count && lines.entries[next].line == number) {
            const struct cert_override *line = &lines.entries[next];

            drop = has_ended(p, line) && !is_ours(p, line);
            if (!drop && !is_ours(p, line) && is_exported(p, line))
                exchange_warn(p->w,
                              "Thunderbird has an exception of its own for "
                              "%s port %u, which stays. Its certificate "
                              "manager removes it.",
                              line->host, line->port);
        }
        if (!drop)
            buf_add(kept, at, len);
        at += len;
    }
    cert_overrides_release(&lines);
}

bool thunderbird_overrides(struct profile *p, const char *folder,
                           struct error *e)
{
    char *path = xasprintf("%s/cert_override.txt", folder);
    struct export_file *file = export_plan_file(p->w->plan, path, e);
    struct buf kept, made;

    free(path);
    if (!file)
        return false;
    buf_init(&kept, FILE_MAX);
    buf_init(&made, 2 * FILE_MAX);
    p->w->account = NULL;
    drop_ended(p, &file->old, &kept);
    if (p->override_count)
        cert_override_merge(&made, kept.data, kept.len, p->overrides,
                            p->override_count);
    else
        buf_add(&made, kept.data, kept.len);
    buf_release(&kept);
    buf_release(&file->bytes);
    file->bytes = made;
    file->absent = !file->stamp.exists && !made.len;
    return true;
}
