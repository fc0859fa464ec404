/* SPDX-License-Identifier: MIT */
/* codec.h - between the files of the codec: writing requests, reading answers. */
#ifndef LOCAL_CODEC_H
#define LOCAL_CODEC_H

#include "local.h"

#include <arena.h>
#include <json.h>

/* Where one operation's JSON goes, and what a person is told of it. */
struct writer {
    const struct ferry_call *call;
    const struct ferry_out *out; /* for notes */
    uint32_t index;              /* of the operation */
    struct json_out json;
    struct buf scratch;
};

/* codec_write.c: one thing as JSON. E_INPUT where it cannot be expressed, with the reason. */
typedef int32_t write_fn(struct writer *w, const struct ferry_op *op, struct ferry_error *err);
write_fn local_write_field, local_write_case, local_write_run, local_write_complete;
/* codec_result.c */
write_fn local_write_result;
void local_write_steps(struct writer *w, const struct ferry_item *item,
                       const struct ferry_step *const *steps, uint32_t n, unsigned level);
/*
 * Members of text: nothing where absent, cut with a note where longer than max, a NUL mended
 * with one.
 */
void local_write_text(struct writer *w, const char *name, struct ferry_str text, uint64_t max);
/* The text as it will be written; may be in w->scratch. */
struct ferry_str local_text_fitting(struct writer *w, const char *name, struct ferry_str text,
                                    uint64_t max);
void local_write_texts(struct writer *w, const char *name, const struct ferry_str *list,
                       uint32_t n);
void local_write_pairs(struct writer *w, const char *name, const struct ferry_kv *list, uint32_t n);
void local_write_note(struct writer *w, uint32_t kind, const char *field, const char *text);
/* "/v1/<project>" with the project percent-encoded, then the format; appended. */
void local_put_path(struct buf *b, const struct ferry_call *call, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void local_put_encoded(struct buf *b, struct ferry_str text);

/*
 * codec_read.c: a page being read. Memory of one element comes from the arena, which is reset
 * before each.
 */
struct reading {
    const struct ferry_call *call;
    const struct ferry_ask *ask;
    const struct ferry_reply *reply;
    struct arena arena;
    unsigned char *told; /* operations of the ask whose outcome was said */
};
/* One element as an item, handed to the reply. */
int32_t local_read_element(struct reading *r, const struct cJSON *v);

/* codec_answer.c: the functions of the table that read. */
int32_t local_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                     const struct ferry_message *answer, const struct ferry_reply *reply,
                     struct ferry_error *err);
int32_t local_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                     const struct ferry_message *answer, const struct ferry_reply *reply,
                     struct ferry_error *err);
/* codec_ask.c: those that ask. */
int32_t local_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                   const struct ferry_asks *asks, struct ferry_error *err);
int32_t local_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                  const struct ferry_out *out, struct ferry_error *err);

/* Whether the page asked for is told by the id before it: lists that may be very long. A cursor is then "a" and the id. */
int local_walks_by_id(const struct ferry_ask *ask);

/* The id of the run that an operation is in or about; absent where it has none. */
struct ferry_str local_run_of(const struct ferry_op *op);
/* Digits and nothing else: what may stand in a path. */
int local_is_number(struct ferry_str id);

#endif
