/* SPDX-License-Identifier: MIT */
/*
 * codec_result.c - a result as the service wants it: status, times, texts, steps, and what it
 * refers to. The busiest function of the codec: 100,000 results pass here.
 */
#include "codec.h"

#include <text.h>

static int is_uuid_text(struct ferry_str s)
{
    return s.len == 36 && s.ptr[8] == '-' && s.ptr[13] == '-' && s.ptr[18] == '-' &&
           s.ptr[23] == '-';
}

static struct ferry_str status_name(uint32_t status)
{
    return ferry_cstr(ferry_result_status_text(status));
}

/* --- attachments ------------------------------------------------------------------------- */

/*
 * By digest, and only what was put there before: an upload that was refused is left out, and
 * said.
 */
static void write_attachments(struct writer *w, const struct ferry_item *item,
                              const struct ferry_attachment *const *list, uint32_t n)
{
    int open = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct ferry_attachment *a = list[i];
        const struct ferry_ref *ref =
            a->blob ? ferry_ref_named(item, FERRY_ATTACHMENT, a->blob->digest) : NULL;
        if (!ref) {
            struct buf text;
            buf_init(&text, 512);
            buf_printf(&text, "\"%.*s\" was not uploaded", STR_ARG(utf8_cut(a->name, 200)));
            local_write_note(w, FERRY_NOTE_SKIPPED, "attachments", buf_cstr(&text));
            buf_finish(&text);
            continue;
        }
        if (!open++) {
            json_key(&w->json, "attachments");
            json_open(&w->json, '[');
        }
        json_open(&w->json, '{');
        json_member(&w->json, "digest", a->blob->digest);
        local_write_text(w, "name", a->name, LOCAL_NAME);
        local_write_text(w, "mime", a->mime, LOCAL_NAME);
        json_member_int(&w->json, "bytes", (int64_t)a->blob->bytes);
        json_close(&w->json, '}');
    }
    if (open) {
        json_close(&w->json, ']');
    }
}

/* A text, or the blob it is in where it is too long for the model. */
static void write_long(struct writer *w, const struct ferry_item *item, const char *name,
                       struct ferry_str text, const struct ferry_blob *blob)
{
    char member[32];
    if (!blob) {
        local_write_text(w, name, text, LOCAL_TEXT);
        return;
    }
    if (!ferry_ref_named(item, FERRY_ATTACHMENT, blob->digest)) {
        local_write_note(w, FERRY_NOTE_SKIPPED, name,
                         "over 1 MiB, and its bytes were not uploaded");
        return;
    }
    snprintf(member, sizeof member, "%s_blob", name);
    json_member(&w->json, member, blob->digest);
}

/* --- steps ------------------------------------------------------------------------------- */

static void write_step(struct writer *w, const struct ferry_item *item, const struct ferry_step *s,
                       unsigned level)
{
    json_open(&w->json, '{');
    if (s->status) {
        json_member(&w->json, "status", status_name(s->status));
    }
    local_write_text(w, "action", s->action, LOCAL_TEXT);
    local_write_text(w, "expected", s->expected, LOCAL_TEXT);
    local_write_text(w, "data", s->data, LOCAL_TEXT);
    local_write_text(w, "comment", s->comment, LOCAL_TEXT);
    if (s->duration_us > 0) {
        json_member_int(&w->json, "duration_us", s->duration_us);
    }
    write_attachments(w, item, s->attachments, s->n_attachments);
    local_write_steps(w, item, s->steps, s->n_steps, level + 1);
    json_close(&w->json, '}');
}

void local_write_steps(struct writer *w, const struct ferry_item *item,
                       const struct ferry_step *const *steps, uint32_t n, unsigned level)
{
    if (n == 0) {
        return;
    }
    if (level > LOCAL_STEP_LEVELS) {
        local_write_note(w, FERRY_NOTE_SKIPPED, "steps", "steps in steps, too deep, are left out");
        return;
    }
    json_key(&w->json, "steps");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        write_step(w, item, steps[i], level);
    }
    json_close(&w->json, ']');
}

/* --- the result -------------------------------------------------------------------------- */

