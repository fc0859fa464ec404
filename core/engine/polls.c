/* SPDX-License-Identifier: MIT */
/* polls.c - see polls.h. */
#include "deliver.h"

#include <stdlib.h>
#include <text.h>

enum { TOKEN_MAX = 65536, UNDER_WAY = 8 };

void polls_init(struct polls *p)
{
    memset(p, 0, sizeof *p);
    buf_init(&p->token, TOKEN_MAX);
}

void polls_finish(struct polls *p)
{
    free(p->v);
    buf_finish(&p->token);
    memset(p, 0, sizeof *p);
}

static int32_t put(struct deliver *d, const struct poll *one)
{
    struct polls *p = &d->polls;
    if (p->n == p->room) {
        uint32_t room = p->room ? p->room * 2 : 64;
        struct poll *v = realloc(p->v, room * sizeof *v);
        if (!v) {
            return ferry_fail(d->err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                              STR_ARG(d->r->target->label));
        }
        p->v = v;
        p->room = room;
    }
    p->v[p->n++] = *one;
    return FERRY_OK;
}

static struct poll *of_op(struct polls *p, int64_t op)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->v[i].op == op) {
            return &p->v[i];
        }
    }
    return NULL;
}

static void drop(struct polls *p, const struct poll *one)
{
    uint32_t at = (uint32_t)(one - p->v);
    memmove(p->v + at, p->v + at + 1, (--p->n - at) * sizeof *p->v);
}

/* What the journal says of its request. */
static int32_t take_one(struct db_rows *rows, struct deliver *d)
{
    const struct poll one = {.op = db_int(rows, 0),
                             .request = db_int(rows, 1),
                             .act = (uint32_t)db_int(rows, 2),
                             .due_ms = db_int(rows, 3),
                             .taken_ms = db_int(rows, 4)};
    return put(d, &one);
}

int32_t polls_load(struct deliver *d)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        d->e->journal.db, &rows, d->err,
        "SELECT MIN(o.id), o.request_id, o.act, MIN(o.not_before), coalesce(r.sent_ms, 0) FROM op o LEFT JOIN request r ON r.id = o.request_id"
        " WHERE o.dest_id = ? AND o.state = 4 AND " OP_QUEUED(
            "o.") " GROUP BY o.request_id, o.token ORDER BY 1",
        "i", d->r->dest_id);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        rc = take_one(&rows, d);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* --- when ----------------------------------------------------------------------------------------- */

/*
 * When to ask again after a question at `asked_ms`. What takes long is asked for seldom, so that its end is known at most a fifth later than it
 * could be. Where tasks have ended here before, one is asked for when it would be due by them, and often for a while from then on. How long the
 * answer took is no reason to wait for longer, save that half of the time nothing is asked.
 */
static int64_t next_ms(const struct polls *p, const struct poll *one, int64_t asked_ms, int64_t now)
{
    enum { SOONEST_MS = 400, LATEST_MS = 15000, SHARE = 5, OFTEN_MS = 100, FINE = 20 };
    int64_t age = asked_ms - one->taken_ms, wait = age / SHARE;
    wait = wait < SOONEST_MS ? SOONEST_MS : wait > LATEST_MS ? LATEST_MS : wait;
    if (p->usual_ms) {
        int64_t often = p->usual_ms / FINE > OFTEN_MS ? p->usual_ms / FINE : OFTEN_MS;
        int64_t left = p->usual_ms - age;
        left = left > often / 2 ? left : left > -SHARE * often ? often : wait;
        wait = left < 2 * wait ? left : wait; /* not shortly before it, too */
    }
    int64_t due = asked_ms + wait, soonest = now + wait / 2;
    return due > soonest ? due : soonest;
}

/*
 * A task has ended, not long before it was asked for, or halfway to the question before. What took less is believed sooner than what took more: that
 * may have been asked for late.
 */
