/* SPDX-License-Identifier: MIT */
/*
 * app: the screen stack, the frame around it, the keyboard, and what all
 * places share: the workspace, the selected account, running tests, messages.
 * The bottom of the stack is always one of the four panels. Their screens live
 * as long as the app; a panel's state is NULL at first, so it allocates it on
 * first use, and frees it in ops->close.
 *
 * Frame: row 1 panels and unsaved count; row 2 rule; body; hint row; message
 * row; rule; key line.
 */
#ifndef POSTSEAL_TUI_APP_H
#define POSTSEAL_TUI_APP_H

#include "core/probe/probe_set.h"
#include "tui/screen.h"

enum panel {
    PANEL_ACCOUNTS,
    PANEL_SERVER,
    PANEL_OUTGOING,
    PANEL_CERTIFICATES,
    PANEL_COUNT
};

struct app;

struct workspace *app_workspace(struct app *app);
struct config *app_config(struct app *app);
struct loop *app_loop(struct app *app);
time_t app_wall(struct app *app);

/* -- where we are ---------------------------------------------------------- */

/* Opens a screen on top. The app owns it from now on; `state` is freed by its
 * ops->close. */
void app_push(struct app *app, const struct screen_ops *ops, void *state);
/* Closes the top screen (not a panel). May be called from its own handlers:
 * it is freed when the handler has returned. */
void app_pop(struct app *app);
bool app_is_top(struct app *app, const struct screen *screen);
/* Closes all dialogs and shows a panel. */
void app_panel(struct app *app, enum panel panel);
/* Closes all dialogs, shows the panel that holds the setting, selects the
 * account or server, and puts the cursor into its field (in edit mode when
 * `edit`). The cure of a failure ends here. */
void app_goto_setting(struct app *app, enum section section, const char *id,
                      enum setting setting, bool edit);
/* The same for a field of the server that a test target names ("work/incoming",
 * "work/outgoing", "smtp:relay"). */
void app_goto_target(struct app *app, const char *target, enum setting setting,
                     bool edit);
/* What app_goto_setting() asked a panel to focus, once; SET_NONE: nothing. */
enum setting app_take_focus(struct app *app, bool *edit);

/* Shows the panel for a section of that kind, which opens its form for a new
 * one; the panel takes the wish with app_take_new(), once. */
void app_new_section(struct app *app, enum section section);
bool app_take_new(struct app *app, enum section section);

/* What was typed of an account that is being looked for (setup_dialog.h): it
 * outlives its dialogs and their panels. */
struct setup_draft *app_setup_draft(struct app *app);

/* The selected account ("" when there is none) and outgoing server, the same
 * in all panels. */
const char *app_account(struct app *app);
void app_select_account(struct app *app, const char *id);
const char *app_smtp(struct app *app);
void app_select_smtp(struct app *app, const char *id);

/* -- messages -------------------------------------------------------------- */

