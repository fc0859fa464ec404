/* SPDX-License-Identifier: MIT */
/*
 * data_uri.c - "data:image/png;filename=a.png;base64,iVBO...": an attachment that stands in the
 * report itself. Called by convention.c. It must never accept half a file: what is broken is
 * refused.
 */
#include "parse.h"
#include "text.h"

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

static int decode_base64(struct ferry_str s, struct buf *out)
{
    uint32_t bits = 0;
    unsigned n = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        int value = base64_value(c);
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            continue;
        }
        if (c == '=') { /* only padding may follow */
            struct ferry_str rest = str_trim(str_sub(s, i, s.len));
            return n != 1 && (rest.len == 1 || (rest.len == 2 && rest.ptr[1] == '='));
        }
        if (value < 0) {
            return 0;
        }
        bits = bits << 6 | (uint32_t)value;
        if (++n == 4) {
            buf_putc(out, (char)(bits >> 16 & 0xFF));
            buf_putc(out, (char)(bits >> 8 & 0xFF));
            buf_putc(out, (char)(bits & 0xFF));
            n = 0;
        }
    }
    return n != 1;
}

/* The one or two bytes of the last, shorter group. */
static void finish_base64(struct ferry_str s, struct buf *out)
{
    uint32_t bits = 0;
    unsigned n = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        int value = base64_value(s.ptr[i]);
        if (value >= 0) {
            bits = bits << 6 | (uint32_t)value;
            n = (n + 1) % 4;
        }
    }
    if (n == 2) {
        buf_putc(out, (char)(bits >> 4 & 0xFF));
    } else if (n == 3) {
        buf_putc(out, (char)(bits >> 10 & 0xFF));
        buf_putc(out, (char)(bits >> 2 & 0xFF));
    }
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode_percent(struct ferry_str s, struct buf *out)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '%') {
            buf_putc(out, s.ptr[i]);
            continue;
        }
        if (s.len - i < 3 || hex(s.ptr[i + 1]) < 0 || hex(s.ptr[i + 2]) < 0) {
            return 0;
        }
        buf_putc(out, (char)(hex(s.ptr[i + 1]) << 4 | hex(s.ptr[i + 2])));
        i += 2;
    }
    return 1;
}

int data_uri_unescape(struct ferry_str text, struct buf *out)
{
    if (text.len > 1 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
        text = str_sub(text, 1, text.len - 2);
    }
    return text.len > 0 && decode_percent(text, out) && !out->failed &&
           !memchr(out->ptr, '\0', out->len);
}

int data_uri_decode(struct ferry_str uri, struct buf *out, struct ferry_str *mime,
                    struct ferry_str *name)
{
    struct ferry_str rest = str_sub(uri, 5, uri.len), piece, data;
    const char *comma = rest.len ? memchr(rest.ptr, ',', (size_t)rest.len) : NULL;
    int base64 = 0, first = 1;
    *mime = *name = (struct ferry_str){NULL, 0};
    if (!comma) {
        return 0;
    }
    data = str_sub(rest, (uint64_t)(comma + 1 - rest.ptr), rest.len);
    rest.len = (uint64_t)(comma - rest.ptr);
    for (; str_split(&rest, ';', &piece); first = 0) {
        piece = str_trim(piece);
        if (first) {
            *mime = piece;
        } else if (str_is_nocase(piece, "base64")) {
            base64 = 1;
        } else if (str_is_nocase(str_sub(piece, 0, 9), "filename=")) {
            *name = str_sub(piece, 9, piece.len);
        } else if (str_is_nocase(str_sub(piece, 0, 5), "name=")) {
            *name = str_sub(piece, 5, piece.len);
        }
    }
    if (!base64) {
        return decode_percent(data, out) && !out->failed;
    }
    if (!decode_base64(data, out)) {
        return 0;
    }
    finish_base64(data, out);
    return !out->failed;
}
