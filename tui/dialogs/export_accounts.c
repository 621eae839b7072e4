/* SPDX-License-Identifier: MIT */
/*
 * export_accounts: accounts into the settings of another mail program. First
 * which program and file; then what would change in it and what it cannot be
 * told; w writes it.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/export_check.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"
#include "tui/widgets/scroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX (16u << 20)

struct state {
    struct scroll scroll;
    struct export_plan plan;
    struct export_options options;
    bool edited; /* an edit by hand would be written over */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- drawing --------------------------------------------------------------- */

static void add_lines(struct state *s, const char *text)
{
    scroll_add(&s->scroll, text, s->scroll.width - 1);
}

static void add_notes(struct state *s)
{
    for (size_t i = 0; i < s->plan.note_count; i++) {
        const struct exchange_note *note = &s->plan.notes[i];
        char account[160];
        char *line =
            xasprintf("%s %s%s%s", note->warning ? "!" : "-",
                      note->account ? text_safe_string(account, sizeof(account),
                                                       note->account)
                                    : "",
                      note->account ? ": " : "", note->text);

        add_lines(s, line);
        free(line);
    }
    if (s->plan.note_count)
        add_lines(s, "");
}

static void add_diff(struct state *s)
{
    struct buf diff;

    buf_init(&diff, SHOWN_MAX);
    export_plan_diff(&s->plan, &diff);
    if (!diff.len)
        add_lines(s, s->plan.entry_count
                         ? "The files say all of it already."
                         : "There is nothing that this program can be told.");
    for (char *p = diff.data; *p;) {
        size_t len = strcspn(p, "\n");
        char *safe = text_safe_dup(p, len, 4096);

        add_lines(s, safe);
        free(safe);
        p += len + (p[len] == '\n');
    }
    buf_release(&diff);
}

static void lay_out(struct state *s, int width)
{
    if (!scroll_begin(&s->scroll, width))
        return;
    if (s->edited) {
        add_lines(s, "! postseal's block was edited by hand. Writing it takes "
                     "the lines marked - away: move what you want to keep "
                     "outside the two marks first.");
        add_lines(s, "");
    }
    add_notes(s);
    add_diff(s);
}

static enum style style_of(const char *line)
{
    return *line == '!'   ? STYLE_FAULT
           : *line == '+' ? STYLE_CHANGED
                          : STYLE_NORMAL;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    lay_out(s, body.width);
    scroll_draw(&s->scroll, body, style_of);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);

    snprintf(left, left_size, "Export to %s: what would change",
             s->plan.format->title);
    scroll_place(&s->scroll, right, right_size);
}

/* -- what the person does -------------------------------------------------- */

static void leave(struct screen *screen)
{
    app_pop(screen->app);
}

static bool can_write(const struct screen *screen)
{
    return state_of(screen)->plan.entry_count > 0;
}

static void write_it(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct app *app = screen->app;
    struct workspace *w = app_workspace(app);
    struct error e = {0};
    char safe[300];

    if (!export_plan_write(&s->plan, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    export_remember(w->history, &s->plan, &s->options, app_wall(app));
    history_save(w->history);
    app_message(app, STYLE_GOOD, "Written to %s.",
                text_safe_string(safe, sizeof(safe), s->plan.entries[0].path));
    app_pop(app);
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    scroll_release(&s->scroll);
    export_plan_release(&s->plan);
    free(s);
}

static const struct binding keys[] = {
    {'w', 0, write_it, "w", "Write it", "Write these files.", can_write},
    SCROLL_KEYS,
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Write nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "What an export would change",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .close = close_screen};

/* -- what is asked first --------------------------------------------------- */

enum { FIELD_PROGRAM, FIELD_WHICH, FIELD_FILE, FIELD_PASSWORDS };
static const char *const which_ones[] = {"this account", "all in use", NULL};
static const char *const no_or_yes[] = {"no", "yes", NULL};

/* The names of all formats, NULL-ended. */
static const char *const *format_names(void)
{
    static const char *names[32];

    for (size_t i = 0; i + 1 < sizeof(names) / sizeof(names[0]); i++)
        names[i] = exchange_format_at(i) ? exchange_format_at(i)->title : NULL;
    return names;
}

static bool make_plan(struct state *s, const struct export_view *view,
                      bool named, struct error *e)
{
    if (export_plan_make(&s->plan, view, &s->options, named, e))
        return true;
    export_plan_release(&s->plan);
    if (e->code != ERROR_CONFLICT)
        return false;
    s->edited = s->options.force = true;
    return export_plan_make(&s->plan, view, &s->options, named, e);
}

static void take_wish(struct ask *ask, void *arg)
{
    struct app *app = ask_app(ask);
    struct workspace *w = app_workspace(app);
    const char *id = app_account(app);
    bool all = ask_choice(ask, FIELD_WHICH) == 1;
    const char *file = ask_text(ask, FIELD_FILE);
    char *path = *file ? path_expand(file) : NULL;
    struct state *s = xcalloc(1, sizeof(*s));
    struct export_view view = {0};
    struct error e = {0};
    const struct export_source source = {.config = w->config,
                                         .exceptions = w->exceptions,
                                         .identities = w->identities,
                                         .authorities =
                                             workspace_authorities(w, &e),
                                         .now = app_wall(app)};

    (void)arg;
    s->options = (struct export_options){
        .format = exchange_format_at(ask_choice(ask, FIELD_PROGRAM)),
        .path = path,
        .with_passwords = ask_choice(ask, FIELD_PASSWORDS) == 1};
    if (source.authorities &&
        export_view_make(&view, &source, &id, all ? 0 : 1, &e) &&
        make_plan(s, &view, !all, &e)) {
        s->options.path = NULL;
        ask_done(ask);
        app_push(app, &ops, s);
    } else {
        ask_refuse_error(ask, FIELD_FILE, &e);
        export_plan_release(&s->plan);
        free(s);
    }
    export_view_release(&view);
    free(path);
}

void export_accounts_ask(struct app *app)
{
    const struct ask_spec spec = {
        .title = "Export to another mail program",
        .about = "",
        .intro = "What would change is shown first. An empty file is the one "
                 "that the program reads; Thunderbird needs its profile.",
        .fields = {{.label = "Program", .choices = format_names()},
                   {.label = "Accounts", .choices = which_ones},
                   {.label = "File"},
                   {.label = "Passwords", .choices = no_or_yes}},
        .verb = "Show",
        .take = take_wish};

    if (!app_workspace(app)->exceptions)
        app_message(app, STYLE_FAULT, "%s",
                    app_workspace(app)->exceptions_error.text);
    else if (app_unsaved(app))
        app_message(app, STYLE_FAULT,
                    "Save your changes first (s): an export takes what is in "
                    "the file.");
    else
        ask_open(app, &spec);
}
