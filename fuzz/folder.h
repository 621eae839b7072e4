/* SPDX-License-Identifier: MIT */
/* folder: one of this process alone, in memory where there is such a place, for
 * what is read from files. */
#ifndef POSTSEAL_FUZZ_FOLDER_H
#define POSTSEAL_FUZZ_FOLDER_H

#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int folder_unlink(const char *path, const struct stat *st, int type,
                         struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void folder_remove(void)
{
    nftw(folder, folder_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

/* "FOLDER/NAME" with these bytes in it; valid until the next call. */
static inline const char *folder_file(const char *name, const void *bytes,
                                      size_t len)
{
    static char path[128];
    int fd;

    if (!folder[0]) {
        snprintf(folder, sizeof(folder), "%s/postseal-fuzz.XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        must(mkdtemp(folder) != NULL);
        atexit(folder_remove);
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
    return path;
}

#endif
