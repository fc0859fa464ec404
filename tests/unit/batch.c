/* SPDX-License-Identifier: MIT */
/* batch.c - which operations go together, in which order, and what must not hold up what. */
#include "fake_remote.h"

#include <batch.h>
#include <lane.h>
#include <pack.h>
#include <text.h>

static const uint32_t RESULT = FERRY_OP(FERRY_CREATE, FERRY_RESULT);
static const uint32_t COMPLETE = FERRY_OP(FERRY_COMPLETE, FERRY_RUN);
static struct batch batch;
static struct ferry_traits *results;

static void begin(void)
{
    fake_begin();
    results = fake_kind(RESULT, FERRY_REPEATABLE);
    results->scope = FERRY_RUN;
    struct ferry_traits *t = fake_kind(COMPLETE, FERRY_REPEATABLE);
    t->scope = FERRY_RUN;
    t->flags = FERRY_CLOSES;
    t->max_items = 1;
    fake_kind(FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_ONCE);
    batch_init(&batch);
}

static void end(void)
{
    batch_finish(&batch);
    fake_end();
}

static int64_t op(uint32_t kind, int64_t scope, int state, const char *key)
{
    struct db *db = fake.engine.journal.db;
    ck_assert_int_eq(
        db_run(
            db, &fake.err,
            "INSERT INTO op(dest_id, lane_id, kind, act, key, scope_op, state, remote_id) VALUES(1, 1, ?1, ?1, ?2, NULLIF(?3, 0), ?4, CASE WHEN ?4 = 7 THEN 'r' || ?2 END)",
            "izii", (int64_t)kind, key, scope, (int64_t)state),
        FERRY_OK);
    return db_last_id(db);
}

static int64_t a_run(const char *key)
{
    return op(FERRY_OP(FERRY_CREATE, FERRY_RUN), 0, 7, key);
}

static void set(int64_t id, const char *column, int64_t value)
{
    char sql[100];
    snprintf(sql, sizeof sql, "UPDATE op SET %s = ? WHERE id = ?", column);
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err, sql, "ii", value, id), FERRY_OK);
}

static uint32_t load(enum batch_of of, int64_t act)
{
    ck_assert_int_eq(batch_load(&batch, &fake.remote, of, act, &fake.err), FERRY_OK);
    return batch.n;
}

/* --- together ---------------------------------------------------------------------------------- */

START_TEST(results_of_one_run_go_together_in_plan_order)
{
    int64_t one = a_run("A"), two = a_run("B");
    int64_t first = op(RESULT, one, 1, "a");
    op(RESULT, one, 1, "b");
    op(RESULT, two, 1, "c");
    op(RESULT, one, 1, "d");
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 2);
    ck_assert_int_eq(batch.rows[0].id, first);
    ck_assert(str_is(batch.ops[1].item->refs[0]->id, "rA"));
    ck_assert_uint_eq(batch.ops[0].wire_id.len, 36);
    ck_assert(!ferry_eq(batch.ops[0].wire_id, batch.ops[1].wire_id));
}
END_TEST

START_TEST(what_waits_goes_later)
{
    int64_t run = a_run("A"), unmade = op(FERRY_OP(FERRY_CREATE, FERRY_RUN), 0, 1, "B");
    set(op(RESULT, run, 1, "a"), "waits", 1);
    set(op(RESULT, run, 1, "b"), "not_before", fake.clock.now_ms(&fake.clock) + 60000);
    op(RESULT, unmade, 1, "c");
    op(RESULT, run, 3, "d");
    op(RESULT, run, 6, "e");
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 0);
    fake.clock.wait_ms(&fake.clock, 60001, &fake.interrupted);
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 1);
}
END_TEST

START_TEST(a_request_that_was_refused_is_made_smaller)
{
    int64_t run = a_run("A");
    for (int i = 0; i < 6; i++) {
        char key[2] = {(char)('a' + i), 0};
        set(op(RESULT, run, 1, key), "at_most", i < 4 ? 2 : 0);
    }
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 2);
    results->max_items = 1;
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 1);
}
END_TEST

