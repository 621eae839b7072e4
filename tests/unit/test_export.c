/* SPDX-License-Identifier: MIT */
/* export_block, diff: marked blocks in files of other programs, and what is
 * shown of a change. */
#include "unit.h"

#include "core/base/diff.h"
#include "core/exchange/export_block.h"

static struct buf text_buf(const char *text)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_add_text(&b, text);
    return b;
}

/* Merges `body` for `account` into `file`; the caller frees the result. */
static char *merge(const char *file, const char *account, const char *body)
{
    struct buf old = text_buf(file), new = text_buf(body), out = text_buf("");
    struct export_block block;
    struct error e = {0};
    char *result;

    assert_true(export_block_find(&block, "rc", &old, account, &e));
    assert_true(export_block_merge(&out, &old, &block, account, &new));
    result = buf_take(&out);
    buf_release(&old);
    buf_release(&new);
    return result;
}

static struct export_block find(const char *file, const char *account)
{
    struct buf b = text_buf(file);
    struct export_block block;
    struct error e = {0};

    assert_true(export_block_find(&block, "rc", &b, account, &e));
    buf_release(&b);
    return block;
}

static void test_everything_else_stays(void **state)
{
    char *first = merge("mine\r\n\nlast", "work", "a 1\n");
    char *second = merge(first, "home mail", "b 1\n");
    char *third, *fourth;

    (void)state;
    assert_memory_equal(first, "mine\r\n\nlast\n\n# postseal begin ", 30);
    assert_true(find(second, "work").found);
    assert_true(find(second, "home mail").found);
    assert_false(find(second, "home").found);
    third = merge(second, "work", "a 2\na 3\n");
    assert_non_null(strstr(third, "\na 2\na 3\n# postseal end\n"));
    assert_non_null(strstr(third, "b 1\n"));
    assert_null(strstr(third, "a 1\n"));
    /* Back again: byte for byte what it was. */
    fourth = merge(third, "work", "a 1\n");
    assert_string_equal(fourth, second);
    free(first);
    free(second);
    free(third);
    free(fourth);
}

static void test_an_edit_by_hand_is_seen(void **state)
{
    char *file = merge("", "work", "a 1\nb 2\n");

    (void)state;
    assert_false(find(file, "work").edited);
    *strstr(file, "b 2") = 'c';
    assert_true(find(file, "work").edited);
    free(file);
}

static void test_marks_that_do_not_pair(void **state)
{
    static const char *const files[] = {
        "# postseal begin 0123456789abcdef work\na\n",
        "a\n# postseal end\n",
        "# postseal begin 0123456789abcdef a\n"
        "# postseal begin 0123456789abcdef b\n# postseal end\n",
        "# postseal begin 0123456789abcdef work\n# postseal end\n"
        "# postseal begin 0123456789abcdef work\n# postseal end\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct buf b = text_buf(files[i]);
        struct export_block block;
        struct error e = {0};

        assert_false(export_block_find(&block, "rc", &b, "work", &e));
        assert_int_equal(e.code, ERROR_PARSE);
        assert_memory_equal(e.text, "rc:", 3);
        buf_release(&b);
    }
}

static void test_diff(void **state)
{
    static const struct {
        const char *old, *new, *diff;
    } cases[] = {
        {"a\nb\n", "a\nb\n", ""},
        {"", "a\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n"},
        {"a\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n"},
        {"a", "a\n",
         "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n"
         "+a\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
         "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "2\n3\n4\n5\n6\n7\n8\n9\n",
         "--- f\n+++ f\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"
         "@@ -7,4 +6,3 @@\n 7\n 8\n 9\n-10\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = text_buf("");

        assert_true(diff_add(&out, "f", cases[i].old, strlen(cases[i].old),
                             cases[i].new, strlen(cases[i].new)));
        assert_string_equal(out.data, cases[i].diff);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_else_stays),
        cmocka_unit_test(test_an_edit_by_hand_is_seen),
        cmocka_unit_test(test_marks_that_do_not_pair),
        cmocka_unit_test(test_diff),
    };

    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
