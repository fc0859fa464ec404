/* SPDX-License-Identifier: MIT */
/*
 * audit_made.c - is there a second one of what this journal made? Of what was in doubt, each time: a first sending may arrive as late
 * as it likes. Of the rest once, for others may make a case at the same time as we do: each of both looks after it has made it, so one
 * of them sees both. (What was made while nobody else was there is marked at once, by settle.c.)
 */
#include "audit.h"

#include <text.h>

enum { FEW = 50 }; /* are asked for one by one; for more of them, all cases are listed */

/* Neither there before us (1) nor looked at (128): the words of the index op_made. */
#define MADE "state = 7 AND flags & 129 = 0 AND (kind = 196611 OR kind = 196612 OR kind = 196614)"

static const uint32_t nouns[] = {FERRY_FOLDER, FERRY_CASE, FERRY_RUN};

/* What is looked for, at whose destination. */
struct looking {
    struct engine *e;
    const struct lane *lane;
    struct remote *r;
    uint64_t *duplicates;
    struct ferry_error *err;
    uint64_t doubted; /* duplicates that were counted before the cases are listed */
};

static int32_t count_copies(struct looking *l, enum batch_of of, uint32_t noun)
{
    struct deliver d = {.e = l->e, .r = l->r, .err = l->err};
    struct batch batch;
    batch_init(&batch);
    batch.lane = l->lane->id;
    int32_t rc = batch_load(&batch, l->r, of, FERRY_OP(FERRY_CREATE, noun), l->err);
    if (rc == FERRY_OK && batch.n > 0) {
        rc = find_copies(&d, &batch, l->duplicates);
    }
    batch_finish(&batch);
    return rc;
}

/* --- what was in doubt ----------------------------------------------------------------------- */

static int32_t check_doubted(struct looking *l)
{
    int32_t rc = FERRY_OK;
    /* Hardly ever there is one; to find that out for each noun is a walk over all that was done.
     * "+": in the order of the rows, not of the random keys in the index that begins with dest_id. */
    if (!db_one_int(
            l->e->journal.db, 1, l->err,
            "SELECT EXISTS(SELECT 1 FROM op WHERE +dest_id = ? AND state = 7 AND flags & 4)", "i",
            l->r->dest_id)) {
        return FERRY_OK;
    }
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns && rc == FERRY_OK; i++) {
        rc = count_copies(l, BATCH_AUDIT, nouns[i]);
    }
    return rc;
}

/* --- what others may have made as well ---------------------------------------------------------- */

static int32_t forget_copies(struct looking *l)
{
    return db_run(
        l->e->journal.db, l->err,
        "DELETE FROM note WHERE lane_id = ?1 AND kind = ?2 AND op_id IN (SELECT id FROM op WHERE lane_id = ?1 AND kind = ?3 AND " MADE
        ")",
        "iii", l->lane->id, (int64_t)FERRY_NOTE_DUPLICATE,
        (int64_t)FERRY_OP(FERRY_CREATE, FERRY_CASE));
}

/* A listed case: is it the second one of one that we made? */
static int32_t on_case(void *data, const struct ferry_item *item)
{
    struct looking *l = data;
    struct db *db = l->e->journal.db;
    if (!item) {
        *l->duplicates = l->doubted;
        return forget_copies(l);
    }
    struct ferry_str key = str_trim(item->key);
    struct ferry_str by = key.len ? key : item->test_case ? item->test_case->signature : key;
    struct db_rows rows = {0};
    struct buf name;
    if (!by.len) {
        return FERRY_OK;
    }
    buf_init(&name, 1 << 20);
    buf_printf(&name, "%s%.*s", key.len ? "key:" : "sig:", STR_ARG(by));
    int32_t rc = db_query(
        db, &rows, l->err,
        "SELECT id, remote_id FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND lane_id = ? AND " MADE,
        "iisi", l->r->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_CASE), buf_str(&name),
        l->lane->id);
    if (rc == FERRY_OK && db_step(&rows) > 0 && !ferry_eq(db_str(&rows, 1), item->id)) {
        ++*l->duplicates;
        buf_reset(&name);
        buf_printf(&name, "%.*s, %.*s", STR_ARG(db_str(&rows, 1)), STR_ARG(item->id));
        rc = db_run(
            db, l->err,
            "INSERT INTO note(lane_id, op_id, kind, field, text, name) VALUES(?, ?, ?, 'id', ?, ?)",
            "iiiss", l->lane->id, db_int(&rows, 0), (int64_t)FERRY_NOTE_DUPLICATE, buf_str(&name),
            by);
    }
    db_done(&rows);
    rc = rc ? rc : name.failed;
    buf_finish(&name);
    return rc;
}

