/* SPDX-License-Identifier: MIT */
/* entity.h - things read and written: which of their fields are shown, one of them as JSON, and what may be said of them. */
#ifndef OCTANE_MOCK_ENTITY_H
#define OCTANE_MOCK_ENTITY_H

#include "query.h"

/* What `fields=a,b{c,d}` asks for. `id` and `type` are always shown. */
struct pick {
    const struct field *field;
    struct pick *sub; /* of what it refers to */
    struct pick *next;
};
/* view.c: 0: refused. NULL where nothing was asked for. */
int alm_picks(struct http *h, const struct kind *k, struct pick **out);
/* One thing as an object. */
int32_t alm_put_entity(struct http *h, const struct kind *k, const struct pick *picks,
                       struct ferry_str id, struct ferry_str type, struct ferry_str body);
/* The same, looked up by its id; 0 in *there where it is not there. */
int32_t alm_put_by_id(struct http *h, const struct kind *k, const struct pick *picks,
                      struct ferry_str id, int *there);
/* The collection of the path, for this verb; NULL: refused. */
const struct kind *alm_kind_here(struct http *h, unsigned verb);
/* " AND e.type = 'x'" and so on, from a kind's rows. */
void alm_put_types(struct buf *sql, const struct kind *k);

/* check.c: an object of a request against the fields of its kind. */
int32_t alm_check(struct http *h, const struct kind *k, const struct cJSON *v, int is_new,
                  struct problem *p, int *ok);

/* store.c */
/* Writes a new thing; `v` was checked. */
int32_t alm_store_new(struct http *h, const struct kind *k, const struct cJSON *v,
                      struct ferry_str *id);
/* What stands beside a body in its row; absent: nothing does. */
struct entity_columns {
    struct ferry_str key, name, suite, test, mark;
};
/*
 * Writes one that the server makes by itself, and often: `body` is as it is stored (alm_put_birth() first, then fields under the names and with the
 * types that they are stored with).
 */
int32_t alm_store_made(struct http *h, const struct kind *k, const struct buf *body,
                       const struct entity_columns *at, struct ferry_str *id);
/* Changes one; `append`: references are added to those that are there. */
int32_t alm_store_change(struct http *h, const struct kind *k, struct ferry_str id,
                         const struct cJSON *v, int append);
/* What a test is known by. */
struct ferry_str alm_test_key(struct http *h, struct ferry_str component, struct ferry_str package,
                              struct ferry_str class_name, struct ferry_str name);
/* creation_time and what goes with it. */
void alm_put_birth(struct http *h, struct json_out *j);
/* "2026-11-20T10:18:33Z" in the arena. */
struct ferry_str alm_time(struct http *h, int64_t ms);
void alm_put_ref(struct json_out *j, const char *name, const char *type, struct ferry_str id);
/* The id of an item of a list, from what is said of it. */
void alm_item_id(char *out, size_t size, const struct cJSON *v);
/* "Unit Test" of "list_node.test_level" is list_node.test_level.unit_test. */
void alm_logical_name(char *out, size_t size, const char *root, struct ferry_str name);

#endif
