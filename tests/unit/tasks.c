/* SPDX-License-Identifier: MIT */
/*
 * tasks.c - what became of each request, for whoever asks after it; and what was refused, planned again: with the next edition, what it needs,
 * and what was refused for want of it.
 */
#include "deliver_bench.h"

#include <tasks.h>

static struct buf seen;
static int64_t lanes[8];
static struct retried again;

static int32_t on_task(void *data, const struct ferry_task *t)
{
    (void)data;
    buf_printf(&seen, "%s slice %u: %u/%u/%u", ferry_task_state_text(t->state), t->slice, t->items,
               t->done, t->rejected);
    buf_printf(&seen, " x%u %.*s %.*s\n", t->attempts, STR_ARG(t->token), STR_ARG(t->text));
    return FERRY_OK;
}

#define tasks_are(want)                                                                            \
    do {                                                                                           \
        const struct task_filter any_ = {.dest = 0};                                               \
        buf_reset(&seen);                                                                          \
        ck_assert_int_eq(tasks_each(&fake.engine, &any_, on_task, NULL, &fake.err), FERRY_OK);     \
        ck_assert_str_eq(buf_cstr(&seen), want);                                                   \
    } while (0)

static void begin_tasks(void)
{
    begin();
    buf_init(&seen, 1 << 20);
    again = (struct retried){.lanes = lanes, .room = 8};
}

static void end_tasks(void)
{
    buf_finish(&seen);
    end();
}

static int32_t retry(const char *name)
{
    const struct task_filter any = {.dest = 0};
    struct ferry_str s = ferry_cstr(name);
    return tasks_retry(&fake.engine, &any, &s, name ? 1 : 0, &again, &fake.err);
}

/* --- what became of it ------------------------------------------------------------------------- */

static int32_t second_refused(uint32_t n, const struct ferry_reply *r)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_outcome o = outcome(i == 1 ? FERRY_REJECTED : FERRY_DONE);
        o.text = FERRY_LIT("too long");
        one(r, i, o);
    }
    return FERRY_OK;
}

START_TEST(a_slice_tells_what_was_done_and_what_was_refused)
{
    op(RESULT, "a");
    op(RESULT, "b");
    op(RESULT, "c");
    say = second_refused;
    ck_assert_int_eq(go(), FERRY_OK);
    tasks_are("Warning slice 1: 3/2/1 x1  too long\n");
}
END_TEST

START_TEST(cases_are_no_slices)
{
    op(CASE, "a");
    ck_assert_int_eq(go(), FERRY_OK);
    tasks_are("");
}
END_TEST

static int32_t accepted(uint32_t n, const struct ferry_reply *r)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_outcome o = outcome(FERRY_ACCEPTED);
        o.token = FERRY_LIT("task 5");
        o.retry_ms = 1000;
        one(r, i, o);
    }
    return FERRY_OK;
}

static uint32_t polls, poll_code;

static int32_t poll_answer(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(poll_code);
    o.text = FERRY_LIT("the task has failed");
    if (ask->what != FERRY_ASK_POLL || ++polls < 2) {
        return FERRY_OK; /* not yet */
    }
    for (uint32_t i = 0; i < ask->n_ops; i++) {
        one(r, i, o);
    }
    return FERRY_OK;
}

START_TEST(what_a_server_works_on_runs_until_its_task_has_ended)
{
    op(RESULT, "a");
    op(RESULT, "b");
    say = accepted;
    fake.answer = poll_answer;
    polls = 0;
    poll_code = FERRY_DONE;
    fake.engine.deadline_ms = began_ms + 500; /* before the first question */
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    tasks_are("Running slice 1: 2/0/0 x1 task 5 \n");
    fake.engine.deadline_ms = INT64_MAX;
    ck_assert_int_eq(go(), FERRY_OK);
    tasks_are("Success slice 1: 2/2/0 x1 task 5 \n");
}
END_TEST

START_TEST(what_comes_to_nothing_and_goes_again_is_one_slice)
{
    op(RESULT, "a");
    fake_ends(EXCHANGE_ANSWERED, 429);
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 200);
    ck_assert_int_eq(go(), FERRY_OK);
    tasks_are("Success slice 1: 1/1/0 x3  \n");
}
END_TEST

