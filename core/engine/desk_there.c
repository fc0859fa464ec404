/* SPDX-License-Identifier: MIT */
/*
 * desk_there.c - what of a plan is there already: new results that the target run holds all the same, and things that were delivered
 * once and have gone since. desk.c asks; nothing here talks to a tracker, it all stands in the index.
 */
#include "desk.h"

#include "identity.h"

#include <text.h>

/* --- what is there ---------------------------------------------------------------------------- */

/* What a planned result is known by where ids are not: as index_read_results() says it of a listed one. */
static struct ferry_str known_by(struct desk *d, const struct ferry_action *action,
                                 const struct ferry_item *item)
{
    struct ferry_found found = {.size = sizeof found};
    struct ferry_str id = {NULL, 0};
    if (item->key.len) {
        return item->key;
    }
    for (uint32_t i = 0; i < action->n_refs; i++) {
        id = action->refs[i]->role == FERRY_CASE && action->refs[i]->id.len ? action->refs[i]->id
                                                                            : id;
    }
    struct ferry_str by = id.ptr ? FERRY_LIT("id") : FERRY_LIT("signature");
    struct ferry_str value = id.ptr ? id : item->result->signature;
    if (index_lookup(&d->e->journal, d->lane->dest_id, FERRY_CASE, by, value, &d->arena, &found,
                     d->err) ||
        found.state != FERRY_THERE) {
        return value;
    }
    return found.key.len ? found.key : found.id;
}

/* Is it listed under the wire id that we would give it, now or before the token was changed? */
static int take_wire(struct desk *d, const struct ferry_action *action, char id[128])
{
    const struct lane *l = d->lane;
    char wire[UUID_TEXT];
    identity_wire(action->key, l->account, l->project, ferry_cstr(d->run.id), wire);
    int taken = index_take_wire(&d->e->journal, ferry_cstr(wire), id);
    for (uint32_t i = 0; i < d->n_accounts && !taken; i++) {
        identity_wire(action->key, d->accounts[i], l->project, ferry_cstr(d->run.id), wire);
        taken = index_take_wire(&d->e->journal, ferry_cstr(wire), id);
    }
    return taken;
}

/*
 * A result of another job may look the same, and the list does not say whose it is. What was captured by this very command is sent all the
 * same: where it is there, its id is, and a repeat changes nothing.
 */
static int may_be_of_others(struct desk *d, const struct ferry_action *action)
{
    const struct ferry_traits *t = d->crowded ? desk_traits(d, action->kind) : NULL;
    return t && t->effect == FERRY_REPEATABLE && identity_way(action->key) == WAY_REPORT &&
           db_one_int(d->e->journal.db, 0, d->err,
                      "SELECT capture_id = (SELECT MAX(id) FROM capture WHERE run_id = ?) FROM item"
                      " WHERE id = ?",
                      "ii", d->lane->run_id, d->item_id) != 0;
}

int32_t desk_match(struct desk *d, int64_t op_id, const struct ferry_action *action,
                   const struct ferry_item *item)
{
    char id[128];
    unsigned char like[16];
    struct db *db = d->e->journal.db;
    int64_t now = d->e->clock->now_ms(d->e->clock);
    if (take_wire(d, action, id)) {
        d->counts->there++;
        d->counts->fresh--;
        return db_run(
            db, d->err,
            "UPDATE op SET state = 7, flags = flags | 1, remote_id = ?, settled_ms = ? WHERE id = ?",
            "sii", ferry_cstr(id), now, op_id);
    }
    int of_others = may_be_of_others(d, action);
    if (of_others && !d->weighed) {
        return FERRY_OK;
    }
    identity_likeness(known_by(d, action, item), item->result, like);
    return db_run(db, d->err,
                  "INSERT INTO temp.candidate(op_id, likeness, way, weighed) VALUES(?, ?, ?, ?)",
                  "ibii", op_id, (struct ferry_str){(const char *)like, sizeof like},
                  (int64_t)identity_way(action->key), (int64_t)of_others);
}

