/* SPDX-License-Identifier: MIT */
/*
 * service_projects.c - routes of projects and of their custom fields. A project is made by the
 * first thing that is posted into it; reading makes nothing. The Automation Key field is there
 * from the start.
 */
#include "service.h"

#include "shape.h"

#include <text.h>

static int32_t project_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    static const char *const counts[] = {"cases", "runs", "results"};
    (void)n;
    json_open(j, '{');
    json_member(j, "project", row[0].s);
    json_member_int(j, "created_ms", row[1].i);
    for (int i = 0; i < 3; i++) {
        json_member_int(j, counts[i], row[2 + i].i);
    }
    json_close(j, '}');
    return FERRY_OK;
}

#define PROJECT_COLUMNS                                                                            \
    "code, created_ms,"                                                                            \
    " (SELECT count(*) FROM test_case c WHERE c.project = p.id),"                                  \
    " (SELECT count(*) FROM run r WHERE r.project = p.id),"                                        \
    " (SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM result_count k WHERE k.project = p.id)"

int32_t local_projects_list(struct http *h)
{
    static const char *const names[] = {"limit", "offset", "project", NULL};
    struct page p;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    local_page_init(&p, PROJECT_COLUMNS, "project p WHERE 1 = 1", "code", project_row);
    local_page_filter_text(h, &p, "project", "code = ?");
    return local_page_answer(h, &p);
}

int32_t local_project_get(struct http *h)
{
    static const char *const none[] = {NULL};
    if (!local_query_only(h, none)) {
        return FERRY_OK;
    }
    if (!h->project) {
        return local_refuse(h, 404, "no_project",
                            "no project \"%.*s\"; the first thing posted makes it",
                            STR_ARG(h->target.path[0]));
    }
    h->status = 200;
    return local_sql_rows(h, project_row, h,
                          "SELECT " PROJECT_COLUMNS " FROM project p WHERE id = ?", "i",
                          h->project);
}

/* --- fields ---------------------------------------------------------------------------- */

static int32_t field_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "title", row[1].s);
    json_member(j, "entity", row[2].s);
    json_member(j, "type", row[3].s);
    json_key(j, "required");
    json_put_bool(j, row[4].i != 0);
    json_close(j, '}');
    return FERRY_OK;
}

int32_t local_fields_list(struct http *h)
{
    static const char *const names[] = {"limit", "offset", "after", "id", "title", "entity", NULL};
    struct page p;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    local_page_init(&p, "id, title, entity, type, required", "field WHERE project = ?", "id",
                    field_row);
    local_page_arg(&p, ferry_int(h->project));
    if (!local_page_filter_int(h, &p, "id", "id = ?")) {
        buf_finish(&p.where);
        return FERRY_OK;
    }
    local_page_filter_text(h, &p, "title", "title = ?");
    local_page_filter_text(h, &p, "entity", "entity = ?");
    return local_page_answer(h, &p);
}

/*
 * A field of this title that is there already is answered as it is: the same request again
 * changes nothing.
 */
int32_t local_fields_post(struct http *h)
{
    static const char *const none[] = {NULL};
    struct json_doc doc = {NULL};
    int64_t id = 0, before = 0;
    if (!local_query_only(h, none) || !local_body_parse(h, &local_shape_field, &doc)) {
        return FERRY_OK;
    }
    struct ferry_str entity = json_str(json_get(doc.root, "entity"));
    struct ferry_str title = str_trim(json_str(json_get(doc.root, "title")));
    struct ferry_str type = json_str(json_get(doc.root, "type"));
    int32_t rc = local_project_ensure(h);
    if (rc == FERRY_OK) {
        rc = local_sql_int(h, 0, &before,
                           "SELECT id FROM field WHERE project = ? AND entity = ? AND title = ?",
                           "iss", h->project, entity, title);
    }
    if (rc == FERRY_OK && before == 0) {
        rc = local_sql_reserve(h, "field", 1, &id);
    }
    if (rc == FERRY_OK && before == 0) {
        int64_t required = json_bool(json_get(doc.root, "required"), 0);
        rc = local_sql_run(h,
                           "INSERT INTO field (project, id, title, entity, type, required) "
                           "VALUES (?, ?, ?, ?, ?, ?)",
                           "iisssi", h->project, id, title, entity,
                           type.len ? type : FERRY_LIT("text"), required);
    }
    h->status = before ? 200 : 201;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", before ? before : id);
    json_key(&h->json, "existed");
    json_put_bool(&h->json, before != 0);
    json_close(&h->json, '}');
    json_finish(&doc);
    return rc;
}
