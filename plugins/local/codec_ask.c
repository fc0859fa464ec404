/* SPDX-License-Identifier: MIT */
/*
 * codec_ask.c - questions: which lists would hold what an operation made, and the request for
 * one page of a list or for an attachment's bytes.
 */
#include "codec.h"

#include <text.h>

enum { MOST_TARGET = 256 * 1024 };

/* --- find ---------------------------------------------------------------------------------- */

static int32_t add_list(const struct ferry_asks *asks, uint32_t noun,
                        const struct ferry_kv *filters, uint32_t n_filters,
                        const struct ferry_op *const *ops, uint32_t n)
{
    const struct ferry_ask ask = {.size = sizeof ask,
                                  .what = FERRY_ASK_LIST,
                                  .noun = noun,
                                  .filters = filters,
                                  .n_filters = n_filters,
                                  .ops = ops,
                                  .n_ops = n};
    return asks->add(asks->self, &ask);
}

static struct ferry_str signature_of(const struct ferry_item *item)
{
    struct ferry_str absent = {NULL, 0};
    return item->test_case ? item->test_case->signature
           : item->result  ? item->result->signature
                           : absent;
}

static struct ferry_str title_of(const struct ferry_item *item)
{
    struct ferry_str title = item->test_case ? item->test_case->title
                             : item->run     ? item->run->title
                                             : item->name;
    return str_trim(title).len ? title : item->name;
}

/* The narrowest thing that an operation's own thing could be found by. */
static struct ferry_kv clue_of(const struct ferry_op *op)
{
    const struct ferry_item *item = op->item;
    uint32_t noun = op->kind & 0xffff;
    struct ferry_str run_id = local_run_of(op);
    struct ferry_kv kv = {FERRY_LIT("id"), run_id};
    if (op->kind == FERRY_OP(FERRY_COMPLETE, FERRY_RUN)) {
        return kv;
    }
    kv = (struct ferry_kv){FERRY_LIT("title"), utf8_cut(title_of(item), LOCAL_TITLE)};
    if (noun == FERRY_ATTACHMENT) {
        struct ferry_str digest = {NULL, 0};
        if (item->attachment && item->attachment->blob) {
            digest = item->attachment->blob->digest;
        }
        kv = (struct ferry_kv){FERRY_LIT("id"), digest};
    } else if (op->marker.len > 0 && noun != FERRY_FIELD) {
        kv = (struct ferry_kv){FERRY_LIT("marker"), op->marker};
    } else if (noun == FERRY_CASE && item->key.len > 0) {
        kv = (struct ferry_kv){FERRY_LIT("key"), item->key};
    } else if (noun == FERRY_CASE && signature_of(item).len > 0) {
        kv = (struct ferry_kv){FERRY_LIT("signature"), signature_of(item)};
    }
    return kv;
}

int32_t local_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                   const struct ferry_asks *asks, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    (void)call;
    if (n > 0 && ops[0]->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        const struct ferry_kv filters[] = {{FERRY_LIT("run"), local_run_of(ops[0])},
                                           {FERRY_LIT("brief"), FERRY_LIT("1")}};
        return add_list(asks, FERRY_RESULT, filters, 2, ops, n);
    }
    for (uint32_t i = 0; rc == FERRY_OK && i < n; i++) {
        if (!ops[i]->item && ops[i]->kind != FERRY_OP(FERRY_COMPLETE, FERRY_RUN)) {
            return ferry_fail(err, FERRY_E_BUG, NULL, "find: an operation without an item");
        }
        struct ferry_kv clue = clue_of(ops[i]);
        rc = add_list(asks, ops[i]->kind & 0xffff, &clue, clue.value.len > 0, &ops[i], 1);
    }
    return rc;
}

/* --- ask ----------------------------------------------------------------------------------- */

static struct ferry_str filter(const struct ferry_ask *ask, const char *name)
{
    return ferry_get(ask->filters, ask->n_filters, ferry_cstr(name));
}

static void put_query(struct buf *b, const char *name, struct ferry_str value)
{
    int first = memchr(b->ptr, '?', b->len) == NULL;
    buf_putc(b, first ? '?' : '&');
    buf_puts(b, name);
    buf_putc(b, '=');
    local_put_encoded(b, value);
}

/*
 * Filters that the service knows by the same name. One that is no number where one is wanted
 * finds nothing there, so it is left out: the host tests each item again.
 */
static void put_filters(struct buf *b, const struct ferry_ask *ask, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        struct ferry_str value = filter(ask, names[i]);
        int number = strcmp(names[i], "run") == 0 || strcmp(names[i], "case") == 0 ||
                     strcmp(names[i], "since_ms") == 0 ||
                     (strcmp(names[i], "id") == 0 && ask->noun != FERRY_ATTACHMENT);
        if (value.ptr && (!number || local_is_number(value))) {
            put_query(b, names[i], value);
        }
    }
}

