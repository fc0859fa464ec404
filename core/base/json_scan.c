/* SPDX-License-Identifier: MIT */
/*
 * json_scan.c - the tokenizer in front of cJSON. It is what makes an answer "parsed to its last
 * byte": json_parse.c and json_elements.c trust a text only after it went through here. It
 * must never read past the text nor recurse.
 */
#include "json_scan.h"

#include "text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

enum expect { VALUE, VALUE_OR_CLOSE, NAME, NAME_OR_CLOSE, COMMA_OR_CLOSE, NOTHING };
enum { LONGEST_REAL = 1000, CJSON_NUMBER = 60, SURELY_FINITE = 300 };

void json_scan_init(struct json_scan *s, struct ferry_str text)
{
    memset(s, 0, sizeof *s);
    s->text = s->origin = text;
    s->expect = VALUE;
    if (str_starts(text, "\xEF\xBB\xBF")) {
        s->at = 3;
    }
    s->from = s->to = s->at;
}

int json_scan_object(const struct json_scan *s, uint32_t depth)
{
    return (s->objects[depth / 64] >> depth % 64 & 1) != 0;
}

/* ---- faults ---- */

void json_position(struct ferry_str text, uint64_t at, uint32_t *line, uint32_t *column)
{
    uint32_t lines = 1, columns = 1;
    uint64_t i = str_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    for (; i < at && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            lines++;
            columns = 1;
        } else if (((unsigned char)text.ptr[i] & 0xC0u) != 0x80u) { /* characters, not bytes */
            columns++;
        }
    }
    *line = lines;
    *column = columns;
}

int32_t json_fail_at(struct ferry_str text, uint64_t at, const char *name, struct ferry_error *err,
                     const char *fault)
{
    char where[sizeof err->where] = "";
    char shown[160] = "";
    uint32_t line, column;
    json_position(text, at, &line, &column);
    if (name) {
        text_show_to(where, sizeof where, ferry_cstr(name));
        text_show_to(shown, sizeof shown, ferry_cstr(name));
    }
    return ferry_fail(err, FERRY_E_INPUT, where, "%s%sline %u, column %u: %s", shown,
                      name ? ": " : "", line, column, fault);
}

int32_t json_scan_fail(const struct json_scan *s, const char *name, struct ferry_error *err)
{
    return json_fail_at(s->origin, s->fault_at, name, err, s->fault);
}

__attribute__((format(printf, 3, 4))) static enum json_token fault(struct json_scan *s, uint64_t at,
                                                                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->fault, sizeof s->fault, format, args);
    va_end(args);
    s->fault_at = at;
    s->from = s->to = at;
    s->notes = 0;
    return JSON_FAULT;
}

/* "expected X, found Y", with a hint for the mistakes that are made most. */
static enum json_token unexpected(struct json_scan *s, const char *expected)
{
    char found[40];
    const char *hint = "";
    struct ferry_str rest = str_sub(s->text, s->at, s->text.len);
    uint64_t n = 0;
    if (rest.len == 0) {
        return fault(s, s->at, "%s expected, but the text ends here; it is empty or was cut",
                     expected);
    }
    while (n < rest.len && n < 16 && !strchr(" \t\r\n,:[]{}", rest.ptr[n])) {
        n++;
    }
    text_show_to(found, sizeof found, utf8_cut(rest, n ? n : 1));
    if (rest.ptr[0] == '<') {
        hint = "; this looks like HTML or XML";
    } else if (rest.ptr[0] == '\'') {
        hint = "; text stands in double quotes";
    } else if (str_starts(rest, "//") || str_starts(rest, "/*")) {
        hint = "; comments are not allowed here";
    } else if (rest.ptr[0] == '}' || rest.ptr[0] == ']') {
        hint = "; remove the comma before it, or the wrong bracket";
    }
    return fault(s, s->at, "%s expected, found %s%s", expected, found, hint);
}

/* ---- strings ---- */

uint64_t json_plain_run(const char *p, uint64_t len)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t w, quote, slash, hash;
        memcpy(&w, p + i, 8);
        quote = w ^ ones * '"';
        slash = w ^ ones * '\\';
        hash = w ^ ones * '#';
        /* A byte's high bit comes out set where the byte is zero, below a blank, DEL or not ASCII. */
        if (((w - ones * 0x20) | (quote - ones) | (slash - ones) | (hash - ones) | (w + ones) | w) &
            high) {
            break;
        }
    }
    while (i < len && (unsigned char)p[i] >= 0x20 && (unsigned char)p[i] < 0x7F && p[i] != '"' &&
           p[i] != '\\' && p[i] != '#') {
        i++;
    }
    return i;
}

/* The value of four hex digits at p, or -1. */
static int hex4(struct ferry_str s, uint64_t at)
{
    int value = 0;
    for (uint64_t i = at; i < at + 4; i++) {
        char c = i < s.len ? s.ptr[i] : '\0';
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        value = value << 4 | digit;
    }
    return value;
}

static int is_high_half(int code)
{
    return code >= 0xD800 && code <= 0xDBFF;
}

static int is_low_half(int code)
{
    return code >= 0xDC00 && code <= 0xDFFF;
}

