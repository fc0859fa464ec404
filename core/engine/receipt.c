/* SPDX-License-Identifier: MIT */
/* receipt.c - counts lanes out of the journal and says how a call ended; receipt_show.c writes it down. */
#include "receipt.h"

#include <text.h>

/* What became of the lane's operations, in one walk over them: there may be a million. */
static int32_t count_ops(struct engine *e, int64_t lane, struct receipt_counts *c, uint64_t *done,
                         struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc =
        db_query(e->journal.db, &rows, err,
                 "SELECT kind, state, COUNT(*) FROM op WHERE lane_id = ? GROUP BY 1, 2", "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int64_t kind = db_int(&rows, 0), state = db_int(&rows, 1);
        uint64_t n = (uint64_t)db_int(&rows, 2);
        int result = kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT);
        c->planned += result ? n : 0;
        *done += result && state == OP_DONE ? n : 0;
        c->rejected += state == OP_REJECTED ? n : 0;
        c->waiting += state == OP_PLANNED ? n : 0;
        c->unconfirmed += state >= OP_SENT && state <= OP_PARKED ? n : 0;
        c->run_open |= kind >> 16 == FERRY_COMPLETE && state < OP_DONE;
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int32_t find_run(struct engine *e, const struct lane *lane, struct receipt_counts *c,
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

static int32_t count_notes(struct engine *e, int64_t lane, struct receipt_counts *c,
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

int32_t receipt_count(struct engine *e, const struct road_lane *road, const struct lane *lane,
                      struct receipt_counts *c, struct ferry_error *err)
{
    memset(c, 0, sizeof *c);
    uint64_t done = 0;
    c->captured = (uint64_t)db_one_int(
        e->journal.db, 0, err, "SELECT SUM(fresh) FROM capture WHERE run_id = ? AND state = 1", "i",
        lane->run_id);
    int32_t rc = count_ops(e, lane->id, c, &done, err);
    c->delivered = road->deliver.delivered < done ? road->deliver.delivered : done;
    c->there = done - c->delivered;
    c->cases = road->deliver.cases;
    c->skipped = (uint64_t)db_one_int(e->journal.db, 0, err,
                                      "SELECT COUNT(*) FROM skip WHERE lane_id = ?", "i", lane->id);
    rc = rc ? rc : count_notes(e, lane->id, c, err);
    return rc ? rc : find_run(e, lane, c, err);
}

int receipt_lane_code(const struct road_lane *road, const struct receipt_counts *c)
{
    switch (road->rc) {
    case FERRY_OK:
        break;
    case FERRY_E_STOP:
        return RECEIPT_INTERRUPTED;
    case FERRY_E_UNREACHABLE:
        return RECEIPT_UNREACHABLE;
    case FERRY_E_REFUSED:
        return strcmp(road->error.where, "credentials") == 0 ? RECEIPT_CREDENTIALS
                                                             : RECEIPT_REJECTED;
    case FERRY_E_CONFIG:
    case FERRY_E_UNSUPPORTED:
        return RECEIPT_USAGE;
    case FERRY_E_PROTOCOL:
        return RECEIPT_UNCONFIRMED;
    default:
        return RECEIPT_SYSTEM;
    }
    if (c->unconfirmed) {
        return RECEIPT_UNCONFIRMED;
    }
    if (c->rejected) {
        return RECEIPT_REJECTED;
    }
    return c->waiting                                                       ? RECEIPT_UNCONFIRMED
           : c->duplicates || road->audit.missing || road->audit.duplicates ? RECEIPT_AUDIT
                                                                            : RECEIPT_DONE;
}

static int rank(int code)
{
    static const int order[] = {RECEIPT_INTERRUPTED, RECEIPT_USAGE,       RECEIPT_SYSTEM,
                                RECEIPT_NO_RESULTS,  RECEIPT_CREDENTIALS, RECEIPT_UNREACHABLE,
                                RECEIPT_UNCONFIRMED, RECEIPT_REJECTED,    RECEIPT_MIRROR,
                                RECEIPT_AUDIT,       RECEIPT_PARTLY_READ, RECEIPT_TESTS_FAILED,
                                RECEIPT_DONE};
    int i = 0;
    while (order[i] != code && order[i] != RECEIPT_DONE) {
        i++;
    }
    return i;
}

int receipt_code(const struct receipt *r, struct ferry_error *err)
{
    int worst = r->captured && (r->captured->truncated || r->captured->unreadable)
                    ? RECEIPT_PARTLY_READ
                    : RECEIPT_DONE;
    for (uint32_t i = 0; i < r->n; i++) {
        struct lane lane;
        struct receipt_counts c;
        int code = RECEIPT_SYSTEM;
        if (lane_load(r->e, r->lanes[i].id, &lane, err) == FERRY_OK) {
            if (receipt_count(r->e, &r->lanes[i], &lane, &c, err) == FERRY_OK) {
                if (r->dry_run) { /* nothing was to be sent */
                    c.waiting = c.unconfirmed = c.rejected = c.duplicates = 0;
                }
                code = receipt_lane_code(&r->lanes[i], &c);
            }
            if (lane.role == ROLE_MIRROR && code != RECEIPT_DONE && code != RECEIPT_INTERRUPTED &&
                code != RECEIPT_USAGE && code != RECEIPT_SYSTEM) {
                code = RECEIPT_MIRROR;
            }
            lane_finish(&lane);
        }
        worst = rank(code) < rank(worst) ? code : worst;
    }
    return worst;
}
