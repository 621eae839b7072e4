/* SPDX-License-Identifier: MIT */
/*
 * confirm: a question with buttons, for example whether to delete an account.
 * It lists the very things it is about. The first button is the safe one: it
 * has the focus, and Escape presses it.
 */
#include "core/base/alloc.h"
#include "tui/app.h"
#include "tui/dialogs/question.h"

#include <stdlib.h>

struct state {
    struct question question; /* first: question_of_draw looks for it here */
    void (*chosen)(struct app *app, size_t button, void *arg);
    void *arg;
    bool answered;
};

static void answer(struct screen *screen, size_t button)
{
    struct state *state = screen->state;
    struct app *app = screen->app;

    state->answered = true;
    app_pop(app);
    state->chosen(app, button, state->arg);
}

static void press(struct screen *screen)
{
    struct state *state = screen->state;

    answer(screen, state->question.focused);
}

static void press_safe(struct screen *screen)
{
    answer(screen, 0);
}

static void close_confirm(struct screen *screen)
{
    struct state *state = screen->state;

    question_release(&state->question);
    /* The screens end around it: whoever asked still has `arg` to free. */
    if (!state->answered && state->arg)
        state->chosen(screen->app, 0, state->arg);
    free(state);
}

static const struct binding keys[] = {
    QUESTION_CHOOSE,
    {K_ENTER, 0, press, "Enter", "Do it", "press the button", NULL},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', press_safe, "Esc", "Back", "press the safe button", NULL},
    BINDING_END};

static const struct screen_ops ops = {
    .name = "Question",
    .decision = true,
    .box = true,
    .keys = keys,
    .draw = question_of_draw,
    .key = question_of_key,
    .close = close_confirm,
};

void confirm_open(struct app *app, const char *title, const char *const *lines,
                  size_t line_count, const char *const *buttons,
                  size_t button_count,
                  void (*chosen)(struct app *app, size_t button, void *arg),
                  void *arg)
{
    const char *labels[QUESTION_BUTTONS + 1] = {NULL};
    struct state *state = xcalloc(1, sizeof(*state));

    question_init(&state->question, title);
    for (size_t i = 0; i < line_count; i++)
        question_line(&state->question, "%s", lines[i]);
    for (size_t i = 0; i < button_count && i < QUESTION_BUTTONS; i++)
        labels[i] = buttons[i];
    question_buttons(&state->question, labels);
    state->chosen = chosen;
    state->arg = arg;
    app_push(app, &ops, state);
}
