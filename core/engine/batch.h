/* SPDX-License-Identifier: MIT */
/*
 * batch.h - operations taken out of the journal as codecs see them: items unpacked, references resolved, wire ids
 * computed. The operations of one batch are of one kind and scope, in plan order.
 */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "remote.h"

/* What the engine knows of an operation beside what the codec sees. */
struct batch_op {
    int64_t id, lane_id, scope_op, request_id;
    uint32_t kind, flags, tries, most; /* kind: as planned; op->kind is what is carried out now */
    struct ferry_str token, name;
};
struct batch {
    struct arena arena;
    struct batch_op *rows;
    struct ferry_op *ops;
    const struct ferry_op **ptrs;
    uint32_t n, room;
    int64_t lane;  /* for BATCH_MADE; set by the caller */
    int64_t after; /* for BATCH_NEXT; set by the caller */
    uint32_t act;
    struct ferry_traits traits;
};

void batch_init(struct batch *b);
void batch_finish(struct batch *b); /* accepts zeroed */

enum batch_of {
    BATCH_READY, /* PLANNED, nothing to wait for: of kind `act`; the first and what may go with it. Of a kind that CLOSES, the first that may */
    BATCH_NEXT,  /* the same, of those with a higher id than `after` */
    BATCH_REQUEST, /* all of one request: `act` is its id */
    BATCH_DOUBT,   /* DOUBT and due, of kind `act`: the first and what may be looked for with it */
    BATCH_AUDIT,   /* DONE after a doubt, planned as `act` */
    BATCH_MADE, /* DONE by us, planned as `act` by the batch's lane, and the audit has not looked at it */
    BATCH_ACCEPTED, /* the one operation whose id `act` is, if it is ACCEPTED */
    BATCH_TOKEN     /* all of its request that are ACCEPTED with its token */
};
/* Fills the batch, at most as many as the kind's traits allow; n is 0 where there is none. */
int32_t batch_load(struct batch *b, struct remote *r, enum batch_of of, int64_t act,
                   struct ferry_error *err);
/* Whether a batch that was loaded as READY or NEXT is just what would be loaded as READY now. */
int32_t batch_is_next(const struct batch *b, struct remote *r, int *same, struct ferry_error *err);
/* Keeps the first n. */
void batch_cut(struct batch *b, uint32_t n);

#endif
