/* SPDX-License-Identifier: MIT */
/* deliver_prepared.c - requests that are written while others are under way: when they leave, and when they are not what has to leave. */
#include "deliver_bench.h"

#include <limiter.h>

static uint32_t sent_when_read[8]; /* requests that had left when the n-th answer was read */

/* Answers take their time. */
static struct exchange *next_in_time(void *self, int64_t wait_ms)
{
    return wait_ms > 0 ? fake_next(self, wait_ms) : NULL;
}

static void begin_far_away(uint32_t at_once)
{
    fake.remote.limited = 1;
    fake.remote.transport.next = next_in_time;
    limiter_init(&fake.remote.limiter, NULL, FERRY_LIT("me"), at_once);
    for (uint32_t i = 0; i < fake.n_kinds; i++) {
        fake.kinds[i].max_items = 2;
        fake.kinds[i].max_in_flight = at_once;
    }
}

static int32_t done_and_counted(uint32_t n, const struct ferry_reply *r)
{
    sent_when_read[rounds < 8 ? rounds : 0] = fake.sent;
    return all_done(n, r);
}

START_TEST(the_next_request_leaves_before_an_end_is_written_down)
{
    begin_far_away(1);
    for (const char *key = "abcdefg"; *key; key++) {
        op(RESULT, (const char[]){*key, '\0'});
    }
    say = done_and_counted;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b\nencode c d\nencode e f\nencode g\n");
    ck_assert_uint_eq(counts.delivered, 7);
    ck_assert_uint_eq(sent_when_read[1], 2);
    ck_assert_uint_eq(sent_when_read[2], 3);
    ck_assert_uint_eq(sent_when_read[3], 4);
    ck_assert_uint_eq(sent_when_read[4], 4);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM request"), 4);
    ck_assert_int_eq(fake_one("SELECT SUM(items) FROM request"), 7);
}
END_TEST

static int32_t done_and_the_last_one_is_another(uint32_t n, const struct ferry_reply *r)
{
    if (rounds == 1) {
        ck_assert_int_eq(db_script(fake.engine.journal.db,
                                   "UPDATE op SET edition = edition + 1 WHERE key = 'e'",
                                   &fake.err),
                         FERRY_OK);
    }
    return all_done(n, r);
}

START_TEST(what_is_no_longer_wanted_so_is_written_again)
{
    begin_far_away(1);
    for (const char *key = "abcde"; *key; key++) {
        op(RESULT, (const char[]){*key, '\0'});
    }
    say = done_and_the_last_one_is_another;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b\nencode c d\nencode e\nencode e#1\n");
    ck_assert_uint_eq(fake.sent, 3);
    ck_assert_uint_eq(counts.delivered, 5);
}
END_TEST

static int32_t done_and_the_second_waits(uint32_t n, const struct ferry_reply *r)
{
    if (rounds == 1) {
        ck_assert_int_eq(
            db_script(
                fake.engine.journal.db,
                "UPDATE op SET not_before = 1790000005000, flags = flags | 128 WHERE key = 'e'",
                &fake.err),
            FERRY_OK);
    }
    return all_done(n, r);
}

START_TEST(what_has_to_wait_meanwhile_waits_and_the_rest_goes)
{
    begin_far_away(1);
    for (const char *key = "abcdef"; *key; key++) {
        op(RESULT, (const char[]){*key, '\0'});
    }
    say = done_and_the_second_waits;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b\nencode c d\nencode e f\nencode f\nencode e\n");
    ck_assert_uint_eq(counts.delivered, 6);
    ck_assert_int_eq(waited_ms(), 5000);
}
END_TEST

START_TEST(cases_are_made_before_any_result_is_prepared)
{
    begin_far_away(4);
    op(RESULT, "r");
    op(CASE, "c");
    op(CASE, "d");
    op(CASE, "e");
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert(str_starts(ferry_cstr(buf_cstr(&told)), "encode c d\nencode e\nencode r\n"));
}
END_TEST

static int32_t done_and_interrupted(uint32_t n, const struct ferry_reply *r)
{
    fake.interrupted = 1;
    return all_done(n, r);
}

START_TEST(what_was_prepared_and_not_sent_is_as_it_was)
{
    begin_far_away(2);
    for (const char *key = "abcdefghij"; *key; key++) {
        op(RESULT, (const char[]){*key, '\0'});
    }
    say = done_and_interrupted;
    ck_assert_int_eq(go(), FERRY_E_STOP);
    ck_assert_int_gt(fake_one("SELECT COUNT(*) FROM op WHERE state = 1 AND request_id IS NULL"), 0);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 3 AND request_id IS NULL"), 0);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM request"), (int64_t)fake.sent);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_next_request_leaves_before_an_end_is_written_down,
        what_is_no_longer_wanted_so_is_written_again,
        what_has_to_wait_meanwhile_waits_and_the_rest_goes,
        cases_are_made_before_any_result_is_prepared,
        what_was_prepared_and_not_sent_is_as_it_was,
    };
    return run_tests("deliver_prepared", tests, sizeof tests / sizeof *tests);
}
