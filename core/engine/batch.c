/* SPDX-License-Identifier: MIT */
/* batch.c - see batch.h. */
#include "batch.h"

#include "identity.h"
#include "lane.h"
#include "pack.h"
#include "step.h"

#include <text.h>

enum {
    BATCH_MEMORY = 256 << 20,
    BATCH_BYTES = 8 << 20,
    BATCH_ITEMS = 10000, /* room is made for all of them, whatever a plugin says */
    LOOK_TOGETHER = 100,
    AUDIT_TOGETHER = 1000
};

void batch_init(struct batch *b)
{
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, BATCH_MEMORY);
}

void batch_finish(struct batch *b)
{
    arena_finish(&b->arena);
    memset(b, 0, sizeof *b);
}

void batch_cut(struct batch *b, uint32_t n)
{
    b->n = n < b->n ? n : b->n;
}

#define COLUMNS                                                                                               \
    "SELECT o.id, o.lane_id, o.kind, o.act, " OP_KEY                                                          \
    ", o.flags, o.edition, o.tries, o.at_most, o.request_id, o.remote_id, o.extra,"                           \
    " o.token, o.memory, o.scope_op, s.remote_id, s.extra, s.key, coalesce(o.packed, i.packed), i.source_id," \
    " (SELECT COUNT(*) FROM ref f WHERE f.op_id = o.id)"                                                      \
    " FROM op o LEFT JOIN op s ON s.id = o.scope_op LEFT JOIN item i ON i.id = o.item_id "

/*
 * A run is closed when everything in it is settled; and, where the user wants it so, nothing of it was rejected. One that has to stay open
 * keeps no other open that comes after it.
 */
static int32_t select_closing(struct remote *r, struct db_rows *rows, int64_t act,
                              struct ferry_error *err)
{
    static const char any[] = COLUMNS "WHERE o.dest_id = ?1 AND o.state = 1 AND " OP_QUEUED(
        "o.") " AND o.act = ?2 AND o.waits = 0 AND o.not_before <= ?3"
              " AND s.state = 7 AND ?4 = ?4 ORDER BY o.id LIMIT 1";
    static const char settled[] = COLUMNS "WHERE o.dest_id = ?1 AND o.state = 1 AND " OP_QUEUED(
        "o.") " AND o.act = ?2 AND o.waits = 0 AND o.not_before <= ?3"
              " AND s.state = 7 AND NOT EXISTS(SELECT 1 FROM op q WHERE q.scope_op = o.scope_op AND q.settled_ms IS NULL AND q.state < 7 AND q.id <> o.id)"
              " AND NOT EXISTS(SELECT 1 FROM op q JOIN lane l ON l.id = q.lane_id WHERE q.scope_op = o.scope_op AND q.state = 8 AND l.flags & ?4)"
              " ORDER BY o.id LIMIT 1";
    return db_query(r->journal->db, rows, err, BROKEN(complete_early) ? any : settled, "iiii",
                    r->dest_id, act, r->clock->now_ms(r->clock), (int64_t)LANE_HOLD_ON_REJECT);
}

#define READY                                                                                      \
    "WHERE o.dest_id = ? AND o.state = 1 AND " OP_QUEUED(                                          \
        "o.") " AND o.act = ? AND o.id > ? AND o.waits = 0 AND o.not_before <= ?"                  \
              " AND (o.scope_op IS NULL OR s.state = 7) ORDER BY o.id LIMIT ?"

