/* SPDX-License-Identifier: MIT */
/* suites.c - folders of cases. */
#include "mock.h"

#include <text.h>

static const char columns[] =
    "id, title, description, preconditions, parent, created_ms,"
    " (SELECT count(*) FROM test_case c WHERE c.project = suite.project AND c.suite = suite.id)";

static int32_t suite_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "title", row[1].s);
    mock_put(h, "description", &row[2]);
    mock_put(h, "preconditions", &row[3]);
    json_member_int(j, "position", row[0].i);
    json_member_int(j, "cases_count", row[6].i);
    mock_put(h, "parent_id", &row[4]);
    mock_put_time(h, "created_at", &row[5]);
    mock_put_time(h, "updated_at", &row[5]);
    json_close(j, '}');
    return FERRY_OK;
}

int32_t mock_suites_list(struct http *h)
{
    struct page p;
    page_begin(&p, columns, "suite WHERE project = ?", "id", suite_row);
    page_arg(&p, ferry_int(h->project));
    page_filter_part(h, &p, "search", "title");
    return page_answer(h, &p);
}

static int32_t find_suite(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id, "SELECT id FROM suite WHERE project = ? AND id = ?", "ii",
                          h->project, h->id);
    if (rc == FERRY_OK && !id) {
        mock_refuse(h, 404, "Suite %lld is not found.", (long long)h->id);
    }
    return rc;
}

int32_t mock_suite_get(struct http *h)
{
    int32_t rc = find_suite(h);
    struct ferry_str sql =
        arena_printf(&h->arena, "SELECT %s FROM suite WHERE project = ? AND id = ?", columns);
    if (rc || h->status || !sql.ptr) {
        return rc;
    }
    mock_begin(h, 200);
    rc = mock_rows(h, suite_row, h, sql.ptr, "ii", h->project, h->id);
    mock_end(h);
    return rc;
}

static int32_t create(struct http *h, struct ferry_str title, struct ferry_str description,
                      struct ferry_str preconditions, struct ferry_value parent, int64_t *id)
{
    int32_t rc = mock_next(h, h->project, "suite", id);
    return rc ? rc
              : mock_run(h,
                         "INSERT INTO suite (project, id, title, description, preconditions,"
                         " parent, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "iisssvi", h->project, *id, title, description, preconditions, parent,
                         h->now_ms);
}

static struct ferry_value number_or_null(const struct cJSON *v)
{
    int64_t n = 0;
    return json_int(v, &n) && n > 0 ? ferry_int(n) : ferry_text((struct ferry_str){NULL, 0});
}

int32_t mock_suite_post(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_there(h, "suite", json_get(h->body, "parent_id"), "parent_id");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = create(h, json_str(json_get(h->body, "title")), json_str(json_get(h->body, "description")),
                json_str(json_get(h->body, "preconditions")),
                number_or_null(json_get(h->body, "parent_id")), &id);
    return rc ? rc : mock_answer_id(h, id);
}

static int32_t ensure(struct http *h, int64_t parent, struct ferry_str title, int64_t *id)
{
    int32_t rc = mock_int(h, 0, id,
                          "SELECT id FROM suite WHERE project = ? AND coalesce(parent, 0) = ?"
                          " AND title = ? ORDER BY id LIMIT 1",
                          "iis", h->project, parent, title);
    if (rc || *id) {
        return rc;
    }
    return create(h, title, (struct ferry_str){NULL, 0}, (struct ferry_str){NULL, 0},
                  parent ? ferry_int(parent) : ferry_text((struct ferry_str){NULL, 0}), id);
}

int32_t mock_suite_ensure(struct http *h, int64_t parent, struct ferry_str title, int64_t *id)
{
    enum { REMEMBERED = sizeof h->suites / sizeof *h->suites };
    for (uint32_t i = 0; i < h->n_suites && i < REMEMBERED; i++) {
        if (h->suites[i].parent == parent && ferry_eq(h->suites[i].title, title)) {
            *id = h->suites[i].id;
            return FERRY_OK;
        }
    }
    int32_t rc = ensure(h, parent, title, id);
    if (rc == FERRY_OK) {
        h->suites[h->n_suites++ % REMEMBERED] =
            (struct suite_seen){.parent = parent, .id = *id, .title = title};
    }
    return rc;
}

int32_t mock_suite_patch(struct http *h)
{
    int32_t rc = find_suite(h);
    int64_t parent = 0;
    if (rc || h->status) {
        return rc;
    }
    rc = mock_there(h, "suite", json_get(h->body, "parent_id"), "parent_id");
    if (json_int(json_get(h->body, "parent_id"), &parent) && parent == h->id) {
        mock_fault(h, FERRY_LIT("parent_id"), "The parent_id is the suite itself.");
    }
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    if (json_get(h->body, "parent_id")) {
        rc = mock_run(h, "UPDATE suite SET parent = ? WHERE project = ? AND id = ?", "vii",
                      number_or_null(json_get(h->body, "parent_id")), h->project, h->id);
    }
    rc = rc ? rc
            : mock_run(h,
                       "UPDATE suite SET title = coalesce(?, title),"
                       " description = coalesce(?, description),"
                       " preconditions = coalesce(?, preconditions) WHERE project = ? AND id = ?",
                       "sssii", json_str(json_get(h->body, "title")),
                       json_str(json_get(h->body, "description")),
                       json_str(json_get(h->body, "preconditions")), h->project, h->id);
    return rc ? rc : mock_answer_id(h, h->id);
}

/* Its cases go with it, unless the body says where to put them. */
int32_t mock_suite_delete(struct http *h)
{
    struct json_doc doc = {NULL};
    int64_t to = 0;
    int32_t rc = find_suite(h);
    if (rc || h->status) {
        return rc;
    }
    if (h->request->body.len > 0 && !mock_body_parse(h, mock_form_suite_delete, &doc)) {
        return FERRY_OK;
    }
    json_int(json_get(doc.root, "destination_id"), &to);
    rc = mock_there(h, "suite", json_get(doc.root, "destination_id"), "destination_id");
    json_finish(&doc);
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = to ? mock_run(h, "UPDATE test_case SET suite = ? WHERE project = ? AND suite = ?", "iii",
                       to, h->project, h->id)
            : mock_run(h, "DELETE FROM test_case WHERE project = ? AND suite = ?", "ii", h->project,
                       h->id);
    rc = rc ? rc : mock_tally_forget(h);
    rc =
        rc ? rc
           : mock_run(h, "DELETE FROM suite WHERE project = ? AND id = ?", "ii", h->project, h->id);
    return rc ? rc : mock_answer_id(h, h->id);
}
