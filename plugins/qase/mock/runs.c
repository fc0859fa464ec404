/* SPDX-License-Identifier: MIT */
/* runs.c - runs created, changed, completed, deleted. Completing computes the status once and locks nothing. */
#include "mock.h"

#include <string.h>
#include <text.h>

/* --- what a run says ------------------------------------------------------------------------------------------ */

static int32_t find_environment(struct http *h, const struct cJSON *b, int64_t *id)
{
    struct ferry_str slug = json_str(json_get(b, "environment_slug"));
    int32_t rc = mock_there(h, "environment", json_get(b, "environment_id"), "environment_id");
    json_int(json_get(b, "environment_id"), id);
    if (rc || slug.len == 0) {
        return rc;
    }
    rc = mock_int(h, 0, id, "SELECT id FROM environment WHERE project = ? AND slug = ?", "is",
                  h->project, slug);
    if (rc == FERRY_OK && !*id) {
        mock_fault(h, FERRY_LIT("environment_slug"), "There is no environment \"%.*s\".",
                   STR_ARG(utf8_cut(slug, 100)));
    }
    return rc;
}

static int32_t check(struct http *h, int64_t *environment)
{
    const struct cJSON *b = h->body;
    int32_t rc = find_environment(h, b, environment);
    rc = rc ? rc : mock_there(h, "milestone", json_get(b, "milestone_id"), "milestone_id");
    rc = rc ? rc : mock_there(h, "plan", json_get(b, "plan_id"), "plan_id");
    rc = rc ? rc : mock_all_there(h, "test_case", json_get(b, "cases"), "cases");
    rc = rc ? rc
            : mock_all_there(h, "configuration", json_get(b, "configurations"), "configurations");
    return rc;
}

/* "Y-m-d H:i:s" of the body; NULL where it has none. */
static struct ferry_value time_of(struct http *h, const char *name)
{
    struct ferry_str text = json_str(json_get(h->body, name));
    int64_t ms = 0;
    if (!text.ptr) {
        return ferry_text((struct ferry_str){NULL, 0});
    }
    if (!mock_time_parse(text, &ms)) {
        mock_fault(h, ferry_cstr(name), "The %s does not match the format Y-m-d H:i:s.", name);
    }
    return ferry_int(ms);
}

static struct ferry_value id_or_null(const struct cJSON *v)
{
    int64_t n = 0;
    return json_int(v, &n) ? ferry_int(n) : ferry_text((struct ferry_str){NULL, 0});
}

/* Tags, configurations and switches, as JSON; of `old` what the body leaves out. */
static struct ferry_str body_of(struct http *h, const struct cJSON *old)
{
    static const char *const kept[] = {"tags", "configurations", "is_autotest", "is_cloud"};
    struct buf text;
    buf_init(&text, 16 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const struct cJSON *v = json_get(h->body, kept[i]);
        v = v ? v : json_get(old, kept[i]);
        if (v) {
            json_key(&j, kept[i]);
            json_put_value(&j, v);
        }
    }
    json_close(&j, '}');
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

/* --- creating --------------------------------------------------------------------------------------------------- */

static int32_t add_cases(struct http *h, int64_t run)
{
    int32_t rc = FERRY_OK;
    if (json_bool(json_get(h->body, "include_all_cases"), 0)) {
        rc = mock_run(h,
                      "INSERT INTO run_case (project, run_id, case_id) SELECT project, ?, id"
                      " FROM test_case WHERE project = ?",
                      "ii", run, h->project);
    }
    json_each (id, json_get(h->body, "cases")) {
        int64_t n = 0;
        json_int(id, &n);
        rc = rc ? rc
                : mock_run(h,
                           "INSERT INTO run_case (project, run_id, case_id) VALUES (?, ?, ?)"
                           " ON CONFLICT (project, run_id, case_id) DO NOTHING",
                           "iii", h->project, run, n);
    }
    return rc;
}

static int32_t tell(struct http *h, const char *event, int64_t run, struct ferry_str title)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_member_int(&j, "id", run);
    json_member(&j, "title", title);
    json_close(&j, '}');
    int32_t rc = mock_event(h, event, buf_str(&text));
    buf_finish(&text);
    return rc;
}