/* Does the escape at `at` name the second half of a pair? */
static int low_half_at(struct ferry_str s, uint64_t at)
{
    return at + 1 < s.len && s.ptr[at] == '\\' && s.ptr[at + 1] == 'u' &&
           is_low_half(hex4(s, at + 2));
}

/* The escape at s->at. Returns the bytes it takes, 0 after a fault. */
static unsigned scan_escape(struct json_scan *s)
{
    char c = s->at + 1 < s->text.len ? s->text.ptr[s->at + 1] : '\0';
    int code;
    s->notes |= JSON_ESCAPED;
    if (c != '\0' && strchr("\"\\/bfnrt", c)) {
        return 2;
    }
    if (c != 'u') {
        fault(s, s->at, "not an escape of JSON; a backslash itself is written \\\\");
        return 0;
    }
    code = hex4(s->text, s->at + 2);
    if (code < 0) {
        fault(s, s->at, "four hex digits expected after \\u");
        return 0;
    }
    if (code == 0) {
        fault(s, s->at, "\\u0000 in a text; remove it, nothing here can carry it");
        return 0;
    }
    if (is_high_half(code) && low_half_at(s->text, s->at + 6)) {
        return 12;
    }
    if (is_high_half(code) || is_low_half(code)) {
        s->notes |= JSON_LONE;
    }
    return 6;
}

/* The string whose quote stands at s->at. Returns 1, or 0 after a fault. */
static int scan_string(struct json_scan *s)
{
    uint64_t begin = s->at;
    s->at++;
    for (;;) {
        unsigned char c;
        unsigned n;
        uint32_t code;
        s->at += json_plain_run(s->text.ptr + s->at, s->text.len - s->at);
        if (s->at >= s->text.len) {
            fault(s, begin, "the text that begins here has no closing quote; the document was cut");
            return 0;
        }
        c = (unsigned char)s->text.ptr[s->at];
        if (c == '"') {
            s->at++;
            return 1;
        }
        if (c == '\\') {
            n = scan_escape(s);
            if (n == 0) {
                return 0;
            }
        } else if (c == '\n') {
            fault(s, begin,
                  "the text that begins here has no closing quote on its line; "
                  "a line break in it is written \\n");
            return 0;
        } else if (c < 0x20) {
            fault(s, s->at, "control character 0x%02x inside a text; write \\u%04x", c, c);
            return 0;
        } else {
            n = utf8_char(str_sub(s->text, s->at, 4), &code);
            if (n == 0) {
                fault(s, s->at, "byte 0x%02x is not UTF-8; save or send the document as UTF-8", c);
                return 0;
            }
        }
        s->at += n;
    }
}

unsigned json_unescape(struct ferry_str *s, char out[4])
{
    static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
    unsigned n = 1, taken = 1;
    out[0] = s->ptr[0];
    if (s->ptr[0] == '\\' && s->len >= 2) {
        const char *name = strchr(names, s->ptr[1]);
        taken = 2;
        out[0] = name ? values[name - names] : s->ptr[1];
    }
    if (taken == 2 && s->ptr[1] == 'u') {
        int code = hex4(*s, 2);
        taken = 6;
        if (is_high_half(code) && low_half_at(*s, 6)) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hex4(*s, 8) - 0xDC00);
            taken = 12;
        }
        n = utf8_encode(out, (uint32_t)code); /* a lone half becomes U+FFFD */
    }
    *s = str_sub(*s, taken, s->len);
    return n;
}

/* ---- numbers ---- */

int json_double(struct ferry_str text, double *out)
{
    char digits[LONGEST_REAL + 1];
    char *dot, *end;
    if (text.len == 0 || text.len >= sizeof digits) {
        return 0;
    }
    memcpy(digits, text.ptr, (size_t)text.len);
    digits[text.len] = '\0';
    dot = strchr(digits, '.');
    if (dot) { /* strtod follows the locale of whoever we are linked into */
        *dot = localeconv()->decimal_point[0];
    }
    *out = strtod(digits, &end);
    return *end == '\0' && isfinite(*out);
}

static uint64_t skip_digits(struct ferry_str text, uint64_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    return at;
}

static int char_at(const struct json_scan *s, uint64_t at)
{
    return at < s->text.len ? (unsigned char)s->text.ptr[at] : -1;
}

/* What a number of this form needs done to it. */
static enum json_token note_number(struct json_scan *s, uint64_t digits, int whole)
{
    uint64_t len = s->at - s->from;
    double value;
    if (whole) {
        s->notes |= digits >= BIG_DIGITS ? JSON_BIG : 0;
        return JSON_NUMBER;
    }
    if (len > LONGEST_REAL) {
        return fault(s, s->from, "a number of %llu characters; at most %d are read",
                     (unsigned long long)len, LONGEST_REAL);
    }
    s->notes |= len > CJSON_NUMBER ? JSON_LONG : 0;
    if ((digits > SURELY_FINITE || memchr(s->text.ptr + s->from, 'e', len) ||
         memchr(s->text.ptr + s->from, 'E', len)) &&
        !json_double(str_sub(s->text, s->from, len), &value)) {
        return fault(s, s->from, "a number out of range");
    }
    return JSON_NUMBER;
}

