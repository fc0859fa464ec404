/* SPDX-License-Identifier: MIT */
/*
 * codec_answer.c - what the service said: outcomes of what was sent, items of a page, and
 * refusals that name their culprits. A success counts only when the whole body is what it should
 * be; else E_PROTOCOL, and the host is in doubt.
 */
#include "codec.h"

#include <stdlib.h>
#include <text.h>

enum { MOST_ITEM = 256 << 20 };

static int is_success(const struct ferry_message *m)
{
    return m->status >= 200 && m->status < 300;
}

static int32_t not_understood(struct ferry_error *err, const char *what)
{
    return ferry_fail(err, FERRY_E_PROTOCOL, NULL, "the local tracker's answer: %s", what);
}

/* --- refusals --------------------------------------------------------------------------------- */

static int32_t verdict(const struct ferry_reply *reply, uint32_t code, struct ferry_str text)
{
    const struct ferry_verdict v = {.size = sizeof v, .code = code, .text = text};
    return reply->verdict(reply->self, &v);
}

/* {"errors":[{"index","member","message"}]}: each index once. */
static int32_t name_culprits(const struct cJSON *errors, uint32_t n,
                             const struct ferry_reply *reply)
{
    int64_t last = -1;
    int32_t rc = FERRY_OK;
    struct buf text;
    buf_init(&text, 4096);
    json_each (e, errors) {
        struct ferry_str member = json_str(json_get(e, "member"));
        int64_t index = -1;
        if (rc || !json_int(json_get(e, "index"), &index) || index <= last || index >= (int64_t)n) {
            continue;
        }
        last = index;
        buf_reset(&text);
        buf_printf(&text, "%.*s%s%.*s", STR_ARG(utf8_cut(member, 200)), member.len ? ": " : "",
                   STR_ARG(utf8_cut(json_str(json_get(e, "message")), 1000)));
        const struct ferry_outcome outcome = {
            .size = sizeof outcome, .code = FERRY_REJECTED, .text = buf_str(&text)};
        rc = reply->outcome(reply->self, (uint32_t)index, &outcome);
    }
    buf_finish(&text);
    return rc;
}

/*
 * A status that is no success. What is not the service's own form of refusal is left to the
 * status.
 */
static int32_t decode_refusal(uint32_t n, const struct ferry_message *m,
                              const struct ferry_reply *reply)
{
    struct json_doc doc = {NULL};
    int32_t rc = FERRY_OK;
    if (m->status < 400 || m->status >= 500 || m->status == 401 || m->status == 403 ||
        m->status == 408 || m->status == 425 || m->status == 429 ||
        json_parse(&doc, m->body, JSON_STRICT, NULL, NULL)) {
        return FERRY_OK;
    }
    const struct cJSON *error = json_get(doc.root, "error");
    struct ferry_str text = json_str(json_get(error, "message"));
    struct ferry_str code = json_str(json_get(error, "code"));
    if (text.ptr && m->status == 413) {
        rc = verdict(reply, FERRY_OVERSIZE, text);
    } else if (text.ptr && (str_is(code, "no_run") || str_is(code, "no_such_route") ||
                            str_is(code, "wrong_method") || str_is(code, "bad_project"))) {
        rc = verdict(reply, FERRY_PARKED, text);
    } else if (text.ptr && (m->status == 400 || m->status == 422)) {
        rc = verdict(reply, FERRY_REFUSED, text);
        if (rc == FERRY_OK) {
            rc = name_culprits(json_get(doc.root, "errors"), n, reply);
        }
    }
    json_finish(&doc);
    return rc;
}

/* --- outcomes --------------------------------------------------------------------------------- */

static int32_t tell(const struct ferry_reply *reply, uint32_t index, struct ferry_str id,
                    int existed, const struct ferry_kv *extra, uint32_t n_extra)
{
    const struct ferry_outcome outcome = {
        .size = sizeof outcome,
        .code = existed ? FERRY_EXISTS : FERRY_DONE,
        .id = id,
        .extra = extra,
        .n_extra = n_extra,
    };
    return reply->outcome(reply->self, index, &outcome);
}

struct decoding {
    const struct ferry_op *const *ops;
    uint32_t n, seen;
    const struct ferry_reply *reply;
    struct ferry_error *err;
};

static int32_t decode_result(void *data, uint32_t index, const struct cJSON *v)
{
    struct decoding *d = data;
    char id_digits[24], case_digits[24];
    struct ferry_str id = json_id(json_get(v, "id"), id_digits);
    struct ferry_str case_id = json_id(json_get(v, "case_id"), case_digits);
    const struct ferry_kv extra[] = {{FERRY_LIT("case_id"), case_id},
                                     {FERRY_LIT("case_created"), FERRY_LIT("true")}};
    uint32_t n_extra = json_bool(json_get(v, "case_created"), 0) ? 2 : 1;
    if (index >= d->n || !local_is_number(id) || !local_is_number(case_id) ||
        !ferry_eq(json_str(json_get(v, "client_id")), d->ops[index]->wire_id)) {
        return not_understood(d->err, "other results than were sent");
    }
    d->seen++;
    return tell(d->reply, index, id, json_bool(json_get(v, "existed"), 0), extra, n_extra);
}

