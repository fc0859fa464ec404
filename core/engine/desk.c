/* SPDX-License-Identifier: MIT */
/* desk.c - lookups, wants, skips and notes of a planner, written to the journal as they are said; see desk.h. */
#include "desk.h"

#include "identity.h"
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

static int32_t fail(struct desk *d, int32_t rc)
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
    struct desk_traits *t = &d->traits[d->n_traits < 15 ? d->n_traits++ : 15];
    t->kind = kind;
    return fail(d, remote_describe(d->remote, kind, &t->traits, d->err)) ? NULL : &t->traits;
}

/* --- what the planner asks ------------------------------------------------------------ */

static int32_t on_lookup(void *self, uint32_t side, uint32_t noun, struct ferry_str by,
                         struct ferry_str value, struct ferry_found *found)
{
    struct desk *d = self;
    if (side == FERRY_SOURCE && !d->source_read) {
        d->blind = 1;
        return FERRY_E_STOP;
    }
    int64_t dest = side == FERRY_SOURCE ? d->lane->source_dest : d->lane->dest_id;
    return fail(d, index_lookup(d->e->journal.db ? &d->e->journal : NULL, dest, noun, by, value,
                                &d->arena, found, d->err));
}

static struct ferry_str name_in_hand(const struct desk *d)
{
    const struct ferry_item *item = d->item;
    return item->name.len ? item->name : item->result ? item->result->name : item->key;
}

static int32_t on_skip(void *self, struct ferry_str reason, struct ferry_str detail)
{
    struct desk *d = self;
    d->skipped = 1;
    return fail(d, db_run(d->e->journal.db, d->err,
                          "INSERT INTO skip(lane_id, reason, detail, name) VALUES(?, ?, ?, ?)",
                          "isss", d->lane->id, reason, detail, name_in_hand(d)));
}

static int32_t on_note(void *self, const struct ferry_note *note)
{
    struct desk *d = self;
    return fail(d,
                db_run(d->e->journal.db, d->err,
                       "INSERT INTO note(lane_id, kind, field, text, name) VALUES(?, ?, ?, ?, ?)",
                       "iisss", d->lane->id, (int64_t)note->kind, note->field, note->text,
                       name_in_hand(d)));
}

/* --- what should exist ------------------------------------------------------------------ */

struct op_row {
    int64_t id, settled_ms;
    int state;
    uint32_t flags;
    struct ferry_str remote_id;
};

static int32_t find_op(struct desk *d, uint32_t kind, struct ferry_str key, struct op_row *row)
{
    struct db_rows rows = {0};
    memset(row, 0, sizeof *row);
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT id, state, flags, remote_id, settled_ms FROM op WHERE dest_id = ? AND kind = ? AND key = ?",
        "iis", d->lane->dest_id, (int64_t)kind, key);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        row->id = db_int(&rows, 0);
        row->state = (int)db_int(&rows, 1);
        row->flags = (uint32_t)db_int(&rows, 2);
        row->remote_id = arena_str(&d->arena, db_str(&rows, 3));
        row->settled_ms = db_int(&rows, 4);
    }
    db_done(&rows);
    return fail(d, rc);
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
            return fail(d, ferry_fail(d->err, why.status, why.where, "%s", why.message));
        }
    }
    *id = ++d->last_op;
    return FERRY_OK;
}

int64_t desk_anchor(struct desk *d, uint32_t noun, struct ferry_str key, struct ferry_str id)
{
    uint32_t kind = FERRY_OP(FERRY_CREATE, noun);
    struct db *db = d->e->journal.db;
    struct op_row row;
    if (find_op(d, kind, key, &row)) {
        return 0;
    }
    if (row.id && (row.state == OP_PLANNED || row.state == OP_REJECTED ||
                   (row.state == OP_DONE && !ferry_eq(row.remote_id, id)))) {
        fail(
            d,
            db_run(
                db, d->err,
                "UPDATE op SET state = 7, flags = flags | 9, remote_id = ?, text = NULL WHERE id = ?",
                "si", id, row.id));
    } else if (!row.id && next_op(d, &row.id) == FERRY_OK) {
        fail(
            d,
            db_run(
                db, d->err,
                "INSERT INTO op(id, dest_id, lane_id, kind, act, key, state, flags, remote_id) VALUES(?1, ?2, ?3, ?4, ?4, ?5, 7, 9, ?6)",
                "iiiiss", row.id, d->lane->dest_id, d->lane->id, (int64_t)kind, key, id));
    }
    return d->rc ? 0 : row.id;
}

