/* SPDX-License-Identifier: MIT */
/*
 * timetable.c - times of day and the next departure. Its suite is check_suite/timetable_suite.c.
 */
#include "crossing.h"

#include <stddef.h>

static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    return (text[0] - '0') * 10 + (text[1] - '0');
}

int clock_parse(const char *text)
{
    int hours, minutes;
    if (text == NULL) {
        return -1;
    }
    hours = two_digits(text);
    if (hours < 0 || hours > 23 || text[2] != ':') {
        return -1;
    }
    minutes = two_digits(text + 3);
    if (minutes < 0 || minutes > 59 || text[5] != '\0') {
        return -1;
    }
    return hours * 60 + minutes;
}

int timetable_wait(const struct timetable *t, int now)
{
    for (int i = 0; i < t->n; i++) {
        if (t->departures[i] >= now) {
            return t->departures[i] - now;
        }
    }
    /* The known defect: the first boat of tomorrow is forgotten, and the suite says so. */
    return -1;
}
