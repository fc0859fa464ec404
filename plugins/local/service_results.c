/* SPDX-License-Identifier: MIT */
/*
 * service_results.c - results coming in: up to 2000 a request, each with an id of the client's
 * that a run holds once. Three passes: read and check every item into memory, look up what they
 * name, write. So a refusal has written nothing, and says of each bad item what is wrong.
 */
#include "service_results.h"

#include "shape.h"

#include <text.h>

void local_batch_spoil(struct batch *b, uint32_t index, uint32_t status, const char *member,
                       const char *message)
{
    if (b->bad++ == 0) {
        local_refuse_items(b->h, status);
    }
    if (b->bad <= LOCAL_MISTAKES) {
        local_refuse_item(b->h, index, member, message);
    }
    if (status == 400 || b->bad_status == 0) {
        b->bad_status = status;
    }
}

/* --- pass one: reading ----------------------------------------------------------------- */

static uint32_t count_digests(const struct cJSON *v)
{
    uint32_t n = json_count(json_get(v, "attachments"));
    json_each (step, json_get(v, "steps")) {
        n += count_digests(step);
    }
    return n;
}

static uint32_t take_digests(struct http *h, const struct cJSON *v, struct ferry_str *out,
                             uint32_t n)
{
    json_each (attachment, json_get(v, "attachments")) {
        out[n++] = arena_str(&h->arena, json_str(json_get(attachment, "digest")));
    }
    json_each (step, json_get(v, "steps")) {
        n = take_digests(h, step, out, n);
    }
    return n;
}

/* Every blob that the result names, at any depth, and its long texts. */
static void collect_digests(struct http *h, const struct cJSON *v, struct incoming *row)
{
    static const char *const texts[] = {"details_blob", "stdout_blob", "stderr_blob"};
    uint32_t n = count_digests(v) + 3;
    struct ferry_str *digests =
        n > 3 || json_has(v, texts[0]) || json_has(v, texts[1]) || json_has(v, texts[2])
            ? arena_array(&h->arena, struct ferry_str, n)
            : NULL;
    if (!digests) {
        return;
    }
    n = take_digests(h, v, digests, 0);
    for (int i = 0; i < 3; i++) {
        if (json_has(v, texts[i])) {
            digests[n++] = arena_str(&h->arena, json_str(json_get(v, texts[i])));
        }
    }
    row->digests = digests;
    row->n_digests = n;
}

/* What is stored of it: the whole item but for what has a column. */
static struct ferry_str stored_body(struct batch *b, const struct cJSON *v)
{
    buf_reset(&b->text);
    struct json_out j = json_to(&b->text);
    json_open(&j, '{');
    json_each (member, v) {
        struct ferry_str name = json_name(member);
        if (!str_is(name, "id") && !str_is(name, "case_id") && !str_is(name, "title")) {
            json_key_str(&j, name);
            json_put_value(&j, member);
        }
    }
    json_close(&j, '}');
    if (b->text.failed) {
        b->h->arena.failed = b->text.failed;
    }
    return arena_str(&b->h->arena, buf_str(&b->text));
}

static struct ferry_value optional_int(const struct cJSON *v, const char *name)
{
    struct ferry_value none = {FERRY_NULL, 0, 0, 0, {NULL, 0}};
    int64_t n = 0;
    return json_int(json_get(v, name), &n) ? ferry_int(n) : none;
}

static void take_row(struct batch *b, const struct cJSON *v, struct incoming *row)
{
    struct arena *a = &b->h->arena;
    row->wire_id = arena_str(a, json_str(json_get(v, "id")));
    row->wire_key = local_hash(row->wire_id);
    row->signature = arena_str(a, json_str(json_get(v, "signature")));
    row->title = json_str(json_get(v, "title"));
    if (str_trim(row->title).len == 0) {
        row->title = json_str(json_get(v, "name"));
    }
    row->title = arena_str(a, str_trim(row->title).len ? row->title : row->signature);
    row->key = arena_str(a, json_str(json_get(v, "key")));
    row->status =
        ferry_cstr(ferry_result_status_text(local_status(json_str(json_get(v, "status")))));
    row->start_ms = optional_int(v, "start_ms");
    row->duration_us = optional_int(v, "duration_us");
    json_int(json_get(v, "case_id"), &row->case_id);
    collect_digests(b->h, v, row);
    row->body = stored_body(b, v);
}

