/* SPDX-License-Identifier: MIT */
/*
 * service_sql.c - numbers for new things, projects and fields made when they are first needed.
 */
#include "service.h"

int32_t local_sql_reserve(struct http *h, const char *noun, int64_t n, int64_t *first)
{
    int64_t project = strcmp(noun, "project") == 0 ? 0 : h->project;
    int64_t last = 0;
    int32_t rc = local_sql_int(h, 0, &last,
                               "UPDATE counter SET last = last + ? WHERE project = ? AND noun = ? "
                               "RETURNING last",
                               "iis", n, project, ferry_cstr(noun));
    if (rc == FERRY_OK && last == 0) {
        rc = ferry_fail(h->err, FERRY_E_BUG, NULL, "no counter for %s in project %lld", noun,
                        (long long)project);
    }
    *first = last - n + 1;
    return rc;
}

int32_t local_field_ensure(struct http *h, const char *entity, struct ferry_str title, int64_t *id)
{
    int32_t rc = local_sql_int(
        h, 0, id, "SELECT id FROM field WHERE project = ? AND entity = ? AND title = ?", "iss",
        h->project, ferry_cstr(entity), title);
    if (rc || *id) {
        return rc;
    }
    rc = local_sql_reserve(h, "field", 1, id);
    if (rc) {
        return rc;
    }
    return local_sql_run(h,
                         "INSERT INTO field (project, id, title, entity, type, required) "
                         "VALUES (?, ?, ?, ?, 'text', 0)",
                         "iiss", h->project, *id, title, ferry_cstr(entity));
}

int32_t local_project_ensure(struct http *h)
{
    static const char *const nouns[] = {"field", "case", "run", "result"};
    int64_t id = 0;
    if (h->project) {
        return FERRY_OK;
    }
    int32_t rc = local_sql_reserve(h, "project", 1, &id);
    if (rc == FERRY_OK) {
        rc = local_sql_run(h, "INSERT INTO project (id, code, created_ms) VALUES (?, ?, ?)", "isi",
                           id, h->target.path[0], h->call->now_ms);
    }
    for (size_t i = 0; rc == FERRY_OK && i < sizeof nouns / sizeof *nouns; i++) {
        rc = local_sql_run(h, "INSERT INTO counter (project, noun, last) VALUES (?, ?, 0)", "is",
                           id, ferry_cstr(nouns[i]));
    }
    h->project = id;
    if (rc == FERRY_OK) {
        rc = local_field_ensure(h, "case", FERRY_LIT(LOCAL_KEY_FIELD), &id);
    }
    return rc;
}