/* What is written about the references of one operation. */
struct binding {
    int64_t op_id, scope_op;
    uint32_t n, waits;
    int lost; /* a required target was rejected */
};

/* The operation that makes the run. Every result asks for the same one, so the last answer is kept. */
static int32_t bind_scope(struct desk *d, struct binding *b, const struct ferry_ref *ref)
{
    struct op_row target = {0};
    if (d->scope_op && d->scope_noun == ref->noun && ref->key.len &&
        ferry_eq(buf_str(&d->scope_key), ref->key)) {
        b->scope_op = d->scope_op;
        return FERRY_OK;
    }
    if (ref->key.len && find_op(d, FERRY_OP(FERRY_CREATE, ref->noun), ref->key, &target)) {
        return d->rc;
    }
    b->scope_op = target.id     ? target.id
                  : ref->id.len ? desk_anchor(d, ref->noun, ref->key, ref->id)
                                : 0;
    if (d->rc || !b->scope_op) {
        return d->rc
                   ? d->rc
                   : fail(
                         d,
                         ferry_fail(
                             d->err, FERRY_E_BUG, "",
                             "planner \"%.*s\" puts a result into run \"%.*s\" that it did not plan",
                             STR_ARG(d->lane->planner), STR_ARG(ref->key)));
    }
    buf_reset(&d->scope_key);
    d->scope_op = buf_put(&d->scope_key, ref->key) ? 0 : b->scope_op;
    d->scope_noun = ref->noun;
    return FERRY_OK;
}

static int32_t bind_one(struct desk *d, struct binding *b, const struct ferry_traits *traits,
                        const struct ferry_ref *ref)
{
    struct op_row target = {0};
    if (traits->scope && ref->role == traits->scope) {
        return bind_scope(d, b, ref);
    }
    if (ref->key.len && find_op(d, FERRY_OP(FERRY_CREATE, ref->noun), ref->key, &target)) {
        return d->rc;
    }
    struct ferry_str id = ref->id.len               ? ref->id
                          : target.state == OP_DONE ? target.remote_id
                                                    : (struct ferry_str){NULL, 0};
    int open = target.id && target.state < OP_DONE && !id.ptr;
    b->waits += open ? 1 : 0;
    b->lost |= !id.ptr && target.state == OP_REJECTED && !(ref->flags & FERRY_REF_OPTIONAL);
    return fail(
        d,
        db_run(
            d->e->journal.db, d->err,
            target.id
                ? "INSERT INTO ref(op_id, n, role, noun, flags, key, id, target) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
                : "INSERT INTO ref(op_id, n, role, noun, flags, key, id) VALUES(?, ?, ?, ?, ?, ?, ?)",
            target.id ? "iiiiissi" : "iiiiiss", b->op_id, (int64_t)b->n++, (int64_t)ref->role,
            (int64_t)ref->noun, (int64_t)ref->flags, ref->key, id, target.id));
}

static int32_t want(struct desk *d, const struct ferry_action *action);

