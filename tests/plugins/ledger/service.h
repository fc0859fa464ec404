/* SPDX-License-Identifier: MIT */
/* service.h - between the parts of the ledger's server: one request in hand, and the few ways to ask and answer. */
#ifndef LEDGER_SERVICE_H
#define LEDGER_SERVICE_H

#include "ledger.h"

#include <arena.h>

enum { LEDGER_PARTS = 6, LEDGER_QUERY = 8 };

struct ledger_request {
    const struct ferry_service_call *call;
    const struct ferry_message *message;
    const struct ferry_out *out;
    struct ferry_error *err;
    const struct ferry_sql *sql;
    const struct ferry_blobs *blobs;
    struct arena arena;                   /* ends with the request */
    struct ferry_str parts[LEDGER_PARTS]; /* of the path, decoded */
    struct ferry_kv query[LEDGER_QUERY];  /* decoded */
    uint32_t n_parts, n_query;
    struct ferry_str project;
};

/* --- service.c ------------------------------------------------------------------ */

/* A whole answer of JSON. */
int32_t ledger_reply(struct ledger_request *r, uint32_t status, struct ferry_str json);
/* {"error": "..."}; returns OK: a refusal is an answer. */
int32_t ledger_refuse(struct ledger_request *r, uint32_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One statement; `args` may be NULL. The first column of the first row in *out (may be NULL), else `fallback`. */
int32_t ledger_sql(struct ledger_request *r, const char *sql, const struct ferry_value *args,
                   uint32_t n, int64_t fallback, int64_t *out);
/* Writes one line into the ledger proper: this was applied once more. */
int32_t ledger_applied(struct ledger_request *r, const char *kind, struct ferry_str name);

/* --- post.c: everything that changes something ------------------------------------- */

int32_t ledger_post_cases(struct ledger_request *r);
int32_t ledger_post_run(struct ledger_request *r);
int32_t ledger_post_results(struct ledger_request *r, int64_t run);
int32_t ledger_post_complete(struct ledger_request *r, int64_t run);
int32_t ledger_post_attachment(struct ledger_request *r);

/* --- report.c: everything that only reads ------------------------------------------- */

int32_t ledger_get_list(struct ledger_request *r, const char *noun);
int32_t ledger_get_attachment(struct ledger_request *r, struct ferry_str id);
int32_t ledger_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                    struct ferry_error *err);

#endif
