/* SPDX-License-Identifier: MIT */
/* error and reason: sentences that are safe to show, words that never change.
 */
#include "tests/unit/unit.h"

#include "core/base/error.h"
#include "core/base/reason.h"
#include "core/base/text.h"

#include <errno.h>

static void sentence(void **state)
{
    struct error e = {0};

    (void)state;
    assert_false(error_set(&e, ERROR_FILE, "%s has %d lines.", "a", 3));
    assert_int_equal(e.code, ERROR_FILE);
    assert_string_equal(e.text, "a has 3 lines.");
    assert_false(error_set(&e, ERROR_INPUT, "%s", "\x1b[2J"));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_string_equal(e.text, "\\x1B[2J");
}

static void nobody_listens(void **state)
{
    (void)state;
    assert_false(error_set(NULL, ERROR_FILE, "unheard"));
    assert_false(error_errno(NULL, ERROR_FILE, ENOENT, "unheard"));
}

static void errno_in_words(void **state)
{
    struct error e = {0};
    char wanted[200];

    (void)state;
    assert_false(error_errno(&e, ERROR_FILE, ENOENT, "Cannot read %s", "x"));
    snprintf(wanted, sizeof(wanted), "Cannot read x: %s", strerror(ENOENT));
    assert_string_equal(e.text, wanted);
}

/* Cut at a character's boundary, wherever that falls. */
static void long_sentences(void **state)
{
    struct error e = {0};
    char text[4000];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t len = shift;

        memset(text, 'a', shift);
        while (len + 3 < sizeof(text)) {
            memcpy(text + len, "\xe2\x82\xac", 3);
            len += 3;
        }
        text[len] = '\0';
        error_set(&e, ERROR_FILE, "%s", text);
        len = strlen(e.text);
        assert_true(len < sizeof(e.text));
        assert_true(len > sizeof(e.text) - 8);
        assert_true(text_is_utf8(e.text, len));
        assert_string_equal(e.text + len - 3, "...");
    }
}

/* The words are used in JSON, so each stands here once more. */
static void reasons(void **state)
{
    static const char *const words[REASON_COUNT] = {NULL,
                                                    "config",
                                                    "resolve",
                                                    "refused",
                                                    "unreachable",
                                                    "timeout",
                                                    "closed",
                                                    "cancelled",
                                                    "not-tls",
                                                    "tls-expected",
                                                    "tls-version",
                                                    "tls",
                                                    "starttls-missing",
                                                    "starttls-refused",
                                                    "starttls-injection",
                                                    "certificate",
                                                    "client-certificate",
                                                    "protocol",
                                                    "plaintext-login",
                                                    "mechanism",
                                                    "credentials",
                                                    "login",
                                                    "login-unavailable",
                                                    "mailbox",
                                                    "sender"};

    (void)state;
    assert_null(reason_word(REASON_NONE));
    for (int i = 1; i < REASON_COUNT; i++) {
        assert_string_equal(reason_word((enum reason)i), words[i]);
        assert_non_null(reason_label((enum reason)i));
        assert_in_range(text_width(reason_label((enum reason)i)), 1, 12);
    }
}

static void failures(void **state)
{
    struct failure f = {0};

    (void)state;
    assert_false(failure_set(&f, REASON_LOGIN, "It said: %s", "no\r\n\x9b"));
    assert_int_equal(f.reason, REASON_LOGIN);
    assert_string_equal(f.text, "It said: no\\x0D\\x0A\\x9B");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentence),       cmocka_unit_test(nobody_listens),
        cmocka_unit_test(errno_in_words), cmocka_unit_test(long_sentences),
        cmocka_unit_test(reasons),        cmocka_unit_test(failures),
    };

    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
