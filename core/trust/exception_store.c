/* SPDX-License-Identifier: MIT */
/*
 * exception_store: exceptions.ini and certificates/ beside accounts.ini. Every
 * change reads the file again under the lock, so two processes never lose each
 * other's entries.
 */
#include "core/trust/exception_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEM_MAX (256u << 10)

/* -- opening --------------------------------------------------------------- */

void exceptions_append(struct exceptions *s, struct exception x)
{
    s->list = xreallocarray(s->list, s->count + 1, sizeof(x));
    s->list[s->count++] = x;
}

static void forget_problems(struct exceptions *s)
{
    for (size_t i = 0; i < s->problem_count; i++)
        free(s->problems[i]);
    free(s->problems);
    s->problems = NULL;
    s->problem_count = 0;
}

static void note_problem(struct exceptions *s, size_t section)
{
    char name[100];

    text_safe_string(name, sizeof(name), ini_section_name(s->ini, section));
    s->problems =
        xreallocarray(s->problems, s->problem_count + 1, sizeof(char *));
    s->problems[s->problem_count++] =
        xasprintf("%s:%u: [%s] is no complete exception and is ignored.",
                  s->path, ini_section_line(s->ini, section), name);
}

/* Builds the list anew from the document, keeping the session's. */
static void build(struct exceptions *s)
{
    struct exception *old = s->list;
    size_t old_count = s->count, file_count = old_count - s->session_count;

    s->list = NULL;
    s->count = 0;
    s->next_number = exception_free_number(s->ini);
    forget_problems(s);
    for (size_t i = 0; i < ini_section_count(s->ini); i++) {
        struct exception x;

        if (ini_section_broken(s->ini, i) ||
            !exception_read(s->ini, ini_section_name(s->ini, i), &x))
            note_problem(s, i);
        else
            exceptions_append(s, x);
    }
    for (size_t i = 0; i < file_count; i++)
        exception_release(&old[i]);
    for (size_t i = file_count; i < old_count; i++)
        exceptions_append(s, old[i]);
    free(old);
}

bool exceptions_load(struct exceptions *s, struct error *e)
{
    struct ini *ini = NULL;
    struct file_stamp stamp;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (file_check_trusted(s->path, e) &&
        file_read(s->path, FILE_MAX, &bytes, &stamp, e))
        ini = ini_parse(s->path, bytes.data, bytes.len, e);
    buf_release(&bytes);
    if (!ini)
        return false;
    ini_free(s->ini);
    s->ini = ini;
    s->stamp = stamp;
    build(s);
    return true;
}

struct exceptions *exceptions_open(const char *accounts_path, struct error *e)
{
    struct exceptions *s = xcalloc(1, sizeof(*s));

    s->path = file_beside(accounts_path, "exceptions.ini");
    s->folder = file_beside(accounts_path, "certificates");
    if (exceptions_load(s, e))
        return s;
    exceptions_free(s);
    return NULL;
}

bool exceptions_refresh(struct exceptions *s, struct error *e)
{
    return !file_changed(s->path, &s->stamp) || exceptions_load(s, e);
}

size_t exceptions_count(const struct exceptions *s)
{
    return s->count;
}

const struct exception *exceptions_at(const struct exceptions *s, size_t i)
{
    return &s->list[i];
}

size_t exceptions_problem_count(const struct exceptions *s)
{
    return s->problem_count;
}

const char *exceptions_problem_at(const struct exceptions *s, size_t i)
{
    return s->problems[i];
}

void exceptions_free(struct exceptions *s)
{
    if (!s)
        return;
    undo_drop(s);
    forget_problems(s);
    for (size_t i = 0; i < s->count; i++)
        exception_release(&s->list[i]);
    free(s->list);
    ini_free(s->ini);
    free(s->path);
    free(s->folder);
    free(s);
}

/* -- writing --------------------------------------------------------------- */

