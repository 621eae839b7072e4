/* SPDX-License-Identifier: MIT */
/* test_log: the log of a test, and the report that is written of it. */
#ifndef POSTSEAL_TUI_DIALOGS_TEST_LOG_H
#define POSTSEAL_TUI_DIALOGS_TEST_LOG_H

#include "tui/app.h"

/* Shows the log of one test of the set, running or not. Valid above a test
 * screen, which keeps the set. */
void test_log_open(struct app *app, struct probe_set *set, size_t index);
/* The set that a log screen shows; NULL for any other screen. */
struct probe_set *test_log_set(const struct screen *screen);
/* Asks for a new file, for the report of all tests of the set as they are
 * now. */
void test_report_ask(struct app *app, const struct probe_set *set);

#endif
