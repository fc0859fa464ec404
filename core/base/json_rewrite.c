/* SPDX-License-Identifier: MIT */
/*
 * json_rewrite.c - from scanned text to a cJSON tree. cJSON keeps numbers as doubles, refuses half
 * surrogates and long numbers; what it would spoil is rewritten on the way, and a text without
 * such things goes in as it is, uncopied. Called by json_parse.c and json_elements.c, only
 * with text that the scanner passed.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>

void json_rewrite_begin(struct json_rewrite *w, struct ferry_str text, uint64_t from)
{
    w->text = text;
    w->from = w->copied = from;
    w->strings = 0;
    /* Quotes add 2 bytes to 16, everything else gets shorter. */
    w->buf.max = (size_t)text.len + (size_t)text.len / 4 + 64;
    w->numbers.max = w->buf.max;
    buf_reset(&w->buf);
    buf_reset(&w->numbers);
}

void json_rewrite_finish(struct json_rewrite *w)
{
    buf_finish(&w->buf);
    buf_finish(&w->numbers);
}

void json_rewrite_skip(struct json_rewrite *w, uint64_t from, uint64_t to)
{
    buf_put(&w->buf, str_sub(w->text, w->copied, from - w->copied));
    w->copied = to;
}

/* Half pairs become U+FFFD, everything else stays as it is. */
static void put_mended(struct buf *out, struct ferry_str string)
{
    while (string.len > 0) {
        struct ferry_str before = string;
        char bytes[4];
        unsigned n = json_unescape(&string, bytes);
        uint64_t taken = before.len - string.len;
        if (taken == 6 && n == 3 && memcmp(bytes, "\xEF\xBF\xBD", 3) == 0) {
            buf_puts(out, "\\ufffd");
        } else {
            buf_put(out, str_sub(before, 0, taken));
        }
    }
}

void json_rewrite_token(struct json_rewrite *w, const struct json_scan *s, enum json_token token)
{
    struct ferry_str bytes = str_sub(s->text, s->from, s->to - s->from);
    uint64_t ordinal = w->strings;
    double value;
    if (token == JSON_STRING || (s->notes & JSON_BIG)) {
        w->strings++;
    }
    if (!(s->notes & (JSON_BIG | JSON_LONG | JSON_LONE))) {
        return;
    }
    json_rewrite_skip(w, s->from, s->to);
    if (s->notes & JSON_BIG) {
        buf_putc(&w->buf, '"');
        buf_put(&w->buf, bytes);
        buf_putc(&w->buf, '"');
        buf_put(&w->numbers, (struct ferry_str){(const char *)&ordinal, sizeof ordinal});
    } else if (s->notes & JSON_LONG) {
        struct json_out number = json_to(&w->buf);
        if (!json_double(bytes, &value)) {
            value = 0; /* cannot be: the scanner has read it */
        }
        json_put_real(&number, value);
    } else {
        put_mended(&w->buf, bytes);
    }
}

/* The strings of a tree in the order of the text, and which of them are numbers. */
struct marks {
    struct ferry_str numbers;
    uint64_t seen;
};

static void mark_numbers(struct marks *m, struct cJSON *v)
{
    uint64_t ordinal;
    for (; v && m->numbers.len > 0; v = v->next) {
        if (cJSON_IsString(v)) {
            memcpy(&ordinal, m->numbers.ptr, sizeof ordinal);
            if (m->seen++ == ordinal) {
                v->type = (v->type & ~0xFF) | cJSON_Raw; /* digits that are no string */
                m->numbers = str_sub(m->numbers, sizeof ordinal, m->numbers.len);
            }
        } else if (v->child) {
            mark_numbers(m, v->child); /* at most JSON_DEPTH deep */
        }
    }
}

int32_t json_rewrite_build(struct json_rewrite *w, uint64_t to, struct cJSON **root,
                           struct ferry_error *err)
{
    struct ferry_str text = str_sub(w->text, w->from, to - w->from);
    struct marks marks = {{NULL, 0}, 0};
    *root = NULL;
    if (w->copied != w->from) {
        json_rewrite_skip(w, to, to);
        text = buf_str(&w->buf);
    }
    if (!w->buf.failed && !w->numbers.failed) {
        *root = cJSON_ParseWithLengthOpts(text.ptr, (size_t)text.len, NULL, 0);
    }
    if (!*root) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "out of memory while parsing JSON");
    }
    marks.numbers = buf_str(&w->numbers);
    mark_numbers(&marks, *root);
    return FERRY_OK;
}
