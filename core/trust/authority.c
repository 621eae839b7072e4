/* SPDX-License-Identifier: MIT */
#include "core/trust/authority.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/trust/cert.h"

#include <dirent.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#define PEM_MAX (8u << 20)

struct authorities {
    X509_STORE *store;
};

/* OpenSSL's own names for the places and for the variables that override them.
 */
static const char *place(const char *variable, const char *standard)
{
    const char *value = secure_getenv(variable);

    return value && *value ? value : standard;
}

/* Whether OpenSSL can look up certificates in one of the folders (separated by
 * colons): by links named like 1a2b3c4d.0. Some systems have none there. */
static bool has_hash_links(const char *folders)
{
    bool found = false;

    while (*folders && !found) {
        size_t len = strcspn(folders, ":");
        char *folder = xstrndup(folders, len);
        DIR *dir = opendir(folder);
        const struct dirent *entry;

        while (dir && !found && (entry = readdir(dir)))
            found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
                    entry->d_name[8] == '.';
        if (dir)
            closedir(dir);
        free(folder);
        folders += len + (folders[len] == ':');
    }
    return found;
}

static void add_system(X509_STORE *store)
{
    const char *folder =
        place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
    const char *file =
        place(X509_get_default_cert_file_env(), X509_get_default_cert_file());
    bool named = secure_getenv(X509_get_default_cert_file_env()) != NULL;
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());

    X509_LOOKUP_add_dir(lookup, folder, X509_FILETYPE_PEM);
    /* Reading a bundle costs 17 ms; with a hash folder it holds nothing new. */
    if (named || !has_hash_links(folder)) {
        lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        X509_LOOKUP_load_file(lookup, file, X509_FILETYPE_PEM);
    }
    ERR_clear_error();
}

struct authorities *authorities_new(bool system)
{
    struct authorities *authorities = xcalloc(1, sizeof(*authorities));

    authorities->store = X509_STORE_new();
    if (!authorities->store)
        abort();
    if (system)
        add_system(authorities->store);
    return authorities;
}

void authorities_free(struct authorities *authorities)
{
    if (!authorities)
        return;
    X509_STORE_free(authorities->store);
    free(authorities);
}

static bool add_stack(struct authorities *authorities, struct buf *bytes,
                      const char *path, struct error *e)
{
    STACK_OF(X509) *stack = NULL;
    struct error why = {0};

    if (!cert_load(bytes->data, bytes->len, &stack, &why))
        return error_set(e, why.code, "%s: %s", path, why.text);
    for (int i = 0; i < sk_X509_num(stack); i++)
        X509_STORE_add_cert(authorities->store, sk_X509_value(stack, i));
    sk_X509_pop_free(stack, X509_free);
    return true;
}

bool authorities_add_file(struct authorities *authorities, const char *path,
                          struct error *e)
{
    struct file_stamp stamp;
    struct buf bytes;
    bool ok;

    if (!file_check_trusted(path, e))
        return false;
    buf_init(&bytes, PEM_MAX);
    ok = file_read(path, PEM_MAX, &bytes, &stamp, e);
    if (ok && !stamp.exists)
        ok = error_set(e, ERROR_FILE, "%s does not exist.", path);
    ok = ok && add_stack(authorities, &bytes, path, e);
    buf_release(&bytes);
    return ok;
}

X509_STORE *authorities_store(struct authorities *authorities)
{
    return authorities->store;
}

void authorities_terms(struct authorities *authorities,
                       struct verdict_request *request)
{
    request->store = authorities->store;
}