int32_t mock_run_post(struct http *h)
{
    const struct cJSON *b = h->body, *values = json_get(b, "custom_field");
    struct ferry_value start = time_of(h, "start_time"), end = time_of(h, "end_time");
    int64_t id = 0, environment = 0;
    if (start.type == FERRY_INT && end.type == FERRY_INT && end.i < start.i) {
        mock_fault(h, FERRY_LIT("end_time"), "The end_time is before the start_time.");
    }
    int32_t rc = check(h, &environment);
    rc = rc ? rc : mock_values_check(h, MOCK_RUN, values, 1, "");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_next(h, h->project, "run", &id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO run (project, id, title, description, status, status_text,"
                       " start_ms, end_ms, begins_ms, environment, milestone, plan, body)"
                       " VALUES (?, ?, ?, ?, 0, 'in_progress', ?, ?, ?, ?, ?, ?, ?)",
                       "iissvvivvvs", h->project, id, json_str(json_get(b, "title")),
                       json_str(json_get(b, "description")), start, end,
                       start.type == FERRY_INT ? start.i : h->now_ms / 1000 * 1000,
                       environment ? ferry_int(environment)
                                   : ferry_text((struct ferry_str){NULL, 0}),
                       id_or_null(json_get(b, "milestone_id")), id_or_null(json_get(b, "plan_id")),
                       body_of(h, NULL));
    rc = rc ? rc : add_cases(h, id);
    rc = rc ? rc : mock_values_store(h, MOCK_RUN, id, values);
    rc = rc ? rc : tell(h, "run.started", id, json_str(json_get(b, "title")));
    return rc ? rc : mock_answer_id(h, id);
}

/* --- changing ----------------------------------------------------------------------------------------------------- */

struct found {
    struct http *h;
    struct json_doc body;
    struct ferry_str title;
    int64_t status;
    int there;
};

static int32_t take_run(void *data, const struct ferry_value *row, uint32_t n)
{
    struct found *f = data;
    (void)n;
    f->there = 1;
    f->status = row[0].i;
    f->title = arena_str(&f->h->arena, row[1].s);
    return json_parse(&f->body, row[2].s, JSON_STRICT, NULL, f->h->err);
}

/* Refused with 404 where it is not there; finish f->body. */
static int32_t find_run(struct http *h, struct found *f)
{
    *f = (struct found){.h = h};
    int32_t rc = mock_rows(h, take_run, f,
                           "SELECT status, title, body FROM run WHERE project = ? AND id = ?", "ii",
                           h->project, h->id);
    if (rc == FERRY_OK && !f->there) {
        mock_refuse(h, 404, "Test run %lld is not found.", (long long)h->id);
    }
    return rc;
}

int32_t mock_run_patch(struct http *h)
{
    const struct cJSON *b = h->body, *values = json_get(b, "custom_field");
    struct found run;
    int64_t environment = 0;
    int32_t rc = find_run(h, &run);
    if (rc == FERRY_OK && !h->status) {
        rc = check(h, &environment);
        rc = rc ? rc : mock_values_check(h, MOCK_RUN, values, 0, "");
    }
    if (rc == FERRY_OK && !h->status && !mock_faulty(h, 422)) {
        int clears = json_get(b, "description") && !json_has(b, "description");
        rc = mock_run(
            h,
            "UPDATE run SET title = coalesce(?, title),"
            " description = CASE WHEN ? THEN NULL ELSE coalesce(?, description) END,"
            " environment = coalesce(?, environment),"
            " milestone = coalesce(?, milestone), body = ? WHERE project = ? AND id = ?",
            "sisvvsii", json_str(json_get(b, "title")), (int64_t)clears,
            json_str(json_get(b, "description")),
            environment ? ferry_int(environment) : ferry_text((struct ferry_str){NULL, 0}),
            id_or_null(json_get(b, "milestone_id")), body_of(h, run.body.root), h->project, h->id);
        rc = rc ? rc : mock_values_store(h, MOCK_RUN, h->id, values);
        rc = rc ? rc : tell(h, "run.updated", h->id, run.title);
        rc = rc ? rc : mock_answer_true(h, 200);
    }
    json_finish(&run.body);
    return rc;
}

int32_t mock_run_complete(struct http *h)
{
    struct found run;
    int64_t bad = 0;
    int32_t rc = find_run(h, &run);
    json_finish(&run.body);
    if (rc || h->status) {
        return rc;
    }
    if (run.status != 0) {
        return mock_refuse(h, 400, "Test run %lld is not active.", (long long)h->id);
    }
    rc = mock_int(h, 0, &bad,
                  "SELECT count(*) FROM result WHERE project = ? AND run_id = ? AND status IN"
                  " ('failed', 'invalid', 'blocked')",
                  "ii", h->project, h->id);
    rc = rc ? rc
            : mock_run(h,
                       "UPDATE run SET status = 1, status_text = ?, end_ms = coalesce(end_ms, ?)"
                       " WHERE project = ? AND id = ?",
                       "siii", bad ? FERRY_LIT("failed") : FERRY_LIT("passed"), h->now_ms,
                       h->project, h->id);
    rc = rc ? rc : tell(h, "run.completed", h->id, run.title);
    return rc ? rc : mock_answer_true(h, 200);
}

int32_t mock_run_delete(struct http *h)
{
    static const char *const tables[] = {
        "DELETE FROM run WHERE project = ? AND id = ?",
        "DELETE FROM run_case WHERE project = ? AND run_id = ?",
        "DELETE FROM result WHERE project = ? AND run_id = ?",
        "DELETE FROM conflict WHERE project = ? AND run_id = ?",
        "DELETE FROM field_value WHERE project = ? AND entity = 1 AND thing = ?",
    };
    struct found run;
    int32_t rc = find_run(h, &run);
    json_finish(&run.body);
    for (size_t i = 0; rc == FERRY_OK && !h->status && i < sizeof tables / sizeof *tables; i++) {
        rc = mock_run(h, tables[i], "ii", h->project, h->id);
    }
    if (rc || h->status) {
        return rc;
    }
    rc = mock_tally_forget(h);
    rc = rc ? rc : tell(h, "run.deleted", h->id, run.title);
    return rc ? rc : mock_answer_id(h, h->id);
}
