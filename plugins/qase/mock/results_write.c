/* SPDX-License-Identifier: MIT */
/*
 * results_write.c - a result that was found to be good becomes rows, one for each of its cases. An id that the run has already leaves nothing new; where
 * its content differs, that is remembered, and a dump tells.
 */
#include "results.h"

#include <string.h>
#include <text.h>

/* --- what is read back ------------------------------------------------------------------------------------------ */

static int64_t step_status(struct ferry_str status)
{
    return str_is(status, "passed")    ? 1
           : str_is(status, "failed")  ? 2
           : str_is(status, "blocked") ? 3
           : str_is(status, "skipped") ? 5
                                       : 7;
}

static void put_hashes(struct json_out *j, const struct cJSON *list)
{
    json_each (hash, list) {
        json_put(j, json_str(hash));
    }
}

static void put_seconds(struct json_out *j, const char *name, const struct cJSON *v)
{
    double seconds = 0;
    json_key(j, name);
    if (json_real(v, &seconds)) {
        json_put_int(j, (int64_t)seconds);
    } else {
        json_put_null(j);
    }
}

/* Neither action nor expected result: they are not read back. */
static void put_steps(struct json_out *j, const struct cJSON *steps, int api)
{
    int64_t ms = 0;
    json_open(j, '[');
    json_each (step, steps) {
        const struct cJSON *run = api == 2 ? json_get(step, "execution") : step;
        json_open(j, '{');
        json_member_int(j, "status", step_status(json_str(json_get(run, "status"))));
        json_member(j, "comment", json_str(json_get(run, "comment")));
        put_seconds(j, "start_time", json_get(run, "start_time"));
        put_seconds(j, "end_time", json_get(run, "end_time"));
        if (json_int(json_get(run, "duration"), &ms)) {
            json_member_int(j, "duration_ms", ms);
        }
        json_key(j, "attachments");
        json_open(j, '[');
        put_hashes(j, json_get(json_get(step, "data"), "attachments"));
        put_hashes(j, json_get(run, "attachments"));
        json_close(j, ']');
        json_key(j, "steps");
        put_steps(j, json_get(step, "steps"), api);
        json_close(j, '}');
    }
    json_close(j, ']');
}

struct ferry_str mock_steps_text(struct http *h, const struct cJSON *steps, int api)
{
    struct buf text;
    buf_init(&text, 64 << 20);
    struct json_out j = json_to(&text);
    put_steps(&j, steps, api);
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

struct ferry_str mock_json_text(struct http *h, const struct cJSON *v)
{
    struct buf text;
    buf_init(&text, 64 << 20);
    struct json_out j = json_to(&text);
    if (!v || json_is_null(v)) {
        json_put_raw(&j, FERRY_LIT("[]"));
    } else {
        json_put_value(&j, v);
    }
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

/* --- ids ----------------------------------------------------------------------------------------------------------- */

struct known {
    struct http *h;
    struct ferry_str body, hash;
    int64_t case_id;
};

static int32_t take_known(void *data, const struct ferry_value *row, uint32_t n)
{
    struct known *k = data;
    (void)n;
    if (!k->hash.ptr) {
        k->body = arena_str(&k->h->arena, row[0].s);
        k->hash = arena_str(&k->h->arena, row[1].s);
        k->case_id = row[2].i;
    }
    return FERRY_OK;
}

/* 1: the run has it. What was said first holds. */
static int32_t is_known(struct http *h, struct incoming *r, struct ferry_str body, int *yes)
{
    struct known k = {.h = h};
    *yes = 0;
    if (r->wire_id.len == 0) {
        return FERRY_OK;
    }
    int32_t rc = mock_rows(h, take_known, &k,
                           "SELECT body, hash, case_id FROM result WHERE project = ? AND"
                           " run_id = ? AND wire_id = ? ORDER BY id",
                           "iis", h->project, h->id, r->wire_id);
    if (rc || !k.hash.ptr) {
        return rc;
    }
    *yes = 1;
    r->hash = k.hash;
    r->case_id = k.case_id;
    return ferry_eq(k.body, body) ? FERRY_OK
                                  : mock_run(h,
                                             "INSERT INTO conflict (project, run_id, wire_id, body)"
                                             " VALUES (?, ?, ?, ?)",
                                             "iiss", h->project, h->id, r->wire_id, body);
}

/* --- rows ----------------------------------------------------------------------------------------------------------- */

static int32_t insert(struct http *h, struct incoming *r, int64_t case_id, struct ferry_str body)
{
    int64_t id = 0;
    int64_t later = r->api == 2 ? kit_option_int(h->call, "visible_after", 0) : 0;
    struct ferry_str none = {NULL, 0};
    int32_t rc = mock_next(h, 0, "result", &id);
    struct ferry_str hash = kit_hash(&h->arena, "result", id);
    r->hash = r->hash.ptr ? r->hash : hash;
    r->case_id = r->case_id ? r->case_id : case_id;
    mock_tally_add(h, MOCK_TALLY_RESULTS, h->now_ms + later);
    return rc ? rc
              : mock_run(h,
                         "INSERT INTO result (project, run_id, id, hash, case_id, api, wire_id,"
                         " status, comment, stack, duration_ms, end_ms, files, steps, body,"
                         " shown_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "iiisiissssvisssi", h->project, h->id, id, hash, case_id, (int64_t)r->api,
                         r->wire_id.len ? r->wire_id : none, r->status, r->comment, r->stack,
                         r->duration_ms >= 0 ? ferry_int(r->duration_ms) : ferry_text(none),
                         r->end_ms, mock_json_text(h, json_get(r->v, "attachments")),
                         mock_steps_text(h, json_get(r->v, "steps"), r->api), body,
                         h->now_ms + later);
}

int32_t mock_result_write(struct http *h, struct incoming *r)
{
    struct ferry_str body = mock_json_text(h, r->v);
    int64_t id = r->case_id;
    int known = 0;
    int32_t rc = is_known(h, r, body, &known);
    if (rc || known) {
        return rc;
    }
    if (r->cases) {
        json_each (one, r->cases) {
            json_int(one, &id);
            rc = rc ? rc : insert(h, r, id, body);
        }
        return rc;
    }
    if (!id) {
        rc = mock_result_case(h, r, &id);
    }
    return rc ? rc : insert(h, r, id, body);
}
