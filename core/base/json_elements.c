/* SPDX-License-Identifier: MIT */
/*
 * json_elements.c - large bodies one element at a time, and the place of a member in a text. A
 * page of 100,000 results becomes 100,000 small trees, one after the other, instead of one of
 * six times the page. One scan goes over the text; what was handed out counts only if that scan
 * reaches the end.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>

enum { NO_MATCH = -1 };

/* Where the scan is relative to a dotted path. Containers on the path are nested in each other. */
struct json_path {
    const char *path;
    uint32_t level;                 /* how many containers on the path are open */
    int64_t rest[JSON_DEPTH + 1];   /* what of the path is left inside each */
    uint64_t index[JSON_DEPTH + 1]; /* of the next element, where it is an array */
    int64_t pending;                /* what is left for the value that comes next */
    int64_t reached;                /* the most that was ever matched ... */
    uint64_t reached_at;            /* ... and the byte where that begins */
};

static void path_init(struct json_path *p, const char *path)
{
    memset(p, 0, sizeof *p);
    p->path = path;
}

/* Behind the separator, where the path goes on there or ends. */
static int64_t path_after(const char *path, int64_t at)
{
    if (path[at] == '\0') {
        return at;
    }
    return path[at] == '.' ? at + 1 : NO_MATCH;
}

/* What is left of the path behind this member's name. Names may hold dots themselves. */
static int64_t match_name(const struct json_path *p, const struct json_scan *s)
{
    struct ferry_str name = str_sub(s->text, s->from + 1, s->to - s->from - 2);
    int64_t at = p->rest[p->level];
    if (name.len == 0) {
        return NO_MATCH;
    }
    while (name.len > 0) {
        char bytes[4];
        unsigned n = json_unescape(&name, bytes);
        if (strncmp(p->path + at, bytes, n) != 0) { /* no NUL in bytes: stops at the path's end */
            return NO_MATCH;
        }
        at += n;
    }
    return path_after(p->path, at);
}

/* What is left of the path behind this element's number. */
static int64_t match_index(const struct json_path *p, uint64_t index)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)index);
    int64_t at = p->rest[p->level];
    return strncmp(p->path + at, digits, (size_t)n) == 0 ? path_after(p->path, at + n) : NO_MATCH;
}

static void path_matched(struct json_path *p, const struct json_scan *s, int64_t rest)
{
    p->pending = rest;
    if (rest > p->reached) {
        p->reached = rest;
        p->reached_at = s->from;
    }
}

/* Follows one token. Returns 1 where it begins the value at the path. */
static int path_step(struct json_path *p, const struct json_scan *s, enum json_token token)
{
    uint32_t around = s->depth - (token == JSON_OPEN); /* containers around the token */
    int64_t rest;
    if (token == JSON_CLOSE) {
        p->level = s->depth < p->level ? s->depth : p->level;
        p->pending = NO_MATCH;
        return 0;
    }
    if (around != p->level) {
        return 0;
    }
    if (token == JSON_NAME) {
        path_matched(p, s, match_name(p, s));
        return 0;
    }
    if (p->level > 0 && !json_scan_object(s, p->level)) {
        path_matched(p, s, match_index(p, p->index[p->level]++));
    }
    rest = p->pending;
    p->pending = NO_MATCH;
    if (rest == NO_MATCH) {
        return 0;
    }
    if (p->path[rest] == '\0') {
        return 1;
    }
    if (token == JSON_OPEN) {
        p->level++;
        p->rest[p->level] = rest;
        p->index[p->level] = 0;
    }
    return 0;
}

struct walk {
    struct json_scan scan;
    struct json_path path;
    struct json_tree element;
    struct json_rewrite rest;
    uint32_t inside; /* depth of the array's elements; 0 outside it */
    uint32_t index;
    int found;
    json_element_fn *fn;
    void *data;
};