static int32_t select_rows(struct remote *r, struct db_rows *rows, enum batch_of of, int64_t act,
                           const struct batch *b, uint32_t limit, struct ferry_error *err)
{
    int64_t now = r->clock->now_ms(r->clock);
    struct db *db = r->journal->db;
    switch (of) {
    case BATCH_REQUEST:
        return db_query(db, rows, err,
                        COLUMNS "WHERE o.request_id = ? AND o.state < 7 ORDER BY o.id", "i", act);
    case BATCH_DOUBT:
        return db_query(db, rows, err,
                        COLUMNS "WHERE o.dest_id = ? AND o.state = 5 AND " OP_QUEUED(
                            "o.") " AND o.act = ? AND o.not_before <= ? ORDER BY o.id LIMIT ?",
                        "iiii", r->dest_id, act, now, (int64_t)limit);
    case BATCH_AUDIT:
        return db_query(
            db, rows, err,
            COLUMNS
            "WHERE o.dest_id = ? AND o.state = 7 AND o.flags & 4 AND o.kind = ? ORDER BY o.id LIMIT 1000",
            "ii", r->dest_id, act);
    case BATCH_MADE:
        return db_query(
            db, rows, err,
            COLUMNS
            "WHERE o.lane_id = ? AND o.kind = ? AND o.state = 7 AND o.flags & 129 = 0 AND (o.kind = 196611 OR o.kind = 196612 OR o.kind = 196614)"
            " ORDER BY o.id LIMIT 1000",
            "ii", b->lane, act);
    case BATCH_ACCEPTED:
        return db_query(db, rows, err, COLUMNS "WHERE o.id = ? AND o.state = 4", "i", act);
    case BATCH_TOKEN:
        return db_query(
            db, rows, err,
            COLUMNS
            "WHERE o.request_id = (SELECT t.request_id FROM op t WHERE t.id = ?1) AND o.state < 7 AND o.state = 4"
            " AND o.token IS (SELECT t.token FROM op t WHERE t.id = ?1) ORDER BY o.id",
            "i", act);
    default:
        return db_query(db, rows, err, COLUMNS READY, "iiiii", r->dest_id, act,
                        of == BATCH_NEXT ? b->after : 0, now, (int64_t)limit);
    }
}

/* --- references ------------------------------------------------------------------------ */

static void take_ref(struct batch *b, struct ferry_ref *ref, const struct db_rows *rows)
{
    struct arena *a = &b->arena;
    ref->size = sizeof *ref;
    ref->role = (uint32_t)db_int(rows, 0);
    ref->noun = (uint32_t)db_int(rows, 1);
    ref->flags = (uint32_t)db_int(rows, 2);
    ref->key = arena_str(a, db_str(rows, 3));
    ref->id = arena_str(a, db_is_null(rows, 4) ? db_str(rows, 5) : db_str(rows, 4));
    unpack_kv(arena_str(a, db_str(rows, 6)), a, &ref->extra, &ref->n_extra);
    if (!ref->id.ptr) {
        ref->flags |= FERRY_REF_MISSING;
    }
}

static int32_t load_refs(struct batch *b, struct remote *r, int64_t op, uint32_t n,
                         const struct ferry_ref *scope, struct ferry_item *item,
                         struct ferry_error *err)
{
    uint32_t i = 0;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = FERRY_OK;
    const struct ferry_ref **list = arena_array(&b->arena, const struct ferry_ref *, n + 1);
    struct ferry_ref *refs = arena_array(&b->arena, struct ferry_ref, n + 1);
    if (!list || !refs) {
        return b->arena.failed;
    }
    if (scope) {
        list[i++] = scope;
    }
    if (n > 0) {
        rc = db_query(
            r->journal->db, &rows, err,
            "SELECT f.role, f.noun, f.flags, f.key, f.id, CASE WHEN t.state = 7 OR f.flags & 4 THEN t.remote_id END, t.extra"
            " FROM ref f LEFT JOIN op t ON t.id = f.target WHERE f.op_id = ? ORDER BY f.n",
            "i", op);
        for (uint32_t k = 0; rc == FERRY_OK && k < n && (got = db_step(&rows)) > 0; k++) {
            take_ref(b, &refs[k], &rows);
            list[i++] = &refs[k];
        }
        db_done(&rows);
    }
    item->refs = list;
    item->n_refs = i;
    return rc ? rc : got < 0 ? -got : b->arena.failed;
}

/* --- one operation ----------------------------------------------------------------------- */

static const struct ferry_ref *scope_ref(struct batch *b, const struct db_rows *rows)
{
    if (!db_int(rows, 14)) {
        return NULL;
    }
    struct ferry_ref *ref = arena_new(&b->arena, struct ferry_ref);
    if (ref) {
        ref->size = sizeof *ref;
        ref->role = ref->noun = b->traits.scope;
        ref->id = arena_str(&b->arena, db_str(rows, 15));
        unpack_kv(arena_str(&b->arena, db_str(rows, 16)), &b->arena, &ref->extra, &ref->n_extra);
        ref->key = arena_str(&b->arena, db_str(rows, 17));
    }
    return ref;
}

