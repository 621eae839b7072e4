/* SPDX-License-Identifier: MIT */
/* text: what untrusted bytes become, widths, strict parsing. */
#include "unit.h"

#include "core/base/text.h"

#include <limits.h>
#include <locale.h>
#include <wchar.h>

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
    assert_true(text_parse_number("9223372036854775807", 0, LONG_MAX, &n));
    assert_true(n == LONG_MAX);
    assert_false(text_parse_number("9223372036854775808", 0, LONG_MAX, &n));
    assert_true(text_parse_number("0", 0, 5, &n));
    assert_false(text_parse_number("9", 0, 5, &n));
    assert_false(text_parse_number("05a", 0, 5, &n));
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
    snprintf(text, sizeof(text), "SHA1 Fingerprint=%.40s", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_SHA1);
    snprintf(text, sizeof(text), "%.63s", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_SHORT);
    assert_int_equal(digits, 63);
    snprintf(text, sizeof(text), "%s0", hex);
    assert_int_equal(text_parse_sha256(text, out, &digits), TEXT_DIGEST_LONG);
    assert_int_equal(text_parse_sha256("hello", out, &digits),
                     TEXT_DIGEST_FOREIGN);
}

/* Marks that pile up, and characters that hide or turn text. */
static void marks_and_bidi(void **state)
{
    static const uint16_t hidden[] = {0x061c, 0x200e, 0x200f, 0x202a, 0x202b,
                                      0x202c, 0x202d, 0x202e, 0x2066, 0x2067,
                                      0x2068, 0x2069, 0x2028, 0x2029, 0x200b,
                                      0x00ad, 0xfeff, 0xe000, 0xfff9, 0xffff};
    char in[80] = "e", out[300], again[300], wanted[32];

    (void)state;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        unsigned c = hidden[i];
        unsigned char utf8[3] = {(unsigned char)(0xe0 | c >> 12),
                                 (unsigned char)(0x80 | (c >> 6 & 0x3f)),
                                 (unsigned char)(0x80 | (c & 0x3f))};
        unsigned char two[2] = {(unsigned char)(0xc0 | c >> 6), utf8[2]};

        snprintf(wanted, sizeof(wanted), "\\u{%04X}", c);
        text_safe(out, sizeof(out), c < 0x800 ? two : utf8, c < 0x800 ? 2 : 3);
        assert_string_equal(out, wanted);
    }
    for (int i = 0; i < 6; i++)
        memcpy(in + 1 + 2 * i, "\xcc\x81", 3);
    text_safe_string(out, sizeof(out), in);
    assert_string_equal(out, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"
                             "\\u{0301}\\u{0301}");
    assert_string_equal(text_safe_string(again, sizeof(again), out), out);
}

/* A subject with all that a hostile certificate may carry. */
static void hostile_subject(void **state)
{
    char in[600], out[1200], *cut;
    size_t len = (size_t)snprintf(in, sizeof(in), "%s",
                                  "CN=\x1b[2J\r\n\xe2\x80\xae"
                                  "xn--bro-hoa");

    (void)state;
    memset(in + len, 'A', 500);
    in[len + 500] = '\0';
    text_safe_string(out, sizeof(out), in);
    assert_null(strpbrk(out, "\x1b\r\n"));
    assert_null(strstr(out, "\xe2\x80\xae"));
    assert_non_null(strstr(out, "xn--bro-hoa"));
    assert_non_null(strstr(out, "AAAA"));
    cut = text_safe_dup(in, strlen(in), 100);
    assert_int_equal(strlen(cut), 100);
    assert_string_equal(cut + 97, "...");
    free(cut);
    assert_false(text_is_safe(in));
    assert_true(text_is_safe("") && text_is_safe("Gr\xc3\xbc\xc3\x9f"
                                                 "e \xe6\xbc\xa2"));
    assert_false(text_is_safe("\xe1") || text_is_safe("a\n"));
    cut = text_safe_dup("\0\x01", 2, 100);
    assert_string_equal(cut, "\\x00\\x01");
    free(cut);
}

