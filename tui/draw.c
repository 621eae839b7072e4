/* SPDX-License-Identifier: MIT */
#include "tui/draw.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"
#include "tui/term.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static struct {
    int row, col;
} cursor;

/* -- the whole screen ------------------------------------------------------ */

void draw_begin(void)
{
    /* Not clear(): erasing and drawing the same again sends nothing. */
    erase();
    cursor.row = cursor.col = 0;
}

void draw_end(void)
{
    move(cursor.row, cursor.col);
    wnoutrefresh(stdscr);
    doupdate();
}

struct area draw_screen(void)
{
    return (struct area){.height = LINES, .width = COLS};
}

struct area area_rows(struct area area, int row, int height)
{
    struct area part = area;

    if (row > area.height)
        row = area.height;
    part.top += row;
    part.height = height < area.height - row ? height : area.height - row;
    if (part.height < 0)
        part.height = 0;
    return part;
}

struct area area_columns(struct area area, int col, int width)
{
    struct area part = area;

    if (col > area.width)
        col = area.width;
    part.left += col;
    part.width = width < area.width - col ? width : area.width - col;
    if (part.width < 0)
        part.width = 0;
    return part;
}

void draw_cursor(struct area area, int row, int col)
{
    if (row >= area.height)
        row = area.height - 1;
    if (col >= area.width)
        col = area.width - 1;
    cursor.row = area.top + (row > 0 ? row : 0);
    cursor.col = area.left + (col > 0 ? col : 0);
}

/* -- one run of text ------------------------------------------------------- */

static attr_t attributes(enum style style, short *pair)
{
    static const struct {
        attr_t plain;
        short pair;
    } looks[] = {
        [STYLE_NORMAL] = {A_NORMAL, 0},
        [STYLE_STRONG] = {A_BOLD, 0},
        [STYLE_FAULT] = {A_BOLD, 1},
        [STYLE_CHANGED] = {A_NORMAL, 2},
        [STYLE_GOOD] = {A_NORMAL, 3},
        [STYLE_FOCUS] = {A_BOLD, 0},
        [STYLE_FIELD] = {A_UNDERLINE, 0},
        [STYLE_STOP] = {A_REVERSE | A_BOLD, 0},
    };

    *pair = term_has_colour() ? looks[style].pair : 0;
    return looks[style].plain;
}

/* Cells of a character on this terminal. What ncurses would give another
 * width than we count, and what the locale cannot show, becomes `?`. */
static wchar_t showable(int32_t c, int width)
{
    if (c < 128)
        return (wchar_t)(c < 32 || c == 127 ? '?' : c);
    return term_is_utf8() && wcwidth((wchar_t)c) == width ? (wchar_t)c : L'?';
}

static void put_cells(int y, int x, attr_t look, short pair,
                      const wchar_t *characters, int width)
{
    cchar_t cell;

    setcchar(&cell, characters, look, pair, NULL);
    mvadd_wch(y, x, &cell);
    for (int i = 1; characters[0] == L'?' && i < width; i++)
        mvadd_wch(y, x + i, &cell);
}

/* One character with its combining marks: at most four of them, as ncurses
 * keeps no more. */
static const char *put_character(const char *p, const char *end, int y, int x,
                                 attr_t look, short pair, int *used)
{
    wchar_t characters[CCHARW_MAX + 1] = {0};
    int32_t c = text_decode(&p, end);
    int width = c < 0 ? 1 : text_char_width((uint32_t)c);
    int n = 1;

    *used = width < 1 ? 1 : width;
    characters[0] = c < 0 || width < 1 ? L'?' : showable(c, *used);
    while (p < end) {
        const char *mark = p;

        c = text_decode(&p, end);
        if (c < 0 || text_char_width((uint32_t)c) != 0) {
            p = mark;
            break;
        }
        if (n < CCHARW_MAX && characters[0] != L'?' && term_is_utf8() &&
            wcwidth((wchar_t)c) == 0)
            characters[n++] = (wchar_t)c;
    }
    if (y >= 0)
        put_cells(y, x, look, pair, characters, *used);
    return p;
}

/* Puts what fits into [x, limit); returns the column behind it. */
static int put_text(int y, int x, int limit, enum style style, const char *text,
                    size_t len)
{
    const char *end = text + len;
    short pair;
    attr_t look = attributes(style, &pair);

    while (text < end) {
        int used;
        const char *next = put_character(text, end, -1, x, look, pair, &used);

        if (x + used > limit)
            break;
        put_character(text, end, y, x, look, pair, &used);
        x += used;
        text = next;
    }
    return x;
}

/* Untrusted text was made safe where it came in; once more costs little and
 * makes a slip there harmless. */
static char *clean(const char *text)
{
    size_t len = strlen(text);

    return text_safe_dup(text, len, 8 * len + 8);
}

/* The same for text that has line breaks of its own. */
static char *clean_lines(const char *text)
{
    struct buf out;
    char *result;

    buf_init(&out, 1 << 20);
    for (;;) {
        size_t len = strcspn(text, "\n");
        char *safe = text_safe_dup(text, len, 8 * len + 8);

        buf_add_text(&out, safe);
        free(safe);
        if (!text[len])
            break;
        buf_add_char(&out, '\n');
        text += len + 1;
    }
    result = buf_take(&out);
    return result;
}

static int draw_bytes(struct area area, int row, int col, enum style style,
                      const char *text, size_t len)
{
    if (row < 0 || row >= area.height || col < 0 || col >= area.width ||
        area.top + row >= LINES || area.left + area.width > COLS)
        return col;
    return put_text(area.top + row, area.left + col, area.left + area.width,
                    style, text, len) -
           area.left;
}

