/* SPDX-License-Identifier: MIT */
/*
 * codec.c - what each kind of operation is to Qase, and requests for one or many of them. The host calls it from any thread;
 * everything here is made anew from its arguments.
 */
#include "codec.h"

#include <stdlib.h>
#include <text.h>

enum { MOST_PATH = 4096, MOST_ELEMENT = 64 << 20 };

/* --- small questions ------------------------------------------------------------------------------- */

struct ferry_str qase_option(const struct ferry_call *call, const char *name)
{
    return ferry_get(call->options, call->n_options, ferry_cstr(name));
}

int qase_is_v1(const struct ferry_call *call)
{
    return str_is(qase_option(call, "api"), "v1");
}

int qase_is_number(struct ferry_str id, int64_t *out)
{
    int64_t n = 0;
    int yes = str_int64(id, &n) && n > 0 && id.ptr[0] >= '1' && id.ptr[0] <= '9';
    if (yes && out) {
        *out = n;
    }
    return yes;
}

struct ferry_str qase_run_of(const struct ferry_op *op)
{
    const struct ferry_ref *ref = op->item ? ferry_ref_of(op->item, FERRY_RUN) : NULL;
    if ((op->kind & 0xffff) == FERRY_RUN && op->id.len > 0) {
        return op->id;
    }
    return ref ? ref->id : (struct ferry_str){NULL, 0};
}

struct ferry_str qase_key_fact(const struct ferry_call *call, char scratch[300])
{
    snprintf(scratch, 300, "custom field \"%.*s\"",
             (int)(call->key_field.len < 250 ? call->key_field.len : 250),
             call->key_field.ptr ? call->key_field.ptr : "");
    return ferry_cstr(scratch);
}

struct ferry_str qase_key_field(const struct ferry_call *call)
{
    char scratch[300];
    struct ferry_str id = ferry_get(call->facts, call->n_facts, qase_key_fact(call, scratch));
    return id.len ? id : (struct ferry_str){NULL, 0};
}

/* --- describe ------------------------------------------------------------------------------------------ */

static const struct kind {
    uint32_t kind, effect, flags, max_items, scope;
    uint64_t max_bytes, max_answer;
    const char *name;
} kinds[] = {
    {FERRY_OP(FERRY_LIST, FERRY_FIELD), FERRY_READ, 0, QASE_PAGE, 0, 0, 0, "list custom fields"},
    {FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_READ, FERRY_COUNTS, QASE_PAGE, 0, 0, 64 << 20,
     "list cases"},
    {FERRY_OP(FERRY_LIST, FERRY_RUN), FERRY_READ, 0, QASE_PAGE, 0, 0, 0, "list runs"},
    {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, FERRY_LATE | FERRY_PARTIAL, QASE_PAGE, 0, 0,
     64 << 20, "list results"},
    {FERRY_OP(FERRY_FETCH, FERRY_ATTACHMENT), FERRY_READ, 0, 1, 0, 0, QASE_FILE_BYTES,
     "fetch attachment"},
    {FERRY_OP(FERRY_CREATE, FERRY_CASE), FERRY_ONCE, FERRY_EACH, QASE_CASES, 0, QASE_BODY, 0,
     "create case"},
    {FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_ONCE, FERRY_FIND_FIRST, 1, 0, QASE_BODY, 0,
     "create run"},
    {FERRY_OP(FERRY_CREATE, FERRY_RESULT), FERRY_REPEATABLE, FERRY_EACH | FERRY_MATCHES,
     QASE_RESULTS, FERRY_RUN, QASE_BODY, 0, "create result"},
    {FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), FERRY_REPEATABLE, FERRY_EACH, QASE_FILES, 0,
     QASE_FILES_BYTES, 0, "create attachment"},
    {FERRY_OP(FERRY_COMPLETE, FERRY_RUN), FERRY_REPEATABLE, FERRY_CLOSES, 1, FERRY_RUN, 0, 0,
     "complete run"},
    {QASE_COMPLETE_RUN, FERRY_REPEATABLE, 0, 1, FERRY_RUN, 0, 0, "complete run"},
};

