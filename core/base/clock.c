/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the real clock and the virtual one. The engine gets one of them and asks nothing
 * else for the time, so a test of an hour's back-off takes no hour. A real wait must end soon
 * after an interruption, whether a signal or another thread made it.
 */
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_US = 50 * 1000 }; /* the longest an interruption by another thread goes unseen */

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * The monotonic clock also counts the time that a machine sleeps. Debian's kernels all have it; the other one is for those that
 * have not.
 */
static int64_t steady_us(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_BOOTTIME, &now) == 0
               ? (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000
               : read_us(CLOCK_MONOTONIC);
}

static int64_t real_now_ms(struct clock *c)
{
    return (c->wall_us + steady_us()) / 1000;
}

static int64_t real_mono_us(struct clock *c)
{
    (void)c;
    return steady_us();
}

/* a + b, staying at the end of the range rather than wrapping around. */
static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t us_of_ms(int64_t ms)
{
    return ms > INT64_MAX / 1000 ? INT64_MAX : ms * 1000;
}

static int real_wait_ms(struct clock *c, int64_t ms, const volatile int *interrupted)
{
    int64_t end = add_capped(steady_us(), us_of_ms(ms > 0 ? ms : 0));
    (void)c;
    for (;;) {
        struct timespec slice = {0, 0};
        int64_t left;
        if (is_interrupted(interrupted)) {
            return 1;
        }
        left = end - steady_us();
        if (left <= 0) {
            return 0;
        }
        slice.tv_nsec = (left < SLICE_US ? left : SLICE_US) * 1000;
        nanosleep(&slice, NULL); /* a signal ends it early, and the flag is looked at at once */
    }
}

/* What the wall clock says now, over the steady one. */
static int64_t wall_us(void)
{
    return read_us(CLOCK_REALTIME) - steady_us();
}

struct clock clock_real(void)
{
    return (struct clock){.now_ms = real_now_ms,
                          .mono_us = real_mono_us,
                          .wait_ms = real_wait_ms,
                          .wall_us = wall_us()};
}

/* Lanes on several threads may share a virtual clock: the shift is read and moved atomically. */
static int64_t *place_of(struct clock *c)
{
    return c->shared ? c->shared : &c->shift_us;
}

static int64_t shift_of(struct clock *c)
{
    return __atomic_load_n(place_of(c), __ATOMIC_SEQ_CST);
}

static int64_t virtual_now_ms(struct clock *c)
{
    return add_capped(c->wall_us + steady_us(), shift_of(c)) / 1000;
}

static int64_t virtual_mono_us(struct clock *c)
{
    return add_capped(steady_us(), shift_of(c));
}

static int virtual_wait_ms(struct clock *c, int64_t ms, const volatile int *interrupted)
{
    int64_t shift = shift_of(c);
    if (is_interrupted(interrupted)) {
        return 1;
    }
    if (ms > 0) {
        while (!__atomic_compare_exchange_n(place_of(c), &shift, add_capped(shift, us_of_ms(ms)), 0,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        }
    }
    return 0;
}

struct clock clock_virtual(void)
{
    return (struct clock){.now_ms = virtual_now_ms,
                          .mono_us = virtual_mono_us,
                          .wait_ms = virtual_wait_ms,
                          .wall_us = wall_us()};
}

int32_t clock_shared(struct clock *out, const char *path, struct ferry_error *err)
{
    void *map = MAP_FAILED;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *out = clock_virtual();
    if (fd >= 0 && ftruncate(fd, sizeof(int64_t)) == 0) {
        map = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (map == MAP_FAILED) {
        int32_t rc = ferry_fail(err, FERRY_E_IO, NULL, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return rc;
    }
    close(fd);
    out->shared = map;
    return FERRY_OK;
}
