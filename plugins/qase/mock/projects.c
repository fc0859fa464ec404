/* SPDX-License-Identifier: MIT */
/* projects.c - projects of the workspace. */
#include "mock.h"

#include <text.h>

static int32_t project_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member(j, "title", row[0].s);
    json_member(j, "code", row[1].s);
    json_key(j, "counts");
    json_open(j, '{');
    json_member_int(j, "cases", row[2].i);
    json_member_int(j, "suites", row[3].i);
    json_member_int(j, "milestones", row[4].i);
    json_key(j, "runs");
    json_open(j, '{');
    json_member_int(j, "total", row[5].i);
    json_member_int(j, "active", row[6].i);
    json_close(j, '}');
    json_key(j, "defects");
    json_open(j, '{');
    json_member_int(j, "total", 0);
    json_member_int(j, "open", 0);
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
    return FERRY_OK;
}

static const char columns[] =
    "title, code, (SELECT count(*) FROM test_case c WHERE c.project = project.id),"
    " (SELECT count(*) FROM suite s WHERE s.project = project.id),"
    " (SELECT count(*) FROM milestone m WHERE m.project = project.id),"
    " (SELECT count(*) FROM run r WHERE r.project = project.id),"
    " (SELECT count(*) FROM run r WHERE r.project = project.id AND r.status = 0)";

int32_t mock_projects_list(struct http *h)
{
    struct page p;
    page_begin(&p, columns, "project WHERE 1 = 1", "id", project_row);
    return page_answer(h, &p);
}

int32_t mock_project_get(struct http *h)
{
    struct ferry_str sql = arena_printf(&h->arena, "SELECT %s FROM project WHERE id = ?", columns);
    mock_begin(h, 200);
    int32_t rc = sql.ptr ? mock_rows(h, project_row, h, sql.ptr, "i", h->project) : FERRY_OK;
    mock_end(h);
    return rc;
}

static int code_ok(struct ferry_str code)
{
    for (uint64_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return 0;
        }
    }
    return code.len >= 2 && code.len <= 10;
}

int32_t mock_project_post(struct http *h)
{
    struct ferry_str code = json_str(json_get(h->body, "code"));
    struct ferry_str access = json_str(json_get(h->body, "access"));
    int64_t id = 0;
    if (!code_ok(code)) {
        mock_fault(h, FERRY_LIT("code"), "The code must be 2 to 10 letters from A to Z.");
    }
    if (str_is(access, "group") && !json_has(h->body, "group")) {
        mock_fault(h, FERRY_LIT("group"), "The group field is required when access is group.");
    }
    int32_t rc =
        mock_int(h, 0, &id, "SELECT id FROM project WHERE upper(code) = upper(?)", "s", code);
    if (rc == FERRY_OK && id) {
        mock_fault(h, FERRY_LIT("code"), "Project with the same code already exists.");
    }
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_next(h, 0, "project", &id);
    rc = rc ? rc
            : mock_run(h, "INSERT INTO project (id, code, title) VALUES (?, ?, ?)", "iss", id, code,
                       json_str(json_get(h->body, "title")));
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member(&h->json, "code", code);
    json_close(&h->json, '}');
    mock_end(h);
    return rc;
}

int32_t mock_project_delete(struct http *h)
{
    static const char *const tables[] = {"DELETE FROM field_value WHERE project = ?",
                                         "DELETE FROM suite WHERE project = ?",
                                         "DELETE FROM test_case WHERE project = ?",
                                         "DELETE FROM run_case WHERE project = ?",
                                         "DELETE FROM run WHERE project = ?",
                                         "DELETE FROM result WHERE project = ?",
                                         "DELETE FROM tally WHERE project = ?",
                                         "DELETE FROM milestone WHERE project = ?",
                                         "DELETE FROM plan WHERE project = ?",
                                         "DELETE FROM environment WHERE project = ?",
                                         "DELETE FROM configuration WHERE project = ?",
                                         "DELETE FROM conflict WHERE project = ?",
                                         "DELETE FROM project WHERE id = ?",
                                         "DELETE FROM configuration_group WHERE project = ?"};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; rc == FERRY_OK && i < sizeof tables / sizeof *tables; i++) {
        rc = mock_run(h, tables[i], "i", h->project);
    }
    return rc ? rc : mock_answer_true(h, 200);
}
