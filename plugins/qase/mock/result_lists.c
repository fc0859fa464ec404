/* SPDX-License-Identifier: MIT */
/*
 * result_lists.c - results read, changed and deleted by v1. What the vendor does not give back is not given back here either: title, parameters, signature,
 * suites, start, the client's id, what a step was about.
 */
#include "results.h"

#include <text.h>

static const char columns[] =
    "hash, run_id, case_id, status, comment, stack, duration_ms, end_ms, files, steps";

/* --- reading -------------------------------------------------------------------------------------------------------- */

static int32_t put_steps(struct http *h, const struct cJSON *steps)
{
    struct json_out *j = &h->json;
    int32_t rc = FERRY_OK;
    json_key(j, "steps");
    json_open(j, '[');
    json_each (step, steps) {
        json_open(j, '{');
        json_each (member, step) {
            if (!json_is_array(member)) {
                json_key_str(j, json_name(member));
                json_put_value(j, member);
            }
        }
        rc = rc ? rc : mock_files_put(h, json_get(step, "attachments"));
        rc = rc ? rc : put_steps(h, json_get(step, "steps"));
        json_close(j, '}');
    }
    json_close(j, ']');
    return rc;
}

static int32_t result_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    struct json_doc files = {NULL}, steps = {NULL};
    (void)n;
    int32_t rc = json_parse(&files, row[8].s, JSON_STRICT, NULL, h->err);
    rc = rc ? rc : json_parse(&steps, row[9].s, JSON_STRICT, NULL, h->err);
    json_open(j, '{');
    json_member(j, "hash", row[0].s);
    json_member(j, "result_hash", row[0].s);
    mock_put(h, "comment", &row[4]);
    mock_put(h, "stacktrace", &row[5]);
    json_member_int(j, "run_id", row[1].i);
    json_member_int(j, "case_id", row[2].i);
    json_member(j, "status", row[3].s);
    json_key(j, "is_api_result");
    json_put_bool(j, 1);
    json_member_int(j, "time_spent_ms", row[6].type == FERRY_INT ? row[6].i : 0);
    mock_put_time(h, "end_time", &row[7]);
    rc = rc ? rc : mock_files_put(h, files.root);
    rc = rc ? rc : put_steps(h, steps.root);
    json_close(j, '}');
    json_finish(&files);
    json_finish(&steps);
    return rc;
}

static void filter_time(struct http *h, struct page *p, const char *name, const char *condition)
{
    struct ferry_str text = mock_query(h, name);
    int64_t ms = 0;
    if (!text.ptr) {
        return;
    }
    if (!mock_time_parse(text, &ms)) {
        mock_fault(h, ferry_cstr(name), "The %s does not match the format Y-m-d H:i:s.", name);
    }
    page_where(p, condition, ferry_int(ms));
}

static void filter_status(struct http *h, struct page *p)
{
    struct ferry_str status = mock_query(h, "status");
    if (status.ptr && !str_is(status, "in_progress")) {
        mock_status_check(h, status, FERRY_LIT("status"));
    }
    page_filter_text(h, p, "status", "status = ?");
}

int32_t mock_results_list(struct http *h)
{
    struct page p;
    struct ferry_str api = mock_query(h, "api");
    page_begin(&p, columns, "result WHERE project = ? AND shown_ms <= ?", "id", result_row);
    p.tallied = "result";
    page_arg(&p, ferry_int(h->project));
    page_arg(&p, ferry_int(h->now_ms));
    filter_status(h, &p);
    page_filter_ids(h, &p, "run", "run_id");
    page_filter_ids(h, &p, "case_id", "case_id");
    page_filter_ids(h, &p, "member", "1");
    filter_time(h, &p, "from_end_time", "end_ms >= ?");
    filter_time(h, &p, "to_end_time", "end_ms < ? + 1000");
    if (api.ptr && !str_is(api, "1") && !str_is(api, "true") && !str_is(api, "0") &&
        !str_is(api, "false")) {
        mock_fault(h, FERRY_LIT("api"), "The api must be true or false.");
    } else if (str_is(api, "0") || str_is(api, "false")) {
        page_where(&p, "0 = ?", ferry_int(1)); /* all of them came by the API */
    }
    return page_answer(h, &p);
}

/* Refused with 404 where it is not there, or not seen yet. */
static int32_t find_result(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id,
                          "SELECT id FROM result WHERE project = ? AND hash = ? AND shown_ms <= ?"
                          " AND (? = 0 OR run_id = ?)",
                          "isiii", h->project, h->hash, h->now_ms, h->id, h->id);
    if (rc == FERRY_OK && !id) {
        mock_refuse(h, 404, "Result \"%.*s\" is not found.", STR_ARG(utf8_cut(h->hash, 80)));
    }
    return rc;
}

int32_t mock_result_get(struct http *h)
{
    struct ferry_str sql =
        arena_printf(&h->arena, "SELECT %s FROM result WHERE project = ? AND hash = ?", columns);
    int32_t rc = find_result(h);
    if (rc || h->status || !sql.ptr) {
        return rc;
    }
    mock_begin(h, 200);
    rc = mock_rows(h, result_row, h, sql.ptr, "is", h->project, h->hash);
    mock_end(h);
    return rc;
}

/* --- changing --------------------------------------------------------------------------------------------------------- */

static int32_t answer_hash(struct http *h)
{
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member(&h->json, "hash", h->hash);
    json_close(&h->json, '}');
    mock_end(h);
    return FERRY_OK;
}

int32_t mock_result_patch(struct http *h)
{
    const struct cJSON *b = h->body;
    struct ferry_str none = {NULL, 0};
    int64_t ms = 0;
    int has_ms = json_int(json_get(b, "time_ms"), &ms);
    int32_t rc = find_result(h);
    if (rc || h->status) {
        return rc;
    }
    rc = mock_files_check(h, json_get(b, "attachments"), "attachments");
    rc = rc ? rc : mock_step_files_check(h, json_get(b, "steps"), "");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_run(h,
                  "UPDATE result SET status = coalesce(?, status), comment = coalesce(?, comment),"
                  " stack = coalesce(?, stack), duration_ms = coalesce(?, duration_ms),"
                  " files = coalesce(?, files), steps = coalesce(?, steps)"
                  " WHERE project = ? AND hash = ?",
                  "sssvssis", json_str(json_get(b, "status")), json_str(json_get(b, "comment")),
                  json_str(json_get(b, "stacktrace")), has_ms ? ferry_int(ms) : ferry_text(none),
                  json_has(b, "attachments") ? mock_json_text(h, json_get(b, "attachments")) : none,
                  json_has(b, "steps") ? mock_steps_text(h, json_get(b, "steps"), 1) : none,
                  h->project, h->hash);
    return rc ? rc : answer_hash(h);
}

int32_t mock_result_delete(struct http *h)
{
    int32_t rc = find_result(h);
    if (rc || h->status) {
        return rc;
    }
    rc =
        mock_run(h, "DELETE FROM result WHERE project = ? AND hash = ?", "is", h->project, h->hash);
    rc = rc ? rc : mock_tally_forget(h);
    return rc ? rc : answer_hash(h);
}
