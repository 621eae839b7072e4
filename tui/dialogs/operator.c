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
#include "tui/widgets/prompt.h"
#include "tui/widgets/scroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct scroll scroll;
    struct probe_result result;
    bool asking; /* for the file */
    struct lineedit path;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- drawing --------------------------------------------------------------- */

/* Written for this width; only a name that is too long is broken. */
static void add_line(struct state *s, const char *line, size_t len)
{
    char *copy = xstrndup(line, len);

    scroll_add(&s->scroll, copy, s->scroll.width);
    free(copy);
}

static void lay_out(struct state *s, int width)
{
    struct buf text;

    if (!scroll_begin(&s->scroll, width))
        return;
    buf_init(&text, OPERATOR_TEXT_MAX);
    operator_text(&text, &s->result, width);
    for (const char *p = text.data; *p;) {
        size_t len = strcspn(p, "\n");

        add_line(s, p, len);
        p += len + (p[len] == '\n');
    }
    buf_release(&text);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    bool below = s->asking && body.height > 1;

    lay_out(s, body.width);
    scroll_draw(&s->scroll, area_rows(body, 0, body.height - below), NULL);
    if (s->asking)
        prompt_draw(body, body.height - 1, STYLE_STRONG,
                    " Write to: ", &s->path);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);

    snprintf(left, left_size, "A text for the operator");
    scroll_place(&s->scroll, right, right_size);
}

/* -- what the person does -------------------------------------------------- */

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

    scroll_release(&s->scroll);
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
    SCROLL_KEYS,
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
