/* SPDX-License-Identifier: MIT */
/* desk.c - lookups, wants, skips and notes of a planner, written to the journal as they are said; see desk.h. */
#include "desk.h"

#include "pack.h"

#include <stdlib.h>
#include <text.h>

enum { ITEM_MEMORY = 64 << 20, NOUN_MASK = 0xffff };

void desk_init(struct desk *d)
{
    arena_init(&d->arena, ITEM_MEMORY);
    buf_init(&d->packed, ITEM_MEMORY);
    buf_init(&d->scope_key, 65536);
}

void desk_finish(struct desk *d)
{
    arena_finish(&d->arena);
    buf_finish(&d->packed);
    buf_finish(&d->scope_key);
}

/* With another token the same place has another account, and results have other wire ids. Both are looked for. */
static int32_t load_accounts(struct desk *d)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT o.account FROM dest o JOIN dest d ON d.label = o.label AND d.url = o.url WHERE d.id = ? AND o.id <> d.id ORDER BY o.id DESC",
        "i", d->lane->dest_id);
    while (rc == FERRY_OK && d->n_accounts < sizeof d->accounts / sizeof *d->accounts &&
           (got = db_step(&rows)) > 0) {
        d->accounts[d->n_accounts++] = arena_str(&d->lane->arena, db_str(&rows, 0));
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : d->lane->arena.failed;
}

int32_t desk_open(struct desk *d)
{
    int32_t rc = db_script(
        d->e->journal.db,
        "CREATE TEMP TABLE IF NOT EXISTS candidate(op_id INTEGER, likeness BLOB, way INTEGER, weighed INTEGER NOT NULL DEFAULT 0); DELETE FROM temp.candidate;",
        d->err);
    d->other_keys =
        db_one_int(
            d->e->journal.db, 1, d->err,
            "SELECT EXISTS(SELECT 1 FROM op WHERE dest_id = ? AND kind = ? AND key IS NOT NULL)",
            "ii", d->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT)) != 0;
    d->no_signatures =
        d->e->journal.indexed_things == 0 &&
        db_one_int(
            d->e->journal.db, 1, d->err,
            "SELECT EXISTS(SELECT 1 FROM op WHERE dest_id = ? AND kind = ? AND key >= 'sig:' AND key < 'sig;')",
            "ii", d->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_CASE)) == 0;
    d->last_item = db_one_int(
        d->e->journal.db, INT64_MAX, d->err,
        "SELECT coalesce(MAX(item_id), 0) FROM op WHERE dest_id = ? AND kind = ? AND source_id IS NOT NULL",
        "ii", d->lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT));
    return rc ? rc : load_accounts(d);
}

int32_t desk_fail(struct desk *d, int32_t rc)
{
    if (rc && !d->rc) {
        d->rc = rc;
    }
    return rc;
}

const struct ferry_traits *desk_traits(struct desk *d, uint32_t kind)
{
    for (uint32_t i = 0; i < d->n_traits; i++) {
        if (d->traits[i].kind == kind) {
            return &d->traits[i].traits;
        }
    }
    if (d->n_traits == sizeof d->traits / sizeof *d->traits) {
        desk_fail(d, ferry_fail(d->err, FERRY_E_BUG, "",
                                "planner \"%.*s\" knows too many kinds of operations",
                                STR_ARG(d->lane->planner)));
        return NULL;
    }
    struct desk_traits *t = &d->traits[d->n_traits];
    if (desk_fail(d, remote_describe(d->remote, kind, &t->traits, d->err))) {
        return NULL;
    }
    t->kind = kind;
    d->n_traits++;
    return &t->traits;
}

/* --- what the planner asks ------------------------------------------------------------ */

static int32_t on_lookup(void *self, uint32_t side, uint32_t noun, struct ferry_str by,
                         struct ferry_str value, struct ferry_found *found)
{
    struct desk *d = self;
    if (side == FERRY_SOURCE && !d->lane->source_dest) {
        return FERRY_OK; /* there is none, and nothing in it */
    }
    if (side == FERRY_SOURCE && !d->source_read) {
        d->source_missed = 1;
        return FERRY_E_STOP;
    }
    if (side != FERRY_SOURCE && d->no_signatures && noun == FERRY_CASE && str_is(by, "signature")) {
        memset((char *)found + sizeof found->size, 0, found->size - sizeof found->size);
        return FERRY_OK;
    }
    int64_t dest = side == FERRY_SOURCE ? d->lane->source_dest : d->lane->dest_id;
    return desk_fail(d,
                     index_lookup(&d->e->journal, dest, noun, by, value, &d->arena, found, d->err));
}

