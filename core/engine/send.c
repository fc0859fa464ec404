/* SPDX-License-Identifier: MIT */
/* send.c - the next request: chosen, encoded, committed as SENT, and only then handed to the transport; see deliver.h. */
#include "deliver.h"

#include "alone.h"
#include "pack.h"
#include "paper.h"
#include "step.h"

#include <hash.h>
#include <log.h>
#include <text.h>

enum { REQUEST_MEMORY = 256 << 20 };

void flight_init(struct flight *f)
{
    memset(f, 0, sizeof *f);
    batch_init(&f->batch);
    request_init(&f->request, REQUEST_MEMORY);
    reply_init(&f->notes);
}

void flight_finish(struct flight *f)
{
    batch_finish(&f->batch);
    request_finish(&f->request);
    reply_finish(&f->notes);
    memset(f, 0, sizeof *f);
}

/* --- encoding ---------------------------------------------------------------------------------- */

struct encoding {
    struct reply *notes; /* collected as the notes of an answer are */
    struct arena arena;
    struct ferry_str need;
};

static int32_t on_note(void *self, uint32_t index, const struct ferry_note *note)
{
    struct encoding *en = self;
    struct ferry_reply sink = reply_sink(en->notes);
    return sink.note(sink.self, index, note);
}

static int32_t on_need(void *self, struct ferry_str fact)
{
    struct encoding *en = self;
    en->need = arena_str(&en->arena, fact);
    return en->arena.failed;
}

static int32_t encode_once(struct deliver *d, struct flight *f, struct encoding *en,
                           uint32_t *taken, struct ferry_error *why)
{
    struct ferry_call call = remote_call(d->r);
    call.max_items = f->batch.n;
    call.max_bytes = f->batch.traits.max_bytes ? f->batch.traits.max_bytes : UINT64_MAX;
    request_reset(&f->request);
    f->request.notes_self = en;
    f->request.note = on_note;
    f->request.need = on_need;
    int32_t rc = reply_begin(en->notes, f->batch.n);
    struct ferry_out out = request_out(&f->request);
    *taken = 0;
    rc = rc ? rc : d->r->codec->encode(&call, f->batch.ptrs, f->batch.n, &out, taken, why);
    f->request.note = NULL;
    f->request.need = NULL;
    if (rc == FERRY_OK && (*taken == 0 || *taken > f->batch.n)) {
        rc = ferry_fail(why, FERRY_E_BUG, "", "took %u of %u operations", *taken, f->batch.n);
    }
    return rc ? rc : request_seal(&f->request, why);
}

static int32_t encode(struct deliver *d, struct flight *f, struct encoding *en, uint32_t *taken,
                      struct ferry_error *why)
{
    enum { ROUNDS = 64 }; /* a thousand results may name thousands of things */
    int32_t rc = FERRY_E_NEED;
    for (int i = 0; rc == FERRY_E_NEED && i < ROUNDS; i++) {
        en->need = (struct ferry_str){NULL, 0};
        rc = encode_once(d, f, en, taken, why);
        if (rc == FERRY_E_NEED && en->need.ptr) {
            int32_t learned = remote_learn(d->r, en->need, d->err);
            if (learned) {
                return learned;
            }
        }
    }
    return rc;
}

/* --- the commit before the act ------------------------------------------------------------------ */

static int32_t insert_request(struct deliver *d, struct flight *f)
{
    unsigned char digest[32];
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, request_packed(&f->request));
    sha256_end(&h, digest);
    int32_t rc = db_run(
        d->e->journal.db, d->err,
        "INSERT INTO request(dest_id, kind, packed, digest, items, sent_ms, first_ms, version, lane_id, attempts)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9)",
        "iibbiizii", d->r->dest_id, (int64_t)f->batch.act, request_packed(&f->request),
        (struct ferry_str){(const char *)digest, 32}, (int64_t)f->batch.n,
        d->r->clock->now_ms(d->r->clock), d->r->target->plugin->version, f->batch.rows[0].lane_id,
        (int64_t)f->batch.rows[0].tries + 1);
    f->request_id = db_last_id(d->e->journal.db);
    return rc;
}

static int32_t store_notes(struct deliver *d, const struct flight *f)
{
    int32_t rc = FERRY_OK;
    for (struct reply_note *n = f->notes.notes; n && rc == FERRY_OK; n = n->next) {
        if (n->index < f->batch.n) { /* of operations not taken they are said again */
            const struct batch_op *row = &f->batch.rows[n->index];
            rc = db_run(d->e->journal.db, d->err,
                        "DELETE FROM note WHERE op_id = ? AND kind = ? AND field = ?", "iis",
                        row->id, (int64_t)n->kind, n->field);
            rc =
                rc ? rc
                   : db_run(
                         d->e->journal.db, d->err,
                         "INSERT INTO note(lane_id, op_id, kind, field, text, name) VALUES(?, ?, ?, ?, ?, ?)",
                         "iiisss", row->lane_id, row->id, (int64_t)n->kind, n->field, n->text,
                         row->name);
        }
    }
    return rc;
}

