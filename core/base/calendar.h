/* SPDX-License-Identifier: MIT */
/* calendar.h - dates of the Gregorian calendar and days since 1970-01-01, UTC; no zone, no locale, no clock. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdint.h>

/* Days from 1970-01-01 to a date; before it they are negative. */
int64_t calendar_days(int64_t year, int month, int day);
/* How many days a month has, 28 to 31. */
int calendar_month_days(int64_t year, int month);

/* "2026-11-20T12:31:07.250Z" of milliseconds since the epoch; years 0 to 9999, beyond them the nearest. */
enum { TIME_TEXT = 25 };
void time_text(int64_t ms, char out[TIME_TEXT]);

#endif
