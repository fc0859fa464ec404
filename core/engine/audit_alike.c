/* SPDX-License-Identifier: MIT */
/*
 * audit_alike.c - the audit where lists do not say which result is which: as many results as were delivered, each with its case, status,
 * duration and message. What names no case (the tracker found or made it by itself) is compared by the rest; and what has an id of the
 * tracker's (it was there already, or the answer said it) is that one, whatever it looks like.
 *
 * A second one can only be told where nobody else adds to the run: alike results of others are no duplicates.
 */
#include "audit.h"

#include "identity.h"
#include "index.h"
#include "pack.h"

#include <text.h>

struct alike {
    struct engine *e;
    const struct lane *lane;
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
        "CREATE TEMP TABLE nameless(alike BLOB NOT NULL, mine INTEGER NOT NULL);",
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

static int32_t one_op(struct alike *a, const struct db_rows *rows)
{
    struct db *db = a->e->journal.db;
    struct ferry_item *item;
    unsigned char alike[16];
    int mine = db_int(rows, 0) == a->lane->id;
    struct ferry_str of_case = db_str(rows, 2);
    if (db_int(rows, 3)) {
        a->counts->checked += (uint64_t)mine;
        return FERRY_OK;
    }
    arena_reset(&a->arena);
    int32_t rc = unpack_item(arena_str(&a->arena, db_str(rows, 1)), &a->arena, &item, a->err);
    if (rc || !item->result) {
        return rc;
    }
    a->counts->checked += (uint64_t)mine;
    identity_likeness(of_case.ptr ? of_case : FERRY_LIT(""), item->result, alike);
    if (!of_case.ptr) { /* after those that name their case */
        return db_run(db, a->err, "INSERT INTO temp.nameless(alike, mine) VALUES(?, ?)", "bi",
                      bytes(alike), (int64_t)mine);
    }
    a->counts->missing += (uint64_t)(!take(db, TAKE("alike"), bytes(alike)) && mine);
    return FERRY_OK;
}

/* What was delivered to this run, by this lane and by others of this journal. */
#define OURS                                                                                       \
    " o.dest_id = ?1 AND o.kind = ?2 AND o.state = 7"                                              \
    " AND o.lane_id IN (SELECT id FROM lane WHERE dest_id = ?1 AND run_key = ?3)"

/* Before any is taken for what it looks like. */
static int32_t take_known(struct alike *a)
{
    return db_run(
        a->e->journal.db, a->err,
        "UPDATE temp.shown SET taken = 1 WHERE id IN (SELECT o.remote_id FROM op o WHERE" OURS
        " AND o.remote_id IS NOT NULL)",
        "iis", a->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), a->lane->run_key);
}

static int32_t take_ours(struct alike *a)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        a->e->journal.db, &rows, a->err,
        "SELECT o.lane_id, coalesce(o.packed, i.packed),"
        " (SELECT coalesce(f.id, t.remote_id) FROM ref f LEFT JOIN op t ON t.id = f.target WHERE f.op_id = o.id AND f.role = ?4 LIMIT 1),"
        " o.remote_id IS NOT NULL AND EXISTS(SELECT 1 FROM temp.shown s WHERE s.id = o.remote_id)"
        " FROM op o LEFT JOIN item i ON i.id = o.item_id WHERE" OURS,
        "iisi", a->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), a->lane->run_key,
        (int64_t)FERRY_CASE);
    while (rc == FERRY_OK && !is_interrupted(a->e->interrupted) && (got = db_step(&rows)) > 0) {
        rc = one_op(a, &rows);
    }
    db_done(&rows);
    if (rc == FERRY_OK && is_interrupted(a->e->interrupted)) {
        rc = ferry_fail(a->err, FERRY_E_STOP, "",
                        "interrupted before the audit; \"ferry resume\" makes it");
    }
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int32_t take_nameless(struct alike *a)
{
    struct db *db = a->e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(db, &rows, a->err, "SELECT alike, mine FROM temp.nameless", "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int taken = take(db, TAKE("nameless"), db_str(&rows, 0));
        a->counts->missing += (uint64_t)(!taken && db_int(&rows, 1));
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

/* Whether all that stands in this run has to be ours: we made it, and no other job adds to it. */
static int is_ours_alone(struct alike *a)
{
    return (int)db_one_int(
        a->e->journal.db, 0, a->err,
        "SELECT EXISTS(SELECT 1 FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state = 7 AND flags & 1 = 0)"
        " AND NOT EXISTS(SELECT 1 FROM run WHERE id = ? AND shared)",
        "iisi", a->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), a->lane->run_key,
        a->lane->run_id);
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
    struct alike a = {.e = e, .lane = lane, .counts = counts, .err = err};
    arena_init(&a.arena, 64 << 20);
    counts->checked = counts->missing = counts->duplicates = 0;
    int32_t rc = make_tables(e->journal.db, err);
    rc = rc ? rc : list_results(&a, remote, run);
    rc = rc ? rc : take_all(&a);
    if (rc == FERRY_OK && counts->missing == 0 && is_ours_alone(&a)) {
        rc = name_second_ones(&a);
    }
    arena_finish(&a.arena);
    return rc;
}
