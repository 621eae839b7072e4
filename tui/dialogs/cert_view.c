/* SPDX-License-Identifier: MIT */
/*
 * cert_view: one certificate after another of a chain, a fact a row: the
 * verdict first, then the tree of the path and where it breaks, then what the
 * certificate says. Left and Right go along the chain, Enter on a row of the
 * tree goes there; e writes this one, a all of them, as PEM or as text.
 */
#include "tui/app.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"
#include "core/trust/cert_path.h"
#include "tui/dialogs/cert_rows.h"
#include "tui/dialogs/paths.h"
#include "tui/widgets/prompt.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT_MAX (8u << 20)

enum prompt { PROMPT_NONE, PROMPT_ONE, PROMPT_ALL };

struct state {
    char *title, *verdict_text;
    struct verdict verdict; /* the path points into it */
    struct cert_path path;
    size_t shown; /* which link */
    struct cert_rows rows;
    enum prompt prompt;
    struct lineedit edit;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- rows ------------------------------------------------------------------ */

/* A certificate that signed itself has no path worth a row. */
static void add_path(struct state *s)
{
    struct cert_path_row *rows;
    size_t count;

    if (s->path.count < 2 &&
        (!s->path.broken || s->path.links[0].cert->self_signed))
        return;
    cert_path_rows(&s->path, s->shown, &rows, &count);
    for (size_t i = 0; i < count; i++)
        cert_rows_add(&s->rows, i ? "" : "Path", rows[i].text, rows[i].link);
    cert_path_rows_free(rows, count);
}

static void load(struct state *s, time_t now)
{
    struct cert_facts facts;

    cert_rows_clear(&s->rows);
    cert_rows_add(&s->rows, "Verdict", s->verdict_text, SIZE_MAX);
    add_path(s);
    cert_describe(&facts, s->path.links[s->shown].cert, now);
    for (size_t i = 0; i < facts.count; i++)
        cert_rows_add(&s->rows, facts.rows[i].label, facts.rows[i].value,
                      SIZE_MAX);
    cert_facts_release(&facts);
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    struct area rows = body;

    if (s->prompt != PROMPT_NONE && rows.height > 1)
        rows.height--;
    cert_rows_draw(&s->rows, rows, s->prompt == PROMPT_NONE);
    if (s->prompt != PROMPT_NONE)
        prompt_draw(body, body.height - 1, STYLE_STRONG,
                    s->prompt == PROMPT_ALL ? " Write all to: " : " Write to: ",
                    &s->edit);
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);

    snprintf(left, left_size, "Certificate %zu of %zu in chain", s->shown + 1,
             s->path.count);
    snprintf(right, right_size, "%s", s->title);
}

/* -- what the person does -------------------------------------------------- */

static void up(struct screen *screen)
{
    cert_rows_step(&state_of(screen)->rows, -1);
}

static void down(struct screen *screen)
{
    cert_rows_step(&state_of(screen)->rows, 1);
}

static void page_up(struct screen *screen)
{
    cert_rows_page(&state_of(screen)->rows, -1);
}

static void page_down(struct screen *screen)
{
    cert_rows_page(&state_of(screen)->rows, 1);
}

static void first(struct screen *screen)
{
    cert_rows_move(&state_of(screen)->rows, LONG_MIN);
}

static void last(struct screen *screen)
{
    cert_rows_move(&state_of(screen)->rows, LONG_MAX);
}

