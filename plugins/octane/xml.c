/* SPDX-License-Identifier: MIT */
/* xml.c - see xml.h. */
#include "xml.h"

#include <text.h>

/* One character at `s`; what is no character takes one byte and is U+FFFD. */
static unsigned next_char(struct ferry_str s, uint32_t *code)
{
    unsigned n = utf8_char(s, code);
    if (n == 0) {
        *code = 0xfffd;
        return 1;
    }
    return n;
}

static int is_xml(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

/* A bare CR would be read back as a LF everywhere, a TAB or LF as a blank in an attribute. */
static const char *escape_of(uint32_t c, int in_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return in_attribute ? "&quot;" : NULL;
    case '\t':
        return in_attribute ? "&#9;" : NULL;
    case '\n':
        return in_attribute ? "&#10;" : NULL;
    default:
        return NULL;
    }
}

static unsigned put(struct buf *b, struct ferry_str text, int in_attribute)
{
    unsigned flags = 0;
    uint64_t plain = 0, at = 0; /* from `plain` on nothing was written yet */
    while (at < text.len) {
        uint32_t code;
        struct ferry_str rest = {text.ptr + at, text.len - at};
        unsigned n = next_char(rest, &code);
        const char *escape = escape_of(code, in_attribute);
        int bad = !is_xml(code) || (code == 0xfffd && n == 1);
        if (escape || bad) {
            buf_put(b, str_sub(text, plain, at - plain));
            buf_puts(b, bad ? "_" : escape);
            flags |= bad ? XML_REPLACED : 0;
            plain = at + n;
        }
        at += n;
    }
    buf_put(b, str_sub(text, plain, text.len - plain));
    return flags;
}

struct ferry_str xml_fit(struct ferry_str text, uint64_t max)
{
    uint64_t at = 0, units = 0;
    while (at < text.len) {
        uint32_t code;
        struct ferry_str rest = {text.ptr + at, text.len - at};
        unsigned n = next_char(rest, &code);
        units += code >= 0x10000 ? 2 : 1;
        if (units > max) {
            break;
        }
        at += n;
    }
    return str_sub(text, 0, at);
}

unsigned xml_attribute(struct buf *b, const char *name, struct ferry_str text, uint64_t max)
{
    struct ferry_str fitting = max ? xml_fit(text, max) : text;
    buf_printf(b, " %s=\"", name);
    unsigned flags = put(b, fitting, 1);
    buf_putc(b, '"');
    return flags | (fitting.len < text.len ? XML_CUT : 0);
}

void xml_attribute_int(struct buf *b, const char *name, int64_t n)
{
    buf_printf(b, " %s=\"%lld\"", name, (long long)n);
}

unsigned xml_text(struct buf *b, struct ferry_str text, uint64_t max)
{
    struct ferry_str fitting = max && text.len > max ? utf8_cut(text, max) : text;
    unsigned flags = put(b, fitting, 0);
    return flags | (fitting.len < text.len ? XML_CUT : 0);
}
