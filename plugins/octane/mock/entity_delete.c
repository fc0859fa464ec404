/* SPDX-License-Identifier: MIT */
/* entity_delete.c - things taken away: one, or all that a query names. What refers to them is left as it is. */
#include "entity.h"

#include <text.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static int32_t put_id(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    h->id++;
    json_open(&h->json, '{');
    json_member(&h->json, "id", row[0].s);
    json_close(&h->json, '}');
    return FERRY_OK;
}

/* Takes away what the condition names, and says what that was. */
static int32_t take_away(struct http *h, const struct condition *c)
{
    struct buf sql;
    buf_init(&sql, 64 * 1024);
    buf_printf(&sql, "DELETE FROM entity AS e WHERE 1%s RETURNING id", buf_cstr(&c->sql));
    h->id = 0;
    h->status = 200;
    json_open(&h->json, '{');
    json_key(&h->json, "data");
    json_open(&h->json, '[');
    int32_t rc = sql.failed ? sql.failed
                            : h->sql->run(h->sql->self, buf_str(&sql), c->args, c->n_args, put_id,
                                          h, h->err);
    json_close(&h->json, ']');
    json_member_int(&h->json, "total_count", h->id);
    json_key(&h->json, "exceeds_total_count");
    json_put_bool(&h->json, 0);
    json_close(&h->json, '}');
    buf_finish(&sql);
    return rc;
}

int32_t alm_entities_delete(struct http *h)
{
    const struct kind *k = alm_kind_here(h, KIND_DELETE);
    struct ferry_str statement = kit_query(&h->target, "query");
    struct condition c;
    struct problem p = {0};
    struct query *q = NULL;
    int32_t rc = FERRY_OK;
    if (!k || !alm_query_only(h, NAMES("query"))) {
        return FERRY_OK;
    }
    if (!statement.ptr) {
        return alm_refuse(h, 400, "platform.illegal_query_parameter",
                          "What is to be deleted needs a query.");
    }
    alm_condition_begin(&c);
    alm_put_types(&c.sql, k);
    buf_puts(&c.sql, " AND ");
    if (!alm_query_parse(&h->arena, statement, &q, &p) || !alm_query_sql(h, &c, k, q, &p)) {
        alm_refuse_problem(h, &p);
    } else {
        rc = take_away(h, &c);
    }
    alm_condition_finish(&c);
    return rc;
}

int32_t alm_entity_delete(struct http *h)
{
    const struct kind *k = alm_kind_here(h, KIND_DELETE);
    struct condition c;
    if (!k || !alm_query_only(h, NULL)) {
        return FERRY_OK;
    }
    alm_condition_begin(&c);
    alm_put_types(&c.sql, k);
    buf_puts(&c.sql, " AND e.id = ?");
    alm_condition_arg(&c, ferry_text(h->thing));
    int32_t rc = take_away(h, &c);
    if (rc == FERRY_OK && h->id == 0) {
        alm_refuse(h, 404, "platform.entity_not_found", "There is no %s with the id %.*s.", k->type,
                   STR_ARG(utf8_cut(h->thing, 60)));
    }
    alm_condition_finish(&c);
    return rc;
}
