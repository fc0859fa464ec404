/* SPDX-License-Identifier: MIT */
/*
 * json - the wrapper over cJSON: what parses is written to a text that parses to the same; the walk over elements and the
 * parser agree on what a document is; a place in a text can always be told.
 */
#include "fuzz.h"

#include <json.h>

enum { MOST = 64 << 20 };

/* What a value is, once more as text; pretty or not must mean the same. */
static void write_value(const struct cJSON *v, uint32_t pretty, struct buf *out)
{
    struct json_out j = json_to(out);
    j.pretty = pretty;
    json_put_value(&j, v);
    fuzz_claim(out->failed == FERRY_OK, "cannot be written: %d", out->failed);
}

static void round_trip(const struct json_doc *doc)
{
    for (uint32_t pretty = 0; pretty < 2; pretty++) {
        struct buf first, second;
        struct json_doc again;
        struct ferry_error err = {.size = sizeof err};
        buf_init(&first, MOST);
        buf_init(&second, MOST);
        write_value(doc->root, pretty, &first);
        fuzz_claim(json_parse(&again, buf_str(&first), JSON_STRICT, NULL, &err) == FERRY_OK,
                   "what was written does not parse: %s: %s", err.message, buf_cstr(&first));
        write_value(again.root, pretty, &second);
        fuzz_same("written, parsed and written", buf_str(&first), buf_str(&second));
        json_finish(&again);
        buf_finish(&first);
        buf_finish(&second);
    }
}

/* Every question, on every value. */
static uint64_t ask_all(const struct cJSON *v)
{
    uint64_t n = 1, count = 0;
    int64_t i = 0, again = 0;
    double d = 0;
    char digits[24], digits_again[24];
    struct ferry_str id = json_id(v, digits);
    fuzz_claim(json_type(v)[0], "a value without a type");
    if (json_int(v, &i)) {
        snprintf(digits_again, sizeof digits_again, "%lld", (long long)i);
        fuzz_same("a whole number and its id", id, ferry_cstr(digits_again));
        fuzz_claim(str_int64(id, &again) && again == i, "an id that is another number");
    }
    json_real(v, &d);
    json_bool(v, 0);
    fuzz_claim(utf8_valid(json_str(v)) == json_str(v).len, "a text is not UTF-8");
    json_each (child, v) {
        struct ferry_str name = json_name(child);
        fuzz_claim(!json_is_object(v) || name.ptr, "a member without a name");
        n += ask_all(child);
        count++;
    }
    fuzz_claim(json_count(v) == count, "%u children, %llu walked over", json_count(v),
               (unsigned long long)count);
    return n;
}

struct elements {
    const struct cJSON *next; /* of the tree */
    uint32_t n;
};

static int32_t on_element(void *data, uint32_t index, const struct cJSON *element)
{
    struct elements *e = data;
    struct buf a, b;
    fuzz_claim(index == e->n && e->next, "element %u is handed out, the tree has %u", index, e->n);
    buf_init(&a, MOST);
    buf_init(&b, MOST);
    write_value(e->next, 0, &a);
    write_value(element, 0, &b);
    fuzz_same("an element and the tree's", buf_str(&a), buf_str(&b));
    buf_finish(&a);
    buf_finish(&b);
    e->next = json_next(e->next);
    e->n++;
    return FERRY_OK;
}

static int32_t any_element(void *data, uint32_t index, const struct cJSON *element)
{
    (void)data;
    (void)index;
    (void)element;
    return FERRY_OK;
}

static int32_t no_element(void *data, uint32_t index, const struct cJSON *element)
{
    (void)data;
    (void)index;
    (void)element;
    return FERRY_E_BUG;
}

static void walk(struct ferry_str text, const struct json_doc *doc, int32_t parsed)
{
    struct json_doc rest = {NULL};
    struct ferry_error err = {.size = sizeof err};
    struct elements e = {.n = 0};
    int32_t rc = json_elements(text, "\x7f", any_element, NULL, &rest, &err);
    int has_it =
        parsed == FERRY_OK && json_get(doc->root, "\x7f"); /* the fuzzer knows this name, too */
    fuzz_claim(has_it || rc == parsed, "parsed with %d, walked over with %d: %s", parsed, rc,
               err.message);
    json_finish(&rest);
    if (parsed == FERRY_OK && json_is_array(doc->root)) {
        e.next = json_first(doc->root);
        rc = json_elements(text, "", on_element, &e, &rest, &err);
        fuzz_claim(rc == FERRY_OK && !e.next, "%d: %s; %u handed out", rc, err.message, e.n);
        fuzz_claim(json_is_array(rest.root) && json_count(rest.root) == 0, "the rest is not empty");
        json_finish(&rest);
    }
    const struct cJSON *items = parsed == FERRY_OK ? json_get(doc->root, "items") : NULL;
    e = (struct elements){.next = json_first(items)};
    rc = json_elements(text, "items",
                       parsed                 ? any_element /* until the fault is reached */
                       : json_is_array(items) ? on_element
                                              : no_element,
                       &e, &rest, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_INPUT, "items: %d: %s", rc, err.message);
    fuzz_claim(!parsed || rc == parsed, "items of what is no JSON: %d", rc);
    if (rc == FERRY_OK) {
        fuzz_claim(!e.next, "items: not all were handed out");
        ask_all(rest.root);
    }
    json_finish(&rest);
}

static void locate(struct ferry_str text)
{
    static const char *const paths[] = {"", "items", "items.0.id", "a.b.c", "trackers.ao.token"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        uint32_t line = 0, column = 0;
        json_locate(text, paths[i], &line, &column);
        fuzz_claim(line > 0 && column > 0, "\"%s\" is said to be at %u:%u", paths[i], line, column);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str text = {(const char *)data, size};
    struct json_doc strict, relaxed;
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = json_parse(&strict, text, JSON_STRICT, "input", &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_INPUT, "%zu bytes end with %d: %s", size, rc,
               err.message);
    if (rc) {
        fuzz_message(&err);
    } else {
        ask_all(strict.root);
        round_trip(&strict);
    }
    walk(text, &strict, rc);
    locate(text);
    int32_t with_comments = json_parse(&relaxed, text, JSON_COMMENTS, NULL, &err);
    fuzz_claim(with_comments == FERRY_OK || with_comments == FERRY_E_INPUT, "comments: %d",
               with_comments);
    fuzz_claim(rc || with_comments == FERRY_OK, "JSON, but not JSON with comments: %s",
               err.message);
    if (with_comments == FERRY_OK) {
        round_trip(&relaxed);
    } else {
        fuzz_message(&err);
    }
    json_finish(&relaxed);
    json_finish(&strict);
    return 0;
}
