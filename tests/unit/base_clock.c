/* SPDX-License-Identifier: MIT */
/*
 * base_clock.c - a machine whose clock is put right, or wrong, while a program runs. The linker sends clock_gettime() here, where the
 * wall clock jumps and the others go on.
 */
#include "clock.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

static int64_t jumped_s;

int __real_clock_gettime(clockid_t id, struct timespec *now);
int __wrap_clock_gettime(clockid_t id, struct timespec *now);

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
    int rc = __real_clock_gettime(id, now);
    if (id == CLOCK_REALTIME) {
        now->tv_sec += jumped_s;
    }
    return rc;
}

enum { DAY_S = 86400, SOON_MS = 60000 };

static struct clock made(int virtual)
{
    return virtual ? clock_virtual() : clock_real();
}

START_TEST(a_clock_is_right_when_it_is_made)
{
    for (int64_t days = -20000; days <= 20000; days += 20000) {
        jumped_s = 0;
        struct clock now = made(_i);
        jumped_s = days * DAY_S;
        struct clock then = made(_i);
        int64_t apart = then.now_ms(&then) - now.now_ms(&now) - days * DAY_S * 1000;
        ck_assert_int_ge(apart, 0);
        ck_assert_int_lt(apart, SOON_MS);
    }
}
END_TEST

START_TEST(a_jump_moves_no_deadline_of_a_running_program)
{
    struct clock c = made(_i);
    int64_t before = c.now_ms(&c), mono = c.mono_us(&c);
    for (int days = -3; days <= 3; days += 2) {
        jumped_s = days * DAY_S;
        ck_assert_int_ge(c.now_ms(&c), before);
        ck_assert_int_lt(c.now_ms(&c), before + SOON_MS);
        ck_assert_int_ge(c.mono_us(&c), mono);
        ck_assert_int_lt(c.mono_us(&c), mono + SOON_MS * 1000);
    }
    jumped_s = 0;
}
END_TEST

START_TEST(a_wait_takes_its_time_whatever_the_wall_clock_does)
{
    struct clock c = made(_i);
    int64_t before = c.now_ms(&c);
    jumped_s = -DAY_S;
    ck_assert_int_eq(c.wait_ms(&c, 20, NULL), 0);
    jumped_s = DAY_S;
    ck_assert_int_eq(c.wait_ms(&c, 20, NULL), 0);
    ck_assert_int_ge(c.now_ms(&c), before + 39);
    ck_assert_int_lt(c.now_ms(&c), before + SOON_MS);
    jumped_s = 0;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base clock");
    TCase *jumps = tcase_create("jumps");
    SRunner *runner;
    int failed;
    tcase_set_timeout(jumps, 120);
    tcase_add_loop_test(jumps, a_clock_is_right_when_it_is_made, 0, 2);
    tcase_add_loop_test(jumps, a_jump_moves_no_deadline_of_a_running_program, 0, 2);
    tcase_add_loop_test(jumps, a_wait_takes_its_time_whatever_the_wall_clock_does, 0, 2);
    suite_add_tcase(suite, jumps);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
