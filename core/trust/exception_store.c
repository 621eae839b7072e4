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

#define PEM_MAX    (256u << 10)
#define NUMBER_MAX 1000000000

/* What the last add or remove did, for taking it back. */
struct undo {
    bool is;
    char *text; /* exceptions.ini before it */
    size_t len;
    struct exception *session; /* the session-only ones before it */
    size_t session_count;
    struct file_stamp after;
    char what[200];
};

struct exceptions {
    char *path, *folder;
    struct file_stamp stamp;
    struct ini *ini;
    struct exception *list; /* those of the file, then the session's */
    size_t count, session_count;
    unsigned next_number;
    char **problems;
    size_t problem_count;
    struct undo undo;
};

/* -- one exception
 * ---------------------------------------------------------------------------
 */

static void release(struct exception *x)
{
    free(x->host);
    free(x->names);
    free(x->issuer);
    *x = (struct exception){0};
}

static struct exception copy(const struct exception *x)
{
    struct exception out = *x;

    out.host = xstrdup(x->host);
    out.names = xstrdup(x->names);
    out.issuer = xstrdup(x->issuer);
    return out;
}

static bool read_digest(const struct ini *ini, const char *section,
                        const char *key, unsigned char out[32])
{
    const char *text = ini_get(ini, section, key);
    size_t digits;

    return text && text_parse_sha256(text, out, &digits) == TEXT_DIGEST_OK;
}

static char *safe_value(const struct ini *ini, const char *section,
                        const char *key)
{
    const char *text = ini_get(ini, section, key);

    return text ? text_safe_dup(text, strlen(text), 4000) : xstrdup("");
}

static bool read_end(const struct ini *ini, const char *section,
                     struct exception *x)
{
    const char *until = ini_get(ini, section, "until");

    if (!until)
        return false;
    x->end = EXCEPTION_UNTIL;
    if (strcmp(until, "removed") != 0)
        return date_parse(until, &x->until);
    x->end = EXCEPTION_REMOVED;
    return true;
}

/* 0: not the name of an exception. `[exception 01]` is none, or two sections
 * could have one number. */
static unsigned section_number(const char *section)
{
    long number;

    if (!text_starts_nocase(section, "exception ") || section[10] == '0' ||
        !text_parse_number(section + 10, 1, NUMBER_MAX, &number))
        return 0;
    return (unsigned)number;
}

/* A section that is not complete is no exception: fewer are trusted, never
 * more. */
static bool read_exception(const struct ini *ini, const char *section,
                           struct exception *x)
{
    const char *host = ini_get(ini, section, "host");
    const char *port = ini_get(ini, section, "port");
    const char *faults = ini_get(ini, section, "faults");
    const char *added = ini_get(ini, section, "added");
    const char *checked = ini_get(ini, section, "checked");
    const char *not_after = ini_get(ini, section, "not-after");
    const char *seen = ini_get(ini, section, "changed-seen");
    char normal[HOST_MAX];
    long number;

    *x = (struct exception){0};
    x->number = section_number(section);
    if (!x->number)
        return false;
    if (!host || !host_normalise(host, normal, NULL) || !port ||
        !text_parse_number(port, 1, 65535, &number) || !faults ||
        !fault_parse_words(faults, &x->faults) ||
        !read_digest(ini, section, "sha256", x->sha256) ||
        !read_end(ini, section, x))
        return false;
    x->port = (unsigned)number;
    if (!read_digest(ini, section, "spki-sha256", x->spki_sha256))
        memset(x->spki_sha256, 0, sizeof(x->spki_sha256));
    if (!added || !timestamp_parse(added, &x->added))
        x->added = 0;
    if (!checked || !exception_check_parse(checked, &x->checked))
        x->checked = CHECKED_TYPED;
    if (!not_after || !timestamp_parse(not_after, &x->not_after))
        x->not_after = 0;
    if (!seen || !timestamp_parse(seen, &x->changed_seen))
        x->changed_seen = 0;
    x->host = xstrdup(normal);
    x->names = safe_value(ini, section, "names");
    x->issuer = safe_value(ini, section, "issuer");
    return true;
}

static bool write_exception(struct ini *ini, const struct exception *x,
                            struct error *e)
{
    char *section = xasprintf("exception %u", x->number);
    char port[8], sha256[65], spki[65], faults[400], until[DATE_SIZE],
        added[TIMESTAMP_SIZE], not_after[TIMESTAMP_SIZE];
    const struct {
        const char *key, *value;
    } rows[] = {
        {"host", x->host},
        {"port", port},
        {"sha256", sha256},
        {"spki-sha256", spki},
        {"faults", fault_words(faults, sizeof(faults), x->faults, " ")},
        {"until", x->end == EXCEPTION_REMOVED ? "removed"
                                              : date_format(until, x->until)},
        {"added", timestamp_format(added, x->added)},
        {"checked", exception_check_word(x->checked)},
        {"names", x->names},
        {"issuer", x->issuer},
        {"not-after", timestamp_format(not_after, x->not_after)},
    };
    bool ok = true;

