/* SPDX-License-Identifier: MIT */
/* limiter.c - what servers say of their limits, and what a budget that several share makes of it. */
#include <limiter.h>
#include <text.h>

#include "scratch.h"

#include <check.h>
#include <stdlib.h>

enum { NOW = 1700000000 };
static const int64_t now_ms = (int64_t)NOW * 1000;

static struct ferry_message answer(uint32_t status, struct ferry_kv *headers, uint32_t n)
{
    return (struct ferry_message){
        .size = sizeof(struct ferry_message), .status = status, .headers = headers, .n_headers = n};
}

static void heard(struct limiter *l, uint32_t status, const char *remaining, const char *reset)
{
    struct ferry_kv h[] = {{FERRY_LIT("x-ratelimit-limit"), FERRY_LIT("10")},
                           {FERRY_LIT("x-ratelimit-remaining"), ferry_cstr(remaining)},
                           {FERRY_LIT("x-ratelimit-reset"), ferry_cstr(reset)}};
    struct exchange x = {.end = EXCHANGE_ANSWERED, .answer = answer(status, h, 3)};
    limiter_heard(l, &x, now_ms);
}

START_TEST(reads_every_way_in_which_a_limit_is_told)
{
    static const struct {
        const char *name, *value, *name2, *value2, *name3, *value3;
        int64_t limit, remaining, reset_s;
    } rows[] = {
        {"x-ratelimit-limit", "600", "x-ratelimit-remaining", "3", "x-ratelimit-reset",
         "1700000009", 600, 3, 9},
        {"x-ratelimit-limit", "600", "x-ratelimit-remaining", "3", "x-ratelimit-reset", "9", 600, 3,
         9},
        {"ratelimit", "limit=100, remaining=7, reset=5", "", "", "", "", 100, 7, 5},
        {"ratelimit", "\"default\";r=50;t=30", "ratelimit-policy", "\"default\";q=100;w=60", "", "",
         100, 50, 30},
        /* The server's clock is an hour ahead; its Date says so. */
        {"x-ratelimit-remaining", "1", "x-ratelimit-reset", "1700003605", "date",
         "Tue, 14 Nov 2023 23:13:20 GMT", -1, 1, 5},
        {"x-ratelimit-limit", "many", "x-ratelimit-remaining", "-4", "x-ratelimit-reset", "soon",
         -1, -1, -1},
        {"x-ratelimit-limit", "99999999999999999999", "x-ratelimit-reset", "999999999999999999", "",
         "", -1, -1, -1},
        {"ratelimit", ";;;,=,r,r=,=5", "", "", "", "", -1, -1, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ferry_kv h[] = {{ferry_cstr(rows[i].name), ferry_cstr(rows[i].value)},
                               {ferry_cstr(rows[i].name2), ferry_cstr(rows[i].value2)},
                               {ferry_cstr(rows[i].name3), ferry_cstr(rows[i].value3)}};
        struct ferry_message m = answer(200, h, 3);
        struct limiter_word w = limiter_read(&m, now_ms);
        ck_assert_int_eq(w.limit, rows[i].limit);
        ck_assert_int_eq(w.remaining, rows[i].remaining);
        ck_assert_int_eq(w.reset_ms, rows[i].reset_s < 0 ? 0 : now_ms + rows[i].reset_s * 1000);
    }
}
END_TEST

START_TEST(nothing_is_waited_for_where_the_server_says_nothing)
{
    struct limiter l;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_le(limiter_turn(&l, now_ms), now_ms);
    }
    limiter_finish(&l);
}
END_TEST

/* Twenty in any second, however they come; a while of 1.05 s, lest they arrive closer together than they left. */
START_TEST(no_more_turns_a_second_than_the_vendor_advises)
{
    enum { TURNS = 200 };
    struct limiter l;
    int64_t at = now_ms, taken[TURNS];
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    limiter_rate(&l, 0);
    limiter_rate(&l, 50);
    limiter_rate(&l, 20);
    limiter_rate(&l, 30);
    for (int i = 0; i < TURNS; i++) {
        at += i % 7 == 0 ? 130 : 0;
        for (int64_t due; (due = limiter_turn(&l, at)) > at;) {
            at = due;
        }
        taken[i] = at;
        ck_assert(i < 20 || taken[i] - taken[i - 20] >= 1050);
    }
    ck_assert_int_le(at - now_ms, TURNS * 1050 / 20 + 1050);
    while (limiter_turn(&l, at) == at) {
    }
    limiter_give_back(&l); /* the last one was not used after all */
    ck_assert_int_eq(limiter_turn(&l, at), at);
    ck_assert_int_eq(limiter_turn(&l, at - 3600000), at - 3600000); /* the clock was put back */
    limiter_finish(&l);
}
END_TEST

START_TEST(a_rate_above_what_is_remembered_is_kept_in_shorter_whiles)
{
    struct limiter l;
    int64_t at = now_ms;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    limiter_rate(&l, 320);
    for (int i = 0; i < 3200; i++) {
        for (int64_t due; (due = limiter_turn(&l, at)) > at;) {
            at = due;
        }
    }
    ck_assert_int_ge(at - now_ms, 9900);
    ck_assert_int_le(at - now_ms, 10600);
    limiter_finish(&l);
}
END_TEST

START_TEST(a_spent_window_is_waited_out_and_the_next_one_used)
{
    struct limiter l;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    heard(&l, 200, "2", "1700000030");
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms + 30000);
    limiter_give_back(&l); /* one was not used after all */
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(limiter_turn(&l, now_ms + 30000), now_ms + 30000);
    }
    limiter_finish(&l);
}
END_TEST

