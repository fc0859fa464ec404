/* SPDX-License-Identifier: MIT */
/* target.c - a request's target taken apart and decoded, and compared with the pattern of a route. Nothing here knows what a case is. */
#include "service_kit.h"

#include <text.h>

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decoded into the arena; absent where it is not well-formed, not UTF-8, or holds a NUL. */
static struct ferry_str decode(struct arena *a, struct ferry_str s, int plus)
{
    struct ferry_str absent = {NULL, 0};
    char *text = arena_alloc(a, (size_t)s.len + 1);
    uint64_t n = 0;
    for (uint64_t i = 0; text && i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_digit(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return absent;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0') {
            return absent;
        }
        text[n++] = c;
    }
    struct ferry_str out = {text, n};
    return text && utf8_valid(out) == n ? out : absent;
}

static int parse_query(struct kit_target *t, struct ferry_str rest, struct arena *a)
{
    struct ferry_str piece, name;
    while (str_split(&rest, '&', &piece)) {
        struct ferry_str value = piece;
        if (piece.len == 0) {
            continue;
        }
        str_split(&value, '=', &name);
        if (t->n_query == KIT_QUERY) {
            return 0;
        }
        struct ferry_kv *kv = &t->query[t->n_query++];
        kv->key = decode(a, name, 1);
        kv->value = decode(a, value.ptr ? value : FERRY_LIT(""), 1);
        if (!kv->key.ptr || !kv->value.ptr) {
            return 0;
        }
    }
    return 1;
}

enum kit_target_end kit_target_parse(struct kit_target *t, struct ferry_str target, struct arena *a)
{
    struct ferry_str rest = target, path, segment;
    t->n_path = t->n_query = 0;
    str_split(&rest, '?', &path);
    path = str_sub(path, 1, path.len);
    while (str_split(&path, '/', &segment)) {
        if (t->n_path == KIT_SEGMENTS) {
            return KIT_TARGET_DEEP;
        }
        t->path[t->n_path] = decode(a, segment, 0);
        if (!t->path[t->n_path].ptr) {
            return KIT_TARGET_BAD_PATH;
        }
        t->n_path++;
    }
    return rest.ptr && !parse_query(t, rest, a) ? KIT_TARGET_BAD_QUERY : KIT_TARGET_OK;
}

struct ferry_str kit_query(const struct kit_target *t, const char *name)
{
    return ferry_get(t->query, t->n_query, ferry_cstr(name));
}

int kit_query_int(const struct kit_target *t, const char *name, int64_t min, int64_t max,
                  int64_t fallback, int64_t *out)
{
    struct ferry_str value = kit_query(t, name);
    *out = fallback;
    return !value.ptr || (str_int64(value, out) && *out >= min && *out <= max);
}

static int is_among(struct ferry_str key, const char *const *names)
{
    while (names && *names && !str_is(key, *names)) {
        names++;
    }
    return names && *names;
}

const struct ferry_kv *kit_query_wrong(const struct kit_target *t, const char *const *names,
                                       uint32_t *i, int *is_twice)
{
    for (; *i < t->n_query; (*i)++) {
        const struct ferry_kv *kv = &t->query[*i];
        struct ferry_str key = kv->key;
        *is_twice = is_among(key, names);
        if (!*is_twice || ferry_get(t->query, *i, key).ptr) {
            (*i)++;
            return kv;
        }
    }
    return NULL;
}

static int segment_fits(struct ferry_str part, struct ferry_str have, struct kit_found *found)
{
    if (str_is(part, "#")) {
        return str_int64(have, &found->id) && found->id > 0 && have.ptr[0] != '+' &&
               have.ptr[0] != '0';
    }
    if (str_is(part, "@")) {
        found->code = have;
        return 1;
    }
    if (str_is(part, "*")) {
        found->text = found->text.ptr ? found->text : have;
        return have.len > 0;
    }
    return ferry_eq(part, have);
}

int kit_path_fits(const struct kit_target *t, const char *pattern, struct kit_found *found)
{
    struct ferry_str rest = ferry_cstr(pattern), part;
    uint32_t i = 0;
    *found = (struct kit_found){0};
    while (str_split(&rest, '/', &part)) {
        if (i == t->n_path || !segment_fits(part, t->path[i++], found)) {
            return 0;
        }
    }
    return i == t->n_path;
}
