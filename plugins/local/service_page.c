/* SPDX-License-Identifier: MIT */
/*
 * service_page.c - one page of a list: limit, offset, filters, the total, and where the next
 * page begins. Every list of the service is answered here. A page is also ended by its length in
 * bytes, so `next` is what counts, not `limit`.
 *
 * A list in the order of ids may also be walked with after=ID instead of an offset: then nothing
 * is counted and nothing stepped over, so that the last page of a million costs what the first
 * one does.
 */
#include "service.h"

#include <text.h>

void local_page_init(struct page *p, const char *columns, const char *from, const char *order,
                     ferry_row_fn *row)
{
    *p = (struct page){
        .columns = columns, .from = from, .order = order, .row = row, .most = 0, .total = -1};
    buf_init(&p->where, 4096);
}

void local_page_arg(struct page *p, struct ferry_value v)
{
    if (p->n_args < PAGE_ARGS) {
        p->args[p->n_args++] = v;
    } else {
        p->where.failed = FERRY_E_TOO_LARGE;
    }
}

static void add_condition(struct page *p, const char *condition, struct ferry_value v)
{
    buf_puts(&p->where, " AND ");
    buf_puts(&p->where, condition);
    local_page_arg(p, v);
    p->n_filters++;
}

int local_page_filter_text(struct http *h, struct page *p, const char *name, const char *condition)
{
    struct ferry_str value = local_query_get(h, name);
    if (value.ptr) {
        add_condition(p, condition, ferry_text(value));
    }
    return 1;
}

int local_page_filter_int(struct http *h, struct page *p, const char *name, const char *condition)
{
    int64_t n = 0;
    if (!local_query_get(h, name).ptr) {
        return 1;
    }
    if (!local_query_int(h, name, INT64_MIN, INT64_MAX, 0, &n)) {
        return 0;
    }
    add_condition(p, condition, ferry_int(n));
    return 1;
}

struct walk {
    struct http *h;
    struct page *p;
    int64_t rows, limit, last_id;
    int more; /* a row was left for the next page */
};

static int32_t each_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct walk *w = data;
    if (w->rows == w->limit || (w->rows > 0 && w->h->body.len > LOCAL_PAGE_BYTES)) {
        w->more = 1;
        return FERRY_E_STOP;
    }
    w->rows++;
    w->last_id = row[0].i;
    return w->p->row(w->h, row, n);
}

static int32_t take_int(void *data, const struct ferry_value *row, uint32_t n)
{
    *(int64_t *)data = n > 0 ? row[0].i : 0;
    return FERRY_OK;
}

static int32_t run_page(struct http *h, struct page *p, const char *columns, int64_t limit,
                        int64_t offset, ferry_row_fn *row, void *data)
{
    struct buf sql;
    buf_init(&sql, 16 * 1024);
    buf_printf(&sql, "SELECT %s FROM %s%s", columns, p->from, buf_cstr(&p->where));
    uint32_t n = p->n_args;
    if (limit > 0) {
        buf_printf(&sql, " ORDER BY %s LIMIT ? OFFSET ?", p->order);
        p->args[n++] = ferry_int(limit);
        p->args[n++] = ferry_int(offset);
    }
    int32_t rc = sql.failed
                     ? sql.failed
                     : h->sql->run(h->sql->self, buf_str(&sql), p->args, n, row, data, h->err);
    buf_finish(&sql);
    return rc;
}

static void put_next(struct http *h, int more, int64_t next)
{
    json_key(&h->json, "next");
    if (more) {
        json_put_int(&h->json, next);
    } else {
        json_put_null(&h->json);
    }
}

/* The page behind an id. One row more than asked for tells whether there is a next page. */
static int32_t answer_after(struct http *h, struct page *p, int64_t limit)
{
    struct walk w = {.h = h, .p = p, .limit = limit};
    int64_t after = 0;
    if (local_query_get(h, "offset").ptr) {
        return local_refuse(h, 400, "bad_query", "\"after\" and \"offset\" exclude each other");
    }
    if (!local_query_int(h, "after", 0, INT64_MAX, 0, &after)) {
        return FERRY_OK;
    }
    add_condition(p, "id > ?", ferry_int(after));
    json_open(&h->json, '{');
    json_member_int(&h->json, "after", after);
    json_key(&h->json, "items");
    json_open(&h->json, '[');
    int32_t rc = run_page(h, p, p->columns, limit + 1, 0, each_row, &w);
    json_close(&h->json, ']');
    put_next(h, w.more, w.last_id);
    json_close(&h->json, '}');
    h->status = 200;
    return rc == FERRY_E_STOP ? FERRY_OK : rc;
}

int32_t local_page_answer(struct http *h, struct page *p)
{
    struct walk w = {.h = h, .p = p};
    int64_t limit = 0, offset = 0;
    int32_t rc = p->where.failed || p->n_args + 3 > PAGE_ARGS ? FERRY_E_BUG : FERRY_OK;
    int64_t most = p->most ? p->most : LOCAL_PAGE;
    if (rc || !local_query_int(h, "limit", 1, most, most < 100 ? most : 100, &limit) ||
        !local_query_int(h, "offset", 0, INT64_MAX, 0, &offset)) {
        goto out;
    }
    if (local_query_get(h, "after").ptr) {
        rc = answer_after(h, p, limit);
        goto out;
    }
    if (p->total < 0) {
        rc = run_page(h, p, "count(*)", 0, 0, take_int, &p->total);
    }
    if (rc) {
        goto out;
    }
    w.limit = limit;
    json_open(&h->json, '{');
    json_member_int(&h->json, "total", p->total);
    json_member_int(&h->json, "offset", offset);
    json_key(&h->json, "items");
    json_open(&h->json, '[');
    rc = run_page(h, p, p->columns, limit, offset, each_row, &w);
    rc = rc == FERRY_E_STOP ? FERRY_OK : rc;
    json_close(&h->json, ']');
    put_next(h, w.rows > 0 && offset + w.rows < p->total, offset + w.rows);
    json_close(&h->json, '}');
    h->status = 200;
out:
    buf_finish(&p->where);
    return rc;
}
