/* SPDX-License-Identifier: MIT */
/* recall.c - see recall.h. */
#include "recall.h"

#include "identity.h"
#include "pack.h"

#include <steps.h>
#include <text.h>

static struct ferry_str bytes(const unsigned char alike[16])
{
    return (struct ferry_str){(const char *)alike, 16};
}

/* --- what was sent -------------------------------------------------------------------------------- */

static int32_t make_table(struct db *db, struct ferry_error *err)
{
    return db_script(
        db,
        "DROP TABLE IF EXISTS temp.sent;"
        "CREATE TEMP TABLE sent(op_id INTEGER NOT NULL, alike BLOB NOT NULL, taken INTEGER NOT NULL DEFAULT 0);"
        "CREATE INDEX temp.sent_alike ON sent(alike) WHERE taken = 0;",
        err);
}

/* Of a case that the tracker found or made by itself only the rest is known. */
static int32_t one_sent(struct recall *r, const struct db_rows *rows, struct ferry_error *err)
{
    struct ferry_item *item;
    unsigned char alike[16];
    struct ferry_str of_case = db_str(rows, 2);
    arena_reset(&r->arena);
    int32_t rc = unpack_item(arena_str(&r->arena, db_str(rows, 1)), &r->arena, &item, err);
    if (rc || !item->result) {
        return rc;
    }
    r->any = 1;
    identity_likeness(of_case.ptr ? of_case : FERRY_LIT(""), item->result, alike);
    return db_run(r->e->journal.db, err, "INSERT INTO temp.sent(op_id, alike) VALUES(?, ?)", "ib",
                  db_int(rows, 0), bytes(alike));
}

int32_t recall_open(struct recall *r, struct engine *e, int64_t dest_id, struct ferry_str run,
                    struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    *r = (struct recall){.e = e};
    arena_init(&r->arena, 64 << 20);
    int32_t rc = make_table(e->journal.db, err);
    rc =
        rc ? rc
           : db_query(
                 e->journal.db, &rows, err,
                 "SELECT o.id, coalesce(o.packed, i.packed),"
                 " (SELECT coalesce(f.id, t.remote_id) FROM ref f LEFT JOIN op t ON t.id = f.target WHERE f.op_id = o.id AND f.role = ? LIMIT 1)"
                 " FROM op o LEFT JOIN item i ON i.id = o.item_id WHERE o.dest_id = ?2 AND o.kind = ? AND o.state = 7"
                 " AND o.lane_id IN (SELECT id FROM lane WHERE dest_id = ?2 AND (target_run = ?4 OR run_key IN"
                 " (SELECT key FROM op WHERE dest_id = ?2 AND kind = ? AND state = 7 AND remote_id = ?4)))",
                 "iiisi", (int64_t)FERRY_CASE, dest_id,
                 (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), run,
                 (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN));
    while (rc == FERRY_OK && !is_interrupted(e->interrupted) && (got = db_step(&rows)) > 0) {
        rc = one_sent(r, &rows, err);
    }
    db_done(&rows);
    if (rc == FERRY_OK && is_interrupted(e->interrupted)) {
        rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted before anything was captured");
    }
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t recall_again(struct recall *r, struct ferry_error *err)
{
    return db_run(r->e->journal.db, err, "UPDATE temp.sent SET taken = 0", "");
}

void recall_close(struct recall *r)
{
    arena_finish(&r->arena);
}

/* --- completing ----------------------------------------------------------------------------------- */

/* The operation that sent one like this, taken now; 0: none. */
static int64_t take(struct recall *r, struct ferry_str of_case, const struct ferry_result *result,
                    struct ferry_error *err)
{
    struct db *db = r->e->journal.db;
    unsigned char alike[16];
    identity_likeness(of_case, result, alike);
    int64_t row =
        db_one_int(db, 0, err, "SELECT rowid FROM temp.sent WHERE alike = ? AND taken = 0 LIMIT 1",
                   "b", bytes(alike));
    if (row == 0 || db_run(db, err, "UPDATE temp.sent SET taken = 1 WHERE rowid = ?", "i", row)) {
        return 0;
    }
    return db_one_int(db, 0, err, "SELECT op_id FROM temp.sent WHERE rowid = ?", "i", row);
}

/* Bytes of the same name that are still in the spool need not be fetched. */
static void lend_bytes(struct recall *r, struct ferry_result *result,
                       const struct ferry_result *sent)
{
    for (uint32_t i = 0; i < result->n_attachments; i++) {
        struct ferry_attachment *a = (struct ferry_attachment *)result->attachments[i];
        for (uint32_t k = 0; k < sent->n_attachments && !a->blob; k++) {
            const struct ferry_attachment *b = sent->attachments[k];
            if (b->blob && ferry_eq(a->name, b->name) &&
                spool_size(r->e->journal.spool, b->blob->digest) >= 0) {
                a->blob = b->blob;
            }
        }
    }
}

#define ABSENT_ONLY(field) result->field = result->field.len ? result->field : sent->field
#define LIST_ABSENT_ONLY(list)                                                                     \
    do {                                                                                           \
        if (result->n_##list == 0) {                                                               \
            result->list = sent->list;                                                             \
            result->n_##list = sent->n_##list;                                                     \
        }                                                                                          \
    } while (0)

static void complete(struct recall *r, struct ferry_result *result, const struct ferry_result *sent,
                     struct arena *arena)
{
    const struct ferry_step *const *told =
        steps_told(arena, result->steps, result->n_steps, sent->steps, sent->n_steps);
    result->steps = told ? told : result->steps;
    ABSENT_ONLY(suite);
    ABSENT_ONLY(class_name);
    ABSENT_ONLY(name);
    ABSENT_ONLY(file);
    LIST_ABSENT_ONLY(parameters);
    LIST_ABSENT_ONLY(fields);
    LIST_ABSENT_ONLY(tags);
    lend_bytes(r, result, sent);
}

int32_t recall_complete(struct recall *r, const struct ferry_item *item,
                        struct ferry_result *result, struct arena *arena, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct db_rows rows = {0};
    struct ferry_item *sent;
    const struct ferry_ref *ref = ferry_ref_of(item, FERRY_CASE);
    int64_t op = r->any && ref ? take(r, ref->id, result, &why) : 0;
    op = !op && r->any && !why.status ? take(r, FERRY_LIT(""), result, &why) : op;
    if (op == 0) {
        return why.status ? ferry_fail(err, why.status, why.where, "%s", why.message) : FERRY_OK;
    }
    int32_t rc = db_query(
        r->e->journal.db, &rows, err,
        "SELECT coalesce(o.packed, i.packed) FROM op o LEFT JOIN item i ON i.id = o.item_id WHERE o.id = ?",
        "i", op);
    int got = rc ? 0 : db_step(&rows);
    if (got > 0) {
        rc = unpack_item(arena_str(arena, db_str(&rows, 0)), arena, &sent, err);
        if (rc == FERRY_OK && sent->result) {
            complete(r, result, sent->result, arena);
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : name_failure(arena->failed, err, "result");
}