    snprintf(port, sizeof(port), "%u", x->port);
    text_hex(sha256, x->sha256, 32);
    text_hex(spki, x->spki_sha256, 32);
    for (size_t i = 0; ok && i < sizeof(rows) / sizeof(rows[0]); i++)
        ok = ini_set(ini, section, rows[i].key, rows[i].value, e);
    free(section);
    return ok;
}

/* -- opening
 * ------------------------------------------------------------------------------------
 */

static void append(struct exceptions *s, struct exception x)
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

/* After the highest one that any section has, also one that is ignored. */
static unsigned free_number(const struct ini *ini)
{
    unsigned highest = 0, number = 1;
    char section[32];

    for (size_t i = 0; i < ini_section_count(ini); i++) {
        unsigned taken = section_number(ini_section_name(ini, i));

        highest = taken > highest ? taken : highest;
    }
    if (highest < NUMBER_MAX)
        return highest + 1;
    do
        snprintf(section, sizeof(section), "exception %u", number++);
    while (ini_has_section(ini, section));
    return number - 1;
}

/* Builds the list anew from the document, keeping the session's. */
static void build(struct exceptions *s)
{
    struct exception *old = s->list;
    size_t old_count = s->count, file_count = old_count - s->session_count;

    s->list = NULL;
    s->count = 0;
    s->next_number = free_number(s->ini);
    forget_problems(s);
    for (size_t i = 0; i < ini_section_count(s->ini); i++) {
        struct exception x;

        if (ini_section_broken(s->ini, i) ||
            !read_exception(s->ini, ini_section_name(s->ini, i), &x))
            note_problem(s, i);
        else
            append(s, x);
    }
    for (size_t i = 0; i < file_count; i++)
        release(&old[i]);
    for (size_t i = file_count; i < old_count; i++)
        append(s, old[i]);
    free(old);
}

static bool load(struct exceptions *s, struct error *e)
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
    if (load(s, e))
        return s;
    exceptions_free(s);
    return NULL;
}

static void forget_undo(struct exceptions *s)
{
    for (size_t i = 0; i < s->undo.session_count; i++)
        release(&s->undo.session[i]);
    free(s->undo.session);
    free(s->undo.text);
    s->undo = (struct undo){0};
}

