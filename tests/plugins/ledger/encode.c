/* SPDX-License-Identifier: MIT */
/*
 * encode.c - writes the requests of the ledger's codec. Batches are filled through a buffer per item, so that one that does not fit
 * is left for the next request. Pure: what it cannot express it says with a note or an error.
 */
#include "ledger.h"

static int32_t note(const struct ferry_out *out, uint32_t index, uint32_t kind, const char *field,
                    const char *text)
{
    struct ferry_note n = {
        .size = sizeof n, .kind = kind, .field = ferry_cstr(field), .text = ferry_cstr(text)};
    return out->note(out->self, index, &n);
}

/* "/v1/PROJECT/" and the rest, which is a literal with ids in it. */
static void start(const struct ferry_call *call, const struct ferry_out *out, struct buf *b,
                  const char *between, struct ferry_str id, const char *after)
{
    buf_reset(b);
    buf_puts(b, "/v1/");
    ledger_put_escaped(b, call->project);
    buf_puts(b, between);
    ledger_put_escaped(b, id);
    buf_puts(b, after);
    out->start(out->self, FERRY_LIT("POST"), buf_str(b));
}

static void start_json(const struct ferry_out *out)
{
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/json"));
    out->body(out->self);
}

static struct ferry_str title_of(const struct ferry_item *item, struct ferry_str first,
                                 struct ferry_str second)
{
    return !str_empty(first)        ? first
           : !str_empty(second)     ? second
           : !str_empty(item->name) ? item->name
                                    : item->key;
}

/* "title": cut where it is too long, refused where there is none. */
static int32_t put_title(struct json_out *j, struct ferry_str title, const struct ferry_out *out,
                         uint32_t index, struct ferry_error *err)
{
    if (str_empty(title)) {
        return ferry_fail(err, FERRY_E_INPUT, "title", "it has no name, and the ledger wants one");
    }
    if (title.len > LEDGER_TITLE) {
        note(out, index, FERRY_NOTE_CUT, "title", "the title was cut to 255 bytes");
    }
    json_member(j, "title", utf8_cut(title, LEDGER_TITLE));
    return FERRY_OK;
}

/* A text with ferry's mark below it. Nothing where both are absent. */
static int32_t put_marked(struct json_out *j, const char *name, struct ferry_str text,
                          struct ferry_str mark, const struct ferry_out *out, uint32_t index)
{
    struct buf b;
    int32_t rc;
    if (str_empty(text) && str_empty(mark)) {
        return FERRY_OK;
    }
    buf_init(&b, 2 * LEDGER_TEXT);
    if (ledger_put_marked(&b, text, mark)) {
        note(out, index, FERRY_NOTE_CUT, name, "the text was cut to 1000 bytes");
    }
    json_member(j, name, buf_str(&b));
    rc = b.failed;
    buf_finish(&b);
    return rc;
}

/* An id is written as the number it is. */
static int32_t put_id(struct json_out *j, const char *name, struct ferry_str id,
                      struct ferry_error *err)
{
    int64_t number;
    if (!str_int64(id, &number)) {
        return ferry_fail(err, FERRY_E_INPUT, name,
                          "%s \"%.*s\" is not a number, as the ledger's are", name, STR_ARG(id));
    }
    json_member_int(j, name, number);
    return FERRY_OK;
}

/* --- cases ---------------------------------------------------------------------- */

static int32_t put_case(struct json_out *j, const struct ferry_op *op, const struct ferry_out *out,
                        uint32_t index, struct ferry_error *err)
{
    const struct ferry_case *c = op->item->test_case;
    int32_t rc;
    if (!c) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "a case without content");
    }
    rc = put_title(j, title_of(op->item, c->title, (struct ferry_str){NULL, 0}), out, index, err);
    if (rc) {
        return rc;
    }
    if (op->item->key.len > LEDGER_KEY) {
        return ferry_fail(err, FERRY_E_INPUT, "key",
                          "its key has %llu bytes, and the ledger takes %d; shorten it",
                          (unsigned long long)op->item->key.len, LEDGER_KEY);
    }
    if (!str_empty(op->item->key)) {
        json_member(j, "key", op->item->key);
    }
    if (!str_empty(c->signature)) {
        json_member(j, "signature", utf8_cut(c->signature, LEDGER_TEXT));
    }
    return put_marked(j, "description", c->description, op->marker, out, index);
}

/* --- results ---------------------------------------------------------------------- */

static int32_t put_file(struct json_out *j, const struct ferry_item *item,
                        const struct ferry_attachment *file, const struct ferry_out *out,
                        uint32_t index)
{
    const struct ferry_ref *ref =
        file->blob ? ferry_ref_named(item, FERRY_ATTACHMENT, file->blob->digest) : NULL;
    if (!ref || str_empty(ref->id)) {
        return note(out, index, FERRY_NOTE_SKIPPED, "attachment", "an attachment is not there");
    }
    json_put(j, ref->id);
    return FERRY_OK;
}

