/* SPDX-License-Identifier: MIT */
#include "core/base/date.h"

#include <stdio.h>
#include <string.h>

#define DAY 86400

char *date_format(char out[DATE_SIZE], time_t t)
{
    struct tm tm;

    if (!gmtime_r(&t, &tm) || !strftime(out, DATE_SIZE, "%Y-%m-%d", &tm))
        snprintf(out, DATE_SIZE, "?");
    return out;
}

char *timestamp_format(char out[TIMESTAMP_SIZE], time_t t)
{
    struct tm tm;

    if (!gmtime_r(&t, &tm) ||
        !strftime(out, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(out, TIMESTAMP_SIZE, "?");
    return out;
}

char *clock_format(char out[8], time_t t)
{
    struct tm tm;

    if (!localtime_r(&t, &tm) || !strftime(out, 8, "%H:%M", &tm))
        snprintf(out, 8, "?");
    return out;
}

/* Exactly n digits at *p, moving it on; -1 otherwise. */
static int digits(const char **p, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool literal(const char **p, const char *allowed)
{
    if (!**p || !strchr(allowed, **p))
        return false;
    (*p)++;
    return true;
}

static bool read_date(const char **p, struct tm *tm)
{
    int year = digits(p, 4), month, day;
    static const int lengths[] = {31, 29, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};

    if (year < 1970 || !literal(p, "-"))
        return false;
    month = digits(p, 2);
    if (month < 1 || month > 12 || !literal(p, "-"))
        return false;
    day = digits(p, 2);
    if (day < 1 || day > lengths[month - 1])
        return false;
    if (month == 2 && day == 29 &&
        (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
        return false;
    tm->tm_year = year - 1900;
    tm->tm_mon = month - 1;
    tm->tm_mday = day;
    return true;
}

bool date_parse(const char *text, time_t *end_of_day)
{
    struct tm tm = {0};

    if (!read_date(&text, &tm) || *text)
        return false;
    *end_of_day = timegm(&tm) + DAY - 1;
    return true;
}

static bool read_clock(const char **p, struct tm *tm)
{
    tm->tm_hour = digits(p, 2);
    if (tm->tm_hour < 0 || tm->tm_hour > 23 || !literal(p, ":"))
        return false;
    tm->tm_min = digits(p, 2);
    if (tm->tm_min < 0 || tm->tm_min > 59 || !literal(p, ":"))
        return false;
    tm->tm_sec = digits(p, 2);
    if (tm->tm_sec < 0 || tm->tm_sec > 60)
        return false;
    if (literal(p, ".")) {
        if (digits(p, 1) < 0)
            return false;
        while (digits(p, 1) >= 0)
            ;
    }
    return true;
}

bool timestamp_parse(const char *text, time_t *t)
{
    struct tm tm = {0};
    int sign, hours, minutes;

    if (!read_date(&text, &tm) || !literal(&text, "Tt ") ||
        !read_clock(&text, &tm))
        return false;
    *t = timegm(&tm);
    if (literal(&text, "Zz"))
        return *text == '\0';
    sign = *text == '-' ? -1 : 1;
    if (!literal(&text, "+-"))
        return false;
    hours = digits(&text, 2);
    if (hours < 0 || hours > 23 || !literal(&text, ":"))
        return false;
    minutes = digits(&text, 2);
    if (minutes < 0 || minutes > 59 || *text)
        return false;
    *t -= (time_t)sign * (hours * 3600 + minutes * 60);
    return true;
}

long days_between(time_t now, time_t then)
{
    return (long)((then - now) / DAY);
}

char *date_left_format(char out[DATE_LEFT_SIZE], time_t now, time_t then)
{
    char date[DATE_SIZE];
    long days = days_between(now, then);
    const char *s = days == 1 || days == -1 ? "" : "s";

    date_format(date, then);
    if (then >= now)
        snprintf(out, DATE_LEFT_SIZE, "%s, %ld day%s left", date, days, s);
    else
        snprintf(out, DATE_LEFT_SIZE, "%s, ended %ld day%s ago", date, -days,
                 s);
    return out;
}

time_t date_add_years(time_t t, int years)
{
    struct tm tm;

    gmtime_r(&t, &tm);
    tm.tm_year += years;
    if (tm.tm_mon == 1 && tm.tm_mday == 29)
        tm.tm_mday = 28;
    return timegm(&tm);
}
