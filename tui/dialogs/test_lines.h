/* SPDX-License-Identifier: MIT */
/*
 * test_lines: the results of a test as lines to read: stages, the cause of a
 * failure, what can be done about it. Draws nothing.
 */
#ifndef POSTSEAL_TUI_DIALOGS_TEST_LINES_H
#define POSTSEAL_TUI_DIALOGS_TEST_LINES_H

#include "core/probe/name_check.h"
#include "core/probe/probe_set.h"
#include "tui/draw.h"

#define TEST_CHOICES_MAX 24

struct test_line {
    char *text;
    enum style style;
    int choice;   /* index of the choice that begins here; -1: none */
    size_t span;  /* lines that it takes */
    bool running; /* the stage at work */
};

/* Something to do about the failed result with that index in the set. */
struct test_choice {
    size_t result;
    struct cure cure;
};

struct test_lines {
    struct test_line *lines;
    size_t count;
    struct test_choice choices[TEST_CHOICES_MAX];
    size_t choice_count;
};

/* Builds all anew for a width. Results from index `brief_from` on tell their
 * good stages in one line. `checks`: the check of the server name of each
 * result, or NULL in its place. */
void test_lines_build(struct test_lines *t, const struct probe_set *set,
                      struct name_check *const *checks, int width,
                      size_t brief_from);
/* For other pages that tell of tests: starts anew; adds wrapped text behind a
 * mark; adds the stages of one result and why it failed, without cures. */
void test_lines_clear(struct test_lines *t);
void test_lines_text(struct test_lines *t, int width, enum style style,
                     const char *mark, const char *text);
void test_lines_result(struct test_lines *t, int width,
                       const struct probe_result *result, bool brief);
void test_lines_release(struct test_lines *t);

#endif
