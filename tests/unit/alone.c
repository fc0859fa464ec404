/* SPDX-License-Identifier: MIT */
/* alone.c - cases are counted once, after the last of them and before the first result; what the number says, and what it does not. */
#include "deliver_bench.h"

static const char *counted; /* what the tracker says; NULL: nothing */

static int32_t say_count(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    if (!str_is(ferry_get(ask->filters, ask->n_filters, FERRY_LIT("count")), "1")) {
        return FERRY_OK;
    }
    ck_assert_uint_eq(ask->noun, FERRY_CASE);
    buf_puts(&told, "count\n");
    return counted ? r->fact(r->self, FERRY_LIT("count"), ferry_cstr(counted)) : FERRY_OK;
}

/* Two cases and a result, planned where `cases` stood, delivered. The first case is operation 1. */
static void deliver_where(int64_t cases, const char *now, uint32_t list_flags)
{
    fake_kind(FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_READ)->flags = list_flags;
    counted = now;
    fake.answer = say_count;
    ck_assert_int_eq(op(CASE, "a"), 1);
    op(CASE, "b");
    op(RESULT, "r");
    ck_assert_int_eq(deliver(&fake.engine, &fake.remote,
                             &(struct plan_counts){.first_op = 1, .cases = cases}, &counts,
                             &fake.err),
                     FERRY_OK);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 7"), 3);
}

static int64_t marked(void)
{
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind <> 196612 AND flags & 512"), 0);
    return fake_one("SELECT COUNT(*) FROM op WHERE flags & 512");
}

START_TEST(as_many_as_were_there_and_were_made_are_alone)
{
    deliver_where(5, "7", FERRY_COUNTS);
    was_told("encode a b\ncount\nencode r\n");
    ck_assert_int_eq(marked(), 2);
}
END_TEST

START_TEST(one_more_may_be_a_second_one)
{
    deliver_where(5, "8", FERRY_COUNTS);
    was_told("encode a b\ncount\nencode r\n");
    ck_assert_int_eq(marked(), 0);
}
END_TEST

START_TEST(one_less_tells_nothing_either)
{
    deliver_where(5, "6", FERRY_COUNTS);
    ck_assert_int_eq(marked(), 0);
}
END_TEST

START_TEST(a_tracker_that_does_not_say_keeps_no_result_waiting)
{
    deliver_where(5, NULL, FERRY_COUNTS);
    was_told("encode a b\ncount\nencode r\n");
    ck_assert_int_eq(marked(), 0);
}
END_TEST

START_TEST(where_nobody_looked_before_nothing_is_counted)
{
    deliver_where(-1, "7", FERRY_COUNTS);
    was_told("encode a b\nencode r\n");
}
END_TEST

START_TEST(a_tracker_that_cannot_count_is_not_asked)
{
    deliver_where(5, "7", 0);
    was_told("encode a b\nencode r\n");
    ck_assert_int_eq(marked(), 0);
}
END_TEST

/* The first sending may yet arrive, and make a second one after it was counted. */
START_TEST(what_was_in_doubt_is_not_alone_by_a_number)
{
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 200);
    deliver_where(5, "7", FERRY_COUNTS);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE flags & 4"), 2);
    ck_assert_int_eq(marked(), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        as_many_as_were_there_and_were_made_are_alone,
        one_more_may_be_a_second_one,
        one_less_tells_nothing_either,
        a_tracker_that_does_not_say_keeps_no_result_waiting,
        where_nobody_looked_before_nothing_is_counted,
        a_tracker_that_cannot_count_is_not_asked,
        what_was_in_doubt_is_not_alone_by_a_number,
    };
    return run_tests("alone", tests, sizeof tests / sizeof *tests);
}
