/* SPDX-License-Identifier: MIT */
/*
 * recovery: an earlier session ended by a dropped line and left unsaved
 * changes. Taking them in is the safe button: they are staged, marked, and can
 * be taken back one by one.
 */
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "tui/app.h"
#include "tui/dialogs/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAKE, DROP };

static void take(struct screen *screen)
{
    struct app *app = screen->app;
    struct error e = {0};
    size_t count;

    app_pop(app);
    if (!config_recovery_take(app_config(app), &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    count = app_unsaved(app);
    app_message(app, STYLE_NORMAL,
                "%zu change%s taken in, marked *. Passwords are never kept: "
                "type them again.",
                count, count == 1 ? " was" : "s were");
}

static void drop(struct screen *screen)
{
    struct app *app = screen->app;
    struct error e = {0};

    app_pop(app);
    if (config_recovery_drop(app_config(app), &e))
        app_message(app, STYLE_NORMAL, "The old changes were thrown away.");
    else
        app_message(app, STYLE_FAULT, "%s", e.text);
}

static void press(struct screen *screen)
{
    struct question *question = screen->state;

    if (question->focused == DROP)
        drop(screen);
    else
        take(screen);
}

static const struct binding keys[] = {
    QUESTION_CHOOSE,
    {K_ENTER, 0, press, "Enter", "Do it", "press the button", NULL},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', take, "Esc", "Take them in", "take the changes in", NULL},
    BINDING_END};

static const struct screen_ops ops = QUESTION_SCREEN("Unsaved changes");

void recovery_open(struct app *app, size_t changes, int64_t written)
{
    static const char *const labels[] = {"Take them in", "Throw away", NULL};
    struct question *question = xcalloc(1, sizeof(*question));
    char date[DATE_SIZE], time_of_day[8];

    question_init(question, "Unsaved changes of an earlier session");
    question_buttons(question, labels);
    date_format(date, (time_t)written);
    clock_format(time_of_day, (time_t)written);
    question_line(question,
                  "The line dropped on %s at %s before %zu change%s saved.",
                  date, time_of_day, changes, changes == 1 ? " was" : "s were");
    question_line(question,
                  "Taken in, they are unsaved changes again: marked *, listed "
                  "before leaving, taken back with u.");
    app_push(app, &ops, question);
}
