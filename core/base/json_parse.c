/* SPDX-License-Identifier: MIT */
/*
 * json_parse.c - whole documents: server answers, configuration, state. Everything else that reads
 * JSON in ferry comes through here or through json_elements.c. Nothing is handed out of a text
 * that is not one document from its first byte to its last.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>

/* Comments keep their length and their line ends, so that positions stay true. */
struct blanker {
    char *p;
    uint64_t len, at;
    uint64_t comma; /* of a comma that nothing followed so far; else len */
    char before;    /* the last character that was neither space nor comment */
};

static void blank(struct blanker *b, uint64_t to)
{
    for (; b->at < to; b->at++) {
        if (b->p[b->at] != '\n') {
            b->p[b->at] = ' ';
        }
    }
}

/* Blanks the comment at b->at. Returns 0 where it has no end. */
static int blank_comment(struct blanker *b)
{
    const char *rest = b->p + b->at;
    size_t left = (size_t)(b->len - b->at);
    const char *end;
    if (rest[1] == '/') {
        end = memchr(rest, '\n', left);
        blank(b, end ? (uint64_t)(end - b->p) : b->len);
        return 1;
    }
    end = memmem(rest + 2, left - 2, "*/", 2);
    if (!end) {
        return 0;
    }
    blank(b, (uint64_t)(end - b->p) + 2);
    return 1;
}

static void skip_string(struct blanker *b)
{
    b->at++;
    while (b->at < b->len && b->p[b->at] != '"') {
        b->at += b->p[b->at] == '\\' ? 2 : 1;
    }
    b->at++; /* may be past the end; the scanner will say that the quote is missing */
}

/* One character outside strings and comments. A comma is only trailing behind a value. */
static void note_plain(struct blanker *b)
{
    char c = b->p[b->at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        b->at++;
        return;
    }
    if ((c == ']' || c == '}') && b->comma < b->len) {
        b->p[b->comma] = ' ';
    }
    b->comma = b->len;
    if (c == ',' && b->before && !strchr("[{,:", b->before)) {
        b->comma = b->at;
    }
    b->before = c;
    b->at++;
}

int32_t json_blank(struct buf *out, struct ferry_str text, uint64_t *fault_at)
{
    size_t begin = out->len;
    struct blanker b = {.len = text.len, .comma = text.len};
    if (text.len == 0 || buf_put(out, text)) {
        return out->failed;
    }
    b.p = out->ptr + begin;
    while (b.at < b.len) {
        char c = b.p[b.at];
        if (c == '"') {
            skip_string(&b);
            b.before = '"';
            b.comma = b.len;
        } else if (c == '/' && b.at + 1 < b.len && (b.p[b.at + 1] == '/' || b.p[b.at + 1] == '*')) {
            *fault_at = b.at;
            if (!blank_comment(&b)) {
                return FERRY_E_INPUT;
            }
        } else {
            note_plain(&b);
        }
    }
    return FERRY_OK;
}

static int32_t parse_plain(struct json_doc *doc, struct json_scan *scan, const char *name,
                           struct ferry_error *err)
{
    struct json_rewrite rewrite = {0};
    enum json_token token;
    int32_t rc;
    json_rewrite_begin(&rewrite, scan->text, scan->at);
    do {
        token = json_scan_next(scan);
        json_rewrite_token(&rewrite, scan, token);
    } while (token != JSON_END && token != JSON_FAULT);
    if (token == JSON_FAULT) {
        rc = json_scan_fail(scan, name, err);
    } else {
        rc = json_rewrite_build(&rewrite, scan->text.len, &doc->root, err);
    }
    json_rewrite_finish(&rewrite);
    return rc;
}

int32_t json_parse(struct json_doc *doc, struct ferry_str text, unsigned flags, const char *name,
                   struct ferry_error *err)
{
    struct buf blanked;
    struct json_scan scan;
    uint64_t fault_at = 0;
    int32_t rc = FERRY_OK;
    doc->root = NULL;
    buf_init(&blanked, (size_t)text.len);
    json_scan_init(&scan, text);
    if (flags & JSON_COMMENTS) {
        rc = json_blank(&blanked, text, &fault_at);
        scan.text = buf_str(&blanked);
    }
    if (rc == FERRY_E_INPUT) {
        rc = json_fail_at(text, fault_at, name, err, "the comment that begins here has no end");
    } else if (rc) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, name, "out of memory while parsing JSON");
    } else {
        rc = parse_plain(doc, &scan, name, err);
    }
    buf_finish(&blanked);
    return rc;
}

void json_finish(struct json_doc *doc)
{
    cJSON_Delete(doc->root);
    doc->root = NULL;
}
