/* SPDX-License-Identifier: MIT */
/* road.c - see road.h. */
#include "road.h"

#include "paper.h"
#include "step.h"

#include <log.h>
#include <secrets.h>
#include <text.h>

int32_t road_remote(struct engine *e, const struct target *t, int64_t dest_id, struct remote *r,
                    struct ferry_error *err)
{
    struct remote_setup setup = {.journal = &e->journal,
                                 .dest_id = dest_id,
                                 .state = e->state,
                                 .network = &e->network,
                                 .plugins = e->plugins,
                                 .clock = e->clock,
                                 .interrupted = e->interrupted,
                                 .settle_ms = e->settle_ms,
                                 .patience_ms = e->patience_ms,
                                 .jobs = e->jobs,
                                 .exchanges = e->exchanges};
    return remote_open(r, t, &setup, err);
}

/*
 * The side that keys are lent from. Mirrors go on without it: what it would have lent is planned when it can be read again. Not
 * where this machine failed: then nothing goes on.
 */
static int32_t open_source(struct engine *e, const struct lane *lane, struct target **target,
                           struct remote *source, int *opened, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    *opened = 0;
    if (!lane->source_dest || lane->source_dest == lane->dest_id) {
        return FERRY_OK;
    }
    int32_t rc = lane_target(e, lane->source_dest, target, &why);
    rc = rc ? rc : lane_key_field(lane, *target);
    rc = rc ? rc : road_remote(e, *target, lane->source_dest, source, &why);
    if (rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO) {
        return ferry_fail(err, rc, why.where, "%s", why.message);
    }
    if (rc) {
        log_warn(
            "%.*s: cases of the source cannot be read (%s); keys that they lend are looked up again by \"ferry resume\"",
            STR_ARG(lane->label), why.message);
    }
    *opened = rc == FERRY_OK;
    return FERRY_OK;
}

static int32_t plan(struct engine *e, struct lane *lane, struct remote *remote,
                    struct road_lane *out)
{
    struct remote source = {0};
    struct target *target = NULL;
    int has_source;
    int32_t rc = open_source(e, lane, &target, &source, &has_source, &out->error);
    rc = rc ? rc : plan_lane(e, lane, remote, has_source ? &source : NULL, &out->plan, &out->error);
    if (has_source) {
        remote_close(&source);
    }
    target_free(target);
    return rc;
}

/* All that could be planned is done; what could not is said. */
static int32_t name_undecided(const struct lane *lane, struct road_lane *out)
{
    const struct ferry_error *why = &out->plan.source;
    if (!out->plan.undecided) {
        return FERRY_OK;
    }
    return ferry_fail(
        &out->error, FERRY_E_UNREACHABLE, "",
        "%.*s: the keys of %llu results are with the cases of project %.*s, which could not be read%s%s; \"ferry resume\" looks again",
        STR_ARG(lane->label), (unsigned long long)out->plan.undecided,
        STR_ARG(lane->source_project), why->message[0] ? ": " : "", why->message);
}

/* Accepted, and after all the time that there is not there: sent once more, and what is missing then is for the receipt. */
static int32_t send_missing(struct engine *e, struct lane *lane, struct remote *remote,
                            struct road_lane *out)
{
    struct deliver_counts again;
    uint64_t n = 0;
    int32_t rc = audit_reopen(e, remote, &n, &out->error);
    if (rc || n == 0) {
        return rc;
    }
    log_warn("%.*s: %llu results were accepted and are not there; they are sent again",
             STR_ARG(lane->label), (unsigned long long)n);
    rc = deliver(e, remote, NULL, &again, &out->error);
    return rc ? rc : audit_lane(e, lane, remote, &out->audit, &out->error);
}

static int32_t go(struct engine *e, struct lane *lane, struct remote *remote, uint32_t flags,
                  struct road_lane *out)
{
    int32_t rc = FERRY_OK;
    if ((flags & ROAD_PLAN) || lane->state != LANE_PLANNED) {
        rc = plan(e, lane, remote, out);
        events_tell(e->events);
    }
    if (flags & ROAD_DRY_RUN) {
        return rc || !e->paper ? rc : paper_write(e->paper, e, remote, &out->error);
    }
    if (rc) {
        return rc;
    }
    /* An audit is owed from the first act on: whoever dies in between leaves a lane that is still open. */
    rc = db_run(e->journal.db, &out->error,
                "UPDATE lane SET audit = NULL WHERE id = ? AND audit IS NOT NULL", "i", lane->id);
    rc = rc ? rc : deliver(e, remote, &out->plan, &out->deliver, &out->error);
    rc = rc ? rc : audit_lane(e, lane, remote, &out->audit, &out->error);
    rc = rc || !out->audit.missing ? rc : send_missing(e, lane, remote, out);
    return rc ? rc : name_undecided(lane, out);
}

