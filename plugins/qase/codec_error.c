/* SPDX-License-Identifier: MIT */
/*
 * codec_error.c - refusals. Qase says them in two shapes, {"errorMessage","errorFields":[{"field","error"}]} and {"message","errors":{field:
 * [texts]}}; a field may name its item ("results.17.params"), and then that one alone is to blame.
 */
#include "codec.h"

#include <stdlib.h>
#include <text.h>

struct refusal {
    uint32_t n;
    const struct ferry_op *const *ops;
    const struct ferry_reply *reply;
    unsigned char *told;
    int32_t rc;
    struct buf text; /* all of it, for people */
};

/* "results.17.params" -> 17; -1 where no item is named. */
static int64_t index_in(struct ferry_str field)
{
    struct ferry_str part;
    int64_t n;
    while (str_split(&field, '.', &part)) {
        if (str_int64(part, &n) && n >= 0) {
            return n;
        }
    }
    return -1;
}

/*
 * A time outside the run's window, which a run that was completed has an end of, and whose clock is the server's: the result is as good without it, and is
 * written so the next time (codec_result.c).
 */
static int is_mendable(const struct refusal *f, struct ferry_str field, int64_t i)
{
    static const char *const times[] = {"start_time", "end_time"};
    const struct ferry_op *op = f->ops[i];
    int is_time = 0;
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
        uint64_t n = strlen(times[k]);
        is_time |= field.len >= n && str_is(str_sub(field, field.len - n, n), times[k]);
    }
    return is_time && op->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT) && op->edition == 0 &&
           op->item && op->item->result && op->item->result->has & FERRY_RESULT_HAS_START;
}

static void take(struct refusal *f, struct ferry_str field, struct ferry_str error)
{
    int64_t i = index_in(field);
    i = i < 0 && f->n == 1 && is_mendable(f, field, 0)
            ? 0
            : i; /* where none is named and there is but one */
    struct buf one;
    buf_init(&one, 4096);
    buf_printf(&one, "%.*s%s%.*s", STR_ARG(utf8_cut(field, 200)), field.len ? ": " : "",
               STR_ARG(utf8_cut(error, 1000)));
    if (f->text.len < 2000) {
        buf_puts(&f->text, f->text.len ? "; " : "");
        buf_put(&f->text, buf_str(&one));
    }
    if (i >= 0 && i < (int64_t)f->n && !f->told[i] && f->rc == FERRY_OK) {
        const struct ferry_outcome outcome = {.size = sizeof outcome,
                                              .code = is_mendable(f, field, i) ? FERRY_AGAIN
                                                                               : FERRY_REJECTED,
                                              .text = buf_str(&one)};
        f->told[i] = 1;
        f->rc = f->reply->outcome(f->reply->self, (uint32_t)i, &outcome);
    }
    buf_finish(&one);
}

static void take_fields(struct refusal *f, const struct cJSON *root)
{
    json_each (e, json_get(root, "errorFields")) {
        take(f, json_str(json_get(e, "field")), json_str(json_get(e, "error")));
    }
    json_each (field, json_get(root, "errors")) {
        const struct cJSON *first = json_is_array(field) ? json_first(field) : field;
        take(f, json_name(field), json_str(first));
    }
}

static struct ferry_str words(const struct cJSON *root)
{
    static const char *const names[] = {"errorMessage", "message", "error"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ferry_str s = json_str(json_get(root, names[i]));
        if (s.len > 0) {
            return s;
        }
    }
    return (struct ferry_str){NULL, 0};
}

static int32_t say(struct refusal *f, uint32_t code)
{
    const struct ferry_verdict v = {.size = sizeof v, .code = code, .text = buf_str(&f->text)};
    return f->reply->verdict(f->reply->self, &v);
}

/* A run that is complete already is refused like one that is not there: who is right, a look at it tells. */
static int is_completion(const struct ferry_op *op)
{
    return op->kind == FERRY_OP(FERRY_COMPLETE, FERRY_RUN) || op->kind == QASE_COMPLETE_RUN;
}

static int32_t decide(struct refusal *f, const struct ferry_op *const *ops, uint32_t status)
{
    if (is_completion(ops[0]) && (status == 400 || status == 422)) {
        const struct ferry_outcome doubt = {
            .size = sizeof doubt, .code = FERRY_DOUBT, .text = buf_str(&f->text)};
        int32_t rc = f->reply->outcome(f->reply->self, 0, &doubt);
        return rc ? rc : say(f, FERRY_UNSURE); /* the status alone would be a refusal */
    }
    switch (status) {
    case 400:
    case 422:
    case 507: /* the workspace's storage is full: on without the attachment */
        return say(f, FERRY_REFUSED);
    case 413:
        return say(f, FERRY_OVERSIZE);
    case 402:
    case 403:
    case 404:
        return say(f, FERRY_PARKED);
    default:
        return FERRY_OK; /* the host goes by the status */
    }
}

int32_t qase_decode_refusal(const struct ferry_op *const *ops, uint32_t n,
                            const struct ferry_message *answer, const struct ferry_reply *reply)
{
    struct json_doc doc = {NULL};
    /* Whatever item a refused completion names, it is the run's: what it means is said once, by decide(). */
    struct refusal f = {.n = is_completion(ops[0]) ? 0 : n, .ops = ops, .reply = reply};
    if (answer->status < 400 || answer->status >= 600 || answer->status == 401 ||
        answer->status == 408 || answer->status == 429 ||
        (answer->status >= 500 && answer->status != 507)) {
        return FERRY_OK;
    }
    f.told = calloc(n ? n : 1, 1);
    if (!f.told) {
        return FERRY_E_NO_MEMORY;
    }
    buf_init(&f.text, 16384);
    if (json_parse(&doc, answer->body, JSON_STRICT, NULL, NULL) == FERRY_OK) {
        buf_put(&f.text, utf8_cut(words(doc.root), 500));
        if (answer->status == 400 || answer->status == 422) {
            take_fields(&f, doc.root);
        }
    }
    int32_t rc = f.rc ? f.rc : decide(&f, ops, answer->status);
    json_finish(&doc);
    buf_finish(&f.text);
    free(f.told);
    return rc;
}
