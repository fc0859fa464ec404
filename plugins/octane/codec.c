/* SPDX-License-Identifier: MIT */
/*
 * codec.c - what each kind of operation is to Octane, and who writes and reads it. The host calls it from any thread; everything here is made
 * anew from its arguments.
 */
#include "codec.h"

#include <text.h>

/* --- small questions ---------------------------------------------------------------------------------------- */

struct ferry_str octane_option(const struct ferry_call *call, const char *name)
{
    return ferry_get(call->options, call->n_options, ferry_cstr(name));
}

int octane_is_id(struct ferry_str id)
{
    int64_t n;
    return str_int64(id, &n) && n > 0 && id.ptr[0] >= '1' && id.ptr[0] <= '9';
}

int64_t octane_number(const struct ferry_call *call, const char *name)
{
    int64_t n = 0;
    return str_int64(octane_option(call, name), &n) && n > 0 ? n : 0;
}

int octane_is_success(const struct ferry_message *m)
{
    return m->status >= 200 && m->status < 300;
}

int32_t octane_not_understood(struct ferry_error *err, const char *what)
{
    return ferry_fail(err, FERRY_E_PROTOCOL, NULL, "Octane's answer: %s", what);
}

/* --- describe --------------------------------------------------------------------------------------------------- */

static const struct kind {
    uint32_t kind, effect, flags, max_items, scope;
    uint64_t max_bytes, max_answer;
    const char *name;
} kinds[] = {
    {FERRY_OP(FERRY_LIST, FERRY_FOLDER), FERRY_READ, 0, OCTANE_PAGE, 0, 0, 0, "list modules"},
    {FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_READ, 0, OCTANE_PAGE, 0, 0, 64 << 20, "list tests"},
    {FERRY_OP(FERRY_LIST, FERRY_RUN), FERRY_READ, 0, OCTANE_PAGE, 0, 0, 64 << 20,
     "list suite runs"},
    {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, FERRY_PARTIAL | FERRY_COUNTS, OCTANE_PAGE, 0,
     0, 64 << 20, "list automated runs"},
    {FERRY_OP(FERRY_CREATE, FERRY_FOLDER), FERRY_ONCE, FERRY_FIND_FIRST, 1, 0, OCTANE_BODY, 0,
     "create module or suite"},
    {FERRY_OP(FERRY_CREATE, FERRY_CASE), FERRY_VIRTUAL, 0, 1, 0, 0, 0, "create test"},
    {FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_REPEATABLE, 0, 1, 0, 0, 0, "name suite run"},
    {FERRY_OP(FERRY_CREATE, FERRY_RESULT), FERRY_REPEATABLE, FERRY_MATCHES | FERRY_HOLDS,
     OCTANE_SLICE, FERRY_RUN, OCTANE_SLICE_BYTES, 0, "upload results"},
    {FERRY_OP(FERRY_COMPLETE, FERRY_RUN), FERRY_REPEATABLE, FERRY_CLOSES, 1, FERRY_RUN, 0, 0,
     "complete suite run"},
    {OCTANE_DESCRIBE_RUN, FERRY_REPEATABLE, 0, 1, FERRY_RUN, OCTANE_BODY, 0, "describe suite run"},
    {OCTANE_FIND_RUN, FERRY_REPEATABLE, 0, OCTANE_LOOK, FERRY_RUN, 0, 64 << 20,
     "find automated runs"},
    {OCTANE_LINK_RUN, FERRY_REPEATABLE, 0, OCTANE_WRITES, FERRY_RUN, 4 * OCTANE_BODY, 0,
     "link stories"},
};

/* What the configuration changes of it. */
static void adjust(const struct ferry_call *call, uint32_t kind, struct ferry_traits *t)
{
    int64_t slice = octane_number(call, "auto_runs_slice_size");
    int64_t uploads = octane_number(call, "max_parallel_uploads");
    if (kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        t->max_items = slice && slice < OCTANE_SLICE ? (uint32_t)slice : OCTANE_SLICE;
        t->max_in_flight = uploads && uploads < OCTANE_AT_ONCE ? (uint32_t)uploads : OCTANE_AT_ONCE;
    }
}

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    uint32_t size = traits->size;
    struct ferry_traits t = {.size = size};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind) {
            t.effect = kinds[i].effect;
            t.flags = kinds[i].flags;
            t.max_items = kinds[i].max_items;
            t.scope = kinds[i].scope;
            t.max_in_flight = OCTANE_AT_ONCE;
            t.max_bytes = kinds[i].max_bytes;
            t.max_answer = kinds[i].max_answer;
            t.name = ferry_cstr(kinds[i].name);
            t.a_second = (uint32_t)octane_number(call, "requests_per_second");
            adjust(call, kind, &t);
        }
    }
    memcpy(traits, &t, size < sizeof t ? size : sizeof t);
    return FERRY_OK;
}

/* --- encode and decode -------------------------------------------------------------------------------------------- */

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    if (n == 0 || !ops[0]->item) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "encode: no operation, or one without an item");
    }
    *taken = 1;
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_FOLDER):
        return octane_encode_folder(call, ops[0], out, err);
    case FERRY_OP(FERRY_CREATE, FERRY_RUN):
    case FERRY_OP(FERRY_COMPLETE, FERRY_RUN):
    case OCTANE_DESCRIBE_RUN:
        return octane_encode_run(call, ops[0], out, err);
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        return octane_encode_results(call, ops, n, out, taken, err);
    case OCTANE_FIND_RUN:
    case OCTANE_LINK_RUN:
        return octane_encode_link(call, ops, n, out, taken, err);
    default:
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Octane has no operation %u",
                          ops[0]->kind);
    }
}

/* {"total_count":1,"data":[{"type","id",...}]} of what was made. */
static int32_t decode_made(const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    char digits[24];
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    const struct cJSON *made = json_first(json_get(doc.root, "data"));
    const struct ferry_outcome done = {
        .size = sizeof done, .code = FERRY_DONE, .id = json_id(json_get(made, "id"), digits)};
    if (rc || !octane_is_id(done.id)) {
        rc = octane_not_understood(err, rc ? why.message : "no id of what was made");
    } else {
        rc = reply->outcome(reply->self, 0, &done);
    }
    json_finish(&doc);
    return rc;
}

static int32_t decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    if (n == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "decode: no operations");
    }
    if (!octane_is_success(answer)) {
        int32_t rc = octane_decode_refusal(ops, n, answer, reply);
        return rc || answer->status != 409 || ops[0]->kind != OCTANE_LINK_RUN
                   ? rc
                   : octane_decode_link(ops, n, answer, reply, err); /* the others are linked */
    }
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_FOLDER):
        return decode_made(answer, reply, err);
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        return octane_decode_accepted(ops, n, answer, reply, err);
    case OCTANE_FIND_RUN:
    case OCTANE_LINK_RUN:
        return octane_decode_link(ops, n, answer, reply, err);
    default:
        return octane_decode_run(call, ops[0], answer, reply, err);
    }
}

const struct ferry_tracker octane_tracker = {
    .describe = describe,
    .encode = encode,
    .decode = decode,
    .find = octane_find,
    .ask = octane_ask,
    .answer = octane_answer,
    .dress = octane_dress,
    .sign_in = octane_sign_in,
    .keep = octane_keep,
    .sign_out = octane_sign_out,
};
