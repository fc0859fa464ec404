/* SPDX-License-Identifier: MIT */
/*
 * toy_service.h - a ferry.service/1 of a few routes, for tests of what stands around services:
 * rows that can be added and counted, and each way in which a service can misbehave.
 */
#ifndef TESTS_TOY_SERVICE_H
#define TESTS_TOY_SERVICE_H

#include <ferry/service.h>
#include <json.h>
#include <text.h>

static const char *const toy_schema_1[] = {
    "CREATE TABLE item (n BIGINT PRIMARY KEY, text TEXT NOT NULL)", NULL};

static const struct ferry_sql *toy_sql(const struct ferry_service_call *call)
{
    return call->host->query(call->host->self, FERRY_HOST_SQL_1);
}

static int32_t toy_take_int(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    *(int64_t *)data = row[0].i;
    return FERRY_OK;
}

static int64_t toy_count(const struct ferry_service_call *call)
{
    int64_t n = -1;
    toy_sql(call)->run(toy_sql(call)->self, FERRY_LIT("SELECT count(*) FROM item"), NULL, 0,
                       toy_take_int, &n, NULL);
    return n;
}

static int32_t toy_add(const struct ferry_service_call *call, struct ferry_str text,
                       struct ferry_error *err)
{
    const struct ferry_value args[] = {ferry_int(toy_count(call) + 1), ferry_text(text)};
    return toy_sql(call)->run(toy_sql(call)->self,
                              FERRY_LIT("INSERT INTO item (n, text) VALUES (?, ?)"), args, 2, NULL,
                              NULL, err);
}

static int32_t toy_seed(const struct ferry_service_call *call, struct ferry_error *err)
{
    return toy_add(call, FERRY_LIT("seed"), err);
}

static void toy_answer(const struct ferry_out *out, uint32_t status, struct ferry_str text)
{
    out->status(out->self, status);
    out->header(out->self, FERRY_LIT("x-toy"));
    out->text(out->self, FERRY_LIT("yes"));
    out->body(out->self);
    out->text(out->self, text);
}

static int32_t toy_list_row(void *data, const struct ferry_value *row, uint32_t n)
{
    const struct ferry_out *out = data;
    (void)n;
    if (out->size(out->self) > 0) {
        out->text(out->self, FERRY_LIT(","));
    }
    return out->text(out->self, row[0].s);
}

static int32_t toy_list(const struct ferry_service_call *call, const struct ferry_out *out,
                        struct ferry_error *err)
{
    return toy_sql(call)->run(toy_sql(call)->self, FERRY_LIT("SELECT text FROM item ORDER BY n"),
                              NULL, 0, toy_list_row, (void *)(uintptr_t)out, err);
}

static int32_t toy_many(const struct ferry_service_call *call, const struct ferry_message *request,
                        const struct ferry_out *out, struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    int32_t rc = json_parse(&doc, request->body, JSON_STRICT, "body", err);
    json_each (v, json_get(doc.root, "rows")) {
        rc = rc ? rc : toy_add(call, json_str(v), err);
    }
    json_finish(&doc);
    if (rc == FERRY_OK) {
        toy_answer(out, 200, FERRY_LIT("{\"ok\":true}"));
    }
    return rc;
}

static int32_t toy_echo_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct buf *b = data;
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(b, "%s%u:", i ? " " : "", row[i].type);
        if (row[i].type == FERRY_INT) {
            buf_printf(b, "%lld", (long long)row[i].i);
        } else if (row[i].type == FERRY_REAL) {
            buf_printf(b, "%g", row[i].d);
        } else {
            buf_put(b, row[i].s);
        }
    }
    buf_putc(b, ';');
    return FERRY_OK;
}

/*
 * Runs the body as SQL; answers with the status, rows or reason. "?" marks get 1, 2, 3 ... as
 * told by x-args.
 */
static void toy_run_sql(const struct ferry_service_call *call, const struct ferry_message *request,
                        const struct ferry_out *out)
{
    struct ferry_error why = {.size = sizeof why};
    const struct ferry_value args[] = {ferry_int(-7),
                                       {FERRY_REAL, 0, 0, 2.5, {NULL, 0}},
                                       ferry_text(FERRY_LIT("t\xC3\xA9")),
                                       ferry_text((struct ferry_str){NULL, 0}),
                                       {FERRY_BYTES, 0, 0, 0, FERRY_LIT("raw")}};
    struct buf b;
    uint32_t marks = 0;
    buf_init(&b, 1 << 20);
    for (uint64_t i = 0; i < request->body.len; i++) {
        marks += request->body.ptr[i] == '?';
    }
    int32_t rc = toy_sql(call)->run(toy_sql(call)->self, request->body, args, marks > 5 ? 5 : marks,
                                    toy_echo_row, &b, &why);
    if (rc) {
        buf_printf(&b, "%d %s", rc, why.message);
    }
    toy_answer(out, 200, buf_str(&b));
    buf_finish(&b);
}