int32_t desk_weigh(struct desk *d, struct remote *source, struct ferry_error *err)
{
    struct db_rows rows = {0};
    char run[128] = "";
    int32_t rc = db_query(
        d->e->journal.db, &rows, err,
        "SELECT o.remote_id FROM op o WHERE o.dest_id = ?1 AND o.kind = ?2 AND o.key = ?3 AND o.state = 7"
        " AND EXISTS(SELECT 1 FROM lane l WHERE l.dest_id = ?1 AND l.run_id = ?4 AND l.audit LIKE '%, missing 0,%')",
        "iisi", d->lane->source_dest, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), d->lane->run_key,
        d->lane->run_id);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        snprintf(run, sizeof run, "%.*s", STR_ARG(db_str(&rows, 0)));
    }
    db_done(&rows);
    if (rc || !run[0]) {
        return rc;
    }
    rc = index_read_originals(&d->e->journal, source, ferry_cstr(run), err);
    d->weighed = rc == FERRY_OK;
    return rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO || rc == FERRY_E_STOP ? rc : FERRY_OK;
}

/* How many of those that are wanted and look so are not to be sent, since they are here. */
static int64_t count_there(struct desk *d, const unsigned char likeness[16], int64_t wanted)
{
    int64_t here = index_like_here(&d->e->journal, likeness);
    int64_t lacking = index_like_originals(&d->e->journal, likeness) - here;
    lacking = lacking < 0 ? 0 : lacking > wanted ? wanted : lacking;
    return here > 0 ? wanted - lacking : 0;
}

/* Of each kind so many go on as are lacking: the rest stays among the candidates, and takes what is here. */
static int32_t weigh_candidates(struct desk *d)
{
    struct db *db = d->e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        db, &rows, d->err,
        "SELECT likeness, COUNT(*) FROM temp.candidate WHERE weighed GROUP BY likeness", "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        struct ferry_str like = db_str(&rows, 0);
        int64_t wanted = db_int(&rows, 1);
        int64_t there = count_there(d, (const unsigned char *)like.ptr, wanted);
        rc = db_run(
            db, d->err,
            "DELETE FROM temp.candidate WHERE rowid IN (SELECT rowid FROM temp.candidate WHERE weighed AND likeness = ? ORDER BY op_id DESC LIMIT ?)",
            "bi", like, wanted - there);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t desk_match_rest(struct desk *d)
{
    struct db *db = d->e->journal.db;
    struct db_rows rows = {0};
    char id[128];
    int got = 0;
    int32_t rc = d->weighed ? weigh_candidates(d) : FERRY_OK;
    rc = rc ? rc
            : db_query(db, &rows, d->err,
                       "SELECT op_id, likeness, way FROM temp.candidate ORDER BY op_id", "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int64_t op = db_int(&rows, 0);
        if (index_take_like(&d->e->journal, (const unsigned char *)db_str(&rows, 1).ptr,
                            (enum identity_way)db_int(&rows, 2), id)) {
            d->counts->there++;
            d->counts->fresh--;
            rc = db_run(
                db, d->err,
                "UPDATE op SET state = 7, flags = flags | 1, remote_id = ?, settled_ms = ? WHERE id = ?",
                "sii", ferry_cstr(id), d->e->clock->now_ms(d->e->clock), op);
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* --- what went ------------------------------------------------------------------------------ */

/* Lists lag: what was done within the settle time may be there without being shown. */
static int had_time(const struct desk *d, const struct desk_op *row)
{
    struct ferry_traits any = {.size = sizeof any};
    return d->e->clock->now_ms(d->e->clock) - row->settled_ms > remote_settle_ms(d->remote, &any);
}

static int result_gone(struct desk *d, const struct desk_op *row, const struct ferry_action *action)
{
    char id[128];
    const struct ferry_traits *list = desk_traits(d, FERRY_OP(FERRY_LIST, FERRY_RESULT));
    if (!list || list->effect == 0 || d->run.count == 0) {
        return 0; /* nobody can tell */
    }
    if (!row->remote_id.len && d->hidden) {
        return 0; /* nor here */
    }
    return !take_wire(d, action, id) && !index_take_id(&d->e->journal, row->remote_id) &&
           had_time(d, row);
}

int desk_gone(struct desk *d, const struct desk_op *row, const struct ferry_action *action,
              const struct ferry_traits *traits)
{
    if (row->state != OP_DONE || traits->effect == FERRY_VIRTUAL) {
        return 0; /* what was never sent cannot go */
    }
    switch (action->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_RUN): /* wanted, so it was looked for and not found */
        return d->run.count == 0 && had_time(d, row);
    case FERRY_OP(FERRY_CREATE, FERRY_CASE):
        return had_time(d, row);
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        return result_gone(d, row, action);
    default:
        return 0;
    }
}
