/* SPDX-License-Identifier: MIT */
/*
 * authority_store: authorities.ini, authorities/ and crls/ beside
 * accounts.ini. Every change reads them again under the lock, so two processes
 * never lose each other's decisions.
 */
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/trust/cert_private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT_MAX 10000 /* files looked at */

/* -- reading --------------------------------------------------------------- */

char *authorities_pem_path(const struct authorities *a,
                           const unsigned char sha256[32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return xasprintf("%s/%s.pem", a->folder, hex);
}

/* The certificate whose SHA-256 is the file's name; NULL when it is not there
 * (`why` untouched) or is another one. */
static X509 *read_pem(const char *path, const unsigned char sha256[32],
                      struct error *why)
{
    STACK_OF(X509) *stack = NULL;
    struct file_stamp stamp;
    unsigned char digest[32] = {0};
    struct buf bytes;
    X509 *x509 = NULL;

    buf_init(&bytes, AUTHORITY_PEM_MAX);
    if (file_read(path, AUTHORITY_PEM_MAX, &bytes, &stamp, why) &&
        stamp.exists && cert_load(bytes.data, bytes.len, &stack, why)) {
        x509 = sk_X509_shift(stack);
        X509_digest(x509, EVP_sha256(), digest, NULL);
    }
    buf_release(&bytes);
    sk_X509_pop_free(stack, X509_free);
    if (!x509 || memcmp(digest, sha256, 32) == 0)
        return x509;
    X509_free(x509);
    error_set(why, ERROR_TRUST, "It is not the certificate of that name.");
    return NULL;
}

/* Facts come from the certificate rather than from the entry. */
static void take_cert(struct holding *h, X509 *x509)
{
    struct holding *fresh = holding_new(x509);

    xreplace(&h->facts.name, fresh->facts.name);
    xreplace(&h->facts.subject, fresh->facts.subject);
    h->facts.not_after = fresh->facts.not_after;
    h->facts.not_after_ok = fresh->facts.not_after_ok;
    h->facts.source = AUTHORITY_IMPORTED;
    h->x509 = x509;
    fresh->x509 = NULL;
    holding_free(fresh);
}

static struct holding *read_one(struct authorities *a, size_t section,
                                const unsigned char sha256[32])
{
    struct holding *h = holding_new(NULL);
    char *path = authorities_pem_path(a, sha256);
    struct error why = {0};
    X509 *x509;

    memcpy(h->facts.sha256, sha256, 32);
    authority_section_read(a->ini, section, h);
    x509 = read_pem(path, sha256, &why);
    if (x509) {
        take_cert(h, x509);
    } else if (h->facts.trust != AUTHORITY_DISTRUSTED &&
               (why.code || *h->facts.origin)) {
        h->facts.source = AUTHORITY_IMPORTED;
        free(h->facts.problem);
        h->facts.problem =
            xasprintf("%s cannot be used: %s", path,
                      why.code ? why.text : "the file is not there.");
    }
    free(path);
    return h;
}

static int by_name(const void *a, const void *b)
{
    const struct holding *left = *(struct holding *const *)a;
    const struct holding *right = *(struct holding *const *)b;
    int order = text_compare_nocase(left->facts.name, right->facts.name);

    return order ? order : memcmp(left->facts.sha256, right->facts.sha256, 32);
}

static void note_section(struct authorities *a, size_t section)
{
    char name[100];

    text_safe_string(name, sizeof(name), ini_section_name(a->ini, section));
    authorities_note(a, xasprintf("%s:%u: [%s] is no entry and is ignored; "
                                  "one is called [authority SHA256].",
                                  a->path, ini_section_line(a->ini, section),
                                  name));
}

static void note_holding(struct authorities *a, size_t section,
                         const struct holding *h)
{
    if (h->facts.problem)
        authorities_note(a, xasprintf("%s:%u: \"%s\": %s", a->path,
                                      ini_section_line(a->ini, section),
                                      h->facts.name, h->facts.problem));
}

/* A file that somebody put there says nothing about what it is for. */
static void note_strays(struct authorities *a)
{
    unsigned char digest[32], sha256[32];
    size_t count, digits;
    char **paths = file_list(a->folder, ".pem", COUNT_MAX, &count, digest);

    for (size_t i = 0; i < count; i++) {
        char *name = xstrdup(strrchr(paths[i], '/') + 1);

        name[strlen(name) - strlen(".pem")] = '\0';
        if (text_parse_sha256(name, sha256, &digits) != TEXT_DIGEST_OK ||
            !authorities_decided(a, sha256))
            authorities_note(
                a, xasprintf("%s has no entry in authorities.ini and is not "
                             "used. postseal authority import takes it in.",
                             paths[i]));
        free(name);
    }
    file_list_free(paths, count);
}

void authorities_read_own(struct authorities *a)
{
    unsigned char sha256[32];

    authorities_forget_problems(a);
    for (size_t i = 0; a->ini && i < ini_section_count(a->ini); i++) {
        struct holding *h;

        if (!authority_section_sha256(ini_section_name(a->ini, i), sha256)) {
            note_section(a, i);
            continue;
        }
        h = read_one(a, i, sha256);
        note_holding(a, i, h);
        holding_append(a, h);
    }
    a->own_count = a->count;
    if (a->count > 1)
        qsort(a->list, a->count, sizeof(struct holding *), by_name);
    if (a->folder)
        note_strays(a);
}

/* -- opening --------------------------------------------------------------- */

/* A folder, and the one that it lies in. */
static bool check_folder(const char *folder, struct error *e)
{
    char *inside = xasprintf("%s/.", folder);
    bool ok = file_check_trusted(folder, e) && file_check_trusted(inside, e);

    free(inside);
    return ok;
}

void authorities_digest(const struct authorities *a, unsigned char out[32])
{
    unsigned char both[64];
    size_t count;

    file_list_free(file_list(a->folder, ".pem", 0, &count, both), 0);
    file_list_free(file_list(a->crl_folder, ".pem", 0, &count, both + 32), 0);
    EVP_Digest(both, sizeof(both), out, NULL, EVP_sha256(), NULL);
}

bool authorities_load(struct authorities *a, struct error *e)
{
    struct ini *ini = NULL;
    struct file_stamp stamp;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (file_check_trusted(a->path, e) && check_folder(a->folder, e) &&
        check_folder(a->crl_folder, e) &&
        file_read(a->path, FILE_MAX, &bytes, &stamp, e))
        ini = ini_parse(a->path, bytes.data, bytes.len, e);
    buf_release(&bytes);
    if (!ini)
        return false;
    ini_free(a->ini);
    a->ini = ini;
    a->stamp = stamp;
    authorities_digest(a, a->seen);
    authorities_outdate(a);
    authorities_forget_crls(a);
    authorities_build_list(a);
    ERR_clear_error();
    return true;
}

struct authorities *authorities_open(const char *accounts_path, struct error *e)
{
    struct authorities *a = authorities_new(true);

    a->path = file_beside(accounts_path, "authorities.ini");
    a->folder = file_beside(accounts_path, "authorities");
    a->crl_folder = file_beside(accounts_path, "crls");
    if (authorities_load(a, e))
        return a;
    authorities_free(a);
    return NULL;
}

bool authorities_refresh(struct authorities *a, struct error *e)
{
    unsigned char digest[32];

    if (!a->path)
        return true;
    authorities_digest(a, digest);
    if (file_changed(a->path, &a->stamp) || memcmp(digest, a->seen, 32) != 0)
        return authorities_load(a, e);
    return file_check_trusted(a->path, e) && check_folder(a->folder, e) &&
           check_folder(a->crl_folder, e);
}

/* -- one change ------------------------------------------------------------ */

bool authorities_begin(struct authorities *a, struct file_lock *lock,
                       struct error *e)
{
    const char *bytes;

    if (!a->path)
        return error_set(e, ERROR_INTERNAL, "There is no store to write to.");
    if (!file_lock_try(lock, a->path, e))
        return false;
    if (!authorities_refresh(a, e)) {
        file_lock_release(lock);
        return false;
    }
    authority_undo_forget(a);
    bytes = ini_bytes(a->ini, &a->undo.len);
    a->undo.text = xmalloc(a->undo.len + 1);
    memcpy(a->undo.text, bytes, a->undo.len);
    return true;
}

bool authorities_save_ini(struct authorities *a, struct error *e)
{
    size_t len;
    const char *bytes = ini_bytes(a->ini, &len);
    char *folder = file_beside(a->path, ".");
    bool ok = (a->stamp.exists || file_make_folder(folder, e)) &&
              file_save(&(struct file_save){.path = a->path,
                                            .bytes = bytes,
                                            .len = len,
                                            .base = &a->stamp},
                        &a->stamp, NULL, e);

    free(folder);
    return ok;
}

static bool write_file(const char *path, const struct buf *bytes,
                       struct error *e)
{
    char *folder = file_beside(path, ".");
    bool ok = file_make_folder(folder, e) &&
              file_save(&(struct file_save){.path = path,
                                            .bytes = bytes->data,
                                            .len = bytes->len},
                        NULL, NULL, e);

    free(folder);
    return ok;
}

static bool remove_file(const char *path, struct error *e)
{
    return unlink(path) == 0 || errno == ENOENT ||
           error_errno(e, ERROR_FILE, errno, "%s cannot be removed", path);
}

bool authorities_put_file(struct authorities *a, const char *path,
                          const struct buf *bytes, struct error *e)
{
    struct authority_undo *undo = &a->undo;
    struct undo_file old = {.path = xstrdup(path)};
    struct file_stamp stamp;

    buf_init(&old.bytes, FILE_MAX);
    if (!file_read(path, FILE_MAX, &old.bytes, &stamp, e)) {
        buf_release(&old.bytes);
        free(old.path);
        return false;
    }
    old.existed = stamp.exists;
    undo->files =
        xreallocarray(undo->files, undo->count + 1, sizeof(*undo->files));
    undo->files[undo->count++] = old;
    return bytes ? write_file(path, bytes, e) : remove_file(path, e);
}

static bool put_back_files(struct authorities *a, struct error *e)
{
    bool ok = true;

    for (size_t i = a->undo.count; i-- > 0;) {
        const struct undo_file *old = &a->undo.files[i];

        ok = (old->existed ? write_file(old->path, &old->bytes, e)
                           : remove_file(old->path, e)) &&
             ok;
    }
    return ok;
}

bool authorities_end(struct authorities *a, struct file_lock *lock, bool ok,
                     const char *what, const char *name, struct error *e)
{
    char shown[120];

    if (ok) {
        a->undo.is = true;
        a->undo.after = a->stamp;
        authorities_digest(a, a->undo.after_files);
        snprintf(a->undo.what, sizeof(a->undo.what), "%s \"%s\"", what,
                 text_safe_string(shown, sizeof(shown), name));
        ok = authorities_load(a, e);
    } else {
        put_back_files(a, NULL);
        authority_undo_forget(a);
        authorities_load(a, NULL);
    }
    file_lock_release(lock);
    return ok;
}

/* -- taking back ----------------------------------------------------------- */

void authority_undo_forget(struct authorities *a)
{
    for (size_t i = 0; i < a->undo.count; i++) {
        free(a->undo.files[i].path);
        buf_release(&a->undo.files[i].bytes);
    }
    free(a->undo.files);
    free(a->undo.text);
    a->undo = (struct authority_undo){0};
}

static bool put_back(struct authorities *a, struct error *e)
{
    struct ini *before = ini_parse(a->path, a->undo.text, a->undo.len, e);

    if (!before)
        return false;
    ini_free(a->ini);
    a->ini = before;
    return put_back_files(a, e) &&
           (!a->stamp.exists || authorities_save_ini(a, e));
}

bool authorities_undo(struct authorities *a, char *what, size_t size,
                      struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    unsigned char digest[32];
    bool ok;

    if (!a->undo.is)
        return error_set(e, ERROR_NOT_FOUND,
                         "There is nothing to take back about authorities.");
    if (!file_lock_try(&lock, a->path, e))
        return false;
    authorities_digest(a, digest);
    if (file_changed(a->path, &a->undo.after) ||
        memcmp(digest, a->undo.after_files, 32) != 0)
        ok = error_set(e, ERROR_CONFLICT,
                       "The authorities were changed meanwhile; nothing was "
                       "taken back.");
    else
        ok = put_back(a, e);
    if (ok) {
        snprintf(what, size, "%s", a->undo.what);
        authority_undo_forget(a);
    }
    ok = authorities_load(a, ok ? e : NULL) && ok;
    file_lock_release(&lock);
    return ok;
}

const char *authorities_undo_what(const struct authorities *a)
{
    return a->undo.is ? a->undo.what : NULL;
}
