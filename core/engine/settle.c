/* SPDX-License-Identifier: MIT */
/* settle.c - what an answer means for each operation of a request, and for whoever waits for them; see deliver.h. */
#include "deliver.h"

#include "pack.h"
#include "step.h"

#include <log.h>
#include <secrets.h>
#include <text.h>

static int64_t now_ms(const struct deliver *d)
{
    return d->r->clock->now_ms(d->r->clock);
}

int64_t settle_retry_at(const struct deliver *d, int64_t retry_ms)
{
    int64_t wait = retry_ms > 0 ? retry_ms : 1000;
    return now_ms(d) + (wait < DELIVER_LONGEST_WAIT_MS ? wait : DELIVER_LONGEST_WAIT_MS);
}

/* A long wait is remembered with its length: whoever goes on later has a clock of his own, and would not believe the time alone. */
static int32_t remember_wait(struct deliver *d, int64_t op, int64_t retry_ms)
{
    const int64_t minute = 60000, all = (INT64_C(1) << 16) - 1;
    int64_t minutes = (settle_retry_at(d, retry_ms) - now_ms(d) + minute - 1) / minute;
    return retry_ms <= CLASSIFY_WAIT_MOST
               ? FERRY_OK
               : db_run(d->e->journal.db, d->err,
                        "UPDATE op SET flags = (flags & ~(?1 << ?2)) | (?3 << ?2) WHERE id = ?4",
                        "iiii", all, (int64_t)OP_WAIT_SHIFT, minutes, op);
}

/* The server's words: untrusted, and shown in receipts. */
static struct ferry_str short_text(struct ferry_str s)
{
    return utf8_cut(s, 2000);
}

/* --- one operation ------------------------------------------------------------------------- */

/* Whoever waited for this one alone can go. He may have named it more than once: a file that is attached twice. */
static int32_t release(struct deliver *d, int64_t op)
{
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET waits = max(0, waits - (SELECT COUNT(*) FROM ref WHERE op_id = op.id AND target = ?1 AND id IS NULL))"
        " WHERE waits > 0 AND state < 7 AND id IN (SELECT op_id FROM ref WHERE target = ?1 AND id IS NULL)",
        "i", op);
}

/* A run is completed after what is in it, also where the clock was put back meanwhile: else it would be completed again, and again. */
static int32_t date_completion(struct deliver *d, int64_t op)
{
    return db_run(d->e->journal.db, d->err,
                  "UPDATE op SET settled_ms = max(settled_ms, (SELECT MAX(o.settled_ms) FROM op o"
                  " WHERE o.scope_op = op.scope_op)) WHERE id = ? AND scope_op IS NOT NULL",
                  "i", op);
}

int32_t settle_done(struct deliver *d, const struct batch_op *row, const struct ferry_outcome *o,
                    uint32_t flags)
{
    struct db *db = d->e->journal.db;
    struct buf extra;
    struct ferry_str none = {NULL, 0};
    int result = row->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT);
    buf_init(&extra, 65536);
    flags |= result ? 0 : d->made;
    int made = str_is(ferry_get(o->extra, o->n_extra, FERRY_LIT("case_created")),
                      "true"); /* by the server, for us */
    int32_t rc = o->n_extra && !result ? pack_kv(&extra, o->extra, o->n_extra) : FERRY_OK;
    rc =
        rc ? rc
           : db_run(
                 db, d->err,
                 "UPDATE op SET state = 7, flags = flags | ?, remote_id = coalesce(?, remote_id), extra = coalesce(?, extra), url = ?,"
                 " settled_ms = ?, text = NULL, token = NULL WHERE id = ?",
                 "isbsii", (int64_t)flags, o->id.len ? o->id : none,
                 extra.len ? buf_str(&extra) : none, o->url, now_ms(d), row->id);
    if (rc == FERRY_OK && row->kind >> 16 == FERRY_COMPLETE) {
        rc = date_completion(d, row->id);
    }
    if (rc == FERRY_OK && !result) {
        rc = release(d, row->id);
    }
    d->tally.done++;
    d->counts.delivered += (uint64_t)(result && !(flags & OP_EXISTED));
    d->counts.cases +=
        (uint64_t)(row->kind == FERRY_OP(FERRY_CREATE, FERRY_CASE) && !(flags & OP_EXISTED)) +
        (uint64_t)made;
    buf_finish(&extra);
    return rc;
}