static int32_t write_identity(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_result *r = item->result;
    const struct ferry_ref *ref = ferry_ref_of(item, FERRY_CASE);
    if (!is_uuid_text(op->wire_id)) {
        return ferry_fail(err, FERRY_E_INPUT, "wire_id", "the operation has no wire id");
    }
    json_member(&w->json, "id", op->wire_id);
    if (ref && ref->id.len > 0) {
        int64_t id = 0;
        if (!local_is_number(ref->id) || !str_int64(ref->id, &id)) {
            return ferry_fail(err, FERRY_E_INPUT, "case", "\"%.*s\" is not the id of a case here",
                              STR_ARG(utf8_cut(ref->id, 60)));
        }
        json_member_int(&w->json, "case_id", id);
    } else if (str_trim(r->signature).len == 0) {
        return ferry_fail(err, FERRY_E_INPUT, "signature",
                          "it has no case and no signature to find one by");
    }
    if (r->signature.len > LOCAL_SIGNATURE) {
        return ferry_fail(err, FERRY_E_INPUT, "signature", "it is longer than %d bytes",
                          LOCAL_SIGNATURE);
    }
    if (item->key.len > LOCAL_KEY) {
        return ferry_fail(err, FERRY_E_INPUT, "key", "the key is longer than %d bytes", LOCAL_KEY);
    }
    local_write_text(w, "signature", r->signature, LOCAL_SIGNATURE);
    if (item->key.len > 0) {
        local_write_text(w, "key", item->key, LOCAL_KEY);
    }
    return FERRY_OK;
}

static void write_flags(struct writer *w, uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{FERRY_RESULT_FLAKY, "flaky"},
                 {FERRY_RESULT_SUPERSEDED, "superseded"},
                 {FERRY_RESULT_SYNTHETIC, "synthetic"},
                 {FERRY_RESULT_ZONELESS, "zoneless"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (flags & names[i].flag) {
            json_key(&w->json, names[i].name);
            json_put_bool(&w->json, 1);
        }
    }
}

static void write_suite(struct writer *w, struct ferry_str suite)
{
    struct ferry_str part;
    if (!suite.ptr || suite.len == 0) {
        return;
    }
    json_key(&w->json, "suite");
    json_open(&w->json, '[');
    while (str_split(&suite, '\t', &part)) {
        json_put(&w->json, local_text_fitting(w, "suite", part, LOCAL_NAME));
    }
    json_close(&w->json, ']');
}

static void write_failures(struct writer *w, const struct ferry_result *r)
{
    if (r->n_failures == 0) {
        return;
    }
    json_key(&w->json, "failures");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < r->n_failures; i++) {
        const struct ferry_failure *f = r->failures[i];
        json_open(&w->json, '{');
        json_member(&w->json, "status", status_name(f->status));
        local_write_text(w, "message", f->message, LOCAL_TEXT);
        local_write_text(w, "type", f->type, LOCAL_NAME);
        local_write_text(w, "details", f->details, LOCAL_TEXT);
        json_close(&w->json, '}');
    }
    json_close(&w->json, ']');
}

static void write_times(struct writer *w, const struct ferry_result *r)
{
    if (r->has & FERRY_RESULT_HAS_START) {
        json_member_int(&w->json, "start_ms", r->start_ms);
    }
    if (r->has & FERRY_RESULT_HAS_DURATION && r->duration_us >= 0) {
        json_member_int(&w->json, "duration_us", r->duration_us);
    }
    if (r->attempt > 0) {
        json_member_int(&w->json, "attempt", r->attempt);
    }
    if (r->has & FERRY_RESULT_HAS_LINE) {
        json_member_int(&w->json, "line", r->line);
    }
}

int32_t local_write_result(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_result *r = item->result;
    if (!r) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the operation's item is not a result");
    }
    json_open(&w->json, '{');
    int32_t rc = write_identity(w, op, err);
    if (rc) {
        return rc;
    }
    json_member(&w->json, "status", status_name(r->status));
    local_write_text(w, "status_text", r->status_text, LOCAL_NAME);
    write_suite(w, r->suite);
    local_write_text(w, "class", r->class_name, LOCAL_NAME);
    local_write_text(w, "name", r->name, LOCAL_NAME);
    local_write_text(w, "file", r->file, LOCAL_NAME);
    write_times(w, r);
    write_flags(w, r->flags);
    local_write_text(w, "message", r->message, LOCAL_TEXT);
    local_write_text(w, "type", r->type, LOCAL_NAME);
    write_long(w, item, "details", r->details, r->details_blob);
    write_long(w, item, "stdout", r->out, r->out_blob);
    write_long(w, item, "stderr", r->err, r->err_blob);
    local_write_pairs(w, "parameters", r->parameters, r->n_parameters);
    local_write_pairs(w, "properties", r->properties, r->n_properties);
    local_write_pairs(w, "fields", r->fields, r->n_fields);
    local_write_texts(w, "tags", r->tags, r->n_tags);
    local_write_texts(w, "case_ids", r->case_ids, r->n_case_ids);
    write_failures(w, r);
    write_attachments(w, item, r->attachments, r->n_attachments);
    local_write_steps(w, item, r->steps, r->n_steps, 1);
    json_close(&w->json, '}');
    return FERRY_OK;
}