static void learn(struct polls *p, const struct poll *one, int64_t asked_ms)
{
    enum { LITTLE = 32, SLOWLY = 8 };
    int64_t age = asked_ms - one->taken_ms;
    int64_t before = one->not_yet_ms > one->taken_ms ? one->not_yet_ms - one->taken_ms : 0;
    int64_t since = (age - before) / 2, little = age / LITTLE;
    int64_t took = age - (since < little ? since : little);
    if (one->taken_ms > 0 && took > 0) {
        int64_t by = took - p->usual_ms;
        p->usual_ms = p->usual_ms == 0 ? took : p->usual_ms + (by < 0 ? by / 2 : by / SLOWLY);
    }
}

void polls_begin(struct polls *p)
{
    buf_reset(&p->token);
    p->token_due_ms = 0;
}

int32_t polls_add(struct deliver *d, int64_t op, const struct ferry_outcome *o, int64_t *due_ms)
{
    struct polls *p = &d->polls;
    struct db_rows rows = {0};
    int64_t now = d->r->clock->now_ms(d->r->clock);
    if (p->token_due_ms && p->token_retry_ms == o->retry_ms &&
        ferry_eq(buf_str(&p->token), o->token)) {
        *due_ms = p->token_due_ms;
        return FERRY_OK;
    }
    int32_t rc = db_query(d->e->journal.db, &rows, d->err,
                          "SELECT id, request_id, act, 0, ?2 FROM op WHERE id = ?1", "ii", op, now);
    int got = rc ? 0 : db_step(&rows);
    rc = rc ? rc : got > 0 ? take_one(&rows, d) : got < 0 ? -got : FERRY_E_BUG;
    db_done(&rows);
    if (rc) {
        return rc;
    }
    struct poll *one = &p->v[p->n - 1];
    one->due_ms = o->retry_ms > 0 ? settle_retry_at(d, o->retry_ms) : next_ms(p, one, now, now);
    *due_ms = p->token_due_ms = one->due_ms;
    p->token_retry_ms = o->retry_ms;
    buf_reset(&p->token);
    return buf_put(&p->token, o->token);
}

int64_t polls_due(const struct polls *p)
{
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < p->n; i++) {
        due = !p->v[i].under_way && p->v[i].due_ms < due ? p->v[i].due_ms : due;
    }
    return due < p->next_ms ? p->next_ms : due;
}

uint32_t polls_held(const struct polls *p, uint32_t act)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        int fresh = p->v[i].act == act;
        for (uint32_t k = 0; k < i && fresh; k++) {
            fresh = p->v[k].act != act || p->v[k].request != p->v[i].request;
        }
        n += (uint32_t)fresh;
    }
    return n;
}

/* --- asking ----------------------------------------------------------------------------------------- */

static struct ferry_ask question(const struct batch *b)
{
    return (struct ferry_ask){.size = sizeof(struct ferry_ask),
                              .what = FERRY_ASK_POLL,
                              .noun = b->act & 0xffff,
                              .token = b->rows[0].token,
                              .ops = b->ptrs,
                              .n_ops = b->n};
}

static struct poll *next_poll(struct polls *p, int64_t now)
{
    struct poll *next = NULL;
    uint32_t under_way = 0;
    if (now < p->next_ms && p->next_ms - now <= 1000) { /* further away: the clock was put back */
        return NULL;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        struct poll *one = &p->v[i];
        under_way += (uint32_t)one->under_way;
        if (!one->under_way && one->due_ms <= now && (!next || one->due_ms < next->due_ms)) {
            next = one;
        }
    }
    return under_way < UNDER_WAY ? next : NULL;
}

