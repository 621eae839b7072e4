/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/decision.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_CELLS   14
#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */

void decision_init(struct decision *d, struct app *app,
                   const struct probe_result *result)
{
    *d = (struct decision){.focus = FIELD_SAFE, .app = app};
    probe_result_copy(&d->result, result);
    lineedit_init(&d->paste, 300, "");
    lineedit_init(&d->name, 300, "");
    lineedit_init(&d->limit, 16, "");
    d->offered[FIELD_SAFE] = true;
}

void decision_release(struct decision *d)
{
    loop_cancel(d->retry);
    probe_result_release(&d->result);
    pages_release(&d->pages);
    lineedit_release(&d->paste);
    lineedit_release(&d->name);
    lineedit_release(&d->limit);
}

void decision_judge(struct decision *d, bool typing)
{
    const struct cert *leaf = verdict_leaf(&d->result.verdict);
    const struct trust_form form = {.sha256 = leaf->sha256,
                                    .host = typing ? d->result.endpoint.host
                                                   : NULL};

    decision_judge_form(d, &form);
}

void decision_judge_form(struct decision *d, const struct trust_form *form)
{
    d->ready = trust_form_ready(form, d->paste.text, d->name.text, &d->checked,
                                d->say, sizeof(d->say));
}

void decision_field_line(struct decision *d, enum decision_field field,
                         const char *label, const char *value)
{
    pages_line(&d->pages, STYLE_NORMAL, field, "  %-*s%s", LABEL_CELLS - 2,
               label, value);
    d->offered[field] = true;
}

void decision_sha256(struct decision *d, const unsigned char sha256[32])
{
    char groups[96];
    /* Eight groups a line where they fit, else four: each group is whole. */
    size_t per_line = d->pages.width >= LABEL_CELLS + 39 ? 16 : 8;

    for (size_t i = 0; i < 32; i += per_line) {
        text_hex_groups(groups, sha256 + i, per_line);
        pages_line(&d->pages, STYLE_NORMAL, -1, " %-*s%s", LABEL_CELLS - 1,
                   i ? "" : "SHA-256", groups);
    }
}

struct area decision_page_area(struct area body)
{
    return area_rows(body, 0, body.height > 3 ? body.height - 2 : body.height);
}

/* The one that has the focus, or NULL. */
static struct lineedit *editor(struct decision *d)
{
    switch (d->focus) {
    case FIELD_PASTE:
        return &d->paste;
    case FIELD_NAME:
        return &d->name;
    case FIELD_LIMIT:
        return &d->limit;
    default:
        return NULL;
    }
}

/* Whether the deciding button may act now. */
static bool may_decide(const struct decision *d)
{
    return d->ready && d->offered[FIELD_DECIDE] && pages_is_last(&d->pages) &&
           pages_all_seen(&d->pages);
}

static void draw_editor(struct decision *d, struct area area,
                        enum decision_field field, struct lineedit *edit)
{
    int row = pages_row(&d->pages, field), column;
    int width = area.width - LABEL_CELLS - 1;
    char text[1024];

    if (row < 0 || !d->offered[field] || width < 1)
        return;
    lineedit_view(edit, width, false, text, sizeof(text), &column);
    if (d->focus != field && !edit->len) {
        int most = field == FIELD_NAME ? 30 : 64;
        int line = width < most ? width : most;

        memset(text, '_', (size_t)line);
        text[line] = '\0';
    }
    draw_text(area, row, LABEL_CELLS,
              d->focus == field ? STYLE_FIELD : STYLE_NORMAL, text);
    if (d->focus != field)
        return;
    draw_text(area, row, 0, STYLE_FOCUS, ">");
    draw_cursor(area, row, LABEL_CELLS + column);
}

static void draw_keep(const struct decision *d, struct area area)
{
    int row = pages_row(&d->pages, FIELD_KEEP);

    if (row < 0 || d->focus != FIELD_KEEP)
        return;
    draw_text(area, row, 0, STYLE_FOCUS, ">");
    draw_cursor(area, row, 0);
}

static void draw_decide(const struct decision *d, struct area body,
                        const char *safe, const char *decide)
{
    bool last = pages_is_last(&d->pages), may = may_decide(d);
    char label[64];
    const char *labels[2] = {safe, label};
    int focused = d->focus == FIELD_SAFE     ? 0
                  : d->focus == FIELD_DECIDE ? 1
                                             : -1;
    size_t count = last && !d->offered[FIELD_DECIDE] ? 1 : 2;
    int row = body.height - 1, col;

    snprintf(label, sizeof(label), "%s%s", last && !may ? "-" : "",
             last ? decide : "Next page");
    col = draw_buttons(body, row, labels, count, focused);
    if (last && count == 2 && body.width - col > 12)
        draw_cut(body, row, col + 2, body.width - col - 2,
                 may ? STYLE_GOOD : STYLE_NORMAL, d->say);
    else if (last && count == 2)
        draw_cut(body, row - 1, 1, body.width - 1, STYLE_NORMAL, d->say);
    else if (!last)
        draw_textf(body, row, col + 2, STYLE_NORMAL, "page %zu of %zu",
                   d->pages.page + 1, pages_count(&d->pages));
}

