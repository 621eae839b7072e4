/* SPDX-License-Identifier: MIT */
/* list: selecting and scrolling stay in range, whatever the size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/keys.h"
#include "tui/widgets/list.h"

static void moving(void **state)
{
    static const struct {
        size_t count, rows, from;
        int key;
        size_t selected;
    } cases[] = {
        {5, 3, 0, K_DOWN, 1},
        {5, 3, 0, 'j', 1},
        {5, 3, 0, K_UP, 0},
        {5, 3, 4, K_DOWN, 4},
        {5, 3, 4, 'k', 3},
        {50, 10, 0, K_PAGE_DOWN, 9},
        {50, 10, 45, K_PAGE_DOWN, 49},
        {50, 10, 12, K_PAGE_UP, 3},
        {50, 10, 3, K_PAGE_UP, 0},
        {50, 10, 20, K_HOME, 0},
        {50, 10, 20, 'g', 0},
        {50, 10, 20, K_END, 49},
        {50, 10, 20, 'G', 49},
        {0, 10, 0, K_DOWN, 0},
        {0, 10, 0, K_END, 0},
        {3, 0, 0, K_PAGE_DOWN, 1},
        {10000, 18, 0, K_END, 9999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct list list = {0};

        list_fit(&list, cases[i].count, (int)cases[i].rows);
        list_select(&list, cases[i].from);
        assert_true(list_key(&list, cases[i].key));
        assert_int_equal(list.selected, cases[i].selected);
        assert_true(list.top <= list.selected);
        assert_true(!list.rows || list.selected < list.top + list.rows);
    }
}

static void foreign_keys(void **state)
{
    static const int keys[] = {'x', K_ENTER, K_ESCAPE, 'h', 'l', K_LEFT};
    struct list list = {0};

    (void)state;
    list_fit(&list, 5, 3);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_false(list_key(&list, keys[i]));
}

static void shrinking(void **state)
{
    struct list list = {0};
    size_t index;

    (void)state;
    list_fit(&list, 20, 5);
    list_select(&list, 19);
    assert_int_equal(list.top, 15);
    list_fit(&list, 3, 5); /* rows went away under the selection */
    assert_int_equal(list.selected, 2);
    assert_int_equal(list.top, 0);
    list_fit(&list, 3, 1); /* the terminal shrank */
    assert_int_equal(list.top, 2);
    list_fit(&list, 3, -4);
    assert_int_equal(list.selected, 2);
    list_fit(&list, 0, 5);
    assert_int_equal(list.selected, 0);
    assert_false(list_at(&list, 0, &index));
}

static void rows_on_the_screen(void **state)
{
    struct list list = {0};
    size_t index;

    (void)state;
    list_fit(&list, 20, 5);
    list_select(&list, 10);
    assert_true(list_at(&list, 0, &index));
    assert_int_equal(index, 6);
    assert_true(list_at(&list, 4, &index));
    assert_int_equal(index, 10);
    assert_false(list_at(&list, 5, &index));
    assert_false(list_at(&list, -1, &index));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving),
        cmocka_unit_test(foreign_keys),
        cmocka_unit_test(shrinking),
        cmocka_unit_test(rows_on_the_screen),
    };

    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
