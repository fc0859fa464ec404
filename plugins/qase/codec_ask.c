/* SPDX-License-Identifier: MIT */
/* codec_ask.c - questions: which lists would hold what an operation made, and the request for one page of a list. */
#include "codec.h"

#include <text.h>

enum { MOST_TARGET = 64 * 1024 };

/* --- find ---------------------------------------------------------------------------------------------------- */

int32_t qase_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                  const struct ferry_asks *asks, struct ferry_error *err)
{
    struct ferry_kv filter = {{NULL, 0}, {NULL, 0}};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .filters = &filter,
                            .n_filters = 1,
                            .ops = ops,
                            .n_ops = n};
    (void)call;
    if (n == 0 || !ops[0]->item) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "find: an operation without an item");
    }
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_CASE): /* no list of Qase's can be asked for a key */
        ask.noun = FERRY_CASE;
        ask.n_filters = 0;
        break;
    case FERRY_OP(FERRY_CREATE, FERRY_RUN):
        ask.noun = FERRY_RUN;
        ask.n_filters = 0;
        break;
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        ask.noun = FERRY_RESULT;
        filter = (struct ferry_kv){FERRY_LIT("run"), qase_run_of(ops[0])};
        break;
    case FERRY_OP(FERRY_COMPLETE, FERRY_RUN):
    case QASE_COMPLETE_RUN:
        ask.noun = FERRY_RUN;
        filter = (struct ferry_kv){FERRY_LIT("id"), qase_run_of(ops[0])};
        break;
    default:
        return FERRY_OK; /* an attachment that nothing names yet is seen by nobody */
    }
    return asks->add(asks->self, &ask);
}

int qase_counts(const struct ferry_ask *ask)
{
    return (ask->noun == FERRY_RESULT || ask->noun == FERRY_CASE) &&
           str_is(ferry_get(ask->filters, ask->n_filters, FERRY_LIT("count")), "1");
}

/* --- ask -------------------------------------------------------------------------------------------------------- */

static struct ferry_str filter(const struct ferry_ask *ask, const char *name)
{
    return ferry_get(ask->filters, ask->n_filters, ferry_cstr(name));
}

void qase_put_query(struct buf *b, const char *name, struct ferry_str value)
{
    buf_putc(b, memchr(b->ptr, '?', b->len) ? '&' : '?');
    buf_puts(b, name);
    buf_putc(b, '=');
    qase_put_encoded(b, value);
}

void qase_put_page(struct buf *b, int64_t offset, int limit)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%d", limit);
    qase_put_query(b, "limit", ferry_cstr(digits));
    snprintf(digits, sizeof digits, "%lld", (long long)offset);
    qase_put_query(b, "offset", ferry_cstr(digits));
}

static void put_time(struct buf *b, const char *name, int64_t seconds)
{
    char text[20];
    qase_time_text(seconds * 1000, text);
    qase_put_query(b, name, ferry_cstr(text));
}

/* 1: the list is one thing, asked for by its id. */
static int put_list(struct buf *b, const struct ferry_call *call, const struct ferry_ask *ask,
                    const struct qase_place *place)
{
    struct ferry_str id = filter(ask, "id"), run = filter(ask, "run"), title = filter(ask, "title");
    switch (ask->noun) {
    case FERRY_FIELD:
        buf_puts(b, "/v1/custom_field");
        qase_put_query(b, "entity", FERRY_LIT("case"));
        return 0;
    case FERRY_CASE:
        if (qase_is_number(id, NULL)) {
            qase_put_path(b, call, "case", "/%.*s", STR_ARG(id));
            return 1;
        }
        qase_put_path(b, call, "case", "%s", "");
        return 0;
    case FERRY_RUN:
        if (qase_is_number(id, NULL)) {
            qase_put_path(b, call, "run", "/%.*s", STR_ARG(id));
            return 1;
        }
        qase_put_path(b, call, "run", "%s", "");
        if (title.len > 0 && title.len <= QASE_TITLE) {
            qase_put_query(b, "search", title);
        }
        return 0;
    default:
        qase_put_path(b, call, "result", "%s", "");
        if (qase_is_number(run, NULL)) {
            qase_put_query(b, "run", run);
        }
        if (place->to_s > 0) {
            put_time(b, "from_end_time", place->from_s);
            put_time(b, "to_end_time", place->to_s);
        }
        return 0;
    }
}

static int32_t write_list(struct buf *b, const struct ferry_call *call, const struct ferry_ask *ask,
                          const struct qase_place *place, const struct ferry_out *out,
                          struct ferry_error *err)
{
    char scratch[300];
    struct ferry_str fact = qase_key_fact(call, scratch);
    if (ask->noun != FERRY_FIELD && ask->noun != FERRY_CASE && ask->noun != FERRY_RUN &&
        ask->noun != FERRY_RESULT) {
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Qase has no list of noun %u", ask->noun);
    }
    fact = ask->noun == FERRY_CASE ? fact : FERRY_LIT("configurations");
    if ((ask->noun == FERRY_CASE ||
         (ask->noun == FERRY_RUN && str_is(filter(ask, "detail"), "1"))) &&
        !ferry_get(call->facts, call->n_facts, fact).ptr) {
        out->need(
            out->self,
            fact); /* which of its fields a case holds its key in; what a run's configurations are called */
        return FERRY_E_NEED;
    }
    if (!put_list(b, call, ask, place)) {
        qase_put_page(b, place->offset, qase_counts(ask) ? 1 : QASE_PAGE);
    }
    return FERRY_OK;
}

int32_t qase_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                 const struct ferry_out *out, struct ferry_error *err)
{
    struct qase_place place;
    struct buf target;
    int32_t rc = FERRY_OK;
    if (!qase_place_of(ask, &place)) {
        return ferry_fail(err, FERRY_E_STATE, "cursor", "\"%.*s\" is not a place in a list here",
                          STR_ARG(utf8_cut(ask->cursor, 60)));
    }
    buf_init(&target, MOST_TARGET);
    switch (ask->what) {
    case FERRY_ASK_LIST:
        rc = write_list(&target, call, ask, &place, out, err);
        break;
    case FERRY_ASK_FACT:
        qase_ask_fact(&target, call, ask->name, place.offset);
        break;
    case FERRY_ASK_FETCH: /* by its URL, which may be of another host */
        buf_put(&target, ask->name);
        break;
    default:
        rc = ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Qase answers no such question");
    }
    if (rc == FERRY_OK && target.failed) {
        rc = ferry_fail(err, target.failed, NULL, "the filters are too long for one request");
    }
    if (rc == FERRY_OK) {
        rc = out->start(out->self, FERRY_LIT("GET"), buf_str(&target));
    }
    if (rc == FERRY_OK && ask->what == FERRY_ASK_FETCH) {
        rc = out->spool(out->self, QASE_FILE_BYTES);
    }
    buf_finish(&target);
    return rc;
}