/* What the configuration and the project change of it. */
static void adjust(const struct ferry_call *call, uint32_t kind, struct ferry_traits *t)
{
    char scratch[300];
    struct ferry_str known = ferry_get(call->facts, call->n_facts, qase_key_fact(call, scratch));
    if (kind == FERRY_OP(FERRY_CREATE, FERRY_CASE) && known.ptr && known.len == 0) {
        t->effect =
            0; /* no field to write a key into: cases are left to the server, by signature */
    }
    if (kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        int64_t most = QASE_RESULTS;
        if (qase_is_number(qase_option(call, "batch_size"), &most) && most < QASE_RESULTS) {
            t->max_items = (uint32_t)most;
        }
        /* the older interface knows no ids */
        t->effect = qase_is_v1(call) ? FERRY_ONCE : t->effect;
    }
    if (kind == FERRY_OP(FERRY_LIST, FERRY_RESULT) && !qase_is_v1(call)) {
        t->flags |= FERRY_NAMELESS | FERRY_COUNTS; /* the newer one keeps ids to itself */
    }
}

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    uint32_t size = traits->size;
    struct ferry_traits t = {.size = size};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind) {
            t.effect = kinds[i].effect;
            t.flags = kinds[i].flags;
            t.max_items = kinds[i].max_items;
            t.scope = kinds[i].scope;
            t.max_in_flight = QASE_AT_ONCE;
            t.max_bytes = kinds[i].max_bytes;
            t.max_answer = kinds[i].max_answer;
            t.name = ferry_cstr(kinds[i].name);
            adjust(call, kind, &t);
        }
    }
    memcpy(traits, &t, size < sizeof t ? size : sizeof t);
    return FERRY_OK;
}

/* --- encode ---------------------------------------------------------------------------------------------- */

static void begin_request(const struct ferry_out *out, const char *method, struct ferry_str path)
{
    out->start(out->self, ferry_cstr(method), path);
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/json"));
    out->body(out->self);
}

/* One operation's JSON in w->json's buffer. */
static int32_t write_one(struct writer *w, const struct ferry_op *op, write_fn *write,
                         struct ferry_error *err)
{
    struct buf *b = w->json.buf;
    buf_reset(b);
    w->json = json_to(b);
    int32_t rc = op->item ? write(w, op, err)
                          : ferry_fail(err, FERRY_E_BUG, NULL, "an operation without an item");
    if (rc == FERRY_OK && b->failed) {
        rc = ferry_fail(err, b->failed, NULL, "it is longer than %zu bytes of JSON", b->max);
    }
    return rc;
}

/* {"<member>":[one,two ...]}, as many as fit. */
static int32_t encode_many(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                           const char *head, write_fn *write, uint32_t *taken,
                           struct ferry_error *err)
{
    const struct ferry_out *out = w->out;
    const struct ferry_call *call = w->call;
    uint64_t most = call->max_bytes ? call->max_bytes : UINT64_MAX;
    uint32_t limit = call->max_items && call->max_items < n ? call->max_items : n, i = 0;
    int32_t rc = FERRY_OK;
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
                            "it is longer than a request may be: %llu bytes",
                            (unsigned long long)most);
            break;
        }
    }
    if (i == 0) {
        return rc;
    }
    *taken = i;
    return out->text(out->self, FERRY_LIT("]}"));
}

static int32_t run_number(const struct ferry_op *op, struct ferry_str *run, struct ferry_error *err)
{
    *run = qase_run_of(op);
    return qase_is_number(*run, NULL)
               ? FERRY_OK
               : ferry_fail(err, FERRY_E_INPUT, "run", "\"%.*s\" is not the id of a run here",
                            STR_ARG(utf8_cut(*run, 60)));
}

static int32_t encode_results(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                              uint32_t *taken, struct ferry_error *err)
{
    struct ferry_str run;
    struct buf path;
    int32_t rc = run_number(ops[0], &run, err);
    if (rc) {
        return rc;
    }
    buf_init(&path, MOST_PATH);
    if (qase_is_v1(w->call)) {
        qase_put_path(&path, w->call, "result", "/%.*s/bulk", STR_ARG(run));
    } else {
        buf_puts(&path, "/v2/");
        qase_put_encoded(&path, w->call->project);
        buf_printf(&path, "/run/%.*s/results", STR_ARG(run));
    }
    begin_request(w->out, "POST", buf_str(&path));
    rc = encode_many(w, ops, n, "{\"results\":[",
                     qase_is_v1(w->call) ? qase_write_result_v1 : qase_write_result, taken, err);
    buf_finish(&path);
    return rc;
}

