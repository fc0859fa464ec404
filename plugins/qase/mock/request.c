/* SPDX-License-Identifier: MIT */
/* request.c - the outside of a request: its target taken apart and decoded, its body parsed. Nothing here knows what a case is. */
#include "mock.h"

#include <string.h>
#include <text.h>

enum { MOST_JSON = 32 << 20 };

/* --- the target ------------------------------------------------------------------------------------------ */

int mock_target_parse(struct http *h)
{
    struct ferry_str target = h->request->target;
    h->version = str_starts(target, "/v1/") ? 1 : str_starts(target, "/v2/") ? 2 : 0;
    switch (kit_target_parse(&h->target, target, &h->arena)) {
    case KIT_TARGET_DEEP:
        mock_refuse(h, 404, "Not Found");
        return 0;
    case KIT_TARGET_BAD_PATH:
        mock_refuse(h, 400, "The path is not percent-encoded UTF-8.");
        return 0;
    case KIT_TARGET_BAD_QUERY:
        mock_refuse(h, 400, "The query is not percent-encoded UTF-8, or has more than %d parts.",
                    KIT_QUERY);
        return 0;
    case KIT_TARGET_OK:
        break;
    }
    return 1;
}

struct ferry_str mock_query(const struct http *h, const char *name)
{
    return kit_query(&h->target, name);
}

int mock_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *out)
{
    if (kit_query_int(&h->target, name, min, max, fallback, out)) {
        return 1;
    }
    mock_fault(h, ferry_cstr(name),
               "The %s must be an integer between %lld and %lld, not \"%.*s\".", name,
               (long long)min, (long long)max, STR_ARG(utf8_cut(mock_query(h, name), 60)));
    return 0;
}

void mock_query_check(struct http *h, const char *const *names)
{
    uint32_t i = 0;
    int is_twice = 0;
    const struct ferry_kv *wrong;
    while ((wrong = kit_query_wrong(&h->target, names, &i, &is_twice)) != NULL) {
        struct ferry_str key = utf8_cut(wrong->key, 60);
        mock_fault(h, key, "The %.*s parameter is %s.", STR_ARG(key),
                   is_twice ? "there twice" : "not known here");
    }
}

/* --- the body -------------------------------------------------------------------------------------------- */

int mock_body_parse(struct http *h, const struct form *members, struct json_doc *doc)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str type = kit_header(h->request, "content-type"), body = h->request->body;
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
