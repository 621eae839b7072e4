/* SPDX-License-Identifier: MIT */
/*
 * cert_view: one certificate after another of a chain, a fact a row, the
 * verdict first. Left and Right go along the chain; e writes it as PEM.
 */
#include "tui/app.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tui/widgets/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_CELLS 16
#define PEM_MAX     (1u << 20)

enum prompt { PROMPT_NONE, PROMPT_FIND, PROMPT_EXPORT };

struct state {
    char *title, *verdict_text;
    struct cert_chain chain;
    size_t shown; /* which certificate */
    struct cert_facts facts;
    size_t selected, top; /* rows; top is a line */
    int height;
    enum prompt prompt;
    struct lineedit edit;
    char *wanted; /* what was searched last */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- rows ------------------------------------------------------------------ */

static void load(struct state *s, time_t now)
{
    cert_facts_release(&s->facts);
    cert_describe(&s->facts, &s->chain.certs[s->shown], now);
    s->selected = s->top = 0;
}

/* Row 0 is the verdict. */
static size_t row_count(const struct state *s)
{
    return s->facts.count + 1;
}

static const char *row_label(const struct state *s, size_t row)
{
    return row ? s->facts.rows[row - 1].label : "Verdict";
}

static const char *row_value(const struct state *s, size_t row)
{
    return row ? s->facts.rows[row - 1].value : s->verdict_text;
}

/* Draws a row from line `at` of the body on; returns how many lines it takes.
 * With at outside the body it only measures. */
static int draw_row(const struct state *s, struct area body, size_t row, int at)
{
    int room = body.width - LABEL_CELLS;
    size_t count;
    char **parts = draw_break(row_value(s, row), room > 8 ? room : 8, &count);

    for (size_t i = 0; i < count; i++) {
        int line = at + (int)i;

        if (line >= 0 && line < body.height) {
            if (i == 0) {
                draw_text(body, line, 0, STYLE_FOCUS,
                          row == s->selected ? ">" : " ");
                draw_cut(body, line, 2, LABEL_CELLS - 3, STYLE_STRONG,
                         row_label(s, row));
            }
            draw_text(body, line, LABEL_CELLS, STYLE_NORMAL, parts[i]);
        }
        free(parts[i]);
    }
    free(parts);
    return count ? (int)count : 1;
}

static int line_of(const struct state *s, struct area body, size_t row,
                   int *lines)
{
    struct area nowhere = {body.top, body.left, 0, body.width};
    int line = 0;

    for (size_t i = 0; i < row; i++)
        line += draw_row(s, nowhere, i, 0);
    *lines = draw_row(s, nowhere, row, 0);
    return line;
}

static void scroll_to_selected(struct state *s, struct area body)
{
    int lines, line = line_of(s, body, s->selected, &lines);

    if ((size_t)line < s->top)
        s->top = (size_t)line;
    if (line + lines > (int)s->top + body.height)
        s->top =
            (size_t)(line + lines - body.height > 0 ? line + lines - body.height
                                                    : 0);
    if ((size_t)line < s->top)
        s->top = (size_t)line;
}

static void draw_prompt(struct state *s, struct area body)
{
    const char *label =
        s->prompt == PROMPT_FIND ? " Find: " : " Write PEM to: ";
    int row = body.height - 1, col, column;
    char text[1024];

    col = draw_text(body, row, 0, STYLE_STRONG, label);
    if (body.width - col < 2)
        return;
    lineedit_view(&s->edit, body.width - col - 1, false, text, sizeof(text),
                  &column);
    draw_text(body, row, col, STYLE_FIELD, text);
    draw_cursor(body, row, col + column);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    struct area rows = body;
    int line;

    if (s->prompt != PROMPT_NONE && rows.height > 1)
        rows.height--;
    s->height = rows.height;
    scroll_to_selected(s, rows);
    line = -(int)s->top;
    for (size_t i = 0; i < row_count(s) && line < rows.height; i++) {
        if (i == s->selected && line >= 0)
            draw_cursor(rows, line, 0);
        line += draw_row(s, rows, i, line);
    }
    if (s->prompt != PROMPT_NONE)
        draw_prompt(s, body);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);

    snprintf(left, left_size, "Certificate %zu of %zu in chain", s->shown + 1,
             s->chain.count);
    snprintf(right, right_size, "%s", s->title);
}

/* -- what the person does -------------------------------------------------- */

static void go(struct state *s, long by)
{
    long row = (long)s->selected + by, last = (long)row_count(s) - 1;

    s->selected = (size_t)(row < 0 ? 0 : row > last ? last : row);
}

static void up(struct screen *screen)
{
    go(state_of(screen), -1);
}

static void down(struct screen *screen)
{
    go(state_of(screen), 1);
}

static void page_up(struct screen *screen)
{
    go(state_of(screen), -(long)state_of(screen)->height);
}

static void page_down(struct screen *screen)
{
    go(state_of(screen), state_of(screen)->height);
}

static void first(struct screen *screen)
{
    state_of(screen)->selected = 0;
}

static void last(struct screen *screen)
{
    state_of(screen)->selected = row_count(state_of(screen)) - 1;
}

static void along(struct screen *screen, int by)
{
    struct state *s = state_of(screen);

    if ((by < 0 && s->shown == 0) ||
        (by > 0 && s->shown + 1 == s->chain.count)) {
        app_message(screen->app, STYLE_NORMAL,
                    "The chain has no more certificates on that side.");
        return;
    }
    s->shown = (size_t)((long)s->shown + by);
    load(s, app_wall(screen->app));
}

static void issuer(struct screen *screen)
{
    along(screen, 1);
}

