/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/ask.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widgets/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1000

struct field {
    char *label;
    bool secret;
    const char *const *choices;
    size_t choice;
    struct lineedit edit;
};

struct ask {
    struct app *app;
    char *title, *about, *intro, *verb;
    struct field fields[ASK_FIELDS];
    size_t count, focus;
    size_t top, shown, total; /* of the intro's lines */
    void (*take)(struct ask *ask, void *arg);
    void (*keep)(struct ask *ask, void *arg);
    void (*drop)(void *arg);
    void *arg;
};

static struct ask *ask_of(const struct screen *screen)
{
    return screen->state;
}

static struct field *focused(const struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    return &ask->fields[ask->focus];
}

/* -- what `take` uses ------------------------------------------------------ */

struct app *ask_app(const struct ask *ask)
{
    return ask->app;
}

const char *ask_text(const struct ask *ask, size_t field)
{
    return ask->fields[field].edit.text;
}

size_t ask_choice(const struct ask *ask, size_t field)
{
    return ask->fields[field].choice;
}

void ask_done(struct ask *ask)
{
    app_pop(ask->app);
}

void ask_refuse(struct ask *ask, size_t field, const char *sentence)
{
    ask->focus = field;
    app_message(ask->app, STYLE_FAULT, "%s", sentence);
}

void ask_refuse_error(struct ask *ask, size_t field, const struct error *e)
{
    if (e->code == ERROR_LOCKED)
        ask_refuse(ask, ask->count - 1,
                   "Another session is writing there just now: press Enter "
                   "again.");
    else
        ask_refuse(ask, field, e->text);
}

/* -- drawing --------------------------------------------------------------- */

static int label_cells(const struct ask *ask)
{
    int widest = 0;

    for (size_t i = 0; i < ask->count; i++) {
        int width = (int)text_width(ask->fields[i].label);

        widest = width > widest ? width : widest;
    }
    return widest + 4;
}

static void draw_field(struct ask *ask, size_t i, struct area area, int row)
{
    struct field *field = &ask->fields[i];
    int col = label_cells(ask), column = 0;
    bool here = i == ask->focus;
    char text[TEXT_MAX + 24];

    draw_text(area, row, 0, STYLE_FOCUS, here ? ">" : " ");
    draw_text(area, row, 2, STYLE_NORMAL, field->label);
    if (area.width - col < 2)
        return;
    if (field->choices) {
        draw_cut(area, row, col, area.width - col,
                 here ? STYLE_FOCUS : STYLE_NORMAL,
                 field->choices[field->choice]);
    } else {
        lineedit_view(&field->edit, area.width - col - 1, field->secret, text,
                      sizeof(text), &column);
        draw_text(area, row, col, here ? STYLE_FIELD : STYLE_NORMAL,
                  *text || here ? text : "____________________");
    }
    if (here)
        draw_cursor(area, row, field->choices ? 0 : col + column);
}

/* As much as there is room for above the fields; the rest scrolls. */
static int draw_intro(struct ask *ask, struct area area)
{
    size_t count, room = area.height > 0 ? (size_t)area.height : 0;
    char **lines = draw_break(ask->intro, area.width - 1, &count);

    ask->total = count;
    ask->shown = count < room ? count : room;
    if (ask->top + ask->shown > count)
        ask->top = count - ask->shown;
    for (size_t i = 0; i < count; i++) {
        if (i >= ask->top && i < ask->top + ask->shown)
            draw_text(area, (int)(i - ask->top), 1, STYLE_NORMAL, lines[i]);
        free(lines[i]);
    }
    free(lines);
    return (int)ask->shown;
}

static void draw(struct screen *screen, struct area body)
{
    struct ask *ask = ask_of(screen);
    int room = body.height - (int)ask->count, row = 0;

    if (*ask->intro) {
        row = draw_intro(ask, area_rows(body, 0, room > 1 ? room - 1 : room));
        row += row + 1 <= room;
    }
    for (size_t i = 0; i < ask->count; i++)
        draw_field(ask, i, body, row + (int)i);
}

static bool is_cut(const struct screen *screen)
{
    return ask_of(screen)->shown < ask_of(screen)->total;
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct ask *ask = ask_of(screen);

    snprintf(left, left_size, "%s", ask->title);
    if (is_cut(screen))
        snprintf(right, right_size, "lines %zu-%zu of %zu", ask->top + 1,
                 ask->top + ask->shown, ask->total);
    else
        snprintf(right, right_size, "%s", ask->about);
}