bool exceptions_refresh(struct exceptions *s, struct error *e)
{
    return !file_changed(s->path, &s->stamp) || load(s, e);
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

/* -- writing
 * -------------------------------------------------------------------------------------
 */

static char *pem_path(const struct exceptions *s,
                      const unsigned char sha256[32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return xasprintf("%s/%s.pem", s->folder, hex);
}

static bool save(struct exceptions *s, struct error *e)
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

static bool is_listed(const struct exceptions *s,
                      const unsigned char sha256[32])
{
    for (size_t i = 0; i < s->count - s->session_count; i++)
        if (memcmp(s->list[i].sha256, sha256, 32) == 0)
            return true;
    return false;
}

/* Deletes the PEMs that only exceptions before the last change named. The lock
 * is held and the list is as on disk. */
static void sweep(const struct exceptions *s)
{
    struct ini *before = ini_parse(s->path, s->undo.text, s->undo.len, NULL);

    for (size_t i = 0; before && i < ini_section_count(before); i++) {
        struct exception x;

        if (ini_section_broken(before, i) ||
            !read_exception(before, ini_section_name(before, i), &x))
            continue;
        if (!is_listed(s, x.sha256)) {
            char *path = pem_path(s, x.sha256);

            unlink(path);
            free(path);
        }
        release(&x);
    }
    ini_free(before);
}

/* At the end: nothing can be taken back any more. */
static void drop_undo(struct exceptions *s)
{
    struct file_lock lock = FILE_LOCK_NONE;

    if (s->undo.is && file_lock_try(&lock, s->path, NULL) &&
        exceptions_refresh(s, NULL))
        sweep(s);
    file_lock_release(&lock);
    forget_undo(s);
}

void exceptions_free(struct exceptions *s)
{
    if (!s)
        return;
    drop_undo(s);
    forget_problems(s);
    for (size_t i = 0; i < s->count; i++)
        release(&s->list[i]);
    free(s->list);
    ini_free(s->ini);
    free(s->path);
    free(s->folder);
    free(s);
}

static void note_undo(struct exceptions *s, const char *what,
                      const struct exception *x)
{
    char place[HOST_MAX + 16];
    size_t file_count = s->count - s->session_count, len;
    const char *bytes = ini_bytes(s->ini, &len);

    if (s->undo.is)
        sweep(s);
    forget_undo(s);
    s->undo.text = xmalloc(len + 1);
    memcpy(s->undo.text, bytes, len);
    s->undo.len = len;
    s->undo.session = xcalloc(s->session_count, sizeof(struct exception));
    for (size_t i = 0; i < s->session_count; i++)
        s->undo.session[i] = copy(&s->list[file_count + i]);
    s->undo.session_count = s->session_count;
    snprintf(s->undo.what, sizeof(s->undo.what), "%s the exception for %s",
             what, endpoint_host_port(place, sizeof(place), x->host, x->port));
}

static bool write_pem(const struct exceptions *s, const struct cert *cert,
                      struct error *e)
{
    char *path = pem_path(s, cert->sha256);
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

static void put_back_session(struct exceptions *s)
{
    while (s->session_count) {
        release(&s->list[--s->count]);
        s->session_count--;
    }
    for (size_t i = 0; i < s->undo.session_count; i++) {
        append(s, copy(&s->undo.session[i]));
        s->session_count++;
    }
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
        release(&s->list[i]);
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

static bool add_to_file(struct exceptions *s, struct exception *x,
                        const struct verdict *verdict, bool replace,
                        struct error *e)
{
    x->number = s->next_number;
    return write_pem(s, verdict_leaf(verdict), e) &&
           drop_from_file(s, x, replace, e) && write_exception(s->ini, x, e) &&
           save(s, e);
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
        note_undo(s, "adding", &x);
        drop_session(s, &x, replace);
        if (wish->end == EXCEPTION_SESSION) {
            append(s, copy(&x));
            s->session_count++;
        } else {
            ok = add_to_file(s, &x, verdict, replace, e);
        }
        s->undo.is = ok;
        s->undo.after = s->stamp;
        if (!ok) {
            load(s, NULL);
            put_back_session(s);
        }
    }
    file_lock_release(&lock);
    release(&x);
    return ok;
}

/* -- removing
 * ----------------------------------------------------------------------------------------
 */

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

    note_undo(s, "removing", x);
    if (x->number == 0) {
        drop_session(s, x, false);
        return true;
    }
    snprintf(section, sizeof(section), "exception %u", x->number);
    return ini_remove_section(s->ini, section, e) && save(s, e);
}

bool exceptions_remove(struct exceptions *s, const struct exception *which,
                       struct error *e)
{
    struct exception x = copy(which); /* the list may be built anew */
    struct file_lock lock = FILE_LOCK_NONE;
    bool ok = begin(s, &lock, e), found = false;

    for (size_t i = 0; ok && i < s->count; i++)
        found = found || same_exception(&s->list[i], &x);
    if (ok && found) {
        ok = remove_locked(s, &x, e);
        s->undo.is = ok;
        s->undo.after = s->stamp;
        if (!ok)
            load(s, NULL);
    }
    file_lock_release(&lock);
    release(&x);
    return ok;
}

/* -- taking back
 * ---------------------------------------------------------------------------------------
 */

static bool put_back(struct exceptions *s, struct error *e)
{
    struct ini *before = ini_parse(s->path, s->undo.text, s->undo.len, e);
    size_t len;
    const char *bytes = ini_bytes(s->ini, &len);
    char *taken_back;

    if (!before)
        return false;
    taken_back = xmalloc(len + 1);
    memcpy(taken_back, bytes, len);
    ini_free(s->ini);
    s->ini = before;
    if (s->stamp.exists && !save(s, e)) {
        load(s, NULL);
        free(taken_back);
        return false;
    }
    free(s->undo.text);
    s->undo.text = taken_back;
    s->undo.len = len;
    sweep(s); /* what the change that was taken back had stored */
    return true;
}

bool exceptions_undo(struct exceptions *s, char *what, size_t size,
                     struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    bool ok;

    if (!s->undo.is)
        return error_set(e, ERROR_NOT_FOUND,
                         "There is no exception to take back.");
    if (!file_lock_try(&lock, s->path, e))
        return false;
    if (file_changed(s->path, &s->undo.after))
        ok = error_set(e, ERROR_CONFLICT,
                       "The exceptions were changed meanwhile; nothing was "
                       "taken back.");
    else
        ok = put_back(s, e);
    file_lock_release(&lock);
    if (ok) {
        put_back_session(s);
        snprintf(what, size, "%s", s->undo.what);
        forget_undo(s);
    }
    return ok;
}

/* -- the rest
 * -------------------------------------------------------------------------------------------
 */

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
             save(s, e);
    file_lock_release(&lock);
    return ok;
}

bool exceptions_load_cert(const struct exceptions *s,
                          const struct exception *exception, struct cert *out,
                          struct error *e)
{
    char *path = pem_path(s, exception->sha256);
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
