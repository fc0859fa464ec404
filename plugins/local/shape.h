/* SPDX-License-Identifier: MIT */
/*
 * shape.h - what a JSON object may look like, as data, and the check of it. The service takes
 * nothing that is not described here: no unknown member, no other type, nothing longer.
 */
#ifndef LOCAL_SHAPE_H
#define LOCAL_SHAPE_H

#include "local.h"

#include <json.h>

enum shape_type {
    SHAPE_TEXT = 1, /* at most `max` bytes */
    SHAPE_WORD,     /* the same, and not empty */
    SHAPE_INT,      /* from `min` to `max` */
    SHAPE_BOOL,
    SHAPE_STATUS, /* a name of ferry_result_status_text() */
    SHAPE_UUID,
    SHAPE_DIGEST, /* sha256:<64 hex> */
    SHAPE_ENTITY, /* case, run or result */
    SHAPE_TEXTS,  /* an array of texts */
    SHAPE_PAIRS,  /* an array of [name, value] */
    SHAPE_ITEMS   /* an array of objects of `shape` */
};
enum { SHAPE_REQUIRED = 1u };

struct shape;
struct shape_member {
    const char *name;
    uint32_t type, flags;
    int64_t min, max;
    const struct shape *shape;
};
struct shape {
    const struct shape_member *members; /* by name, in the order of strcmp */
    uint32_t n;                         /* at most 64 */
};

extern const struct shape local_shape_field, local_shape_case, local_shape_run,
    local_shape_complete, local_shape_result;

/* E_INPUT: err->where is the path of the member, err->message what is wrong with it. */
int32_t local_shape_check(const struct cJSON *v, const struct shape *shape,
                          struct ferry_error *err);

/* The enum of a status's name; 0 where it is none. */
uint32_t local_status(struct ferry_str name);
int local_is_digest(struct ferry_str s);

#endif
