/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/cert_rows.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>

void cert_rows_clear(struct cert_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i].value);
    free(rows->rows);
    *rows = (struct cert_rows){.body = rows->body};
}

void cert_rows_add(struct cert_rows *rows, const char *label, const char *value,
                   size_t link)
{
    rows->rows =
        xreallocarray(rows->rows, rows->count + 1, sizeof(*rows->rows));
    rows->rows[rows->count++] = (struct cert_row){label, xstrdup(value), link};
}

void cert_rows_move(struct cert_rows *rows, long by)
{
    long at = (long)rows->selected, last = (long)rows->count - 1;

    if (by > last - at)
        at = last;
    else if (by < -at)
        at = 0;
    else
        at += by;
    rows->selected = (size_t)at;
}

bool cert_rows_find(struct cert_rows *rows, const char *needle, bool backwards)
{
    for (size_t i = 1; i <= rows->count; i++) {
        size_t step = backwards ? rows->count - i : i;
        size_t row = (rows->selected + step) % rows->count;

        if (text_contains_nocase(rows->rows[row].value, needle) ||
            text_contains_nocase(rows->rows[row].label, needle)) {
            rows->selected = row;
            return true;
        }
    }
    return false;
}

/* Draws a row from line `at` of the body on; returns how many lines it takes.
 * With at outside the body it only measures. */
static int draw_row(const struct cert_rows *rows, struct area body, size_t row,
                    int at)
{
    int room = body.width - CERT_ROWS_LABEL;
    size_t count;
    char **parts =
        draw_break(rows->rows[row].value, room > 8 ? room : 8, &count);

    for (size_t i = 0; i < count; i++) {
        int line = at + (int)i;

        if (line >= 0 && line < body.height) {
            if (i == 0) {
                draw_text(body, line, 0, STYLE_FOCUS,
                          row == rows->selected ? ">" : " ");
                draw_cut(body, line, 2, CERT_ROWS_LABEL - 3, STYLE_STRONG,
                         rows->rows[row].label);
            }
            draw_text(body, line, CERT_ROWS_LABEL, STYLE_NORMAL, parts[i]);
        }
        free(parts[i]);
    }
    free(parts);
    return count ? (int)count : 1;
}

static int line_of(const struct cert_rows *rows, struct area body, size_t row,
                   int *lines)
{
    struct area nowhere = {body.top, body.left, 0, body.width};
    int line = 0;

    for (size_t i = 0; i < row; i++)
        line += draw_row(rows, nowhere, i, 0);
    *lines = draw_row(rows, nowhere, row, 0);
    return line;
}

/* A row that is taller than the body may be scrolled within. */
static void scroll_to_selected(struct cert_rows *rows, struct area body)
{
    int lines, line = line_of(rows, body, rows->selected, &lines);
    int top = (int)rows->top, slack = lines - body.height;

    if (slack > 0)
        top = top < line ? line : top > line + slack ? line + slack : top;
    else if (line + lines > top + body.height)
        top = line + lines - body.height;
    else if (line < top)
        top = line;
    rows->top = (size_t)top;
}

void cert_rows_page(struct cert_rows *rows, int direction)
{
    int lines, line = line_of(rows, rows->body, rows->selected, &lines);
    int top = (int)rows->top, bottom = top + rows->body.height;

    if (direction > 0 && line + lines > bottom)
        rows->top += (size_t)rows->body.height;
    else if (direction < 0 && line < top)
        rows->top -=
            top < rows->body.height ? rows->top : (size_t)rows->body.height;
    else
        cert_rows_move(rows, (long)direction * rows->body.height);
}

void cert_rows_step(struct cert_rows *rows, int direction)
{
    int lines, line = line_of(rows, rows->body, rows->selected, &lines);

    if (direction > 0 && line + lines > (int)rows->top + rows->body.height)
        rows->top++;
    else if (direction < 0 && line < (int)rows->top)
        rows->top--;
    else
        cert_rows_move(rows, direction);
}

void cert_rows_draw(struct cert_rows *rows, struct area body, bool focused)
{
    int line;

    rows->body = body;
    scroll_to_selected(rows, body);
    line = -(int)rows->top;
    for (size_t i = 0; i < rows->count && line < body.height; i++) {
        if (focused && i == rows->selected)
            draw_cursor(body, line < 0 ? 0 : line, 0);
        line += draw_row(rows, body, i, line);
    }
}
