/* SPDX-License-Identifier: MIT */
/*
 * test_results.c - payloads taken, and tasks told of. The same payload again is not processed again: the task it made is told, in whatever state it
 * is. A task's states follow from the clock alone; what it does, it does when it ends (task.c).
 */
#include "payload.h"

#include <calendar.h>
#include <text.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

struct task_row {
    int64_t id, begins_ms, until_ms, ends_ms;
    struct arena *arena;
    struct ferry_str status, details, log; /* status "": it has not ended */
    int there;
};

#define TASK_COLUMNS "id, begins_ms, ends_ms, until_ms, status, details, log"

static int32_t take_task(void *data, const struct ferry_value *row, uint32_t n)
{
    struct task_row *t = data;
    (void)n;
    t->there = 1;
    t->id = row[0].i;
    t->begins_ms = row[1].i;
    t->ends_ms = row[2].i;
    t->until_ms = row[3].i;
    t->status = arena_str(t->arena, row[4].s);
    t->details =
        row[5].type == FERRY_TEXT ? arena_str(t->arena, row[5].s) : (struct ferry_str){NULL, 0};
    t->log = row[6].type == FERRY_TEXT ? arena_str(t->arena, row[6].s) : FERRY_LIT("");
    return FERRY_OK;
}

static struct ferry_str status_of(const struct http *h, const struct task_row *t)
{
    return t->status.len > 0           ? t->status
           : h->now_ms >= t->begins_ms ? FERRY_LIT("running")
                                       : FERRY_LIT("queued");
}

/* --- POST ------------------------------------------------------------------------------------------------ */

/* So that no two payloads of a test are taken for one; a secret it need not be. */
static struct ferry_str hash_of(struct http *h, struct ferry_str bytes, int skip)
{
    uint64_t a = 14695981039346656037u, b = 0x9e3779b97f4a7c15u;
    for (uint64_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        a = (a ^ c) * 1099511628211u;
        b = (b + c) * 0xbf58476d1ce4e5b9u;
        b ^= b >> 29;
    }
    return arena_printf(&h->arena, "%016llx%016llx%s", (unsigned long long)a, (unsigned long long)b,
                        !alm_option_is(h, "dedupe", "payload_and_flag") ? ""
                        : skip                                          ? "+skip"
                                                                        : "-skip");
}

static int32_t queue_is_full(struct http *h, int *full)
{
    int64_t most = kit_option_int(h->call, "queue", 50), n = 0;
    int32_t rc = alm_int(h, 0, &n, "SELECT count(*) FROM task WHERE ends_ms > ?", "i", h->now_ms);
    *full = most > 0 && n >= most;
    if (rc || !*full) {
        return rc;
    }
    struct problem p = {0};
    struct ferry_str code = kit_option(h->call, "queue_code");
    h->retry_after_s = kit_option_int(h->call, "queue_retry_after", 0);
    alm_problem(&p, (uint32_t)kit_option_int(h->call, "queue_status", 429),
                code.len ? arena_str(&h->arena, code).ptr : "testbox_queue_full", "",
                "There are %lld tasks that have not ended, which is the most.", (long long)n);
    return alm_refuse_full(h, &p);
}

static void put_until(struct http *h, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    json_key(&h->json, "until");
    json_put(&h->json, arena_printf(&h->arena, "%.19s+0000", text));
}

/* One that is remembered. Where its time has come its work is done now, and that of those before it: whoever asks waits for no other. */
static int32_t find_known(struct http *h, int64_t id, struct task_row *t)
{
    static const char sql[] = "SELECT " TASK_COLUMNS " FROM task WHERE id = ? AND until_ms > ?";
    int32_t rc = alm_rows(h, take_task, t, sql, "ii", id, h->now_ms);
    if (rc == FERRY_OK && t->there && t->status.len == 0 && t->ends_ms <= h->now_ms) {
        rc = alm_tasks_settle_to(h, t->ends_ms, t->id);
        rc = rc ? rc : alm_rows(h, take_task, t, sql, "ii", id, h->now_ms);
    }
    return rc;
}

/* The task that the same payload made, where it is still remembered. */
static int32_t find_older(struct http *h, struct ferry_str hash, struct task_row *t)
{
    int64_t id = 0;
    int32_t rc = alm_int(h, 0, &id,
                         "SELECT id FROM task WHERE hash = ? AND until_ms > ?"
                         " ORDER BY id DESC LIMIT 1",
                         "si", hash, h->now_ms);
    return rc || id == 0 ? rc : find_known(h, id, t);
}

static int32_t tell_older(struct http *h, const struct task_row *t)
{
    struct json_out *j = &h->json;
    h->status = 202;
    json_open(j, '{');
    if (!alm_option_is(h, "older_push", "plain")) {
        json_member(j, "fromOlderPush", FERRY_LIT("true"));
    }
    json_member_int(j, "id", t->id);
    json_member(j, "status", status_of(h, t));
    put_until(h, t->until_ms);
    json_close(j, '}');
    return alm_run(h, "UPDATE task SET repeats = repeats + 1 WHERE id = ?", "i", t->id);
}

/* When one of the workers is free for it. */
static int32_t schedule(struct http *h, int64_t *begins)
{
    int64_t workers = kit_option_int(h->call, "task_workers", 5), is_free = 0;
    int64_t queued = kit_option_int(h->call, "task_queued", 50);
    int32_t rc = workers > 0
                     ? alm_int(h, 0, &is_free,
                               "SELECT ends_ms FROM task ORDER BY ends_ms DESC LIMIT 1 OFFSET ?",
                               "i", workers - 1)
                     : FERRY_OK;
    *begins = h->now_ms + queued > is_free ? h->now_ms + queued : is_free;
    return rc;
}

