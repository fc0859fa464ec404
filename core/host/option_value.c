/* SPDX-License-Identifier: MIT */
/*
 * option_value.c - from what a person wrote to the form a plugin sees. The command line, the
 * configuration and the environment all come through here, so that "10s" means the same
 * everywhere. A secret's value never gets into a message.
 */
#include "options.h"

#include <arpa/inet.h>
#include <text.h>

enum { SHOWN = 96 };

struct unit {
    const char *name;
    int64_t factor;
};
static const struct unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
    {NULL, 0}};
static const struct unit sizes[] = {{"", 1},
                                    {"b", 1},
                                    {"k", 1 << 10},
                                    {"kb", 1 << 10},
                                    {"kib", 1 << 10},
                                    {"m", 1 << 20},
                                    {"mb", 1 << 20},
                                    {"mib", 1 << 20},
                                    {"g", 1 << 30},
                                    {"gb", 1 << 30},
                                    {"gib", 1 << 30},
                                    {"t", INT64_C(1) << 40},
                                    {"tb", INT64_C(1) << 40},
                                    {"tib", INT64_C(1) << 40},
                                    {NULL, 0}};

static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off",
                                                                            "0"};
enum { WORDS = sizeof yes / sizeof *yes };

/* One value on its way: what is said about it and where it goes. */
struct value {
    const struct ferry_option *o;
    const char *what;
    struct ferry_str text;
    struct arena *arena;
    struct ferry_str *out;
    struct ferry_error *err;
};

static int32_t wrong(const struct value *v, const char *why)
{
    char shown[SHOWN];
    if (v->o->flags & FERRY_OPT_SECRET) {
        return ferry_fail(v->err, FERRY_E_CONFIG, v->o->name,
                          "%s: the value (a secret, not shown) %s", v->what, why);
    }
    return ferry_fail(v->err, FERRY_E_CONFIG, v->o->name, "%s: \"%s\" %s", v->what,
                      text_show_to(shown, sizeof shown, v->text), why);
}

static int32_t keep(const struct value *v, struct ferry_str s)
{
    *v->out = arena_str(v->arena, s);
    if (!v->out->ptr) {
        return ferry_fail(v->err, FERRY_E_NO_MEMORY, v->o->name, "%s: out of memory", v->what);
    }
    return FERRY_OK;
}

static int32_t keep_int(const struct value *v, int64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    return keep(v, ferry_cstr(digits));
}

static int32_t value_int(const struct value *v)
{
    int64_t n;
    if (!str_int64(str_trim(v->text), &n)) {
        return wrong(v, "is no whole number; write digits, such as 8");
    }
    return keep_int(v, n);
}

static int32_t value_bool(const struct value *v)
{
    struct ferry_str text = str_trim(v->text);
    for (size_t i = 0; i < WORDS; i++) {
        if (str_is_nocase(text, yes[i])) {
            return keep(v, FERRY_LIT("true"));
        }
        if (str_is_nocase(text, no[i])) {
            return keep(v, FERRY_LIT("false"));
        }
    }
    return wrong(v, "is neither true nor false; write one of the two");
}

/* A number with a unit; zero needs none. */
static int32_t value_unit(const struct value *v, const struct unit *units, const char *cure)
{
    struct ferry_str text = str_trim(v->text), unit;
    uint64_t digits = 0;
    int64_t n;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    unit = str_trim(str_sub(text, digits, text.len));
    if (digits == 0 || !str_int64(str_sub(text, 0, digits), &n)) {
        return wrong(v, cure);
    }
    if (n == 0 && str_empty(unit)) {
        return keep_int(v, 0);
    }
    for (; units->name; units++) {
        if (str_is_nocase(unit, units->name)) {
            if (__builtin_mul_overflow(n, units->factor, &n)) {
                return wrong(v, "is more than can be counted; write a smaller one");
            }
            return keep_int(v, n);
        }
    }
    return wrong(v, cure);
}

