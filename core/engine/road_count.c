/* SPDX-License-Identifier: MIT */
/* road_count.c - what the journal says of one lane, for receipts; see road.h. */
#include "road.h"

#include <text.h>

/* What became of the lane's operations, in one walk over them, and none of them is sorted: there may be a million. */
static int32_t count_ops(struct engine *e, int64_t lane, int64_t since_ms, struct lane_counts *c,
                         struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT SUM(kind = ?3), SUM(kind = ?3 AND state = 7), SUM(kind = ?3 AND state = 7 AND settled_ms >= ?2 AND NOT flags & 1),"
        " SUM(state = 8), SUM(state = 1), SUM(state > 1 AND state < 7) FROM op WHERE lane_id = ?1",
        "iii", lane, since_ms, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT));
    if (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        c->planned = (uint64_t)db_int(&rows, 0);
        c->delivered = (uint64_t)db_int(&rows, 2);
        c->there = (uint64_t)db_int(&rows, 1) - c->delivered;
        c->rejected = (uint64_t)db_int(&rows, 3);
        c->waiting = (uint64_t)db_int(&rows, 4);
        c->unconfirmed = (uint64_t)db_int(&rows, 5);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int32_t find_run(struct engine *e, const struct lane *lane, struct lane_counts *c,
                        struct ferry_error *err)
{
    struct db_rows rows = {0};
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT remote_id, url FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state = 7",
        "iis", lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), lane->run_key);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        snprintf(c->run_id, sizeof c->run_id, "%.*s", STR_ARG(db_str(&rows, 0)));
        snprintf(c->url, sizeof c->url, "%.*s", STR_ARG(db_str(&rows, 1)));
    }
    db_done(&rows);
    return rc;
}

/* One operation completes a run, whichever of its lanes asked for it first. */
static void find_completion(struct engine *e, const struct lane *lane, struct lane_counts *c,
                            struct ferry_error *err)
{
    int64_t state = db_one_int(
        e->journal.db, 0, err, "SELECT state FROM op WHERE dest_id = ? AND kind = ? AND key = ?",
        "iis", lane->dest_id, (int64_t)FERRY_OP(FERRY_COMPLETE, FERRY_RUN), lane->run_key);
    c->completed = state == OP_DONE;
    c->run_open = state != 0 && state != OP_DONE;
}

static int32_t count_notes(struct engine *e, int64_t lane, struct lane_counts *c,
                           struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc =
        db_query(e->journal.db, &rows, err,
                 "SELECT kind, COUNT(*) FROM note WHERE lane_id = ? GROUP BY kind", "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        uint64_t n = (uint64_t)db_int(&rows, 1);
        switch (db_int(&rows, 0)) {
        case FERRY_NOTE_CUT:
            c->cut = n;
            break;
        case FERRY_NOTE_CORRECTED:
            c->corrected = n;
            break;
        case FERRY_NOTE_SKIPPED:
            c->parts_skipped = n;
            break;
        case FERRY_NOTE_DUPLICATE:
            c->duplicates = n;
            break;
        default:
            c->warnings += n;
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t road_count(struct engine *e, const struct lane *lane, const struct road_lane *road,
                   struct lane_counts *c, struct ferry_error *err)
{
    memset(c, 0, sizeof *c);
    c->captured = (uint64_t)db_one_int(
        e->journal.db, 0, err, "SELECT SUM(fresh) FROM capture WHERE run_id = ? AND state = 1", "i",
        lane->run_id);
    int32_t rc = count_ops(e, lane->id, road->started_ms, c, err);
    c->cases = road->deliver.cases;
    c->skipped = (uint64_t)db_one_int(e->journal.db, 0, err,
                                      "SELECT COUNT(*) FROM skip WHERE lane_id = ?", "i", lane->id);
    c->unplanned = (uint64_t)db_one_int(
        e->journal.db, 0, err,
        "SELECT COUNT(*) FROM skip WHERE lane_id = ? AND reason = 'cannot be planned'", "i",
        lane->id);
    rc = rc ? rc : count_notes(e, lane->id, c, err);
    find_completion(e, lane, c, err);
    return rc ? rc : find_run(e, lane, c, err);
}
