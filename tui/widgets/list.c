/* SPDX-License-Identifier: MIT */
#include "tui/widgets/list.h"

#include "tui/keys.h"

static void show_selected(struct list *list)
{
    size_t rows = list->rows ? list->rows : 1;

    if (list->selected >= list->count)
        list->selected = list->count ? list->count - 1 : 0;
    if (list->top > list->selected)
        list->top = list->selected;
    if (list->selected - list->top >= rows)
        list->top = list->selected - rows + 1;
    /* No blank rows at the end while there is something above. */
    if (list->top + rows > list->count)
        list->top = list->count > rows ? list->count - rows : 0;
}

void list_fit(struct list *list, size_t count, int rows)
{
    list->count = count;
    list->rows = rows > 0 ? (size_t)rows : 0;
    show_selected(list);
}

void list_select(struct list *list, size_t index)
{
    list->selected = index;
    show_selected(list);
}

static void move_up(struct list *list, size_t by)
{
    list_select(list, list->selected > by ? list->selected - by : 0);
}

static void move_down(struct list *list, size_t by)
{
    size_t left = list->count ? list->count - 1 - list->selected : 0;

    list_select(list, list->selected + (by < left ? by : left));
}

bool list_key(struct list *list, int key)
{
    /* One row of the old page stays in sight. */
    size_t page = list->rows > 2 ? list->rows - 1 : 1;

    switch (key) {
    case K_UP:
    case 'k':
        move_up(list, 1);
        return true;
    case K_DOWN:
    case 'j':
        move_down(list, 1);
        return true;
    case K_PAGE_UP:
        move_up(list, page);
        return true;
    case K_PAGE_DOWN:
        move_down(list, page);
        return true;
    case K_HOME:
    case 'g':
        list_select(list, 0);
        return true;
    case K_END:
    case 'G':
        move_down(list, list->count);
        return true;
    default:
        return false;
    }
}

bool list_at(const struct list *list, int row, size_t *index)
{
    if (row < 0 || (size_t)row >= list->rows ||
        list->top + (size_t)row >= list->count)
        return false;
    *index = list->top + (size_t)row;
    return true;
}
