/* SPDX-License-Identifier: MIT */
/*
 * entity_write.c - things made and changed, up to 200 in a request. Each stands for itself: what is wrong with one is told by its place in the
 * request, the others are done, and the answer is 409. With is_atomic_creation=true it is all or none.
 */
#include "entity.h"

#include <text.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

struct batch {
    struct http *h;
    const struct kind *kind;
    struct pick *picks;
    int is_new, append, is_atomic;
    uint32_t n, n_wrong;
    struct problem *problems; /* of each; code NULL: none */
    struct ferry_str *ids;
};

/* The kind of one item: of an aggregate, what its subtype says. */
static const struct kind *kind_of(const struct batch *b, const struct cJSON *v)
{
    struct ferry_str subtype = json_str(json_get(v, "subtype"));
    if (!strchr(b->kind->rows, ' ')) {
        return b->kind;
    }
    const struct kind *k = alm_kind_of_type(subtype);
    return k && alm_type_among(b->kind->rows, subtype) && k->verbs & KIND_POST ? k : NULL;
}

/* The item without its subtype, which is no field of what it names. */
static int32_t without_subtype(struct http *h, const struct cJSON *v, struct json_doc *out)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    struct json_out j = json_to(&b);
    json_open(&j, '{');
    json_each (member, v) {
        if (!str_is(json_name(member), "subtype")) {
            json_key_str(&j, json_name(member));
            json_put_value(&j, member);
        }
    }
    json_close(&j, '}');
    int32_t rc = b.failed ? b.failed : json_parse(out, buf_str(&b), JSON_STRICT, NULL, h->err);
    buf_finish(&b);
    return rc;
}

static int32_t check_one(struct batch *b, const struct cJSON *v, struct problem *p)
{
    const struct kind *k = kind_of(b, v);
    struct json_doc doc = {NULL};
    int ok = 0;
    if (!k) {
        alm_problem(p, 400, "platform.illegal_field_value", "subtype",
                    "The subtype must be one that can be made: run_suite.");
        return FERRY_OK;
    }
    int32_t rc = k == b->kind ? FERRY_OK : without_subtype(b->h, v, &doc);
    rc = rc ? rc : alm_check(b->h, k, doc.root ? doc.root : v, b->is_new, p, &ok);
    json_finish(&doc);
    return rc;
}

/* An item of a list is known by its list and how it is spelt; of other things two may be the same. */
static int repeats(const struct batch *b, const struct cJSON *data, const struct cJSON *v)
{
    char mine[400], theirs[400];
    if (strcmp(b->kind->type, "list_node") != 0) {
        return 0;
    }
    alm_item_id(mine, sizeof mine, v);
    json_each (other, data) {
        if (other == v) {
            return 0;
        }
        alm_item_id(theirs, sizeof theirs, other);
        if (strcmp(mine, theirs) == 0) {
            return 1;
        }
    }
    return 0;
}

static int32_t check_all(struct batch *b, const struct cJSON *data)
{
    uint32_t i = 0;
    int32_t rc = FERRY_OK;
    json_each (v, data) {
        rc = rc ? rc : check_one(b, v, &b->problems[i]);
        if (!b->problems[i].code && repeats(b, data, v)) {
            alm_problem(&b->problems[i], 409, "platform.duplicate_entity_error", "name",
                        "The request has this item of the list before.");
        }
        b->n_wrong += b->problems[i].code != NULL;
        i++;
    }
    return rc;
}

static int32_t store_all(struct batch *b, const struct cJSON *data)
{
    uint32_t i = 0;
    char scratch[24];
    int32_t rc = FERRY_OK;
    json_each (v, data) {
        const struct kind *k = kind_of(b, v);
        if (rc == FERRY_OK && !b->problems[i].code && b->is_new) {
            rc = alm_store_new(b->h, k, v, &b->ids[i]);
        } else if (rc == FERRY_OK && !b->problems[i].code) {
            b->ids[i] = arena_str(&b->h->arena, json_id(json_get(v, "id"), scratch));
            rc = alm_store_change(b->h, k, b->ids[i], v, b->append);
        }
        i++;
    }
    return rc;
}

/* --- the answer ------------------------------------------------------------------------------------------ */

static void put_errors(struct batch *b)
{
    struct json_out *j = &b->h->json;
    json_key(j, "errors");
    json_open(j, '[');
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->problems[i].code) {
            json_open(j, '{');
            json_member_int(j, "index", i);
            alm_put_error(b->h, &b->problems[i]);
            json_close(j, '}');
        }
    }
    json_close(j, ']');
}

static int32_t answer(struct batch *b)
{
    struct json_out *j = &b->h->json;
    int32_t rc = FERRY_OK;
    int there, none = b->is_atomic && b->n_wrong > 0;
    b->h->status = b->n_wrong ? 409 : b->is_new ? 201 : 200;
    json_open(j, '{');
    json_member_int(j, "total_count", none ? 0 : b->n - b->n_wrong);
    json_key(j, "data");
    json_open(j, '[');
    for (uint32_t i = 0; rc == FERRY_OK && !none && i < b->n; i++) {
        rc = b->problems[i].code ? FERRY_OK
                                 : alm_put_by_id(b->h, b->kind, b->picks, b->ids[i], &there);
    }
    json_close(j, ']');
    if (b->n_wrong) {
        put_errors(b);
    }
    json_key(j, "exceeds_total_count");
    json_put_bool(j, 0);
    json_close(j, '}');
    return rc;
}