/* Hands out the element that just ended. */
static int32_t hand_out(struct walk *w, struct ferry_error *err)
{
    const struct cJSON *root;
    int32_t rc = json_tree_root(&w->element, &root, err);
    return rc ? rc : w->fn(w->data, w->index++, root);
}

/* A token inside the array. */
static int32_t inner_token(struct walk *w, enum json_token token, struct ferry_error *err)
{
    const struct json_scan *s = &w->scan;
    if (token == JSON_CLOSE && s->depth < w->inside) {
        w->inside = 0;
        w->rest.copied = s->from; /* the elements are left out of the rest */
        w->path.pending = NO_MATCH;
        return FERRY_OK;
    }
    if (s->depth - (token == JSON_OPEN) == w->inside && token != JSON_CLOSE && token != JSON_NAME) {
        json_tree_begin(&w->element);
    }
    json_tree_token(&w->element, s, token);
    if (s->depth == w->inside) {
        return hand_out(w, err);
    }
    return FERRY_OK;
}

/* The value at the path begins: it has to be an array, and the only one there. */
static int32_t enter(struct walk *w, enum json_token token, struct ferry_error *err)
{
    const struct json_scan *s = &w->scan;
    char fault[128], shown[64];
    text_show_to(shown, sizeof shown, ferry_cstr(w->path.path));
    if (w->found) {
        snprintf(fault, sizeof fault, "\"%s\" stands here a second time", shown);
        return json_fail_at(s->origin, s->from, NULL, err, fault);
    }
    if (token != JSON_OPEN || json_scan_object(s, s->depth)) {
        snprintf(fault, sizeof fault, "\"%s\" is not an array; another kind of answer came", shown);
        return json_fail_at(s->origin, s->from, NULL, err, fault);
    }
    w->found = 1;
    w->inside = s->depth;
    json_rewrite_skip(&w->rest, s->to, s->to);
    return FERRY_OK;
}

static int32_t walk_all(struct walk *w, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    while (!rc) {
        enum json_token token = json_scan_next(&w->scan);
        if (token == JSON_FAULT) {
            return json_scan_fail(&w->scan, NULL, err);
        }
        if (token == JSON_END) {
            return FERRY_OK;
        }
        if (w->inside) {
            rc = inner_token(w, token, err);
        } else {
            json_rewrite_token(&w->rest, &w->scan, token);
            if (path_step(&w->path, &w->scan, token)) {
                rc = enter(w, token, err);
            }
        }
    }
    return rc;
}

int32_t json_elements(struct ferry_str text, const char *path, json_element_fn *fn, void *data,
                      struct json_doc *rest, struct ferry_error *err)
{
    struct walk w = {.fn = fn, .data = data};
    int32_t rc;
    json_tree_init(&w.element);
    if (rest) {
        rest->root = NULL;
    }
    json_scan_init(&w.scan, text);
    path_init(&w.path, path);
    json_rewrite_begin(&w.rest, text, w.scan.at);
    rc = walk_all(&w, err);
    if (!rc && rest) {
        rc = json_rewrite_build(&w.rest, text.len, &rest->root, err);
    }
    json_tree_finish(&w.element);
    json_rewrite_finish(&w.rest);
    return rc;
}

void json_locate(struct ferry_str text, const char *path, uint32_t *line, uint32_t *column)
{
    struct json_scan scan;
    struct json_path p;
    struct buf blanked;
    uint64_t ignored;
    enum json_token token;
    json_scan_init(&scan, text);
    path_init(&p, path);
    p.reached_at = scan.at;
    buf_init(&blanked, (size_t)text.len);
    if (json_blank(&blanked, text, &ignored) == FERRY_OK && blanked.len > 0) {
        scan.text = buf_str(&blanked);
    }
    do {
        token = json_scan_next(&scan);
    } while (token != JSON_END && token != JSON_FAULT && !path_step(&p, &scan, token));
    json_position(text, p.reached_at, line, column);
    buf_finish(&blanked);
}
