/* SPDX-License-Identifier: MIT */
/*
 * ledger_rig.h - the smallest host that a codec and its service can meet in: a writer that keeps one message in memory, SQL over a
 * database in memory, a spool of a few blobs, and a reply that writes down what it is told, a line each.
 */
#ifndef LEDGER_RIG_H
#define LEDGER_RIG_H

#include <arena.h>
#include <buf.h>
#include <check.h>
#include <ferry/ferry.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <text.h>

#define S(lit) FERRY_LIT(lit)
#define NONE   ((struct ferry_str){NULL, 0})

enum { RIG_BLOBS = 8, RIG_CURSORS = 256 };

extern const struct ferry_plugin ferry_plugin_ledger;

struct rig_blob {
    char digest[72];
    char *bytes; /* owned */
    size_t n;
};

/* One message as it was written. */
struct rig_message {
    struct buf method, target, mime, body;
    struct buf *open; /* where text goes; NULL: nowhere (other headers) */
    uint32_t status;
};

struct rig {
    sqlite3 *db;
    struct rig_message request, answer;
    struct buf log;                /* what the codec said to its reply and in notes */
    char cursors[RIG_CURSORS][24]; /* of next(), each once */
    uint32_t n_cursors;
    struct rig_blob blobs[RIG_BLOBS];
    uint32_t n_blobs;
    struct ferry_call call;
    struct ferry_error error;
    struct ferry_sql sql;
    struct ferry_blobs blob_table;
    struct ferry_host host;
    struct ferry_service_call service_call;
    int32_t reply_with; /* what every call of the reply returns */
};

static inline const struct ferry_tracker *rig_codec(void)
{
    return ferry_plugin_ledger.query(FERRY_TRACKER_1);
}

static inline const struct ferry_service *rig_service(void)
{
    return ferry_plugin_ledger.query(FERRY_SERVICE_1);
}

/* --- blobs ------------------------------------------------------------------------- */

static inline struct rig_blob *rig_blob(struct rig *g, struct ferry_str digest)
{
    for (uint32_t i = 0; i < g->n_blobs; i++) {
        if (str_is(digest, g->blobs[i].digest)) {
            return &g->blobs[i];
        }
    }
    return NULL;
}

/* The digest is no hash here: equal bytes have equal names, which is all that is asked of it. */
static inline const char *rig_keep(struct rig *g, struct ferry_str bytes)
{
    struct rig_blob *b = &g->blobs[g->n_blobs];
    for (uint32_t i = 0; i < g->n_blobs; i++) {
        if (ferry_eq((struct ferry_str){g->blobs[i].bytes, g->blobs[i].n}, bytes)) {
            return g->blobs[i].digest;
        }
    }
    ck_assert_uint_lt(g->n_blobs, RIG_BLOBS);
    snprintf(b->digest, sizeof b->digest, "sha256:%064u", ++g->n_blobs);
    b->bytes = malloc((size_t)bytes.len + 1);
    ck_assert_ptr_nonnull(b->bytes);
    memcpy(b->bytes, bytes.ptr ? bytes.ptr : "", (size_t)bytes.len);
    b->n = (size_t)bytes.len;
    return b->digest;
}

static inline int32_t rig_blob_keep(void *self, const struct ferry_message *from, uint64_t offset,
                                    uint64_t n, char digest[72], struct ferry_error *err)
{
    (void)n;
    (void)err;
    ck_assert_uint_eq(offset, 0);
    snprintf(digest, 72, "%s", rig_keep(self, from->body));
    return FERRY_OK;
}

/* --- the writer ---------------------------------------------------------------------- */

/* A writer writes either message of the rig. */
struct rig_out {
    struct rig *rig;
    struct rig_message *message;
};

static inline int32_t rig_start(void *self, struct ferry_str method, struct ferry_str target)
{
    struct rig_message *m = ((struct rig_out *)self)->message;
    buf_put(&m->method, method);
    return buf_put(&m->target, target);
}

static inline int32_t rig_status(void *self, uint32_t status)
{
    ((struct rig_out *)self)->message->status = status;
    return FERRY_OK;
}

static inline int32_t rig_header(void *self, struct ferry_str name)
{
    struct rig_message *m = ((struct rig_out *)self)->message;
    m->open = str_is(name, "content-type") ? &m->mime : NULL;
    return FERRY_OK;
}

static inline int32_t rig_body(void *self)
{
    struct rig_message *m = ((struct rig_out *)self)->message;
    m->open = &m->body;
    return FERRY_OK;
}

