/* SPDX-License-Identifier: MIT */
/*
 * import_accounts: accounts out of the settings of another mail program. First
 * which program and file; then what would be taken, what is there already and
 * what is left, each with its line. Import stages it: nothing is saved here,
 * and nothing that the file says is run.
 */
#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"
#include "core/exchange/import.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"
#include "tui/dialogs/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX (64u << 10)

struct state {
    struct question question; /* first: question_of_left looks for it here */
    struct import im;         /* staged on a copy, to know what it would do */
    const struct import_format *format;
    char file[120]; /* its name without folders, safe */
    bool replace;
    size_t sections; /* that would be touched */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

static void release(struct state *s)
{
    import_release(&s->im);
    question_release(&s->question);
    free(s);
}

/* -- the preview ----------------------------------------------------------- */

/* What the file says besides the server, as accounts.ini will have it. */
static void add_settings(struct state *s, const struct import_item *item)
{
    struct buf text;
    char safe[1000];

    buf_init(&text, SETTINGS_MAX);
    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting_row *row = setting_row((enum setting)i);
        const char *value = item->value[i];

        if (!value || i == SET_HOST)
            continue;
        buf_addf(&text, "%s%s = %s", text.len ? ", " : "", row->key,
                 row->type == SETTING_SECRET
                     ? "(not shown)"
                     : text_safe_string(safe, sizeof(safe), value));
    }
    if (text.len)
        question_line(&s->question, "  %s", text.data);
    buf_release(&text);
}

static void add_item(struct state *s, const struct import_item *item)
{
    static const struct {
        char mark;
        const char *words;
    } states[] = {
        [IMPORT_NEW] = {'+', ""},
        [IMPORT_REPLACE] = {'*', ", is there; gets what the file says"},
        [IMPORT_PRESENT] = {'=', ", is there already and stays as it is"},
    };
    char id[160], host[300];

    text_safe_string(id, sizeof(id), item->id);
    text_safe_string(host, sizeof(host),
                     item->value[SET_HOST] ? item->value[SET_HOST] : "");
    question_line(&s->question, "%c %s %s: %s%s (%s:%u)",
                  states[item->state].mark, section_word(item->section), id,
                  host, states[item->state].words, s->file, item->line);
    if (item->state != IMPORT_PRESENT)
        add_settings(s, item);
}

static void add_notes(struct state *s, enum import_note_kind kind,
                      const char *heading)
{
    bool any = false;

    for (size_t i = 0; i < s->im.note_count; i++) {
        const struct import_note *note = &s->im.notes[i];

        if (note->kind != kind)
            continue;
        if (!any)
            question_line(&s->question, "%s", heading);
        any = true;
        if (note->line)
            question_line(&s->question, "%c %s:%u: %s",
                          kind == IMPORT_LEFT ? '!' : '-', s->file, note->line,
                          note->text);
        else
            question_line(&s->question, "%c %s",
                          kind == IMPORT_LEFT ? '!' : '-', note->text);
    }
}

static void fill(struct state *s)
{
    static const char *const buttons[] = {"Cancel", "Import", NULL};
    static const char *const none[] = {"Back", NULL};

    question_init(&s->question, "");
    if (!s->im.item_count)
        question_line(&s->question,
                      "There is no server in it that could be taken.");
    for (size_t i = 0; i < s->im.item_count; i++)
        add_item(s, s->im.items[i]);
    add_notes(s, IMPORT_LEFT, "Not taken:");
    add_notes(s, IMPORT_REMARK, "Taken, but not as it stood:");
    if (s->im.more_notes)
        question_line(&s->question, "... and %zu more lines like these.",
                      s->im.more_notes);
    question_buttons(&s->question, s->sections ? buttons : none);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);

    snprintf(left, left_size, "Import from %s", s->format->title);
    snprintf(right, right_size, "%zu to take", s->sections);
}

static void draw(struct screen *screen, struct area body)
{
    question_draw_whole(&state_of(screen)->question, body);
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    snprintf(out, size, "%s",
             state_of(screen)->sections
                 ? "Nothing is taken yet; s saves what Import takes."
                 : "There is nothing to take.");
    return true;
}

/* -- what the person does -------------------------------------------------- */

static void leave(struct screen *screen)
{
    app_pop(screen->app);
    app_message(screen->app, STYLE_NORMAL, "Nothing was taken.");
}

