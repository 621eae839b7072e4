/* SPDX-License-Identifier: MIT */
/* identity_store: the folder identities/ beside accounts.ini, read. */
#include "core/trust/identity_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 1000 /* files looked at */

static void release_identity(struct identity *identity)
{
    cert_release(&identity->cert);
    free(identity->label);
    free(identity->name);
    free(identity->path);
    free(identity->problem);
}

static void forget(struct identities *s)
{
    for (size_t i = 0; i < s->count; i++)
        release_identity(&s->list[i]);
    free(s->list);
    s->list = NULL;
    s->count = 0;
    for (size_t i = 0; i < s->problem_count; i++)
        free(s->problems[i]);
    free(s->problems);
    s->problems = NULL;
    s->problem_count = 0;
}

/* -- reading --------------------------------------------------------------- */

static void note_problem(struct identities *s, const char *text)
{
    s->problems =
        xreallocarray(s->problems, s->problem_count + 1, sizeof(char *));
    s->problems[s->problem_count++] = xstrdup(text);
}

static void add(struct identities *s, const struct identity_parts *parts,
                const char *path)
{
    struct identity identity = {.path = xstrdup(path),
                                .key_encrypted = parts->encrypted};
    struct error why = {0};

    cert_read(&identity.cert, parts->leaf);
    memcpy(identity.sha256, identity.cert.sha256, sizeof(identity.sha256));
    identity.label = identity_parts_label(parts, &identity.cert);
    if (!identity_check_file(path, &why))
        identity.problem = xstrdup(why.text);
    s->list = xreallocarray(s->list, s->count + 1, sizeof(identity));
    s->list[s->count++] = identity;
}

static void read_one(struct identities *s, const char *path)
{
    struct identity_parts parts;
    struct error why = {0};

    identity_parts_init(&parts);
    if (identity_read_file(path, NULL, &parts, &why))
        add(s, &parts, path);
    else
        note_problem(s, why.text);
    identity_parts_release(&parts);
}

static int by_label(const void *a, const void *b)
{
    const struct identity *left = a, *right = b;
    int order = text_compare_nocase(left->label, right->label);

    return order ? order : memcmp(left->sha256, right->sha256, 32);
}

static bool is_unique(const struct identities *s, const char *label)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += strcmp(s->list[i].label, label) == 0;
    return n == 1;
}

static void name_all(struct identities *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct identity *x = &s->list[i];
        char hex[65];

        text_hex(hex, x->sha256, sizeof(x->sha256));
        x->name = xstrdup(
            is_unique(s, x->label) && !strchr(x->label, '/') ? x->label : hex);
    }
}

/* The folder itself, and the one it lies in. */
static bool check_folder(const struct identities *s, struct error *e)
{
    char *inside = xasprintf("%s/.", s->folder);
    bool ok = file_check_trusted(s->folder, e) && file_check_trusted(inside, e);

    free(inside);
    return ok;
}

bool identities_load(struct identities *s, struct error *e)
{
    unsigned char digest[32];
    size_t count;
    char **paths;

    if (!check_folder(s, e))
        return false;
    paths = file_list(s->folder, ".pem", COUNT_MAX, &count, digest);
    forget(s);
    for (size_t i = 0; i < count; i++)
        read_one(s, paths[i]);
    file_list_free(paths, count);
    if (s->count > 1)
        qsort(s->list, s->count, sizeof(*s->list), by_label);
    name_all(s);
    memcpy(s->seen, digest, sizeof(s->seen));
    if (count) /* else OpenSSL would be set up for this alone */
        ERR_clear_error();
    return true;
}

/* -- opening --------------------------------------------------------------- */

struct identities *identities_open(const char *accounts_path, struct error *e)
{
    struct identities *s = xcalloc(1, sizeof(*s));

    s->accounts_path = xstrdup(accounts_path);
    s->folder = file_beside(accounts_path, "identities");
    if (identities_load(s, e))
        return s;
    identities_free(s);
    return NULL;
}

void identities_free(struct identities *s)
{
    if (!s)
        return;
    identity_undo_forget(s);
    forget(s);
    free(s->accounts_path);
    free(s->folder);
    free(s);
}

bool identities_refresh(struct identities *s, struct error *e)
{
    unsigned char digest[32];
    size_t count;
    char **paths;

    paths = file_list(s->folder, ".pem", COUNT_MAX, &count, digest);
    file_list_free(paths, count);
    if (memcmp(digest, s->seen, sizeof(digest)) == 0)
        return check_folder(s, e);
    return identities_load(s, e);
}

/* -- looking --------------------------------------------------------------- */

size_t identities_count(const struct identities *s)
{
    return s->count;
}

const struct identity *identities_at(const struct identities *s, size_t i)
{
    return &s->list[i];
}

size_t identities_problem_count(const struct identities *s)
{
    return s->problem_count;
}

const char *identities_problem_at(const struct identities *s, size_t i)
{
    return s->problems[i];
}

const struct identity *identities_find(const struct identities *s,
                                       const char *name, struct error *e)
{
    const struct identity *found = NULL;
    unsigned char sha256[32];
    size_t digits;
    bool by_sha256 = text_parse_sha256(name, sha256, &digits) == TEXT_DIGEST_OK;
    char safe[120];

    text_safe_string(safe, sizeof(safe), name);
    for (size_t i = 0; i < s->count; i++) {
        const struct identity *x = &s->list[i];

        if (by_sha256 ? memcmp(x->sha256, sha256, 32) != 0
                      : strcmp(x->label, name) != 0)
            continue;
        if (found && !by_sha256) {
            error_set(e, ERROR_INPUT,
                      "Several of your certificates are called \"%s\"; name it "
                      "by its SHA-256.",
                      safe);
            return NULL;
        }
        found = x;
    }
    if (!found)
        error_set(e, ERROR_NOT_FOUND,
                  "None of your certificates is called \"%s\"; postseal "
                  "identity list shows them.",
                  safe);
    return found;
}
