/* SPDX-License-Identifier: MIT */
/*
 * codec.c - the local tracker's codec: what each kind of operation is, and requests for one or
 * many of them. The host calls it from any thread; everything here is made anew from its
 * arguments.
 */
#include "codec.h"

#include <text.h>

enum { MOST_PATH = 4096, MOST_ELEMENT = 64 << 20 };

int local_is_number(struct ferry_str id)
{
    int64_t n = 0;
    return str_int64(id, &n) && n > 0 && id.ptr[0] >= '1' && id.ptr[0] <= '9';
}

struct ferry_str local_run_of(const struct ferry_op *op)
{
    const struct ferry_ref *ref = op->item ? ferry_ref_of(op->item, FERRY_RUN) : NULL;
    if ((op->kind & 0xffff) == FERRY_RUN && op->id.len > 0) {
        return op->id;
    }
    return ref ? ref->id : (struct ferry_str){NULL, 0};
}

/* --- describe --------------------------------------------------------------------------- */

static const struct kind {
    uint32_t kind, effect, flags, max_items, scope;
    uint64_t max_bytes, max_answer;
    const char *name;
} kinds[] = {
    {FERRY_OP(FERRY_LIST, FERRY_PROJECT), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 0, "list projects"},
    {FERRY_OP(FERRY_LIST, FERRY_FIELD), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 0, "list fields"},
    {FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 64 << 20, "list cases"},
    {FERRY_OP(FERRY_LIST, FERRY_RUN), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 64 << 20, "list runs"},
    {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 64 << 20, "list results"},
    {FERRY_OP(FERRY_LIST, FERRY_ATTACHMENT), FERRY_READ, 0, LOCAL_PAGE, 0, 0, 0,
     "list attachments"},
    {FERRY_OP(FERRY_FETCH, FERRY_ATTACHMENT), FERRY_READ, 0, 1, 0, 0, LOCAL_ATTACHMENT,
     "fetch attachment"},
    {FERRY_OP(FERRY_CREATE, FERRY_FIELD), FERRY_REPEATABLE, 0, 1, 0, 0, 0, "create field"},
    {FERRY_OP(FERRY_CREATE, FERRY_CASE), FERRY_ONCE, FERRY_EACH, LOCAL_CASES, 0, LOCAL_BODY, 0,
     "create case"},
    {FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_ONCE, FERRY_FIND_FIRST, 1, 0, LOCAL_BODY, 0,
     "create run"},
    {FERRY_OP(FERRY_CREATE, FERRY_RESULT), FERRY_REPEATABLE, FERRY_EACH | FERRY_MATCHES,
     LOCAL_RESULTS, FERRY_RUN, LOCAL_BODY, 0, "create result"},
    {FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), FERRY_REPEATABLE, 0, 1, 0, 0, 0,
     "create attachment"},
    {FERRY_OP(FERRY_COMPLETE, FERRY_RUN), FERRY_REPEATABLE, FERRY_CLOSES, 1, FERRY_RUN, 0, 0,
     "complete run"},
};

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    uint32_t size = traits->size;
    struct ferry_traits t = {.size = size};
    (void)call;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind) {
            t.effect = kinds[i].effect;
            t.flags = kinds[i].flags;
            t.max_items = kinds[i].max_items;
            t.scope = kinds[i].scope;
            t.max_in_flight = 4;
            t.max_bytes = kinds[i].max_bytes;
            t.max_answer = kinds[i].max_answer;
            t.name = ferry_cstr(kinds[i].name);
        }
    }
    memcpy(traits, &t, size < sizeof t ? size : sizeof t);
    return FERRY_OK;
}

/* --- encode ----------------------------------------------------------------------------- */

static void begin_request(const struct ferry_out *out, const char *method, struct ferry_str path)
{
    out->start(out->self, ferry_cstr(method), path);
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/json"));
    out->body(out->self);
}

/* FERRY_OK, or why the text in `b` is not whole. */
static int32_t whole(const struct buf *b, const char *where, struct ferry_error *err)
{
    if (b->failed == FERRY_E_NO_MEMORY) {
        return ferry_fail(err, b->failed, where, "out of memory");
    }
    return b->failed ? ferry_fail(err, b->failed, where, "longer than %zu bytes", b->max)
                     : FERRY_OK;
}