/* Lists of results may hold no names; then their case says which it is. */
static struct ferry_str name_in_hand(struct desk *d)
{
    const struct ferry_item *item = d->item;
    const struct ferry_ref *of = item->result ? ferry_ref_of(item, FERRY_CASE) : NULL;
    struct ferry_str name = item->name.len ? item->name
                            : item->result ? item->result->name
                                           : item->key;
    return name.len || !of ? name : arena_printf(&d->arena, "result of case %.*s", STR_ARG(of->id));
}

static int32_t on_skip(void *self, struct ferry_str reason, struct ferry_str detail)
{
    struct desk *d = self;
    d->skipped = 1;
    return desk_fail(d, db_run(d->e->journal.db, d->err,
                               "INSERT INTO skip(lane_id, reason, detail, name) VALUES(?, ?, ?, ?)",
                               "isss", d->lane->id, reason, detail, name_in_hand(d)));
}

int32_t desk_note(void *self, const struct ferry_note *note)
{
    struct desk *d = self;
    return desk_fail(
        d,
        db_run(d->e->journal.db, d->err,
               "INSERT INTO note(lane_id, kind, field, text, name) VALUES(?, ?, ?, ?, ?)", "iisss",
               d->lane->id, (int64_t)note->kind, note->field, note->text, name_in_hand(d)));
}

/* --- what should exist ------------------------------------------------------------------ */

/* Whether this is the result in hand itself: its operation is found by its item, not by its random key. */
static int is_own(const struct desk *d, uint32_t kind, struct ferry_str key)
{
    return kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT) && d->item_id && d->source_id.len == 16 &&
           key.len == UUID_TEXT - 1 && ferry_eq(key, d->item->source_id);
}

/* The row that a query of id, state, flags, remote_id, settled_ms leads to, if any. */
static int32_t take_op(struct desk *d, int32_t rc, struct db_rows *rows, struct desk_op *row)
{
    int got = rc ? 0 : db_step(rows);
    if (got > 0) {
        row->id = db_int(rows, 0);
        row->state = (int)db_int(rows, 1);
        row->flags = (uint32_t)db_int(rows, 2);
        row->remote_id = arena_str(&d->arena, db_str(rows, 3));
        row->settled_ms = db_int(rows, 4);
    }
    db_done(rows);
    return desk_fail(d, rc ? rc : got < 0 ? -got : FERRY_OK);
}

/* The result that another item of this run is. */
int32_t desk_find_other(struct desk *d, struct ferry_str key, struct desk_op *row)
{
    struct db_rows rows = {0};
    unsigned char id[16];
    if (!uuid_parse(key, id)) {
        return FERRY_OK;
    }
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT o.id, o.state, o.flags, o.remote_id, o.settled_ms FROM known k JOIN op o ON o.item_id = k.item_id"
        " WHERE k.run_id = ? AND k.source_id = ? AND o.dest_id = ? AND o.kind = ? AND o.source_id IS NOT NULL",
        "ibii", d->lane->run_id, (struct ferry_str){(const char *)id, sizeof id}, d->lane->dest_id,
        (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT));
    return take_op(d, rc, &rows, row);
}

int32_t desk_find_op(struct desk *d, uint32_t kind, struct ferry_str key, struct desk_op *row)
{
    struct db_rows rows = {0};
    struct db *db = d->e->journal.db;
    int own = is_own(d, kind, key);
    int32_t rc = FERRY_OK;
    memset(row, 0, sizeof *row);
    if (own && (d->item_id <= d->last_item || d->wanted)) {
        rc = db_query(db, &rows, d->err,
                      "SELECT id, state, flags, remote_id, settled_ms FROM op"
                      " WHERE dest_id = ? AND kind = ? AND item_id = ? AND source_id IS NOT NULL",
                      "iii", d->lane->dest_id, (int64_t)kind, d->item_id);
        rc = take_op(d, rc, &rows, row);
    }
    if (rc == FERRY_OK && !row->id && (!own || d->other_keys)) {
        rc = db_query(
            db, &rows, d->err,
            "SELECT id, state, flags, remote_id, settled_ms FROM op WHERE dest_id = ? AND kind = ? AND key = ?",
            "iis", d->lane->dest_id, (int64_t)kind, key);
        rc = take_op(d, rc, &rows, row);
    }
    if (rc == FERRY_OK && !row->id && !own && kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        rc = desk_find_other(d, key, row);
    }
    return rc;
}

/*
 * The id of an operation to be written: known before its row is, so that its references can be. Nobody else writes while a
 * plan is written.
 */