static int32_t bind_attachment(struct desk *d, struct binding *b, const struct ferry_attachment *a)
{
    const uint32_t kind = FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT);
    const struct ferry_traits *traits = a->blob ? desk_traits(d, kind) : NULL;
    if (!traits) {
        return d->rc;
    }
    if (traits->effect == 0) {
        struct ferry_note note = {.size = sizeof note,
                                  .kind = FERRY_NOTE_SKIPPED,
                                  .field = FERRY_LIT("attachment"),
                                  .text = a->name};
        return on_note(d, &note);
    }
    struct ferry_item item = {.size = sizeof item,
                              .noun = FERRY_ATTACHMENT,
                              .key = a->blob->digest,
                              .name = a->name,
                              .attachment = a};
    struct ferry_action action = {
        .size = sizeof action, .kind = kind, .key = a->blob->digest, .item = &item};
    struct ferry_ref ref = {.size = sizeof ref,
                            .role = FERRY_ATTACHMENT,
                            .noun = FERRY_ATTACHMENT,
                            .flags = FERRY_REF_OPTIONAL,
                            .key = a->blob->digest};
    int32_t rc = want(d, &action);
    return rc ? rc : bind_one(d, b, &(struct ferry_traits){.scope = 0}, &ref);
}

static int32_t bind_steps(struct desk *d, struct binding *b, const struct ferry_step *const *steps,
                          uint32_t n, int depth)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && depth < 32 && rc == FERRY_OK; i++) {
        for (uint32_t k = 0; k < steps[i]->n_attachments && rc == FERRY_OK; k++) {
            rc = bind_attachment(d, b, steps[i]->attachments[k]);
        }
        rc = rc ? rc : bind_steps(d, b, steps[i]->steps, steps[i]->n_steps, depth + 1);
    }
    return rc;
}

static int32_t bind_all(struct desk *d, struct binding *b, const struct ferry_action *action,
                        const struct ferry_item *item, const struct ferry_traits *traits)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < action->n_refs && rc == FERRY_OK; i++) {
        rc = bind_one(d, b, traits, action->refs[i]);
    }
    const struct ferry_result *result = item ? item->result : NULL;
    for (uint32_t i = 0; result && i < result->n_attachments && rc == FERRY_OK; i++) {
        rc = bind_attachment(d, b, result->attachments[i]);
    }
    return rc ? rc : result ? bind_steps(d, b, result->steps, result->n_steps, 0) : FERRY_OK;
}

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

/* A new result of a run that holds some: is it among them? By wire id now; by likeness, to those that came another way, when all wire ids are taken. */
static int32_t match_result(struct desk *d, int64_t op_id, const struct ferry_action *action,
                            const struct ferry_item *item)
{
    char wire[UUID_TEXT], id[128];
    unsigned char like[16];
    struct db *db = d->e->journal.db;
    identity_wire(action->key, d->lane->account, d->lane->project, ferry_cstr(d->run.id), wire);
    if (index_take_wire(&d->e->journal, ferry_cstr(wire), id)) {
        d->counts->there++;
        d->counts->fresh--;
        return fail(d,
                    db_run(db, d->err,
                           "UPDATE op SET state = 7, flags = flags | 1, remote_id = ? WHERE id = ?",
                           "si", ferry_cstr(id), op_id));
    }
    identity_likeness(known_by(d, action, item), item->result, like);
    return fail(d, db_run(db, d->err,
                          "INSERT INTO temp.candidate(op_id, likeness, way) VALUES(?, ?, ?)", "ibi",
                          op_id, (struct ferry_str){(const char *)like, sizeof like},
                          (int64_t)identity_way(action->key)));
}

/* What an operation's row holds of the item. */
struct op_item {
    int64_t id, state;
    struct ferry_str packed; /* absent: the item is as it was captured */
    struct ferry_str remote_id;
};

/* With what is wanted now, and new bytes. */
static int32_t reopen_op(struct desk *d, const struct op_item *item, struct binding *b)
{
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET lane_id = ?, item_id = ?, packed = ?, state = ?, act = kind, memory = NULL, edition = edition + 1, flags = flags & ~3, most = 0,"
        " not_before = 0, tries = 0, request_id = NULL, remote_id = NULL, extra = NULL, token = NULL, text = ?, scope_op = NULLIF(?, 0), waits = ? WHERE id = ?",
        "iibiziii", d->lane->id, item->id, item->packed, item->state,
        b->lost ? "needs what was rejected" : NULL, b->scope_op, (int64_t)b->waits, b->op_id);
}

