/* SPDX-License-Identifier: MIT */
/* recall.c - see recall.h. */
#include "recall.h"

#include "delivered.h"
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

struct sent {
    struct recall *r;
    struct ferry_error *err;
};

/* Of a case that the tracker found or made by itself only the rest is known. */
static int32_t one_sent(void *data, const struct delivered *one)
{
    struct sent *s = data;
    unsigned char alike[16];
    s->r->any = 1;
    identity_likeness(one->of_case.ptr ? one->of_case : FERRY_LIT(""), one->item->result, alike);
    return db_run(s->r->e->journal.db, s->err, "INSERT INTO temp.sent(op_id, alike) VALUES(?, ?)",
                  "ib", one->op_id, bytes(alike));
}

int32_t recall_open(struct recall *r, struct engine *e, int64_t dest_id, struct ferry_str run,
                    struct ferry_error *err)
{
    struct sent s = {r, err};
    *r = (struct recall){.e = e};
    arena_init(&r->arena, 64 << 20);
    int32_t rc = make_table(e->journal.db, err);
    rc = rc ? rc : delivered_results(e, dest_id, run, &r->arena, one_sent, &s, err);
    return rc == FERRY_E_STOP ? ferry_fail(err, rc, "", "interrupted before anything was captured")
                              : rc;
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