static void issued(struct screen *screen)
{
    along(screen, -1);
}

static void leave(struct screen *screen)
{
    app_pop(screen->app);
}

static void find_next(struct screen *screen)
{
    struct state *s = state_of(screen);

    for (size_t i = 1; s->wanted && i <= row_count(s); i++) {
        size_t row = (s->selected + i) % row_count(s);

        if (text_contains_nocase(row_value(s, row), s->wanted) ||
            text_contains_nocase(row_label(s, row), s->wanted)) {
            s->selected = row;
            return;
        }
    }
    app_message(screen->app, STYLE_NORMAL, "Not found.");
}

static void export_pem(struct screen *screen, const char *path)
{
    struct state *s = state_of(screen);
    struct error e = {0};
    struct buf pem;

    buf_init(&pem, PEM_MAX);
    if (!cert_add_pem(&pem, &s->chain.certs[s->shown]))
        app_message(screen->app, STYLE_FAULT, "It cannot be written as PEM.");
    else if (!file_save(&(struct file_save){.path = path,
                                            .bytes = pem.data,
                                            .len = pem.len},
                        NULL, NULL, &e))
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
    else
        app_message(screen->app, STYLE_GOOD, "Written to %s.", path);
    buf_release(&pem);
}

static void ask(struct screen *screen, enum prompt prompt, const char *text)
{
    struct state *s = state_of(screen);

    s->prompt = prompt;
    lineedit_set(&s->edit, text);
}

static void ask_find(struct screen *screen)
{
    ask(screen, PROMPT_FIND, "");
}

static void ask_export(struct screen *screen)
{
    ask(screen, PROMPT_EXPORT, "certificate.pem");
}

static void take(struct screen *screen)
{
    struct state *s = state_of(screen);
    enum prompt prompt = s->prompt;

    s->prompt = PROMPT_NONE;
    if (!s->edit.len)
        return;
    if (prompt == PROMPT_EXPORT) {
        export_pem(screen, s->edit.text);
        return;
    }
    xreplace(&s->wanted, s->edit.text);
    find_next(screen);
}

static void drop(struct screen *screen)
{
    state_of(screen)->prompt = PROMPT_NONE;
}

static bool typing(const struct screen *screen)
{
    return state_of(screen)->prompt != PROMPT_NONE;
}

static bool key(struct screen *screen, int k)
{
    struct state *s = state_of(screen);

    if (s->prompt == PROMPT_NONE)
        return false;
    if (k == K_PASTE)
        return lineedit_insert(&s->edit, app_pasted(screen->app));
    return lineedit_key(&s->edit, k);
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    cert_facts_release(&s->facts);
    cert_chain_release(&s->chain);
    lineedit_release(&s->edit);
    free(s->title);
    free(s->verdict_text);
    free(s->wanted);
    free(s);
}

static const struct binding typing_keys[] = {
    {K_ENTER, 0, take, "Enter", "Do it", "Take what was typed.", NULL},
    {K_ESCAPE, K_CTRL('c'), drop, "Esc", "Cancel", "Do nothing.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    {K_UP, 'k', up, "Up", NULL, "The row above.", NULL},
    {K_DOWN, 'j', down, "Up/Down", "Row", "The row below.", NULL},
    {K_PAGE_UP, 0, page_up, "PgUp", NULL, "A page up.", NULL},
    {K_PAGE_DOWN, 0, page_down, "PgDn", NULL, "A page down.", NULL},
    {K_HOME, 'g', first, "Home", NULL, "The first row.", NULL},
    {K_END, 'G', last, "End", NULL, "The last row.", NULL},
    {K_LEFT, 0, issued, "Left", NULL, "The certificate that it issued.", NULL},
    {K_RIGHT, 0, issuer, "Left/Right", "Chain",
     "The certificate that issued it.", NULL},
    {'e', 0, ask_export, "e", "Export PEM", "Write it to a file as PEM.", NULL},
    {'/', 0, ask_find, "/", "Find", "Find text in the rows.", NULL},
    {'n', 0, find_next, "n", NULL, "The next row with that text.", NULL},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Back to where you were.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Certificate",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = typing,
                                      .typing_keys = typing_keys,
                                      .key = key,
                                      .close = close_screen};

static struct state *new_state(const char *where, char *verdict_text)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->title = xstrdup(where);
    s->verdict_text = verdict_text;
    lineedit_init(&s->edit, 1000, "");
    return s;
}

static char *verdict_words_of(const struct verdict *verdict, const char *remark,
                              time_t now)
{
    char text[500];

    verdict_summary(text, sizeof(text), verdict, now);
    return xasprintf("%s%s%s%s", verdict->trusted ? "" : "NOT PROVEN: ", text,
                     *remark ? ". " : "", remark);
}

void cert_view_open(struct app *app, const char *where,
                    const struct verdict *verdict, const char *remark)
{
    struct state *s;

    if (!verdict_leaf(verdict)) {
        app_message(app, STYLE_NORMAL,
                    "There is no certificate that could be shown.");
        return;
    }
    s = new_state(where, verdict_words_of(verdict, remark, app_wall(app)));
    cert_chain_copy(&s->chain, &verdict->sent);
    load(s, app_wall(app));
    app_push(app, &ops, s);
}

void cert_view_open_single(struct app *app, const char *where,
                           const struct cert *cert, const char *remark)
{
    const struct cert_chain one = {(struct cert *)cert, 1};
    struct state *s = new_state(where, xstrdup(remark));

    cert_chain_copy(&s->chain, &one);
    load(s, app_wall(app));
    app_push(app, &ops, s);
}
