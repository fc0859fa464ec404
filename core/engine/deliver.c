/* SPDX-License-Identifier: MIT */
/* deliver.c - the loop: what is in doubt first, then what is asked about, then what is new; then waiting. See deliver.h. */
#include "deliver.h"

#include "classify.h"
#include "plan.h"
#include "step.h"

#include <log.h>
#include <stdlib.h>
#include <text.h>

struct loop {
    struct deliver d;
    struct flight *flights;
    uint32_t in_flight, sendings; /* of those */
    int64_t turn_ms;              /* when the server's limit lets the next request go */
};

/* What a dead process had on its way may have acted, or act yet: what must not act twice is left alone until it has settled. */
static int32_t doubt_what_was_sent(struct deliver *d)
{
    struct db *db = d->e->journal.db;
    int64_t act = 0, last = 0, now = d->r->clock->now_ms(d->r->clock);
    int32_t rc = FERRY_OK;
    while (
        rc == FERRY_OK &&
        (act = db_one_int(
             db, 0, d->err,
             "SELECT MIN(act) FROM op INDEXED BY op_request WHERE request_id IS NOT NULL AND state < 7 AND state = 3 AND dest_id = ? AND act > ?",
             "ii", d->r->dest_id, act)) > last) { /* a damaged index may go round */
        struct ferry_traits t;
        last = act;
        rc = remote_describe(d->r, (uint32_t)act, &t, d->err);
        int64_t wait = t.effect == FERRY_REPEATABLE ? 0 : remote_settle_ms(d->r, &t);
        rc =
            rc ? rc
               : db_run(
                     db, d->err,
                     "UPDATE op INDEXED BY op_request SET state = 5, flags = (flags & ~2) | 4, not_before = ?"
                     " WHERE request_id IS NOT NULL AND state < 7 AND state = 3 AND dest_id = ? AND act = ?",
                     "iii", now + wait, d->r->dest_id, act);
    }
    return rc;
}

/*
 * Whatever another time has left behind, in one walk over what waits, of which there may be a million. A person asked for another try:
 * parked ones get it, and everything is tried as if for the first time. What a hunt held back was held for nothing, and a look
 * is no look. Whatever was put off, was put off by a clock that may have been ahead of this one: nothing waits for longer than it ever has
 * to. How long a codec asked for is known where it was long.
 */
static int32_t begin_anew(struct deliver *d)
{
#define PLANNED "(state = 1 OR (state = 6 AND flags & 4 = 0))"
    struct ferry_traits any = {.size = sizeof any};
    int64_t longest = remote_settle_ms(d->r, &any);
    longest = longest > CLASSIFY_WAIT_MOST ? longest : CLASSIFY_WAIT_MOST;
    int64_t now = d->r->clock->now_ms(d->r->clock);
    int64_t forgotten = OP_HELD | (BROKEN(write_before_act) ? 0 : OP_LOOKED);
    return db_run(
        d->e->journal.db, d->err,
        "UPDATE op SET tries = 0, state = CASE WHEN " PLANNED
        " THEN 1 WHEN state = 6 THEN 5 ELSE state END,"
        " flags = CASE WHEN " PLANNED " THEN flags & ~?5 ELSE flags END,"
        " not_before = CASE WHEN state = 6 OR (state = 1 AND flags & ?6) THEN 0"
        " ELSE min(not_before, ?1 + max(?2, (flags >> ?3) * 60000)) END"
        " WHERE dest_id = ?4 AND state < 7 AND state <> 3"
        " AND (state = 6 OR tries > 0 OR not_before > ?1 + ?2 OR (state = 1 AND flags & ?5))",
        "iiiiii", now, longest, (int64_t)OP_WAIT_SHIFT, d->r->dest_id, forgotten, (int64_t)OP_HELD);
#undef PLANNED
}

static int32_t recover(struct deliver *d)
{
    int32_t rc = doubt_what_was_sent(d);
    rc = rc ? rc : begin_anew(d);
    rc = rc ? rc : polls_load(d);
    STEP(deliver_begun);
    return rc;
}

