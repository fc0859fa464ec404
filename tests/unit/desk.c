/* SPDX-License-Identifier: MIT */
/*
 * desk.c - what a planner says should exist becomes operations, once each, whoever says it and how often. Also what is reopened: what was
 * rejected, what went, and a completion that has new results to cover; and what must not be.
 */
#include "fake_remote.h"

#include <desk.h>
#include <text.h>

static const uint32_t RUN = FERRY_OP(FERRY_CREATE, FERRY_RUN);
static const uint32_t CASE = FERRY_OP(FERRY_CREATE, FERRY_CASE);
static const uint32_t RESULT = FERRY_OP(FERRY_CREATE, FERRY_RESULT);
static const uint32_t FILE_ = FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT);
static const uint32_t COMPLETE = FERRY_OP(FERRY_COMPLETE, FERRY_RUN);

static struct desk desk;
static struct ferry_desk sink;
static struct lane lane;
static struct plan_counts counts;
static struct ferry_result result;
static struct ferry_item item;
static const char *listed_run, *listed_id, *listed_marker; /* what the run holds, if anything */
static char sources[6][UUID_TEXT];

/* --- the rig -------------------------------------------------------------------------------- */

static int32_t list(const struct ferry_ask *ask, const struct ferry_reply *reply)
{
    struct ferry_result r = {.size = sizeof r, .status = FERRY_PASSED};
    struct ferry_item listed = {.size = sizeof listed,
                                .noun = FERRY_RESULT,
                                .id = ferry_cstr(listed_id),
                                .key = FERRY_LIT("K_1"),
                                .marker = ferry_cstr(listed_marker),
                                .result = &r};
    return ask->noun == FERRY_RESULT && listed_id ? reply->item(reply->self, &listed) : FERRY_OK;
}

static void begin(void)
{
    fake_begin();
    fake.answer = list;
    listed_run = listed_id = listed_marker = NULL;
    fake_kind(RUN, FERRY_ONCE);
    fake_kind(CASE, FERRY_ONCE);
    fake_kind(RESULT, FERRY_REPEATABLE)->scope = FERRY_RUN;
    fake_kind(FILE_, FERRY_REPEATABLE);
    struct ferry_traits *t = fake_kind(COMPLETE, FERRY_REPEATABLE);
    t->scope = FERRY_RUN;
    t->flags = FERRY_CLOSES;
    fake_kind(FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ);
    lane = (struct lane){.id = 1,
                         .dest_id = 1,
                         .run_id = 1,
                         .source_dest = 2,
                         .planner = FERRY_LIT("upload"),
                         .label = FERRY_LIT("fake:P"),
                         .project = FERRY_LIT("P"),
                         .account = FERRY_LIT("me")};
    arena_init(&lane.arena, 1 << 20);
    result = (struct ferry_result){
        .size = sizeof result, .status = FERRY_PASSED, .name = FERRY_LIT("works")};
    item = (struct ferry_item){.size = sizeof item, .noun = FERRY_RESULT, .result = &result};
    for (int i = 0; i < 6; i++) {
        unsigned char id[16], none[16] = {0};
        if (i < 4) {
            identity_source(FERRY_LIT("K"), none, none, (uint32_t)i, id);
        } else {
            identity_readback(FERRY_LIT("K"), FERRY_LIT("s"),
                              i == 4 ? FERRY_LIT("1") : FERRY_LIT("2"), id);
        }
        uuid_text(id, sources[i]);
    }
}

static void end(void)
{
    arena_finish(&lane.arena);
    fake_end();
}

/* One plan from its survey to its commit, with what is said between. */
static void open_plan(void)
{
    struct journal *j = &fake.engine.journal;
    memset(&counts, 0, sizeof counts);
    memset(&desk, 0, sizeof desk);
    desk.e = &fake.engine;
    desk.lane = &lane;
    desk.remote = &fake.remote;
    desk.counts = &counts;
    desk.err = &fake.err;
    desk_init(&desk);
    ck_assert_int_eq(index_begin(j, &fake.err), FERRY_OK);
    if (listed_run) {
        snprintf(desk.run.id, sizeof desk.run.id, "%s", listed_run);
        desk.run.count = 1;
        ck_assert_int_eq(index_read_results(j, &fake.remote, ferry_cstr(listed_run), &fake.err),
                         FERRY_OK);
        desk.matching = index_results(j) > 0;
    }
    ck_assert_int_eq(db_begin(j->db, &fake.err), FERRY_OK);
    ck_assert_int_eq(desk_open(&desk), FERRY_OK);
    sink = desk_sink(&desk);
    desk.item = &item;
    desk.item_id = 1;
}

