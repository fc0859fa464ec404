/* SPDX-License-Identifier: MIT */
/*
 * receipt.c - what a call tells of itself: counts out of the journal, and the exit code that applies first. Names in it come from
 * reports and trackers, and are harmless whoever reads them.
 */
#include "fake_remote.h"

#include <json.h>
#include <pack.h>
#include <receipt.h>
#include <text.h>

static struct road_lane lanes[2];
static struct receipt receipt;
static struct captured captured;
static struct lane lane;
static struct buf text;

static void begin(void)
{
    fake_begin();
    memset(lanes, 0, sizeof lanes);
    memset(&captured, 0, sizeof captured);
    for (int i = 0; i < 2; i++) {
        lanes[i].id = 1;
        lanes[i].role = i ? ROLE_MIRROR : ROLE_PRIMARY;
        lanes[i].error.size = sizeof lanes[i].error;
    }
    receipt = (struct receipt){.e = &fake.engine, .lanes = lanes, .n = 2};
    buf_init(&text, 1 << 20);
    ck_assert_int_eq(lane_load(&fake.engine, 1, &lane, &fake.err), FERRY_OK);
}

static void end(void)
{
    lane_finish(&lane);
    buf_finish(&text);
    fake_end();
}

/* --- exit codes -------------------------------------------------------------------------------- */

static int code_of(int32_t rc, const char *where)
{
    lanes[0].rc = rc;
    snprintf(lanes[0].error.where, sizeof lanes[0].error.where, "%s", where);
    return receipt_code(&receipt);
}

START_TEST(each_end_of_a_lane_has_its_code)
{
    ck_assert_int_eq(code_of(FERRY_OK, ""), 0);
    ck_assert_int_eq(code_of(FERRY_E_STOP, ""), 130);
    ck_assert_int_eq(code_of(FERRY_E_CONFIG, ""), 2);
    ck_assert_int_eq(code_of(FERRY_E_UNSUPPORTED, ""), 2);
    ck_assert_int_eq(code_of(FERRY_E_REFUSED, "credentials"), 5);
    ck_assert_int_eq(code_of(FERRY_E_REFUSED, ""), 8);
    ck_assert_int_eq(code_of(FERRY_E_UNREACHABLE, ""), 7);
    ck_assert_int_eq(code_of(FERRY_E_PROTOCOL, ""), 8);
    ck_assert_int_eq(code_of(FERRY_E_IO, ""), 74);
    ck_assert_int_eq(code_of(FERRY_E_NO_MEMORY, ""), 74);
    ck_assert_int_eq(code_of(FERRY_E_BUG, ""), 74);
    ck_assert_int_eq(code_of(FERRY_E_STATE, ""), 74);
}
END_TEST

START_TEST(each_count_has_its_code)
{
    static const struct {
        size_t at;
        int code;
    } each[] = {{offsetof(struct lane_counts, unconfirmed), 8},
                {offsetof(struct lane_counts, rejected), 6},
                {offsetof(struct lane_counts, waiting), 8},
                {offsetof(struct lane_counts, duplicates), 10},
                {offsetof(struct lane_counts, skipped), 0},
                {offsetof(struct lane_counts, corrected), 0},
                {offsetof(struct lane_counts, warnings), 0}};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        uint64_t one = 1, none = 0;
        memcpy((char *)&lanes[0].counts + each[i].at, &one, sizeof one);
        ck_assert_msg(receipt_code(&receipt) == each[i].code, "%zu: %d", i, receipt_code(&receipt));
        memcpy((char *)&lanes[0].counts + each[i].at, &none, sizeof none);
    }
    lanes[0].audit.missing = 1;
    ck_assert_int_eq(receipt_code(&receipt), 10);
    lanes[0].audit.missing = 0;
    lanes[0].audit.duplicates = 1;
    ck_assert_int_eq(receipt_code(&receipt), 10);
}
END_TEST

