/* SPDX-License-Identifier: MIT */
/* audit.c - see audit.h. */
#include "audit.h"

#include "identity.h"
#include "index.h"
#include "step.h"

#include <text.h>

static int32_t run_at(struct engine *e, const struct lane *lane, char out[128],
                      struct ferry_error *err)
{
    struct db_rows rows = {0};
    out[0] = '\0';
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT remote_id FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state = 7", "iis",
        lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), lane->run_key);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        snprintf(out, 128, "%.*s", STR_ARG(db_str(&rows, 0)));
    }
    db_done(&rows);
    return rc;
}

/* When `last_ms` has settled. It may be of a clock that was ahead of this one: that is no reason to wait for longer. */
static int64_t until(struct engine *e, int64_t last_ms, int64_t settle)
{
    int64_t now = e->clock->now_ms(e->clock);
    return (last_ms < now ? last_ms : now) + settle;
}

static int32_t wait_until(struct engine *e, int64_t at_ms, struct ferry_error *err)
{
    int64_t left = at_ms - e->clock->now_ms(e->clock);
    if (left > 0 && e->clock->wait_ms(e->clock, left, e->interrupted)) {
        return ferry_fail(err, FERRY_E_STOP, "",
                          "interrupted before the audit; \"ferry resume\" makes it");
    }
    return FERRY_OK;
}

/* The first sending of something ONCE may arrive after its second: wait until it cannot. */
static int32_t wait_for_late_ones(struct engine *e, const struct lane *lane, struct remote *r,
                                  struct ferry_error *err)
{
    struct ferry_traits t = {.size = sizeof t};
    int64_t settle = remote_settle_ms(r, &t);
    int64_t last =
        db_one_int(e->journal.db, 0, err,
                   "SELECT MAX(settled_ms) FROM op WHERE lane_id = ? AND state = 7 AND flags & 64",
                   "i", lane->id);
    return last ? wait_until(e, until(e, last, settle), err) : FERRY_OK;
}

/* When what was delivered last has to be listed. */
static int64_t last_settled(struct engine *e, const struct lane *lane, struct remote *r,
                            struct ferry_error *err)
{
    struct ferry_traits t = {.size = sizeof t};
    int64_t last =
        db_one_int(e->journal.db, 0, err,
                   "SELECT MAX(settled_ms) FROM op WHERE lane_id = ? AND kind = ? AND state = 7",
                   "ii", lane->id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT));
    return until(e, last, remote_settle_ms(r, &t));
}

/* --- in step ------------------------------------------------------------------------ */

/*
 * Lists show results mostly in the order in which they were sent. As long as they do, each listed one is compared with the
 * next that should be there, page by page, and nothing of a million of them is kept.
 */
struct stride {
    struct engine *e;
    const struct lane *lane;
    const char *run;
    struct db_rows ops; /* during a page, so that none is open while the tracker is asked */
    int64_t last;       /* the operation that was compared last */
    struct audit_counts *counts;
    struct arena item;
    int in_step;
};

#define DONE_RESULTS                                                                               \
    "SELECT o.id, " OP_KEY                                                                         \
    ", o.remote_id FROM op o WHERE o.lane_id = ? AND o.kind = ? AND o.state = 7 AND o.id > ? ORDER BY o.id"

static int32_t done_results(struct engine *e, const struct lane *lane, int64_t after,
                            struct db_rows *rows, struct ferry_error *err)
{
    return db_query(e->journal.db, rows, err, DONE_RESULTS, "iii", lane->id,
                    (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), after);
}

static void wire_of(const struct lane *lane, const char *run, const struct db_rows *op,
                    char wire[UUID_TEXT])
{
    char own[UUID_TEXT];
    identity_wire(journal_op_key(op, 1, own), lane->account, lane->project, ferry_cstr(run), wire);
}

static int32_t compare_next(void *data, const struct ferry_item *item)
{
    struct stride *s = data;
    char wire[UUID_TEXT];
    if (item->noun != FERRY_RESULT) {
        return FERRY_OK;
    }
    int got = db_step(&s->ops);
    if (got < 0) {
        return -got;
    }
    s->in_step = got > 0;
    if (s->in_step) {
        wire_of(s->lane, s->run, &s->ops, wire);
        s->in_step = ferry_eq(item->marker, ferry_cstr(wire));
        s->last = db_int(&s->ops, 0);
        s->counts->checked++;
    }
    return s->in_step ? FERRY_OK : FERRY_E_STOP;
}

static int32_t compare_page(void *data, struct reply *page, struct ferry_error *err)
{
    struct stride *s = data;
    if (!page) {
        s->last = 0;
        s->counts->checked = 0;
        return FERRY_OK;
    }
    int32_t rc = done_results(s->e, s->lane, s->last, &s->ops, err);
    rc = rc ? rc : reply_items(page, &s->item, compare_next, s, err);
    db_done(&s->ops);
    return rc;
}