static void close_plan(void)
{
    ck_assert_int_eq(desk_close(&desk), FERRY_OK);
    ck_assert_int_eq(db_commit(fake.engine.journal.db, &fake.err), FERRY_OK);
    desk_finish(&desk);
}

static int32_t want(uint32_t kind, const char *key, const struct ferry_ref *const *refs, uint32_t n)
{
    struct ferry_run run = {.size = sizeof run, .title = FERRY_LIT("T")};
    struct ferry_item made = {.size = sizeof made,
                              .noun = kind & 0xffff,
                              .name = FERRY_LIT("made"),
                              .run = (kind & 0xffff) == FERRY_RUN ? &run : NULL};
    struct ferry_action action = {.size = sizeof action,
                                  .kind = kind,
                                  .key = ferry_cstr(key),
                                  .item = kind == RESULT ? NULL : &made,
                                  .refs = refs,
                                  .n_refs = n};
    return sink.want(sink.self, &action);
}

static struct ferry_ref ref_to(uint32_t noun, const char *key, const char *id)
{
    return (struct ferry_ref){.size = sizeof(struct ferry_ref),
                              .role = noun,
                              .noun = noun,
                              .key = ferry_cstr(key),
                              .id = ferry_cstr(id)};
}

static int32_t want_run(void)
{
    return want(RUN, "K", NULL, 0);
}

static int32_t want_complete(void)
{
    struct ferry_ref run = ref_to(FERRY_RUN, "K", NULL);
    const struct ferry_ref *refs[] = {&run};
    return want(COMPLETE, "K", refs, 1);
}

static int32_t want_result(const char *key, const char *case_key)
{
    struct ferry_ref run = ref_to(FERRY_RUN, "K", NULL), to = ref_to(FERRY_CASE, case_key, NULL);
    const struct ferry_ref *refs[] = {&run, &to};
    return want(RESULT, key, refs, case_key ? 2 : 1);
}

static void run_sql(const char *sql)
{
    ck_assert_int_eq(db_script(fake.engine.journal.db, sql, &fake.err), FERRY_OK);
}

/* All that is open arrives now; ids are those of the rows. */
static void deliver_all(void)
{
    ck_assert_int_eq(
        db_run(
            fake.engine.journal.db, &fake.err,
            "UPDATE op SET state = 7, remote_id = coalesce(remote_id, 'r' || id), settled_ms = ? WHERE state < 7",
            "i", fake.clock.now_ms(&fake.clock)),
        FERRY_OK);
}

static void change(const char *sql)
{
    ck_assert_int_eq(db_script(fake.engine.journal.db, sql, &fake.err), FERRY_OK);
}

static void days_pass(void)
{
    fake.clock.wait_ms(&fake.clock, 86400000, &fake.interrupted);
}

static int64_t open_ops(void)
{
    return fake_one("SELECT COUNT(*) FROM op WHERE state < 7");
}

/* --- once ------------------------------------------------------------------------------------- */

START_TEST(what_is_said_twice_is_one_operation)
{
    open_plan();
    want_run();
    want(CASE, "key:K_1", NULL, 0);
    want_result(sources[0], "key:K_1");
    want(CASE, "key:K_1", NULL, 0);
    want_result(sources[0], "key:K_1");
    want_run();
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op"), 3);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM ref"), 1);
    ck_assert_int_eq(fake_one("SELECT waits FROM op WHERE kind = 196615"), 1);
    ck_assert_int_eq(fake_one("SELECT scope_op FROM op WHERE kind = 196615"),
                     fake_one("SELECT id FROM op WHERE kind = 196614"));
    ck_assert_uint_eq(counts.fresh, 1);
    ck_assert_uint_eq(counts.new_cases, 1);
}
END_TEST

