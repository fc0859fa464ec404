/* SPDX-License-Identifier: MIT */
/* cases.c - cases created, changed, deleted. A bulk request is taken whole or not at all. */
#include "mock.h"

#include <string.h>
#include <text.h>

/* --- looking ------------------------------------------------------------------------------------------------ */

int32_t mock_there(struct http *h, const char *table, const struct cJSON *id, const char *field)
{
    int64_t n = 0, found = 0;
    if (!json_int(id, &n)) {
        return FERRY_OK;
    }
    struct ferry_str sql =
        arena_printf(&h->arena, "SELECT id FROM %s WHERE project = ? AND id = ?", table);
    int32_t rc = sql.ptr ? mock_int(h, 0, &found, sql.ptr, "ii", h->project, n) : FERRY_OK;
    if (rc == FERRY_OK && !found) {
        mock_fault(
            h, ferry_cstr(field), "There is no %.*s %lld in this project.",
            STR_ARG(str_is(ferry_cstr(table), "test_case") ? FERRY_LIT("case") : ferry_cstr(table)),
            (long long)n);
    }
    return rc;
}

int32_t mock_all_there(struct http *h, const char *table, const struct cJSON *ids,
                       const char *field)
{
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    char path[120];
    json_each (id, ids) {
        snprintf(path, sizeof path, "%s.%u", field, i++);
        rc = rc ? rc : mock_there(h, table, id, path);
    }
    return rc;
}

static int32_t check_steps(struct http *h, const struct cJSON *steps, const char *prefix)
{
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    json_each (step, steps) {
        struct ferry_str at = arena_printf(&h->arena, "%ssteps.%u.", prefix, i++);
        struct ferry_str field = arena_printf(&h->arena, "%.*sattachments", STR_ARG(at));
        if (rc || !at.ptr || !field.ptr) {
            break;
        }
        rc = mock_files_check(h, json_get(step, "attachments"), field.ptr);
        rc = rc ? rc : check_steps(h, json_get(step, "steps"), at.ptr);
    }
    return rc;
}

/* What the form cannot know. */
static int32_t check(struct http *h, const struct cJSON *v, int all, const char *prefix)
{
    char field[80];
    snprintf(field, sizeof field, "%ssuite_id", prefix);
    int32_t rc = mock_there(h, "suite", json_get(v, "suite_id"), field);
    snprintf(field, sizeof field, "%smilestone_id", prefix);
    rc = rc ? rc : mock_there(h, "milestone", json_get(v, "milestone_id"), field);
    snprintf(field, sizeof field, "%sattachments", prefix);
    rc = rc ? rc : mock_files_check(h, json_get(v, "attachments"), field);
    rc = rc ? rc : check_steps(h, json_get(v, "steps"), prefix);
    if (all) {
        mock_required_check(h, v, prefix);
    }
    return rc ? rc : mock_values_check(h, MOCK_CASE, json_get(v, "custom_field"), all, prefix);
}

/* --- creating ------------------------------------------------------------------------------------------------- */

static int is_column(struct ferry_str name)
{
    return str_is(name, "title") || str_is(name, "suite_id") || str_is(name, "milestone_id") ||
           str_is(name, "custom_field") || str_is(name, "id");
}