/* What goes into it, and what refers to it; 0: nothing does. */
static int64_t next_dependent(struct db *db, int64_t op, struct ferry_error *err)
{
    int64_t next = db_one_int(
        db, 0, err,
        "SELECT id FROM op WHERE scope_op = ? AND settled_ms IS NULL AND state < 7 LIMIT 1", "i",
        op);
    return next
               ? next
               : db_one_int(
                     db, 0, err,
                     "SELECT o.id FROM ref f JOIN op o ON o.id = f.op_id WHERE f.target = ? AND f.id IS NULL AND f.flags & 1 = 0"
                     " AND o.state < 7 LIMIT 1",
                     "i", op);
}

/* Those who need it are rejected with it, and name it; those who can do without go on. */
static int32_t reject_dependents(struct deliver *d, int64_t op, struct ferry_str why)
{
    struct db *db = d->e->journal.db;
    int64_t next;
    int32_t rc = db_run(
        db, d->err,
        "UPDATE op SET waits = max(0, waits - (SELECT COUNT(*) FROM ref WHERE op_id = op.id AND target = ?1 AND id IS NULL AND flags & 1))"
        " WHERE waits > 0 AND state < 7 AND id IN (SELECT op_id FROM ref WHERE target = ?1 AND id IS NULL AND flags & 1)",
        "i", op);
    while (rc == FERRY_OK) {
        next = next_dependent(db, op, d->err);
        if (!next) {
            break;
        }
        rc = settle_reject(d, next, why);
    }
    return rc;
}

int32_t settle_reject(struct deliver *d, int64_t op, struct ferry_str text)
{
    struct buf why;
    buf_init(&why, 4096);
    int32_t rc = db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET state = 8, text = ?, settled_ms = ?, token = NULL WHERE id = ?", "sii",
        text.len ? short_text(text) : FERRY_LIT("refused without a reason"), now_ms(d), op);
    d->counts.rejected++;
    if (!str_starts(text, "needs what was rejected")) {
        buf_printf(&why, "needs what was rejected: %.*s", STR_ARG(utf8_cut(text, 1000)));
    } else {
        buf_put(&why, utf8_cut(text, 1000));
    }
    rc = rc ? rc : reject_dependents(d, op, buf_str(&why));
    buf_finish(&why);
    return rc;
}

void settle_count_rejected(struct deliver *d, struct ferry_str text)
{
    d->tally.rejected++;
    d->tally.error = d->tally.error.ptr ? d->tally.error : text;
}

int32_t settle_later(struct deliver *d, int64_t op, enum op_state state, int64_t not_before,
                     struct ferry_str text)
{
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET state = ?1, not_before = ?2, text = coalesce(?3, text), flags = CASE WHEN ?1 = 5 THEN (flags & ~2) | 4 ELSE flags END,"
        " request_id = CASE WHEN ?1 = 1 THEN NULL ELSE request_id END WHERE id = ?4",
        "iisi", (int64_t)state, not_before,
        text.len ? short_text(text) : (struct ferry_str){NULL, 0}, op);
}

/* Another try would be answered alike a hundred times; after some of them a person is asked. */
static enum op_state or_parked(const struct batch_op *row, enum op_state state)
{
    enum { MOST_TRIES = 12 };
    return row->tries >= MOST_TRIES ? OP_PARKED : state;
}