/* The message row; stays until the next key. */
void app_message(struct app *app, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Marks the screen for a redraw (done after every key and callback anyway). */
void app_redraw(struct app *app);
/* The text of the last K_PASTE, already reduced to one line. */
const char *app_pasted(const struct app *app);
/* Changes that are not saved. */
size_t app_unsaved(struct app *app);
/* The cells that lists and forms may use for remarks depend on the width; at
 * least 15 rows of body leave room for details under a list. */
#define DETAIL_ROWS 15
/* True when there is room for the wide layouts. */
bool app_is_wide(const struct app *app);

/* -- saving and leaving ---------------------------------------------------- */

/* Saves; opens the conflict dialog where it must, puts the cursor on a wrong
 * field ("1 to fix"), waits for a lock by a timer. `done` (may be NULL) is
 * called once the file is written. */
void app_save(struct app *app, void (*done)(struct app *app));
/* Reads the file again, keeping what is not saved. */
void app_read_again(struct app *app);
/* Takes back the last change anywhere. */
void app_undo(struct app *app);
/* Leaves; asks when something is unsaved. */
void app_quit(struct app *app);
void app_leave_now(struct app *app); /* without asking */

/* -- tests ----------------------------------------------------------------- */

/* Ends every running test with reason "cancelled" (Ctrl-C, Escape). */
void app_cancel_tests(struct app *app);
/* Starts testing the targets (see probe_set_add) with the settings as they
 * stand on the screen, unsaved ones included, closes all dialogs and opens the
 * test screen. A test of the same targets that still runs ends. */
void app_test(struct app *app, const char *const *targets, size_t count);
/* The person's answer to a test that waits for a password: NULL: none. */
enum keep_password { KEEP_NOWHERE, KEEP_IN_KEYRING, KEEP_IN_FILE, KEEP_PLACES };
void app_answer(struct app *app, struct probe_set *set, size_t index,
                struct secret *typed, enum keep_password keep);
/* What is known about the last test of a target, in this session or an earlier
 * one, as long as host and port are still the same. */
struct test_state {
    enum { TEST_NEVER, TEST_RUNNING, TEST_OK, TEST_FAILED } kind;
    enum reason reason;  /* TEST_FAILED */
    size_t done, stages; /* steps ended, of how many */
    int64_t elapsed_ms;
    time_t when;
};
void app_test_state(struct app *app, const char *target,
                    struct test_state *state);
/* "OK  16:02", "FAIL cert", "never", "3 of 11". */
char *test_state_show(struct app *app, const struct test_state *state,
                      char *out, size_t size, enum style *style);
/* The latest result of a target in this session, running or finished; NULL. */
const struct probe_result *app_result(struct app *app, const char *target);
/* The same, but NULL when the settings name another server meanwhile. */
const struct probe_result *app_current_result(struct app *app,
                                              const char *target);
/* Both at once. */
char *app_last_test(struct app *app, const char *target, char *out, size_t size,
                    enum style *style);
/* "proven by ..., 61 days left" or "EXCEPTION you made: ..." of a target. */
char *app_trust_line(struct app *app, const char *target, char *out,
                     size_t size);

/* -- the places, each in a file of its own --------------------------------- */

extern const struct screen_ops accounts_panel, server_panel, outgoing_panel,
    certificates_panel;

/* Dialogs. Texts are copied. */
/* Shows a set that the app owns, starts and listens to; it stays valid while
 * the screen is open, and the test goes on when the screen closes. Progress
 * comes as ops->tick. */
void test_open(struct app *app, struct probe_set *set);
/* The set that a test screen, or its log, shows; NULL for any other screen. */
struct probe_set *test_set(const struct screen *screen);
/* Asks for the password that a test waits for; gives app_answer(). */
void password_open(struct app *app, struct probe_set *set,
                   const struct probe_set_question *question);
/* The result must live as long as the dialog: it is copied. */
void add_exception_open(struct app *app, const struct probe_result *result);
/* Asks for a location (URL or host:port) first, fetches, then the dialog. */
void add_exception_ask(struct app *app);
/* Whether to trust the private root that a server sent; the result is copied.
 * See probe_private_root(). */
void trust_authority_open(struct app *app, const struct probe_result *result);
/* Asks for a file of exceptions, asks the servers, shows what would be taken.
 */
void exception_import_ask(struct app *app);
/* Asks for a new file, and whether that one or all go into it. */
void exception_export_ask(struct app *app, const struct exception *exception);
/* Asks for a program and a file, shows what would change there, writes it. */
void export_accounts_ask(struct app *app);
/* Asks for a program and its file, shows what would be taken out of it, stages
 * that. */
void import_accounts_ask(struct app *app);
/* A text about the result to send to the server's operator. Copied. */
void operator_open(struct app *app, const struct probe_result *result);
void changed_open(struct app *app, const struct probe_result *result);
void cert_view_open(struct app *app, const char *title,
                    const struct verdict *verdict, const char *remark);
void cert_view_open_single(struct app *app, const char *title,
                           const struct cert *cert, const char *remark);
/* The code and the address of an OAuth authorization that is under way. */
void permit_open(struct app *app);
bool permit_is_open(const struct screen *screen);
void help_open(struct app *app, const struct screen *about);
void leave_open(struct app *app);
void conflict_open(struct app *app, const struct save_result *conflicts,
                   void (*done)(struct app *app));
void recovery_open(struct app *app, size_t changes, int64_t written);
/* A save in place was cut short: whether the whole text is to be written. */
void cut_save_open(struct app *app, const struct config_cut *cut);
/* A question with buttons; the first is the safe one and has the focus. */
void confirm_open(struct app *app, const char *title, const char *const *lines,
                  size_t line_count, const char *const *buttons,
                  size_t button_count,
                  void (*chosen)(struct app *app, size_t button, void *arg),
                  void *arg);

#endif
