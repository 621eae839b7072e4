/* SPDX-License-Identifier: MIT */
/*
 * file_save: replacing a file so that at every moment the old or the new one
 * is there, whole. The reasons for each step are in docs/files.md.
 */
#include "core/base/file.h"

#include "core/base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LEFTOVER_AGE 3600 /* seconds: a save under way is younger */

/* One save under way. */
struct saving {
    const struct file_save *what;
    char target[PATH_MAX]; /* symlinks are written through */
    const char *name;      /* within the folder */
    char temp[NAME_MAX + 1];
    int folder, fd;
    bool existed;
    struct stat old;
    struct file_stamp seen; /* just before it was found to be the base */
    ino_t own;              /* of the new file */
};

static bool fail(const struct saving *s, struct error *e, const char *cause)
{
    return error_set(e, ERROR_FILE, "%s was not written: %s. It is unchanged.",
                     s->what->path, cause);
}

static bool fail_errno(const struct saving *s, struct error *e)
{
    return fail(s, e, strerror(errno));
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void temp_name(struct saving *s, const char *middle)
{
    unsigned long random = 0;

    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        random = (unsigned long)getpid();
    snprintf(s->temp, sizeof(s->temp), ".%.200s.%s%012lx", s->name, middle,
             random & 0xffffffffffff);
}

/* -- what killed saves left ------------------------------------------------ */

/* Whether temp_name() can have made that name; *link: with "bak". */
static bool is_ours(const struct saving *s, const char *name, bool *link)
{
    char start[NAME_MAX + 1];
    int len = snprintf(start, sizeof(start), ".%.200s.", s->name);

    if (strncmp(name, start, (size_t)len) != 0)
        return false;
    name += len;
    *link = strncmp(name, "bak", 3) == 0 && strlen(name) == 15;
    name += *link ? 3 : 0;
    return strlen(name) == 12 && strspn(name, "0123456789abcdef") == 12;
}

/* Removes second links to the file, which would pass for the person's own; and
 * with `newest` what is much older than that. */
static void sweep(const struct saving *s, const struct stat *newest)
{
    int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    bool is_link;

    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(folder))) {
        struct stat st;
        bool old;

        if (!is_ours(s, entry->d_name, &is_link) ||
            fstatat(s->folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(st.st_mode))
            continue;
        old = newest && st.st_uid == geteuid() &&
              st.st_mtime < newest->st_mtime - LEFTOVER_AGE;
        if (old || (is_link && !newest && st.st_dev == s->old.st_dev &&
                    st.st_ino == s->old.st_ino))
            unlinkat(s->folder, entry->d_name, 0);
    }
    closedir(folder);
}

/* -- opening --------------------------------------------------------------- */

