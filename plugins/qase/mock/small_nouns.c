/* SPDX-License-Identifier: MIT */
/* small_nouns.c - what runs may name: milestones, plans, environments, configurations. */
#include "mock.h"

#include <text.h>

static struct ferry_str member(const struct http *h, const char *name)
{
    return json_str(json_get(h->body, name));
}

/* One thing by its number; `row` writes it. */
static int32_t answer_one(struct http *h, const char *what, const char *columns, const char *table,
                          ferry_row_fn *row)
{
    int64_t id = 0;
    struct ferry_str there =
        arena_printf(&h->arena, "SELECT id FROM %s WHERE project = ? AND id = ?", table);
    struct ferry_str all =
        arena_printf(&h->arena, "SELECT %s FROM %s WHERE project = ? AND id = ?", columns, table);
    if (!there.ptr || !all.ptr) {
        return FERRY_OK;
    }
    int32_t rc = mock_int(h, 0, &id, there.ptr, "ii", h->project, h->id);
    if (rc == FERRY_OK && !id) {
        return mock_refuse(h, 404, "%s %lld is not found.", what, (long long)h->id);
    }
    mock_begin(h, 200);
    rc = rc ? rc : mock_rows(h, row, h, all.ptr, "ii", h->project, h->id);
    mock_end(h);
    return rc;
}

/* --- milestones -------------------------------------------------------------------------------------------------- */

static const char milestone_columns[] = "id, title, description, status, due_ms";

static int32_t milestone_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", row[0].i);
    json_member(&h->json, "title", row[1].s);
    mock_put(h, "description", &row[2]);
    json_member(&h->json, "status", row[3].s);
    mock_put_time(h, "due_date", &row[4]);
    json_close(&h->json, '}');
    return FERRY_OK;
}

int32_t mock_milestones_list(struct http *h)
{
    struct page p;
    page_begin(&p, milestone_columns, "milestone WHERE project = ?", "id", milestone_row);
    page_arg(&p, ferry_int(h->project));
    page_filter_part(h, &p, "search", "title");
    return page_answer(h, &p);
}

int32_t mock_milestone_get(struct http *h)
{
    return answer_one(h, "Milestone", milestone_columns, "milestone", milestone_row);
}

int32_t mock_milestone_post(struct http *h)
{
    struct ferry_str status = member(h, "status");
    int64_t id = 0, due = 0;
    int has_due = json_int(json_get(h->body, "due_date"), &due);
    int32_t rc = mock_next(h, h->project, "milestone", &id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO milestone (project, id, title, description, status, due_ms)"
                       " VALUES (?, ?, ?, ?, ?, ?)",
                       "iisssv", h->project, id, member(h, "title"), member(h, "description"),
                       status.ptr ? status : FERRY_LIT("active"),
                       has_due ? ferry_int(due * 1000) : ferry_text((struct ferry_str){NULL, 0}));
    return rc ? rc : mock_answer_id(h, id);
}

/* --- plans --------------------------------------------------------------------------------------------------------- */

static const char plan_columns[] = "id, title, description, cases";

static int32_t put_plan(struct http *h, const struct ferry_value *row, int detailed)
{
    struct json_doc cases = {NULL};
    int32_t rc = json_parse(&cases, row[3].s, JSON_STRICT, NULL, h->err);
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", row[0].i);
    json_member(&h->json, "title", row[1].s);
    mock_put(h, "description", &row[2]);
    json_member_int(&h->json, "cases_count", json_count(cases.root));
    if (detailed) {
        json_key(&h->json, "cases");
        json_open(&h->json, '[');
        json_each (id, cases.root) {
            json_open(&h->json, '{');
            json_key(&h->json, "case_id");
            json_put_value(&h->json, id);
            json_key(&h->json, "assignee_id");
            json_put_null(&h->json);
            json_close(&h->json, '}');
        }
        json_close(&h->json, ']');
    }
    json_close(&h->json, '}');
    json_finish(&cases);
    return rc;
}

static int32_t plan_row(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    return put_plan(data, row, 0);
}

static int32_t whole_plan_row(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    return put_plan(data, row, 1);
}

int32_t mock_plans_list(struct http *h)
{
    struct page p;
    page_begin(&p, plan_columns, "plan WHERE project = ?", "id", plan_row);
    page_arg(&p, ferry_int(h->project));
    return page_answer(h, &p);
}

int32_t mock_plan_get(struct http *h)
{
    return answer_one(h, "Plan", plan_columns, "plan", whole_plan_row);
}