/* In doubt by what the answer says, so not sent again before it was looked for. */
static int32_t settle_look(struct deliver *d, const struct batch_op *row, int64_t not_before,
                           struct ferry_str text)
{
    int32_t rc = settle_later(d, row->id, or_parked(row, OP_DOUBT), not_before, text);
    return rc ? rc
              : db_run(d->e->journal.db, d->err, "UPDATE op SET flags = flags | ? WHERE id = ?",
                       "ii", (int64_t)(OP_LOOK | OP_DOUBTED), row->id);
}

/* When lists show what has been done by now, or is done late. */
static int64_t when_listed(const struct deliver *d)
{
    struct ferry_traits any = {.size = sizeof any};
    return now_ms(d) + remote_settle_ms(d->r, &any);
}

static int32_t accept_token(struct deliver *d, int64_t op, const struct ferry_outcome *o)
{
    int64_t due_ms = 0;
    d->tally.token = o->token;
    int32_t rc = polls_add(d, op, o, &due_ms);
    rc =
        rc ? rc
           : db_run(
                 d->e->journal.db, d->err,
                 "UPDATE op SET state = 4, token = ?, not_before = ?, remote_id = coalesce(?, remote_id) WHERE id = ?",
                 "sisi", o->token, due_ms, o->id.len ? o->id : (struct ferry_str){NULL, 0}, op);
    return rc ? rc : remember_wait(d, op, o->retry_ms);
}

/* Done, and there is more to do to the same thing: the row goes on as the next link of its chain. */
static int32_t follow(struct deliver *d, const struct batch_op *row, const struct ferry_outcome *o,
                      const struct ferry_follow *f)
{
    struct buf extra;
    struct ferry_str none = {NULL, 0};
    buf_init(&extra, 65536);
    d->tally.done++;
    int32_t rc = o->n_extra ? pack_kv(&extra, o->extra, o->n_extra) : FERRY_OK;
    rc =
        rc ? rc
           : db_run(
                 d->e->journal.db, d->err,
                 "UPDATE op SET state = 1, act = ?, memory = ?, flags = (flags & ~50) | ?, remote_id = coalesce(?, remote_id),"
                 " extra = coalesce(?, extra), url = coalesce(?, url), at_most = 0, tries = 0, not_before = 0, request_id = NULL, token = NULL WHERE id = ?",
                 "ibisbsi", (int64_t)f->kind, f->state,
                 (int64_t)(f->flags & FERRY_FOLLOW_OPTIONAL ? OP_OPTIONAL : 0),
                 o->id.len ? o->id : none, extra.len ? buf_str(&extra) : none, o->url, row->id);
    buf_finish(&extra);
    return rc;
}

int32_t settle_without(struct deliver *d, const struct batch_op *row, struct ferry_str text)
{
    struct ferry_outcome done = {.size = sizeof done};
    int32_t rc =
        db_run(d->e->journal.db, d->err,
               "INSERT INTO note(lane_id, op_id, kind, text, name) VALUES(?, ?, ?, ?, ?)", "iiiss",
               row->lane_id, row->id, (int64_t)FERRY_NOTE_SKIPPED, short_text(text), row->name);
    return rc ? rc : settle_done(d, row, &done, 0);
}

static int32_t reject_or_leave(struct deliver *d, const struct batch_op *row, struct ferry_str text)
{
    if (row->flags & OP_OPTIONAL) {
        return settle_without(d, row, text);
    }
    if ((row->flags & OP_DOUBTED) && !(row->flags & OP_LOOKED) && !BROKEN(repeat_refused)) {
        /* A refusal after a doubt may be the trace of an earlier success: look before believing it. */
        return settle_look(d, row, when_listed(d), text);
    }
    settle_count_rejected(d, text);
    return settle_reject(d, row->id, text);
}

