/* SPDX-License-Identifier: MIT */
/*
 * service_runs.c - routes of runs. Posting one twice makes two; completing one twice changes
 * nothing. New results open a complete run again: nothing that arrives is refused for being
 * late, and nothing counts as complete that is not.
 */
#include "service.h"

#include "shape.h"

#include <text.h>

static int32_t count_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_key_str(j, row[0].s);
    json_put_int(j, row[1].i);
    return FERRY_OK;
}

static void member_time(struct json_out *j, const char *name, struct ferry_value v)
{
    if (v.type == FERRY_INT) {
        json_member_int(j, name, v.i);
    }
}

#define RUN_COLUMNS                                                                                \
    "id, title, description, marker, state, start_ms, end_ms, created_ms, completed_ms, body"

static int32_t run_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "title", row[1].s);
    json_member(j, "description", row[2].s);
    json_member(j, "marker", row[3].s);
    json_member(j, "state", row[4].s);
    member_time(j, "start_ms", row[5]);
    member_time(j, "end_ms", row[6]);
    member_time(j, "created_ms", row[7]);
    member_time(j, "completed_ms", row[8]);
    json_key(j, "counts");
    json_open(j, '{');
    int32_t rc =
        local_sql_rows(h, count_row, h,
                       "SELECT status, n FROM result_count WHERE project = ? AND run_id = ? "
                       "ORDER BY status",
                       "ii", h->project, row[0].i);
    json_close(j, '}');
    if (row[9].s.len > 2) {
        buf_putc(j->buf, ',');
        buf_put(j->buf, str_sub(row[9].s, 1, row[9].s.len - 2));
    }
    json_close(j, '}');
    return rc;
}

int32_t local_runs_list(struct http *h)
{
    static const char *const names[] = {"limit",  "offset", "after", "id",
                                        "marker", "title",  "state", NULL};
    struct page p;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    local_page_init(&p, RUN_COLUMNS, "run WHERE project = ?", "id", run_row);
    local_page_arg(&p, ferry_int(h->project));
    if (!local_page_filter_int(h, &p, "id", "id = ?")) {
        buf_finish(&p.where);
        return FERRY_OK;
    }
    local_page_filter_text(h, &p, "marker", "marker = ?");
    local_page_filter_text(h, &p, "title", "title = ?");
    local_page_filter_text(h, &p, "state", "state = ?");
    return local_page_answer(h, &p);
}

int32_t local_run_get(struct http *h)
{
    static const char *const none[] = {NULL};
    if (!local_query_only(h, none)) {
        return FERRY_OK;
    }
    int32_t rc = local_sql_rows(h, run_row, h,
                                "SELECT " RUN_COLUMNS " FROM run WHERE project = ? AND id = ?",
                                "ii", h->project, h->id);
    if (rc || h->body.len > 0) {
        h->status = 200;
        return rc;
    }
    return local_refuse(h, 404, "no_run", "no run %lld in this project", (long long)h->id);
}

struct run_state {
    struct http *h;
    struct ferry_str state, description;
    int there;
};

static int32_t take_state(void *data, const struct ferry_value *row, uint32_t n)
{
    struct run_state *s = data;
    (void)n;
    s->there = 1;
    s->state = arena_str(&s->h->arena, row[0].s);
    s->description = arena_str(&s->h->arena, row[1].s);
    return FERRY_OK;
}

static int read_state(struct http *h, int64_t id, struct run_state *s, int32_t *rc)
{
    *s = (struct run_state){.h = h};
    *rc = local_sql_rows(h, take_state, s,
                         "SELECT state, description FROM run WHERE project = ? AND id = ?", "ii",
                         h->project, id);
    if (*rc == FERRY_OK && !s->there) {
        local_refuse(h, 404, "no_run", "no run %lld in this project", (long long)id);
    }
    return *rc == FERRY_OK && s->there;
}

int local_run_there(struct http *h, int64_t id, struct ferry_str *state, int32_t *rc)
{
    struct run_state s;
    int there = read_state(h, id, &s, rc);
    *state = s.state;
    return there;
}

int32_t local_run_total(struct http *h, int64_t run, int64_t *n)
{
    return local_sql_int(h, 0, n,
                         "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM result_count "
                         "WHERE project = ? AND run_id = ?",
                         "ii", h->project, run);
}

/* --- making and completing ------------------------------------------------------------------ */

static struct ferry_value time_of(const struct cJSON *v, const char *name)
{
    struct ferry_value none = {FERRY_NULL, 0, 0, 0, {NULL, 0}};
    int64_t ms = 0;
    return json_int(json_get(v, name), &ms) ? ferry_int(ms) : none;
}

