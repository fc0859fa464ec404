/* SPDX-License-Identifier: MIT */
/*
 * audit_alike.c - the audit where lists do not say which result is which: as many results as were delivered, each with its case, status,
 * duration and message. What names no case (the tracker found or made it by itself) is compared by the rest; and what has an id of the
 * tracker's (it was there already, or the answer said it) is that one, whatever it looks like.
 *
 * A second one can only be told where nobody else adds to the run: alike results of others are no duplicates.
 */
#include "audit.h"

#include "delivered.h"
#include "identity.h"
#include "index.h"

#include <text.h>

struct alike {
    struct engine *e;
    const struct lane *lane;
    const char *run;
    struct audit_counts *counts;
    struct ferry_error *err;
    struct arena arena;
};

static int32_t make_tables(struct db *db, struct ferry_error *err)
{
    return db_script(
        db,
        "DROP TABLE IF EXISTS temp.shown; DROP TABLE IF EXISTS temp.nameless;"
        "CREATE TEMP TABLE shown(id TEXT NOT NULL, alike BLOB NOT NULL, nameless BLOB NOT NULL, taken INTEGER NOT NULL DEFAULT 0);"
        "CREATE TEMP TABLE nameless(op_id INTEGER NOT NULL, alike BLOB NOT NULL, mine INTEGER NOT NULL);",
        err);
}

/* When all are in: an index that is built in one go costs little. A page that shifted showed some of them again. */
static int32_t index_shown(struct db *db, struct ferry_error *err)
{
    return db_script(
        db,
        "CREATE INDEX temp.shown_id ON shown(id);"
        "DELETE FROM temp.shown WHERE id IN (SELECT id FROM temp.shown GROUP BY id HAVING COUNT(*) > 1)"
        " AND rowid NOT IN (SELECT MIN(rowid) FROM temp.shown GROUP BY id);"
        "CREATE INDEX temp.shown_alike ON shown(alike) WHERE taken = 0;"
        "CREATE INDEX temp.shown_nameless ON shown(nameless) WHERE taken = 0;",
        err);
}

static struct ferry_str bytes(const unsigned char alike[16])
{
    return (struct ferry_str){(const char *)alike, 16};
}

static int32_t on_result(void *data, const struct ferry_item *item)
{
    struct alike *a = data;
    unsigned char with[16], without[16];
    if (!item) {
        return db_run(a->e->journal.db, a->err, "DELETE FROM temp.shown", "");
    }
    if (item->noun != FERRY_RESULT || !item->result) {
        return FERRY_OK;
    }
    const struct ferry_ref *ref = ferry_ref_of(item, FERRY_CASE);
    identity_likeness(ref ? ref->id : FERRY_LIT(""), item->result, with);
    identity_likeness(FERRY_LIT(""), item->result, without);
    return db_run(a->e->journal.db, a->err,
                  "INSERT INTO temp.shown(id, alike, nameless) VALUES(?, ?, ?)", "sbb", item->id,
                  bytes(with), bytes(without));
}

static int32_t list_results(struct alike *a, struct remote *remote, const char *run)
{
    struct ferry_kv filter = {FERRY_LIT("run"), ferry_cstr(run)};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RESULT,
                            .filters = &filter,
                            .n_filters = 1};
    int32_t rc = index_store(&a->e->journal, remote, &ask, on_result, a, a->err);
    return rc ? rc : index_shown(a->e->journal.db, a->err);
}

/* One that looks like it, not taken yet; 1: taken now. */
static int take(struct db *db, const char *sql, struct ferry_str alike)
{
    return db_run(db, NULL, sql, "b", alike) == FERRY_OK && db_changes(db) > 0;
}

#define TAKE(column)                                                                               \
    "UPDATE temp.shown SET taken = 1 WHERE rowid = (SELECT rowid FROM temp.shown WHERE " column    \
    " = ? AND taken = 0 LIMIT 1)"

static int is_shown(struct db *db, struct ferry_str id)
{
    return id.ptr && db_one_int(db, 0, NULL, "SELECT 1 FROM temp.shown WHERE id = ?", "s", id) == 1;
}