/* *alike: both ended together, so none is missing and none is there twice. */
static int32_t compare_lists(struct engine *e, const struct lane *lane, struct remote *remote,
                             const char *run, struct audit_counts *counts, int *alike,
                             struct ferry_error *err)
{
    struct stride s = {.e = e, .lane = lane, .run = run, .counts = counts, .in_step = 1};
    arena_init(&s.item, 64 << 20);
    int32_t rc = index_each_result_id(remote, ferry_cstr(run), compare_page, &s, err);
    rc = s.in_step ? rc : FERRY_OK;
    if (rc == FERRY_OK && s.in_step) {
        rc = done_results(e, lane, s.last, &s.ops, err);
        int got = rc ? 0 : db_step(&s.ops);
        db_done(&s.ops);
        rc = rc ? rc : got < 0 ? -got : FERRY_OK;
        s.in_step = got == 0;
    }
    arena_finish(&s.item);
    *alike = s.in_step;
    return rc;
}

/* --- what is not there ---------------------------------------------------------------- */

int32_t audit_none_absent(struct engine *e, struct ferry_error *err)
{
    return db_script(e->journal.db,
                     "DROP TABLE IF EXISTS temp.absent; CREATE TEMP TABLE absent(op_id INTEGER)",
                     err);
}

int32_t audit_absent(struct engine *e, int64_t op_id, struct audit_counts *counts,
                     struct ferry_error *err)
{
    counts->missing++;
    return db_run(e->journal.db, err, "INSERT INTO temp.absent(op_id) VALUES(?)", "i", op_id);
}

int32_t audit_reopen(struct engine *e, struct remote *remote, uint64_t *n, struct ferry_error *err)
{
    struct ferry_traits t;
    *n = 0;
    int32_t rc = remote_describe(remote, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &t, err);
    if (rc || t.effect != FERRY_REPEATABLE) {
        return rc;
    }
    rc = db_run(
        e->journal.db, err,
        "UPDATE op SET state = 1, act = kind, memory = NULL, flags = flags & ~35, at_most = 0, settled_ms = NULL,"
        " not_before = 0, tries = 0, request_id = NULL, remote_id = NULL, extra = NULL, token = NULL"
        " WHERE state = 7 AND flags & 1 = 0 AND id IN (SELECT op_id FROM temp.absent)",
        "");
    *n = rc ? 0 : (uint64_t)db_changes(e->journal.db);
    return rc;
}

/* --- out of step --------------------------------------------------------------------- */

