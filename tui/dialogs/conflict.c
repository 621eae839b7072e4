/* SPDX-License-Identifier: MIT */
/*
 * conflict: accounts.ini was changed on disk in the same place as here. It
 * names both values; nothing is written until the person says whose counts.
 * What only one side changed is kept either way, but for "Only mine".
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/app_private.h"
#include "tui/dialogs/question.h"

#include <stdio.h>
#include <stdlib.h>

/* Behind each button but the first, which cancels. */
static const enum save_policy clash_policies[] = {SAVE_MINE, SAVE_THEIRS,
                                                  SAVE_ONLY_MINE};
static const enum save_policy gone_policies[] = {SAVE_ONLY_MINE};

struct state {
    struct question question; /* first: question_of_draw looks for it here */
    const enum save_policy *policies;
    void (*done)(struct app *app);
};

static void cancel(struct screen *screen)
{
    struct app *app = screen->app;

    app_pop(app);
    app_message(app, STYLE_NORMAL,
                "Not saved. Your changes are still here, the file is as it "
                "was.");
}

static void press(struct screen *screen)
{
    struct state *state = screen->state;
    struct app *app = screen->app;
    size_t button = state->question.focused;

    if (button == 0) {
        cancel(screen);
        return;
    }
    app_pop(app);
    app_save_policy(app, state->policies[button - 1], state->done);
}

static void close_conflict(struct screen *screen)
{
    struct state *state = screen->state;

    question_release(&state->question);
    free(state);
}

static const struct binding keys[] = {
    QUESTION_CHOOSE,
    {K_ENTER, 0, press, "Enter", "Do it", "press the button", NULL},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', cancel, "Esc", "Cancel", "write nothing", NULL},
    BINDING_END};

static const struct screen_ops ops = {
    .name = "Changed on disk",
    .decision = true,
    .box = true,
    .keys = keys,
    .draw = question_of_draw,
    .key = question_of_key,
    .close = close_conflict,
};

/* -- what clashes ---------------------------------------------------------- */

static char *shown(char *out, size_t size, enum setting setting,
                   const char *value)
{
    if (!value)
        snprintf(out, size, "not set");
    else if (setting_row(setting)->type == SETTING_SECRET)
        text_safe_string(out, size, value); /* "(hidden)" */
    else
        setting_show(out, size, setting, value);
    return out;
}

static void add_conflict(struct question *question, struct config *config,
                         const struct config_conflict *conflict)
{
    char name[160], theirs[200], mine[200], base[200];
    enum setting setting = conflict->setting;

    text_safe_string(
        name, sizeof(name),
        config_index(config, conflict->section, conflict->id) < 0
            ? conflict->id
            : config_label(config, conflict->section, conflict->id));
    if (setting == SET_NONE) {
        question_line(question, "  %s: edited in the file, removed by you",
                      name);
        return;
    }
    shown(mine, sizeof(mine), setting, conflict->mine);
    if (conflict->section_gone) {
        question_line(question, "  %s / %s: removed in the file, yours: %s",
                      name, setting_row(setting)->label, mine);
        return;
    }
    question_line(question, "  %s / %s", name, setting_row(setting)->label);
    question_line(question, "     in the file now: %s",
                  shown(theirs, sizeof(theirs), setting, conflict->theirs));
    question_line(question, "     in your edit:    %s  (was %s)", mine,
                  shown(base, sizeof(base), setting, conflict->base));
}

static void explain_clash(struct question *question, struct app *app,
                          const struct save_result *conflicts)
{
    static const char *const labels[] = {"Cancel", "Mine", "The file's",
                                         "Only mine", NULL};

    question_init(question, "accounts.ini changed on disk");
    question_buttons(question, labels);
    for (size_t i = 0; i < conflicts->conflict_count; i++)
        add_conflict(question, app_config(app), &conflicts->conflicts[i]);
    question_line(question, " ");
    question_line(question,
                  "Mine and The file's decide these lines only; what just one "
                  "side changed is kept. Only mine takes back everything "
                  "that others changed in the file.");
}

static void explain_gone(struct question *question)
{
    static const char *const labels[] = {"Cancel", "Write it again", NULL};

    question_init(question, "accounts.ini is gone");
    question_buttons(question, labels);
    question_line(question,
                  "The file or its folder was moved or deleted since it was "
                  "read. It can be written again as it was, with your "
                  "changes.");
}

void conflict_open(struct app *app, const struct save_result *conflicts,
                   void (*done)(struct app *app))
{
    struct state *state = xcalloc(1, sizeof(*state));
    bool gone = conflicts->conflict_count == 0;

    if (gone)
        explain_gone(&state->question);
    else
        explain_clash(&state->question, app, conflicts);
    state->policies = gone ? gone_policies : clash_policies;
    state->done = done;
    app_push(app, &ops, state);
}
