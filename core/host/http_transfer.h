/* SPDX-License-Identifier: MIT */
/* http_transfer.h - one exchange as a libcurl handle: every option that is set, and what its end means. For http_client.c alone. */
#ifndef HOST_HTTP_TRANSFER_H
#define HOST_HTTP_TRANSFER_H

#include "http_answer.h"
#include "http_client.h"
#include "late_curl.h"

struct http_transfer {
    struct http_transfer *next;
    void *owner;
    CURL *easy;
    struct exchange *x;
    const struct http_route *route;
    struct curl_slist *headers;
    struct buf flat; /* the request as it is sent, secrets placed; wiped at the end */
    struct buf url;
    struct request_body body;
    uint64_t sent;
    int elsewhere; /* bytes kept at another host: asked for with nothing of ours, its headers say nothing of the account */
    uint32_t number; /* of those that are traced */
    uint32_t begun;  /* how often libcurl began to send it; 0: nothing left this process */
    int64_t moved_us, began_us; /* when a byte went either way; when it was submitted */
    struct clock *clock;
    struct http_answer answer;
    char text[CURL_ERROR_SIZE];
    char why[128]; /* it was given up by us: why; else empty */
};

/* Ready to be added to a multi handle. */
int32_t http_transfer_create(struct http_transfer **out, const struct http_route *route,
                             const struct http_times *times, struct clock *clock,
                             struct exchange *x, struct ferry_error *err);
/* Its end, into the exchange; `result` as libcurl says, or CURLE_ABORTED_BY_CALLBACK with `why`. */
void http_transfer_end(struct http_transfer *t, CURLcode result);
void http_transfer_destroy(
    struct http_transfer *t); /* accepts NULL; not in a multi handle any more */

#endif
