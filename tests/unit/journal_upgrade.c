/* SPDX-License-Identifier: MIT */
/*
 * journal_upgrade.c - a journal of an older ferry, opened by this one: everything that it held is there, and is found. What the tables
 * were then stands here in full; it must not change with journal.c.
 */
#include "scratch.h"

#include <journal.h>
#include <string.h>

static struct journal journal;
static struct ferry_error err;

/* As versions 1 to 4 made them; tables that have not changed since are left out. */
static const char version_4[] =
    "PRAGMA journal_mode=WAL; PRAGMA application_id=1181905529;"
    "CREATE TABLE item(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, capture_id INTEGER NOT NULL, noun INTEGER NOT NULL,"
    " source_id BLOB, ident BLOB, start_ms INTEGER, packed BLOB NOT NULL);"
    "CREATE UNIQUE INDEX item_source ON item(run_id, source_id) WHERE source_id IS NOT NULL;"
    "CREATE TABLE op(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL, lane_id INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " act INTEGER NOT NULL, key BLOB NOT NULL, item_id INTEGER, packed BLOB, scope_op INTEGER, waits INTEGER NOT NULL DEFAULT 0,"
    " state INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0, edition INTEGER NOT NULL DEFAULT 0,"
    " most INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, request_id INTEGER,"
    " remote_id TEXT, extra BLOB, url TEXT, token TEXT, memory BLOB, text TEXT, settled_ms INTEGER);"
    "CREATE TABLE request(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL, kind INTEGER NOT NULL, packed BLOB,"
    " digest BLOB NOT NULL, items INTEGER NOT NULL, sent_ms INTEGER NOT NULL, version TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL);"
    "CREATE TABLE lane(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL);"
    "CREATE TABLE dest(id INTEGER PRIMARY KEY, label TEXT NOT NULL);"
    "CREATE UNIQUE INDEX op_key ON op(dest_id, kind, key);"
    "CREATE INDEX op_open ON op(dest_id, state, act, id) WHERE state < 7;"
    "CREATE INDEX op_scope ON op(scope_op) WHERE scope_op IS NOT NULL AND state < 7;"
    "CREATE INDEX op_request ON op(request_id) WHERE request_id IS NOT NULL AND state < 7;"
    "CREATE INDEX op_twice ON op(lane_id, settled_ms) WHERE flags & 64;"
    "CREATE INDEX op_made ON op(lane_id, kind) WHERE state = 7 AND flags & 129 = 0 AND kind IN (196611, 196612, 196614);";

static const char rows[] =
    "INSERT INTO item VALUES(1, 1, 1, 6, x'00000000000000000000000000000001', NULL, NULL, x'01'),"
    " (2, 1, 1, 7, x'ffffffffffffffffffffffffffffff02', x'10', 1000, x'02'),"
    " (3, 1, 1, 7, x'0f000000000000000000000000000003', x'11', NULL, x'03'),"
    " (4, 2, 2, 7, x'0f000000000000000000000000000003', x'11', NULL, x'04'), (5, 2, 2, 14, NULL, NULL, NULL, x'05');"
    /* done, with all that a row can hold */
    "INSERT INTO op VALUES(1, 2, 3, 196614, 196614, 'run', 4, x'aa', 5, 6, 7, 8, 9, 10, 11, 12, 13, 'remote', x'bb', 'url',"
    " 'token', x'cc', 'text', 14);"
    /* on its way, in doubt, to be made again after it was done once, and rejected */
    "INSERT INTO op(id, dest_id, lane_id, kind, act, key, item_id, scope_op, state, request_id, settled_ms) VALUES"
    " (2, 2, 3, 196615, 196615, 'ffffffff-ffff-ffff-ffff-ffffffffff02', 2, 1, 3, 1, NULL),"
    " (3, 2, 3, 196615, 196615, '0f000000-0000-0000-0000-000000000003', 3, 1, 5, 2, NULL),"
    " (4, 2, 3, 327686, 327686, 'run', 0, 1, 1, NULL, 99),"
    " (5, 2, 3, 196612, 196612, 'key:K', 0, NULL, 8, NULL, 100);"
    /* a slice that is over, one refused item in it; and another one whose items went on in a third, which is under way */
    "INSERT INTO dest VALUES(2, 'local:AO'); INSERT INTO run VALUES(1, 'KEY', 'Nightly'); INSERT INTO lane VALUES(3, 1);"
    "INSERT INTO op(id, dest_id, lane_id, kind, act, key, state, request_id, text, settled_ms) VALUES"
    " (6, 2, 3, 196615, 196615, 'a', 7, 5, NULL, 500), (7, 2, 3, 196615, 196615, 'b', 8, 5, 'too long', 600);"
    "INSERT INTO request VALUES(1, 2, 196615, x'01', x'02', 1, 400, '1', 0), (5, 2, 196615, NULL, x'02', 2, 300, '1', 1),"
    " (6, 2, 196615, NULL, x'03', 2, 200, '1', 1);";

/* A state folder as an older ferry left it, opened. */
static void begin(void)
{
    sqlite3 *db;
    char *why = NULL;
    scratch_enter();
    err = (struct ferry_error){.size = sizeof err};
    ck_assert_int_eq(mkdir("state", 0700), 0);
    ck_assert_int_eq(sqlite3_open("state/journal.db", &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, version_4, NULL, NULL, &why) == SQLITE_OK, "%s", why);
    ck_assert_msg(sqlite3_exec(db, rows, NULL, NULL, &why) == SQLITE_OK, "%s", why);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version=4", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    int32_t rc = journal_open(&journal, "state", 0, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
}

