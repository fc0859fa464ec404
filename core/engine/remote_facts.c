/* SPDX-License-Identifier: MIT */
/* remote_facts.c - see remote.h: what a codec has to know of its destination, asked for, kept, grown old; and whether something could be written with it. */
#include "remote_private.h"

#include <text.h>

enum { FACT_AGE_MS = 24 * 3600 * 1000, REHEARSAL_MAX = 1 << 20, FACTS_AT_FIRST = 64 };

/* One more fact; a codec may have to know thousands of things by their names. */
static int32_t add_fact(struct remote *r, struct ferry_str name, struct ferry_str value)
{
    if (r->n_facts == r->room_facts) { /* the old arrays stay in memory until the end */
        uint32_t room = r->room_facts ? r->room_facts * 2 : FACTS_AT_FIRST;
        struct ferry_kv *facts = arena_array(&r->memory, struct ferry_kv, room);
        uint32_t *said = arena_array(&r->memory, uint32_t, room);
        if (!facts || !said) {
            return r->memory.failed;
        }
        if (r->n_facts) {
            memcpy(facts, r->facts, r->n_facts * sizeof *facts);
            memcpy(said, r->fact_said, r->n_facts * sizeof *said);
        }
        r->facts = facts;
        r->fact_said = said;
        r->room_facts = room;
    }
    r->facts[r->n_facts].key = arena_str(&r->memory, name);
    r->facts[r->n_facts++].value = arena_str(&r->memory, value);
    return r->memory.failed;
}

/* A project changes while nobody looks: what was learned long ago, and what it lacked, is asked anew when it is needed. */
int32_t remote_load_facts(struct remote *r, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int64_t now = r->clock->now_ms(r->clock); /* one from the future is of a clock that was wrong */
    int32_t rc = db_query(
        r->journal->db, &rows, err,
        "SELECT name, value FROM fact WHERE dest_id = ? AND at_ms BETWEEN ? AND ? AND value <> ''",
        "iii", r->dest_id, now - FACT_AGE_MS, now);
    int got = 0;
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        rc = add_fact(r, db_str(&rows, 0), db_str(&rows, 1));
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : r->memory.failed;
}

static int32_t two_values(const struct remote *r, struct ferry_str name, struct ferry_str had,
                          struct ferry_str value, struct ferry_error *err)
{
    return ferry_fail(
        err, FERRY_E_CONFIG, "fact",
        "%.*s: two values for \"%.*s\": \"%.*s\" and \"%.*s\"; make it one in the tracker, or name the right one in the configuration",
        STR_ARG(r->target->label), STR_ARG(name), STR_ARG(had), STR_ARG(value));
}

/* Two values said now are a fault of the project; another one than before only means that it was changed. */
static int32_t store_fact(struct remote *r, struct ferry_str name, struct ferry_str value,
                          struct ferry_error *err)
{
    uint32_t i = 0;
    while (i < r->n_facts && !ferry_eq(r->facts[i].key, name)) {
        i++;
    }
    if (i < r->n_facts && r->fact_said[i]) {
        return ferry_eq(r->facts[i].value, value)
                   ? FERRY_OK
                   : two_values(r, name, r->facts[i].value, value, err);
    }
    value = value.ptr ? value : FERRY_LIT("");
    if (i == r->n_facts) {
        int32_t rc = add_fact(r, name, value);
        if (rc) {
            return rc;
        }
    } else {
        r->facts[i].value = arena_str(&r->memory, value);
    }
    r->fact_said[i] = r->questions;
    if (r->memory.failed || !r->journal) {
        return r->memory.failed;
    }
    return db_run(
        r->journal->db, err,
        "INSERT INTO fact(dest_id, name, value, at_ms) VALUES(?, ?, ?, ?) ON CONFLICT(dest_id, name) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms",
        "issi", r->dest_id, name, value, r->clock->now_ms(r->clock));
}