static int32_t value_choice(const struct value *v)
{
    struct ferry_str text = str_trim(v->text);
    struct buf why;
    int32_t rc;
    size_t n = 0;
    const char *near;
    for (; v->o->choices && v->o->choices[n]; n++) {
        if (str_is_nocase(text, v->o->choices[n])) {
            return keep(v, ferry_cstr(v->o->choices[n]));
        }
    }
    buf_init(&why, 1024);
    buf_puts(&why, "is not one of");
    for (size_t i = 0; i < n; i++) {
        buf_printf(&why, "%s %s", i ? "," : "", v->o->choices[i]);
    }
    near = n ? text_nearest(text, v->o->choices, n) : NULL;
    if (near) {
        buf_printf(&why, "; did you mean \"%s\"?", near);
    }
    rc = wrong(v, buf_cstr(&why));
    buf_finish(&why);
    return rc;
}

static int is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

/* "host", "host:8080", "[::1]:8080": why it is none, or NULL. */
static const char *authority_fault(struct ferry_str a)
{
    struct in6_addr six;
    char host[64];
    uint64_t n = 0;
    int64_t port;
    if (a.len > 0 && a.ptr[0] == '[') {
        const char *end = memchr(a.ptr, ']', (size_t)a.len);
        n = end ? (uint64_t)(end - a.ptr) + 1 : 0;
        if (n < 3 || n > sizeof host) {
            return "has no well-formed address in its brackets; write one such as [::1]";
        }
        memcpy(host, a.ptr + 1, (size_t)n - 2);
        host[n - 2] = '\0';
        if (inet_pton(AF_INET6, host, &six) != 1) {
            return "has no well-formed address in its brackets; write one such as [::1]";
        }
    } else {
        while (n < a.len && is_host_char(a.ptr[n])) {
            n++;
        }
        if (n == 0 || a.ptr[0] == '.' || a.ptr[0] == '-') {
            return "names no host; write one such as https://tracker.example.org";
        }
    }
    if (n == a.len) {
        return NULL;
    }
    if (a.ptr[n] != ':') {
        return "has a character in its host that no host has; check it";
    }
    if (!str_int64(str_sub(a, n + 1, a.len), &port) || port < 1 || port > 65535 ||
        a.ptr[n + 1] == '+') {
        return "has no port between 1 and 65535 after its host; check the number";
    }
    return NULL;
}

/* Why `text` is no base URL, or NULL; `host` is where its authority begins and ends. */
static const char *url_fault(struct ferry_str text, uint64_t *begin, uint64_t *end)
{
    const char *fault;
    for (uint64_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("\\\"<>^`{|}", c)) {
            return "has a character that no URL has; percent-encode it or take it out";
        }
    }
    *begin = str_is_nocase(str_sub(text, 0, 7), "http://") ? 7 : 0;
    *begin = str_is_nocase(str_sub(text, 0, 8), "https://") ? 8 : *begin;
    if (*begin == 0) {
        return "is no base URL; it begins with https:// or http://";
    }
    *end = *begin;
    while (*end < text.len && !strchr("/?#", text.ptr[*end])) {
        (*end)++;
    }
    fault = authority_fault(str_sub(text, *begin, *end - *begin));
    if (!fault && *end < text.len &&
        (memchr(text.ptr, '?', (size_t)text.len) || memchr(text.ptr, '#', (size_t)text.len))) {
        fault = "has a query or a fragment; give the base URL alone";
    }
    return fault;
}

static int32_t value_url(const struct value *v)
{
    struct ferry_str text = str_trim(v->text);
    uint64_t begin = 0, end = 0;
    const char *fault;
    char *c;
    int32_t rc;
    if (memchr(text.ptr, '@', (size_t)text.len)) {
        /* Said without the value: what stands before the '@' is a password more often than not. */
        return ferry_fail(v->err, FERRY_E_CONFIG, v->o->name,
                          "%s: the URL has an '@', as if it carried a user name or password; give "
                          "those as options "
                          "of their own, never inside a URL",
                          v->what);
    }
    fault = url_fault(text, &begin, &end);
    if (fault) {
        return wrong(v, fault);
    }
    while (text.len > end && text.ptr[text.len - 1] == '/') {
        text.len--;
    }
    rc = keep(v, text);
    if (rc) {
        return rc;
    }
    /* Scheme and host mean the same in either case, and accounts are told apart by them. */
    c = (char *)v->out->ptr; /* our own copy, in the arena */
    for (uint64_t i = 0; i < end; i++) {
        c[i] = c[i] >= 'A' && c[i] <= 'Z' ? (char)(c[i] + ('a' - 'A')) : c[i];
    }
    return FERRY_OK;
}

