/* SPDX-License-Identifier: MIT */
/* Scripted faults: each kind does what its line says, at the request it names, and is counted. */
#include "lab.h"
#include "toy_service.h"

#include <log.h>

static struct lab lab;

static void setup(void)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
}

static void teardown(void)
{
    if (lab.folder[0]) {
        lab_close(&lab);
    }
}

static void begin(const char *script)
{
    lab_open(&lab, &toy_service, "toy", NULL, 0, script);
}

#define expect_rows(want_)                                                                         \
    do {                                                                                           \
        lab_expect(&lab, 200, "GET", "/list", NULL);                                               \
        ck_assert_msg(str_is(lab.body, want_), "rows %.*s, wanted %s", STR_ARG(lab.body), want_);  \
    } while (0)

#define expect_end(end_, method_, target_, body_)                                                  \
    do {                                                                                           \
        lab_send(&lab, method_, target_, body_);                                                   \
        ck_assert_int_eq(lab.x.end, end_);                                                         \
    } while (0)

START_TEST(refuse_sends_nothing)
{
    begin("POST /add 2 refuse");
    lab_expect(&lab, 201, "POST", "/add", "a");
    expect_end(EXCHANGE_NOT_SENT, "POST", "/add", "b");
    lab_expect(&lab, 201, "POST", "/add", "c");
    expect_rows("seed,a,c");
    ck_assert_uint_eq(faults_fired(lab.faults, 0), 1);
    ck_assert_uint_eq(faults_matched(lab.faults, 0), 3);
}
END_TEST

START_TEST(drop_before_and_drop_after_look_the_same)
{
    begin("POST /add 1 drop-before\nPOST /add 2 drop-after");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "a");
    char message[sizeof lab.x.error.message];
    snprintf(message, sizeof message, "%s", lab.x.error.message);
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "b");
    ck_assert_str_eq(message, lab.x.error.message);
    expect_rows("seed,b");
}
END_TEST

START_TEST(late_applies_when_the_clock_says_so)
{
    begin("POST /add 1 late 5000\nPOST /add 2 late 1000");
    ck_assert_uint_eq(lab.transport.flags & TRANSPORT_SYNCHRONOUS, 0);
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "slow");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "less slow");
    expect_rows("seed");
    lab.clock.wait_ms(&lab.clock, 900, NULL);
    expect_rows("seed");
    lab.clock.wait_ms(&lab.clock, 200, NULL);
    expect_rows("seed,less slow");
    lab.clock.wait_ms(&lab.clock, 4000, NULL);
    expect_rows("seed,less slow,slow");
}
END_TEST

START_TEST(what_is_late_at_the_end_is_applied_all_the_same)
{
    begin("POST /add * late 60000");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "a");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "b");
    lab_shut(&lab);
    begin(NULL);
    expect_rows("seed,a,b");
}
END_TEST

START_TEST(a_late_request_is_the_one_that_was_sent)
{
    begin("POST /add 1 late 10");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "first");
    lab_expect(&lab, 201, "POST", "/add", "second"); /* overwrites the caller's request */
    lab.clock.wait_ms(&lab.clock, 20, NULL);
    expect_rows("seed,second,first");
}
END_TEST

START_TEST(errors_come_with_or_without_the_effect)
{
    begin("POST /add 1 error-before 503\nPOST /add 2 error-after 502\nPOST /add 3 status-429 7");
    lab_expect(&lab, 503, "POST", "/add", "a");
    expect_rows("seed");
    lab_expect(&lab, 502, "POST", "/add", "b");
    expect_rows("seed,b");
    lab_expect(&lab, 429, "POST", "/add", "c");
    ck_assert(str_is(
        ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, FERRY_LIT("retry-after")), "7"));
    expect_rows("seed,b");
}
END_TEST

START_TEST(partial_applies_the_first_half_of_the_largest_array)
{
    begin("POST /many 1 partial");
    expect_end(EXCHANGE_UNSURE, "POST", "/many",
               "{\"tags\":[\"x\"],\"rows\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}");
    expect_rows("seed,a,b");
    lab_expect(&lab, 200, "POST", "/many", "{\"rows\":[\"z\"]}");
    expect_rows("seed,a,b,z");
}
END_TEST

START_TEST(partial_of_a_body_without_an_array_applies_nothing)
{
    begin("POST ** * partial");
    expect_end(EXCHANGE_UNSURE, "POST", "/add", "not json");
    expect_end(EXCHANGE_UNSURE, "POST", "/many", "{\"rows\":7}");
    expect_rows("seed");
}
END_TEST

START_TEST(truncate_cuts_the_answers_end)
{
    begin("GET /list 1 truncate 2\nGET /list 2 truncate 1000");
    lab_expect(&lab, 200, "GET", "/list", NULL);
    ck_assert(str_is(lab.body, "se"));
    lab_expect(&lab, 200, "GET", "/list", NULL);
    ck_assert_uint_eq(lab.body.len, 0);
    expect_rows("seed");
}
END_TEST

