/* SPDX-License-Identifier: MIT */
/*
 * codec_answer.c - what Qase said: outcomes of what was sent, pages of lists. A success counts only when the whole body is what it should be;
 * else E_PROTOCOL, and the host is in doubt.
 */
#include "codec.h"

#include <stdlib.h>
#include <text.h>

enum { MOST_ITEM = 64 << 20 };

static int is_success(const struct ferry_message *m)
{
    return m->status >= 200 && m->status < 300;
}

int32_t qase_not_understood(struct ferry_error *err, const char *what)
{
    return ferry_fail(err, FERRY_E_PROTOCOL, NULL, "Qase's answer: %s", what);
}

/* {"status":true,"result":...}; what says false with a 2xx is no success. */
int32_t qase_parse(struct json_doc *doc, struct ferry_str body, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    if (json_parse(doc, body, JSON_STRICT, NULL, &why)) {
        return qase_not_understood(err, why.message);
    }
    return json_bool(json_get(doc->root, "status"), 0)
               ? FERRY_OK
               : qase_not_understood(err, "no \"status\": true");
}

/* --- outcomes ------------------------------------------------------------------------------------------------ */

static int32_t done(const struct ferry_reply *reply, uint32_t index, struct ferry_str id,
                    const struct ferry_kv *extra, uint32_t n_extra)
{
    const struct ferry_outcome outcome = {
        .size = sizeof outcome, .code = FERRY_DONE, .id = id, .extra = extra, .n_extra = n_extra};
    return reply->outcome(reply->self, index, &outcome);
}

/* Bulk posts are taken whole, and nothing comes back of their items. */
static int32_t all_done(uint32_t n, const struct ferry_reply *reply)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = done(reply, i, (struct ferry_str){NULL, 0}, NULL, 0);
    }
    return rc;
}

static int32_t decode_cases(const struct cJSON *result, uint32_t n, const struct ferry_reply *reply,
                            struct ferry_error *err)
{
    uint32_t i = 0;
    int32_t rc = FERRY_OK;
    char digits[24];
    json_each (v, json_get(result, "ids")) {
        struct ferry_str id = json_id(v, digits);
        if (i >= n || !qase_is_number(id, NULL)) {
            return qase_not_understood(err, "other cases than were sent");
        }
        rc = rc ? rc : done(reply, i++, id, NULL, 0);
    }
    return rc || i == n ? rc : qase_not_understood(err, "not as many cases as were sent");
}

static int32_t decode_attachments(const struct cJSON *result, uint32_t n,
                                  const struct ferry_reply *reply, struct ferry_error *err)
{
    uint32_t i = 0;
    int32_t rc = FERRY_OK;
    json_each (v, result) {
        struct ferry_str hash = json_str(json_get(v, "hash"));
        if (i >= n || hash.len == 0) {
            return qase_not_understood(err, "other attachments than were sent");
        }
        rc = rc ? rc : done(reply, i++, hash, NULL, 0);
    }
    return rc || i == n ? rc : qase_not_understood(err, "not as many attachments as were sent");
}

static int32_t decode_run(const struct ferry_op *op, const struct cJSON *result,
                          const struct ferry_reply *reply, struct ferry_error *err)
{
    const struct ferry_run *run = op->item ? op->item->run : NULL;
    char digits[24], start[24];
    struct ferry_str id = json_id(json_get(result, "id"), digits);
    if (!qase_is_number(id, NULL)) {
        return qase_not_understood(err, "no id of a run");
    }
    if (!run || !(run->has & FERRY_RUN_HAS_START)) {
        return done(reply, 0, id, NULL, 0);
    }
    snprintf(start, sizeof start, "%lld", (long long)(run->start_ms - QASE_EARLIER_S * 1000));
    const struct ferry_kv extra = {FERRY_LIT("start_ms"), ferry_cstr(start)};
    return done(reply, 0, id, &extra, 1);
}

/* The description was added to; now it is completed. */
static int32_t decode_change(const struct ferry_op *op, const struct ferry_reply *reply)
{
    const struct ferry_follow follow = {.size = sizeof follow, .kind = QASE_COMPLETE_RUN};
    int32_t rc = done(reply, 0, qase_run_of(op), NULL, 0);
    return rc ? rc : reply->follow(reply->self, 0, &follow);
}

static int has_description(const struct ferry_op *op)
{
    return op->marker.len > 0 && op->item && op->item->run && op->item->run->description.ptr;
}

int32_t qase_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_message *answer, const struct ferry_reply *reply,
                    struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    (void)call;
    if (n == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "decode: no operations");
    }
    if (!is_success(answer)) {
        return qase_decode_refusal(ops, n, answer, reply);
    }
    int32_t rc = qase_parse(&doc, answer->body, err);
    const struct cJSON *result = json_get(doc.root, "result");
    if (rc == FERRY_OK) {
        switch (ops[0]->kind) {
        case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
            rc = all_done(n, reply);
            break;
        case FERRY_OP(FERRY_CREATE, FERRY_CASE):
            rc = decode_cases(result, n, reply, err);
            break;
        case FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT):
            rc = decode_attachments(result, n, reply, err);
            break;
        case FERRY_OP(FERRY_CREATE, FERRY_RUN):
            rc = decode_run(ops[0], result, reply, err);
            break;
        case FERRY_OP(FERRY_COMPLETE, FERRY_RUN):
            rc = has_description(ops[0]) ? decode_change(ops[0], reply)
                                         : done(reply, 0, qase_run_of(ops[0]), NULL, 0);
            break;
        default:
            rc = done(reply, 0, qase_run_of(ops[0]), NULL, 0);
        }
    }
    json_finish(&doc);
    return rc;
}

