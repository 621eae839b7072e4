/* SPDX-License-Identifier: MIT */
/* buf: bounded, always terminated, empty again after release and take. */
#include "tests/unit/unit.h"

#include "core/base/buf.h"

static void starts_empty(void **state)
{
    struct buf b;
    char *text;

    (void)state;
    buf_init(&b, 10);
    assert_string_equal(b.data, "");
    buf_consume(&b, 0);
    buf_truncate(&b, 0);
    buf_clear(&b);
    assert_string_equal(b.data, "");
    text = buf_take(&b);
    assert_string_equal(text, "");
    free(text);
    buf_release(&b);
}

static void limit(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    assert_true(buf_add_text(&b, "0123456789"));
    assert_false(b.overflow);
    assert_false(buf_add_char(&b, 'x'));
    assert_true(b.overflow);
    assert_string_equal(b.data, "0123456789");
    buf_truncate(&b, 5);
    assert_false(buf_add_text(&b, "abcdef"));
    assert_false(buf_add(&b, "a", SIZE_MAX));
    assert_true(buf_addf(&b, "%d", 12345));
    assert_string_equal(b.data, "0123412345");
    assert_true(b.overflow);
    buf_clear(&b);
    assert_false(b.overflow);
    assert_string_equal(b.data, "");
    assert_true(buf_add_text(&b, "again"));
    assert_string_equal(b.data, "again");
    buf_release(&b);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.max, 10);
}

static void growth(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100000);
    for (size_t i = 0; i < 100000; i++) {
        assert_true(buf_add_char(&b, (char)('a' + i % 26)));
        assert_int_equal(b.data[b.len], '\0');
    }
    assert_false(buf_add_char(&b, 'x'));
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.data[i], 'a' + i % 26);
    buf_release(&b);
}

static void ends(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    buf_add(&b, "a\0b", 3);
    assert_int_equal(b.len, 3);
    buf_add_text(&b, "cdef");
    buf_consume(&b, 2);
    assert_string_equal(b.data, "bcdef");
    buf_truncate(&b, 3);
    assert_string_equal(b.data, "bcd");
    buf_consume(&b, 3);
    assert_string_equal(b.data, "");
    buf_release(&b);
}

/* What was there may have been a password. */
static void wiped(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    buf_add_text(&b, "secret-word");
    buf_consume(&b, 7);
    for (size_t i = b.len; i < 11; i++)
        assert_int_equal(b.data[i], '\0');
    buf_clear(&b);
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(b.data[i], '\0');
    buf_release(&b);
}

static void taken(void **state)
{
    struct buf b;
    char *text;

    (void)state;
    buf_init(&b, 100);
    buf_addf(&b, "%s-%d", "a", 1);
    text = buf_take(&b);
    assert_string_equal(text, "a-1");
    free(text);
    assert_int_equal(b.len, 0);
    assert_true(buf_add_text(&b, "next"));
    assert_string_equal(b.data, "next");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty), cmocka_unit_test(limit),
        cmocka_unit_test(growth),       cmocka_unit_test(ends),
        cmocka_unit_test(wiped),        cmocka_unit_test(taken),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