/* Not applied, and the codec writes it otherwise the next time. */
static int32_t settle_again(struct deliver *d, const struct batch_op *row,
                            const struct ferry_outcome *o)
{
    if ((row->flags & OP_DOUBTED) && !(row->flags & OP_LOOKED)) {
        return settle_look(d, row, when_listed(d), o->text);
    }
    int32_t rc = db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET state = ?, edition = edition + 1, not_before = ?, request_id = NULL WHERE id = ?",
        "iii", (int64_t)or_parked(row, OP_PLANNED), settle_retry_at(d, o->retry_ms), row->id);
    return rc ? rc : remember_wait(d, row->id, o->retry_ms);
}

static int32_t one_outcome(struct deliver *d, const struct batch *b, uint32_t i,
                           const struct reply *reply)
{
    const struct batch_op *row = &b->rows[i];
    const struct ferry_outcome *o = &reply->outcomes[i];
    int creates = b->act >> 16 == FERRY_CREATE;
    int64_t settle = remote_settle_ms(d->r, &b->traits);
    if (o->size == 0) {
        return settle_look(d, row, now_ms(d) + settle, FERRY_LIT("the answer does not mention it"));
    }
    switch (o->code) {
    case FERRY_DONE:
    case FERRY_EXISTS:
        if (o->code == FERRY_EXISTS && creates && !o->id.len) {
            return settle_look(d, row, now_ms(d),
                               FERRY_LIT("it is there already; looking for its id"));
        }
        if (reply->follows[i].size) {
            return follow(d, row, o, &reply->follows[i]);
        }
        /* A repeat of ours that finds itself is our delivery; otherwise it was there before us. */
        return settle_done(d, row, o,
                           o->code == FERRY_EXISTS && !(row->flags & OP_DOUBTED) ? OP_EXISTED : 0);
    case FERRY_ACCEPTED:
        return accept_token(d, row->id, o);
    case FERRY_REJECTED:
        return reject_or_leave(d, row, o->text);
    case FERRY_AGAIN:
        return settle_again(d, row, o);
    default: /* it was answered, so nothing is on its way; what may act twice has to be sure of earlier sendings, too */
        settle = b->traits.effect == FERRY_REPEATABLE ? 0 : settle;
        return settle_look(d, row, now_ms(d) + settle, o->text);
    }
}

static int32_t store_notes(struct deliver *d, const struct batch *b, const struct reply *reply)
{
    int32_t rc = FERRY_OK;
    for (struct reply_note *n = reply->notes; n && rc == FERRY_OK; n = n->next) {
        const struct batch_op *row = n->index < b->n ? &b->rows[n->index] : &b->rows[0];
        rc = db_run(
            d->e->journal.db, d->err,
            "INSERT INTO note(lane_id, op_id, kind, field, text, name) VALUES(?, ?, ?, ?, ?, ?)",
            "iiisss", row->lane_id, row->id, (int64_t)n->kind, n->field, n->text, row->name);
    }
    return rc;
}

/* --- a whole request ----------------------------------------------------------------------- */

/* Nothing was applied and nobody knows which item is to blame: fewer at once, down to one. */
static int32_t split(struct deliver *d, const struct batch *b, enum fate fate,
                     const struct reply *reply, struct ferry_str why)
{
    int64_t most = (b->n + 1) / 2;
    int32_t rc = FERRY_OK;
    int named = 0, hunted = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        named |= reply->outcomes[i].size && (reply->outcomes[i].code == FERRY_REJECTED ||
                                             reply->outcomes[i].code == FERRY_AGAIN);
    }
    if (fate == FATE_REFUSED && !named && b->n > 1) {
        rc = hunt_refused(d, b, &hunted);
    }
    if (rc || hunted) {
        return rc;
    }
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        const struct ferry_outcome *o = &reply->outcomes[i];
        if (o->size && o->code == FERRY_REJECTED) {
            rc = reject_or_leave(d, &b->rows[i], o->text.len ? o->text : why);
        } else if (o->size && o->code == FERRY_AGAIN) {
            rc = settle_again(d, &b->rows[i], o);
        } else if (b->n == 1) {
            rc = reject_or_leave(d, &b->rows[i], why);
        } else {
            rc = db_run(
                d->e->journal.db, d->err,
                "UPDATE op SET state = 1, at_most = CASE WHEN ?1 THEN at_most ELSE ?2 END, request_id = NULL WHERE id = ?3",
                "iii", (int64_t)named, most, b->rows[i].id);
        }
    }
    return rc;
}