static int32_t encode_cases(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                            uint32_t *taken, struct ferry_error *err)
{
    char scratch[300];
    struct buf path;
    struct ferry_str fact = qase_key_fact(w->call, scratch);
    if (!ferry_get(w->call->facts, w->call->n_facts, fact).ptr) {
        w->out->need(w->out->self, fact);
        return FERRY_E_NEED;
    }
    struct case_fields fields;
    buf_init(&path, MOST_PATH);
    int32_t rc = qase_case_fields(w->call, w->out, &fields, err);
    if (rc == FERRY_OK) {
        w->fields = &fields;
        qase_put_path(&path, w->call, "case", "/bulk");
        begin_request(w->out, "POST", buf_str(&path));
        rc = encode_many(w, ops, n, "{\"cases\":[", qase_write_case, taken, err);
        w->fields = NULL;
    }
    qase_case_fields_finish(&fields);
    buf_finish(&path);
    return rc;
}

static int32_t encode_single(struct writer *w, const struct ferry_op *op, const char *method,
                             const char *suffix, write_fn *write, uint32_t *taken,
                             struct ferry_error *err)
{
    struct buf path;
    buf_init(&path, MOST_PATH);
    qase_put_path(&path, w->call, "run", "%s", suffix);
    begin_request(w->out, method, buf_str(&path));
    int32_t rc = write_one(w, op, write, err);
    if (rc == FERRY_OK) {
        rc = w->out->text(w->out->self, buf_str(w->json.buf));
        *taken = 1;
    }
    buf_finish(&path);
    return rc;
}

/*
 * What the host has to say at the end of a run goes into the description of a run that carries our marker, before the completion; the
 * description of somebody else's run is theirs.
 */
static int32_t encode_complete(struct writer *w, const struct ferry_op *op, uint32_t *taken,
                               struct ferry_error *err)
{
    struct ferry_str run;
    char suffix[64];
    struct buf path;
    int32_t rc = run_number(op, &run, err);
    if (rc) {
        return rc;
    }
    if (op->kind == FERRY_OP(FERRY_COMPLETE, FERRY_RUN) && op->marker.len > 0 && op->item &&
        op->item->run && op->item->run->description.ptr) {
        snprintf(suffix, sizeof suffix, "/%.*s", STR_ARG(run));
        return encode_single(w, op, "PATCH", suffix, qase_write_run_change, taken, err);
    }
    buf_init(&path, MOST_PATH);
    qase_put_path(&path, w->call, "run", "/%.*s/complete", STR_ARG(run));
    rc = w->out->start(w->out->self, FERRY_LIT("POST"), buf_str(&path));
    buf_finish(&path);
    *taken = 1;
    return rc;
}

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    struct buf json;
    struct writer w = {.call = call, .out = out};
    int32_t rc;
    *taken = 0;
    if (n == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "encode: no operations");
    }
    buf_init(&json, MOST_ELEMENT);
    buf_init(&w.scratch, MOST_ELEMENT);
    w.json = json_to(&json);
    switch (ops[0]->kind) {
    case FERRY_OP(FERRY_CREATE, FERRY_RESULT):
        rc = encode_results(&w, ops, n, taken, err);
        break;
    case FERRY_OP(FERRY_CREATE, FERRY_CASE):
        rc = encode_cases(&w, ops, n, taken, err);
        break;
    case FERRY_OP(FERRY_CREATE, FERRY_RUN):
        rc = encode_single(&w, ops[0], "POST", "", qase_write_run, taken, err);
        break;
    case FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT):
        rc = qase_encode_attachments(&w, ops, n, taken, err);
        break;
    case FERRY_OP(FERRY_COMPLETE, FERRY_RUN):
    case QASE_COMPLETE_RUN:
        rc = encode_complete(&w, ops[0], taken, err);
        break;
    default:
        rc = ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "Qase has no operation %u", ops[0]->kind);
    }
    buf_finish(&w.scratch);
    buf_finish(&json);
    return rc;
}

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)call;
    (void)err;
    out->header(out->self, FERRY_LIT("token"));
    out->secret(out->self, FERRY_LIT("token"), FERRY_RAW);
    out->header(out->self, FERRY_LIT("accept"));
    return out->text(out->self, FERRY_LIT("application/json"));
}

const struct ferry_tracker qase_tracker = {
    .describe = describe,
    .encode = encode,
    .decode = qase_decode,
    .find = qase_find,
    .ask = qase_ask,
    .answer = qase_answer,
    .dress = dress,
};
