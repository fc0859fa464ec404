/* SPDX-License-Identifier: MIT */
/*
 * settle_many.c - the usual end of a request of results: all of them are done, and nothing else is said of them; or all are taken in, by one
 * token. Neighbours, whose ids the tracker numbered one after the other or did not say, are settled by one statement; whoever is
 * otherwise is left to settle.c.
 */
#include "deliver.h"

#include <text.h>

enum { FEW = 8 };

/* A number as it is written: it can be counted on from. */
static int is_numeral(struct ferry_str id, int64_t *n)
{
    char digits[24];
    if (!str_int64(id, n) || *n < 0) {
        return 0;
    }
    snprintf(digits, sizeof digits, "%lld", (long long)*n);
    return str_is(id, digits);
}

static int is_plain(const struct batch *b, const struct reply *reply, uint32_t i)
{
    const struct ferry_outcome *o = &reply->outcomes[i];
    return b->rows[i].kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT) && b->act == b->rows[i].kind &&
           o->size > 0 && o->code == FERRY_DONE && o->url.len == 0 && reply->follows[i].size == 0;
}

/* Whether this one goes on where the first of them began. */
static int goes_on(const struct batch *b, const struct reply *reply, uint32_t first, uint32_t i,
                   int64_t first_id, int numbered)
{
    int64_t n = 0;
    struct ferry_str id = reply->outcomes[i].id;
    return is_plain(b, reply, i) && b->rows[i].id == b->rows[first].id + (i - first) &&
           (numbered ? is_numeral(id, &n) && n == first_id + (i - first) : id.len == 0);
}

/* --- taken in -------------------------------------------------------------------------------------- */

static int is_taken_in(const struct reply *reply, uint32_t i)
{
    const struct ferry_outcome *o = &reply->outcomes[i];
    return o->size > 0 && o->code == FERRY_ACCEPTED && o->id.len == 0 &&
           o->retry_ms <= CLASSIFY_WAIT_MOST;
}

static int32_t accept_many(struct deliver *d, const struct batch *b, const struct reply *reply,
                           uint32_t first, uint32_t *n)
{
    const struct ferry_outcome *o = &reply->outcomes[first];
    uint32_t end = first;
    int64_t due_ms = 0;
    while (end < b->n && is_taken_in(reply, end) &&
           b->rows[end].id == b->rows[first].id + (end - first) &&
           reply->outcomes[end].retry_ms == o->retry_ms &&
           ferry_eq(reply->outcomes[end].token, o->token)) {
        end++;
    }
    if (end - first < FEW) {
        return FERRY_OK;
    }
    d->tally.token = o->token;
    int32_t rc = polls_add(d, b->rows[first].id, o, &due_ms);
    rc =
        rc ? rc
           : db_run(
                 d->e->journal.db, d->err,
                 "UPDATE OR FAIL op SET state = 4, token = ?, not_before = ? WHERE id BETWEEN ? AND ?",
                 "siii", o->token, due_ms, b->rows[first].id, b->rows[end - 1].id);
    *n = rc ? 0 : end - first;
    return rc;
}

int32_t settle_many(struct deliver *d, const struct batch *b, const struct reply *reply,
                    uint32_t first, uint32_t *n)
{
    struct db *db = d->e->journal.db;
    int64_t id = 0, now = d->r->clock->now_ms(d->r->clock);
    uint64_t cases = 0;
    uint32_t end = first;
    *n = 0;
    if (!is_plain(b, reply, first)) {
        return is_taken_in(reply, first) ? accept_many(d, b, reply, first, n) : FERRY_OK;
    }
    int numbered = is_numeral(reply->outcomes[first].id, &id);
    while (end < b->n && goes_on(b, reply, first, end, id, numbered)) {
        const struct ferry_outcome *o = &reply->outcomes[end++];
        cases += (uint64_t)str_is(ferry_get(o->extra, o->n_extra, FERRY_LIT("case_created")),
                                  "true"); /* by the server, for us */
    }
    if (end - first < FEW) {
        return FERRY_OK;
    }
    int64_t from = b->rows[first].id, to = b->rows[end - 1].id;
    int32_t rc =
        numbered
            ? db_run(
                  db, d->err,
                  "UPDATE OR FAIL op SET state = 7, remote_id = id + ?, url = NULL, settled_ms = ?, text = NULL, token = NULL"
                  " WHERE id BETWEEN ? AND ?",
                  "iiii", id - from, now, from, to)
            : db_run(
                  db, d->err,
                  "UPDATE OR FAIL op SET state = 7, url = NULL, settled_ms = ?, text = NULL, token = NULL"
                  " WHERE id BETWEEN ? AND ?",
                  "iii", now, from, to);
    *n = rc ? 0 : end - first;
    d->counts.delivered += *n;
    d->tally.done += *n;
    d->counts.cases += cases;
    return rc;
}
