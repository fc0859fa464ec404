/* SPDX-License-Identifier: MIT */
/*
 * find.c - is it there? The codec names the lists in which the things of some operations would appear; here all their
 * pages are walked and matched, by marker, else by key. The way out of doubt, and the look before a first create.
 */
#include "deliver.h"
#include "step.h"

#include <text.h>

struct sighting {
    uint32_t count;
    struct ferry_outcome outcome; /* size 0: none said by the codec itself */
    struct ferry_str id;          /* of the lowest */
    struct ferry_str ids;         /* of all, for people */
    const struct ferry_kv *extra;
    uint32_t n_extra;
};

struct look {
    struct deliver *d;
    struct batch *batch;
    struct arena arena;
    struct sighting *seen, *before; /* one an operation; and as they were before the list at hand */
    struct ferry_ask *asks;
    uint32_t n_asks, room;
    struct ferry_str need;
};

/* --- which lists ----------------------------------------------------------------------------- */

static int32_t add_ask(void *self, const struct ferry_ask *given)
{
    struct look *l = self;
    struct ferry_ask ask = {0};
    struct arena *a = &l->arena;
    if (l->n_asks == l->room) {
        return FERRY_E_TOO_LARGE;
    }
    memcpy(&ask, given, given->size < sizeof ask ? given->size : sizeof ask);
    struct ferry_kv *filters =
        ask.n_filters ? arena_array(a, struct ferry_kv, ask.n_filters) : NULL;
    for (uint32_t i = 0; filters && i < ask.n_filters; i++) {
        filters[i] =
            (struct ferry_kv){arena_str(a, ask.filters[i].key), arena_str(a, ask.filters[i].value)};
    }
    ask.filters = filters;
    ask.cursor = arena_str(a, ask.cursor);
    ask.name = arena_str(a, ask.name);
    ask.size = sizeof ask;
    ask.ops = l->batch->ptrs;
    ask.n_ops = l->batch->n;
    l->asks[l->n_asks++] = ask;
    return a->failed;
}

static int32_t add_need(void *self, struct ferry_str fact)
{
    struct look *l = self;
    l->need = arena_str(&l->arena, fact);
    return l->arena.failed;
}

static int32_t name_lists_once(struct look *l)
{
    struct ferry_asks sink = {.self = l, .add = add_ask, .need = add_need};
    struct ferry_call call = remote_call(l->d->r);
    l->n_asks = 0;
    l->need = (struct ferry_str){NULL, 0};
    return l->d->r->codec->find(&call, l->batch->ptrs, l->batch->n, &sink, l->d->err);
}

static int32_t name_lists(struct look *l)
{
    enum { ROUNDS = 8 };
    struct deliver *d = l->d;
    int32_t rc = FERRY_E_NEED;
    for (int i = 0; rc == FERRY_E_NEED && i < ROUNDS; i++) {
        rc = name_lists_once(l);
        if (rc == FERRY_E_NEED && l->need.ptr) {
            int32_t learned = remote_learn(d->r, l->need, d->err);
            rc = learned ? learned : rc;
        }
    }
    return rc;
}

/* --- matching ---------------------------------------------------------------------------------- */

static int is_it(const struct ferry_op *op, const struct ferry_item *found)
{
    if (found->noun != op->item->noun) {
        return 0;
    }
    if (op->marker.len) {
        return ferry_eq(found->marker, op->marker);
    }
    if (op->item->key.len) {
        return ferry_eq(str_trim(found->key), str_trim(op->item->key));
    }
    return op->item->test_case && op->item->test_case->signature.len && found->test_case &&
           ferry_eq(found->test_case->signature, op->item->test_case->signature);
}

/* Numbers in the order of numbers: shorter first. */
static int is_lower(struct ferry_str a, struct ferry_str b)
{
    return a.len != b.len ? a.len < b.len : str_cmp(a, b) < 0;
}