START_TEST(of_answers_that_overtake_one_another_the_smaller_number_counts)
{
    struct limiter l;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    heard(&l, 200, "1", "1700000030");
    heard(&l, 200, "5", "1700000030"); /* was written before the other */
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms + 30000);
    heard(&l, 200, "9", "1700000090"); /* a new window */
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    limiter_finish(&l);
}
END_TEST

START_TEST(what_is_under_way_is_not_counted_by_the_server_yet)
{
    struct limiter l;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    limiter_sent(&l);
    limiter_sent(&l);
    limiter_sent(&l);
    heard(&l, 200, "3", "1700000030"); /* two more are on their way */
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms + 30000);
    limiter_finish(&l);
}
END_TEST

START_TEST(a_429_pauses_the_account_and_halves_what_is_sent_at_once)
{
    struct limiter l;
    struct ferry_kv h[] = {{FERRY_LIT("retry-after"), FERRY_LIT("7")}};
    struct exchange busy = {.end = EXCHANGE_ANSWERED, .answer = answer(429, h, 1)};
    struct exchange good = {.end = EXCHANGE_ANSWERED, .answer = answer(200, NULL, 0)};
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 8);
    ck_assert_uint_eq(limiter_window(&l), 8);
    limiter_heard(&l, &busy, now_ms);
    ck_assert_uint_eq(limiter_window(&l), 4);
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms + 7000);
    ck_assert_int_eq(limiter_turn(&l, now_ms + 7000), now_ms + 7000);
    busy.end = EXCHANGE_UNSURE;
    for (int i = 0; i < 5; i++) {
        limiter_heard(&l, &busy, now_ms);
    }
    ck_assert_uint_eq(limiter_window(&l), 1);
    for (int i = 0; i < 1 + 2 + 3 + 4 + 5 + 6 + 7; i++) {
        limiter_heard(&l, &good, now_ms);
    }
    ck_assert_uint_eq(limiter_window(&l), 8);
    limiter_heard(&l, &good, now_ms);
    ck_assert_uint_eq(limiter_window(&l), 8);
    limiter_finish(&l);
}
END_TEST

START_TEST(a_clock_that_jumped_stops_nobody_for_long)
{
    struct limiter l;
    limiter_init(&l, NULL, FERRY_LIT("h#1"), 4);
    heard(&l, 200, "0", "1700000030");
    ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms + 30000);
    /* Back by a day: at most the longest wait that a server may ask for. */
    int64_t earlier = now_ms - INT64_C(24) * 3600 * 1000;
    ck_assert_int_le(limiter_turn(&l, earlier), earlier + 300000);
    limiter_finish(&l);
}
END_TEST

START_TEST(two_processes_share_the_budget_of_an_account_and_of_no_other)
{
    struct limiter a, b, other;
    scratch_enter();
    limiter_init(&a, scratch_path, FERRY_LIT("h#1"), 4);
    limiter_init(&b, scratch_path, FERRY_LIT("h#1"), 4);
    limiter_init(&other, scratch_path, FERRY_LIT("h#2"), 4);
    heard(&a, 200, "2", "1700000030");
    ck_assert_int_eq(limiter_turn(&a, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&b, now_ms), now_ms);
    ck_assert_int_eq(limiter_turn(&a, now_ms), now_ms + 30000);
    ck_assert_int_eq(limiter_turn(&b, now_ms), now_ms + 30000);
    ck_assert_int_eq(limiter_turn(&other, now_ms), now_ms);
    limiter_finish(&a);
    limiter_finish(&b);
    limiter_finish(&other);
    scratch_leave();
}
END_TEST

START_TEST(many_accounts_and_a_damaged_file_are_got_over)
{
    char path[4200], name[32];
    struct limiter l;
    scratch_enter();
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "h#%d", i);
        limiter_init(&l, scratch_path, ferry_cstr(name), 4);
        heard(&l, 200, "1", "1700000030");
        ck_assert_int_eq(limiter_turn(&l, now_ms), now_ms);
        limiter_finish(&l);
    }
    snprintf(path, sizeof path, "%s/limits.2", scratch_path);
    ck_assert_int_eq(truncate(path, 77), 0);
    limiter_init(&l, scratch_path, FERRY_LIT("h#7"), 4);
    ck_assert_int_le(limiter_turn(&l, now_ms), now_ms + 300000);
    limiter_finish(&l);
    scratch_leave();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limiter");
    TCase *t = tcase_create("limiter");
    SRunner *runner;
    int failed;
    tcase_add_test(t, reads_every_way_in_which_a_limit_is_told);
    tcase_add_test(t, nothing_is_waited_for_where_the_server_says_nothing);
    tcase_add_test(t, no_more_turns_a_second_than_the_vendor_advises);
    tcase_add_test(t, a_rate_above_what_is_remembered_is_kept_in_shorter_whiles);
    tcase_add_test(t, a_spent_window_is_waited_out_and_the_next_one_used);
    tcase_add_test(t, of_answers_that_overtake_one_another_the_smaller_number_counts);
    tcase_add_test(t, what_is_under_way_is_not_counted_by_the_server_yet);
    tcase_add_test(t, a_429_pauses_the_account_and_halves_what_is_sent_at_once);
    tcase_add_test(t, a_clock_that_jumped_stops_nobody_for_long);
    tcase_add_test(t, two_processes_share_the_budget_of_an_account_and_of_no_other);
    tcase_add_test(t, many_accounts_and_a_damaged_file_are_got_over);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