/* What has no column: of `new`, and of `old` what `new` does not have. Both may be NULL. */
static struct ferry_str body_of(struct http *h, const struct cJSON *new, const struct cJSON *old)
{
    struct buf text;
    buf_init(&text, 64 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_each (kept, old) {
        if (!json_get(new, json_name(kept).ptr)) {
            json_key_str(&j, json_name(kept));
            json_put_value(&j, kept);
        }
    }
    json_each (member, new) {
        if (!is_column(json_name(member))) {
            json_key_str(&j, json_name(member));
            json_put_value(&j, member);
        }
    }
    json_close(&j, '}');
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

static struct ferry_value id_or_null(int64_t id)
{
    return id ? ferry_int(id) : ferry_text((struct ferry_str){NULL, 0});
}

static int32_t tell_created(struct http *h, const struct new_case *c, int64_t id)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_member_int(&j, "id", id);
    json_member(&j, "title", c->title);
    json_close(&j, '}');
    int32_t rc = mock_event(h, "case.created", buf_str(&text));
    buf_finish(&text);
    return rc;
}

int32_t mock_case_create(struct http *h, const struct new_case *c, int64_t *id)
{
    int32_t rc = mock_next(h, h->project, "case", id);
    rc = rc ? rc
            : mock_run(
                  h,
                  "INSERT INTO test_case (project, id, title, suite, milestone, signature,"
                  " body, created_ms, updated_ms, shown_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "iisvvssiii", h->project, *id, c->title, id_or_null(c->suite),
                  id_or_null(c->milestone),
                  c->signature.len ? c->signature : (struct ferry_str){NULL, 0}, c->body, h->now_ms,
                  h->now_ms, c->shown_ms);
    mock_tally_add(h, MOCK_TALLY_CASES, c->shown_ms);
    rc = rc ? rc : mock_values_store(h, MOCK_CASE, *id, c->values);
    return rc ? rc : tell_created(h, c, *id);
}

static int32_t create(struct http *h, const struct cJSON *v, int64_t *id)
{
    struct new_case c = {.title = json_str(json_get(v, "title")),
                         .body = body_of(h, v, NULL),
                         .shown_ms = h->now_ms,
                         .values = json_get(v, "custom_field")};
    json_int(json_get(v, "suite_id"), &c.suite);
    json_int(json_get(v, "milestone_id"), &c.milestone);
    return mock_case_create(h, &c, id);
}

int32_t mock_case_post(struct http *h)
{
    int64_t id = 0;
    int32_t rc = check(h, h->body, 1, "");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = create(h, h->body, &id);
    return rc ? rc : mock_answer_id(h, id);
}

int32_t mock_cases_bulk(struct http *h)
{
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    int64_t id = 0;
    char prefix[32];
    json_each (v, json_get(h->body, "cases")) {
        snprintf(prefix, sizeof prefix, "cases.%u.", i++);
        rc = rc ? rc : check(h, v, 1, prefix);
    }
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_key(&h->json, "ids");
    json_open(&h->json, '[');
    json_each (v, json_get(h->body, "cases")) {
        rc = rc ? rc : create(h, v, &id);
        json_put_int(&h->json, id);
    }
    json_close(&h->json, ']');
    json_close(&h->json, '}');
    mock_end(h);
    return rc;
}

/* --- changing --------------------------------------------------------------------------------------------------- */

static int32_t find_case(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id,
                          "SELECT id FROM test_case WHERE project = ? AND id = ? AND shown_ms <= ?",
                          "iii", h->project, h->id, h->now_ms);
    if (rc == FERRY_OK && !id) {
        mock_refuse(h, 404, "Test case %lld is not found.", (long long)h->id);
    }
    return rc;
}

static int32_t take_body(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_doc *doc = data;
    (void)n;
    return json_parse(doc, row[0].s, JSON_STRICT, NULL, NULL);
}

int32_t mock_case_patch(struct http *h)
{
    struct json_doc old = {NULL};
    int64_t suite = 0, milestone = 0;
    int32_t rc = find_case(h);
    if (rc || h->status) {
        return rc;
    }
    rc = check(h, h->body, 0, "");
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_rows(h, take_body, &old, "SELECT body FROM test_case WHERE project = ? AND id = ?",
                   "ii", h->project, h->id);
    json_int(json_get(h->body, "suite_id"), &suite);
    json_int(json_get(h->body, "milestone_id"), &milestone);
    rc =
        rc ? rc
           : mock_run(h,
                      "UPDATE test_case SET title = coalesce(?, title), suite = coalesce(?, suite),"
                      " milestone = coalesce(?, milestone), body = ?, updated_ms = ?"
                      " WHERE project = ? AND id = ?",
                      "svvsiii", json_str(json_get(h->body, "title")), id_or_null(suite),
                      id_or_null(milestone), body_of(h, h->body, old.root), h->now_ms, h->project,
                      h->id);
    json_finish(&old);
    rc = rc ? rc : mock_values_store(h, MOCK_CASE, h->id, json_get(h->body, "custom_field"));
    return rc ? rc : mock_answer_id(h, h->id);
}

int32_t mock_case_delete(struct http *h)
{
    int32_t rc = find_case(h);
    if (rc || h->status) {
        return rc;
    }
    rc = mock_run(h, "DELETE FROM test_case WHERE project = ? AND id = ?", "ii", h->project, h->id);
    rc = rc ? rc : mock_tally_forget(h);
    rc = rc ? rc
            : mock_run(h, "DELETE FROM field_value WHERE project = ? AND entity = 0 AND thing = ?",
                       "ii", h->project, h->id);
    return rc ? rc : mock_answer_id(h, h->id);
}
