/* SPDX-License-Identifier: MIT */
/* file_cut: the copies that a save in place makes first, and leaves when it is
 * cut short. */
#include "core/base/file.h"

#include "core/base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_cut_prefix(const char *path)
{
    char target[PATH_MAX];
    const char *slash;

    if (!realpath(path, target))
        return NULL;
    slash = strrchr(target, '/');
    /* All accounts.ini have one name: where it lies tells them apart. */
    return xasprintf("%.200s.%016llx.", slash ? slash + 1 : target,
                     (unsigned long long)file_sum(target, strlen(target)));
}

static void each_copy(const char *path, const char *recover_dir,
                      void (*call)(void *arg, const char *copy), void *arg)
{
    DIR *folder = recover_dir ? opendir(recover_dir) : NULL;
    char *prefix = folder ? file_cut_prefix(path) : NULL;
    const struct dirent *entry;

    while (prefix && (entry = readdir(folder))) {
        char *copy;

        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        copy = xasprintf("%s/%s", recover_dir, entry->d_name);
        call(arg, copy);
        free(copy);
    }
    free(prefix);
    if (folder)
        closedir(folder);
}

struct newest {
    char *path;
    struct timespec when;
};

static void keep_newest(void *arg, const char *copy)
{
    struct newest *newest = arg;
    struct stat st;

    if (lstat(copy, &st) != 0 || !S_ISREG(st.st_mode) ||
        (newest->path && (st.st_mtim.tv_sec < newest->when.tv_sec ||
                          (st.st_mtim.tv_sec == newest->when.tv_sec &&
                           st.st_mtim.tv_nsec < newest->when.tv_nsec))))
        return;
    xreplace(&newest->path, copy);
    newest->when = st.st_mtim;
}

char *file_cut_find(const char *path, const char *recover_dir, int64_t *written)
{
    struct newest newest = {.path = NULL};

    each_copy(path, recover_dir, keep_newest, &newest);
    *written = newest.when.tv_sec;
    return newest.path;
}

static void remove_copy(void *arg, const char *copy)
{
    struct error *e = arg;

    if (unlink(copy) != 0 && errno != ENOENT && !e->code)
        error_errno(e, ERROR_FILE, errno, "%s could not be removed", copy);
}

bool file_cut_forget(const char *path, const char *recover_dir, struct error *e)
{
    struct error why = {0};

    each_copy(path, recover_dir, remove_copy, &why);
    if (why.code && e)
        *e = why;
    return !why.code;
}
