/* SPDX-License-Identifier: MIT */
/*
 * signature.c - what the server knows a test by that has no id: to the byte as the official reporters write it, or as qasectl does,
 * so that a project which was filled by one of them goes on with the same cases.
 */
#include "codec.h"

#include <text.h>

/* Lower case in ASCII, white space to '_', '\' to '/'; reporters do it to each part. */
static void put_part(struct buf *b, struct ferry_str part)
{
    for (uint64_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        buf_putc(b, c == ' ' ? '_' : c == '\\' ? '/' : c);
    }
}

static void put_separator(struct buf *b, size_t begin)
{
    if (b->len > begin) {
        buf_puts(b, "::");
    }
}

/* "::{'name':'value'}" for each parameter, lower-cased as well. */
static void put_parameters(struct buf *b, const struct ferry_result *r)
{
    for (uint32_t i = 0; i < r->n_parameters; i++) {
        buf_puts(b, "::{'");
        put_part(b, r->parameters[i].key);
        buf_puts(b, "':'");
        put_part(b, r->parameters[i].value);
        buf_puts(b, "'}");
    }
}

static void put_reporters(struct buf *b, const struct ferry_result *r, struct ferry_str case_id)
{
    size_t begin = b->len;
    struct ferry_str rest = r->suite, part, last = {NULL, 0};
    buf_put(b, case_id);
    while (!str_empty(r->suite) && str_split(&rest, '\t', &part)) {
        put_separator(b, begin);
        put_part(b, part);
        last = part;
    }
    if (!str_empty(r->class_name) && !ferry_eq(r->class_name, last)) {
        put_separator(b, begin);
        put_part(b, r->class_name);
    }
    put_separator(b, begin);
    put_part(b, r->name);
    put_parameters(b, r);
}

static void put_qasectl(struct buf *b, const struct ferry_result *r)
{
    size_t begin = b->len;
    struct ferry_str rest = r->suite, part;
    while (!str_empty(r->suite) && str_split(&rest, '\t', &part)) {
        put_separator(b, begin);
        buf_put(b, part);
    }
    put_separator(b, begin);
    buf_put(b, r->class_name);
    buf_puts(b, "::");
    buf_put(b, r->name);
}

void qase_put_signature(struct buf *b, const struct ferry_call *call, const struct ferry_op *op,
                        struct ferry_str case_id)
{
    const struct ferry_result *r = op->item->result;
    if (str_is(qase_option(call, "signature"), "qasectl")) {
        put_qasectl(b, r);
    } else {
        put_reporters(b, r, case_id);
    }
}
