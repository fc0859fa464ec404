/* SPDX-License-Identifier: MIT */
/* order.c - jobs on several threads are told in the order of their list, each once, and no more of them are kept than there are places. */
#include "scratch.h"

#include <order.h>
#include <pthread.h>
#include <stdatomic.h>

enum { JOBS = 2000, PLACES = 8, THREADS = 4 };

static struct {
    size_t result[PLACES];
    atomic_int used[PLACES];
    atomic_size_t worked, told;
    atomic_int ahead; /* a job began beyond the places that there are */
    size_t end_at;    /* tell() ends it there; JOBS: never */
    size_t await_at;  /* this job waits for its turn */
    int waited;       /* what it got */
} t;

static void setup(void)
{
    memset(&t, 0, sizeof t);
    t.end_at = t.await_at = JOBS;
}

static void work(void *self, struct order *o, size_t i, size_t place)
{
    volatile unsigned busy = 0;
    (void)self;
    ck_assert_uint_lt(place, PLACES);
    if (atomic_exchange(&t.used[place], 1) || i >= atomic_load(&t.told) + PLACES) {
        atomic_store(&t.ahead, 1);
    }
    for (size_t n = i * 7919 % 5000; n > 0; n--) {
        busy++; /* so that they end in another order */
    }
    if (i == t.await_at) {
        t.waited = order_await(o, i) ? order_is_next(o, i) && atomic_load(&t.told) == i : -1;
    }
    t.result[place] = i;
    atomic_fetch_add(&t.worked, 1);
}

static int32_t tell(void *self, size_t i, size_t place)
{
    (void)self;
    if (i == t.end_at) {
        return FERRY_E_STOP;
    }
    if (t.result[place] != i || atomic_load(&t.told) != i) {
        return FERRY_E_BUG;
    }
    atomic_store(&t.used[place], 0);
    atomic_store(&t.told, i + 1);
    return FERRY_OK;
}

static struct order_work jobs(unsigned threads)
{
    return (struct order_work){
        .jobs = JOBS, .places = PLACES, .threads = threads, .work = work, .tell = tell};
}

START_TEST(all_are_told_in_order)
{
    struct order_work w = jobs(THREADS);
    ck_assert_int_eq(order_run(&w), FERRY_OK);
    ck_assert_uint_eq(t.told, JOBS);
    ck_assert_uint_eq(t.worked, JOBS);
    ck_assert_int_eq(t.ahead, 0);
}
END_TEST

START_TEST(one_thread_does_the_same)
{
    struct order_work w = jobs(1);
    w.places = 1;
    ck_assert_int_eq(order_run(&w), FERRY_OK);
    ck_assert_uint_eq(t.told, JOBS);
}
END_TEST

START_TEST(no_jobs_are_done_at_once)
{
    struct order_work w = jobs(THREADS);
    w.jobs = 0;
    ck_assert_int_eq(order_run(&w), FERRY_OK);
    ck_assert_uint_eq(t.worked, 0);
}
END_TEST

START_TEST(whoever_tells_can_end_it)
{
    struct order_work w = jobs(THREADS);
    t.end_at = 100;
    ck_assert_int_eq(order_run(&w), FERRY_E_STOP);
    ck_assert_uint_eq(t.told, 100);
    ck_assert_uint_le(t.worked, 100 + PLACES);
}
END_TEST

START_TEST(a_job_can_wait_for_its_turn)
{
    struct order_work w = jobs(THREADS);
    t.await_at = 501;
    ck_assert_int_eq(order_run(&w), FERRY_OK);
    ck_assert_int_eq(t.waited, 1);
}
END_TEST

START_TEST(who_waits_learns_that_it_has_ended)
{
    struct order_work w = jobs(THREADS);
    t.await_at = 501;
    t.end_at = 500;
    ck_assert_int_eq(order_run(&w), FERRY_E_STOP);
    ck_assert_int_le(t.waited, 0); /* 0: it was not even begun */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *c = tcase_create("order");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_test(c, all_are_told_in_order);
    tcase_add_test(c, one_thread_does_the_same);
    tcase_add_test(c, no_jobs_are_done_at_once);
    tcase_add_test(c, whoever_tells_can_end_it);
    tcase_add_test(c, a_job_can_wait_for_its_turn);
    tcase_add_test(c, who_waits_learns_that_it_has_ended);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
