/* SPDX-License-Identifier: MIT */
/*
 * service_results_write.c - the second and third pass over results: what they name is looked up,
 * then all of it is written. Whatever happened before, an id of the client's stands in a run
 * once.
 */
#include "service_results.h"

#include "shape.h"

#include <text.h>

int64_t local_hash(struct ferry_str text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a: stored, so it must stay what it is */
    for (uint64_t k = 0; k < text.len; k++) {
        hash = (hash ^ (unsigned char)text.ptr[k]) * 1099511628211u;
    }
    int64_t out;
    memcpy(&out, &hash, sizeof out);
    return out;
}

/* --- pass two: looking ------------------------------------------------------------------ */

static int32_t check_named(struct batch *b, uint32_t index)
{
    struct incoming *r = &b->rows[index];
    int64_t found = 0;
    int32_t rc = FERRY_OK;
    char message[160];
    if (r->case_id) {
        rc = local_sql_int(b->h, 0, &found, "SELECT id FROM test_case WHERE project = ? AND id = ?",
                           "ii", b->h->project, r->case_id);
        if (rc == FERRY_OK && !found) {
            snprintf(message, sizeof message, "no case %lld in this project",
                     (long long)r->case_id);
            local_batch_spoil(b, index, 422, "case_id", message);
        }
    }
    for (uint32_t i = 0; rc == FERRY_OK && i < r->n_digests; i++) {
        int there = 0;
        rc = local_attachment_there(b->h, r->digests[i], &there);
        if (rc == FERRY_OK && !there) {
            snprintf(message, sizeof message, "%.*s was not put into this project",
                     STR_ARG(r->digests[i]));
            local_batch_spoil(b, index, 422, "attachments", message);
            break;
        }
    }
    return rc;
}

int32_t local_batch_look_up(struct batch *b)
{
    int64_t known = 0;
    int32_t rc = local_run_total(b->h, b->h->id, &known);
    if (rc == FERRY_OK && known > 0) {
        rc = local_known_look_up(b);
    }
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        if (!b->rows[i].existed) {
            rc = check_named(b, i);
        }
    }
    return rc;
}

/* --- what is the same within the batch ------------------------------------------------------- */

static struct ferry_str id_of(const struct incoming *r)
{
    return r->wire_id;
}

/* Absent: needs no case. */
static struct ferry_str homeless(const struct incoming *r)
{
    return r->existed || r->case_id ? (struct ferry_str){NULL, 0} : r->signature;
}

/*
 * Sets each row's `first`: the first row with the same text, itself where it is that or has
 * none. Open addressing.
 */
static int32_t mark_firsts(struct batch *b, struct ferry_str (*text)(const struct incoming *r))
{
    enum { SLOTS = LOCAL_RESULTS * 4 };
    uint32_t *slots = arena_array(&b->h->arena, uint32_t, SLOTS); /* row + 1 */
    for (uint32_t i = 0; slots && i < b->n; i++) {
        struct ferry_str mine = text(&b->rows[i]);
        b->rows[i].first = i;
        if (!mine.ptr) {
            continue;
        }
        uint32_t at = (uint32_t)((uint64_t)local_hash(mine) % SLOTS);
        while (slots[at] && !ferry_eq(text(&b->rows[slots[at] - 1]), mine)) {
            at = (at + 1) % SLOTS;
        }
        b->rows[i].first = slots[at] ? slots[at] - 1 : i;
        slots[at] = slots[at] ? slots[at] : i + 1;
    }
    return slots ? FERRY_OK
                 : ferry_fail(b->h->err, FERRY_E_NO_MEMORY, NULL, "the results do not fit");
}

/* --- pass three: writing ------------------------------------------------------------------ */

static int32_t find_case(struct batch *b, struct incoming *r)
{
    return local_sql_int(b->h, 0, &r->case_id,
                         "SELECT id FROM test_case WHERE project = ? AND signature = ? "
                         "ORDER BY id LIMIT 1",
                         "is", b->h->project, r->signature);
}

