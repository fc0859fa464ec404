/* SPDX-License-Identifier: MIT */
/*
 * answer.c - what goes back: the envelope of a success, and the two shapes in which the vendor says an error. v1 says
 * {"status":false,"errorMessage","errorFields":[{"field","error"}]}; v2 has been seen with that and with {"message","errors":{field:[texts]}},
 * and so has the mock, by its option.
 */
#include "mock.h"

#include <calendar.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

/* --- errors ------------------------------------------------------------------------------------------------ */

static int by_messages(const struct http *h)
{
    return h->version == 2 && !str_is(kit_option(h->call, "v2_errors"), "fields");
}

/* Whether faults of a bulk request name the item is another thing that differs. */
static struct ferry_str field_of(const struct http *h, struct ferry_str field)
{
    struct ferry_str rest = field, part;
    int64_t n;
    if (str_is(kit_option(h->call, "name_items"), "false") &&
        (str_starts(field, "results.") || str_starts(field, "cases."))) {
        str_split(&rest, '.', &part);
        struct ferry_str index = rest;
        str_split(&index, '.', &part);
        return str_int64(part, &n) && index.ptr ? index : field;
    }
    return field;
}

static void write_messages(struct http *h, struct ferry_str message)
{
    struct json_out *j = &h->json;
    json_open(j, '{');
    json_member(j, "message", message);
    if (h->faults.n > 0) {
        json_key(j, "errors");
        json_open(j, '{');
        for (uint32_t i = 0; i < h->faults.n; i++) {
            struct ferry_str field = field_of(h, h->faults.list[i].field);
            uint32_t first = 0;
            while (first < i && !ferry_eq(field_of(h, h->faults.list[first].field), field)) {
                first++;
            }
            if (first < i) {
                continue; /* stands with the one before */
            }
            json_key_str(j, field);
            json_open(j, '[');
            for (uint32_t k = i; k < h->faults.n; k++) {
                if (ferry_eq(field_of(h, h->faults.list[k].field), field)) {
                    json_put(j, h->faults.list[k].text);
                }
            }
            json_close(j, ']');
        }
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void write_fields(struct http *h, struct ferry_str message)
{
    struct json_out *j = &h->json;
    json_open(j, '{');
    json_key(j, "status");
    json_put_bool(j, 0);
    json_member(j, "errorMessage", message);
    if (h->faults.n > 0) {
        json_key(j, "errorFields");
        json_open(j, '[');
        for (uint32_t i = 0; i < h->faults.n; i++) {
            json_open(j, '{');
            json_member(j, "field", field_of(h, h->faults.list[i].field));
            json_member(j, "error", h->faults.list[i].text);
            json_close(j, '}');
        }
        json_close(j, ']');
    }
    json_close(j, '}');
}

static void refuse(struct http *h, uint32_t status, struct ferry_str message)
{
    buf_reset(&h->text);
    h->json = json_to(&h->text);
    h->status = status;
    h->blob = (struct ferry_str){NULL, 0};
    if (by_messages(h)) {
        write_messages(h, message);
    } else {
        write_fields(h, message);
    }
}

int32_t mock_refuse(struct http *h, uint32_t status, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    h->faults.n = 0;
    refuse(h, status, ferry_cstr(message));
    return FERRY_OK;
}

void mock_fault(struct http *h, struct ferry_str field, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    form_fault(&h->faults, field, "%s", text);
}

int mock_faulty(struct http *h, uint32_t status)
{
    const struct faults *f = &h->faults;
    char message[700];
    if (f->n == 0) {
        return 0;
    }
    if (!by_messages(h)) {
        snprintf(message, sizeof message, "%s",
                 f->bulky ? "Payload Too Large" : "Data is invalid.");
    } else if (f->n + f->more > 1) {
        snprintf(message, sizeof message, "%.*s (and %u more error%s)", STR_ARG(f->list[0].text),
                 f->n + f->more - 1, f->n + f->more > 2 ? "s" : "");
    } else {
        snprintf(message, sizeof message, "%.*s", STR_ARG(f->list[0].text));
    }
    refuse(h, f->bulky ? 413 : status, ferry_cstr(message));
    return 1;
}

/* --- successes --------------------------------------------------------------------------------------------- */

void mock_begin(struct http *h, uint32_t status)
{
    h->status = status;
    json_open(&h->json, '{');
    json_key(&h->json, "status");
    json_put_bool(&h->json, 1);
    json_key(&h->json, "result");
}

void mock_end(struct http *h)
{
    json_close(&h->json, '}');
}

int32_t mock_answer_id(struct http *h, int64_t id)
{
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member_int(&h->json, "id", id);
    json_close(&h->json, '}');
    mock_end(h);
    return FERRY_OK;
}

int32_t mock_answer_true(struct http *h, uint32_t status)
{
    h->status = status;
    json_open(&h->json, '{');
    json_key(&h->json, "status");
    json_put_bool(&h->json, 1);
    json_close(&h->json, '}');
    return FERRY_OK;
}

/* --- values ------------------------------------------------------------------------------------------------- */

/* "2026-11-20T10:18:33+00:00" */
static struct ferry_str zoned(int64_t ms, char out[32])
{
    char text[TIME_TEXT];
    time_text(ms, text);
    memcpy(out, text, 19);
    memcpy(out + 19, "+00:00", 7);
    return (struct ferry_str){out, 25};
}

struct ferry_str mock_time(struct http *h, int64_t ms)
{
    char text[32];
    return arena_str(&h->arena, zoned(ms, text));
}

void mock_put_time(struct http *h, const char *name, const struct ferry_value *ms)
{
    char text[32];
    json_key(&h->json, name);
    json_put(&h->json, ms->type == FERRY_INT ? zoned(ms->i, text) : (struct ferry_str){NULL, 0});
}

void mock_put(struct http *h, const char *name, const struct ferry_value *v)
{
    json_key(&h->json, name);
    if (v->type == FERRY_INT) {
        json_put_int(&h->json, v->i);
    } else {
        json_put(&h->json, v->type == FERRY_TEXT ? v->s : (struct ferry_str){NULL, 0});
    }
}

int mock_time_parse(struct ferry_str text, int64_t *ms)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd";
    int n[6] = {0}, at = 0;
    if (text.len != sizeof form - 1) {
        return 0;
    }
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] != 'd') {
            at++;
        }
        if (form[i] == 'd' ? text.ptr[i] < '0' || text.ptr[i] > '9' : text.ptr[i] != form[i]) {
            return 0;
        }
        if (form[i] == 'd') {
            n[at] = n[at] * 10 + (text.ptr[i] - '0');
        }
    }
    if (n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > calendar_month_days(n[0], n[1]) || n[3] > 23 ||
        n[4] > 59 || n[5] > 59) {
        return 0;
    }
    *ms = (((calendar_days(n[0], n[1], n[2]) * 24 + n[3]) * 60 + n[4]) * 60 + n[5]) * 1000;
    return 1;
}