/* Operations are numbered as they were planned, so most of a request are neighbours, and one statement marks them all. */
static int32_t mark_sent(struct deliver *d, const struct flight *f)
{
    const struct batch_op *rows = f->batch.rows;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0, end; i < f->batch.n && rc == FERRY_OK; i = end) {
        for (end = i + 1; end < f->batch.n && rows[end].id == rows[end - 1].id + 1;) {
            end++;
        }
        rc = db_run(
            d->e->journal.db, d->err,
            "UPDATE OR FAIL op SET state = 3, request_id = ?, tries = tries + 1 WHERE id BETWEEN ? AND ?",
            "iii", f->request_id, rows[i].id, rows[end - 1].id);
    }
    return rc;
}

static int32_t commit_sent(struct deliver *d, struct flight *f)
{
    struct db *db = d->e->journal.db;
    if (BROKEN(write_before_act) || (BROKEN(refused_retry) && f->batch.rows[0].tries > 0)) {
        return FERRY_OK;
    }
    int32_t rc = db_begin(db, d->err);
    if (rc) {
        return rc;
    }
    rc = insert_request(d, f);
    rc = rc ? rc : mark_sent(d, f);
    rc = rc ? rc : store_notes(d, f);
    rc = db_end(db, rc, d->err);
    STEP(sent_committed);
    return rc;
}

static int32_t submit(struct deliver *d, struct flight *f)
{
    exchange_init(&f->x, d->r, &f->request);
    f->x.has_effect = !BROKEN(prereq_guard);
    f->x.fresh = f->batch.traits.effect == FERRY_ONCE && !BROKEN(prereq_guard);
    f->x.max_answer = f->batch.traits.max_answer ? f->batch.traits.max_answer : f->x.max_answer;
    f->x.user = f;
    f->used = 1;
    f->session = d->r->sessions;
    d->counts.requests++;
    exchanges_request(d->e->exchanges, &f->x,
                      &(struct exchanges_request){.lane = f->batch.rows[0].lane_id,
                                                  .request = f->request_id,
                                                  .op = f->batch.rows[0].id,
                                                  .items = f->batch.n,
                                                  .kind = f->batch.traits.name});
    int32_t rc = remote_submit(d->r, &f->x, &f->x.error);
    if (rc) { /* not taken: nothing left this process */
        f->x.end = EXCHANGE_NOT_SENT;
        rc = settle_answer(d, f);
        exchange_finish(&f->x);
        f->used = 0;
    }
    STEP(sent);
    return rc;
}

/* --- choosing -------------------------------------------------------------------------------------- */

/* Kinds that have something in this state, in order; 0 at the end. */
static int32_t next_act(struct deliver *d, enum op_state state, uint32_t *act)
{
    struct ferry_error why = {.size = sizeof why};
    int64_t next = db_one_int(
        d->e->journal.db, 0, &why,
        "SELECT MIN(act) FROM op WHERE dest_id = ? AND state = ? AND " OP_QUEUED("") " AND act > ?",
        "iii", d->r->dest_id, (int64_t)state, (int64_t)*act);
    if (why.status) {
        return ferry_fail(d->err, why.status, why.where, "%s", why.message);
    }
    if (next && (next <= *act || next > UINT32_MAX)) { /* or it would be looked for for ever */
        return ferry_fail(
            d->err, FERRY_E_STATE, "",
            "the journal holds an operation of kind %lld, which is none; it is damaged, or was changed by something else",
            (long long)next);
    }
    *act = (uint32_t)next;
    return FERRY_OK;
}

/*
 * What was rejected is named in the run's description: whoever reads the run must not think it whole. Where nothing was, the description
 * is as it was made, and not ours to write again; save that an earlier completion may have named something.
 */