static int32_t list_cases(struct looking *l)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    int32_t rc = forget_copies(l);
    l->doubted = *l->duplicates;
    return rc ? rc : remote_list(l->r, &ask, on_case, l, l->err);
}

/* What was there when others have had the time to make theirs shows them. */
static int64_t shown_by_now(const struct looking *l)
{
    struct ferry_traits any = {.size = sizeof any};
    return l->r->clock->now_ms(l->r->clock) - remote_settle_ms(l->r, &any);
}

/* Those that were counted when they were made (alone.h) are looked at when their time has come. */
static int64_t to_look_at(struct looking *l, uint32_t noun)
{
    return db_one_int(l->e->journal.db, 0, l->err,
                      "SELECT COUNT(*) FROM op WHERE lane_id = ? AND kind = ? AND " MADE
                      " AND (flags & ? = 0 OR settled_ms <= ?)",
                      "iiii", l->lane->id, (int64_t)FERRY_OP(FERRY_CREATE, noun),
                      (int64_t)OP_COUNTED, shown_by_now(l));
}

static int32_t check_noun(struct looking *l, uint32_t noun)
{
    struct ferry_traits create, list;
    int64_t n = to_look_at(l, noun);
    int32_t rc = n == 0 ? l->err->status
                        : remote_describe(l->r, FERRY_OP(FERRY_CREATE, noun), &create, l->err);
    if (rc || n == 0 || create.effect != FERRY_ONCE) {
        return rc;
    }
    rc = remote_describe(l->r, FERRY_OP(FERRY_LIST, noun), &list, l->err);
    if (rc == FERRY_OK && noun == FERRY_CASE && n > FEW && list.effect != 0) {
        return list_cases(l);
    }
    return rc ? rc : count_copies(l, BATCH_MADE, noun);
}

/* Once is enough, when lists have had the time to show what others did. What stands there twice is looked at again. */
static int32_t mark_alone(struct looking *l)
{
    return db_run(
        l->e->journal.db, l->err,
        "UPDATE op SET flags = flags | ?1 WHERE lane_id = ?2 AND settled_ms <= ?3 AND " MADE
        " AND id NOT IN (SELECT op_id FROM note WHERE lane_id = ?2 AND kind = ?4 AND op_id IS NOT NULL)",
        "iiii", (int64_t)OP_ALONE, l->lane->id, shown_by_now(l), (int64_t)FERRY_NOTE_DUPLICATE);
}

static void ask_ahead(struct looking *l, uint32_t noun)
{
    struct ferry_traits create;
    if (to_look_at(l, noun) == 0 ||
        remote_describe(l->r, FERRY_OP(FERRY_CREATE, noun), &create, l->err) ||
        create.effect != FERRY_ONCE) {
        return;
    }
    find_ahead(l->e, l->r, BATCH_MADE, FERRY_OP(FERRY_CREATE, noun), l->lane->id);
}

/* Of cases there may be many. What goes wrong goes wrong again when it is asked for. */
void audit_made_ahead(struct engine *e, const struct lane *lane, struct remote *r)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    struct looking l = {.e = e, .lane = lane, .r = r, .err = &ignored};
    ask_ahead(&l, FERRY_FOLDER);
    ask_ahead(&l, FERRY_RUN);
}

int32_t audit_made(struct engine *e, const struct lane *lane, struct remote *r,
                   uint64_t *duplicates, struct ferry_error *err)
{
    struct looking l = {e, lane, r, duplicates, err, 0};
    int32_t rc = check_doubted(&l);
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns && rc == FERRY_OK; i++) {
        rc = check_noun(&l, nouns[i]);
    }
    return rc ? rc : mark_alone(&l);
}
