/* SPDX-License-Identifier: MIT */
/* exception_undo: taking back the last change of the store, and deleting the
 * certificates that are needed no more once it cannot be taken back. */
#include "core/trust/exception_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void forget_undo(struct exceptions *s)
{
    for (size_t i = 0; i < s->undo.session_count; i++)
        exception_release(&s->undo.session[i]);
    free(s->undo.session);
    free(s->undo.text);
    s->undo = (struct undo){0};
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
            !exception_read(before, ini_section_name(before, i), &x))
            continue;
        if (!is_listed(s, x.sha256)) {
            char *path = exceptions_pem_path(s, x.sha256);

            unlink(path);
            free(path);
        }
        exception_release(&x);
    }
    ini_free(before);
}

/* At the end: nothing can be taken back any more. */
void undo_drop(struct exceptions *s)
{
    struct file_lock lock = FILE_LOCK_NONE;

    if (s->undo.is && file_lock_try(&lock, s->path, NULL) &&
        exceptions_refresh(s, NULL))
        sweep(s);
    file_lock_release(&lock);
    forget_undo(s);
}

void undo_note(struct exceptions *s, const char *what,
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
        s->undo.session[i] = exception_copy(&s->list[file_count + i]);
    s->undo.session_count = s->session_count;
    snprintf(s->undo.what, sizeof(s->undo.what), "%s the exception for %s",
             what, endpoint_host_port(place, sizeof(place), x->host, x->port));
}

void undo_put_back_session(struct exceptions *s)
{
    while (s->session_count) {
        exception_release(&s->list[--s->count]);
        s->session_count--;
    }
    for (size_t i = 0; i < s->undo.session_count; i++) {
        exceptions_append(s, exception_copy(&s->undo.session[i]));
        s->session_count++;
    }
}

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
    if (s->stamp.exists && !exceptions_save(s, e)) {
        exceptions_load(s, NULL);
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
        undo_put_back_session(s);
        snprintf(what, size, "%s", s->undo.what);
        forget_undo(s);
    }
    return ok;
}

const char *exceptions_undo_what(const struct exceptions *s)
{
    return s->undo.is ? s->undo.what : NULL;
}
