/* SPDX-License-Identifier: MIT */
/*
 * service - requests to the service of `local`, with its rows. An input is requests with a line "%%" between them: "METHOD TARGET",
 * then the body. Each is answered, none by a failure of the service; the same requests on the same state are answered alike; and
 * a read leaves the state as it was.
 */
#include "fuzz.h"

#include <clock.h>
#include <json.h>
#include <log.h>
#include <request.h>
#include <svc.h>

#include <ferry/plugin.h>
#include <ferry/service.h>

extern const struct ferry_plugin ferry_plugin_local;

enum { MOST = 64 << 20, REQUESTS = 12 };

static const struct ferry_service *service;
static struct db *db;
static struct svc_sql *sql;
static struct svc_blob blob;
static struct spool *blobs;

static const void *host_query(void *self, const char *id)
{
    (void)self;
    return strcmp(id, FERRY_HOST_SQL_1) == 0    ? (const void *)svc_sql_table(sql)
           : strcmp(id, FERRY_HOST_BLOB_1) == 0 ? (const void *)&blob.table
                                                : NULL;
}
static const struct ferry_host host = {
    .size = sizeof host, .level = FERRY_ABI_NEWEST, .query = host_query};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ferry_error err = {.size = sizeof err};
    (void)argc;
    (void)argv;
    fuzz_folder();
    log_setup(0, 0);
    service = ferry_plugin_local.query(FERRY_SERVICE_1);
    fuzz_claim(db_open(&db, "state.db", DB_CREATE, 1000, &err) == FERRY_OK, "%s", err.message);
    for (size_t i = 0; service->schema[i]; i++) {
        fuzz_claim(db_script(db, service->schema[i], &err) == FERRY_OK, "%s", err.message);
    }
    fuzz_claim(svc_sql_create(&sql, db, &err) == FERRY_OK, "%s", err.message);
    fuzz_claim(spool_open(&blobs, "blobs", 0, &err) == FERRY_OK, "%s", err.message);
    svc_blob_init(&blob, blobs);
    return 0;
}

/* --- one request --------------------------------------------------------------------------------- */

static struct ferry_service_call call_of(uint64_t serial)
{
    return (struct ferry_service_call){.size = sizeof(struct ferry_service_call),
                                       .host = &host,
                                       .now_ms = INT64_C(1790000000000) + (int64_t)serial,
                                       .serial = serial};
}

static void judge(const struct ferry_message *request, const struct ferry_message *answer)
{
    struct json_doc doc = {NULL};
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str type =
        ferry_get(answer->headers, answer->n_headers, FERRY_LIT("content-type"));
    fuzz_claim(answer->status >= 200 && answer->status < 500, "%.*s: answered with %u",
               STR_ARG(request->target), answer->status);
    if (!str_is(type, "application/json")) {
        return;
    }
    fuzz_claim(json_parse(&doc, answer->body, JSON_STRICT, NULL, &err) == FERRY_OK,
               "%.*s: the answer is no JSON: %s: %.*s", STR_ARG(request->target), err.message,
               STR_ARG(answer->body));
    fuzz_claim((answer->status < 300) != (json_get(doc.root, "error") != NULL),
               "%.*s: %u, and \"error\"", STR_ARG(request->target), answer->status);
    json_finish(&doc);
}

static void dump(struct buf *out)
{
    struct request r;
    struct buf storage;
    struct ferry_message m = {0};
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_error err = {.size = sizeof err};
    struct ferry_service_call call = call_of(0);
    request_init(&r, MOST);
    buf_init(&storage, MOST);
    struct ferry_out to = request_out(&r);
    to.status(to.self, 200);
    to.body(to.self);
    fuzz_claim(service->dump(&call, &to, &err) == FERRY_OK, "dump: %s", err.message);
    fuzz_claim(request_seal(&r, &err) == FERRY_OK, "dump: %s", err.message);
    fuzz_claim(request_flatten(&r, NULL, NULL, blobs, &storage, headers, &m, &err) == FERRY_OK,
               "dump: %s", err.message);
    buf_put(out, m.body);
    buf_finish(&storage);
    request_finish(&r);
}

/* Sends one; what came is appended to `told`. */
static void send(const struct ferry_message *request, uint64_t serial, struct buf *told)
{
    struct request r;
    struct buf storage;
    struct ferry_message m = {0};
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_error err = {.size = sizeof err};
    struct ferry_service_call call = call_of(serial);
    request_init(&r, MOST);
    buf_init(&storage, MOST);
    struct ferry_out out = request_out(&r);
    int32_t rc = service->handle(&call, request, &out, &err);
    fuzz_claim(rc == FERRY_OK, "%.*s %.*s: the service fails: %d: %s", STR_ARG(request->method),
               STR_ARG(request->target), rc, err.message);
    fuzz_claim(request_seal(&r, &err) == FERRY_OK, "the answer: %s", err.message);
    rc = request_flatten(&r, NULL, NULL, blobs, &storage, headers, &m, &err);
    fuzz_claim(rc == FERRY_OK, "%.*s: the answer cannot be sent: %s", STR_ARG(request->target),
               err.message);
    judge(request, &m);
    buf_printf(told, "%u ", m.status);
    buf_put(told, m.body);
    buf_finish(&storage);
    request_finish(&r);
}

/* --- an input ------------------------------------------------------------------------------------- */

/* A request line that the host would hand on: a method that is a word, a target without spaces. */
static int request_of(struct ferry_str part, struct ferry_message *m)
{
    struct ferry_str line;
    *m = (struct ferry_message){.size = sizeof *m};
    str_split(&part, '\n', &line);
    m->body = part;
    str_split(&line, ' ', &m->method);
    m->target = line;
    for (uint64_t i = 0; i < line.len; i++) {
        if ((unsigned char)line.ptr[i] <= ' ' || line.ptr[i] == 0x7f) {
            return 0;
        }
    }
    return m->method.len > 0 && m->target.len > 0;
}

static void run(struct ferry_str input, struct buf *told)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str part;
    struct ferry_message m;
    fuzz_claim(db_begin(db, &err) == FERRY_OK, "%s", err.message);
    for (uint64_t n = 1; n <= REQUESTS && fuzz_part(&input, &part); n++) {
        struct buf before, after;
        if (!request_of(part, &m)) {
            continue;
        }
        buf_init(&before, MOST);
        buf_init(&after, MOST);
        int read = str_is(m.method, "GET");
        if (read) {
            dump(&before);
        }
        send(&m, n, told);
        if (read) {
            dump(&after);
            fuzz_same("the state before and after a read", buf_str(&before), buf_str(&after));
        }
        buf_finish(&before);
        buf_finish(&after);
    }
    dump(told);
    db_rollback(db);
}

static int32_t forget(void *data, struct ferry_str digest, uint64_t bytes)
{
    (void)data;
    (void)bytes;
    spool_remove(blobs, digest, NULL);
    return FERRY_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str input = {(const char *)data, size};
    struct buf first, second;
    buf_init(&first, MOST);
    buf_init(&second, MOST);
    run(input, &first);
    run(input, &second);
    fuzz_same("the same requests, twice", buf_str(&first), buf_str(&second));
    if (spool_bytes(blobs) > 0) {
        spool_each(blobs, forget, NULL, NULL);
    }
    buf_finish(&first);
    buf_finish(&second);
    return 0;
}
