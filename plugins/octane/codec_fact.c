/* SPDX-License-Identifier: MIT */
/* codec_fact.c - what has to be known of a workspace: its root module, a suite run that was there before, a milestone by its name. */
#include "codec.h"

#include <text.h>

enum { MOST_NAME = 2048 };

/* Where a fact is looked up. `by` is the field that its name is compared with, or a phrase where it has none. */
static const struct kind {
    const char *kind, *collection, *by, *fields;
    int by_id;
} kinds[] = {
    {OCTANE_ROOT, "application_modules", NULL, "id,name", 0},
    {"milestone", "milestones", "name", "id,name", 0},
    {"suite run", "suite_run", "name", "id,name,test", 1},
};

struct ferry_str octane_fact_name(struct buf *b, const char *kind, struct ferry_str name)
{
    buf_printf(b, "%s ", kind);
    buf_put(b, name);
    return buf_str(b);
}

struct ferry_str octane_fact(const struct ferry_call *call, const char *kind, struct ferry_str name)
{
    struct buf b;
    buf_init(&b, MOST_NAME);
    struct ferry_str value =
        ferry_get(call->facts, call->n_facts, octane_fact_name(&b, kind, name));
    buf_finish(&b);
    return value;
}

static const struct kind *kind_of(struct ferry_str fact, struct ferry_str *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint64_t n = ferry_cstr(kinds[i].kind).len;
        if (str_starts(fact, kinds[i].kind) && (fact.len == n || fact.ptr[n] == ' ')) {
            *name = str_sub(fact, n + 1, fact.len);
            return &kinds[i];
        }
    }
    return NULL;
}

int32_t octane_ask_fact(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                        struct ferry_error *err)
{
    struct ferry_str name;
    const struct kind *kind = kind_of(fact, &name);
    struct buf query;
    if (octane_is_jira_fact(fact)) {
        return octane_ask_jira(target, call, fact, err);
    }
    if (octane_is_link_fact(fact)) {
        return octane_ask_coverage(target, call, err);
    }
    if (!kind) {
        return ferry_fail(err, FERRY_E_STATE, "fact", "\"%.*s\" is not a fact of Octane",
                          STR_ARG(utf8_cut(fact, 60)));
    }
    buf_init(&query, OCTANE_BODY);
    if (!kind->by) {
        octane_phrase(&query, "parent EQ {null}");
    } else if (kind->by_id && octane_is_id(name)) {
        octane_phrase(&query, "id EQ %.*s", STR_ARG(name));
    } else {
        octane_phrase_text(&query, kind->by, "EQ", name);
    }
    const struct octane_list list = {.collection = kind->collection,
                                     .query = buf_str(&query),
                                     .fields = kind->fields,
                                     .order = "id",
                                     .limit = OCTANE_PAGE};
    int32_t rc = octane_put_list(target, call, &list, err);
    buf_finish(&query);
    return rc;
}

static int32_t tell(const struct ferry_ask *ask, const struct kind *kind, const struct cJSON *v,
                    const struct ferry_reply *reply)
{
    char digits[24], suite[24];
    struct ferry_str id = json_id(json_get(v, "id"), digits);
    struct buf value;
    if (!kind->by_id) {
        return octane_is_id(id) ? reply->fact(reply->self, ask->name, id) : FERRY_E_PROTOCOL;
    }
    buf_init(&value, MOST_NAME);
    buf_put(&value, json_id(json_get(json_get(v, "test"), "id"), suite));
    buf_putc(&value, '\t');
    buf_put(&value, json_str(json_get(v, "name")));
    int32_t rc = value.failed ? value.failed : reply->fact(reply->self, ask->name, buf_str(&value));
    buf_finish(&value);
    return rc;
}

int32_t octane_answer_fact(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    struct ferry_str name;
    const struct kind *kind = kind_of(ask->name, &name);
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    const struct cJSON *data = json_get(doc.root, "data");
    int of_jira = octane_is_jira_fact(ask->name), of_link = octane_is_link_fact(ask->name);
    if (rc || (!kind && !of_jira && !of_link) || !json_is_array(data)) {
        rc = octane_not_understood(err, rc ? why.message : "no list");
    } else if (of_jira) {
        rc = octane_answer_jira(call, ask->name, data, reply);
    } else if (of_link) {
        rc = octane_answer_coverage(data, reply);
    } else if (json_count(data) == 0) {
        rc = reply->fact(reply->self, ask->name, FERRY_LIT(""));
    }
    json_each (v, rc || of_jira || of_link ? NULL : data) {
        rc = rc ? rc : tell(ask, kind, v, reply);
    }
    json_finish(&doc);
    return rc == FERRY_E_PROTOCOL && !err->message[0] ? octane_not_understood(err, "no id") : rc;
}
