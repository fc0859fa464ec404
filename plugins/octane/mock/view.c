/* SPDX-License-Identifier: MIT */
/* view.c - which fields are asked for, and a thing as JSON with those. Without `fields` there are but id and type: a client that wants more says so. */
#include "entity.h"

#include <text.h>

enum { MOST_PICKS = 200 };

/* --- fields= ------------------------------------------------------------------------------------------ */

struct picker {
    struct http *h;
    struct ferry_str rest;
    unsigned n;
};

static int is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static struct ferry_str take_name(struct picker *p)
{
    uint64_t n = 0;
    while (n < p->rest.len && is_name(p->rest.ptr[n])) {
        n++;
    }
    struct ferry_str name = str_sub(p->rest, 0, n);
    p->rest = str_sub(p->rest, n, p->rest.len);
    return name;
}

static int take_char(struct picker *p, char c)
{
    int is = p->rest.len > 0 && p->rest.ptr[0] == c;
    p->rest = str_sub(p->rest, (uint64_t)is, p->rest.len);
    return is;
}

static int refuse_field(struct picker *p, const char *of, struct ferry_str name)
{
    alm_refuse(p->h, 400, "platform.unknown_field", "The field \"%.*s\" is none of %s.",
               STR_ARG(utf8_cut(name, 60)), of);
    return 0;
}

static const struct field *find(struct picker *p, const struct kind *k, const struct field *via,
                                struct ferry_str name)
{
    return via ? alm_target_field(p->h, via, name) : alm_field(p->h, k, name);
}

static int take_list(struct picker *p, const struct kind *k, const struct field *via,
                     struct pick **out);

/* One level deep is all that there is: b{c,d}. */
static int take_sub(struct picker *p, const struct kind *k, struct pick *one)
{
    if (!take_char(p, '{')) {
        return 1;
    }
    if (!one->field->target || !alm_target_known(one->field)) {
        return refuse_field(p, k->type, FERRY_LIT("{"));
    }
    if (!take_list(p, NULL, one->field, &one->sub)) {
        return 0;
    }
    return take_char(p, '}') ? 1 : refuse_field(p, one->field->target, p->rest);
}

/* Fields of a kind, or (k NULL) of what `via` refers to. */
static int take_list(struct picker *p, const struct kind *k, const struct field *via,
                     struct pick **out)
{
    const char *of = k ? k->type : via->target;
    do {
        struct ferry_str name = take_name(p);
        int known = str_is(name, "id") || str_is(name, "type");
        const struct field *f = known ? NULL : find(p, k, via, name);
        if (!known && !f) {
            return refuse_field(p, of, name.len ? name : p->rest);
        }
        if (known) {
            continue;
        }
        struct pick *one = arena_new(&p->h->arena, struct pick);
        if (!one || p->n++ == MOST_PICKS) {
            alm_refuse(p->h, 400, "platform.illegal_query_parameter", "Too many fields.");
            return 0;
        }
        one->field = f;
        *out = one;
        out = &one->next;
        if (k && !take_sub(p, k, one)) {
            return 0;
        }
    } while (take_char(p, ','));
    return 1;
}

int alm_picks(struct http *h, const struct kind *k, struct pick **out)
{
    struct picker p = {.h = h, .rest = kit_query(&h->target, "fields")};
    *out = NULL;
    if (!p.rest.ptr) {
        return 1;
    }
    if (!take_list(&p, k, NULL, out)) {
        return 0;
    }
    return p.rest.len == 0 ? 1 : refuse_field(&p, k->type, p.rest);
}

/* --- one thing ------------------------------------------------------------------------------------------- */

/* The same thing has another type where it is seen as a module of the application. */
static struct ferry_str shown_type(const struct kind *k, const struct field *f,
                                   struct ferry_str type)
{
    int as_module = str_is(ferry_cstr(f->target), "application_module") ||
                    str_is(ferry_cstr(k->type), "application_module");
    return as_module && str_is(type, "product_area") ? FERRY_LIT("application_module") : type;
}

static int32_t put_ref(struct http *h, const struct kind *k, const struct pick *p,
                       const struct cJSON *v)
{
    struct ferry_str type = json_str(json_get(v, "type")), id = json_str(json_get(v, "id"));
    int there = 0;
    const struct kind *of = p->sub ? alm_kind_of_type(shown_type(k, p->field, type)) : NULL;
    int32_t rc = of ? alm_put_by_id(h, of, p->sub, id, &there) : FERRY_OK;
    if (rc || there) {
        return rc;
    }
    json_open(&h->json, '{');
    json_member(&h->json, "type", shown_type(k, p->field, type));
    json_member(&h->json, "id", id);
    json_close(&h->json, '}');
    return FERRY_OK;
}

static int32_t put_pick(struct http *h, const struct kind *k, const struct pick *p,
                        const struct cJSON *body, struct ferry_str row_type)
{
    const struct cJSON *v = json_get(body, alm_field_stored(p->field));
    int32_t rc = FERRY_OK;
    json_key_str(&h->json, alm_field_name(h, p->field));
    if (str_is(ferry_cstr(p->field->name), "subtype")) {
        json_put(&h->json, row_type);
    } else if (p->field->type == FIELD_REFS) {
        json_open(&h->json, '{');
        json_member_int(&h->json, "total_count", json_count(json_get(v, "data")));
        json_key(&h->json, "data");
        json_open(&h->json, '[');
        json_each (one, json_get(v, "data")) {
            rc = rc ? rc : put_ref(h, k, p, one);
        }
        json_close(&h->json, ']');
        json_close(&h->json, '}');
    } else if (p->field->type == FIELD_REF && json_is_object(v)) {
        rc = put_ref(h, k, p, v);
    } else if (!v || json_is_null(v)) {
        json_put_null(&h->json);
    } else {
        json_put_value(&h->json, v);
    }
    return rc;
}

int32_t alm_put_entity(struct http *h, const struct kind *k, const struct pick *picks,
                       struct ferry_str id, struct ferry_str type, struct ferry_str body)
{
    struct json_doc doc = {NULL};
    int32_t rc = picks ? json_parse(&doc, body, JSON_STRICT, "body", h->err) : FERRY_OK;
    json_open(&h->json, '{');
    json_member(&h->json, "type", ferry_cstr(k->type));
    json_member(&h->json, "id", id);
    for (const struct pick *p = picks; rc == FERRY_OK && p; p = p->next) {
        rc = put_pick(h, k, p, doc.root, type);
    }
    json_close(&h->json, '}');
    json_finish(&doc);
    return rc;
}

struct one {
    struct http *h;
    const struct kind *kind;
    const struct pick *picks;
    int there;
};

static int32_t one_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct one *o = data;
    (void)n;
    o->there = 1;
    return alm_put_entity(o->h, o->kind, o->picks, row[0].s, row[1].s, row[2].s);
}

int32_t alm_put_by_id(struct http *h, const struct kind *k, const struct pick *picks,
                      struct ferry_str id, int *there)
{
    struct one o = {.h = h, .kind = k, .picks = picks};
    struct buf sql;
    buf_init(&sql, 1024);
    buf_puts(&sql, "SELECT e.id, e.type, e.body FROM entity e WHERE e.id = ?");
    alm_put_types(&sql, k);
    int32_t rc = alm_rows(h, one_row, &o, buf_cstr(&sql), "s", id);
    *there = o.there;
    buf_finish(&sql);
    return rc;
}
