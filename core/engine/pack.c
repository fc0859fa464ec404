/* SPDX-License-Identifier: MIT */
/*
 * pack.c - one table a struct says which field has which number; one pair of functions walks them all.
 *
 * A field is {u8 number, varint length, payload}; zero fields are left out. Texts inside lists carry their length
 * plus one, 0 for absent. Numbers are frozen: append, never reuse.
 */
#include "pack.h"

#include <stddef.h>

enum type { T_U32, T_I64, T_STR, T_KVS, T_STRS, T_ONE, T_MANY };

struct field;
struct shape {
    size_t size;
    const struct field *fields; /* ended by number 0 */
};
struct field {
    uint8_t number, type;
    uint16_t at;            /* of the value or pointer */
    uint16_t count;         /* of the uint32_t that counts a list */
    const struct shape *of; /* what T_ONE and T_MANY point to */
};

#define F(num, ty, st, member)                                                                     \
    {                                                                                              \
        num, ty, offsetof(struct st, member), 0, NULL                                              \
    }
#define LIST(num, ty, st, member)                                                                  \
    {                                                                                              \
        num, ty, offsetof(struct st, member), offsetof(struct st, n_##member), NULL                \
    }
#define ONE(num, st, member, shp)                                                                  \
    {                                                                                              \
        num, T_ONE, offsetof(struct st, member), 0, &(shp)                                         \
    }
#define MANY(num, st, member, shp)                                                                 \
    {                                                                                              \
        num, T_MANY, offsetof(struct st, member), offsetof(struct st, n_##member), &(shp)          \
    }
#define END                                                                                        \
    {                                                                                              \
        0, 0, 0, 0, NULL                                                                           \
    }
#define SHAPE(st, flds)                                                                            \
    {                                                                                              \
        sizeof(struct st), flds                                                                    \
    }

static const struct field ref_fields[] = {F(1, T_U32, ferry_ref, role),
                                          F(2, T_U32, ferry_ref, noun),
                                          F(3, T_U32, ferry_ref, flags),
                                          F(4, T_STR, ferry_ref, key),
                                          F(5, T_STR, ferry_ref, id),
                                          LIST(6, T_KVS, ferry_ref, extra),
                                          END};
static const struct shape ref_shape = SHAPE(ferry_ref, ref_fields);

static const struct field blob_fields[] = {F(1, T_STR, ferry_blob, digest),
                                           F(2, T_I64, ferry_blob, bytes), END};
static const struct shape blob_shape = SHAPE(ferry_blob, blob_fields);

static const struct field attachment_fields[] = {
    F(1, T_STR, ferry_attachment, name), F(2, T_STR, ferry_attachment, mime),
    F(3, T_STR, ferry_attachment, path), ONE(4, ferry_attachment, blob, blob_shape), END};
static const struct shape attachment_shape = SHAPE(ferry_attachment, attachment_fields);

static const struct shape step_shape;
static const struct field step_fields[] = {F(1, T_U32, ferry_step, status),
                                           F(2, T_STR, ferry_step, action),
                                           F(3, T_STR, ferry_step, expected),
                                           F(4, T_STR, ferry_step, data),
                                           F(5, T_STR, ferry_step, comment),
                                           F(6, T_I64, ferry_step, duration_us),
                                           MANY(7, ferry_step, attachments, attachment_shape),
                                           MANY(8, ferry_step, steps, step_shape),
                                           END};
static const struct shape step_shape = SHAPE(ferry_step, step_fields);

static const struct field failure_fields[] = {
    F(1, T_U32, ferry_failure, status), F(2, T_STR, ferry_failure, message),
    F(3, T_STR, ferry_failure, type), F(4, T_STR, ferry_failure, details), END};
static const struct shape failure_shape = SHAPE(ferry_failure, failure_fields);

static const struct field field_fields[] = {F(1, T_U32, ferry_field, entity),
                                            F(2, T_STR, ferry_field, type),
                                            F(3, T_U32, ferry_field, required), END};
static const struct shape field_shape = SHAPE(ferry_field, field_fields);

static const struct field case_fields[] = {
    F(1, T_STR, ferry_case, title),         F(2, T_STR, ferry_case, description),
    F(3, T_STR, ferry_case, precondition),  F(4, T_STR, ferry_case, signature),
    MANY(5, ferry_case, steps, step_shape), LIST(6, T_KVS, ferry_case, fields),
    LIST(7, T_STRS, ferry_case, tags),      END};
static const struct shape case_shape = SHAPE(ferry_case, case_fields);

static const struct field run_fields[] = {
    F(1, T_U32, ferry_run, has),         F(2, T_U32, ferry_run, state),
    F(3, T_STR, ferry_run, title),       F(4, T_STR, ferry_run, description),
    F(5, T_STR, ferry_run, status_text), F(6, T_I64, ferry_run, start_ms),
    F(7, T_I64, ferry_run, end_ms),      LIST(8, T_KVS, ferry_run, fields),
    LIST(9, T_STRS, ferry_run, tags),    END};
static const struct shape run_shape = SHAPE(ferry_run, run_fields);

static const struct field result_fields[] = {F(1, T_U32, ferry_result, has),
                                             F(2, T_U32, ferry_result, status),
                                             F(3, T_U32, ferry_result, flags),
                                             F(4, T_U32, ferry_result, attempt),
                                             F(5, T_U32, ferry_result, line),
                                             F(6, T_STR, ferry_result, status_text),
                                             F(7, T_STR, ferry_result, suite),
                                             F(8, T_STR, ferry_result, class_name),
                                             F(9, T_STR, ferry_result, name),
                                             F(10, T_STR, ferry_result, signature),
                                             F(11, T_STR, ferry_result, file),
                                             F(12, T_STR, ferry_result, message),
                                             F(13, T_STR, ferry_result, type),
                                             F(14, T_STR, ferry_result, details),
                                             F(15, T_STR, ferry_result, out),
                                             F(16, T_STR, ferry_result, err),
                                             ONE(17, ferry_result, details_blob, blob_shape),
                                             ONE(18, ferry_result, out_blob, blob_shape),
                                             ONE(19, ferry_result, err_blob, blob_shape),
                                             F(20, T_I64, ferry_result, start_ms),
                                             F(21, T_I64, ferry_result, duration_us),
                                             LIST(22, T_STRS, ferry_result, case_ids),
                                             LIST(23, T_KVS, ferry_result, parameters),
                                             LIST(24, T_KVS, ferry_result, properties),
                                             LIST(25, T_KVS, ferry_result, fields),
                                             LIST(26, T_STRS, ferry_result, tags),
                                             MANY(27, ferry_result, failures, failure_shape),
                                             MANY(28, ferry_result, attachments, attachment_shape),
                                             MANY(29, ferry_result, steps, step_shape),
                                             END};
static const struct shape result_shape = SHAPE(ferry_result, result_fields);

static const struct field folder_fields[] = {F(1, T_STR, ferry_folder, name),
                                             F(2, T_STR, ferry_folder, description), END};
static const struct shape folder_shape = SHAPE(ferry_folder, folder_fields);

static const struct field suite_fields[] = {F(1, T_U32, ferry_suite, has),
                                            F(2, T_STR, ferry_suite, path),
                                            F(3, T_STR, ferry_suite, host),
                                            F(4, T_STR, ferry_suite, out),
                                            F(5, T_STR, ferry_suite, err),
                                            ONE(6, ferry_suite, out_blob, blob_shape),
                                            ONE(7, ferry_suite, err_blob, blob_shape),
                                            F(8, T_I64, ferry_suite, start_ms),
                                            F(9, T_I64, ferry_suite, duration_us),
                                            LIST(10, T_KVS, ferry_suite, properties),
                                            F(11, T_U32, ferry_suite, flags),
                                            END};
static const struct shape suite_shape = SHAPE(ferry_suite, suite_fields);

static const struct field item_fields[] = {F(1, T_U32, ferry_item, noun),
                                           F(2, T_STR, ferry_item, source_id),
                                           F(3, T_STR, ferry_item, id),
                                           F(4, T_STR, ferry_item, key),
                                           F(5, T_STR, ferry_item, marker),
                                           F(6, T_STR, ferry_item, name),
                                           MANY(7, ferry_item, refs, ref_shape),
                                           LIST(8, T_KVS, ferry_item, extra),
                                           ONE(9, ferry_item, test_case, case_shape),
                                           ONE(10, ferry_item, run, run_shape),
                                           ONE(11, ferry_item, result, result_shape),
                                           ONE(12, ferry_item, attachment, attachment_shape),
                                           ONE(13, ferry_item, folder, folder_shape),
                                           ONE(14, ferry_item, suite, suite_shape),
                                           ONE(15, ferry_item, field, field_shape),
                                           END};
static const struct shape item_shape = SHAPE(ferry_item, item_fields);

enum { MAX_DEPTH = 80 }; /* steps in steps; intake takes 64 of them, below an item and its result */

/* --- writing ------------------------------------------------------------------ */

static void put_varint(struct buf *out, uint64_t v)
{
    while (v >= 0x80) {
        buf_putc(out, (char)(v | 0x80));
        v >>= 7;
    }
    buf_putc(out, (char)v);
}

static void put_text(struct buf *out, struct ferry_str s)
{
    put_varint(out, s.ptr ? s.len + 1 : 0);
    buf_put(out, s);
}

static void pack_struct(struct buf *out, const struct shape *shape, const void *value, int depth);

/* A length stands before what it counts and is known only afterwards: five bytes are kept for it, of which a varint
 * may use all (padded with continuation bits). */
static size_t begin_length(struct buf *out)
{
    size_t at = out->len;
    buf_put(out, (struct ferry_str){"\x80\x80\x80\x80\0", 5});
    return at;
}

static void end_length(struct buf *out, size_t at)
{
    if (out->failed) {
        return;
    }
    uint64_t n = out->len - at - 5;
    for (int i = 0; i < 5; i++, n >>= 7) {
        out->ptr[at + (size_t)i] = (char)((n & 0x7f) | (i < 4 ? 0x80 : 0));
    }
}

static uint32_t count_of(const char *base, const struct field *f)
{
    uint32_t n;
    memcpy(&n, base + f->count, sizeof n);
    return n;
}

static void pack_list(struct buf *out, const struct field *f, const char *base, int depth)
{
    const void *list;
    memcpy(&list, base + f->at, sizeof list);
    uint32_t n = list ? count_of(base, f) : 0;
    if (n == 0) {
        return;
    }
    buf_putc(out, (char)f->number);
    size_t at = begin_length(out);
    put_varint(out, n);
    for (uint32_t i = 0; i < n; i++) {
        if (f->type == T_KVS) {
            put_text(out, ((const struct ferry_kv *)list)[i].key);
            put_text(out, ((const struct ferry_kv *)list)[i].value);
        } else if (f->type == T_STRS) {
            put_text(out, ((const struct ferry_str *)list)[i]);
        } else {
            size_t inner = begin_length(out);
            pack_struct(out, f->of, ((const void *const *)list)[i], depth + 1);
            end_length(out, inner);
        }
    }
    end_length(out, at);
}

static void pack_number(struct buf *out, const struct field *f, int64_t v)
{
    if (v != 0) {
        char bytes[10];
        size_t n = 0;
        uint64_t z = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
        for (; z >= 0x80; z >>= 7) {
            bytes[n++] = (char)(z | 0x80);
        }
        bytes[n++] = (char)z;
        buf_putc(out, (char)f->number);
        put_varint(out, n);
        buf_put(out, (struct ferry_str){bytes, n});
    }
}

static void pack_field(struct buf *out, const struct field *f, const char *base, int depth)
{
    uint32_t u;
    int64_t v;
    struct ferry_str s;
    const void *one;
    switch (f->type) {
    case T_U32:
        memcpy(&u, base + f->at, sizeof u);
        pack_number(out, f, u);
        break;
    case T_I64:
        memcpy(&v, base + f->at, sizeof v);
        pack_number(out, f, v);
        break;
    case T_STR:
        memcpy(&s, base + f->at, sizeof s);
        if (s.ptr) {
            buf_putc(out, (char)f->number);
            put_varint(out, s.len);
            buf_put(out, s);
        }
        break;
    case T_ONE:
        memcpy(&one, base + f->at, sizeof one);
        if (one) {
            buf_putc(out, (char)f->number);
            size_t at = begin_length(out);
            pack_struct(out, f->of, one, depth + 1);
            end_length(out, at);
        }
        break;
    default:
        pack_list(out, f, base, depth);
    }
}

static void pack_struct(struct buf *out, const struct shape *shape, const void *value, int depth)
{
    /* An older or newer sender's struct: what it has, the rest zero. */
    union {
        char bytes[sizeof(struct ferry_result) + 256];
        max_align_t align;
    } local;
    uint32_t size;
    if (!value || depth > MAX_DEPTH) { /* what could not be read again is not written */
        out->failed = out->failed ? out->failed : value ? FERRY_E_TOO_LARGE : FERRY_E_BUG;
        return;
    }
    memcpy(&size, value, sizeof size);
    memset(local.bytes, 0, shape->size);
    memcpy(local.bytes, value, size < shape->size ? size : shape->size);
    for (const struct field *f = shape->fields; f->number; f++) {
        pack_field(out, f, local.bytes, depth);
    }
}

int32_t pack_item(struct buf *out, const struct ferry_item *item)
{
    pack_struct(out, &item_shape, item, 0);
    return out->failed;
}

int32_t pack_kv(struct buf *out, const struct ferry_kv *kv, uint32_t n)
{
    put_varint(out, n);
    for (uint32_t i = 0; i < n; i++) {
        put_text(out, kv[i].key);
        put_text(out, kv[i].value);
    }
    return out->failed;
}

/* --- reading ------------------------------------------------------------------ */

struct in {
    struct ferry_str rest;
    struct arena *arena;
    int failed;
};

static uint64_t get_varint(struct in *in)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && in->rest.len > 0; shift += 7) {
        unsigned char c = (unsigned char)*in->rest.ptr;
        in->rest.ptr++;
        in->rest.len--;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) {
            return v;
        }
    }
    in->failed = 1;
    return 0;
}

