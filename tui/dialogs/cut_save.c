/* SPDX-License-Identifier: MIT */
/*
 * cut_save: an earlier save that had to write into accounts.ini itself was cut
 * short, and the whole text it would have written is still there. Looking first
 * is the way out: nothing is written or thrown away unless a button says so.
 */
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "tui/app.h"
#include "tui/dialogs/question.h"

#include <stdio.h>
#include <stdlib.h>

enum { TAKE, LATER, DROP };

static void take(struct app *app)
{
    struct config_cut cut = {0};
    struct error e = {0};

    config_cut_found(app_config(app), &cut);
    if (!config_cut_take(app_config(app), &e))
        app_message(app, STYLE_FAULT, "%s", e.text);
    else if (cut.passwords_lost)
        app_message(app, STYLE_FAULT,
                    "accounts.ini is whole again, but for %zu password%s: type "
                    "%s again.",
                    cut.passwords_lost, cut.passwords_lost == 1 ? "" : "s",
                    cut.passwords_lost == 1 ? "it" : "them");
    else
        app_message(app, STYLE_GOOD, "accounts.ini is whole again.");
}

static void later(struct screen *screen)
{
    struct app *app = screen->app;

    app_pop(app);
    app_message(app, STYLE_NORMAL,
                "The text is kept: you are asked again at the next start.");
}

static void drop(struct app *app)
{
    struct error e = {0};

    if (config_cut_drop(app_config(app), &e))
        app_message(app, STYLE_NORMAL, "The text was thrown away.");
    else
        app_message(app, STYLE_FAULT, "%s", e.text);
}

static void press(struct screen *screen)
{
    const struct question *question = screen->state;
    struct app *app = screen->app;
    size_t focused = question->focused;

    if (focused == LATER) {
        later(screen);
        return;
    }
    app_pop(app);
    if (focused == TAKE)
        take(app);
    else
        drop(app);
}

static const struct binding keys[] = {
    QUESTION_CHOOSE,
    {K_ENTER, 0, press, "Enter", "Do it", "press the button", NULL},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', later, "Esc", "Not now", "decide later", NULL},
    BINDING_END};

static const struct screen_ops ops =
    QUESTION_SCREEN("A save that was cut short");

void cut_save_open(struct app *app, const struct config_cut *cut)
{
    static const char *const labels[] = {"Write it whole", "Not now",
                                         "Throw away", NULL};
    static const char *const unreadable[] = {"Write it whole", "Not now", NULL};
    struct question *question = xcalloc(1, sizeof(*question));
    char date[DATE_SIZE], time_of_day[8];

    question_init(question, "A save that was cut short");
    question_buttons(question, cut->unreadable ? unreadable : labels);
    date_format(date, (time_t)cut->written);
    clock_format(time_of_day, (time_t)cut->written);
    question_line(question,
                  "The save of accounts.ini on %s at %s did not come to its "
                  "end. The whole text that it would have written is kept.",
                  date, time_of_day);
    if (cut->unreadable)
        question_line(question, "The file itself cannot be read any more, so "
                                "what you see is that text.");
    if (cut->changed_since)
        question_line(question,
                      "The file was changed again since then: writing the text "
                      "undoes that.");
    if (cut->passwords_lost)
        question_line(question,
                      "Of %zu password%s in it nothing is left: copies never "
                      "hold one.",
                      cut->passwords_lost, cut->passwords_lost == 1 ? "" : "s");
    app_push(app, &ops, question);
}
