/* SPDX-License-Identifier: MIT */
/* hunt.c - see hunt.h. Called by settle.c alone. */
#include "hunt.h"

#include "deliver.h"

#include <stdlib.h>
#include <string.h>

enum { HUNTS = 8, LEVELS = 20, HELD_MS = 60000 };

struct ids {
    int64_t *v; /* owned */
    uint32_t n;
};

struct hunt {
    struct ids suspects; /* n is 0: no hunt */
    int certain;         /* one of them is guilty: they are what was left */
    uint32_t most;       /* of the innocent at once, as it was before; 0: any number */
    struct ids held[LEVELS];
    uint32_t n_held;
};

struct hunts {
    struct hunt list[HUNTS];
};

struct hunts *hunts_create(void)
{
    return calloc(1, sizeof(struct hunts));
}

static void ids_free(struct ids *ids)
{
    free(ids->v);
    *ids = (struct ids){NULL, 0};
}

static void forget(struct hunt *h)
{
    ids_free(&h->suspects);
    while (h->n_held > 0) {
        ids_free(&h->held[--h->n_held]);
    }
    h->certain = 0;
}

void hunts_destroy(struct hunts *h)
{
    for (int i = 0; h && i < HUNTS; i++) {
        forget(&h->list[i]);
    }
    free(h);
}

/* --- what happens to operations ---------------------------------------------------------------------- */

/* They go, at most `most` at once; 0: any number. */
static int32_t let_go(struct deliver *d, const struct ids *ids, uint32_t most)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < ids->n && rc == FERRY_OK; i++) {
        rc = db_run(d->e->journal.db, d->err,
                    "UPDATE op SET not_before = 0, flags = flags & ~?1, at_most = ?2 WHERE id = ?3"
                    " AND state = 1",
                    "iii", (int64_t)OP_HELD, (int64_t)most, ids->v[i]);
    }
    return rc;
}

static int32_t hold(struct deliver *d, const struct ids *ids)
{
    int64_t until = d->r->clock->now_ms(d->r->clock) + HELD_MS;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < ids->n && rc == FERRY_OK; i++) {
        rc = db_run(d->e->journal.db, d->err,
                    "UPDATE op SET not_before = ?, flags = flags | ? WHERE id = ? AND state = 1",
                    "iii", until, (int64_t)OP_HELD, ids->v[i]);
    }
    return rc;
}

/* Over: all that was held goes. */
static int32_t end(struct deliver *d, struct hunt *h)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < h->n_held && rc == FERRY_OK; i++) {
        rc = let_go(d, &h->held[i], h->most);
    }
    forget(h);
    return rc;
}

/* The first half of `of` is suspected, the other held; of one nothing is held. Takes `of`. */
static int32_t narrow(struct deliver *d, struct hunt *h, struct ids of, int certain)
{
    uint32_t half = (of.n + 1) / 2;
    struct ids rest = {.n = of.n - half};
    ids_free(&h->suspects);
    h->suspects = of;
    h->certain = certain && rest.n == 0;
    int32_t rc = FERRY_OK;
    if (rest.n > 0) {
        rest.v = malloc(rest.n * sizeof *rest.v);
        if (!rest.v || h->n_held == LEVELS) { /* then all of it goes, as it may */
            free(rest.v);
            rc = let_go(d, &h->suspects, half);
            return rc ? rc : end(d, h);
        }
        memcpy(rest.v, of.v + half, rest.n * sizeof *rest.v);
        h->suspects.n = half;
        h->held[h->n_held++] = rest;
        rc = hold(d, &rest);
    }
    return rc ? rc : let_go(d, &h->suspects, half);
}

/* --- refusals ------------------------------------------------------------------------------------------ */

static int is_of(const struct hunt *h, const struct batch *b)
{
    for (uint32_t i = 0; i < h->suspects.n; i++) {
        if (i >= b->n || h->suspects.v[i] != b->rows[i].id) {
            return 0;
        }
    }
    return h->suspects.n == b->n;
}

/* Whether an operation of the batch is of the hunt, which then knows no more what it knew. */
static int is_mixed(const struct hunt *h, const struct batch *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        for (uint32_t k = 0; k < h->suspects.n; k++) {
            if (b->rows[i].id == h->suspects.v[k]) {
                return 1;
            }
        }
    }
    return 0;
}

int32_t hunt_refused(struct deliver *d, const struct batch *b, int *taken)
{
    struct hunt *mine = NULL, *spare = NULL;
    struct ids all = {.n = b->n};
    int32_t rc = FERRY_OK;
    *taken = 0;
    for (int i = 0; i < HUNTS && rc == FERRY_OK && !mine; i++) {
        struct hunt *h = &d->hunts->list[i];
        if (h->suspects.n > 0 && is_of(h, b)) {
            mine = h;
        } else if (h->suspects.n > 0 && is_mixed(h, b)) {
            rc = end(d, h);
        }
        spare = h->suspects.n == 0 ? h : spare;
    }
    if (!mine && spare) {
        mine = spare;
        mine->most = b->rows[0].most;
    }
    all.v = mine && b->n > 1 ? malloc(b->n * sizeof *all.v) : NULL;
    if (rc || !all.v) {
        return rc;
    }
    for (uint32_t i = 0; i < b->n && rc == FERRY_OK; i++) {
        all.v[i] = b->rows[i].id;
        rc = db_run(d->e->journal.db, d->err,
                    "UPDATE op SET state = 1, request_id = NULL WHERE id = ?", "i", all.v[i]);
    }
    *taken = 1;
    if (rc) {
        free(all.v);
        return rc;
    }
    return narrow(d, mine, all, 0);
}

/* --- answers -------------------------------------------------------------------------------------------- */

/* All of them arrived: 1. One will not, or nobody knows: -1. Else 0: not yet. */
static int fate_of(struct deliver *d, const struct ids *ids)
{
    uint32_t done = 0;
    for (uint32_t i = 0; i < ids->n; i++) {
        int64_t state = db_one_int(d->e->journal.db, 0, d->err, "SELECT state FROM op WHERE id = ?",
                                   "i", ids->v[i]);
        if (state != OP_DONE && state != OP_PLANNED && state != OP_SENT) {
            return -1;
        }
        done += state == OP_DONE;
    }
    return done == ids->n;
}

static int32_t look(struct deliver *d, struct hunt *h)
{
    int fate = fate_of(d, &h->suspects);
    if (fate < 0 || (fate > 0 && (h->certain || h->n_held == 0))) {
        return end(d, h); /* found; or the server has changed its mind */
    }
    if (fate == 0) {
        return FERRY_OK;
    }
    return narrow(d, h, h->held[--h->n_held], 1);
}

int32_t hunt_look(struct deliver *d)
{
    int32_t rc = FERRY_OK;
    for (int i = 0; i < HUNTS && rc == FERRY_OK; i++) {
        if (d->hunts->list[i].suspects.n > 0) {
            rc = look(d, &d->hunts->list[i]);
        }
    }
    return rc;
}
