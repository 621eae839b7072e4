/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/question.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST 74

void question_init(struct question *question, const char *title)
{
    *question = (struct question){.title = xstrdup(title)};
}

void question_buttons(struct question *question, const char *const *labels)
{
    while (*labels && question->button_count < QUESTION_BUTTONS)
        question->buttons[question->button_count++] = xstrdup(*labels++);
}

void question_line(struct question *question, const char *format, ...)
{
    va_list args;
    char *line;

    va_start(args, format);
    if (vasprintf(&line, format, args) < 0)
        abort();
    va_end(args);
    question->lines = xreallocarray(question->lines, question->line_count + 1,
                                    sizeof(*question->lines));
    question->lines[question->line_count++] = line;
}

void question_release(struct question *question)
{
    for (size_t i = 0; i < question->line_count; i++)
        free(question->lines[i]);
    for (size_t i = 0; i < question->button_count; i++)
        free(question->buttons[i]);
    free(question->lines);
    free(question->title);
    *question = (struct question){0};
}

/* -- drawing --------------------------------------------------------------- */

static int buttons_width(const struct question *question)
{
    int width = 0;

    for (size_t i = 0; i < question->button_count; i++)
        width += (int)text_width(question->buttons[i]) + 7;
    return width;
}

static int widest_line(const struct question *question)
{
    int widest = (int)text_width(question->title) + 6;

    for (size_t i = 0; i < question->line_count; i++) {
        int width = (int)text_width(question->lines[i]) + 2;

        if (width > widest)
            widest = width;
    }
    return widest;
}

/* Wraps into `width`; the caller frees. */
static char **wrap_all(const struct question *question, int width,
                       size_t *total)
{
    char **all = NULL;

    *total = 0;
    for (size_t i = 0; i < question->line_count; i++) {
        size_t count;
        char **some = draw_break(question->lines[i], width, &count);

        all = xreallocarray(all, *total + count, sizeof(*all));
        memcpy(all + *total, some, count * sizeof(*all));
        *total += count;
        free(some);
    }
    return all;
}

static void draw_lines(struct question *question, struct area area,
                       char *const *lines)
{
    char more[64];

    if (question->top + question->shown > question->total)
        question->top = question->total - question->shown;
    for (size_t i = 0; i < question->shown; i++)
        draw_text(area, (int)i, 1, STYLE_NORMAL, lines[question->top + i]);
    if (question->shown == question->total)
        return;
    snprintf(more, sizeof(more), "Up/Down: lines %zu to %zu of %zu",
             question->top + 1, question->top + question->shown,
             question->total);
    draw_text(area, area.height - 1, 1, STYLE_STRONG, more);
}

static void draw_all_buttons(const struct question *question, struct area area,
                             bool stacked)
{
    const char *const *labels = (const char *const *)question->buttons;

    if (!stacked) {
        draw_buttons(area, 0, labels, question->button_count,
                     (int)question->focused);
        return;
    }
    for (size_t i = 0; i < question->button_count; i++)
        draw_buttons(area, (int)i, &labels[i], 1,
                     i == question->focused ? 0 : -1);
}

/* Into `room` rows; when that is too few, the last of them says so. Returns the
 * rows used. */
static int fit(struct question *question, int room)
{
    question->shown = question->total;
    if ((int)question->total > room)
        question->shown = room > 1 ? (size_t)room - 1 : 0;
    return (int)question->shown + (question->shown < question->total);
}

static void free_lines(char **lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
}

void question_draw(struct question *question, struct area body)
{
    int buttons = buttons_width(question), width = widest_line(question);
    int room, button_rows;
    struct area inside;
    char **lines;

    width = width > buttons ? width : buttons;
    width = width < WIDEST ? width : WIDEST;
    width = width < body.width - 4 ? width : body.width - 4;
    button_rows = buttons > width ? (int)question->button_count : 1;
    lines = wrap_all(question, width - 1, &question->total);
    room = fit(question, body.height - 2 - button_rows);
    inside = draw_box(body, room + button_rows, width, question->title);
    draw_lines(question, area_rows(inside, 0, room), lines);
    draw_all_buttons(question, area_rows(inside, room, button_rows),
                     button_rows > 1);
    free_lines(lines, question->total);
}

void question_draw_whole(struct question *question, struct area body)
{
    bool stacked = buttons_width(question) > body.width;
    int button_rows = stacked ? (int)question->button_count : 1;
    char **lines = wrap_all(question, body.width - 2, &question->total);
    int room = body.height - button_rows;

    fit(question, room);
    draw_lines(question, area_rows(body, 0, room), lines);
    draw_all_buttons(question, area_rows(body, room, button_rows), stacked);
    free_lines(lines, question->total);
}

/* -- keys ------------------------------------------------------------------ */

static void scroll(struct question *question, bool down, size_t by)
{
    size_t last = question->total - question->shown;

    if (down)
        question->top = question->top + by < last ? question->top + by : last;
    else
        question->top = question->top > by ? question->top - by : 0;
}

bool question_key(struct question *question, int key)
{
    /* Nothing to scroll: these choose as well, for buttons one below the
     * other. */
    if (question->shown == question->total && (key == K_UP || key == K_DOWN))
        key = key == K_UP ? K_LEFT : K_RIGHT;
    switch (key) {
    case K_LEFT:
    case K_BACK_TAB:
        if (question->focused > 0)
            question->focused--;
        return true;
    case K_RIGHT:
    case K_TAB:
        if (question->focused + 1 < question->button_count)
            question->focused++;
        return true;
    case K_UP:
    case K_DOWN:
        scroll(question, key == K_DOWN, 1);
        return true;
    case K_PAGE_UP:
    case K_PAGE_DOWN:
        scroll(question, key == K_PAGE_DOWN,
               question->shown ? question->shown : 1);
        return true;
    default:
        return false;
    }
}

/* -- a screen of it -------------------------------------------------------- */

void question_of_draw(struct screen *screen, struct area body)
{
    question_draw(screen->state, body);
}

bool question_of_key(struct screen *screen, int key)
{
    return question_key(screen->state, key);
}

void question_of_left(struct screen *screen)
{
    question_key(screen->state, K_LEFT);
}

void question_of_right(struct screen *screen)
{
    question_key(screen->state, K_RIGHT);
}

bool question_of_is_cut(const struct screen *screen)
{
    const struct question *question = screen->state;

    return question->shown < question->total;
}

void question_of_up(struct screen *screen)
{
    question_key(screen->state, K_UP);
}

void question_of_down(struct screen *screen)
{
    question_key(screen->state, K_DOWN);
}

void question_of_page_up(struct screen *screen)
{
    question_key(screen->state, K_PAGE_UP);
}

void question_of_page_down(struct screen *screen)
{
    question_key(screen->state, K_PAGE_DOWN);
}

void question_of_close(struct screen *screen)
{
    question_release(screen->state);
    free(screen->state);
}