static int32_t one_op(void *data, const struct delivered *one)
{
    struct alike *a = data;
    struct db *db = a->e->journal.db;
    unsigned char alike[16];
    int mine = one->lane_id == a->lane->id;
    a->counts->checked += (uint64_t)mine;
    if (is_shown(db, one->id)) {
        return FERRY_OK;
    }
    identity_likeness(one->of_case.ptr ? one->of_case : FERRY_LIT(""), one->item->result, alike);
    if (!one->of_case.ptr) { /* after those that name their case */
        return db_run(db, a->err, "INSERT INTO temp.nameless(op_id, alike, mine) VALUES(?, ?, ?)",
                      "ibi", one->op_id, bytes(alike), (int64_t)mine);
    }
    return take(db, TAKE("alike"), bytes(alike)) || !mine
               ? FERRY_OK
               : audit_absent(a->e, one->op_id, a->counts, a->err);
}

/* Before any is taken for what it looks like. */
static int32_t take_known(struct alike *a)
{
    return db_run(
        a->e->journal.db, a->err,
        "UPDATE temp.shown SET taken = 1 WHERE id IN (SELECT o.remote_id FROM op o WHERE" DELIVERED_THERE
        " AND o.remote_id IS NOT NULL)",
        "iisi", a->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), ferry_cstr(a->run),
        (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN));
}

static int32_t take_ours(struct alike *a)
{
    int32_t rc =
        delivered_results(a->e, a->lane->dest_id, ferry_cstr(a->run), &a->arena, one_op, a, a->err);
    return rc == FERRY_E_STOP
               ? ferry_fail(a->err, rc, "",
                            "interrupted before the audit; \"ferry resume\" makes it")
               : rc;
}

static int32_t take_nameless(struct alike *a)
{
    struct db *db = a->e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(db, &rows, a->err, "SELECT alike, mine, op_id FROM temp.nameless", "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        if (!take(db, TAKE("nameless"), db_str(&rows, 0)) && db_int(&rows, 1)) {
            rc = audit_absent(a->e, db_int(&rows, 2), a->counts, a->err);
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* In one transaction, which writes what is temporary and nothing else. */
static int32_t take_all(struct alike *a)
{
    struct db *db = a->e->journal.db;
    int32_t rc = db_run(db, a->err, "BEGIN", "");
    if (rc) {
        return rc;
    }
    rc = take_known(a);
    rc = rc ? rc : take_ours(a);
    rc = rc ? rc : take_nameless(a);
    if (rc) {
        db_run(db, NULL, "ROLLBACK", "");
        return rc;
    }
    return db_run(db, a->err, "COMMIT", "");
}

/* What is left over and looks like something that was taken. */
static int32_t name_second_ones(struct alike *a)
{
    struct db *db = a->e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        db, &rows, a->err,
        "SELECT id FROM temp.shown s WHERE taken = 0 AND EXISTS(SELECT 1 FROM temp.shown t WHERE t.taken = 1 AND t.alike = s.alike)",
        "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        a->counts->duplicates++;
        rc = db_run(
            db, a->err,
            "INSERT INTO note(lane_id, kind, field, text, name) VALUES(?, ?, 'result', ?, ?)",
            "iiss", a->lane->id, (int64_t)FERRY_NOTE_DUPLICATE, db_str(&rows, 0), db_str(&rows, 0));
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t audit_alike(struct engine *e, const struct lane *lane, struct remote *remote,
                    const char *run, struct audit_counts *counts, struct ferry_error *err)
{
    struct alike a = {.e = e, .lane = lane, .run = run, .counts = counts, .err = err};
    arena_init(&a.arena, 64 << 20);
    counts->checked = counts->missing = counts->duplicates = 0;
    int32_t rc = make_tables(e->journal.db, err);
    rc = rc ? rc : audit_none_absent(e, err);
    rc = rc ? rc : list_results(&a, remote, run);
    rc = rc ? rc : take_all(&a);
    if (rc == FERRY_OK && counts->missing == 0 && audit_is_ours_alone(e, lane, err)) {
        rc = name_second_ones(&a);
    }
    arena_finish(&a.arena);
    return rc;
}
