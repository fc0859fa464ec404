/* SPDX-License-Identifier: MIT */
/*
 * codec_write.c - fields, cases and runs as the service wants them, and the members that all
 * things share. What does not fit is cut with a note, never silently; a key is never cut, since
 * a cut key is another key.
 */
#include "codec.h"

#include <stdarg.h>
#include <text.h>

void local_write_note(struct writer *w, uint32_t kind, const char *field, const char *text)
{
    struct ferry_note note = {
        .size = sizeof note, .kind = kind, .field = ferry_cstr(field), .text = ferry_cstr(text)};
    w->out->note(w->out->self, w->index, &note);
}

void local_put_encoded(struct buf *b, struct ferry_str text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c && strchr(plain, c)) {
            buf_putc(b, c);
        } else {
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

void local_put_path(struct buf *b, const struct ferry_call *call, const char *format, ...)
{
    char rest[512];
    va_list args;
    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    buf_puts(b, "/v1/");
    local_put_encoded(b, call->project);
    buf_puts(b, rest);
}

/* What the service can take of a text; says so where that is not all of it. */
struct ferry_str local_text_fitting(struct writer *w, const char *name, struct ferry_str text,
                                    uint64_t max)
{
    char message[96];
    if (text.len > max) {
        snprintf(message, sizeof message, "cut from %llu bytes to %llu",
                 (unsigned long long)text.len, (unsigned long long)max);
        local_write_note(w, FERRY_NOTE_CUT, name, message);
        text = utf8_cut(text, max);
    }
    if (text.len > 0 && memchr(text.ptr, '\0', (size_t)text.len)) {
        local_write_note(w, FERRY_NOTE_CORRECTED, name, "a NUL became U+FFFD");
        buf_reset(&w->scratch);
        for (uint64_t i = 0; i < text.len; i++) {
            if (text.ptr[i]) {
                buf_putc(&w->scratch, text.ptr[i]);
            } else {
                buf_puts(&w->scratch, "\xEF\xBF\xBD");
            }
        }
        text = buf_str(&w->scratch);
    }
    return text;
}

void local_write_text(struct writer *w, const char *name, struct ferry_str text, uint64_t max)
{
    if (text.ptr) {
        json_member(&w->json, name, local_text_fitting(w, name, text, max));
    }
}

void local_write_texts(struct writer *w, const char *name, const struct ferry_str *list, uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(&w->json, name);
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_str text = list[i].ptr ? list[i] : FERRY_LIT("");
        json_put(&w->json, local_text_fitting(w, name, text, LOCAL_NAME));
    }
    json_close(&w->json, ']');
}

static void write_pair(struct writer *w, const char *name, struct ferry_str key,
                       struct ferry_str value)
{
    json_open(&w->json, '[');
    json_put(&w->json, local_text_fitting(w, name, key.ptr ? key : FERRY_LIT(""), LOCAL_NAME));
    json_put(&w->json, local_text_fitting(w, name, value.ptr ? value : FERRY_LIT(""), LOCAL_TEXT));
    json_close(&w->json, ']');
}

void local_write_pairs(struct writer *w, const char *name, const struct ferry_kv *list, uint32_t n)
{
    if (n == 0) {
        return;
    }
    json_key(&w->json, name);
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        write_pair(w, name, list[i].key, list[i].value);
    }
    json_close(&w->json, ']');
}

/* Without a title there is nothing a person could find it by. */
static int32_t write_title(struct writer *w, struct ferry_str title, struct ferry_str second,
                           const char *what, struct ferry_error *err)
{
    title = str_trim(title).len ? title : second;
    if (str_trim(title).len == 0) {
        return ferry_fail(err, FERRY_E_INPUT, "title", "the %s has no title", what);
    }
    local_write_text(w, "title", title, LOCAL_TITLE);
    return FERRY_OK;
}

static int32_t too_long(struct ferry_error *err, const char *what, struct ferry_str text, int max)
{
    return ferry_fail(err, FERRY_E_INPUT, what,
                      "the %s is %llu bytes long; the local tracker takes %d", what,
                      (unsigned long long)text.len, max);
}

/* --- things -------------------------------------------------------------------------------- */

int32_t local_write_field(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_field *field = item->field;
    uint32_t entity = field ? field->entity : FERRY_CASE;
    json_open(&w->json, '{');
    int32_t rc = write_title(w, item->name, item->key, "field", err);
    if (rc) {
        return rc;
    }
    json_member(&w->json, "entity",
                entity == FERRY_RUN      ? FERRY_LIT("run")
                : entity == FERRY_RESULT ? FERRY_LIT("result")
                                         : FERRY_LIT("case"));
    if (field) {
        local_write_text(w, "type", field->type, LOCAL_NAME);
        json_key(&w->json, "required");
        json_put_bool(&w->json, field->required != 0);
    }
    json_close(&w->json, '}');
    return FERRY_OK;
}

