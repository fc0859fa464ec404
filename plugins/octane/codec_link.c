/* SPDX-License-Identifier: MIT */
/*
 * codec_link.c - stories linked when the results are there ("link": "after", "both"): the end of a task is followed by a look for the automated runs that it made, by
 * the ids in their descriptions, and that by what they cover from now on. Both may be sent again: what is appended twice is there once. That a link is
 * refused costs the link alone.
 *
 * Fact: "coverage of runs" ("1": automated runs have the field, else their tests have).
 */
#include "codec.h"

#include <text.h>

enum { MOST_STORIES = 64 };
#define COVERAGE "coverage of runs"

int octane_links_after(const struct ferry_call *call)
{
    struct ferry_str link = octane_option(call, "link");
    return str_is(link, "after") || str_is(link, "both");
}

int32_t octane_follow_with_link(const struct ferry_call *call, const struct ferry_ask *ask,
                                uint32_t index, const struct ferry_reply *reply)
{
    struct ferry_str ids[MOST_STORIES];
    const struct ferry_follow follow = {
        .size = sizeof follow, .kind = OCTANE_FIND_RUN, .flags = FERRY_FOLLOW_OPTIONAL};
    if (!octane_links_after(call) || !ask->ops[index]->item ||
        octane_stories_of(call, ask->ops[index], ids, MOST_STORIES) == 0) {
        return FERRY_OK;
    }
    return reply->follow(reply->self, index, &follow);
}

/* --- which automated run it is ------------------------------------------------------------------------- */

static int32_t encode_look(const struct ferry_call *call, const struct ferry_op *const *ops,
                           uint32_t n, const struct ferry_out *out, uint32_t *taken,
                           struct ferry_error *err)
{
    struct octane_run run;
    struct buf query, target;
    buf_init(&query, OCTANE_BODY);
    buf_init(&target, OCTANE_BODY);
    int32_t rc = octane_run_of(call, ops[0], out, &run, err);
    if (rc == FERRY_OK) {
        octane_phrase(&query, "parent_suite EQ {name EQ ");
        octane_put_quoted(&query, run.name);
        buf_puts(&query, "};(");
        for (uint32_t i = 0; i < n; i++) {
            buf_printf(&query, "%sdescription EQ '*" OCTANE_WIRE "%.*s*'", i ? "||" : "",
                       STR_ARG(ops[i]->wire_id));
        }
        buf_putc(&query, ')');
        const struct octane_list list = {.collection = "automated_runs",
                                         .query = buf_str(&query),
                                         .fields = "id,description,test",
                                         .order = "id",
                                         .limit = OCTANE_PAGE};
        rc = query.failed ? query.failed : octane_put_list(&target, call, &list, err);
    }
    rc = rc ? rc : out->start(out->self, FERRY_LIT("GET"), buf_str(&target));
    *taken = n;
    buf_finish(&target);
    buf_finish(&query);
    return rc;
}

static int names(struct ferry_str description, struct ferry_str wire)
{
    return wire.len && description.len >= wire.len &&
           memmem(description.ptr, (size_t)description.len, wire.ptr, (size_t)wire.len) != NULL;
}

static int32_t tell_found(const struct cJSON *run, uint32_t index, const struct ferry_reply *reply)
{
    char of_run[24], of_test[24];
    const struct ferry_kv extra[] = {
        {FERRY_LIT("automated_run"), json_id(json_get(run, "id"), of_run)},
        {FERRY_LIT("test"), json_id(json_get(json_get(run, "test"), "id"), of_test)}};
    const struct ferry_outcome done = {
        .size = sizeof done, .code = FERRY_DONE, .extra = extra, .n_extra = 2};
    const struct ferry_follow follow = {
        .size = sizeof follow, .kind = OCTANE_LINK_RUN, .flags = FERRY_FOLLOW_OPTIONAL};
    int32_t rc = reply->outcome(reply->self, index, &done);
    return rc ? rc : reply->follow(reply->self, index, &follow);
}

static int32_t tell_not_shown(uint32_t index, const struct ferry_reply *reply)
{
    const struct ferry_outcome done = {.size = sizeof done, .code = FERRY_DONE};
    const struct ferry_note note = {
        .size = sizeof note,
        .kind = FERRY_NOTE_SKIPPED,
        .field = FERRY_LIT("jira"),
        .text = FERRY_LIT("its automated run is not shown (yet), so no story was linked; "
                          "`ferry octane link` does it later")};
    int32_t rc = reply->outcome(reply->self, index, &done);
    return rc ? rc : reply->note(reply->self, index, &note);
}

static int32_t decode_look(const struct ferry_op *const *ops, uint32_t n, const struct cJSON *data,
                           const struct ferry_reply *reply)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        const struct cJSON *found = NULL;
        json_each (run, data) {
            found = found                                                            ? found
                    : names(json_str(json_get(run, "description")), ops[i]->wire_id) ? run
                                                                                     : NULL;
        }
        rc = found ? tell_found(found, i, reply) : tell_not_shown(i, reply);
    }
    return rc;
}

/* --- what it covers -------------------------------------------------------------------------------------- */

int octane_is_link_fact(struct ferry_str fact)
{
    return str_is(fact, COVERAGE);
}

