/* SPDX-License-Identifier: MIT */
/*
 * crossing.c - one test for each thing that Check can say, each in a case of its own: CK_RUN_CASE picks one, so that CTest can
 * report it; CK_TAP_LOG_FILE_NAME=- writes TAP, for Meson. expected.json of either tells what has to arrive.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

START_TEST(passes)
{
    ck_assert_int_eq(2 + 2, 4);
}
END_TEST

START_TEST(fails)
{
    ck_abort_msg("%s", "fare <&\"'> ]]> grüß 渡し船");
}
END_TEST

START_TEST(crashes)
{
    raise(SIGSEGV);
}
END_TEST

START_TEST(exits)
{
    exit(3);
}
END_TEST

START_TEST(is_to_crash)
{
    raise(SIGSEGV);
}
END_TEST

START_TEST(times_out)
{
    for (;;) {
        pause();
    }
}
END_TEST

START_TEST(astral)
{
    ck_abort_msg("%s", "rocket 🚀 landed");
}
END_TEST

START_TEST(control_bytes)
{
    printf("# out: esc \x1b[31mred\x1b[0m bell \a\n");
    fflush(stdout);
    ck_abort_msg("%s", "esc \x1b[31mred\x1b[0m one \x01 bell \a end");
}
END_TEST

START_TEST(no_utf8)
{
    ck_abort_msg("%s", "latin gr\xfc\xdf end");
}
END_TEST

static const int seats[] = {1, 2, 0};

START_TEST(boards)
{
    ck_assert_msg(seats[_i] > 0, "quay %d has %d seats", _i, seats[_i]);
}
END_TEST

static TCase *add(Suite *suite, const char *name)
{
    TCase *one = tcase_create(name);
    suite_add_tcase(suite, one);
    return one;
}

static Suite *crossing(void)
{
    Suite *suite = suite_create("crossing");
    TCase *slow = add(suite, "times_out");
    tcase_add_test(add(suite, "passes"), passes);
    tcase_add_test(add(suite, "fails"), fails);
    tcase_add_test(add(suite, "crashes"), crashes);
    tcase_add_test(add(suite, "exits"), exits);
    tcase_add_test_raise_signal(add(suite, "is_to_crash"), is_to_crash, SIGSEGV);
    tcase_set_timeout(slow, 0.1);
    tcase_add_test(slow, times_out);
    tcase_add_test(add(suite, "astral"), astral);
    tcase_add_test(add(suite, "control_bytes"), control_bytes);
    tcase_add_test(add(suite, "no_utf8"), no_utf8);
    tcase_add_loop_test(add(suite, "boards"), boards, 0, sizeof seats / sizeof *seats);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(crossing());
    int failed;
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
