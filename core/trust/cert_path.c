/* SPDX-License-Identifier: MIT */
#include "core/trust/cert_path.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define INDENT_MAX 8
#define ENDS       2 /* rows that are always there at either end */

static bool same(const struct cert *a, const struct cert *b)
{
    return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static bool is_in(const struct cert_chain *chain, const struct cert *cert)
{
    for (size_t i = 0; i < chain->count; i++)
        if (same(&chain->certs[i], cert))
            return true;
    return false;
}

/* -- links ----------------------------------------------------------------- */

static char *why_broken(const struct verdict *v, const struct cert *last)
{
    const fault_set no_issuer = FAULT_BIT(FAULT_SELF_SIGNED) |
                                FAULT_BIT(FAULT_UNKNOWN_ISSUER) |
                                FAULT_BIT(FAULT_INCOMPLETE_CHAIN);

    if (!(v->faults & no_issuer))
        return NULL;
    if (last->self_signed)
        return xasprintf("It ends here: %s signed itself and is not among your "
                         "authorities.",
                         last->subject_name);
    return xasprintf("It breaks here: %s, which issued the next one, is not "
                     "known.",
                     last->issuer_name);
}

void cert_path_read(struct cert_path *path, const struct verdict *v)
{
    const struct cert_chain *used = v->path.count ? &v->path : &v->sent;

    *path = (struct cert_path){.used = used->count};
    path->links = xcalloc(used->count + v->sent.count, sizeof(*path->links));
    for (size_t i = 0; i < used->count; i++)
        path->links[path->count++] = (struct cert_link){
            &used->certs[i],
            is_in(&v->sent, &used->certs[i]) ? LINK_SENT : LINK_KNOWN};
    for (size_t i = 0; i < v->sent.count; i++)
        if (!is_in(used, &v->sent.certs[i]))
            path->links[path->count++] =
                (struct cert_link){&v->sent.certs[i], LINK_UNUSED};
    if (used->count)
        path->broken = why_broken(v, &used->certs[used->count - 1]);
}

void cert_path_release(struct cert_path *path)
{
    free(path->links);
    free(path->broken);
    *path = (struct cert_path){0};
}

/* -- the tree -------------------------------------------------------------- */

static char *link_text(const struct cert_path *path, size_t link, size_t depth,
                       bool shown)
{
    static const char *const words[] = {"sent", "known here",
                                        "sent, but not needed"};

    if (depth > INDENT_MAX)
        depth = INDENT_MAX;
    return xasprintf("%*s%s (%s)%s", (int)depth, "",
                     path->links[link].cert->subject_name,
                     words[path->links[link].origin], shown ? "  <" : "");
}

static bool is_listed(const struct cert_path *path, size_t link, size_t shown)
{
    size_t from = link < path->used ? 0 : path->used;

    return link - from < ENDS ||
           (link < path->used && link + ENDS >= path->used) ||
           (link + 1 >= shown && link - 1 <= shown);
}

static void add_row(struct cert_path_row **rows, size_t *count, char *text,
                    size_t link)
{
    *rows = xreallocarray(*rows, *count + 1, sizeof(**rows));
    (*rows)[(*count)++] = (struct cert_path_row){text, link};
}

void cert_path_rows(const struct cert_path *path, size_t shown,
                    struct cert_path_row **rows, size_t *count)
{
    size_t hidden = 0;

    *rows = NULL;
    *count = 0;
    if (path->broken)
        add_row(rows, count, xstrdup(path->broken), SIZE_MAX);
    for (size_t turn = 0; turn < path->count; turn++) {
        /* Down from the authority, then what was sent for nothing. */
        bool used = turn < path->used;
        size_t link = used ? path->used - 1 - turn : turn;

        if (!is_listed(path, link, shown)) {
            hidden++;
            continue;
        }
        if (hidden)
            add_row(rows, count, xasprintf("... %zu more ...", hidden),
                    SIZE_MAX);
        hidden = 0;
        add_row(rows, count,
                link_text(path, link, used ? turn : 0, link == shown), link);
    }
    if (hidden)
        add_row(rows, count, xasprintf("... %zu more", hidden), SIZE_MAX);
}

void cert_path_rows_free(struct cert_path_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(rows[i].text);
    free(rows);
}