START_TEST(what_was_delivered_is_not_wanted_again)
{
    open_plan();
    want_run();
    want_complete();
    want(CASE, "key:K_1", NULL, 0);
    want_result(sources[0], "key:K_1");
    close_plan();
    deliver_all();
    open_plan();
    want_run();
    want_complete();
    want_result(sources[0], "key:K_1");
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
    ck_assert_uint_eq(counts.there, 1);
    ck_assert_uint_eq(counts.fresh, 0);
}
END_TEST

START_TEST(what_was_rejected_is_tried_again_with_new_bytes)
{
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    run_sql(
        "UPDATE op SET state = 8, text = 'no', edition = 3, at_most = 1, flags = 6 WHERE kind = 196615");
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE kind = 196615 AND state = 1 AND edition = 4 AND at_most = 0 AND text IS NULL AND flags = 4"),
        1);
    ck_assert_uint_eq(counts.fresh, 1);
}
END_TEST

START_TEST(what_the_tracker_cannot_do_is_skipped_by_name)
{
    open_plan();
    ck_assert_int_eq(want(FERRY_OP(FERRY_CREATE, FERRY_FOLDER), "f", NULL, 0), FERRY_OK);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op"), 0);
    ck_assert_int_eq(
        fake_one("SELECT COUNT(*) FROM skip WHERE reason = 'not supported' AND name = 'works'"), 1);
}
END_TEST

/* --- references ---------------------------------------------------------------------------------- */

START_TEST(a_reference_may_come_before_what_it_names)
{
    open_plan();
    want_run();
    want_result(sources[0], "key:K_1");
    ck_assert_int_eq(fake_one("SELECT waits FROM op WHERE kind = 196615"), 0);
    want(CASE, "key:K_1", NULL, 0);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT waits FROM op WHERE kind = 196615"), 1);
    ck_assert_int_eq(fake_one("SELECT target FROM ref"),
                     fake_one("SELECT id FROM op WHERE kind = 196612"));
}
END_TEST

START_TEST(a_reference_to_nobody_rejects_by_name)
{
    open_plan();
    want_run();
    want_result(sources[0], "key:K_1");
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE kind = 196615 AND state = 8 AND text LIKE '%neither there nor planned%'"),
        1);
}
END_TEST

START_TEST(what_was_rejected_takes_along_who_needs_it)
{
    open_plan();
    want_run();
    want(CASE, "key:K_1", NULL, 0);
    close_plan();
    run_sql("UPDATE op SET state = 8 WHERE kind = 196612");
    open_plan();
    want_run();
    want_result(sources[0], "key:K_1");
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE kind = 196615 AND state = 8 AND text = 'needs what was rejected'"),
        1);
}
END_TEST

START_TEST(a_result_in_a_run_that_nobody_planned_is_the_planners_bug)
{
    open_plan();
    ck_assert_int_eq(want_result(sources[0], NULL), FERRY_E_BUG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "did not plan"));
    db_rollback(fake.engine.journal.db);
    desk_finish(&desk);
}
END_TEST

START_TEST(a_run_given_by_id_is_anchored_and_never_made)
{
    struct ferry_ref run = ref_to(FERRY_RUN, "id=fake:P/7", "7");
    const struct ferry_ref *refs[] = {&run};
    open_plan();
    want(RESULT, sources[0], refs, 1);
    want(RESULT, sources[1], refs, 1);
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE kind = 196614 AND state = 7 AND flags = 9 AND remote_id = '7'"),
        1);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196615 AND state = 1"), 2);
}
END_TEST

/* --- attachments ----------------------------------------------------------------------------------- */

static const struct ferry_blob blob = {sizeof blob, 0, FERRY_LIT("sha256:aa"), 3};
static const struct ferry_attachment with_bytes = {
    .size = sizeof with_bytes, .name = FERRY_LIT("log"), .blob = &blob};
static const struct ferry_attachment without = {.size = sizeof without, .name = FERRY_LIT("gone")};
static const struct ferry_attachment *const files[] = {&with_bytes, &without, &with_bytes};

START_TEST(bytes_are_uploaded_once_and_a_result_goes_on_without_them)
{
    struct ferry_step step = {.size = sizeof step, .attachments = files, .n_attachments = 1};
    const struct ferry_step *const steps[] = {&step};
    result.attachments = files;
    result.n_attachments = 3;
    result.steps = steps;
    result.n_steps = 1;
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    want_result(sources[1], NULL);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196616"), 1);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM ref WHERE role = 8 AND NOT flags & 1"), 0);
    ck_assert_int_gt(fake_one("SELECT MIN(waits) FROM op WHERE kind = 196615"), 0);
}
END_TEST