int32_t option_value_of(const struct ferry_option *o, const char *what, struct ferry_str text,
                        struct arena *arena, struct ferry_str *out, struct ferry_error *err)
{
    const struct value v = {o, what, text, arena, out, err};
    if (text.len > 0 && memchr(text.ptr, '\0', (size_t)text.len)) {
        return wrong(&v, "has a NUL byte in it; take it out");
    }
    if (utf8_valid(text) != text.len) {
        return wrong(&v, "is not valid UTF-8; write it in UTF-8");
    }
    if (str_empty(str_trim(text)) && o->type != FERRY_OPT_STR && o->type != FERRY_OPT_LIST) {
        return wrong(&v, "is empty; give a value or leave it out");
    }
    switch (o->type) {
    case FERRY_OPT_INT:
        return value_int(&v);
    case FERRY_OPT_BOOL:
        return value_bool(&v);
    case FERRY_OPT_URL:
        return value_url(&v);
    case FERRY_OPT_DURATION:
        return value_unit(
            &v, durations,
            "is no duration; write a number and a unit, such as 250ms, 10s, 5m or 2h");
    case FERRY_OPT_SIZE:
        return value_unit(
            &v, sizes,
            "is no size; write a number of bytes, or one with a unit, such as 64k, 32m or 1g");
    case FERRY_OPT_CHOICE:
        return value_choice(&v);
    case FERRY_OPT_STR:
    case FERRY_OPT_LIST:
        return keep(&v, text);
    default:
        return ferry_fail(
            err, FERRY_E_BUG, o->name,
            "%s: declared with type %u, which this ferry does not know; use a newer ferry", what,
            o->type);
    }
}

int32_t option_value(const struct ferry_option *o, struct ferry_str text, struct arena *arena,
                     struct ferry_str *out, struct ferry_error *err)
{
    return option_value_of(o, o->name, text, arena, out, err);
}

/* --- the same, as a pattern ---------------------------------------------------------------------- */

/* "[Mm][Ss]", with what a pattern would take for more than it is quoted. */
static void put_any_case(struct buf *out, const char *word)
{
    for (; *word; word++) {
        char upper = *word >= 'a' && *word <= 'z' ? (char)(*word - ('a' - 'A')) : *word;
        char lower = *word >= 'A' && *word <= 'Z' ? (char)(*word + ('a' - 'A')) : *word;
        if (upper != lower) {
            buf_printf(out, "[%c%c]", upper, lower);
        } else {
            buf_printf(out, "%s%c", strchr("\\^$.|?*+()[]{}/", *word) ? "\\" : "", *word);
        }
    }
}

static void put_words(struct buf *out, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && words[i]; i++) {
        buf_puts(out, i ? "|" : "");
        put_any_case(out, words[i]);
    }
}

static void put_units(struct buf *out, const struct unit *units)
{
    buf_puts(out, "0+|[0-9]{1,19}[ \\t\\r\\n]*(?:");
    for (const struct unit *u = units; u->name; u++) {
        buf_puts(out, u == units ? "" : "|");
        put_any_case(out, u->name);
    }
    buf_puts(out, ")");
}

int option_pattern(const struct ferry_option *o, struct buf *out)
{
    if (o->type == FERRY_OPT_STR || o->type == FERRY_OPT_LIST) {
        return 0;
    }
    buf_puts(out, "^[ \\t\\r\\n]*(?:");
    switch (o->type) {
    case FERRY_OPT_INT:
        buf_puts(out, "[+-]?[0-9]{1,19}");
        break;
    case FERRY_OPT_BOOL:
        put_words(out, yes, WORDS);
        buf_puts(out, "|");
        put_words(out, no, WORDS);
        break;
    case FERRY_OPT_URL:
        buf_puts(out, "[Hh][Tt][Tt][Pp][Ss]?://[0-9A-Za-z_\\[]"
                      "[!$%&'()*+,./0-9:;=A-Z_a-z~\\[\\]-]*");
        break;
    case FERRY_OPT_DURATION:
        put_units(out, durations);
        break;
    case FERRY_OPT_SIZE:
        put_units(out, sizes);
        break;
    default:
        put_words(out, o->choices, o->choices ? SIZE_MAX : 0);
    }
    buf_puts(out, ")[ \\t\\r\\n]*$");
    return 1;
}