static int32_t name_rejected(struct deliver *d, struct batch *b)
{
    enum { NAMED = 20 };
    struct db_rows rows = {0};
    struct buf text;
    int got = 0, n = 0;
    struct ferry_item *item = arena_new(&b->arena, struct ferry_item);
    struct ferry_run *run = arena_new(&b->arena, struct ferry_run);
    if (!item || !run || !b->ops[0].item) {
        return b->arena.failed;
    }
    buf_init(&text, 65536);
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT coalesce(o.packed, i.packed), o.text FROM op o LEFT JOIN item i ON i.id = o.item_id WHERE o.scope_op = ? AND o.state = 8 ORDER BY o.id",
        "i", b->rows[0].scope_op);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        struct ferry_item *rejected = NULL;
        if (++n <= NAMED && db_str(&rows, 0).ptr &&
            unpack_item(arena_str(&b->arena, db_str(&rows, 0)), &b->arena, &rejected, NULL) ==
                FERRY_OK) {
            struct ferry_str name = rejected->name.len ? rejected->name
                                    : rejected->result ? rejected->result->name
                                                       : rejected->key;
            buf_puts(&text, "\n- ");
            text_show(&text, name, 200);
            buf_puts(&text, ": ");
            text_show(&text, db_str(&rows, 1), 200);
        }
    }
    db_done(&rows);
    *item = *b->ops[0].item;
    *run = item->run ? *item->run : (struct ferry_run){.size = sizeof *run};
    if (n == 0) { /* empty takes back what it said before */
        int said = b->ops[0].edition > 0;
        run->description = !said                  ? (struct ferry_str){NULL, 0}
                           : run->description.ptr ? run->description
                                                  : FERRY_LIT("");
    } else if (n > 0) {
        run->description = arena_printf(
            &b->arena, "%.*s%s%d results were rejected by the tracker and are not in this run:%s%s",
            STR_ARG(run->description), run->description.len ? "\n\n" : "", n, buf_cstr(&text),
            n > NAMED ? "\n- ..." : "");
    }
    item->run = run;
    b->ops[0].item = item;
    buf_finish(&text);
    return rc ? rc : got < 0 ? -got : b->arena.failed;
}

static int32_t reject_unwritable(struct deliver *d, struct batch *b, const struct ferry_error *why)
{
    struct db *db = d->e->journal.db;
    struct ferry_str text =
        ferry_cstr(why->message[0] ? why->message : ferry_status_text(why->status));
    int32_t rc = db_begin(db, d->err);
    rc = rc                               ? rc
         : b->rows[0].flags & OP_OPTIONAL ? settle_without(d, &b->rows[0], text)
                                          : settle_reject(d, b->rows[0].id, text);
    return db_end(db, rc, d->err);
}

int32_t send_write(struct deliver *d, struct flight *f, int *written)
{
    struct encoding en = {.notes = &f->notes};
    struct ferry_error why = {.size = sizeof why};
    uint32_t taken = 0;
    *written = 0;
    arena_init(&en.arena, 65536);
    int32_t rc = encode(d, f, &en, &taken, &why);
    if (rc == FERRY_E_INPUT || rc == FERRY_E_TOO_LARGE) {
        why.status = rc;
        rc = reject_unwritable(d, &f->batch, &why);
    } else if (rc) {
        rc = ferry_fail(d->err, rc, why.where, "%.*s: %.*s: %s", STR_ARG(d->r->target->label),
                        STR_ARG(f->batch.traits.name),
                        why.message[0] ? why.message : ferry_status_text(rc));
    } else {
        batch_cut(&f->batch, taken);
        f->repeat = 0;
        *written = 1;
        STEP(encoded);
    }
    arena_finish(&en.arena);
    return rc;
}

int32_t send_off(struct deliver *d, struct flight *f)
{
    int32_t rc = commit_sent(d, f);
    d->last_act = f->batch.act;
    return rc ? rc : submit(d, f);
}

static int32_t encode_and_send(struct deliver *d, struct flight *f)
{
    int written = 0;
    int32_t rc = send_write(d, f, &written);
    return rc || !written ? rc : d->paper ? paper_take(d, f, f->notes.notes) : send_off(d, f);
}

/*
 * A plan is a look: what it makes was not there. But not where the plan is an old one, or somebody else has been there since, as far as that
 * can be known without asking for each thing. (Results have ids of their own. A defect that forgets what was sent forgets this, too: each
 * of both would do where nothing arrives late.)
 */
static int is_overtaken(struct deliver *d, const struct batch *b)
{
    return b->act >> 16 == FERRY_CREATE && (b->act & 0xffff) != FERRY_RESULT &&
           b->traits.effect == FERRY_ONCE && d->r->codec->find && !BROKEN(write_before_act) &&
           (b->rows[0].id < d->first_op || remote_disturbed(d->r, 0));
}

/* 1: its first ones have to be looked for. Keeps those that go the same way. */
static int needs_look(struct deliver *d, struct batch *b)
{
    enum { TOGETHER = 100 };
    uint32_t n = 0, looked = b->rows[0].flags & OP_LOOKED;
    if ((!(b->traits.flags & FERRY_FIND_FIRST) && !is_overtaken(d, b)) || BROKEN(look_first)) {
        return 0;
    }
    while (n < b->n && (b->rows[n].flags & OP_LOOKED) == looked) {
        n++;
    }
    batch_cut(b, looked || n < TOGETHER ? n : TOGETHER);
    return !looked;
}

