/* SPDX-License-Identifier: MIT */
/* deliver_polls.c - what a server works on: when it is asked how that ended, and how soon another takes its place. */
#include "deliver_bench.h"

enum { MOST_TASKS = 32 };

/* Tasks of a server: each request begins one, which takes as long as the test says. */
static struct {
    int64_t began_ms, takes_ms, told_ms; /* told_ms: when its end was seen */
    uint32_t asked;                      /* requests */
} tasks[MOST_TASKS];
static uint32_t n_tasks, most_at_once;
static int64_t takes[MOST_TASKS];

static int64_t now(void)
{
    return fake.clock.now_ms(&fake.clock);
}

static void count_at_once(void)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_tasks; i++) {
        n += tasks[i].told_ms == 0;
    }
    most_at_once = n > most_at_once ? n : most_at_once;
}

static int32_t begin_task(uint32_t n, const struct ferry_reply *r)
{
    char token[16];
    struct ferry_outcome o = outcome(FERRY_ACCEPTED);
    snprintf(token, sizeof token, "%u", n_tasks);
    o.token = ferry_cstr(token);
    tasks[n_tasks].began_ms = now();
    tasks[n_tasks].takes_ms = takes[n_tasks] ? takes[n_tasks] : 2000;
    n_tasks++;
    count_at_once();
    for (uint32_t i = 0; i < n; i++) {
        one(r, i, o);
    }
    return FERRY_OK;
}

/* Read for the first of its operations, and once more for all of them where the task has ended. */
static int32_t tell_task(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    int64_t i = 0;
    ck_assert(str_int64(ask->token, &i));
    ck_assert_int_lt(i, n_tasks);
    struct ferry_outcome o = outcome(FERRY_ACCEPTED);
    o.token = ask->token;
    tasks[i].asked += ask->n_ops == 1;
    if (now() - tasks[i].began_ms < tasks[i].takes_ms) {
        return one(r, 0, o);
    }
    tasks[i].told_ms = now();
    return all_done(ask->n_ops, r);
}

static void begin_server(uint32_t at_once, uint32_t items)
{
    fake.kinds[2].flags = FERRY_HOLDS; /* RESULT */
    fake.kinds[2].max_in_flight = at_once;
    fake.kinds[2].max_items = items;
    fake.remote.transport.most = 8;
    fake.answer = tell_task;
    say = begin_task;
    memset(tasks, 0, sizeof tasks);
    memset(takes, 0, sizeof takes);
    n_tasks = most_at_once = 0;
}

static void ops(int n)
{
    char key[16];
    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof key, "r%d", i);
        op(RESULT, key);
    }
}

static int64_t late_ms(uint32_t i)
{
    return tasks[i].told_ms - tasks[i].began_ms - tasks[i].takes_ms;
}

START_TEST(tasks_are_asked_for_when_they_usually_end)
{
    int64_t late = 0;
    uint32_t asked = 0;
    begin_server(1, 1);
    ops(12);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_uint_eq(n_tasks, 12);
    ck_assert_int_le(late_ms(0), 2000 / 5); /* nobody knows yet how long they take */
    for (uint32_t i = 2; i < n_tasks; i++) {
        late += late_ms(i);
        asked += tasks[i].asked;
    }
    ck_assert_int_le(late / 10, 100);
    ck_assert_uint_le(asked / 10, 8);
}
END_TEST

START_TEST(a_task_that_takes_less_than_usual_is_not_left_for_long)
{
    begin_server(1, 1);
    takes[0] = takes[1] = takes[2] = 60000;
    takes[3] = 10000;
    ops(4);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_le(late_ms(3), 10000 / 5);
}
END_TEST

START_TEST(a_task_that_takes_longer_than_usual_is_asked_for_less_and_less)
{
    begin_server(1, 1);
    takes[2] = 3600000;
    ops(3);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_le(late_ms(2), 15000);
    ck_assert_uint_le(tasks[2].asked, 3600 / 15 + 40);
}
END_TEST

