/* SPDX-License-Identifier: MIT */
/* page.c - one page of a list: limit, offset, filters, and how many there are with the filters and without. Every list is answered here. */
#include "mock.h"

#include <text.h>

void page_begin(struct page *p, const char *columns, const char *from, const char *order,
                ferry_row_fn *row)
{
    *p = (struct page){.columns = columns, .from = from, .order = order, .row = row};
    buf_init(&p->where, 16 * 1024);
}

static void add(struct page *p, struct ferry_value v)
{
    if (p->n_args + 2 < PAGE_ARGS) {
        p->args[p->n_args++] = v;
    } else {
        p->where.failed = FERRY_E_TOO_LARGE;
    }
}

void page_arg(struct page *p, struct ferry_value v)
{
    add(p, v);
    p->n_base = p->n_args;
}

void page_where(struct page *p, const char *condition, struct ferry_value v)
{
    p->n_where++;
    buf_puts(&p->where, " AND ");
    buf_puts(&p->where, condition);
    add(p, v);
}

void page_filter_int(struct http *h, struct page *p, const char *name, const char *condition)
{
    int64_t n = 0;
    if (mock_query_int(h, name, 0, INT64_MAX, 0, &n) && mock_query(h, name).ptr) {
        page_where(p, condition, ferry_int(n));
    }
}

void page_filter_text(struct http *h, struct page *p, const char *name, const char *condition)
{
    struct ferry_str value = mock_query(h, name);
    if (value.ptr) {
        page_where(p, condition, ferry_text(value));
    }
}

void page_filter_part(struct http *h, struct page *p, const char *name, const char *column)
{
    struct ferry_str value = mock_query(h, name);
    char condition[120];
    if (value.len > 0) {
        snprintf(condition, sizeof condition, "instr(lower(%s), lower(?)) > 0", column);
        page_where(p, condition, ferry_text(value));
    }
}

void page_filter_ids(struct http *h, struct page *p, const char *name, const char *column)
{
    struct ferry_str rest = mock_query(h, name), part;
    int64_t n = 0;
    const char *between = "";
    if (!rest.ptr) {
        return;
    }
    p->n_where++;
    p->run = str_is(ferry_cstr(column), "run_id") && str_int64(str_trim(rest), &n) ? n : p->run;
    buf_printf(&p->where, " AND %s IN (", column);
    while (str_split(&rest, ',', &part)) {
        if (!str_int64(str_trim(part), &n) || n < 1) {
            mock_fault(h, ferry_cstr(name),
                       "The %s must be numbers with commas between, not \"%.*s\".", name,
                       STR_ARG(utf8_cut(part, 60)));
        }
        buf_printf(&p->where, "%s?", between);
        add(p, ferry_int(n));
        between = ", ";
    }
    buf_puts(&p->where, ")");
}

static int32_t take_int(void *data, const struct ferry_value *row, uint32_t n)
{
    *(int64_t *)data = n > 0 ? row[0].i : 0;
    return FERRY_OK;
}

static int32_t count(struct http *h, struct page *p, int filtered, int64_t *out)
{
    struct buf sql;
    int told = 0;
    int32_t kept = mock_tally_count(h, p, filtered, out, &told);
    if (kept || told) {
        return kept;
    }
    buf_init(&sql, 32 * 1024);
    buf_printf(&sql, "SELECT count(*) FROM %s%s", p->from, filtered ? buf_cstr(&p->where) : "");
    int32_t rc = sql.failed ? sql.failed
                            : h->sql->run(h->sql->self, buf_str(&sql), p->args,
                                          filtered ? p->n_args : p->n_base, take_int, out, h->err);
    buf_finish(&sql);
    return rc;
}

static int32_t write_rows(struct http *h, struct page *p, int64_t limit, int64_t offset)
{
    struct buf sql;
    buf_init(&sql, 32 * 1024);
    buf_printf(&sql, "SELECT %s FROM %s%s ORDER BY %s LIMIT ? OFFSET ?", p->columns, p->from,
               buf_cstr(&p->where), p->order);
    uint32_t n = p->n_args;
    p->args[n++] = ferry_int(limit);
    p->args[n++] = ferry_int(offset);
    int32_t rc = sql.failed
                     ? sql.failed
                     : h->sql->run(h->sql->self, buf_str(&sql), p->args, n, p->row, h, h->err);
    buf_finish(&sql);
    return rc;
}

int32_t page_answer(struct http *h, struct page *p)
{
    int64_t limit = 0, offset = 0, total = 0, filtered = 0;
    int32_t rc = FERRY_OK;
    mock_query_int(h, "limit", 1, MOCK_PAGE, 10, &limit);
    mock_query_int(h, "offset", 0, MOCK_OFFSET, 0, &offset);
    if (p->where.failed) {
        mock_refuse(h, 400, "There are too many values in the query.");
        goto out;
    }
    if (mock_faulty(h, 400)) {
        goto out;
    }
    rc = count(h, p, 0, &total);
    filtered = total;
    rc = rc || p->where.len == 0 ? rc : count(h, p, 1, &filtered);
    int64_t left = filtered > offset ? filtered - offset : 0;
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member_int(&h->json, "total", total);
    json_member_int(&h->json, "filtered", filtered);
    json_member_int(&h->json, "count", left < limit ? left : limit);
    json_key(&h->json, "entities");
    json_open(&h->json, '[');
    rc = rc ? rc : write_rows(h, p, limit, offset);
    json_close(&h->json, ']');
    json_close(&h->json, '}');
    mock_end(h);
out:
    buf_finish(&p->where);
    return rc;
}