void decision_draw(struct decision *d, struct area body, const char *safe,
                   const char *decide)
{
    struct area area = decision_page_area(body);

    pages_draw(&d->pages, area);
    draw_editor(d, area, FIELD_PASTE, &d->paste);
    draw_editor(d, area, FIELD_NAME, &d->name);
    draw_editor(d, area, FIELD_LIMIT, &d->limit);
    draw_keep(d, area);
    draw_decide(d, body, safe, decide);
}

static bool can_focus(const struct decision *d, enum decision_field field)
{
    return field == FIELD_DECIDE
               ? d->offered[field] || !pages_is_last(&d->pages)
               : d->offered[field];
}

/* Next or previous field (by = 1, -1). */
static void move(struct decision *d, int by)
{
    int field = d->focus;

    do {
        field = (field + by + FIELD_COUNT) % FIELD_COUNT;
    } while (!can_focus(d, (enum decision_field)field));
    d->focus = (enum decision_field)field;
    if (field < FIELD_SAFE)
        pages_show_field(&d->pages, field);
}

/* The focus leaves a field that is no longer shown. */
static void turn(struct decision *d, int by)
{
    pages_turn(&d->pages, by);
    if (d->focus < FIELD_SAFE)
        d->focus = FIELD_SAFE;
}

/* -- keys ------------------------------------------------------------------ */

static struct decision *decision_of(const struct screen *screen)
{
    return screen->state;
}

bool decision_typing(const struct screen *screen)
{
    return editor(decision_of(screen)) != NULL;
}

bool decision_on_choice(const struct screen *screen)
{
    return decision_of(screen)->focus == FIELD_KEEP;
}

bool decision_key(struct screen *screen, int key)
{
    struct lineedit *edit = editor(decision_of(screen));

    if (!edit)
        return false;
    if (key == K_PASTE) {
        lineedit_insert(edit, app_pasted(screen->app));
        return true;
    }
    return lineedit_key(edit, key);
}

/* On the last page the safe button has the focus again: Enter, pressed once
 * more, decides nothing. */
static void press_decide(struct screen *screen)
{
    struct decision *d = decision_of(screen);

    if (!pages_is_last(&d->pages)) {
        pages_turn(&d->pages, 1);
        if (pages_is_last(&d->pages))
            d->focus = FIELD_SAFE;
    } else if (may_decide(d)) {
        d->decide(screen);
    } else {
        app_message(screen->app, STYLE_FAULT, "%s",
                    d->ready ? "Off until every page was seen: PgUp." : d->say);
    }
}

void decision_enter(struct screen *screen)
{
    struct decision *d = decision_of(screen);

    if (d->focus == FIELD_SAFE)
        d->leave(screen);
    else if (d->focus == FIELD_DECIDE)
        press_decide(screen);
    else
        move(d, 1);
}

void decision_next(struct screen *screen)
{
    move(decision_of(screen), 1);
}

void decision_previous(struct screen *screen)
{
    move(decision_of(screen), -1);
}

bool decision_has_pages(const struct screen *screen)
{
    return pages_count(&decision_of(screen)->pages) > 1;
}

void decision_page_down(struct screen *screen)
{
    turn(decision_of(screen), 1);
}

void decision_page_up(struct screen *screen)
{
    turn(decision_of(screen), -1);
}

/* -- storing --------------------------------------------------------------- */

void decision_not_stored(struct decision *d, const struct error *e,
                         void (*again)(void *arg), void *arg)
{
    if (e->code == ERROR_LOCKED && d->tries++ < LOCK_TRIES)
        d->retry = loop_after(app_loop(d->app), LOCK_RETRY_MS, again, arg);
    else
        app_message(d->app, STYLE_FAULT, "Not stored: %s", e->text);
}

void decision_test_again(struct decision *d)
{
    char *target = xstrdup(d->result.target); /* this dialog may close */

    app_test(d->app, (const char *const[]){target}, 1);
    free(target);
}

static void store_again(void *arg);

static void try_store(struct decision *d)
{
    struct app *app = d->app;
    struct error e = {0};

    if (!exceptions_add(app_workspace(app)->exceptions, &d->wish,
                        &d->result.verdict, d->replace, app_wall(app), &e)) {
        decision_not_stored(d, &e, store_again, d);
        return;
    }
    app_message(app, STYLE_GOOD,
                "%s; stored now. u in 4 Certificates takes it back.",
                d->replace ? "Replaced" : "Exception added");
    decision_test_again(d);
}

static void store_again(void *arg)
{
    struct decision *d = arg;

    d->retry = NULL;
    try_store(d);
}

void decision_store(struct decision *d, const struct exception_wish *wish,
                    bool replace)
{
    d->wish = *wish;
    d->replace = replace;
    d->tries = 0;
    if (!d->retry)
        try_store(d);
}
