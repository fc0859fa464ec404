/* SPDX-License-Identifier: MIT */
/*
 * inspect_result.c - one result as one JSON object: all that ferry understood of it, in the words
 * of the model (abi/ferry/model.h). What is absent is left out, and empty lists too.
 */
#include "inspect_out.h"

#include <text.h>

static void put_strings(struct json_out *j, const char *name, const struct ferry_str *list,
                        uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(j, name);
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_put(j, list[i].ptr ? list[i] : FERRY_LIT(""));
    }
    json_close(j, ']');
}

/* Names repeat and their order counts, so this is a list and no object. */
static void put_pairs(struct json_out *j, const char *name, const struct ferry_kv *list, uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(j, name);
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_member(j, "name", list[i].key);
        json_member(j, "value", list[i].value);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_blob(struct json_out *j, const char *name, const struct ferry_blob *blob)
{
    if (blob) {
        json_key(j, name);
        json_open(j, '{');
        json_member_int(j, "bytes", (int64_t)blob->bytes);
        json_member(j, "digest", blob->digest);
        json_close(j, '}');
    }
}

static void put_suite(struct json_out *j, struct ferry_str path)
{
    struct ferry_str part;
    json_key(j, "suite");
    json_open(j, '[');
    while (path.len > 0 && str_split(&path, '\t', &part)) {
        json_put(j, part);
    }
    json_close(j, ']');
}

static void put_flags(struct json_out *j, uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{FERRY_RESULT_FLAKY, "flaky"},
                 {FERRY_RESULT_SUPERSEDED, "superseded"},
                 {FERRY_RESULT_SYNTHETIC, "synthetic"},
                 {FERRY_RESULT_ZONELESS, "zoneless"}};
    if (flags == 0) {
        return;
    }
    json_key(j, "flags");
    json_open(j, '[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (flags & names[i].flag) {
            json_put(j, ferry_cstr(names[i].name));
        }
    }
    json_close(j, ']');
}

static void put_attachments(struct json_out *j, const struct ferry_attachment *const *list,
                            uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(j, "attachments");
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_member(j, "name", list[i]->name);
        json_member(j, "mime", list[i]->mime);
        json_member(j, "path", list[i]->path);
        json_key(j, "opened");
        json_put_bool(j, list[i]->blob != NULL);
        if (list[i]->blob) {
            json_member_int(j, "bytes", (int64_t)list[i]->blob->bytes);
            json_member(j, "digest", list[i]->blob->digest);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Depth is bounded: the intake cuts steps at 64, and the writer refuses more than 63 levels, two for a step. */
enum { STEPS_SHOWN = 24 };

static void put_steps(struct json_out *j, const struct ferry_step *const *list, uint32_t n,
                      uint32_t depth)
{
    if (n == 0) {
        return;
    }
    if (depth == STEPS_SHOWN) {
        json_member_int(j, "steps_below", n);
        return;
    }
    json_key(j, "steps");
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        if (list[i]->status) {
            json_member(j, "status", ferry_cstr(ferry_result_status_text(list[i]->status)));
        }
        json_member(j, "action", list[i]->action);
        json_member(j, "expected", list[i]->expected);
        json_member(j, "data", list[i]->data);
        json_member(j, "comment", list[i]->comment);
        if (list[i]->duration_us) {
            json_member_int(j, "duration_us", list[i]->duration_us);
        }
        put_attachments(j, list[i]->attachments, list[i]->n_attachments);
        put_steps(j, list[i]->steps, list[i]->n_steps, depth + 1);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_failures(struct json_out *j, const struct ferry_failure *const *list, uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(j, "failures");
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_member(j, "status", ferry_cstr(ferry_result_status_text(list[i]->status)));
        json_member(j, "message", list[i]->message);
        json_member(j, "type", list[i]->type);
        json_member(j, "details", list[i]->details);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_key(struct json_out *j, const struct keys_found *key)
{
    if (key->from != KEY_NONE) {
        json_member(j, "key", key->key);
        json_member(j, "key_from", ferry_cstr(keys_from_text(key->from)));
        json_member(j, "key_also", key->also);
    }
    put_strings(j, "case_ids", key->case_ids, key->n_case_ids);
}

static void put_times(struct json_out *j, const struct ferry_result *r)
{
    if (r->has & FERRY_RESULT_HAS_START) {
        char text[TIME_TEXT];
        time_text(r->start_ms, text);
        json_member(j, "start", ferry_cstr(text));
        json_member_int(j, "start_ms", r->start_ms);
    }
    if (r->has & FERRY_RESULT_HAS_DURATION) {
        json_member_int(j, "duration_us", r->duration_us);
    }
}

void inspect_put_result(struct json_out *j, const char *path, const struct ferry_item *item,
                        const struct keys_found *key)
{
    const struct ferry_result *r = item->result;
    json_open(j, '{');
    json_member(j, "path", ferry_cstr(path));
    put_suite(j, r->suite);
    json_member(j, "class", r->class_name);
    json_member(j, "name", r->name);
    json_member(j, "signature", r->signature);
    put_key(j, key);
    json_member(j, "status", ferry_cstr(ferry_result_status_text(r->status)));
    json_member(j, "status_text", r->status_text);
    if (r->attempt) {
        json_member_int(j, "attempt", r->attempt);
    }
    put_flags(j, r->flags);
    put_times(j, r);
    json_member(j, "file", r->file);
    if (r->has & FERRY_RESULT_HAS_LINE) {
        json_member_int(j, "line", r->line);
    }
    json_member(j, "message", r->message);
    json_member(j, "type", r->type);
    json_member(j, "details", r->details);
    put_blob(j, "details_blob", r->details_blob);
    json_member(j, "out", r->out);
    put_blob(j, "out_blob", r->out_blob);
    json_member(j, "err", r->err);
    put_blob(j, "err_blob", r->err_blob);
    put_failures(j, r->failures, r->n_failures);
    put_pairs(j, "parameters", r->parameters, r->n_parameters);
    put_pairs(j, "properties", r->properties, r->n_properties);
    put_pairs(j, "fields", r->fields, r->n_fields);
    put_strings(j, "tags", r->tags, r->n_tags);
    put_attachments(j, r->attachments, r->n_attachments);
    put_steps(j, r->steps, r->n_steps, 0);
    json_close(j, '}');
}