int32_t octane_ask_coverage(struct buf *target, const struct ferry_call *call,
                            struct ferry_error *err)
{
    struct octane_list list = {.collection = "metadata/fields"};
    struct buf query;
    buf_init(&query, OCTANE_BODY);
    octane_phrase_text(&query, "entity_name", "EQ", FERRY_LIT("run_automated"));
    octane_phrase_text(&query, "name", "EQ", FERRY_LIT("covered_content"));
    list.query = buf_str(&query);
    int32_t rc = octane_put_list(target, call, &list, err);
    buf_finish(&query);
    return rc;
}

int32_t octane_answer_coverage(const struct cJSON *data, const struct ferry_reply *reply)
{
    int is = 0;
    json_each (v, data) {
        is |= str_is(json_str(json_get(v, "name")), "covered_content") &&
              json_bool(json_get(v, "editable"), 1);
    }
    return reply->fact(reply->self, FERRY_LIT(COVERAGE), is ? FERRY_LIT("1") : FERRY_LIT(""));
}

static struct ferry_str carrier_of(const struct ferry_op *op, int on_runs)
{
    return ferry_get(op->extra, op->n_extra, ferry_cstr(on_runs ? "automated_run" : "test"));
}

/* Of a thing that is there already a request says nothing more: its next results go with another one. */
static int is_said(const struct ferry_op *const *ops, uint32_t i, int on_runs)
{
    for (uint32_t k = 0; k < i; k++) {
        if (ferry_eq(carrier_of(ops[k], on_runs), carrier_of(ops[i], on_runs))) {
            return 1;
        }
    }
    return 0;
}

static void put_cover(struct json_out *j, const struct ferry_call *call, const struct ferry_op *op,
                      int on_runs)
{
    struct ferry_str ids[MOST_STORIES];
    uint32_t n = octane_stories_of(call, op, ids, MOST_STORIES);
    json_open(j, '{');
    json_member(j, "id", carrier_of(op, on_runs));
    json_key(j, "covered_content");
    json_open(j, '{');
    json_key(j, "data");
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_member(j, "type", FERRY_LIT("story"));
        json_member(j, "id", ids[i]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, '}');
}

static int32_t encode_cover(const struct ferry_call *call, const struct ferry_op *const *ops,
                            uint32_t n, const struct ferry_out *out, uint32_t *taken,
                            struct ferry_error *err)
{
    struct ferry_str known = ferry_get(call->facts, call->n_facts, FERRY_LIT(COVERAGE));
    int on_runs = !str_empty(known);
    struct buf target, body;
    if (!known.ptr) {
        int32_t needed = out->need(out->self, FERRY_LIT(COVERAGE));
        return needed ? needed : FERRY_E_NEED;
    }
    buf_init(&target, 8192);
    buf_init(&body, 4 * OCTANE_BODY);
    struct json_out j = json_to(&body);
    json_open(&j, '{');
    json_key(&j, "data");
    json_open(&j, '[');
    for (*taken = 0; *taken < n && !is_said(ops, *taken, on_runs); ++*taken) {
        put_cover(&j, call, ops[*taken], on_runs);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    int32_t rc =
        octane_put_path(&target, call, on_runs ? "/automated_runs" : "/automated_tests", err);
    buf_puts(&target, "?reference_update_mode=append");
    rc = rc ? rc : body.failed ? body.failed : target.failed;
    if (rc == FERRY_OK) {
        out->start(out->self, FERRY_LIT("PUT"), buf_str(&target));
        out->header(out->self, FERRY_LIT("content-type"));
        out->text(out->self, FERRY_LIT("application/json"));
        out->body(out->self);
        rc = out->text(out->self, buf_str(&body));
    }
    buf_finish(&body);
    buf_finish(&target);
    return rc;
}

/* Those that the answer names are linked; where it names fewer, the others are in doubt, and sent again. */
static int32_t decode_cover(const struct ferry_op *const *ops, uint32_t n, const struct cJSON *data,
                            const struct ferry_reply *reply)
{
    char digits[24];
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        json_each (v, data) {
            struct ferry_str id = json_id(json_get(v, "id"), digits);
            const struct ferry_outcome done = {.size = sizeof done, .code = FERRY_DONE};
            if (ferry_eq(id, carrier_of(ops[i], 1)) || ferry_eq(id, carrier_of(ops[i], 0))) {
                rc = reply->outcome(reply->self, i, &done);
                break;
            }
        }
    }
    return rc;
}

/* --- both ----------------------------------------------------------------------------------------------------- */

int32_t octane_encode_link(const struct ferry_call *call, const struct ferry_op *const *ops,
                           uint32_t n, const struct ferry_out *out, uint32_t *taken,
                           struct ferry_error *err)
{
    return ops[0]->kind == OCTANE_FIND_RUN ? encode_look(call, ops, n, out, taken, err)
                                           : encode_cover(call, ops, n, out, taken, err);
}

int32_t octane_decode_link(const struct ferry_op *const *ops, uint32_t n,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    const struct cJSON *data = json_get(doc.root, "data");
    if (answer->status == 409 && (rc || !json_is_array(data))) {
        rc = FERRY_OK; /* none is, and why was told */
    } else if (rc || !json_is_array(data)) {
        rc = octane_not_understood(err, rc ? why.message : "no list of automated runs");
    } else if (ops[0]->kind == OCTANE_FIND_RUN) {
        rc = decode_look(ops, n, data, reply);
    } else {
        rc = decode_cover(ops, n, data, reply);
    }
    json_finish(&doc);
    return rc;
}