int32_t send_held(struct deliver *d, uint32_t act, int *held)
{
    struct ferry_traits traits;
    uint32_t n = polls_held(&d->polls, act);
    int32_t rc = remote_describe(d->r, act, &traits, d->err);
    for (uint32_t i = 0; i < FLIGHTS && !d->paper; i++) {
        const struct flight *f = &d->flights[i];
        n += (uint32_t)(f->used && !f->polled && f->batch.act == act);
    }
    *held = rc == FERRY_OK && traits.flags & FERRY_HOLDS && n >= remote_window(d->r, &traits);
    return rc;
}

int32_t send_next(struct deliver *d, struct flight *f, int *took)
{
    *took = 0;
    uint32_t act = 0;
    for (;;) {
        int held = 0;
        int32_t rc = next_act(d, OP_PLANNED, &act);
        if (rc || !act) {
            return rc;
        }
        rc = send_held(d, act, &held);
        if (rc == FERRY_OK && held) {
            continue;
        }
        rc = rc || act != FERRY_OP(FERRY_CREATE, FERRY_RESULT) ? rc : alone_count(d, &held);
        rc = rc || held ? rc : batch_load(&f->batch, d->r, BATCH_READY, act, d->err);
        if (rc || held) {
            return rc;
        }
        if (f->batch.n == 0) {
            continue;
        }
        *took = 1;
        if (!d->paper && needs_look(d, &f->batch)) {
            return find_batch(d, &f->batch);
        }
        if (f->batch.traits.flags & FERRY_CLOSES) {
            batch_cut(&f->batch, 1);
            rc = name_rejected(d, &f->batch);
        }
        return rc ? rc : encode_and_send(d, f);
    }
}

/* --- out of doubt ------------------------------------------------------------------------------------ */

static int32_t repeat_request(struct deliver *d, struct flight *f, int64_t request_id)
{
    struct db_rows rows = {0};
    struct db *db = d->e->journal.db;
    int32_t rc = batch_load(&f->batch, d->r, BATCH_REQUEST, request_id, d->err);
    rc = rc ? rc
            : db_query(db, &rows, d->err, "SELECT packed, version FROM request WHERE id = ?", "i",
                       request_id);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        rc = request_unpack(&f->request, db_str(&rows, 0), d->err);
        if (!str_is(db_str(&rows, 1), d->r->target->plugin->version)) {
            log_info("%.*s: sending again what plugin version %.*s wrote",
                     STR_ARG(d->r->target->label), STR_ARG(db_str(&rows, 1)));
        }
    }
    db_done(&rows);
    if (rc == FERRY_OK && f->batch.n > 0 && f->batch.traits.flags & FERRY_CLOSES) {
        rc = name_rejected(d, &f->batch); /* who reads the answer has to see what was encoded */
    }
    if (rc) {
        return rc;
    }
    if (BROKEN(stored_bytes)) {
        return encode_and_send(d, f);
    }
    f->request_id = request_id;
    f->repeat = 1;
    rc = db_begin(db, d->err);
    rc = rc ? rc : mark_sent(d, f);
    rc = rc ? rc
            : db_run(db, d->err,
                     "UPDATE request SET sent_ms = ?, attempts = attempts + 1 WHERE id = ?", "ii",
                     d->r->clock->now_ms(d->r->clock), request_id);
    rc = db_end(db, rc, d->err);
    STEP(sent_committed);
    d->counts.resent++;
    return rc ? rc : submit(d, f);
}

/* What another request left in doubt has its own way out. */
static void keep_request(struct batch *b, int64_t request)
{
    uint32_t n = 0;
    while (n < b->n && b->rows[n].request_id == request) {
        n++;
    }
    batch_cut(b, n);
}

int32_t send_again(struct deliver *d, struct flight *f, int *took)
{
    *took = 0;
    uint32_t act = 0;
    for (;;) {
        int32_t rc = next_act(d, OP_DOUBT, &act);
        if (rc || !act) {
            return rc;
        }
        rc = batch_load(&f->batch, d->r, BATCH_DOUBT, act, d->err);
        if (rc) {
            return rc;
        }
        if (f->batch.n == 0) {
            continue;
        }
        *took = 1;
        int64_t request = f->batch.rows[0].request_id;
        int whole =
            request &&
            db_one_int(
                d->e->journal.db, 0, d->err,
                "SELECT packed IS NOT NULL AND items = (SELECT COUNT(*) FROM op WHERE request_id = ?1 AND state < 7 AND state = 5 AND flags & 32 = 0) FROM request WHERE id = ?1",
                "i", request);
        /* Repeatable as a whole: the stored bytes. Otherwise, or where an answer has put one of them in doubt: look. */
        if (f->batch.traits.effect == FERRY_REPEATABLE) {
            keep_request(&f->batch, request);
            if (whole) {
                return repeat_request(d, f, request);
            }
        }
        return find_batch(d, &f->batch);
    }
}
