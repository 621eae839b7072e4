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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct probe_set *set;
    size_t index; /* of the test */
    char **lines; /* as they fit the width */
    size_t count, top;
    int width, height;
    size_t told; /* log lines and left out ones that `lines` were made of */
    bool moved;  /* the person scrolled up: new lines do not carry away */
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

static void clear_lines(struct state *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->lines[i]);
    free(s->lines);
    s->lines = NULL;
    s->count = 0;
}

static void add_line(struct state *s, const char *line)
{
    size_t count;
    char **parts = draw_break(line, s->width > 1 ? s->width : 1, &count);

    s->lines = xreallocarray(s->lines, s->count + count + 1, sizeof(char *));
    memcpy(s->lines + s->count, parts, count * sizeof(char *));
    s->count += count;
    free(parts);
}

static void lay_out(struct state *s, int width)
{
    const struct probe_log *log = &result_of(s)->log;
    char line[PROBE_LOG_TEXT + 64];

    if (s->width == width && s->told == log->count + log->left_out)
        return;
    clear_lines(s);
    s->width = width;
    s->told = log->count + log->left_out;
    for (size_t i = 0; i < probe_log_lines(log); i++)
        add_line(s, probe_log_line(log, i, line, sizeof(line)));
    if (!s->count)
        add_line(s, "Nothing was said yet.");
}

static size_t last_top(const struct state *s)
{
    size_t height = s->height > 0 ? (size_t)s->height : 1;

    return s->count > height ? s->count - height : 0;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    s->height = body.height;
    lay_out(s, body.width);
    if (s->top > last_top(s) || (!s->moved && !result_of(s)->finished))
        s->top = last_top(s);
    for (int row = 0; row < s->height && s->top + (size_t)row < s->count; row++)
        draw_text(body, row, 0, STYLE_NORMAL, s->lines[s->top + (size_t)row]);
    draw_cursor(body, 0, 0);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    size_t shown = s->top + (size_t)(s->height > 0 ? s->height : 0);
    char safe[200];

    snprintf(left, left_size, "Log: %s",
             text_safe_string(safe, sizeof(safe), result_of(s)->target));
    snprintf(right, right_size, "lines %zu-%zu of %zu", s->top + 1,
             shown < s->count ? shown : s->count, s->count);
}

/* -- what the person does -------------------------------------------------- */

static void scroll(struct screen *screen, long by)
{
    struct state *s = state_of(screen);
    long top = (long)s->top + by;

    s->top = top < 0 ? 0 : (size_t)top;
    if (s->top > last_top(s))
        s->top = last_top(s);
    s->moved = s->top < last_top(s);
}

static void up(struct screen *screen)
{
    scroll(screen, -1);
}

static void down(struct screen *screen)
{
    scroll(screen, 1);
}

static void page_up(struct screen *screen)
{
    scroll(screen, -(long)state_of(screen)->height);
}

static void page_down(struct screen *screen)
{
    scroll(screen, state_of(screen)->height);
}

static void first(struct screen *screen)
{
    scroll(screen, -(long)state_of(screen)->count);
}

static void last(struct screen *screen)
{
    scroll(screen, (long)state_of(screen)->count);
}

/* The incoming server's, the outgoing one's. */
static void next(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->index = (s->index + 1) % probe_set_count(s->set);
    s->width = 0; /* anew */
    s->top = 0;
    s->moved = false;
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
    clear_lines(state_of(screen));
    free(state_of(screen));
}

static const struct binding keys[] = {
    {K_UP, 'k', up, "Up", NULL, "A line up.", NULL},
    {K_DOWN, 'j', down, "Up/Down", "Line", "A line down.", NULL},
    {K_PAGE_UP, 0, page_up, "PgUp", NULL, "A page up.", NULL},
    {K_PAGE_DOWN, ' ', page_down, "PgDn", "Page", "A page down.", NULL},
    {K_HOME, 'g', first, "Home", NULL, "The first line.", NULL},
    {K_END, 'G', last, "End", NULL, "The last line.", NULL},
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
