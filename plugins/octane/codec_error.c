/* SPDX-License-Identifier: MIT */
/*
 * codec_error.c - what Octane says when it does not do something: {"error_code", "description"} or, from the servlets before it, the
 * same escaped for HTML inside {"message"}. Of a list it does what it can, and names the others by their place (409).
 */
#include "codec.h"

#include <text.h>

enum { QUEUE_WAIT_MS = 10000, MOST_TEXT = 4 << 20 };

/* The queue has no room. How the server says it differs by version, and so does the status that it says it with. */
static const char *const full[] = {"testbox_queue_full", "testbox.queue_full",
                                   "testbox.request_limit"};

/* Enough of HTML to read what was escaped for it. */
static struct ferry_str unescaped(struct arena *a, struct ferry_str s)
{
    static const struct {
        const char *name;
        char is;
    } entities[] = {{"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#39;", '\''}};
    char *out = arena_alloc(a, (size_t)s.len + 1);
    uint64_t n = 0;
    for (uint64_t at = 0; out && at < s.len;) {
        uint64_t step = 1;
        char is = s.ptr[at];
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
            if (str_starts(str_sub(s, at, s.len), entities[i].name)) {
                step = ferry_cstr(entities[i].name).len;
                is = entities[i].is;
            }
        }
        out[n++] = is;
        at += step;
    }
    return (struct ferry_str){out, out ? n : 0};
}

static int read_object(struct arena *a, const struct cJSON *v, struct octane_words *out)
{
    *out = (struct octane_words){
        .code = arena_str(a, json_str(json_get(v, "error_code"))),
        .description = arena_str(a, json_str(json_get(v, "description"))),
    };
    if (!out->code.ptr && json_is_object(json_get(v, "error"))) {
        return read_object(a, json_get(v, "error"), out);
    }
    return out->code.len || out->description.len;
}

int octane_read_error(struct json_doc *doc, struct arena *a, struct ferry_str body,
                      struct octane_words *out)
{
    *out = (struct octane_words){.code = {NULL, 0}};
    if (json_parse(doc, body, 0, NULL, NULL)) {
        return 0;
    }
    if (read_object(a, doc->root, out)) {
        return 1;
    }
    struct ferry_str message = json_str(json_get(doc->root, "message"));
    struct json_doc inner = {NULL};
    if (message.len && json_parse(&inner, unescaped(a, message), 0, NULL, NULL) == FERRY_OK) {
        read_object(a, inner.root, out);
    }
    json_finish(&inner);
    if (!out->code.len && !out->description.len) {
        out->description = arena_str(a, message);
    }
    return out->code.len || out->description.len;
}

static int is_full(const struct octane_words *words, struct ferry_str body)
{
    for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
        if (str_is(words->code, full[i])) {
            return 1;
        }
        for (uint64_t at = 0; !words->code.len && at < body.len && at < 4096; at++) {
            if (str_starts(str_sub(body, at, body.len), full[i])) {
                return 1;
            }
        }
    }
    return 0;
}

/*
 * {"data":[...],"errors":[{"index":1,...}]}: those that are named were refused, the others done. One may be named for each thing that is
 * wrong with it: the first counts.
 */
static int32_t tell_partial(const struct cJSON *root, uint32_t n, const struct ferry_reply *reply,
                            struct arena *a, int *told)
{
    int32_t rc = FERRY_OK;
    char *named = arena_array(a, char, n + 1);
    json_each (v, named ? json_get(root, "errors") : NULL) {
        int64_t index = -1;
        struct octane_words words;
        read_object(a, v, &words);
        json_int(json_get(v, "index"), &index);
        if (index < 0 || index >= n || named[index]) {
            continue;
        }
        named[index] = 1;
        int twice = str_is(words.code, "platform.duplicate_entity_error");
        const struct ferry_outcome outcome = {
            .size = sizeof outcome,
            .code = twice ? FERRY_EXISTS : FERRY_REJECTED,
            .text = words.description.len ? words.description : words.code,
        };
        *told = 1;
        rc = rc ? rc : reply->outcome(reply->self, (uint32_t)index, &outcome);
    }
    return rc ? rc : named ? FERRY_OK : a->failed;
}

static uint32_t verdict_of(const struct ferry_message *answer, const struct octane_words *words,
                           int busy)
{
    if (busy) {
        return FERRY_BUSY;
    }
    if (answer->status == 400 || answer->status == 404 || answer->status == 415) {
        return FERRY_REFUSED;
    }
    return answer->status == 401 || str_starts(words->code, "VALIDATION_TOKEN_EXPIRED")
               ? FERRY_SIGN_IN
               : FERRY_BY_STATUS;
}

int32_t octane_decode_refusal(const struct ferry_op *const *ops, uint32_t n,
                              const struct ferry_message *answer, const struct ferry_reply *reply)
{
    struct octane_words words;
    struct json_doc doc = {NULL};
    struct arena a;
    int told = 0;
    int32_t rc = FERRY_OK;
    (void)ops;
    arena_init(&a, MOST_TEXT);
    octane_read_error(&doc, &a, answer->body, &words);
    if (answer->status == 409 && doc.root) {
        rc = tell_partial(doc.root, n, reply, &a, &told);
    }
    int busy = is_full(&words, answer->body);
    struct ferry_str text = words.description.len ? words.description : words.code;
    if (rc == FERRY_OK && !told && (text.len || busy)) {
        const struct ferry_verdict verdict = {.size = sizeof verdict,
                                              .code = verdict_of(answer, &words, busy),
                                              .retry_ms = busy ? QUEUE_WAIT_MS : 0,
                                              .text = text.len ? text : FERRY_LIT("queue full")};
        rc = reply->verdict(reply->self, &verdict);
    }
    json_finish(&doc);
    arena_finish(&a);
    return rc;
}