static inline int32_t rig_text(void *self, struct ferry_str bytes)
{
    struct rig_message *m = ((struct rig_out *)self)->message;
    return m->open ? buf_put(m->open, bytes) : FERRY_OK;
}

static inline int32_t rig_out_blob(void *self, struct ferry_str digest, uint64_t offset,
                                   uint64_t len)
{
    struct rig_out *o = self;
    struct rig_blob *b = rig_blob(o->rig, digest);
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(offset + len, 0);
    return buf_put(&o->message->body, (struct ferry_str){b->bytes, b->n});
}

static inline uint64_t rig_size(void *self)
{
    return ((struct rig_out *)self)->message->body.len;
}

static inline int32_t rig_cut(void *self, uint64_t size)
{
    buf_cut(&((struct rig_out *)self)->message->body, (size_t)size);
    return FERRY_OK;
}

static inline int32_t rig_spool(void *self, uint64_t max)
{
    (void)self;
    return max > 0 ? FERRY_OK : FERRY_E_BUG;
}

static inline int32_t rig_note(void *self, uint32_t index, const struct ferry_note *note)
{
    struct rig *g = ((struct rig_out *)self)->rig;
    return buf_printf(&g->log, "note %u %u %.*s\n", index, note->kind, STR_ARG(note->field));
}

static inline struct ferry_out rig_writer(struct rig_out *o, struct rig *g, struct rig_message *m)
{
    *o = (struct rig_out){g, m};
    buf_reset(&m->method);
    buf_reset(&m->target);
    buf_reset(&m->mime);
    buf_reset(&m->body);
    m->status = 0;
    m->open = NULL;
    return (struct ferry_out){.self = o,
                              .start = rig_start,
                              .status = rig_status,
                              .header = rig_header,
                              .body = rig_body,
                              .text = rig_text,
                              .blob = rig_out_blob,
                              .size = rig_size,
                              .cut = rig_cut,
                              .spool = rig_spool,
                              .note = rig_note};
}

/* --- SQL --------------------------------------------------------------------------------- */

static inline struct ferry_value rig_column(sqlite3_stmt *stmt, int i)
{
    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_INTEGER:
        return ferry_int(sqlite3_column_int64(stmt, i));
    case SQLITE_TEXT:
        return ferry_text((struct ferry_str){(const char *)sqlite3_column_text(stmt, i),
                                             (uint64_t)sqlite3_column_bytes(stmt, i)});
    default:
        return ferry_text(NONE);
    }
}

static inline int32_t rig_sql(void *self, struct ferry_str sql, const struct ferry_value *args,
                              uint32_t n, ferry_row_fn *row, void *data, struct ferry_error *err)
{
    sqlite3 *db = ((struct rig *)self)->db;
    sqlite3_stmt *stmt = NULL;
    int32_t rc = FERRY_OK;
    int step;
    if (sqlite3_prepare_v2(db, sql.ptr, (int)sql.len, &stmt, NULL) != SQLITE_OK) {
        return ferry_fail(err, FERRY_E_BUG, "sql", "%s", sqlite3_errmsg(db));
    }
    ck_assert_int_eq(sqlite3_bind_parameter_count(stmt), (int)n);
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].type == FERRY_INT) {
            sqlite3_bind_int64(stmt, (int)i + 1, args[i].i);
        } else if (args[i].type == FERRY_TEXT) {
            sqlite3_bind_text(stmt, (int)i + 1, args[i].s.ptr, (int)args[i].s.len, SQLITE_STATIC);
        }
    }
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW && !rc) {
        struct ferry_value values[16];
        int columns = sqlite3_column_count(stmt);
        for (int i = 0; i < columns && i < 16; i++) {
            values[i] = rig_column(stmt, i);
        }
        rc = row ? row(data, values, (uint32_t)columns) : FERRY_OK;
    }
    if (!rc && step != SQLITE_DONE) {
        rc = ferry_fail(err, FERRY_E_IO, "sql", "%s", sqlite3_errmsg(db));
    }
    sqlite3_finalize(stmt);
    return rc;
}

static inline const void *rig_query(void *self, const char *id)
{
    struct rig *g = self;
    return strcmp(id, FERRY_HOST_SQL_1) == 0    ? (const void *)&g->sql
           : strcmp(id, FERRY_HOST_BLOB_1) == 0 ? (const void *)&g->blob_table
                                                : NULL;
}