/* --- the message --------------------------------------------------------------------------------------------- */

static void put_number(const struct ferry_out *out, const char *name, int64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    kit_put_header(out, name, ferry_cstr(digits));
}

static void put_quota(const struct kit_quota *q, const struct ferry_out *out, int64_t now_ms)
{
    char text[120];
    if (q->limit <= 0) {
        return;
    }
    snprintf(text, sizeof text, "limit=%lld, remaining=%lld, reset=%lld", (long long)q->limit,
             (long long)q->left, (long long)(q->reset_s - now_ms / 1000));
    kit_put_header(out, "ratelimit", ferry_cstr(text));
    snprintf(text, sizeof text, "%lld;w=%lld", (long long)q->limit,
             (long long)(q->window_ms / 1000));
    kit_put_header(out, "ratelimit-policy", ferry_cstr(text));
    put_number(out, "x-ratelimit-limit", q->limit);
    put_number(out, "x-ratelimit-remaining", q->left);
    put_number(out, "x-ratelimit-reset", q->reset_s);
    if (q->retry_after_s > 0) {
        put_number(out, "retry-after", q->retry_after_s);
    }
}

void mock_write(struct http *h, const struct ferry_out *out)
{
    out->status(out->self, h->status);
    if (h->allow.len > 0) {
        kit_put_header(out, "allow", h->allow);
    }
    put_quota(&h->quota, out, h->now_ms);
    kit_put_header(out, "content-type", h->blob.len > 0 ? h->mime : FERRY_LIT("application/json"));
    out->body(out->self);
    if (h->blob.len > 0) {
        out->blob(out->self, h->blob, 0, 0);
    } else {
        out->text(out->self, buf_str(&h->text));
    }
}
