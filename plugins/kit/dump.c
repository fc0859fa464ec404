/* SPDX-License-Identifier: MIT */
/* dump.c - the whole state as sorted lines, for tests that compare two of them. What differs between equal states is left out by the statements. */
#include "service_kit.h"

#include <stdlib.h>
#include <text.h>

struct lines {
    struct arena arena;
    struct ferry_str *list;
    size_t n, room;
    const struct kit_table *table;
    kit_json_fn *json;
    void *data;
    struct buf text;
};

static int32_t make_room(struct lines *l)
{
    size_t room = l->room ? l->room * 2 : 256;
    struct ferry_str *list = l->n < l->room ? l->list : realloc(l->list, room * sizeof *list);
    if (!list) {
        return FERRY_E_NO_MEMORY;
    }
    l->room = l->n < l->room ? l->room : room;
    l->list = list;
    return FERRY_OK;
}

static int32_t add_line(void *data, const struct ferry_value *row, uint32_t n)
{
    struct lines *l = data;
    int32_t rc = make_room(l);
    if (rc) {
        return rc;
    }
    buf_reset(&l->text);
    struct json_out j = json_to(&l->text);
    json_open(&j, '[');
    json_put(&j, ferry_cstr(l->table->what));
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        if (row[i].type == FERRY_INT) {
            json_put_int(&j, row[i].i);
        } else if (row[i].type != FERRY_TEXT) {
            json_put_null(&j);
        } else if (l->table->is_json && i + 1 == n) {
            rc = l->json(l->data, &j, row[i].s);
        } else {
            json_put(&j, row[i].s);
        }
    }
    json_close(&j, ']');
    l->list[l->n++] = arena_str(&l->arena, buf_str(&l->text));
    return rc ? rc : l->text.failed ? l->text.failed : l->arena.failed;
}

static int compare(const void *a, const void *b)
{
    return str_cmp(*(const struct ferry_str *)a, *(const struct ferry_str *)b);
}

int32_t kit_dump(const struct ferry_service_call *call, const struct kit_table *tables,
                 kit_json_fn *json, void *data, const struct ferry_out *out,
                 struct ferry_error *err)
{
    const struct ferry_sql *sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    struct lines l = {.json = json, .data = data};
    int32_t rc = sql ? FERRY_OK : ferry_fail(err, FERRY_E_BUG, NULL, "the host gives no rows");
    arena_init(&l.arena, (size_t)1 << 30);
    buf_init(&l.text, 256 << 20);
    for (l.table = tables; rc == FERRY_OK && l.table->what; l.table++) {
        rc = kit_rows(sql, err, add_line, &l, l.table->sql, "");
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