/* --- replies -------------------------------------------------------------------------------- */

static inline int32_t rig_verdict(void *self, const struct ferry_verdict *v)
{
    static const char *const names[] = {"by-status", "refused", "oversize", "busy",
                                        "sign-in",   "parked",  "unsure"};
    struct rig *g = self;
    buf_printf(&g->log, "verdict %s: %.*s\n", names[v->code], STR_ARG(v->text));
    return g->reply_with;
}

static inline int32_t rig_outcome(void *self, uint32_t index, const struct ferry_outcome *o)
{
    static const char *const names[] = {"?",        "done",  "exists", "accepted",
                                        "rejected", "again", "doubt"};
    struct rig *g = self;
    buf_printf(&g->log, "outcome %u %s %.*s\n", index, names[o->code], STR_ARG(o->id));
    return g->reply_with;
}

static inline int32_t rig_item(void *self, const struct ferry_item *item)
{
    struct rig *g = self;
    buf_printf(&g->log, "item %u %.*s key=%.*s marker=%.*s name=%.*s", item->noun,
               STR_ARG(item->id), STR_ARG(item->key), STR_ARG(item->marker), STR_ARG(item->name));
    if (item->run) {
        buf_printf(&g->log, " state=%u description=%.*s", item->run->state,
                   STR_ARG(item->run->description));
    }
    if (item->test_case) {
        buf_printf(&g->log, " signature=%.*s description=%.*s", STR_ARG(item->test_case->signature),
                   STR_ARG(item->test_case->description));
    }
    if (item->result) {
        const struct ferry_result *r = item->result;
        buf_printf(&g->log, " status=%s%s%.*s message=%.*s us=%lld has=%u",
                   ferry_result_status_text(r->status), r->status_text.len ? "/" : "",
                   STR_ARG(r->status_text), STR_ARG(r->message), (long long)r->duration_us, r->has);
    }
    for (uint32_t i = 0; i < item->n_refs; i++) {
        buf_printf(&g->log, " ->%u(%.*s)", item->refs[i]->noun, STR_ARG(item->refs[i]->id));
    }
    buf_putc(&g->log, '\n');
    return g->reply_with;
}

static inline int32_t rig_next(void *self, struct ferry_str cursor)
{
    struct rig *g = self;
    for (uint32_t i = 0; i < g->n_cursors; i++) {
        if (str_is(cursor, g->cursors[i])) {
            return g->reply_with;
        }
    }
    ck_assert_uint_lt(g->n_cursors, RIG_CURSORS);
    snprintf(g->cursors[g->n_cursors++], sizeof *g->cursors, "%.*s", STR_ARG(cursor));
    return g->reply_with;
}

static inline struct ferry_reply rig_reply(struct rig *g)
{
    return (struct ferry_reply){.self = g,
                                .verdict = rig_verdict,
                                .outcome = rig_outcome,
                                .item = rig_item,
                                .next = rig_next};
}

/* --- the whole -------------------------------------------------------------------------------- */

static inline void rig_init(struct rig *g)
{
    struct rig_message *messages[] = {&g->request, &g->answer};
    memset(g, 0, sizeof *g);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&messages[i]->method, 64);
        buf_init(&messages[i]->target, 1 << 20);
        buf_init(&messages[i]->mime, 1024);
        buf_init(&messages[i]->body, 16u << 20);
    }
    buf_init(&g->log, 16u << 20);
    ck_assert_int_eq(sqlite3_open(":memory:", &g->db), SQLITE_OK);
    for (const char *const *step = rig_service()->schema; *step; step++) {
        ck_assert_int_eq(sqlite3_exec(g->db, *step, NULL, NULL, NULL), SQLITE_OK);
    }
    g->sql = (struct ferry_sql){g, rig_sql};
    g->blob_table = (struct ferry_blobs){.self = g, .keep = rig_blob_keep};
    g->host = (struct ferry_host){.size = sizeof g->host, .self = g, .query = rig_query};
    g->service_call = (struct ferry_service_call){
        .size = sizeof g->service_call, .host = &g->host, .now_ms = 1700000000000};
    g->call =
        (struct ferry_call){.size = sizeof g->call, .project = S("AO"), .max_bytes = UINT64_MAX};
}