static void count_lane(struct engine *e, const struct lane *lane, uint32_t flags,
                       struct road_lane *out)
{
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = road_count(e, lane, out, &out->counts, &why);
    if (rc && !out->rc) {
        out->rc = rc;
        out->error = why;
    }
    if (flags & ROAD_DRY_RUN) { /* what is planned there is not waiting for anything */
        out->counts.waiting = out->counts.unconfirmed = out->counts.rejected =
            out->counts.duplicates = 0;
        out->counts.run_open = 0;
    }
}

/*
 * Both locks are held: what the lane says is read again, since other processes worked on it while they were waited for. One that
 * is gone was done and forgotten by another one.
 */
static void go_locked(struct engine *e, struct lane *lane, const struct target *target,
                      uint32_t flags, struct road_lane *out)
{
    struct remote remote = {0};
    int64_t id = lane->id;
    out->started_ms = e->clock->now_ms(e->clock);
    lane_finish(lane);
    out->rc = lane_load(e, id, lane, &out->error);
    if (out->rc) {
        out->id = out->rc == FERRY_E_INPUT ? 0 : id;
        return;
    }
    exchanges_lane(e->exchanges, id);
    out->rc = road_remote(e, target, lane->dest_id, &remote, &out->error);
    out->rc = out->rc ? out->rc : go(e, lane, &remote, flags, out);
    remote_close(&remote);
    events_tell(e->events);
    exchanges_lane_ended(e->exchanges, id, out->rc, out->error.message);
    count_lane(e, lane, flags, out);
}

/* For status, which may be asked by anyone who can read the state folder. */
static void remember_error(struct engine *e, const struct road_lane *out)
{
    struct ferry_str text = ferry_cstr(out->rc ? out->error.message : NULL);
    struct arena arena;
    arena_init(&arena, 1 << 16);
    text = secrets_clean(&arena, text);
    db_run(e->journal.db, NULL, "UPDATE lane SET error = ? WHERE id = ?", "si",
           arena.failed ? ferry_cstr(ferry_status_text(out->rc)) : text, out->id);
    arena_finish(&arena);
}

static void lock_and_go(struct engine *e, struct lane *lane, const struct target *target,
                        uint32_t flags, struct road_lane *out)
{
    struct journal *j = &e->journal;
    int64_t dest = lane->dest_id;
    out->rc = journal_lock(j, LOCK_USE, lane->run_id, lane->run_title, &out->error);
    out->rc = out->rc ? out->rc : journal_lock(j, LOCK_DEST, dest, target->label, &out->error);
    if (out->rc) { /* nothing is wrong with the lane: another process is at it */
        count_lane(e, lane, flags, out);
        return;
    }
    go_locked(e, lane, target, flags, out);
    name_failure(out->rc, &out->error, target->label.ptr);
    remember_error(e, out);
    journal_unlock(j, LOCK_DEST, dest);
}

void road_go(struct engine *e, int64_t lane_id, uint32_t flags, struct road_lane *out)
{
    struct lane lane = {0};
    struct target *target = NULL;
    memset(out, 0, sizeof *out);
    out->id = lane_id;
    out->error.size = sizeof out->error;
    out->started_ms = e->clock->now_ms(e->clock);
    out->rc = lane_load(e, lane_id, &lane, &out->error);
    if (out->rc) {
        name_failure(out->rc, &out->error, "a lane of the journal");
        out->id = out->rc == FERRY_E_INPUT ? 0 : lane_id;
        return;
    }
    out->role = lane.role;
    out->rc = lane_target(e, lane.dest_id, &target, &out->error);
    out->rc = out->rc ? out->rc : lane_key_field(&lane, target);
    out->rc = out->rc ? out->rc : lane_tracker_options(&lane, target, &out->error);
    if (out->rc) {
        count_lane(e, &lane, flags, out);
        name_failure(out->rc, &out->error, "a destination");
        remember_error(e, out);
    } else {
        lock_and_go(e, &lane, target, flags, out);
    }
    target_free(target);
    lane_finish(&lane);
}

uint32_t road_open_lanes(struct engine *e, int64_t *ids, uint32_t room, struct ferry_error *err)
{
    const int64_t day_ms = 24 * 3600 * 1000;
    struct db_rows rows = {0};
    uint32_t n = 0;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT l.id FROM lane l WHERE l.state <> 1 OR l.error IS NOT NULL OR l.audit IS NULL"
        " OR l.id IN (SELECT lane_id FROM op WHERE state < 7 AND state <> 3)"
        " OR l.id IN (SELECT lane_id FROM op WHERE request_id IS NOT NULL AND state < 7)"
        " OR EXISTS(SELECT 1 FROM op o WHERE o.lane_id = l.id AND o.flags & 64 AND o.settled_ms > ?)"
        " OR (l.audit LIKE '%, missing %' AND l.audit NOT LIKE '%, missing 0,%')" /* looked for again, until it is there */
        " ORDER BY l.role, l.id",
        "i", e->clock->now_ms(e->clock) - day_ms);
    while (rc == FERRY_OK && n < room && db_step(&rows) > 0) {
        ids[n++] = db_int(&rows, 0);
    }
    db_done(&rows);
    return n;
}
