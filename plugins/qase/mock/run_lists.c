/* SPDX-License-Identifier: MIT */
/* run_lists.c - runs read, the newest first. Their numbers count what is visible: the latest result of each case. */
#include "mock.h"

#include <stdlib.h>
#include <text.h>

static const char columns[] =
    "id, title, description, status, status_text, coalesce(start_ms, begins_ms), end_ms,"
    " environment, milestone, plan, body,"
    " (SELECT coalesce(sum(duration_ms), 0) FROM result r WHERE r.project = run.project AND"
    " r.run_id = run.id)";

/* --- parts --------------------------------------------------------------------------------------------------- */

struct stats {
    struct json_out *j;
    int64_t tested;
};

static int32_t status_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct stats *s = data;
    (void)n;
    json_key_str(s->j, row[0].s);
    json_put_int(s->j, row[1].i);
    s->tested += row[1].i;
    return FERRY_OK;
}

static int32_t put_stats(struct http *h, int64_t run)
{
    struct stats s = {.j = &h->json};
    int64_t total = 0;
    json_key(s.j, "stats");
    json_open(s.j, '{');
    json_key(s.j, "statuses");
    json_open(s.j, '{');
    int32_t rc =
        mock_rows(h, status_row, &s,
                  "SELECT status, count(*) FROM result WHERE project = ? AND run_id = ? AND id IN"
                  " (SELECT max(id) FROM result WHERE project = ? AND run_id = ? AND shown_ms <= ?"
                  " GROUP BY case_id) GROUP BY status ORDER BY status",
                  "iiiii", h->project, run, h->project, run, h->now_ms);
    rc = rc ? rc
            : mock_int(h, 0, &total,
                       "SELECT count(*) FROM (SELECT case_id FROM run_case WHERE project = ? AND"
                       " run_id = ? UNION SELECT case_id FROM result WHERE project = ? AND"
                       " run_id = ? AND shown_ms <= ?)",
                       "iiiii", h->project, run, h->project, run, h->now_ms);
    json_close(s.j, '}');
    json_member_int(s.j, "untested", total - s.tested);
    json_member_int(s.j, "total", total);
    json_close(s.j, '}');
    return rc;
}

static int32_t case_id_row(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    json_put_int(data, row[0].i);
    return FERRY_OK;
}

static int32_t put_cases(struct http *h, int64_t run)
{
    json_key(&h->json, "cases");
    json_open(&h->json, '[');
    int32_t rc = mock_rows(h, case_id_row, &h->json,
                           "SELECT case_id FROM run_case WHERE project = ? AND run_id = ?"
                           " UNION SELECT case_id FROM result WHERE project = ? AND run_id = ?"
                           " AND shown_ms <= ? ORDER BY 1",
                           "iiiii", h->project, run, h->project, run, h->now_ms);
    json_close(&h->json, ']');
    return rc;
}

static int32_t title_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    json_open(&h->json, '{');
    mock_put(h, "title", &row[0]);
    mock_put(h, "description", &row[1]);
    if (n > 2) {
        mock_put(h, "slug", &row[2]);
        mock_put(h, "host", &row[3]);
    }
    json_close(&h->json, '}');
    return FERRY_OK;
}

static int32_t put_named(struct http *h, const char *name, const struct ferry_value *id,
                         const char *sql)
{
    json_key(&h->json, name);
    if (id->type != FERRY_INT) {
        json_put_null(&h->json);
        return FERRY_OK;
    }
    return mock_rows(h, title_row, h, sql, "ii", h->project, id->i);
}

static void put_lists(struct json_out *j, const struct cJSON *body)
{
    int64_t n = 1;
    json_key(j, "tags");
    json_open(j, '[');
    json_each (tag, json_get(body, "tags")) {
        json_open(j, '{');
        json_member(j, "title", json_str(tag));
        json_member_int(j, "internal_id", n++);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, "configurations");
    json_open(j, '[');
    json_each (id, json_get(body, "configurations")) {
        json_put_value(j, id);
    }
    json_close(j, ']');
}

