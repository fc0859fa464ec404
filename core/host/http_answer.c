/* SPDX-License-Identifier: MIT */
/* http_answer.c - see http_answer.h. */
#include "http_answer.h"

#include <text.h>

enum { HEAD_MAX = 256 * 1024, PIECE = 64 * 1024 };

void http_answer_init(struct http_answer *a, struct exchange *x, struct spool *spool)
{
    memset(a, 0, sizeof *a);
    a->x = x;
    a->spool = spool;
    a->error.size = sizeof a->error;
    buf_init(&a->head, HEAD_MAX);
    buf_reset(&x->storage);
}

void http_answer_finish(struct http_answer *a)
{
    if (a->unzip_open) {
        inflateEnd(&a->unzip);
    }
    spool_abort(a->writer);
    buf_finish(&a->head);
    memset(a, 0, sizeof *a);
}

/* --- the head -------------------------------------------------------------------------------- */

static int begin_head(struct http_answer *a, struct ferry_str line)
{
    struct ferry_str rest = line, word;
    int64_t status = 0;
    str_split(&rest, ' ', &word);
    str_split(&rest, ' ', &word);
    buf_reset(&a->head);
    a->n_headers = 0;
    a->zipped = 0;
    a->head_ended = 0;
    a->status = str_int64(str_trim(word), &status) ? (uint32_t)status : 0;
    return 1;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int http_answer_line(struct http_answer *a, struct ferry_str line)
{
    struct ferry_str value = line, name;
    char shown[200]; /* a server's words may want to be more than words */
    if (str_starts(line, "HTTP/1.")) {
        return begin_head(a, line);
    }
    if (str_starts(line, "HTTP/")) {
        ferry_fail(&a->error, FERRY_E_PROTOCOL, NULL,
                   "the answer says \"%s\", and HTTP/1.1 was asked for",
                   text_show_to(shown, sizeof shown, str_trim(str_sub(line, 0, 40))));
        return 0;
    }
    if (str_trim(line).len == 0) {
        a->head_ended = 1;
        return 1;
    }
    str_split(&value, ':', &name);
    if (!value.ptr || a->n_headers == REQUEST_HEADERS) { /* no header; more than anybody reads */
        return 1;
    }
    value = str_trim(value);
    uint32_t i = a->n_headers++;
    a->name_at[i] = a->head.len;
    a->name_len[i] = (size_t)name.len;
    for (uint64_t k = 0; k < name.len; k++) {
        buf_putc(&a->head, lower(name.ptr[k]));
    }
    struct ferry_str low = str_sub(buf_str(&a->head), a->name_at[i], a->head.len);
    a->zipped |= !a->head.failed && str_is(low, "content-encoding") &&
                 (str_is(value, "gzip") || str_is(value, "x-gzip"));
    a->value_at[i] = a->head.len;
    a->value_len[i] = (size_t)value.len;
    buf_put(&a->head, value);
    return !a->head.failed;
}

/* --- the body --------------------------------------------------------------------------------- */

static int goes_to_spool(const struct http_answer *a)
{
    return a->x->request->spool_max > 0 && a->status >= 200 && a->status < 300;
}

static int32_t keep(struct http_answer *a, struct ferry_str bytes)
{
    int spooled = goes_to_spool(a);
    uint64_t most = spooled ? a->x->request->spool_max : a->x->max_answer;
    a->bytes += bytes.len;
    if (most > 0 && a->bytes > most) {
        return ferry_fail(&a->error, FERRY_E_TOO_LARGE, NULL,
                          "an answer of more than %llu bytes, the most that is taken",
                          (unsigned long long)most);
    }
    if (!spooled) {
        return buf_put(&a->x->storage, bytes)
                   ? ferry_fail(&a->error, a->x->storage.failed, "an answer", "out of memory")
                   : FERRY_OK;
    }
    int32_t rc = a->writer ? FERRY_OK : spool_begin(a->spool, &a->writer, &a->error);
    return rc ? rc : spool_write(a->writer, bytes, &a->error);
}

static int32_t unpack(struct http_answer *a, struct ferry_str bytes)
{
    enum { GZIP = 16 + MAX_WBITS };
    unsigned char piece[PIECE];
    int32_t rc = FERRY_OK;
    int z = Z_OK;
    if (!a->unzip_open && inflateInit2(&a->unzip, GZIP) != Z_OK) {
        return ferry_fail(&a->error, FERRY_E_NO_MEMORY, "an answer", "out of memory");
    }
    a->unzip_open = 1;
    a->unzip.next_in = (unsigned char *)(uintptr_t)bytes.ptr;
    a->unzip.avail_in = (unsigned)bytes.len;
    while (rc == FERRY_OK && z == Z_OK && !a->unzip_ended) {
        a->unzip.next_out = piece;
        a->unzip.avail_out = sizeof piece;
        z = inflate(&a->unzip, Z_NO_FLUSH);
        if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR) {
            return ferry_fail(&a->error, FERRY_E_PROTOCOL, NULL, "the gzip body is damaged");
        }
        a->unzip_ended = z == Z_STREAM_END;
        rc = keep(a, (struct ferry_str){(const char *)piece, sizeof piece - a->unzip.avail_out});
    }
    return rc;
}

