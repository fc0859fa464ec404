/* SPDX-License-Identifier: MIT */
/* entity_read.c - collections and single things, asked for. */
#include "entity.h"

#include <text.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void allow_verbs(struct http *h, const struct kind *k)
{
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE"};
    struct buf list;
    buf_init(&list, 100);
    for (unsigned i = 0; i < 4; i++) {
        if (k->verbs >> i & 1) {
            buf_printf(&list, "%s%s", list.len ? ", " : "", names[i]);
        }
    }
    h->allow = arena_str(&h->arena, buf_str(&list));
    alm_refuse(h, 405, "platform.method_not_allowed", "%s takes %s.", k->noun, buf_cstr(&list));
    buf_finish(&list);
}

const struct kind *alm_kind_here(struct http *h, unsigned verb)
{
    const struct kind *k = alm_kind_of_noun(h->noun);
    if (!k) {
        alm_refuse(h, 404, "platform.unknown_entity", "There is no collection \"%.*s\".",
                   STR_ARG(utf8_cut(h->noun, 60)));
        return NULL;
    }
    if (!(k->verbs & verb)) {
        allow_verbs(h, k);
        return NULL;
    }
    return k;
}

void alm_put_types(struct buf *sql, const struct kind *k)
{
    struct ferry_str rest = ferry_cstr(k->rows), one;
    if (!strchr(k->rows, ' ')) {
        buf_printf(sql, " AND e.type = '%s'", k->rows);
        return;
    }
    buf_puts(sql, " AND e.type IN (");
    while (str_split(&rest, ' ', &one)) {
        buf_printf(sql, "'%.*s'%s", STR_ARG(one), rest.ptr ? ", " : ")");
    }
}

/* --- lists ---------------------------------------------------------------------------------------------- */

struct list {
    struct http *h;
    const struct kind *kind;
    struct pick *picks;
    struct condition where;
    struct buf order;
    int64_t limit, offset, total;
};

static int take_order(struct list *l)
{
    struct ferry_str rest = kit_query(&l->h->target, "order_by"), one;
    const char *between = "";
    while (str_split(&rest, ',', &one)) {
        int down = str_starts(one, "-");
        one = str_sub(one, (uint64_t)down, one.len);
        const struct field *f = alm_field(l->h, l->kind, one);
        if (str_is(one, "id")) {
            buf_printf(&l->order, "%se.num%s", between, down ? " DESC" : "");
        } else if (f && f->type != FIELD_REF && f->type != FIELD_REFS) {
            buf_printf(&l->order, "%sjson_extract(e.body, '$.%s')%s", between, alm_field_stored(f),
                       down ? " DESC" : "");
        } else {
            alm_refuse(l->h, 400, "platform.unknown_field",
                       "There is no order by \"%.*s\": it is no plain field of %s.",
                       STR_ARG(utf8_cut(one, 60)), l->kind->type);
            return 0;
        }
        between = ", ";
    }
    if (l->order.len == 0) {
        buf_puts(&l->order, "e.num");
    }
    return 1;
}

static int take_where(struct list *l)
{
    struct ferry_str statement = kit_query(&l->h->target, "query");
    struct problem p = {0};
    struct query *q = NULL;
    alm_put_types(&l->where.sql, l->kind);
    if (!statement.ptr) {
        return 1;
    }
    buf_puts(&l->where.sql, " AND ");
    if (!alm_query_parse(&l->h->arena, statement, &q, &p) ||
        !alm_query_sql(l->h, &l->where, l->kind, q, &p)) {
        alm_refuse_problem(l->h, &p);
        return 0;
    }
    return 1;
}

static int32_t take_total(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    *(int64_t *)data = row[0].i;
    return FERRY_OK;
}

static int32_t count(struct list *l)
{
    struct buf sql;
    buf_init(&sql, 64 * 1024);
    buf_printf(&sql, "SELECT count(*) FROM entity e WHERE 1%s", buf_cstr(&l->where.sql));
    int32_t rc = sql.failed ? sql.failed
                            : l->h->sql->run(l->h->sql->self, buf_str(&sql), l->where.args,
                                             l->where.n_args, take_total, &l->total, l->h->err);
    buf_finish(&sql);
    return rc;
}

static int32_t list_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct list *l = data;
    (void)n;
    return alm_put_entity(l->h, l->kind, l->picks, row[0].s, row[1].s, row[2].s);
}

static int32_t put_rows(struct list *l)
{
    struct buf sql;
    buf_init(&sql, 64 * 1024);
    buf_printf(&sql,
               "SELECT e.id, e.type, e.body FROM entity e WHERE 1%s ORDER BY %s LIMIT ? OFFSET ?",
               buf_cstr(&l->where.sql), buf_cstr(&l->order));
    l->where.args[l->where.n_args] = ferry_int(l->limit);
    l->where.args[l->where.n_args + 1] = ferry_int(l->offset);
    int32_t rc = sql.failed ? sql.failed
                            : l->h->sql->run(l->h->sql->self, buf_str(&sql), l->where.args,
                                             l->where.n_args + 2, list_row, l, l->h->err);
    buf_finish(&sql);
    return rc;
}

/* {"total_count","data":[...],"exceeds_total_count"} */
static int32_t put_list(struct list *l)
{
    struct json_out *j = &l->h->json;
    int64_t most = kit_option_int(l->h->call, "count_cap", 0);
    int over = most > 0 && l->total > most;
    l->h->status = 200;
    json_open(j, '{');
    json_member_int(j, "total_count", over ? most : l->total);
    json_key(j, "data");
    json_open(j, '[');
    int32_t rc = put_rows(l);
    json_close(j, ']');
    json_key(j, "exceeds_total_count");
    json_put_bool(j, over);
    json_close(j, '}');
    return rc;
}

int32_t alm_entities_list(struct http *h)
{
    struct list l = {.h = h, .kind = alm_kind_here(h, KIND_GET)};
    int64_t most = kit_option_int(h->call, "max_page", ALM_PAGE);
    int32_t rc = FERRY_OK;
    if (!l.kind || !alm_query_only(h, NAMES("query", "fields", "limit", "offset", "order_by")) ||
        !alm_query_int(h, "limit", 1, most, most < ALM_PAGE_DEFAULT ? most : ALM_PAGE_DEFAULT,
                       &l.limit) ||
        !alm_query_int(h, "offset", 0, INT64_MAX, 0, &l.offset) ||
        !alm_picks(h, l.kind, &l.picks)) {
        return FERRY_OK;
    }
    alm_condition_begin(&l.where);
    buf_init(&l.order, 8192);
    if (take_where(&l) && take_order(&l)) {
        rc = count(&l);
        rc = rc ? rc : put_list(&l);
    }
    buf_finish(&l.order);
    alm_condition_finish(&l.where);
    return rc;
}

int32_t alm_entity_get(struct http *h)
{
    const struct kind *k = alm_kind_here(h, KIND_GET);
    struct pick *picks;
    int there = 0;
    if (!k || !alm_query_only(h, NAMES("fields")) || !alm_picks(h, k, &picks)) {
        return FERRY_OK;
    }
    int32_t rc = alm_put_by_id(h, k, picks, h->thing, &there);
    h->status = 200;
    return rc || there
               ? rc
               : alm_refuse(h, 404, "platform.entity_not_found", "There is no %s with the id %.*s.",
                            k->type, STR_ARG(utf8_cut(h->thing, 60)));
}
