/* SPDX-License-Identifier: MIT */
/* file: reading, noticing changes, rights, locks. Saving is in file_save.c. */
#include "core/base/file.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- reading --------------------------------------------------------------- */

static bool read_all(int fd, struct buf *out)
{
    char bytes[8192];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (!buf_add(out, bytes, (size_t)n)) {
            errno = EFBIG;
            return false;
        }
    }
    explicit_bzero(bytes, sizeof(bytes));
    return true;
}

uint64_t file_sum(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    uint64_t sum = 14695981039346656037u; /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        sum = (sum ^ p[i]) * 1099511628211u;
    return sum;
}

void file_stamp_make(struct file_stamp *stamp, const struct stat *st,
                     const void *bytes, size_t len)
{
    *stamp = (struct file_stamp){.exists = true,
                                 .device = st->st_dev,
                                 .inode = st->st_ino,
                                 .size = st->st_size,
                                 .modified = st->st_mtim,
                                 .sum = file_sum(bytes, len)};
}

bool file_stamp_is(const struct file_stamp *stamp, const struct stat *st)
{
    return stamp->exists && st->st_dev == stamp->device &&
           st->st_ino == stamp->inode && st->st_size == stamp->size &&
           st->st_mtim.tv_sec == stamp->modified.tv_sec &&
           st->st_mtim.tv_nsec == stamp->modified.tv_nsec;
}

static bool read_open(int fd, const char *path, struct buf *out,
                      struct file_stamp *stamp, struct error *e)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return error_errno(e, ERROR_FILE, errno, "%s cannot be read", path);
    if (!S_ISREG(st.st_mode))
        return error_set(e, ERROR_FILE, "%s is not a regular file.", path);
    if (!read_all(fd, out)) {
        if (errno == EFBIG)
            return error_set(e, ERROR_FILE,
                             "%s is too big; the limit is %zu bytes.", path,
                             out->max);
        return error_errno(e, ERROR_FILE, errno, "%s cannot be read", path);
    }
    if (stamp)
        file_stamp_make(stamp, &st, out->data, out->len);
    return true;
}

bool file_read(const char *path, size_t max, struct buf *out,
               struct file_stamp *stamp, struct error *e)
{
    /* Not blocking: somebody may have put a FIFO there. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool ok;

    buf_clear(out);
    out->max = max;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        if (stamp)
            *stamp = (struct file_stamp){0};
        return true;
    }
    if (fd < 0)
        return error_errno(e, ERROR_FILE, errno, "%s cannot be read", path);
    ok = read_open(fd, path, out, stamp, e);
    close(fd);
    return ok;
}

bool file_changed(const char *path, const struct file_stamp *stamp)
{
    struct stat st;
    struct buf bytes;
    struct file_stamp now = {0};
    bool changed;

    if (stat(path, &st) != 0)
        return stamp->exists || (errno != ENOENT && errno != ENOTDIR);
    if (!stamp->exists)
        return true;
    if (file_stamp_is(stamp, &st))
        return false;
    buf_init(&bytes, FILE_MAX);
    changed = !file_read(path, FILE_MAX, &bytes, &now, NULL) || !now.exists ||
              now.size != stamp->size || now.sum != stamp->sum;
    buf_release(&bytes);
    return changed;
}

/* -- places ---------------------------------------------------------------- */

char *file_beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return xstrdup(name);
    return xasprintf("%.*s/%s", (int)(slash - path), path, name);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/")
                         : xstrndup(path, (size_t)(slash - path));
}

bool file_make_folder(const char *path, struct error *e)
{
    char *copy = xstrdup(path);
    bool ok = true;

    for (char *p = copy + 1; ok; p++) {
        char c = *p;

        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            ok = error_errno(e, ERROR_FILE, errno,
                             "The folder %s cannot be made", copy);
        *p = c;
        if (c == '\0')
            break;
    }
    free(copy);
    return ok;
}

/* -- rights ---------------------------------------------------------------- */

static bool folder_safe(const char *folder, struct error *e)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return true;
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return error_set(e, ERROR_TRUST,
                         "The folder %s belongs to somebody else, so the files "
                         "in it are not used.",
                         folder);
    /* In a sticky folder others can add files but not replace ours. */
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
        return error_set(e, ERROR_TRUST,
                         "Others may write in the folder %s, so the files in "
                         "it are not used. Run: chmod go-w %s",
                         folder, folder);
    return true;
}

static bool check_one(const char *path, struct error *e)
{
    struct stat st;
    char *folder = folder_of(path);
    bool ok = folder_safe(folder, e);

    free(folder);
    if (!ok || stat(path, &st) != 0)
        return ok;
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return error_set(e, ERROR_TRUST,
                         "%s belongs to somebody else, so it is not used.",
                         path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(e, ERROR_TRUST,
                         "Others may write %s, so it is not used. Run: chmod "
                         "go-w %s",
                         path, path);
    return true;
}

bool file_check_trusted(const char *path, struct error *e)
{
    char target[PATH_MAX];

    if (!check_one(path, e))
        return false;
    return !realpath(path, target) || check_one(target, e);
}

bool file_readable_by_others(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH));
}

/* -- locks ----------------------------------------------------------------- */

enum { SAVING, OPEN_HERE }; /* bytes of the lock file */

static int open_lock_file(const char *path)
{
    char target[PATH_MAX];
    const char *real = realpath(path, target) ? target : path;
    const char *slash = strrchr(real, '/');
    char *name = xasprintf(".%s.lock", slash ? slash + 1 : real);
    char *lock = file_beside(real, name);
    int fd = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    free(name);
    free(lock);
    return fd;
}

static struct flock byte_lock(short type, off_t byte)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

bool file_lock_try(struct file_lock *lock, const char *path, struct error *e)
{
    struct flock wanted = byte_lock(F_WRLCK, SAVING);

    lock->fd = open_lock_file(path);
    if (lock->fd < 0)
        return true;
    if (fcntl(lock->fd, F_OFD_SETLK, &wanted) == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES) {
        file_lock_release(lock);
        return error_set(e, ERROR_LOCKED,
                         "Another session is saving %s right now.", path);
    }
    file_lock_release(lock); /* a file system without locks */
    return true;
}

void file_lock_release(struct file_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

bool file_mark_open(struct file_lock *mark, const char *path, bool *elsewhere)
{
    struct flock wanted = byte_lock(F_RDLCK, OPEN_HERE);

    *elsewhere = false;
    mark->fd = open_lock_file(path);
    if (mark->fd < 0)
        return false;
    if (fcntl(mark->fd, F_OFD_SETLK, &wanted) != 0) {
        file_lock_release(mark);
        return false;
    }
    *elsewhere = file_open_elsewhere(mark);
    return true;
}

bool file_open_elsewhere(const struct file_lock *mark)
{
    struct flock probe = byte_lock(F_WRLCK, OPEN_HERE);

    return mark->fd >= 0 && fcntl(mark->fd, F_OFD_GETLK, &probe) == 0 &&
           probe.l_type != F_UNLCK;
}