/* -- what the person does -------------------------------------------------- */

static void next(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    ask->focus = (ask->focus + 1) % ask->count;
}

static void previous(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    ask->focus = (ask->focus + ask->count - 1) % ask->count;
}

static void enter(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    if (ask->focus + 1 < ask->count)
        ask->focus++;
    else
        ask->take(ask, ask->arg);
}

static void other_choice(struct screen *screen)
{
    struct field *field = focused(screen);

    field->choice = field->choices[field->choice + 1] ? field->choice + 1 : 0;
}

static bool on_choice(const struct screen *screen)
{
    return focused(screen)->choices != NULL;
}

static bool has_more(const struct screen *screen)
{
    return ask_of(screen)->count > 1;
}

static void scroll_down(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    ask->top += ask->shown ? ask->shown : 1;
}

static void scroll_up(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    ask->top -= ask->top < ask->shown ? ask->top : ask->shown;
}

static void cancel(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL, "Nothing was done.");
    app_pop(screen->app);
}

/* Also on a choice: a digit must not lead away from what was typed. */
static bool typing(const struct screen *screen)
{
    (void)screen;
    return true;
}

static bool key(struct screen *screen, int pressed)
{
    struct field *field = focused(screen);

    if (field->choices)
        return false;
    if (pressed == K_PASTE)
        return lineedit_insert(&field->edit, app_pasted(screen->app));
    return lineedit_key(&field->edit, pressed);
}

static bool key_label(const struct screen *screen, int pressed, char *out,
                      size_t size)
{
    const struct ask *ask = ask_of(screen);

    if (pressed != K_ENTER || ask->focus + 1 < ask->count)
        return false;
    snprintf(out, size, "%s", ask->verb);
    return true;
}

static void forget(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    for (size_t i = 0; i < ask->count; i++)
        if (ask->fields[i].secret) {
            lineedit_release(&ask->fields[i].edit);
            lineedit_init(&ask->fields[i].edit, TEXT_MAX, "");
        }
}

static void close_ask(struct screen *screen)
{
    struct ask *ask = ask_of(screen);

    if (ask->keep)
        ask->keep(ask, ask->arg);
    for (size_t i = 0; i < ask->count; i++) {
        lineedit_release(&ask->fields[i].edit);
        free(ask->fields[i].label);
    }
    if (ask->drop)
        ask->drop(ask->arg);
    free(ask->title);
    free(ask->about);
    free(ask->intro);
    free(ask->verb);
    free(ask);
}

static const struct binding keys[] = {
    {K_ENTER, 0, enter, "Enter", "Next", "Go on; on the last field: do it.",
     NULL},
    {' ', 0, other_choice, "Space", "Other choice", "The next choice.",
     on_choice},
    {K_TAB, K_DOWN, next, "Tab", "Next field", "Go to the next field.",
     has_more},
    {K_BACK_TAB, K_UP, previous, "S-Tab", NULL, "Go to the field before.",
     has_more},
    {K_PAGE_DOWN, 0, scroll_down, "PgDn", "Text", "More of the text above.",
     is_cut},
    {K_PAGE_UP, 0, scroll_up, "PgUp", NULL, "Back in the text above.", is_cut},
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Do nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {
    .name = "A few questions",
    .keys = keys,
    .title = title,
    .draw = draw,
    .typing = typing,
    .typing_keys = keys,
    .key = key,
    .key_label = key_label,
    .forget = forget,
    .close = close_ask,
};

void ask_open(struct app *app, const struct ask_spec *spec)
{
    struct ask *ask = xcalloc(1, sizeof(*ask));

    *ask = (struct ask){.app = app,
                        .title = xstrdup(spec->title),
                        .about = xstrdup(spec->about ? spec->about : ""),
                        .intro = xstrdup(spec->intro ? spec->intro : ""),
                        .verb = xstrdup(spec->verb),
                        .take = spec->take,
                        .keep = spec->keep,
                        .drop = spec->drop,
                        .arg = spec->arg};
    while (ask->count < ASK_FIELDS && spec->fields[ask->count].label) {
        const struct ask_field *from = &spec->fields[ask->count];
        struct field *field = &ask->fields[ask->count++];

        field->label = xstrdup(from->label);
        field->secret = from->secret;
        field->choices = from->choices;
        field->choice = from->choice;
        lineedit_init(&field->edit, TEXT_MAX, from->text ? from->text : "");
    }
    app_push(app, &ops, ask);
}
