/* SPDX-License-Identifier: MIT */
/* audit.h - compares what a destination holds with what was planned for it. It reads; what it finds is named, not mended. */
#ifndef ENGINE_AUDIT_H
#define ENGINE_AUDIT_H

#include "deliver.h"

struct audit_counts {
    uint64_t checked;    /* results that should be there */
    uint64_t missing;    /* of them not listed */
    uint64_t duplicates; /* things that are there more than once */
    uint32_t done;       /* 1: it was carried out */
};

/*
 * After deliver(), with the destination's lock held. Where something ONCE was sent a second time after a doubt, it waits for the settle
 * time first: the first sending may still arrive.
 */
int32_t audit_lane(struct engine *e, struct lane *lane, struct remote *remote,
                   struct audit_counts *counts, struct ferry_error *err);

/*
 * Its part (audit_alike.c), where lists show no ids: checked, missing and duplicates by how results look. The notes of duplicates are new
 * ones; whoever calls has dropped those of before.
 */
int32_t audit_alike(struct engine *e, const struct lane *lane, struct remote *remote,
                    const char *run, struct audit_counts *counts, struct ferry_error *err);

/* Its part: an operation whose result is not there, counted and kept for audit_reopen(); and the end of what was kept. */
int32_t audit_absent(struct engine *e, int64_t op_id, struct audit_counts *counts,
                     struct ferry_error *err);
int32_t audit_none_absent(struct engine *e, struct ferry_error *err);

/*
 * What the last audit missed is to be sent again where that can make no second one: it was accepted, and never came to be. How many.
 * What somebody else had brought there stays as it is.
 */
int32_t audit_reopen(struct engine *e, struct remote *remote, uint64_t *n, struct ferry_error *err);

/* Whether all that stands in the run has to be ours (audit_count.c): this journal made it, and no other job adds to it. */
int audit_is_ours_alone(struct engine *e, const struct lane *lane, struct ferry_error *err);

/*
 * Its part (audit_count.c), where the tracker says how many there are. *told is 0 where a number alone tells nothing, or more than it should
 * be: then each of them has to be looked at.
 */
int32_t audit_count(struct engine *e, const struct lane *lane, struct remote *remote,
                    const char *run, struct audit_counts *counts, int *told,
                    struct ferry_error *err);

/*
 * Its part (audit_made.c): folders, cases and runs that stand there twice, by a second sending of ours or because somebody else made
 * them when this lane did; they are named in notes, and counted.
 */
void audit_made_ahead(struct engine *e, const struct lane *lane, struct remote *r);
int32_t audit_made(struct engine *e, const struct lane *lane, struct remote *r,
                   uint64_t *duplicates, struct ferry_error *err);

#endif