int http_answer_body(struct http_answer *a, struct ferry_str bytes)
{
    a->begun = 1;
    return (a->zipped ? unpack(a, bytes) : keep(a, bytes)) == FERRY_OK;
}

/* --- the end ------------------------------------------------------------------------------------ */

/* The headers behind the body, so that everything of the answer lives in x->storage. */
static int32_t fill_in(struct http_answer *a)
{
    struct exchange *x = a->x;
    size_t body = x->storage.len;
    if (buf_put(&x->storage, buf_str(&a->head))) {
        return ferry_fail(&a->error, x->storage.failed, "an answer", "out of memory");
    }
    const char *head = x->storage.ptr ? x->storage.ptr + body : "";
    for (uint32_t i = 0; i < a->n_headers; i++) {
        x->headers[i].key = (struct ferry_str){head + a->name_at[i], a->name_len[i]};
        x->headers[i].value = (struct ferry_str){head + a->value_at[i], a->value_len[i]};
    }
    x->answer = (struct ferry_message){
        .size = sizeof x->answer,
        .status = a->status,
        .headers = x->headers,
        .n_headers = a->n_headers,
        .body = {x->storage.ptr, body},
    };
    return FERRY_OK;
}

static int32_t end_spooled(struct http_answer *a)
{
    struct exchange *x = a->x;
    uint64_t bytes = 0;
    int32_t rc = a->writer ? FERRY_OK : spool_begin(a->spool, &a->writer, &a->error);
    if (rc) {
        return rc;
    }
    rc = spool_end(a->writer, x->blob_digest, &bytes, &a->error);
    a->writer = NULL;
    x->blob = (struct ferry_blob){sizeof x->blob, 0, ferry_cstr(x->blob_digest), bytes};
    return rc;
}

int32_t http_answer_end(struct http_answer *a)
{
    if (!a->head_ended) { /* libcurl takes a head that ends with the connection for a whole one */
        return ferry_fail(&a->error, FERRY_E_PROTOCOL, NULL,
                          "the head of the answer was cut short");
    }
    if (a->zipped && a->begun && !a->unzip_ended) {
        return ferry_fail(&a->error, FERRY_E_PROTOCOL, NULL, "the gzip body was cut short");
    }
    int spooled = goes_to_spool(a);
    int32_t rc = spooled ? end_spooled(a) : FERRY_OK;
    rc = rc ? rc : fill_in(a);
    if (rc == FERRY_OK && spooled) {
        a->x->answer.body = (struct ferry_str){NULL, 0};
        a->x->answer.blob = &a->x->blob;
    }
    return rc;
}