static void end(void)
{
    journal_close(&journal);
    scratch_leave();
}

static int64_t number(const char *sql)
{
    int64_t n = db_one_int(journal.db, INT64_MIN, &err, sql, "");
    ck_assert_msg(err.status == FERRY_OK, "%s: %s", sql, err.message);
    return n;
}

START_TEST(an_operation_keeps_all_that_its_row_held)
{
    ck_assert_int_eq(
        number(
            "SELECT COUNT(*) FROM op WHERE (id, dest_id, lane_id, kind, act, key, item_id, packed, scope_op, waits, state, flags)"
            " = (1, 2, 3, 196614, 196614, 'run', 4, x'aa', 5, 6, 7, 8)"
            " AND (edition, at_most, not_before, tries, request_id, remote_id, extra, url, token, memory, text, settled_ms)"
            " = (9, 10, 11, 12, 13, 'remote', x'bb', 'url', 'token', x'cc', 'text', 14)"),
        1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM op"), 7);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM op WHERE key IS NULL"), 0);
}
END_TEST

START_TEST(what_was_on_its_way_is_found_by_its_request)
{
    ck_assert_int_eq(number("SELECT MIN(id) FROM op INDEXED BY op_request WHERE request_id IS NOT "
                            "NULL AND state < 7 AND state = 3"),
                     2);
}
END_TEST

START_TEST(what_waits_is_in_the_queue_and_what_is_open_in_its_run)
{
    ck_assert_int_eq(number("SELECT COUNT(*) FROM op INDEXED BY op_queue WHERE dest_id = 2 AND "
                            "state < 7 AND state <> 3"),
                     2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM op INDEXED BY op_scope WHERE scope_op = 1 AND "
                            "settled_ms IS NULL AND state < 7"),
                     3);
    ck_assert_int_eq(number("SELECT settled_ms FROM op WHERE id = 5"), 100);
}
END_TEST

START_TEST(a_key_is_still_one_operation)
{
    ck_assert_int_eq(db_run(journal.db, &err,
                            "INSERT INTO op(dest_id, lane_id, kind, act, key, state) VALUES(2, 3, "
                            "196612, 196612, 'key:K', 1)",
                            ""),
                     FERRY_E_BUG);
}
END_TEST

START_TEST(the_ids_of_all_items_are_known_each_in_its_run)
{
    ck_assert_int_eq(number("SELECT COUNT(*) FROM known"), 4);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM known k JOIN item i ON i.id = k.item_id AND "
                            "i.run_id = k.run_id AND i.source_id = k.source_id"),
                     4);
}
END_TEST

/* As version 4 had them: it would know no result by its item, and send each a second time. */
START_TEST(an_older_ferry_still_at_work_can_neither_capture_nor_plan_nor_send)
{
    static const char *const older[] = {
        "INSERT INTO item(run_id, capture_id, noun, source_id, ident, packed) VALUES(1, 1, 7, x'01', x'02', x'03')"
        " ON CONFLICT(run_id, source_id) WHERE source_id IS NOT NULL DO NOTHING",
        "SELECT packed, source_id, ident FROM item WHERE id = 1",
        "SELECT o.id, o.key, o.tries, o.most, o.request_id FROM op o WHERE o.dest_id = 2",
    };
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        ck_assert_int_ne(db_script(journal.db, older[i], &err), FERRY_OK);
    }
    ck_assert_int_eq(db_one_int(journal.db, -1, NULL, "SELECT COUNT(*) FROM item", ""), 5);
}
END_TEST

START_TEST(what_became_of_slices_sent_before_is_told)
{
    ck_assert_int_eq(number("SELECT COUNT(*) FROM upload_tasks"), 2);
    ck_assert_int_eq(
        number(
            "SELECT COUNT(*) FROM upload_tasks WHERE request = 5 AND run_key = 'KEY' AND destination = 'local:AO'"
            " AND (status, items, done, rejected, attempts, error, created_ms, ended_ms)"
            " = ('Warning', 2, 1, 1, 1, 'too long', 300, 600)"),
        1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM upload_tasks WHERE request = 1 AND status = "
                            "'Running' AND ended_ms IS NULL AND slice = 1"),
                     1);
}
END_TEST

START_TEST(it_is_brought_up_to_date_once)
{
    journal_close(&journal);
    ck_assert_int_eq(journal_open(&journal, "state", 0, &err), FERRY_OK);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM op"), 7);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM known"), 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal_upgrade");
    TCase *c = tcase_create("from version 4");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, an_operation_keeps_all_that_its_row_held);
    tcase_add_test(c, what_was_on_its_way_is_found_by_its_request);
    tcase_add_test(c, what_waits_is_in_the_queue_and_what_is_open_in_its_run);
    tcase_add_test(c, a_key_is_still_one_operation);
    tcase_add_test(c, the_ids_of_all_items_are_known_each_in_its_run);
    tcase_add_test(c, an_older_ferry_still_at_work_can_neither_capture_nor_plan_nor_send);
    tcase_add_test(c, what_became_of_slices_sent_before_is_told);
    tcase_add_test(c, it_is_brought_up_to_date_once);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
