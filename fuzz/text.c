/* SPDX-License-Identifier: MIT */
/* text: untrusted bytes made safe to show, cut to cells, and the small formats
 * that people paste or files hold: SHA-256, base64, dates, numbers. */
#include "fuzz/fuzz.h"

#include "core/base/date.h"
#include "core/base/text.h"

static void shown(const char *bytes, size_t len)
{
    char small[8], large[300], *all = text_safe_dup(bytes, len, 1 << 20);
    size_t used, cells = text_width(all);

    must_be_safe(all);
    must_be_safe(text_safe(small, sizeof(small), bytes, len));
    must_be_safe(text_safe(large, sizeof(large), bytes, len));
    must(text_is_utf8(all, strlen(all)) && !text_contains_control(all));
    for (size_t wide = 0; wide <= cells && wide < 40; wide++) {
        size_t n = text_fit(all, wide, &used);

        must(n <= strlen(all) && used <= wide);
        must(text_is_utf8(all, n));
    }
    must(text_fit(all, cells, &used) == strlen(all) && used == cells);
    free(all);
}

static void decoded(const char *text)
{
    size_t size = strlen(text) + 1, len = 0, digits = 0;
    unsigned char *out = malloc(size), sha256[32];

    must(out != NULL);
    if (text_base64_decode(text, out, size, &len)) {
        char *again = text_base64_encode(out, len);

        must(len <= size && strcmp(again, text) == 0);
        free(again);
    }
    if (text_parse_sha256(text, sha256, &digits) == TEXT_DIGEST_OK) {
        char hex[65];
        unsigned char again[32];

        text_hex(hex, sha256, 32);
        must(text_parse_sha256(hex, again, &digits) == TEXT_DIGEST_OK);
        must(memcmp(sha256, again, 32) == 0 && digits == 64);
    }
    free(out);
}

static void dated(const char *text)
{
    char day[DATE_SIZE], stamp[TIMESTAMP_SIZE];
    long number;
    time_t t, again;

    if (date_parse(text, &t)) {
        must(strcmp(date_format(day, t), text) == 0);
        must(date_parse(day, &again) && again == t);
    }
    if (timestamp_parse(text, &t)) {
        timestamp_format(stamp, t);
        must(timestamp_parse(stamp, &again) && again == t);
        date_add_years(t, 1);
    }
    if (text_parse_number(text, 0, 65535, &number))
        must(number >= 0 && number <= 65535);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts = parts_of(data, size);
    char *copy = parts_next(&parts, '\0', NULL), *trimmed;

    shown((const char *)data, size);
    decoded(copy);
    dated(copy);
    trimmed = text_trim(copy);
    text_lower(trimmed);
    must(text_equal_nocase(trimmed, trimmed));
    must(text_contains_nocase(trimmed, trimmed));
    free(copy);
    return 0;
}
