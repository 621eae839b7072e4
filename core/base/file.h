/* SPDX-License-Identifier: MIT */
/*
 * file: reading whole, saving so that nothing is ever lost, noticing changes,
 * locking, and the rights a trusted file must have.
 *
 * Saving (measured reasons in docs/files.md): temp file in the same folder,
 * mode, owner, ACL and xattrs kept (0600 for a new file), fsync, one backup
 * NAME~, a last look whether somebody changed it meanwhile, rename, fsync of
 * the folder. Symlinks are written through. A hard link, an owner that cannot
 * be kept or a folder that cannot be written forces an in-place write with a
 * recovery copy made first.
 */
#ifndef POSTSEAL_CORE_BASE_FILE_H
#define POSTSEAL_CORE_BASE_FILE_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#define FILE_MAX (16u << 20) /* bytes of the largest file that is read */

/* What a file looked like when it was read; all zero: it did not exist. */
struct file_stamp {
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    uint64_t sum; /* of its bytes: file_sum() */
};

/* Tells contents apart by accident, not by intent: whoever could make two with
 * the same sum may write the file anyway. (A SHA-256 would set OpenSSL up,
 * which takes a third of the time of a short command.) */
uint64_t file_sum(const void *bytes, size_t len);
void file_stamp_make(struct file_stamp *stamp, const struct stat *st,
                     const void *bytes, size_t len);
/* It is the very file, and nobody has written to it since; its bytes are not
 * looked at. */
bool file_stamp_is(const struct file_stamp *stamp, const struct stat *st);

/* Reads a regular file of at most `max` bytes. A missing file is success with
 * an empty buf and stamp->exists false. `stamp` may be NULL. */
bool file_read(const char *path, size_t max, struct buf *out,
               struct file_stamp *stamp, struct error *e);
/* True when the file differs from the stamp. Cheap: reads it only when size,
 * inode or time differ. A file that cannot be read counts as changed. */
bool file_changed(const char *path, const struct file_stamp *stamp);

struct file_save {
    const char *path;
    const void *bytes;
    size_t len;
    /* The state these bytes were made from; NULL: do not compare. When the
     * file on disk differs, nothing is written: ERROR_CONFLICT. */
    const struct file_stamp *base;
    bool backup;             /* keep the old file as PATH~ */
    const char *recover_dir; /* for the copy before an in-place write; NULL:
                              * in-place writing is refused */
    /* What that copy holds, where these bytes have something in them that no
     * copy may have; NULL: these bytes. */
    bool (*copy)(const void *bytes, size_t len, struct buf *out);
};
/* Replaces the file. On success *stamp (may be NULL) is the new state and
 * *in_place (may be NULL) tells that it could not be done by rename. On any
 * error the old file is whole. */
bool file_save(const struct file_save *save, struct file_stamp *stamp,
               bool *in_place, struct error *e);

/* A save in place that was cut short, by a kill or a power failure, leaves its
 * copy in recover_dir (as one under way has it there). The newest of this file;
 * NULL: none. The caller frees it; *written: when. */
char *file_cut_find(const char *path, const char *recover_dir,
                    int64_t *written);
/* Removes all of this file. */
bool file_cut_forget(const char *path, const char *recover_dir,
                     struct error *e);
/* How the names of its copies begin; NULL: there is no such file. The caller
 * frees it. */
char *file_cut_prefix(const char *path);

/* One advisory lock per file, on a `.NAME.lock` beside it (never deleted, so
 * never stale). The lock dies with the process. */
struct file_lock {
    int fd; /* -1: none */
};
#define FILE_LOCK_NONE                                                         \
    {                                                                          \
        -1                                                                     \
    }
/* Does not wait: ERROR_LOCKED when somebody else saves right now; callers
 * retry by a timer. A folder that cannot hold a lock file is success without
 * a lock (the stamp check in file_save is the guarantee). */
bool file_lock_try(struct file_lock *lock, const char *path, struct error *e);
void file_lock_release(struct file_lock *lock);
/* Keeps a shared mark "open here" until released; tells in *elsewhere whether
 * another process has one too. */
bool file_mark_open(struct file_lock *mark, const char *path, bool *elsewhere);
bool file_open_elsewhere(const struct file_lock *mark);

/* Nobody but the owner (us or root) may write the file or its folder (design
 * §7). A missing file is fine. ERROR_TRUST names the chmod to run. */
bool file_check_trusted(const char *path, struct error *e);
/* True when group or others can read the file. */
bool file_readable_by_others(const char *path);

/* The paths in a folder whose names end in `suffix`, hidden ones left out, by
 * name, at most `max`; freed by file_list_free(). *digest stands for all that
 * stat(2) says of all of them: another one means that something changed. A
 * folder that is not there is empty. */
char **file_list(const char *folder, const char *suffix, size_t max,
                 size_t *count, unsigned char digest[32]);
void file_list_free(char **paths, size_t count);

/* Makes the folder and its parents, 0700. */
bool file_make_folder(const char *path, struct error *e);
/* "dir/name" of the folder of `path` as named (not of a symlink's target).
 * The caller frees it. */
char *file_beside(const char *path, const char *name);

#endif
