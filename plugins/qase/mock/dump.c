/* SPDX-License-Identifier: MIT */
/*
 * dump.c - the whole state as sorted lines, for tests that compare two of them. A line is a JSON array: what it is, its project, its values. Left
 * out is what differs between two equal states: hashes (an attachment stands by the digest of its bytes), times of arrival, webhooks.
 */
#include "mock.h"

#include <text.h>

/* --- attachments by their bytes ------------------------------------------------------------------------------------ */

static int32_t take_digest(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = data;
    (void)n;
    json_put(j, row[0].s);
    return FERRY_OK;
}

static int32_t put_value(struct http *h, struct json_out *j, const struct cJSON *v, int is_files)
{
    int32_t rc = FERRY_OK;
    int object = json_is_object(v);
    if (is_files && json_str(v).ptr) {
        return mock_rows(h, take_digest, j,
                         "SELECT digest || ' ' || name FROM attachment WHERE hash = ?", "s",
                         json_str(v));
    }
    if (!object && !json_is_array(v)) {
        json_put_value(j, v);
        return FERRY_OK;
    }
    json_open(j, object ? '{' : '[');
    json_each (one, v) {
        if (object) {
            json_key_str(j, json_name(one));
        }
        rc = rc ? rc
                : put_value(h, j, one, object ? str_is(json_name(one), "attachments") : is_files);
    }
    json_close(j, object ? '}' : ']');
    return rc;
}

static int32_t put_json(void *data, struct json_out *j, struct ferry_str text)
{
    struct http *h = data;
    struct json_doc doc = {NULL};
    int32_t rc = json_parse(&doc, text, JSON_STRICT, NULL, h->err);
    rc = rc ? rc : put_value(h, j, doc.root, 0);
    json_finish(&doc);
    return rc;
}

/* --- lines ------------------------------------------------------------------------------------------------------------ */

static const struct kit_table tables[] = {
    {"project", 0, "SELECT code, title FROM project"},
    {"field", 0,
     "SELECT id, entity, type, title, required, everywhere, (SELECT group_concat(code) FROM"
     " field_project p WHERE p.field_id = field.id) FROM field"},
    {"suite", 0,
     "SELECT p.code, t.id, t.parent, t.title FROM suite t JOIN project p ON p.id = t.project"},
    {"case", 1,
     "SELECT p.code, t.id, t.title, t.suite, t.signature, t.body FROM test_case t"
     " JOIN project p ON p.id = t.project"},
    {"value", 0,
     "SELECT p.code, t.entity, t.thing, t.field_id, t.value FROM field_value t"
     " JOIN project p ON p.id = t.project"},
    {"run", 1,
     "SELECT p.code, t.id, t.title, t.description, t.status, t.status_text, t.start_ms, t.body"
     " FROM run t JOIN project p ON p.id = t.project"},
    {"run case", 0,
     "SELECT p.code, t.run_id, t.case_id FROM run_case t JOIN project p ON p.id = t.project"},
    {"result", 1,
     "SELECT p.code, t.run_id, t.wire_id, t.case_id, t.status, t.duration_ms, t.body"
     " FROM result t JOIN project p ON p.id = t.project"},
    {"conflict", 1,
     "SELECT p.code, t.run_id, t.wire_id, t.body FROM conflict t"
     " JOIN project p ON p.id = t.project"},
    {"milestone", 0, "SELECT project, id, title FROM milestone"},
    {"plan", 0, "SELECT project, id, title, cases FROM plan"},
    {"environment", 0, "SELECT project, id, title, slug FROM environment"},
    {"configuration", 0, "SELECT project, id, group_id, title FROM configuration"},
    {NULL, 0, NULL},
};

int32_t mock_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                  struct ferry_error *err)
{
    struct http h = {.call = call, .err = err};
    h.sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    return kit_dump(call, tables, put_json, &h, out, err);
}
