/* SPDX-License-Identifier: MIT */
/*
 * http.h - one message, seen from both ends. A codec writes requests and reads answers; a service
 * reads requests and writes answers. Both write through ferry_out, so nothing is allocated here
 * and freed there.
 *
 * Since level 1.
 */
#ifndef FERRY_HTTP_H
#define FERRY_HTTP_H

#include "model.h"

/* A whole message. Valid until the call returns. */
struct ferry_message {
    uint32_t size;
    uint32_t status;                /* an answer's HTTP status; 0 in a request */
    struct ferry_str method;        /* a request's */
    struct ferry_str target;        /* path and query, percent-encoded, as sent */
    const struct ferry_kv *headers; /* names in lower case, in order of arrival */
    uint32_t n_headers, reserved;
    struct ferry_str body;         /* bytes: all of it, in one piece; the host maps large ones */
    const struct ferry_blob *blob; /* the body instead, where it went to the spool */
};

/* How a secret is written at its place. */
enum {
    FERRY_RAW = 0,
    FERRY_IN_JSON = 1, /* escaped for the inside of a JSON string */
    FERRY_IN_FORM = 2, /* percent-encoded */
    FERRY_IN_BASIC =
        3 /* base64 of the text and what stands in `name` before a ':' ("user:token") */
};

/* Something a person should know: counted and named in the receipt. */
enum {
    FERRY_NOTE_CUT = 1,       /* text was shortened to fit */
    FERRY_NOTE_CORRECTED = 2, /* a value was changed to be taken */
    FERRY_NOTE_SKIPPED = 3,   /* a part of the item was left out */
    FERRY_NOTE_WARNING = 4,
    FERRY_NOTE_DUPLICATE = 5 /* the thing exists more than once */
};
struct ferry_note {
    uint32_t size;
    uint32_t kind;          /* FERRY_NOTE_* */
    struct ferry_str field; /* what it is about: "title", "time" */
    struct ferry_str text;
};

/*
 * The writer. The host owns the buffer; calls append to the part that was opened last. Errors
 * latch: after the first failure the calls do nothing and the host ignores the plugin's result, so
 * return values may be ignored. Every call returns a status unless it says otherwise. [call]
 *
 *   start   opens the request line (method; target relative to the base URL, or absolute)
 *   status  opens an answer instead (services only)
 *   header  opens a header (name in lower case); its value follows through text() and secret()
 *   body    opens the body
 *   text    appends bytes to the part opened last
 *   secret  appends a named secret option or session value: filled in when sent, never stored
 *   blob    appends a range of spooled bytes, streamed when sent (body only; len 0: to the end)
 *   size    bytes in the body so far, blobs included
 *   cut     takes the body back to an earlier size(): undo for the item that did not fit
 *   spool   the answer's body, if 2xx, goes to the spool, at most `max` bytes; message.blob names it
 *   note    about ops[index]: cut, corrected, skipped
 *   need    a fact is missing; then return FERRY_E_NEED. Who lacks several names them all: they are asked
 *           for at once
 */
struct ferry_out {
    void *self;
    int32_t (*start)(void *self, struct ferry_str method, struct ferry_str target);
    int32_t (*status)(void *self, uint32_t status);
    int32_t (*header)(void *self, struct ferry_str name);
    int32_t (*body)(void *self);
    int32_t (*text)(void *self, struct ferry_str bytes);
    int32_t (*secret)(void *self, struct ferry_str name, uint32_t encoding);
    int32_t (*blob)(void *self, struct ferry_str digest, uint64_t offset, uint64_t len);
    uint64_t (*size)(void *self);
    int32_t (*cut)(void *self, uint64_t size);
    int32_t (*spool)(void *self, uint64_t max);
    int32_t (*note)(void *self, uint32_t index, const struct ferry_note *note);
    int32_t (*need)(void *self, struct ferry_str fact);
};

#endif
