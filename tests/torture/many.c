/* SPDX-License-Identifier: MIT */
/*
 * many: many ACCOUNTS.INI CA URL TIMES. One process tests the server TIMES
 * times, 50 at once, and prints what memory it holds after a tenth and at the
 * end. Ends with 1 when a test failed or more than 2 MB came on top.
 */
#include "core/base/loop.h"
#include "core/probe/probe_set.h"
#include "core/probe/workspace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE  50
#define GROWTH_K 2048

static size_t finished, failed;

static void progress(void *arg, struct probe_set *set, size_t i)
{
    const struct probe_result *result = probe_set_result(set, i);

    (void)arg;
    if (!result->finished)
        return;
    finished++;
    failed += !result->ok;
}

static long resident_k(void)
{
    long pages = 0, skipped;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%ld %ld", &skipped, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool round_of(struct workspace *w, const char *url)
{
    const struct probe_set_options options = {.purpose = PROBE_NO_LOGIN,
                                              .jobs = AT_ONCE};
    struct probe_set *set = probe_set_new(w, &options, progress, NULL);
    struct error e = {0};

    finished = 0;
    for (int i = 0; i < AT_ONCE; i++)
        if (!probe_set_add(set, url, &e)) {
            fprintf(stderr, "# %s\n", e.text);
            return false;
        }
    probe_set_start(set);
    while (finished < AT_ONCE && loop_turn(w->loop, -1))
        ;
    probe_set_free(set);
    return true;
}

int main(int argc, char **argv)
{
    const struct workspace_options options = {
        .path = argc == 5 ? argv[1] : NULL, .ca_file = argv[2]};
    long times = argc == 5 ? strtol(argv[4], NULL, 10) : 0, early = 0, late;
    struct workspace w;
    struct error e = {0};

    if (times < 10 * AT_ONCE || !workspace_open(&w, &options, &e) ||
        !workspace_prepare(&w, &e)) {
        fprintf(stderr, "# cannot begin: %s\n", e.text);
        return 1;
    }
    for (long i = 0; i < times; i += AT_ONCE) {
        if (!round_of(&w, argv[3]))
            return 1;
        if (!early && i >= times / 10)
            early = resident_k();
    }
    late = resident_k();
    workspace_close(&w);
    printf("%ld tests, %zu failed, %ld KB after a tenth, %ld KB at the end\n",
           times, failed, early, late);
    return failed || late > early + GROWTH_K;
}
