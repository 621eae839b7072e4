/* SPDX-License-Identifier: MIT */
/*
 * operator: a mail text for the operator of a server whose certificate is not
 * trusted: what is wrong, the dates, the fingerprints. To be copied from the
 * screen, or written to a file with e. postseal sends nothing.
 */
#include "core/probe/operator_text.h"
#include "tui/app.h"

#include "core/base/alloc.h"
#include "tui/dialogs/paths.h"
#include "tui/widgets/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct probe_result result;
    char **lines; /* as they fit the width */
    size_t count, top;
    int width, height;
    bool asking; /* for the file */
    struct lineedit path;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
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

/* Written for this width; only a name that is too long is broken. */
static void add_line(struct state *s, const char *line, size_t len)
{
    char *copy = xstrndup(line, len);
    size_t count;
    char **parts = draw_break(copy, s->width > 1 ? s->width : 1, &count);

    s->lines = xreallocarray(s->lines, s->count + count, sizeof(*s->lines));
    memcpy(s->lines + s->count, parts, count * sizeof(*parts));
    s->count += count;
    free(parts);
    free(copy);
}

static void lay_out(struct state *s, int width)
{
    struct buf text;

    if (s->width == width)
        return;
    clear_lines(s);
    s->width = width;
    buf_init(&text, OPERATOR_TEXT_MAX);
    operator_text(&text, &s->result, width);
    for (const char *p = text.data; *p;) {
        size_t len = strcspn(p, "\n");

        add_line(s, p, len);
        p += len + (p[len] == '\n');
    }
    buf_release(&text);
}

static size_t last_top(const struct state *s)
{
    size_t height = s->height > 0 ? (size_t)s->height : 1;

    return s->count > height ? s->count - height : 0;
}

static void draw_prompt(struct state *s, struct area body)
{
    int row = body.height - 1, col, column;
    char text[1024];

    col = draw_text(body, row, 0, STYLE_STRONG, " Write to: ");
    if (body.width - col < 2)
        return;
    lineedit_view(&s->path, body.width - col - 1, false, text, sizeof(text),
                  &column);
    draw_text(body, row, col, STYLE_FIELD, text);
    draw_cursor(body, row, col + column);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    lay_out(s, body.width);
    s->height = s->asking && body.height > 1 ? body.height - 1 : body.height;
    if (s->top > last_top(s))
        s->top = last_top(s);
    for (int row = 0; row < s->height && s->top + (size_t)row < s->count; row++)
        draw_text(body, row, 0, STYLE_NORMAL, s->lines[s->top + (size_t)row]);
    if (s->asking)
        draw_prompt(s, body);
    else
        draw_cursor(body, 0, 0);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    size_t shown = s->top + (size_t)(s->height > 0 ? s->height : 0);

    snprintf(left, left_size, "A text for the operator");
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
    state_of(screen)->top = 0;
}

static void last(struct screen *screen)
{
    state_of(screen)->top = last_top(state_of(screen));
}

static void leave(struct screen *screen)
{
    app_pop(screen->app);
}

static void ask(struct screen *screen)
{
    struct state *s = state_of(screen);
    char *name = xasprintf("certificate-of-%s.txt", s->result.endpoint.host);

    s->asking = true;
    lineedit_set(&s->path, name);
    free(name);
}

static void drop(struct screen *screen)
{
    state_of(screen)->asking = false;
}

static void take(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct app *app = screen->app;
    struct error e = {0};
    struct buf text;

    s->asking = false;
    if (!s->path.len)
        return;
    buf_init(&text, OPERATOR_TEXT_MAX);
    operator_text(&text, &s->result, OPERATOR_TEXT_WIDTH);
    if (path_write_new(s->path.text, &text, &e))
        app_message(app, STYLE_GOOD, "Written to %s.", s->path.text);
    else
        app_message(app, STYLE_FAULT, "%s", e.text);
    buf_release(&text);
}

static bool typing(const struct screen *screen)
{
    return state_of(screen)->asking;
}

static bool key(struct screen *screen, int k)
{
    struct state *s = state_of(screen);

    if (!s->asking)
        return false;
    if (k == K_PASTE)
        return lineedit_insert(&s->path, app_pasted(screen->app));
    return lineedit_key(&s->path, k);
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    clear_lines(s);
    probe_result_release(&s->result);
    lineedit_release(&s->path);
    free(s);
}

static const struct binding typing_keys[] = {
    {K_ENTER, 0, take, "Enter", "Write it", "Write the text to that file.",
     NULL},
    {K_ESCAPE, K_CTRL('c'), drop, "Esc", "Cancel", "Write nothing.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    {'e', 0, ask, "e", "Write to a file", "Write the text to a file.", NULL},
    {K_UP, 'k', up, "Up", NULL, "A line up.", NULL},
    {K_DOWN, 'j', down, "Up/Down", "Line", "A line down.", NULL},
    {K_PAGE_UP, 0, page_up, "PgUp", NULL, "A page up.", NULL},
    {K_PAGE_DOWN, ' ', page_down, "PgDn", "Page", "A page down.", NULL},
    {K_HOME, 'g', first, "Home", NULL, "The first line.", NULL},
    {K_END, 'G', last, "End", NULL, "The last line.", NULL},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Back to the test.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "A text for the operator",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = typing,
                                      .typing_keys = typing_keys,
                                      .key = key,
                                      .close = close_screen};

void operator_open(struct app *app, const struct probe_result *result)
{
    struct state *s = xcalloc(1, sizeof(*s));

    probe_result_copy(&s->result, result);
    lineedit_init(&s->path, 1000, "");
    app_push(app, &ops, s);
}