START_TEST(a_tracker_without_attachments_is_said_so_for_each)
{
    fake.kinds[3].effect = 0;
    result.attachments = files;
    result.n_attachments = 2;
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind = 196616"), 0);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM note WHERE kind = 3 AND text = 'log'"), 1);
}
END_TEST

/* --- what went --------------------------------------------------------------------------------------- */

START_TEST(a_run_that_lists_do_not_show_yet_is_not_made_twice)
{
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    open_plan(); /* the list lags: no run is found */
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
}
END_TEST

START_TEST(a_run_that_was_deleted_is_made_again_with_all_it_held)
{
    open_plan();
    want_run();
    want_complete();
    want_result(sources[0], NULL);
    want_result(sources[1], NULL);
    close_plan();
    deliver_all();
    days_pass();
    open_plan();
    want_run();
    want_complete();
    want_result(sources[0], NULL);
    want_result(sources[1], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 4);
    ck_assert_uint_eq(counts.fresh, 2);
}
END_TEST

/* Its id is its key, and no list will ever show it. */
START_TEST(what_is_only_a_word_to_the_tracker_never_goes)
{
    fake.kinds[0].effect = FERRY_VIRTUAL;
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(
        fake_one("SELECT COUNT(*) FROM op WHERE kind = 196614 AND state = 7 AND remote_id = 'K'"),
        1);
    deliver_all();
    days_pass();
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
    ck_assert_int_eq(
        fake_one("SELECT COUNT(*) FROM op WHERE kind = 196614 AND state = 7 AND remote_id = 'K'"),
        1);
}
END_TEST

static void deliver_one_result_into_run_7(void)
{
    open_plan();
    want_run();
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    run_sql("UPDATE op SET remote_id = '7' WHERE kind = 196614");
    listed_run = "7";
}

START_TEST(a_result_that_was_deleted_is_sent_again_when_lists_had_time)
{
    deliver_one_result_into_run_7();
    listed_id = "other";
    listed_marker = "somebody's";
    open_plan();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
    days_pass();
    open_plan();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 1);
}
END_TEST

START_TEST(a_result_that_is_listed_by_its_id_stays)
{
    deliver_one_result_into_run_7();
    days_pass();
    listed_id = "r2";
    open_plan();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
}
END_TEST

START_TEST(where_results_cannot_be_listed_none_is_missed)
{
    deliver_one_result_into_run_7();
    days_pass();
    fake.kinds[5].effect = 0;
    open_plan();
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
}
END_TEST

START_TEST(a_case_is_made_again_only_when_lists_had_time)
{
    open_plan();
    want(CASE, "key:K_1", NULL, 0);
    close_plan();
    deliver_all();
    open_plan(); /* a planner wants it: its list shows none */
    want(CASE, "key:K_1", NULL, 0);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
    days_pass();
    open_plan();
    want(CASE, "key:K_1", NULL, 0);
    close_plan();
    ck_assert_int_eq(open_ops(), 1);
}
END_TEST

/* --- what is there already ------------------------------------------------------------------------------ */

/* A run that was there before. */
static const struct ferry_ref known_run = {.size = sizeof known_run,
                                           .role = FERRY_RUN,
                                           .noun = FERRY_RUN,
                                           .key = {"K", 1},
                                           .id = {"7", 1}};

START_TEST(a_result_is_known_by_its_wire_id)
{
    char wire[UUID_TEXT];
    identity_wire(ferry_cstr(sources[0]), FERRY_LIT("me"), FERRY_LIT("P"), FERRY_LIT("7"), wire);
    listed_run = "7";
    listed_id = "x1";
    listed_marker = wire;
    open_plan();
    desk_anchor(&desk, &known_run);
    want_result(sources[0], NULL);
    want_result(sources[1], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 1);
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM op WHERE kind = 196615 AND state = 7 AND remote_id = 'x1' AND flags & 1 AND settled_ms > 0"),
        1);
    ck_assert_uint_eq(counts.there, 1);
    ck_assert_uint_eq(counts.fresh, 1);
}
END_TEST

