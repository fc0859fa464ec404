/* SPDX-License-Identifier: MIT */
/*
 * attachments.c - files: uploaded in numbers, each under a hash of its own however often it is sent, named by that hash, and read by a URL. They belong
 * to the workspace.
 */
#include "mock.h"
#include "multipart.h"

#include <string.h>
#include <text.h>

/* --- what is told of one ------------------------------------------------------------------------------------------- */

static struct ferry_str extension(struct ferry_str name)
{
    uint64_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '.') {
        at--;
    }
    return at > 0 ? str_sub(name, at, name.len) : FERRY_LIT("");
}

/* Where its bytes are; of the host that was asked. */
static struct ferry_str url_of(struct http *h, struct ferry_str hash, struct ferry_str name)
{
    struct ferry_str host = kit_header(h->request, "host");
    struct buf text;
    buf_init(&text, 8192);
    buf_printf(&text, "http://%.*s/attachment/%.*s/",
               STR_ARG(host.len ? host : FERRY_LIT("localhost")), STR_ARG(hash));
    for (uint64_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        int plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    strchr("-._~", c);
        buf_printf(&text, plain && c ? "%c" : "%%%02X", c);
    }
    struct ferry_str out = arena_str(&h->arena, buf_str(&text));
    buf_finish(&text);
    return out;
}

static int32_t short_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    json_open(&h->json, '{');
    json_member_int(&h->json, "size", row[3].i);
    json_member(&h->json, "mime", row[2].s);
    json_member(&h->json, "filename", row[1].s);
    json_member(&h->json, "url", url_of(h, row[0].s, row[1].s));
    json_close(&h->json, '}');
    return FERRY_OK;
}

int32_t mock_files_put(struct http *h, const struct cJSON *hashes)
{
    int32_t rc = FERRY_OK;
    json_key(&h->json, "attachments");
    json_open(&h->json, '[');
    json_each (hash, hashes) {
        rc = rc ? rc
                : mock_rows(h, short_row, h,
                            "SELECT hash, name, mime, bytes FROM attachment WHERE hash = ?", "s",
                            json_str(hash));
    }
    json_close(&h->json, ']');
    return rc;
}

int32_t mock_files_check(struct http *h, const struct cJSON *hashes, const char *field)
{
    int32_t rc = FERRY_OK;
    int64_t id = 0;
    json_each (hash, hashes) {
        rc = rc ? rc
                : mock_int(h, 0, &id, "SELECT id FROM attachment WHERE hash = ?", "s",
                           json_str(hash));
        if (rc == FERRY_OK && !id) {
            mock_fault(h, ferry_cstr(field), "Attachment \"%.*s\" is not found.",
                       STR_ARG(utf8_cut(json_str(hash), 60)));
        }
    }
    return rc;
}

static int32_t long_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct ferry_str url = url_of(h, row[0].s, row[1].s);
    (void)n;
    json_open(&h->json, '{');
    json_member(&h->json, "hash", row[0].s);
    json_member(&h->json, "file", row[1].s);
    json_member(&h->json, "mime", row[2].s);
    json_member_int(&h->json, "size", row[3].i);
    json_member(&h->json, "extension", extension(row[1].s));
    json_member(&h->json, "full_path", url);
    json_member(&h->json, "url", url);
    json_close(&h->json, '}');
    return FERRY_OK;
}

int32_t mock_files_list(struct http *h)
{
    struct page p;
    page_begin(&p, "hash, name, mime, bytes", "attachment WHERE 1 = 1", "id", long_row);
    return page_answer(h, &p);
}

/* Refused with 404 where it is not there. */
static int32_t find_file(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id, "SELECT id FROM attachment WHERE hash = ?", "s", h->hash);
    if (rc == FERRY_OK && !id) {
        mock_refuse(h, 404, "Attachment \"%.*s\" is not found.", STR_ARG(utf8_cut(h->hash, 80)));
    }
    return rc;
}

int32_t mock_file_get(struct http *h)
{
    int32_t rc = find_file(h);
    if (rc || h->status) {
        return rc;
    }
    mock_begin(h, 200);
    rc = mock_rows(h, long_row, h, "SELECT hash, name, mime, bytes FROM attachment WHERE hash = ?",
                   "s", h->hash);
    mock_end(h);
    return rc;
}

int32_t mock_file_delete(struct http *h)
{
    int32_t rc = find_file(h);
    if (rc || h->status) {
        return rc;
    }
    rc = mock_run(h, "DELETE FROM attachment WHERE hash = ?", "s", h->hash);
    mock_begin(h, 200);
    json_open(&h->json, '{');
    json_member(&h->json, "hash", h->hash);
    json_close(&h->json, '}');
    mock_end(h);
    return rc;
}

static int32_t take_bytes(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    (void)n;
    h->blob = arena_str(&h->arena, row[0].s);
    h->mime = arena_str(&h->arena, row[1].s);
    return FERRY_OK;
}