static int32_t read_item(void *data, uint32_t index, const struct cJSON *v)
{
    struct batch *b = data;
    struct ferry_error err = {.size = sizeof err};
    if (index >= LOCAL_RESULTS) {
        return FERRY_E_STOP;
    }
    b->n = index + 1;
    if (local_shape_check(v, &local_shape_result, &err)) {
        local_batch_spoil(b, index, 400, err.where, err.message);
        return FERRY_OK;
    }
    take_row(b, v, &b->rows[index]);
    if (!b->rows[index].case_id && str_trim(b->rows[index].signature).len == 0) {
        local_batch_spoil(b, index, 422, "case_id",
                          "names no case: neither by case_id nor by signature");
    }
    return b->h->arena.failed;
}

/* The rest of the document, once its items are out. 0: refused. */
static int read_envelope(struct batch *b, const struct cJSON *rest)
{
    struct http *h = b->h;
    if (!json_is_object(rest) || !json_is_array(json_get(rest, "results"))) {
        local_refuse(h, 400, "bad_member", "wanted {\"results\": [...]}");
        return 0;
    }
    json_each (member, rest) {
        struct ferry_str name = json_name(member);
        if (!str_is(name, "results") && !str_is(name, "key_field")) {
            local_refuse(h, 400, "bad_member", "unknown member \"%.*s\"",
                         STR_ARG(utf8_cut(name, 60)));
            return 0;
        }
    }
    const struct cJSON *field = json_get(rest, "key_field");
    struct ferry_str title = str_trim(json_str(field));
    if (field && (title.len == 0 || title.len > (uint64_t)LOCAL_TITLE * 3)) {
        local_refuse(h, 400, "bad_member", "key_field: wanted the title of a custom field");
        return 0;
    }
    b->key_field = arena_str(&h->arena, title);
    if (b->n == 0) {
        local_refuse(h, 400, "bad_count", "no results; wanted 1 to %d", LOCAL_RESULTS);
        return 0;
    }
    return 1;
}

static int read_batch(struct batch *b, int32_t *rc)
{
    struct http *h = b->h;
    struct json_doc rest = {NULL};
    struct ferry_error err = {.size = sizeof err};
    *rc = FERRY_OK;
    if (h->request->body.len > LOCAL_BODY) {
        local_refuse(h, 413, "too_large", "the body is longer than %d bytes", LOCAL_BODY);
        return 0;
    }
    int32_t status = json_elements(h->request->body, "results", read_item, b, &rest, &err);
    int ok = 0;
    if (h->arena.failed) {
        *rc = ferry_fail(h->err, h->arena.failed, NULL, "the results do not fit into memory");
    } else if (status == FERRY_E_STOP) {
        local_refuse(h, 413, "too_many", "more than %d results", LOCAL_RESULTS);
    } else if (status) {
        local_refuse_json(h, &err);
    } else {
        ok = read_envelope(b, rest.root);
    }
    json_finish(&rest);
    return ok;
}

/* --- the route ---------------------------------------------------------------------------- */

static void answer_batch(struct batch *b)
{
    struct json_out *j = &b->h->json;
    json_open(j, '{');
    json_key(j, "results");
    json_open(j, '[');
    for (uint32_t i = 0; i < b->n; i++) {
        const struct incoming *r = &b->rows[i];
        json_open(j, '{');
        json_member_int(j, "id", r->id);
        json_member(j, "client_id", r->wire_id);
        json_member_int(j, "case_id", r->case_id);
        json_key(j, "existed");
        json_put_bool(j, r->existed);
        json_key(j, "case_created");
        json_put_bool(j, r->case_created);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    b->h->status = 200;
}

int32_t local_results_post(struct http *h)
{
    static const char *const none[] = {NULL};
    struct batch b = {.h = h};
    struct ferry_str state;
    int32_t rc = FERRY_OK;
    if (!local_query_only(h, none) || !local_run_there(h, h->id, &state, &rc)) {
        return rc;
    }
    b.rows = arena_array(&h->arena, struct incoming, LOCAL_RESULTS);
    if (!b.rows) {
        return ferry_fail(h->err, FERRY_E_NO_MEMORY, NULL, "out of memory");
    }
    buf_init(&b.text, LOCAL_BODY * 2);
    if (!read_batch(&b, &rc)) {
        goto out;
    }
    if (!b.bad) {
        rc = local_batch_look_up(&b);
    }
    if (rc == FERRY_OK && b.bad) {
        local_refuse_end(h);
        h->status = b.bad_status;
    } else if (rc == FERRY_OK) {
        rc = local_batch_write(&b, state);
        answer_batch(&b);
    }
out:
    buf_finish(&b.text);
    return rc;
}