START_TEST(another_token_does_not_send_everything_again)
{
    char wire[UUID_TEXT];
    run_sql(
        "INSERT INTO dest(id, name, label, plugin, project, url, account) VALUES(3, 'f', 'fake:P', 'fake', 'P', '', 'old token'),"
        " (4, 'f', 'fake:P', 'fake', 'P', 'https://elsewhere', 'stranger')");
    identity_wire(ferry_cstr(sources[0]), FERRY_LIT("old token"), FERRY_LIT("P"), FERRY_LIT("7"),
                  wire);
    listed_run = "7";
    listed_id = "x1";
    listed_marker = wire;
    open_plan();
    desk_anchor(&desk, &known_run);
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
    ck_assert_uint_eq(desk.n_accounts, 1);
}
END_TEST

static int64_t open_after(const char *marker, const char *source)
{
    listed_run = "7";
    listed_id = "x1";
    listed_marker = marker;
    item.key = FERRY_LIT("K_1");
    open_plan();
    desk_anchor(&desk, &known_run);
    want_result(source, NULL);
    close_plan();
    return open_ops();
}

START_TEST(without_wire_ids_likeness_decides)
{
    ck_assert_int_eq(open_after(NULL, sources[0]), 0);
}
END_TEST

START_TEST(one_that_came_another_way_is_the_same_result)
{
    ck_assert_int_eq(open_after(sources[4], sources[0]), 0);
}
END_TEST

START_TEST(another_one_that_came_the_same_way_is_not)
{
    ck_assert_int_eq(open_after(sources[1], sources[0]), 1);
    ck_assert_int_eq(open_after(sources[5], sources[4]), 2);
}
END_TEST

/* A run that others fill as well, at a tracker that does not show ids: one of ours that only looks the same must not be lost. */
static int64_t open_in_a_crowd(const char *source)
{
    change("INSERT INTO capture(id, run_id, part, state, at_ms) VALUES(1, 1, '', 1, 0)");
    change("INSERT INTO item(id, run_id, capture_id, noun, packed) VALUES(1, 1, 1, 7, x'')");
    listed_run = "7";
    listed_id = "x1";
    item.key = FERRY_LIT("K_1");
    open_plan();
    desk.hidden = desk.crowded = 1;
    desk_anchor(&desk, &known_run);
    want_result(source, NULL);
    close_plan();
    return open_ops();
}

START_TEST(in_a_crowd_likeness_decides_nothing_for_what_was_just_captured)
{
    ck_assert_int_eq(open_in_a_crowd(sources[0]), 1);
}
END_TEST

START_TEST(in_a_crowd_likeness_decides_for_what_was_read_back)
{
    ck_assert_int_eq(open_in_a_crowd(sources[4]), 0);
}
END_TEST

START_TEST(where_no_ids_are_shown_what_was_delivered_is_not_gone)
{
    listed_run = "7";
    open_plan();
    desk_anchor(&desk, &known_run);
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    change("UPDATE op SET remote_id = NULL, settled_ms = 1 WHERE kind = 196615");
    listed_id = "x1"; /* whose it is, it does not say */
    open_plan();
    desk.hidden = 1;
    desk_anchor(&desk, &known_run);
    want_result(sources[0], NULL);
    close_plan();
    ck_assert_int_eq(open_ops(), 0);
}
END_TEST

/* --- completing ------------------------------------------------------------------------------------------- */

START_TEST(a_completion_is_due_again_when_there_are_new_results)
{
    open_plan();
    want_run();
    want_complete();
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    open_plan(); /* a run comes before its results, so the new one is not known when it is asked for */
    want_run();
    want_complete();
    want_result(sources[0], NULL);
    want_result(sources[1], NULL);
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind >> 16 = 5 AND state = 1"), 1);
}
END_TEST

/* `ferry complete K`, more uploads with --run-key K, `ferry complete K` again. */
START_TEST(a_completion_is_due_again_when_results_came_after_it)
{
    open_plan();
    want_run();
    want_complete();
    want_result(sources[0], NULL);
    close_plan();
    deliver_all();
    days_pass();
    open_plan();
    want_run();
    want_result(sources[1], NULL);
    close_plan();
    deliver_all();
    run_sql("UPDATE op SET remote_id = '7' WHERE kind = 196614");
    listed_run = "7";
    open_plan();
    want_run();
    want_complete();
    close_plan();
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE kind >> 16 = 5 AND state = 1"), 1);
}
END_TEST

