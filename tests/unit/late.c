/* SPDX-License-Identifier: MIT */
/* late.c - a library that is taken in when it is needed: whole, or refused with what to install. */
#include <check.h>
#include <late_curl.h>
#include <late_mhd.h>
#include <stdlib.h>
#include <string.h>

static double (*cosine)(double);
static void (*missing)(void);

START_TEST(calls_what_it_found)
{
    const struct late_call calls[] = {{"cos", &cosine}};
    struct late_library math = {
        .file = "libm.so.6", .package = "libc6", .calls = calls, .n_calls = 1};
    struct ferry_error err = {.size = sizeof err};
    ck_assert_int_eq(late_open(&math, &err), FERRY_OK);
    ck_assert(cosine(0.0) > 0.99);
    cosine = NULL;
    ck_assert_int_eq(late_open(&math, &err), FERRY_OK);
    ck_assert_ptr_null(cosine); /* the second time there is nothing to do */
}
END_TEST

START_TEST(names_the_library_that_is_missing)
{
    const struct late_call calls[] = {{"cos", &cosine}};
    struct late_library none = {
        .file = "libnone.so.7", .package = "libnone7", .calls = calls, .n_calls = 1};
    struct ferry_error err = {.size = sizeof err};
    ck_assert_int_eq(late_open(&none, &err), FERRY_E_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.message, "libnone.so.7 cannot be loaded: "));
    ck_assert_ptr_nonnull(strstr(err.message, "; install libnone7"));
    ck_assert(!none.is_open);
}
END_TEST

START_TEST(names_the_call_that_is_missing)
{
    const struct late_call calls[] = {{"cos", &cosine}, {"cosine_of_tomorrow", &missing}};
    struct late_library old = {
        .file = "libm.so.6", .package = "libc6", .calls = calls, .n_calls = 2};
    struct ferry_error err = {.size = sizeof err};
    ck_assert_int_eq(late_open(&old, &err), FERRY_E_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.message, "cosine_of_tomorrow"));
    ck_assert_ptr_null((void *)(uintptr_t)missing);
    ck_assert(!old.is_open);
}
END_TEST

START_TEST(finds_what_the_network_needs)
{
    struct ferry_error err = {.size = sizeof err};
    ck_assert_msg(late_curl_open(&err) == FERRY_OK, "%s", err.message);
    ck_assert_msg(late_mhd_open(&err) == FERRY_OK, "%s", err.message);
    ck_assert_uint_ge(curl.version_info(CURLVERSION_NOW)->version_num, 0x075500);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("late");
    TCase *t = tcase_create("late");
    SRunner *runner;
    int failed;
    tcase_add_test(t, calls_what_it_found);
    tcase_add_test(t, names_the_library_that_is_missing);
    tcase_add_test(t, names_the_call_that_is_missing);
    tcase_add_test(t, finds_what_the_network_needs);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
