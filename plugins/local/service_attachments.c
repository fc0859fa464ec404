/* SPDX-License-Identifier: MIT */
/*
 * service_attachments.c - routes of attachments: bytes under their SHA-256, kept once in a
 * project however often they are sent. Results and steps name them by digest; name and type
 * there belong to the use, not to the bytes.
 */
#include "service.h"

#include "shape.h"

#include <text.h>

static int32_t attachment_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member(j, "id", row[0].s);
    json_member_int(j, "bytes", row[1].i);
    json_member(j, "name", row[2].s);
    json_member(j, "mime", row[3].s);
    json_member_int(j, "created_ms", row[4].i);
    json_close(j, '}');
    return FERRY_OK;
}

int32_t local_attachments_list(struct http *h)
{
    static const char *const names[] = {"limit", "offset", "id", NULL};
    struct page p;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    local_page_init(&p, "digest, bytes, name, mime, created_ms", "attachment WHERE project = ?",
                    "digest", attachment_row);
    local_page_arg(&p, ferry_int(h->project));
    local_page_filter_text(h, &p, "id", "digest = ?");
    return local_page_answer(h, &p);
}

int32_t local_attachment_there(struct http *h, struct ferry_str digest, int *there)
{
    int64_t n = 0;
    int32_t rc =
        h->project
            ? local_sql_int(h, 0, &n, "SELECT 1 FROM attachment WHERE project = ? AND digest = ?",
                            "is", h->project, digest)
            : FERRY_OK;
    *there = n == 1;
    return rc;
}

int32_t local_attachment_get(struct http *h)
{
    static const char *const none[] = {NULL};
    int there = 0;
    if (!local_query_only(h, none)) {
        return FERRY_OK;
    }
    int32_t rc = local_attachment_there(h, h->target.path[2], &there);
    if (rc) {
        return rc;
    }
    if (!there) {
        return local_refuse(h, 404, "no_attachment", "no attachment \"%.*s\" in this project",
                            STR_ARG(utf8_cut(h->target.path[2], 80)));
    }
    h->blob = h->target.path[2];
    h->status = 200;
    return FERRY_OK;
}

int32_t local_attachment_put(struct http *h)
{
    static const char *const names[] = {"name", "mime", NULL};
    const struct ferry_message *m = h->request;
    struct ferry_str digest = h->target.path[2], name = local_query_get(h, "name"),
                     mime = local_query_get(h, "mime");
    uint64_t bytes = m->blob ? m->blob->bytes : m->body.len;
    char kept[72];
    int there = 0;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    if (!local_is_digest(digest)) {
        return local_refuse(h, 400, "bad_digest", "wanted sha256: and 64 hex digits in the path");
    }
    if (name.len > LOCAL_NAME * 3 || mime.len > LOCAL_NAME * 3) {
        return local_refuse(h, 400, "bad_query", "a name or type of more than %d bytes",
                            LOCAL_NAME * 3);
    }
    if (bytes > LOCAL_ATTACHMENT) {
        return local_refuse(h, 413, "too_large", "an attachment has at most %d bytes",
                            LOCAL_ATTACHMENT);
    }
    int32_t rc = h->blobs->keep(h->blobs->self, m, 0, 0, kept, h->err);
    if (rc) {
        return rc;
    }
    if (!str_is(digest, kept)) {
        return local_refuse(h, 422, "other_bytes", "the bytes are %s; the path says otherwise",
                            kept);
    }
    rc = local_project_ensure(h);
    if (rc == FERRY_OK) {
        rc = local_attachment_there(h, digest, &there);
    }
    if (rc == FERRY_OK && !there) {
        rc = local_sql_run(
            h,
            "INSERT INTO attachment (project, digest, bytes, name, mime, created_ms) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            "isissi", h->project, digest, (int64_t)bytes, name, mime, h->call->now_ms);
    }
    h->status = there ? 200 : 201;
    json_open(&h->json, '{');
    json_member(&h->json, "id", digest);
    json_key(&h->json, "existed");
    json_put_bool(&h->json, there);
    json_close(&h->json, '}');
    return rc;
}