static void note_sighting(struct look *l, struct sighting *s, const struct ferry_item *item)
{
    struct arena *a = &l->arena;
    if (str_among(s->ids, item->id)) {
        return; /* the same thing on two pages: the list moved under us */
    }
    if (s->count == 0 || is_lower(item->id, s->id)) {
        struct ferry_kv *extra =
            item->n_extra ? arena_array(a, struct ferry_kv, item->n_extra) : NULL;
        s->id = arena_str(a, item->id);
        s->n_extra = extra ? item->n_extra : 0;
        for (uint32_t i = 0; i < s->n_extra; i++) {
            extra[i] = (struct ferry_kv){arena_str(a, item->extra[i].key),
                                         arena_str(a, item->extra[i].value)};
        }
        s->extra = extra;
    }
    s->ids = s->count ? arena_printf(a, "%.*s, %.*s", STR_ARG(s->ids), STR_ARG(item->id))
                      : arena_str(a, item->id);
    s->count++;
}

static int32_t on_item(void *data, const struct ferry_item *item)
{
    struct look *l = data;
    for (uint32_t i = 0; i < l->batch->n; i++) {
        if (is_it(l->batch->ptrs[i], item)) {
            note_sighting(l, &l->seen[i], item);
        }
    }
    return l->arena.failed;
}

static int32_t on_page(void *data, struct reply *page, struct ferry_error *err)
{
    struct look *l = data;
    struct arena item;
    if (!page) { /* of this list; what another one has shown stands */
        memcpy(l->seen, l->before, l->batch->n * sizeof *l->seen);
        return FERRY_OK;
    }
    arena_init(&item, 64 << 20);
    int32_t rc = reply_items(page, &item, on_item, l, err);
    for (uint32_t i = 0; i < l->batch->n && rc == FERRY_OK; i++) {
        const struct ferry_outcome *o = &page->outcomes[i];
        if (o->size) { /* what neither marker nor key tells, the codec tells itself */
            l->seen[i].outcome = *o;
            l->seen[i].outcome.id = arena_str(&l->arena, o->id);
            l->seen[i].outcome.url = arena_str(&l->arena, o->url);
            l->seen[i].outcome.text = arena_str(&l->arena, o->text);
            l->seen[i].outcome.n_extra = 0;
        }
    }
    arena_finish(&item);
    return rc;
}

/* --- what follows from it ------------------------------------------------------------------------ */

static int32_t note_duplicate(struct deliver *d, const struct batch_op *row, struct ferry_str ids)
{
    return db_run(
        d->e->journal.db, d->err,
        "INSERT INTO note(lane_id, op_id, kind, field, text, name) VALUES(?, ?, ?, 'id', ?, ?)",
        "iiiss", row->lane_id, row->id, (int64_t)FERRY_NOTE_DUPLICATE, ids, row->name);
}

static int32_t settle_sighting(struct look *l, uint32_t i)
{
    struct deliver *d = l->d;
    const struct batch_op *row = &l->batch->rows[i];
    const struct sighting *s = &l->seen[i];
    struct ferry_outcome o = s->outcome;
    int ours = (row->flags & OP_DOUBTED) != 0;
    if (o.size && o.code == FERRY_REJECTED) {
        settle_count_rejected(d, o.text);
        return settle_reject(d, row->id, o.text);
    }
    if (s->count > 0) {
        o = (struct ferry_outcome){.size = sizeof o,
                                   .code = FERRY_DONE,
                                   .id = s->id,
                                   .extra = s->extra,
                                   .n_extra = s->n_extra};
    }
    if (o.size && (o.code == FERRY_DONE || o.code == FERRY_EXISTS)) {
        int32_t rc = settle_done(d, row, &o, ours ? OP_LOOKED : OP_LOOKED | OP_EXISTED);
        return rc || s->count < 2 ? rc : note_duplicate(d, row, s->ids);
    }
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET state = 1, flags = (flags & ~?) | ?, not_before = 0, request_id = NULL WHERE id = ?",
        "iii", (int64_t)OP_LOOK, (int64_t)(ours ? OP_LOOKED | OP_TWICE : OP_LOOKED), row->id);
}

