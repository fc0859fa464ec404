/* SPDX-License-Identifier: MIT */
/*
 * text_utf8.c - UTF-8: checking, mending, cutting. Reports and server answers are untrusted, so
 * this is strict: no overlong forms, no surrogates, nothing past U+10FFFF. It must never read a
 * byte past the length it was given.
 */
#include "text.h"

static int continues(unsigned char c)
{
    return (c & 0xC0u) == 0x80u;
}

unsigned utf8_char(struct ferry_str s, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    unsigned n;
    uint32_t value, least;
    if (s.len == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    if (p[0] >= 0xC2 && p[0] <= 0xDF) {
        n = 2;
        value = p[0] & 0x1Fu;
        least = 0x80;
    } else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        n = 3;
        value = p[0] & 0x0Fu;
        least = 0x800;
    } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        n = 4;
        value = p[0] & 0x07u;
        least = 0x10000;
    } else {
        return 0;
    }
    if (s.len < n) {
        return 0;
    }
    for (unsigned i = 1; i < n; i++) {
        if (!continues(p[i])) {
            return 0;
        }
        value = value << 6 | (p[i] & 0x3Fu);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code = value;
    return n;
}

uint64_t utf8_valid(struct ferry_str s)
{
    uint64_t i = 0;
    while (i < s.len) {
        uint64_t word;
        uint32_t code;
        unsigned n;
        if (s.len - i >= sizeof word) { /* eight ASCII bytes in one step */
            memcpy(&word, s.ptr + i, sizeof word);
            if (!(word & 0x8080808080808080u)) {
                i += sizeof word;
                continue;
            }
        }
        n = utf8_char((struct ferry_str){s.ptr + i, s.len - i}, &code);
        if (n == 0) {
            return i;
        }
        i += n;
    }
    return s.len;
}

uint64_t utf8_repair(struct buf *out, struct ferry_str s)
{
    uint64_t bad = 0;
    for (;;) {
        uint64_t good = utf8_valid(s);
        buf_put(out, str_sub(s, 0, good));
        if (good == s.len) {
            return bad;
        }
        buf_puts(out, "\xEF\xBF\xBD");
        bad++;
        s = str_sub(s, good + 1, s.len);
    }
}

struct ferry_str utf8_cut(struct ferry_str s, uint64_t max)
{
    uint64_t len = max;
    if (s.len <= max) {
        return s;
    }
    /* A character is at most 4 bytes: further back there is none to save, only broken text. */
    while (len > 0 && max - len < 3 && continues((unsigned char)s.ptr[len])) {
        len--;
    }
    if (continues((unsigned char)s.ptr[len])) {
        len = max;
    }
    return (struct ferry_str){s.ptr, len};
}

unsigned utf8_encode(char out[4], uint32_t code)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        code = 0xFFFD;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

void utf8_put(struct buf *out, uint32_t code)
{
    char bytes[4];
    unsigned n = utf8_encode(bytes, code);
    buf_put(out, (struct ferry_str){bytes, n});
}
