/* SPDX-License-Identifier: MIT */
/*
 * audit_count.c - the audit's first look where the tracker says how many results there are. Lists are a request for each page, out of the same limit;
 * the number is one. It is enough where every one of ours was answered at its first sending, the tracker keeps none of them twice, and
 * nobody else adds to the run: then as many as there should be are those that there should be. Fewer may still be listed late; anything
 * else is for the lists (audit.c), or for audit_alike.c where they do not say which result is which.
 */
#include "audit.h"

#include "delivered.h"
#include "index.h"

#include <text.h>

int audit_is_ours_alone(struct engine *e, const struct lane *lane, struct ferry_error *err)
{
    return (int)db_one_int(
        e->journal.db, 0, err,
        "SELECT EXISTS(SELECT 1 FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state = 7 AND flags & 1 = 0)"
        " AND NOT EXISTS(SELECT 1 FROM run WHERE id = ? AND shared)",
        "iisi", lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), lane->run_key,
        lane->run_id);
}

/* What should be there, and how much of it was there before us, or in doubt at some time. */
struct expected {
    int64_t all, mine, unsure;
};

static int32_t expect(struct engine *e, const struct lane *lane, const char *run,
                      struct expected *x, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT COUNT(*), coalesce(SUM(o.lane_id = ?5), 0), coalesce(SUM(o.flags & ?6 <> 0), 0)"
        " FROM op o WHERE" DELIVERED_THERE,
        "iisiii", lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), ferry_cstr(run),
        (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), lane->id, (int64_t)(OP_EXISTED | OP_DOUBTED));
    if (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        *x = (struct expected){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2)};
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int is_countable(struct remote *r, struct ferry_error *err)
{
    struct ferry_traits list, create;
    return remote_describe(r, FERRY_OP(FERRY_LIST, FERRY_RESULT), &list, err) == FERRY_OK &&
           remote_describe(r, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &create, err) == FERRY_OK &&
           (list.flags & FERRY_COUNTS) && create.effect == FERRY_REPEATABLE;
}

int32_t audit_count(struct engine *e, const struct lane *lane, struct remote *remote,
                    const char *run, struct audit_counts *counts, int *told,
                    struct ferry_error *err)
{
    struct expected x = {0, 0, 0};
    int64_t there = -1;
    *told = 0;
    if (!is_countable(remote, err) || !audit_is_ours_alone(e, lane, err)) {
        return err->status;
    }
    int32_t rc = expect(e, lane, run, &x, err);
    if (rc || x.unsure) {
        return rc;
    }
    rc = remote_count(remote, FERRY_RESULT, ferry_cstr(run), &there, err);
    *told = rc == FERRY_OK && there >= 0 && there <= x.all;
    if (*told) {
        counts->checked = (uint64_t)x.mine;
        counts->missing = (uint64_t)(x.all - there);
    }
    return rc;
}
