/* SPDX-License-Identifier: MIT */
/*
 * filter.c - the state machine: windows, places, and the states inside a document. Called by
 * junit.c with what encoding.c made. Windows are filled to the brim before they are looked at, and
 * a step that cannot decide within its look-ahead waits for more; so what comes out never depends
 * on how the bytes came in. It must never hold more than a window.
 */
#include "filter.h"
#include "scan.h"
#include "text.h"

#include <stdlib.h>

enum { REFERENCE_MAX = 24 };
static const char REPLACEMENT[] = "\xEF\xBF\xBD";

int32_t filter_init(struct filter *f, const struct filter_calls *calls, struct notices *notices,
                    const int *over)
{
    memset(f, 0, sizeof *f);
    f->window = malloc(FILTER_HISTORY + FILTER_WINDOW);
    f->calls = calls;
    f->notices = notices;
    f->over = over;
    f->counted_at = (struct place){1, 1};
    if (!f->window) {
        return FERRY_E_NO_MEMORY;
    }
    memset(f->window, 0, FILTER_HISTORY); /* no other byte is looked at before it came */
    f->counted = f->window + FILTER_HISTORY;
    return FERRY_OK;
}

void filter_finish(struct filter *f)
{
    free(f->window);
    memset(f, 0, sizeof *f);
}

void filter_pass(struct filter *f, const unsigned char *p)
{
    if (p > f->from && !f->rc && !f->dropping) {
        f->rc = f->calls->bytes(f->calls->data, f->from, (size_t)(p - f->from));
    }
    f->from = p;
}

const unsigned char *filter_replace(struct filter *f, const unsigned char *p, size_t n,
                                    const char *text)
{
    filter_pass(f, p);
    if (!f->rc && !f->dropping) {
        f->rc = f->calls->bytes(f->calls->data, (const unsigned char *)text, strlen(text));
    }
    f->from = p + n;
    return p + n;
}

struct place filter_place(struct filter *f, const unsigned char *p)
{
    const unsigned char *q = f->counted;
    size_t n = p > q ? (size_t)(p - q) : 0;
    if (n == 0) {
        return f->counted_at;
    }
    if (!memchr(q, '\r', n)) {
        const unsigned char *last = memrchr(q, '\n', n);
        f->counted_at.line += scan_count_lf(q, p);
        f->counted_at.column = last ? (uint64_t)(p - last) : f->counted_at.column + n;
    } else {
        for (; q < p; q++) { /* CR LF is one line end, CR alone is one too */
            if (*q == '\r' || (*q == '\n' && q[-1] != '\r')) {
                f->counted_at.line++;
            }
            f->counted_at.column = *q == '\r' || *q == '\n' ? 1 : f->counted_at.column + 1;
        }
    }
    f->counted = p;
    return f->counted_at;
}

void filter_say(struct filter *f, enum notice code, const unsigned char *p, const char *text)
{
    if (!f->rc && !f->dropping && !*f->over) {
        f->rc = notice_say(f->notices, code, filter_place(f, p), "%s", text);
    }
}

/* The length of the well-formed character at p, up to 4; 0 where there is none. Never past end. */
static size_t good_character(const unsigned char *p, const unsigned char *end, uint32_t *code)
{
    struct ferry_str s = {(const char *)p, (uint64_t)(end - p)};
    return utf8_char(s, code);
}

const unsigned char *filter_odd_byte(struct filter *f, const unsigned char *p,
                                     const unsigned char *end)
{
    uint32_t code = 0;
    char text[64];
    size_t n;
    if (*p < 0x20) {
        snprintf(text, sizeof text, "control byte 0x%02x, replaced by U+FFFD", *p);
        filter_say(f, NOTICE_CONTROL, p, text);
        return filter_replace(f, p, 1, f->state == FILTER_TAG ? " " : REPLACEMENT);
    }
    while (p < end && *p >= 0x80) {
        if (end - p < 4 && !f->final) {
            f->stalled = 1;
            return p;
        }
        n = good_character(p, end, &code);
        if (n == 0) {
            int surrogate = end - p >= 3 && p[0] == 0xED && p[1] >= 0xA0 && (p[2] & 0xC0) == 0x80;
            snprintf(text, sizeof text, "byte 0x%02x is not UTF-8, replaced by U+FFFD", *p);
            filter_say(f, NOTICE_UTF8, p,
                       surrogate ? "what stands here is no character, replaced by U+FFFD" : text);
            return filter_replace(f, p, surrogate ? 3 : 1, REPLACEMENT);
        }
        if (code == 0xFFFE || code == 0xFFFF) {
            snprintf(text, sizeof text, "U+%04X is no character, replaced by U+FFFD",
                     (unsigned)code);
            filter_say(f, NOTICE_CHARACTER, p, text);
            return filter_replace(f, p, n, REPLACEMENT);
        }
        p += n;
    }
    return p;
}

static int is_xml_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

static unsigned digit_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 99;
}