/* The cursor goes to the first account that came in. */
static void select_first(struct app *app, const struct import *im)
{
    for (size_t i = 0; i < im->item_count; i++)
        if (im->items[i]->section == SECTION_ACCOUNT &&
            im->items[i]->state != IMPORT_PRESENT) {
            app_select_account(app, im->items[i]->id);
            return;
        }
}

static void take(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct app *app = screen->app;
    size_t accounts = 0, servers = 0;

    import_stage(&s->im, app_config(app), s->replace);
    for (size_t i = 0; i < s->im.item_count; i++)
        if (s->im.items[i]->state != IMPORT_PRESENT)
            ++*(s->im.items[i]->section == SECTION_ACCOUNT ? &accounts
                                                           : &servers);
    select_first(app, &s->im);
    app_message(app, STYLE_CHANGED,
                "Taken, not saved: %zu account%s, %zu outgoing. s saves, u "
                "takes back.",
                accounts, accounts == 1 ? "" : "s", servers);
    app_pop(app);
}

static void press(struct screen *screen)
{
    if (state_of(screen)->question.focused == 1)
        take(screen);
    else
        leave(screen);
}

static bool has_choice(const struct screen *screen)
{
    return state_of(screen)->sections > 0;
}

static void close_screen(struct screen *screen)
{
    release(state_of(screen));
}

static const struct binding keys[] = {
    {K_ENTER, 0, press, "Enter", "Do it", "Press the button.", NULL},
    {K_LEFT, K_BACK_TAB, question_of_left, "Left/Right", "Choose",
     "choose a button", has_choice},
    {K_RIGHT, K_TAB, question_of_right, "Right", NULL, "the next button",
     has_choice},
    QUESTION_SCROLL,
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Take nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "What an import would take",
                                      .decision = true,
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .close = close_screen};

/* -- what is asked first --------------------------------------------------- */

enum { FIELD_PROGRAM, FIELD_FILE, FIELD_PRESENT, FIELD_PASSWORDS };
static const char *const present[] = {"stays as it is",
                                      "gets what the file says", NULL};
static const char *const no_or_yes[] = {"stay there", "are taken", NULL};

/* The names of all formats, NULL-ended. */
static const char *const *format_names(void)
{
    static const char *names[32];

    for (size_t i = 0; i + 1 < sizeof(names) / sizeof(names[0]); i++)
        names[i] = import_format_at(i) ? import_format_at(i)->title : NULL;
    return names;
}

static bool look(struct state *s, struct app *app, const char *typed,
                 bool with_passwords, struct error *e)
{
    char *path = *typed ? path_expand(typed) : import_default_path(s->format);
    const struct import_options options = {
        .format = s->format, .path = path, .with_passwords = with_passwords};
    struct config *copy;
    const char *slash;

    if (!path)
        return error_set(e, ERROR_INPUT, "Name %s.", s->format->file);
    if (!import_read(&s->im, &options, e)) {
        free(path);
        return false;
    }
    free(path);
    slash = strrchr(s->im.path, '/');
    text_safe_string(s->file, sizeof(s->file), slash ? slash + 1 : s->im.path);
    copy = config_copy(app_config(app));
    s->sections = import_stage(&s->im, copy, s->replace);
    config_free(copy);
    return true;
}

static void take_wish(struct ask *ask, void *arg)
{
    struct app *app = ask_app(ask);
    struct state *s = xcalloc(1, sizeof(*s));
    struct error e = {0};

    (void)arg;
    s->format = import_format_at(ask_choice(ask, FIELD_PROGRAM));
    s->replace = ask_choice(ask, FIELD_PRESENT) == 1;
    if (look(s, app, ask_text(ask, FIELD_FILE),
             ask_choice(ask, FIELD_PASSWORDS) == 1, &e)) {
        fill(s);
        ask_done(ask);
        app_push(app, &ops, s);
    } else {
        ask_refuse_error(ask, FIELD_FILE, &e);
        release(s);
    }
}

void import_accounts_ask(struct app *app)
{
    ask_open(app,
             &(struct ask_spec){
                 .title = "Import from another mail program",
                 .about = "",
                 .intro = "What would be taken is shown first. An empty file "
                          "is the one that the program reads; Thunderbird "
                          "needs the folder of its profile.",
                 .fields = {{.label = "Program", .choices = format_names()},
                            {.label = "File"},
                            {.label = "If it is there", .choices = present},
                            {.label = "Passwords", .choices = no_or_yes}},
                 .verb = "Show",
                 .take = take_wish});
}