char *exceptions_pem_path(const struct exceptions *s,
                          const unsigned char sha256[32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return xasprintf("%s/%s.pem", s->folder, hex);
}

bool exceptions_save(struct exceptions *s, struct error *e)
{
    size_t len;
    const char *bytes = ini_bytes(s->ini, &len);
    char *folder = file_beside(s->path, ".");
    bool ok = (s->stamp.exists || file_make_folder(folder, e)) &&
              file_save(&(struct file_save){.path = s->path,
                                            .bytes = bytes,
                                            .len = len,
                                            .base = &s->stamp},
                        &s->stamp, NULL, e);

    free(folder);
    if (ok)
        build(s);
    return ok;
}

static bool write_pem(const struct exceptions *s, const struct cert *cert,
                      struct error *e)
{
    char *path = exceptions_pem_path(s, cert->sha256);
    struct buf pem;
    bool ok;

    buf_init(&pem, PEM_MAX);
    ok = cert_add_pem(&pem, cert) ||
         error_set(e, ERROR_INTERNAL, "The certificate cannot be written.");
    ok = ok && file_make_folder(s->folder, e) &&
         file_save(&(struct file_save){.path = path,
                                       .bytes = pem.data,
                                       .len = pem.len},
                   NULL, NULL, e);
    buf_release(&pem);
    free(path);
    return ok;
}

static char *join_names(const struct cert *cert)
{
    struct buf out;

    buf_init(&out, 600);
    for (size_t i = 0; i < cert->name_count; i++)
        if (!buf_addf(&out, "%s%s", i ? " " : "", cert->names[i]))
            break;
    return buf_take(&out);
}

static struct exception make(const struct exception_wish *wish,
                             const struct verdict *verdict, time_t now)
{
    const struct cert *leaf = verdict_leaf(verdict);
    time_t latest = exception_latest_end(verdict, now);
    struct exception x = {
        .host = xstrdup(wish->host),
        .port = wish->port,
        .faults = verdict->faults,
        .end = wish->end,
        .until = wish->until && wish->until < latest ? wish->until : latest,
        .added = now,
        .checked = wish->checked,
        .names = join_names(leaf),
        .issuer = text_safe_dup(leaf->issuer, strlen(leaf->issuer), 300),
        .not_after = leaf->not_after};

    memcpy(x.sha256, leaf->sha256, 32);
    memcpy(x.spki_sha256, leaf->spki_sha256, 32);
    return x;
}

/* Whether an older exception gives way to the new one. */
static bool gives_way(const struct exception *old, const struct exception *x,
                      bool replace)
{
    return old->port == x->port && strcmp(old->host, x->host) == 0 &&
           (replace || memcmp(old->sha256, x->sha256, 32) == 0);
}

static void drop_session(struct exceptions *s, const struct exception *x,
                         bool replace)
{
    size_t i = s->count - s->session_count;

    while (i < s->count) {
        if (!gives_way(&s->list[i], x, replace)) {
            i++;
            continue;
        }
        exception_release(&s->list[i]);
        memmove(&s->list[i], &s->list[i + 1], (s->count - i - 1) * sizeof(*x));
        s->count--;
        s->session_count--;
    }
}

static bool drop_from_file(struct exceptions *s, const struct exception *x,
                           bool replace, struct error *e)
{
    size_t file_count = s->count - s->session_count;

    for (size_t i = 0; i < file_count; i++) {
        char section[32];

        if (!gives_way(&s->list[i], x, replace))
            continue;
        snprintf(section, sizeof(section), "exception %u", s->list[i].number);
        if (!ini_remove_section(s->ini, section, e))
            return false;
    }
    return true;
}

/* What was seen there is accepted now, so the others are not in question. */
static bool calm_siblings(struct exceptions *s, const struct exception *x,
                          struct error *e)
{
    size_t file_count = s->count - s->session_count;
    bool ok = true;

    for (size_t i = 0; ok && i < file_count; i++) {
        const struct exception *old = &s->list[i];
        char section[32];

        if (!old->changed_seen || old->port != x->port ||
            strcmp(old->host, x->host) != 0)
            continue;
        snprintf(section, sizeof(section), "exception %u", old->number);
        ok = !ini_has_section(s->ini, section) ||
             ini_unset(s->ini, section, "changed-seen", e);
    }
    return ok;
}

static bool add_to_file(struct exceptions *s, struct exception *x,
                        const struct verdict *verdict, bool replace,
                        struct error *e)
{
    x->number = s->next_number;
    return write_pem(s, verdict_leaf(verdict), e) &&
           drop_from_file(s, x, replace, e) && calm_siblings(s, x, e) &&
           exception_write(s->ini, x, e) && exceptions_save(s, e);
}

/* Reads again what others may have written, under the lock. */
static bool begin(struct exceptions *s, struct file_lock *lock, struct error *e)
{
    return file_lock_try(lock, s->path, e) && exceptions_refresh(s, e);
}

bool exceptions_add(struct exceptions *s, const struct exception_wish *wish,
                    const struct verdict *verdict, bool replace, time_t now,
                    struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    struct exception x;
    bool ok;

    if (!verdict->overridable)
        return error_set(e, ERROR_INPUT,
                         "postseal makes no exception for that. Talk to the "
                         "operator.");
    if (wish->end == EXCEPTION_UNTIL && wish->until && wish->until < now)
        return error_set(e, ERROR_INPUT, "That date is past.");
    x = make(wish, verdict, now);
    ok = begin(s, &lock, e);
    if (ok) {
        undo_note(s, "adding", &x);
        drop_session(s, &x, replace);
        if (wish->end == EXCEPTION_SESSION) {
            exceptions_append(s, exception_copy(&x));
            s->session_count++;
        } else {
            ok = add_to_file(s, &x, verdict, replace, e);
        }
        s->undo.is = ok;
        s->undo.after = s->stamp;
        if (!ok) {
            exceptions_load(s, NULL);
            undo_put_back_session(s);
        }
    }
    file_lock_release(&lock);
    exception_release(&x);
    return ok;
}

/* -- removing -------------------------------------------------------------- */

static bool same_exception(const struct exception *a, const struct exception *b)
{
    return a->number == b->number && a->port == b->port &&
           strcmp(a->host, b->host) == 0 &&
           memcmp(a->sha256, b->sha256, 32) == 0;
}

static bool remove_locked(struct exceptions *s, const struct exception *x,
                          struct error *e)
{
    char section[32];

    undo_note(s, "removing", x);
    if (x->number == 0) {
        drop_session(s, x, false);
        return true;
    }
    snprintf(section, sizeof(section), "exception %u", x->number);
    return ini_remove_section(s->ini, section, e) && exceptions_save(s, e);
}

bool exceptions_remove(struct exceptions *s, const struct exception *which,
                       struct error *e)
{
    struct exception x = exception_copy(which); /* the list may be built anew */
    struct file_lock lock = FILE_LOCK_NONE;
    bool ok = begin(s, &lock, e), found = false;

    for (size_t i = 0; ok && i < s->count; i++)
        found = found || same_exception(&s->list[i], &x);
    if (ok && found) {
        ok = remove_locked(s, &x, e);
        s->undo.is = ok;
        s->undo.after = s->stamp;
        if (!ok)
            exceptions_load(s, NULL);
    }
    file_lock_release(&lock);
    exception_release(&x);
    return ok;
}

/* -- the rest -------------------------------------------------------------- */

bool exceptions_note_change(struct exceptions *s, const struct exception *which,
                            time_t now, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    char section[32], when[TIMESTAMP_SIZE];
    bool ok;

    if (which->number == 0)
        return true;
    snprintf(section, sizeof(section), "exception %u", which->number);
    ok = begin(s, &lock, e);
    if (ok && ini_has_section(s->ini, section) &&
        !ini_get(s->ini, section, "changed-seen"))
        ok = ini_set(s->ini, section, "changed-seen",
                     timestamp_format(when, now), e) &&
             exceptions_save(s, e);
    file_lock_release(&lock);
    return ok;
}

bool exceptions_load_cert(const struct exceptions *s,
                          const struct exception *exception, struct cert *out,
                          struct error *e)
{
    char *path = exceptions_pem_path(s, exception->sha256);
    STACK_OF(X509) *stack = NULL;
    struct buf bytes;
    bool ok;

    buf_init(&bytes, PEM_MAX);
    ok = file_check_trusted(path, e) &&
         file_read(path, PEM_MAX, &bytes, NULL, e) &&
         cert_load(bytes.data, bytes.len, &stack, e);
    buf_release(&bytes);
    free(path);
    if (!ok)
        return false;
    cert_read(out, sk_X509_value(stack, 0));
    sk_X509_pop_free(stack, X509_free);
    if (memcmp(out->sha256, exception->sha256, 32) == 0)
        return true;
    cert_release(out);
    return error_set(e, ERROR_TRUST,
                     "The stored certificate is not the one of the "
                     "exception.");
}