static int32_t write_batch(struct batch *b, const struct cJSON *data)
{
    b->n = json_count(data);
    b->problems = arena_array(&b->h->arena, struct problem, b->n);
    b->ids = arena_array(&b->h->arena, struct ferry_str, b->n);
    if (!b->problems || !b->ids) {
        return FERRY_E_NO_MEMORY;
    }
    int32_t rc = check_all(b, data);
    if (rc == FERRY_OK && b->n == 1 && b->n_wrong && !alm_option_is(b->h, "one_error", "list")) {
        return alm_refuse_problem(b->h, &b->problems[0]);
    }
    if (!b->is_atomic || b->n_wrong == 0) {
        rc = rc ? rc : store_all(b, data);
    }
    return rc ? rc : answer(b);
}

/* {"data":[...]} and nothing else. */
static const struct cJSON *data_of(struct http *h, const struct cJSON *root)
{
    const struct cJSON *data = json_get(root, "data");
    uint32_t n = json_count(data);
    if (!json_is_array(data) || json_count(root) != 1 || n < 1) {
        alm_refuse(h, 400, "platform.malformed_body",
                   "The body must be {\"data\":[...]} with at least one entity, and nothing else.");
        return NULL;
    }
    if (n > ALM_WRITES) {
        alm_refuse(h, 400, "platform.too_many_entities",
                   "Up to %d entities a request; there are %u.", ALM_WRITES, n);
        return NULL;
    }
    return data;
}

static int bool_query(struct http *h, const char *name, const char *yes, const char *no, int *out)
{
    struct ferry_str v = kit_query(&h->target, name);
    *out = str_is(v, yes);
    if (v.ptr && !*out && !str_is(v, no)) {
        alm_refuse(h, 400, "platform.illegal_query_parameter",
                   "The parameter \"%s\" is %s or %s, not \"%.*s\".", name, yes, no,
                   STR_ARG(utf8_cut(v, 60)));
        return 0;
    }
    return 1;
}

static int32_t write_body(struct batch *b)
{
    struct json_doc doc = {NULL};
    int32_t rc = FERRY_OK;
    if (!alm_body_object(b->h, &doc)) {
        return FERRY_OK;
    }
    const struct cJSON *data = data_of(b->h, doc.root);
    rc = data ? write_batch(b, data) : FERRY_OK;
    json_finish(&doc);
    return rc;
}

int32_t alm_entities_post(struct http *h)
{
    struct batch b = {.h = h, .kind = alm_kind_here(h, KIND_POST), .is_new = 1};
    if (!b.kind || !alm_query_only(h, NAMES("fields", "is_atomic_creation")) ||
        !bool_query(h, "is_atomic_creation", "true", "false", &b.is_atomic) ||
        !alm_picks(h, b.kind, &b.picks)) {
        return FERRY_OK;
    }
    return write_body(&b);
}

int32_t alm_entities_put(struct http *h)
{
    struct batch b = {.h = h, .kind = alm_kind_here(h, KIND_PUT)};
    if (!b.kind || !alm_query_only(h, NAMES("fields", "reference_update_mode")) ||
        !bool_query(h, "reference_update_mode", "append", "replace", &b.append) ||
        !alm_picks(h, b.kind, &b.picks)) {
        return FERRY_OK;
    }
    return write_body(&b);
}

/* --- one ------------------------------------------------------------------------------------------------- */

/* The object with the id of the path, which the body may leave out but not contradict. */
static int32_t put_one(struct batch *b, const struct cJSON *body)
{
    struct http *h = b->h;
    char scratch[24];
    struct ferry_str id = json_id(json_get(body, "id"), scratch);
    struct problem p = {0};
    struct json_doc doc = {NULL};
    struct buf text;
    int ok = 0, there = 0;
    if (json_get(body, "id") && !ferry_eq(id, h->thing)) {
        return alm_refuse(h, 400, "platform.illegal_field_value",
                          "The id in the body is not the one in the path.");
    }
    buf_init(&text, 16 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_member(&j, "id", h->thing);
    json_each (member, body) {
        if (!str_is(json_name(member), "id")) {
            json_key_str(&j, json_name(member));
            json_put_value(&j, member);
        }
    }
    json_close(&j, '}');
    int32_t rc = json_parse(&doc, buf_str(&text), JSON_STRICT, NULL, h->err);
    rc = rc ? rc : alm_check(h, b->kind, doc.root, 0, &p, &ok);
    if (rc == FERRY_OK && !ok) {
        alm_refuse_problem(h, &p);
    } else if (rc == FERRY_OK) {
        h->status = 200;
        rc = alm_store_change(h, b->kind, h->thing, doc.root, b->append);
        rc = rc ? rc : alm_put_by_id(h, b->kind, b->picks, h->thing, &there);
    }
    json_finish(&doc);
    buf_finish(&text);
    return rc;
}

int32_t alm_entity_put(struct http *h)
{
    struct batch b = {.h = h, .kind = alm_kind_here(h, KIND_PUT)};
    struct json_doc doc = {NULL};
    if (!b.kind || !alm_query_only(h, NAMES("fields", "reference_update_mode")) ||
        !bool_query(h, "reference_update_mode", "append", "replace", &b.append) ||
        !alm_picks(h, b.kind, &b.picks) || !alm_body_object(h, &doc)) {
        return FERRY_OK;
    }
    int32_t rc = put_one(&b, doc.root);
    json_finish(&doc);
    return rc;
}
