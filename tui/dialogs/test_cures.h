/* SPDX-License-Identifier: MIT */
/*
 * test_cures: doing something about a test that failed. What is done on a
 * screen opens there; a setting is staged, never saved.
 */
#ifndef POSTSEAL_TUI_DIALOGS_TEST_CURES_H
#define POSTSEAL_TUI_DIALOGS_TEST_CURES_H

#include "tui/app.h"
#include "tui/dialogs/test_lines.h"

/* Does what the choice says about its result in the set. */
void test_cure(struct app *app, struct probe_set *set,
               const struct test_choice *choice);
/* The targets of the set again. */
void test_again(struct app *app, const struct probe_set *set);
/* Each says in the message row when there is nothing to do about the result,
 * which may be NULL. */
void test_view(struct app *app, const struct probe_result *result);
void test_except(struct app *app, const struct probe_result *result);
void test_trust_authority(struct app *app, const struct probe_result *result);
void test_write_to_operator(struct app *app, const struct probe_result *result);

#endif
