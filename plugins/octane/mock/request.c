/* SPDX-License-Identifier: MIT */
/* request.c - the outside of a request: its parameters and its body, which may have come packed or have gone to the spool. */
#include "mock.h"

#include <text.h>
#include <zlib.h>

enum { MOST_JSON = 16 << 20 };

int alm_query_only(struct http *h, const char *const *names)
{
    uint32_t i = 0;
    int is_twice = 0;
    const struct ferry_kv *wrong = kit_query_wrong(&h->target, names, &i, &is_twice);
    if (wrong) {
        alm_refuse(h, 400, "platform.illegal_query_parameter",
                   is_twice ? "The parameter \"%.*s\" is there twice."
                            : "The parameter \"%.*s\" is not known here.",
                   STR_ARG(utf8_cut(wrong->key, 60)));
    }
    return !wrong;
}

int alm_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                  int64_t *out)
{
    if (kit_query_int(&h->target, name, min, max, fallback, out)) {
        return 1;
    }
    alm_refuse(h, 400, "platform.illegal_query_parameter",
               "The parameter \"%s\" must be a number from %lld to %lld, not \"%.*s\".", name,
               (long long)min, (long long)max, STR_ARG(utf8_cut(kit_query(&h->target, name), 60)));
    return 0;
}

/* --- bytes ------------------------------------------------------------------------------------------------ */

/* All of it in one piece, from wherever it is. */
static int whole_body(struct http *h, uint64_t max, struct buf *room, struct ferry_str *out)
{
    const struct ferry_blob *blob = h->request->blob;
    *out = h->request->body.ptr ? h->request->body : FERRY_LIT("");
    if ((blob ? blob->bytes : out->len) > max) {
        alm_refuse(h, 413, "platform.payload_too_large", "The body is longer than %llu bytes.",
                   (unsigned long long)max);
        return 0;
    }
    if (!blob) {
        return 1;
    }
    char *to = buf_room(room, (size_t)blob->bytes);
    int64_t n = to ? h->blobs->read(h->blobs->self, blob->digest, 0, to, blob->bytes) : -1;
    if (n != (int64_t)blob->bytes) {
        h->arena.failed = FERRY_E_IO; /* not the client's fault: the whole request fails */
        return 0;
    }
    buf_grow(room, (size_t)n);
    *out = buf_str(room);
    return 1;
}

/* Z_STREAM_END: whole, and nothing behind it. */
int alm_unpack(struct ferry_str packed, uint64_t max, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len};
    int code = inflateInit2(&z, 15 + 16);
    while (code == Z_OK) {
        enum { PIECE = 256 * 1024 };
        char *to = buf_room(out, PIECE);
        if (!to || out->len > max) {
            code = Z_MEM_ERROR;
            break;
        }
        z.next_out = (Bytef *)to;
        z.avail_out = PIECE;
        code = inflate(&z, Z_NO_FLUSH);
        buf_grow(out, PIECE - z.avail_out);
    }
    code = code == Z_STREAM_END && z.avail_in > 0 ? Z_DATA_ERROR : code;
    inflateEnd(&z);
    return code;
}

int alm_body_bytes(struct http *h, uint64_t max, struct buf *room, struct ferry_str *out)
{
    struct ferry_str coding = kit_header(h->request, "content-encoding"), packed;
    struct buf wire;
    int ok = 0;
    buf_init(&wire, (size_t)max + 1);
    if (coding.ptr && !str_is(coding, "gzip") && !str_is(coding, "application/gzip") &&
        !str_is(coding, "identity")) {
        alm_refuse(h, 415, "platform.unsupported_encoding",
                   "The content encoding \"%.*s\" is not known; gzip is.",
                   STR_ARG(utf8_cut(coding, 60)));
    } else if (!coding.ptr || str_is(coding, "identity")) {
        ok = whole_body(h, max, room, out);
    } else if (whole_body(h, max, &wire, &packed)) {
        int code = alm_unpack(packed, max, room);
        ok = code == Z_STREAM_END && room->len <= max;
        *out = room->len > 0 ? buf_str(room) : FERRY_LIT("");
        if (!ok && (code == Z_MEM_ERROR || room->len > max)) {
            alm_refuse(h, 413, "platform.payload_too_large",
                       "The body is longer than %llu bytes when unpacked.",
                       (unsigned long long)max);
        } else if (!ok) {
            alm_refuse(h, 400, "platform.malformed_body",
                       "The body is said to be gzip and is not, or is cut off.");
        }
    }
    buf_finish(&wire);
    return ok;
}

int alm_body_json(struct http *h, struct json_doc *doc)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str body = h->request->body;
    if (h->request->blob || body.len > MOST_JSON) {
        alm_refuse(h, 413, "platform.payload_too_large", "The body is longer than %d bytes.",
                   MOST_JSON);
        return 0;
    }
    if (json_parse(doc, body.ptr ? body : FERRY_LIT(""), JSON_STRICT, NULL, &err)) {
        alm_refuse(h, 400, "platform.malformed_body", "The body is not JSON: %s", err.message);
        return 0;
    }
    if (!json_is_object(doc->root)) {
        alm_refuse(h, 400, "platform.malformed_body", "The body must be an object, not %s.",
                   json_type(doc->root));
        json_finish(doc);
        return 0;
    }
    return 1;
}

int alm_body_object(struct http *h, struct json_doc *doc)
{
    struct ferry_str type = kit_header(h->request, "content-type");
    if (!str_starts(type, "application/json")) {
        alm_refuse(h, 415, "platform.unsupported_media_type",
                   "The body must be application/json, not \"%.*s\".", STR_ARG(utf8_cut(type, 60)));
        return 0;
    }
    return alm_body_json(h, doc);
}