START_TEST(lag_answers_reads_from_the_past)
{
    begin("GET /list * lag 2");
    expect_rows("seed");
    lab_expect(&lab, 201, "POST", "/add", "a");
    expect_rows("seed"); /* fewer than two changes so far: the oldest there is */
    lab_expect(&lab, 201, "POST", "/add", "b");
    expect_rows("seed");
    lab_expect(&lab, 201, "POST", "/add", "c");
    expect_rows("seed,a");
    lab_expect(&lab, 200, "GET", "/count", NULL);
    ck_assert(str_is(lab.body, "4")); /* another path: as it is now */
    for (int i = 0; i < 10; i++) {
        lab_expect(&lab, 201, "POST", "/add", "d");
    }
    expect_rows("seed,a,b,c,d,d,d,d,d,d,d,d");
    ck_assert_uint_eq(faults_fired(lab.faults, 0), 5);
}
END_TEST

START_TEST(lag_leaves_no_copies_behind)
{
    char pattern[128];
    begin("GET /list * lag 3");
    for (int i = 0; i < 5; i++) {
        lab_expect(&lab, 201, "POST", "/add", "a");
    }
    lab_shut(&lab);
    snprintf(pattern, sizeof pattern, "%s/blobs/tmp", lab.state);
    ck_assert_int_eq(rmdir(pattern), 0); /* only an empty folder can be removed */
}
END_TEST

START_TEST(the_first_rule_that_fires_wins_and_each_counts_for_itself)
{
    begin(
        "* ** 2 refuse\nPOST /add 1 drop-before\nPOST /add 2 error-before 500\nGET /list 9 refuse");
    lab_expect(&lab, 200, "GET", "/count", NULL);
    expect_end(EXCHANGE_NOT_SENT, "POST", "/add", "a"); /* the second of all */
    lab_expect(&lab, 500, "POST", "/add", "b");         /* the second of /add */
    expect_rows("seed");
    static const uint32_t matched[] = {4, 2, 2, 1}, fired[] = {1, 0, 1, 0};
    ck_assert_uint_eq(faults_count(lab.faults), 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(faults_matched(lab.faults, i), matched[i]);
        ck_assert_uint_eq(faults_fired(lab.faults, i), fired[i]);
    }
    ck_assert_uint_eq(faults_fired(lab.faults, 4), 0);
}
END_TEST

START_TEST(a_glob_is_of_the_path_or_of_the_whole_target)
{
    begin("GET /c* 1 refuse\nGET /count[?]x=1 1 refuse");
    expect_end(EXCHANGE_NOT_SENT, "GET", "/count?x=1", NULL);
    lab_expect(&lab, 200, "GET", "/count?x=2", NULL);
    ck_assert_uint_eq(faults_matched(lab.faults, 0), 2);
    ck_assert_uint_eq(faults_matched(lab.faults, 1), 1);
}
END_TEST

START_TEST(a_script_without_rules_changes_nothing)
{
    begin("# nothing\n\n   \n");
    ck_assert_uint_eq(lab.transport.flags, TRANSPORT_SYNCHRONOUS);
    lab_expect(&lab, 201, "POST", "/add", "a");
    expect_rows("seed,a");
}
END_TEST

static const struct {
    const char *script, *says;
} wrong[] = {
    {"POST /add 1", "METHOD GLOB N FAULT"},
    {"POST", "line 1"},
    {"\n\nPOST /add x refuse", "line 3"},
    {"POST /add 0 refuse", "from 1"},
    {"POST /add -1 refuse", "from 1"},
    {"POST /add 1 drop-befor", "did you mean drop-before"},
    {"POST /add 1 explode", "unknown fault"},
    {"POST /add 1 refuse 7", "no argument"},
    {"POST /add 1 late", "wants a number"},
    {"POST /add 1 late soon", "not a number"},
    {"POST /add 1 late 99999999999", "not a number"},
    {"POST /add 1 error-before 200", "400 to 599"},
    {"POST /add 1 error-after 999", "400 to 599"},
    {"POST /add 1 lag 0", "1 to 1000"},
    {"POST /add 1 late 5 more", "too much"},
};

START_TEST(a_wrong_line_is_told_with_its_number)
{
    struct ferry_error err = {.size = sizeof err};
    struct faults *f = NULL;
    ck_assert_int_eq(faults_parse(&f, ferry_cstr(wrong[_i].script), "script", &err),
                     FERRY_E_CONFIG);
    ck_assert_ptr_null(f);
    ck_assert_msg(strstr(err.message, wrong[_i].says) != NULL, "%s", err.message);
    ck_assert_ptr_nonnull(strstr(err.message, "script line"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *c = tcase_create("faults");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, refuse_sends_nothing);
    tcase_add_test(c, drop_before_and_drop_after_look_the_same);
    tcase_add_test(c, late_applies_when_the_clock_says_so);
    tcase_add_test(c, what_is_late_at_the_end_is_applied_all_the_same);
    tcase_add_test(c, a_late_request_is_the_one_that_was_sent);
    tcase_add_test(c, errors_come_with_or_without_the_effect);
    tcase_add_test(c, partial_applies_the_first_half_of_the_largest_array);
    tcase_add_test(c, partial_of_a_body_without_an_array_applies_nothing);
    tcase_add_test(c, truncate_cuts_the_answers_end);
    tcase_add_test(c, lag_answers_reads_from_the_past);
    tcase_add_test(c, lag_leaves_no_copies_behind);
    tcase_add_test(c, the_first_rule_that_fires_wins_and_each_counts_for_itself);
    tcase_add_test(c, a_glob_is_of_the_path_or_of_the_whole_target);
    tcase_add_test(c, a_script_without_rules_changes_nothing);
    tcase_add_loop_test(c, a_wrong_line_is_told_with_its_number, 0, sizeof wrong / sizeof *wrong);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
