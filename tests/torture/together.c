/* SPDX-License-Identifier: MIT */
/*
 * together: together FILE STOP. A person's editor that replaces the file until
 * STOP is there: it reads it, raises the number in the line "; turn N", writes
 * another file and puts it in its place, unless the file has changed since. It
 * looks as carefully as postseal, by exchanging both: an edit that a careless
 * editor overwrites would say nothing about us. Each time it looks whether its
 * line is still as it left it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 65536

static char text[TEXT_MAX], made[TEXT_MAX + 100];

static long read_turn(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    const char *at;

    if (len < 0 || fstat(fd, st) != 0)
        exit(2);
    close(fd);
    text[len] = '\0';
    at = strstr(text, "; turn ");
    return at ? strtol(at + 7, NULL, 10) : -1;
}

static int write_turn(const char *path, long turn, const struct stat *seen)
{
    char temp[4096];
    const char *at = strstr(text, "; turn "), *end = strchr(at, '\n');
    struct stat out, mine;
    FILE *file;

    snprintf(temp, sizeof(temp), "%s.editor", path);
    snprintf(made, sizeof(made), "%.*s; turn %ld%s", (int)(at - text), text,
             turn, end);
    file = fopen(temp, "w");
    if (!file || fputs(made, file) < 0 || fclose(file) != 0)
        exit(2);
    chmod(temp, 0600);
    stat(temp, &mine);
    renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_EXCHANGE);
    stat(temp, &out);
    if (out.st_ino == seen->st_ino &&
        out.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
        out.st_mtim.tv_nsec == seen->st_mtim.tv_nsec) {
        unlink(temp); /* never written into: somebody may be reading it */
        return 1;
    }
    renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_EXCHANGE);
    if (stat(temp, &out) == 0 && out.st_ino != mine.st_ino)
        rename(temp, path); /* a newer one came while ours was there */
    else
        unlink(temp);
    return 0;
}

int main(int argc, char **argv)
{
    long edits = 0, lost = 0, turn = 0;

    while (argc == 3 && access(argv[2], F_OK) != 0) {
        struct timespec nap = {0, rand() % 20000000};
        struct stat st;
        long found = read_turn(argv[1], &st);

        if (found != turn) {
            lost++;
            turn = found;
        }
        if (write_turn(argv[1], turn + 1, &st)) {
            turn++;
            edits++;
        }
        nanosleep(&nap, NULL);
    }
    printf("%ld edits, %ld taken away\n", edits, lost);
    return lost != 0 || edits == 0;
}