/* A run that is held because of a rejected result waits, but not for the tracker. */
START_TEST(what_is_held_by_a_rejection_is_a_rejection)
{
    lanes[0].counts.rejected = lanes[0].counts.waiting = 1;
    ck_assert_int_eq(receipt_code(&receipt), 6);
}
END_TEST

/* The table of exit codes, from the top: each with everything below it. */
START_TEST(the_first_that_applies_wins)
{
    receipt.captured = &captured;
    receipt.tests_failed = 1;
    ck_assert_int_eq(receipt_code(&receipt), 1);
    captured.truncated = 1;
    ck_assert_int_eq(receipt_code(&receipt), 3);
    lanes[0].audit.missing = 1;
    ck_assert_int_eq(receipt_code(&receipt), 10);
    lanes[1].counts.rejected = 1;
    ck_assert_int_eq(receipt_code(&receipt), 11);
    lanes[0].counts.rejected = 1;
    ck_assert_int_eq(receipt_code(&receipt), 6);
    lanes[0].counts.unconfirmed = 1;
    ck_assert_int_eq(receipt_code(&receipt), 8);
    ck_assert_int_eq(code_of(FERRY_E_UNREACHABLE, ""), 7);
    ck_assert_int_eq(code_of(FERRY_E_REFUSED, "credentials"), 5);
    ck_assert_int_eq(code_of(FERRY_E_CONFIG, ""), 2);
    receipt.interrupted = 1;
    ck_assert_int_eq(receipt_code(&receipt), 130);
}
END_TEST

START_TEST(a_mirrors_troubles_are_a_mirrors)
{
    static const int32_t troubles[] = {FERRY_E_UNREACHABLE, FERRY_E_PROTOCOL, FERRY_E_REFUSED};
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        lanes[1].rc = troubles[i];
        ck_assert_int_eq(receipt_code(&receipt), 11);
    }
    lanes[1].rc = FERRY_E_CONFIG;
    ck_assert_int_eq(receipt_code(&receipt), 2);
    lanes[1].rc = FERRY_OK;
    lanes[1].counts.duplicates = 1;
    ck_assert_int_eq(receipt_code(&receipt), 11);
}
END_TEST

/* --on-delivery-error=warn forgives the tracker, and nothing else that applies as well. */
START_TEST(leniency_hides_trouble_and_not_what_is_behind_it)
{
    receipt.lenient = 1;
    receipt.captured = &captured;
    lanes[0].rc = FERRY_E_UNREACHABLE;
    lanes[1].counts.unconfirmed = 1;
    ck_assert_int_eq(receipt_code(&receipt), 0);
    captured.unreadable = 1;
    ck_assert_int_eq(receipt_code(&receipt), 3);
    lanes[0].counts.rejected = 1;
    lanes[0].rc = FERRY_OK;
    ck_assert_int_eq(receipt_code(&receipt), 6);
    lanes[0].rc = FERRY_E_CONFIG;
    ck_assert_int_eq(receipt_code(&receipt), 2);
}
END_TEST

START_TEST(a_lane_that_could_not_be_read_is_no_success)
{
    lanes[0].role = 0;
    ck_assert_int_eq(receipt_code(&receipt), 74);
}
END_TEST

/* --- counts ---------------------------------------------------------------------------------------- */

static void run_sql(const char *sql)
{
    ck_assert_int_eq(db_script(fake.engine.journal.db, sql, &fake.err), FERRY_OK);
}

static struct lane_counts counted(int64_t since_ms)
{
    struct lane_counts c;
    lanes[0].started_ms = since_ms;
    lanes[0].deliver.delivered = 99; /* of the whole destination: other lanes' are among them */
    ck_assert_int_eq(road_count(&fake.engine, &lane, &lanes[0], &c, &fake.err), FERRY_OK);
    return c;
}

