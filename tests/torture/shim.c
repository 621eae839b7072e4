/* SPDX-License-Identifier: MIT */
/*
 * shim: lets system calls on files fail, to be put under a program with
 * LD_PRELOAD. Counted are the calls on what lies under a folder:
 *
 *   SHIM_UNDER=FOLDER  SHIM_CALL=write|fsync|...|any  SHIM_AT=N
 *   SHIM_DO=ERRNO      the N-th such call fails with that number
 *          =short      a write takes half of the bytes, and the next fails with
 *                      ENOSPC
 *          =kill       the process gets SIGKILL before the call
 *   SHIM_MARK=FILE     made when it came to that
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool no_more_room;

static bool is_under(const char *path)
{
    const char *folder = getenv("SHIM_UNDER");

    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static bool fd_is_under(int fd)
{
    char link[64], path[PATH_MAX];
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof(path) - 1);
    if (len <= 0)
        return false;
    path[len] = '\0';
    return is_under(path);
}

static bool place_is_under(int folder, const char *path)
{
    return *path == '/' || folder == AT_FDCWD ? is_under(path)
                                              : fd_is_under(folder);
}

static void mark(void)
{
    const char *path = getenv("SHIM_MARK");
    long fd =
        path ? syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY, 0600)
             : -1;

    if (fd >= 0)
        syscall(SYS_close, fd);
}

/* Whether this call is the one; with errno set. */
static bool is_it(const char *call, bool under)
{
    static int count;
    const char *wanted = getenv("SHIM_CALL"), *what = getenv("SHIM_DO"),
               *at = getenv("SHIM_AT");

    if (!under || !wanted || !what || !at ||
        (strcmp(wanted, "any") != 0 && strcmp(wanted, call) != 0) ||
        ++count != strtol(at, NULL, 10))
        return false;
    mark();
    if (strcmp(what, "kill") == 0)
        raise(SIGKILL);
    errno = (int)strtol(what, NULL, 10);
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = mode_of(flags, args);
    va_end(args);
    if (is_it(flags & O_CREAT ? "create" : "open", is_under(path)))
        return -1;
    return REAL(open)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = mode_of(flags, args);
    va_end(args);
    if (is_it(flags & O_CREAT ? "create" : "open",
              place_is_under(folder, path)))
        return -1;
    return REAL(openat)(folder, path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t len)
{
    return is_it("read", fd_is_under(fd)) ? -1 : REAL(read)(fd, bytes, len);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    bool under = fd_is_under(fd);
    const char *what = getenv("SHIM_DO");

    if (under && no_more_room) {
        errno = ENOSPC;
        return -1;
    }
    if (!is_it("write", under))
        return REAL(write)(fd, bytes, len);
    if (strcmp(what, "short") != 0)
        return -1;
    no_more_room = true;
    return REAL(write)(fd, bytes, len / 2);
}

int fsync(int fd)
{
    return is_it("fsync", fd_is_under(fd)) ? -1 : REAL(fsync)(fd);
}

/* Closed in any case, as Linux does. */
int close(int fd)
{
    bool fails = is_it("close", fd_is_under(fd));
    int why = errno, result = REAL(close)(fd);

    if (!fails)
        return result;
    errno = why;
    return -1;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return is_it("rename", place_is_under(to_folder, to))
               ? -1
               : REAL(renameat)(from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to,
              unsigned flags)
{
    return is_it("rename", place_is_under(to_folder, to))
               ? -1
               : REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

int rename(const char *from, const char *to)
{
    return is_it("rename", is_under(to)) ? -1 : REAL(rename)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to,
           int flags)
{
    return is_it("link", place_is_under(to_folder, to))
               ? -1
               : REAL(linkat)(from_folder, from, to_folder, to, flags);
}

int unlinkat(int folder, const char *path, int flags)
{
    return is_it("unlink", place_is_under(folder, path))
               ? -1
               : REAL(unlinkat)(folder, path, flags);
}

int unlink(const char *path)
{
    return is_it("unlink", is_under(path)) ? -1 : REAL(unlink)(path);
}

int ftruncate(int fd, off_t size)
{
    return is_it("truncate", fd_is_under(fd)) ? -1 : REAL(ftruncate)(fd, size);
}

int fchmod(int fd, mode_t mode)
{
    return is_it("chmod", fd_is_under(fd)) ? -1 : REAL(fchmod)(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    return is_it("chown", fd_is_under(fd)) ? -1
                                           : REAL(fchown)(fd, owner, group);
}

int mkdir(const char *path, mode_t mode)
{
    return is_it("mkdir", is_under(path)) ? -1 : REAL(mkdir)(path, mode);
}

/* Tells the number itself. */
int posix_fallocate(int fd, off_t from, off_t len)
{
    return is_it("allocate", fd_is_under(fd))
               ? errno
               : REAL(posix_fallocate)(fd, from, len);
}
