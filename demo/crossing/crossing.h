/* SPDX-License-Identifier: MIT */
/*
 * crossing.h - when the boat leaves, and what it costs. The code under test of ferry's demo.
 */
#ifndef CROSSING_H
#define CROSSING_H

#ifdef __cplusplus
extern "C" {
#endif

enum { MINUTES_A_DAY = 24 * 60 };

/* "07:45" to minutes after midnight; -1 for anything else. */
int clock_parse(const char *text);

/* Departures of one day, in minutes after midnight, ascending. */
struct timetable {
    const int *departures;
    int n;
};
/* Minutes to wait at `now` for the next boat, over midnight too; -1 when no boat ever leaves. */
int timetable_wait(const struct timetable *t, int now);

struct party {
    int adults, children, bicycles;
};
/* The price in cents; -1 for a party that cannot be. Groups of ten and more pay a tenth less. */
long fare_cents(struct party party);
/* "12.50" of 1250 cents, into text; 0, or -1 where it does not fit. */
int fare_text(long cents, char *text, int size);

#ifdef __cplusplus
}
#endif
#endif
