/* SPDX-License-Identifier: MIT */
/* date: strict reading, UTC, calendars with leap days. */
#include "tests/unit/unit.h"

#include "core/base/date.h"

static void days(void **state)
{
    static const struct {
        const char *text;
        long long end; /* -1: not a date */
    } cases[] = {
        {"1970-01-01", 86399},
        {"2026-11-23", 1795478399},
        {"2028-02-29", 1835481599},
        {"2000-02-29", 951868799},
        {"9999-12-31", 253402300799LL},
        {"2027-02-29", -1},
        {"2100-02-29", -1},
        {"2027-13-01", -1},
        {"2027-00-01", -1},
        {"2027-01-00", -1},
        {"2027-04-31", -1},
        {"2027-1-01", -1},
        {"27-01-01", -1},
        {"2027-01-01x", -1},
        {" 2027-01-01", -1},
        {"2027/01/01", -1},
        {"2027-01", -1},
        {"1969-12-31", -1},
        {"-027-01-01", -1},
        {"", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[DATE_SIZE];
        time_t t = -2;
        bool ok = date_parse(cases[i].text, &t);

        if (ok != (cases[i].end >= 0) || (ok && t != cases[i].end))
            fail_msg("%s: %d, %lld", cases[i].text, ok, (long long)t);
        if (ok)
            assert_string_equal(date_format(out, t), cases[i].text);
    }
}

static void timestamps(void **state)
{
    static const struct {
        const char *text, *utc; /* NULL: refused */
    } cases[] = {
        {"2026-11-23T16:02:11Z", "2026-11-23T16:02:11Z"},
        {"2026-11-23t16:02:11z", "2026-11-23T16:02:11Z"},
        {"2026-11-23T18:02:11.25+02:00", "2026-11-23T16:02:11Z"},
        {"2026-11-23T10:32:11-05:30", "2026-11-23T16:02:11Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
        {"2026-11-23T16:02:11", NULL},
        {"2026-11-23T16:02Z", NULL},
        {"2026-11-23T24:00:00Z", NULL},
        {"2026-11-23T16:60:00Z", NULL},
        {"2026-11-23T16:02:11.Z", NULL},
        {"2026-11-23T16:02:11+0200", NULL},
        {"2026-11-23T16:02:11+24:00", NULL},
        {"2026-11-23T16:02:11Zx", NULL},
        {"2026-02-30T16:02:11Z", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[TIMESTAMP_SIZE];
        time_t t = 0;
        bool ok = timestamp_parse(cases[i].text, &t);

        if (ok != (cases[i].utc != NULL))
            fail_msg("%s", cases[i].text);
        if (ok)
            assert_string_equal(timestamp_format(out, t), cases[i].utc);
    }
}

static void far_away(void **state)
{
    char date[DATE_SIZE], stamp[TIMESTAMP_SIZE];

    (void)state;
    assert_string_equal(date_format(date, 253402300800), "10000-01-01");
    assert_string_equal(date_format(date, INT64_MAX), "?");
    assert_string_equal(timestamp_format(stamp, INT64_MAX), "?");
}

static void years(void **state)
{
    static const struct {
        const char *from;
        int years;
        const char *to;
    } cases[] = {
        {"2026-11-23T16:02:11Z", 1, "2027-11-23T16:02:11Z"},
        {"2028-02-29T12:00:00Z", 1, "2029-02-28T12:00:00Z"},
        {"2027-02-28T12:00:00Z", 1, "2028-02-28T12:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[TIMESTAMP_SIZE];
        time_t t;

        assert_true(timestamp_parse(cases[i].from, &t));
        t = date_add_years(t, cases[i].years);
        assert_string_equal(timestamp_format(out, t), cases[i].to);
    }
}

static void between(void **state)
{
    (void)state;
    assert_int_equal(days_between(0, 86399), 0);
    assert_int_equal(days_between(0, 86400), 1);
    assert_int_equal(days_between(0, -86399), 0);
    assert_int_equal(days_between(0, -86400), -1);
    assert_int_equal(days_between(1000, 1000), 0);
}

static void left(void **state)
{
    char out[DATE_LEFT_SIZE];
    time_t day = 86400, then = 20000 * day; /* 2024-10-04 */

    (void)state;
    assert_string_equal(date_left_format(out, then - 61 * day, then),
                        "2024-10-04, 61 days left");
    assert_string_equal(date_left_format(out, then - day, then),
                        "2024-10-04, 1 day left");
    assert_string_equal(date_left_format(out, then, then),
                        "2024-10-04, 0 days left");
    assert_string_equal(date_left_format(out, then + 1, then),
                        "2024-10-04, ended 0 days ago");
    assert_string_equal(date_left_format(out, then + 5 * day, then),
                        "2024-10-04, ended 5 days ago");
}

/* The clock on the screen is the person's; all else stays UTC. */
static void time_zone(void **state)
{
    char out[8], date[DATE_SIZE];
    time_t t;

    (void)state;
    setenv("TZ", "UTC-5:45", 1);
    tzset();
    assert_string_equal(clock_format(out, 0), "05:45");
    assert_string_equal(date_format(date, 86399), "1970-01-01");
    assert_true(date_parse("1970-01-01", &t));
    assert_int_equal(t, 86399);
    assert_true(timestamp_parse("1970-01-01T00:00:00Z", &t));
    assert_int_equal(t, 0);
    unsetenv("TZ");
    tzset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days),      cmocka_unit_test(timestamps),
        cmocka_unit_test(far_away),  cmocka_unit_test(years),
        cmocka_unit_test(between),   cmocka_unit_test(left),
        cmocka_unit_test(time_zone),
    };

    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
