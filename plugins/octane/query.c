/* SPDX-License-Identifier: MIT */
/* query.c - Octane's query language, and addresses that carry it. */
#include "codec.h"

#include <stdarg.h>
#include <text.h>

void octane_put_encoded(struct buf *b, struct ferry_str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_putc(b, c);
        } else {
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

/* A '*' would stand for anything, a quote end the text; a backslash before it makes it mean itself. */
void octane_put_quoted(struct buf *b, struct ferry_str text)
{
    buf_putc(b, '\'');
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' || c == '\'' || c == '"' || c == '(' || c == ')' || c == '*') {
            buf_putc(b, '\\');
        }
        buf_putc(b, c);
    }
    buf_putc(b, '\'');
}

void octane_phrase(struct buf *b, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text) {
        b->failed = b->failed ? b->failed : FERRY_E_TOO_LARGE;
        return;
    }
    buf_puts(b, b->len ? ";" : "");
    buf_puts(b, text);
}

void octane_phrase_text(struct buf *b, const char *field, const char *op, struct ferry_str text)
{
    buf_printf(b, "%s%s %s ", b->len ? ";" : "", field, op);
    octane_put_quoted(b, text);
}

/* Braces have no place in an address, and some servers say so. */
static void put_fields(struct buf *b, const char *fields)
{
    for (; *fields; fields++) {
        buf_puts(b, *fields == '{' ? "%7B" : *fields == '}' ? "%7D" : "");
        if (*fields != '{' && *fields != '}') {
            buf_putc(b, *fields);
        }
    }
}

static void put_part(struct buf *b, char *before, const char *name)
{
    buf_printf(b, "%c%s=", *before, name);
    *before = '&';
}

int32_t octane_put_list(struct buf *b, const struct ferry_call *call, const struct octane_list *l,
                        struct ferry_error *err)
{
    char before = '?';
    int32_t rc = octane_put_path(b, call, "/", err);
    buf_puts(b, l->collection);
    if (l->fields) {
        put_part(b, &before, "fields");
        put_fields(b, l->fields);
    }
    if (l->limit > 0) {
        put_part(b, &before, "limit");
        buf_printf(b, "%lld", (long long)l->limit);
    }
    if (l->offset > 0) {
        put_part(b, &before, "offset");
        buf_printf(b, "%lld", (long long)l->offset);
    }
    if (l->query.len > 0) {
        put_part(b, &before, "query");
        buf_puts(b, "%22");
        octane_put_encoded(b, l->query);
        buf_puts(b, "%22");
    }
    if (l->order) {
        put_part(b, &before, "order_by");
        buf_puts(b, l->order);
    }
    return rc ? rc
           : b->failed
               ? ferry_fail(err, b->failed, NULL, "the question is too long for one request")
               : FERRY_OK;
}
