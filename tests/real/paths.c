/* SPDX-License-Identifier: MIT */
/*
 * paths: preloaded into a server that was unpacked instead of installed. Some
 * of Dovecot's paths are compiled in; those that begin with /usr/lib/dovecot or
 * /usr/bin/doveconf are led into the folder SERVERS_ROOT. Exim demands a user
 * and a group Debian-exim; SERVERS_USER and SERVERS_GROUP stand in for them.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *lead(const char *path, char room[4096])
{
    static const char *const ours[] = {"/usr/lib/dovecot", "/usr/bin/doveconf"};
    const char *root = getenv("SERVERS_ROOT");

    for (size_t i = 0; root && path && i < 2; i++)
        if (strncmp(path, ours[i], strlen(ours[i])) == 0 &&
            snprintf(room, 4096, "%s%s", root, path) < 4096)
            return room;
    return path;
}

/* dlsym() gives an object pointer; ISO C has no cast to a function pointer. */
static void next(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(function, &symbol, sizeof(symbol));
}

static const char *stand_in(const char *name, const char *variable)
{
    const char *other = getenv(variable);

    return other && strcmp(name, "Debian-exim") == 0 ? other : name;
}

struct passwd *getpwnam(const char *name)
{
    struct passwd *(*real)(const char *);

    next("getpwnam", &real);
    return real(stand_in(name, "SERVERS_USER"));
}

struct group *getgrnam(const char *name)
{
    struct group *(*real)(const char *);

    next("getgrnam", &real);
    return real(stand_in(name, "SERVERS_GROUP"));
}

DIR *opendir(const char *path)
{
    DIR *(*real)(const char *);
    char room[4096];

    next("opendir", &real);
    return real(lead(path, room));
}

void *dlopen(const char *path, int flags)
{
    void *(*real)(const char *, int);
    char room[4096];

    next("dlopen", &real);
    return real(lead(path, room), flags);
}

int stat(const char *restrict path, struct stat *restrict out)
{
    int (*real)(const char *, struct stat *);
    char room[4096];

    next("stat", &real);
    return real(lead(path, room), out);
}

int access(const char *path, int mode)
{
    int (*real)(const char *, int);
    char room[4096];

    next("access", &real);
    return real(lead(path, room), mode);
}

int execv(const char *path, char *const argv[])
{
    int (*real)(const char *, char *const[]);
    char room[4096];

    next("execv", &real);
    return real(lead(path, room), argv);
}
