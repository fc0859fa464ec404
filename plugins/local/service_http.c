/* SPDX-License-Identifier: MIT */
/*
 * service_http.c - the outside of a request: its target taken apart and decoded, its body
 * parsed, and the one form of refusal. Nothing here knows what a case is.
 */
#include "service.h"

#include "shape.h"

#include <stdarg.h>
#include <text.h>

/* --- refusing ------------------------------------------------------------------------ */

static void begin_error(struct http *h, uint32_t status, const char *code, const char *message)
{
    buf_reset(&h->body);
    h->json = json_to(&h->body);
    h->status = status;
    h->blob = (struct ferry_str){NULL, 0};
    json_open(&h->json, '{');
    json_key(&h->json, "error");
    json_open(&h->json, '{');
    json_member(&h->json, "code", ferry_cstr(code));
    json_member(&h->json, "message", ferry_cstr(message));
    json_close(&h->json, '}');
}

int32_t local_refuse(struct http *h, uint32_t status, const char *code, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    begin_error(h, status, code, message);
    json_close(&h->json, '}');
    return FERRY_OK;
}

void local_refuse_items(struct http *h, uint32_t status)
{
    begin_error(h, status, "bad_items", "nothing was stored: some items cannot be taken");
    json_key(&h->json, "errors");
    json_open(&h->json, '[');
}

void local_refuse_item(struct http *h, uint32_t index, const char *member, const char *message)
{
    json_open(&h->json, '{');
    json_member_int(&h->json, "index", index);
    if (member && *member) {
        json_member(&h->json, "member", ferry_cstr(member));
    }
    json_member(&h->json, "message", ferry_cstr(message));
    json_close(&h->json, '}');
}

void local_refuse_end(struct http *h)
{
    json_close(&h->json, ']');
    json_close(&h->json, '}');
}

/* --- the target ----------------------------------------------------------------------- */

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
    if (!text) {
        return absent;
    }
    for (uint64_t i = 0; i < s.len; i++) {
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
    return utf8_valid(out) == n ? out : absent;
}

static int parse_query(struct http *h, struct ferry_str rest)
{
    struct ferry_str piece, name;
    while (str_split(&rest, '&', &piece)) {
        if (piece.len == 0) {
            continue;
        }
        struct ferry_str value = piece;
        str_split(&value, '=', &name);
        if (h->n_query == LOCAL_QUERY) {
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

/* Sets path, query; a target that is not one is refused. */
int32_t local_http_parse(struct http *h)
{
    struct ferry_str rest = h->request->target, path, segment;
    str_split(&rest, '?', &path);
    if (!str_starts(path, "/v1/")) {
        return local_refuse(h, 404, "no_such_route", "there is nothing but /v1");
    }
    path = str_sub(path, 4, path.len);
    while (str_split(&path, '/', &segment)) {
        if (h->n_path == LOCAL_SEGMENTS) {
            return local_refuse(h, 404, "no_such_route", "the path has too many parts");
        }
        h->path[h->n_path] = decode(h, segment, 0);
        if (!h->path[h->n_path].ptr) {
            return local_refuse(h, 400, "bad_target", "the path is not percent-encoded UTF-8");
        }
        h->n_path++;
    }
    if (rest.ptr && !parse_query(h, rest)) {
        return local_refuse(h, 400, "bad_target",
                            "the query is not percent-encoded UTF-8, or too long");
    }
    return FERRY_OK;
}

struct ferry_str local_query_get(const struct http *h, const char *name)
{
    return ferry_get(h->query, h->n_query, ferry_cstr(name));
}

int local_query_only(struct http *h, const char *const *names)
{
    for (uint32_t i = 0; i < h->n_query; i++) {
        struct ferry_str key = h->query[i].key;
        size_t k = 0;
        while (names[k] && !str_is(key, names[k])) {
            k++;
        }
        if (!names[k]) {
            local_refuse(h, 400, "bad_query", "unknown parameter \"%.*s\"",
                         STR_ARG(utf8_cut(key, 60)));
            return 0;
        }
        for (uint32_t j = 0; j < i; j++) {
            if (ferry_eq(h->query[j].key, key)) {
                local_refuse(h, 400, "bad_query", "\"%.*s\" is given twice", STR_ARG(key));
                return 0;
            }
        }
    }
    return 1;
}

int local_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                    int64_t *out)
{
    struct ferry_str value = local_query_get(h, name);
    *out = fallback;
    if (!value.ptr) {
        return 1;
    }
    if (!str_int64(value, out) || *out < min || *out > max) {
        local_refuse(h, 400, "bad_query", "\"%s\" is \"%.*s\"; wanted a number from %lld to %lld",
                     name, STR_ARG(utf8_cut(value, 60)), (long long)min, (long long)max);
        return 0;
    }
    return 1;
}

/* --- the body ------------------------------------------------------------------------- */

void local_refuse_json(struct http *h, const struct ferry_error *why)
{
    if (why->status == FERRY_E_NO_MEMORY) { /* not the client's fault: the whole request fails */
        h->arena.failed = FERRY_E_NO_MEMORY;
    } else {
        local_refuse(h, 400, "bad_json", "%s", why->message);
    }
}

int local_body_parse(struct http *h, const struct shape *shape, struct json_doc *doc)
{
    struct ferry_error err = {.size = sizeof err};
    if (h->request->body.len > LOCAL_BODY) {
        local_refuse(h, 413, "too_large", "the body is longer than %d bytes", LOCAL_BODY);
        return 0;
    }
    if (json_parse(doc, h->request->body, JSON_STRICT, NULL, &err)) {
        local_refuse_json(h, &err);
        return 0;
    }
    if (local_shape_check(doc->root, shape, &err)) {
        local_refuse(h, 400, "bad_member", "%s%s%s", err.where, err.where[0] ? ": " : "",
                     err.message);
        json_finish(doc);
        return 0;
    }
    return 1;
}