static bool find_target(struct saving *s, struct error *e)
{
    const char *path = s->what->path;
    char *slash;

    if (!realpath(path, s->target)) {
        struct stat st;

        /* A dangling symlink must not be replaced by a file. */
        if (errno != ENOENT)
            return fail_errno(s, e);
        if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
            return fail(s, e, "it is a symbolic link to nowhere");
        if (strlen(path) >= sizeof(s->target))
            return fail(s, e, "its path is too long");
        memcpy(s->target, path, strlen(path) + 1);
    }
    slash = strrchr(s->target, '/');
    s->name = slash ? slash + 1 : s->target;
    if (!slash)
        s->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else {
        *slash = '\0';
        s->folder = open(s->target[0] ? s->target : "/",
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *slash = '/';
    }
    if (s->folder < 0)
        return fail_errno(s, e);
    s->existed = fstatat(s->folder, s->name, &s->old, 0) == 0;
    return true;
}

static bool changed(const struct saving *s, struct error *e)
{
    return error_set(e, ERROR_CONFLICT, "%s was changed by somebody else.",
                     s->what->path);
}

static bool same_as_base(const struct saving *s, struct error *e)
{
    return !s->what->base || !file_changed(s->what->path, s->what->base) ||
           changed(s, e);
}

/* -- by rename ------------------------------------------------------------- */

/* An ACL's group bits are a mask, so the ACL goes first and the mode only
 * where there is none. */
static bool copy_attributes(int from, int to, mode_t mode)
{
    char names[4096], value[65536];
    ssize_t len = flistxattr(from, names, sizeof(names));
    bool acl = false;

    for (char *name = names; len > 0 && name < names + len;
         name += strlen(name) + 1) {
        ssize_t size = fgetxattr(from, name, value, sizeof(value));
        bool is_acl = strcmp(name, "system.posix_acl_access") == 0;

        if (size < 0)
            continue;
        if (fsetxattr(to, name, value, (size_t)size, 0) == 0)
            acl = acl || is_acl;
        else if (is_acl)
            mode &= ~(mode_t)S_IRWXG;
    }
    return acl || fchmod(to, mode & 07777) == 0;
}

static bool take_over_rights(struct saving *s)
{
    int from;
    bool ok;

    if (!s->existed)
        return true;
    if ((s->old.st_uid != geteuid() || s->old.st_gid != getegid()) &&
        fchown(s->fd, s->old.st_uid, s->old.st_gid) != 0)
        return false;
    from = openat(s->folder, s->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from < 0)
        return fchmod(s->fd, s->old.st_mode & 07777) == 0;
    ok = copy_attributes(from, s->fd, s->old.st_mode);
    close(from);
    return ok;
}

static bool write_temp(struct saving *s, struct error *e)
{
    struct stat st;
    bool ok = fstat(s->fd, &st) == 0 &&
              write_all(s->fd, s->what->bytes, s->what->len) &&
              fsync(s->fd) == 0;

    if (!ok)
        fail_errno(s, e);
    /* Quotas and NFS tell their errors here. */
    if (close(s->fd) != 0 && ok)
        ok = fail_errno(s, e);
    s->fd = -1;
    s->own = ok ? st.st_ino : 0;
    return ok;
}

/* Whether the backup is a link to the file: a save was killed between making
 * the one and replacing the other. */
static bool backup_is_link(const struct saving *s)
{
    char backup[NAME_MAX + 2];
    struct stat st;

    snprintf(backup, sizeof(backup), "%.255s~", s->name);
    return fstatat(s->folder, backup, &st, 0) == 0 &&
           st.st_dev == s->old.st_dev && st.st_ino == s->old.st_ino;
}

/* A second link to the old file, renamed over NAME~: atomic, and the same inode
 * keeps all its rights. */
static void keep_backup(struct saving *s)
{
    char keep[NAME_MAX + 1], backup[NAME_MAX + 1];

    if (backup_is_link(s))
        return; /* renaming one link over the other would do nothing */
    memcpy(keep, s->temp, sizeof(keep));
    temp_name(s, "bak");
    if (snprintf(backup, sizeof(backup), "%s~", s->name) <
            (int)sizeof(backup) &&
        linkat(s->folder, s->name, s->folder, s->temp, 0) == 0) {
        if (renameat(s->folder, s->temp, s->folder, backup) != 0)
            unlinkat(s->folder, s->temp, 0);
    }
    memcpy(s->temp, keep, sizeof(keep));
}

/* The temporary file and the file change their names. */
static bool exchange(const struct saving *s)
{
    return renameat2(s->folder, s->temp, s->folder, s->name, RENAME_EXCHANGE) ==
           0;
}

/* What came out of an exchange was not what the new text was made from: back
 * with it. What is not ours under the temporary name then is still newer, or
 * could not go back that way. */
static void put_back(const struct saving *s)
{
    struct stat st;

    if (!exchange(s) ||
        (fstatat(s->folder, s->temp, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         st.st_ino != s->own))
        renameat(s->folder, s->temp, s->folder, s->name);
}

/* Whether the very file came out that was looked at. Its bytes are not compared
 * again: while ours stands there wrongly, nobody should get to read it. */
static bool is_seen(const struct saving *s)
{
    struct stat st;

    return fstatat(s->folder, s->temp, &st, 0) == 0 &&
           file_stamp_is(&s->seen, &st);
}

/* Between the last look and a rename an edit of somebody else could be lost.
 * So the files are exchanged, and what came out is looked at. *able is false
 * where the system cannot do that. */
static bool swap_in(struct saving *s, bool *able, struct error *e)
{
    const struct file_stamp *base = s->what->base;
    char *backup;

    *able = base != NULL;
    if (base && !base->exists) {
        if (renameat2(s->folder, s->temp, s->folder, s->name,
                      RENAME_NOREPLACE) == 0)
            return true;
        *able = errno == EEXIST;
        return *able ? changed(s, e) : false;
    }
    if (!base)
        return false;
    if (!exchange(s)) {
        *able = errno == ENOENT; /* it was taken away */
        return *able ? changed(s, e) : false;
    }
    if (!is_seen(s)) {
        put_back(s);
        return changed(s, e);
    }
    backup = xasprintf("%s~", s->name);
    if (!s->what->backup ||
        renameat(s->folder, s->temp, s->folder, backup) != 0)
        unlinkat(s->folder, s->temp, 0);
    free(backup);
    return true;
}

/* *busy: a single file is mounted there and cannot be renamed over. */
static bool replace(struct saving *s, bool *busy, struct error *e)
{
    bool able = true, ok;
    bool written = write_temp(s, e);
    struct stat st;

    /* First the file, then whether it is the base: what comes in between is
     * noticed. Where there is none, nothing is like it. */
    if (fstatat(s->folder, s->name, &st, 0) == 0)
        file_stamp_make(&s->seen, &st, NULL, 0);
    written = written && same_as_base(s, e);
    ok = written && swap_in(s, &able, e);
    if (written && !able) {
        if (s->what->backup && s->existed)
            keep_backup(s);
        ok = renameat(s->folder, s->temp, s->folder, s->name) == 0;
        *busy = !ok && errno == EBUSY;
        if (!ok && !*busy)
            fail_errno(s, e);
    }
    if (!ok) {
        unlinkat(s->folder, s->temp, 0);
        return false;
    }
    fsync(s->folder);
    return true;
}

/* -- in place -------------------------------------------------------------- */

/* The new text goes to a safe place first; it is left there when the write
 * breaks off. Returns its path. */
static char *recovery_path(struct saving *s)
{
    char *prefix = file_cut_prefix(s->target), *path;

    temp_name(s, "");
    path = xasprintf("%s/%s%s", s->what->recover_dir, prefix ? prefix : "",
                     strrchr(s->temp, '.') + 1);
    free(prefix);
    return path;
}

static bool write_copy(const struct saving *s, int fd)
{
    struct buf copy;
    bool ok;

    if (!s->what->copy)
        return write_all(fd, s->what->bytes, s->what->len);
    buf_init(&copy, FILE_MAX);
    ok = s->what->copy(s->what->bytes, s->what->len, &copy) &&
         write_all(fd, copy.data, copy.len);
    buf_release(&copy);
    return ok;
}

static char *write_recovery(struct saving *s, struct error *e)
{
    char *path;
    int fd = -1;
    bool ok;

    if (!s->what->recover_dir) {
        fail(s, e, "its folder cannot be written");
        return NULL;
    }
    if (!file_make_folder(s->what->recover_dir, e))
        return NULL;
    path = recovery_path(s);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    ok = fd >= 0 && write_copy(s, fd) && fsync(fd) == 0;
    if (!ok)
        fail_errno(s, e);
    if (fd >= 0)
        close(fd);
    if (!ok) {
        unlink(path);
        free(path);
        return NULL;
    }
    return path;
}

static bool overwrite(struct saving *s, const char *recovery, struct error *e)
{
    int fd = openat(s->folder, s->name, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    off_t size = (off_t)s->what->len;
    bool ok;

    if (fd < 0)
        return fail_errno(s, e);
    /* Room first: afterwards a full disk cannot break the write off. */
    if (size > s->old.st_size &&
        posix_fallocate(fd, s->old.st_size, size - s->old.st_size) != 0) {
        if (ftruncate(fd, s->old.st_size) == 0)
            fail(s, e, "there is no room for it");
        else
            fail_errno(s, e);
        close(fd);
        return false;
    }
    ok = write_all(fd, s->what->bytes, s->what->len) &&
         ftruncate(fd, size) == 0 && fsync(fd) == 0;
    if (!ok)
        error_set(e, ERROR_FILE,
                  "%s was written only in part: %s. The whole new text is in "
                  "%s.",
                  s->what->path, strerror(errno), recovery);
    close(fd);
    return ok;
}

static bool write_in_place(struct saving *s, struct error *e)
{
    char *recovery;
    bool ok;

    if (!s->existed)
        return fail(s, e, "its folder cannot be written");
    if (!same_as_base(s, e))
        return false;
    if (faccessat(s->folder, s->name, W_OK, AT_EACCESS) != 0)
        return fail_errno(s, e);
    recovery = write_recovery(s, e);
    if (!recovery)
        return false;
    ok = overwrite(s, recovery, e);
    if (ok)
        unlink(recovery);
    free(recovery);
    return ok;
}

/* -- the whole ------------------------------------------------------------- */

/* Links that are none of ours: the person wants the file under both names. */
static bool has_links(struct saving *s)
{
    if (!s->existed || s->old.st_nlink < 2)
        return false;
    sweep(s, NULL);
    fstatat(s->folder, s->name, &s->old, 0);
    return s->old.st_nlink > 1u + backup_is_link(s);
}

/* Whether the file can be replaced by a new one that is its equal; leaves the
 * temp file open in s->fd. */
static bool open_temp(struct saving *s, bool *cannot, struct error *e)
{
    *cannot = has_links(s);
    if (*cannot)
        return true;
    temp_name(s, "");
    s->fd = openat(s->folder, s->temp,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (s->fd < 0) {
        *cannot = s->existed && (errno == EACCES || errno == EPERM);
        return *cannot ? true : fail_errno(s, e);
    }
    if (take_over_rights(s))
        return true;
    close(s->fd);
    unlinkat(s->folder, s->temp, 0);
    *cannot = true;
    return true;
}

static void stamp_result(const struct saving *s, struct file_stamp *stamp)
{
    struct stat st;

    if (stamp)
        *stamp = (struct file_stamp){0};
    if (fstatat(s->folder, s->name, &st, 0) != 0)
        return;
    sweep(s, &st);
    if (!stamp)
        return;
    file_stamp_make(stamp, &st, s->what->bytes, s->what->len);
}

bool file_save(const struct file_save *save, struct file_stamp *stamp,
               bool *in_place, struct error *e)
{
    struct saving s = {.what = save, .folder = -1, .fd = -1};
    bool cannot = false;
    bool ok =
        find_target(&s, e) && same_as_base(&s, e) && open_temp(&s, &cannot, e);

    if (ok && !cannot) {
        ok = replace(&s, &cannot, e) || cannot;
    }
    if (ok && cannot)
        ok = write_in_place(&s, e);
    if (in_place)
        *in_place = ok && cannot;
    if (ok)
        stamp_result(&s, stamp);
    if (s.folder >= 0)
        close(s.folder);
    return ok;
}
