/* SPDX-License-Identifier: MIT */
#include "tui/widgets/pages.h"

#include "core/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear(struct pages *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->lines[i].text);
    p->count = 0;
}

void pages_begin(struct pages *p, struct area area)
{
    clear(p);
    p->width = area.width > 1 ? area.width : 1;
    p->height = area.height > 1 ? area.height : 1;
}

void pages_release(struct pages *p)
{
    clear(p);
    free(p->lines);
    *p = (struct pages){0};
}

static void add(struct pages *p, enum style style, int field, char *text)
{
    p->lines = xreallocarray(p->lines, p->count + 1, sizeof(*p->lines));
    p->lines[p->count++] = (struct pages_line){text, style, field};
}

void pages_line(struct pages *p, enum style style, int field,
                const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    add(p, style, field, xstrdup(text));
}

void pages_blank(struct pages *p)
{
    add(p, STYLE_NORMAL, -1, xstrdup(""));
}

void pages_text(struct pages *p, enum style style, const char *label,
                int indent, const char *text)
{
    int room = p->width - indent > 8 ? p->width - indent : 8;
    size_t count = 0;
    char **parts = draw_break(text, room, &count);

    for (size_t i = 0; i < count; i++) {
        add(p, style, -1,
            xasprintf("%-*s%s", indent, i ? "" : label, parts[i]));
        free(parts[i]);
    }
    free(parts);
}

size_t pages_count(const struct pages *p)
{
    size_t height = (size_t)p->height;

    return p->count ? (p->count + height - 1) / height : 1;
}

bool pages_is_last(const struct pages *p)
{
    return p->page + 1 >= pages_count(p);
}

bool pages_all_seen(const struct pages *p)
{
    size_t count = pages_count(p);

    for (size_t i = 0; i < count && i < 64; i++)
        if (!(p->visited >> i & 1))
            return false;
    return p->visited_count == count;
}

void pages_turn(struct pages *p, int by)
{
    size_t count = pages_count(p);

    if (by > 0 && p->page + 1 < count)
        p->page++;
    if (by < 0 && p->page > 0)
        p->page--;
}

void pages_show_field(struct pages *p, int field)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->lines[i].field == field)
            p->page = i / (size_t)p->height;
}

int pages_row(const struct pages *p, int field)
{
    size_t first = p->page * (size_t)p->height;

    for (int row = 0; row < p->height && first + (size_t)row < p->count; row++)
        if (p->lines[first + (size_t)row].field == field)
            return row;
    return -1;
}

void pages_draw(struct pages *p, struct area area)
{
    size_t count = pages_count(p), first;

    if (p->page >= count)
        p->page = count - 1;
    if (p->visited_count != count) {
        p->visited = 0;
        p->visited_count = count;
    }
    if (p->page < 64)
        p->visited |= 1ul << p->page;
    first = p->page * (size_t)p->height;
    for (int row = 0; row < p->height && first + (size_t)row < p->count; row++)
        draw_text(area, row, 0, p->lines[first + (size_t)row].style,
                  p->lines[first + (size_t)row].text);
}
