/* SPDX-License-Identifier: MIT */
/* alone.c - see alone.h. */
#include "alone.h"

/* A case is wanted by its key or signature: the index op_key knows them. */
#define CASES "dest_id = ? AND kind = ? AND key IS NOT NULL AND id >= ?"

/* What this delivery's cases have come to. */
struct made {
    int64_t sent, open, ours;
};

static int32_t count_made(struct deliver *d, struct made *m)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT coalesce(SUM(state = 3), 0), coalesce(SUM(state < 7 AND state <> 3), 0), coalesce(SUM(state = 7 AND flags & 1 = 0), 0)"
        " FROM op WHERE " CASES,
        "iii", d->r->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_CASE), d->first_op);
    if (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        *m = (struct made){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2)};
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int is_countable(struct deliver *d)
{
    struct ferry_error none = {.size = sizeof none};
    struct ferry_traits list, create;
    return remote_describe(d->r, FERRY_OP(FERRY_LIST, FERRY_CASE), &list, &none) == FERRY_OK &&
           remote_describe(d->r, FERRY_OP(FERRY_CREATE, FERRY_CASE), &create, &none) == FERRY_OK &&
           list.effect != 0 && (list.flags & FERRY_COUNTS) && create.effect == FERRY_ONCE;
}

/* One that was in doubt may have a second one on its way, whatever the number is now. */
static int32_t mark(struct deliver *d)
{
    return db_run(d->e->journal.db, d->err,
                  "UPDATE op SET flags = flags | ? WHERE " CASES " AND state = 7 AND flags & 5 = 0",
                  "iiii", (int64_t)OP_COUNTED, d->r->dest_id,
                  (int64_t)FERRY_OP(FERRY_CREATE, FERRY_CASE), d->first_op);
}

int32_t alone_count(struct deliver *d, int *held)
{
    struct made m = {0, 0, 0};
    int64_t there = -1;
    *held = 0;
    if (d->cases < 0) {
        return FERRY_OK;
    }
    int32_t rc = is_countable(d) ? count_made(d, &m) : FERRY_OK;
    *held = rc == FERRY_OK && m.sent > 0 && m.open == 0;
    if (rc || *held) {
        return rc;
    }
    /* That it cannot be asked now is no failure: the audit lists them. */
    if (m.ours > 0 && m.open == 0) {
        struct ferry_error none = {.size = sizeof none};
        rc = remote_count(d->r, FERRY_CASE, (struct ferry_str){NULL, 0}, &there, &none);
        rc = rc == FERRY_E_STOP || rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO
                 ? ferry_fail(d->err, rc, none.where, "%s", none.message)
                 : FERRY_OK;
    }
    if (rc == FERRY_OK && there >= 0 && there == d->cases + m.ours) {
        rc = mark(d);
    }
    d->cases = -1;
    return rc;
}