static int32_t look_for_each(struct engine *e, const struct lane *lane, const char *run,
                             struct audit_counts *counts, struct ferry_error *err)
{
    struct db_rows rows = {0};
    char wire[UUID_TEXT];
    int got = 0;
    int32_t rc = done_results(e, lane, 0, &rows, err);
    while (rc == FERRY_OK && !is_interrupted(e->interrupted) && (got = db_step(&rows)) > 0) {
        wire_of(lane, run, &rows, wire);
        counts->checked++;
        if (!index_has_wire(&e->journal, ferry_cstr(wire)) &&
            !index_has_id(&e->journal, db_str(&rows, 2))) {
            rc = audit_absent(e, db_int(&rows, 0), counts, err);
        }
    }
    db_done(&rows);
    if (rc == FERRY_OK && is_interrupted(e->interrupted)) {
        rc = ferry_fail(err, FERRY_E_STOP, "",
                        "interrupted before the audit; \"ferry resume\" makes it");
    }
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* One wire id listed twice, under two ids of the tracker. */
static int32_t name_twins(struct engine *e, const struct lane *lane, struct audit_counts *counts,
                          struct ferry_error *err)
{
    struct db *db = e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        db, &rows, err,
        "SELECT wire, COUNT(DISTINCT id), group_concat(DISTINCT id) FROM temp.listed WHERE wire IN"
        " (SELECT wire FROM temp.listed WHERE wire <> '' GROUP BY wire HAVING MIN(id) <> MAX(id)) GROUP BY wire",
        "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        counts->duplicates += (uint64_t)db_int(&rows, 1) - 1;
        rc = db_run(
            db, err,
            "INSERT INTO note(lane_id, kind, field, text, name) VALUES(?, ?, 'result', ?, ?)",
            "iiss", lane->id, (int64_t)FERRY_NOTE_DUPLICATE, db_str(&rows, 2), db_str(&rows, 0));
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* What the last look said of second ones. */
static int32_t forget_twins(struct engine *e, const struct lane *lane, struct ferry_error *err)
{
    return db_run(e->journal.db, err,
                  "DELETE FROM note WHERE lane_id = ? AND kind = ? AND field = 'result'", "ii",
                  lane->id, (int64_t)FERRY_NOTE_DUPLICATE);
}

/*
 * Where a number tells, it is enough as long as it is right; and as long as it is too small and more may be listed late. *enough is 0 where each
 * result has to be looked at.
 */
static int32_t check_number(struct engine *e, const struct lane *lane, struct remote *remote,
                            const char *run, struct audit_counts *counts, int *enough,
                            struct ferry_error *err)
{
    int told = 0;
    int32_t rc = audit_none_absent(e, err);
    rc = rc ? rc : audit_count(e, lane, remote, run, counts, &told, err);
    int late = rc == FERRY_OK && told && counts->missing &&
               e->clock->now_ms(e->clock) < last_settled(e, lane, remote, err);
    *enough = told && (late || !counts->missing);
    return rc ? rc : err->status;
}

static int32_t check_by_ids(struct engine *e, const struct lane *lane, struct remote *remote,
                            const char *run, struct audit_counts *counts, struct ferry_error *err)
{
    int in_step = 0;
    counts->checked = counts->missing = 0;
    int32_t rc = compare_lists(e, lane, remote, run, counts, &in_step, err);
    if (rc || in_step) {
        return rc;
    }
    counts->checked = 0;
    rc = audit_none_absent(e, err);
    rc = rc ? rc : index_read_result_ids(&e->journal, remote, ferry_cstr(run), err);
    rc = rc ? rc : look_for_each(e, lane, run, counts, err);
    if (rc) {
        return rc;
    }
    return counts->missing && index_results(&e->journal) && !index_shows_wires(&e->journal)
               ? audit_alike(e, lane, remote, run, counts, err)
               : name_twins(e, lane, counts, err);
}

/* What lists show without ids is compared by its content. */
static int32_t read_and_check(struct engine *e, const struct lane *lane, struct remote *remote,
                              const char *run, struct audit_counts *counts, struct ferry_error *err)
{
    int enough = 0;
    struct ferry_traits list;
    counts->checked = counts->missing = counts->duplicates = 0;
    int32_t rc = remote_describe(remote, FERRY_OP(FERRY_LIST, FERRY_RESULT), &list, err);
    int nameless = rc == FERRY_OK && list.effect != 0 && list.flags & FERRY_NAMELESS;
    rc = rc ? rc : forget_twins(e, lane, err);
    rc = rc ? rc : check_number(e, lane, remote, run, counts, &enough, err);
    if (rc || enough) {
        return rc;
    }
    return nameless ? audit_alike(e, lane, remote, run, counts, err)
                    : check_by_ids(e, lane, remote, run, counts, err);
}

/* What arrived a moment ago may not be listed yet: looks again, less and less often, until the settle time is over. */
static int32_t look_again(struct engine *e, const struct lane *lane, struct remote *r,
                          const char *run, struct audit_counts *counts, struct ferry_error *err)
{
    enum { FIRST_MS = 500, LONGEST_MS = 15000 };
    int64_t wait = FIRST_MS, now = 0, latest = last_settled(e, lane, r, err);
    int32_t rc = err->status;
    while (rc == FERRY_OK && counts->missing && (now = e->clock->now_ms(e->clock)) < latest) {
        rc = wait_until(e, now + wait < latest ? now + wait : latest, err);
        rc = rc ? rc : read_and_check(e, lane, r, run, counts, err);
        wait = wait * 2 < LONGEST_MS ? wait * 2 : LONGEST_MS;
    }
    return rc;
}

static int32_t write_audit(struct engine *e, const struct lane *lane, const char *text,
                           struct ferry_error *err)
{
    return db_run(e->journal.db, err, "UPDATE lane SET audit = ? WHERE id = ?", "zi", text,
                  lane->id);
}

int32_t audit_lane(struct engine *e, struct lane *lane, struct remote *remote,
                   struct audit_counts *counts, struct ferry_error *err)
{
    char run[128], text[120];
    memset(counts, 0, sizeof *counts);
    int32_t rc = run_at(e, lane, run, err);
    if (rc || !run[0]) {
        return rc ? rc : write_audit(e, lane, "no run to check", err);
    }
    rc = wait_for_late_ones(e, lane, remote, err);
    if (rc == FERRY_OK) {
        audit_made_ahead(e, lane, remote); /* while results are counted */
    }
    rc = rc ? rc : read_and_check(e, lane, remote, run, counts, err);
    rc = rc ? rc : look_again(e, lane, remote, run, counts, err);
    STEP(audit_read);
    rc = rc ? rc : audit_made(e, lane, remote, &counts->duplicates, err);
    counts->done = rc == FERRY_OK;
    snprintf(text, sizeof text, "checked %llu, missing %llu, duplicates %llu",
             (unsigned long long)counts->checked, (unsigned long long)counts->missing,
             (unsigned long long)counts->duplicates);
    rc = rc ? rc : write_audit(e, lane, text, err);
    STEP(audited);
    return rc;
}
