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
    int source_read;   /* the source's cases are in the index */
    int source_missed; /* they are not, and somebody has asked for one */
    int retried;       /* some tests of the run have several results */
    int matching;      /* the target run has results: look whether these are among them */
    int hidden;        /* they do not say whose they are */
    int crowded;       /* and others fill the run as well */
    int weighed;       /* and how many of a kind stand in the source's run is known */
    struct index_run run;
    struct plan_counts *counts;
    struct ferry_error *err;
    struct arena arena; /* emptied before each item */
    struct buf packed;
    struct buf scope_key; /* of scope_op, the run that was asked for last; 0: none */
    int64_t scope_op;
    uint32_t scope_noun;
    int64_t
        complete_op; /* was done before, and is wanted: due again where this plan brings new results */
    struct ferry_str accounts[8]; /* others that this place was known by: a token was changed */
    uint32_t n_accounts;
    int64_t last_op;   /* the highest id given to an operation; 0: not asked for yet */
    int64_t last_item; /* the highest item whose result was planned before: later ones never were */
    const struct ferry_item *item; /* in hand */
    int64_t item_id;
    struct ferry_str source_id; /* the 16 bytes of item->source_id */
    int no_signatures; /* the destination has no case, and none is planned there by its signature */
    int other_keys; /* results are there that are not known by an item: of an older ferry, or to several cases */
    int changed;         /* the item in hand differs from what is stored */
    int wanted, skipped; /* of the item in hand */
    struct desk_traits traits[16];
    uint32_t n_traits;
    int32_t rc; /* a failure of the host's own; ends the plan */
};

void desk_init(struct desk *d);
void desk_finish(struct desk *d);
/* In the plan's transaction, before the first item. */
int32_t desk_open(struct desk *d);
struct ferry_desk desk_sink(struct desk *d);
/* What the destination says of a kind; cached. NULL on failure (d->rc). */
const struct ferry_traits *desk_traits(struct desk *d, uint32_t kind);
/* The operation that stands for what is there already (a run given by id): made where missing. Its row, or 0 (d->rc). Of `ref`: noun, key,
 * id, extra. */
int64_t desk_anchor(struct desk *d, const struct ferry_ref *ref);
/* Something should exist: want() of ferry_desk. */
int32_t desk_want(struct desk *d, const struct ferry_action *action);
/*
 * desk_needs.c: what an action needs at the destination itself is wanted before it, and the action refers to it from now on. What is
 * wrong with that ends the plan (d->rc).
 */
int32_t desk_needs(struct desk *d, struct ferry_action *action);

/* --- desk_there.c, for desk.c alone ------------------------------------------------------- */

/* What the journal knows of an operation. */
struct desk_op {
    int64_t id, settled_ms; /* 0: there is none */
    int state;
    uint32_t flags;
    struct ferry_str remote_id;
};
/* One of this kind and key, if any; of a result by its item, or by its random key. The first failure is latched: d->rc. */
int32_t desk_find_op(struct desk *d, uint32_t kind, struct ferry_str key, struct desk_op *row);
int32_t desk_find_other(struct desk *d, struct ferry_str key, struct desk_op *row);
int32_t desk_fail(struct desk *d, int32_t rc);
int32_t desk_note(void *desk, const struct ferry_note *note); /* note() of ferry_desk */
/* Whether what was done is there no more. Only where lists had the time to show it. */
int desk_gone(struct desk *d, const struct desk_op *row, const struct ferry_action *action,
              const struct ferry_traits *traits);
/*
 * A new result of a run that holds some: is it among them? By wire id now; by likeness, to those that came another way, when all wire
 * ids are taken: desk_match_rest().
 */
int32_t desk_match(struct desk *d, int64_t op_id, const struct ferry_action *action,
                   const struct ferry_item *item);
int32_t desk_match_rest(struct desk *d);
/*
 * Of a crowded run nobody can say which of the results that look alike is whose. Where it is the copy of a run that can be read, there are to be as many
 * of a kind here as there: what is wanting is sent. Once the primary has been delivered and audited; else nothing is known, and all is sent.
 */
int32_t desk_weigh(struct desk *d, struct remote *source, struct ferry_error *err);

/* --- desk_bind.c, for desk.c alone ---------------------------------------------------------- */

/* What is written about the references of one operation. */
struct desk_binding {
    int64_t op_id, scope_op;
    uint32_t n, waits;
    int lost; /* a required target was rejected */
};
/* All references of an operation; `b` says what came of them. */
int32_t desk_bind(struct desk *d, struct desk_binding *b, const struct ferry_action *action,
                  const struct ferry_item *item, const struct ferry_traits *traits);
/* References to what was planned later find their target now; one that nobody planned is a fault, said by name. */
int32_t desk_bind_late(struct desk *d);

/* --- desk_source.c -------------------------------------------------------------------------- */

/* Before the planner sees an item: the texts of steps that a tracker does not list, from the source's case. Notes what stays unknown. */
int32_t desk_complete(struct desk *d, struct ferry_item *item);

/* --- the end ------------------------------------------------------------------------------ */

/* After all items: matches what is there, binds references said before their targets, counts what is waited for. */
int32_t desk_close(struct desk *d);

#endif