static int32_t insert_op(struct desk *d, const struct ferry_action *action,
                         const struct op_item *item, const struct binding *b)
{
    return db_run(
        d->e->journal.db, d->err,
        "INSERT INTO op(id, dest_id, lane_id, kind, act, key, item_id, packed, state, remote_id, text, scope_op, waits)"
        " VALUES(?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULLIF(?11, 0), ?12)",
        "iiiisibiszii", b->op_id, d->lane->dest_id, d->lane->id, (int64_t)action->kind, action->key,
        item->id, item->packed, item->state, item->remote_id,
        b->lost ? "needs what was rejected" : NULL, b->scope_op, (int64_t)b->waits);
}

/* References first: then the row is written once, with what they come to. */
static int32_t write_op(struct desk *d, const struct ferry_action *action,
                        const struct ferry_item *item, const struct ferry_traits *traits,
                        struct binding *b)
{
    int stored = item == d->item && !d->changed;
    int virtual = traits->effect == FERRY_VIRTUAL;
    int again = b->op_id != 0;
    struct op_item row = {.id = item == d->item ? d->item_id : 0};
    int32_t rc =
        again ? db_run(d->e->journal.db, d->err, "DELETE FROM ref WHERE op_id = ?", "i", b->op_id)
              : next_op(d, &b->op_id);
    rc = rc ? rc : bind_all(d, b, action, item, traits);
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
    return fail(d, rc);
}

/* Is what was done still there? Only where its run was read just now, and lists had the time to show it. */
static int gone(struct desk *d, const struct op_row *row, const struct ferry_action *action)
{
    char wire[UUID_TEXT], id[128];
    struct ferry_traits settle = {.size = sizeof settle};
    if (row->state != OP_DONE) {
        return 0;
    }
    if (action->kind == FERRY_OP(FERRY_CREATE, FERRY_RUN)) {
        return d->run.count == 0; /* wanted, so it was looked for and not found */
    }
    if (action->kind == FERRY_OP(FERRY_CREATE, FERRY_CASE)) {
        return d->e->clock->now_ms(d->e->clock) - row->settled_ms >
               remote_settle_ms(d->remote, &settle);
    }
    if (action->kind != FERRY_OP(FERRY_CREATE, FERRY_RESULT) || d->run.count == 0) {
        return 0;
    }
    identity_wire(action->key, d->lane->account, d->lane->project, ferry_cstr(d->run.id), wire);
    if (index_take_wire(&d->e->journal, ferry_cstr(wire), id)) {
        return 0;
    }
    if (index_has_id(&d->e->journal, row->remote_id)) {
        fail(d, db_run(d->e->journal.db, d->err, "UPDATE temp.listed SET taken = 1 WHERE id = ?",
                       "s", row->remote_id));
        return 0;
    }
    return d->e->clock->now_ms(d->e->clock) - row->settled_ms >
           remote_settle_ms(d->remote, &settle);
}