static struct flight *free_flight(struct loop *l)
{
    for (uint32_t i = 0; i < FLIGHTS; i++) {
        if (!l->flights[i].used && !l->flights[i].prepared) {
            return &l->flights[i];
        }
    }
    return NULL;
}

/* The narrowest of what is on its way. */
static uint32_t window(const struct loop *l)
{
    uint32_t least = BROKEN(write_before_act) ? 1 : FLIGHTS; /* else what is on its way looks new */
    for (uint32_t i = 0; i < FLIGHTS; i++) {
        if (l->flights[i].used && !l->flights[i].polled) {
            uint32_t n = remote_window(l->d.r, &l->flights[i].batch.traits);
            least = n < least ? n : least;
        }
    }
    return least;
}

/* What may be done now besides asking: one more request may be on its way. */
static int may_send(const struct loop *l)
{
    return l->sendings == 0 || l->sendings < window(l);
}

static int has_room(const struct loop *l)
{
    const struct ferry_traits any = {.size = sizeof any, .max_in_flight = FLIGHTS};
    return l->in_flight == 0 || l->in_flight < remote_window(l->d.r, &any);
}

/* What was prepared, if it may go. */
static int32_t send_prepared(struct loop *l, struct flight **f, int *took)
{
    struct deliver *d = &l->d;
    int held = 0;
    *f = NULL;
    int32_t rc = d->prepared.n ? send_held(d, d->last_act, &held) : FERRY_OK;
    rc = rc || held ? rc : prepare_take(d, f);
    *took = *f != NULL;
    return rc || !*f ? rc : send_off(d, *f);
}

/* One of the sources of requests: in doubt, asked about, prepared, new. */
static int32_t from_source(struct loop *l, int i, struct flight **f, int *took)
{
    static int32_t (*const sources[])(struct deliver *, struct flight *,
                                      int *) = {send_again, poll_next, NULL, send_next};
    if (sources[i] != poll_next && !may_send(l)) {
        return FERRY_OK;
    }
    if (!sources[i]) {
        return send_prepared(l, f, took);
    }
    *f = free_flight(l);
    return *f && (sources[i] != send_next || l->d.prepared.n == 0) ? sources[i](&l->d, *f, took)
                                                                   : FERRY_OK;
}

/* Sends one more request, where one more may be in flight and the server's limit allows it; *took says whether anything was done. */
static int32_t fill_from(struct loop *l, int first, int last, int *took)
{
    struct remote *r = l->d.r;
    int32_t rc = FERRY_OK;
    uint32_t before = l->in_flight;
    *took = 0;
    if (!has_room(l)) {
        return FERRY_OK;
    }
    l->turn_ms = remote_turn(r);
    if (l->turn_ms > r->clock->now_ms(r->clock)) {
        return FERRY_OK;
    }
    for (int i = first; i <= last && rc == FERRY_OK && !*took; i++) {
        struct flight *f = NULL;
        rc = from_source(l, i, &f, took);
        l->in_flight += (uint32_t)(f && f->used);
        l->sendings += (uint32_t)(f && f->used && !f->polled);
    }
    if (l->in_flight == before) {
        remote_turn_back(r);
    }
    return rc;
}

static int32_t fill(struct loop *l, int *took)
{
    return fill_from(l, 0, 3, took);
}

/* A place is free: the next request goes before it is written down how the one before it has ended. */
static int32_t follow(struct loop *l)
{
    int took;
    return l->d.prepared.n ? fill_from(l, 2, 2, &took) : FERRY_OK;
}