/* --- again ---------------------------------------------------------------------------------------- */

static int32_t all_refused(uint32_t n, const struct ferry_reply *r)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_outcome o = outcome(FERRY_REJECTED);
        o.text = FERRY_LIT("no such field");
        one(r, i, o);
    }
    return FERRY_OK;
}

START_TEST(what_was_refused_goes_with_the_next_edition)
{
    int64_t a = op(RESULT, "a"), b = op(RESULT, "b");
    say = second_refused;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(b, "state"), OP_REJECTED);
    ck_assert_int_eq(retry(NULL), FERRY_OK);
    ck_assert_uint_eq(again.ops, 1);
    ck_assert_uint_eq(again.n, 1);
    ck_assert_int_eq(lanes[0], 1);
    say = all_done;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(b, "state"), OP_DONE);
    ck_assert_int_eq(of(a, "edition"), 0);
    was_told("encode a b\nencode b#1\n");
    tasks_are("Warning slice 1: 2/1/1 x1  too long\nSuccess slice 2: 1/1/0 x1  \n");
    ck_assert_int_eq(retry(NULL), FERRY_OK);
    ck_assert_uint_eq(again.ops, 0);
}
END_TEST

START_TEST(a_task_by_its_token_and_no_other)
{
    int64_t a = op(RESULT, "a"), b;
    say = accepted;
    fake.answer = poll_answer;
    polls = 0;
    poll_code = FERRY_REJECTED;
    ck_assert_int_eq(go(), FERRY_OK);
    say = all_refused;
    b = op(RESULT, "b");
    ck_assert_int_eq(go(), FERRY_OK);
    tasks_are("Failed slice 1: 1/0/1 x1 task 5 the task has failed\n"
              "Failed slice 2: 1/0/1 x1  no such field\n");
    ck_assert_int_eq(retry("task 5"), FERRY_OK);
    ck_assert_int_eq(of(a, "state"), OP_PLANNED);
    ck_assert_int_eq(of(b, "state"), OP_REJECTED);
    ck_assert_int_eq(retry("2"), FERRY_OK); /* and by the request's number */
    ck_assert_int_eq(of(b, "state"), OP_PLANNED);
    ck_assert_int_eq(retry("task 6"), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "\"task 6\""));
}
END_TEST

START_TEST(what_was_refused_for_want_of_it_goes_with_it)
{
    int64_t kase = op(CASE, "k"), result = op(RESULT, "r"), other = op(RESULT, "o");
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO ref(op_id, n, role, noun, flags, key, target) VALUES(%lld, 0, 4, 4, 0, 'k', %lld),"
        " (%lld, 0, 4, 4, 0, 'x', NULL); UPDATE op SET waits = 1 WHERE id = %lld;"
        "UPDATE op SET state = 8, text = 'refers to what is neither there nor planned', settled_ms = 1 WHERE id = %lld",
        (long long)result, (long long)kase, (long long)other, (long long)result, (long long)other);
    ck_assert_int_eq(db_script(fake.engine.journal.db, sql, &fake.err), FERRY_OK);
    say = all_refused;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(kase, "state"), OP_REJECTED);
    ck_assert_int_eq(of(result, "state"), OP_REJECTED);
    ck_assert_int_eq(retry(NULL), FERRY_OK);
    ck_assert_uint_eq(again.ops, 2); /* what refers to nothing stays refused */
    ck_assert_int_eq(of(other, "state"), OP_REJECTED);
    ck_assert_int_eq(of(result, "waits"), 1);
    say = all_done;
    buf_reset(&told);
    fake.answer = NULL;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(result, "state"), OP_DONE);
    was_told("encode k#1\nencode r#1\n");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_slice_tells_what_was_done_and_what_was_refused,
                                  cases_are_no_slices,
                                  what_a_server_works_on_runs_until_its_task_has_ended,
                                  what_comes_to_nothing_and_goes_again_is_one_slice,
                                  what_was_refused_goes_with_the_next_edition,
                                  a_task_by_its_token_and_no_other,
                                  what_was_refused_for_want_of_it_goes_with_it};
    Suite *suite = suite_create("tasks");
    TCase *t = tcase_create("tasks");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(t, begin_tasks, end_tasks);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(t, tests[i]);
    }
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
