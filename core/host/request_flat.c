/* SPDX-License-Identifier: MIT */
/*
 * request_flat.c - a stored request as one flat message: secrets at their places, blobs read in. Used where a
 * message leaves for its destination, and nowhere else; what this writes is never stored or shown.
 */
#include "request.h"

#include "request_parts.h"
#include "spool.h"

#include <errno.h>
#include <file.h>
#include <json.h>
#include <stdlib.h>
#include <text.h>

/* Parts are written one after the other into `storage`, which may move while it grows: so offsets first, pointers last. */
struct span {
    size_t at, len;
};
struct flat {
    const struct request_values *values;
    struct spool *spool;
    struct buf *out;
    struct ferry_error *err;
    struct span method, target, body;
    struct span names[REQUEST_HEADERS], texts[REQUEST_HEADERS];
    uint32_t n_headers;
    struct span *open;           /* the part being written */
    struct request_body *pieces; /* where blobs stay in the spool; NULL: they are read in */
    int in_body;
};

static void put_base64(struct buf *out, struct ferry_str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint64_t i = 0; i < s.len; i += 3) {
        uint64_t n = s.len - i;
        uint32_t v = (uint32_t)(unsigned char)s.ptr[i] << 16;
        v |= n > 1 ? (uint32_t)(unsigned char)s.ptr[i + 1] << 8 : 0;
        v |= n > 2 ? (uint32_t)(unsigned char)s.ptr[i + 2] : 0;
        buf_putc(out, digits[v >> 18]);
        buf_putc(out, digits[v >> 12 & 63]);
        buf_putc(out, n > 1 ? digits[v >> 6 & 63] : '=');
        buf_putc(out, n > 2 ? digits[v & 63] : '=');
    }
}

static void put_percent(struct buf *out, struct ferry_str s)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] && strchr(plain, s.ptr[i])) {
            buf_putc(out, s.ptr[i]);
        } else {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.ptr[i]);
        }
    }
}

static void put_json_inside(struct buf *out, struct ferry_str s)
{
    struct buf quoted;
    buf_init(&quoted, (size_t)s.len * 6 + 16);
    struct json_out j = json_to(&quoted);
    json_put(&j, s.ptr ? s : FERRY_LIT(""));
    if (quoted.len >= 2) {
        buf_put(out, (struct ferry_str){quoted.ptr + 1, quoted.len - 2});
    }
    buf_finish(&quoted);
}

/* "user:token" names the secret `token` and gives the user: for basic authentication. */
static void put_basic(struct flat *f, struct ferry_str user, struct ferry_str secret)
{
    struct buf pair;
    buf_init(&pair, (size_t)(user.len + secret.len) + 2);
    buf_put(&pair, user);
    buf_putc(&pair, ':');
    buf_put(&pair, secret);
    put_base64(f->out, buf_str(&pair));
    if (pair.ptr) {
        explicit_bzero(pair.ptr, pair.len);
    }
    buf_finish(&pair);
}

static int32_t put_secret(struct flat *f, struct ferry_str record)
{
    struct ferry_str name = {record.ptr + 1, record.len - 1};
    struct ferry_str user = {NULL, 0};
    uint32_t encoding = (unsigned char)record.ptr[0];
    if (encoding == FERRY_IN_BASIC) {
        struct ferry_str rest = name;
        str_split(&rest, ':', &user);
        if (rest.ptr) {
            name = rest;
        } else {
            user = (struct ferry_str){NULL, 0};
        }
    }
    struct ferry_str value = f->values ? f->values->get(f->values->self, name) : user;
    if (!f->values || !value.ptr) {
        return ferry_fail(f->err, FERRY_E_CONFIG, "",
                          "\"%.*s\" is not set, and the request needs it", STR_ARG(name));
    }
    for (uint64_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f) {
            return ferry_fail(f->err, FERRY_E_CONFIG, "",
                              "\"%.*s\" holds a control character; check for a line end",
                              STR_ARG(name));
        }
    }
    switch (encoding) {
    case FERRY_IN_JSON:
        put_json_inside(f->out, value);
        break;
    case FERRY_IN_FORM:
        put_percent(f->out, value);
        break;
    case FERRY_IN_BASIC:
        put_basic(f, user, value);
        break;
    default:
        buf_put(f->out, value);
    }
    return f->out->failed;
}