/* `last`: nothing more is asked of anybody. */
static int32_t hear(struct loop *l, struct flight *f, int last)
{
    int ended = 0;
    int32_t rc = FERRY_OK;
    if (!f->polled) {
        rc = !last && classify(&f->x, NULL) == FATE_PARSE ? follow(l) : FERRY_OK;
        return rc ? rc : settle_answer(&l->d, f);
    }
    rc = poll_landed(&l->d, f, last, &ended);
    if (rc == FERRY_OK && ended) {
        rc = last ? FERRY_OK : follow(l);
        rc = rc ? rc : poll_settle(&l->d, f);
    }
    return rc;
}

/* While nothing can be sent, the next one is written. */
static int32_t prepare(struct loop *l, int *took)
{
    struct flight *f = free_flight(l);
    *took = 0;
    return f ? prepare_next(&l->d, f, took) : FERRY_OK;
}

/* How long nothing can be done but by an answer. */
static int64_t idle_ms(const struct loop *l)
{
    enum { MOST_MS = 1000 };
    int64_t now = l->d.r->clock->now_ms(l->d.r->clock), due = polls_due(&l->d.polls);
    due = l->turn_ms > now ? l->turn_ms : due;
    return due > now && due - now < MOST_MS ? due - now : MOST_MS;
}

static int32_t land(struct loop *l, int64_t wait_ms, int last, int *took)
{
    struct exchange *x = remote_next(l->d.r, wait_ms);
    *took = x != NULL;
    if (!x) {
        return FERRY_OK;
    }
    struct flight *f = x->user;
    l->in_flight--;
    l->sendings -= (uint32_t)!f->polled;
    int32_t rc = hear(l, f, last);
    exchange_finish(&f->x);
    f->used = 0;
    f->polled = 0;
    return rc;
}

/*
 * When something is due that was not at `looked_ms`, when all that was due was looked at; 0: nothing ever. Where a question is due soon, the
 * operations, of which there may be very many, are not looked through for what is due a little earlier.
 */
static int64_t next_due(struct deliver *d, int64_t looked_ms)
{
    enum { SOON_MS = 500 };
    int64_t ask_ms = polls_due(&d->polls);
    if (ask_ms <= looked_ms + SOON_MS) {
        return ask_ms;
    }
    int64_t due = db_one_int(
        d->e->journal.db, 0, d->err,
        "SELECT MIN(o.not_before) FROM op o LEFT JOIN op s ON s.id = o.scope_op WHERE o.dest_id = ? AND o.state < 7 AND o.state <> 3 AND o.not_before > ?"
        " AND (o.state = 5 OR (o.state = 1 AND o.waits = 0 AND (o.scope_op IS NULL OR s.state = 7)))",
        "ii", d->r->dest_id, looked_ms);
    return due && due < ask_ms ? due : ask_ms < INT64_MAX ? ask_ms : 0;
}

/* A few sendings over some time, all in vain: the destination is given up. Reads may go well all the while. */
static int32_t check_patience(struct deliver *d)
{
    enum { FRUITLESS = 4 };
    int64_t now = d->r->clock->now_ms(d->r->clock);
    if (d->fruitless < FRUITLESS || now - d->fruitless_ms < d->r->patience_ms) {
        return FERRY_OK;
    }
    return ferry_fail(
        d->err, FERRY_E_UNREACHABLE, "",
        "%.*s: no answer to use from %s for %lld s; everything is kept, go on with \"ferry resume\"",
        STR_ARG(d->r->target->label), d->r->transport.name,
        (long long)(now - d->fruitless_ms) / 1000);
}

/* A pipeline has to come to an end. */
static int32_t check_deadline(struct deliver *d)
{
    if (d->r->clock->now_ms(d->r->clock) < d->e->deadline_ms) {
        return FERRY_OK;
    }
    return ferry_fail(
        d->err, FERRY_E_UNREACHABLE, "",
        "%.*s: the time for delivering (--deadline, delivery.deadline) is over; everything is kept, go on with \"ferry resume\"",
        STR_ARG(d->r->target->label));
}

/* Who looks on hears of it; what is told is committed. `waits`: nothing will happen for a while. */
static void tell(struct deliver *d, int waits)
{
    events_tell(d->e->events);
    exchanges_tell(d->e->exchanges, waits);
}

