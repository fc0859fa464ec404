/* SPDX-License-Identifier: MIT */
/*
 * answer.c - what goes back: errors in the two shapes the vendor has, pages of HTML where no interface answers, and the headers. One shape is
 * {"error_code","correlation_id","description",...}; the other, of the servlet before it, has that as text with its quotes as entities:
 * {"message":"{&quot;error_code&quot;:..."}.
 */
#include "mock.h"

#include <text.h>

int alm_option_is(const struct http *h, const char *name, const char *value)
{
    return str_is(kit_option(h->call, name), value);
}

int alm_problem(struct problem *p, uint32_t status, const char *code, const char *field,
                const char *format, ...)
{
    va_list args;
    p->status = status;
    p->code = code;
    snprintf(p->field, sizeof p->field, "%s", field ? field : "");
    va_start(args, format);
    vsnprintf(p->text, sizeof p->text, format, args);
    va_end(args);
    return 0;
}

void alm_restart(struct http *h, uint32_t status)
{
    buf_reset(&h->text);
    h->json = json_to(&h->text);
    h->status = status;
    h->mime = NULL;
}

/* --- errors ------------------------------------------------------------------------------------------ */

void alm_put_error(struct http *h, const struct problem *p)
{
    struct json_out *j = &h->json;
    struct ferry_str correlation = kit_header(h->request, "x-correlation-id");
    json_member(j, "error_code", ferry_cstr(p->code));
    json_key(j, "correlation_id");
    json_put(j, correlation);
    json_member(j, "description", ferry_cstr(p->text));
    json_member(j, "description_translated", ferry_cstr(p->text));
    json_key(j, "properties");
    if (p->field[0]) {
        json_open(j, '{');
        json_member(j, "field_name", ferry_cstr(p->field));
        json_close(j, '}');
    } else {
        json_put_null(j);
    }
    json_key(j, "stack_trace");
    json_put_null(j);
    json_key(j, "business_error");
    json_put_bool(j, str_is(ferry_cstr(p->code), "platform.duplicate_entity_error"));
}

/* The object that was written, as text in the member `message` of another. */
static void wrap_in_message(struct http *h)
{
    struct ferry_str inner = arena_str(&h->arena, buf_str(&h->text));
    struct buf quoted;
    buf_init(&quoted, 1 << 20);
    for (uint64_t i = 0; i < inner.len; i++) {
        if (inner.ptr[i] == '"') {
            buf_puts(&quoted, "&quot;");
        } else {
            buf_putc(&quoted, inner.ptr[i]);
        }
    }
    buf_reset(&h->text);
    h->json = json_to(&h->text);
    json_open(&h->json, '{');
    json_member(&h->json, "message", buf_str(&quoted));
    json_close(&h->json, '}');
    buf_finish(&quoted);
}

static void refuse(struct http *h, const struct problem *p, int in_message)
{
    alm_restart(h, p->status);
    json_open(&h->json, '{');
    alm_put_error(h, p);
    json_close(&h->json, '}');
    if (in_message) {
        wrap_in_message(h);
    }
}

int32_t alm_refuse_problem(struct http *h, const struct problem *p)
{
    refuse(h, p, alm_option_is(h, "servlet_errors", "true"));
    return FERRY_OK;
}

int32_t alm_refuse(struct http *h, uint32_t status, const char *code, const char *format, ...)
{
    struct problem p = {.status = status, .code = code};
    va_list args;
    va_start(args, format);
    vsnprintf(p.text, sizeof p.text, format, args);
    va_end(args);
    return alm_refuse_problem(h, &p);
}

int32_t alm_refuse_full(struct http *h, const struct problem *p)
{
    if (alm_option_is(h, "queue_body", "description")) {
        alm_restart(h, p->status);
        json_open(&h->json, '{');
        json_key(&h->json, "description");
        json_put(&h->json, arena_printf(&h->arena, "%s: %s", p->code, p->text));
        json_close(&h->json, '}');
        return FERRY_OK;
    }
    refuse(h, p, alm_option_is(h, "queue_body", "servlet"));
    return FERRY_OK;
}

int32_t alm_html(struct http *h, uint32_t status, const char *title)
{
    alm_restart(h, status);
    h->mime = "text/html;charset=utf-8";
    buf_printf(&h->text,
               "<!doctype html>\n<html><head><title>%u %s</title></head>\n"
               "<body><h1>%s</h1><hr></body></html>\n",
               status, title, title);
    return FERRY_OK;
}

/* --- the message --------------------------------------------------------------------------------------- */

static void put_number(const struct ferry_out *out, const char *name, int64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    kit_put_header(out, name, ferry_cstr(digits));
}

/* Without Path=/ a client would keep the cookie to /authentication. */
static void put_cookies(struct http *h, const struct ferry_out *out)
{
    if (h->cookie.ptr) {
        kit_put_header(
            out, "set-cookie",
            arena_printf(&h->arena, "LWSSO_COOKIE_KEY=%.*s; Path=/; HttpOnly", STR_ARG(h->cookie)));
    }
    if (h->user.ptr) {
        kit_put_header(out, "set-cookie",
                       arena_printf(&h->arena, "OCTANE_USER=%.*s; Version=1; Path=/; Max-Age=86400",
                                    STR_ARG(h->user)));
    }
    if (alm_option_is(h, "odd_cookies", "true")) {
        kit_put_header(out, "set-cookie", FERRY_LIT(""));
    }
}

void alm_write(struct http *h, const struct ferry_out *out)
{
    struct ferry_str correlation = kit_header(h->request, "x-correlation-id");
    out->status(out->self, h->status);
    if (h->allow.len > 0) {
        kit_put_header(out, "allow", h->allow);
    }
    if (correlation.ptr) {
        kit_put_header(out, "x-correlation-id", correlation);
    }
    if (h->retry_after_s > 0) {
        put_number(out, "retry-after", h->retry_after_s);
    }
    put_cookies(h, out);
    if (h->text.len > 0) {
        kit_put_header(out, "content-type",
                       ferry_cstr(h->mime ? h->mime : "application/json;charset=UTF-8"));
    }
    out->body(out->self);
    out->text(out->self, h->text.len > 0 ? buf_str(&h->text) : FERRY_LIT(""));
}
