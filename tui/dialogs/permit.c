/* SPDX-License-Identifier: MIT */
/*
 * permit: a provider wants to hear from the person, in a browser, that access
 * is permitted: the address and the code to type there, each on a line of its
 * own from the first column on, to be copied. The test goes on by itself when
 * that is done, and this screen closes.
 */
#include "tui/app.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/secret/oauth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    char *text;
    enum style style;
};

struct state {
    struct line *lines;
    size_t count, top, height;
    size_t code; /* the line that the person is at */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

static struct oauth *oauth_of(const struct screen *screen)
{
    return app_workspace(screen->app)->env.oauth;
}

/* -- lines ----------------------------------------------------------------- */

static void clear_lines(struct state *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->lines[i].text);
    free(s->lines);
    s->lines = NULL;
    s->count = 0;
}

/* Wrapped; the caller's text is safe. */
static void add(struct state *s, int width, enum style style, const char *text)
{
    size_t count;
    char **rows = draw_break(text, width, &count);

    s->lines = xreallocarray(s->lines, s->count + count, sizeof(*s->lines));
    for (size_t i = 0; i < count; i++)
        s->lines[s->count++] = (struct line){rows[i], style};
    free(rows);
}

static void build(const struct screen *screen, int width)
{
    struct state *s = state_of(screen);
    const struct oauth_prompt *p = oauth_prompt_at(oauth_of(screen), 0);

    clear_lines(s);
    s->code = 0;
    if (!p) {
        add(s, width, STYLE_NORMAL, "This is over. Esc goes back.");
        return;
    }
    add(s, width, STYLE_NORMAL, "Open this address in any browser:");
    add(s, width, STYLE_STRONG, p->uri);
    add(s, width, STYLE_NORMAL, "and type this code there:");
    s->code = s->count;
    add(s, width, STYLE_STRONG, p->user_code);
    add(s, width, STYLE_NORMAL, "Waiting. The test then goes on by itself.");
    if (*p->complete) {
        add(s, width, STYLE_NORMAL, "Or open both at once:");
        add(s, width, STYLE_STRONG, p->complete);
    }
    if (oauth_prompt_count(oauth_of(screen)) > 1)
        add(s, width, STYLE_NORMAL, "Another account's code comes after this.");
}

static size_t last_top(const struct state *s)
{
    return s->count > s->height ? s->count - s->height : 0;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    size_t focus;

    s->height = body.height > 0 ? (size_t)body.height : 1;
    build(screen, body.width);
    if (s->top > last_top(s))
        s->top = last_top(s);
    focus = s->code < s->top ? s->top : s->code;
    if (focus >= s->top + s->height)
        focus = s->top + s->height - 1;
    for (size_t i = s->top; i < s->count && i < s->top + s->height; i++)
        draw_text(body, (int)(i - s->top), 0, s->lines[i].style,
                  s->lines[i].text);
    draw_cursor(body, (int)(focus - s->top), 0);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *s = state_of(screen);

    if (s->top + s->height >= s->count)
        return false;
    snprintf(out, size, " %zu more line%s below", s->count - s->top - s->height,
             s->count - s->top - s->height == 1 ? "" : "s");
    return true;
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct oauth_prompt *p = oauth_prompt_at(oauth_of(screen), 0);

    snprintf(left, left_size, "Permit access: %s", p ? p->label : "");
    snprintf(right, right_size, "%s", p ? "waiting" : "");
}

/* -- keys ------------------------------------------------------------------ */

static void up(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->top -= s->top > 0;
}

static void down(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->top += s->top < last_top(s);
}

/* What waits for it ends, and with it the code; tick() closes this. */
static void stop(struct screen *screen)
{
    if (oauth_prompt_count(oauth_of(screen)))
        app_cancel_tests(screen->app);
    else
        app_pop(screen->app);
}

static void hide(struct screen *screen)
{
    app_pop(screen->app);
    app_message(screen->app, STYLE_NORMAL,
                "The code stays good; p on the test shows it again.");
}

static void tick(struct screen *screen)
{
    if (!oauth_prompt_count(oauth_of(screen)) &&
        app_is_top(screen->app, screen))
        app_pop(screen->app);
}

static void close_screen(struct screen *screen)
{
    clear_lines(state_of(screen));
    free(screen->state);
}

static const struct binding keys[] = {
    {K_UP, 'k', up, "Up", NULL, "A line up.", NULL},
    {K_DOWN, 'j', down, "Down", NULL, "A line down.", NULL},
    {'p', 0, hide, "p", "Hide", "Back to the test, which goes on waiting.",
     NULL},
    {K_ESCAPE, K_CTRL('c'), stop, "Esc", "Stop", "Stop waiting, and the test.",
     NULL},
    {'q', 0, stop, "q", NULL, "Stop waiting, and the test.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Permit access",
                                      .decision = true,
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .tick = tick,
                                      .close = close_screen};

void permit_open(struct app *app)
{
    app_push(app, &ops, xcalloc(1, sizeof(struct state)));
}

bool permit_is_open(const struct screen *screen)
{
    return screen->ops == &ops;
}
