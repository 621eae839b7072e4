/* SPDX-License-Identifier: MIT */
/* identity_write: import, export, removal, and taking them back. */
#include "core/trust/identity_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- files ----------------------------------------------------------------- */

static bool write_file(const struct identities *s, const char *path,
                       const struct buf *bytes, struct file_stamp *stamp,
                       struct error *e)
{
    /* An old one may have a mode that file_save() would keep. */
    if (chmod(path, 0600) != 0 && errno != ENOENT)
        return error_errno(e, ERROR_FILE, errno, "%s cannot be written", path);
    return file_make_folder(s->folder, e) &&
           file_save(&(struct file_save){.path = path,
                                         .bytes = bytes->data,
                                         .len = bytes->len},
                     stamp, NULL, e);
}

static bool remove_file(const char *path, struct error *e)
{
    return unlink(path) == 0 || errno == ENOENT ||
           error_errno(e, ERROR_FILE, errno, "%s cannot be removed", path);
}

static bool read_whole(const char *path, struct buf *out, bool *exists,
                       struct error *e)
{
    struct file_stamp stamp;

    if (!file_read(path, IDENTITY_FILE_MAX, out, &stamp, e))
        return false;
    *exists = stamp.exists;
    return true;
}

/* -- taking back ----------------------------------------------------------- */

void identity_undo_forget(struct identities *s)
{
    free(s->undo.path);
    buf_release(&s->undo.before);
    s->undo = (struct identity_undo){0};
}

/* Before the change. */
static bool undo_begin(struct identities *s, const char *path, const char *verb,
                       const char *label, struct error *e)
{
    char shown[100];

    identity_undo_forget(s);
    buf_init(&s->undo.before, IDENTITY_FILE_MAX);
    s->undo.path = xstrdup(path);
    snprintf(s->undo.what, sizeof(s->undo.what), "%s your certificate \"%s\"",
             verb, text_safe_string(shown, sizeof(shown), label));
    return read_whole(path, &s->undo.before, &s->undo.existed, e);
}

bool identities_undo(struct identities *s, char *what, size_t size,
                     struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    bool ok;

    if (!s->undo.is)
        return error_set(e, ERROR_NOT_FOUND,
                         "There is nothing to take back about your "
                         "certificates.");
    if (!file_lock_try(&lock, s->folder, e))
        return false;
    if (file_changed(s->undo.path, &s->undo.after))
        ok = error_set(e, ERROR_CONFLICT,
                       "That certificate was changed meanwhile; nothing was "
                       "taken back.");
    else
        ok = s->undo.existed
                 ? write_file(s, s->undo.path, &s->undo.before, NULL, e)
                 : remove_file(s->undo.path, e);
    file_lock_release(&lock);
    if (!ok)
        return false;
    snprintf(what, size, "%s", s->undo.what);
    identity_undo_forget(s);
    return identities_load(s, e);
}

const char *identities_undo_what(const struct identities *s)
{
    return s->undo.is ? s->undo.what : NULL;
}

/* -- import ---------------------------------------------------------------- */

static const struct identity *find_sha256(const struct identities *s,
                                          const unsigned char sha256[32])
{
    for (size_t i = 0; i < s->count; i++)
        if (memcmp(s->list[i].sha256, sha256, 32) == 0)
            return &s->list[i];
    return NULL;
}

/* Under the lock. */
static bool store(struct identities *s, const struct cert *cert,
                  const char *label, const struct buf *pem, struct error *e)
{
    char hex[65];
    char *path;
    bool ok;

    text_hex(hex, cert->sha256, 32);
    path = xasprintf("%s/%s.pem", s->folder, hex);
    ok = identities_refresh(s, e) &&
         undo_begin(s, path, "importing", label, e) &&
         write_file(s, path, pem, &s->undo.after, e);
    s->undo.is = ok;
    free(path);
    return ok && identities_load(s, e);
}

static bool import(struct identities *s, const struct identity_parts *parts,
                   const struct identity **added, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    struct cert cert;
    struct buf pem;
    char *label;
    bool ok;

    cert_read(&cert, parts->leaf);
    label = identity_parts_label(parts, &cert);
    buf_init(&pem, IDENTITY_FILE_MAX);
    ok = identity_parts_write(parts, &pem) ||
         error_set(e, ERROR_PARSE, "It is too big to be a certificate.");
    ok = ok && file_lock_try(&lock, s->folder, e) &&
         store(s, &cert, label, &pem, e);
    file_lock_release(&lock);
    if (ok && added)
        *added = find_sha256(s, cert.sha256);
    buf_release(&pem);
    free(label);
    cert_release(&cert);
    return ok;
}

