/* SPDX-License-Identifier: MIT */
/* authority_system: the authorities that come with the system, where OpenSSL
 * looks for them. */
#include "core/trust/authority_bundle.h"
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <dirent.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL's own names for the places and for the variables that override them.
 */
static const char *place(const char *variable, const char *standard)
{
    const char *value = secure_getenv(variable);

    return value && *value ? value : standard;
}

static const char *system_folders(void)
{
    return place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
}

static const char *system_file(void)
{
    return place(X509_get_default_cert_file_env(),
                 X509_get_default_cert_file());
}

/* By links named like 1a2b3c4d.0 OpenSSL looks certificates up. */
static int is_hash_link(const struct dirent *entry)
{
    return strspn(entry->d_name, "0123456789abcdef") == 8 &&
           entry->d_name[8] == '.' &&
           strspn(entry->d_name + 9, "0123456789") == strlen(entry->d_name + 9);
}

/* Calls `each` for the links of all folders (separated by colons) until it says
 * false. */
static void each_hash_link(const char *folders,
                           bool (*each)(void *arg, const char *path), void *arg)
{
    bool more = true;

    while (*folders && more) {
        size_t len = strcspn(folders, ":");
        char *folder = xstrndup(folders, len);
        struct dirent **entries = NULL;
        int n = scandir(folder, &entries, is_hash_link, alphasort);

        for (int i = 0; i < n; i++) {
            char *path = xasprintf("%s/%s", folder, entries[i]->d_name);

            more = more && each(arg, path);
            free(path);
            free(entries[i]);
        }
        free(entries);
        free(folder);
        folders += len + (folders[len] == ':');
    }
}

static bool found_one(void *arg, const char *path)
{
    (void)path;
    *(bool *)arg = true;
    return false;
}

/* With a hash folder a bundle holds nothing new. */
static bool needs_file(void)
{
    bool linked = false;

    if (secure_getenv(X509_get_default_cert_file_env()))
        return true;
    each_hash_link(system_folders(), found_one, &linked);
    return !linked;
}

void authority_system_add(X509_STORE *store)
{
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());

    X509_LOOKUP_add_dir(lookup, system_folders(), X509_FILETYPE_PEM);
    if (needs_file())
        authority_bundle_add(store, system_file());
    ERR_clear_error();
}

static bool load_file(void *arg, const char *path)
{
    X509_LOOKUP_load_file((X509_LOOKUP *)arg, path, X509_FILETYPE_PEM);
    return true;
}

STACK_OF(X509) * authority_system_read(void)
{
    X509_STORE *store = X509_STORE_new();
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    STACK_OF(X509) * all;

    each_hash_link(system_folders(), load_file, lookup);
    if (needs_file())
        load_file(lookup, system_file());
    all = X509_STORE_get1_all_certs(store);
    X509_STORE_free(store);
    ERR_clear_error();
    return all ? all : sk_X509_new_null();
}

/* -- the list -------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct holding *left = *(struct holding *const *)a;
    const struct holding *right = *(struct holding *const *)b;
    int order = text_compare_nocase(left->facts.name, right->facts.name);

    return order ? order
                 : memcmp(left->facts.sha256, right->facts.sha256,
                          sizeof(left->facts.sha256));
}

void authority_system_list(struct authorities *a)
{
    size_t first = a->count;

    for (int i = 0; i < sk_X509_num(a->from_system); i++)
        authorities_list_cert(a, sk_X509_value(a->from_system, i),
                              AUTHORITY_SYSTEM, "");
    if (a->count > first)
        qsort(a->list + first, a->count - first, sizeof(struct holding *),
              by_name);
}

void authorities_need_system(struct authorities *a)
{
    if (!a->system || a->from_system)
        return;
    a->from_system = authority_system_read();
    authority_system_list(a);
}
