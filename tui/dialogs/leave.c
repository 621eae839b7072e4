/* SPDX-License-Identifier: MIT */
/*
 * leave: quitting with unsaved changes. It lists every one of them; staying is
 * the safe button.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/app.h"
#include "tui/dialogs/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STAY, SAVE, DISCARD };

static void save_and_quit(struct screen *screen)
{
    struct app *app = screen->app;

    app_pop(app);
    app_save(app, app_leave_now);
}

static void stay(struct screen *screen)
{
    app_pop(screen->app);
}

static void press(struct screen *screen)
{
    struct question *question = screen->state;

    if (question->focused == SAVE) {
        save_and_quit(screen);
    } else if (question->focused == DISCARD) {
        config_discard(app_config(screen->app));
        app_leave_now(screen->app);
    } else {
        stay(screen);
    }
}

static const struct binding keys[] = {
    QUESTION_CHOOSE,
    {K_ENTER, 0, press, "Enter", "Do it", "press the button", NULL},
    {'s', K_CTRL('S'), save_and_quit, "s", "Save and quit", "save and quit",
     NULL},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', stay, "Esc", "Stay", "stay; nothing is lost", NULL},
    BINDING_END};

static const struct screen_ops ops = QUESTION_SCREEN("Leave");

/* -- what is not saved ----------------------------------------------------- */

static char *quoted(char *out, size_t size, enum setting setting,
                    const char *value)
{
    enum setting_type type = setting_row(setting)->type;
    char shown[300];

    if (!value) {
        snprintf(out, size, "not set");
        return out;
    }
    if (type == SETTING_SECRET)
        text_safe_string(shown, sizeof(shown), value); /* "(hidden)" */
    else
        setting_show(shown, sizeof(shown), setting, value);
    snprintf(out, size,
             type == SETTING_NUMBER || type == SETTING_CHOICE ||
                     type == SETTING_YES_NO || type == SETTING_SECRET
                 ? "%s"
                 : "\"%s\"",
             shown);
    return out;
}

static void add_change(struct question *question, struct config *config,
                       const struct config_change *change)
{
    char name[160], old_value[310], new_value[310], label[200];

    text_safe_string(name, sizeof(name),
                     change->kind == CHANGE_REMOVE
                         ? change->id
                         : config_label(config, change->section, change->id));
    if (change->kind != CHANGE_SET) {
        question_line(question, "  %s is %s", *name ? name : change->id,
                      change->kind == CHANGE_ADD ? "new" : "removed");
        return;
    }
    snprintf(label, sizeof(label), "%s%s / %s",
             *name ? name : section_word(change->section),
             change->section == SECTION_SMTP ? " smtp" : "",
             setting_row(change->setting)->label);
    question_line(question, "  %-20s  %s  ->  %s", label,
                  quoted(old_value, sizeof(old_value), change->setting,
                         change->old_value),
                  quoted(new_value, sizeof(new_value), change->setting,
                         change->new_value));
}

/* More than that nobody reads one by one. */
#define LISTED 500

void leave_open(struct app *app)
{
    struct config *config = app_config(app);
    size_t count = config_change_count(config);
    struct question *question = xcalloc(1, sizeof(*question));
    struct config_change change;
    char title[80], discard[64];
    const char *labels[] = {"Stay", "Save and quit", discard, NULL};

    snprintf(title, sizeof(title), "Leave with %zu unsaved change%s?", count,
             count == 1 ? "" : "s");
    snprintf(discard, sizeof(discard), "Discard %zu change%s", count,
             count == 1 ? "" : "s");
    question_init(question, title);
    question_buttons(question, labels);
    for (size_t i = 0; i < count && i < LISTED; i++)
        if (config_change_at(config, i, &change))
            add_change(question, config, &change);
    if (count > LISTED)
        question_line(question, "  ... and %zu more", count - LISTED);
    app_push(app, &ops, question);
}