START_TEST(a_place_is_filled_when_its_task_has_ended_and_not_when_all_have)
{
    begin_server(2, 1);
    takes[0] = 30000;
    ops(4);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_uint_eq(most_at_once, 2);
    for (uint32_t i = 2; i < 4; i++) { /* both beside the long one */
        ck_assert_int_eq(tasks[i].began_ms, tasks[i - 1].told_ms);
    }
    ck_assert_int_ge(tasks[0].told_ms, tasks[3].told_ms);
}
END_TEST

START_TEST(a_server_works_on_as_many_as_it_takes_and_no_more)
{
    begin_server(5, 10);
    ops(100);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_uint_eq(n_tasks, 10);
    ck_assert_uint_eq(most_at_once, 5);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 7"), 100);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM request WHERE settled = 1 AND done = 10"), 10);
}
END_TEST

START_TEST(not_yet_changes_nothing_in_the_journal)
{
    begin_server(1, 100);
    takes[0] = 3600000;
    ops(50);
    fake.engine.deadline_ms = began_ms + 60000;
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    ck_assert_uint_gt(tasks[0].asked, 5);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 4"), 50);
    ck_assert_int_eq(fake_one("SELECT MAX(not_before) FROM op"), began_ms + 400);
}
END_TEST

START_TEST(whoever_comes_after_a_death_asks_at_once_and_sends_no_more_than_there_is_room_for)
{
    begin_server(2, 1);
    takes[0] = takes[1] = 3600000;
    ops(3);
    fake.engine.deadline_ms = began_ms + 60000;
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    uint32_t asked = tasks[0].asked;
    tasks[0].takes_ms = tasks[1].takes_ms = 0; /* both have ended meanwhile */
    fake.engine.deadline_ms = INT64_MAX;
    int64_t from = now();
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(tasks[0].told_ms, from);
    ck_assert_int_eq(tasks[1].told_ms, from);
    ck_assert_uint_eq(tasks[0].asked, asked + 1);
    ck_assert_uint_eq(n_tasks, 3);
    ck_assert_uint_eq(most_at_once, 2);
}
END_TEST

/* The first request begins the task; then nobody answers; then 503; then all is well. */
START_TEST(a_question_without_an_answer_is_asked_again)
{
    begin_server(1, 2);
    takes[0] = 1;
    ops(2);
    fake_ends(EXCHANGE_ANSWERED, 200);
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 503);
    fake_ends(EXCHANGE_ANSWERED, 200);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_uint_eq(n_tasks, 1);
    ck_assert_uint_eq(fake.sent, 4);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 7"), 2);
}
END_TEST

/* A server may take what is in one request as several tasks. */
static int32_t begin_two(uint32_t n, const struct ferry_reply *r)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_outcome o = outcome(FERRY_ACCEPTED);
        o.token = i < n / 2 ? FERRY_LIT("0") : FERRY_LIT("1");
        one(r, i, o);
    }
    for (n_tasks = 0; n_tasks < 2; n_tasks++) {
        tasks[n_tasks].began_ms = now();
        tasks[n_tasks].takes_ms = takes[n_tasks];
    }
    return FERRY_OK;
}

START_TEST(tasks_of_one_request_end_each_for_itself_and_take_one_place)
{
    begin_server(1, 20);
    takes[0] = 1000;
    takes[1] = 9000;
    say = begin_two;
    ops(20);
    fake.engine.deadline_ms = began_ms + 5000;
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 7 AND id <= 10"), 10);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 4 AND id > 10"), 10);
    ck_assert_int_eq(fake_one("SELECT settled FROM request"), 0);
    fake.engine.deadline_ms = INT64_MAX;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 7"), 20);
    ck_assert_int_eq(fake_one("SELECT settled FROM request"), 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        tasks_are_asked_for_when_they_usually_end,
        a_task_that_takes_less_than_usual_is_not_left_for_long,
        a_task_that_takes_longer_than_usual_is_asked_for_less_and_less,
        a_place_is_filled_when_its_task_has_ended_and_not_when_all_have,
        a_server_works_on_as_many_as_it_takes_and_no_more,
        not_yet_changes_nothing_in_the_journal,
        whoever_comes_after_a_death_asks_at_once_and_sends_no_more_than_there_is_room_for,
        a_question_without_an_answer_is_asked_again,
        tasks_of_one_request_end_each_for_itself_and_take_one_place,
    };
    return run_tests("tasks of a server", tests, sizeof tests / sizeof *tests);
}