START_TEST(a_plugin_without_a_limit_has_one)
{
    op(RESULT, a_run("A"), 1, "a");
    results->max_items = UINT32_MAX;
    ck_assert_uint_eq(load(BATCH_READY, RESULT), 1);
}
END_TEST

START_TEST(a_whole_request_is_loaded_whatever_its_states)
{
    int64_t run = a_run("A");
    ck_assert_int_eq(db_begin(fake.engine.journal.db, &fake.err), FERRY_OK); /* one sync for all */
    for (int i = 0; i < 300; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        set(op(RESULT, run, i % 2 ? 3 : 5, key), "request_id", 77);
    }
    set(op(RESULT, run, 7, "done"), "request_id", 77);
    ck_assert_int_eq(db_commit(fake.engine.journal.db, &fake.err), FERRY_OK);
    ck_assert_uint_eq(load(BATCH_REQUEST, 77), 300);
}
END_TEST

START_TEST(an_item_that_cannot_be_read_is_told)
{
    int64_t id = op(RESULT, a_run("A"), 1, "a");
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "UPDATE op SET packed = x'02ff' WHERE id = ?", "i", id),
                     FERRY_OK);
    ck_assert_int_eq(batch_load(&batch, &fake.remote, BATCH_READY, RESULT, &fake.err),
                     FERRY_E_STATE);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "damaged"));
}
END_TEST

/* --- closing -------------------------------------------------------------------------------------- */

START_TEST(a_run_is_closed_when_everything_in_it_is_settled)
{
    int64_t run = a_run("A"), result = op(RESULT, run, 1, "a");
    op(COMPLETE, run, 1, "A");
    static const int open[] = {1, 3, 4, 5, 6};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        set(result, "state", open[i]);
        ck_assert_uint_eq(load(BATCH_READY, COMPLETE), 0);
    }
    set(result, "state", 7);
    ck_assert_uint_eq(load(BATCH_READY, COMPLETE), 1);
    ck_assert(str_is(batch.ops[0].id, "rA"));
    set(result, "state", 8);
    ck_assert_uint_eq(load(BATCH_READY, COMPLETE), 1);
}
END_TEST

START_TEST(a_rejected_result_holds_the_run_where_the_user_wants_it_so)
{
    int64_t run = a_run("A");
    op(RESULT, run, 8, "a");
    op(COMPLETE, run, 1, "A");
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err, "UPDATE lane SET flags = ?", "i",
                            (int64_t)LANE_HOLD_ON_REJECT),
                     FERRY_OK);
    ck_assert_uint_eq(load(BATCH_READY, COMPLETE), 0);
}
END_TEST

/* A run with something parked in it stays open for weeks; every later run would have with it. */
START_TEST(a_run_that_stays_open_keeps_no_other_open)
{
    int64_t held = a_run("A"), done = a_run("B");
    op(RESULT, held, 6, "a");
    op(COMPLETE, held, 1, "A");
    op(RESULT, done, 7, "b");
    op(COMPLETE, done, 1, "B");
    ck_assert_uint_eq(load(BATCH_READY, COMPLETE), 1);
    ck_assert(str_is(batch.ops[0].id, "rB"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("batch");
    TCase *t = tcase_create("what goes together");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, results_of_one_run_go_together_in_plan_order);
    tcase_add_test(t, what_waits_goes_later);
    tcase_add_test(t, a_request_that_was_refused_is_made_smaller);
    tcase_add_test(t, a_plugin_without_a_limit_has_one);
    tcase_add_test(t, a_whole_request_is_loaded_whatever_its_states);
    tcase_add_test(t, an_item_that_cannot_be_read_is_told);
    tcase_add_test(t, a_run_is_closed_when_everything_in_it_is_settled);
    tcase_add_test(t, a_rejected_result_holds_the_run_where_the_user_wants_it_so);
    tcase_add_test(t, a_run_that_stays_open_keeps_no_other_open);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