/* What else a file could be. */
static bool refuse(const void *bytes, size_t len, struct error *e)
{
    STACK_OF(X509) *certs = NULL;
    bool is_cert = cert_load(bytes, len, &certs, NULL);

    sk_X509_pop_free(certs, X509_free);
    return error_set(e, ERROR_PARSE,
                     is_cert ? "It holds a certificate but no private key."
                             : "It is neither PKCS#12 nor PEM with a "
                               "certificate and its private key.");
}

static bool is_text(const void *bytes, size_t len)
{
    return memmem(bytes, len, "-----BEGIN ", 11) != NULL;
}

/* An encrypted key is opened once, to see that it fits. */
static bool read_pem(struct identity_parts *parts, const void *bytes,
                     size_t len, const char *password, struct error *e)
{
    if (!identity_parts_read(parts, bytes, len, password, e))
        return false;
    return parts->key || error_set(e, ERROR_PASSWORD,
                                   "The private key is encrypted; its "
                                   "passphrase is needed.");
}

bool identities_import(struct identities *s, const void *bytes, size_t len,
                       const char *password, const struct identity **added,
                       struct error *e)
{
    struct identity_parts parts;
    bool ok;

    if (len > IDENTITY_FILE_MAX)
        return error_set(e, ERROR_PARSE, "It is too big to be a certificate.");
    identity_parts_init(&parts);
    if (is_text(bytes, len))
        ok = read_pem(&parts, bytes, len, password, e);
    else if (identity_is_pkcs12(bytes, len))
        ok = identity_pkcs12_read(&parts, bytes, len, password, e);
    else
        ok = refuse(bytes, len, e);
    ok = ok && import(s, &parts, added, e);
    identity_parts_release(&parts);
    return ok;
}

bool identities_import_pair(struct identities *s, const struct buf *cert,
                            const struct buf *key, const char *password,
                            const struct identity **added, struct error *e)
{
    STACK_OF(X509) *certs = NULL;
    struct buf both;
    BIO *bio;
    char *text;
    long len;
    bool ok;

    if (!cert_load(cert->data, cert->len, &certs, e))
        return false;
    if (!is_text(key->data, key->len)) {
        sk_X509_pop_free(certs, X509_free);
        return error_set(e, ERROR_PARSE,
                         "The key file is not PEM (-----BEGIN ...).");
    }
    bio = BIO_new(BIO_s_mem());
    for (int i = 0; i < sk_X509_num(certs); i++)
        PEM_write_bio_X509(bio, sk_X509_value(certs, i));
    sk_X509_pop_free(certs, X509_free);
    len = BIO_get_mem_data(bio, &text);
    buf_init(&both, IDENTITY_FILE_MAX);
    ok = (buf_add(&both, text, (size_t)len) &&
          buf_add(&both, key->data, key->len)) ||
         error_set(e, ERROR_PARSE, "It is too big to be a certificate.");
    BIO_free(bio);
    ok = ok && identities_import(s, both.data, both.len, password, added, e);
    buf_release(&both);
    return ok;
}

/* -- export ---------------------------------------------------------------- */

bool identities_export(const struct identities *s,
                       const struct identity *identity, const char *passphrase,
                       const char *new_password, struct buf *p12,
                       struct error *e)
{
    struct identity_parts parts;
    bool ok;

    (void)s;
    if (!*new_password)
        return error_set(e, ERROR_INPUT,
                         "A password is needed: the private key would lie open "
                         "in the file.");
    identity_parts_init(&parts);
    ok = identity_check_file(identity->path, e) &&
         identity_read_file(identity->path, passphrase, &parts, e);
    if (ok && !parts.key)
        ok = error_set(e, ERROR_PASSWORD,
                       "The private key is encrypted; its passphrase is "
                       "needed.");
    ok = ok &&
         identity_pkcs12_write(p12, &parts, identity->label, new_password, e);
    identity_parts_release(&parts);
    return ok;
}

/* -- removal --------------------------------------------------------------- */

bool identities_remove(struct identities *s, const struct identity *identity,
                       struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    char *path = xstrdup(identity->path); /* the list is built anew */
    char *label = xstrdup(identity->label);
    bool ok;

    ok = file_lock_try(&lock, s->folder, e) &&
         undo_begin(s, path, "removing", label, e) && remove_file(path, e);
    s->undo.is = ok && s->undo.existed;
    file_lock_release(&lock);
    free(path);
    free(label);
    return ok && identities_load(s, e);
}