struct toy_nest {
    const struct ferry_service_call *call;
    int64_t sum;
};

static int32_t toy_nested_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct toy_nest *nest = data;
    int64_t inner = 0;
    (void)n;
    int32_t rc = toy_sql(nest->call)
                     ->run(toy_sql(nest->call)->self, FERRY_LIT("SELECT n FROM item ORDER BY n"),
                           NULL, 0, toy_take_int, &inner, NULL);
    nest->sum += row[0].i * inner;
    return rc;
}

/* The same statement, run again from its own rows. */
static int32_t toy_nested(const struct ferry_service_call *call, const struct ferry_out *out,
                          struct ferry_error *err)
{
    struct toy_nest nest = {call, 0};
    char text[32];
    int32_t rc = toy_sql(call)->run(toy_sql(call)->self, FERRY_LIT("SELECT n FROM item ORDER BY n"),
                                    NULL, 0, toy_nested_row, &nest, err);
    snprintf(text, sizeof text, "%lld", (long long)nest.sum);
    toy_answer(out, 200, ferry_cstr(text));
    return rc;
}

static int32_t toy_keep(const struct ferry_service_call *call, const struct ferry_message *request,
                        const struct ferry_out *out)
{
    const struct ferry_blobs *blobs = call->host->query(call->host->self, FERRY_HOST_BLOB_1);
    struct ferry_error why = {.size = sizeof why};
    char digest[72] = "";
    uint64_t offset = str_is(request->target, "/keep/tail") ? 2 : 0;
    uint64_t n = str_is(request->target, "/keep/beyond") ? 1000000 : 0;
    int32_t rc = blobs->keep(blobs->self, request, offset, n, digest, &why);
    toy_answer(out, rc ? 400 : 201, ferry_cstr(rc ? why.message : digest));
    return FERRY_OK;
}

static int32_t toy_post(const struct ferry_service_call *call, const struct ferry_message *request,
                        const struct ferry_out *out, struct ferry_error *err)
{
    struct ferry_str target = request->target;
    int32_t rc = FERRY_OK;
    if (str_is(target, "/many")) {
        return toy_many(call, request, out, err);
    }
    if (str_is(target, "/sql")) {
        toy_run_sql(call, request, out);
        return FERRY_OK;
    }
    if (str_starts(target, "/keep")) {
        return toy_keep(call, request, out);
    }
    rc = toy_add(call, request->body, err);
    if (rc == FERRY_OK && str_is(target, "/boom")) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "boom");
    }
    if (str_is(target, "/silent")) {
        return FERRY_OK;
    }
    if (str_is(target, "/request")) {
        return out->start(out->self, FERRY_LIT("GET"), FERRY_LIT("/"));
    }
    toy_answer(out, 201, FERRY_LIT("added"));
    return rc;
}

static int32_t toy_get(const struct ferry_service_call *call, const struct ferry_message *request,
                       const struct ferry_out *out, struct ferry_error *err)
{
    struct ferry_str target = request->target;
    char text[64];
    if (str_starts(target, "/count")) {
        snprintf(text, sizeof text, "%lld", (long long)toy_count(call));
        toy_answer(out, 200, ferry_cstr(text));
    } else if (str_is(target, "/serial")) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)call->serial);
        toy_answer(out, 200, ferry_cstr(text));
    } else if (str_is(target, "/header")) {
        toy_answer(out, 200,
                   ferry_get(request->headers, request->n_headers, FERRY_LIT("authorization")));
    } else if (str_is(target, "/nested")) {
        return toy_nested(call, out, err);
    } else if (str_starts(target, "/blob/")) {
        toy_answer(out, 200, FERRY_LIT(""));
        out->blob(out->self, str_sub(target, 6, target.len), 0, 0);
    } else if (str_is(target, "/list")) {
        toy_answer(out, 200, FERRY_LIT(""));
        return toy_list(call, out, err);
    } else {
        toy_answer(out, 404, FERRY_LIT("nothing there"));
    }
    return FERRY_OK;
}

static int32_t toy_handle(const struct ferry_service_call *call,
                          const struct ferry_message *request, const struct ferry_out *out,
                          struct ferry_error *err)
{
    return str_is(request->method, "GET") ? toy_get(call, request, out, err)
                                          : toy_post(call, request, out, err);
}

static const struct ferry_service toy_service = {
    .schema = toy_schema_1, .seed = toy_seed, .handle = toy_handle, .dump = toy_list};

#endif
