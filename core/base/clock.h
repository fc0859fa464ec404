/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the only source of time and the only way to wait. A virtual clock does not wait: its
 * waits move it on, so that tests run through hours of back-off in no time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "calendar.h"

#include <ferry/base.h>

struct clock {
    /*
     * Since the epoch, UTC, as the machine's clock told when this one was made; from then on it moves as mono_us does. So whoever
     * puts the machine's clock right meanwhile moves no deadline; who runs for days makes a new one now and then.
     */
    int64_t (*now_ms)(struct clock *c);
    int64_t (*mono_us)(struct clock *c); /* never goes back */
    /* Waits; 0 when the time is over, 1 when *interrupted became non-zero (seen within 50 ms). */
    int (*wait_ms)(struct clock *c, int64_t ms, const volatile int *interrupted);
    int64_t wall_us;  /* the epoch's time over the steady clock's */
    int64_t shift_us; /* virtual: how far waits have moved it */
    int64_t *shared;  /* virtual, where several processes have one time: stands for shift_us */
};

/* Whether a signal's handler or another thread has set the flag; NULL is never set. Every look at one goes through here. */
static inline int is_interrupted(const volatile int *flag)
{
    return flag ? __atomic_load_n(flag, __ATOMIC_RELAXED) : 0;
}

struct clock clock_real(void);
/* Starts at the real time; waits add to it and return at once. */
struct clock clock_virtual(void);
/*
 * The same time for all who name this file (made where there is none): what one waits, all have waited, and who holds the file may
 * move their time by himself. E_IO. The mapping stays until the process ends.
 */
int32_t clock_shared(struct clock *out, const char *path, struct ferry_error *err);

#endif
