/* SPDX-License-Identifier: MIT */
/* jira.c - see jira.h. */
#include "jira.h"

#include "codec.h"

#include <text.h>

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_inside(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

/* How long a key at the beginning of a text is; 0: there is none. */
static uint64_t measure(struct ferry_str text)
{
    uint64_t at = 0, digits;
    if (text.len == 0 || !is_letter(text.ptr[0])) {
        return 0;
    }
    while (at < text.len && is_inside(text.ptr[at])) {
        at++;
    }
    if (at == text.len || text.ptr[at] != '-') {
        return 0;
    }
    for (digits = ++at; at < text.len && is_digit(text.ptr[at]);) {
        at++;
    }
    return at > digits && at <= JIRA_KEY ? at : 0;
}

int jira_is_key(struct ferry_str text)
{
    return text.len > 0 && measure(text) == text.len;
}

static int is_between(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ';';
}

/* "https://jira.example/browse/AO-1?x=y" is AO-1. */
static struct ferry_str end_of_address(struct ferry_str word)
{
    struct ferry_str path = word, rest = word;
    str_split(&rest, '?', &path);
    for (uint64_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            return str_sub(path, i, path.len);
        }
    }
    return path;
}

int jira_next(struct ferry_str *rest, struct ferry_str *key, int *is_key)
{
    uint64_t from = 0, to;
    while (from < rest->len && is_between(rest->ptr[from])) {
        from++;
    }
    for (to = from; to < rest->len && !is_between(rest->ptr[to]);) {
        to++;
    }
    if (to == from) {
        return 0;
    }
    *key = str_sub(*rest, from, to - from);
    *rest = str_sub(*rest, to, rest->len);
    *is_key = jira_is_key(*key);
    if (!*is_key && jira_is_key(end_of_address(*key))) {
        *key = end_of_address(*key);
        *is_key = 1;
    }
    return 1;
}

/* What stands before the key, and behind it. */
static int split_pattern(struct ferry_str pattern, struct ferry_str *before,
                         struct ferry_str *after)
{
    static const char mark[] = "{key}";
    for (uint64_t i = 0; i < pattern.len; i++) {
        if (str_starts(str_sub(pattern, i, pattern.len), mark)) {
            *before = str_sub(pattern, 0, i);
            *after = str_sub(pattern, i + sizeof mark - 1, pattern.len);
            return 1;
        }
    }
    return 0;
}

int jira_is_pattern(struct ferry_str pattern)
{
    struct ferry_str before, after;
    return split_pattern(pattern, &before, &after);
}

static int begins_with(struct ferry_str text, struct ferry_str what)
{
    return text.len >= what.len && ferry_eq(str_sub(text, 0, what.len), what);
}

int jira_find(struct ferry_str text, struct ferry_str pattern, uint64_t *at, struct ferry_str *key)
{
    struct ferry_str before, after;
    if (!split_pattern(pattern, &before, &after)) {
        return 0;
    }
    for (; *at < text.len; (*at)++) {
        struct ferry_str rest = str_sub(text, *at, text.len);
        int apart = before.len > 0 || *at == 0 || !is_inside(text.ptr[*at - 1]);
        uint64_t n =
            apart && begins_with(rest, before) ? measure(str_sub(rest, before.len, rest.len)) : 0;
        struct ferry_str behind = str_sub(rest, before.len + n, rest.len);
        int ends =
            after.len ? begins_with(behind, after) : behind.len == 0 || !is_inside(behind.ptr[0]);
        if (n && ends) {
            *key = str_sub(rest, before.len, n);
            *at += before.len + n;
            return 1;
        }
    }
    return 0;
}

int jira_same(struct ferry_str a, struct ferry_str b)
{
    return str_cmp_nocase(a, b) == 0;
}

void jira_phrase(struct buf *b, struct ferry_str field, const struct ferry_str *keys, uint32_t n)
{
    buf_puts(b, b->len ? ";" : "");
    buf_put(b, field);
    buf_puts(b, " IN ");
    for (uint32_t i = 0; i < n; i++) {
        buf_puts(b, i ? "," : "");
        octane_put_quoted(b, keys[i]);
    }
}
