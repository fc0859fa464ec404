/* SPDX-License-Identifier: MIT */
/*
 * service_state.c - the folder behind a service: rows in state.db, bytes in blobs/. Whoever
 * answers for a service (in process or at a socket) goes through service_state_handle(): one
 * transaction, committed before the answer is seen.
 *
 * It must never hand back an answer whose change is not stored.
 */
#include "service_state.h"

#include "log.h"
#include "svc.h"

#include <db.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>

enum { BUSY_MS = 60 * 1000, MOST_ANSWER = 1 << 20 };

struct service_state {
    struct service_setup setup;
    struct db *db;
    struct svc_sql *sql;
    struct svc_blob blob;
    struct ferry_log log;
    struct ferry_host host;
    int64_t serial; /* the highest this process has given out */
    int64_t opened; /* SQLite's data_version, which moves when others write */
    int owns_blobs;
};

/* --- what the service sees ------------------------------------------------------- */

static const void *host_query(void *self, const char *id)
{
    const struct service_state *s = self;
    if (strcmp(id, FERRY_HOST_SQL_1) == 0) {
        return svc_sql_table(s->sql);
    }
    if (strcmp(id, FERRY_HOST_BLOB_1) == 0) {
        return &s->blob.table;
    }
    return strcmp(id, FERRY_HOST_LOG_1) == 0 ? &s->log : NULL;
}

static struct ferry_service_call call_of(struct service_state *s)
{
    return (struct ferry_service_call){
        .size = sizeof(struct ferry_service_call),
        .n_options = s->setup.n_options,
        .options = s->setup.options,
        .host = &s->host,
        .now_ms = s->setup.clock->now_ms(s->setup.clock),
        .serial = (uint64_t)s->serial,
    };
}

/* --- schema ------------------------------------------------------------------------ */

static int64_t meta(struct service_state *s, const char *name, int64_t fallback,
                    struct ferry_error *err)
{
    return db_one_int(s->db, fallback, err, "SELECT number FROM ferry_meta WHERE name = ?", "z",
                      name);
}