/* The length of "&#27;" at p with its number in *code; 0 where it is none. */
static size_t number_reference(const unsigned char *p, const unsigned char *end, uint32_t *code)
{
    const unsigned char *q = p + 2;
    unsigned base = 10;
    size_t digits = 0;
    if (end - p < 4 || p[0] != '&' || p[1] != '#') {
        return 0;
    }
    if (*q == 'x' || *q == 'X') {
        base = 16;
        q++;
    }
    *code = 0;
    for (; q < end && q - p < REFERENCE_MAX && digit_value(*q) < base; q++, digits++) {
        *code = *code > 0x110000 ? *code : *code * base + digit_value(*q);
    }
    if (digits == 0 || q == end || *q != ';' || p[2] == 'X') {
        return 0;
    }
    return (size_t)(q + 1 - p);
}

static size_t name_reference(const unsigned char *p, const unsigned char *end)
{
    static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t n = strlen(known[i]);
        if ((size_t)(end - p) >= n && memcmp(p, known[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

/* A number that XML forbids. Two halves of a surrogate pair become the character they mean. */
static const unsigned char *bad_number(struct filter *f, const unsigned char *p,
                                       const unsigned char *end, size_t n, uint32_t code)
{
    uint32_t low = 0;
    size_t m;
    char text[96];
    if (code >= 0xD800 && code <= 0xDBFF) {
        m = number_reference(p + n, end, &low);
        if (m && low >= 0xDC00 && low <= 0xDFFF) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            snprintf(text, sizeof text, "two references to halves of U+%X, joined", (unsigned)code);
            filter_say(f, NOTICE_REFERENCE, p, text);
            snprintf(text, sizeof text, "&#%u;", (unsigned)code);
            return filter_replace(f, p, n + m, text);
        }
    }
    snprintf(text, sizeof text, "reference %.*s to %s, replaced by U+FFFD", (int)n, (const char *)p,
             code > 0 && code < 0x20 ? "a control character" : "no character");
    filter_say(f, NOTICE_REFERENCE, p, text);
    return filter_replace(f, p, n, REPLACEMENT);
}

/* At '&'. */
static const unsigned char *reference(struct filter *f, const unsigned char *p,
                                      const unsigned char *end)
{
    uint32_t code = 0;
    size_t n;
    if (filter_needs(f, p, end, 2 * REFERENCE_MAX)) {
        return p;
    }
    n = name_reference(p, end);
    if (n) {
        return p + n;
    }
    n = number_reference(p, end, &code);
    if (n) {
        return is_xml_character(code) ? p + n : bad_number(f, p, end, n, code);
    }
    filter_say(f, NOTICE_AMPERSAND, p, "'&' that begins no reference, taken as itself");
    return filter_replace(f, p, 1, "&amp;");
}

static const unsigned char *in_text(struct filter *f, const unsigned char *p,
                                    const unsigned char *end)
{
    while (f->state == FILTER_TEXT && !filter_halted(f)) {
        p = scan_for(p, end, '<', '&', '>');
        if (p == end) {
            break;
        }
        if (*p == '<') {
            p = filter_angle(f, p, end);
        } else if (*p == '&') {
            p = reference(f, p, end);
        } else if (*p == '>') {
            if (p[-1] == ']' && p[-2] == ']') {
                filter_say(f, NOTICE_CDATA_END, p - 2, "']]>' outside of CDATA, taken as itself");
                p = filter_replace(f, p, 1, "&gt;");
            } else {
                p++;
            }
        } else {
            p = filter_odd_byte(f, p, end);
        }
    }
    return p;
}

/* Behind names and values in which nothing is to be mended: at what ends the tag, or needs a closer look. */
static const unsigned char *plain_values(struct filter *f, const unsigned char *p,
                                         const unsigned char *end)
{
    for (;;) {
        const unsigned char *start = p, *q;
        p = scan_for(p, end, '>', '"', '\'');
        f->tag_len += (uint64_t)(p - start);
        if (p == end || (*p != '"' && *p != '\'')) {
            return p;
        }
        q = scan_for(p + 1, end, *p, '<', '&');
        if (q == end || *q != *p) {
            return p;
        }
        f->tag_len += (uint64_t)(q - p - 1);
        p = q + 1;
    }
}

static const unsigned char *in_tag(struct filter *f, const unsigned char *p,
                                   const unsigned char *end)
{
    p = plain_values(f, p, end);
    if (f->tag_len > FILTER_TAG_MAX) {
        f->rc = f->calls->refuse(f->calls->data, "a tag of more than 8 MiB");
        return p;
    }
    if (p == end) {
        return p;
    }
    if (*p == '>') {
        return filter_tag_end(f, p);
    }
    if (*p == '"' || *p == '\'') {
        f->quote = *p;
        f->value_len = 0;
        f->state = FILTER_VALUE;
        return p + 1;
    }
    return filter_odd_byte(f, p, end);
}

/* The value is too long: passes its beginning, and drops what follows up to the quote. */
static void cut_value(struct filter *f, const unsigned char *p)
{
    filter_say(f, NOTICE_TOO_LONG, p, "an attribute value of more than 4 MiB, cut");
    filter_pass(f, p);
    f->dropping = 1;
}

static const unsigned char *in_value(struct filter *f, const unsigned char *p,
                                     const unsigned char *end)
{
    while (p < end && !filter_halted(f)) {
        const unsigned char *start = p;
        p = scan_for(p, end, f->quote, '<', '&');
        if (p < end && *p == f->quote) {
            f->value_len += (uint64_t)(p - start);
            f->tag_len += f->dropping ? 0 : f->value_len;
            f->from = f->dropping ? p : f->from;
            f->dropping = 0;
            f->state = FILTER_TAG;
            return p + 1;
        }
        if (p < end) {
            if (*p == '<') {
                filter_say(f, NOTICE_LESS_THAN, p, "'<' in an attribute value, taken as itself");
                p = filter_replace(f, p, 1, "&lt;");
            } else {
                p = *p == '&' ? reference(f, p, end) : filter_odd_byte(f, p, end);
            }
        }
        f->value_len += (uint64_t)(p - start);
        if (f->dropping) {
            f->from = p;
        } else if (f->value_len > FILTER_VALUE_MAX) {
            cut_value(f, p);
        }
    }
    return p;
}

/* Drops a comment or an instruction up to its end mark. */
static const unsigned char *in_remark(struct filter *f, const unsigned char *p,
                                      const unsigned char *end)
{
    const char *mark = f->state == FILTER_COMMENT ? "-->" : "?>";
    size_t n = strlen(mark);
    const unsigned char *q = memmem(p, (size_t)(end - p), mark, n);
    const unsigned char *to = q ? q + n : end;
    if (!q && !f->final) { /* the mark may be cut in two */
        to = (size_t)(end - p) > n ? end - n : p;
        f->stalled = to == p;
    }
    f->skipped += scan_count_lf(p, to);
    f->from = to;
    if (q) {
        f->state = f->back;
        if (f->state == FILTER_TEXT && f->skipped > 0 && !f->rc) {
            f->rc = f->calls->skipped_lines(f->calls->data, f->skipped);
        }
        f->skipped = 0;
    }
    return to;
}

static int is_remark(enum filter_state state)
{
    return state == FILTER_COMMENT || state == FILTER_PI;
}

static const unsigned char *step(struct filter *f, const unsigned char *p, const unsigned char *end)
{
    switch (f->state) {
    case FILTER_TEXT:
        return in_text(f, p, end);
    case FILTER_TAG:
        return in_tag(f, p, end);
    case FILTER_VALUE:
        return in_value(f, p, end);
    case FILTER_CDATA:
        return filter_cdata(f, p, end);
    case FILTER_COMMENT:
    case FILTER_PI:
        return in_remark(f, p, end);
    case FILTER_PROLOG:
    default:
        return filter_prolog(f, p, end);
    }
}

/* Looks at the window and moves what could not be decided to its front. */
static int32_t run(struct filter *f)
{
    const unsigned char *p = f->window + FILTER_HISTORY, *end = p + f->have;
    f->from = p;
    f->stalled = 0;
    while (p < end && !filter_halted(f)) {
        p = step(f, p, end);
    }
    if (f->state != FILTER_PROLOG && !f->dropping) {
        filter_pass(f, p);
    }
    filter_place(f, p);
    f->have = (size_t)(end - p);
    memmove(f->window, p - FILTER_HISTORY, FILTER_HISTORY + f->have);
    f->counted = f->window + FILTER_HISTORY;
    if (!f->rc && !*f->over && f->have == FILTER_WINDOW) {
        f->rc = FERRY_E_BUG;
    }
    return f->rc;
}

int32_t filter_feed(struct filter *f, struct ferry_str bytes)
{
    const char *p = bytes.ptr;
    uint64_t left = bytes.len;
    while (left > 0 && !f->rc && !*f->over) {
        size_t n = FILTER_WINDOW - f->have;
        n = left < n ? (size_t)left : n;
        memcpy(f->window + FILTER_HISTORY + f->have, p, n);
        f->have += n;
        p += n;
        left -= n;
        if (f->have == FILTER_WINDOW) {
            run(f);
        }
    }
    return f->rc;
}

int32_t filter_end(struct filter *f, int *cut, struct place *at)
{
    f->final = 1;
    if (!f->rc) {
        run(f);
    }
    if (*f->over) {
        *cut = 0;
        return f->rc;
    }
    if (!f->rc && f->state == FILTER_PROLOG && f->junk && f->documents > 0) {
        f->rc = notice_say(f->notices, NOTICE_TRAILING, f->junk_at,
                           "text after the end of the report, left out");
    }
    if (!f->rc && f->documents == 0) {
        f->rc = f->calls->refuse(f->calls->data, NULL);
    }
    *cut = f->state != FILTER_PROLOG && !(is_remark(f->state) && f->back == FILTER_PROLOG);
    *at = f->counted_at;
    return f->rc;
}
