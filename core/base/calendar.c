/* SPDX-License-Identifier: MIT */
/* calendar.c - see calendar.h. Years are taken to begin in March, so that the leap day is their last. */
#include "calendar.h"

#include <string.h>

int64_t calendar_days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int calendar_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Years, months and days of a day counted from 1970-01-01, by eras of 400 years from March on. */
static void date_of_day(int64_t day, int *year, int *month, int *date)
{
    int64_t from_march = day + 719468; /* days since 0000-03-01 */
    int64_t era = (from_march >= 0 ? from_march : from_march - 146096) / 146097;
    int64_t day_of_era = from_march - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* 0 is March */
    *date = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* Lists hold thousands of times: printf would be most of what they cost. */
static void put_digits(char *at, int n, int value)
{
    for (; n > 0; n--, value /= 10) {
        at[n - 1] = (char)('0' + value % 10);
    }
}

void time_text(int64_t ms, char out[TIME_TEXT])
{
    const int64_t day_ms = 86400000;
    const int64_t first = -62167219200000; /* 0000-01-01 */
    const int64_t last = 253402300799999;  /* the last moment of 9999 */
    int year, month, date;
    int64_t day, rest;
    ms = ms < first ? first : ms > last ? last : ms;
    day = ms / day_ms;
    rest = ms % day_ms;
    if (rest < 0) {
        rest += day_ms;
        day--;
    }
    date_of_day(day, &year, &month, &date);
    memcpy(out, "0000-00-00T00:00:00.000Z", TIME_TEXT);
    put_digits(out, 4, year);
    put_digits(out + 5, 2, month);
    put_digits(out + 8, 2, date);
    put_digits(out + 11, 2, (int)(rest / 3600000));
    put_digits(out + 14, 2, (int)(rest / 60000 % 60));
    put_digits(out + 17, 2, (int)(rest / 1000 % 60));
    put_digits(out + 20, 3, (int)(rest % 1000));
}
