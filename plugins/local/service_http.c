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

/* Sets the target; one that is none is refused. */
int32_t local_http_parse(struct http *h)
{
    struct ferry_str target = h->request->target;
    if (!str_starts(target, "/v1/")) {
        return local_refuse(h, 404, "no_such_route", "there is nothing but /v1");
    }
    switch (kit_target_parse(&h->target, str_sub(target, 3, target.len), &h->arena)) {
    case KIT_TARGET_DEEP:
        return local_refuse(h, 404, "no_such_route", "the path has too many parts");
    case KIT_TARGET_BAD_PATH:
        return local_refuse(h, 400, "bad_target", "the path is not percent-encoded UTF-8");
    case KIT_TARGET_BAD_QUERY:
        return local_refuse(h, 400, "bad_target",
                            "the query is not percent-encoded UTF-8, or too long");
    case KIT_TARGET_OK:
        break;
    }
    return FERRY_OK;
}

struct ferry_str local_query_get(const struct http *h, const char *name)
{
    return kit_query(&h->target, name);
}

int local_query_only(struct http *h, const char *const *names)
{
    uint32_t i = 0;
    int is_twice = 0;
    const struct ferry_kv *wrong = kit_query_wrong(&h->target, names, &i, &is_twice);
    if (wrong) {
        local_refuse(h, 400, "bad_query",
                     is_twice ? "\"%.*s\" is given twice" : "unknown parameter \"%.*s\"",
                     STR_ARG(utf8_cut(wrong->key, 60)));
    }
    return !wrong;
}

int local_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                    int64_t *out)
{
    if (kit_query_int(&h->target, name, min, max, fallback, out)) {
        return 1;
    }
    local_refuse(h, 400, "bad_query", "\"%s\" is \"%.*s\"; wanted a number from %lld to %lld", name,
                 STR_ARG(utf8_cut(local_query_get(h, name), 60)), (long long)min, (long long)max);
    return 0;
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
