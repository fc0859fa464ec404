/* SPDX-License-Identifier: MIT */
/* results.c - the posts of results, one and many, of both versions: v1 answers when they are stored, v2 with 202, and shows them when it is time. */
#include "results.h"

#include <text.h>

static int32_t take_run(void *data, const struct ferry_value *row, uint32_t n)
{
    struct target_run *run = data;
    (void)n;
    run->there = 1;
    run->status = row[0].i;
    run->begins_ms = row[1].i;
    run->end_ms = row[2].type == FERRY_INT ? row[2].i : -1;
    return FERRY_OK;
}

/* Refused where the run is not there, or takes no more. */
static int32_t find_run(struct http *h, struct target_run *run)
{
    *run = (struct target_run){.there = 0};
    int32_t rc = mock_rows(h, take_run, run,
                           "SELECT status, begins_ms, end_ms FROM run WHERE project = ? AND id = ?",
                           "ii", h->project, h->id);
    if (rc == FERRY_OK && !run->there) {
        mock_refuse(h, 404, "Test run %lld is not found.", (long long)h->id);
    } else if (rc == FERRY_OK && run->status != 0 &&
               str_is(kit_option(h->call, "closed_runs"), "refuse")) {
        mock_refuse(h, 422, "Test run %lld is complete, and this project takes no more results.",
                    (long long)h->id);
    }
    return rc;
}

/* All of the request's error_context together, in characters. */
static int context_fits(struct http *h)
{
    uint64_t n =
        form_characters(json_str(json_get(json_get(h->body, "execution"), "error_context")));
    json_each (v, json_get(h->body, "results")) {
        n += form_characters(json_str(json_get(json_get(v, "execution"), "error_context")));
    }
    if (n > MOCK_CONTEXT) {
        mock_refuse(h, 413,
                    "The execution.error_context of all results has %llu characters; at most %d.",
                    (unsigned long long)n, MOCK_CONTEXT);
        return 0;
    }
    return 1;
}

/* The vendor has changed its mind about that number before. */
static int number_fits(struct http *h)
{
    uint32_t n = json_count(json_get(h->body, "results"));
    int64_t most = kit_option_int(h->call, "most_results", MOCK_RESULTS);
    if (n > most) {
        mock_refuse(h, 413, "The results must not have more than %lld items; it has %u.",
                    (long long)most, n);
        return 0;
    }
    return 1;
}

/* Reads all, then writes all; *list in the arena. */
static int32_t take_results(struct http *h, int api, struct incoming **list, uint32_t *n)
{
    const struct cJSON *many = json_get(h->body, "results");
    struct target_run run;
    *n = many ? json_count(many) : 1;
    *list = arena_array(&h->arena, struct incoming, *n);
    int32_t rc = find_run(h, &run);
    if (rc || h->status || !*list || !number_fits(h) || (api == 2 && !context_fits(h))) {
        return rc;
    }
    const struct cJSON *v = many ? json_first(many) : h->body;
    for (uint32_t i = 0; rc == FERRY_OK && i < *n; i++, v = json_next(v)) {
        struct incoming *r = &(*list)[i];
        struct ferry_str prefix = arena_printf(&h->arena, "results.%u.", i);
        *r = (struct incoming){.v = v, .prefix = many && prefix.ptr ? prefix.ptr : "", .api = api};
        rc = api == 2 ? mock_result_read_v2(h, &run, r) : mock_result_read_v1(h, &run, r);
    }
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    for (uint32_t i = 0; rc == FERRY_OK && i < *n; i++) {
        rc = mock_result_write(h, &(*list)[i]);
    }
    return rc;
}

static int32_t answer_one(struct http *h, uint32_t status, const struct incoming *r)
{
    mock_begin(h, status);
    json_open(&h->json, '{');
    json_member_int(&h->json, "case_id", r->case_id);
    json_member(&h->json, "hash", r->hash);
    json_close(&h->json, '}');
    mock_end(h);
    return FERRY_OK;
}

static int32_t post(struct http *h, int api, uint32_t status, int many)
{
    struct incoming *list = NULL;
    uint32_t n = 0;
    int32_t rc = take_results(h, api, &list, &n);
    if (rc || h->status || !list) {
        return rc;
    }
    return many ? mock_answer_true(h, status) : answer_one(h, status, list);
}

int32_t mock_result_post(struct http *h)
{
    return post(h, 1, 200, 0);
}

int32_t mock_results_bulk(struct http *h)
{
    return post(h, 1, 200, 1);
}

int32_t mock_result_post_v2(struct http *h)
{
    return post(h, 2, 202, 0);
}

int32_t mock_results_bulk_v2(struct http *h)
{
    return post(h, 2, 202, 1);
}