static int32_t put_blob(struct flat *f, struct ferry_str record)
{
    enum { PIECE = 64 * 1024 };
    uint64_t offset = request_le(record.ptr, 8);
    uint64_t left = request_le(record.ptr + 8, 8);
    struct ferry_str digest = {record.ptr + 16, record.len - 16};
    int to_end = left == 0;
    while (to_end || left > 0) {
        uint64_t want = !to_end && left < PIECE ? left : PIECE;
        char *room = buf_room(f->out, (size_t)want);
        if (!room) {
            return ferry_fail(f->err, f->out->failed, NULL,
                              "attachment %.*s: does not fit into one request", STR_ARG(digest));
        }
        int64_t n = f->spool ? spool_read(f->spool, digest, offset, room, want) : -FERRY_E_IO;
        if (n == -FERRY_E_IO && f->spool && errno != ENOENT) {
            return file_fail(f->err, spool_folder(f->spool), "cannot read a blob", errno);
        }
        if (n < 0 || (n == 0 && !to_end)) {
            return ferry_fail(f->err, FERRY_E_IO, NULL,
                              "%.*s is not in the spool; was the state folder cleaned by hand?",
                              STR_ARG(digest));
        }
        if (n == 0) {
            return FERRY_OK;
        }
        buf_grow(f->out, (size_t)n);
        offset += (uint64_t)n;
        left -= to_end ? 0 : (uint64_t)n;
    }
    return FERRY_OK;
}

/* Bytes that stand in storage from `at`: a piece of their own, or more of the one before. */
static int32_t note_bytes(struct flat *f, size_t at)
{
    struct request_body *b = f->pieces;
    uint64_t len = f->out->len - at;
    struct request_piece *last = b->n ? &b->pieces[b->n - 1] : NULL;
    if (last && !last->digest.ptr && last->at + last->len == at) {
        last->len += len;
    } else if (b->n == REQUEST_PIECES) {
        return ferry_fail(f->err, FERRY_E_BUG, NULL, "a body of more than %d pieces",
                          REQUEST_PIECES);
    } else if (len > 0) {
        b->pieces[b->n++] = (struct request_piece){.begin = b->size, .len = len, .at = at};
    }
    b->size += len;
    return FERRY_OK;
}

static int32_t note_blob(struct flat *f, struct ferry_str record)
{
    struct request_body *b = f->pieces;
    struct request_piece p = {.begin = b->size,
                              .offset = request_le(record.ptr, 8),
                              .len = request_le(record.ptr + 8, 8),
                              .digest = {record.ptr + 16, record.len - 16}};
    int64_t whole = f->spool ? spool_size(f->spool, p.digest) : -FERRY_E_IO;
    if (whole >= 0 && p.len == 0 && p.offset <= (uint64_t)whole) {
        p.len = (uint64_t)whole - p.offset; /* to its end */
    }
    if (whole < 0 || p.offset > (uint64_t)whole || p.len > (uint64_t)whole - p.offset) {
        return ferry_fail(f->err, FERRY_E_IO, NULL,
                          "%.*s is not in the spool; was the state folder cleaned by hand?",
                          STR_ARG(p.digest));
    }
    if (b->n == REQUEST_PIECES) {
        return ferry_fail(f->err, FERRY_E_BUG, NULL, "a body of more than %d pieces",
                          REQUEST_PIECES);
    }
    b->pieces[b->n++] = p;
    b->size += p.len;
    return FERRY_OK;
}

static void begin_part(struct flat *f, struct span *part)
{
    f->open = part;
    part->at = f->out->len;
    part->len = 0;
}

static int32_t begin_header(struct flat *f, struct ferry_str name)
{
    if (f->n_headers == REQUEST_HEADERS) {
        return ferry_fail(f->err, FERRY_E_BUG, NULL, "more than %d headers", REQUEST_HEADERS);
    }
    begin_part(f, &f->names[f->n_headers]);
    buf_put(f->out, name);
    f->names[f->n_headers].len = (size_t)name.len;
    begin_part(f, &f->texts[f->n_headers]);
    f->n_headers++;
    return f->out->failed;
}