static int32_t decode_case(void *data, uint32_t index, const struct cJSON *v)
{
    struct decoding *d = data;
    char digits[24];
    struct ferry_str id = json_id(json_get(v, "id"), digits);
    if (index >= d->n || !local_is_number(id)) {
        return not_understood(d->err, "other cases than were sent");
    }
    d->seen++;
    return tell(d->reply, index, id, 0, NULL, 0);
}

static int32_t decode_many(struct decoding *d, struct ferry_str body, const char *member,
                           json_element_fn *fn)
{
    struct json_doc rest = {NULL};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = json_elements(body, member, fn, d, &rest, &why);
    if (rc == FERRY_E_INPUT) {
        rc = not_understood(d->err, why.message);
    } else if (rc == FERRY_OK && (d->seen != d->n || !json_is_object(rest.root))) {
        rc = not_understood(d->err, "not as many things as were sent");
    }
    json_finish(&rest);
    return rc;
}

static int32_t decode_single(const struct ferry_op *op, struct ferry_str body,
                             const struct ferry_reply *reply, struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    char digits[24];
    if (json_parse(&doc, body, JSON_STRICT, NULL, &why)) {
        return not_understood(err, why.message);
    }
    struct ferry_str id = json_id(json_get(doc.root, "id"), digits);
    int existed =
        json_bool(json_get(doc.root, "existed"), 0) || json_bool(json_get(doc.root, "already"), 0);
    int32_t rc;
    if (op->kind == FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT)) {
        const struct ferry_attachment *a = op->item ? op->item->attachment : NULL;
        rc = a && a->blob && ferry_eq(id, a->blob->digest)
                 ? tell(reply, 0, id, existed, NULL, 0)
                 : not_understood(err, "another attachment than was sent");
    } else {
        rc = local_is_number(id) ? tell(reply, 0, id, existed, NULL, 0)
                                 : not_understood(err, "no id in it");
    }
    json_finish(&doc);
    return rc;
}

int32_t local_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                     const struct ferry_message *answer, const struct ferry_reply *reply,
                     struct ferry_error *err)
{
    struct decoding d = {.ops = ops, .n = n, .reply = reply, .err = err};
    (void)call;
    if (n == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "decode: no operations");
    }
    if (!is_success(answer)) {
        return decode_refusal(n, answer, reply);
    }
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        return decode_many(&d, answer->body, "results", decode_result);
    case FERRY_OP(FERRY_CREATE, FERRY_CASE):
        return decode_many(&d, answer->body, "cases", decode_case);
    default:
        return decode_single(ops[0], answer->body, reply, err);
    }
}

/* Where the next page begins: an offset as it is, an id with its mark. */
static int32_t tell_next(const struct ferry_ask *ask, const struct cJSON *next,
                         const struct ferry_reply *reply, struct ferry_error *err)
{
    char digits[24], marked[32];
    struct ferry_str cursor = json_id(next, digits);
    if (!local_is_number(cursor)) {
        return not_understood(err, "no number where the next page begins");
    }
    if (local_walks_by_id(ask)) {
        snprintf(marked, sizeof marked, "a%.*s", STR_ARG(cursor));
        cursor = ferry_cstr(marked);
    }
    return reply->next(reply->self, cursor);
}

/* --- lists ------------------------------------------------------------------------------------ */

static int32_t read_one(void *data, uint32_t index, const struct cJSON *v)
{
    (void)index;
    return local_read_element(data, v);
}

int32_t local_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                     const struct ferry_message *answer, const struct ferry_reply *reply,
                     struct ferry_error *err)
{
    struct reading r = {.call = call, .ask = ask, .reply = reply};
    struct ferry_error why = {.size = sizeof why};
    struct json_doc rest = {NULL};
    int64_t number = 0;
    if (!is_success(answer) || ask->what != FERRY_ASK_LIST) {
        return FERRY_OK;
    }
    r.told = calloc((size_t)ask->n_ops + 1, 1);
    if (!r.told) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "out of memory");
    }
    arena_init(&r.arena, MOST_ITEM);
    int32_t rc = json_elements(answer->body, "items", read_one, &r, &rest, &why);
    const struct cJSON *next = json_get(rest.root, "next");
    int by_id = local_walks_by_id(ask);
    if (rc == FERRY_E_INPUT || rc == FERRY_E_PROTOCOL) {
        rc = not_understood(err, rc == FERRY_E_INPUT ? why.message : "an item without an id");
    } else if (rc == FERRY_OK &&
               (!json_is_array(json_get(rest.root, "items")) ||
                !json_int(json_get(rest.root, by_id ? "after" : "total"), &number) || !next)) {
        rc = not_understood(err, "not a page of a list");
    } else if (rc == FERRY_OK && !json_is_null(next)) {
        rc = tell_next(ask, next, reply, err);
    }
    json_finish(&rest);
    arena_finish(&r.arena);
    free(r.told);
    return rc;
}