int draw_text(struct area area, int row, int col, enum style style,
              const char *text)
{
    char *safe = clean(text);

    col = draw_bytes(area, row, col, style, safe, strlen(safe));
    free(safe);
    return col;
}

int draw_textf(struct area area, int row, int col, enum style style,
               const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    col = draw_text(area, row, col, style, text);
    free(text);
    return col;
}

int draw_cut(struct area area, int row, int col, int cells, enum style style,
             const char *text)
{
    char *safe = clean(text);
    size_t room = cells > 0 ? (size_t)cells : 0, used;
    size_t words = strlen(safe); /* without the blanks at the end */

    while (words > 0 && safe[words - 1] == ' ')
        words--;
    if (text_width(safe) > room)
        safe[words] = '\0';
    if (text_width(safe) > room) {
        size_t fit = text_fit(safe, room > 3 ? room - 3 : room, &used);
        char *cut = xasprintf("%.*s%s", (int)fit, safe, room > 3 ? "..." : "");

        free(safe);
        safe = cut;
    }
    col = draw_bytes(area, row, col, style, safe, strlen(safe));
    free(safe);
    return col;
}

void draw_right(struct area area, int row, enum style style, const char *text)
{
    char *safe = clean(text);
    int col = area.width - (int)text_width(safe);

    draw_bytes(area, row, col > 0 ? col : 0, style, safe, strlen(safe));
    free(safe);
}

void draw_rule(struct area area, int row)
{
    if (row < 0 || row >= area.height || area.top + row >= LINES)
        return;
    for (int col = 0; col < area.width; col++)
        mvaddch(area.top + row, area.left + col, '-');
}

void draw_blank(struct area area)
{
    for (int row = 0; row < area.height && area.top + row < LINES; row++)
        for (int col = 0; col < area.width && area.left + col < COLS; col++)
            mvaddch(area.top + row, area.left + col, ' ');
}

/* -- several lines --------------------------------------------------------- */

/* Bytes of the next line of `text` in `width` cells; *skip: blanks behind it
 * that the break swallows. */
static size_t next_line(const char *text, size_t width, size_t *skip)
{
    size_t newline = strcspn(text, "\n");
    size_t fit = text_fit(text, width, NULL), at;

    *skip = 0;
    if (fit >= newline) {
        *skip = text[newline] == '\n';
        return newline;
    }
    if (fit == 0) { /* a wide character in one cell: go on all the same */
        const char *p = text;

        text_decode(&p, text + strlen(text));
        return (size_t)(p - text);
    }
    for (at = fit; at > 0 && text[at] != ' '; at--)
        ;
    if (at == 0)
        return fit;
    *skip = strspn(text + at, " ");
    while (at > 1 && text[at - 1] == ' ')
        at--, (*skip)++;
    return at;
}

char **draw_break(const char *text, int width, size_t *count)
{
    size_t room = width > 0 ? (size_t)width : 1;
    char **lines = NULL;

    *count = 0;
    do {
        size_t skip, len = next_line(text, room, &skip);

        lines = xreallocarray(lines, *count + 1, sizeof(*lines));
        lines[(*count)++] = xstrndup(text, len);
        text += len + skip;
    } while (*text);
    return lines;
}

int draw_wrapped(struct area area, int row, int col, enum style style,
                 const char *text)
{
    size_t count;
    char *safe = clean_lines(text);
    char **lines = draw_break(safe, area.width - col, &count);

    free(safe);
    for (size_t i = 0; i < count; i++) {
        if (area.height > 0)
            draw_bytes(area, row + (int)i, col, style, lines[i],
                       strlen(lines[i]));
        free(lines[i]);
    }
    free(lines);
    return (int)count;
}

/* -- boxes and buttons ----------------------------------------------------- */

struct area draw_box(struct area body, int height, int width, const char *title)
{
    struct area box = body;
    char *head;

    box.height = height + 2 < body.height ? height + 2 : body.height;
    box.width = width + 4 < body.width ? width + 4 : body.width;
    box.top += (body.height - box.height) / 2;
    box.left += (body.width - box.width) / 2;
    draw_blank(box);
    for (int row = 0; row < box.height; row++) {
        draw_text(box, row, 0, STYLE_NORMAL, "|");
        draw_text(box, row, box.width - 1, STYLE_NORMAL, "|");
    }
    draw_rule(box, 0);
    draw_rule(box, box.height - 1);
    for (int corner = 0; corner < 4; corner++)
        draw_text(box, corner & 1 ? box.height - 1 : 0,
                  corner & 2 ? box.width - 1 : 0, STYLE_NORMAL, "+");
    head = xasprintf(" %s ", title);
    draw_cut(box, 0, 3, box.width - 6, STYLE_STRONG, head);
    free(head);
    return area_columns(area_rows(box, 1, box.height - 2), 1, box.width - 2);
}

int draw_buttons(struct area area, int row, const char *const *labels,
                 size_t count, int focused)
{
    int col = 0;

    for (size_t i = 0; i < count; i++) {
        bool here = (int)i == focused, off = labels[i][0] == '-';
        const char *label = labels[i] + off;

        if (here) {
            draw_text(area, row, col, STYLE_FOCUS, ">");
            draw_cursor(area, row, col + 1);
        }
        col = draw_textf(area, row, col + 1, here ? STYLE_FOCUS : STYLE_NORMAL,
                         here ? "[ %s ]" : "( %s )", label);
        if (i + 1 < count)
            col += 2;
    }
    return col;
}