START_TEST(a_lane_is_told_what_became_of_its_own_operations)
{
    run_sql(
        "INSERT INTO run(id, key, title, source, shared, created_ms) VALUES(2, 'L', 'T', 'report', 0, 0);"
        "INSERT INTO capture(run_id, part, state, at_ms, fresh) VALUES(1, '', 1, 0, 9), (1, '', 0, 0, 100), (2, '', 1, 0, 50);"
        "INSERT INTO op(dest_id, lane_id, kind, act, key, state, flags, settled_ms) VALUES"
        " (1, 1, 196615, 0, 'a', 7, 0, 500), (1, 1, 196615, 0, 'b', 7, 0, 1500), (1, 1, 196615, 0, 'c', 7, 1, 1500),"
        " (1, 1, 196615, 0, 'd', 8, 0, 1500), (1, 1, 196615, 0, 'e', 1, 0, NULL), (1, 1, 196615, 0, 'f', 3, 0, NULL),"
        " (1, 1, 196615, 0, 'g', 5, 0, NULL), (1, 1, 196612, 0, 'case', 6, 0, NULL),"
        " (1, 2, 196615, 0, 'x', 7, 0, 1500), (1, 2, 196615, 0, 'y', 8, 0, 1500);"
        "INSERT INTO skip(lane_id, reason) VALUES(1, 'no key'), (1, 'no key'), (2, 'no key');"
        "INSERT INTO note(lane_id, kind) VALUES(1, 1), (1, 2), (1, 2), (1, 3), (1, 4), (1, 77), (1, 5), (2, 5);");
    struct lane_counts c = counted(1000);
    ck_assert_uint_eq(c.captured, 9);
    ck_assert_uint_eq(c.planned, 7);
    ck_assert_uint_eq(c.delivered, 1); /* b: since this call began, and by us */
    ck_assert_uint_eq(c.there, 2);
    ck_assert_uint_eq(c.rejected, 1);
    ck_assert_uint_eq(c.waiting, 1);
    ck_assert_uint_eq(c.unconfirmed, 3);
    ck_assert_uint_eq(c.skipped, 2);
    ck_assert_uint_eq(c.cut, 1);
    ck_assert_uint_eq(c.corrected, 2);
    ck_assert_uint_eq(c.parts_skipped, 1);
    ck_assert_uint_eq(c.warnings, 2);
    ck_assert_uint_eq(c.duplicates, 1);
}
END_TEST

START_TEST(a_run_is_called_completed_only_when_it_is)
{
    ck_assert_int_eq(counted(0).completed, 0); /* nobody asked for it: --run-key */
    ck_assert_int_eq(counted(0).run_open, 0);
    run_sql(
        "INSERT INTO op(dest_id, lane_id, kind, act, key, state) VALUES(1, 9, 327686, 0, 'K', 1)");
    ck_assert_int_eq(counted(0).run_open, 1);
    run_sql("UPDATE op SET state = 8");
    ck_assert_int_eq(counted(0).completed, 0);
    ck_assert_int_eq(counted(0).run_open, 1);
    run_sql("UPDATE op SET state = 7");
    ck_assert_int_eq(counted(0).completed, 1);
    ck_assert_int_eq(counted(0).run_open, 0);
}
END_TEST

/* --- what is written ------------------------------------------------------------------------------------ */

#define HOSTILE "\x1b[2J::set-output\n<b>\xe2\x80\xae\",\\"

