/* SPDX-License-Identifier: MIT */
/*
 * desk_bind.c - what an operation refers to: the run that it goes into, cases, files, other results. Found among what is there or planned; what is planned
 * later is bound when all was said.
 */
#include "desk.h"

#include <text.h>

/* The operation that makes the run. Every result asks for the same one, so the last answer is kept. */
static int32_t bind_scope(struct desk *d, struct desk_binding *b, const struct ferry_ref *ref)
{
    struct desk_op target = {0};
    if (d->scope_op && d->scope_noun == ref->noun && ref->key.len &&
        ferry_eq(buf_str(&d->scope_key), ref->key)) {
        b->scope_op = d->scope_op;
        return FERRY_OK;
    }
    if (ref->key.len && desk_find_op(d, FERRY_OP(FERRY_CREATE, ref->noun), ref->key, &target)) {
        return d->rc;
    }
    b->scope_op = target.id ? target.id : ref->id.len ? desk_anchor(d, ref) : 0;
    if (d->rc || !b->scope_op) {
        return d->rc
                   ? d->rc
                   : desk_fail(
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

static int32_t bind_one(struct desk *d, struct desk_binding *b, const struct ferry_traits *traits,
                        const struct ferry_ref *ref)
{
    struct desk_op target = {0};
    if (traits->scope && ref->role == traits->scope) {
        return bind_scope(d, b, ref);
    }
    if (ref->key.len && desk_find_op(d, FERRY_OP(FERRY_CREATE, ref->noun), ref->key, &target)) {
        return d->rc;
    }
    if (ref->id.len && ref->key.len && ref->n_extra) { /* more than its id is known of it */
        target.id = desk_anchor(d, ref);
        target.state = OP_DONE;
    }
    struct ferry_str id = ref->id.len               ? ref->id
                          : target.state == OP_DONE ? target.remote_id
                                                    : (struct ferry_str){NULL, 0};
    int open = target.id && target.state < OP_DONE && !id.ptr;
    b->waits += open ? 1 : 0;
    b->lost |= !id.ptr && target.state == OP_REJECTED && !(ref->flags & FERRY_REF_OPTIONAL);
    return desk_fail(
        d,
        db_run(
            d->e->journal.db, d->err,
            target.id
                ? "INSERT INTO ref(op_id, n, role, noun, flags, key, id, target) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
                : "INSERT INTO ref(op_id, n, role, noun, flags, key, id) VALUES(?, ?, ?, ?, ?, ?, ?)",
            target.id ? "iiiiissi" : "iiiiiss", b->op_id, (int64_t)b->n++, (int64_t)ref->role,
            (int64_t)ref->noun, (int64_t)ref->flags, ref->key, id, target.id));
}

static int32_t bind_attachment(struct desk *d, struct desk_binding *b,
                               const struct ferry_attachment *a)
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
        return desk_note(d, &note);
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
    int32_t rc = desk_want(d, &action);
    return rc ? rc : bind_one(d, b, &(struct ferry_traits){.scope = 0}, &ref);
}

/*
 * A text that is too long for the model goes the way of an attachment, and its result names it by the same digest. One over the
 * limit stays here: who read it said so, and the codec tells that it is left out.
 */
static int32_t bind_text(struct desk *d, struct desk_binding *b, const char *name,
                         const struct ferry_blob *blob)
{
    struct ferry_attachment a = {
        .size = sizeof a, .name = ferry_cstr(name), .mime = FERRY_LIT("text/plain"), .blob = blob};
    return blob && blob->bytes <= d->e->max_attachment ? bind_attachment(d, b, &a) : FERRY_OK;
}

static int32_t bind_steps(struct desk *d, struct desk_binding *b,
                          const struct ferry_step *const *steps, uint32_t n, int depth)
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

int32_t desk_bind(struct desk *d, struct desk_binding *b, const struct ferry_action *action,
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
    if (!result || rc) {
        return rc;
    }
    rc = bind_steps(d, b, result->steps, result->n_steps, 0);
    rc = rc ? rc : bind_text(d, b, "details.txt", result->details_blob);
    rc = rc ? rc : bind_text(d, b, "stdout.txt", result->out_blob);
    return rc ? rc : bind_text(d, b, "stderr.txt", result->err_blob);
}

/* --- when all was said --------------------------------------------------------------------- */

/* Results have no key that SQL could compare. */
static int32_t bind_late_results(struct desk *d, int64_t *bound)
{
    struct db *db = d->e->journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        db, &rows, d->err,
        "SELECT f.op_id, f.n, f.key FROM ref f JOIN op o ON o.id = f.op_id WHERE f.target IS NULL AND f.id IS NULL AND f.noun = ?"
        " AND o.dest_id = ? AND o.state = 1 AND o.lane_id = ?",
        "iii", (int64_t)FERRY_RESULT, d->lane->dest_id, d->lane->id);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        struct desk_op target = {0};
        rc = desk_find_other(d, db_str(&rows, 2), &target);
        if (rc == FERRY_OK && target.id) {
            rc = db_run(db, d->err, "UPDATE ref SET target = ? WHERE op_id = ? AND n = ?", "iii",
                        target.id, db_int(&rows, 0), db_int(&rows, 1));
            ++*bound;
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t desk_bind_late(struct desk *d)
{
    struct db *db = d->e->journal.db;
    int64_t bound = 0;
    int32_t rc = bind_late_results(d, &bound);
    rc =
        rc ? rc
           : db_run(
                 db, d->err,
                 "UPDATE ref SET target = (SELECT t.id FROM op t WHERE t.dest_id = ? AND t.kind = (3 << 16 | ref.noun) AND t.key = ref.key)"
                 " WHERE target IS NULL AND id IS NULL"
                 " AND EXISTS(SELECT 1 FROM op o WHERE o.id = ref.op_id AND o.dest_id = ? AND o.state = 1 AND o.lane_id = ?)",
                 "iii", d->lane->dest_id, d->lane->dest_id, d->lane->id);
    if (rc == FERRY_OK && (bound > 0 || db_changes(db) > 0)) {
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
