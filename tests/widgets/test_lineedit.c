/* SPDX-License-Identifier: MIT */
/* lineedit: keys change the text as a person means it, the column is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/keys.h"
#include "tui/widgets/lineedit.h"

#define END   0
#define ACUTE 0x301  /* combining */
#define WIDE  0x6f22 /* two cells */

static void type(struct lineedit *edit, const int *keys)
{
    for (; *keys != END; keys++)
        assert_true(lineedit_key(edit, *keys));
}

static void editing(void **state)
{
    static const struct {
        const char *before;
        int keys[8];
        const char *after;
        int column; /* in 20 cells */
    } cases[] = {
        {"", {'a', 'b', END}, "ab", 2},
        {"ab", {K_LEFT, 'x', END}, "axb", 2},
        {"ab", {K_LEFT, K_LEFT, K_LEFT, 'x', END}, "xab", 1},
        {"ab", {K_HOME, 'x', END}, "xab", 1},
        {"ab", {K_CTRL('A'), 'x', K_CTRL('E'), 'y', END}, "xaby", 4},
        {"ab", {K_HOME, K_RIGHT, K_BACKSPACE, END}, "b", 0},
        {"ab", {K_HOME, K_DELETE, END}, "b", 0},
        {"ab", {K_DELETE, END}, "ab", 2},
        {"ab", {K_HOME, K_BACKSPACE, END}, "ab", 0},
        {"one two", {K_CTRL('W'), END}, "one ", 4},
        {"one two  ", {K_CTRL('W'), END}, "one ", 4},
        {"one two", {K_CTRL('U'), END}, "", 0},
        {"one two", {K_HOME, K_RIGHT, K_CTRL('K'), END}, "o", 1},
        {"caf", {'e', ACUTE, END}, "cafe\xcc\x81", 4},
        {"cafe\xcc\x81s", {K_LEFT, K_BACKSPACE, END}, "cafs", 3},
        {"cafe\xcc\x81", {K_LEFT, END}, "cafe\xcc\x81", 3},
        {"a",
         {WIDE, 'b', END},
         "a\xe6\xbc\xa2"
         "b",
         4},
        {"a\xe6\xbc\xa2", {K_LEFT, END}, "a\xe6\xbc\xa2", 1},
        {"a\xe6\xbc\xa2", {K_BACKSPACE, END}, "a", 1},
        {"\xff"
         "a",
         {K_HOME, K_DELETE, END},
         "a",
         0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lineedit edit;
        char shown[200];
        int column;

        lineedit_init(&edit, 100, cases[i].before);
        type(&edit, cases[i].keys);
        assert_string_equal(edit.text, cases[i].after);
        lineedit_view(&edit, 20, false, shown, sizeof(shown), &column);
        assert_int_equal(column, cases[i].column);
        lineedit_release(&edit);
    }
}

static void foreign_keys(void **state)
{
    static const int keys[] = {K_ENTER, K_ESCAPE,  K_TAB,  K_UP,
                               K_F1,    K_UNKNOWN, K_PASTE};
    struct lineedit edit;

    (void)state;
    lineedit_init(&edit, 10, "ab");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_false(lineedit_key(&edit, keys[i]));
    assert_string_equal(edit.text, "ab");
    lineedit_release(&edit);
}

/* Too much is refused as a whole: half a password would be a wrong one. */
static void limit(void **state)
{
    struct lineedit edit;

    (void)state;
    lineedit_init(&edit, 5, "abc");
    assert_false(lineedit_insert(&edit, "def"));
    assert_true(edit.full);
    assert_string_equal(edit.text, "abc");
    assert_true(lineedit_insert(&edit, "de"));
    lineedit_key(&edit, 'f');
    assert_true(edit.full);
    assert_string_equal(edit.text, "abcde");
    lineedit_release(&edit);
}

static void pasted_controls(void **state)
{
    struct lineedit edit;

    (void)state;
    lineedit_init(&edit, 100, "");
    assert_true(lineedit_insert(&edit, "a\tb\x1b[2Jc"));
    assert_string_equal(edit.text, "a b [2Jc");
    lineedit_release(&edit);
}

static void scrolling(void **state)
{
    struct lineedit edit;
    char value[301], shown[400];
    int column;

    (void)state;
    for (int i = 0; i < 300; i++)
        value[i] = (char)('a' + i % 26);
    value[300] = '\0';
    lineedit_init(&edit, 500, value);
    lineedit_view(&edit, 20, false, shown, sizeof(shown), &column);
    assert_int_equal(column, 19);
    assert_int_equal(strlen(shown), 19);
    assert_string_equal(shown, value + 281);
    lineedit_key(&edit, K_HOME);
    lineedit_view(&edit, 20, false, shown, sizeof(shown), &column);
    assert_int_equal(column, 0);
    assert_memory_equal(shown, value, 20);
    for (int i = 0; i < 25; i++)
        lineedit_key(&edit, K_RIGHT);
    lineedit_view(&edit, 20, false, shown, sizeof(shown), &column);
    assert_in_range(column, 0, 19);
    assert_int_equal(shown[column], value[25]);
    lineedit_view(&edit, 1, false, shown, sizeof(shown), &column);
    assert_int_equal(column, 0);
    lineedit_release(&edit);
}

static void secret(void **state)
{
    struct lineedit edit;
    char shown[100];
    int column;

    (void)state;
    lineedit_init(&edit, 100, "p\xc3\xa4ss");
    lineedit_view(&edit, 20, true, shown, sizeof(shown), &column);
    assert_string_equal(shown, "****");
    assert_int_equal(column, 4);
    lineedit_release(&edit);
    assert_null(edit.text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(editing),   cmocka_unit_test(foreign_keys),
        cmocka_unit_test(limit),     cmocka_unit_test(pasted_controls),
        cmocka_unit_test(scrolling), cmocka_unit_test(secret),
    };

    return cmocka_run_group_tests_name("lineedit", tests, NULL, NULL);
}
