/* SPDX-License-Identifier: MIT */
/*
 * request.c - the packed form of a message, and the writer of it.
 *
 * Packed: records of {tag, u32 length, bytes}, little-endian (request_parts.h).
 */
#include "request.h"

#include "request_parts.h"

#include <ctype.h>
#include <text.h>

enum { RECORD_HEAD = 5, NO_TEXT = 0 };
enum state { STATE_NEW = 0, STATE_STARTED = 1, STATE_HEADER = 2, STATE_BODY = 3 };

uint64_t request_le(const char *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = n; i-- > 0;) {
        v = v << 8 | (unsigned char)p[i];
    }
    return v;
}

static void set_le(char *p, unsigned n, uint64_t v)
{
    for (unsigned i = 0; i < n; i++, v >>= 8) {
        p[i] = (char)(v & 0xff);
    }
}

/* --- walking ------------------------------------------------------------------ */

int request_next(struct ferry_str parts, size_t *at, struct request_record *rec)
{
    if (parts.len - *at < RECORD_HEAD) {
        return 0;
    }
    uint64_t n = request_le(parts.ptr + *at + 1, 4);
    if (n > parts.len - *at - RECORD_HEAD) {
        return 0;
    }
    rec->tag = (enum request_tag)parts.ptr[*at];
    rec->bytes = (struct ferry_str){parts.ptr + *at + RECORD_HEAD, n};
    rec->at = *at;
    *at += RECORD_HEAD + (size_t)n;
    return 1;
}

/* --- writing ------------------------------------------------------------------ */

static int32_t latch(struct request *r, int32_t rc)
{
    if (r->failed == FERRY_OK && rc != FERRY_OK) {
        r->failed = rc;
    }
    return r->failed;
}

static int32_t put_record(struct request *r, enum request_tag tag, struct ferry_str bytes)
{
    char head[RECORD_HEAD];
    if (r->failed) {
        return r->failed;
    }
    if (bytes.len > UINT32_MAX) {
        return latch(r, FERRY_E_TOO_LARGE);
    }
    head[0] = (char)tag;
    set_le(head + 1, 4, bytes.len);
    buf_put(&r->parts, (struct ferry_str){head, RECORD_HEAD});
    return latch(r, buf_put(&r->parts, bytes));
}

/* What would end a line or a word early and begin another is the plugin's bug, and never leaves this process. */
static int has_control(struct ferry_str s, unsigned char first_allowed)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < first_allowed || s.ptr[i] == 0x7f) {
            return 1;
        }
    }
    return 0;
}

static int is_word(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '-' && s.ptr[i] != '_') {
            return 0;
        }
    }
    return s.len > 0;
}

static int32_t out_start(void *self, struct ferry_str method, struct ferry_str target)
{
    struct request *r = self;
    if (r->state != STATE_NEW || !is_word(method) || str_empty(target) ||
        has_control(target, '!')) {
        return latch(r, FERRY_E_BUG);
    }
    r->state = STATE_STARTED;
    put_record(r, TAG_METHOD, method);
    return put_record(r, TAG_TARGET, target);
}

static int32_t out_status(void *self, uint32_t status)
{
    struct request *r = self;
    char bytes[4];
    if (r->state != STATE_NEW || status < 100 || status > 599) {
        return latch(r, FERRY_E_BUG);
    }
    r->state = STATE_STARTED;
    r->status = status;
    set_le(bytes, 4, status);
    return put_record(r, TAG_STATUS, (struct ferry_str){bytes, 4});
}

static int32_t out_header(void *self, struct ferry_str name)
{
    struct request *r = self;
    if (r->state == STATE_BODY || !is_word(name)) {
        return latch(r, FERRY_E_BUG);
    }
    r->state =
        STATE_HEADER; /* without a request line: dress(), whose headers join another request */
    return put_record(r, TAG_HEADER, name);
}

static int32_t out_body(void *self)
{
    struct request *r = self;
    if (r->state != STATE_STARTED && r->state != STATE_HEADER) {
        return latch(r, FERRY_E_BUG);
    }
    r->state = STATE_BODY;
    put_record(r, TAG_BODY, (struct ferry_str){NULL, 0});
    r->body_at = r->parts.len;
    return r->failed;
}

/* Adds to the text record that stands last, so that a body written in small pieces is one record. */
static int32_t append_text(struct request *r, struct ferry_str bytes)
{
    size_t at = r->last_text;
    uint64_t n = request_le(r->parts.ptr + at + 1, 4);
    if (n + bytes.len > UINT32_MAX) {
        return latch(r, FERRY_E_TOO_LARGE);
    }
    if (latch(r, buf_put(&r->parts, bytes)) == FERRY_OK) {
        set_le(r->parts.ptr + at + 1, 4, n + bytes.len);
    }
    return r->failed;
}