static int32_t write_record(struct flat *f, const struct request_record *rec)
{
    int32_t rc = FERRY_OK;
    size_t at = f->out->len;
    switch (rec->tag) {
    case TAG_METHOD:
    case TAG_TARGET: {
        struct span *part = rec->tag == TAG_METHOD ? &f->method : &f->target;
        begin_part(f, part);
        rc = buf_put(f->out, rec->bytes);
        break;
    }
    case TAG_HEADER:
        return begin_header(f, rec->bytes);
    case TAG_BODY:
        begin_part(f, &f->body);
        f->in_body = 1;
        break;
    case TAG_TEXT:
        rc = buf_put(f->out, rec->bytes);
        break;
    case TAG_SECRET:
        rc = put_secret(f, rec->bytes);
        break;
    case TAG_BLOB:
        if (f->pieces) {
            return note_blob(f, rec->bytes);
        }
        rc = put_blob(f, rec->bytes);
        break;
    case TAG_STATUS:
    case TAG_SPOOL:
        return FERRY_OK;
    }
    if (rc == FERRY_OK && f->open) {
        f->open->len = f->out->len - f->open->at;
    }
    return rc == FERRY_OK && f->pieces && f->in_body ? note_bytes(f, at) : rc;
}

static int32_t write_records(struct flat *f, const struct request *r)
{
    struct request_record rec;
    size_t at = 0;
    int32_t rc = FERRY_OK;
    struct ferry_str parts = request_packed(r);
    while (rc == FERRY_OK && request_next(parts, &at, &rec)) {
        rc = write_record(f, &rec);
    }
    return rc;
}

static struct ferry_str view(const struct flat *f, struct span s)
{
    return (struct ferry_str){f->out->ptr ? f->out->ptr + s.at : NULL, s.len};
}

static int32_t flatten(struct flat *f, const struct request *r, const struct request *dress,
                       struct ferry_kv headers[REQUEST_HEADERS], struct ferry_message *out)
{
    buf_reset(f->out);
    int32_t rc = dress ? write_records(f, dress) : FERRY_OK;
    if (rc == FERRY_OK) {
        rc = write_records(f, r);
    }
    if (rc == FERRY_OK && f->out->failed) {
        rc = f->out->failed == FERRY_E_NO_MEMORY
                 ? ferry_fail(f->err, f->out->failed, NULL, "a request: out of memory")
                 : ferry_fail(f->err, f->out->failed, NULL, "the request is longer than %zu bytes",
                              f->out->max);
    }
    if (rc) {
        return rc;
    }
    for (uint32_t i = 0; i < f->n_headers; i++) {
        headers[i] = (struct ferry_kv){view(f, f->names[i]), view(f, f->texts[i])};
    }
    *out = (struct ferry_message){
        .size = sizeof *out,
        .status = r->status,
        .method = view(f, f->method),
        .target = view(f, f->target),
        .headers = headers,
        .n_headers = f->n_headers,
        .body = f->pieces ? (struct ferry_str){NULL, 0} : view(f, f->body),
    };
    return FERRY_OK;
}

int32_t request_flatten(const struct request *r, const struct request *dress,
                        const struct request_values *values, struct spool *spool,
                        struct buf *storage, struct ferry_kv headers[REQUEST_HEADERS],
                        struct ferry_message *out, struct ferry_error *err)
{
    return request_flatten_head(r, dress, values, spool, storage, headers, out, NULL, err);
}

int32_t request_flatten_head(const struct request *r, const struct request *dress,
                             const struct request_values *values, struct spool *spool,
                             struct buf *storage, struct ferry_kv headers[REQUEST_HEADERS],
                             struct ferry_message *out, struct request_body *body,
                             struct ferry_error *err)
{
    struct flat *f = calloc(1, sizeof *f);
    if (!f) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "a request: out of memory");
    }
    *f =
        (struct flat){.values = values, .spool = spool, .out = storage, .err = err, .pieces = body};
    if (body) {
        body->n = 0;
        body->size = 0;
    }
    int32_t rc = flatten(f, r, dress, headers, out);
    free(f);
    return rc;
}

int64_t request_body_read(const struct request_body *body, const struct buf *storage,
                          struct spool *spool, uint64_t at, void *to, uint64_t n)
{
    for (uint32_t i = 0; i < body->n; i++) {
        const struct request_piece *p = &body->pieces[i];
        if (at < p->begin || at - p->begin >= p->len) {
            continue;
        }
        uint64_t in = at - p->begin, left = p->len - in;
        n = n < left ? n : left;
        if (!p->digest.ptr) {
            memcpy(to, storage->ptr + p->at + in, (size_t)n);
            return (int64_t)n;
        }
        int64_t got = spool_read(spool, p->digest, p->offset + in, to, n);
        return got == 0 ? -FERRY_E_IO : got; /* shorter than it was a moment ago */
    }
    return 0;
}

