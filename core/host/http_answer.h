/* SPDX-License-Identifier: MIT */
/*
 * http_answer.h - an answer as it arrives: headers, and a body into memory or into the spool, unpacked where it is gzip, never
 * longer than allowed. Whether it came whole is known only at its end. For http_client.c alone.
 */
#ifndef HOST_HTTP_ANSWER_H
#define HOST_HTTP_ANSWER_H

#include "spool.h"
#include "transport.h"

#include <zlib.h>

struct http_answer {
    struct exchange *x;
    struct spool *spool;
    struct spool_writer *writer; /* of a spooled body, from its first byte on */
    struct buf head;             /* the headers' bytes, NUL-separated, of the last response */
    size_t name_at[REQUEST_HEADERS], name_len[REQUEST_HEADERS];
    size_t value_at[REQUEST_HEADERS], value_len[REQUEST_HEADERS];
    uint32_t n_headers, status;
    uint64_t bytes; /* of the body, unpacked */
    int head_ended, zipped, unzip_open, unzip_ended, begun;
    z_stream unzip;
    struct ferry_error error; /* why it is of no use; status OK: nothing yet */
};

/* Borrows x and spool; x->storage takes the body. */
void http_answer_init(struct http_answer *a, struct exchange *x, struct spool *spool);
void http_answer_finish(struct http_answer *a);

/* One line of a head, with its line end; a status line begins a new one. 0: cannot be taken. */
int http_answer_line(struct http_answer *a, struct ferry_str line);
/* More of the body. 0: too long, not gzip, or it could not be kept: a->error says. */
int http_answer_body(struct http_answer *a, struct ferry_str bytes);
/* The transfer ended well: x->answer is filled in, or a->error says what is missing. */
int32_t http_answer_end(struct http_answer *a);

#endif
