/* SPDX-License-Identifier: MIT */
/* desk.h - the host's side of ferry_desk: what plan.c hands to a planner. Only plan.c uses it. */
#ifndef ENGINE_DESK_H
#define ENGINE_DESK_H

#include "plan.h"

struct desk_traits {
    uint32_t kind;
    struct ferry_traits traits;
};

struct desk {
    struct engine *e;
    struct lane *lane;
    struct remote *remote;
    int source_read; /* the source's cases are in the index */
    int matching;    /* the target run has results: look whether these are among them */
    struct index_run run;
    struct plan_counts *counts;
    struct ferry_error *err;
    struct arena arena; /* emptied before each item */
    struct buf packed;
    struct buf scope_key; /* of scope_op, the run that was asked for last; 0: none */
    int64_t scope_op;
    uint32_t scope_noun;
    int64_t last_op;               /* the highest id given to an operation; 0: not asked for yet */
    const struct ferry_item *item; /* in hand */
    int64_t item_id;
    int changed;                /* the item in hand differs from what is stored */
    int wanted, skipped, blind; /* of the item in hand; blind: something could not be looked up */
    struct desk_traits traits[16];
    uint32_t n_traits;
    int32_t rc; /* a failure of the host's own; ends the plan */
};

void desk_init(struct desk *d);
void desk_finish(struct desk *d);
struct ferry_desk desk_sink(struct desk *d);
/* What the destination says of a kind; cached. NULL on failure (d->rc). */
const struct ferry_traits *desk_traits(struct desk *d, uint32_t kind);
/* The operation that stands for what is there already (a run given by id): made where missing. Its row, or 0 (d->rc). */
int64_t desk_anchor(struct desk *d, uint32_t noun, struct ferry_str key, struct ferry_str id);
/* After all items: matches what is there, binds references said before their targets, counts what is waited for. */
int32_t desk_close(struct desk *d);

#endif
