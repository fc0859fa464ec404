/* SPDX-License-Identifier: MIT */
/*
 * request.h - one HTTP request or answer as ferry writes, stores and sends it.
 *
 * It is a row of parts: bytes, names of secrets, digests of spooled blobs. So a stored request holds no
 * secret and no attachment, and what is sent again later is the same to the byte. The packed form is what
 * the journal keeps; every later version must read it.
 *
 * A codec writes one through ferry_out (request_out). Errors latch in the request.
 */
#ifndef HOST_REQUEST_H
#define HOST_REQUEST_H

#include <buf.h>
#include <ferry/http.h>

struct spool;

struct request {
    struct buf parts;                /* packed; see request.c */
    struct ferry_str method, target; /* views into parts; set by request_seal() */
    uint32_t status;                 /* of an answer; 0 for a request */
    uint64_t body_size;              /* blobs included */
    uint64_t spool_max; /* > 0: a 2xx answer's body goes to the spool, at most so long */
    int32_t failed;     /* latched status */
    uint32_t state;     /* which part is open; private */
    size_t body_at, last_text, text_end, mark_at; /* private */
    uint64_t mark_size;                           /* private */
    /* Where notes and needed facts go; NULL: they are errors of the plugin. */
    void *notes_self;
    int32_t (*note)(void *self, uint32_t index, const struct ferry_note *note);
    int32_t (*need)(void *self, struct ferry_str fact);
};

/* `max` bytes of parts at most. */
void request_init(struct request *r, size_t max);
void request_finish(struct request *r); /* accepts zeroed */
void request_reset(struct request *r);

/* The writer for it; valid as long as r. */
struct ferry_out request_out(struct request *r);

/* Closes the writing: sets the views. Returns r->failed, or E_BUG where the plugin wrote no request line. */
int32_t request_seal(struct request *r, struct ferry_error *err);

/* A request from its packed form (copied). E_STATE where it is not one. */
int32_t request_unpack(struct request *r, struct ferry_str packed, struct ferry_error *err);
struct ferry_str request_packed(const struct request *r);

/* Values for secret parts: options and session values by name. Absent: not known. */
struct request_values {
    void *self;
    struct ferry_str (*get)(void *self, struct ferry_str name);
};

/*
 * The request as one flat message, secrets placed, blobs read, `dress` (may be NULL) adding its headers. Everything
 * in *out points into `storage` (emptied first), the headers into `headers` (at most REQUEST_HEADERS). E_CONFIG
 * where a secret is not known, naming it; E_IO where a blob is not in the spool.
 */
enum { REQUEST_HEADERS = 64 };
int32_t request_flatten(const struct request *r, const struct request *dress,
                        const struct request_values *values, struct spool *spool,
                        struct buf *storage, struct ferry_kv headers[REQUEST_HEADERS],
                        struct ferry_message *out, struct ferry_error *err);

/*
 * The same for a socket: blobs stay in the spool, and the body is read piece by piece while it is sent. out->body is absent;
 * `body` says what it is made of, and lives as long as `storage` and the request do.
 */
enum { REQUEST_PIECES = 128 };
struct request_piece {
    uint64_t begin, len;     /* where it lies in the body */
    size_t at;               /* in storage, where it is no blob */
    struct ferry_str digest; /* of a blob; a view into the request */
    uint64_t offset;         /* in the blob */
};
struct request_body {
    struct request_piece pieces[REQUEST_PIECES];
    uint32_t n;
    uint64_t size;
};
int32_t request_flatten_head(const struct request *r, const struct request *dress,
                             const struct request_values *values, struct spool *spool,
                             struct buf *storage, struct ferry_kv headers[REQUEST_HEADERS],
                             struct ferry_message *out, struct request_body *body,
                             struct ferry_error *err);
/* Up to n bytes of the body from `at`: how many, 0 at its end, -status where a blob cannot be read any more. */
int64_t request_body_read(const struct request_body *body, const struct buf *storage,
                          struct spool *spool, uint64_t at, void *to, uint64_t n);

/* For dry-run and traces: the request as text, secrets as ${name}, blobs as their digest; appended. */
void request_show(const struct request *r, struct buf *out);
/* The body alone, in the same way; or with the blobs' bytes, piece by piece: fn returns a status. */
void request_show_body(const struct request *r, struct buf *out);
int32_t request_body_each(const struct request *r, struct spool *spool,
                          int32_t (*fn)(void *data, struct ferry_str piece), void *data,
                          struct ferry_error *err);
/* The text of a header, as far as it is no secret; absent where there is none. The name in lower case. */
struct ferry_str request_header(const struct request *r, const char *name);

#endif