static int32_t all_later(struct deliver *d, const struct batch *b, enum op_state state,
                         int64_t not_before, struct ferry_str text)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        rc = settle_later(d, b->rows[i].id, or_parked(&b->rows[i], state), not_before, text);
    }
    return rc;
}

/* A repeat was refused: perhaps because the first sending was taken. */
static int32_t all_look(struct deliver *d, const struct batch *b, struct ferry_str text)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        rc = settle_look(d, &b->rows[i], when_listed(d), text);
    }
    return rc;
}

/* Nothing of this request was applied: it may be made anew, unless an earlier sending of it is still in doubt. */
static enum op_state put_back(const struct flight *f)
{
    return f->repeat ? OP_DOUBT : OP_PLANNED;
}

static int32_t doubt(struct deliver *d, struct flight *f, struct ferry_str why)
{
    int64_t wait = classify_wait(NULL, f->batch.rows[0].tries, now_ms(d), chance());
    int64_t settle = remote_settle_ms(d->r, &f->batch.traits);
    if (f->batch.traits.effect != FERRY_REPEATABLE && settle > wait) {
        wait = settle;
    }
    if (BROKEN(settle)) {
        wait = 0;
    }
    if (BROKEN(settle_from_sent)) {
        wait -=
            now_ms(d) - db_one_int(d->e->journal.db, 0, d->err,
                                   "SELECT sent_ms FROM request WHERE id = ?", "i", f->request_id);
    }
    return all_later(d, &f->batch, OP_DOUBT, now_ms(d) + wait, why);
}

static int32_t sign_in_again(struct deliver *d, struct flight *f, struct ferry_str why)
{
    struct ferry_error err = {.size = sizeof err};
    if (f->session < d->r->sessions) { /* of a session that has been renewed since */
        return all_later(d, &f->batch, put_back(f), 0, why);
    }
    if (d->r->codec->sign_in && !d->signed_again && remote_sign_in(d->r, 1, &err) == FERRY_OK) {
        d->signed_again = 1;
        return all_later(d, &f->batch, put_back(f), 0, why);
    }
    d->gave_up = ferry_fail(d->err, FERRY_E_REFUSED, "credentials",
                            "%.*s: %u from %s; check the credentials", STR_ARG(d->r->target->label),
                            f->x.answer.status, d->r->transport.name);
    return all_later(d, &f->batch, put_back(f), 0, why);
}

static void describe_answer(const struct deliver *d, const struct flight *f,
                            const struct reply *reply, struct buf *out)
{
    const struct exchange *x = &f->x;
    if (x->end != EXCHANGE_ANSWERED) {
        buf_printf(out, "%s: %s", d->r->transport.name, x->error.message);
    } else if (reply->verdict.size && reply->verdict.text.len) {
        text_show(out, reply->verdict.text, 500);
    } else {
        buf_printf(out, "%u from %s", x->answer.status, d->r->transport.name);
        struct ferry_str body = utf8_cut(x->answer.body, 300);
        if (body.len) {
            buf_puts(out, ": ");
            text_show(out, body, 0);
        }
    }
}

static int32_t settle_parsed(struct deliver *d, const struct batch *b, const struct reply *reply)
{
    int32_t rc = FERRY_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i += n) {
        rc = settle_many(d, b, reply, i, &n);
        if (rc == FERRY_OK && n == 0) {
            rc = one_outcome(d, b, i, reply);
            n = 1;
        }
    }
    return rc ? rc : store_notes(d, b, reply);
}

