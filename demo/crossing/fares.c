/* SPDX-License-Identifier: MIT */
/*
 * fares.c - what a party pays. Its suite is gtest_suite/fares_test.cc.
 */
#include "crossing.h"

#include <stdio.h>

enum { ADULT = 425, CHILD = 215, BICYCLE = 150, GROUP = 10 };

/* Nine tenths, rounded down to five cents. */
static long reduced(long cents)
{
    long reduced = cents * 9 / 10;
    return reduced - reduced % 5;
}

long fare_cents(struct party party)
{
    if (party.adults < 0 || party.children < 0 || party.bicycles < 0 ||
        party.adults + party.children == 0) {
        return -1;
    }
    if (party.adults + party.children >= GROUP) {
        /* The known defect: each fare is rounded, where the sum should be. */
        return party.adults * reduced(ADULT) + party.children * reduced(CHILD) +
               party.bicycles * BICYCLE;
    }
    return (long)party.adults * ADULT + (long)party.children * CHILD +
           (long)party.bicycles * BICYCLE;
}

int fare_text(long cents, char *text, int size)
{
    int n = snprintf(text, (size_t)size, "%ld.%02ld", cents / 100, cents % 100);
    return n > 0 && n < size ? 0 : -1;
}
