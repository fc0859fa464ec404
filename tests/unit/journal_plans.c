/* SPDX-License-Identifier: MIT */
/*
 * journal_plans.c - how SQLite goes about the statements of a delivery, of which some run once for each of a million results: none sorts what it
 * finds, none walks a table but those that have to see all of it, and those that change many rows keep no copy of the pages
 * they change. What was really prepared is asked about, so that no statement is left out because nobody listed it here.
 */
#include "deliver_bench.h"

#include <attempts.h>
#include <road.h>
#include <sqlite3.h>

/* Once in a delivery, over all of what it is about. */
static const char *const walks[] = {
    "SELECT SUM(kind = ?3), ",
    "SELECT kind, COUNT(*) FROM note",
    "SELECT MIN(o.id), o.request_id, o.act, MIN(o.not_before)", /* what the server works on */
    "SELECT EXISTS(SELECT 1 FROM op WHERE +dest_id",
    "INSERT INTO temp.attempt",
    "UPDATE temp.attempt",
    "DELETE FROM temp.attempt",
};

static int may_walk(const char *sql)
{
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        if (strncmp(sql, walks[i], strlen(walks[i])) == 0) {
            return 1;
        }
    }
    return 0;
}

static void check_plan(sqlite3 *db, const char *sql)
{
    char explain[4096];
    sqlite3_stmt *plan = NULL;
    ck_assert_int_lt(snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql),
                     (int)sizeof explain);
    ck_assert_int_eq(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        ck_assert_msg(!strstr(step, "TEMP B-TREE") || may_walk(sql), "%s: %s", step, sql);
        ck_assert_msg(strncmp(step, "SCAN ", 5) != 0 || strcmp(step, "SCAN capture") == 0 ||
                          strcmp(step, "SCAN CONSTANT ROW") == 0 || may_walk(sql),
                      "%s: %s", step, sql);
    }
    sqlite3_finalize(plan);
}

/* The texts first: asking about one prepares another. */
static int check_all(void)
{
    enum { MOST = 256 };
    static char texts[MOST][4096];
    sqlite3 *db = db_handle(fake.engine.journal.db);
    int n = 0;
    for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s)) {
        const char *sql = sqlite3_sql(s);
        ck_assert_int_lt(n, MOST);
        ck_assert_uint_lt(strlen(sql), sizeof texts[0]);
        if (!strstr(sql, "PRAGMA") && !strstr(sql, "sqlite_schema") && strcmp(sql, "COMMIT") != 0 &&
            strncmp(sql, "BEGIN", 5) != 0) {
            memcpy(texts[n++], sql, strlen(sql) + 1);
        }
    }
    for (int i = 0; i < n; i++) {
        check_plan(db, texts[i]);
    }
    return n;
}

static int32_t done_without_ids(uint32_t n, const struct ferry_reply *r)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = one(r, i, outcome(FERRY_DONE));
    }
    return rc;
}

static void many(int n)
{
    char key[20];
    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof key, "%d", i);
        op(i % 10 ? RESULT : CASE, key);
    }
}

START_TEST(a_delivery_neither_sorts_nor_walks_the_journal)
{
    many(400);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_gt(check_all(), 10);
    ck_assert_uint_eq(counts.delivered, 360);
}
END_TEST

START_TEST(an_unsure_delivery_does_not_either)
{
    many(400);
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 200);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_gt(check_all(), 10);
}
END_TEST

/* SQLite keeps what a statement of many rows may have to undo; where the transaction is undone as a whole, that is for nothing. */
START_TEST(what_is_marked_by_ranges_keeps_no_pages_to_undo)
{
    int n = 0;
    many(400);
    say = done_without_ids;
    ck_assert_int_eq(go(), FERRY_OK);
    sqlite3 *db = db_handle(fake.engine.journal.db);
    for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s)) {
        const char *sql = sqlite3_sql(s);
        if (strstr(sql, "WHERE id BETWEEN")) {
            ck_assert_msg(strncmp(sql, "UPDATE OR FAIL ", 15) == 0, "%s", sql);
            n++;
        }
    }
    ck_assert_int_ge(n, 2); /* sent, and done */
}
END_TEST

START_TEST(a_receipt_and_a_plan_sort_nothing)
{
    const struct lane lane = {.id = 1, .run_id = 1, .dest_id = 1, .run_key = FERRY_LIT("K")};
    const struct road_lane road = {.id = 1};
    struct lane_counts c;
    int some;
    ck_assert_int_eq(road_count(&fake.engine, &lane, &road, &c, &fake.err), FERRY_OK);
    ck_assert_int_eq(attempts_find(&fake.engine, 1, &some, &fake.err), FERRY_OK);
    ck_assert_int_gt(check_all(), 4);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_delivery_neither_sorts_nor_walks_the_journal,
        an_unsure_delivery_does_not_either,
        what_is_marked_by_ranges_keeps_no_pages_to_undo,
        a_receipt_and_a_plan_sort_nothing,
    };
    return run_tests("journal_plans", tests, sizeof tests / sizeof *tests);
}