int32_t mock_file_bytes(struct http *h)
{
    int32_t rc = find_file(h);
    if (rc || h->status) {
        return rc;
    }
    h->status = 200;
    return mock_rows(h, take_bytes, h, "SELECT digest, mime FROM attachment WHERE hash = ?", "s",
                     h->hash);
}

/* --- uploads --------------------------------------------------------------------------------------------------------- */

/* What is wrong with a part; the answer is written. */
static int is_bad(struct http *h, const struct part *part)
{
    if (!str_is(part->name, "file[]")) {
        mock_refuse(h, 400, "A part is named \"%.*s\"; files are \"file[]\".",
                    STR_ARG(utf8_cut(part->name, 60)));
    } else if (str_empty(part->filename)) {
        mock_refuse(h, 400, "A file[] has no filename.");
    } else if (part->bytes.len == 0) {
        mock_refuse(h, 400, "The file \"%.*s\" is empty.", STR_ARG(utf8_cut(part->filename, 100)));
    } else if ((int64_t)part->bytes.len > MOCK_FILE_BYTES) {
        mock_refuse(h, 413, "The file \"%.*s\" has %llu bytes; at most %lld.",
                    STR_ARG(utf8_cut(part->filename, 100)), (unsigned long long)part->bytes.len,
                    (long long)MOCK_FILE_BYTES);
    } else {
        return 0;
    }
    return 1;
}

/* All parts, or the request is refused. */
static uint32_t read_parts(struct http *h, struct part parts[MOCK_FILES], int64_t *bytes)
{
    struct multipart m;
    struct part part;
    uint32_t n = 0;
    *bytes = 0;
    if (h->request->blob || (int64_t)h->request->body.len > MOCK_BODY_BYTES) {
        mock_refuse(h, 413, "The request is longer than %lld bytes.", (long long)MOCK_BODY_BYTES);
        return 0;
    }
    if (!multipart_begin(&m, kit_header(h->request, "content-type"), h->request->body)) {
        mock_refuse(h, 400, "The body must be multipart/form-data with a boundary.");
        return 0;
    }
    while (multipart_next(&m, &part)) {
        if (n == MOCK_FILES) {
            mock_refuse(h, 413, "There are more than %d files in the request.", MOCK_FILES);
            return 0;
        }
        if (is_bad(h, &part)) {
            return 0;
        }
        *bytes += (int64_t)part.bytes.len;
        parts[n++] = part;
    }
    if (m.wrong || n == 0) {
        mock_refuse(h, 400, "The body is not multipart/form-data: %s.",
                    m.wrong ? m.wrong : "it has no part");
        return 0;
    }
    return n;
}

static int32_t store(struct http *h, const struct part *part)
{
    char digest[72];
    int64_t id = 0;
    uint64_t offset = (uint64_t)(part->bytes.ptr - h->request->body.ptr);
    int32_t rc =
        h->blobs->keep(h->blobs->self, h->request, offset, part->bytes.len, digest, h->err);
    rc = rc ? rc : mock_next(h, 0, "attachment", &id);
    struct ferry_str hash = kit_hash(&h->arena, "attachment", id);
    rc = rc ? rc
            : mock_run(h,
                       "INSERT INTO attachment (id, hash, project, digest, name, mime, bytes)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?)",
                       "isisssi", id, hash, h->project, ferry_cstr(digest), part->filename,
                       part->mime, (int64_t)part->bytes.len);
    json_open(&h->json, '{');
    json_member(&h->json, "hash", hash);
    json_member(&h->json, "filename", part->filename);
    json_member(&h->json, "mime", part->mime);
    json_member(&h->json, "extension", extension(part->filename));
    json_member(&h->json, "url", url_of(h, hash, part->filename));
    json_member(&h->json, "team", FERRY_LIT("mock"));
    json_close(&h->json, '}');
    return rc;
}

int32_t mock_files_post(struct http *h)
{
    struct part parts[MOCK_FILES];
    int64_t bytes = 0, used = 0, most = kit_option_int(h->call, "storage", 0);
    uint32_t n = read_parts(h, parts, &bytes);
    if (h->status) {
        return FERRY_OK;
    }
    int32_t rc = mock_int(h, 0, &used, "SELECT coalesce(sum(bytes), 0) FROM attachment", "");
    if (rc == FERRY_OK && most > 0 && used + bytes > most) {
        return mock_refuse(h, 507, "Insufficient Storage: %lld of %lld bytes are used.",
                           (long long)used, (long long)most);
    }
    mock_begin(h, 200);
    json_open(&h->json, '[');
    for (uint32_t i = 0; rc == FERRY_OK && i < n; i++) {
        rc = store(h, &parts[i]);
    }
    json_close(&h->json, ']');
    mock_end(h);
    return rc;
}