/* The ledger knows no steps; their attachments are kept, as the result's own. */
static void put_step_files(struct json_out *j, const struct ferry_item *item,
                           const struct ferry_step *const *steps, uint32_t n, unsigned depth,
                           const struct ferry_out *out, uint32_t index)
{
    for (uint32_t i = 0; i < n && depth < 64; i++) {
        for (uint32_t k = 0; k < steps[i]->n_attachments; k++) {
            put_file(j, item, steps[i]->attachments[k], out, index);
        }
        put_step_files(j, item, steps[i]->steps, steps[i]->n_steps, depth + 1, out, index);
    }
}

static void put_files(struct json_out *j, const struct ferry_item *item,
                      const struct ferry_out *out, uint32_t index)
{
    const struct ferry_result *r = item->result;
    json_key(j, "attachments");
    json_open(j, '[');
    for (uint32_t i = 0; i < r->n_attachments; i++) {
        put_file(j, item, r->attachments[i], out, index);
    }
    put_step_files(j, item, r->steps, r->n_steps, 0, out, index);
    json_close(j, ']');
    if (r->n_steps > 0) {
        note(out, index, FERRY_NOTE_SKIPPED, "steps", "the ledger keeps no steps");
    }
    if (r->n_parameters > 0) {
        note(out, index, FERRY_NOTE_SKIPPED, "parameters", "the ledger keeps no parameters");
    }
}

static int32_t put_result(struct json_out *j, const struct ferry_op *op,
                          const struct ferry_out *out, uint32_t index, struct ferry_error *err)
{
    const struct ferry_result *r = op->item->result;
    const struct ferry_ref *to = ferry_ref_of(op->item, FERRY_CASE);
    const char *status = r ? ledger_status_word(r) : NULL;
    int32_t rc;
    if (!status) {
        return ferry_fail(err, FERRY_E_INPUT, "status", "the ledger knows no status \"%.*s\"",
                          STR_ARG(r ? r->status_text : FERRY_LIT("")));
    }
    rc = put_title(j, title_of(op->item, r->name, r->class_name), out, index, err);
    if (!rc && to && !str_empty(to->id)) {
        rc = put_id(j, "case_id", to->id, err);
    }
    if (rc) {
        return rc;
    }
    json_member(j, "status", ferry_cstr(status));
    if (r->has & FERRY_RESULT_HAS_DURATION) {
        json_member_int(j, "time_ms", r->duration_us > 0 ? (r->duration_us + 500) / 1000 : 0);
    }
    if (r->has & FERRY_RESULT_HAS_START) {
        json_member_int(j, "start_ms", r->start_ms);
    }
    rc = put_marked(j, "stacktrace", r->details, (struct ferry_str){NULL, 0}, out, index);
    if (!rc) {
        rc = put_marked(j, "comment", r->message, str_empty(op->marker) ? op->wire_id : op->marker,
                        out, index);
    }
    put_files(j, op->item, out, index);
    return rc;
}

/* --- batches ---------------------------------------------------------------------- */

typedef int32_t put_fn(struct json_out *j, const struct ferry_op *op, const struct ferry_out *out,
                       uint32_t index, struct ferry_error *err);

/* As many of the operations as fit into call->max_bytes and `most`; the body is open. */
static int32_t put_batch(const struct ferry_call *call, const struct ferry_op *const *ops,
                         uint32_t n, const struct ferry_out *out, put_fn *put, uint32_t *taken,
                         struct ferry_error *err)
{
    struct buf b;
    int32_t rc = FERRY_OK;
    buf_init(&b, LEDGER_REQUEST);
    for (*taken = 0; *taken < n; ++*taken) {
        struct json_out j = json_to(&b);
        uint64_t before = out->size(out->self);
        buf_reset(&b);
        json_open(&j, '{');
        rc = put(&j, ops[*taken], out, *taken, err);
        json_close(&j, '}');
        if (!rc && b.failed) {
            rc = ferry_fail(err, b.failed, NULL, "it does not fit into one request of %d bytes",
                            LEDGER_REQUEST);
        }
        if (rc) {
            break;
        }
        out->text(out->self, *taken ? FERRY_LIT(",") : FERRY_LIT(""));
        out->text(out->self, buf_str(&b));
        if (out->size(out->self) + strlen("]}") > call->max_bytes) {
            out->cut(out->self, before);
            rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                            "it alone is over the %llu bytes of one request",
                            (unsigned long long)call->max_bytes);
            break;
        }
    }
    buf_finish(&b);
    out->text(out->self, FERRY_LIT("]}"));
    return *taken > 0 ? FERRY_OK : rc;
}

