/* SPDX-License-Identifier: MIT */
/*
 * test_log: what was said in a test, as it is said, without secrets. `w` writes
 * it, with the stages and their sentences, to a file for whoever is asked for
 * help.
 */
#include "tui/dialogs/test_log.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"
#include "tui/widgets/scroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct scroll scroll;
    struct probe_set *set;
    size_t index; /* of the test */
    size_t told;  /* log lines and left out ones that were laid out */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

static const struct probe_result *result_of(const struct state *s)
{
    return probe_set_result(s->set, s->index);
}

/* -- drawing --------------------------------------------------------------- */

static void lay_out(struct state *s, int width)
{
    const struct probe_log *log = &result_of(s)->log;
    char line[PROBE_LOG_TEXT + 64];

    if (s->told != log->count + log->left_out)
        s->scroll.width = 0; /* anew, at the same place */
    if (!scroll_begin(&s->scroll, width))
        return;
    s->told = log->count + log->left_out;
    for (size_t i = 0; i < probe_log_lines(log); i++)
        scroll_add(&s->scroll, probe_log_line(log, i, line, sizeof(line)),
                   width);
    if (!s->scroll.count)
        scroll_add(&s->scroll, "Nothing was said yet.", width);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    lay_out(s, body.width);
    if (!s->scroll.moved && !result_of(s)->finished)
        scroll_to_end(&s->scroll);
    scroll_draw(&s->scroll, body, NULL);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    char safe[200];

    snprintf(left, left_size, "Log: %s",
             text_safe_string(safe, sizeof(safe), result_of(s)->target));
    scroll_place(&s->scroll, right, right_size);
}

/* -- what the person does -------------------------------------------------- */

/* The incoming server's, the outgoing one's. */
static void next(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->index = (s->index + 1) % probe_set_count(s->set);
    scroll_reset(&s->scroll);
}

static bool has_several(const struct screen *screen)
{
    return probe_set_count(state_of(screen)->set) > 1;
}

static void write_it(struct screen *screen)
{
    test_report_ask(screen->app, state_of(screen)->set);
}

static void leave(struct screen *screen)
{
    app_pop(screen->app);
}

static void close_screen(struct screen *screen)
{
    scroll_release(&state_of(screen)->scroll);
    free(state_of(screen));
}

static const struct binding keys[] = {
    SCROLL_KEYS,
    {'n', 0, next, "n", "Next", "The log of the next server.", has_several},
    {'w', 0, write_it, "w", "Write report",
     "Write what was said, and the result, to a file.", NULL},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Back to the test.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Log of a test",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .close = close_screen};

struct probe_set *test_log_set(const struct screen *screen)
{
    return screen->ops == &ops ? state_of(screen)->set : NULL;
}

void test_log_open(struct app *app, struct probe_set *set, size_t index)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->set = set;
    s->index = index;
    app_push(app, &ops, s);
}

/* -- the report ------------------------------------------------------------ */

static void take_report(struct ask *ask, void *arg)
{
    const struct buf *report = arg;
    struct error e = {0};
    char safe[300];

    if (!path_write_new(ask_text(ask, 0), report, &e)) {
        ask_refuse_error(ask, 0, &e);
        return;
    }
    ask_done(ask);
    app_message(ask_app(ask), STYLE_GOOD, "Written to %s.",
                text_safe_string(safe, sizeof(safe), ask_text(ask, 0)));
}

static void drop_report(void *arg)
{
    buf_release(arg);
    free(arg);
}

void test_report_ask(struct app *app, const struct probe_set *set)
{
    struct buf *report = xcalloc(1, sizeof(*report));
    size_t count = probe_set_count(set);

    buf_init(report, (count + 1) * PROBE_REPORT_MAX);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(report, '\n');
        probe_report(report, probe_set_result(set, i));
    }
    ask_open(app, &(struct ask_spec){
                      .title = "Write report",
                      .about = "",
                      .intro = "The stages, what came of them, and what was "
                               "said. No password or token is in it; server "
                               "and user names are.",
                      .fields = {{.label = "File", .text = "report.txt"}},
                      .verb = "Write",
                      .take = take_report,
                      .drop = drop_report,
                      .arg = report});
}