static inline void rig_finish(struct rig *g)
{
    struct rig_message *messages[] = {&g->request, &g->answer};
    for (size_t i = 0; i < 2; i++) {
        buf_finish(&messages[i]->method);
        buf_finish(&messages[i]->target);
        buf_finish(&messages[i]->mime);
        buf_finish(&messages[i]->body);
    }
    for (uint32_t i = 0; i < g->n_blobs; i++) {
        free(g->blobs[i].bytes);
    }
    buf_finish(&g->log);
    sqlite3_close(g->db);
}

/* Carries the request to the service; its status. The service runs in one transaction, as the host promises. */
static inline uint32_t rig_serve(struct rig *g)
{
    struct rig_out o;
    struct ferry_out out = rig_writer(&o, g, &g->answer);
    struct ferry_kv header = {S("content-type"), buf_str(&g->request.mime)};
    struct ferry_message m = {.size = sizeof m,
                              .method = buf_str(&g->request.method),
                              .target = buf_str(&g->request.target),
                              .headers = &header,
                              .n_headers = 1,
                              .body = buf_str(&g->request.body)};
    int32_t rc;
    g->service_call.serial++;
    ck_assert_int_eq(sqlite3_exec(g->db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    rc = rig_service()->handle(&g->service_call, &m, &out, &g->error);
    ck_assert_msg(rc == FERRY_OK, "%s", g->error.message);
    ck_assert_int_eq(sqlite3_exec(g->db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    return g->answer.status;
}

/* A request as a person would write it. */
static inline uint32_t rig_raw(struct rig *g, const char *method, const char *target,
                               const char *body)
{
    struct rig_out o;
    struct ferry_out out = rig_writer(&o, g, &g->request);
    out.start(&o, ferry_cstr(method), ferry_cstr(target));
    out.body(&o);
    out.text(&o, ferry_cstr(body));
    return rig_serve(g);
}

static inline struct ferry_message rig_answer(struct rig *g)
{
    return (struct ferry_message){.size = sizeof(struct ferry_message),
                                  .status = g->answer.status,
                                  .body = buf_str(&g->answer.body)};
}

static inline int32_t rig_encode(struct rig *g, const struct ferry_op *const *ops, uint32_t n,
                                 uint32_t *taken)
{
    struct rig_out o;
    struct ferry_out out = rig_writer(&o, g, &g->request);
    return rig_codec()->encode(&g->call, ops, n, &out, taken, &g->error);
}

static inline int32_t rig_decode(struct rig *g, const struct ferry_op *const *ops, uint32_t n)
{
    struct ferry_message m = rig_answer(g);
    struct ferry_reply reply = rig_reply(g);
    return rig_codec()->decode(&g->call, ops, n, &m, &reply, &g->error);
}

/* Encodes, serves and decodes one request; how many operations it took. The log is begun anew. */
static inline uint32_t rig_send(struct rig *g, const struct ferry_op *const *ops, uint32_t n)
{
    uint32_t taken = 0;
    buf_reset(&g->log);
    ck_assert_msg(rig_encode(g, ops, n, &taken) == FERRY_OK, "%s", g->error.message);
    rig_serve(g);
    ck_assert_int_eq(rig_decode(g, ops, taken), FERRY_OK);
    return taken;
}

/* One page, answered into the log. */
static inline int32_t rig_ask(struct rig *g, const struct ferry_ask *ask)
{
    struct rig_out o;
    struct ferry_out out = rig_writer(&o, g, &g->request);
    struct ferry_reply reply = rig_reply(g);
    struct ferry_message m;
    int32_t rc = rig_codec()->ask(&g->call, ask, &out, &g->error);
    if (rc) {
        return rc;
    }
    rig_serve(g);
    m = rig_answer(g);
    return rig_codec()->answer(&g->call, ask, &m, &reply, &g->error);
}

/* All pages of a list, in the order in which their cursors were told. */
static inline void rig_walk(struct rig *g, struct ferry_ask ask)
{
    buf_reset(&g->log);
    g->n_cursors = 0;
    ck_assert_int_eq(rig_ask(g, &ask), FERRY_OK);
    for (uint32_t i = 0; i < g->n_cursors; i++) {
        ask.cursor = ferry_cstr(g->cursors[i]);
        ck_assert_int_eq(rig_ask(g, &ask), FERRY_OK);
    }
}

/* The dump, in answer.body. */
static inline const char *rig_dump(struct rig *g)
{
    struct rig_out o;
    struct ferry_out out = rig_writer(&o, g, &g->answer);
    out.body(&o);
    ck_assert_int_eq(rig_service()->dump(&g->service_call, &out, &g->error), FERRY_OK);
    return buf_cstr(&g->answer.body);
}

#endif
