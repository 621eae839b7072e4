/* SPDX-License-Identifier: MIT */
/* identity: one file with a certificate and its key, ready for a handshake. */
#include "core/trust/identity_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool identity_check_file(const char *path, struct error *e)
{
    char safe[300];
    struct stat st;

    if (!file_check_trusted(path, e))
        return false;
    if (stat(path, &st) != 0 || !(st.st_mode & (S_IRWXG | S_IRWXO)))
        return true;
    text_safe_string(safe, sizeof(safe), path);
    return error_set(e, ERROR_TRUST,
                     "Others may read %s, which holds a private key, so it is "
                     "not used. Run: chmod 600 %s",
                     safe, safe);
}

bool identity_read_file(const char *path, const char *passphrase,
                        struct identity_parts *parts, struct error *e)
{
    struct error why = {0};
    struct file_stamp stamp;
    struct buf bytes;
    char safe[300];
    bool ok;

    text_safe_string(safe, sizeof(safe), path);
    buf_init(&bytes, IDENTITY_FILE_MAX);
    ok = file_read(path, IDENTITY_FILE_MAX, &bytes, &stamp, e);
    if (ok && !stamp.exists)
        ok = error_set(e, ERROR_NOT_FOUND, "There is no file %s.", safe);
    else if (ok) {
        ok =
            identity_parts_read(parts, bytes.data, bytes.len, passphrase, &why);
        if (!ok)
            error_set(e, why.code, "%s: %s", safe, why.text);
    }
    buf_release(&bytes);
    return ok;
}

/* -- what a setting names -------------------------------------------------- */

static char *path_of(const struct identities *s, const char *name)
{
    const char *home = getenv("HOME");

    if (name[0] == '/')
        return xstrdup(name);
    if (strncmp(name, "~/", 2) == 0 && home)
        return xasprintf("%s/%s", home, name + 2);
    return file_beside(s->accounts_path, name);
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *identity_locate(const struct identities *s, const char *name,
                      struct error *e)
{
    const struct identity *identity;
    struct error why = {0};
    char *path;

    if (strchr(name, '/'))
        return path_of(s, name);
    identity = identities_find(s, name, &why);
    if (identity)
        return xstrdup(identity->path);
    path = path_of(s, name);
    if (why.code == ERROR_NOT_FOUND && is_file(path))
        return path;
    free(path);
    error_set(e, why.code, "%s", why.text);
    return NULL;
}

bool identity_usable(const struct identities *s, const char *name,
                     struct error *e)
{
    char *path = identity_locate(s, name, e);
    struct identity_parts parts;
    bool ok;

    if (!path)
        return false;
    identity_parts_init(&parts);
    ok = identity_check_file(path, e) &&
         identity_read_file(path, NULL, &parts, e);
    identity_parts_release(&parts);
    free(path);
    return ok;
}

/* -- for a handshake ------------------------------------------------------- */

static void drop_root(STACK_OF(X509) * chain)
{
    int last = sk_X509_num(chain) - 1;

    if (last >= 0 && X509_self_signed(sk_X509_value(chain, last), 0) == 1)
        X509_free(sk_X509_delete(chain, last));
}

bool identity_load(const char *path, const char *passphrase,
                   struct client_identity *out, struct error *e)
{
    struct identity_parts parts;
    struct cert cert;
    char safe[300];

    *out = (struct client_identity){0};
    if (!identity_check_file(path, e))
        return false;
    identity_parts_init(&parts);
    if (!identity_read_file(path, passphrase, &parts, e)) {
        identity_parts_release(&parts);
        return false;
    }
    if (!parts.key) {
        identity_parts_release(&parts);
        return error_set(e, ERROR_PASSWORD,
                         "The private key in %s is encrypted; its passphrase "
                         "is needed.",
                         text_safe_string(safe, sizeof(safe), path));
    }
    cert_read(&cert, parts.leaf);
    *out =
        (struct client_identity){.x509 = parts.leaf,
                                 .chain = parts.chain,
                                 .key = parts.key,
                                 .label = identity_parts_label(&parts, &cert)};
    cert_release(&cert);
    drop_root(out->chain);
    parts.leaf = NULL;
    parts.chain = NULL;
    parts.key = NULL;
    identity_parts_release(&parts);
    return true;
}

void client_identity_release(struct client_identity *identity)
{
    X509_free(identity->x509);
    sk_X509_pop_free(identity->chain, X509_free);
    EVP_PKEY_free(identity->key);
    free(identity->label);
    *identity = (struct client_identity){0};
}