static uint32_t most_of(const struct ferry_call *call, uint32_t n, uint32_t most)
{
    if (call->max_items && call->max_items < most) {
        most = call->max_items;
    }
    return n < most ? n : most;
}

/* --- single ones --------------------------------------------------------------------- */

static int32_t encode_run(const struct ferry_op *op, const struct ferry_out *out, struct buf *b,
                          struct ferry_error *err)
{
    const struct ferry_run *run = op->item->run;
    struct json_out j = json_to(b);
    int32_t rc;
    if (!run) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "a run without content");
    }
    start_json(out);
    buf_reset(b);
    json_open(&j, '{');
    rc = put_title(&j, title_of(op->item, run->title, (struct ferry_str){NULL, 0}), out, 0, err);
    if (!rc) {
        rc = put_marked(&j, "description", run->description, op->marker, out, 0);
    }
    json_close(&j, '}');
    out->text(out->self, buf_str(b));
    return rc ? rc : b->failed;
}

/* What there is to say at the end of a run takes the place of its description, the mark stays below it. */
static void encode_complete(const struct ferry_op *op, const struct ferry_out *out, struct buf *b)
{
    const struct ferry_run *run = op->item ? op->item->run : NULL;
    struct json_out j = json_to(b);
    start_json(out);
    buf_reset(b);
    json_open(&j, '{');
    if (run && !str_empty(run->description)) {
        put_marked(&j, "description", run->description, op->marker, out, 0);
    }
    json_close(&j, '}');
    out->text(out->self, buf_str(b));
}

static int32_t encode_attachment(const struct ferry_call *call, const struct ferry_op *op,
                                 const struct ferry_out *out, struct buf *b,
                                 struct ferry_error *err)
{
    const struct ferry_attachment *file = op->item->attachment;
    struct ferry_str name;
    if (!file || !file->blob) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "an attachment without bytes");
    }
    if (file->blob->bytes > LEDGER_FILE) {
        return ferry_fail(err, FERRY_E_TOO_LARGE, "attachment",
                          "it has %llu bytes, and the ledger takes %d",
                          (unsigned long long)file->blob->bytes, LEDGER_FILE);
    }
    name = str_empty(file->name) ? FERRY_LIT("file") : file->name;
    if (name.len > LEDGER_TITLE) {
        note(out, 0, FERRY_NOTE_CUT, "name", "the name was cut to 255 bytes");
    }
    start(call, out, b, "/attachments?name=", utf8_cut(name, LEDGER_TITLE), "");
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self,
              str_empty(file->mime) ? FERRY_LIT("application/octet-stream") : file->mime);
    out->body(out->self);
    out->blob(out->self, file->blob->digest, 0, 0);
    return FERRY_OK;
}

int32_t ledger_encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    const struct ferry_op *op = ops[0];
    const struct ferry_ref *run = ferry_ref_of(op->item, FERRY_RUN);
    struct ferry_str none = {NULL, 0};
    struct buf b;
    int32_t rc = FERRY_OK;
    *taken = 1;
    buf_init(&b, LEDGER_REQUEST);
    switch (op->kind) {
    case LEDGER_CREATE_CASE:
        start(call, out, &b, "/cases", none, "");
        start_json(out);
        out->text(out->self, FERRY_LIT("{\"cases\":["));
        rc = put_batch(call, ops, most_of(call, n, LEDGER_CASES), out, put_case, taken, err);
        break;
    case LEDGER_CREATE_RESULT:
        if (!run || str_empty(run->id)) {
            rc = ferry_fail(err, FERRY_E_INPUT, "run", "a result without a run");
            break;
        }
        start(call, out, &b, "/runs/", run->id, "/results");
        start_json(out);
        out->text(out->self, FERRY_LIT("{\"results\":["));
        rc = put_batch(call, ops, most_of(call, n, LEDGER_RESULTS), out, put_result, taken, err);
        break;
    case LEDGER_CREATE_RUN:
        start(call, out, &b, "/runs", none, "");
        rc = encode_run(op, out, &b, err);
        break;
    case LEDGER_COMPLETE_RUN:
        start(call, out, &b, "/runs/", op->id, "/complete");
        encode_complete(op, out, &b);
        break;
    case LEDGER_CREATE_ATTACHMENT:
        rc = encode_attachment(call, op, out, &b, err);
        break;
    default:
        rc =
            ferry_fail(err, FERRY_E_UNSUPPORTED, NULL, "the ledger has no operation %#x", op->kind);
        break;
    }
    buf_finish(&b);
    return rc;
}