int32_t mock_plan_post(struct http *h)
{
    struct buf cases;
    int64_t id = 0;
    int32_t rc = mock_all_there(h, "test_case", json_get(h->body, "cases"), "cases");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    buf_init(&cases, 16 << 20);
    struct json_out j = json_to(&cases);
    json_put_value(&j, json_get(h->body, "cases"));
    rc = mock_next(h, h->project, "plan", &id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO plan (project, id, title, description, cases)"
                       " VALUES (?, ?, ?, ?, ?)",
                       "iisss", h->project, id, member(h, "title"), member(h, "description"),
                       buf_str(&cases));
    buf_finish(&cases);
    return rc ? rc : mock_answer_id(h, id);
}

/* --- environments ------------------------------------------------------------------------------------------------------ */

static const char environment_columns[] = "id, title, description, slug, host";

static int32_t environment_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", row[0].i);
    json_member(&h->json, "title", row[1].s);
    mock_put(h, "description", &row[2]);
    json_member(&h->json, "slug", row[3].s);
    mock_put(h, "host", &row[4]);
    json_close(&h->json, '}');
    return FERRY_OK;
}

int32_t mock_environments_list(struct http *h)
{
    struct page p;
    page_begin(&p, environment_columns, "environment WHERE project = ?", "id", environment_row);
    page_arg(&p, ferry_int(h->project));
    page_filter_part(h, &p, "search", "title");
    page_filter_text(h, &p, "slug", "slug = ?");
    return page_answer(h, &p);
}

int32_t mock_environment_get(struct http *h)
{
    return answer_one(h, "Environment", environment_columns, "environment", environment_row);
}

int32_t mock_environment_post(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id, "SELECT id FROM environment WHERE project = ? AND slug = ?",
                          "is", h->project, member(h, "slug"));
    if (rc == FERRY_OK && id) {
        mock_fault(h, FERRY_LIT("slug"), "Environment with the same slug already exists.");
    }
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_next(h, h->project, "environment", &id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO environment (project, id, title, slug, description, host)"
                       " VALUES (?, ?, ?, ?, ?, ?)",
                       "iissss", h->project, id, member(h, "title"), member(h, "slug"),
                       member(h, "description"), member(h, "host"));
    return rc ? rc : mock_answer_id(h, id);
}

/* --- configurations ------------------------------------------------------------------------------------------------------ */

static int32_t configuration_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", row[0].i);
    json_member(&h->json, "title", row[1].s);
    json_close(&h->json, '}');
    return FERRY_OK;
}

static int32_t group_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", row[0].i);
    json_member(&h->json, "title", row[1].s);
    json_key(&h->json, "configurations");
    json_open(&h->json, '[');
    int32_t rc = mock_rows(
        h, configuration_row, h,
        "SELECT id, title FROM configuration WHERE project = ? AND group_id = ? ORDER BY id", "ii",
        h->project, row[0].i);
    json_close(&h->json, ']');
    json_close(&h->json, '}');
    return rc;
}

/* All of them: this list has no pages. */
int32_t mock_configurations_list(struct http *h)
{
    int64_t n = 0;
    int32_t rc = mock_int(h, 0, &n, "SELECT count(*) FROM configuration_group WHERE project = ?",
                          "i", h->project);
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member_int(&h->json, "total", n);
    json_member_int(&h->json, "filtered", n);
    json_member_int(&h->json, "count", n);
    json_key(&h->json, "entities");
    json_open(&h->json, '[');
    rc = rc ? rc
            : mock_rows(h, group_row, h,
                        "SELECT id, title FROM configuration_group WHERE project = ? ORDER BY id",
                        "i", h->project);
    json_close(&h->json, ']');
    json_close(&h->json, '}');
    mock_end(h);
    return rc;
}

int32_t mock_configuration_group_post(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_next(h, h->project, "configuration_group", &id);
    rc = rc ? rc
            : mock_run(h, "INSERT INTO configuration_group (project, id, title) VALUES (?, ?, ?)",
                       "iis", h->project, id, member(h, "title"));
    return rc ? rc : mock_answer_id(h, id);
}

int32_t mock_configuration_post(struct http *h)
{
    int64_t id = 0, group = 0;
    int32_t rc = mock_there(h, "configuration_group", json_get(h->body, "group_id"), "group_id");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    json_int(json_get(h->body, "group_id"), &group);
    rc = mock_next(h, h->project, "configuration", &id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO configuration (project, id, group_id, title)"
                       " VALUES (?, ?, ?, ?)",
                       "iiis", h->project, id, group, member(h, "title"));
    return rc ? rc : mock_answer_id(h, id);
}