static void along(struct screen *screen, int by)
{
    struct state *s = state_of(screen);

    if ((by < 0 && s->shown == 0) ||
        (by > 0 && s->shown + 1 == s->path.count)) {
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

static void open_link(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t link = s->rows.rows[s->rows.selected].link;

    if (link == SIZE_MAX) {
        app_message(screen->app, STYLE_NORMAL,
                    "Enter shows the certificate of a row of the path.");
        return;
    }
    s->shown = link;
    load(s, app_wall(screen->app));
}

static bool find(struct screen *screen, const char *needle, bool backwards)
{
    return cert_rows_find(&state_of(screen)->rows, needle, backwards);
}

/* What was made harmless is said to be. */
static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct cert_rows *rows = &state_of(screen)->rows;

    for (size_t i = 0; i < rows->count; i++)
        if (strstr(rows->rows[i].value, "\\x") ||
            strstr(rows->rows[i].value, "\\u{")) {
            snprintf(out, size,
                     "Odd bytes in these texts are shown as \\x1B and never "
                     "reach your terminal.");
            return true;
        }
    return false;
}

/* -- writing to a file ----------------------------------------------------- */

static bool add_text(struct buf *out, const struct cert *cert, time_t now)
{
    struct cert_facts facts;
    bool ok = true;

    cert_describe(&facts, cert, now);
    for (size_t i = 0; i < facts.count && ok; i++)
        ok = buf_addf(out, "%-*s%s\n", CERT_ROWS_LABEL, facts.rows[i].label,
                      facts.rows[i].value);
    cert_facts_release(&facts);
    return ok && buf_add_char(out, '\n');
}

static bool is_text_path(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && text_equal_nocase(path + len - 4, ".txt");
}

static bool fill(const struct state *s, const char *path, time_t now,
                 struct buf *out)
{
    bool ok = true;

    if (is_text_path(path))
        buf_addf(out, "%-*s%s\n\n", CERT_ROWS_LABEL, "Verdict",
                 s->verdict_text);
    for (size_t i = 0; i < s->path.count && ok; i++) {
        const struct cert *cert = s->path.links[i].cert;

        if (s->prompt != PROMPT_ALL && i != s->shown)
            continue;
        ok = is_text_path(path) ? add_text(out, cert, now)
                                : cert_add_pem(out, cert);
    }
    return ok;
}

static void write_to(struct screen *screen, const char *path)
{
    struct app *app = screen->app;
    struct error e = {0};
    struct buf out;

    buf_init(&out, EXPORT_MAX);
    if (!fill(state_of(screen), path, app_wall(app), &out))
        app_message(app, STYLE_FAULT, "That is too much for one file.");
    else if (path_write_new(path, &out, &e))
        app_message(app, STYLE_GOOD, "Written to %s.", path);
    else
        app_message(app, STYLE_FAULT, "%s", e.text);
    buf_release(&out);
}

static void ask(struct screen *screen, enum prompt prompt, const char *text)
{
    struct state *s = state_of(screen);

    s->prompt = prompt;
    lineedit_set(&s->edit, text);
    app_message(screen->app, STYLE_NORMAL,
                "Text if it ends in .txt, else PEM.");
}

static void ask_one(struct screen *screen)
{
    ask(screen, PROMPT_ONE, "certificate.pem");
}

static void ask_all(struct screen *screen)
{
    ask(screen, PROMPT_ALL, "chain.pem");
}

static void take(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->edit.len)
        write_to(screen, s->edit.text);
    s->prompt = PROMPT_NONE;
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

    cert_rows_clear(&s->rows);
    cert_path_release(&s->path);
    verdict_release(&s->verdict);
    lineedit_release(&s->edit);
    free(s->title);
    free(s->verdict_text);
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
    {K_ENTER, 0, open_link, "Enter", NULL,
     "The certificate of this row of the path.", NULL},
    {'e', 0, ask_one, "e", "Export", "Write it to a file, as PEM or text.",
     NULL},
    {'a', 0, ask_all, "a", NULL,
     "Write the whole chain to a file, as PEM or text.", NULL},
    {K_ESCAPE, 'q', leave, "Esc", "Back", "Back to where you were.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Certificate",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .find = find,
                                      .typing = typing,
                                      .typing_keys = typing_keys,
                                      .key = key,
                                      .close = close_screen};

static char *verdict_words_of(const struct verdict *verdict, const char *remark,
                              time_t now)
{
    char text[500], revocation[200];

    verdict_summary(text, sizeof(text), verdict, now);
    verdict_revocation(revocation, sizeof(revocation), verdict);
    return xasprintf("%s%s%s%s. Revocation: %s",
                     verdict->trusted ? "" : "NOT PROVEN: ", text,
                     *remark ? ". " : "", remark, revocation);
}

/* Takes the texts and the verdict over. */
static void open_view(struct app *app, const char *where, char *verdict_text,
                      struct verdict *verdict)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->title = xstrdup(where);
    s->verdict_text = verdict_text;
    s->verdict = *verdict;
    cert_path_read(&s->path, &s->verdict);
    lineedit_init(&s->edit, 1000, "");
    load(s, app_wall(app));
    app_push(app, &ops, s);
}

void cert_view_open(struct app *app, const char *where,
                    const struct verdict *verdict, const char *remark)
{
    struct verdict copy;

    if (!verdict_leaf(verdict)) {
        app_message(app, STYLE_NORMAL,
                    "There is no certificate that could be shown.");
        return;
    }
    verdict_copy(&copy, verdict);
    open_view(app, where, verdict_words_of(verdict, remark, app_wall(app)),
              &copy);
}

void cert_view_open_single(struct app *app, const char *where,
                           const struct cert *cert, const char *remark)
{
    const struct cert_chain one = {.certs = (struct cert *)cert, .count = 1};
    struct verdict alone = {0};

    cert_chain_copy(&alone.sent, &one);
    if (!alone.sent.count) {
        app_message(app, STYLE_NORMAL, "It cannot be shown.");
        return;
    }
    open_view(app, where, xstrdup(remark), &alone);
}