/* --- lists ------------------------------------------------------------------------------------------------------ */

/*
 * From the first page on it is known how many there are, so all the others are named at once. Results beyond what offsets reach are
 * asked for again in halves of time; this page is then one of theirs.
 */
/* 1: the span was split, and this page is not to be read. */
static int split_span(struct reading *r, const struct qase_place *here, int64_t filtered,
                      int32_t *rc, struct ferry_error *err)
{
    enum { A_CENTURY_ON = 2147483647 };
    struct qase_place half = {.from_s = here->from_s,
                              .to_s = here->to_s ? here->to_s : A_CENTURY_ON};
    int64_t middle = half.from_s + (half.to_s - half.from_s) / 2;
    if (filtered <= QASE_MOST) {
        return 0;
    }
    if (r->ask->noun != FERRY_RESULT || middle == half.from_s) {
        *rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                         "%lld things in one list, of which Qase shows %d", (long long)filtered,
                         QASE_MOST);
        return 1;
    }
    struct qase_place later = {.from_s = middle + 1, .to_s = half.to_s};
    half.to_s = middle;
    *rc = qase_tell_next(r->reply, &half);
    *rc = *rc ? *rc : qase_tell_next(r->reply, &later);
    return 1;
}

static int32_t read_one(void *data, uint32_t index, const struct cJSON *v)
{
    (void)index;
    return qase_read_element(data, v);
}

static int32_t skip_one(void *data, uint32_t index, const struct cJSON *v)
{
    (void)data;
    (void)index;
    (void)v;
    return FERRY_OK;
}

/* How many there are, said as a fact. */
static int32_t tell_count(const struct reading *r, int64_t filtered)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)filtered);
    return r->reply->fact(r->reply->self, FERRY_LIT("count"), ferry_cstr(digits));
}

static int32_t read_page(struct reading *r, const struct ferry_message *answer,
                         struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct json_doc rest = {NULL};
    struct qase_page page;
    int64_t filtered = 0;
    int more = 0;
    qase_page_begin(&page, r->ask);
    r->page = &page;
    /* Twice over the text: how many there are stands anywhere in it, and may mean that this page is not to be read. */
    int32_t rc = json_elements(answer->body, "result.entities", skip_one, NULL, &rest, &why);
    const struct cJSON *result = json_get(rest.root, "result");
    if (rc || !json_bool(json_get(rest.root, "status"), 0) ||
        !json_is_array(json_get(result, "entities")) ||
        !json_int(json_get(result, "filtered"), &filtered)) {
        rc = qase_not_understood(err, rc ? why.message : "not a page of a list");
    } else if (qase_counts(r->ask)) {
        rc = tell_count(r, filtered);
    } else if (page.here.offset > 0 || !split_span(r, &page.here, filtered, &rc, err)) {
        rc = json_elements(answer->body, "result.entities", read_one, r, NULL, &why);
        rc = rc == FERRY_E_INPUT || rc == FERRY_E_PROTOCOL
                 ? qase_not_understood(err, "a thing without an id")
                 : rc;
        rc = rc ? rc : qase_page_end(&page, filtered, QASE_ALL_PAGES, r->reply, &more);
    }
    r->page = NULL;
    qase_page_finish(&page);
    json_finish(&rest);
    return rc;
}

static int32_t read_single(struct reading *r, const struct ferry_message *answer,
                           struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    int32_t rc = qase_parse(&doc, answer->body, err);
    rc = rc ? rc : qase_read_element(r, json_get(doc.root, "result"));
    json_finish(&doc);
    return rc == FERRY_E_PROTOCOL ? qase_not_understood(err, "no thing with an id") : rc;
}

/* --- answer -------------------------------------------------------------------------------------------------- */

int32_t qase_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                    const struct ferry_message *answer, const struct ferry_reply *reply,
                    struct ferry_error *err)
{
    struct reading r = {.call = call, .ask = ask, .reply = reply};
    struct ferry_str id = ferry_get(ask->filters, ask->n_filters, FERRY_LIT("id"));
    if (!is_success(answer) || ask->what == FERRY_ASK_FETCH) {
        return FERRY_OK;
    }
    if (ask->what == FERRY_ASK_FACT) {
        return qase_read_fact(call, ask, answer, reply, err);
    }
    r.told = calloc((size_t)ask->n_ops + 1, 1);
    if (!r.told) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "out of memory");
    }
    arena_init(&r.arena, MOST_ITEM);
    int single = qase_is_number(id, NULL) && (ask->noun == FERRY_CASE || ask->noun == FERRY_RUN);
    int32_t rc = single ? read_single(&r, answer, err) : read_page(&r, answer, err);
    arena_finish(&r.arena);
    free(r.told);
    return rc;
}