/* --- lookups, skips, notes ------------------------------------------------------------------------------- */

START_TEST(the_source_is_told_when_it_could_not_be_read)
{
    struct ferry_found found = {.size = sizeof found};
    open_plan();
    ck_assert_int_eq(
        sink.lookup(sink.self, FERRY_SOURCE, FERRY_CASE, FERRY_LIT("key"), FERRY_LIT("K"), &found),
        FERRY_E_STOP);
    desk.source_read = 1;
    ck_assert_int_eq(
        sink.lookup(sink.self, FERRY_SOURCE, FERRY_CASE, FERRY_LIT("key"), FERRY_LIT("K"), &found),
        FERRY_OK);
    ck_assert_uint_eq(found.state, FERRY_ABSENT);
    close_plan();
}
END_TEST

START_TEST(skips_and_notes_name_the_item_in_hand)
{
    struct ferry_note note = {.size = sizeof note,
                              .kind = FERRY_NOTE_WARNING,
                              .field = FERRY_LIT("key"),
                              .text = FERRY_LIT("odd")};
    open_plan();
    sink.skip(sink.self, FERRY_LIT("no key"), FERRY_LIT("why"));
    sink.note(sink.self, &note);
    close_plan();
    ck_assert_int_eq(
        fake_one(
            "SELECT COUNT(*) FROM skip WHERE reason = 'no key' AND detail = 'why' AND name = 'works'"),
        1);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM note WHERE kind = 4 AND name = 'works'"), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("desk");
    TCase *t = tcase_create("wants");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, what_is_said_twice_is_one_operation);
    tcase_add_test(t, what_was_delivered_is_not_wanted_again);
    tcase_add_test(t, what_was_rejected_is_tried_again_with_new_bytes);
    tcase_add_test(t, what_the_tracker_cannot_do_is_skipped_by_name);
    tcase_add_test(t, a_reference_may_come_before_what_it_names);
    tcase_add_test(t, a_reference_to_nobody_rejects_by_name);
    tcase_add_test(t, what_was_rejected_takes_along_who_needs_it);
    tcase_add_test(t, a_result_in_a_run_that_nobody_planned_is_the_planners_bug);
    tcase_add_test(t, a_run_given_by_id_is_anchored_and_never_made);
    tcase_add_test(t, bytes_are_uploaded_once_and_a_result_goes_on_without_them);
    tcase_add_test(t, a_tracker_without_attachments_is_said_so_for_each);
    suite_add_tcase(s, t);
    t = tcase_create("again");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_run_that_lists_do_not_show_yet_is_not_made_twice);
    tcase_add_test(t, a_run_that_was_deleted_is_made_again_with_all_it_held);
    tcase_add_test(t, what_is_only_a_word_to_the_tracker_never_goes);
    tcase_add_test(t, a_result_that_was_deleted_is_sent_again_when_lists_had_time);
    tcase_add_test(t, a_result_that_is_listed_by_its_id_stays);
    tcase_add_test(t, where_results_cannot_be_listed_none_is_missed);
    tcase_add_test(t, a_case_is_made_again_only_when_lists_had_time);
    tcase_add_test(t, a_result_is_known_by_its_wire_id);
    tcase_add_test(t, another_token_does_not_send_everything_again);
    tcase_add_test(t, without_wire_ids_likeness_decides);
    tcase_add_test(t, in_a_crowd_likeness_decides_nothing_for_what_was_just_captured);
    tcase_add_test(t, in_a_crowd_likeness_decides_for_what_was_read_back);
    tcase_add_test(t, where_no_ids_are_shown_what_was_delivered_is_not_gone);
    tcase_add_test(t, one_that_came_another_way_is_the_same_result);
    tcase_add_test(t, another_one_that_came_the_same_way_is_not);
    tcase_add_test(t, a_completion_is_due_again_when_there_are_new_results);
    tcase_add_test(t, a_completion_is_due_again_when_results_came_after_it);
    tcase_add_test(t, the_source_is_told_when_it_could_not_be_read);
    tcase_add_test(t, skips_and_notes_name_the_item_in_hand);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
