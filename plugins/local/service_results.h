/* SPDX-License-Identifier: MIT */
/*
 * service_results.h - results on their way in, between the passes: service_results.c reads them,
 * service_results_write.c looks up what they name and writes them.
 */
#ifndef LOCAL_SERVICE_RESULTS_H
#define LOCAL_SERVICE_RESULTS_H

#include "service.h"

/* One result between the passes; texts in the arena. */
struct incoming {
    struct ferry_str wire_id, signature, title, key, status, body;
    struct ferry_value start_ms, duration_us;
    const struct ferry_str *digests;
    uint32_t n_digests;
    uint32_t first; /* the first of the batch that is the same in what was asked of mark_firsts() */
    int64_t wire_key; /* a hash of the wire id: what it is looked up by, since it is short */
    int64_t case_id, id;
    int existed, case_created;
};

struct batch {
    struct http *h;
    struct incoming *rows;
    uint32_t n, bad;
    uint32_t bad_status; /* 400 where any item is malformed, else 422 */
    struct buf text;     /* of the item in hand */
    struct ferry_str key_field;
};

/* An item that cannot be taken, and why. */
void local_batch_spoil(struct batch *b, uint32_t index, uint32_t status, const char *member,
                       const char *message);
/* Finds what is there already and what is named; spoils what names nothing. */
int32_t local_batch_look_up(struct batch *b);
/* Writes what is new. `state`: of the run. */
int32_t local_batch_write(struct batch *b, struct ferry_str state);
int64_t local_hash(struct ferry_str text);
/* service_known.c: which rows the run holds already (`existed`); and what it holds now, once it has been written. */
int32_t local_known_look_up(struct batch *b);
int32_t local_known_add(struct batch *b);

#endif
