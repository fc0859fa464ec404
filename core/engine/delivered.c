/* SPDX-License-Identifier: MIT */
/* delivered.c - see delivered.h. */
#include "delivered.h"

#include "pack.h"

#include <text.h>

static int32_t one_row(const struct db_rows *rows, struct arena *arena, delivered_fn *fn,
                       void *data, struct ferry_error *err)
{
    struct ferry_item *item;
    arena_reset(arena);
    struct delivered one = {.op_id = db_int(rows, 0),
                            .lane_id = db_int(rows, 1),
                            .flags = (uint32_t)db_int(rows, 2),
                            .of_case = arena_str(arena, db_str(rows, 4)),
                            .id = arena_str(arena, db_str(rows, 5))};
    int32_t rc = unpack_item(arena_str(arena, db_str(rows, 3)), arena, &item, err);
    one.item = item;
    rc = rc ? rc : name_failure(arena->failed, err, "a delivered result");
    return rc || !item->result ? rc : fn(data, &one);
}

int32_t delivered_results(struct engine *e, int64_t dest_id, struct ferry_str run,
                          struct arena *arena, delivered_fn *fn, void *data,
                          struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT o.id, o.lane_id, o.flags, coalesce(o.packed, i.packed),"
        " (SELECT coalesce(f.id, t.remote_id) FROM ref f LEFT JOIN op t ON t.id = f.target WHERE f.op_id = o.id AND f.role = ?5 LIMIT 1),"
        " o.remote_id FROM op o LEFT JOIN item i ON i.id = o.item_id WHERE" DELIVERED_THERE,
        "iisii", dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), run,
        (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), (int64_t)FERRY_CASE);
    while (rc == FERRY_OK && !is_interrupted(e->interrupted) && (got = db_step(&rows)) > 0) {
        rc = one_row(&rows, arena, fn, data, err);
    }
    db_done(&rows);
    if (rc == FERRY_OK && is_interrupted(e->interrupted)) {
        return ferry_fail(err, FERRY_E_STOP, "", "interrupted");
    }
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}