static int32_t facts_of_page(void *data, struct reply *page, struct ferry_error *err)
{
    struct remote *r = data;
    struct db *db = r->journal ? r->journal->db : NULL;
    if (!page) { /* what this question has said may be said otherwise now */
        for (uint32_t i = 0; i < r->n_facts; i++) {
            r->fact_said[i] = r->fact_said[i] == r->questions ? 0 : r->fact_said[i];
        }
        return FERRY_OK;
    }
    int32_t rc = db ? db_begin(db, err) : FERRY_OK;
    if (rc) {
        return rc;
    }
    for (struct reply_text *t = page->facts; t && rc == FERRY_OK; t = t->next) {
        rc = store_fact(r, t->name, t->value, err);
    }
    return db ? db_end(db, rc, err) : rc;
}

int32_t remote_learn_all(struct remote *r, const struct needs *needs, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    remote_ahead_facts(r, needs, 1); /* while the first is waited for */
    for (uint32_t i = 0; rc == FERRY_OK && i < needs->n; i++) {
        rc = remote_learn(r, needs->facts[i], err);
    }
    return rc;
}

int32_t remote_learn(struct remote *r, struct ferry_str fact, struct ferry_error *err)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_FACT, .name = fact};
    r->questions++;
    int32_t rc = remote_pages(r, &ask, facts_of_page, r, err);
    if (rc == FERRY_OK && !ferry_get(r->facts, r->n_facts, fact).ptr) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "fact", "%.*s: has no %.*s", STR_ARG(r->target->label),
                        STR_ARG(fact));
    }
    return rc;
}

/* The call as it is, but for facts from before this was opened. */
static struct ferry_call call_anew(const struct remote *r, struct ferry_kv *facts)
{
    struct ferry_call call = remote_call(r);
    call.facts = facts;
    call.n_facts = 0;
    for (uint32_t i = 0; i < r->n_facts; i++) {
        if (r->fact_said[i]) {
            facts[call.n_facts++] = r->facts[i];
        }
    }
    return call;
}

static int32_t rehearse_once(struct remote *r, const struct ferry_op *op, struct needs *needs,
                             struct ferry_error *why)
{
    struct request request;
    uint32_t taken = 0;
    struct ferry_kv *facts = arena_array(&needs->arena, struct ferry_kv, r->n_facts + 1);
    if (!facts) {
        return ferry_fail(why, needs->arena.failed, "", "out of memory");
    }
    struct ferry_call call = call_anew(r, facts);
    needs->n = 0;
    request_init(&request, REHEARSAL_MAX);
    request.notes_self = needs;
    request.need = remote_on_need;
    struct ferry_out out = request_out(&request);
    int32_t rc = r->codec->encode(&call, &op, 1, &out, &taken, why);
    request_finish(&request);
    return rc;
}

void remote_rehearse_ahead(struct remote *r, const struct ferry_op *op)
{
    struct needs needs = {.n = 0};
    struct ferry_error ignored = {.size = sizeof ignored};
    arena_init(&needs.arena, 64 << 20);
    if (r->limited && rehearse_once(r, op, &needs, &ignored) == FERRY_E_NEED) {
        remote_ahead_facts(r, &needs, 0);
    }
    arena_finish(&needs.arena);
}

int32_t remote_rehearse(struct remote *r, const struct ferry_op *op, struct ferry_error *err)
{
    enum { ROUNDS = 8 };
    struct needs needs = {.n = 0};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = FERRY_E_NEED, learned = FERRY_OK;
    arena_init(&needs.arena, 64 << 20);
    for (int i = 0; rc == FERRY_E_NEED && learned == FERRY_OK && i < ROUNDS; i++) {
        rc = rehearse_once(r, op, &needs, &why);
        learned = needs.arena.failed              ? needs.arena.failed
                  : rc == FERRY_E_NEED && needs.n ? remote_learn_all(r, &needs, err)
                                                  : FERRY_OK;
    }
    arena_finish(&needs.arena);
    return learned ? learned : rc == FERRY_E_CONFIG ? remote_by_codec(r, rc, &why, err) : FERRY_OK;
}
