/* SPDX-License-Identifier: MIT */
/*
 * text.c - questions about ferry_str that need no memory: comparing, cutting, numbers. Everybody
 * calls it. Absent is taken as empty everywhere; nothing here depends on a locale.
 */
#include "text.h"

static const char *nonnull(struct ferry_str s)
{
    return s.ptr ? s.ptr : "";
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

int str_empty(struct ferry_str s)
{
    return s.len == 0;
}

int str_is(struct ferry_str s, const char *lit)
{
    return ferry_eq(s, ferry_cstr(lit));
}

int str_is_nocase(struct ferry_str s, const char *lit)
{
    return str_cmp_nocase(s, ferry_cstr(lit)) == 0;
}

int str_starts(struct ferry_str s, const char *lit)
{
    size_t n = strlen(lit);
    return s.len >= n && memcmp(nonnull(s), lit, n) == 0;
}

int str_cmp(struct ferry_str a, struct ferry_str b)
{
    uint64_t n = a.len < b.len ? a.len : b.len;
    int order = memcmp(nonnull(a), nonnull(b), (size_t)n);
    if (order) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

int str_cmp_nocase(struct ferry_str a, struct ferry_str b)
{
    uint64_t n = a.len < b.len ? a.len : b.len;
    for (uint64_t i = 0; i < n; i++) {
        int order = (int)lower(a.ptr[i]) - (int)lower(b.ptr[i]);
        if (order) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

uint64_t str_hash(struct ferry_str s)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (uint64_t i = 0; i < s.len; i++) {
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    }
    return h;
}

struct ferry_str str_sub(struct ferry_str s, uint64_t from, uint64_t len)
{
    if (!s.ptr) {
        return s;
    }
    if (from > s.len) {
        from = s.len;
    }
    if (len > s.len - from) {
        len = s.len - from;
    }
    return (struct ferry_str){s.ptr + from, len};
}

static int is_xml_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct ferry_str str_trim(struct ferry_str s)
{
    while (s.len > 0 && is_xml_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_xml_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

int str_split(struct ferry_str *rest, char sep, struct ferry_str *piece)
{
    const char *end;
    if (!rest->ptr) {
        return 0;
    }
    end = rest->len ? memchr(rest->ptr, sep, (size_t)rest->len) : NULL;
    if (!end) {
        *piece = *rest;
        *rest = (struct ferry_str){NULL, 0};
        return 1;
    }
    piece->ptr = rest->ptr;
    piece->len = (uint64_t)(end - rest->ptr);
    rest->ptr = end + 1;
    rest->len -= piece->len + 1;
    return 1;
}

int str_among(struct ferry_str list, struct ferry_str one)
{
    struct ferry_str piece;
    int found = 0;
    while (!found && list.len && str_split(&list, ',', &piece)) {
        found = str_cmp(str_trim(piece), one) == 0;
    }
    return found;
}

int str_int64(struct ferry_str s, int64_t *out)
{
    int negative = 0;
    int64_t value = 0;
    if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
        negative = s.ptr[0] == '-';
        s = str_sub(s, 1, s.len);
    }
    if (s.len == 0) {
        return 0;
    }
    for (uint64_t i = 0; i < s.len; i++) {
        int digit = s.ptr[i] - '0';
        if (digit < 0 || digit > 9) {
            return 0;
        }
        /* Towards the sign's own side: the least number has no positive twin. */
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, (int64_t)(negative ? -digit : digit), &value)) {
            return 0;
        }
    }
    *out = value;
    return 1;
}

int32_t name_failure(int32_t rc, struct ferry_error *err, const char *object)
{
    char shown[200];
    if (rc && err && (err->status != rc || !err->message[0])) {
        text_show_to(shown, sizeof shown, ferry_cstr(object));
        ferry_fail(err, rc, NULL, "%s: %s", shown, ferry_status_text(rc));
    }
    return rc;
}
