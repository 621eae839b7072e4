/* SPDX-License-Identifier: MIT */
/* keys: tables are searched in order, names are those people know, and no
 * table binds what torn escape sequences end in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/app_private.h"

static void first(struct screen *screen)
{
    (void)screen;
}

static void second(struct screen *screen)
{
    (void)screen;
}

static bool never(const struct screen *screen)
{
    (void)screen;
    return false;
}

static const struct binding table[] = {
    {'a', 'b', first, "a", "First", "the first", NULL},
    {'c', 0, first, "c", "Hidden", "not now", never},
    {'c', 0, second, "c", NULL, "instead", NULL},
    BINDING_END};

static void finding(void **state)
{
    static const struct screen screen = {0};

    (void)state;
    assert_ptr_equal(keys_find(table, 'a', &screen), &table[0]);
    assert_ptr_equal(keys_find(table, 'b', &screen), &table[0]);
    assert_ptr_equal(keys_find(table, 'c', &screen), &table[2]);
    assert_null(keys_find(table, 'd', &screen));
    assert_null(keys_find(table, 0, &screen));
    assert_null(keys_find(NULL, 'a', &screen));
    assert_true(keys_is_shown(&table[0], &screen));
    assert_false(keys_is_shown(&table[1], &screen));
    assert_false(keys_is_shown(&table[2], &screen));
}

static void names(void **state)
{
    static const struct {
        int key;
        const char *name;
    } cases[] = {
        {'t', "t"},
        {K_ENTER, "Enter"},
        {K_CTRL('S'), "Ctrl-S"},
        {K_UP, "Up"},
        {' ', "Space"},
        {0xe4, "\xc3\xa4"},
        {K_F10, "F10"},
        {K_TAB, "Tab"},
        {K_BACKSPACE, "Backspace"},
        {K_UNKNOWN, "That key"},
        {0x202e, "\\u{202E}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];

        assert_string_equal(keys_name(out, sizeof(out), cases[i].key),
                            cases[i].name);
    }
}

static void as_text(void **state)
{
    static const struct {
        int key;
        const char *text;
    } cases[] = {
        {'a', "a"},
        {0xe9, "\xc3\xa9"},
        {0x20ac, "\xe2\x82\xac"},
        {0x1f600, "\xf0\x9f\x98\x80"},
        {K_ENTER, ""},
        {K_UP, ""},
        {0x9b, ""},
        {0xd800, ""},
        {127, ""},
        {0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[5] = "x";

        assert_int_equal(keys_text(cases[i].key, out), *cases[i].text != 0);
        assert_string_equal(out, cases[i].text);
    }
}

/* screens.md §2: the rest of a sequence that a slow line tore apart must never
 * be a command. */
static void check_table(const struct binding *bindings)
{
    static const char tails[] = "[OABCDEFHPQRSZ~";

    for (; bindings && bindings->run; bindings++) {
        assert_true(!bindings->key || bindings->key > 127 ||
                    !strchr(tails, bindings->key));
        assert_true(!bindings->alias || bindings->alias > 127 ||
                    !strchr(tails, bindings->alias));
        assert_non_null(bindings->name);
        assert_non_null(bindings->help);
    }
}

static void no_torn_tails(void **state)
{
    static const struct screen_ops *const panels[] = {
        &accounts_panel, &server_panel, &outgoing_panel, &certificates_panel};

    (void)state;
    check_table(app_keys);
    for (size_t i = 0; i < 4; i++) {
        check_table(panels[i]->keys);
        check_table(panels[i]->typing_keys);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finding),
        cmocka_unit_test(names),
        cmocka_unit_test(as_text),
        cmocka_unit_test(no_torn_tails),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
