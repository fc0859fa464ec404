/* SPDX-License-Identifier: MIT */
/*
 * decode.c - reads what became of a request, and says where to look when nobody knows. A batch that is refused names nobody, so
 * the host has to bisect; a run that is complete already may be complete because of us, so that is doubt.
 */
#include "ledger.h"

static int32_t verdict(const struct ferry_reply *reply, uint32_t code, struct ferry_str text)
{
    struct ferry_verdict v = {.size = sizeof v, .code = code, .text = text};
    return reply->verdict(reply->self, &v);
}

static int32_t outcome(const struct ferry_reply *reply, uint32_t index, uint32_t code,
                       struct ferry_str id, struct ferry_str text)
{
    struct ferry_outcome o = {.size = sizeof o, .code = code, .id = id, .text = text};
    return reply->outcome(reply->self, index, &o);
}

/* Not a success: {"error": "..."} where it is the ledger that speaks. */
static int32_t decode_refusal(const struct ferry_op *op, const struct ferry_message *answer,
                              const struct ferry_reply *reply)
{
    struct json_doc doc = {NULL};
    struct ferry_str text = {NULL, 0};
    int32_t rc;
    if (json_parse(&doc, answer->body, JSON_STRICT, NULL, NULL) == FERRY_OK) {
        text = json_str(json_get(doc.root, "error"));
    }
    switch (answer->status) {
    case 413:
        rc = verdict(reply, FERRY_OVERSIZE, text);
        break;
    case 400:
        if (op->kind == LEDGER_COMPLETE_RUN) {
            rc = outcome(reply, 0, FERRY_DOUBT, (struct ferry_str){NULL, 0}, text);
            break;
        }
        rc = verdict(reply, FERRY_REFUSED, text);
        break;
    case 404:
    case 409:
    case 422:
        rc = verdict(reply, FERRY_REFUSED, text);
        break;
    default:
        rc = verdict(reply, FERRY_BY_STATUS, text);
        break;
    }
    json_finish(&doc);
    return rc;
}

/* {"ids": [...]}, exactly one for each operation. */
int32_t ledger_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    const struct cJSON *ids;
    uint32_t i = 0;
    int32_t rc;
    (void)call;
    if (answer->status < 200 || answer->status > 299) {
        return decode_refusal(ops[0], answer, reply);
    }
    if (json_parse(&doc, answer->body, JSON_STRICT, "answer", err) != FERRY_OK) {
        if (err) {
            err->status = FERRY_E_PROTOCOL;
        }
        return FERRY_E_PROTOCOL;
    }
    ids = json_get(doc.root, "ids");
    rc = json_is_array(ids) && json_count(ids) == n
             ? FERRY_OK
             : ferry_fail(err, FERRY_E_PROTOCOL, "ids", "the answer has %u ids for %u things",
                          json_count(ids), n);
    json_each (v, rc ? NULL : ids) {
        char scratch[24];
        struct ferry_str id = json_id(v, scratch);
        if (str_empty(id)) {
            rc = ferry_fail(err, FERRY_E_PROTOCOL, "ids", "id %u of the answer is %s", i + 1,
                            json_type(v));
            break;
        }
        rc = outcome(reply, i++, FERRY_DONE, id, (struct ferry_str){NULL, 0});
        if (rc) {
            break;
        }
    }
    json_finish(&doc);
    return rc;
}

/* One list holds all of a batch. An attachment is in no list until something names it: it is sent again. */
int32_t ledger_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_asks *asks, struct ferry_error *err)
{
    const struct ferry_ref *run = ferry_ref_of(ops[0]->item, FERRY_RUN);
    struct ferry_kv filter = {FERRY_LIT("run"), {NULL, 0}};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = ops[0]->kind & 0xffffu,
                            .filters = &filter,
                            .ops = ops,
                            .n_ops = n};
    (void)call;
    switch (ops[0]->kind) {
    case LEDGER_CREATE_RESULT:
        if (!run || str_empty(run->id)) {
            return ferry_fail(err, FERRY_E_INPUT, "run", "a result without a run");
        }
        filter.value = run->id;
        ask.n_filters = 1;
        break;
    case LEDGER_COMPLETE_RUN:
        filter.key = FERRY_LIT("id");
        filter.value = ops[0]->id;
        ask.n_filters = 1;
        break;
    case LEDGER_CREATE_CASE:
    case LEDGER_CREATE_RUN:
        break;
    default:
        return FERRY_OK;
    }
    return asks->add(asks->self, &ask);
}