static struct ferry_str get_bytes(struct in *in, uint64_t n)
{
    if (n > in->rest.len) {
        in->failed = 1;
        return (struct ferry_str){NULL, 0};
    }
    struct ferry_str s = {in->rest.ptr, n};
    in->rest.ptr += n;
    in->rest.len -= n;
    return s;
}

static struct ferry_str get_text(struct in *in)
{
    uint64_t n = get_varint(in);
    return n == 0 || in->failed ? (struct ferry_str){NULL, 0} : get_bytes(in, n - 1);
}

static void *unpack_struct(struct in *in, const struct shape *shape, int depth);

static void *unpack_nested(struct in *in, const struct shape *shape, struct ferry_str bytes,
                           int depth)
{
    struct in inner = {bytes, in->arena, in->failed};
    void *value = unpack_struct(&inner, shape, depth);
    in->failed = inner.failed;
    return value;
}

static void unpack_list(struct in *in, const struct field *f, char *base, int depth)
{
    uint64_t n = get_varint(in);
    size_t each = f->type == T_KVS    ? sizeof(struct ferry_kv)
                  : f->type == T_STRS ? sizeof(struct ferry_str)
                                      : sizeof(void *);
    if (in->failed ||
        n > in->rest.len) { /* each element has a byte at least: no room is made for a lie */
        in->failed = 1;
        return;
    }
    char *list = arena_alloc(in->arena, each * (size_t)n);
    uint32_t count = (uint32_t)n;
    if (!list) {
        in->failed = 1;
        return;
    }
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        if (f->type == T_KVS) {
            struct ferry_kv *kv = (struct ferry_kv *)(void *)list + i;
            kv->key = get_text(in);
            kv->value = get_text(in);
        } else if (f->type == T_STRS) {
            ((struct ferry_str *)(void *)list)[i] = get_text(in);
        } else {
            struct ferry_str bytes = get_bytes(in, get_varint(in));
            ((void **)(void *)list)[i] = unpack_nested(in, f->of, bytes, depth + 1);
        }
    }
    memcpy(base + f->at, &list, sizeof list);
    memcpy(base + f->count, &count, sizeof count);
}

