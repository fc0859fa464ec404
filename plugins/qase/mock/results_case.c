/* SPDX-License-Identifier: MIT */
/* results_case.c - the case of a result that names none: by its signature, else by its suites and title; where there is none it is made, with what the result says of it. */
#include "results.h"
#include "words.h"

#include <text.h>

int32_t mock_case_by_signature(struct http *h, struct ferry_str signature, int64_t *id)
{
    *id = 0;
    return signature.len == 0
               ? FERRY_OK
               : mock_int(h, 0, id,
                          "SELECT id FROM test_case WHERE project = ? AND signature = ?"
                          " ORDER BY id LIMIT 1",
                          "is", h->project, signature);
}

/* The innermost of the suites, which are made where they are not there; 0: none. */
static int32_t find_suite(struct http *h, const struct incoming *r, int64_t *suite)
{
    struct ferry_str rest = json_str(json_get(json_get(r->v, "case"), "suite_title")), part;
    const struct cJSON *path = json_get(json_get(json_get(r->v, "relations"), "suite"), "data");
    int32_t rc = FERRY_OK;
    *suite = 0;
    while (rc == FERRY_OK && rest.len > 0 && str_split(&rest, '\t', &part)) {
        if (str_trim(part).len > 0) {
            rc = mock_suite_ensure(h, *suite, str_trim(part), suite);
        }
    }
    json_each (one, path) {
        rc = rc ? rc : mock_suite_ensure(h, *suite, json_str(json_get(one, "title")), suite);
    }
    return rc;
}

/* What a result says of its case: texts as they are, the vendor's own fields by number. */
static struct ferry_str body_of(struct http *h, const struct cJSON *said)
{
    static const char *const texts[] = {"description", "preconditions", "postconditions"};
    static const char *const slugs[] = {"severity", "priority", "type", "layer", "behavior"};
    struct ferry_str rest = json_str(json_get(said, "tags")), tag;
    struct buf text;
    int64_t number = 0;
    buf_init(&text, 16 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_member(&j, texts[i], json_str(json_get(said, texts[i])));
    }
    for (size_t i = 0; i < sizeof slugs / sizeof *slugs; i++) {
        if (mock_word_number(mock_words_of(slugs[i]), json_str(json_get(said, slugs[i])),
                             &number)) {
            json_member_int(&j, slugs[i], number);
        }
    }
    if (rest.len > 0) {
        json_key(&j, "tags");
        json_open(&j, '[');
        while (str_split(&rest, ',', &tag)) {
            if (str_trim(tag).len > 0) {
                json_put(&j, str_trim(tag));
            }
        }
        json_close(&j, ']');
    }
    json_key(&j, "isManual");
    json_put_bool(&j, 0);
    json_close(&j, '}');
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

int32_t mock_result_case(struct http *h, const struct incoming *r, int64_t *id)
{
    struct new_case c = {.title = r->title, .signature = r->signature};
    int32_t rc = mock_case_by_signature(h, r->signature, id);
    if (rc || *id) {
        return rc;
    }
    rc = find_suite(h, r, &c.suite);
    rc = rc ? rc
            : mock_int(h, 0, id,
                       "SELECT id FROM test_case WHERE project = ? AND coalesce(suite, 0) = ?"
                       " AND title = ? AND (signature IS NULL OR ? = '') ORDER BY id LIMIT 1",
                       "iiss", h->project, c.suite, r->title,
                       r->signature.ptr ? r->signature : FERRY_LIT(""));
    if (rc || *id) {
        return rc;
    }
    c.body = body_of(h, json_get(r->v, r->api == 2 ? "fields" : "case"));
    c.shown_ms = h->now_ms + (r->api == 2 ? kit_option_int(h->call, "visible_after", 0) : 0);
    return mock_case_create(h, &c, id);
}
