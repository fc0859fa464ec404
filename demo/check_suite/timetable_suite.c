/* SPDX-License-Identifier: MIT */
/*
 * timetable_suite.c - the timetable's tests. CK_RUN_CASE picks one case; ctest runs each as a test of its own. Exits 0 when all passed, 1 when one
 * failed, 77 when the case cannot run on this machine.
 */
#include "crossing.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int weekday[] = {6 * 60, 7 * 60 + 45, 12 * 60, 18 * 60 + 30};
static const struct timetable boats = {weekday, sizeof weekday / sizeof weekday[0]};

START_TEST(hours_and_minutes)
{
    ck_assert_int_eq(clock_parse("00:00"), 0);
    ck_assert_int_eq(clock_parse("07:45"), 465);
    ck_assert_int_eq(clock_parse("23:59"), MINUTES_A_DAY - 1);
}
END_TEST

static const char *const refused[] = {"", "7:45", "24:00", "07:60", "07:45 ", "07-45", "sieben"};

START_TEST(what_is_no_time)
{
    ck_assert_msg(clock_parse(refused[_i]) == -1, "\"%s\" was taken for a time", refused[_i]);
}
END_TEST

START_TEST(waits_for_the_next_one)
{
    ck_assert_int_eq(timetable_wait(&boats, clock_parse("07:00")), 45);
    ck_assert_int_eq(timetable_wait(&boats, clock_parse("07:45")), 0);
    ck_assert_int_eq(timetable_wait(&boats, clock_parse("07:46")), 254);
}
END_TEST

START_TEST(waits_over_midnight)
{
    int wait = timetable_wait(&boats, clock_parse("23:00"));
    ck_assert_msg(wait == 7 * 60, "after the last boat: waited %d minutes, not 420 (Fähre <06:00>)",
                  wait);
}
END_TEST

START_TEST(holidays_are_kept)
{
    ck_assert_ptr_nonnull(getenv("CROSSING_HOLIDAYS"));
}
END_TEST

START_TEST(nothing_leaves_from_an_empty_quay)
{
    struct timetable none = {NULL, 0};
    ck_assert_int_eq(timetable_wait(&none, 0), -1);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *test, int times)
{
    TCase *tcase = tcase_create(name);
    tcase_add_loop_test(tcase, test, 0, times);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("timetable");
    const char *chosen = getenv("CK_RUN_CASE");
    SRunner *runner;
    int failed;

    if (chosen && strcmp(chosen, "holidays") == 0 && !getenv("CROSSING_HOLIDAYS")) {
        puts("skipped: CROSSING_HOLIDAYS names no calendar");
        return 77;
    }
    add_case(suite, "parse", hours_and_minutes, 1);
    add_case(suite, "parse_refuses", what_is_no_time, sizeof refused / sizeof refused[0]);
    add_case(suite, "next_boat", waits_for_the_next_one, 1);
    add_case(suite, "over_midnight", waits_over_midnight, 1);
    add_case(suite, "holidays", holidays_are_kept, 1);
    add_case(suite, "smoke", nothing_leaves_from_an_empty_quay, 1);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
