/* SPDX-License-Identifier: MIT */
/*
 * dump.c - the whole state as sorted lines, for tests that compare two of them. A line is a JSON array: what it is, its project, its values. Left
 * out is what differs between two equal states: hashes (an attachment stands by the digest of its bytes), times of arrival, webhooks.
 */
#include "mock.h"

#include <stdlib.h>
#include <string.h>
#include <text.h>

struct lines {
    struct http *h;
    struct ferry_str *list;
    size_t n, room;
    const char *what;
    int json_column; /* the last column is JSON that names attachments */
    struct buf text;
};

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

static int32_t put_json(struct lines *l, struct json_out *j, struct ferry_str text)
{
    struct json_doc doc = {NULL};
    int32_t rc = json_parse(&doc, text, JSON_STRICT, NULL, l->h->err);
    rc = rc ? rc : put_value(l->h, j, doc.root, 0);
    json_finish(&doc);
    return rc;
}

/* --- lines ------------------------------------------------------------------------------------------------------------ */

static int32_t add_line(void *data, const struct ferry_value *row, uint32_t n)
{
    struct lines *l = data;
    int32_t rc = FERRY_OK;
    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 256;
        struct ferry_str *list = realloc(l->list, room * sizeof *list);
        if (!list) {
            return FERRY_E_NO_MEMORY;
        }
        l->list = list;
        l->room = room;
    }
    buf_reset(&l->text);
    struct json_out j = json_to(&l->text);
    json_open(&j, '[');
    json_put(&j, ferry_cstr(l->what));
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        if (row[i].type == FERRY_INT) {
            json_put_int(&j, row[i].i);
        } else if (row[i].type != FERRY_TEXT) {
            json_put_null(&j);
        } else if (l->json_column && i + 1 == n) {
            rc = put_json(l, &j, row[i].s);
        } else {
            json_put(&j, row[i].s);
        }
    }
    json_close(&j, ']');
    l->list[l->n++] = arena_str(&l->h->arena, buf_str(&l->text));
    return rc ? rc : l->text.failed ? l->text.failed : l->h->arena.failed;
}

static int compare(const void *a, const void *b)
{
    return str_cmp(*(const struct ferry_str *)a, *(const struct ferry_str *)b);
}

static const struct {
    const char *what;
    int json;
    const char *sql;
} tables[] = {
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
};

int32_t mock_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                  struct ferry_error *err)
{
    struct http h = {.call = call, .err = err};
    struct lines l = {.h = &h};
    int32_t rc = FERRY_OK;
    h.sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    arena_init(&h.arena, (size_t)1 << 30);
    buf_init(&l.text, 256 << 20);
    for (size_t i = 0; rc == FERRY_OK && i < sizeof tables / sizeof *tables; i++) {
        l.what = tables[i].what;
        l.json_column = tables[i].json;
        rc = mock_rows(&h, add_line, &l, tables[i].sql, "");
    }
    if (l.n > 0) {
        qsort(l.list, l.n, sizeof *l.list, compare);
    }
    for (size_t i = 0; rc == FERRY_OK && i < l.n; i++) {
        out->text(out->self, l.list[i]);
        rc = out->text(out->self, FERRY_LIT("\n"));
    }
    free(l.list);
    buf_finish(&l.text);
    arena_finish(&h.arena);
    return rc;
}