static int32_t next_op(struct desk *d, int64_t *id)
{
    struct ferry_error why = {.size = sizeof why};
    if (d->last_op == 0) {
        d->last_op =
            db_one_int(d->e->journal.db, 0, &why, "SELECT coalesce(MAX(id), 0) FROM op", "");
        if (why.status) {
            return desk_fail(d, ferry_fail(d->err, why.status, why.where, "%s", why.message));
        }
        d->counts->first_op = d->last_op + 1;
    }
    *id = ++d->last_op;
    return FERRY_OK;
}

int64_t desk_anchor(struct desk *d, const struct ferry_ref *ref)
{
    uint32_t kind = FERRY_OP(FERRY_CREATE, ref->noun);
    struct db *db = d->e->journal.db;
    struct ferry_str extra = {NULL, 0};
    struct desk_op row;
    if (desk_find_op(d, kind, ref->key, &row)) {
        return 0;
    }
    if (ref->n_extra) {
        buf_reset(&d->packed);
        desk_fail(d, pack_kv(&d->packed, ref->extra, ref->n_extra));
        extra = buf_str(&d->packed);
    }
    if (row.id && (row.state == OP_PLANNED || row.state == OP_REJECTED ||
                   (row.state == OP_DONE && !ferry_eq(row.remote_id, ref->id)))) {
        desk_fail(
            d,
            db_run(
                db, d->err,
                "UPDATE op SET state = 7, flags = flags | 9, remote_id = ?, extra = ?, text = NULL WHERE id = ?",
                "sbi", ref->id, extra, row.id));
    } else if (!row.id && next_op(d, &row.id) == FERRY_OK) {
        desk_fail(
            d,
            db_run(
                db, d->err,
                "INSERT INTO op(id, dest_id, lane_id, kind, act, key, state, flags, remote_id, extra) VALUES(?1, ?2, ?3, ?4, ?4, ?5, 7, 9, ?6, ?7)",
                "iiiissb", row.id, d->lane->dest_id, d->lane->id, (int64_t)kind, ref->key, ref->id,
                extra));
    }
    return d->rc ? 0 : row.id;
}

/* What an operation's row holds of the item. */
struct op_item {
    int64_t id, state;
    struct ferry_str packed; /* absent: the item is as it was captured */
    struct ferry_str remote_id;
};

/* With what is wanted now, and new bytes. */
static int32_t reopen_op(struct desk *d, const struct op_item *item, struct desk_binding *b)
{
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET lane_id = ?, item_id = ?, packed = ?, state = ?, act = kind, memory = NULL, edition = edition + 1, flags = flags & ~675, at_most = 0,"
        " settled_ms = NULL, not_before = 0, tries = 0, request_id = NULL, remote_id = NULL, extra = NULL, token = NULL, text = ?, scope_op = NULLIF(?, 0), waits = ? WHERE id = ?",
        "iibiziii", d->lane->id, item->id, item->packed, item->state,
        b->lost ? "needs what was rejected" : NULL, b->scope_op, (int64_t)b->waits, b->op_id);
}

static int32_t insert_op(struct desk *d, const struct ferry_action *action,
                         const struct op_item *item, const struct desk_binding *b)
{
    const struct ferry_str none = {NULL, 0};
    int own = is_own(d, action->kind, action->key);
    d->no_signatures &=
        action->kind != FERRY_OP(FERRY_CREATE, FERRY_CASE) || !str_starts(action->key, "sig:");
    return db_run(
        d->e->journal.db, d->err,
        "INSERT INTO op(id, dest_id, lane_id, kind, act, key, source_id, item_id, packed, state, remote_id, text, scope_op, waits)"
        " VALUES(?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULLIF(?12, 0), ?13)",
        "iiiisbibiszii", b->op_id, d->lane->dest_id, d->lane->id, (int64_t)action->kind,
        own ? none : action->key, own ? d->source_id : none, item->id, item->packed, item->state,
        item->remote_id, b->lost ? "needs what was rejected" : NULL, b->scope_op,
        (int64_t)b->waits);
}

/* References first: then the row is written once, with what they come to. */
static int32_t write_op(struct desk *d, const struct ferry_action *action,
                        const struct ferry_item *item, const struct ferry_traits *traits,
                        struct desk_binding *b)
{
    int stored = item == d->item && !d->changed;
    int virtual = traits->effect == FERRY_VIRTUAL;
    int again = b->op_id != 0;
    int of_item = item == d->item || is_own(d, action->kind, action->key);
    struct op_item row = {.id = of_item ? d->item_id : 0};
    int32_t rc =
        again ? db_run(d->e->journal.db, d->err, "DELETE FROM ref WHERE op_id = ?", "i", b->op_id)
              : next_op(d, &b->op_id);
    rc = rc ? rc : desk_bind(d, b, action, item, traits);
    if (rc == FERRY_OK && !stored && item) {
        buf_reset(&d->packed);
        rc = pack_item(&d->packed, item);
        row.packed = buf_str(&d->packed);
    }
    row.state = b->lost ? OP_REJECTED : virtual ? OP_DONE : OP_PLANNED;
    row.remote_id = virtual ? action->key : row.remote_id;
    if (rc == FERRY_OK) {
        rc = again ? reopen_op(d, &row, b) : insert_op(d, action, &row, b);
    }
    return desk_fail(d, rc);
}