static struct ferry_item *load_item(struct batch *b, const struct db_rows *rows,
                                    struct ferry_error *err)
{
    struct ferry_item *item = NULL;
    struct ferry_str packed = db_str(rows, 18), source = db_str(rows, 19);
    char id[UUID_TEXT];
    if (!packed.ptr) {
        item = arena_new(&b->arena, struct ferry_item);
        if (item) {
            *item = (struct ferry_item){.size = sizeof *item, .noun = b->act & 0xffff};
        }
    } else if (unpack_item(arena_str(&b->arena, packed), &b->arena, &item, err)) {
        return NULL;
    }
    if (item && !item->source_id.ptr && source.len == 16) {
        uuid_text((const unsigned char *)source.ptr, id);
        item->source_id = arena_str(&b->arena, ferry_cstr(id));
    }
    return item;
}

static struct ferry_str marker_of(const struct batch *b, const struct ferry_op *op)
{
    if (op->item->noun == FERRY_RESULT) {
        return b->traits.effect == FERRY_ONCE ? op->wire_id : (struct ferry_str){NULL, 0};
    }
    return op->item->marker;
}

static int32_t load_row(struct batch *b, struct remote *r, const struct db_rows *rows,
                        struct ferry_error *err)
{
    struct arena *a = &b->arena;
    struct batch_op *row = &b->rows[b->n];
    struct ferry_op *op = &b->ops[b->n];
    char wire[UUID_TEXT], own[UUID_TEXT];
    *row = (struct batch_op){.id = db_int(rows, 0),
                             .lane_id = db_int(rows, 1),
                             .kind = (uint32_t)db_int(rows, 2),
                             .flags = (uint32_t)db_int(rows, 5),
                             .tries = (uint32_t)db_int(rows, 7),
                             .most = (uint32_t)db_int(rows, 8),
                             .request_id = db_int(rows, 9),
                             .scope_op = db_int(rows, 14)};
    row->token = arena_str(a, db_str(rows, 12));
    const struct ferry_ref *scope = scope_ref(b, rows);
    struct ferry_item *item = load_item(b, rows, err);
    if (!item) {
        return a->failed ? ferry_fail(err, a->failed, "", "operations waiting: %s",
                                      ferry_status_text(a->failed))
                         : FERRY_E_STATE;
    }
    int32_t rc = load_refs(b, r, row->id, (uint32_t)db_int(rows, 20), scope, item, err);
    identity_wire(journal_op_key(rows, 4, own), r->target->account, r->target->project,
                  scope ? scope->id : (struct ferry_str){NULL, 0}, wire);
    *op = (struct ferry_op){.size = sizeof *op,
                            .kind = b->act,
                            .edition = (uint32_t)db_int(rows, 6),
                            .wire_id = arena_str(a, ferry_cstr(wire)),
                            .id = arena_str(a, db_str(rows, 10)),
                            .state = arena_str(a, db_str(rows, 13)),
                            .item = item};
    if (!op->id.ptr && scope && b->act >> 16 != FERRY_CREATE) {
        op->id = scope->id; /* update, complete: the thing itself is what the reference names */
    }
    unpack_kv(arena_str(a, db_str(rows, 11)), a, &op->extra, &op->n_extra);
    op->marker = marker_of(b, op);
    row->name = item->name.len ? item->name : item->result ? item->result->name : item->key;
    b->ptrs[b->n++] = op;
    return rc ? rc : a->failed;
}

/* Of what kind they are, their rows say; and all of them are wanted. */
static int has_kinds(enum batch_of of)
{
    return of == BATCH_REQUEST || of == BATCH_ACCEPTED || of == BATCH_TOKEN;
}

static int names_all(enum batch_of of)
{
    return has_kinds(of) || of == BATCH_AUDIT || of == BATCH_MADE;
}

