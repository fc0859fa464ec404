/* SPDX-License-Identifier: MIT */
/*
 * service_cases.c - routes of cases. Posting one twice makes two, and two cases may hold one
 * key: as vendors do, so that whoever sends must look first. Custom field values stand in rows
 * of their own, to be found by.
 */
#include "service.h"

#include "shape.h"

#include <text.h>

/* --- lists ------------------------------------------------------------------------------ */

static int32_t value_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '[');
    json_put(j, row[0].s);
    json_put(j, row[1].s);
    json_close(j, ']');
    return FERRY_OK;
}

/* The members of a stored object into the open one: its braces are left out. */
static void splice(struct json_out *j, struct ferry_str object)
{
    if (object.len > 2) {
        buf_putc(j->buf, ',');
        buf_put(j->buf, str_sub(object, 1, object.len - 2));
    }
}

static int32_t case_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "title", row[1].s);
    json_member(j, "signature", row[2].s);
    json_member(j, "marker", row[3].s);
    json_member_int(j, "created_ms", row[4].i);
    json_key(j, "fields");
    json_open(j, '[');
    int32_t rc = local_sql_rows(h, value_row, h,
                                "SELECT f.title, v.value FROM case_value v JOIN field f "
                                "ON f.project = v.project AND f.id = v.field_id "
                                "WHERE v.project = ? AND v.case_id = ? ORDER BY v.field_id",
                                "ii", h->project, row[0].i);
    json_close(j, ']');
    splice(j, row[5].s);
    json_close(j, '}');
    return rc;
}

#define CASE_COLUMNS "id, title, signature, marker, created_ms, body"

int32_t local_cases_list(struct http *h)
{
    static const char *const names[] = {"limit",     "offset", "after",     "id",     "key",
                                        "key_field", "title",  "signature", "marker", NULL};
    struct ferry_str key = local_query_get(h, "key");
    struct ferry_str key_field = local_query_get(h, "key_field");
    struct page p;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    local_page_init(&p, CASE_COLUMNS, "test_case WHERE project = ?", "id", case_row);
    local_page_arg(&p, ferry_int(h->project));
    if (!local_page_filter_int(h, &p, "id", "id = ?")) {
        buf_finish(&p.where);
        return FERRY_OK;
    }
    local_page_filter_text(h, &p, "title", "title = ?");
    local_page_filter_text(h, &p, "signature", "signature = ?");
    local_page_filter_text(h, &p, "marker", "marker = ?");
    if (key.ptr) {
        buf_puts(&p.where, " AND id IN (SELECT v.case_id FROM case_value v JOIN field f"
                           " ON f.project = v.project AND f.id = v.field_id"
                           " WHERE v.project = ? AND f.entity = 'case' AND f.title = ?"
                           " AND v.value = ?)");
        local_page_arg(&p, ferry_int(h->project));
        local_page_arg(&p, ferry_text(key_field.len ? key_field : FERRY_LIT(LOCAL_KEY_FIELD)));
        local_page_arg(&p, ferry_text(str_trim(key)));
    }
    return local_page_answer(h, &p);
}

int32_t local_case_get(struct http *h)
{
    static const char *const none[] = {NULL};
    if (!local_query_only(h, none)) {
        return FERRY_OK;
    }
    int32_t rc = local_sql_rows(
        h, case_row, h, "SELECT " CASE_COLUMNS " FROM test_case WHERE project = ? AND id = ?", "ii",
        h->project, h->id);
    if (rc || h->body.len > 0) {
        h->status = 200;
        return rc;
    }
    return local_refuse(h, 404, "no_case", "no case %lld in this project", (long long)h->id);
}

static int32_t history_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "result_id", row[0].i);
    json_member_int(j, "run_id", row[1].i);
    json_member(j, "run_title", row[2].s);
    json_member(j, "status", row[3].s);
    if (row[4].type == FERRY_INT) {
        json_member_int(j, "start_ms", row[4].i);
    }
    if (row[5].type == FERRY_INT) {
        json_member_int(j, "duration_us", row[5].i);
    }
    json_member_int(j, "created_ms", row[6].i);
    json_close(j, '}');
    return FERRY_OK;
}

/* What became of a case in all runs, the newest first. */
int32_t local_case_history(struct http *h)
{
    static const char *const names[] = {"limit", "offset", NULL};
    struct page p;
    int64_t there = 0;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    int32_t rc =
        local_sql_int(h, 0, &there, "SELECT id FROM test_case WHERE project = ? AND id = ?", "ii",
                      h->project, h->id);
    if (rc || !there) {
        return rc ? rc
                  : local_refuse(h, 404, "no_case", "no case %lld in this project",
                                 (long long)h->id);
    }
    local_page_init(&p,
                    "s.id, s.run_id, r.title, s.status, s.start_ms, s.duration_us, s.created_ms",
                    "result s JOIN run r ON r.project = s.project AND r.id = s.run_id "
                    "WHERE s.project = ? AND s.case_id = ?",
                    "s.id DESC", history_row);
    local_page_arg(&p, ferry_int(h->project));
    local_page_arg(&p, ferry_int(h->id));
    return local_page_answer(h, &p);
}

/* --- making them ---------------------------------------------------------------------------- */

