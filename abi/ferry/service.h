/* SPDX-License-Identifier: MIT */
/*
 * service.h - ferry.service/1: a server without a socket. One request in, one
 * answer out; all state through SQL. The host calls it in process or behind a
 * listener, opens one transaction around each call, and commits before the
 * first byte of the answer leaves: an answered request is a stored one.
 *
 * Since level 1.
 */
#ifndef FERRY_SERVICE_H
#define FERRY_SERVICE_H

#include "host.h"

#define FERRY_SERVICE_1 "ferry.service/1"

/* What a service gets with each request. [call] one at a time per state; the host serialises. */
struct ferry_service_call {
    uint32_t size;
    uint32_t n_options;
    const struct ferry_kv *options;
    const struct ferry_host *host; /* sql, blob, log */
    int64_t now_ms;                /* the only clock a service has */
    uint64_t serial; /* counts requests of this state from 1: for ids, not for chance */
};

struct ferry_service {
    /* NULL-ended SQL scripts: step n brings the state from n to n+1. Steps never change; new ones are appended. */
    const char *const *schema;

    /* Puts the first content (a mock's sample project) into an empty state. May be NULL. */
    int32_t (*seed)(const struct ferry_service_call *call, struct ferry_error *err);

    /*
     * Answers through out->status, header, body. OK commits, whatever the HTTP
     * status; an error rolls back and the host answers 500 with err in the log.
     * Unknown routes are 404, wrong methods 405.
     */
    int32_t (*handle)(const struct ferry_service_call *call, const struct ferry_message *request,
                      const struct ferry_out *out, struct ferry_error *err);

    /* The whole state as sorted lines of text, for tests and comparisons. May be NULL. */
    int32_t (*dump)(const struct ferry_service_call *call, const struct ferry_out *out,
                    struct ferry_error *err);
};

#endif
