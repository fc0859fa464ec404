/* SPDX-License-Identifier: MIT */
/*
 * service_results.c - results coming in: up to 1000 a request, each with an id of the client's that a run holds once. Three
 * passes: read and check every item into memory, look up what they name, write. So a refusal has written nothing,
 * and says of each bad item what is wrong.
 */
#include "service.h"

#include "shape.h"

#include <text.h>

/* One result between the passes; texts in the arena. */
struct incoming {
    struct ferry_str wire_id, signature, title, key, status, body;
    struct ferry_value start_ms, duration_us;
    const struct ferry_str *digests;
    uint32_t n_digests;
    int64_t case_id, id;
    int existed, case_created;
};

struct batch {
    struct http *h;
    struct incoming *rows;
    uint32_t n, bad;
    uint32_t bad_status; /* 400 where any item is malformed, else 422 */
    struct buf text;     /* of the item in hand */
    struct ferry_str key_field;
};

static void spoil(struct batch *b, uint32_t index, uint32_t status, const char *member,
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
        spoil(b, index, 400, err.where, err.message);
        return FERRY_OK;
    }
    take_row(b, v, &b->rows[index]);
    if (!b->rows[index].case_id && str_trim(b->rows[index].signature).len == 0) {
        spoil(b, index, 422, "case_id", "names no case: neither by case_id nor by signature");
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
        local_refuse(h, 400, "bad_json", "%s", err.message);
    } else {
        ok = read_envelope(b, rest.root);
    }
    json_finish(&rest);
    return ok;
}

/* --- pass two: looking ------------------------------------------------------------------ */

static int32_t take_known(void *data, const struct ferry_value *row, uint32_t n)
{
    struct incoming *r = data;
    (void)n;
    r->id = row[0].i;
    r->case_id = row[1].i;
    r->existed = 1;
    return FERRY_OK;
}

static int32_t look_up_known(struct batch *b, struct incoming *r)
{
    return local_sql_rows(
        b->h, take_known, r,
        "SELECT id, case_id FROM result WHERE project = ? AND run_id = ? AND wire_id = ?", "iis",
        b->h->project, b->h->id, r->wire_id);
}

static int32_t check_named(struct batch *b, uint32_t index)
{
    struct incoming *r = &b->rows[index];
    int64_t found = 0;
    int32_t rc = FERRY_OK;
    char message[160];
    if (r->case_id) {
        rc = local_sql_int(b->h, 0, &found, "SELECT id FROM test_case WHERE project = ? AND id = ?",
                           "ii", b->h->project, r->case_id);
        if (rc == FERRY_OK && !found) {
            snprintf(message, sizeof message, "no case %lld in this project",
                     (long long)r->case_id);
            spoil(b, index, 422, "case_id", message);
        }
    }
    for (uint32_t i = 0; rc == FERRY_OK && i < r->n_digests; i++) {
        int there = 0;
        rc = local_attachment_there(b->h, r->digests[i], &there);
        if (rc == FERRY_OK && !there) {
            snprintf(message, sizeof message, "%.*s was not put into this project",
                     STR_ARG(r->digests[i]));
            spoil(b, index, 422, "attachments", message);
            break;
        }
    }
    return rc;
}

static int32_t look_up(struct batch *b)
{
    int64_t known = 0;
    int32_t rc = local_run_total(b->h, b->h->id, &known);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        if (known > 0) {
            rc = look_up_known(b, &b->rows[i]);
        }
        if (rc == FERRY_OK && !b->rows[i].existed) {
            rc = check_named(b, i);
        }
    }
    return rc;
}

/* --- pass three: writing ------------------------------------------------------------------ */

static int32_t match_case(struct batch *b, struct incoming *r)
{
    struct http *h = b->h;
    int32_t rc = local_sql_int(h, 0, &r->case_id,
                               "SELECT id FROM test_case WHERE project = ? AND signature = ? "
                               "ORDER BY id LIMIT 1",
                               "is", h->project, r->signature);
    if (rc == FERRY_OK && !r->case_id) {
        rc = local_case_create_for(h, r->title, r->signature, b->key_field, r->key, &r->case_id);
        r->case_created = 1;
    }
    return rc;
}