void request_show(const struct request *r, struct buf *out)
{
    struct request_record rec;
    size_t at = 0;
    struct ferry_str parts = request_packed(r);
    while (request_next(parts, &at, &rec)) {
        switch (rec.tag) {
        case TAG_METHOD:
            buf_put(out, rec.bytes);
            buf_putc(out, ' ');
            break;
        case TAG_TARGET:
        case TAG_TEXT:
            buf_put(out, rec.bytes);
            break;
        case TAG_HEADER:
            buf_printf(out, "\n%.*s: ", STR_ARG(rec.bytes));
            break;
        case TAG_BODY:
            buf_puts(out, "\n\n");
            break;
        case TAG_SECRET:
            buf_printf(out, "${%.*s}", STR_ARG(str_sub(rec.bytes, 1, rec.bytes.len)));
            break;
        case TAG_BLOB:
            buf_printf(out, "<%.*s>", STR_ARG(str_sub(rec.bytes, 16, rec.bytes.len)));
            break;
        case TAG_STATUS:
            buf_printf(out, "%u", r->status);
            break;
        case TAG_SPOOL:
            break;
        }
    }
    buf_putc(out, '\n');
}

void request_show_body(const struct request *r, struct buf *out)
{
    struct request_record rec;
    size_t at = 0;
    int in_body = 0;
    struct ferry_str parts = request_packed(r);
    while (request_next(parts, &at, &rec)) {
        in_body |= rec.tag == TAG_BODY;
        if (in_body && rec.tag == TAG_TEXT) {
            buf_put(out, rec.bytes);
        } else if (in_body && rec.tag == TAG_SECRET) {
            buf_printf(out, "${%.*s}", STR_ARG(str_sub(rec.bytes, 1, rec.bytes.len)));
        } else if (in_body && rec.tag == TAG_BLOB) {
            buf_printf(out, "<%.*s>", STR_ARG(str_sub(rec.bytes, 16, rec.bytes.len)));
        }
    }
}

static int32_t blob_each(struct spool *spool, const struct request_record *rec,
                         int32_t (*fn)(void *data, struct ferry_str piece), void *data,
                         struct ferry_error *err)
{
    char piece[16384];
    uint64_t at = request_le(rec->bytes.ptr, 8), left = request_le(rec->bytes.ptr + 8, 8);
    struct ferry_str digest = str_sub(rec->bytes, 16, rec->bytes.len);
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && left > 0) {
        int64_t got =
            spool_read(spool, digest, at, piece, left < sizeof piece ? left : sizeof piece);
        if (got <= 0) {
            return ferry_fail(err, got ? (int32_t)-got : FERRY_E_IO, "", "%.*s: not in the spool",
                              STR_ARG(digest));
        }
        rc = fn(data, (struct ferry_str){piece, (uint64_t)got});
        at += (uint64_t)got;
        left -= (uint64_t)got;
    }
    return rc;
}

int32_t request_body_each(const struct request *r, struct spool *spool,
                          int32_t (*fn)(void *data, struct ferry_str piece), void *data,
                          struct ferry_error *err)
{
    struct request_record rec;
    size_t at = 0;
    int in_body = 0;
    int32_t rc = FERRY_OK;
    char name[80];
    while (rc == FERRY_OK && request_next(request_packed(r), &at, &rec)) {
        in_body |= rec.tag == TAG_BODY;
        if (in_body && rec.tag == TAG_TEXT) {
            rc = fn(data, rec.bytes);
        } else if (in_body && rec.tag == TAG_SECRET) {
            snprintf(name, sizeof name, "${%.*s}", STR_ARG(str_sub(rec.bytes, 1, 64)));
            rc = fn(data, ferry_cstr(name));
        } else if (in_body && rec.tag == TAG_BLOB) {
            rc = blob_each(spool, &rec, fn, data, err);
        }
    }
    return rc;
}

struct ferry_str request_header(const struct request *r, const char *name)
{
    struct request_record rec;
    size_t at = 0;
    int here = 0;
    while (request_next(request_packed(r), &at, &rec)) {
        if (here && rec.tag == TAG_TEXT) {
            return rec.bytes;
        }
        here = rec.tag == TAG_HEADER && str_is_nocase(rec.bytes, name);
    }
    return (struct ferry_str){NULL, 0};
}
