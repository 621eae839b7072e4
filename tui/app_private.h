/* SPDX-License-Identifier: MIT */
/* app_private: what the files of app share. */
#ifndef POSTSEAL_TUI_APP_PRIVATE_H
#define POSTSEAL_TUI_APP_PRIVATE_H

#include "core/base/loop.h"
#include "tui/app.h"
#include "tui/tui.h"
#include "tui/widgets/lineedit.h"

#define DIALOG_MAX 24 /* on top of one another */
#define MIN_COLS   40
#define MIN_ROWS   12

/* One call of app_test(). */
struct run {
    struct probe_set *set;
    struct run *next;
    bool finished;
    /* Typed, and to stand in accounts.ini once it has worked. */
    struct secret *store;
    size_t store_index;
};

struct app {
    struct workspace *workspace;
    struct screen panels[PANEL_COUNT];
    enum panel panel;
    struct screen *dialogs[DIALOG_MAX];
    size_t dialog_count;
    /* Closed, but perhaps still in one of their own handlers. */
    struct screen *dead[2 * DIALOG_MAX];
    size_t dead_count;
    char *account, *smtp;
    int account_place, smtp_place; /* where they stood, should they vanish */
    enum setting focus;
    bool focus_edit;
    unsigned fresh; /* mask of enum section: a new one is wanted */
    enum style message_style;
    char message[1024];
    struct setup_draft *setup_draft; /* NULL: nothing was typed yet */
    bool dirty, leaving, gone;
    bool lent; /* the terminal, to a password command */
    struct loop_watch *input;
    int status;
    int silent_turns; /* input was announced, but no key came */
    int64_t deaf_until;
    bool quit_twice; /* q was pressed once on a terminal that is too small */
    /* `/` */
    bool finding;
    struct lineedit needle;
    /* tests */
    struct run *runs, *dead_runs;
    char **asked_targets; /* waiting for the answer about commands */
    size_t asked_count;
    bool commands_asked;
    /* saving */
    struct loop_timer *save_timer, *look_timer;
    int save_tries;
    void (*saved)(struct app *app);
    bool told_changed;
};

/* -- app.c ----------------------------------------------------------------- */

struct screen *app_top(struct app *app);
/* The screen that is drawn first: the top one, or what its box lies over. */
size_t app_first_drawn(struct app *app);
struct screen *app_screen_at(struct app *app, size_t i); /* 0: the panel */
void app_close_dialogs(struct app *app);
void app_bury(struct app *app);
void app_tick(struct app *app);
bool app_has_dialog(struct app *app);

/* -- app_frame.c ----------------------------------------------------------- */

void app_draw(struct app *app);
struct area app_body_area(struct app *app);
bool app_too_small(void);

/* -- app_input.c ----------------------------------------------------------- */

void app_key(struct app *app, int key);
/* The bindings that hold everywhere, for key line and help. */
extern const struct binding app_keys[];

/* -- app_results.c --------------------------------------------------------- */

/* What a run knows of a target; NULL: it has none of that name. */
const struct probe_result *app_run_result(const struct run *run,
                                          const char *target);
/* The server that a target names, as the settings stand. */
bool app_server_of(struct app *app, const char *target, struct server *out);

/* -- app_tests.c ----------------------------------------------------------- */

bool app_tests_running(struct app *app);
void app_free_runs(struct app *app);
void app_bury_runs(struct app *app);
/* Asks for a password that a test waits for, when its screen is on top. */
void app_ask(struct app *app);

/* -- app_save.c ------------------------------------------------------------ */

void app_watch_file(struct app *app);
void app_save_policy(struct app *app, enum save_policy policy,
                     void (*done)(struct app *app));
/* "~/.config/postseal/accounts.ini" */
char *app_path_shown(struct app *app, char *out, size_t size);
/* What an earlier session left. */
void app_start_questions(struct app *app);
/* What is wrong at the start. Reads the whole file, so the first screen goes
 * before it. */
void app_start_messages(struct app *app);

#endif
