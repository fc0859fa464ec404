/* SPDX-License-Identifier: MIT */
/*
 * db_busy.c - waiting for another process that holds a database. SQLite's own wait cannot be ended,
 * and a person who interrupts ferry must not have to wait for somebody else's transaction.
 */
#include "db_busy.h"

#include "clock.h"

#include <stdlib.h>

/* Since an interruption was first seen, for all waits together: what is under way may still be written down. */
static const int64_t grace_us = 1000 * 1000;

static const volatile int *watched;
static int64_t stopped_us; /* when it was first seen to be set; 0: not yet */

void db_watch(const volatile int *interrupted)
{
    watched = interrupted;
    __atomic_store_n(&stopped_us, 0, __ATOMIC_SEQ_CST);
}

int db_interrupted(void)
{
    return is_interrupted(watched);
}

static int stop_now(int64_t now_us)
{
    int64_t first = 0;
    if (!db_interrupted()) {
        return 0;
    }
    if (__atomic_compare_exchange_n(&stopped_us, &first, now_us, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST)) {
        first = now_us;
    }
    return now_us - first >= grace_us;
}

/* Tests of a locked database do not want to wait as long as people do. */
static int patience(int busy_ms)
{
#ifdef FERRY_TEST_HOOKS
    const char *asked = getenv("FERRY_BUSY_MS");
    return asked ? (int)strtol(asked, NULL, 10) : busy_ms;
#else
    return busy_ms;
#endif
}

void db_busy_init(struct db_busy *b, int busy_ms)
{
    *b = (struct db_busy){.most_us = (int64_t)patience(busy_ms) * 1000};
}

int db_busy_wait(void *data, int count)
{
    static const int pauses_ms[] = {1, 2, 5, 10, 15, 20, 25};
    enum { PAUSES = sizeof pauses_ms / sizeof *pauses_ms };
    struct db_busy *b = data;
    struct clock real = clock_real();
    int64_t now = real.mono_us(&real);
    b->since_us = count == 0 ? now : b->since_us;
    if (now - b->since_us >= b->most_us || stop_now(now)) {
        return 0;
    }
    real.wait_ms(&real, pauses_ms[count < PAUSES ? count : PAUSES - 1], NULL);
    return 1;
}