/* In a header; a TAB may stand in one. */
static int has_control_but_tab(struct ferry_str s)
{
    struct ferry_str piece;
    int found = 0;
    while (!found && str_split(&s, '\t', &piece)) {
        found = has_control(piece, ' ');
    }
    return found;
}

static int32_t out_text(void *self, struct ferry_str bytes)
{
    struct request *r = self;
    if (r->failed || bytes.len == 0) {
        return r->failed;
    }
    if (r->state != STATE_BODY && (r->state != STATE_HEADER || has_control_but_tab(bytes))) {
        return latch(r, FERRY_E_BUG);
    }
    if (r->state == STATE_BODY) {
        r->body_size += bytes.len;
    }
    if (r->last_text != NO_TEXT && r->text_end == r->parts.len) {
        append_text(r, bytes);
    } else {
        r->last_text = r->parts.len;
        put_record(r, TAG_TEXT, bytes);
    }
    r->text_end = r->parts.len;
    return r->failed;
}

static int32_t out_secret(void *self, struct ferry_str name, uint32_t encoding)
{
    struct request *r = self;
    char bytes[256];
    if ((r->state != STATE_HEADER && r->state != STATE_BODY) || str_empty(name) ||
        name.len >= sizeof bytes || encoding > FERRY_IN_BASIC) {
        return latch(r, FERRY_E_BUG);
    }
    bytes[0] = (char)encoding;
    memcpy(bytes + 1, name.ptr, (size_t)name.len);
    return put_record(r, TAG_SECRET, (struct ferry_str){bytes, name.len + 1});
}

static int32_t out_blob(void *self, struct ferry_str digest, uint64_t offset, uint64_t len)
{
    struct request *r = self;
    char bytes[16 + 128];
    if (r->state != STATE_BODY || str_empty(digest) || digest.len > 128) {
        return latch(r, FERRY_E_BUG);
    }
    set_le(bytes, 8, offset);
    set_le(bytes + 8, 8, len);
    memcpy(bytes + 16, digest.ptr, (size_t)digest.len);
    r->body_size += len;
    return put_record(r, TAG_BLOB, (struct ferry_str){bytes, digest.len + 16});
}

/* A codec asks for the size before what it may have to undo: what stands here now has no size (secrets), but stays. */
static uint64_t out_size(void *self)
{
    struct request *r = self;
    r->mark_size = r->body_size;
    r->mark_at = r->parts.len;
    return r->body_size;
}

static int32_t out_cut(void *self, uint64_t size)
{
    struct request *r = self;
    size_t at = r->body_at;
    uint64_t seen = 0;
    struct request_record rec;
    if (r->failed) {
        return r->failed;
    }
    if (r->state != STATE_BODY || size > r->body_size) {
        return latch(r, FERRY_E_BUG);
    }
    size_t marked = size == r->mark_size ? r->mark_at : 0;
    while ((seen < size || at < marked) && request_next(buf_str(&r->parts), &at, &rec)) {
        uint64_t n = rec.tag == TAG_TEXT   ? rec.bytes.len
                     : rec.tag == TAG_BLOB ? request_le(rec.bytes.ptr + 8, 8)
                                           : 0;
        if (n > size - seen) { /* the cut falls inside: only text can be shortened */
            if (rec.tag != TAG_TEXT) {
                return latch(r, FERRY_E_BUG);
            }
            n = size - seen;
            set_le(r->parts.ptr + rec.at + 1, 4, n);
            at = rec.at + RECORD_HEAD + (size_t)n;
        }
        seen += n;
    }
    buf_cut(&r->parts, at);
    r->last_text = NO_TEXT;
    r->body_size = size;
    return FERRY_OK;
}

static int32_t out_spool(void *self, uint64_t max)
{
    struct request *r = self;
    char bytes[8];
    if (r->state == STATE_NEW || r->state == STATE_BODY || max == 0) {
        return latch(r, FERRY_E_BUG);
    }
    r->spool_max = max;
    set_le(bytes, 8, max);
    return put_record(r, TAG_SPOOL, (struct ferry_str){bytes, 8});
}

static int32_t out_note(void *self, uint32_t index, const struct ferry_note *note)
{
    struct request *r = self;
    if (!r->note) {
        return latch(r, FERRY_E_BUG);
    }
    return latch(r, r->note(r->notes_self, index, note));
}

static int32_t out_need(void *self, struct ferry_str fact)
{
    struct request *r = self;
    if (!r->need) {
        return latch(r, FERRY_E_BUG);
    }
    return latch(r, r->need(r->notes_self, fact));
}