static int32_t insert_run(struct http *h, const struct cJSON *v, int64_t id)
{
    static const char *const kept[] = {"tags", "fields"};
    struct ferry_str description = json_str(json_get(v, "description"));
    struct buf body;
    buf_init(&body, LOCAL_BODY * 2);
    struct json_out j = json_to(&body);
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (json_has(v, kept[i])) {
            json_key(&j, kept[i]);
            json_put_value(&j, json_get(v, kept[i]));
        }
    }
    json_close(&j, '}');
    const struct ferry_value args[] = {
        ferry_int(h->project),
        ferry_int(id),
        ferry_text(json_str(json_get(v, "title"))),
        ferry_text(description.ptr ? description : FERRY_LIT("")),
        ferry_text(json_str(json_get(v, "marker"))),
        time_of(v, "start_ms"),
        time_of(v, "end_ms"),
        ferry_int(h->call->now_ms),
        ferry_text(buf_str(&body)),
    };
    int32_t rc =
        body.failed
            ? body.failed
            : h->sql->run(h->sql->self,
                          FERRY_LIT("INSERT INTO run (project, id, title, description, marker,"
                                    " state, start_ms, end_ms, created_ms, body)"
                                    " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)"),
                          args, sizeof args / sizeof *args, NULL, NULL, h->err);
    buf_finish(&body);
    return rc;
}

int32_t local_runs_post(struct http *h)
{
    static const char *const none[] = {NULL};
    struct json_doc doc = {NULL};
    int64_t id = 0;
    if (!local_query_only(h, none) || !local_body_parse(h, &local_shape_run, &doc)) {
        return FERRY_OK;
    }
    int32_t rc = local_project_ensure(h);
    if (rc == FERRY_OK) {
        rc = local_sql_reserve(h, "run", 1, &id);
    }
    if (rc == FERRY_OK) {
        rc = insert_run(h, doc.root, id);
    }
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", id);
    json_close(&h->json, '}');
    h->status = 201;
    json_finish(&doc);
    return rc;
}

/*
 * The description with a note at its end. Said again it stands there once: a note that the
 * description holds already changes nothing, and one that begins with the description takes its
 * place.
 */
static struct ferry_str with_note(struct http *h, struct ferry_str description,
                                  struct ferry_str note)
{
    note = str_trim(note);
    if (note.len == 0 ||
        (description.len >= note.len &&
         memmem(description.ptr, (size_t)description.len, note.ptr, (size_t)note.len))) {
        return description;
    }
    if (description.len == 0 || (note.len > description.len && note.ptr[description.len] == '\n' &&
                                 memcmp(note.ptr, description.ptr, (size_t)description.len) == 0)) {
        return note;
    }
    struct ferry_str parts[] = {description, FERRY_LIT("\n\n"), note};
    uint64_t n = description.len + 2 + note.len, at = 0;
    char *text = arena_alloc(&h->arena, (size_t)n + 1);
    for (size_t i = 0; text && i < 3; i++) {
        memcpy(text + at, parts[i].ptr, (size_t)parts[i].len);
        at += parts[i].len;
    }
    return (struct ferry_str){text, text ? n : 0};
}

static int32_t store_complete(struct http *h, const struct cJSON *v, const struct run_state *s,
                              int already)
{
    struct ferry_str description = with_note(h, s->description, json_str(json_get(v, "note")));
    if (h->arena.failed) {
        return ferry_fail(h->err, h->arena.failed, NULL, "the note of the run: it does not fit");
    }
    if (already && ferry_eq(description, s->description)) {
        return FERRY_OK;
    }
    const struct ferry_value args[] = {ferry_text(description.ptr ? description : FERRY_LIT("")),
                                       ferry_int(h->call->now_ms), time_of(v, "end_ms"),
                                       ferry_int(h->project), ferry_int(h->id)};
    return h->sql->run(h->sql->self,
                       FERRY_LIT("UPDATE run SET state = 'complete', description = ?,"
                                 " completed_ms = ?, end_ms = coalesce(?, end_ms)"
                                 " WHERE project = ? AND id = ?"),
                       args, sizeof args / sizeof *args, NULL, NULL, h->err);
}

int32_t local_run_complete(struct http *h)
{
    static const char *const none[] = {NULL};
    struct json_doc doc = {NULL};
    struct run_state s;
    int32_t rc = FERRY_OK;
    if (!local_query_only(h, none) || !local_body_parse(h, &local_shape_complete, &doc)) {
        return FERRY_OK;
    }
    if (!read_state(h, h->id, &s, &rc)) {
        json_finish(&doc);
        return rc;
    }
    int already = str_is(s.state, "complete");
    rc = store_complete(h, doc.root, &s, already);
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", h->id);
    json_member(&h->json, "state", FERRY_LIT("complete"));
    json_key(&h->json, "already");
    json_put_bool(&h->json, already);
    json_close(&h->json, '}');
    h->status = 200;
    json_finish(&doc);
    return rc;
}
