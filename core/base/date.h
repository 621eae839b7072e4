/* SPDX-License-Identifier: MIT */
/*
 * date: calendar dates and timestamps, always UTC, always given by the caller.
 */
#ifndef POSTSEAL_CORE_BASE_DATE_H
#define POSTSEAL_CORE_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define DATE_SIZE      16 /* "2027-03-01", also years beyond 9999 */
#define TIMESTAMP_SIZE 32 /* "2026-11-23T16:02:11Z" */

/* "2027-03-01" */
char *date_format(char out[DATE_SIZE], time_t t);
/* "2026-11-23T16:02:11Z" (RFC 3339) */
char *timestamp_format(char out[TIMESTAMP_SIZE], time_t t);
/* "16:02" in the person's own time zone, for screens. */
char *clock_format(char out[8], time_t t);
/* Strict YYYY-MM-DD; *end_of_day is 23:59:59 UTC of that day. */
bool date_parse(const char *text, time_t *end_of_day);
/* Strict RFC 3339 with Z or an offset. */
bool timestamp_parse(const char *text, time_t *t);
/* Whole days from `now` to `then`, rounded towards zero; negative when past. */
long days_between(time_t now, time_t then);
#define DATE_LEFT_SIZE 64
/* "2027-03-01, 61 days left" or "2026-03-01, ended 1 day ago" */
char *date_left_format(char out[DATE_LEFT_SIZE], time_t now, time_t then);
/* `t` plus n calendar years (29 February becomes 28). */
time_t date_add_years(time_t t, int years);

#endif