static int32_t run_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    struct json_doc body = {NULL};
    struct ferry_str include = mock_query(h, "include");
    int64_t end = row[6].type == FERRY_INT ? row[6].i : h->now_ms;
    (void)n;
    int32_t rc = json_parse(&body, row[10].s, JSON_STRICT, NULL, h->err);
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member_int(j, "run_id", row[0].i);
    json_member(j, "title", row[1].s);
    mock_put(h, "description", &row[2]);
    json_member_int(j, "status", row[3].i);
    json_member(j, "status_text", row[4].s);
    mock_put_time(h, "start_time", &row[5]);
    mock_put_time(h, "end_time", &row[6]);
    json_key(j, "public");
    json_put_bool(j, 0);
    rc = rc ? rc : put_stats(h, row[0].i);
    json_member_int(j, "time_spent", row[11].i);
    json_member_int(j, "elapsed_time", end - row[5].i);
    rc = rc ? rc
            : put_named(h, "environment", &row[7],
                        "SELECT title, description, slug, host FROM environment"
                        " WHERE project = ? AND id = ?");
    rc = rc ? rc
            : put_named(h, "milestone", &row[8],
                        "SELECT title, description FROM milestone WHERE project = ? AND id = ?");
    rc = rc ? rc : mock_values_put(h, MOCK_RUN, row[0].i);
    put_lists(j, body.root);
    if (str_is(include, "cases")) {
        rc = rc ? rc : put_cases(h, row[0].i);
    }
    mock_put(h, "plan_id", &row[9]);
    json_close(j, '}');
    json_finish(&body);
    return rc;
}

/* --- lists ----------------------------------------------------------------------------------------------------- */

/* Names of states, with commas between; the older ones mean the same. */
static void filter_status(struct http *h, struct page *p)
{
    static const struct {
        const char *name, *condition;
    } known[] = {{"in_progress", "status = 0"},
                 {"active", "status = 0"},
                 {"complete", "status = 1"},
                 {"passed", "status_text = 'passed'"},
                 {"failed", "status_text = 'failed'"},
                 {"aborted", "status = 2"},
                 {"abort", "status = 2"}};
    struct ferry_str rest = mock_query(h, "status"), part;
    if (!rest.ptr) {
        return;
    }
    buf_puts(&p->where, " AND (0");
    while (str_split(&rest, ',', &part)) {
        size_t i = 0, n = sizeof known / sizeof *known;
        while (i < n && !str_is(part, known[i].name)) {
            i++;
        }
        if (i == n) {
            mock_fault(h, FERRY_LIT("status"),
                       "The status is \"%.*s\", which is none of its values.",
                       STR_ARG(utf8_cut(part, 60)));
        } else {
            buf_printf(&p->where, " OR %s", known[i].condition);
        }
    }
    buf_puts(&p->where, ")");
}

static void check_include(struct http *h)
{
    struct ferry_str rest = mock_query(h, "include"), part;
    while (rest.ptr && str_split(&rest, ',', &part)) {
        if (!str_is(part, "cases") && !str_is(part, "defects") && !str_is(part, "external_issue")) {
            mock_fault(h, FERRY_LIT("include"),
                       "The include is \"%.*s\", which is none of its values.",
                       STR_ARG(utf8_cut(part, 60)));
        }
    }
}

int32_t mock_runs_list(struct http *h)
{
    struct page p;
    page_begin(&p, columns, "run WHERE project = ?", "id DESC", run_row);
    page_arg(&p, ferry_int(h->project));
    page_filter_part(h, &p, "search", "title");
    filter_status(h, &p);
    page_filter_int(h, &p, "milestone", "milestone = ?");
    page_filter_int(h, &p, "environment", "environment = ?");
    page_filter_int(h, &p, "from_start_time", "coalesce(start_ms, begins_ms) >= ? * 1000");
    page_filter_int(h, &p, "to_start_time", "coalesce(start_ms, begins_ms) <= ? * 1000");
    check_include(h);
    return page_answer(h, &p);
}

int32_t mock_run_get(struct http *h)
{
    int64_t id = 0;
    struct ferry_str sql =
        arena_printf(&h->arena, "SELECT %s FROM run WHERE project = ? AND id = ?", columns);
    check_include(h);
    if (mock_faulty(h, 400) || !sql.ptr) {
        return FERRY_OK;
    }
    int32_t rc = mock_int(h, 0, &id, "SELECT id FROM run WHERE project = ? AND id = ?", "ii",
                          h->project, h->id);
    if (rc == FERRY_OK && !id) {
        return mock_refuse(h, 404, "Test run %lld is not found.", (long long)h->id);
    }
    mock_begin(h, 200);
    rc = rc ? rc : mock_rows(h, run_row, h, sql.ptr, "ii", h->project, h->id);
    mock_end(h);
    return rc;
}
