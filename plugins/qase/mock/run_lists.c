/* SPDX-License-Identifier: MIT */
/* run_lists.c - runs read, the newest first. Their numbers count what is visible: the latest result of each case. */
#include "mock.h"

#include <stdlib.h>
#include <text.h>

static const char columns[] =
    "id, title, description, status, status_text, coalesce(start_ms, begins_ms), end_ms,"
    " environment, milestone, plan, body";

/* --- parts --------------------------------------------------------------------------------------------------- */

/* A run's results, by case and then in the order in which they came: the latest of a case is what it has come to. */
struct stats {
    struct http *h;
    int64_t now_ms, case_id, tested, cases, spent_ms;
    struct ferry_str latest; /* of the case at hand; absent: none is shown yet */
    struct status {
        struct ferry_str name;
        int64_t n;
    } status[16];
    uint32_t n_status;
};

static int32_t count_latest(struct stats *s)
{
    uint32_t i = 0;
    if (!s->latest.ptr) {
        return FERRY_OK;
    }
    while (i < s->n_status && !ferry_eq(s->status[i].name, s->latest)) {
        i++;
    }
    if (i == sizeof s->status / sizeof *s->status) {
        return ferry_fail(s->h->err, FERRY_E_BUG, NULL, "more statuses than there are");
    }
    if (i == s->n_status) {
        s->status[s->n_status++] = (struct status){s->latest, 0};
    }
    s->status[i].n++;
    s->tested++;
    return FERRY_OK;
}

static int32_t result_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct stats *s = data;
    int32_t rc = FERRY_OK;
    (void)n;
    if (row[0].i != s->case_id) {
        rc = count_latest(s);
        s->case_id = row[0].i;
        s->latest = (struct ferry_str){NULL, 0};
    }
    s->spent_ms += row[3].type == FERRY_INT ? row[3].i : 0;
    if (row[1].i <= s->now_ms && !ferry_eq(s->latest, row[2].s)) {
        s->latest = arena_str(&s->h->arena, row[2].s);
    }
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const struct status *x = a, *y = b;
    return str_cmp(x->name, y->name);
}

/* In one walk over an index that holds all of it. */
static int32_t read_stats(struct http *h, int64_t run, struct stats *s)
{
    int64_t untested = 0;
    *s = (struct stats){.h = h, .now_ms = h->now_ms};
    int32_t rc = mock_rows(h, result_row, s,
                           "SELECT case_id, shown_ms, status, duration_ms FROM result"
                           " WHERE project = ? AND run_id = ? ORDER BY case_id, id",
                           "ii", h->project, run);
    rc = rc ? rc : count_latest(s);
    qsort(s->status, s->n_status, sizeof *s->status, by_name);
    rc = rc ? rc
            : mock_int(h, 0, &untested,
                       "SELECT count(*) FROM run_case c WHERE project = ?1 AND run_id = ?2 AND NOT"
                       " EXISTS (SELECT 1 FROM result r WHERE r.project = ?1 AND r.run_id = ?2"
                       " AND r.case_id = c.case_id AND r.shown_ms <= ?3)",
                       "iii", h->project, run, h->now_ms);
    s->cases = s->tested + untested;
    return rc;
}

static void put_stats(struct json_out *j, const struct stats *s)
{
    json_key(j, "stats");
    json_open(j, '{');
    json_key(j, "statuses");
    json_open(j, '{');
    for (uint32_t i = 0; i < s->n_status; i++) {
        json_key_str(j, s->status[i].name);
        json_put_int(j, s->status[i].n);
    }
    json_close(j, '}');
    json_member_int(j, "untested", s->cases - s->tested);
    json_member_int(j, "total", s->cases);
    json_close(j, '}');
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
    struct stats stats;
    struct ferry_str include = mock_query(h, "include");
    int64_t end = row[6].type == FERRY_INT ? row[6].i : h->now_ms;
    (void)n;
    int32_t rc = json_parse(&body, row[10].s, JSON_STRICT, NULL, h->err);
    rc = rc ? rc : read_stats(h, row[0].i, &stats);
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
    put_stats(j, &stats);
    json_member_int(j, "time_spent", stats.spent_ms);
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