/* Who says himself when to come again is asked until the deadline, however often that is. */
static int32_t busy(struct deliver *d, struct flight *f, int64_t again_ms, int64_t asked_ms,
                    struct ferry_str why)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < f->batch.n && rc == FERRY_OK; i++) {
        const struct batch_op *row = &f->batch.rows[i];
        enum op_state state = asked_ms > 0 ? put_back(f) : or_parked(row, put_back(f));
        rc = settle_later(d, row->id, state, again_ms, why);
        rc = rc ? rc : remember_wait(d, row->id, asked_ms);
    }
    return rc;
}

static int32_t settle_fate(struct deliver *d, struct flight *f, enum fate fate,
                           const struct reply *reply, struct ferry_str why)
{
    const struct ferry_message *answer = f->x.end == EXCHANGE_ANSWERED ? &f->x.answer : NULL;
    uint32_t tries = f->batch.rows[0].tries;
    int64_t again_ms = reply->verdict.size && reply->verdict.retry_ms > 0
                           ? settle_retry_at(d, reply->verdict.retry_ms)
                           : now_ms(d) + classify_wait(answer, tries, now_ms(d), chance());
    switch (fate) {
    case FATE_PARSE:
        return settle_parsed(d, &f->batch, reply);
    case FATE_REFUSED:
    case FATE_OVERSIZE:
        return f->repeat && f->batch.n > 1 ? all_look(d, &f->batch, why)
                                           : split(d, &f->batch, fate, reply, why);
    case FATE_BUSY:
    case FATE_NOT_SENT:
        return busy(d, f, again_ms, reply->verdict.size ? reply->verdict.retry_ms : 0, why);
    case FATE_SIGN_IN:
        return sign_in_again(d, f, why);
    case FATE_PARKED:
        return all_later(d, &f->batch, OP_PARKED, 0, why);
    default:
        return doubt(d, f, why);
    }
}

/* What the codec makes of the answer; FATE_UNSURE where it cannot read what was to be a success. */
static enum fate decode(struct deliver *d, struct flight *f, struct reply *reply)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_call call = remote_call(d->r);
    struct ferry_reply sink = reply_sink(reply);
    if (f->x.end != EXCHANGE_ANSWERED || reply_begin(reply, f->batch.n)) {
        return f->x.end == EXCHANGE_ANSWERED ? FATE_UNSURE : classify(&f->x, NULL);
    }
    int32_t rc = d->r->codec->decode(&call, f->batch.ptrs, f->batch.n, &f->x.answer, &sink, &err);
    rc = reply_end(reply, rc, &err);
    if (BROKEN(repeat_refused) && f->repeat && f->x.answer.status == 400) {
        reply_begin(reply, f->batch.n);
        return FATE_REFUSED;
    }
    if (rc == FERRY_OK) {
        enum fate fate = classify(&f->x, &reply->verdict);
        return fate == FATE_UNSURE && reply->outcomes[0].size
                   ? FATE_PARSE
                   : fate; /* the codec said more than the status does */
    }
    log_debug("%.*s: the answer to %.*s could not be read: %s", STR_ARG(d->r->target->label),
              STR_ARG(f->batch.traits.name), err.message);
    reply_begin(reply, f->batch.n); /* half an answer is no answer */
    enum fate fate = classify(&f->x, NULL);
    for (uint32_t i = 0; BROKEN(unparsed) && fate == FATE_PARSE && i < f->batch.n; i++) {
        reply->outcomes[i] =
            (struct ferry_outcome){.size = sizeof(struct ferry_outcome), .code = FERRY_DONE};
    }
    if (BROKEN(unparsed)) {
        return fate;
    }
    return fate == FATE_PARSE ? FATE_UNSURE : fate;
}