static int32_t settle_all(struct look *l)
{
    struct deliver *d = l->d;
    int32_t rc = db_begin(d->e->journal.db, d->err);
    if (rc) {
        return rc;
    }
    for (uint32_t i = 0; i < l->batch->n && rc == FERRY_OK; i++) {
        d->tally = (struct tally){.done = 0};
        rc = settle_sighting(l, i);
        rc = rc ? rc : settle_close_request(d, l->batch->rows[i].request_id);
    }
    d->counts.looked += l->batch->n;
    return db_end(d->e->journal.db, rc, d->err);
}

static int32_t park(struct deliver *d, struct batch *b)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        rc = settle_later(
            d, b->rows[i].id, OP_PARKED, 0,
            FERRY_LIT(
                "it may have been made, and this tracker cannot be asked; look for it, then resume"));
    }
    return rc;
}

static int32_t begin_look(struct look *l, struct deliver *d, struct batch *b)
{
    enum { ASKS = 1024 };
    *l = (struct look){.d = d, .batch = b, .room = ASKS};
    arena_init(&l->arena, 64 << 20);
    l->seen = arena_array(&l->arena, struct sighting, b->n);
    l->before = arena_array(&l->arena, struct sighting, b->n);
    l->asks = arena_array(&l->arena, struct ferry_ask, ASKS);
    return l->arena.failed;
}

static int32_t look(struct look *l, struct deliver *d, struct batch *b)
{
    int32_t rc = begin_look(l, d, b);
    rc = rc ? rc : name_lists(l);
    for (uint32_t i = 1; i < l->n_asks && rc == FERRY_OK; i++) {
        remote_ahead(d->r, &l->asks[i]);
    }
    for (uint32_t i = 0; i < l->n_asks && rc == FERRY_OK; i++) {
        memcpy(l->before, l->seen, b->n * sizeof *l->seen);
        rc = remote_pages(d->r, &l->asks[i], on_page, l, d->err);
    }
    return rc;
}

int32_t find_batch(struct deliver *d, struct batch *b)
{
    struct look l;
    if (!d->r->codec->find) {
        return park(d, b);
    }
    int32_t rc = look(&l, d, b);
    STEP(looked);
    rc = rc ? rc : settle_all(&l);
    STEP(found);
    arena_finish(&l.arena);
    return rc;
}

/* What goes wrong, or needs a fact first, does so again when it is looked for. Writes nothing. */
void find_ahead(struct engine *e, struct remote *r, enum batch_of of, uint32_t kind, int64_t lane)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    struct deliver d = {.e = e, .r = r, .err = &ignored};
    struct batch batch;
    struct look l;
    if (!r->codec->find) {
        return;
    }
    batch_init(&batch);
    batch.lane = lane;
    if (batch_load(&batch, r, of, kind, &ignored) == FERRY_OK && batch.n > 0) {
        int32_t rc = begin_look(&l, &d, &batch);
        if (rc == FERRY_OK && name_lists_once(&l) == FERRY_OK && l.n_asks > 0) {
            remote_ahead(r, &l.asks[0]);
        }
        arena_finish(&l.arena);
    }
    batch_finish(&batch);
}

int32_t find_copies(struct deliver *d, struct batch *b, uint64_t *copies)
{
    struct look l;
    if (!d->r->codec->find) {
        return FERRY_OK;
    }
    int32_t rc = look(&l, d, b);
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        int twice = l.seen[i].count > 1;
        *copies += twice ? l.seen[i].count - 1 : 0;
        rc = db_run(d->e->journal.db, d->err, "DELETE FROM note WHERE op_id = ? AND kind = ?", "ii",
                    b->rows[i].id, (int64_t)FERRY_NOTE_DUPLICATE);
        rc = rc || !twice ? rc : note_duplicate(d, &b->rows[i], l.seen[i].ids);
    }
    arena_finish(&l.arena);
    return rc;
}
