/* SPDX-License-Identifier: MIT */
/*
 * http_trace.h - an exchange for who looks on with -vv: its lines begin with its number, since several go on at once. A value that is added when it
 * is sent, or whose name is one of those that secrets travel under, is never shown; the rest passes the log's filter.
 */
#ifndef HOST_HTTP_TRACE_H
#define HOST_HTTP_TRACE_H

#include "http_transfer.h"

/* Its URL for people: a query of another host's may be what opens the door there, and is left out. */
struct ferry_str http_trace_url(const struct http_transfer *t);
/* What is about to be sent. */
void http_trace_request(struct http_transfer *t, struct ferry_str method);
/* How it ended, and what took how long. */
void http_trace_end(const struct http_transfer *t);

#endif