/* In the words of its first operation alone: most answers are "not yet", and need no more of them. */
int32_t poll_next(struct deliver *d, struct flight *f, int *took)
{
    struct poll *one = next_poll(&d->polls, d->r->clock->now_ms(d->r->clock));
    *took = one != NULL;
    if (!one) {
        return FERRY_OK;
    }
    int32_t rc = batch_load(&f->batch, d->r, BATCH_ACCEPTED, one->op, d->err);
    if (rc || f->batch.n == 0) { /* it has ended by another way */
        drop(&d->polls, one);
        return rc;
    }
    struct ferry_ask ask = question(&f->batch);
    rc = remote_sign_in(d->r, 0, d->err);
    rc = rc ? rc : remote_write_ask(d->r, &ask, &f->request, d->err);
    if (rc) {
        return rc;
    }
    exchange_init(&f->x, d->r, &f->request);
    f->x.user = f;
    f->used = 1;
    f->polled = one->op;
    f->asked_ms = d->r->clock->now_ms(d->r->clock);
    one->under_way = 1;
    d->polls.next_ms = d->r->limiter.a_second ? f->asked_ms + 1000 / d->r->limiter.a_second : 0;
    if (remote_submit(d->r, &f->x, &f->x.error)) {
        int ended;
        f->x.end = EXCHANGE_NOT_SENT;
        rc = poll_landed(d, f, 0, &ended);
        rc = rc || !ended ? rc : poll_settle(d, f);
        exchange_finish(&f->x);
        f->used = 0;
        f->polled = 0;
    }
    return rc;
}

/* --- its answer --------------------------------------------------------------------------------------- */

static int is_not_yet(const struct reply *reply, struct ferry_str token)
{
    const struct ferry_outcome *o = &reply->outcomes[0];
    return !reply->notes &&
           (o->size == 0 || (o->code == FERRY_ACCEPTED && o->id.len == 0 &&
                             o->retry_ms <= CLASSIFY_WAIT_MOST && ferry_eq(o->token, token)));
}

static void ask_later(struct deliver *d, const struct flight *f, struct poll *one,
                      const struct ferry_outcome *o)
{
    enum { UNSAID_MS = 1000 };
    int64_t now = d->r->clock->now_ms(d->r->clock);
    one->under_way = 0;
    one->not_yet_ms = f->asked_ms;
    one->due_ms = o->size == 0      ? now + UNSAID_MS
                  : o->retry_ms > 0 ? settle_retry_at(d, o->retry_ms)
                                    : next_ms(&d->polls, one, f->asked_ms, now);
}

/* There is more to it: of all the operations that have the token. `good`: by the answer at hand, else one is asked for. */
static int32_t load_all(struct deliver *d, struct flight *f, struct poll *one, int good)
{
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = batch_load(&f->batch, d->r, BATCH_TOKEN, one->op, d->err);
    if (good) {
        learn(&d->polls, one, f->asked_ms);
    }
    drop(&d->polls, one);
    if (rc || f->batch.n == 0) {
        return rc;
    }
    struct ferry_ask ask = question(&f->batch);
    if (good && f->batch.n > 1) {
        good = remote_read_answer(d->r, &ask, &f->x, &f->notes, &why) == FERRY_OK;
    }
    return good ? FERRY_OK : remote_ask(d->r, &ask, &f->notes, d->err);
}

int32_t poll_landed(struct deliver *d, struct flight *f, int last, int *ended)
{
    struct ferry_error why = {.size = sizeof why};
    struct poll *one = of_op(&d->polls, f->polled);
    struct ferry_ask ask = question(&f->batch);
    int32_t rc = FERRY_OK;
    *ended = 0;
    int good = f->x.end == EXCHANGE_ANSWERED && classify(&f->x, NULL) == FATE_PARSE;
    rc = good ? remote_keep(d->r, &f->x.answer, d->err) : FERRY_OK;
    good = good && rc == FERRY_OK &&
           remote_read_answer(d->r, &ask, &f->x, &f->notes, &why) == FERRY_OK;
    if (rc || !one) {
        rc = rc ? rc : ferry_fail(d->err, FERRY_E_BUG, "", "an answer to what was not asked");
    } else if (good && is_not_yet(&f->notes, ask.token)) {
        ask_later(d, f, one, &f->notes.outcomes[0]);
    } else if (good || !last) {
        rc = load_all(d, f, one, good);
        *ended = rc == FERRY_OK && f->batch.n > 0;
    }
    return rc;
}

int32_t poll_settle(struct deliver *d, struct flight *f)
{
    return settle_poll(d, &f->batch, &f->notes);
}
