/* SPDX-License-Identifier: MIT */
/* draw: text is cut by cells, never leaves its area, wraps at blanks. The
 * screen is one that ncurses keeps in memory: its output goes to /dev/null. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/draw.h"

#include <curses.h>

static FILE *nowhere;

static int set_up(void **state)
{
    (void)state;
    setenv("LINES", "10", 1);
    setenv("COLUMNS", "40", 1);
    nowhere = fopen("/dev/null", "r+");
    return nowhere && newterm("vt100", nowhere, nowhere) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    endwin();
    return fclose(nowhere);
}

/* The row as it stands on the screen, without blanks at its end. */
static const char *row_of(int row)
{
    static char text[200];
    size_t len;

    mvinnstr(row, 0, text, 40);
    for (len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
        ;
    text[len] = '\0';
    return text;
}

static const struct area all = {0, 0, 10, 40};

static void cutting(void **state)
{
    struct area narrow = area_columns(all, 5, 8);

    (void)state;
    draw_begin();
    assert_int_equal(draw_text(narrow, 0, 0, STYLE_NORMAL, "abc"), 3);
    assert_string_equal(row_of(0), "     abc");
    draw_text(narrow, 1, 0, STYLE_NORMAL, "abcdefghijkl");
    assert_string_equal(row_of(1), "     abcdefgh");
    draw_cut(narrow, 2, 0, 8, STYLE_NORMAL, "abcdefghijkl");
    assert_string_equal(row_of(2), "     abcde...");
    /* Nobody misses blanks. */
    draw_cut(narrow, 5, 0, 8, STYLE_NORMAL, "  abcd      ");
    assert_string_equal(row_of(5), "       abcd");
    draw_right(narrow, 3, STYLE_NORMAL, "xy");
    assert_string_equal(row_of(3), "           xy");
    draw_text(narrow, 10, 0, STYLE_NORMAL, "below");
    draw_text(narrow, -1, 0, STYLE_NORMAL, "above");
    draw_text(narrow, 4, 8, STYLE_NORMAL, "beside");
    assert_string_equal(row_of(4), "");
    assert_string_equal(row_of(9), "");
}

/* Not a byte of these may reach a terminal as it is. */
static void hostile_text(void **state)
{
    static const char *const texts[] = {"a\x1b[2Jb",
                                        "a\r\nb",
                                        "a\tb",
                                        "a\xe2\x80\xae"
                                        "b",
                                        "a\x9b"
                                        "1mb",
                                        "a\xff"
                                        "b"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        draw_begin();
        draw_text(all, 0, 0, STYLE_NORMAL, texts[i]);
        assert_int_equal(row_of(0)[0], 'a');
        assert_int_equal(row_of(0)[1], '\\');
        assert_string_equal(row_of(1), "");
        for (const char *p = row_of(0); *p; p++)
            assert_in_range(*p, 32, 126);
    }
}

/* In a locale without UTF-8 a letter becomes one ? a cell. */
static void other_letters(void **state)
{
    (void)state;
    draw_begin();
    draw_text(all, 0, 0, STYLE_NORMAL,
              "b\xc3\xbc"
              "cher \xe6\xbc\xa2|");
    assert_string_equal(row_of(0), "b?cher ??|");
}

static void wrapping(void **state)
{
    static const struct {
        const char *text;
        int width, rows;
        const char *first;
    } cases[] = {
        {"one two three", 8, 2, "one two"},
        {"one two three", 7, 2, "one two"},
        {"one two three", 20, 1, "one two three"},
        {"aaaaaaaaaa", 4, 3, "aaaa"},
        {"one\ntwo", 20, 2, "one"},
        {"", 20, 1, ""},
        {"one   two", 5, 2, "one"},
        {"one two", 0, 7, "o"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t count;
        char **lines = draw_break(cases[i].text, cases[i].width, &count);

        assert_string_equal(lines[0], cases[i].first);
        if (cases[i].width > 0)
            assert_int_equal(count, cases[i].rows);
        for (size_t k = 0; k < count; k++)
            free(lines[k]);
        free(lines);
    }
}

static void measuring(void **state)
{
    struct area none = {.width = 10};

    (void)state;
    draw_begin();
    assert_int_equal(
        draw_wrapped(none, 0, 0, STYLE_NORMAL, "one two three four"), 2);
    assert_string_equal(row_of(0), "");
    assert_int_equal(
        draw_wrapped(area_columns(all, 0, 10), 1, 2, STYLE_NORMAL, "one two x"),
        2);
    assert_string_equal(row_of(1), "  one two");
    assert_string_equal(row_of(2), "  x");
}

static void areas(void **state)
{
    struct area part = area_rows(all, 8, 5);

    (void)state;
    assert_int_equal(part.top, 8);
    assert_int_equal(part.height, 2);
    assert_int_equal(area_rows(all, 20, 5).height, 0);
    assert_int_equal(area_rows(all, 2, -3).height, 0);
    assert_int_equal(area_columns(all, 30, 20).width, 10);
    assert_int_equal(area_columns(all, 50, 20).width, 0);
}

static void buttons(void **state)
{
    static const char *const labels[] = {"Cancel", "-Add"};

    (void)state;
    draw_begin();
    assert_int_equal(draw_buttons(all, 0, labels, 2, 0), 21);
    assert_string_equal(row_of(0), ">[ Cancel ]   ( Add )");
}

static void boxes(void **state)
{
    struct area inside;

    (void)state;
    draw_begin();
    inside = draw_box(all, 2, 16, "Title");
    assert_int_equal(inside.height, 2);
    assert_string_equal(row_of(3), "          +-- Title ---------+");
    assert_string_equal(row_of(6), "          +------------------+");
    inside = draw_box(all, 100, 100, "Too big");
    assert_int_equal(inside.height, 8);
    inside = draw_box(area_rows(area_columns(all, 0, 1), 0, 1), 5, 5, "x");
    assert_true(inside.height <= 1 && inside.width <= 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting),  cmocka_unit_test(hostile_text),
        cmocka_unit_test(wrapping), cmocka_unit_test(other_letters),
        cmocka_unit_test(areas),    cmocka_unit_test(measuring),
        cmocka_unit_test(buttons),  cmocka_unit_test(boxes),
    };

    return cmocka_run_group_tests_name("draw", tests, set_up, tear_down);
}