static int32_t set_meta(struct service_state *s, const char *name, int64_t number,
                        struct ferry_error *err)
{
    return db_run(s->db, err,
                  "INSERT INTO ferry_meta (name, number) VALUES (?, ?) "
                  "ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                  "zi", name, number);
}

static int64_t steps_of(const struct ferry_service *service)
{
    int64_t n = 0;
    while (service->schema && service->schema[n]) {
        n++;
    }
    return n;
}

static int has_meta(struct service_state *s)
{
    return db_one_int(s->db, 0, NULL,
                      "SELECT count(*) FROM sqlite_master WHERE name = 'ferry_meta'", "") == 1;
}

/* The state must be this plugin's, and of no later version than it knows. One that is nobody's yet is fine. */
static int32_t check_owner(struct service_state *s, struct ferry_error *err)
{
    const char *id = s->setup.plugin_id;
    struct db_rows rows = {0};
    char owner[64] = "";
    int step = 0;
    int64_t want = steps_of(s->setup.service), have = 0;
    int32_t rc = has_meta(s) ? db_query(s->db, &rows, err,
                                        "SELECT text FROM ferry_meta WHERE name = 'service'", "")
                             : FERRY_OK;
    if (rc == FERRY_OK && (step = db_step(&rows)) > 0) {
        snprintf(owner, sizeof owner, "%.*s", STR_ARG(db_str(&rows, 0)));
    }
    db_done(&rows);
    if (rc || step <= 0) {
        return rc ? rc : -step;
    }
    if (strcmp(owner, id) != 0) {
        return ferry_fail(err, FERRY_E_STATE, NULL,
                          "%s: is the state of the plugin \"%s\", not of \"%s\"; choose another "
                          "state folder",
                          db_path(s->db), owner, id);
    }
    have = meta(s, "version", 0, err);
    if (have > want) {
        return ferry_fail(err, FERRY_E_STATE, NULL,
                          "%s: was written by a newer \"%s\" (state version %lld, this one knows "
                          "%lld); update ferry or choose another state folder",
                          db_path(s->db), id, (long long)have, (long long)want);
    }
    return FERRY_OK;
}

/* Runs the steps that are missing; in a transaction of the caller's. */
static int32_t upgrade(struct service_state *s, struct ferry_error *err)
{
    const struct ferry_service *service = s->setup.service;
    int64_t want = steps_of(service);
    int32_t rc = db_script(s->db,
                           "CREATE TABLE IF NOT EXISTS ferry_meta "
                           "(name TEXT PRIMARY KEY, number BIGINT, text TEXT)",
                           err);
    rc = rc ? rc : check_owner(s, err);
    rc =
        rc ? rc
           : db_run(
                 s->db, err,
                 "INSERT INTO ferry_meta (name, text) VALUES ('service', ?) ON CONFLICT (name) DO NOTHING",
                 "z", s->setup.plugin_id);
    for (int64_t have = meta(s, "version", 0, err); rc == FERRY_OK && have < want; have++) {
        rc = db_script(s->db, service->schema[have], err);
        if (rc == FERRY_OK) {
            rc = set_meta(s, "version", have + 1, err);
        }
    }
    if (rc == FERRY_OK && !meta(s, "seeded", 0, NULL)) {
        struct ferry_service_call call = call_of(s);
        rc = service->seed ? service->seed(&call, err) : FERRY_OK;
        if (rc == FERRY_OK) {
            rc = set_meta(s, "seeded", 1, err);
        }
    }
    return rc;
}

static int is_current(struct service_state *s)
{
    return has_meta(s) &&
           db_one_int(s->db, 0, NULL,
                      "SELECT count(*) FROM ferry_meta WHERE name = 'service' AND text = ?", "z",
                      s->setup.plugin_id) == 1 &&
           meta(s, "version", -1, NULL) == steps_of(s->setup.service) &&
           meta(s, "seeded", 0, NULL) == 1;
}

/* --- life ---------------------------------------------------------------------------- */

static int64_t data_version(struct service_state *s)
{
    return db_one_int(s->db, -1, NULL, "PRAGMA data_version", "");
}

int service_state_disturbed(struct service_state *s)
{
    return data_version(s) != s->opened;
}

int32_t service_state_is_passing(struct service_state *s, struct ferry_error *err)
{
    return db_script(s->db, "PRAGMA synchronous=OFF", err);
}

static int32_t open_db(struct service_state *s, const char *path, struct ferry_error *err)
{
    int32_t rc = db_open(&s->db, path, DB_CREATE | DB_STRANGE, BUSY_MS, err);
    rc = rc ? rc : check_owner(s, err);
    rc = rc ? rc : db_adopt(s->db, err);
    if (rc == FERRY_OK) {
        /*
         * Ids of clients come in no order: without room, each insert reads and writes a page of
         * its own. Two services may be open at once (a mirror and its source) beside the journal,
         * and all of it has to stay below 128 MB.
         */
        rc = db_script(s->db, "PRAGMA cache_size = -24576", err);
    }
    if (rc == FERRY_OK) {
        rc = svc_sql_create(&s->sql, s->db, err);
    }
    if (rc == FERRY_OK && !is_current(s)) {
        rc = db_begin(s->db, err);
        if (rc == FERRY_OK) {
            rc = db_end(s->db, upgrade(s, err), err);
        }
    }
    if (rc == FERRY_OK) {
        s->serial = meta(s, "serial", 0, NULL);
        s->opened = data_version(s);
    }
    return rc;
}

static struct service_state *new_state(const struct service_setup *setup, struct ferry_error *err)
{
    struct service_state *s = calloc(1, sizeof *s);
    if (!s) {
        ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", setup->plugin_id);
        return NULL;
    }
    s->setup = *setup;
    s->log = log_service(setup->plugin_id);
    s->host = (struct ferry_host){
        .size = sizeof s->host,
        .level = FERRY_ABI_NEWEST,
        .self = s,
        .version = FERRY_LIT(FERRY_VERSION),
        .query = host_query,
    };
    return s;
}

int32_t service_state_open(struct service_state **out, const struct service_setup *setup,
                           struct ferry_error *err)
{
    struct service_state *s = new_state(setup, err);
    struct spool *blobs = NULL;
    struct buf path;
    *out = NULL;
    if (!s) {
        return FERRY_E_NO_MEMORY;
    }
    buf_init(&path, 4096);
    int32_t rc = file_mkdirs(setup->folder, 0700, err);
    if (rc) {
        goto out;
    }
    rc = path_below(&path, setup->folder, "blobs", err);
    rc = rc ? rc : spool_open(&blobs, buf_cstr(&path), 0, err);
    if (rc) {
        goto out;
    }
    svc_blob_init(&s->blob, blobs);
    s->owns_blobs = 1;
    rc = path_below(&path, setup->folder, "state.db", err);
    rc = rc ? rc : open_db(s, buf_cstr(&path), err);
out:
    buf_finish(&path);
    if (rc) {
        service_state_close(s);
        return rc;
    }
    *out = s;
    return FERRY_OK;
}

void service_state_close(struct service_state *s)
{
    if (!s) {
        return;
    }
    svc_sql_destroy(s->sql);
    db_close(s->db);
    if (s->owns_blobs) {
        spool_close(s->blob.blobs);
    }
    free(s);
}

struct spool *service_state_blobs(struct service_state *s)
{
    return s->blob.blobs;
}

static int32_t copy_rows(struct service_state *from, struct db *to, struct ferry_error *err)
{
    sqlite3_backup *b = sqlite3_backup_init(db_handle(to), "main", db_handle(from->db), "main");
    int code = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
    if (b) {
        sqlite3_backup_finish(b);
    }
    if (code != SQLITE_DONE) {
        return ferry_fail(err, FERRY_E_IO, NULL, "%s: cannot copy it to %s: %s", db_path(from->db),
                          db_path(to), sqlite3_errmsg(db_handle(to)));
    }
    return FERRY_OK;
}

int32_t service_state_view(struct service_state *s, const char *db_path_,
                           struct service_state **out, struct ferry_error *err)
{
    struct service_state *view = new_state(&s->setup, err);
    *out = NULL;
    if (!view) {
        return FERRY_E_NO_MEMORY;
    }
    svc_blob_init(&view->blob, s->blob.blobs);
    int32_t rc = open_db(view, db_path_, err);
    if (rc) {
        service_state_close(view);
        return rc;
    }
    *out = view;
    return FERRY_OK;
}

int32_t service_state_fork(struct service_state *s, const char *db_path_,
                           struct service_state **out, struct ferry_error *err)
{
    struct db *db = NULL;
    *out = NULL;
    int32_t rc = db_open(&db, db_path_, DB_CREATE, BUSY_MS, err);
    if (rc == FERRY_OK) {
        rc = copy_rows(s, db, err);
    }
    db_close(db);
    return rc ? rc : service_state_view(s, db_path_, out, err);
}

/* --- requests ------------------------------------------------------------------------ */

static void answer_500(struct request *answer)
{
    request_reset(answer);
    struct ferry_out out = request_out(answer);
    out.status(out.self, 500);
    out.header(out.self, FERRY_LIT("content-type"));
    out.text(out.self, FERRY_LIT("application/json"));
    out.body(out.self);
    out.text(out.self, FERRY_LIT("{\"error\":{\"code\":\"internal\",\"message\":\"the service "
                                 "failed; its log says why\"}}\n"));
    request_seal(answer, NULL);
}

/* Runs the service; E_BUG where it said OK and wrote no answer. */
static int32_t run_service(struct service_state *s, const struct ferry_message *request,
                           struct request *answer, struct ferry_error *err)
{
    struct ferry_service_call call = call_of(s);
    struct ferry_out out = request_out(answer);
    int32_t rc = s->setup.service->handle(&call, request, &out, err);
    if (rc == FERRY_OK) {
        rc = request_seal(answer, err);
    }
    if (rc == FERRY_OK && answer->status == 0) {
        rc = ferry_fail(err, FERRY_E_BUG, NULL, "it wrote a request instead of an answer");
    }
    return rc;
}

enum service_end service_state_handle(struct service_state *s, const struct ferry_message *request,
                                      struct spool *from, struct request *answer,
                                      struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    request_reset(answer);
    db_forgive(s->db); /* each request tries anew: a disk that was full may have room by now */
    if (db_begin(s->db, err)) {
        return SERVICE_NOT_APPLIED;
    }
    int64_t stored = meta(s, "serial", 0, NULL);
    s->serial = (stored > s->serial ? stored : s->serial) + 1;
    int64_t changes = sqlite3_total_changes64(db_handle(s->db));
    s->blob.from = from;
    int32_t rc = run_service(s, request, answer, &why);
    s->blob.from = NULL;
    /* A read writes nothing, so it costs no sync; its serial is only this process's memory. */
    if (rc == FERRY_OK && sqlite3_total_changes64(db_handle(s->db)) != changes) {
        rc = set_meta(s, "serial", s->serial, &why);
    }
    if (rc) {
        db_rollback(s->db);
    }
    if (rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO) { /* the machine's failure, not an answer */
        ferry_fail(err, rc, why.where, "%s", why.message);
        return SERVICE_NOT_APPLIED;
    }
    if (rc) {
        log_error("%s: %.*s %.*s: %s", s->setup.plugin_id, STR_ARG(request->method),
                  STR_ARG(request->target), why.message[0] ? why.message : ferry_status_text(rc));
        answer_500(answer);
        return SERVICE_ANSWERED;
    }
    return db_commit(s->db, err) ? SERVICE_UNSURE : SERVICE_ANSWERED;
}

int32_t service_state_dump(struct service_state *s, struct buf *out, struct ferry_error *err)
{
    struct ferry_service_call call;
    struct request answer;
    struct buf storage;
    struct ferry_message flat;
    struct ferry_kv headers[REQUEST_HEADERS];
    if (!s->setup.service->dump) {
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "%s: has no dump", s->setup.plugin_id);
    }
    int32_t rc = db_begin(s->db, err);
    if (rc) {
        return rc;
    }
    request_init(&answer, out->max > MOST_ANSWER ? out->max : MOST_ANSWER);
    buf_init(&storage, answer.parts.max);
    struct ferry_out writer = request_out(&answer);
    writer.status(writer.self, 200);
    writer.body(writer.self);
    call = call_of(s);
    rc = s->setup.service->dump(&call, &writer, err);
    if (rc == FERRY_OK && (rc = request_seal(&answer, err)) == FERRY_OK) {
        rc = request_flatten(&answer, NULL, NULL, s->blob.blobs, &storage, headers, &flat, err);
    }
    db_rollback(s->db);
    if (rc == FERRY_OK && (rc = buf_put(out, flat.body)) != FERRY_OK) {
        ferry_fail(err, rc, NULL, "%s: the dump does not fit", s->setup.plugin_id);
    }
    request_finish(&answer);
    buf_finish(&storage);
    return rc;
}