static int32_t insert_result(struct batch *b, struct incoming *r, int64_t id)
{
    struct http *h = b->h;
    const struct ferry_value args[] = {
        ferry_int(h->project),      ferry_int(h->id),      ferry_int(id), ferry_text(r->wire_id),
        ferry_int(r->case_id),      ferry_text(r->status), r->start_ms,   r->duration_us,
        ferry_int(h->call->now_ms), ferry_text(r->body)};
    r->id = id;
    return h->sql->run(h->sql->self,
                       FERRY_LIT("INSERT INTO result (project, run_id, id, wire_id, case_id,"
                                 " status, start_ms, duration_us, created_ms, body)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                       args, sizeof args / sizeof *args, NULL, NULL, h->err);
}

/* The same id twice in one request: the second is the first. */
static int32_t insert_unless_twin(struct batch *b, uint32_t i, const uint32_t *twin, int64_t id)
{
    struct incoming *r = &b->rows[i];
    if (twin[i] != i) {
        const struct incoming *first = &b->rows[twin[i]];
        r->id = first->id;
        r->case_id = first->case_id;
        r->existed = 1;
        return FERRY_OK;
    }
    int32_t rc = r->case_id ? FERRY_OK : match_case(b, r);
    return rc ? rc : insert_result(b, r, id);
}

/* twin[i]: the first row with the same id, i itself where it is the first. Open addressing over the ids. */
static uint32_t *find_twins(struct batch *b)
{
    enum { SLOTS = LOCAL_RESULTS * 4 };
    uint32_t *twin = arena_array(&b->h->arena, uint32_t, LOCAL_RESULTS + SLOTS);
    uint32_t *slots = twin ? twin + LOCAL_RESULTS : NULL; /* row + 1 */
    for (uint32_t i = 0; twin && i < b->n; i++) {
        uint64_t hash = 14695981039346656037u;
        for (uint64_t k = 0; k < b->rows[i].wire_id.len; k++) {
            hash = (hash ^ (unsigned char)b->rows[i].wire_id.ptr[k]) * 1099511628211u;
        }
        uint32_t at = (uint32_t)(hash % SLOTS);
        while (slots[at] && !ferry_eq(b->rows[slots[at] - 1].wire_id, b->rows[i].wire_id)) {
            at = (at + 1) % SLOTS;
        }
        twin[i] = slots[at] ? slots[at] - 1 : i;
        slots[at] = slots[at] ? slots[at] : i + 1;
    }
    return twin;
}

/* The counts of the run's statuses; n results are new. */
static int32_t count_new(struct batch *b)
{
    int64_t n[FERRY_OTHER + 1] = {0};
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < b->n; i++) {
        if (!b->rows[i].existed) {
            n[local_status(b->rows[i].status)]++;
        }
    }
    for (uint32_t s = FERRY_PASSED; rc == FERRY_OK && s <= FERRY_OTHER; s++) {
        if (n[s] > 0) {
            rc = local_sql_run(
                b->h,
                "INSERT INTO result_count (project, run_id, status, n) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (project, run_id, status) "
                "DO UPDATE SET n = result_count.n + excluded.n",
                "iisi", b->h->project, b->h->id, ferry_cstr(ferry_result_status_text(s)), n[s]);
        }
    }
    return rc;
}

static int32_t write_batch(struct batch *b, struct ferry_str state)
{
    struct http *h = b->h;
    uint32_t *twin = find_twins(b);
    int64_t fresh = 0, id = 0;
    int32_t rc = twin ? FERRY_OK : FERRY_E_NO_MEMORY;
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        fresh += !b->rows[i].existed && twin[i] == i;
    }
    if (rc || fresh == 0) {
        return rc;
    }
    rc = local_sql_reserve(h, "result", fresh, &id);
    for (uint32_t i = 0; rc == FERRY_OK && i < b->n; i++) {
        if (!b->rows[i].existed) {
            rc = insert_unless_twin(b, i, twin, id);
            id += twin[i] == i;
        }
    }
    if (rc == FERRY_OK) {
        rc = count_new(b);
    }
    if (rc == FERRY_OK && str_is(state, "complete")) {
        rc = local_sql_run(h,
                           "UPDATE run SET state = 'open', completed_ms = NULL "
                           "WHERE project = ? AND id = ?",
                           "ii", h->project, h->id);
    }
    return rc;
}

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
        rc = look_up(&b);
    }
    if (rc == FERRY_OK && b.bad) {
        local_refuse_end(h);
        h->status = b.bad_status;
    } else if (rc == FERRY_OK) {
        rc = write_batch(&b, state);
        answer_batch(&b);
    }
out:
    buf_finish(&b.text);
    return rc;
}