/* One operation's JSON in w->json's buffer. */
static int32_t write_one(struct writer *w, const struct ferry_op *op, write_fn *write,
                         struct ferry_error *err)
{
    struct buf *b = w->json.buf;
    buf_reset(b);
    w->json = json_to(b);
    int32_t rc = op->item || write == local_write_complete
                     ? write(w, op, err)
                     : ferry_fail(err, FERRY_E_BUG, NULL, "an operation without an item");
    return rc ? rc : whole(b, NULL, err);
}

/* {"<member>": [ one, two ...]}, as many as fit. */
static int32_t encode_many(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                           const char *head, write_fn *write, uint32_t *taken,
                           struct ferry_error *err)
{
    const struct ferry_out *out = w->out;
    const struct ferry_call *call = w->call;
    uint64_t most = call->max_bytes ? call->max_bytes : UINT64_MAX;
    uint32_t limit = call->max_items && call->max_items < n ? call->max_items : n;
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    out->text(out->self, ferry_cstr(head));
    for (; i < limit; i++) {
        uint64_t before = out->size(out->self);
        w->index = i;
        rc = write_one(w, ops[i], write, err);
        if (rc) {
            break;
        }
        out->text(out->self, ferry_cstr(i ? "," : ""));
        out->text(out->self, buf_str(w->json.buf));
        if (out->size(out->self) + 2 > most) {
            out->cut(out->self, before);
            rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                            "it is longer than a request may be: %llu", (unsigned long long)most);
            break;
        }
    }
    if (i == 0) {
        return rc;
    }
    *taken = i;
    return out->text(out->self, FERRY_LIT("]}"));
}

static int32_t encode_results(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                              uint32_t *taken, struct ferry_error *err)
{
    struct ferry_str run = local_run_of(ops[0]);
    struct buf text;
    if (!local_is_number(run)) {
        return ferry_fail(err, FERRY_E_INPUT, "run", "\"%.*s\" is not the id of a run here",
                          STR_ARG(run));
    }
    buf_init(&text, MOST_PATH);
    local_put_path(&text, w->call, "/runs/%.*s/results", STR_ARG(run));
    int32_t rc = whole(&text, "project", err);
    if (rc) {
        buf_finish(&text);
        return rc;
    }
    begin_request(w->out, "POST", buf_str(&text));
    buf_reset(&text);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    if (w->call->key_field.len > 0) {
        json_member(&j, "key_field", w->call->key_field);
    }
    json_key(&j, "results");
    buf_puts(&text, "[");
    rc = whole(&text, "key_field", err);
    rc = rc ? rc : encode_many(w, ops, n, buf_cstr(&text), local_write_result, taken, err);
    buf_finish(&text);
    return rc;
}

static int32_t encode_single(struct writer *w, const struct ferry_op *op, const char *path,
                             write_fn *write, uint32_t *taken, struct ferry_error *err)
{
    struct buf target;
    buf_init(&target, MOST_PATH);
    local_put_path(&target, w->call, "%s", path);
    begin_request(w->out, "POST", buf_str(&target));
    int32_t rc = whole(&target, "project", err);
    rc = rc ? rc : write_one(w, op, write, err);
    if (rc == FERRY_OK) {
        rc = w->out->text(w->out->self, buf_str(w->json.buf));
        *taken = 1;
    }
    buf_finish(&target);
    return rc;
}

static int32_t encode_complete(struct writer *w, const struct ferry_op *op, uint32_t *taken,
                               struct ferry_error *err)
{
    struct ferry_str run = local_run_of(op);
    char path[64];
    if (!local_is_number(run)) {
        return ferry_fail(err, FERRY_E_INPUT, "run", "\"%.*s\" is not the id of a run here",
                          STR_ARG(run));
    }
    snprintf(path, sizeof path, "/runs/%.*s/complete", STR_ARG(run));
    return encode_single(w, op, path, local_write_complete, taken, err);
}

