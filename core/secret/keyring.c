/* SPDX-License-Identifier: MIT */
#include "core/secret/keyring.h"

#include "core/base/alloc.h"
#include "core/base/locked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *command_of(const struct keyring_place *place)
{
    return place->is_token ? "an oauth-refresh-command" : "a password command";
}

#ifdef __linux__

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Tells one thing of the kernel's refusals: not there. */
static bool is_absence(int errnum)
{
    return errnum == ENOKEY || errnum == EKEYEXPIRED || errnum == EKEYREVOKED;
}

static const char *noun_of(const struct keyring_place *place)
{
    return place->is_token ? "refresh token" : "password";
}

/* `what` could not be done with it: "kept". */
static bool refuse(struct error *e, int errnum,
                   const struct keyring_place *place, const char *what)
{
    const char *noun = noun_of(place);

    switch (errnum) {
    case ENOSYS:
    case EPERM:
    case EACCES:
        return error_set(e, ERROR_FILE,
                         "The kernel keyring cannot be used here (%s): "
                         "containers often forbid it. The %s could not be %s. "
                         "Set remember to no, or use %s.",
                         strerror(errnum), noun, what, command_of(place));
    case EDQUOT:
        return error_set(e, ERROR_FILE,
                         "The kernel keyring is full: this user has no more "
                         "room in it. The %s could not be %s.",
                         noun, what);
    default:
        return error_errno(e, ERROR_FILE, errnum,
                           "The %s could not be %s. The kernel says", noun,
                           what);
    }
}

/* A process may read what is in its own keyrings; whether the user's keyring
 * is among them depends on how the session was made. Linked into that of the
 * process, it is. */
static bool open_keyring(struct error *e, const struct keyring_place *place,
                         const char *what)
{
    if (syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
                KEY_SPEC_PROCESS_KEYRING) == 0)
        return true;
    return refuse(e, errno, place, what);
}

static char *describe(const struct keyring_place *place)
{
    return xasprintf("postseal:%s:%u:%s", place->host, place->port,
                     place->user);
}

static long find(const struct keyring_place *place)
{
    char *description = describe(place);
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user",
                       description, 0);

    free(description);
    return key;
}

/* What somebody else put there, with a NUL in it, is no password. */
static struct secret *take(const char *bytes, size_t len)
{
    return memchr(bytes, '\0', len) ? NULL : secret_new_bytes(bytes, len);
}

bool keyring_read(const struct keyring_place *place, struct secret **found,
                  struct error *e)
{
    static const char what[] = "looked up";
    long key, len, got = -1;
    char *bytes;

    *found = NULL;
    if (!open_keyring(e, place, what))
        return false;
    key = find(place);
    len = key < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, key, NULL, 0);
    if (len < 0)
        return is_absence(errno) || refuse(e, errno, place, what);
    bytes = locked_alloc((size_t)len + 1);
    got = syscall(SYS_keyctl, KEYCTL_READ, key, bytes, len);
    /* It may have been changed in between: then it is as if not there. */
    if (got >= 0 && got <= len)
        *found = take(bytes, (size_t)got);
    locked_free(bytes, (size_t)len + 1);
    return true;
}

bool keyring_store(const struct keyring_place *place,
                   const struct secret *secret, struct error *e)
{
    static const char what[] = "kept";
    char *description;
    long key;

    if (!open_keyring(e, place, what))
        return false;
    description = describe(place);
    key = syscall(SYS_add_key, "user", description, secret_text(secret),
                  secret_length(secret), KEY_SPEC_USER_KEYRING);
    free(description);
    if (key < 0)
        return refuse(e, errno, place, what);
    if (syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, KEYRING_SECONDS) == 0)
        return true;
    /* What would stay for ever is not left there. */
    refuse(e, errno, place, what);
    syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING);
    return false;
}

bool keyring_forget(const struct keyring_place *place, struct error *e)
{
    static const char what[] = "forgotten";
    long key;

    if (!open_keyring(e, place, what))
        return false;
    key = find(place);
    if (key >= 0 && syscall(SYS_keyctl, KEYCTL_REVOKE, key) == 0 &&
        syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING) == 0)
        return true;
    return is_absence(errno) || refuse(e, errno, place, what);
}

#else

static bool none_here(const struct keyring_place *place, struct error *e)
{
    return error_set(e, ERROR_FILE,
                     "This system has no kernel keyring. Set remember to no, "
                     "or use %s.",
                     command_of(place));
}

bool keyring_read(const struct keyring_place *place, struct secret **found,
                  struct error *e)
{
    *found = NULL;
    return none_here(place, e);
}

bool keyring_store(const struct keyring_place *place,
                   const struct secret *secret, struct error *e)
{
    (void)secret;
    return none_here(place, e);
}

bool keyring_forget(const struct keyring_place *place, struct error *e)
{
    return none_here(place, e);
}

#endif
