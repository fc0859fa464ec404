/* SPDX-License-Identifier: MIT */
/*
 * prepare.c - results' next requests are loaded and encoded while others are under way, so that one leaves at the moment when a place is free. Nothing of that is in
 * the journal: the operations stay PLANNED, and a prepared request is sent only where it is the very one that would be chosen and encoded then.
 */
#include "deliver.h"
#include "step.h"

enum { RESULTS = FERRY_OP(FERRY_CREATE, FERRY_RESULT), SPARE = 2 };

/* A server that works on so many of a kind often ends them together: then so many are wanted. */
static uint32_t wanted(const struct deliver *d, const struct ferry_traits *t)
{
    if (!(t->flags & FERRY_HOLDS)) {
        return SPARE;
    }
    uint32_t n = 0, most = remote_window(d->r, t);
    for (uint32_t i = 0; i < FLIGHTS; i++) {
        const struct flight *f = &d->flights[i];
        n += (uint32_t)(f->used && !f->polled && f->batch.act == RESULTS);
    }
    return n < most ? most - n : 1;
}

/*
 * Not before results are sent at all: what has to be there first, and is counted before (alone.h), is none of this file's. Where something may
 * have to be looked for, or what is sent does not show in the journal, all is done in its time.
 */
static int is_time(struct deliver *d, struct ferry_traits *t)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    return d->last_act == RESULTS && !d->paper && d->r->limited && !BROKEN(write_before_act) &&
           remote_describe(d->r, RESULTS, t, &ignored) == FERRY_OK &&
           t->effect == FERRY_REPEATABLE && !(t->flags & FERRY_FIND_FIRST);
}

int32_t prepare_next(struct deliver *d, struct flight *f, int *took)
{
    struct prepared *p = &d->prepared;
    struct ferry_traits t;
    int written = 0;
    *took = 0;
    if (!is_time(d, &t) || p->n == PREPARED || p->n >= wanted(d, &t)) {
        return FERRY_OK;
    }
    const struct batch *last = p->n ? &p->list[p->n - 1]->batch : NULL;
    f->batch.after = last ? last->rows[last->n - 1].id : 0;
    int32_t rc = batch_load(&f->batch, d->r, BATCH_NEXT, RESULTS, d->err);
    if (rc || f->batch.n == 0) {
        return rc;
    }
    *took = 1;
    rc = send_write(d, f, &written);
    if (rc == FERRY_OK && written) {
        f->prepared = 1;
        p->list[p->n++] = f;
    }
    return rc;
}

void prepare_drop(struct deliver *d)
{
    for (uint32_t i = 0; i < d->prepared.n; i++) {
        d->prepared.list[i]->prepared = 0;
    }
    d->prepared.n = 0;
}

int32_t prepare_take(struct deliver *d, struct flight **f)
{
    struct prepared *p = &d->prepared;
    int same = 0;
    *f = NULL;
    if (p->n == 0) {
        return FERRY_OK;
    }
    int32_t rc = batch_is_next(&p->list[0]->batch, d->r, &same, d->err);
    if (rc || !same) {
        prepare_drop(d);
        return rc;
    }
    *f = p->list[0];
    (*f)->prepared = 0;
    p->n--;
    for (uint32_t i = 0; i < p->n; i++) {
        p->list[i] = p->list[i + 1];
    }
    return FERRY_OK;
}
