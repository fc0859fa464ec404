/* SPDX-License-Identifier: MIT */
/*
 * codec_ask.c - questions: lists of modules, suites, automated tests, suite runs and automated runs; tasks; facts. Lists are in the order of ids, and a page begins
 * behind the last id of the one before: what is deleted meanwhile moves nothing past the reader.
 */
#include "codec.h"

#include <text.h>

#define CASE_FIELDS "id,name,package,class_name,component,external_test_id"
#define RUN_FIELDS  "id,name,description,started,milestone,test"
#define RESULT_FIELDS                                                                                               \
    "id,name,description,native_status,started,duration,error_type,error_message,error_details,package,class_name," \
    "test{id,name,external_test_id}"

static struct ferry_str filter(const struct ferry_ask *ask, const char *name)
{
    return ferry_get(ask->filters, ask->n_filters, ferry_cstr(name));
}

/* A parent is named by its id; what has none is at the top. */
static void list_folders(const struct ferry_ask *ask, struct octane_list *l, struct buf *query)
{
    struct ferry_str title = filter(ask, "title"), folder = filter(ask, "folder");
    int suite = str_is(filter(ask, "of"), "suite");
    l->collection = suite ? "test_suites" : "application_modules";
    l->fields = suite ? "id,name,product_areas" : "id,name,parent";
    if (!str_empty(title)) {
        octane_phrase_text(query, "name", "EQ", title);
    }
    if (octane_is_id(folder)) {
        octane_phrase(query, "%s EQ {id EQ %.*s}", suite ? "product_areas" : "parent",
                      STR_ARG(folder));
    }
}

static void list_cases(const struct ferry_ask *ask, struct octane_list *l, struct buf *query)
{
    struct ferry_str id = filter(ask, "id"), key = filter(ask, "key");
    l->collection = "automated_tests";
    l->fields = CASE_FIELDS;
    if (octane_is_id(id)) {
        octane_phrase(query, "id EQ %.*s", STR_ARG(id));
    } else if (!str_empty(key)) {
        octane_phrase_text(query, "external_test_id", "EQ", key);
    }
}

/* A run that ferry made is looked for by the digits at the end of its name. */
static void list_runs(const struct ferry_call *call, const struct ferry_ask *ask,
                      struct octane_list *l, struct buf *query)
{
    struct ferry_str id = filter(ask, "id"), marker = filter(ask, "marker");
    struct ferry_str title = filter(ask, "title"), suite = octane_option(call, "suite_id");
    char key[9];
    l->collection = "suite_run";
    l->fields = RUN_FIELDS;
    if (octane_is_id(id)) {
        octane_phrase(query, "id EQ %.*s", STR_ARG(id));
    } else if (!str_empty(id)) {
        octane_phrase_text(query, "name", "EQ", id);
    } else if (!str_empty(marker)) {
        octane_key_of(marker, key);
        octane_phrase(query, "name EQ '*%s*'", key);
    } else if (!str_empty(title)) {
        octane_phrase_text(query, "name", "EQ", title);
    }
    if (octane_is_id(suite)) {
        octane_phrase(query, "test EQ {id EQ %.*s}", STR_ARG(suite));
    }
}

/* How many there are, and nothing else: that is said with any page. */
static int counts_only(const struct ferry_ask *ask)
{
    return ask->noun == FERRY_RESULT && str_is(filter(ask, "count"), "1");
}

static void list_results(const struct ferry_ask *ask, struct octane_list *l, struct buf *query)
{
    struct ferry_str run = filter(ask, "run");
    l->collection = "automated_runs";
    l->fields = counts_only(ask)                    ? "id"
                : str_is(filter(ask, "brief"), "1") ? "id,description"
                                                    : RESULT_FIELDS;
    l->limit = counts_only(ask) ? 1 : l->limit;
    if (octane_is_id(run)) {
        octane_phrase(query, "parent_suite EQ {id EQ %.*s}", STR_ARG(run));
    } else if (!str_empty(run)) {
        octane_phrase(query, "parent_suite EQ {name EQ ");
        octane_put_quoted(query, run);
        buf_putc(query, '}');
    }
}

