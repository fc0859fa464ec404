/* SPDX-License-Identifier: MIT */
/*
 * json_write.c - the writer: request bodies, receipts, --json output. It appends and never looks
 * back, so a body of thousands of items costs one buffer. What comes out is valid UTF-8, valid JSON
 * and inert on a terminal whatever the strings hold; the same calls give the same bytes.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>
#include <math.h>

enum { DEEPEST = 63 };

struct json_out json_to(struct buf *b)
{
    return (struct json_out){.buf = b};
}

static void new_line(struct json_out *j, uint32_t level)
{
    if (j->pretty) {
        buf_putc(j->buf, '\n');
        while (level-- > 0) {
            buf_puts(j->buf, "  ");
        }
    }
}

/* What has to stand before the next value or name at this depth. */
static void begin_item(struct json_out *j)
{
    uint64_t bit = (uint64_t)1 << j->depth;
    if (j->after_key) {
        j->after_key = 0;
        return;
    }
    if (j->depth > 0) {
        if (j->have & bit) {
            buf_putc(j->buf, ',');
        }
        new_line(j, j->depth);
    }
    j->have |= bit;
}

void json_open(struct json_out *j, char bracket)
{
    if (j->depth == DEEPEST) {
        j->buf->failed = j->buf->failed ? j->buf->failed : FERRY_E_TOO_LARGE;
        return;
    }
    begin_item(j);
    buf_putc(j->buf, bracket);
    j->depth++;
    j->have &= ~((uint64_t)1 << j->depth);
}

void json_close(struct json_out *j, char bracket)
{
    if (j->depth == 0) {
        j->buf->failed = j->buf->failed ? j->buf->failed : FERRY_E_BUG;
        return;
    }
    j->depth--;
    if (j->have >> (j->depth + 1) & 1) {
        new_line(j, j->depth);
    }
    buf_putc(j->buf, bracket);
}

static void put_escape(struct buf *out, uint32_t code)
{
    static const char plain[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *at = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (at) {
        buf_putc(out, '\\');
        buf_putc(out, names[at - plain]);
    } else if (code < 0x10000) {
        buf_printf(out, "\\u%04x", (unsigned)code);
    } else {
        buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((code - 0x10000) >> 10)),
                   (unsigned)(0xDC00 + (code & 0x3FF)));
    }
}

/* What ends up on a terminal or in a CI log is not known here, so nothing active is ever written. */
static void put_quoted(struct buf *out, struct ferry_str s)
{
    uint64_t i = 0, kept = 0; /* [kept, i) is still to be copied */
    buf_putc(out, '"');
    while (i < s.len) {
        struct ferry_str rest;
        uint32_t code = 0;
        unsigned n;
        i += json_plain_run(s.ptr + i, s.len - i);
        if (i >= s.len) {
            break;
        }
        rest = str_sub(s, i, s.len);
        n = utf8_char(rest, &code);
        if (n > 0 && code != '"' && code != '\\' && !text_is_active(rest, code)) {
            i += n;
            continue;
        }
        buf_put(out, str_sub(s, kept, i - kept));
        if (n == 0) {
            buf_puts(out, "\xEF\xBF\xBD");
            n = 1;
        } else {
            put_escape(out, code);
        }
        i += n;
        kept = i;
    }
    buf_put(out, str_sub(s, kept, i - kept));
    buf_putc(out, '"');
}

void json_key_str(struct json_out *j, struct ferry_str name)
{
    begin_item(j);
    put_quoted(j->buf, name);
    buf_puts(j->buf, j->pretty ? ": " : ":");
    j->after_key = 1;
}

void json_key(struct json_out *j, const char *name)
{
    json_key_str(j, ferry_cstr(name));
}

void json_put(struct json_out *j, struct ferry_str s)
{
    if (!s.ptr) {
        json_put_null(j);
        return;
    }
    begin_item(j);
    put_quoted(j->buf, s);
}

void json_put_int(struct json_out *j, int64_t n)
{
    begin_item(j);
    buf_put_int(j->buf, n);
}

/* The shortest of the usual precisions that reads back as the same number. */
static void put_double(struct buf *out, double d)
{
    char text[40];
    double again;
    if (!isfinite(d)) {
        buf_puts(out, "null"); /* JSON has no word for it */
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, d);
        for (char *p = text; *p; p++) {
            if (!strchr("0123456789+-e", *p)) {
                *p = '.'; /* the locale's decimal point */
            }
        }
        if (json_double(ferry_cstr(text), &again) && again == d) {
            break;
        }
    }
    buf_puts(out, text);
}

void json_put_real(struct json_out *j, double d)
{
    begin_item(j);
    put_double(j->buf, d);
}

void json_put_bool(struct json_out *j, int b)
{
    begin_item(j);
    buf_puts(j->buf, b ? "true" : "false");
}

void json_put_null(struct json_out *j)
{
    begin_item(j);
    buf_puts(j->buf, "null");
}

void json_put_raw(struct json_out *j, struct ferry_str json)
{
    if (json.len == 0) {
        json_put_null(j);
        return;
    }
    begin_item(j);
    buf_put(j->buf, json);
}

static void put_scalar(struct json_out *j, const struct cJSON *v)
{
    int64_t n;
    if (cJSON_IsString(v)) {
        put_quoted(j->buf, json_str(v));
    } else if (cJSON_IsRaw(v)) {
        buf_puts(j->buf, v->valuestring);
    } else if (cJSON_IsNumber(v)) {
        if (json_int(v, &n)) {
            buf_printf(j->buf, "%lld", (long long)n);
        } else {
            put_double(j->buf, v->valuedouble);
        }
    } else if (cJSON_IsBool(v)) {
        buf_puts(j->buf, cJSON_IsTrue(v) ? "true" : "false");
    } else {
        buf_puts(j->buf, "null");
    }
}

/* Recursion of its own: parsed values may be deeper than what the `have` bits can count. */
static void put_tree(struct json_out *j, const struct cJSON *v, uint32_t level)
{
    int object = json_is_object(v);
    const char *between = "";
    if (!object && !json_is_array(v)) {
        put_scalar(j, v);
        return;
    }
    buf_putc(j->buf, object ? '{' : '[');
    json_each (item, v) {
        buf_puts(j->buf, between);
        between = ",";
        new_line(j, level + 1);
        if (object) {
            put_quoted(j->buf, json_name(item));
            buf_puts(j->buf, j->pretty ? ": " : ":");
        }
        put_tree(j, item, level + 1);
    }
    if (*between) {
        new_line(j, level);
    }
    buf_putc(j->buf, object ? '}' : ']');
}

void json_put_value(struct json_out *j, const struct cJSON *v)
{
    begin_item(j);
    put_tree(j, v, j->depth);
}

void json_member(struct json_out *j, const char *name, struct ferry_str s)
{
    if (s.ptr) {
        json_key(j, name);
        json_put(j, s);
    }
}

void json_member_int(struct json_out *j, const char *name, int64_t n)
{
    json_key(j, name);
    json_put_int(j, n);
}