/* 1 where the row can no longer join what is loaded. */
static int is_full(const struct batch *b, const struct db_rows *rows, enum batch_of of,
                   uint64_t bytes)
{
    if (b->n == 0 || names_all(of)) {
        return 0;
    }
    int64_t most = db_int(rows, 8);
    uint32_t first = b->rows[0].most;
    return bytes > BATCH_BYTES || db_int(rows, 14) != b->rows[0].scope_op ||
           (most && b->n >= (uint32_t)most) || (first && b->n >= first);
}

/* How many there can be at most: room is made for all of them at once. */
static int32_t count_room(struct batch *b, struct remote *r, enum batch_of of, int64_t act,
                          uint32_t limit, struct ferry_error *err)
{
    struct ferry_error own = {.size = sizeof own};
    struct db *db = r->journal->db;
    if (of == BATCH_REQUEST) {
        b->room = (uint32_t)db_one_int(
            db, 0, &own, "SELECT COUNT(*) FROM op WHERE request_id = ? AND state < 7", "i", act);
    } else if (of == BATCH_TOKEN) {
        b->room = (uint32_t)db_one_int(
            db, 0, &own,
            "SELECT COUNT(*) FROM op WHERE request_id = (SELECT request_id FROM op WHERE id = ?) AND state < 7",
            "i", act);
    } else if (of == BATCH_ACCEPTED) {
        b->room = 1;
    } else {
        b->room = of == BATCH_AUDIT || of == BATCH_MADE ? AUDIT_TOGETHER : limit;
    }
    return own.status ? ferry_fail(err, own.status, own.where, "%s", own.message) : FERRY_OK;
}

int32_t batch_load(struct batch *b, struct remote *r, enum batch_of of, int64_t act,
                   struct ferry_error *err)
{
    struct db_rows rows = {0};
    uint64_t bytes = 0;
    uint32_t limit = LOOK_TOGETHER;
    int got = 0;
    arena_reset(&b->arena);
    b->n = 0;
    b->act = has_kinds(of) ? 0 : (uint32_t)act;
    int32_t rc = b->act ? remote_describe(r, b->act, &b->traits, err) : FERRY_OK;
    limit = of == BATCH_READY || of == BATCH_NEXT ? MOST(b->traits.max_items) : limit;
    limit = limit > BATCH_ITEMS ? BATCH_ITEMS : limit;
    rc = rc ? rc : count_room(b, r, of, act, limit, err);
    if (rc || b->room == 0) {
        return rc;
    }
    b->rows = arena_array(&b->arena, struct batch_op, b->room);
    b->ops = arena_array(&b->arena, struct ferry_op, b->room);
    b->ptrs = arena_array(&b->arena, const struct ferry_op *, b->room);
    if (rc || b->arena.failed) {
        return rc ? rc : b->arena.failed;
    }
    rc = of == BATCH_READY && (b->traits.flags & FERRY_CLOSES)
             ? select_closing(r, &rows, act, err)
             : select_rows(r, &rows, of, act, b, limit, err);
    while (rc == FERRY_OK && b->n < b->room && (got = db_step(&rows)) > 0) {
        if (!b->act) {
            b->act = (uint32_t)db_int(&rows, 3);
            rc = remote_describe(r, b->act, &b->traits, err);
        }
        if (is_full(b, &rows, of, bytes)) {
            break;
        }
        bytes += db_str(&rows, 18).len;
        rc = rc ? rc : load_row(b, r, &rows, err);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t batch_is_next(const struct batch *b, struct remote *r, int *same, struct ferry_error *err)
{
    struct db_rows rows = {0};
    uint32_t n = 0;
    int got = 0;
    int32_t rc = db_query(
        r->journal->db, &rows, err,
        "SELECT o.id, o.edition, o.at_most FROM op o LEFT JOIN op s ON s.id = o.scope_op " READY,
        "iiiii", r->dest_id, (int64_t)b->act, (int64_t)0, r->clock->now_ms(r->clock),
        (int64_t)b->n);
    *same = rc == FERRY_OK;
    while (rc == FERRY_OK && *same && (got = db_step(&rows)) > 0) {
        *same = n < b->n && db_int(&rows, 0) == b->rows[n].id &&
                db_int(&rows, 1) == b->ops[n].edition && db_int(&rows, 2) == b->rows[n].most;
        n++;
    }
    db_done(&rows);
    *same = *same && n == b->n;
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}