/* The Automation Key and the other custom fields: one value a title, the first. */
static void write_case_fields(struct writer *w, const struct ferry_item *item)
{
    const struct ferry_case *c = item->test_case;
    struct ferry_str key_field =
        w->call->key_field.len > 0 ? str_trim(w->call->key_field) : FERRY_LIT(LOCAL_KEY_FIELD);
    uint32_t n = c ? c->n_fields : 0;
    if (n == 0 && item->key.len == 0) {
        return;
    }
    json_key(&w->json, "fields");
    json_open(&w->json, '[');
    if (item->key.len > 0) {
        write_pair(w, "fields", key_field, item->key);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_str title = str_trim(c->fields[i].key);
        int again = title.len == 0 || (item->key.len > 0 && ferry_eq(title, key_field));
        for (uint32_t k = 0; k < i && !again; k++) {
            again = ferry_eq(title, str_trim(c->fields[k].key));
        }
        if (again) {
            local_write_note(w, FERRY_NOTE_SKIPPED, "fields",
                             "a second value of one field, or one without a title, is left out");
        } else {
            write_pair(w, "fields", title, c->fields[i].value);
        }
    }
    json_close(&w->json, ']');
}

int32_t local_write_case(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_case *c = item->test_case;
    const struct ferry_result *r = item->result;
    struct ferry_str signature = c ? c->signature : r ? r->signature : (struct ferry_str){NULL, 0};
    if (item->key.len > LOCAL_KEY) {
        return too_long(err, "key", item->key, LOCAL_KEY);
    }
    if (signature.len > LOCAL_SIGNATURE) {
        return too_long(err, "signature", signature, LOCAL_SIGNATURE);
    }
    json_open(&w->json, '{');
    int32_t rc = write_title(w,
                             c   ? c->title
                             : r ? r->name
                                 : item->name,
                             item->name.len ? item->name : item->key, "case", err);
    if (rc) {
        return rc;
    }
    if (signature.len > 0) {
        local_write_text(w, "signature", signature, LOCAL_SIGNATURE);
    }
    if (op->marker.len > 0) {
        local_write_text(w, "marker", op->marker, LOCAL_MARKER);
    }
    write_case_fields(w, item);
    if (c) {
        local_write_text(w, "description", c->description, LOCAL_TEXT);
        local_write_text(w, "precondition", c->precondition, LOCAL_TEXT);
        local_write_texts(w, "tags", c->tags, c->n_tags);
        local_write_steps(w, item, c->steps, c->n_steps, 1);
    }
    json_close(&w->json, '}');
    return FERRY_OK;
}

int32_t local_write_run(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_item *item = op->item;
    const struct ferry_run *run = item->run;
    if (op->marker.len > LOCAL_MARKER) {
        return too_long(err, "marker", op->marker, LOCAL_MARKER);
    }
    json_open(&w->json, '{');
    int32_t rc = write_title(w, run ? run->title : item->name,
                             item->name.len ? item->name : item->key, "run", err);
    if (rc) {
        return rc;
    }
    if (op->marker.len > 0) {
        local_write_text(w, "marker", op->marker, LOCAL_MARKER);
    }
    if (run) {
        local_write_text(w, "description", run->description, LOCAL_TEXT);
        if (run->has & FERRY_RUN_HAS_START) {
            json_member_int(&w->json, "start_ms", run->start_ms);
        }
        if (run->has & FERRY_RUN_HAS_END) {
            json_member_int(&w->json, "end_ms", run->end_ms);
        }
        local_write_texts(w, "tags", run->tags, run->n_tags);
        local_write_pairs(w, "fields", run->fields, run->n_fields);
    }
    json_close(&w->json, '}');
    return FERRY_OK;
}

/*
 * What the host has to say at the end of a run stands in its description; the service adds what
 * is new of it.
 */
int32_t local_write_complete(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_run *run = op->item ? op->item->run : NULL;
    (void)err;
    json_open(&w->json, '{');
    if (run) {
        if (run->description.len > 0) {
            local_write_text(w, "note", run->description, LOCAL_TEXT);
        }
        if (run->has & FERRY_RUN_HAS_END) {
            json_member_int(&w->json, "end_ms", run->end_ms);
        }
    }
    json_close(&w->json, '}');
    return FERRY_OK;
}
