/* SPDX-License-Identifier: MIT */
/* deliver_waits.c - waits that a codec asked for and that are longer than any process lives. */
#include "deliver_bench.h"

enum { TASK, NEW_BYTES, BUSY };
static int wait_said; /* in which of these ways */
static uint32_t polls;

enum { TWO_HOURS_MS = 2 * 3600 * 1000 };

/* The same long wait, said in each of the ways in which it can be. */
static int32_t in_two_hours(uint32_t n, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(wait_said == TASK ? FERRY_ACCEPTED : FERRY_AGAIN);
    o.retry_ms = TWO_HOURS_MS;
    o.token = wait_said == TASK ? FERRY_LIT("task 9") : o.token;
    if (rounds > 1) {
        return all_done(n, r);
    }
    return wait_said != BUSY ? one(r, 0, o) : verdict(r, FERRY_BUSY, TWO_HOURS_MS);
}

static int32_t done_when_asked(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(FERRY_DONE);
    o.id = FERRY_LIT("77");
    polls += ask->what == FERRY_ASK_POLL;
    return ask->what == FERRY_ASK_POLL ? r->outcome(r->self, 0, &o) : FERRY_OK;
}

static void outlives_three_processes(int way)
{
    int64_t id = op(CASE, "a");
    wait_said = way;
    say = in_two_hours;
    fake.answer = done_when_asked;
    polls = 0;
    fake.engine.deadline_ms = began_ms + 10 * 60000;
    for (int i = 0; i < 3; i++) { /* three processes, ten minutes each */
        ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
        ck_assert_int_eq(of(id, "not_before"), began_ms + TWO_HOURS_MS);
        ck_assert_uint_eq(rounds, 1);
        fake.engine.deadline_ms += 10 * 60000;
    }
    fake.engine.deadline_ms = INT64_MAX;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_int_eq(waited_ms(), TWO_HOURS_MS);
    ck_assert_uint_eq(polls, way == TASK);
}

START_TEST(a_task_that_takes_hours_outlives_the_process_that_was_told_of_it)
{
    outlives_three_processes(TASK);
}
END_TEST

START_TEST(new_bytes_in_some_hours_outlives_the_process_that_was_told_of_it)
{
    outlives_three_processes(NEW_BYTES);
}
END_TEST

START_TEST(a_server_that_is_busy_for_hours_outlives_the_process_that_was_told_of_it)
{
    outlives_three_processes(BUSY);
}
END_TEST

/* The clock that said until when was a year ahead. */
START_TEST(a_wait_of_hours_is_never_longer_than_that)
{
    int64_t id = op(CASE, "a");
    wait_said = NEW_BYTES;
    say = in_two_hours;
    fake.engine.deadline_ms = began_ms + 60000;
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "UPDATE op SET not_before = not_before + 365 * 86400000", ""),
                     FERRY_OK);
    int64_t from = fake.clock.now_ms(&fake.clock);
    fake.engine.deadline_ms = INT64_MAX;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_int_eq(fake.clock.now_ms(&fake.clock) - from, TWO_HOURS_MS);
}
END_TEST

enum { FULL = 100 };

static int32_t full_for_long(uint32_t n, const struct ferry_reply *r)
{
    return rounds <= FULL ? verdict(r, FERRY_BUSY, 10000) : all_done(n, r);
}

/* A queue that others have filled: nobody is needed but patience. */
START_TEST(a_server_that_says_when_to_come_again_is_asked_as_often_as_it_takes)
{
    int64_t id = op(CASE, "a");
    say = full_for_long;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_uint_eq(rounds, FULL + 1);
    ck_assert_int_eq(waited_ms(), FULL * 10000);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_task_that_takes_hours_outlives_the_process_that_was_told_of_it,
        new_bytes_in_some_hours_outlives_the_process_that_was_told_of_it,
        a_server_that_is_busy_for_hours_outlives_the_process_that_was_told_of_it,
        a_wait_of_hours_is_never_longer_than_that,
        a_server_that_says_when_to_come_again_is_asked_as_often_as_it_takes,
    };
    return run_tests("long waits", tests, sizeof tests / sizeof *tests);
}