static int32_t put_list(struct buf *target, const struct ferry_call *call,
                        const struct ferry_ask *ask, struct ferry_error *err)
{
    struct octane_list l = {.order = "id", .limit = OCTANE_PAGE};
    struct buf query;
    int32_t rc = FERRY_OK;
    if (!str_empty(ask->cursor) && !octane_is_id(ask->cursor)) {
        return ferry_fail(err, FERRY_E_STATE, "cursor", "\"%.*s\" is not a place in a list here",
                          STR_ARG(utf8_cut(ask->cursor, 60)));
    }
    if (str_empty(ask->cursor) && str_int64(filter(ask, "skip"), &l.offset) && l.offset < 0) {
        l.offset = 0;
    }
    buf_init(&query, OCTANE_BODY);
    switch (ask->noun) {
    case FERRY_FOLDER:
        list_folders(ask, &l, &query);
        break;
    case FERRY_CASE:
        list_cases(ask, &l, &query);
        break;
    case FERRY_RUN:
        list_runs(call, ask, &l, &query);
        break;
    case FERRY_RESULT:
        list_results(ask, &l, &query);
        break;
    default:
        rc = ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Octane has no list of noun %u", ask->noun);
    }
    if (!str_empty(ask->cursor)) {
        octane_phrase(&query, "id GT %.*s", STR_ARG(ask->cursor));
    }
    l.query = buf_str(&query);
    rc = rc ? rc : query.failed;
    rc = rc ? rc : octane_put_list(target, call, &l, err);
    buf_finish(&query);
    return rc;
}

int32_t octane_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                   const struct ferry_out *out, struct ferry_error *err)
{
    struct buf target;
    int32_t rc;
    buf_init(&target, OCTANE_BODY);
    switch (ask->what) {
    case FERRY_ASK_LIST:
        rc = put_list(&target, call, ask, err);
        break;
    case FERRY_ASK_POLL:
        rc = octane_ask_task(&target, call, ask->token, err);
        break;
    case FERRY_ASK_FACT:
        rc = octane_ask_fact(&target, call, ask->name, err);
        break;
    default:
        rc = ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Octane answers no such question");
    }
    rc = rc ? rc : out->start(out->self, FERRY_LIT("GET"), buf_str(&target));
    buf_finish(&target);
    return rc;
}

int32_t octane_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_asks *asks, struct ferry_error *err)
{
    if (n && ops[0]->item && ops[0]->item->noun == FERRY_FOLDER) {
        return octane_find_folders(call, ops, n, asks, err);
    }
    /* Everything else is repeatable: the same bytes again tell. */
    return FERRY_OK;
}

/* --- answers ------------------------------------------------------------------------------------------------ */

static int32_t read_one(void *data, uint32_t index, const struct cJSON *v)
{
    struct octane_reading *r = data;
    char digits[24];
    (void)index;
    struct ferry_str id = json_id(json_get(v, "id"), digits);
    if (!octane_is_id(id)) { /* also of one that is passed over: the next page begins behind it */
        return FERRY_E_PROTOCOL;
    }
    snprintf(r->last, sizeof r->last, "%.*s", STR_ARG(id));
    return octane_read_element(r, v);
}

/* Behind the last one of this page, where there is more: total counts what stood behind the cursor. */
static int32_t tell_next(struct octane_reading *r, int64_t total, int is_capped)
{
    int64_t known = 0;
    if (str_empty(r->ask->cursor)) {
        str_int64(filter(r->ask, "skip"), &known);
    }
    return r->seen > 0 && (known + r->seen < total || is_capped)
               ? r->reply->next(r->reply->self, ferry_cstr(r->last))
               : FERRY_OK;
}

/* A number that the server caps is none. */
static int32_t tell_count(const struct octane_reading *r, int64_t total, int is_capped)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)total);
    return is_capped ? FERRY_OK
                     : r->reply->fact(r->reply->self, FERRY_LIT("count"), ferry_cstr(digits));
}

static int32_t pass_over(void *data, uint32_t index, const struct cJSON *v)
{
    (void)data, (void)index, (void)v;
    return FERRY_OK;
}

static int32_t read_page(struct octane_reading *r, const struct ferry_message *answer,
                         struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct json_doc rest = {NULL};
    int64_t total = 0;
    int counts = counts_only(r->ask);
    int32_t rc = json_elements(answer->body, "data", counts ? pass_over : read_one, r, &rest, &why);
    if (rc == FERRY_OK && !json_int(json_get(rest.root, "total_count"), &total)) {
        rc = octane_not_understood(err, "no \"total_count\"");
    } else if (rc == FERRY_E_INPUT || rc == FERRY_E_PROTOCOL) {
        rc = octane_not_understood(err, why.message[0] ? why.message : "a thing without an id");
    }
    int is_capped = json_bool(json_get(rest.root, "exceeds_total_count"), 0);
    rc = rc ? rc : counts ? tell_count(r, total, is_capped) : tell_next(r, total, is_capped);
    json_finish(&rest);
    return rc;
}

int32_t octane_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    struct octane_reading r = {.call = call, .ask = ask, .reply = reply};
    if (ask->what == FERRY_ASK_POLL) {
        return octane_answer_task(call, ask, answer, reply, err);
    }
    if (!octane_is_success(answer)) {
        return FERRY_OK;
    }
    if (ask->what == FERRY_ASK_FACT) {
        return octane_answer_fact(call, ask, answer, reply, err);
    }
    arena_init(&r.arena, 64 << 20);
    int32_t rc = read_page(&r, answer, err);
    arena_finish(&r.arena);
    return rc;
}
