/* SPDX-License-Identifier: MIT */
/* text, buf, date, error: the small tools everything stands on. */
#include "unit.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/error.h"
#include "core/base/text.h"

static void safe_text(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"B\xc3\xbcro", "B\xc3\xbcro"},
        {"\x1b[2J", "\\x1B[2J"},
        {"a\r\nb\tc", "a\\x0D\\x0A"
                      "b\\x09"
                      "c"},
        {"\x7f", "\\x7F"},
        {"\xc2\x9b"
         "31m",
         "\\xC2\\x9B"
         "31m"},
        {"\xe2\x80\xae"
         "evil",
         "\\u{202E}evil"},
        {"\xe2\x80\x8b", "\\u{200B}"},
        {"\xff\xfe", "\\xFF\\xFE"},
        {"\xc0\xaf", "\\xC0\\xAF"},
        {"\xed\xa0\x80", "\\xED\\xA0\\x80"},
        {"e\xcc\x81", "e\xcc\x81"},
        {"\xcc\x81"
         "x",
         "\\u{0301}x"},
        {"back\\slash", "back\\slash"},
        {"\xe4\xb8\xad", "\xe4\xb8\xad"},
        {"", ""},
    };
    char out[200], again[200];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_safe_string(out, sizeof(out), cases[i].in);
        assert_string_equal(out, cases[i].out);
        assert_string_equal(text_safe_string(again, sizeof(again), out), out);
    }
}

static void safe_text_of_anything(void **state)
{
    unsigned char bytes[300];
    char out[64];

    (void)state;
    srand(7);
    for (int i = 0; i < 20000; i++) {
        size_t len = (size_t)rand() % sizeof(bytes);

        for (size_t k = 0; k < len; k++)
            bytes[k] = (unsigned char)rand();
        text_safe(out, sizeof(out), bytes, len);
        assert_true(strlen(out) < sizeof(out));
        assert_true(text_is_utf8(out, strlen(out)));
        assert_false(text_contains_control(out));
    }
    text_safe_string(out, 12, "abcdefghijklmnop");
    assert_string_equal(out, "abcdefgh...");
}

static void widths(void **state)
{
    size_t used;

    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("\xe4\xb8\xad"), 2);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_fit("a\xe4\xb8\xad"
                              "b",
                              2, &used),
                     1);
    assert_int_equal(used, 1);
    assert_int_equal(text_fit("e\xcc\x81x", 1, &used), 3);
}

static void numbers(void **state)
{
    static const char *const bad[] = {
        "", " 1", "1 ", "+1", "-1", "0x1", "1a", "65536", "99999999999999"};
    long n;

    (void)state;
    assert_true(text_parse_number("65535", 1, 65535, &n));
    assert_int_equal(n, 65535);
    assert_true(text_parse_number("007", 1, 65535, &n));
    assert_int_equal(n, 7);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(text_parse_number(bad[i], 1, 65535, &n));
}

static void base64(void **state)
{
    unsigned char in[64], out[64];
    size_t len;

    (void)state;
    for (size_t n = 0; n < sizeof(in); n++) {
        char *text;

        for (size_t i = 0; i < n; i++)
            in[i] = (unsigned char)(i * 37 + n);
        text = text_base64_encode(in, n);
        assert_true(text_base64_decode(text, out, sizeof(out), &len));
        assert_int_equal(len, n);
        assert_memory_equal(in, out, n);
        free(text);
    }
    assert_false(text_base64_decode("abc", out, sizeof(out), &len));
    assert_false(text_base64_decode("ab=c", out, sizeof(out), &len));
    assert_false(text_base64_decode("YQ==YQ==", out, sizeof(out), &len));
    assert_false(text_base64_decode("YR==", out, sizeof(out), &len));
    assert_false(text_base64_decode("a b=", out, sizeof(out), &len));
}

/* The spellings in which people have a SHA-256 (screens: T8). */
static void digests(void **state)
{
    static const char hex[] =
        "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    static const char *const prefixes[] = {
        "",          "SHA256:",   "sha256 Fingerprint=",
        "SHA-256: ", "  sha256 ", "Fingerprint: "};
    unsigned char out[32];
    char text[300];
    size_t digits;

    (void)state;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        snprintf(text, sizeof(text), "%s%s", prefixes[i], hex);
        assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_OK);
        assert_int_equal(out[1], 0x11);
        assert_int_equal(out[31], 0xff);
    }
    assert_int_equal(
        text_parse_sha256("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:"
                          "11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
                          out, &digits),
        TEXT_DIGEST_OK);
    assert_int_equal(text_parse_sha256("", out, &digits), TEXT_DIGEST_EMPTY);
    snprintf(text, sizeof(text), "%.40s", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_SHA1);
    snprintf(text, sizeof(text), "%.63s", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_SHORT);
    assert_int_equal(digits, 63);
    snprintf(text, sizeof(text), "%s0", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_LONG);
    assert_int_equal(text_parse_sha256("hello", out, &digits),
                     TEXT_DIGEST_FOREIGN);
}

static void buffers(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    assert_string_equal(b.data, "");
    assert_true(buf_add_text(&b, "hello"));
    assert_false(buf_add_text(&b, "world!"));
    assert_true(b.overflow);
    assert_string_equal(b.data, "hello");
    assert_true(buf_addf(&b, "%d", 12345));
    buf_consume(&b, 4);
    assert_string_equal(b.data, "o12345");
    buf_truncate(&b, 1);
    assert_string_equal(b.data, "o");
    buf_release(&b);
    assert_int_equal(b.len, 0);
}

static void dates(void **state)
{
    static const char *const bad[] = {"2027-02-29", "2027-13-01",  "2027-1-01",
                                      "27-01-01",   "2027-01-01x", ""};
    char text[TIMESTAMP_SIZE];
    time_t t, u;

    (void)state;
    assert_true(date_parse("2028-02-29", &t));
    assert_string_equal(timestamp_format(text, t), "2028-02-29T23:59:59Z");
    assert_string_equal(timestamp_format(text, date_add_years(t, 1)),
                        "2029-02-28T23:59:59Z");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(date_parse(bad[i], &t));
    assert_true(timestamp_parse("2026-11-23T16:02:11Z", &t));
    assert_true(timestamp_parse("2026-11-23T18:02:11.5+02:00", &u));
    assert_int_equal(t, u);
    assert_false(timestamp_parse("2026-11-23 16:02", &t));
    assert_int_equal(days_between(0, 86399), 0);
    assert_int_equal(days_between(0, -86400), -1);
}

static void errors(void **state)
{
    struct error e = {0};
    char long_text[2000];

    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_false(error_set(&e, ERROR_FILE, "%s", long_text));
    assert_int_equal(e.code, ERROR_FILE);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_false(error_set(NULL, ERROR_FILE, "nobody listens"));
    error_set(&e, ERROR_INPUT, "%s", "\x1b[2J");
    assert_string_equal(e.text, "\\x1B[2J");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_text), cmocka_unit_test(safe_text_of_anything),
        cmocka_unit_test(widths),    cmocka_unit_test(numbers),
        cmocka_unit_test(base64),    cmocka_unit_test(digests),
        cmocka_unit_test(buffers),   cmocka_unit_test(dates),
        cmocka_unit_test(errors),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