static void decoding(void **state)
{
    static const struct {
        const char *bytes;
        int32_t c; /* -1: one byte is passed over */
        int len;
    } cases[] = {
        {"A", 'A', 1},
        {"\xc3\xbc", 0xfc, 2},
        {"\xe2\x82\xac", 0x20ac, 3},
        {"\xf0\x9f\x93\xa7", 0x1f4e7, 4},
        {"\xf4\x8f\xbf\xbf", 0x10ffff, 4},
        {"\xf4\x90\x80\x80", -1, 1},
        {"\xf0\x80\x80\x80", -1, 1},
        {"\xe0\x80\xaf", -1, 1},
        {"\xed\xbf\xbf", -1, 1},
        {"\xc1\xbf", -1, 1},
        {"\xe2\x82", -1, 1},
        {"\xe2\x28\xa1", -1, 1},
        {"\x80", -1, 1},
        {"\xff", -1, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *p = cases[i].bytes;

        assert_int_equal(text_decode(&p, p + strlen(p)), cases[i].c);
        assert_int_equal(p - cases[i].bytes, cases[i].len);
    }
}

/* The terminal and the C library have to agree with us on every cell. */
static void width_as_libc(void **state)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x20, 0x7e},     {0xa1, 0xac},     {0xae, 0x17f},
                  {0x300, 0x36f},   {0x391, 0x3a1},   {0x410, 0x44f},
                  {0x5d0, 0x5ea},   {0x620, 0x64a},   {0x905, 0x939},
                  {0x1e00, 0x1eff}, {0x2010, 0x2027}, {0x20a0, 0x20bf},
                  {0x2190, 0x21ff}, {0x2500, 0x259f}, {0x3041, 0x3096},
                  {0x4e00, 0x4eff}, {0xac00, 0xacff}, {0xff01, 0xff60}};

    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        skip();
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        for (uint32_t c = ranges[i].first; c <= ranges[i].last; c++)
            if (text_char_width(c) != wcwidth((wchar_t)c))
                fail_msg("U+%04X: %d here, %d in libc", c, text_char_width(c),
                         wcwidth((wchar_t)c));
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_char_width(0x4e2d), 2);
    assert_int_equal(text_char_width(0x1b), -1);
    assert_int_equal(text_width("a\xff"), 2);
}

static void ascii(void **state)
{
    char text[] = " \tAb C\r\n", umlaut[] = "\xc3\x84Q";

    (void)state;
    assert_string_equal(text_trim(text), "Ab C");
    text_lower(umlaut);
    assert_string_equal(umlaut, "\xc3\x84q");
    assert_true(text_equal_nocase("ImAp", "iMaP"));
    assert_false(text_equal_nocase("imap", "imaps"));
    assert_false(text_equal_nocase("\xc3\xa4", "\xc3\x84"));
    assert_true(text_compare_nocase("a", "B") < 0);
    assert_true(text_starts_nocase("IMAPS://x", "imaps:"));
    assert_false(text_starts_nocase("im", "imap"));
    assert_true(text_contains_nocase("Ann Example", "EXAM"));
    assert_true(text_contains_nocase("", ""));
    assert_false(text_contains_nocase("Ann", "b"));
    assert_true(text_contains_control("a\x7f"));
    assert_false(text_contains_control("\xc3\xa4"));
}

static void hex(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x9f, 0xab, 0x10, 0xff};
    char out[16];

    (void)state;
    text_hex(out, bytes, sizeof(bytes));
    assert_string_equal(out, "009fab10ff");
    text_hex_groups(out, bytes, sizeof(bytes));
    assert_string_equal(out, "009F AB10 FF");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_text),
        cmocka_unit_test(safe_text_of_anything),
        cmocka_unit_test(marks_and_bidi),
        cmocka_unit_test(hostile_subject),
        cmocka_unit_test(decoding),
        cmocka_unit_test(width_as_libc),
        cmocka_unit_test(ascii),
        cmocka_unit_test(hex),
        cmocka_unit_test(widths),
        cmocka_unit_test(numbers),
        cmocka_unit_test(base64),
        cmocka_unit_test(digests),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