/* COMPLETE has something to say again when there are new results, or when it was refused before. */
static int reopens(struct desk *d, const struct op_row *row, const struct ferry_action *action)
{
    if (row->state == OP_REJECTED) {
        return 1;
    }
    if (action->kind >> 16 == FERRY_COMPLETE && row->state == OP_DONE) {
        return db_one_int(d->e->journal.db, 0, d->err,
                          "SELECT EXISTS(SELECT 1 FROM op WHERE lane_id = ? AND state < 7)", "i",
                          d->lane->id) != 0 ||
               d->counts->fresh > 0;
    }
    return gone(d, row, action);
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

static int32_t want(struct desk *d, const struct ferry_action *action)
{
    const struct ferry_item *item = action->item ? action->item : d->item;
    const struct ferry_traits *traits = desk_traits(d, action->kind);
    struct binding b = {0};
    struct op_row row;
    if (!traits || find_op(d, action->kind, action->key, &row)) {
        return d->rc;
    }
    if (traits->effect == 0) {
        struct ferry_str detail = arena_printf(&d->arena, "%.*s cannot do this (operation %u)",
                                               STR_ARG(d->lane->label), action->kind);
        return on_skip(d, FERRY_LIT("not supported"), detail);
    }
    if (row.id && !reopens(d, &row, action)) {
        count_want(d, action->kind, 0, row.state == OP_DONE);
        return d->rc;
    }
    b.op_id = row.id;
    count_want(d, action->kind, 1, 0);
    int32_t rc = write_op(d, action, item, traits, &b);
    if (rc == FERRY_OK && row.id && action->kind == FERRY_OP(FERRY_CREATE, FERRY_RUN)) {
        /* the run went, and everything in it: it is all wanted again, and will say so itself */
        rc = fail(d,
                  db_run(d->e->journal.db, d->err,
                         "UPDATE op SET state = 8 WHERE scope_op = ? AND state = 7", "i", row.id));
    }
    if (rc == FERRY_OK && d->matching && !row.id &&
        action->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        rc = match_result(d, b.op_id, action, item);
    }
    return rc;
}

static int32_t on_want(void *self, const struct ferry_action *given)
{
    struct ferry_action action = {0};
    memcpy(&action, given, given->size < sizeof action ? given->size : sizeof action);
    return want(self, &action);
}

struct ferry_desk desk_sink(struct desk *d)
{
    return (struct ferry_desk){
        .self = d, .lookup = on_lookup, .want = on_want, .skip = on_skip, .note = on_note};
}

/* --- when all was said --------------------------------------------------------------------- */

static int32_t match_likeness(struct desk *d)
{
    struct db *db = d->e->journal.db;
    struct db_rows rows = {0};
    char id[128];
    int got = 0;
    int32_t rc = db_query(db, &rows, d->err,
                          "SELECT op_id, likeness, way FROM temp.candidate ORDER BY op_id", "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int64_t op = db_int(&rows, 0);
        if (index_take_like(&d->e->journal, (const unsigned char *)db_str(&rows, 1).ptr,
                            (enum identity_way)db_int(&rows, 2), id)) {
            d->counts->there++;
            d->counts->fresh--;
            rc = db_run(db, d->err,
                        "UPDATE op SET state = 7, flags = flags | 1, remote_id = ? WHERE id = ?",
                        "si", ferry_cstr(id), op);
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* References to what was planned later find their target now; one that nobody planned is a fault, said by name. */
static int32_t bind_late(struct desk *d)
{
    struct db *db = d->e->journal.db;
    int32_t rc = db_run(
        db, d->err,
        "UPDATE ref SET target = (SELECT t.id FROM op t WHERE t.dest_id = ? AND t.kind = (3 << 16 | ref.noun) AND t.key = ref.key)"
        " WHERE target IS NULL AND id IS NULL"
        " AND EXISTS(SELECT 1 FROM op o WHERE o.id = ref.op_id AND o.dest_id = ? AND o.state = 1 AND o.lane_id = ?)",
        "iii", d->lane->dest_id, d->lane->dest_id, d->lane->id);
    if (rc == FERRY_OK && db_changes(db) > 0) {
        rc = db_run(
            db, d->err,
            "UPDATE op SET waits = (SELECT COUNT(*) FROM ref r JOIN op t ON t.id = r.target WHERE r.op_id = op.id AND r.id IS NULL AND t.state < 7)"
            " WHERE dest_id = ? AND state = 1 AND lane_id = ?",
            "ii", d->lane->dest_id, d->lane->id);
        rc =
            rc ? rc
               : db_run(
                     db, d->err,
                     "UPDATE op SET state = 8, text = 'refers to what is neither there nor planned' WHERE dest_id = ? AND state = 1 AND lane_id = ?"
                     " AND EXISTS(SELECT 1 FROM ref r WHERE r.op_id = op.id AND r.id IS NULL AND r.target IS NULL AND r.flags & 1 = 0)",
                     "ii", d->lane->dest_id, d->lane->id);
    }
    return rc;
}

int32_t desk_close(struct desk *d)
{
    int32_t rc = d->matching ? match_likeness(d) : FERRY_OK;
    return fail(d, rc ? rc : bind_late(d));
}
