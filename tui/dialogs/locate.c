/* SPDX-License-Identifier: MIT */
/*
 * locate: where is the certificate that an exception is for? A URL or
 * host:port is typed; it is fetched from the mail port itself, through STARTTLS
 * where the port speaks it. Then the decision opens.
 */
#include "tui/app.h"

#include "core/base/alloc.h"
#include "tui/widgets/prompt.h"

#include <stdio.h>
#include <stdlib.h>

struct state {
    struct lineedit edit;
    struct probe_set *set; /* while fetching */
    struct app *app;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    int row;

    row = draw_wrapped(body, 0, 1, STYLE_NORMAL,
                       "Which server? imaps://host, pop3s://host, "
                       "smtps://host, imap:// pop3:// smtp:// (STARTTLS), "
                       "https://host:port or host:port. Its certificate is "
                       "fetched from that port itself.") +
          1;
    prompt_draw(body, row, STYLE_FOCUS, "> Location ", &s->edit);
    if (s->set)
        draw_text(body, row + 2, 1, STYLE_NORMAL, "Fetching ...");
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    (void)screen;
    snprintf(left, left_size, "Add security exception");
    snprintf(right, right_size, "where?");
}

static void drop_set(struct state *s)
{
    probe_set_free(s->set);
    s->set = NULL;
}

static void fetched(void *arg, struct probe_set *set, size_t index)
{
    struct state *s = arg;
    const struct probe_result *r = probe_set_result(set, index);
    struct probe_result copy;
    struct app *app = s->app;

    app_redraw(app);
    if (!r->finished)
        return;
    if (!r->has_verdict) {
        app_message(app, STYLE_FAULT, "No certificate came: %s", r->text);
        drop_set(s);
        return;
    }
    probe_result_copy(&copy, r);
    app_pop(app);
    add_exception_open(app, &copy);
    probe_result_release(&copy);
}

static void fetch(struct screen *screen)
{
    const struct probe_set_options options = {.purpose = PROBE_CERTIFICATE};
    struct state *s = state_of(screen);
    struct workspace *workspace = app_workspace(screen->app);
    struct error e = {0};

    drop_set(s);
    s->app = screen->app;
    if (!workspace_prepare(workspace, &e)) {
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
        return;
    }
    s->set = probe_set_new(workspace, &options, fetched, s);
    if (!probe_set_add(s->set, s->edit.text, &e)) {
        drop_set(s);
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
        return;
    }
    if (probe_set_count(s->set) != 1) {
        drop_set(s);
        app_message(screen->app, STYLE_FAULT,
                    "One server, please: ACCOUNT/incoming or a URL.");
        return;
    }
    probe_set_start(s->set);
}

static void cancel(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->set) {
        drop_set(s);
        app_message(screen->app, STYLE_NORMAL, "Stopped.");
    } else {
        app_pop(screen->app);
    }
}

static bool typing(const struct screen *screen)
{
    (void)screen;
    return true;
}

static bool key(struct screen *screen, int k)
{
    struct state *s = state_of(screen);

    if (k == K_PASTE)
        return lineedit_insert(&s->edit, app_pasted(screen->app));
    return lineedit_key(&s->edit, k);
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    drop_set(s);
    lineedit_release(&s->edit);
    free(s);
}

static const struct binding keys[] = {
    {K_ENTER, 0, fetch, "Enter", "Fetch", "Fetch the server's certificate.",
     NULL},
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Stop, then back.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Add security exception",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = typing,
                                      .typing_keys = keys,
                                      .key = key,
                                      .close = close_screen};

void add_exception_ask(struct app *app)
{
    struct state *s = xcalloc(1, sizeof(*s));

    lineedit_init(&s->edit, 600, "");
    app_push(app, &ops, s);
}