/* One statement: each writing of the row writes all its bytes. */
int32_t settle_close_request(struct deliver *d, int64_t request_id)
{
#define OPEN "EXISTS(SELECT 1 FROM op WHERE request_id = ?1 AND state < 7)"
    const struct tally t = d->tally;
    struct ferry_str none = {NULL, 0};
    int told = t.done || t.rejected || t.token.ptr || t.error.ptr;
    d->tally = (struct tally){.done = 0};
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE request SET done = done + ?2, rejected = rejected + ?3, token = coalesce(?4, token),"
        " error = coalesce(?5, error), ended_ms = CASE WHEN " OPEN " THEN NULL ELSE ?6 END,"
        " settled = NOT " OPEN ", packed = CASE WHEN " OPEN " THEN packed END"
        " WHERE id = ?1 AND (?7 OR NOT " OPEN ")",
        "iiissii", request_id, (int64_t)t.done, (int64_t)t.rejected, t.token.len ? t.token : none,
        t.error.ptr ? short_text(t.error) : none, now_ms(d), (int64_t)told);
#undef OPEN
}

/* Who says himself when he wants to be asked again has not gone away: it is the deadline that ends this. */
static void count_fruitless(struct deliver *d, enum fate fate, const struct reply *reply)
{
    if (fate == FATE_BUSY && reply->verdict.size && reply->verdict.code == FERRY_BUSY) {
        return;
    }
    if (fate == FATE_UNSURE || fate == FATE_BUSY || fate == FATE_NOT_SENT) {
        d->fruitless_ms = d->fruitless++ ? d->fruitless_ms : now_ms(d);
        return;
    }
    d->fruitless = 0;
    d->signed_again =
        fate == FATE_PARSE ? 0 : d->signed_again; /* a later session may end as well */
}

int32_t settle_answer(struct deliver *d, struct flight *f)
{
    struct reply reply;
    struct buf why;
    reply_init(&reply);
    buf_init(&why, 8192);
    int32_t rc = reply_begin(&reply, f->batch.n);
    enum fate fate = rc ? FATE_UNSURE : decode(d, f, &reply);
    if (rc == FERRY_OK && f->x.end == EXCHANGE_ANSWERED) {
        rc = remote_keep(d->r, &f->x.answer, d->err);
    }
    count_fruitless(d, fate, &reply);
    describe_answer(d, f, &reply, &why);
    d->made = remote_disturbed(d->r, 1) ? 0 : OP_ALONE;
    STEP(answered);
    rc = rc ? rc : db_begin(d->e->journal.db, d->err);
    if (rc == FERRY_OK) {
        d->tally = (struct tally){.done = 0};
        polls_begin(&d->polls);
        rc = settle_fate(d, f, fate, &reply, secrets_clean(&reply.arena, buf_str(&why)));
        rc = rc ? rc : settle_close_request(d, f->request_id);
        rc = rc ? rc : hunt_look(d);
        rc = db_end(d->e->journal.db, rc, d->err);
    }
    d->made = 0;
    exchanges_settled(d->e->exchanges, &f->x);
    rc = rc ? rc : classify_machine(&f->x, d->r->transport.name, d->err);
    STEP(settled);
    reply_finish(&reply);
    buf_finish(&why);
    return rc;
}

static struct ferry_outcome not_yet(const struct batch_op *row)
{
    return (struct ferry_outcome){.size = sizeof(struct ferry_outcome),
                                  .code = FERRY_ACCEPTED,
                                  .token = row->token,
                                  .retry_ms = 1000};
}

int32_t settle_poll(struct deliver *d, struct batch *b, struct reply *reply)
{
    int32_t rc = db_begin(d->e->journal.db, d->err);
    if (rc) {
        return rc;
    }
    d->tally = (struct tally){.done = 0};
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        if (reply->outcomes[i].size == 0) {
            reply->outcomes[i] = not_yet(&b->rows[i]);
        }
    }
    polls_begin(&d->polls);
    rc = settle_parsed(d, b, reply);
    rc = rc ? rc : settle_close_request(d, b->rows[0].request_id);
    return db_end(d->e->journal.db, rc, d->err);
}
