/* SPDX-License-Identifier: MIT */
/*
 * http_client.h - the one libcurl of this process: a multi handle that every destination's transport (transport_curl.h) puts its
 * exchanges into, so that connections are kept and shared. It runs in the thread that calls it and nowhere else.
 *
 * It knows when a transfer begins and ends, and what that means: NOT_SENT, UNSURE or ANSWERED. It never sends a request twice,
 * which libcurl would do by itself on a kept connection that died; never follows a redirect; never queues: whoever submits has
 * waited for his turn before.
 */
#ifndef HOST_HTTP_CLIENT_H
#define HOST_HTTP_CLIENT_H

#include "transport.h"

#include <clock.h>

struct spool;

/* How long what may take. */
struct http_times {
    int64_t connect_ms; /* until there is a connection, TLS included */
    int64_t
        idle_ms; /* without a byte in either direction; longer than the slowest answer takes to begin */
    int64_t whole_ms; /* one exchange */
};

struct http_client;
/* E_NO_MEMORY; E_UNSUPPORTED where this libcurl lacks what is needed. `times` is copied, `clock` outlives it. */
int32_t http_client_create(struct http_client **out, const struct http_times *times,
                           struct clock *clock, struct ferry_error *err);
void http_client_destroy(struct http_client *c); /* accepts NULL; transports were closed before */

/* How a destination is talked to. Texts live as long as its transport. */
struct http_route {
    struct ferry_str base;               /* checked by option_value() */
    struct ferry_str ca_file, ca_folder; /* absent: as the environment says, else the system's */
    struct ferry_str proxy; /* absent: as the environment says; loopback never has one */
    int skip_verify;        /* certificates are not checked */
    struct spool *spool;    /* blobs of requests, bodies of spooled answers */
};

/* One exchange on its way. `owner` is given back with it. */
struct http_transfer;
int32_t http_begin(struct http_client *c, const struct http_route *route, struct exchange *x,
                   void *owner, struct ferry_error *err);
/* Lets transfers go on, at most wait_ms, until one has ended. Each that has is handed to `ended` with its owner. */
typedef void http_ended_fn(void *owner, struct exchange *x);
void http_run(struct http_client *c, int64_t wait_ms, http_ended_fn *ended);
/* Drops what an owner has under way; its exchanges are not touched again. */
void http_drop(struct http_client *c, const void *owner);

#endif