static int is_brief(const struct ferry_ask *ask)
{
    return ask->noun == FERRY_RESULT && str_is(filter(ask, "brief"), "1");
}

static int32_t put_list(struct buf *b, const struct ferry_call *call, const struct ferry_ask *ask,
                        struct ferry_error *err)
{
    static const char *const of_field[] = {"id", "title", NULL};
    static const char *const of_case[] = {"id", "key", "title", "signature", "marker", NULL};
    static const char *const of_run[] = {"id", "marker", "title", NULL};
    static const char *const of_result[] = {"id", "case", "since_ms", NULL};
    static const char *const of_any_result[] = {"id", "run", "case", "since_ms", NULL};
    static const char *const of_attachment[] = {"id", NULL};
    static const char *const none[] = {NULL};
    struct ferry_str run = filter(ask, "run");
    const char *const *names = none;
    switch (ask->noun) {
    case FERRY_PROJECT:
        buf_puts(b, "/v1/projects");
        break;
    case FERRY_FIELD:
        local_put_path(b, call, "/fields");
        names = of_field;
        break;
    case FERRY_CASE:
        local_put_path(b, call, "/cases");
        names = of_case;
        break;
    case FERRY_RUN:
        local_put_path(b, call, "/runs");
        names = of_run;
        break;
    case FERRY_RESULT:
        names = local_is_number(run) ? of_result : of_any_result;
        if (local_is_number(run)) {
            local_put_path(b, call, "/runs/%.*s/results", STR_ARG(run));
        } else {
            local_put_path(b, call, "/results");
        }
        break;
    case FERRY_ATTACHMENT:
        local_put_path(b, call, "/attachments");
        names = of_attachment;
        break;
    default:
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL,
                          "the local tracker has no list of noun %u", ask->noun);
    }
    put_filters(b, ask, names);
    if (ask->noun == FERRY_CASE && filter(ask, "key").ptr && call->key_field.len > 0) {
        put_query(b, "key_field", call->key_field);
    }
    return FERRY_OK;
}

int local_walks_by_id(const struct ferry_ask *ask)
{
    int may = ask->noun == FERRY_CASE || ask->noun == FERRY_RUN || ask->noun == FERRY_FIELD ||
              (ask->noun == FERRY_RESULT && local_is_number(filter(ask, "run")));
    return may && (!ask->cursor.ptr || str_starts(ask->cursor, "a"));
}

static void put_page(struct buf *b, const struct ferry_call *call, const struct ferry_ask *ask)
{
    uint32_t most = is_brief(ask) ? LOCAL_PAGE_IDS : LOCAL_PAGE;
    char number[24];
    if (!is_brief(ask) && call->max_items > 0 && call->max_items < most) {
        most = call->max_items;
    }
    if (is_brief(ask)) {
        put_query(b, "fields", FERRY_LIT("id"));
    }
    snprintf(number, sizeof number, "%u", most);
    put_query(b, "limit", ferry_cstr(number));
    if (local_walks_by_id(ask)) {
        put_query(b, "after",
                  ask->cursor.ptr ? str_sub(ask->cursor, 1, ask->cursor.len) : FERRY_LIT("0"));
    } else if (ask->cursor.ptr) {
        put_query(b, "offset", ask->cursor);
    }
}

int32_t local_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                  const struct ferry_out *out, struct ferry_error *err)
{
    struct buf target;
    int32_t rc = FERRY_OK;
    struct ferry_str place = ask->cursor;
    int64_t number = 0;
    if (place.ptr && local_walks_by_id(ask)) {
        place = str_sub(place, 1, place.len);
    }
    if (place.ptr && (!str_int64(place, &number) || number < 0)) {
        return ferry_fail(err, FERRY_E_STATE, "cursor", "\"%.*s\" is not a place in a list here",
                          STR_ARG(utf8_cut(ask->cursor, 60)));
    }
    buf_init(&target, MOST_TARGET);
    switch (ask->what) {
    case FERRY_ASK_LIST:
        rc = put_list(&target, call, ask, err);
        if (rc == FERRY_OK) {
            put_page(&target, call, ask);
        }
        break;
    case FERRY_ASK_FETCH:
        local_put_path(&target, call, "/attachments/");
        local_put_encoded(&target, ask->name);
        break;
    default:
        rc = ferry_fail(err, FERRY_E_UNSUPPORTED, NULL,
                        "the local tracker answers no such question");
    }
    if (rc == FERRY_OK && target.failed) {
        rc = ferry_fail(err, target.failed, NULL, "the filters: they do not fit into one request");
    }
    if (rc == FERRY_OK) {
        rc = out->start(out->self, FERRY_LIT("GET"), buf_str(&target));
    }
    if (rc == FERRY_OK && ask->what == FERRY_ASK_FETCH) {
        rc = out->spool(out->self, LOCAL_ATTACHMENT);
    }
    buf_finish(&target);
    return rc;
}