/*
 * COMPLETE has something to say again when results of its run were delivered after it. Those of this plan are not known yet (a run comes before its
 * results): desk_close() looks at them.
 */
static int completes_again(struct desk *d, const struct desk_op *row)
{
    if (row->state != OP_DONE) {
        return 0;
    }
    d->complete_op = row->id;
    return db_one_int(
               d->e->journal.db, 0, d->err,
               "SELECT EXISTS(SELECT 1 FROM op c JOIN op o ON o.scope_op = c.scope_op WHERE c.id = ?"
               " AND o.id <> c.id AND (o.state < 7 OR (o.settled_ms > c.settled_ms AND NOT o.flags & 1)))",
               "i", row->id) != 0;
}

static int reopens(struct desk *d, const struct desk_op *row, const struct ferry_action *action,
                   const struct ferry_traits *traits)
{
    if (row->state == OP_REJECTED) {
        return 1;
    }
    return action->kind >> 16 == FERRY_COMPLETE ? completes_again(d, row)
                                                : desk_gone(d, row, action, traits);
}

static void count_want(struct desk *d, uint32_t kind, int fresh, int there)
{
    if (kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        d->counts->wanted++;
        d->counts->fresh += (uint64_t)fresh;
        d->counts->there += (uint64_t)there;
        d->wanted = 1;
    } else if (kind == FERRY_OP(FERRY_CREATE, FERRY_CASE)) {
        d->counts->new_cases += (uint64_t)fresh;
    }
}

int32_t desk_want(struct desk *d, const struct ferry_action *asked)
{
    struct ferry_action with_needs = *asked;
    const struct ferry_action *action = &with_needs;
    const struct ferry_item *item = action->item ? action->item : d->item;
    const struct ferry_traits *traits = desk_traits(d, action->kind);
    struct desk_binding b = {0};
    struct desk_op row;
    if (!traits || desk_find_op(d, action->kind, action->key, &row)) {
        return d->rc;
    }
    if (traits->effect == 0) {
        struct ferry_str detail = arena_printf(&d->arena, "%.*s cannot do this (operation %u)",
                                               STR_ARG(d->lane->label), action->kind);
        return on_skip(d, FERRY_LIT("not supported"), detail);
    }
    if (row.id && !reopens(d, &row, action, traits)) {
        count_want(d, action->kind, 0, row.state == OP_DONE);
        return d->rc;
    }
    b.op_id = row.id;
    count_want(d, action->kind, 1, 0);
    if (desk_needs(d, &with_needs)) {
        return d->rc;
    }
    int32_t rc = write_op(d, action, item, traits, &b);
    if (rc == FERRY_OK && row.id && action->kind == FERRY_OP(FERRY_CREATE, FERRY_RUN)) {
        /* the run went, and everything in it: it is all wanted again, and will say so itself */
        rc = desk_fail(d, db_run(d->e->journal.db, d->err,
                                 "UPDATE op SET state = 8 WHERE scope_op = ? AND state = 7", "i",
                                 row.id));
    }
    if (rc == FERRY_OK && d->matching && !row.id &&
        action->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        rc = desk_match(d, b.op_id, action, item);
    }
    return rc;
}

static int32_t on_want(void *self, const struct ferry_action *given)
{
    struct ferry_action action = {0};
    memcpy(&action, given, given->size < sizeof action ? given->size : sizeof action);
    return desk_want(self, &action);
}

struct ferry_desk desk_sink(struct desk *d)
{
    return (struct ferry_desk){
        .self = d, .lookup = on_lookup, .want = on_want, .skip = on_skip, .note = desk_note};
}

/* --- when all was said --------------------------------------------------------------------- */

int32_t desk_close(struct desk *d)
{
    int32_t rc = d->matching ? desk_match_rest(d) : FERRY_OK;
    if (rc == FERRY_OK && d->complete_op && d->counts->fresh > 0) {
        rc = db_run(
            d->e->journal.db, d->err,
            "UPDATE op SET state = 1, act = kind, edition = edition + 1, flags = flags & ~35, settled_ms = NULL, not_before = 0,"
            " tries = 0, request_id = NULL, text = NULL WHERE id = ? AND state = 7",
            "i", d->complete_op);
    }
    return desk_fail(d, rc ? rc : desk_bind_late(d));
}
