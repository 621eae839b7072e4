/* SPDX-License-Identifier: MIT */
#include "tui/widgets/scroll.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool scroll_begin(struct scroll *scroll, int width)
{
    if (scroll->width == width)
        return false;
    scroll_release(scroll);
    scroll->width = width;
    return true;
}

void scroll_reset(struct scroll *scroll)
{
    scroll->width = 0;
    scroll->top = 0;
    scroll->moved = false;
}

void scroll_add(struct scroll *scroll, const char *text, int width)
{
    size_t count;
    char **parts = draw_break(text, width > 0 ? width : 1, &count);

    scroll->lines = xreallocarray(scroll->lines, scroll->count + count + 1,
                                  sizeof(*scroll->lines));
    memcpy(scroll->lines + scroll->count, parts, count * sizeof(*parts));
    scroll->count += count;
    free(parts);
}

void scroll_release(struct scroll *scroll)
{
    for (size_t i = 0; i < scroll->count; i++)
        free(scroll->lines[i]);
    free(scroll->lines);
    scroll->lines = NULL;
    scroll->count = 0;
}

static size_t last_top(const struct scroll *scroll)
{
    size_t height = scroll->height > 0 ? (size_t)scroll->height : 1;

    return scroll->count > height ? scroll->count - height : 0;
}

void scroll_draw(struct scroll *scroll, struct area area,
                 enum style (*style)(const char *line))
{
    scroll->height = area.height;
    if (scroll->top > last_top(scroll))
        scroll->top = last_top(scroll);
    for (int row = 0; row < area.height; row++) {
        size_t i = scroll->top + (size_t)row;

        if (i >= scroll->count)
            break;
        draw_text(area, row, 0, style ? style(scroll->lines[i]) : STYLE_NORMAL,
                  scroll->lines[i]);
    }
    draw_cursor(area, 0, 0);
}

void scroll_to_end(struct scroll *scroll)
{
    scroll->top = scroll->count; /* drawing stops at the end */
}

void scroll_place(const struct scroll *scroll, char *out, size_t size)
{
    size_t height = scroll->height > 0 ? (size_t)scroll->height : 0;
    size_t shown = scroll->top + height;

    snprintf(out, size, "lines %zu-%zu of %zu", scroll->top + 1,
             shown < scroll->count ? shown : scroll->count, scroll->count);
}

/* -- keys ------------------------------------------------------------------ */

static void move(struct screen *screen, long by)
{
    struct scroll *scroll = screen->state;
    long top = (long)scroll->top + by;

    scroll->top = top < 0 ? 0 : (size_t)top;
    if (scroll->top > last_top(scroll))
        scroll->top = last_top(scroll);
    scroll->moved = scroll->top < last_top(scroll);
}

static long page_of(const struct screen *screen)
{
    return ((const struct scroll *)screen->state)->height;
}

static long all_of(const struct screen *screen)
{
    return (long)((const struct scroll *)screen->state)->count;
}

bool scroll_is_cut(const struct screen *screen)
{
    return last_top(screen->state) > 0;
}

void scroll_up(struct screen *screen)
{
    move(screen, -1);
}

void scroll_down(struct screen *screen)
{
    move(screen, 1);
}

void scroll_page_up(struct screen *screen)
{
    move(screen, -page_of(screen));
}

void scroll_page_down(struct screen *screen)
{
    move(screen, page_of(screen));
}

void scroll_first(struct screen *screen)
{
    move(screen, -all_of(screen));
}

void scroll_last(struct screen *screen)
{
    move(screen, all_of(screen));
}
