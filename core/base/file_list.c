/* SPDX-License-Identifier: MIT */
/* file_list: what lies in a folder, and noticing that it changed. */
#include "core/base/file.h"

#include "core/base/alloc.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name), wanted = strlen(suffix);

    return len > wanted && strcmp(name + len - wanted, suffix) == 0;
}

/* OpenSSL is set up with the first file only: mostly there is none. */
static void add_state(EVP_MD_CTX **to, const char *path)
{
    struct stat st = {0};
    EVP_MD_CTX *hash = *to;

    if (!hash) {
        *to = hash = EVP_MD_CTX_new();
        EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    }
    stat(path, &st);
    EVP_DigestUpdate(hash, path, strlen(path) + 1);
    EVP_DigestUpdate(hash, &st.st_ino, sizeof(st.st_ino));
    EVP_DigestUpdate(hash, &st.st_mode, sizeof(st.st_mode));
    EVP_DigestUpdate(hash, &st.st_uid, sizeof(st.st_uid));
    EVP_DigestUpdate(hash, &st.st_size, sizeof(st.st_size));
    EVP_DigestUpdate(hash, &st.st_ctim, sizeof(st.st_ctim));
}

char **file_list(const char *folder, const char *suffix, size_t max,
                 size_t *count, unsigned char digest[32])
{
    EVP_MD_CTX *hash = NULL;
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_shown, alphasort);
    char **paths = xcalloc(n > 0 ? (size_t)n : 1, sizeof(char *));

    *count = 0;
    memset(digest, 0, 32);
    for (int i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
        bool wanted = ends_in(path, suffix);

        if (wanted)
            add_state(&hash, path);
        if (wanted && *count < max)
            paths[(*count)++] = path;
        else
            free(path);
        free(entries[i]);
    }
    free(entries);
    if (hash)
        EVP_DigestFinal_ex(hash, digest, NULL);
    EVP_MD_CTX_free(hash);
    return paths;
}

void file_list_free(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}
