/* SPDX-License-Identifier: MIT */
/*
 * service_dump.c - the whole state as sorted lines, for tests that compare two of them. A line
 * is a JSON array: what it is, its project, its values; times of creation are left out, since
 * they differ between two equal states.
 */
#include "service.h"

#include <stdlib.h>
#include <text.h>

struct lines {
    struct arena arena;
    struct ferry_str *list;
    size_t n, room;
    const char *what;
    struct buf text;
};

static int32_t add_line(void *data, const struct ferry_value *row, uint32_t n)
{
    struct lines *l = data;
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
    for (uint32_t i = 0; i < n; i++) {
        if (row[i].type == FERRY_INT) {
            json_put_int(&j, row[i].i);
        } else {
            json_put(&j, row[i].s);
        }
    }
    json_close(&j, ']');
    l->list[l->n++] = arena_str(&l->arena, buf_str(&l->text));
    return l->text.failed ? l->text.failed : l->arena.failed;
}

static int compare(const void *a, const void *b)
{
    return str_cmp(*(const struct ferry_str *)a, *(const struct ferry_str *)b);
}

int32_t local_service_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                           struct ferry_error *err)
{
    static const struct {
        const char *what, *sql;
    } tables[] = {
        {"field", "SELECT p.code, t.id, t.title, t.entity, t.type, t.required FROM field t "
                  "JOIN project p ON p.id = t.project"},
        {"case", "SELECT p.code, t.id, t.title, t.signature, t.marker, t.body FROM test_case t "
                 "JOIN project p ON p.id = t.project"},
        {"value", "SELECT p.code, t.case_id, t.field_id, t.value FROM case_value t "
                  "JOIN project p ON p.id = t.project"},
        {"run", "SELECT p.code, t.id, t.title, t.description, t.marker, t.state, t.start_ms, "
                "t.end_ms, t.body FROM run t JOIN project p ON p.id = t.project"},
        {"result", "SELECT p.code, t.run_id, t.id, t.wire_id, t.case_id, t.body FROM result t "
                   "JOIN project p ON p.id = t.project"},
        {"count", "SELECT p.code, t.run_id, t.status, t.n FROM result_count t "
                  "JOIN project p ON p.id = t.project"},
        {"attachment", "SELECT p.code, t.digest, t.bytes, t.name, t.mime FROM attachment t "
                       "JOIN project p ON p.id = t.project"},
    };
    struct http h = {.call = call, .err = err};
    struct lines l = {.list = NULL};
    int32_t rc = FERRY_OK;
    h.sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    arena_init(&l.arena, (size_t)1 << 30);
    buf_init(&l.text, LOCAL_BODY * 4);
    for (size_t i = 0; rc == FERRY_OK && i < sizeof tables / sizeof *tables; i++) {
        l.what = tables[i].what;
        rc = local_sql_rows(&h, add_line, &l, tables[i].sql, "");
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
    arena_finish(&l.arena);
    return rc;
}