struct ferry_out request_out(struct request *r)
{
    return (struct ferry_out){
        .self = r,
        .start = out_start,
        .status = out_status,
        .header = out_header,
        .body = out_body,
        .text = out_text,
        .secret = out_secret,
        .blob = out_blob,
        .size = out_size,
        .cut = out_cut,
        .spool = out_spool,
        .note = out_note,
        .need = out_need,
    };
}

/* --- life ---------------------------------------------------------------------- */

void request_init(struct request *r, size_t max)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->parts, max);
}

void request_finish(struct request *r)
{
    buf_finish(&r->parts);
    memset(r, 0, sizeof *r);
}

void request_reset(struct request *r)
{
    struct buf parts = r->parts;
    void *self = r->notes_self;
    int32_t (*note)(void *, uint32_t, const struct ferry_note *) = r->note;
    int32_t (*need)(void *, struct ferry_str) = r->need;
    buf_reset(&parts);
    memset(r, 0, sizeof *r);
    r->parts = parts;
    r->notes_self = self;
    r->note = note;
    r->need = need;
}

/* Records of a length that others rely on. */
static int is_whole(const struct request_record *rec)
{
    switch (rec->tag) {
    case TAG_METHOD:
    case TAG_TARGET:
    case TAG_HEADER:
        return rec->bytes.len > 0;
    case TAG_STATUS:
        return rec->bytes.len == 4;
    case TAG_SPOOL:
        return rec->bytes.len == 8;
    case TAG_SECRET:
        return rec->bytes.len > 1 && (unsigned char)rec->bytes.ptr[0] <= FERRY_IN_BASIC;
    case TAG_BLOB:
        return rec->bytes.len > 16;
    default:
        return 1;
    }
}

static int32_t fail_part(const struct request_record *rec, const char *what,
                         struct ferry_error *err)
{
    const char tag = (char)rec->tag;
    char shown[8]; /* any byte at all may stand there */
    return ferry_fail(err, FERRY_E_STATE, NULL, "stored request: part '%s' %s",
                      text_show_to(shown, sizeof shown, (struct ferry_str){&tag, 1}), what);
}

/* Sets the views and counters from the parts; also the check of a packed form. */
static int32_t index_parts(struct request *r, struct ferry_error *err)
{
    size_t at = 0;
    struct request_record rec;
    struct ferry_str parts = buf_str(&r->parts);
    r->body_size = 0;
    r->status = 0;
    r->state = STATE_NEW;
    while (request_next(parts, &at, &rec)) {
        if (!is_whole(&rec)) {
            return fail_part(&rec, "is damaged", err);
        }
        switch (rec.tag) {
        case TAG_METHOD:
            r->method = rec.bytes;
            break;
        case TAG_TARGET:
            r->target = rec.bytes;
            break;
        case TAG_STATUS:
            r->status = (uint32_t)request_le(rec.bytes.ptr, 4);
            break;
        case TAG_SPOOL:
            r->spool_max = request_le(rec.bytes.ptr, 8);
            break;
        case TAG_BODY:
            r->state = STATE_BODY;
            r->body_at = at;
            break;
        case TAG_TEXT:
            r->body_size += r->state == STATE_BODY ? rec.bytes.len : 0;
            break;
        case TAG_BLOB:
            r->body_size += request_le(rec.bytes.ptr + 8, 8);
            break;
        case TAG_HEADER:
        case TAG_SECRET:
            break;
        default:
            return fail_part(&rec, "is of no kind that this ferry knows", err);
        }
    }
    if (at != parts.len) {
        return ferry_fail(err, FERRY_E_STATE, NULL,
                          "stored request: cut off after %zu of %llu bytes", at,
                          (unsigned long long)parts.len);
    }
    return FERRY_OK;
}

int32_t request_seal(struct request *r, struct ferry_error *err)
{
    if (r->failed == FERRY_E_TOO_LARGE) {
        return ferry_fail(err, r->failed, NULL, "the request is longer than %zu bytes",
                          r->parts.max);
    }
    if (r->failed) {
        return ferry_fail(err, r->failed, NULL, "the plugin could not write its request: %s",
                          ferry_status_text(r->failed));
    }
    if (r->state == STATE_NEW) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the plugin wrote no request line");
    }
    return index_parts(r, err);
}

int32_t request_unpack(struct request *r, struct ferry_str packed, struct ferry_error *err)
{
    request_reset(r);
    if (buf_put(&r->parts, packed) != FERRY_OK) {
        return ferry_fail(err, r->parts.failed, NULL, "stored request: %s",
                          ferry_status_text(r->parts.failed));
    }
    int32_t rc = index_parts(r, err);
    if (rc == FERRY_OK && (!r->method.ptr || !r->target.ptr) && !r->status) {
        rc = ferry_fail(err, FERRY_E_STATE, NULL, "stored request: it has no request line");
    }
    return rc;
}

struct ferry_str request_packed(const struct request *r)
{
    return buf_str(&r->parts);
}