static int32_t encode_attachment(struct writer *w, const struct ferry_op *op, uint32_t *taken,
                                 struct ferry_error *err)
{
    const struct ferry_attachment *a = op->item ? op->item->attachment : NULL;
    const struct ferry_out *out = w->out;
    struct buf target;
    if (!a || !a->blob || !str_starts(a->blob->digest, "sha256:")) {
        return ferry_fail(err, FERRY_E_INPUT, "attachment", "its bytes are not in the spool");
    }
    if (a->blob->bytes > LOCAL_ATTACHMENT) {
        return ferry_fail(err, FERRY_E_TOO_LARGE, "attachment",
                          "it has %llu bytes; the local tracker takes %d",
                          (unsigned long long)a->blob->bytes, LOCAL_ATTACHMENT);
    }
    buf_init(&target, 64 * 1024);
    local_put_path(&target, w->call, "/attachments/%.*s", STR_ARG(a->blob->digest));
    const struct ferry_kv query[] = {{FERRY_LIT("name="), utf8_cut(a->name, LOCAL_NAME)},
                                     {FERRY_LIT("mime="), utf8_cut(a->mime, LOCAL_NAME)}};
    for (size_t i = 0; i < 2; i++) {
        if (query[i].value.len > 0) {
            buf_putc(&target, i == 0 || a->name.len == 0 ? '?' : '&');
            buf_put(&target, query[i].key);
            local_put_encoded(&target, query[i].value);
        }
    }
    out->start(out->self, FERRY_LIT("PUT"), buf_str(&target));
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/octet-stream"));
    out->body(out->self);
    if (a->blob->bytes > 0) {
        out->blob(out->self, a->blob->digest, 0, a->blob->bytes);
    }
    int32_t rc = whole(&target, "attachment", err);
    buf_finish(&target);
    *taken = 1;
    return rc;
}

static int32_t encode_kind(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                           uint32_t *taken, struct ferry_error *err)
{
    struct buf path;
    int32_t rc;
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        return encode_results(w, ops, n, taken, err);
    case FERRY_OP(FERRY_CREATE, FERRY_RUN):
        return encode_single(w, ops[0], "/runs", local_write_run, taken, err);
    case FERRY_OP(FERRY_CREATE, FERRY_FIELD):
        return encode_single(w, ops[0], "/fields", local_write_field, taken, err);
    case FERRY_OP(FERRY_COMPLETE, FERRY_RUN):
        return encode_complete(w, ops[0], taken, err);
    case FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT):
        return encode_attachment(w, ops[0], taken, err);
    case FERRY_OP(FERRY_CREATE, FERRY_CASE):
        buf_init(&path, MOST_PATH);
        local_put_path(&path, w->call, "/cases");
        begin_request(w->out, "POST", buf_str(&path));
        rc = whole(&path, "project", err);
        rc = rc ? rc : encode_many(w, ops, n, "{\"cases\":[", local_write_case, taken, err);
        buf_finish(&path);
        return rc;
    default:
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL,
                          "the local tracker has no operation %u on noun %u", ops[0]->kind >> 16,
                          ops[0]->kind & 0xffff);
    }
}

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    struct buf text;
    struct writer w = {.call = call, .out = out};
    *taken = 0;
    if (n == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "encode: no operations");
    }
    buf_init(&text, MOST_ELEMENT);
    buf_init(&w.scratch, MOST_ELEMENT);
    w.json = json_to(&text);
    int32_t rc = encode_kind(&w, ops, n, taken, err);
    buf_finish(&text);
    buf_finish(&w.scratch);
    return rc;
}

/* --- dress ------------------------------------------------------------------------------ */

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)err;
    if (str_is(ferry_get(call->options, call->n_options, FERRY_LIT("auth")), "token")) {
        out->header(out->self, FERRY_LIT("authorization"));
        out->text(out->self, FERRY_LIT("Bearer "));
        out->secret(out->self, FERRY_LIT("token"), FERRY_RAW);
    }
    out->header(out->self, FERRY_LIT("accept"));
    return out->text(out->self, FERRY_LIT("application/json"));
}

const struct ferry_tracker local_tracker = {
    .describe = describe,
    .encode = encode,
    .decode = local_decode,
    .find = local_find,
    .ask = local_ask,
    .answer = local_answer,
    .dress = dress,
};
