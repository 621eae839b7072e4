/* SPDX-License-Identifier: MIT */
/*
 * typist COLUMNSxROWS [KEY...] -- COMMAND...: runs a program of screens in a
 * terminal of its own and tells how many bytes it writes: a line "start BYTES
 * MS CPU" for the first screen, then one "KEY BYTES MS CPU" for each key, and
 * at last "end STATUS MAXRSS", in kB.
 *
 * A screen is there when something has come and then nothing for QUIET_MS; MS
 * is the time of the last byte, CPU the microseconds of processor time that the
 * program took. KEY: up, down, home, end, enter, esc, idle (no key, two
 * seconds), or any letters. In the end it hangs up. A program that goes on for
 * a minute is killed.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 300
#define FIRST_MS 10000 /* until the program must have said something */
#define KEY_MS   2000  /* the same for a key, which may well say nothing */
#define IDLE_MS  2000
#define WHOLE_S  60 /* then it is killed, whatever it does */

static const struct {
    const char *name, *bytes;
} keys[] = {
    {"up", "\x1bOA"}, {"down", "\x1bOB"}, {"home", "\x1bOH"}, {"end", "\x1bOF"},
    {"enter", "\r"},  {"esc", "\x1b"},    {"idle", ""},
};

static volatile pid_t child;

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Processor time of the program so far, in microseconds. */
static long long processor(void)
{
    char path[64];
    long long ns = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)child);
    file = fopen(path, "r");
    if (file && fscanf(file, "%lld", &ns) != 1)
        ns = 0;
    if (file)
        fclose(file);
    return ns / 1000;
}

/* Counts until it is quiet. Terminal questions are not answered. */
static void count(int fd, const char *name, int64_t began, int first_ms)
{
    size_t total = 0;
    int64_t last = began;
    static long long before;
    long long used;
    struct pollfd p = {.fd = fd, .events = POLLIN};

    while (poll(&p, 1, total ? QUIET_MS : first_ms) > 0) {
        char bytes[65536];
        ssize_t n = read(fd, bytes, sizeof(bytes));

        if (n <= 0)
            break;
        total += (size_t)n;
        last = now();
    }
    used = processor();
    printf("%s %zu %.1f %lld\n", name, total, (double)(last - began) / 1000,
           used - before);
    before = used;
}

static void press(int fd, const char *name)
{
    const char *bytes = name;
    bool idle = strcmp(name, "idle") == 0;
    int64_t began = now();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i].name, name) == 0)
            bytes = keys[i].bytes;
    if (write(fd, bytes, strlen(bytes)) < 0)
        return;
    count(fd, name, began, idle ? IDLE_MS : KEY_MS);
}

static void too_long(int signo)
{
    (void)signo;
    kill(child, SIGKILL);
}

int main(int argc, char **argv)
{
    struct winsize size = {0};
    int keys_end = 2, fd, status = 0;
    struct rusage usage;
    int64_t began;

    while (keys_end < argc && strcmp(argv[keys_end], "--") != 0)
        keys_end++;
    if (keys_end + 1 >= argc ||
        sscanf(argv[1], "%hux%hu", &size.ws_col, &size.ws_row) != 2) {
        fputs("usage: typist COLUMNSxROWS [KEY...] -- COMMAND...\n", stderr);
        return 2;
    }
    began = now();
    child = forkpty(&fd, NULL, NULL, &size);
    if (child < 0)
        return 1;
    if (child == 0) {
        execvp(argv[keys_end + 1], argv + keys_end + 1);
        _exit(127);
    }
    signal(SIGALRM, too_long);
    alarm(WHOLE_S);
    count(fd, "start", began, FIRST_MS);
    for (int i = 2; i < keys_end; i++)
        press(fd, argv[i]);
    close(fd);
    kill(child, SIGHUP);
    alarm(2); /* some ignore that */
    wait4(child, &status, 0, &usage);
    printf("end %d %ld\n", status, usage.ru_maxrss);
    return 0;
}