static void unpack_field(struct in *in, const struct field *f, char *base, int depth)
{
    if (f->type == T_STR) {
        memcpy(base + f->at, &in->rest, sizeof in->rest);
    } else if (f->type == T_ONE) {
        void *one = unpack_nested(in, f->of, in->rest, depth + 1);
        memcpy(base + f->at, &one, sizeof one);
    } else if (f->type == T_U32 || f->type == T_I64) {
        uint64_t z = get_varint(in);
        int64_t v = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
        uint32_t u = (uint32_t)v;
        if (f->type == T_U32) {
            memcpy(base + f->at, &u, sizeof u);
        } else {
            memcpy(base + f->at, &v, sizeof v);
        }
    } else {
        unpack_list(in, f, base, depth);
    }
}

static void *unpack_struct(struct in *in, const struct shape *shape, int depth)
{
    char *value = in->failed || depth > MAX_DEPTH ? NULL : arena_alloc(in->arena, shape->size);
    uint32_t size = (uint32_t)shape->size;
    if (!value) {
        in->failed = 1;
        return NULL;
    }
    memcpy(value, &size, sizeof size);
    while (in->rest.len > 0 && !in->failed) {
        struct ferry_str number = get_bytes(in, 1);
        struct in payload = {get_bytes(in, get_varint(in)), in->arena, in->failed};
        const struct field *f = shape->fields;
        while (!payload.failed && f->number && f->number != (uint8_t)number.ptr[0]) {
            f++;
        }
        if (!payload.failed && f->number) {
            unpack_field(&payload, f, value, depth);
        }
        in->failed |= payload.failed;
    }
    return value;
}

int32_t unpack_item(struct ferry_str bytes, struct arena *arena, struct ferry_item **out,
                    struct ferry_error *err)
{
    struct in in = {bytes, arena, 0};
    *out = unpack_struct(&in, &item_shape, 0);
    if (arena->failed) {
        return ferry_fail(err, arena->failed, NULL, "stored item: %s",
                          ferry_status_text(arena->failed));
    }
    if (in.failed) {
        return ferry_fail(err, FERRY_E_STATE, NULL,
                          "stored item: damaged; the state folder was changed by something else");
    }
    return FERRY_OK;
}

int32_t unpack_kv(struct ferry_str bytes, struct arena *arena, const struct ferry_kv **kv,
                  uint32_t *n)
{
    struct in in = {bytes, arena, 0};
    struct {
        const struct ferry_kv *kv;
        uint32_t n;
    } box = {NULL, 0};
    static const struct field f = {1, T_KVS, 0, sizeof(void *), NULL};
    if (bytes.len > 0) {
        unpack_list(&in, &f, (char *)&box, 0);
    }
    *kv = in.failed ? NULL : box.kv;
    *n = in.failed ? 0 : box.n;
    return arena->failed ? arena->failed : in.failed ? FERRY_E_STATE : FERRY_OK;
}
