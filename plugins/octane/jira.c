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

int jira_is_key(struct ferry_str text)
{
    uint64_t at = 0;
    if (text.len < 3 || text.len > JIRA_KEY || !is_letter(text.ptr[0])) {
        return 0;
    }
    while (at < text.len &&
           (is_letter(text.ptr[at]) || is_digit(text.ptr[at]) || text.ptr[at] == '_')) {
        at++;
    }
    if (at + 1 >= text.len || text.ptr[at] != '-') {
        return 0;
    }
    for (at++; at < text.len; at++) {
        if (!is_digit(text.ptr[at])) {
            return 0;
        }
    }
    return 1;
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