static int32_t queue(struct http *h, struct ferry_str hash, int skip)
{
    const struct ferry_message *m = h->request;
    struct ferry_str coding = kit_header(m, "content-encoding");
    int64_t begins = 0, id = 0, bytes = (int64_t)(m->blob ? m->blob->bytes : m->body.len);
    char digest[72];
    int32_t rc = h->blobs->keep(h->blobs->self, m, 0, (uint64_t)bytes, digest, h->err);
    rc = rc ? rc : alm_next(h, &id);
    rc = rc ? rc : schedule(h, &begins);
    rc = rc ? rc
            : alm_run(h,
                      "INSERT INTO task (id, hash, skip, packed, blob, bytes, posted_ms, begins_ms,"
                      " ends_ms, until_ms, repeats, status)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
                      "isiisiiiii", id, hash, (int64_t)skip,
                      (int64_t)(coding.ptr && !str_is(coding, "identity")), ferry_cstr(digest),
                      bytes, h->now_ms, begins,
                      begins + kit_option_int(h->call, "task_duration", 100),
                      h->now_ms + kit_option_int(h->call, "remember", 86400000));
    h->status = 202;
    json_open(&h->json, '{');
    json_member(&h->json, "status", FERRY_LIT("queued"));
    json_member_int(&h->json, "id", id);
    json_close(&h->json, '}');
    return rc;
}

/* application/xml, and no other character set than UTF-8. */
static int is_xml(struct http *h)
{
    struct ferry_str rest = kit_header(h->request, "content-type"), type, one;
    int ok = str_split(&rest, ';', &type) && str_is(str_trim(type), "application/xml");
    while (ok && str_split(&rest, ';', &one)) {
        one = str_trim(one);
        ok = one.len == 0 || str_is_nocase(one, "charset=utf-8") ||
             str_is_nocase(one, "charset=\"utf-8\"");
    }
    if (!ok) {
        alm_refuse(h, 415, "platform.unsupported_media_type",
                   "The body must be application/xml in UTF-8, not \"%.*s\".",
                   STR_ARG(utf8_cut(kit_header(h->request, "content-type"), 60)));
    }
    return ok;
}

static int take_flag(struct http *h, int *skip)
{
    struct ferry_str v = kit_query(&h->target, "skip-errors");
    *skip = str_is(v, "true");
    if (v.ptr && !*skip && !str_is(v, "false")) {
        alm_refuse(h, 400, "platform.illegal_query_parameter",
                   "The parameter \"skip-errors\" is true or false, not \"%.*s\".",
                   STR_ARG(utf8_cut(v, 60)));
        return 0;
    }
    return 1;
}

static int32_t take_payload(struct http *h, struct ferry_str bytes, int skip)
{
    struct task_row older = {.arena = &h->arena};
    struct problem p = {0};
    struct payload *x = NULL;
    struct ferry_str hash = hash_of(h, bytes, skip);
    int full = 0;
    int32_t rc = queue_is_full(h, &full);
    if (rc || full) {
        return rc;
    }
    rc = find_older(h, hash, &older);
    if (rc || older.there) {
        return rc ? rc : tell_older(h, &older);
    }
    if (!alm_payload_open(&x, bytes, &p)) {
        return alm_refuse_problem(h, &p);
    }
    alm_payload_close(x);
    return queue(h, hash, skip);
}

int32_t alm_results_post(struct http *h)
{
    struct buf room;
    struct ferry_str bytes;
    int skip = 0;
    int32_t rc = FERRY_OK;
    uint64_t most = (uint64_t)kit_option_int(h->call, "max_payload", 32 << 20);
    if (!alm_query_only(h, NAMES("skip-errors")) || !take_flag(h, &skip) || !is_xml(h)) {
        return FERRY_OK;
    }
    buf_init(&room, (size_t)most + (1 << 20));
    if (alm_body_bytes(h, most, &room, &bytes)) {
        rc = take_payload(h, bytes, skip);
    }
    buf_finish(&room);
    return rc;
}

/* --- GET ------------------------------------------------------------------------------------------------- */

static int32_t find_task(struct http *h, struct task_row *t)
{
    *t = (struct task_row){.arena = &h->arena};
    if (!alm_query_only(h, NULL)) {
        return FERRY_OK;
    }
    int32_t rc = find_known(h, h->id, t);
    if (rc == FERRY_OK && !t->there) {
        alm_refuse(h, 404, "testbox.task_not_found", "There is no task %lld, or no more.",
                   (long long)h->id);
    }
    return rc;
}

int32_t alm_results_get(struct http *h)
{
    struct task_row t;
    int32_t rc = find_task(h, &t);
    if (rc || h->status) {
        return rc;
    }
    h->status = 200;
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", t.id);
    json_member(&h->json, "status", status_of(h, &t));
    put_until(h, t.until_ms);
    json_member(&h->json, "errorDetails", t.details);
    json_close(&h->json, '}');
    return rc;
}

int32_t alm_results_log(struct http *h)
{
    struct task_row t;
    int32_t rc = find_task(h, &t);
    if (rc || h->status) {
        return rc;
    }
    h->status = 200;
    h->mime = "text/plain;charset=utf-8";
    buf_put(&h->text, t.log);
    return rc;
}

int32_t alm_results_xsd(struct http *h)
{
    if (alm_query_only(h, NULL)) {
        h->status = 200;
        h->mime = "application/xml";
        buf_puts(&h->text, alm_xsd);
    }
    return FERRY_OK;
}