/* 1: something became due. 0: nothing will, or *rc. */
static int wait_for_due(struct loop *l, int64_t looked_ms, int32_t *rc)
{
    struct deliver *d = &l->d;
    struct clock *clock = d->r->clock;
    int64_t now = clock->now_ms(clock);
    int64_t due = l->turn_ms > now ? l->turn_ms : next_due(d, looked_ms);
    if (due == 0) {
        return 0;
    }
    if (due > now) {
        exchanges_waits(d->e->exchanges,
                        l->turn_ms > now ? "the server's limit" : "until something is due",
                        due - now);
        tell(d, 1);
    }
    if (due > now && clock->wait_ms(clock, due - now, d->r->interrupted)) {
        *rc = ferry_fail(d->err, FERRY_E_STOP, "",
                         "interrupted; everything is kept, go on with \"ferry resume\"");
        return 0;
    }
    return 1;
}

static int32_t run(struct loop *l)
{
    struct deliver *d = &l->d;
    int32_t rc = recover(d);
    rc = rc ? rc : remote_sign_in(d->r, 0, d->err);
    rc = rc ? rc : remote_ahead_rest(d->r, d->err); /* all that is on its way is counted here */
    int took = 0;
    while (rc == FERRY_OK && !d->gave_up) {
        if (is_interrupted(d->r->interrupted)) {
            rc = ferry_fail(d->err, FERRY_E_STOP, "",
                            "interrupted; everything is kept, go on with \"ferry resume\"");
            break;
        }
        int64_t looked_ms = d->r->clock->now_ms(d->r->clock);
        tell(d, 0);
        rc = check_patience(d);
        rc = rc ? rc : check_deadline(d);
        rc = rc ? rc : fill(l, &took);
        if (rc || took) {
            continue; /* perhaps one more */
        }
        if (l->in_flight > 0) {
            rc = land(l, 0, 0, &took);
            rc = rc || took ? rc : prepare(l, &took);
            rc = rc || took ? rc : land(l, idle_ms(l), 0, &took);
        } else if (!wait_for_due(l, looked_ms, &rc)) {
            break;
        }
    }
    while (l->in_flight > 0 &&
           (rc == FERRY_OK || rc == FERRY_E_UNREACHABLE || rc == FERRY_E_REFUSED)) {
        int32_t landed = land(l, 1000, 1, &took); /* what is on its way is heard out */
        if (landed) {
            return landed;
        }
    }
    STEP(delivered);
    return rc ? rc : d->gave_up;
}

int32_t deliver(struct engine *e, struct remote *r, const struct plan_counts *plan,
                struct deliver_counts *counts, struct ferry_error *err)
{
    int fresh = plan && plan->first_op;
    struct loop l = {.d = {.e = e,
                           .r = r,
                           .err = err,
                           .first_op = fresh ? plan->first_op : INT64_MAX,
                           .cases = fresh ? plan->cases : -1}};
    l.flights = calloc(FLIGHTS, sizeof *l.flights);
    l.d.hunts = hunts_create();
    l.d.flights = l.flights;
    polls_init(&l.d.polls);
    if (!l.flights || !l.d.hunts) {
        free(l.flights);
        hunts_destroy(l.d.hunts);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                          STR_ARG(r->target->label));
    }
    for (uint32_t i = 0; i < FLIGHTS; i++) {
        flight_init(&l.flights[i]);
    }
    int32_t rc = run(&l);
    if (l.in_flight >
        0) { /* what is still on its way must not come back to flights that are gone */
        remote_abandon(r);
    }
    for (uint32_t i = 0; i < FLIGHTS; i++) {
        if (l.flights[i].used) {
            exchange_finish(&l.flights[i].x);
        }
        flight_finish(&l.flights[i]);
    }
    free(l.flights);
    polls_finish(&l.d.polls);
    hunts_destroy(l.d.hunts);
    *counts = l.d.counts;
    return rc;
}
