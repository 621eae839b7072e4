/* SPDX-License-Identifier: MIT */
/* prefs: one setting is changed, every other byte stays. */
#include "unit.h"

#include "core/exchange/prefs.h"

static const struct {
    const char *what, *before, *after; /* once "n" is "v" */
} cases[] = {
    {"an empty file", "", "user_pref(\"n\", \"v\");\n"},
    {"one more", "user_pref('a', 1);", //
     "user_pref('a', 1);\nuser_pref(\"n\", \"v\");\n"},
    {"in place", "/* c */ user_pref( 'n' , 7 ) ; // d\n",
     "/* c */ user_pref( 'n' , \"v\" ) ; // d\n"},
    {"the last one counts", "user_pref('n', 1);user_pref('n', 2);",
     "user_pref('n', 1);user_pref('n', \"v\");"},
    /* Found by fuzzing: what has no end would swallow a line below it. */
    {"cut off", "user_pref('a', 1);\nuser_pref('b",
     "user_pref('a', 1);\nuser_pref(\"n\", \"v\");\n\nuser_pref('b"},
    {"a comment without end", "/* c", "user_pref(\"n\", \"v\");\n/* c"},
    {"behind a mistake", "user_pref(b);\n",
     "user_pref(b);\nuser_pref(\"n\", \"v\");\n"},
};

static void setting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct prefs *prefs =
            prefs_read(cases[i].before, strlen(cases[i].before));

        print_message("# %s\n", cases[i].what);
        prefs_set_text(prefs, "n", "v");
        assert_string_equal(prefs_bytes(prefs)->data, cases[i].after);
        assert_string_equal(prefs_text(prefs, "n"), "v");
        prefs_free(prefs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(setting)};

    return cmocka_run_group_tests_name("prefs", tests, NULL, NULL);
}