static int32_t insert_case(struct http *h, int64_t id, struct ferry_str title,
                           struct ferry_str signature, struct ferry_str marker,
                           struct ferry_str body)
{
    return local_sql_run(
        h,
        "INSERT INTO test_case (project, id, title, signature, marker, created_ms, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        "iisssis", h->project, id, title, signature, marker, h->call->now_ms, body);
}

static int32_t insert_value(struct http *h, int64_t id, struct ferry_str title,
                            struct ferry_str value)
{
    int32_t rc = FERRY_OK;
    title = str_trim(title);
    if (!h->field_id || !ferry_eq(title, h->field_title)) {
        rc = local_field_ensure(h, "case", title, &h->field_id);
        h->field_title = title;
    }
    if (rc == FERRY_OK) {
        rc = local_sql_run(h,
                           "INSERT INTO case_value (project, case_id, field_id, value) "
                           "VALUES (?, ?, ?, ?)",
                           "iiis", h->project, id, h->field_id, str_trim(value));
    }
    return rc;
}

int32_t local_case_create_for(struct http *h, int64_t id, struct ferry_str title,
                              struct ferry_str signature, struct ferry_str key_field,
                              struct ferry_str key)
{
    struct ferry_str none = {NULL, 0};
    int32_t rc = insert_case(h, id, utf8_cut(title, LOCAL_TITLE), signature, none, FERRY_LIT("{}"));
    if (rc == FERRY_OK && str_trim(key).len > 0) {
        rc = insert_value(h, id, key_field.len ? key_field : FERRY_LIT(LOCAL_KEY_FIELD), key);
    }
    return rc;
}

/* What has no column of its own, as one object in the arena. */
static struct ferry_str body_of(struct http *h, const struct cJSON *v)
{
    static const char *const kept[] = {"description", "precondition", "tags", "steps"};
    struct buf text;
    buf_init(&text, LOCAL_BODY * 2);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (json_has(v, kept[i])) {
            json_key(&j, kept[i]);
            json_put_value(&j, json_get(v, kept[i]));
        }
    }
    json_close(&j, '}');
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    if (text.failed) {
        h->arena.failed = text.failed;
    }
    buf_finish(&text);
    return out;
}

static int32_t create_case(struct http *h, const struct cJSON *v, int64_t id)
{
    int32_t rc =
        insert_case(h, id, json_str(json_get(v, "title")), json_str(json_get(v, "signature")),
                    json_str(json_get(v, "marker")), body_of(h, v));
    json_each (pair, json_get(v, "fields")) {
        const struct cJSON *name = json_first(pair);
        if (rc == FERRY_OK) {
            rc = insert_value(h, id, json_str(name), json_str(json_next(name)));
        }
    }
    return rc;
}

/* A field may have one value; local_shape_check has seen to the rest. */
static int fields_are_single(const struct cJSON *v, struct ferry_error *err)
{
    json_each (a, json_get(v, "fields")) {
        struct ferry_str name = str_trim(json_str(json_first(a)));
        if (name.len == 0) {
            ferry_fail(err, FERRY_E_INPUT, "fields", "a field without a title");
            return 0;
        }
        for (const struct cJSON *b = json_next(a); b; b = json_next(b)) {
            if (ferry_eq(name, str_trim(json_str(json_first(b))))) {
                ferry_fail(err, FERRY_E_INPUT, "fields", "two values for \"%.*s\"",
                           STR_ARG(utf8_cut(name, 60)));
                return 0;
            }
        }
    }
    return 1;
}

/* The array of cases; 0: refused. */
static int check_cases(struct http *h, const struct cJSON *root)
{
    const struct cJSON *list = json_get(root, "cases");
    uint32_t index = 0, bad = 0;
    if (!json_is_object(root) || json_count(root) != 1 || !json_is_array(list)) {
        local_refuse(h, 400, "bad_member", "wanted {\"cases\": [...]}");
        return 0;
    }
    if (json_count(list) < 1 || json_count(list) > LOCAL_CASES) {
        local_refuse(h, 400, "bad_count", "%u cases; wanted 1 to %d", json_count(list),
                     LOCAL_CASES);
        return 0;
    }
    json_each (v, list) {
        struct ferry_error err = {.size = sizeof err};
        if (bad < LOCAL_MISTAKES &&
            (local_shape_check(v, &local_shape_case, &err) || !fields_are_single(v, &err))) {
            if (bad++ == 0) {
                local_refuse_items(h, 400);
            }
            local_refuse_item(h, index, err.where, err.message);
        }
        index++;
    }
    if (bad) {
        local_refuse_end(h);
    }
    return !bad;
}

int32_t local_cases_post(struct http *h)
{
    static const char *const none[] = {NULL};
    struct ferry_error err = {.size = sizeof err};
    struct json_doc doc = {NULL};
    int64_t first = 0;
    if (!local_query_only(h, none)) {
        return FERRY_OK;
    }
    if (h->request->body.len > LOCAL_BODY) {
        return local_refuse(h, 413, "too_large", "the body is longer than %d bytes", LOCAL_BODY);
    }
    if (json_parse(&doc, h->request->body, JSON_STRICT, NULL, &err)) {
        local_refuse_json(h, &err);
        return FERRY_OK;
    }
    int32_t rc = FERRY_OK;
    if (!check_cases(h, doc.root)) {
        goto out;
    }
    const struct cJSON *list = json_get(doc.root, "cases");
    rc = local_project_ensure(h);
    if (rc == FERRY_OK) {
        rc = local_sql_reserve(h, "case", json_count(list), &first);
    }
    json_open(&h->json, '{');
    json_key(&h->json, "cases");
    json_open(&h->json, '[');
    json_each (v, list) {
        if (rc == FERRY_OK) {
            rc = create_case(h, v, first);
        }
        json_open(&h->json, '{');
        json_member_int(&h->json, "id", first++);
        json_close(&h->json, '}');
    }
    json_close(&h->json, ']');
    json_close(&h->json, '}');
    h->status = 201;
out:
    json_finish(&doc);
    return rc;
}
