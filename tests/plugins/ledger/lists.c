/* SPDX-License-Identifier: MIT */
/*
 * lists.c - the ledger's reads: pages of cases, runs and results, bytes of an attachment. A page names several pages to come. The
 * filters "id" and "run" are sent; all others the host applies itself.
 */
#include "ledger.h"

static const char *list_name(uint32_t noun)
{
    return noun == FERRY_CASE     ? "cases"
           : noun == FERRY_RUN    ? "runs"
           : noun == FERRY_RESULT ? "results"
                                  : NULL;
}

int32_t ledger_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                   const struct ferry_out *out, struct ferry_error *err)
{
    static const char *const known[] = {"id", "run"};
    struct buf b;
    int32_t rc;
    buf_init(&b, LEDGER_REQUEST);
    buf_puts(&b, "/v1/");
    ledger_put_escaped(&b, call->project);
    if (ask->what == FERRY_ASK_FETCH) {
        buf_puts(&b, "/attachments/");
        ledger_put_escaped(&b, ask->name);
    } else if (ask->what == FERRY_ASK_LIST && list_name(ask->noun)) {
        buf_printf(&b, "/%s?offset=", list_name(ask->noun));
        ledger_put_escaped(&b, str_empty(ask->cursor) ? FERRY_LIT("0") : ask->cursor);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            struct ferry_str value = ferry_get(ask->filters, ask->n_filters, ferry_cstr(known[i]));
            if (!str_empty(value) && (i == 0 || ask->noun == FERRY_RESULT)) {
                buf_printf(&b, "&%s=", known[i]);
                ledger_put_escaped(&b, value);
            }
        }
    } else {
        buf_finish(&b);
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "the ledger cannot be asked that");
    }
    out->start(out->self, FERRY_LIT("GET"), buf_str(&b));
    if (ask->what == FERRY_ASK_FETCH) {
        out->spool(out->self, LEDGER_FILE);
    }
    rc = b.failed;
    buf_finish(&b);
    return rc;
}

/* --- one thing of a page ------------------------------------------------------------- */

static struct ferry_ref ref_to(uint32_t noun, struct ferry_str id)
{
    return (struct ferry_ref){
        .size = sizeof(struct ferry_ref), .role = noun, .noun = noun, .id = id};
}

static int32_t say_result(const struct cJSON *v, struct ferry_item *item,
                          const struct ferry_reply *reply)
{
    char run_id[24], case_id[24];
    struct ferry_ref refs[2];
    const struct ferry_ref *list[2];
    struct ferry_str word = json_str(json_get(v, "status"));
    struct ferry_result r = {.size = sizeof r,
                             .name = item->name,
                             .status = ledger_status_of(word),
                             .details = json_str(json_get(v, "stacktrace"))};
    int64_t ms;
    r.message = ledger_unmark(json_str(json_get(v, "comment")), &item->marker);
    if (r.status == 0 || r.status == FERRY_OTHER) {
        r.status = FERRY_OTHER;
        r.status_text = word;
    }
    if (json_int(json_get(v, "time_ms"), &ms)) {
        r.duration_us = ms * 1000;
        r.has |= FERRY_RESULT_HAS_DURATION;
    }
    if (json_int(json_get(v, "start_ms"), &ms)) {
        r.start_ms = ms;
        r.has |= FERRY_RESULT_HAS_START;
    }
    refs[0] = ref_to(FERRY_RUN, json_id(json_get(v, "run_id"), run_id));
    list[item->n_refs++] = &refs[0];
    if (json_has(v, "case_id")) {
        refs[1] = ref_to(FERRY_CASE, json_id(json_get(v, "case_id"), case_id));
        list[item->n_refs++] = &refs[1];
    }
    item->refs = list;
    item->result = &r;
    return reply->item(reply->self, item);
}

static int32_t say_item(uint32_t noun, const struct cJSON *v, const struct ferry_reply *reply)
{
    char scratch[24];
    struct ferry_item item = {.size = sizeof item,
                              .noun = noun,
                              .id = json_id(json_get(v, "id"), scratch),
                              .key = json_str(json_get(v, "key")),
                              .name = json_str(json_get(v, "title"))};
    struct ferry_case c = {
        .size = sizeof c, .title = item.name, .signature = json_str(json_get(v, "signature"))};
    struct ferry_run run = {.size = sizeof run,
                            .title = item.name,
                            .state = json_bool(json_get(v, "complete"), 0) ? FERRY_RUN_COMPLETE
                                                                           : FERRY_RUN_OPEN};
    struct ferry_str description = json_str(json_get(v, "description"));
    if (noun == FERRY_RESULT) {
        return say_result(v, &item, reply);
    }
    description = ledger_unmark(description, &item.marker);
    c.description = run.description = description;
    if (noun == FERRY_CASE) {
        item.test_case = &c;
    } else {
        item.run = &run;
    }
    return reply->item(reply->self, &item);
}

/* A run that someone wants completed: where it is complete, that is the outcome; else nothing was found. */
static int32_t say_completed(const struct ferry_ask *ask, const struct cJSON *v,
                             const struct ferry_reply *reply)
{
    char scratch[24];
    struct ferry_outcome o = {
        .size = sizeof o, .code = FERRY_DONE, .id = json_id(json_get(v, "id"), scratch)};
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < ask->n_ops && !rc; i++) {
        if (ferry_eq(ask->ops[i]->id, o.id) && json_bool(json_get(v, "complete"), 0)) {
            rc = reply->outcome(reply->self, i, &o);
        }
    }
    return rc;
}

int32_t ledger_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    const struct cJSON *items, *next;
    int32_t rc = FERRY_OK;
    (void)call;
    if (answer->status != 200 || ask->what != FERRY_ASK_LIST) {
        return FERRY_OK;
    }
    if (json_parse(&doc, answer->body, JSON_STRICT, "answer", err) != FERRY_OK) {
        if (err) {
            err->status = FERRY_E_PROTOCOL;
        }
        return FERRY_E_PROTOCOL;
    }
    items = json_get(doc.root, "items");
    next = json_get(doc.root, "next");
    if (!json_is_array(items) || !json_is_array(next)) {
        rc = ferry_fail(err, FERRY_E_PROTOCOL, "items", "the page has no items or no next");
    }
    json_each (v, rc ? NULL : items) {
        int completes = ask->n_ops > 0 && ask->ops[0]->kind == LEDGER_COMPLETE_RUN;
        rc = completes ? say_completed(ask, v, reply) : say_item(ask->noun, v, reply);
        if (rc) {
            break;
        }
    }
    json_each (v, rc ? NULL : next) {
        char scratch[24];
        rc = reply->next(reply->self, json_id(v, scratch));
        if (rc) {
            break;
        }
    }
    json_finish(&doc);
    return rc;
}
