/* SPDX-License-Identifier: MIT */
/*
 * json.h - one wrapper over cJSON, and a writer.
 *
 * It mends what cJSON leaves open: integers of 16 digits and more keep their text, member names are
 * case-sensitive, text is valid UTF-8, nothing may follow the document, depth is at most 256, a NUL
 * inside a string is refused rather than cutting it, and a fault is told with line and column. Half
 * a surrogate pair, which servers make when they cut text, becomes U+FFFD. A big number is told
 * from a text of digits: json_str() of it is absent, json_int(), json_id() and json_put_value()
 * have it exactly. Of equal member names json_get() gives the first.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "buf.h"

struct cJSON;
struct json_doc {
    struct cJSON *root; /* owned; NULL after finish */
};

enum {
    JSON_STRICT = 0,
    JSON_COMMENTS = 1 /* // and block comments, trailing commas: configuration files */
};

/*
 * Parses one document. E_INPUT with "line 3, column 7: ..." in err (where = `name`, which also
 * begins the message; may be NULL), E_NO_MEMORY. json_finish accepts zeroed.
 */
int32_t json_parse(struct json_doc *doc, struct ferry_str text, unsigned flags, const char *name,
                   struct ferry_error *err);
void json_finish(struct json_doc *doc);

/* All accept NULL and wrong types, and then answer "absent", NULL or 0. */
const struct cJSON *json_get(const struct cJSON *object, const char *member);
int json_has(const struct cJSON *object, const char *member); /* there, and not null */
struct ferry_str json_str(const struct cJSON *v);             /* a string's text */
struct ferry_str json_name(const struct cJSON *v);            /* a member's name */
int json_int(const struct cJSON *v, int64_t *out);            /* a whole number, exact; 0 if not */
int json_real(const struct cJSON *v, double *out);
int json_bool(const struct cJSON *v, int fallback);
/* An id: the text of a string, or the exact digits of a whole number written into scratch. */
struct ferry_str json_id(const struct cJSON *v, char scratch[24]);
int json_is_object(const struct cJSON *v);
int json_is_array(const struct cJSON *v);
int json_is_null(const struct cJSON *v);
uint32_t json_count(const struct cJSON *v);
/* What it is, for messages: "object", "text", "number" ... */
const char *json_type(const struct cJSON *v);

const struct cJSON *json_first(const struct cJSON *v); /* child of an object or array */
const struct cJSON *json_next(const struct cJSON *v);
#define json_each(item, v)                                                                         \
    for (const struct cJSON *item = json_first(v); item; item = json_next(item))

/*
 * For a large body: hands out the elements of the array at `path` ("result.entities"; "" where
 * the document is the array) one at a time, each parsed alone, and gives back the rest of the
 * document with that array empty. The memory is one element, not a tree of the body. The whole
 * text must be one well-formed document: E_INPUT otherwise, also when elements were handed out
 * before. A `path` that is absent hands out nothing; one that is not an array is E_INPUT. fn
 * returns a status; any but OK ends the walk and is returned. `rest` may be NULL.
 */
typedef int32_t json_element_fn(void *data, uint32_t index, const struct cJSON *element);
int32_t json_elements(struct ferry_str text, const char *path, json_element_fn *fn, void *data,
                      struct json_doc *rest, struct ferry_error *err);

/*
 * Where a member begins in the text it was parsed from is not kept; for faults in configuration use
 * this. Comments are allowed, array elements go by number ("upload.mirror.0"). Where the member is
 * not there, the nearest one above it is given.
 */
void json_locate(struct ferry_str text, const char *path, uint32_t *line, uint32_t *column);

/*
 * The writer: appends to a buf, places commas, escapes, also whatever text_show() would. Names are
 * literals. Non-UTF-8 bytes become U+FFFD.
 *     struct json_out j = json_to(&buf);
 *     json_open(&j, '{'); json_key(&j, "id"); json_put_int(&j, 3); json_close(&j, '}');
 */
struct json_out {
    struct buf *buf;
    uint32_t depth;
    uint32_t pretty; /* 1: two spaces a level, a member a line */
    uint64_t have;   /* bit d: something stands at depth d; depth at most 63 */
    uint32_t after_key;
};
struct json_out json_to(struct buf *b);
void json_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_close(struct json_out *j, char bracket); /* '}' or ']' */
void json_key(struct json_out *j, const char *name);
void json_key_str(struct json_out *j, struct ferry_str name);
void json_put(struct json_out *j, struct ferry_str s); /* absent: null */
void json_put_int(struct json_out *j, int64_t n);
void json_put_real(struct json_out *j, double d); /* null where it is not finite */
void json_put_bool(struct json_out *j, int b);
void json_put_null(struct json_out *j);
void json_put_raw(struct json_out *j, struct ferry_str json); /* already JSON */
/* A parsed value again, exact numbers included. */
void json_put_value(struct json_out *j, const struct cJSON *v);
/* key + put, for the common case; nothing where the text is absent. */
void json_member(struct json_out *j, const char *name, struct ferry_str s);
void json_member_int(struct json_out *j, const char *name, int64_t n);

#endif
