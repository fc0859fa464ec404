/* SPDX-License-Identifier: MIT */
/* metadata.c - which things there are and which fields they have, in the language of queries like everything else: rows made for the moment. */
#include "query.h"

#include <text.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const struct kind field_kind = {"fields", "field_metadata", "", KIND_GET,
                                       (const struct field *const[]){alm_fields_metadata, NULL}};
static const struct kind entity_kind = {
    "entities", "entity_metadata", "", KIND_GET,
    (const struct field *const[]){alm_fields_metadata_entity, NULL}};

static const char *type_name(const struct field *f)
{
    switch (f->type) {
    case FIELD_STRING:
        return "string";
    case FIELD_MEMO:
        return "memo";
    case FIELD_LONG:
        return "integer";
    case FIELD_BOOL:
        return "boolean";
    case FIELD_TIME:
        return "date_time";
    default:
        return "reference";
    }
}

static void put_bool(struct json_out *j, const char *name, int is)
{
    json_key(j, name);
    json_put_bool(j, is);
}

static void put_targets(struct json_out *j, const struct field *f)
{
    struct ferry_str rest = ferry_cstr(f->target), one;
    json_key(j, "field_type_data");
    json_open(j, '{');
    put_bool(j, "multiple", f->type == FIELD_REFS);
    json_key(j, "targets");
    json_open(j, '[');
    while (str_split(&rest, ' ', &one)) {
        int is_list = str_starts(one, "list_node.");
        json_open(j, '{');
        json_member(j, "type", is_list ? FERRY_LIT("list_node") : one);
        if (is_list) {
            json_member(j, "logical_name", one);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_field(struct json_out *j, struct http *h, const struct kind *k,
                      const struct field *f)
{
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("field_metadata"));
    json_member(j, "name", alm_field_name(h, f));
    json_member(j, "entity_name", ferry_cstr(k->type));
    json_member(j, "field_type", ferry_cstr(type_name(f)));
    put_bool(j, "required", (f->flags & FIELD_NEEDED) != 0);
    put_bool(j, "editable", (f->flags & FIELD_WRITE) != 0);
    put_bool(j, "filterable", 1);
    put_bool(j, "is_user_defined", (f->flags & FIELD_JIRA) != 0);
    if (f->max > 0) {
        json_member_int(j, "max_length", f->max);
    }
    if (f->target) {
        put_targets(j, f);
    }
    json_close(j, '}');
}

static void put_fields(struct json_out *j, struct http *h)
{
    json_open(j, '[');
    for (const struct kind *k = alm_kinds; k->noun; k++) {
        alm_each_field (f, k) {
            /* what two tables of an aggregate have is one field */
            if (alm_field(h, k, alm_field_name(h, f)) == f) {
                put_field(j, h, k, f);
            }
        }
    }
    json_close(j, ']');
}

static void put_entities(struct json_out *j)
{
    json_open(j, '[');
    for (const struct kind *k = alm_kinds; k->noun; k++) {
        json_open(j, '{');
        json_member(j, "type", FERRY_LIT("entity_metadata"));
        json_member(j, "name", ferry_cstr(k->type));
        json_member(j, "label", ferry_cstr(k->type));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int32_t put_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    h->id++;
    json_put_raw(&h->json, row[0].s);
    return FERRY_OK;
}

static int32_t answer(struct http *h, const struct kind *k, struct ferry_str rows)
{
    struct ferry_str statement = kit_query(&h->target, "query");
    struct condition c;
    struct problem p = {0};
    struct query *q = NULL;
    struct buf sql;
    int32_t rc = FERRY_OK;
    alm_condition_begin(&c);
    alm_condition_arg(&c, ferry_text(rows));
    buf_init(&sql, 64 * 1024);
    if (statement.ptr &&
        (!alm_query_parse(&h->arena, statement, &q, &p) || !alm_query_sql(h, &c, k, q, &p))) {
        alm_refuse_problem(h, &p);
        goto out;
    }
    buf_printf(&sql,
               "SELECT e.body FROM (SELECT value AS body, key AS num, key AS id FROM json_each(?)) "
               "e WHERE %s ORDER BY e.num",
               statement.ptr ? buf_cstr(&c.sql) : "1");
    h->status = 200;
    h->id = 0;
    json_open(&h->json, '{');
    json_key(&h->json, "data");
    json_open(&h->json, '[');
    rc = h->sql->run(h->sql->self, buf_str(&sql), c.args, c.n_args, put_row, h, h->err);
    json_close(&h->json, ']');
    json_member_int(&h->json, "total_count", h->id);
    json_key(&h->json, "exceeds_total_count");
    json_put_bool(&h->json, 0);
    json_close(&h->json, '}');
out:
    buf_finish(&sql);
    alm_condition_finish(&c);
    return rc;
}

static int32_t metadata(struct http *h, const struct kind *k)
{
    struct buf rows;
    if (!alm_query_only(h, NAMES("query"))) {
        return FERRY_OK;
    }
    buf_init(&rows, 16 << 20);
    struct json_out j = json_to(&rows);
    if (k == &field_kind) {
        put_fields(&j, h);
    } else {
        put_entities(&j);
    }
    int32_t rc = rows.failed ? rows.failed : answer(h, k, buf_str(&rows));
    buf_finish(&rows);
    return rc;
}

int32_t alm_metadata_fields(struct http *h)
{
    return metadata(h, &field_kind);
}

int32_t alm_metadata_entities(struct http *h)
{
    return metadata(h, &entity_kind);
}