/* Finds the cases of results that name one by signature, and makes those that are not there. */
static int32_t match_cases(struct batch *b)
{
    struct http *h = b->h;
    int64_t missing = 0, id = 0;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        if (homeless(&b->rows[i]).ptr) {
            rc = find_case(b, &b->rows[i]);
        }
    }
    rc = rc ? rc : mark_firsts(b, homeless);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        missing += homeless(&b->rows[i]).ptr && b->rows[i].first == i;
    }
    if (rc || missing == 0) {
        return rc;
    }
    rc = local_sql_reserve(h, "case", missing, &id);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        struct incoming *r = &b->rows[i];
        if (!homeless(r).ptr) {
            continue;
        }
        r->case_created = r->first == i;
        r->case_id = r->case_created ? id++ : b->rows[r->first].case_id;
        if (r->case_created) {
            rc = local_case_create_for(h, r->case_id, r->title, r->signature, b->key_field, r->key);
        }
    }
    return rc;
}

static int32_t insert_result(struct batch *b, struct incoming *r, int64_t id)
{
    struct http *h = b->h;
    const struct ferry_value args[] = {
        ferry_int(h->project),      ferry_int(h->id),      ferry_int(id), ferry_text(r->wire_id),
        ferry_int(r->case_id),      ferry_text(r->status), r->start_ms,   r->duration_us,
        ferry_int(h->call->now_ms), ferry_text(r->body)};
    r->id = id;
    return h->sql->run(h->sql->self,
                       FERRY_LIT("INSERT INTO result (project, run_id, id, wire_key, client_id,"
                                 " case_id, status, start_ms, duration_us, created_ms, body)"
                                 " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)"),
                       args, sizeof args / sizeof *args, NULL, NULL, h->err);
}

/* The counts of the run's statuses; n[status] results are new. */
static int32_t count_new(struct batch *b, const int64_t n[FERRY_OTHER + 1])
{
    int32_t rc = FERRY_OK;
    for (uint32_t s = FERRY_PASSED; rc == FERRY_OK && s <= FERRY_OTHER; s++) {
        if (n[s] > 0) {
            rc = local_sql_run(
                b->h,
                "INSERT INTO result_count (project, run_id, status, n) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (project, run_id, status) "
                "DO UPDATE SET n = result_count.n + excluded.n",
                "iisi", b->h->project, b->h->id, ferry_cstr(ferry_result_status_text(s)), n[s]);
        }
    }
    return rc;
}

static int32_t insert_new(struct batch *b, int64_t fresh)
{
    int64_t n[FERRY_OTHER + 1] = {0}, id = 0;
    int32_t rc = local_sql_reserve(b->h, "result", fresh, &id);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        if (!b->rows[i].existed) {
            rc = insert_result(b, &b->rows[i], id++);
            n[local_status(b->rows[i].status)]++;
        }
    }
    rc = rc ? rc : local_known_add(b);
    return rc ? rc : count_new(b, n);
}

int32_t local_batch_write(struct batch *b, struct ferry_str state)
{
    struct http *h = b->h;
    int64_t fresh = 0;
    uint32_t twin_of[LOCAL_RESULTS]; /* the same id twice in one request: the second is the first */
    int32_t rc = mark_firsts(b, id_of);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        twin_of[i] = b->rows[i].first;
        b->rows[i].existed |= twin_of[i] != i;
        fresh += !b->rows[i].existed;
    }
    if (rc || fresh == 0) {
        return rc;
    }
    rc = match_cases(b);
    rc = rc ? rc : insert_new(b, fresh);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        b->rows[i].id = b->rows[twin_of[i]].id;
        b->rows[i].case_id = b->rows[twin_of[i]].case_id;
    }
    if (rc == FERRY_OK && str_is(state, "complete")) {
        rc = local_sql_run(h,
                           "UPDATE run SET state = 'open', completed_ms = NULL "
                           "WHERE project = ? AND id = ?",
                           "ii", h->project, h->id);
    }
    return rc;
}