static void hostile_journal(void)
{
    struct ferry_result result = {.size = sizeof result, .name = FERRY_LIT(HOSTILE)};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &result};
    struct buf packed;
    struct db *db = fake.engine.journal.db;
    buf_init(&packed, 4096);
    ck_assert_int_eq(pack_item(&packed, &item), FERRY_OK);
    ck_assert_int_eq(
        db_run(
            db, &fake.err,
            "INSERT INTO op(dest_id, lane_id, kind, act, key, packed, state, text) VALUES(1, 1, 196615, 0, 'a', ?, 8, ?)",
            "bs", buf_str(&packed), FERRY_LIT(HOSTILE)),
        FERRY_OK);
    ck_assert_int_eq(db_run(db, &fake.err,
                            "INSERT INTO skip(lane_id, reason, detail, name) VALUES(1, ?1, ?1, ?1)",
                            "s", FERRY_LIT(HOSTILE)),
                     FERRY_OK);
    ck_assert_int_eq(
        db_run(db, &fake.err,
               "INSERT INTO note(lane_id, kind, field, text, name) VALUES(1, 4, ?1, ?1, ?1)", "s",
               FERRY_LIT(HOSTILE)),
        FERRY_OK);
    ck_assert_int_eq(
        db_run(db, &fake.err, "UPDATE lane SET run_title = ?", "s", FERRY_LIT(HOSTILE)), FERRY_OK);
    buf_finish(&packed);
    receipt.n = 1;
    receipt.captured = &captured;
    captured.no_key = 1;
    snprintf(captured.first_no_key[0], sizeof captured.first_no_key[0], "%s", HOSTILE);
    lanes[0].counts.rejected = 1;
    lanes[0].rc = FERRY_E_UNREACHABLE;
    snprintf(lanes[0].error.message, sizeof lanes[0].error.message, "%s", HOSTILE);
    snprintf(lanes[0].counts.run_id, sizeof lanes[0].counts.run_id, "%s", HOSTILE);
}

START_TEST(hostile_names_are_inert_in_text)
{
    hostile_journal();
    ck_assert_int_eq(receipt_text(&receipt, &text, &fake.err), FERRY_OK);
    const char *s = buf_cstr(&text);
    ck_assert_ptr_nonnull(strstr(s, "rejected"));
    ck_assert_ptr_nonnull(strstr(s, "set-output"));
    ck_assert_ptr_null(strchr(s, '\x1b'));
    ck_assert_ptr_null(strstr(s, "\xe2\x80\xae"));
    ck_assert_ptr_null(strstr(s, "\n<b>"));
}
END_TEST

START_TEST(json_is_json_whatever_the_names)
{
    struct json_doc doc = {0};
    hostile_journal();
    ck_assert_int_eq(receipt_json(&receipt, 7, &text, &fake.err), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&text), JSON_STRICT, "receipt", &fake.err), FERRY_OK);
    int64_t version = 0, code = 0;
    ck_assert(json_int(json_get(doc.root, "schema_version"), &version));
    ck_assert(json_int(json_get(doc.root, "exit_code"), &code));
    ck_assert_int_eq(version, 1);
    ck_assert_int_eq(code, 7);
    ck_assert_ptr_null(strchr(buf_cstr(&text), '\x1b'));
    json_finish(&doc);
}
END_TEST

START_TEST(long_lists_are_cut_and_say_so)
{
    for (int i = 0; i < 300; i++) {
        run_sql("INSERT INTO skip(lane_id, reason, name) VALUES(1, 'no key', 'some test')");
        run_sql("INSERT INTO note(lane_id, kind, name) VALUES(1, 4, 'some test')");
    }
    receipt.n = 1;
    ck_assert_int_eq(receipt_text(&receipt, &text, &fake.err), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "skipped       300, no key: some test, "));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), ", ...\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "280 more"));
    ck_assert_uint_lt(text.len, 8000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("receipt");
    TCase *t = tcase_create("codes and counts");
    tcase_set_timeout(t, 60); /* rows are synced, and the disk is everybody's */
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, each_end_of_a_lane_has_its_code);
    tcase_add_test(t, each_count_has_its_code);
    tcase_add_test(t, what_is_held_by_a_rejection_is_a_rejection);
    tcase_add_test(t, the_first_that_applies_wins);
    tcase_add_test(t, a_mirrors_troubles_are_a_mirrors);
    tcase_add_test(t, leniency_hides_trouble_and_not_what_is_behind_it);
    tcase_add_test(t, a_lane_that_could_not_be_read_is_no_success);
    tcase_add_test(t, a_lane_is_told_what_became_of_its_own_operations);
    tcase_add_test(t, a_run_is_called_completed_only_when_it_is);
    tcase_add_test(t, hostile_names_are_inert_in_text);
    tcase_add_test(t, json_is_json_whatever_the_names);
    tcase_add_test(t, long_lists_are_cut_and_say_so);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
