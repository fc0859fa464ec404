/* SPDX-License-Identifier: MIT */
/*
 * desk_own.c - a result's own operation is known by its item and not by a key. So the same thing has to be the same thing still: said
 * again, planned by an older ferry by its key, sent to several cases, or referred to by somebody else.
 */
#include "fake_remote.h"

#include <desk.h>
#include <identity.h>
#include <text.h>

static const uint32_t RUN = FERRY_OP(FERRY_CREATE, FERRY_RUN);
static const uint32_t RESULT = FERRY_OP(FERRY_CREATE, FERRY_RESULT);
static const uint32_t UPDATE = FERRY_OP(FERRY_UPDATE, FERRY_RESULT);

static struct desk desk;
static struct ferry_desk sink;
static struct lane lane;
static struct plan_counts counts;
static struct ferry_result result;
static struct ferry_item items[3];
static unsigned char ids[3][16];
static char texts[3][UUID_TEXT];

static void begin(void)
{
    fake_begin();
    fake_kind(RUN, FERRY_ONCE);
    fake_kind(RESULT, FERRY_REPEATABLE)->scope = FERRY_RUN;
    fake_kind(UPDATE, FERRY_REPEATABLE);
    lane = (struct lane){.id = 1,
                         .dest_id = 1,
                         .run_id = 1,
                         .planner = FERRY_LIT("upload"),
                         .label = FERRY_LIT("fake:P"),
                         .project = FERRY_LIT("P"),
                         .account = FERRY_LIT("me")};
    arena_init(&lane.arena, 1 << 20);
    result = (struct ferry_result){
        .size = sizeof result, .status = FERRY_PASSED, .name = FERRY_LIT("works")};
    for (int i = 0; i < 3; i++) {
        unsigned char none[16] = {0};
        identity_source(FERRY_LIT("K"), none, none, (uint32_t)i, ids[i]);
        uuid_text(ids[i], texts[i]);
        items[i] = (struct ferry_item){.size = sizeof items[i],
                                       .noun = FERRY_RESULT,
                                       .source_id = ferry_cstr(texts[i]),
                                       .result = &result};
        ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                                "INSERT INTO known(run_id, source_id, item_id) VALUES(1, ?, ?)",
                                "bi", (struct ferry_str){(const char *)ids[i], 16}, (int64_t)i + 1),
                         FERRY_OK);
    }
}

static void end(void)
{
    arena_finish(&lane.arena);
    fake_end();
}

static void open_plan(void)
{
    struct ferry_action run = {.size = sizeof run, .kind = RUN, .key = FERRY_LIT("K")};
    memset(&counts, 0, sizeof counts);
    memset(&desk, 0, sizeof desk);
    desk.e = &fake.engine;
    desk.lane = &lane;
    desk.remote = &fake.remote;
    desk.counts = &counts;
    desk.err = &fake.err;
    desk_init(&desk);
    ck_assert_int_eq(index_begin(&fake.engine.journal, &fake.err), FERRY_OK);
    ck_assert_int_eq(db_begin(fake.engine.journal.db, &fake.err), FERRY_OK);
    ck_assert_int_eq(desk_open(&desk), FERRY_OK);
    sink = desk_sink(&desk);
    desk.item = &items[0];
    ck_assert_int_eq(sink.want(sink.self, &run), FERRY_OK);
}

static void close_plan(void)
{
    int32_t rc = desk_close(&desk);
    ck_assert_msg(rc == FERRY_OK, "%s", fake.err.message);
    ck_assert_int_eq(db_commit(fake.engine.journal.db, &fake.err), FERRY_OK);
    desk_finish(&desk);
}

/* What plan.c does when it comes to an item. */
static void take(int i)
{
    desk.item = &items[i];
    desk.item_id = i + 1;
    desk.source_id = (struct ferry_str){(const char *)ids[i], 16};
}

static void want(uint32_t kind, const char *key, const char *result_key)
{
    struct ferry_ref run = {
        .size = sizeof run, .role = FERRY_RUN, .noun = FERRY_RUN, .key = FERRY_LIT("K")};
    struct ferry_ref of = {.size = sizeof of,
                           .role = FERRY_RESULT,
                           .noun = FERRY_RESULT,
                           .key = ferry_cstr(result_key)};
    const struct ferry_ref *refs[] = {kind == RESULT ? &run : &of};
    struct ferry_action action = {
        .size = sizeof action, .kind = kind, .key = ferry_cstr(key), .refs = refs, .n_refs = 1};
    ck_assert_int_eq(sink.want(sink.self, &action), FERRY_OK);
}

START_TEST(a_result_is_known_by_its_item)
{
    open_plan();
    take(0);
    want(RESULT, texts[0], NULL);
    take(1);
    want(RESULT, texts[1], NULL);
    take(0);
    want(RESULT, texts[0], NULL);
    close_plan();
    open_plan();
    take(1);
    want(RESULT, texts[1], NULL);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196615"), 2);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op o JOIN known k ON k.item_id = o.item_id"
                              " WHERE o.key IS NULL AND o.source_id = k.source_id"),
                     2);
}
END_TEST

START_TEST(what_an_older_ferry_planned_by_its_key_is_found)
{
    char sql[200];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO op(dest_id, lane_id, kind, act, key, item_id, state) VALUES(1, 1, 196615, 196615, '%s', 1, 7)",
        texts[0]);
    ck_assert_int_eq(db_script(fake.engine.journal.db, sql, &fake.err), FERRY_OK);
    open_plan();
    take(0);
    want(RESULT, texts[0], NULL);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196615"), 1);
    ck_assert_uint_eq(counts.there, 1);
}
END_TEST

START_TEST(a_result_for_several_cases_has_a_key_for_each)
{
    char one[64], two[64];
    snprintf(one, sizeof one, "%s#1", texts[0]);
    snprintf(two, sizeof two, "%s#2", texts[0]);
    for (int again = 0; again < 2; again++) {
        open_plan();
        take(0);
        want(RESULT, one, NULL);
        want(RESULT, two, NULL);
        close_plan();
    }
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196615 AND key LIKE '%#_'"), 2);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196615"), 2);
}
END_TEST

START_TEST(others_refer_to_a_result_by_its_source_id_before_and_after_it_is_planned)
{
    open_plan();
    take(0);
    want(UPDATE, "before", texts[1]);
    take(1);
    want(RESULT, texts[1], NULL);
    take(2);
    want(UPDATE, "after", texts[1]);
    close_plan();
    ck_assert_int_eq(
        fake_one("SELECT COUNT(*) FROM ref f JOIN op o ON o.id = f.target WHERE o.kind = "
                 "196615 AND f.noun = 7"),
        2);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind <> 196615 AND waits = 1"), 2);
}
END_TEST

START_TEST(a_reference_to_a_result_that_is_not_planned_rejects_by_name)
{
    open_plan();
    take(0);
    want(UPDATE, "of nobody", texts[1]);
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE state = 8 AND text LIKE '%neither there nor planned%'"),
        1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("desk_own");
    TCase *c = tcase_create("results and their items");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, a_result_is_known_by_its_item);
    tcase_add_test(c, what_an_older_ferry_planned_by_its_key_is_found);
    tcase_add_test(c, a_result_for_several_cases_has_a_key_for_each);
    tcase_add_test(c, others_refer_to_a_result_by_its_source_id_before_and_after_it_is_planned);
    tcase_add_test(c, a_reference_to_a_result_that_is_not_planned_rejects_by_name);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
