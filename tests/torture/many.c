/* SPDX-License-Identifier: MIT */
/*
 * many: many ACCOUNTS.INI CA TIMES TARGET... One process runs TIMES tests, 50
 * at once, of the targets in turn, and prints what memory it holds after a
 * tenth of them and at the end: resident, and what malloc has given out. A
 * target with a "!" before it has to fail for its certificate, any other to go
 * well. Ends with 1 when one does not, or when more than 2 MB came on top of
 * the one or 64 KB on top of the other.
 */
#include "core/base/loop.h"
#include "core/probe/probe_set.h"
#include "core/probe/workspace.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE        50
#define GROWTH_K       2048 /* pages come and go with what is free in them */
#define GROWTH_GIVEN_K 64

static size_t finished, wrong;
static char **targets;
static size_t target_count, next_target;
static bool expected[AT_ONCE]; /* of each test of a round: to go well */

static void progress(void *arg, struct probe_set *set, size_t i)
{
    const struct probe_result *result = probe_set_result(set, i);

    (void)arg;
    if (!result->finished)
        return;
    finished++;
    if (result->ok != expected[i] ||
        (!result->ok && result->reason != REASON_CERTIFICATE)) {
        if (wrong++ == 0)
            fprintf(stderr, "# %s: %s\n", result->target, result->text);
    }
}

struct held {
    long resident_k, given_k;
};

static struct held held(void)
{
    long pages = 0, skipped;
    FILE *file = fopen("/proc/self/statm", "r");
    struct held now;

    if (!file || fscanf(file, "%ld %ld", &skipped, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    now.resident_k = pages * (sysconf(_SC_PAGESIZE) / 1024);
    now.given_k = (long)(mallinfo2().uordblks / 1024);
    return now;
}

static bool round_of(struct workspace *w)
{
    const struct probe_set_options options = {.jobs = AT_ONCE};
    struct probe_set *set = probe_set_new(w, &options, progress, NULL);
    struct error e = {0};

    finished = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        const char *target = targets[next_target++ % target_count];

        expected[i] = *target != '!';
        if (!probe_set_add(set, target + !expected[i], &e)) {
            fprintf(stderr, "# %s\n", e.text);
            return false;
        }
    }
    probe_set_start(set);
    while (finished < AT_ONCE && loop_turn(w->loop, -1))
        ;
    probe_set_free(set);
    return true;
}

int main(int argc, char **argv)
{
    const struct workspace_options options = {.path = argc > 4 ? argv[1] : NULL,
                                              .ca_file = argv[2]};
    long times = argc > 4 ? strtol(argv[3], NULL, 10) : 0;
    struct held early = {0}, late;
    struct workspace w;
    struct error e = {0};

    if (times < 20 * AT_ONCE || !workspace_open(&w, &options, &e) ||
        !workspace_prepare(&w, &e)) {
        fprintf(stderr, "# cannot begin: %s\n", e.text);
        return 1;
    }
    targets = argv + 4;
    target_count = (size_t)argc - 4;
    for (long i = 0; i < times; i += AT_ONCE) {
        if (!round_of(&w))
            return 1;
        if (!early.resident_k && i >= times / 10)
            early = held();
    }
    late = held();
    workspace_close(&w);
    printf("%ld tests, %zu not as expected; after a tenth %ld KB resident, %ld "
           "KB of malloc; at the end %ld KB and %ld KB\n",
           times, wrong, early.resident_k, early.given_k, late.resident_k,
           late.given_k);
    return wrong || late.resident_k > early.resident_k + GROWTH_K ||
           late.given_k > early.given_k + GROWTH_GIVEN_K;
}
