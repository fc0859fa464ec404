/* SPDX-License-Identifier: MIT */
/* request.c - the outside of a request: its target taken apart and decoded, its body parsed. Nothing here knows what a case is. */
#include "mock.h"

#include <string.h>
#include <text.h>

enum { MOST_JSON = 32 << 20 };

/* --- the target ------------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decoded into the arena; absent where it is not well-formed, not UTF-8, or holds a NUL. */
static struct ferry_str decode(struct http *h, struct ferry_str s, int plus)
{
    struct ferry_str absent = {NULL, 0};
    char *text = arena_alloc(&h->arena, (size_t)s.len + 1);
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

static int parse_query(struct http *h, struct ferry_str rest)
{
    struct ferry_str piece, name;
    while (str_split(&rest, '&', &piece)) {
        struct ferry_str value = piece;
        if (piece.len == 0) {
            continue;
        }
        str_split(&value, '=', &name);
        if (h->n_query == MOCK_QUERY) {
            return 0;
        }
        struct ferry_kv *kv = &h->query[h->n_query++];
        kv->key = decode(h, name, 1);
        kv->value = decode(h, value.ptr ? value : FERRY_LIT(""), 1);
        if (!kv->key.ptr || !kv->value.ptr) {
            return 0;
        }
    }
    return 1;
}

int mock_target_parse(struct http *h)
{
    struct ferry_str rest = h->request->target, path, segment;
    str_split(&rest, '?', &path);
    h->version = str_starts(path, "/v1/") ? 1 : str_starts(path, "/v2/") ? 2 : 0;
    path = str_sub(path, 1, path.len);
    while (str_split(&path, '/', &segment)) {
        if (h->n_path == MOCK_SEGMENTS) {
            mock_refuse(h, 404, "Not Found");
            return 0;
        }
        h->path[h->n_path] = decode(h, segment, 0);
        if (!h->path[h->n_path].ptr) {
            mock_refuse(h, 400, "The path is not percent-encoded UTF-8.");
            return 0;
        }
        h->n_path++;
    }
    if (rest.ptr && !parse_query(h, rest)) {
        mock_refuse(h, 400, "The query is not percent-encoded UTF-8, or has more than %d parts.",
                    MOCK_QUERY);
        return 0;
    }
    return 1;
}

struct ferry_str mock_query(const struct http *h, const char *name)
{
    return ferry_get(h->query, h->n_query, ferry_cstr(name));
}

int mock_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *out)
{
    struct ferry_str value = mock_query(h, name);
    *out = fallback;
    if (!value.ptr || (str_int64(value, out) && *out >= min && *out <= max)) {
        return 1;
    }
    mock_fault(h, ferry_cstr(name),
               "The %s must be an integer between %lld and %lld, not \"%.*s\".", name,
               (long long)min, (long long)max, STR_ARG(utf8_cut(value, 60)));
    return 0;
}

void mock_query_check(struct http *h, const char *const *names)
{
    for (uint32_t i = 0; i < h->n_query; i++) {
        struct ferry_str key = h->query[i].key;
        size_t k = 0;
        while (names && names[k] && !str_is(key, names[k])) {
            k++;
        }
        if (!names || !names[k]) {
            mock_fault(h, utf8_cut(key, 60), "The %.*s parameter is not known here.",
                       STR_ARG(utf8_cut(key, 60)));
        }
        for (uint32_t j = 0; j < i; j++) {
            if (ferry_eq(h->query[j].key, key)) {
                mock_fault(h, key, "The %.*s parameter is there twice.",
                           STR_ARG(utf8_cut(key, 60)));
                break;
            }
        }
    }
}

struct ferry_str mock_header(const struct http *h, const char *name)
{
    return ferry_get(h->request->headers, h->request->n_headers, ferry_cstr(name));
}

/* --- the body -------------------------------------------------------------------------------------------- */

int mock_body_parse(struct http *h, const struct form *members, struct json_doc *doc)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str type = mock_header(h, "content-type"), body = h->request->body;
    if (type.ptr && !str_starts(type, "application/json")) {
        mock_refuse(h, 400, "The body must be application/json, not \"%.*s\".",
                    STR_ARG(utf8_cut(type, 60)));
        return 0;
    }
    if (h->request->blob || body.len > MOST_JSON) {
        mock_refuse(h, 413, "The body is longer than %d bytes.", MOST_JSON);
        return 0;
    }
    if (json_parse(doc, body.ptr ? body : FERRY_LIT(""), JSON_STRICT, NULL, &err)) {
        mock_refuse(h, 400, "The body is not JSON: %s", err.message);
        return 0;
    }
    h->body = doc->root;
    form_check(&h->faults, doc->root, members);
    return !mock_faulty(h, 422);
}