static enum json_token scan_number(struct json_scan *s)
{
    uint64_t first = s->at + (char_at(s, s->at) == '-');
    uint64_t at = skip_digits(s->text, first);
    uint64_t digits = at - first, part;
    int whole = 1;
    if (digits == 0) {
        return fault(s, s->at, "digits expected after the minus sign");
    }
    if (digits > 1 && s->text.ptr[first] == '0') {
        return fault(s, s->at, "a number may not begin with 0; quote it if it is an id");
    }
    if (char_at(s, at) == '.') {
        whole = 0;
        part = at + 1;
        at = skip_digits(s->text, part);
        if (at == part) {
            return fault(s, at, "digits expected after the decimal point");
        }
    }
    if (char_at(s, at) == 'e' || char_at(s, at) == 'E') {
        whole = 0;
        part = at + 1;
        part += char_at(s, part) == '+' || char_at(s, part) == '-';
        at = skip_digits(s->text, part);
        if (at == part) {
            return fault(s, at, "digits expected in the exponent");
        }
    }
    s->at = at;
    return note_number(s, digits, whole);
}

/* ---- the grammar ---- */

static void skip_space(struct json_scan *s)
{
    while (s->at < s->text.len) {
        char c = s->text.ptr[s->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return;
        }
        s->at++;
    }
}

static void value_ended(struct json_scan *s)
{
    s->expect = s->depth ? COMMA_OR_CLOSE : NOTHING;
}

static enum json_token scan_close(struct json_scan *s)
{
    s->at++;
    s->depth--;
    value_ended(s);
    return JSON_CLOSE;
}

static enum json_token scan_open(struct json_scan *s, int object)
{
    uint64_t bit;
    if (s->depth == JSON_DEPTH) {
        return fault(s, s->at, "more than %d levels deep; no document of ours is", JSON_DEPTH);
    }
    s->depth++;
    s->at++;
    bit = (uint64_t)1 << s->depth % 64;
    s->objects[s->depth / 64] &= ~bit;
    s->objects[s->depth / 64] |= object ? bit : 0;
    s->expect = object ? NAME_OR_CLOSE : VALUE_OR_CLOSE;
    return JSON_OPEN;
}

static enum json_token scan_name(struct json_scan *s)
{
    if (char_at(s, s->at) != '"') {
        return unexpected(s, s->expect == NAME ? "a name in quotes" : "a name in quotes or }");
    }
    if (!scan_string(s)) {
        return JSON_FAULT;
    }
    s->to = s->at;
    skip_space(s);
    if (char_at(s, s->at) != ':') {
        return unexpected(s, "a colon after the name");
    }
    s->at++;
    s->expect = VALUE;
    return JSON_NAME;
}

static enum json_token scan_word(struct json_scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    struct ferry_str rest = str_sub(s->text, s->at, 5);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(rest, words[i])) {
            s->at += strlen(words[i]);
            return JSON_WORD;
        }
    }
    return unexpected(s, s->expect == VALUE ? "a value" : "a value or ]");
}

static enum json_token scan_value(struct json_scan *s)
{
    enum json_token token;
    int c = char_at(s, s->at);
    if (c == '{' || c == '[') {
        return scan_open(s, c == '{');
    }
    if (c == '"') {
        token = scan_string(s) ? JSON_STRING : JSON_FAULT;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        token = scan_number(s);
    } else {
        token = scan_word(s);
    }
    if (token != JSON_FAULT) {
        value_ended(s);
    }
    return token;
}

/* The comma between two members; 0 after the fault of its absence. */
static int scan_comma(struct json_scan *s, int object)
{
    if (char_at(s, s->at) != ',') {
        unexpected(s, object ? "a comma or }" : "a comma or ]");
        return 0;
    }
    s->at++;
    s->expect = object ? NAME : VALUE;
    skip_space(s);
    s->from = s->at;
    return 1;
}

enum json_token json_scan_next(struct json_scan *s)
{
    enum json_token token;
    int object;
    if (s->fault[0]) {
        return JSON_FAULT;
    }
    s->notes = 0;
    skip_space(s);
    s->from = s->at;
    if (s->expect == NOTHING) {
        s->to = s->at;
        return s->at == s->text.len ? JSON_END : unexpected(s, "the end of the document");
    }
    object = s->depth > 0 && json_scan_object(s, s->depth);
    if ((s->expect == COMMA_OR_CLOSE || s->expect == NAME_OR_CLOSE ||
         s->expect == VALUE_OR_CLOSE) &&
        char_at(s, s->at) == (object ? '}' : ']')) {
        token = scan_close(s);
    } else if (s->expect == COMMA_OR_CLOSE && !scan_comma(s, object)) {
        return JSON_FAULT;
    } else if (s->expect == NAME || s->expect == NAME_OR_CLOSE) {
        return scan_name(s); /* its end is not where the scan goes on */
    } else {
        token = scan_value(s);
    }
    if (token != JSON_FAULT) {
        s->to = s->at;
    }
    return token;
}
